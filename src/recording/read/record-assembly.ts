import type { ArrowValues } from "panogaze-rerun";
import type { BoneTable } from "../../skeleton/bone-table.ts";
import { isSkeletonType } from "../../skeleton/tables/skeleton.ts";
import type { Vector3 } from "../../skeleton/vector.ts";
import { EPISODE_STATES, type RecordedEpisode } from "../episode.ts";
import { CAMERA, CAMERAS, EPISODES_PATH, SOUND, SOUND_NAMES, viewerOf } from "../record-paths.ts";
import { codecOf, sourceCodecOf } from "../rerun/rerun-codecs.ts";
import type { RecordedLevel, RecordedPose } from "../session-record.ts";
import type { ReadFrame, ReadRecord } from "./read-record.ts";
import { cameraPicture, type Geometry, recordedGeometry, stageTimes } from "./recorded-geometry.ts";
import type { RecordedRow } from "./recorded-row.ts";
import { recordedSource } from "./recorded-source.ts";

function episodeOf(row: RecordedRow): RecordedEpisode {
	const fact = (name: string) => row.text(`panogaze.Episode:${name}`) || undefined;
	const outcome = fact("outcome");
	return {
		number: row.number("panogaze.Episode:number") ?? 0,
		task: fact("task"),
		state: EPISODE_STATES.find((state) => state === fact("state")) ?? "unfinished",
		success: outcome === undefined ? undefined : outcome === "success",
	};
}

/** The rows of one picture. */
interface PictureRows {
	facts?: RecordedRow;
	video?: RecordedRow;
	stages?: RecordedRow;
}

const LEVELS: readonly RecordedLevel[] = ["INFO", "WARN", "ERROR"];
const NO_BYTES = new Uint8Array(0);
const SIDES = { "left controller": "left", "right controller": "right" } as const;

/** Makes records again out of the rows of a recording. */
export class RecordAssembly {
	readonly #beginNs: bigint;
	/** Codecs of videos by their entity. */
	readonly #codecs: ReadonlyMap<readonly string[], number>;
	/** Geometry of each viewer's pictures. */
	readonly #geometry = new Map<string, Geometry>();

	/** @param beginNs time that counts as 0, nanoseconds since 1970. */
	constructor(beginNs: bigint, codecs: ReadonlyMap<readonly string[], number>) {
		this.#beginNs = beginNs;
		this.#codecs = codecs;
	}

