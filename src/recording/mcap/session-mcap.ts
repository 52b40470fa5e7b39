import type { ArrowArray, Loggable } from "panogaze-rerun";
import { IDENTITY } from "../../media/rotation.ts";
import { McapFile } from "../../motion/mcap-file.ts";
import { boneName, SKELETONS } from "../../skeleton/tables/skeleton.ts";
import { wordsForEpisode } from "../episode.ts";
import type { PartFile, PartFileStats } from "../files/part-file.ts";
import type { DiskFile, RecordingDisk } from "../files/recording-disk.ts";
import { isWritable } from "../record-clock.ts";
import { SOUND_NAMES } from "../record-paths.ts";
import { projectionText } from "../recorded-projection.ts";
import { smallText } from "../recorded-small.ts";
import type { SoundRecord } from "../recorded-sound.ts";
import { type SampleMaker, sampleMaker } from "../rerun/source-writer.ts";
import type { SessionProgress } from "../session-progress.ts";
import type { RecordedPose, SessionRecord } from "../session-record.ts";
import {
	COMPRESSED_AUDIO,
	COMPRESSED_VIDEO,
	compressedAudio,
	compressedVideo,
	FRAME_TRANSFORMS,
	frameTransforms,
	LOG,
	logLine,
	POSES_IN_FRAME,
	posesInFrame,
} from "./foxglove-messages.ts";
import {
	BONES_SCHEMA,
	CAMERA_FRAME_SCHEMA,
	EPISODE_SCHEMA,
	FRAME_SCHEMA,
	NUMBERS_SCHEMA,
	POSE_SCHEMA,
	SESSION_METADATA,
	SOURCE_PACKET_SCHEMA,
	SOURCE_SCHEMA,
	STATS_SCHEMA,
} from "./mcap-schemas.ts";
import { descriptorSet, type MessageType } from "./protobuf-message.ts";

type Schema = MessageType | { readonly name: string; readonly schema: object };
type Of<Type extends SessionRecord["type"]> = Extract<SessionRecord, { readonly type: Type }>;

/** Coordinate frame of all poses: right-handed, Y up, metres. */
const WORLD = "world";
/** Foxglove's names of codecs that have another one here. */
const FORMATS: Readonly<Record<string, string>> = { hevc: "h265" };

/** Options of a `SessionMcap`. */
export interface SessionMcapOptions {
	/** A file that does not exist. */
	readonly path: string;
	/** Seconds since 1970 at the origin of the monotonic clock. */
	readonly epochSec: number;
	/** No file of another format shares it. */
	readonly progress: SessionProgress;
	readonly disk: RecordingDisk;
	/** The file can't be written any more. */
	readonly onFailed: (message: string) => void;
}

/** A part of a recording as MCAP, for Foxglove and all that reads its messages. */
export class SessionMcap implements PartFile {
	readonly path: string;
	readonly format = "mcap";
	readonly #options: SessionMcapOptions;
	readonly #file: McapFile;
	readonly #output: DiskFile;
	readonly #epochNs: bigint;
	readonly #schemas = new Map<string, number>();
	readonly #channels = new Map<string, number>();
	/** The bones of each stream's newest pose. */
	readonly #bones = new Map<string, string>();
	readonly #sequences = new Map<number, number>();
	readonly #encoder = new TextEncoder();
	#source: { readonly configuration: Uint8Array; readonly make: SampleMaker } | undefined;
	#chunks = 0;

