import type { Loggable } from "panogaze-rerun";
import { CaptureOrder } from "../../media/capture-order.ts";
import { monotonicSec } from "../../media/clock.ts";
import type { PoseSample } from "../../skeleton/pose-sample.ts";
import { isCaptureFault, wordsForCapture } from "../../source/capture-words.ts";
import { packetsOfBatch, type SourcePacketBatch } from "../../source/source-packets.ts";
import type { CaptureStatement, SourceInfo } from "../../source/video-source.ts";
import { wordsForHold } from "../../stream/safety/hold-words.ts";
import { smallFormat } from "../../stream/small/small-format.ts";
import type { SourceState } from "../../stream/source-state.ts";
import type { Viewer } from "../../stream/viewer.ts";
import { sentSoundRecord } from "../recorded-sound.ts";
import type { RecordedSourceChoice } from "../recording-protocol.ts";
import type { RecordedLevel, SessionRecord } from "../session-record.ts";
import { isRecordedCodec } from "../source-samples.ts";
import { CameraTap, type RecordedCamera } from "./camera-tap.ts";
import { ClientMediaTap } from "./client-media-tap.ts";
import { CONSENT_WITHDRAWN } from "./consenting-viewers.ts";
import { LentPoses } from "./lent-poses.ts";

/** The part of a server that is recorded. */
export interface RecordedServer {
	readonly viewers: readonly Viewer[];
	/** Facts about the source, where they are known already. */
	readonly source?:
		| {
				readonly name: string;
				readonly info: SourceInfo | undefined;
				/** Its newest statement of capture times. */
				readonly capture?: CaptureStatement | undefined;
				/** See `ServedSource`. */
				keepPacketGroup?(): void;
				onPackets?(listener: (batch: SourcePacketBatch) => void): (() => void) | undefined;
				onSmallPackets?(
					listener: (batch: SourcePacketBatch) => void,
					onFailure: (message: string) => void,
				): () => void;
		  }
		| undefined;
	/** The cameras beside the view, by name. @default there are none */
	readonly cameras?: ReadonlyMap<string, RecordedCamera> | undefined;
	/** @returns a function that removes the listener. */
	on<Name extends keyof RecordedServerEvents>(
		name: Name,
		listener: (...args: RecordedServerEvents[Name]) => void,
	): () => void;
}

/** The events of a server that are recorded. */
export interface RecordedServerEvents {
	join: [viewer: Viewer];
	leave: [viewer: Viewer, reason: string];
	sourceStarted: [info: SourceInfo];
	sourceState: [state: SourceState];
	sourceCapture: [statement: CaptureStatement];
	cameraCapture: [camera: { readonly name: string }, statement: CaptureStatement];
}

/** Options of a `SessionTap`. */
export interface SessionTapOptions {
	/** Passes on the packets of the source, or those of a small version. @default "none" */
	readonly source?: RecordedSourceChoice | undefined;
	/**
	 * Passes on the sound that viewers are sent, and what their microphones and cameras send.
	 * @default true
	 */
	readonly media?: boolean | undefined;
	/** Viewers are shown that they are recorded. @default true */
	readonly isRecording?: boolean | undefined;
}

/** Interval between two readings of the viewers' statistics. */
const STATS_MS = 1000;

/**
 * Listens to a server and its viewers, and passes on what happens. It copies nothing but poses: an
 * access unit is the very one that was sent.
 */
export class SessionTap {
	readonly #server: RecordedServer;
	readonly #put: (record: SessionRecord) => void;
	readonly #stopServer: (() => void)[];
	/** Removes the listeners of each viewer that is recorded. */
	readonly #stopViewer = new Map<Viewer, () => void>();
	/** Viewers who were recorded and have withdrawn their consent: they may come again. */
	readonly #withdrawn = new Set<Viewer>();
	readonly #cameras: CameraTap;
	readonly #poses = new LentPoses();
	readonly #timer: NodeJS.Timeout;
	readonly #isRecording: boolean;
	readonly #hasMedia: boolean;
	readonly #choice: RecordedSourceChoice;
	/** The source's codec that can't be recorded. */
	#leftOut: string | undefined;
	#isClosed = false;

