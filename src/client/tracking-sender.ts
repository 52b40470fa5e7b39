import { type BinaryEncoding, TrackingEncoder } from "../protocol/tracking-binary.ts";
import { encodeTrackingText } from "../protocol/tracking-text.ts";
import { PoseSample } from "../skeleton/pose-sample.ts";

/** What of an RTCDataChannel the sender needs. */
export interface TrackingChannel {
	readonly readyState: RTCDataChannelState;
	readonly bufferedAmount: number;
	send(message: string): void;
	send(message: ArrayBufferView<ArrayBuffer>): void;
}

/** The poses of one stream, in totals over all connections. */
export interface SentStreamCounters {
	readonly sent: number;
	/** Poses that were replaced by a newer one before they could leave. */
	readonly replaced: number;
}

interface Stream {
	readonly frame: PoseSample;
	waiting: boolean;
	sequence: number;
	sentMs: number;
	sentClientTimeMs: number;
	/** Length of the last message: about that of the next. */
	bytes: number;
	sent: number;
	replaced: number;
	/** How often the last pose was sent again. */
	repeated: number;
}

/** As often a last pose is sent again: at 5 % loss one in 8000 is not heard then. */
const REPEATS = 2;

/**
 * Chromium's SCTP, and so that of every client built on libwebrtc (dcSCTP: dcsctp_options.h):
 * packets of 1191 bytes; before the first loss ten of them may be on the way, and after one at
 * least four. A message has a chunk header of 16 bytes.
 */
const PACKET_BYTES = 1191;
const FIRST_WINDOW = 10 * PACKET_BYTES;
const LEAST_WINDOW = 4 * PACKET_BYTES;
const CHUNK_HEADER_BYTES = 16;
/** More than this on the way, and another limit holds. */
const LARGEST_WINDOW = 100 * PACKET_BYTES;
/** As long as nothing waits, the window grows by a packet in this time. */
const GROWTH_MS = 1000;
/**
 * The same while less is on the way than surely fits, after a timeout of SCTP or on a path that
 * became longer; and as often may it be made less.
 */
const RECOVERY_MS = 250;
/**
 * A packet counts as on its way for a round trip and this: the acknowledgement may wait for a
 * second packet, and timers are late.
 */
const ACKNOWLEDGED_LATE_MS = 10;
/** Before a round trip was measured. */
const USUAL_ROUND_TRIP_MS = 50;
/**
 * A channel that is full for so long takes less than SCTP's least; for less, a thread of the
 * browser may just have been late.
 */
const LONG_FULL_MS = 15;
/**
 * A message that was handed over may count as waiting for so long, because it passes through the
 * browser's threads.
 */
const HANDED_OVER_MS = 4;

/**
 * Sends the newest pose of each stream and only that: one that could not leave is replaced by the
 * next. Heads go first, then what has waited longest.
 *
 * SCTP's congestion control holds for unreliable channels too, and after a loss it lets no more
 * than a few packets travel at once. What is sent beyond that is not only late: SCTP then cuts
 * messages in two to fill its window, and one of which a half is lost holds up others at the
 * receiver for seconds. A look at `bufferedAmount` comes too late to prevent that. So the sender
 * keeps count of what is on the way, and hands over no more than surely fits.
 *
 * Reads no clock: times are milliseconds on the clock of `performance.now()`.
 */
export class TrackingSender {
	readonly #streams = new Map<number, Stream>();
	/** Those of them that are heads, and the others. */
	readonly #heads: Stream[] = [];
	readonly #others: Stream[] = [];
	readonly #encoder = new TrackingEncoder();
	readonly #listed = new Set<number>();
	readonly #onTheWay = new BytesOverTime();
	#sent = 0;
	#window = FIRST_WINDOW;
	#changedMs = Number.NaN;
	#shrunkMs = Number.NEGATIVE_INFINITY;
	#fullSinceMs = Number.NaN;
	/** What the server's welcome says; text until it came. */
	encoding: "json" | "bin1" = "json";
	/** Shortest time between two poses of one stream, milliseconds: what the server listens to. */
	minIntervalMs = 0;
	/** To the server and back, milliseconds; NaN: not known yet. */
	roundTripMs: number = Number.NaN;

