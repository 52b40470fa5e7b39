import { Scalars } from "panogaze-rerun";
import type { ClientMediaPacket } from "../../media/client-media.ts";
import type { EncodedPacket } from "../../media/encoded-packet.ts";
import { readOpusPacket } from "../../media/opus-packet.ts";
import { IDENTITY, type Quaternion } from "../../media/rotation.ts";
import { VIEW_CODECS } from "../../media/video-format.ts";
import type { BoneTable } from "../../skeleton/bone-table.ts";
import { isSkeletonType } from "../../skeleton/tables/skeleton.ts";
import type { Vector3 } from "../../skeleton/vector.ts";
import { EPISODE_STATES, type RecordedEpisode } from "../episode.ts";
import { FRAME_STAGE_FIELDS } from "../frame-stages.ts";
import { pathOfNumbers } from "../mcap/numbers-topic.ts";
import { CAMERAS, SOUND_NAMES, viewerOf } from "../record-paths.ts";
import { readOrientation, readPacking } from "../recorded-packing.ts";
import { projectionOf } from "../recorded-projection.ts";
import { smallOf } from "../recorded-small.ts";
import { TREMBLE_SEC } from "../recorded-sound.ts";
import type { RecordedPose, RecordedSource, SessionRecord } from "../session-record.ts";
import type { McapMessage } from "./mcap-file.ts";
import { bytesOf, numbersOf, type ProtobufField, readProtobuf, textOf } from "./protobuf-reader.ts";
import type { ReadFrame, ReadRecord } from "./read-record.ts";
import { cameraPicture, readGeometry, stageTimes } from "./recorded-geometry.ts";
import { colorOf, soundLayoutOf } from "./recorded-source.ts";

type Json = Readonly<Record<string, unknown>>;

/** A record with the time by which records are ordered, nanoseconds since 1970. */
export interface TimedRecord {
	readonly ns: bigint;
	readonly record: ReadRecord;
}

const LEVELS = ["INFO", "INFO", "INFO", "WARN", "ERROR", "ERROR"] as const;
const NO_BYTES = new Uint8Array(0);
/** Sound that begins later than the one before has ended, seconds, comes after silence. */
const SILENCE_SEC = 0.005;
const decoder = new TextDecoder();

/** Facts that come in front of the message that they are about, by its topic. */
interface Facts {
	readonly ns: bigint;
	readonly json: Json;
}

/** Makes records again out of the messages of one chunk, in the order of writing. */
export class McapAssembly {
	readonly #beginNs: bigint;
	readonly #hasVideo: boolean;
	/** Newest facts by their topic. */
	readonly #facts = new Map<string, Facts>();
	/** Newest place of each coordinate frame. */
	readonly #places = new Map<string, { readonly ns: bigint; readonly place: Vector3; readonly turn: Quaternion }>();
	readonly #bones = new Map<string, Int32Array>();
	readonly #soundEndSec: Map<string, number>;

	/**
	 * @param beginNs time that counts as 0. @param hasVideo access units are wanted.
	 * @param soundEndSec end of the newest sound of each topic, seconds: kept from chunk to chunk.
	 */
	constructor(beginNs: bigint, hasVideo: boolean, soundEndSec = new Map<string, number>()) {
		this.#beginNs = beginNs;
		this.#hasVideo = hasVideo;
		this.#soundEndSec = soundEndSec;
	}

	/** @param onBroken receives the reason why a message is left out. */
	records(messages: Iterable<McapMessage>, onBroken: (reason: string) => void): readonly TimedRecord[] {
		const records: TimedRecord[] = [];
		for (const message of messages) {
			try {
				const record = this.#record(message);
				if (record !== undefined) records.push({ ns: message.logTime, record });
			} catch (error) {
				if (!(error instanceof RangeError || error instanceof SyntaxError)) throw error;
				onBroken(error.message);
			}
		}
		return records;
	}