	/**
	 * @param put receives each record at once; its arrays must not be changed. Those of a pose are
	 * lent: the next pose overwrites them.
	 */
	constructor(server: RecordedServer, put: (record: SessionRecord) => void, options: SessionTapOptions = {}) {
		this.#isRecording = options.isRecording ?? true;
		this.#hasMedia = options.media ?? true;
		this.#choice = options.source ?? "none";
		this.#server = server;
		this.#put = put;
		const { info, capture } = server.source ?? {};
		if (info !== undefined) this.#describeSource(info);
		if (capture !== undefined) this.#noteCapture("The source", capture);
		for (const [name, camera] of server.cameras ?? [])
			if (camera.capture !== undefined) this.#noteCapture(`The camera ${name}`, camera.capture);
		this.#stopServer = [
			server.on("join", (viewer) => this.#record(viewer)),
			server.on("leave", (viewer, reason) => this.#leave(viewer, reason)),
			server.on("sourceStarted", (source) => this.#describeSource(source)),
			server.on("sourceState", (state) => this.#note(undefined, ...wordsForState(state))),
			server.on("sourceCapture", (statement) => this.#noteCapture("The source", statement)),
			server.on("cameraCapture", ({ name }, statement) => this.#noteCapture(`The camera ${name}`, statement)),
		];
		this.#cameras = new CameraTap(
			server.cameras ?? new Map(),
			(camera, packet) => put({ type: "camera", camera, atSec: packet.stages.drawStartSec, packet }),
			(camera, pictures) => this.#note(undefined, `The camera ${camera} has lost ${pictures} pictures.`, "WARN"),
		);
		for (const viewer of server.viewers) this.#record(viewer);
		if (this.#choice === "packets") this.#recordPackets();
		else if (this.#choice === "small") this.#recordSmall();
		this.#timer = setInterval(() => this.#readStats(), STATS_MS);
		this.#timer.unref();
	}

	/** Viewers that are recorded now. */
	get viewers(): readonly Viewer[] {
		return [...this.#stopViewer.keys()];
	}

	/** Passes on values of the application's own, below no viewer. */
	log(path: string | readonly string[], values: readonly Loggable[]): void {
		if (!this.#isClosed) this.#log(undefined, path, values);
	}

	/** Listens no more. */
	close(): void {
		this.#isClosed = true;
		clearInterval(this.#timer);
		this.#cameras.close();
		for (const stop of this.#stopServer) stop();
		for (const stop of this.#stopViewer.values()) stop();
		this.#stopViewer.clear();
	}

	#putPackets(batch: SourcePacketBatch): void {
		if (!isRecordedCodec(batch.codec)) {
			this.#leaveOut(batch.codec);
			return;
		}
		for (const packet of packetsOfBatch(batch))
			this.#put({ type: "source-packet", atSec: packet.receivedSec, packet });
	}

	/** Pictures that no file has a place for go nowhere: there may be much of them. */
	#leaveOut(codec: string): void {
		if (codec === this.#leftOut) return;
		this.#leftOut = codec;
		const words = `The source's own video is not recorded: files have no place for ${codec.toUpperCase()}.`;
		this.#note(undefined, `${words} A small version of it can be.`, "WARN");
	}

	#recordSmall(): void {
		const stop = this.#server.source?.onSmallPackets?.(
			(batch) => this.#putPackets(batch),
			(message) => this.#note(undefined, message, "WARN"),
		);
		if (stop !== undefined) this.#stopServer.push(stop);
	}

	#recordPackets(): void {
		const stop = this.#server.source?.onPackets?.((batch) => this.#putPackets(batch));
		if (stop === undefined) this.#note(undefined, "The source has no packets that could be recorded.", "WARN");
		else this.#stopServer.push(stop);
	}

	#record(viewer: Viewer): void {
		const id = shownId(viewer);
		const put = this.#put;
		this.#withdrawn.delete(viewer);
		put({ type: "join", viewer: id, atSec: monotonicSec() });
		const order = new CaptureOrder();
		const pose = (sample: PoseSample, receivedSec: number, estimatedSec: number, photonAgeMs: number) => {
			const capturedSec = order.capturedSec(sample.stream, estimatedSec);
			put({ type: "pose", viewer: id, pose: this.#poses.read(sample, receivedSec, capturedSec, photonAgeMs) });
		};
		// Nobody could decode what comes before the first key frame.
		let hasBegun = false;
		const removers = [
			viewer.on("frameSent", (packet, firstPacketSec, lastPacketSec) => {
				hasBegun ||= packet.keyframe;
				if (hasBegun) put({ type: "frame", viewer: id, packet, firstPacketSec, lastPacketSec });
			}),
			viewer.on("cameraFrameSent", (camera, packet) => this.#cameras.sent(viewer, camera, packet)),
			viewer.on("head", pose),
			viewer.on("skeleton", pose),
			viewer.on("controller", pose),
			viewer.on("hold", (hold) => this.#note(id, `on hold: ${wordsForHold(hold)}`, "WARN", hold.sinceSec)),
			viewer.on("release", () => this.#note(id, "has control")),
			viewer.on("notice", (words) => this.#note(id, words, "WARN")),
			viewer.on("log", (path, values) => this.#log(id, path, values)),
			...(this.#hasMedia ? this.#media(viewer, id) : []),
			...(this.#isRecording ? [viewer.showRecording()] : []),
		];
		this.#stopViewer.set(viewer, () => {
			for (const remove of removers) remove();
		});
		viewer.requestKeyframe();
	}

	/** @returns functions that remove the listeners. */
	#media(viewer: Viewer, id: string): (() => void)[] {
		const received = new ClientMediaTap(id, this.#put);
		viewer.requestMediaKeyframe();
		return [
			viewer.on("media", (packet) => received.take(packet)),
			viewer.on("soundSent", (packet) => {
				const record = sentSoundRecord(id, packet);
				if (record !== undefined) this.#put(record);
			}),
		];
	}

	#leave(viewer: Viewer, reason: string): void {
		const stop = this.#stopViewer.get(viewer);
		const at = { viewer: shownId(viewer), atSec: monotonicSec() };
		if (stop === undefined) {
			if (this.#withdrawn.delete(viewer)) this.#put({ type: "gone", ...at });
			return;
		}
		stop();
		this.#stopViewer.delete(viewer);
		if (reason === CONSENT_WITHDRAWN) this.#withdrawn.add(viewer);
		this.#put({ type: "leave", ...at, reason });
	}

	#readStats(): void {
		const atSec = monotonicSec();
		for (const viewer of this.viewers)
			this.#put({ type: "stats", viewer: shownId(viewer), atSec, stats: viewer.stats() });
	}

	#describeSource(info: SourceInfo): void {
		const { format, codec, frameRate, live, durationSec, layout, packing, codedOrientation, sound } = info;
		const name = this.#server.source?.name ?? "source";
		const facts = { name, format, codec, frameRate, live, durationSec, layout, packing, codedOrientation };
		const small = this.#choice === "small" ? smallFormat(format) : undefined;
		const source = { ...facts, sound: sound?.layout, small };
		this.#put({ type: "source", atSec: monotonicSec(), source });
	}

	#note(viewer: string | undefined, words: string, level: RecordedLevel = "INFO", atSec = monotonicSec()): void {
		this.#put({ type: "text", viewer, atSec, words, level });
	}

	#noteCapture(name: string, statement: CaptureStatement): void {
		this.#note(undefined, wordsForCapture(name, statement), isCaptureFault(statement) ? "WARN" : "INFO");
	}

	/** @throws {TypeError} for what would be a mistake of another thread's. */
	#log(viewer: string | undefined, path: string | readonly string[], values: readonly Loggable[]): void {
		const parts = Array.isArray(path) ? path : [path];
		const wrong = parts.findIndex((part) => typeof part !== "string");
		if (wrong >= 0)
			throw new TypeError(`The path of logged values is a text or a list of texts; got ${typeof parts[wrong]}.`);
		this.#put({ type: "log", viewer, atSec: monotonicSec(), path, values: values.map(plainLoggable) });
	}
}

/** Beginning of a viewer's id: whoever knows all of it can end the session. */
export function shownId({ id }: Viewer): string {
	return id.slice(0, 8);
}

function wordsForState(state: SourceState): [words: string, level: RecordedLevel] {
	const reason = "reason" in state ? `: ${state.reason}` : "";
	const isTrouble = state.name === "stalled" || state.name === "reconnecting" || state.name === "failed";
	return [`The source is ${state.name}${reason}`, isTrouble ? "WARN" : "INFO"];
}

/** The fields of an archetype, which is a class: they can be sent to a thread. */
function plainLoggable(value: Loggable): Loggable {
	const { batches, error, warning } = value ?? {};
	if (!Array.isArray(batches))
		throw new TypeError("Logged values are archetypes of panogaze/rerun, such as new Scalars(0.3).");
	return { batches, error, warning };
}
