import type { OptionNames } from "../option-names.ts";
import type { LogMessage, LogMessageKind } from "../rrd/log-message.ts";
import { VideoKeyFrames } from "./video-key-frames.ts";

/** A message as it goes out. */
export interface ReplayMessage {
	readonly kind: LogMessageKind;
	/** The message as in `LogMessage.bytes`. */
	readonly bytes: Uint8Array;
	/** Counts the messages of a buffer, from 1. */
	readonly sequence: number;
	/** Whether it is neither static nor needed for good. */
	readonly temporal: boolean;
}

export interface ReplayOptions {
	/**
	 * How many bytes of history are kept for those who come later. The oldest is thrown away first,
	 * then the oldest static data; what stores can't be shown without, and blueprints, never. 0
	 * keeps nothing but those.
	 * @default 1 GiB
	 */
	readonly memoryLimitBytes?: number | undefined;
	/**
	 * Whether new messages, and the newest of the history, are given before older ones.
	 * @default false
	 */
	readonly newestFirst?: boolean | undefined;
	/** Is told of each message that is thrown away to stay within the limit. */
	readonly onTrim?: ((message: ReplayMessage) => void) | undefined;
}

export const REPLAY_OPTIONS: OptionNames<ReplayOptions> = { memoryLimitBytes: true, newestFirst: true, onTrim: true };

const DEFAULT_MEMORY_LIMIT_BYTES = 2 ** 30;

/** What an entry costs beside its bytes, so that a flood of tiny messages is bounded too. */
const ENTRY_BYTES = 256;

/** A message in history. `message` is `null` once it was thrown away. */
interface Entry {
	message: ReplayMessage | null;
	readonly byteLength: number;
	/** `null`: not part of a video. */
	readonly video: VideoHistory | null;
	readonly key: boolean | null;
}

/** A video's samples in history, from `head` on. */
interface VideoHistory {
	readonly entries: Queue<Entry>;
	/** Its newest picture can't be shown: one that it needs was thrown away. */
	broken: boolean;
}

/**
 * What was logged, for viewers that come later, within a bound. Writing takes no notice of readers:
 * each has a place of its own, and one that stays too far behind is dropped.
 *
 * Three kinds of messages have three fates, as in Rerun's own server: stores and blueprints are
 * kept for good, static data is kept while there is room (of the same components of an entity only
 * the newest), the rest goes when it is oldest. Video is only ever cut before a key frame: pictures
 * that nobody could show any more are thrown away with the one that they needed.
 */
export class ReplayBuffer {
	readonly #memoryLimitBytes: number;
	readonly #newestFirst: boolean;
	readonly #onTrim: ((message: ReplayMessage) => void) | undefined;
	/** A store's introduction, and a blueprint's activation, replace those before. */
	readonly #persistent = new Map<string, Entry>();
	/** Static messages by what they describe. A map keeps the order in which they arrived. */
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

