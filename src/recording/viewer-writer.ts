import * as rr from "panogaze-rerun";
import type { EncodedPacket } from "../media/encoded-packet.ts";
import { symmetricFrustum } from "../media/frustum.ts";
import { SKELETONS, type SkeletonType } from "../skeleton/tables/skeleton.ts";
import type { Vector3 } from "../skeleton/vector.ts";
import type { ViewerStats } from "../stream/viewer-events.ts";
import type { RecordClock, RowTimes } from "./record-clock.ts";
import { CAMERA, type ViewerPaths, viewerPaths } from "./record-paths.ts";
import { RERUN_CODECS } from "./rerun-codecs.ts";
import type { RecordedPose } from "./session-record.ts";
import { StatsWriter } from "./stats-writer.ts";

/**
 * Where a head is taken to be that has not been seen yet: metres, at a standing person's height.
 */
const DEFAULT_EYES: Vector3 = [0, 1.6, 0];
const HEAD_AXES_M = 0.15;
const CONTROLLER_AXES_M = 0.1;
const BONE_RADIUS_M = 0.008;
/** Distance in front of the eyes at which viewers of the recording draw the picture. */
const IMAGE_PLANE_M = 0.6;
/** The rows of `frames` below a viewer's latency, milliseconds each. */
const FRAME_STAGES = ["source waits", "pose waits", "drawing", "encoding", "first packet", "last packet"];
/** The rows of `poses` below a viewer's latency, milliseconds each. */
const POSE_AGES = ["pose, when it arrived", "world that was seen"];
/** Pictures whose display may still be reported: 4 s of them at 60 a second. */
const MOST_UNSEEN = 256;

/** The oldest of Rerun's viewers that show a codec, where not all that show videos do. */
const SHOWN_SINCE: Partial<Record<EncodedPacket["codec"], string>> = { vp8: "0.32", vp9: "0.32", av1: "0.28" };

/** Writes what one viewer did and was shown. */
export class ViewerWriter {
	readonly #recording: rr.RecordingStream;
	readonly #clock: RecordClock;
	readonly #paths: ViewerPaths;
	readonly #stats: StatsWriter;
	/** Made for the first frame, which says its codec: a session has one. */
	#video: rr.VideoLogger | undefined;
	/** The newest known position of the head, in the world. */
	#eyes = DEFAULT_EYES;
	#hasHead = false;
	/** Entities whose static data has been logged. */
	readonly #begun = new Set<string>();
	#frames = 0;
	/** The newest geometry of the pictures, as it was logged. */
	#geometry = "";
	/** Pictures that no pose has reported on a screen, by RTP time, the oldest first. */
	readonly #unseen = new Map<number, { readonly drawStartSec: number; readonly frame: number }>();