	/** The records of one moment. @param rows in the order of their logging. */
	*records(rows: readonly RecordedRow[]): Generator<ReadRecord, void> {
		const pictures = picturesOf(rows);
		for (const row of rows) {
			const [root, owner = "", ...below] = row.entity;
			const viewer = viewerOf(owner);
			if (root === "world" && viewer !== undefined) {
				if (row.has("panogaze.View:lens")) this.learnView(viewer, row);
				const picture = pictures.get(pictureKey(row, viewer));
				if (below.length === 1 && below[0] === CAMERA && picture !== undefined) {
					const frame = picture.facts === row ? this.#frame(viewer, picture) : undefined;
					if (frame !== undefined) yield frame;
				} else if (row.has("panogaze.Pose:sequence")) yield this.#pose(viewer, below.at(-1) ?? "", row);
				else yield this.#log(viewer, below, row);
			} else if (root === "log" && row.has("TextLog:text")) yield this.#text(viewer, row);
			else if (root === EPISODES_PATH[0] && row.has("panogaze.Episode:number"))
				yield { type: "episode", atSec: this.#at(row), episode: episodeOf(row) };
			else if (root === CAMERAS && viewer !== undefined && row.has("VideoStream:sample"))
				yield this.#clientFrame(viewer, row);
			else if (root === CAMERAS && row.has("VideoStream:sample")) yield this.#camera(owner, row);
			else if (root === SOUND && viewer !== undefined && row.has("panogaze.Sound:packet"))
				yield this.#sound(viewer, below[0], row);
			else if (root === "source" && row.has("VideoStream:sample")) yield this.#sourcePacket(row);
			else if (root === "source" && row.has("panogaze.Source:name"))
				yield { type: "source", atSec: this.#at(row), source: recordedSource(row) };
			else if ((root === "latency" || root === "network") && viewer !== undefined) {
				if (below[0] === "frames" || below[0] === "poses") continue;
				const values = [...(row.numbers("Scalars:scalars") ?? [])].map(Number);
				yield { type: "curve", viewer, atSec: this.#at(row), group: root, name: below.join("/"), values };
			} else yield this.#log(undefined, row.entity, row);
		}
	}

	/** Takes note of a viewer's geometry, as if its row had just come. */
	learnView(viewer: string, row: RecordedRow): void {
		this.#geometry.set(viewer, recordedGeometry(row));
	}

	/** @returns `undefined` while nothing is known about the viewer's pictures. */
	#frame(viewer: string, { facts, video, stages }: PictureRows): ReadFrame | undefined {
		const geometry = this.#geometry.get(viewer);
		if (facts === undefined || geometry === undefined) return undefined;
		const { fovRad, ...others } = geometry;
		const drawStartSec = this.#at(facts);
		const { firstPacketSec, lastPacketSec, times } = stageTimes(
			drawStartSec,
			this.#sec(facts.time("capture")),
			stages?.numbers("Scalars:scalars"),
		);
		const stamp = facts.time("source");
		const [x = 0, y = 0, z = 0, w = 1] = facts.numbers("panogaze.Frame:orientation") ?? [];
		return {
			type: "frame",
			viewer,
			number: Number(facts.time("frame")),
			position: vectorOf(facts.numbers("Transform3D:translation")),
			packet: {
				kind: "video",
				...others,
				codec: codecOf(this.#codecs.get(facts.entity)),
				accessUnit: video?.bytes("VideoStream:sample") ?? NO_BYTES,
				keyframe: facts.flag("panogaze.Frame:keyframe") ?? video?.flag("VideoStream:is_keyframe") ?? false,
				rtpTicks: facts.number("panogaze.Frame:rtp_ticks") ?? 0,
				poseSequence: facts.number("panogaze.Frame:pose_sequence") ?? 0,
				pose: { worldFromView: [Number(x), Number(y), Number(z), Number(w)], fovRad },
				stages: times,
				mediaTimeSec: facts.number("panogaze.Frame:media_time_sec") ?? Number.NaN,
				stampSec: stamp === undefined ? Number.NaN : Number(stamp) / 1e9,
				cameraUs: cameraUsOf(facts),
			},
			firstPacketSec,
			lastPacketSec,
		};
	}

	#pose(viewer: string, name: string, row: RecordedRow): ReadRecord {
		const fact = (field: string) => row.number(`panogaze.Pose:${field}`);
		const text = row.text("panogaze.Pose:kind");
		const kind = text === "head" || text === "controller" ? text : "skeleton";
		const clientTime = row.time("client");
		const pose: RecordedPose = {
			kind,
			skeleton: kind === "skeleton" && isSkeletonType(name) ? name : undefined,
			hand: kind === "controller" ? SIDES[name as keyof typeof SIDES] : undefined,
			stream: fact("stream") ?? 0,
			sequence: fact("sequence") ?? 0,
			clientTimeMs: clientTime === undefined ? Number.NaN : Number(clientTime) / 1e6,
			seenRtpTicks: fact("seen"),
			positionTracked: row.flag("panogaze.Pose:position_tracked") ?? true,
			confidence: fact("confidence") ?? 1,
			...bonesOf(kind, row),
			controls: kind === "controller" ? controlsOf(row) : undefined,
			receivedSec: this.#at(row),
			capturedSec: this.#sec(row.time("capture")),
			photonAgeMs: fact("photon_age_ms") ?? Number.NaN,
		};
		return { type: "pose", viewer, pose };
	}

	#sourcePacket(row: RecordedRow): ReadRecord {
		const fact = (field: string) => row.number(`panogaze.SourcePacket:${field}`) ?? Number.NaN;
		const stamp = row.time("source");
		const atSec = this.#at(row);
		const packet = {
			codec: sourceCodecOf(this.#codecs.get(row.entity)),
			configuration: NO_BYTES,
			data: row.bytes("VideoStream:sample") ?? NO_BYTES,
			keyframe: row.flag("VideoStream:is_keyframe") ?? false,
			stampSec: stamp === undefined ? Number.NaN : Number(stamp) / 1e9,
			decodeSec: fact("decode_time_sec"),
			durationSec: fact("duration_sec"),
			receivedSec: atSec,
			capturedSec: this.#sec(row.time("capture")),
			cameraUs: cameraUsOf(row),
		};
		return { type: "source-packet", atSec, packet };
	}

	#camera(camera: string, row: RecordedRow): ReadRecord {
		const fact = (field: string) => row.number(`panogaze.CameraFrame:${field}`);
		const atSec = this.#at(row);
		const packet = cameraPicture({
			codec: codecOf(this.#codecs.get(row.entity)),
			accessUnit: row.bytes("VideoStream:sample") ?? NO_BYTES,
			keyframe: row.flag("VideoStream:is_keyframe") ?? false,
			width: fact("width") ?? 0,
			height: fact("height") ?? 0,
			mediaTimeSec: fact("media_time_sec") ?? Number.NaN,
			cameraUs: cameraUsOf(row),
			capturedSec: this.#sec(row.time("capture")),
			atSec,
		});
		return { type: "camera", camera, atSec, packet };
	}

	#clientFrame(viewer: string, row: RecordedRow): ReadRecord {
		const atSec = this.#at(row);
		const codec = codecOf(this.#codecs.get(row.entity));
		return {
			type: "client-frame",
			viewer,
			atSec,
			packet: {
				kind: "video",
				codec: codec === "vp8" ? codec : "h264",
				data: Uint8Array.from(row.bytes("VideoStream:sample") ?? NO_BYTES),
				keyframe: row.flag("VideoStream:is_keyframe") ?? false,
				rtpTicks: row.number("panogaze.ClientFrame:rtp_ticks") ?? 0,
				receivedSec: atSec,
				capturedSec: this.#sec(row.time("capture")),
			},
		};
	}

	#sound(viewer: string, name: string | undefined, row: RecordedRow): ReadRecord {
		return {
			type: "sound",
			viewer,
			direction: name === SOUND_NAMES.received ? "received" : "sent",
			atSec: this.#at(row),
			sound: {
				data: row.bytes("panogaze.Sound:packet") ?? NO_BYTES,
				durationSec: row.number("panogaze.Sound:duration_sec") ?? Number.NaN,
				mediaTimeSec: row.number("panogaze.Sound:media_time_sec") ?? Number.NaN,
				capturedSec: this.#sec(row.time("capture")),
				begins: row.flag("panogaze.Sound:begins") ?? false,
			},
		};
	}

	#text(viewer: string | undefined, row: RecordedRow): ReadRecord {
		const atSec = this.#at(row);
		const kind = row.text("panogaze.Event:kind");
		if (viewer !== undefined && kind === "join") return { type: "join", viewer, atSec };
		if (viewer !== undefined && kind === "leave")
			return { type: "leave", viewer, atSec, reason: row.text("panogaze.Event:reason") ?? "" };
		const level = row.text("TextLog:level");
		return {
			type: "text",
			viewer,
			atSec,
			words: row.text("TextLog:text") ?? "",
			level: LEVELS.includes(level as RecordedLevel) ? (level as RecordedLevel) : "INFO",
		};
	}