	#record(message: McapMessage): ReadRecord | undefined {
		const [, root = "", name = ""] = message.topic.split("/");
		const viewer = viewerOf(root);
		const atSec = this.#sec(message.logTime);
		switch (message.schema) {
			case "foxglove.Log":
				return lineRecord(readProtobuf(message.data), atSec);
			case "foxglove.FrameTransforms":
				return this.#transform(message);
			case "foxglove.CompressedVideo":
				return this.#video(message, root, name, viewer, atSec);
			case "foxglove.CompressedAudio":
				return viewer === undefined ? undefined : this.#sound(message, viewer, name, atSec);
			case "foxglove.PosesInFrame":
				return viewer === undefined ? undefined : this.#poses(message, viewer, name);
			case "panogaze.Bones":
				this.#bones.set(message.topic, Int32Array.from(listOf(jsonOf(message)["ids"]), Number));
				return undefined;
			case "panogaze.Episode":
				return { type: "episode", atSec, episode: episodeOf(jsonOf(message)) };
			case "panogaze.Source":
				return { type: "source", atSec, source: sourceOf(jsonOf(message)) };
			case "panogaze.Numbers": {
				const { values: numbers, path } = jsonOf(message);
				const values = [{ batches: new Scalars(listOf(numbers).map(Number)).batches }];
				return { type: "log", atSec, ...pathOfNumbers(message.topic.slice(1), path), values };
			}
			case "panogaze.Stats":
			case "":
				return undefined;
			default:
				if (message.schema.startsWith("panogaze."))
					this.#facts.set(message.topic, { ns: message.logTime, json: jsonOf(message) });
				return undefined;
		}
	}

	/** Takes note of a place. A head is a pose as soon as its place has come. */
	#transform(message: McapMessage): ReadRecord | undefined {
		const { logTime: ns } = message;
		const transform = readProtobuf(bytesOf(readProtobuf(message.data), 1));
		const child = textOf(transform, 3);
		const [x = 0, y = 0, z = 0] = numbersOf(transform, 4, 3);
		const [a = 0, b = 0, c = 0, d = 1] = numbersOf(transform, 5, 4);
		const place = { ns, place: [x, y, z], turn: [a, b, c, d] } as const;
		this.#places.set(child, place);
		const [root = "", name] = child.split("/");
		const viewer = viewerOf(root);
		const facts = viewer === undefined || name !== "head" ? undefined : this.#factsOf(`/${child}/pose`, ns);
		if (facts === undefined || viewer === undefined) return undefined;
		const isTracked = facts["position_tracked"] !== false;
		const bones: BoneTable = {
			ids: Int32Array.of(0),
			positions: isTracked ? Float32Array.of(x, y, z) : new Float32Array(3),
			rotations: Float32Array.of(a, b, c, d),
		};
		return this.#pose(message, viewer, "head", facts, bones);
	}

	#poses(message: McapMessage, viewer: string, name: string): ReadRecord | undefined {
		const facts = this.#factsOf(`${message.topic}/pose`, message.logTime);
		const ids = this.#bones.get(`${message.topic}/bones`);
		if (facts === undefined || ids === undefined) return undefined;
		const poses = readProtobuf(message.data).filter(({ number }) => number === 3);
		const parts = poses.map(({ value }) => (value instanceof Uint8Array ? readProtobuf(value) : []));
		const bones = {
			ids: ids.slice(0, parts.length),
			positions: Float32Array.from(parts.flatMap((part) => numbersOf(part, 1, 3))),
			rotations: Float32Array.from(parts.flatMap((part) => numbersOf(part, 2, 4))),
		};
		return this.#pose(message, viewer, name, facts, bones);
	}

	#pose(message: McapMessage, viewer: string, name: string, facts: Json, bones: BoneTable): ReadRecord {
		const text = facts["kind"];
		const kind = text === "head" || text === "controller" ? text : "skeleton";
		const side = name === "left controller" ? "left" : name === "right controller" ? "right" : undefined;
		const list = (field: string) => Float32Array.from(listOf(facts[field]), Number);
		const seen = facts["seen"];
		const pose: RecordedPose = {
			kind,
			skeleton: kind === "skeleton" && isSkeletonType(name) ? name : undefined,
			hand: kind === "controller" ? side : undefined,
			stream: numberOf(facts["stream"], 0),
			sequence: numberOf(facts["sequence"], 0),
			clientTimeMs: numberOf(facts["client_time_ms"]),
			seenRtpTicks: typeof seen === "number" ? seen : undefined,
			positionTracked: facts["position_tracked"] !== false,
			confidence: numberOf(facts["confidence"], 1),
			...bones,
			controls:
				kind !== "controller"
					? undefined
					: {
							buttons: list("buttons"),
							axes: list("axes"),
							pressed: numberOf(facts["pressed"], 0),
							touched: numberOf(facts["touched"], 0),
						},
			receivedSec: this.#sec(message.logTime),
			capturedSec: this.#capturedSec(message),
			photonAgeMs: numberOf(facts["photon_age_ms"]),
		};
		return { type: "pose", viewer, pose };
	}

	#video(
		message: McapMessage,
		root: string,
		name: string,
		viewer: string | undefined,
		atSec: number,
	): ReadRecord | undefined {
		const fields = readProtobuf(message.data);
		const data = this.#hasVideo ? bytesOf(fields, 3) : NO_BYTES;
		const format = textOf(fields, 4);
		if (viewer !== undefined) return this.#frame(message, viewer, data, codecOf(format));
		if (root === "source") return this.#sourcePacket(message, data, format, atSec);
		const facts = root === CAMERAS ? this.#factsOf(`${message.topic}/frame`, message.logTime) : undefined;
		if (facts === undefined) return undefined;
		const { keyframe, cameraUs, capturedSec } = this.#captureOf(message, facts);
		const owner = viewerOf(name);
		if (owner === undefined) {
			const [width, height] = [numberOf(facts["width"], 0), numberOf(facts["height"], 0)];
			const mediaTimeSec = numberOf(facts["source_time"]);
			const given = { codec: codecOf(format), accessUnit: data, keyframe, width, height, mediaTimeSec, cameraUs };
			return { type: "camera", camera: name, atSec, packet: cameraPicture({ ...given, atSec, capturedSec }) };
		}
		const packet: ClientMediaPacket = {
			kind: "video",
			codec: format === "vp8" ? "vp8" : "h264",
			data: Uint8Array.from(data),
			keyframe,
			rtpTicks: numberOf(facts["rtp_ticks"], 0),
			receivedSec: atSec,
			capturedSec,
		};
		return { type: "client-frame", viewer: owner, atSec, packet };
	}

	#frame(
		message: McapMessage,
		viewer: string,
		accessUnit: Uint8Array,
		codec: EncodedPacket["codec"],
	): ReadFrame | undefined {
		const facts = this.#factsOf(`/viewer ${viewer}/frame`, message.logTime);
		const place = this.#places.get(`viewer ${viewer}/camera`);
		if (facts === undefined) return undefined;
		const isOfFrame = place?.ns === message.logTime;
		const { fovRad, ...geometry } = readGeometry(
			facts["lens"],
			(field) => numberOf(facts[field]),
			(field) => facts[field],
		);
		const { capturedSec, cameraUs, keyframe } = this.#captureOf(message, facts);
		const stagesMs = FRAME_STAGE_FIELDS.map((field) => numberOf(facts[field]));
		const { times, firstPacketSec, lastPacketSec } = stageTimes(this.#sec(message.logTime), capturedSec, stagesMs);
		const stampSec = numberOf(facts["source_time"]);
		return {
			type: "frame",
			viewer,
			number: numberOf(facts["number"], 0),
			position: isOfFrame ? place.place : [0, 0, 0],
			packet: {
				kind: "video",
				...geometry,
				codec,
				accessUnit,
				keyframe,
				rtpTicks: numberOf(facts["rtp_ticks"], 0),
				poseSequence: numberOf(facts["pose_sequence"], 0),
				pose: { worldFromView: isOfFrame ? place.turn : IDENTITY, fovRad },
				stages: times,
				mediaTimeSec: numberOf(facts["media_time"], stampSec),
				stampSec,
				cameraUs,
			},
			firstPacketSec,
			lastPacketSec,
		};
	}

	#sourcePacket(message: McapMessage, data: Uint8Array, format: string, atSec: number): ReadRecord | undefined {
		const facts = this.#factsOf("/source/packet", message.logTime);
		if (facts === undefined) return undefined;
		const packet: Extract<SessionRecord, { type: "source-packet" }>["packet"] = {
			codec: format === "h265" ? "hevc" : format,
			configuration: NO_BYTES,
			data,
			stampSec: numberOf(facts["source_time"]),
			decodeSec: numberOf(facts["decode_time"]),
			durationSec: numberOf(facts["duration"], 0),
			receivedSec: atSec,
			...this.#captureOf(message, facts),
		};
		return { type: "source-packet", atSec, packet };
	}

	#sound(message: McapMessage, viewer: string, name: string, atSec: number): ReadRecord | undefined {
		const direction = name === SOUND_NAMES.received ? "received" : "sent";
		const data = bytesOf(readProtobuf(message.data), 2);
		const facts = readOpusPacket(data);
		if (facts === undefined) return undefined;
		const { durationSec } = facts;
		const capturedSec = this.#capturedSec(message);
		const beginSec = Number.isNaN(capturedSec) ? atSec : capturedSec;
		const lastEndSec = this.#soundEndSec.get(message.topic) ?? Number.NEGATIVE_INFINITY;
		this.#soundEndSec.set(message.topic, beginSec + durationSec);
		const begins = beginSec > lastEndSec + (direction === "sent" ? SILENCE_SEC : TREMBLE_SEC);
		const sound = { data, durationSec, mediaTimeSec: Number.NaN, capturedSec, begins };
		return { type: "sound", viewer, direction, atSec, sound };
	}

	/** Facts about a message: those of its time. */
	#factsOf(topic: string, ns: bigint): Json | undefined {
		const facts = this.#facts.get(topic);
		return facts?.ns === ns ? facts.json : undefined;
	}

	#captureOf(message: McapMessage, facts: Json) {
		return {
			keyframe: facts["keyframe"] === true,
			capturedSec: this.#capturedSec(message),
			cameraUs: numberOf(facts["camera_time_us"]),
		};
	}

	#capturedSec({ logTime, publishTime }: McapMessage): number {
		return publishTime === logTime ? Number.NaN : this.#sec(publishTime);
	}

	#sec(ns: bigint): number {
		return Number(ns - this.#beginNs) / 1e9;
	}
}