	/** @param id the part of the viewer's id that may be shown. */
	constructor(recording: rr.RecordingStream, clock: RecordClock, id: string) {
		this.#recording = recording;
		this.#clock = clock;
		this.#paths = viewerPaths(id);
		this.#stats = new StatsWriter(recording, clock, this.#paths);
		const names = new rr.SeriesLines({ names: FRAME_STAGES });
		recording.log([...this.#paths.latency, "frames"], names, { static: true });
	}

	/** Logs the viewer's statistics. */
	stats(stats: ViewerStats, atSec: number): void {
		this.#stats.write(stats, atSec);
	}

	/** Logs a pose: when the server received it, and when the client read it. */
	pose(pose: RecordedPose): void {
		const { receivedSec, capturedSec, clientTimeMs, photonAgeMs, seenRtpTicks } = pose;
		const times = this.#clock.captured(receivedSec, capturedSec);
		if (!Number.isNaN(clientTimeMs)) times["client"] = { duration: clientTimeMs / 1000 };
		const name = this.#logBones(pose, times);
		if (!Number.isNaN(capturedSec) || !Number.isNaN(photonAgeMs)) {
			const path = [...this.#paths.latency, "poses", name];
			this.#once(path, () => [new rr.SeriesLines({ names: POSE_AGES })]);
			this.#recording.log(path, new rr.Scalars([(receivedSec - capturedSec) * 1000, photonAgeMs]), { times });
		}
		if (seenRtpTicks !== undefined) this.#saw(seenRtpTicks, capturedSec);
	}

	/** Logs a picture at the moment at which it was drawn, with the pose that it was drawn for. */
	frame(packet: EncodedPacket, firstPacketSec: number, lastPacketSec: number): void {
		const { codec, accessUnit, keyframe, stages, mediaTimeSec, stampSec = mediaTimeSec, rtpTicks } = packet;
		const times = this.#clock.captured(stages.drawStartSec, stages.capturedSec);
		const frame = this.#frames++;
		times["frame"] = { sequence: frame };
		if (Number.isFinite(stampSec)) times["source"] = { duration: stampSec };
		const path = [...this.#paths.world, CAMERA];
		const details = new rr.DynamicArchetype("panogaze.Frame", {
			rtp_ticks: Uint32Array.of(rtpTicks),
			pose_sequence: Uint32Array.of(packet.poseSequence),
			orientation: [...packet.pose.worldFromView],
			media_time_sec: mediaTimeSec,
		});
		this.#recording.log(path, ...this.#camera(packet), details, { times });
		this.#video ??= this.#beginVideo(codec, path, times);
		// A packet never changes, so its bytes can wait as they are.
		this.#video.log(accessUnit, { times, isKeyframe: keyframe, keep: true });
		const { panoramaReadySec, poseReceivedSec, drawStartSec, drawEndSec, encodeEndSec } = stages;
		const stagesMs = [
			drawStartSec - panoramaReadySec,
			drawStartSec - poseReceivedSec,
			drawEndSec - drawStartSec,
			encodeEndSec - drawEndSec,
			firstPacketSec - encodeEndSec,
			lastPacketSec - firstPacketSec,
		].map((sec) => sec * 1000);
		this.#recording.log([...this.#paths.latency, "frames"], new rr.Scalars(stagesMs), { times });
		if (!Number.isNaN(stages.capturedSec))
			this.#scalar(["capture to drawing"], (drawStartSec - stages.capturedSec) * 1000, times);
		this.#unseen.set(rtpTicks, { drawStartSec, frame });
		const [oldest] = this.#unseen.keys();
		if (this.#unseen.size > MOST_UNSEEN && oldest !== undefined) this.#unseen.delete(oldest);
	}

	/** A picture was on the screen. It is logged at the picture's own number. */
	#saw(rtpTicks: number, shownSec: number): void {
		const picture = this.#unseen.get(rtpTicks);
		if (picture === undefined || Number.isNaN(shownSec)) return;
		this.#unseen.delete(rtpTicks);
		const times = { ...this.#clock.at(shownSec), frame: { sequence: picture.frame } };
		this.#scalar(["drawing to display"], (shownSec - picture.drawStartSec) * 1000, times);
	}

	/** @returns the entity's name below the viewer. */
	#logBones(pose: RecordedPose, times: RowTimes): string {
		const { kind, hand, stream, skeleton, ids, positions, rotations, controls } = pose;
		const { photonAgeMs, seenRtpTicks } = pose;
		const details = new rr.DynamicArchetype("panogaze.Pose", {
			kind,
			stream: Uint16Array.of(stream),
			sequence: Uint32Array.of(pose.sequence),
			confidence: pose.confidence,
			position_tracked: pose.positionTracked,
			...(seenRtpTicks !== undefined && { seen: Uint32Array.of(seenRtpTicks) }),
			...(!Number.isNaN(photonAgeMs) && { photon_age_ms: photonAgeMs }),
			...(kind === "skeleton" && { rotations }),
			// Its transform shows the grip alone.
			...(kind === "controller" && { ids, positions, rotations }),
			...(controls && {
				buttons: controls.buttons,
				axes: controls.axes,
				pressed: Uint32Array.of(controls.pressed),
				touched: Uint32Array.of(controls.touched),
			}),
		});
		if (kind === "skeleton") {
			const name = skeleton ?? `skeleton ${stream}`;
			if (skeleton === "FullBody" && !this.#hasHead) this.#followBody(pose);
			this.#once([...this.#paths.world, name], () => [bonesOf(skeleton)]);
			const bones = rr.Points3D.fromFields({ positions, keypointIds: Uint16Array.from(ids) });
			this.#log(name, [bones, details], times);
			return name;
		}
		const quaternion = rotations.subarray(0, 4);
		if (kind === "controller") {
			const name = `${hand ?? `stream ${stream}`} controller`;
			const grip = new rr.Transform3D({ translation: positions.subarray(0, 3), quaternion });
			// A grip that is not tracked has only an aim.
			const isGrip = ids[0] === 0;
			this.#once([...this.#paths.world, name], () => [new rr.TransformAxes3D(CONTROLLER_AXES_M)]);
			this.#log(name, [...(isGrip ? [grip] : []), details], times);
			return name;
		}
		if (pose.positionTracked && ids[0] === 0) {
			this.#hasHead = true;
			this.#eyes = [positions[0]!, positions[1]!, positions[2]!];
		}
		const head = new rr.Transform3D({ translation: this.#eyes, quaternion });
		this.#once([...this.#paths.world, "head"], () => [new rr.TransformAxes3D(HEAD_AXES_M)]);
		this.#log("head", [head, details], times);
		return "head";
	}

	/** Clients that only turn their view send the position of the head as a bone. */
	#followBody({ ids, positions }: RecordedPose): void {
		const at = ids.indexOf(SKELETONS.FullBody.bones.Head);
		if (at >= 0) this.#eyes = [positions[at * 3]!, positions[at * 3 + 1]!, positions[at * 3 + 2]!];
	}

	/** The place, the lens and the pose of a picture's camera. */
	#camera(packet: EncodedPacket): rr.Loggable[] {
		const { pose, lens, frusta, foveation, surround, width, height, eyes } = packet;
		const place = new rr.Transform3D({ translation: this.#eyes, quaternion: pose.worldFromView });
		// A field that is left out would keep its former value for readers.
		const geometry = {
			lens,
			fov_deg: (pose.fovRad * 180) / Math.PI,
			width,
			height,
			eyes,
			frusta: JSON.stringify(frusta ?? null),
			foveation: JSON.stringify(foveation ?? null),
			surround: JSON.stringify(surround ?? null),
		};
		const words = JSON.stringify(geometry);
		// Readers that begin at a key frame need no earlier row.
		if (words === this.#geometry && !packet.keyframe) return [place];
		this.#geometry = words;
		return [place, pinholeOf(packet), new rr.DynamicArchetype("panogaze.View", geometry)];
	}

	#beginVideo(codec: EncodedPacket["codec"], path: readonly string[], times: RowTimes): rr.VideoLogger {
		const since = SHOWN_SINCE[codec];
		if (since !== undefined) {
			const words = `The video is ${codec.toUpperCase()}: Rerun's viewers show it from ${since} on.`;
			this.#recording.log(this.#paths.log, new rr.TextLog(words, { level: "INFO" }), { times });
		}
		return new rr.VideoLogger(this.#recording, path, RERUN_CODECS[codec]);
	}

	/** Logs what holds at all times of an entity, when it comes first. */
	#once(path: readonly string[], values: () => readonly rr.Loggable[]): void {
		const name = path.join("/");
		if (this.#begun.has(name)) return;
		this.#begun.add(name);
		this.#recording.log(path, values(), { static: true });
	}

	#log(name: string, values: readonly rr.Loggable[], times: RowTimes): void {
		this.#recording.log([...this.#paths.world, name], values, { times });
	}

	#scalar(name: readonly string[], value: number, times: RowTimes): void {
		this.#recording.log([...this.#paths.latency, ...name], new rr.Scalars(value), { times });
	}
}

/**
 * The camera of a flat picture, or an empty one: no pinhole camera shows what another lens does.
 * Where there are two eyes, this is the camera of the left eye, whose view is on top.
 */
function pinholeOf({ lens, frusta, pose, width, height, eyes, surround }: EncodedPacket): rr.Loggable {
	if (lens !== "flat") return rr.Pinhole.clearFields();
	const { left, right, up, down } = frusta?.[0] ?? symmetricFrustum(Math.tan(pose.fovRad / 2), width, height);
	const rows = height * eyes + (surround === undefined ? 0 : surround.gap + surround.height);
	const focalLength = [width / (left + right), height / (up + down)] as const;
	return new rr.Pinhole({
		resolution: [width, rows],
		focalLength,
		principalPoint: [left * focalLength[0], up * focalLength[1]],
		cameraXyz: rr.ViewCoordinates.RUB,
		imagePlaneDistance: IMAGE_PLANE_M,
	});
}

/** The facts about a skeleton's points that hold at all times. */
function bonesOf(skeleton: SkeletonType | undefined): rr.Loggable {
	return rr.Points3D.fromFields({
		...(skeleton !== undefined && { classIds: SKELETONS[skeleton].wireId }),
		radii: BONE_RADIUS_M,
		showLabels: false,
	});
}
