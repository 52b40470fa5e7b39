import { type ArrowArray, type Loggable, parseEntityPath } from "panogaze-rerun";
import { IDENTITY } from "../../media/rotation.ts";
import { McapFile } from "../../motion/mcap-file.ts";
import { boneName, SKELETONS } from "../../skeleton/tables/skeleton.ts";
import { UPRIGHT } from "../../source/picture-orientation.ts";
import { wordsForEpisode } from "../episode.ts";
import type { DiskFile } from "../files/disk-file.ts";
import { ENTRY_BYTES, type PartFile, type PartFileStats } from "../files/part-file.ts";
import type { RecordingDisk } from "../files/recording-disk.ts";
import { FRAME_STAGE_FIELDS, frameStagesMs } from "../frame-stages.ts";
import { SOUND_NAMES, viewerName } from "../record-paths.ts";
import { projectionText } from "../recorded-projection.ts";
import { smallText } from "../recorded-small.ts";
import type { SoundRecord } from "../recorded-sound.ts";
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
import { McapChannels, type MessageTimes } from "./mcap-channels.ts";
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
import { numbersTopic } from "./numbers-topic.ts";

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
	/** A line for the log. */
	readonly onNotice: (message: string) => void;
}

/** A part of a recording as MCAP, for Foxglove and all that reads its messages. */
export class SessionMcap implements PartFile {
	readonly path: string;
	readonly format = "mcap";
	readonly #options: SessionMcapOptions;
	readonly #file: McapFile;
	readonly #output: DiskFile;
	readonly #channels: McapChannels;
	/** The bones of each stream's newest pose. */
	readonly #bones = new Map<string, string>();

	/** @throws {Error} if the file can't be made. */
	constructor(options: SessionMcapOptions) {
		this.path = options.path;
		this.#options = options;
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
		this.#channels = new McapChannels(this.#file, options.epochSec);
		const { source } = options.progress;
		if (source === undefined) return;
		// A chunk of its own: it may be much older than all that follows.
		this.write(source);
		this.flush();
	}

	get stats(): PartFileStats {
		const { byteLength: bytes, waitingBytes: waiting } = this.#output;
		return { bytes, waiting, lost: 0, entries: Math.ceil(this.#file.tableByteLength / ENTRY_BYTES) };
	}

	flush(): void {
		if (this.#file.waiting === 0) return;
		this.#file.flush();
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
				const times = { atSec: record.atSec, capturedSec };
				this.#channels.json(`${topic}/frame`, CAMERA_FRAME_SCHEMA, times, facts);
				this.#video(topic, times, { accessUnit, codec });
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
				this.#channels.json("episodes", EPISODE_SCHEMA, record, {
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
		const { drawStartSec: atSec, capturedSec } = stages;
		const progress = this.#options.progress.of(viewer);
		const stagesMs = frameStagesMs(stages, firstPacketSec, lastPacketSec);
		this.#channels.json(
			`${name}/frame`,
			FRAME_SCHEMA,
			{ atSec },
			{
				number: progress.frames++,
				rtp_ticks: rtpTicks,
				pose_sequence: poseSequence,
				source_time: stampSec,
				media_time: packet.mediaTimeSec,
				capture_to_drawing_ms: (atSec - capturedSec) * 1000,
				camera_time_us: packet.cameraUs ?? null,
				fov_deg: (pose.fovRad * 180) / Math.PI,
				...{ width, height, eyes, keyframe, lens },
				frusta: frusta ?? null,
				foveation: foveation ?? null,
				surround: surround ?? null,
				...Object.fromEntries(FRAME_STAGE_FIELDS.map((field, at) => [field, stagesMs[at]])),
			},
		);
		this.#transform({ atSec, capturedSec }, `${name}/camera`, progress.eyes, pose.worldFromView);
		this.#video(`${name}/camera`, { atSec, capturedSec }, packet);
	}

	#camera({ camera, packet }: Of<"camera">): void {
		const { width, height, keyframe, mediaTimeSec, cameraUs = Number.NaN } = packet;
		const { drawStartSec: atSec, capturedSec } = packet.stages;
		const facts = { width, height, keyframe, source_time: mediaTimeSec, camera_time_us: cameraUs };
		this.#channels.json(`cameras/${camera}/frame`, CAMERA_FRAME_SCHEMA, { atSec, capturedSec }, facts);
		this.#video(`cameras/${camera}`, { atSec, capturedSec }, packet);
	}

	#video(
		topic: string,
		times: MessageTimes,
		{ accessUnit, codec }: { readonly accessUnit: Uint8Array; readonly codec: string },
	): void {
		const data = compressedVideo(this.#channels.ns(times.atSec), topic, accessUnit, FORMATS[codec] ?? codec);
		this.#channels.add(topic, COMPRESSED_VIDEO, times, data);
	}

	/** A message states the time of its first sample; of a microphone's its arrival may be all. */
	#sound({ viewer, direction, atSec, sound: { data, capturedSec } }: SoundRecord): void {
		const timeNs = this.#channels.captureNs(capturedSec) ?? this.#channels.ns(atSec);
		const topic = `${viewerName(viewer)}/${SOUND_NAMES[direction]}`;
		const message = compressedAudio(timeNs, data, "opus");
		this.#channels.add(topic, COMPRESSED_AUDIO, { atSec, capturedSec }, message);
	}

