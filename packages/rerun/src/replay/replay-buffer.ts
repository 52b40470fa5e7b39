import type { OptionNames } from "../option-names.ts";
import type { LogMessage, LogMessageKind } from "../rrd/log-message.ts";
import { decodeBlueprintActivation, encodeBlueprintActivation, type StoreId } from "../rrd/messages.ts";
import { Queue } from "./queue.ts";
import { VideoKeyFrames } from "./video-key-frames.ts";

/** A message in a buffer. */
export interface ReplayMessage {
	readonly kind: LogMessageKind;
	/** The message as in `LogMessage.bytes`. */
	readonly bytes: Uint8Array;
	/** The number of the message in its buffer, from 1. */
	readonly sequence: number;
	/** True when the message is neither static nor persistent. */
	readonly temporal: boolean;
}

/** The bounds and the order of a `ReplayBuffer`. */
export interface ReplayOptions {
	/**
	 * Bytes of history that are kept for later readers. The oldest messages are dropped first, then
	 * the oldest static data. Stores' introductions and blueprints in use are never dropped: 0
	 * keeps only them.
	 * @default 1 GiB
	 */
	readonly memoryLimitBytes?: number | undefined;
	/**
	 * Time after which messages are dropped that are neither static nor persistent, seconds. Static
	 * data is not dropped for its age.
	 * @default no bound
	 */
	readonly maxAgeSec?: number | undefined;
	/** `true`: readers get new messages, and the newest of the history, first. @default false */
	readonly newestFirst?: boolean | undefined;
	/**
	 * `true`: readers that come later are shown the newest default layout, also one that was not
	 * made active for those who were there: these keep what they have arranged.
	 * @default false
	 */
	readonly showsDefaultLayout?: boolean | undefined;
	/** Receives each message that is dropped to stay within the limit. */
	readonly onTrim?: ((message: ReplayMessage) => void) | undefined;
	/** Seconds on any monotonic clock, now, for `maxAgeSec`. @default the machine's */
	readonly nowSec?: (() => number) | undefined;
}

/** The names of `ReplayOptions`. */
export const REPLAY_OPTIONS: OptionNames<ReplayOptions> = {
	memoryLimitBytes: true,
	maxAgeSec: true,
	newestFirst: true,
	showsDefaultLayout: true,
	onTrim: true,
	nowSec: true,
};

const DEFAULT_MEMORY_LIMIT_BYTES = 2 ** 30;

/** Cost of an entry beside its bytes, so that a flood of tiny messages is bounded too. */
const ENTRY_BYTES = 256;

/** A message in history. `message` is `null` once it was dropped. */
interface Entry {
	message: ReplayMessage | null;
	readonly storeId: StoreId;
	/** The entity of a chunk that could be read. */
	readonly entityPath: string | undefined;
	readonly byteLength: number;
	/** The time of its arrival. */
	readonly atSec: number;
	/** The video that the message belongs to, if any. */
	readonly video: VideoHistory | null;
	readonly key: boolean | null;
}

/** The samples of one video in history, the oldest first. */
interface VideoHistory {
	readonly entries: Queue<Entry>;
	/** True when the newest frame can't be shown, as one that it needs was dropped. */
	broken: boolean;
}

/**
 * A bounded history of messages for later readers. Writing never waits for readers: each has a
 * place of its own, and a reader that stays too far behind is dropped.
 *
 * Messages are kept as in Rerun's own server. Stores are kept for good, and blueprints until one is
 * made both active and the default in place of them; static data is kept while there is room, only
 * the newest of the same components of an entity; the other messages are dropped from the oldest.
 * Video is only ever cut in front of a key frame: frames that can't be shown any more are dropped
 * together with the frame that they need.
 */
export class ReplayBuffer {
	readonly #memoryLimitBytes: number;
	readonly #maxAgeSec: number;
	readonly #nowSec: () => number;
	readonly #newestFirst: boolean;
	readonly #showsDefaultLayout: boolean;
	readonly #onTrim: ((message: ReplayMessage) => void) | undefined;
	/**
	 * Messages that are never dropped. A store's introduction or activation replaces its last one.
	 */
	readonly #persistent = new Map<string, Entry>();
	/** Static messages by their entity and components, in the order in which they arrived. */
	readonly #static = new Map<string, Entry>();
	readonly #temporal = new Queue<Entry>();
	readonly #videos = new Map<string, VideoHistory>();
	readonly #keyFrames = new VideoKeyFrames();
	readonly #readers = new Set<ReplayReader>();
	#byteLength = 0;
	#persistentBytes = 0;
	#sequence = 0;
	#trimmedMessages = 0;
	#trimmedBytes = 0;