	/** Whether a pose waits to be sent. */
	get waiting(): boolean {
		for (const stream of this.#streams.values()) if (stream.waiting) return true;
		return false;
	}

	/** Bytes that may be on the way at once. */
	get windowBytes(): number {
		return this.#window;
	}

	counters(stream: number): SentStreamCounters {
		const { sent = 0, replaced = 0 } = this.#streams.get(stream) ?? {};
		return { sent, replaced };
	}

	/**
	 * The pose of a stream that was sent last: its number and when it was read. Number 0: none was.
	 */
	lastSent(stream: number): { readonly sequence: number; readonly clientTimeMs: number } {
		const { sequence = 0, sentClientTimeMs = Number.NaN } = this.#streams.get(stream) ?? {};
		return { sequence, clientTimeMs: sentClientTimeMs };
	}

	/**
	 * The bones of a stream come in an order that its declaration lists: they are sent by that, and
	 * not linked to each other.
	 */
	setListed(stream: number, listed: boolean): void {
		if (listed) this.#listed.add(stream);
		else this.#listed.delete(stream);
	}

	/**
	 * The newest pose of `frame.stream`.
	 *
	 * @param frame copied. Its sequence number and time are not used: they are the sender's.
	 * @param readAtMs when it was read.
	 */
	put(frame: PoseSample, readAtMs: number): void {
		const stream = this.#streams.get(frame.stream) ?? this.#addStream(frame);
		if (stream.waiting) stream.replaced++;
		stream.frame.copyFrom(frame);
		stream.frame.clientTimeMs = readAtMs;
		stream.waiting = true;
		stream.repeated = 0;
	}

	/**
	 * Sends what is waiting, as far as the path takes it.
	 *
	 * @param held a stream that stays where it is, this time.
	 * @returns how many messages were sent.
	 */
	flush(nowMs: number, channel: TrackingChannel | undefined, held = -1): number {
		if (channel?.readyState !== "open") return 0;
		const before = this.#sent;
		for (const stream of this.#heads) if (this.#isDue(stream, nowMs, held)) this.#trySend(stream, nowMs, channel);
		this.#others.sort(bySentMs);
		// Nobody overtakes one that has no room: it would never have any.
		for (const stream of this.#others)
			if (this.#isDue(stream, nowMs, held) && !this.#trySend(stream, nowMs, channel)) break;
		return this.#sent - before;
	}

	/**
	 * Sends the newest pose of a stream again although nothing changed, so that the server knows
	 * that we live and a lost last pose is made good. One that waits is sent instead.
	 *
	 * @returns whether something was sent.
	 */
	repeat(stream: number, nowMs: number, channel: TrackingChannel | undefined): boolean {
		const state = this.#streams.get(stream);
		if (state === undefined || channel?.readyState !== "open") return false;
		const before = this.#sent;
		const { clientTimeMs } = state.frame;
		if (!state.waiting) state.frame.clientTimeMs = nowMs;
		else if (!this.#isDue(state, nowMs, -1)) return false;
		this.#trySend(state, nowMs, channel);
		if (this.#sent === before) state.frame.clientTimeMs = clientTimeMs;
		return this.#sent > before;
	}

	/**
	 * Sends again, as it was, what was the last of a stream: of those that are no heads and have
	 * had no news for `quietMs`, each twice. A hand that is lost and a trigger that is let go of
	 * are told once, and any message may be lost.
	 *
	 * @returns how many messages were sent.
	 */
	repeatLast(quietMs: number, nowMs: number, channel: TrackingChannel | undefined): number {
		if (channel?.readyState !== "open") return 0;
		const before = this.#sent;
		for (const stream of this.#others) {
			if (stream.waiting || stream.repeated >= REPEATS || nowMs - stream.sentMs < quietMs) continue;
			if (this.#trySend(stream, nowMs, channel)) stream.repeated++;
		}
		return this.#sent - before;
	}

	/**
	 * When to flush again, though nothing new has come: then there may be room for what waits now,
	 * or the server listens again. What waits for the channel itself goes with its
	 * `bufferedamountlow`.
	 *
	 * @returns milliseconds from `nowMs`, at least 1; `undefined` while nothing waits for that.
	 */
	retryInMs(nowMs: number): number | undefined {
		// The channel says itself when it is free. It is looked at all the same, because the window
		// depends on it, but not all the time that a path is broken.
		if (!Number.isNaN(this.#fullSinceMs))
			return !this.waiting ? undefined : nowMs - this.#fullSinceMs < LONG_FULL_MS ? HANDED_OVER_MS : LONG_FULL_MS;
		let dueMs = Number.POSITIVE_INFINITY;
		for (const stream of this.#streams.values()) {
			if (!stream.waiting) continue;
			if (!this.#isDue(stream, nowMs, -1)) dueMs = Math.min(dueMs, stream.sentMs + this.minIntervalMs);
			else if (stream.frame.kind !== "head")
				dueMs = Math.min(dueMs, this.#roomMs(stream.bytes + CHUNK_HEADER_BYTES));
		}
		return dueMs === Number.POSITIVE_INFINITY ? undefined : Math.max(1, dueMs - nowMs);
	}

	/** When so many bytes more will have room. */
	#roomMs(bytes: number): number {
		// What is longer than the window goes when it would be alone.
		return this.#onTheWay.whenAtMost(Math.max(0, this.#window - bytes)) + this.#acknowledgedAfterMs;
	}

	/**
	 * Another connection: nothing is on the way, nothing is known of the path, and the other end
	 * remembers nothing. What waits still waits.
	 */
	restart(): void {
		this.encoding = "json";
		this.roundTripMs = Number.NaN;
		this.#window = FIRST_WINDOW;
		this.#changedMs = Number.NaN;
		this.#shrunkMs = Number.NEGATIVE_INFINITY;
		this.#fullSinceMs = Number.NaN;
		this.#onTheWay.clear();
		this.#encoder.forget();
		// What was told to another session is old.
		for (const stream of this.#others) stream.repeated = REPEATS;
	}

	#addStream({ stream: id, kind }: PoseSample): Stream {
		const stream: Stream = {
			frame: new PoseSample(),
			waiting: false,
			sequence: 0,
			sentMs: Number.NEGATIVE_INFINITY,
			sentClientTimeMs: Number.NaN,
			bytes: 0,
			sent: 0,
			replaced: 0,
			repeated: 0,
		};
		this.#streams.set(id, stream);
		(kind === "head" ? this.#heads : this.#others).push(stream);
		return stream;
	}

	/** Half a millisecond of grace: display frames are not exactly as far apart as they say. */
	#isDue({ waiting, sentMs, frame }: Stream, nowMs: number, held: number): boolean {
		return waiting && frame.stream !== held && nowMs - sentMs >= this.minIntervalMs - 0.5;
	}

	/** @returns whether there was room for it. */
	#trySend(stream: Stream, nowMs: number, channel: TrackingChannel): boolean {
		const { frame } = stream;
		if (!this.#hasRoom(nowMs, channel, frame.kind === "head" ? 0 : stream.bytes + CHUNK_HEADER_BYTES)) return false;
		// 0 means "before the first pose".
		frame.sequence = (stream.sequence + 1) >>> 0 || 1;
		const bytes = this.#encodeAndSend(frame, channel);
		stream.waiting = false;
		// It has no pose that could be sent.
		if (bytes === undefined) return true;
		this.#onTheWay.add(nowMs, bytes + CHUNK_HEADER_BYTES);
		stream.sequence = frame.sequence;
		stream.sentMs = nowMs;
		stream.sentClientTimeMs = frame.clientTimeMs;
		stream.bytes = bytes;
		stream.sent++;
		this.#sent++;
		return true;
	}

	#hasRoom(nowMs: number, channel: TrackingChannel, bytes: number): boolean {
		if (this.#isFull(nowMs, channel)) return false;
		if (Number.isNaN(this.#changedMs)) this.#changedMs = nowMs;
		if (nowMs - this.#changedMs >= (this.#window < LEAST_WINDOW ? RECOVERY_MS : GROWTH_MS)) {
			this.#window = Math.min(LARGEST_WINDOW, this.#window + PACKET_BYTES);
			this.#changedMs = nowMs;
		}
		this.#onTheWay.forgetBefore(nowMs - this.#acknowledgedAfterMs);
		const { total } = this.#onTheWay;
		return total === 0 || bytes === 0 || total + bytes <= this.#window;
	}

	/** Whether more waits in the channel than may just be passing through. */
	#isFull(nowMs: number, channel: TrackingChannel): boolean {
		if (channel.bufferedAmount <= this.#onTheWay.since(nowMs - HANDED_OVER_MS)) {
			this.#fullSinceMs = Number.NaN;
			return false;
		}
		if (Number.isNaN(this.#fullSinceMs)) this.#fullSinceMs = nowMs;
		else this.#shrink(nowMs, nowMs - this.#fullSinceMs);
		return true;
	}

	/**
	 * It was more than the path took: there has been a loss, or the path is narrow, or longer than
	 * it was.
	 */
	#shrink(nowMs: number, fullMs: number): void {
		const sinceMs = nowMs - this.#shrunkMs;
		if (this.#window > LEAST_WINDOW && fullMs >= HANDED_OVER_MS && sinceMs >= this.#acknowledgedAfterMs)
			this.#window = Math.max(LEAST_WINDOW, this.#window / 2);
		else if (this.#window <= LEAST_WINDOW && fullMs >= LONG_FULL_MS && sinceMs >= RECOVERY_MS)
			this.#window = Math.max(PACKET_BYTES, this.#window * 0.75);
		else return;
		this.#shrunkMs = nowMs;
		this.#changedMs = nowMs;
	}

	get #acknowledgedAfterMs(): number {
		return (Number.isNaN(this.roundTripMs) ? USUAL_ROUND_TRIP_MS : this.roundTripMs) + ACKNOWLEDGED_LATE_MS;
	}

	/** @returns its length; `undefined` if there is nothing to send. */
	#encodeAndSend(frame: PoseSample, channel: TrackingChannel): number | undefined {
		if (this.encoding === "json") {
			const text = encodeTrackingText(frame);
			if (text !== undefined) channel.send(text);
			return text?.length;
		}
		const encoding: BinaryEncoding =
			frame.kind !== "skeleton" ? "f32" : this.#listed.has(frame.stream) ? "q16" : "linked";
		const bytes = this.#encoder.encode(frame, encoding);
		if (bytes !== undefined) channel.send(bytes);
		return bytes?.byteLength;
	}
}

/** Bytes that were sent, each for a while. */
class BytesOverTime {
	readonly #times: number[] = [];
	readonly #bytes: number[] = [];
	#total = 0;

	/** Of all that is not forgotten. */
	get total(): number {
		return this.#total;
	}

	add(timeMs: number, bytes: number): void {
		this.#times.push(timeMs);
		this.#bytes.push(bytes);
		this.#total += bytes;
	}

	since(timeMs: number): number {
		let sum = 0;
		for (let index = this.#times.length - 1; index >= 0 && this.#times[index]! >= timeMs; index--)
			sum += this.#bytes[index]!;
		return sum;
	}

	forgetBefore(timeMs: number): void {
		while (this.#times.length > 0 && this.#times[0]! < timeMs) {
			this.#times.shift();
			this.#total -= this.#bytes.shift()!;
		}
	}

	/** When the last of those was sent without which no more than `bytes` remain. */
	whenAtMost(bytes: number): number {
		let remaining = this.#total;
		for (let index = 0; index < this.#times.length; index++) {
			remaining -= this.#bytes[index]!;
			if (remaining <= bytes) return this.#times[index]!;
		}
		return Number.NEGATIVE_INFINITY;
	}

	clear(): void {
		this.forgetBefore(Number.POSITIVE_INFINITY);
	}
}

/** Who has waited longest comes first. */
function bySentMs(a: Stream, b: Stream): number {
	return a.sentMs === b.sentMs ? 0 : a.sentMs < b.sentMs ? -1 : 1;
}