	#pose(id: string, pose: RecordedPose): void {
		const { kind, stream, ids, positions, rotations, receivedSec: atSec, capturedSec, controls } = pose;
		const topic = `${viewerName(id)}/${nameOfPose(pose)}`;
		const times = { atSec, capturedSec };
		const bones = ids.join();
		if (kind !== "head" && this.#bones.get(topic) !== bones) {
			this.#bones.set(topic, bones);
			const names = Array.from(ids, (id) => nameOfBone(pose, id));
			this.#channels.json(`${topic}/bones`, BONES_SCHEMA, { atSec }, { ids: [...ids], names });
		}
		this.#channels.json(`${topic}/pose`, POSE_SCHEMA, times, {
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
		});
		if (kind !== "head") {
			const timeNs = this.#channels.captureNs(capturedSec) ?? this.#channels.ns(atSec);
			const data = posesInFrame(timeNs, WORLD, positions, rotations);
			this.#channels.add(topic, POSES_IN_FRAME, times, data, () => skeletonFacts(pose));
			return;
		}
		const progress = this.#options.progress.of(id);
		if (pose.positionTracked) progress.eyes = [positions[0]!, positions[1]!, positions[2]!];
		this.#transform(times, topic, progress.eyes, rotations);
	}

	#transform(times: MessageTimes, child: string, translation: ArrayLike<number>, rotation: ArrayLike<number>): void {
		const data = frameTransforms(this.#channels.ns(times.atSec), WORLD, child, translation, rotation);
		this.#channels.add("tf", FRAME_TRANSFORMS, times, data);
	}

	#stats({ viewer, atSec, stats: { session, clock, client } }: Of<"stats">): void {
		this.#channels.json(
			`${viewerName(viewer)}/stats`,
			STATS_SCHEMA,
			{ atSec },
			{
				sent_bytes: session.bytesSent,
				target_mbps: session.targetBitrateBps / 1e6,
				estimate_mbps: session.estimatedBitrateBps / 1e6,
				round_trip_ms: session.roundTripTimeSec * 1000,
				path_queue_ms: session.pathQueueSec * 1000,
				pacer_queue_ms: session.pacerQueueSec * 1000,
				packets_lost_percent: session.fractionLost * 100,
				frames_dropped: session.framesDropped,
				clock_offset_ms: clock.offsetMs,
				clock_uncertainty_ms: clock.uncertaintyMs,
				motion_to_photon_p50_ms: client?.motionToPhotonMs?.p50 ?? null,
				motion_to_photon_p95_ms: client?.motionToPhotonMs?.p95 ?? null,
			},
		);
	}

	#sourceFacts({ atSec, source }: Of<"source">): void {
		const { format, name, codec, frameRate, live, durationSec, layout, packing, codedOrientation, sound, small } =
			source;
		this.#channels.json(
			"source",
			SOURCE_SCHEMA,
			{ atSec },
			{
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
				coded_orientation: codedOrientation ?? UPRIGHT,
				world_from_panorama: format.worldFromPanorama ?? IDENTITY,
				color: format.color,
			},
		);
	}

	#sourcePacket({ atSec, packet }: Of<"source-packet">): void {
		const sample = this.#options.progress.samples.make(packet);
		if (sample === undefined) return;
		const { codec, capturedSec, stampSec, decodeSec, durationSec, cameraUs = Number.NaN } = packet;
		const times = {
			source_time: stampSec,
			decode_time: decodeSec,
			duration: durationSec,
			camera_time_us: cameraUs,
		};
		const facts = { ...times, keyframe: sample.keyframe };
		this.#channels.json("source/packet", SOURCE_PACKET_SCHEMA, { atSec, capturedSec }, facts);
		this.#video("source/video", { atSec, capturedSec }, { accessUnit: sample.accessUnit, codec });
	}

	/** Writes the numbers of `Scalars`, and nothing else that an application has logged. */
	#numbers({ viewer, path: given, values, atSec }: Of<"log">): void {
		const numbers = values.flatMap(scalarsOf);
		if (numbers.length === 0) return;
		const parts = typeof given === "string" ? parseEntityPath(given) : given;
		const { topic, path, isMoved } = numbersTopic(viewer, parts);
		this.#channels.json(topic, NUMBERS_SCHEMA, { atSec }, { values: numbers, path });
		const { progress, onNotice } = this.#options;
		if (!isMoved || progress.hasMovedNumbers) return;
		progress.hasMovedNumbers = true;
		onNotice(
			`In MCAP, numbers logged to "${parts.join("/")}" are at /${topic}: the recording has that topic itself.`,
		);
	}

	#line(atSec: number, level: "INFO" | "WARN" | "ERROR", words: string, name: string): void {
		this.#channels.add("log", LOG, { atSec }, logLine(this.#channels.ns(atSec), level, words, name));
	}
}

/** The name of a pose's topic, below its viewer's. */
function nameOfPose({ kind, hand, skeleton, stream }: RecordedPose): string {
	if (kind === "head") return "head";
	if (kind === "controller") return `${hand ?? `stream ${stream}`} controller`;
	return skeleton ?? `skeleton ${stream}`;
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