/** A line of text, a join or a leave. Lines about episodes are in their records. */
function lineRecord(fields: readonly ProtobufField[], atSec: number): ReadRecord | undefined {
	const [words, name] = [textOf(fields, 3), textOf(fields, 4)];
	if (name === "episodes") return undefined;
	const viewer = viewerOf(name);
	const level = LEVELS[Number(fields.find(({ number }) => number === 2)?.value ?? 2)] ?? "INFO";
	if (viewer !== undefined && level === "INFO" && words === "joined") return { type: "join", viewer, atSec };
	if (viewer !== undefined && level === "INFO" && words.startsWith("left: "))
		return { type: "leave", viewer, atSec, reason: words.slice("left: ".length) };
	return { type: "text", viewer, atSec, words, level };
}

function episodeOf(json: Json): RecordedEpisode {
	const { number, task, state, success } = json;
	return {
		number: numberOf(number, 0),
		task: typeof task === "string" && task !== "" ? task : undefined,
		state: EPISODE_STATES.find((known) => known === state) ?? "unfinished",
		success: typeof success === "boolean" ? success : undefined,
	};
}

function sourceOf(json: Json): RecordedSource {
	const text = (field: string) => (typeof json[field] === "string" ? json[field] : "");
	const [x = 0, y = 0, z = 0, w = 1] = listOf(json["world_from_panorama"]).map(Number);
	const small = smallOf(json["small"]);
	return {
		name: text("name") || "source",
		codec: text("codec"),
		frameRate: numberOf(json["frame_rate"]),
		live: json["live"] === true,
		durationSec: numberOf(json["duration_sec"]),
		layout: text("layout") || undefined,
		packing: readPacking(json["packing"]),
		codedOrientation: readOrientation(json["coded_orientation"]),
		sound: soundLayoutOf(text("sound")),
		...(small && { small }),
		format: {
			width: numberOf(json["width"], 0),
			height: numberOf(json["height"], 0),
			eyes: json["eyes"] === 2 ? 2 : 1,
			color: colorOf(json["color"]),
			projection: projectionOf(json["projection"]),
			rightProjection: projectionOf(json["right_projection"]),
			worldFromPanorama: [x, y, z, w],
		},
	};
}

function codecOf(format: string): EncodedPacket["codec"] {
	return VIEW_CODECS.find((codec) => codec === format) ?? "h264";
}

/** @throws {SyntaxError} when it is none. */
function jsonOf({ data }: McapMessage): Json {
	const value: unknown = JSON.parse(decoder.decode(data));
	return typeof value === "object" && value !== null ? (value as Json) : {};
}

function listOf(value: unknown): readonly unknown[] {
	return Array.isArray(value) ? value : [];
}

function numberOf(value: unknown, missing = Number.NaN): number {
	return typeof value === "number" ? value : missing;
}