	/** @throws {RangeError} when `memoryLimitBytes` is below 0, or `maxAgeSec` not above it. */
	constructor(options: ReplayOptions = {}) {
		this.#memoryLimitBytes = options.memoryLimitBytes ?? DEFAULT_MEMORY_LIMIT_BYTES;
		if (!(this.#memoryLimitBytes >= 0))
			throw new RangeError(`memoryLimitBytes must be 0 or more, not ${options.memoryLimitBytes}.`);
		this.#maxAgeSec = options.maxAgeSec ?? Number.POSITIVE_INFINITY;
		if (!(this.#maxAgeSec > 0)) throw new RangeError(`maxAgeSec must be above 0, not ${options.maxAgeSec}.`);
		this.#nowSec = options.nowSec ?? (() => performance.now() / 1000);
		this.#newestFirst = options.newestFirst ?? false;
		this.#showsDefaultLayout = options.showsDefaultLayout ?? false;
		this.#onTrim = options.onTrim;
	}

	/** Bytes of the history: those of its messages, and some for each. */
	get byteLength(): number {
		return this.#byteLength;
	}

	/** Bytes of the messages that are never dropped. */
	get persistentBytes(): number {
		return this.#persistentBytes;
	}

	/** The number of the newest message. */
	get sequence(): number {
		return this.#sequence;
	}

	/** Messages that were dropped to stay within the limit. */
	get trimmedMessages(): number {
		return this.#trimmedMessages;
	}

	get trimmedBytes(): number {
		return this.#trimmedBytes;
	}

	get readers(): ReadonlySet<ReplayReader> {
		return this.#readers;
	}

	add(message: LogMessage): void {
		const { bytes } = message;
		// The writer of the bytes may have reserved more: a message that is kept must not keep
		// that.
		const own = bytes.buffer.byteLength > 1.25 * bytes.length + ENTRY_BYTES ? bytes.slice() : bytes;
		const outgoing: ReplayMessage = {
			kind: message.kind,
			bytes: own,
			sequence: ++this.#sequence,
			temporal: message.retention === "temporal",
		};
		const entry = this.#keep(message, outgoing);
		for (const reader of this.#readers) reader.offer(outgoing, entry);
		this.#trim();
	}

	/**
	 * A reader of the whole history and then of new messages. The caller closes it.
	 *
	 * @param backlogLimitBytes bytes of new messages that the reader may leave unread before it is
	 * dropped. `null`: it is never dropped, and misses messages that are dropped before it has read
	 * them.
	 * @param onAvailable is called within `add` when there is a message after `next` had none.
	 */
	read(backlogLimitBytes: number | null, onAvailable: () => void): ReplayReader {
		this.#trim();
		const temporal = [...this.#temporal];
		const statics = [...this.#static.values()];
		if (this.#newestFirst) {
			temporal.reverse();
			statics.reverse();
		}
		const history = [...this.#persistent.values(), ...statics, ...temporal];
		const reader = new ReplayReader(history, this.#newestFirst, backlogLimitBytes, onAvailable, () =>
			this.#readers.delete(reader),
		);
		this.#readers.add(reader);
		return reader;
	}

	/**
	 * Drops the messages that are neither static nor persistent, up to and with this number, as
	 * they have arrived. They don't count as trimmed.
	 */
	release(sequence: number): void {
		for (let entry = this.#temporal.peek(); entry !== undefined; entry = this.#temporal.peek()) {
			if (entry.message !== null && entry.message.sequence > sequence) return;
			this.#temporal.shift();
			if (entry.message === null) continue;
			this.#byteLength -= entry.byteLength;
			entry.video?.entries.shift();
			entry.message = null;
		}
	}

	/**
	 * Forgets what recordings have of some entities, static data too. It does not count as trimmed.
	 */
	forget(isMeant: (entityPath: string) => boolean): void {
		const isForgotten = ({ storeId, entityPath }: Entry) =>
			storeId.kind === "recording" && entityPath !== undefined && isMeant(entityPath);
		for (const [key, entry] of this.#static)
			if (isForgotten(entry)) {
				this.#static.delete(key);
				this.#byteLength -= entry.byteLength;
				entry.message = null;
			}
		for (const entry of this.#temporal)
			if (entry.message !== null && isForgotten(entry)) {
				this.#byteLength -= entry.byteLength;
				entry.message = null;
			}
		for (const stream of this.#videos.keys())
			if (isMeant(stream.slice(stream.lastIndexOf("\n") + 1))) this.#videos.delete(stream);
	}

	#keep(message: LogMessage, outgoing: ReplayMessage): Entry {
		const byteLength = outgoing.bytes.length + ENTRY_BYTES;
		const part = message.kind === "chunk" ? this.#keyFrames.partOf(message) : null;
		const video = message.retention === "temporal" && part !== null ? this.#videoOf(part.stream) : null;
		const entry: Entry = {
			message: message.kind === "blueprintActivation" ? this.#forLaterReaders(outgoing) : outgoing,
			storeId: message.storeId,
			entityPath: message.kind === "chunk" ? entityPathOf(message) : undefined,
			byteLength,
			atSec: this.#nowSec(),
			video,
			key: part?.key ?? null,
		};
		switch (message.retention) {
			case "persistent": {
				const key =
					message.kind === "chunk"
						? String(outgoing.sequence)
						: JSON.stringify([message.kind, message.storeId]);
				const before = this.#persistent.get(key)?.byteLength ?? 0;
				// The last activation counts, and so has to come last. An introduction stays first.
				if (message.kind === "blueprintActivation") {
					this.#persistent.delete(key);
					this.#forgetReplaced(message.storeId, entry.message!.bytes);
				}
				this.#persistent.set(key, entry);
				this.#persistentBytes += byteLength - before;
				this.#byteLength -= before;
				break;
			}
			case "static": {
				const key = staticKey(message, outgoing.sequence);
				const before = this.#static.get(key);
				if (before !== undefined) {
					this.#static.delete(key);
					this.#byteLength -= before.byteLength;
					before.message = null;
				}
				this.#static.set(key, entry);
				break;
			}
			case "temporal":
				if (video !== null) {
					if (entry.key !== false) video.broken = false;
					if (video.broken) {
						this.#count(entry);
						return entry;
					}
					video.entries.push(entry);
				}
				this.#temporal.push(entry);
		}
		this.#byteLength += byteLength;
		return entry;
	}

	#forLaterReaders(message: ReplayMessage): ReplayMessage {
		if (!this.#showsDefaultLayout) return message;
		const activation = decodeBlueprintActivation(message.bytes);
		if (!activation.makeDefault || activation.makeActive) return message;
		return { ...message, bytes: encodeBlueprintActivation({ ...activation, makeActive: true }) };
	}

	/** Forgets the application's other layouts, once one takes the place of all of them. */
	#forgetReplaced({ applicationId, recordingId }: StoreId, activation: Uint8Array): void {
		const { makeActive, makeDefault } = decodeBlueprintActivation(activation);
		if (!makeActive || !makeDefault) return;
		for (const [key, { storeId, byteLength }] of this.#persistent) {
			if (storeId.kind !== "blueprint" || storeId.applicationId !== applicationId) continue;
			if (storeId.recordingId === recordingId) continue;
			this.#persistent.delete(key);
			this.#persistentBytes -= byteLength;
			this.#byteLength -= byteLength;
		}
	}

	#videoOf(stream: string): VideoHistory {
		let video = this.#videos.get(stream);
		if (video === undefined) {
			video = { entries: new Queue(), broken: false };
			this.#videos.set(stream, video);
		}
		return video;
	}

	#trim(): void {
		const oldestSec = this.#nowSec() - this.#maxAgeSec;
		for (let oldest = this.#temporal.peek(); oldest !== undefined; oldest = this.#temporal.peek()) {
			if (this.#byteLength <= this.#memoryLimitBytes && oldest.atSec >= oldestSec) break;
			this.#temporal.shift();
			if (oldest.message === null) continue;
			this.#throwAway(oldest);
			if (oldest.video !== null) this.#throwAwayUnshowable(oldest.video);
		}
		for (const [key, entry] of this.#static) {
			if (this.#byteLength <= this.#memoryLimitBytes) return;
			this.#static.delete(key);
			this.#throwAway(entry);
		}
	}

	/** Drops the samples behind the video's oldest, which was dropped, up to the next key frame. */
	#throwAwayUnshowable(video: VideoHistory): void {
		video.entries.shift();
		for (let next = video.entries.peek(); next !== undefined && next.key === false; next = video.entries.peek()) {
			video.entries.shift();
			this.#throwAway(next);
		}
		video.broken = video.entries.peek() === undefined;
	}

	#throwAway(entry: Entry): void {
		this.#byteLength -= entry.byteLength;
		this.#count(entry);
	}

	#count(entry: Entry): void {
		const message = entry.message!;
		this.#trimmedMessages++;
		this.#trimmedBytes += message.bytes.length;
		entry.message = null;
		this.#onTrim?.(message);
	}
}

function entityPathOf(message: LogMessage): string | undefined {
	try {
		return message.chunk()?.entityPath;
	} catch {
		return undefined;
	}
}

/** The key of the static data that a message replaces. A chunk that can't be read replaces none. */
function staticKey(message: LogMessage, sequence: number): string {
	try {
		const chunk = message.chunk();
		const components = chunk?.components.map(({ descriptor }) => descriptor.component).sort() ?? [];
		const { applicationId, recordingId } = message.storeId;
		return JSON.stringify([applicationId, recordingId, chunk?.entityPath, ...components]);
	} catch {
		return String(sequence);
	}
}

/** A reader's place in a `ReplayBuffer`. */
export class ReplayReader {
	readonly #history: Queue<{ message: ReplayMessage | null }>;
	readonly #live = new Queue<{ message: ReplayMessage | null }>();
	readonly #newestFirst: boolean;
	readonly #backlogLimitBytes: number | null;
	readonly #onAvailable: () => void;
	readonly #onClose: () => void;
	#backlogBytes = 0;
	#waiting = false;
	#state: "open" | "dropped" | "closed" = "open";

	constructor(
		history: readonly { message: ReplayMessage | null }[],
		newestFirst: boolean,
		backlogLimitBytes: number | null,
		onAvailable: () => void,
		onClose: () => void,
	) {
		this.#history = new Queue(history);
		this.#newestFirst = newestFirst;
		this.#backlogLimitBytes = backlogLimitBytes;
		this.#onAvailable = onAvailable;
		this.#onClose = onClose;
	}

	/** True when the reader stayed too far behind. It gets no more messages then. */
	get dropped(): boolean {
		return this.#state === "dropped";
	}

	/** True when the history has been read, so that the other messages come in their order. */
	get caughtUp(): boolean {
		return this.#history.peek() === undefined;
	}

	/** Bytes of new messages that have not been read. */
	get backlogBytes(): number {
		return this.#backlogBytes;
	}

	/** The next message; `null` when there is none at the moment, or for good: see `dropped`. */
	next(): ReplayMessage | null {
		for (;;) {
			const [first, second] = this.#newestFirst ? [this.#live, this.#history] : [this.#history, this.#live];
			const from = first.peek() === undefined ? second : first;
			const entry = from.shift();
			if (entry === undefined) {
				this.#waiting = true;
				return null;
			}
			if (from === this.#live && this.#backlogLimitBytes !== null)
				this.#backlogBytes -= entry.message!.bytes.length + ENTRY_BYTES;
			if (entry.message !== null) return entry.message;
		}
	}

	/** Adds a message. Called by `ReplayBuffer.add`. */
	offer(message: ReplayMessage, entry: { message: ReplayMessage | null }): void {
		if (this.#state !== "open") return;
		if (this.#backlogLimitBytes === null) this.#live.push(entry);
		else {
			this.#backlogBytes += message.bytes.length + ENTRY_BYTES;
			if (this.#backlogBytes > this.#backlogLimitBytes) {
				this.#end("dropped");
				return;
			}
			// A message that is dropped from the history from now on still belongs to this reader.
			this.#live.push({ message });
		}
		this.#wake();
	}

	close(): void {
		if (this.#state === "open") this.#end("closed");
	}

	#end(state: "dropped" | "closed"): void {
		this.#state = state;
		this.#history.clear();
		this.#live.clear();
		this.#backlogBytes = 0;
		this.#onClose();
		if (state === "dropped") this.#onAvailable();
	}

	#wake(): void {
		if (!this.#waiting) return;
		this.#waiting = false;
		this.#onAvailable();
	}
}
