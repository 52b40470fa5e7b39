import * as rr from "panogaze-rerun";
import { monotonicSec } from "../media/clock.ts";
import type { EncodedPacket } from "../media/encoded-packet.ts";
import type { PanogazeServer } from "../server/server.ts";

import { isSkeletonSample, type PoseSample } from "../skeleton/pose-sample.ts";
import { positionAt } from "../skeleton/skeleton-pose.ts";
import { SKELETONS } from "../skeleton/tables/skeleton.ts";
import type { Vector3 } from "../skeleton/vector.ts";
import { wordsForHold } from "../stream/safety/hold-words.ts";
import type { Viewer } from "../stream/viewer.ts";
import { sessionLayout } from "./session-layout.ts";

/** The options of a `SessionRecorder`. */
export interface SessionRecorderOptions {
	/**
	 * Sends a layout of the recording when a viewer joins: space, video and plots.
	 * @default true
	 */
	readonly layout?: boolean | undefined;
}

/**
 * Where a head is taken to be that has not been seen yet: metres, at a standing person's height.
 */
const DEFAULT_EYES: Vector3 = [0, 1.6, 0];
const HEAD_AXES_M = 0.15;
const CONTROLLER_AXES_M = 0.1;
const BONE_RADIUS_M = 0.008;
/** Distance in front of the eyes at which viewers of the recording draw the picture. */
const IMAGE_PLANE_M = 0.6;
/** The rows of `latency/frames`, milliseconds each. */
const FRAME_STAGES = ["pose waits", "drawing", "encoding", "sending"];

/**
 * Logs everything that the viewers of a server do into a recording for Rerun, on one timeline,
 * `server`: the wall clock of this machine.
 *
 * - `world/viewer <id>/camera`: the encoded video as it is sent, with the pose and the lens that it
 *   was drawn for.
 * - `world/viewer <id>/head`, `<hand> controller`: transforms.
 * - `world/viewer <id>/<skeleton>`: the tracked bones of bodies and hands, with their names and
 *   ids.
 * - `world/viewer <id>/control`: the holds of the viewer's control, and their ends, as text.
 * - `latency`: the age of poses when they arrived, the age of the world that the viewer saw then
 *   (`photons`), and the stages of each frame, in milliseconds.
 *
 * A pose has the time at which the client read it, as far as the clocks have been compared, and
 * otherwise the time of its arrival. The client's own time is on the timeline `client`. Only the
 * first part of a viewer's id is logged: the whole id allows to end the session.
 *
 * ```ts
 * const server = await serve({ source: "robot-head.mp4" });
 * const recorder = new SessionRecorder(server, recording);
 * ```
 */
export class SessionRecorder implements Disposable {
	readonly #recording: rr.RecordingStream;
	readonly #sendsLayout: boolean;
	/** Seconds since 1970 at the origin of the monotonic clock. */
	readonly #epochSec = Date.now() / 1000 - monotonicSec();
	readonly #stopServer: readonly (() => void)[];
	/** Removes the listeners of each viewer that is recorded. */
	readonly #stopViewer = new Map<Viewer, () => void>();

