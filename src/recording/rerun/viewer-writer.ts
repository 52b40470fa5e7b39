import * as rr from "panogaze-rerun";
import type { EncodedPacket } from "../../media/encoded-packet.ts";
import { symmetricFrustum } from "../../media/frustum.ts";
import { SKELETONS, type SkeletonType } from "../../skeleton/tables/skeleton.ts";
import type { ViewerStats } from "../../stream/viewer-events.ts";
import { FRAME_STAGES, frameStagesMs } from "../frame-stages.ts";
import { type RecordClock, timesOf } from "../record-clock.ts";
import { CAMERA, type ViewerPaths, viewerPaths } from "../record-paths.ts";
import type { ViewerProgress } from "../session-progress.ts";
import type { RecordedPose } from "../session-record.ts";
import { RERUN_CODECS } from "./rerun-codecs.ts";
import { bytesLike, detailsLike, numbersLike, vectorsLike } from "./row-values.ts";
import { StatsWriter } from "./stats-writer.ts";

const HEAD_AXES_M = 0.15;
const CONTROLLER_AXES_M = 0.1;
const BONE_RADIUS_M = 0.008;
/** Distance in front of the eyes at which viewers of the recording draw the picture. */
const IMAGE_PLANE_M = 0.6;
/** The same distance for a picture that is not to be seen. */
const UNSEEN_M = 1e-6;
/** A row that is logged so long after a clear is not removed by it, seconds. */
const AFTER_CLEAR_SEC = 1e-6;
/** The rows of `poses` below a viewer's latency, milliseconds each. */
const POSE_AGES = ["pose, when it arrived", "world that was seen"];
/** Pictures whose display may still be reported: 4 s of them at 60 a second. */
const MOST_UNSEEN = 256;

/** The oldest of Rerun's viewers that show a codec, where not all that show videos do. */
const SHOWN_SINCE: Partial<Record<EncodedPacket["codec"], string>> = { vp8: "0.32", vp9: "0.32", av1: "0.28" };

const sampleBytes = bytesLike(rr.VideoStream.fromFields({ sample: new Uint8Array(1) }));
const [KEY_FRAME, OTHER_FRAME] = [true, false].map(
	(isKeyframe) => rr.VideoStream.fromFields({ isKeyframe }).batches,
) as [readonly rr.ComponentBatch[], readonly rr.ComponentBatch[]];
const translation = vectorsLike(rr.Transform3D.fromFields({ translation: [0, 0, 0] }));
const quaternion = vectorsLike(rr.Transform3D.fromFields({ quaternion: [0, 0, 0, 1] }));
const bonePositions = vectorsLike(rr.Points3D.fromFields({ positions: [[0, 0, 0]] }));
const boneIds = numbersLike(rr.Points3D.fromFields({ keypointIds: [0] }));
const scalars = numbersLike(new rr.Scalars([0]));
const kindOf = (kind: RecordedPose["kind"]) => new rr.DynamicArchetype("panogaze.Pose", { kind }).batches;
const KIND_DETAILS = { head: kindOf("head"), skeleton: kindOf("skeleton"), controller: kindOf("controller") };
const [TRACKED, TURNING] = [true, false].map(
	(tracked) => new rr.DynamicArchetype("panogaze.Pose", { position_tracked: tracked }).batches,
) as [readonly rr.ComponentBatch[], readonly rr.ComponentBatch[]];
const [KEY_FACTS, OTHER_FACTS] = [true, false].map(
	(keyframe) => new rr.DynamicArchetype("panogaze.Frame", { keyframe }).batches,
) as [readonly rr.ComponentBatch[], readonly rr.ComponentBatch[]];
const frameDetails = detailsLike("panogaze.Frame", {
	rtp_ticks: new Uint32Array(1),
	pose_sequence: new Uint32Array(1),
	orientation: new Float64Array(1),
	media_time_sec: new Float64Array(1),
});
const poseDetails = detailsLike("panogaze.Pose", {
	stream: new Uint16Array(1),
	sequence: new Uint32Array(1),
	confidence: new Float64Array(1),
	seen: new Uint32Array(1),
	photon_age_ms: new Float64Array(1),
	ids: new Int32Array(1),
	positions: new Float32Array(1),
	rotations: new Float32Array(1),
	buttons: new Float32Array(1),
	axes: new Float32Array(1),
	pressed: new Uint32Array(1),
	touched: new Uint32Array(1),
});