	#log(viewer: string | undefined, path: readonly string[], row: RecordedRow): ReadRecord {
		return { type: "log", viewer, atSec: this.#at(row), path, values: [row.values()] };
	}

	#at(row: RecordedRow): number {
		return this.#sec(row.time("server"));
	}

	#sec(ns: bigint | undefined): number {
		return ns === undefined ? Number.NaN : Number(ns - this.#beginNs) / 1e9;
	}
}

/** The camera's own time of a picture, microseconds since 1970; NaN: it states none. */
function cameraUsOf(row: RecordedRow): number {
	const ns = row.time("camera");
	return ns === undefined ? Number.NaN : Number(ns / 1000n);
}

function picturesOf(rows: readonly RecordedRow[]): ReadonlyMap<string, PictureRows> {
	const pictures = new Map<string, PictureRows>();
	for (const row of rows) {
		const [root, owner = "", name, ...below] = row.entity;
		const viewer = viewerOf(owner);
		if (viewer === undefined || below.length > 0 || row.time("frame") === undefined) continue;
		const part =
			root === "latency" && name === "frames"
				? "stages"
				: root !== "world" || name !== CAMERA
					? undefined
					: row.has("panogaze.Frame:rtp_ticks")
						? "facts"
						: row.has("VideoStream:sample")
							? "video"
							: undefined;
		if (part === undefined) continue;
		const key = pictureKey(row, viewer);
		const picture = pictures.get(key) ?? {};
		pictures.set(key, picture);
		picture[part] = row;
	}
	return pictures;
}

function pictureKey(row: RecordedRow, viewer: string): string {
	return `${row.time("frame")} ${viewer}`;
}

function bonesOf(kind: RecordedPose["kind"], row: RecordedRow): BoneTable {
	const numbers = (component: string) => row.numbers(component) ?? NO_BYTES;
	if (kind === "skeleton")
		return {
			ids: Int32Array.from(numbers("Points3D:keypoint_ids"), Number),
			positions: Float32Array.from(numbers("Points3D:positions"), Number),
			rotations: Float32Array.from(numbers("panogaze.Pose:rotations"), Number),
		};
	if (kind === "controller")
		return {
			ids: Int32Array.from(numbers("panogaze.Pose:ids"), Number),
			positions: Float32Array.from(numbers("panogaze.Pose:positions"), Number),
			rotations: Float32Array.from(numbers("panogaze.Pose:rotations"), Number),
		};
	const isTracked = row.flag("panogaze.Pose:position_tracked") ?? true;
	return {
		ids: Int32Array.of(0),
		// Without a place of its own the head stands where the camera was taken to be.
		positions: isTracked ? Float32Array.from(numbers("Transform3D:translation"), Number) : new Float32Array(3),
		rotations: Float32Array.from(numbers("Transform3D:quaternion"), Number),
	};
}

function controlsOf(row: RecordedRow): NonNullable<RecordedPose["controls"]> {
	const numbers = (field: string) => Float32Array.from(row.numbers(`panogaze.Pose:${field}`) ?? NO_BYTES, Number);
	return {
		buttons: numbers("buttons"),
		axes: numbers("axes"),
		pressed: row.number("panogaze.Pose:pressed") ?? 0,
		touched: row.number("panogaze.Pose:touched") ?? 0,
	};
}

function vectorOf(numbers: ArrowValues | undefined): Vector3 {
	return [Number(numbers?.[0] ?? 0), Number(numbers?.[1] ?? 0), Number(numbers?.[2] ?? 0)];
}