	/** @param recording borrowed: it stays open when the recorder is closed. */
	constructor(
		server: Pick<PanogazeServer, "on" | "viewers">,
		recording: rr.RecordingStream,
		options: SessionRecorderOptions = {},
	) {
		this.#recording = recording;
		this.#sendsLayout = options.layout ?? true;
		this.#logScene();
		this.#stopServer = [
			server.on("join", (viewer) => this.#record(viewer)),
			server.on("leave", (viewer) => this.#leave(viewer)),
		];
		for (const viewer of server.viewers) this.#record(viewer);
	}

	/** Logs no more. The recording and the server go on. */
	close(): void {
		for (const stop of this.#stopServer) stop();
		for (const viewer of this.#stopViewer.keys()) this.#leave(viewer);
	}

	[Symbol.dispose](): void {
		this.close();
	}

	#logScene(): void {
		// A class is a kind of skeleton, so that the bones of two kinds may have the same numbers.
		const classes = Object.values(SKELETONS).map(({ type, wireId, names, connections }) => ({
			id: wireId,
			label: type,
			keypoints: names.map((label: string, id) => ({ id, label })),
			connections,
		}));
		const isStatic = { static: true };
		this.#recording.log("world", rr.ViewCoordinates.RUB, new rr.AnnotationContext(classes), isStatic);
		this.#recording.log("latency/frames", new rr.SeriesLines({ names: FRAME_STAGES }), isStatic);
	}

	#record(viewer: Viewer): void {
		const path = ["world", `viewer ${viewer.id.slice(0, 8)}`];
		if (this.#sendsLayout) this.#recording.sendBlueprint(sessionLayout(path));
		const stopListening = new ViewerRecorder(this.#recording, path, this.#epochSec).listen(viewer);
		const hideRecording = viewer.showRecording();
		this.#stopViewer.set(viewer, () => {
			stopListening();
			hideRecording();
		});
	}

	#leave(viewer: Viewer): void {
		this.#stopViewer.get(viewer)?.();
		this.#stopViewer.delete(viewer);
	}
}

/** Rerun's names of the codecs: its `VideoStream` takes each as it is sent. */
const RERUN_CODECS: Readonly<Record<EncodedPacket["codec"], rr.VideoCodec>> = {
	h264: rr.VideoCodec.H264,
	vp8: rr.VideoCodec.VP8,
	vp9: rr.VideoCodec.VP9,
	av1: rr.VideoCodec.AV1,
};

/** Logs one viewer. */
class ViewerRecorder {
	readonly #recording: rr.RecordingStream;
	readonly #path: readonly string[];
	readonly #epochSec: number;
	/** Made for the first frame, which says its codec: a session has one. */
	#video: rr.VideoLogger | undefined;
	/** The newest known position of the head, in the world. */
	#eyes = DEFAULT_EYES;

	constructor(recording: rr.RecordingStream, path: readonly string[], epochSec: number) {
		this.#recording = recording;
		this.#path = path;
		this.#epochSec = epochSec;
	}