	/** @throws {Error} if the file can't be made. */
	constructor(options: SessionMcapOptions) {
		this.path = options.path;
		this.#options = options;
		this.#epochNs = BigInt(Math.round(options.epochSec * 1e6)) * 1000n;
		this.#output = options.disk.open(options.path, false, options.onFailed);
		const output = this.#output;
		this.#file = new McapFile({
			get position() {
				return output.byteLength;
			},
			// The bytes are lent.
			append: (bytes) => output.append(bytes.slice()),
			touch: () => {},
			close: () => {},
		});
		this.#file.addMetadata(SESSION_METADATA, { version: "1", world: "right-handed, Y up, metres" });
		const { source } = options.progress;
		if (source !== undefined) this.write(source);
	}

	get stats(): PartFileStats {
		const { byteLength: bytes, waitingBytes: waiting } = this.#output;
		return { bytes, waiting, lost: 0, entries: this.#chunks };
	}

	flush(): void {
		if (this.#file.waiting === 0) return;
		this.#file.flush();
		this.#chunks++;
		// A reader may begin at any chunk, and needs the bones there.
		this.#bones.clear();
	}

	settled(): Promise<void> {
		return this.#output.settled();
	}

	close(): Promise<void> {
		this.#file.close();
		return this.#output.close();
	}

	write(record: SessionRecord): void {
		switch (record.type) {
			case "join":
				this.#line(record.atSec, "INFO", "joined", viewerName(record.viewer));
				break;
			case "leave":
				this.#line(record.atSec, "INFO", `left: ${record.reason}`, viewerName(record.viewer));
				this.#options.progress.leave(record.viewer);
				break;
			case "text":
				this.#line(record.atSec, record.level, record.words, subjectOf(record.viewer));
				break;
			case "frame":
				this.#frame(record);
				break;
			case "camera":
				this.#camera(record);
				break;
			case "client-frame": {
				const { data: accessUnit, codec, capturedSec, keyframe, rtpTicks } = record.packet;
				const topic = `cameras/${viewerName(record.viewer)}`;
				const facts = { keyframe, rtp_ticks: rtpTicks };
				this.#json(`${topic}/frame`, CAMERA_FRAME_SCHEMA, record.atSec, facts, capturedSec);
				this.#video(topic, record.atSec, { accessUnit, codec }, capturedSec);
				break;
			}
			case "sound":
				this.#sound(record);
				break;
			case "pose":
				this.#pose(record.viewer, record.pose);
				break;
			case "stats":
				this.#stats(record);
				break;
			case "source":
				this.#options.progress.source = record;
				this.#sourceFacts(record);
				break;
			case "source-packet":
				this.#sourcePacket(record);
				break;
			case "episode":
				this.#json("episodes", EPISODE_SCHEMA, record.atSec, {
					...record.episode,
					success: record.episode.success ?? null,
				});
				this.#line(record.atSec, "INFO", wordsForEpisode(record.episode), "episodes");
				break;
			case "log":
				this.#numbers(record);
		}
		if (this.#file.chunkIsFull) this.flush();
	}

	#frame({ viewer, packet, firstPacketSec, lastPacketSec }: Of<"frame">): void {
		const { stages, pose, rtpTicks, poseSequence, stampSec = packet.mediaTimeSec } = packet;
		const { lens, frusta, foveation, surround, width, height, eyes, keyframe } = packet;
		const name = viewerName(viewer);
		const { drawStartSec, drawEndSec, encodeEndSec } = stages;
		const progress = this.#options.progress.of(viewer);
		const number = progress.frames++;
		const milliseconds = (sec: number) => sec * 1000;
		this.#json(`${name}/frame`, FRAME_SCHEMA, drawStartSec, {
			number,
			rtp_ticks: rtpTicks,
			pose_sequence: poseSequence,
			source_time: stampSec,
			media_time: packet.mediaTimeSec,
			capture_to_drawing_ms: milliseconds(drawStartSec - stages.capturedSec),
			camera_time_us: packet.cameraUs ?? null,
			fov_deg: (pose.fovRad * 180) / Math.PI,
			...{ width, height, eyes, keyframe, lens },
			frusta: frusta ?? null,
			foveation: foveation ?? null,
			surround: surround ?? null,
			source_waits_ms: milliseconds(drawStartSec - stages.panoramaReadySec),
			pose_waits_ms: milliseconds(drawStartSec - stages.poseReceivedSec),
			drawing_ms: milliseconds(drawEndSec - drawStartSec),
			encoding_ms: milliseconds(encodeEndSec - drawEndSec),
			first_packet_ms: milliseconds(firstPacketSec - encodeEndSec),
			last_packet_ms: milliseconds(lastPacketSec - firstPacketSec),
		});
		this.#transform(drawStartSec, `${name}/camera`, progress.eyes, pose.worldFromView, stages.capturedSec);
		this.#video(`${name}/camera`, drawStartSec, packet, stages.capturedSec);
	}

	#camera({ camera, packet }: Of<"camera">): void {
		const { width, height, keyframe, mediaTimeSec, cameraUs = Number.NaN } = packet;
		const { drawStartSec, capturedSec } = packet.stages;
		const facts = { width, height, keyframe, source_time: mediaTimeSec, camera_time_us: cameraUs };
		this.#json(`cameras/${camera}/frame`, CAMERA_FRAME_SCHEMA, drawStartSec, facts, capturedSec);
		this.#video(`cameras/${camera}`, drawStartSec, packet, capturedSec);
	}

	#video(
		topic: string,
		atSec: number,
		{ accessUnit, codec }: { readonly accessUnit: Uint8Array; readonly codec: string },
		capturedSec = Number.NaN,
	): void {
		const data = compressedVideo(this.#ns(atSec), topic, accessUnit, FORMATS[codec] ?? codec);
		this.#add(topic, COMPRESSED_VIDEO, atSec, data, capturedSec);
	}

	/** A message states the time of its first sample; of a microphone's its arrival may be all. */
	#sound({ viewer, direction, atSec, sound: { data, capturedSec } }: SoundRecord): void {
		const timeNs = this.#ns(isWritable(capturedSec) ? capturedSec : atSec);
		const topic = `${viewerName(viewer)}/${SOUND_NAMES[direction]}`;
		this.#add(topic, COMPRESSED_AUDIO, atSec, compressedAudio(timeNs, data, "opus"), capturedSec);
	}

	#pose(id: string, pose: RecordedPose): void {
		const { kind, skeleton, hand, stream, ids, positions, rotations, receivedSec, capturedSec, controls } = pose;
		const name =
			kind === "head"
				? "head"
				: kind === "controller"
					? `${hand ?? `stream ${stream}`} controller`
					: (skeleton ?? `skeleton ${stream}`);
		const topic = `${viewerName(id)}/${name}`;
		const bones = ids.join();
		if (kind !== "head" && this.#bones.get(topic) !== bones) {
			this.#bones.set(topic, bones);
			const names = Array.from(ids, (id) => nameOfBone(pose, id));
			this.#json(`${topic}/bones`, BONES_SCHEMA, receivedSec, { ids: [...ids], names });
		}
		this.#json(
			`${topic}/pose`,
			POSE_SCHEMA,
			receivedSec,
			{
				kind,
				position_tracked: pose.positionTracked,
				stream,
				sequence: pose.sequence,
				confidence: pose.confidence,
				client_time_ms: pose.clientTimeMs,
				photon_age_ms: pose.photonAgeMs,
				seen: pose.seenRtpTicks ?? null,
				...(controls !== undefined && {
					buttons: [...controls.buttons],
					axes: [...controls.axes],
					pressed: controls.pressed,
					touched: controls.touched,
				}),
			},
			capturedSec,
		);
		const timeNs = this.#ns(isWritable(capturedSec) ? capturedSec : receivedSec);
		if (kind !== "head") {
			const data = posesInFrame(timeNs, WORLD, positions, rotations);
			this.#add(topic, POSES_IN_FRAME, receivedSec, data, capturedSec, () => skeletonFacts(pose));
			return;
		}
		const progress = this.#options.progress.of(id);
		if (pose.positionTracked) progress.eyes = [positions[0]!, positions[1]!, positions[2]!];
		this.#transform(receivedSec, topic, progress.eyes, rotations, capturedSec);
	}

	#transform(
		atSec: number,
		child: string,
		translation: ArrayLike<number>,
		rotation: ArrayLike<number>,
		capturedSec: number,
	): void {
		const data = frameTransforms(this.#ns(atSec), WORLD, child, translation, rotation);
		this.#add("tf", FRAME_TRANSFORMS, atSec, data, capturedSec);
	}

	#stats({ viewer, atSec, stats: { session, clock, client } }: Of<"stats">): void {
		this.#json(`${viewerName(viewer)}/stats`, STATS_SCHEMA, atSec, {
			sent_bytes: session.bytesSent,
			target_mbps: session.targetBitrateBps / 1e6,
			estimate_mbps: session.estimatedBitrateBps / 1e6,
			round_trip_ms: session.roundTripTimeSec * 1000,
			path_queue_ms: session.pathQueueSec * 1000,
			pacer_queue_ms: session.pacerQueueSec * 1000,
			packets_lost_percent: session.fractionLost * 100,
			frames_dropped: session.framesDropped,
			clock_offset_ms: clock.offsetMs,
			clock_uncertainty_ms: clock.roundTripMs / 2,
			motion_to_photon_p50_ms: client?.motionToPhotonMs?.p50 ?? null,
			motion_to_photon_p95_ms: client?.motionToPhotonMs?.p95 ?? null,
		});
	}

	#sourceFacts({ atSec, source }: Of<"source">): void {
		const { format, name, codec, frameRate, live, durationSec, layout, packing, sound, small } = source;
		this.#json("source", SOURCE_SCHEMA, atSec, {
			...{ name, codec, live },
			width: format.width,
			height: format.height,
			eyes: format.eyes,
			frame_rate: frameRate,
			duration_sec: durationSec,
			layout: layout ?? "",
			sound: sound ?? "",
			small: JSON.parse(smallText(small)),
			projection: JSON.parse(projectionText(format.projection ?? { kind: "equirect" })),
			right_projection: JSON.parse(projectionText(format.rightProjection)),
			packing: packing ?? null,
			world_from_panorama: format.worldFromPanorama ?? IDENTITY,
			color: format.color,
		});
	}

	#sourcePacket({ atSec, packet }: Of<"source-packet">): void {
		if (this.#source?.configuration !== packet.configuration)
			this.#source = { configuration: packet.configuration, make: sampleMaker(packet) };
		const sample = this.#source.make(packet);
		if (sample === undefined) return;
		const { codec, capturedSec, stampSec, decodeSec, durationSec, cameraUs = Number.NaN } = packet;
		const times = {
			source_time: stampSec,
			decode_time: decodeSec,
			duration: durationSec,
			camera_time_us: cameraUs,
		};
		const facts = { ...times, keyframe: sample.keyframe };
		this.#json("source/packet", SOURCE_PACKET_SCHEMA, atSec, facts, capturedSec);
		this.#video("source/video", atSec, { accessUnit: sample.accessUnit, codec }, capturedSec);
	}

	/** Writes the numbers of `Scalars`, and nothing else that an application has logged. */
	#numbers({ viewer, path, values, atSec }: Of<"log">): void {
		const numbers = values.flatMap(scalarsOf);
		if (numbers.length === 0) return;
		const below = typeof path === "string" ? path.replace(/^\/+/, "") : path.join("/");
		const topic = viewer === undefined ? below : `${viewerName(viewer)}/${below}`;
		this.#json(topic, NUMBERS_SCHEMA, atSec, { values: numbers });
	}

	#line(atSec: number, level: "INFO" | "WARN" | "ERROR", words: string, name: string): void {
		this.#add("log", LOG, atSec, logLine(this.#ns(atSec), level, words, name));
	}

	#json(topic: string, schema: Schema, atSec: number, message: object, capturedSec = Number.NaN): void {
		// JSON has no NaN: it becomes null.
		this.#add(topic, schema, atSec, this.#encoder.encode(JSON.stringify(message)), capturedSec);
	}

	#add(
		topic: string,
		schema: Schema,
		atSec: number,
		data: Uint8Array,
		capturedSec = Number.NaN,
		facts?: () => Readonly<Record<string, string>>,
	): void {
		let channelId = this.#channels.get(topic);
		if (channelId === undefined) {
			channelId = this.#file.addChannel(`/${topic}`, this.#schema(schema), facts?.() ?? {});
			this.#channels.set(topic, channelId);
		}
		const sequence = this.#sequences.get(channelId) ?? 0;
		this.#sequences.set(channelId, sequence + 1);
		const logTime = this.#ns(atSec);
		const publishTime = isWritable(capturedSec) ? this.#ns(capturedSec) : logTime;
		this.#file.addMessage({ channelId, sequence, logTime, publishTime, data });
	}

	#schema(schema: Schema): number {
		const known = this.#schemas.get(schema.name);
		if (known !== undefined) return known;
		const id =
			"fields" in schema
				? this.#file.addProtobufSchema(schema.name, descriptorSet(schema))
				: this.#file.addSchema(schema.name, schema.schema);
		this.#schemas.set(schema.name, id);
		return id;
	}

	#ns(atSec: number): bigint {
		return this.#epochNs + BigInt(Math.round(atSec * 1e9));
	}
}

function viewerName(id: string): string {
	return `viewer ${id}`;
}

function subjectOf(viewer: string | undefined): string {
	return viewer === undefined ? "server" : viewerName(viewer);
}

function nameOfBone({ kind, skeleton }: RecordedPose, id: number): string {
	if (kind === "controller") return id === 0 ? "grip" : "aim";
	return skeleton === undefined ? `bone_${id}` : boneName(skeleton, id);
}

/** Facts about a stream that hold for all of its messages. */
function skeletonFacts({ kind, skeleton }: RecordedPose): Readonly<Record<string, string>> {
	if (skeleton === undefined) return { kind };
	const { names, parents } = SKELETONS[skeleton];
	return { kind, skeleton, bones: JSON.stringify(names), parents: JSON.stringify(parents) };
}

function scalarsOf({ batches }: Loggable): number[] {
	const found = batches.find(({ descriptor }) => descriptor.component === "Scalars:scalars");
	const values: ArrowArray["values"] = found?.values.values;
	return values === undefined ? [] : Array.from(values as ArrayLike<number>, Number);
}