/** The facts about a picture by which its camera is drawn. */
type LensFacts = Pick<EncodedPacket, "lens" | "frusta" | "pose" | "width" | "height" | "eyes" | "surround">;

/** Writes what one viewer did and was shown. */
export class ViewerWriter {
	readonly #recording: rr.RecordingStream;
	readonly #clock: RecordClock;
	readonly #paths: ViewerPaths;
	readonly #stats: StatsWriter;
	/** The video's codec, once its first frame has been logged: a session has one. */
	#codec: EncodedPacket["codec"] | undefined;
	/** Checks the key frames of H.264. */
	readonly #samples = new rr.VideoSamples("h264");
	/** Where the ages of poses are logged. */
	readonly #ages: readonly string[];
	/** Escaped paths, by the entity above and the name. */
	readonly #entities = new Map<readonly string[], Map<string, string>>();
	/** Entities whose static data has been logged. */
	readonly #begun = new Set<string>();
	/** Entities that have axes. */
	readonly #withAxes = new Set<string>();
	/** The lens that was logged last. */
	#lens: LensFacts | undefined;
	/** The newest geometry of the pictures, as it was logged. */
	#geometry = "";
	readonly #progress: ViewerProgress;

	/** @param id the part of the viewer's id that may be shown. */
	constructor(recording: rr.RecordingStream, clock: RecordClock, id: string, progress: ViewerProgress) {
		this.#progress = progress;
		this.#recording = recording;
		this.#clock = clock;
		this.#paths = viewerPaths(id);
		this.#ages = [...this.#paths.latency, "poses"];
		this.#stats = new StatsWriter(recording, clock, this.#paths, progress);
		const names = new rr.SeriesLines({ names: FRAME_STAGES });
		recording.log([...this.#paths.latency, "frames"], names, { static: true });
	}

	/** Logs the viewer's statistics. */
	stats(stats: ViewerStats, atSec: number): void {
		this.#stats.write(stats, atSec);
	}

	/**
	 * Nothing of the viewer stands in space from this time on: its body and its last picture would
	 * look as if it were still there.
	 */
	vanish(atSec: number): void {
		this.#recording.log(this.#paths.world, rr.Clear.recursive(), { times: this.#clock.at(atSec) });
		// Rerun's viewer keeps a video, and reports an error where it has no camera in space.
		if (this.#lens !== undefined) {
			const times = this.#clock.at(atSec + AFTER_CLEAR_SEC);
			this.#recording.log([...this.#paths.world, CAMERA], pinholeOf(this.#lens, UNSEEN_M), { times });
		}
		// Static data outlives that: axes without a place would stand at the origin.
		const noAxes = new rr.TransformAxes3D(0);
		for (const path of this.#withAxes) this.#recording.log(path, noAxes, { static: true });
	}

	/** Logs a pose: when the server received it, and when the client read it. */
	pose(pose: RecordedPose): void {
		const { receivedSec, capturedSec, clientTimeMs, photonAgeMs, seenRtpTicks } = pose;
		const times = this.#clock.points({ atSec: receivedSec, capturedSec, clientMs: clientTimeMs });
		const name = this.#logBones(pose, times);
		if (!Number.isNaN(capturedSec) || !Number.isNaN(photonAgeMs)) {
			const path = this.#entity(this.#ages, name);
			this.#once(path, () => [new rr.SeriesLines({ names: POSE_AGES })]);
			this.#row(path, [scalars([(receivedSec - capturedSec) * 1000, photonAgeMs])], times);
		}
		if (seenRtpTicks !== undefined) this.#saw(seenRtpTicks, capturedSec);
	}

	/** Logs a picture at the moment at which it was drawn, with the pose that it was drawn for. */
	frame(packet: EncodedPacket, firstPacketSec: number, lastPacketSec: number): void {
		const {
			codec,
			accessUnit,
			keyframe,
			stages,
			mediaTimeSec,
			stampSec = mediaTimeSec,
			rtpTicks,
			cameraUs,
		} = packet;
		const { drawStartSec: atSec, capturedSec } = stages;
		const frame = this.#progress.frames++;
		const times = this.#clock.points({ atSec, capturedSec, cameraUs, frame, sourceSec: stampSec });
		const path = this.#entity(this.#paths.world, CAMERA);
		if (this.#codec === undefined) this.#beginVideo(codec, path, atSec);
		const facts = [
			translation(this.#progress.eyes),
			quaternion(packet.pose.worldFromView),
			frameDetails.rtp_ticks(rtpTicks),
			frameDetails.pose_sequence(packet.poseSequence),
			frameDetails.orientation(packet.pose.worldFromView),
			frameDetails.media_time_sec(mediaTimeSec),
			// Readers of no video learn it here.
			...(keyframe ? KEY_FACTS : OTHER_FACTS),
		];
		const geometry = this.#geometryOf(packet);
		if (geometry === undefined) this.#row(path, facts, times);
		else this.#recording.log(path, { batches: facts }, ...geometry, { times: timesOf(times) });
		// A packet never changes, so its bytes can wait as they are.
		if (codec !== "h264" || !keyframe)
			this.#row(path, [sampleBytes(accessUnit), ...(keyframe ? KEY_FRAME : OTHER_FRAME)], times);
		else {
			// An error that a function throws is reported, and costs the row alone.
			const video = () => ({ batches: [sampleBytes(this.#samples.read(accessUnit).bytes), ...KEY_FRAME] });
			this.#recording.log(path, video, { times: timesOf(times) });
		}
		const stagesMs = frameStagesMs(stages, firstPacketSec, lastPacketSec);
		this.#row(this.#entity(this.#paths.latency, "frames"), [scalars(stagesMs)], times);
		if (!Number.isNaN(capturedSec)) this.#scalar("capture to drawing", (atSec - capturedSec) * 1000, times);
		this.#progress.unseen.set(rtpTicks, { drawStartSec: atSec, frame });
		const [oldest] = this.#progress.unseen.keys();
		if (this.#progress.unseen.size > MOST_UNSEEN && oldest !== undefined) this.#progress.unseen.delete(oldest);
	}

	/** A picture was on the screen. It is logged at the picture's own number. */
	#saw(rtpTicks: number, shownSec: number): void {
		const picture = this.#progress.unseen.get(rtpTicks);
		if (picture === undefined || Number.isNaN(shownSec)) return;
		this.#progress.unseen.delete(rtpTicks);
		const times = this.#clock.points({ atSec: shownSec, frame: picture.frame });
		this.#scalar("drawing to display", (shownSec - picture.drawStartSec) * 1000, times);
	}

	/** @returns the entity's name below the viewer. */
	#logBones(pose: RecordedPose, times: readonly rr.TimePoint[]): string {
		const { kind, hand, stream, skeleton, ids, positions, rotations, controls } = pose;
		const { photonAgeMs, seenRtpTicks } = pose;
		const details = [
			...KIND_DETAILS[kind],
			...(pose.positionTracked ? TRACKED : TURNING),
			poseDetails.stream(stream),
			poseDetails.sequence(pose.sequence),
			poseDetails.confidence(pose.confidence),
		];
		if (seenRtpTicks !== undefined) details.push(poseDetails.seen(seenRtpTicks));
		if (!Number.isNaN(photonAgeMs)) details.push(poseDetails.photon_age_ms(photonAgeMs));
		if (kind === "skeleton") {
			const name = skeleton ?? `skeleton ${stream}`;
			if (skeleton === "FullBody" && !this.#progress.hasHead) this.#followBody(pose);
			const path = this.#entity(this.#paths.world, name);
			this.#once(path, () => [bonesOf(skeleton)]);
			details.push(poseDetails.rotations(rotations));
			this.#row(path, [bonePositions(positions), boneIds(ids), ...details], times);
			return name;
		}
		const turn = quaternion(rotations.slice(0, 4));
		if (kind === "controller") {
			const name = `${hand ?? `stream ${stream}`} controller`;
			// A grip that is not tracked has only an aim.
			const isGrip = ids[0] === 0;
			const path = this.#entity(this.#paths.world, name);
			this.#once(path, () => [new rr.TransformAxes3D(CONTROLLER_AXES_M)]);
			this.#withAxes.add(path);
			// Its transform shows the grip alone.
			details.push(poseDetails.ids(ids), poseDetails.positions(positions), poseDetails.rotations(rotations));
			if (controls !== undefined)
				details.push(
					poseDetails.buttons(controls.buttons),
					poseDetails.axes(controls.axes),
					poseDetails.pressed(controls.pressed),
					poseDetails.touched(controls.touched),
				);
			this.#row(path, [...(isGrip ? [translation(positions.slice(0, 3)), turn] : []), ...details], times);
			return name;
		}
		if (pose.positionTracked && ids[0] === 0) {
			this.#progress.hasHead = true;
			this.#progress.eyes = [positions[0]!, positions[1]!, positions[2]!];
		}
		const path = this.#entity(this.#paths.world, "head");
		this.#once(path, () => [new rr.TransformAxes3D(HEAD_AXES_M)]);
		this.#withAxes.add(path);
		this.#row(path, [translation(this.#progress.eyes), turn, ...details], times);
		return "head";
	}

	/** Clients that only turn their view send the position of the head as a bone. */
	#followBody({ ids, positions }: RecordedPose): void {
		const at = ids.indexOf(SKELETONS.FullBody.bones.Head);
		if (at >= 0) this.#progress.eyes = [positions[at * 3]!, positions[at * 3 + 1]!, positions[at * 3 + 2]!];
	}

	/** The lens of a picture's camera; `undefined`: it is that of the picture before. */
	#geometryOf(packet: EncodedPacket): readonly rr.Loggable[] | undefined {
		const { pose, lens, frusta, foveation, surround, width, height, eyes } = packet;
		this.#lens = { pose, lens, frusta, surround, width, height, eyes };
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
		if (words === this.#geometry && !packet.keyframe) return undefined;
		this.#geometry = words;
		return [pinholeOf(packet), new rr.DynamicArchetype("panogaze.View", geometry)];
	}

	#beginVideo(codec: EncodedPacket["codec"], path: string, atSec: number): void {
		this.#codec = codec;
		const since = SHOWN_SINCE[codec];
		if (since !== undefined) {
			const words = `The video is ${codec.toUpperCase()}: Rerun's viewers show it from ${since} on.`;
			this.#recording.log(this.#paths.log, new rr.TextLog(words, { level: "INFO" }), {
				times: this.#clock.at(atSec),
			});
		}
		this.#recording.log(path, new rr.VideoStream(RERUN_CODECS[codec]), { static: true });
	}

	/** Logs what holds at all times of an entity, when it comes first. */
	#once(path: string, values: () => readonly rr.Loggable[]): void {
		if (this.#begun.has(path)) return;
		this.#begun.add(path);
		this.#recording.log(path, values(), { static: true });
	}

	/** The escaped path of an entity. */
	#entity(above: readonly string[], name: string): string {
		let below = this.#entities.get(above);
		if (below === undefined) {
			below = new Map();
			this.#entities.set(above, below);
		}
		let path = below.get(name);
		if (path === undefined) {
			path = rr.entityPath([...above, name]);
			below.set(name, path);
		}
		return path;
	}

	#row(path: string, batches: readonly rr.ComponentBatch[], times: readonly rr.TimePoint[]): void {
		this.#recording.logRow(path, times, batches);
	}

	#scalar(name: string, value: number, times: readonly rr.TimePoint[]): void {
		this.#row(this.#entity(this.#paths.latency, name), [scalars(value)], times);
	}
}

/**
 * The camera of a flat picture, or an empty one: no pinhole camera shows what another lens does.
 * Where there are two eyes, this is the camera of the left eye, whose view is on top.
 */
function pinholeOf(
	{ lens, frusta, pose, width, height, eyes, surround }: LensFacts,
	imagePlaneDistance = IMAGE_PLANE_M,
): rr.Loggable {
	if (lens !== "flat") return rr.Pinhole.clearFields();
	const { left, right, up, down } = frusta?.[0] ?? symmetricFrustum(Math.tan(pose.fovRad / 2), width, height);
	const rows = height * eyes + (surround === undefined ? 0 : surround.gap + surround.height);
	const focalLength = [width / (left + right), height / (up + down)] as const;
	return new rr.Pinhole({
		resolution: [width, rows],
		focalLength,
		principalPoint: [left * focalLength[0], up * focalLength[1]],
		cameraXyz: rr.ViewCoordinates.RUB,
		imagePlaneDistance,
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