	/** @returns removes the listeners. */
	listen(viewer: Viewer): () => void {
		const removers = [
			viewer.on("head", ({ position, orientation, clientTimeMs }, receivedSec, capturedSec, photonAgeMs) => {
				this.#eyes = position ?? this.#eyes;
				const head = new rr.Transform3D({ translation: this.#eyes, quaternion: orientation });
				const times = { clientTimeMs, receivedSec, capturedSec, photonAgeMs };
				this.#logPose("head", times, [head, new rr.TransformAxes3D(HEAD_AXES_M)]);
			}),
			viewer.on("skeleton", (sample, receivedSec, capturedSec, photonAgeMs) => {
				if (sample.skeleton === undefined) return;
				// Clients that only turn their view send the position of the head as a bone.
				const head = isSkeletonSample(sample, "FullBody") && positionAt(sample, SKELETONS.FullBody.bones.Head);
				if (head && viewer.pose?.position === undefined) this.#eyes = head;
				const { clientTimeMs, skeleton } = sample;
				this.#logPose(skeleton, { clientTimeMs, receivedSec, capturedSec, photonAgeMs }, [
					trackedBones(sample, SKELETONS[skeleton].wireId),
				]);
			}),
			viewer.on("controller", (sample, receivedSec, capturedSec, photonAgeMs) => {
				const { clientTimeMs, hand, positions, rotations } = sample;
				const grip = new rr.Transform3D({
					translation: positions.subarray(0, 3),
					quaternion: rotations.subarray(0, 4),
				});
				const times = { clientTimeMs, receivedSec, capturedSec, photonAgeMs };
				this.#logPose(`${hand} controller`, times, [grip, new rr.TransformAxes3D(CONTROLLER_AXES_M)]);
			}),
			viewer.on("hold", (hold) => this.#logControl(`on hold: ${wordsForHold(hold)}`, hold.sinceSec)),
			viewer.on("release", () => this.#logControl("has control", monotonicSec())),
			viewer.on("frameSent", (packet, _firstPacketSec, lastPacketSec) => this.#logFrame(packet, lastPacketSec)),
		];
		return () => {
			for (const remove of removers) remove();
		};
	}

	#logPose(name: string, poseTimes: PoseTimes, pose: readonly rr.Loggable[]): void {
		const { clientTimeMs, receivedSec, capturedSec, photonAgeMs } = poseTimes;
		const isCaptureKnown = !Number.isNaN(capturedSec);
		const times: Record<string, rr.TimeValue> = {
			server: { timestamp: this.#epochSec + (isCaptureKnown ? capturedSec : receivedSec) },
		};
		if (!Number.isNaN(clientTimeMs)) times["client"] = { duration: clientTimeMs / 1000 };
		this.#recording.log([...this.#path, name], pose, { times });
		if (isCaptureKnown) {
			const ageMs = (receivedSec - capturedSec) * 1000;
			this.#recording.log(`latency/poses/${name}`, new rr.Scalars(ageMs), { times });
		}
		if (!Number.isNaN(photonAgeMs))
			this.#recording.log(`latency/photons/${name}`, new rr.Scalars(photonAgeMs), { times });
	}

	#logControl(words: string, atSec: number): void {
		const times = { server: { timestamp: this.#epochSec + atSec } };
		this.#recording.log([...this.#path, "control"], new rr.TextLog(words), { times });
	}

	/**
	 * Logs the picture at the moment for which it was drawn, with the pose for which it was drawn.
	 */
	#logFrame({ codec, accessUnit, keyframe, pose, width, height, stages }: EncodedPacket, sentSec: number): void {
		const times = { server: { timestamp: this.#epochSec + stages.drawStartSec } };
		const camera = new rr.Transform3D({ translation: this.#eyes, quaternion: pose.worldFromView });
		const lens = new rr.Pinhole({
			resolution: [width, height],
			focalLength: width / 2 / Math.tan(pose.fovRad / 2),
			cameraXyz: rr.ViewCoordinates.RUB,
			imagePlaneDistance: IMAGE_PLANE_M,
		});
		this.#recording.log([...this.#path, "camera"], camera, lens, { times });
		this.#video ??= new rr.VideoLogger(this.#recording, [...this.#path, "camera"], RERUN_CODECS[codec]);
		this.#video.log(accessUnit, { times, isKeyframe: keyframe });
		const { poseReceivedSec, drawStartSec, drawEndSec, encodeEndSec } = stages;
		const stagesMs = [
			drawStartSec - poseReceivedSec,
			drawEndSec - drawStartSec,
			encodeEndSec - drawEndSec,
			sentSec - encodeEndSec,
		].map((sec) => sec * 1000);
		this.#recording.log("latency/frames", new rr.Scalars(stagesMs), { times });
	}
}

/** Times of a pose, seconds on the server's clock; NaN where they are not known. */
interface PoseTimes {
	/** Milliseconds on the client's clock. */
	readonly clientTimeMs: number;
	readonly receivedSec: number;
	readonly capturedSec: number;
	/** How old the world was that the person saw, milliseconds. */
	readonly photonAgeMs: number;
}

function trackedBones(sample: PoseSample, classId: number): rr.Points3D {
	const ids: number[] = [];
	const positions: Vector3[] = [];
	for (let id = 0; id < sample.boneCount; id++) {
		const position = positionAt(sample, id);
		if (position === undefined) continue;
		ids.push(id);
		positions.push(position);
	}
	return new rr.Points3D(positions, {
		classIds: classId,
		keypointIds: ids,
		radii: BONE_RADIUS_M,
		showLabels: false,
	});
}