	constructor(options: ReplayOptions = {}) {
		this.#memoryLimitBytes = options.memoryLimitBytes ?? DEFAULT_MEMORY_LIMIT_BYTES;
		if (!(this.#memoryLimitBytes >= 0))
			throw new RangeError(`memoryLimitBytes must be 0 or more, not ${options.memoryLimitBytes}.`);
		this.#newestFirst = options.newestFirst ?? false;
		this.#onTrim = options.onTrim;
	}

	/** Bytes of the history: its messages and a little for each. */
	get byteLength(): number {
		return this.#byteLength;
	}

	/** What can't be thrown away. */
	get persistentBytes(): number {
		return this.#persistentBytes;
	}

	/** The number of the newest message. */
	get sequence(): number {
		return this.#sequence;
	}

	/** What was thrown away to stay within the limit. */
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
		// Writers of bytes reserve ahead: what is kept for long should not keep the reserve.
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
	 * Gives all of history, then what comes. Close it when it is not needed any more.
	 *
	 * @param backlogLimitBytes how far the reader may stay behind what was added since it came;
	 * then it is dropped. `null`: it is never dropped, and doesn't get what was thrown away before
	 * it read it.
	 * @param onAvailable is called within `add` when there is something to read again after there
	 * was nothing.
	 */
	read(backlogLimitBytes: number | null, onAvailable: () => void): ReplayReader {
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
	 * Throws away what is neither static nor persistent, up to and with the message of this number:
	 * it has arrived where it should.
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

	#keep(message: LogMessage, outgoing: ReplayMessage): Entry {
		const byteLength = outgoing.bytes.length + ENTRY_BYTES;
		const part = message.kind === "chunk" ? this.#keyFrames.partOf(message) : null;
		const video = message.retention === "temporal" && part !== null ? this.#videoOf(part.stream) : null;
		const entry: Entry = { message: outgoing, byteLength, video, key: part?.key ?? null };
		switch (message.retention) {
			case "persistent": {
				const key =
					message.kind === "chunk"
						? String(outgoing.sequence)
						: JSON.stringify([message.kind, message.storeId]);
				const before = this.#persistent.get(key)?.byteLength ?? 0;
				// The last activation counts, so that it has to come last. An introduction comes
				// first.
				if (message.kind === "blueprintActivation") this.#persistent.delete(key);
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

	#videoOf(stream: string): VideoHistory {
		let video = this.#videos.get(stream);
		if (video === undefined) {
			video = { entries: new Queue(), broken: false };
			this.#videos.set(stream, video);
		}
		return video;
	}

	#trim(): void {
		while (this.#byteLength > this.#memoryLimitBytes) {
			const oldest = this.#temporal.shift();
			if (oldest === undefined) break;
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

	/**
	 * The video's oldest sample is gone; so are those behind it up to the next that can be shown by
	 * itself.
	 */
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

/**
 * Static data replaces what was said of the same components before. What can't be read replaces
 * nothing.
 */
function staticKey(message: LogMessage, sequence: number): string {
	try {
		const chunk = message.chunk()!;
		const components = chunk.components.map(({ descriptor }) => descriptor.component).sort();
		return JSON.stringify([
			message.storeId.applicationId,
			message.storeId.recordingId,
			chunk.entityPath,
			...components,
		]);
	} catch {
		return String(sequence);
	}
}

/** One viewer's place in a `ReplayBuffer`. */
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

	/** Whether it stayed too far behind. Nothing more comes then. */
	get dropped(): boolean {
		return this.#state === "dropped";
	}

	/**
	 * Whether all of history was read, so that the rest comes in the order in which it was added.
	 */
	get caughtUp(): boolean {
		return this.#history.peek() === undefined;
	}

	/** What was added since it came and is not read yet. */
	get backlogBytes(): number {
		return this.#backlogBytes;
	}

	/** @returns `null` when there is nothing at the moment, or for good: see `dropped`. */
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

	/** For `ReplayBuffer.add`. */
	offer(message: ReplayMessage, entry: { message: ReplayMessage | null }): void {
		if (this.#state !== "open") return;
		if (this.#backlogLimitBytes === null) this.#live.push(entry);
		else {
			this.#backlogBytes += message.bytes.length + ENTRY_BYTES;
			if (this.#backlogBytes > this.#backlogLimitBytes) {
				this.#end("dropped");
				return;
			}
			// What is thrown away from history from now on still belongs to this reader.
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

/** First in, first out, without moving what stays. */
class Queue<T> {
	#items: (T | undefined)[];
	#head = 0;

	constructor(items: readonly T[] = []) {
		this.#items = [...items];
	}

	push(item: T): void {
		this.#items.push(item);
	}

	peek(): T | undefined {
		return this.#items[this.#head];
	}

	shift(): T | undefined {
		const item = this.#items[this.#head];
		if (this.#head === this.#items.length) return undefined;
		this.#items[this.#head++] = undefined;
		if (this.#head === this.#items.length) this.clear();
		else if (this.#head > 1024 && this.#head > this.#items.length / 2) {
			this.#items = this.#items.slice(this.#head);
			this.#head = 0;
		}
		return item;
	}

	clear(): void {
		this.#items = [];
		this.#head = 0;
	}

	*[Symbol.iterator](): Generator<T, void> {
		for (let at = this.#head; at < this.#items.length; at++) yield this.#items[at]!;
	}
}
