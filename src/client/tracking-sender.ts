import type { TrackingEncoder } from "../protocol/tracking-encoder.ts";
import type { BinaryEncoding } from "../protocol/tracking-format.ts";
import { encodeTrackingText } from "../protocol/tracking-text.ts";
import { PoseSample } from "../skeleton/pose-sample.ts";
import { SendWindow, type TrackingChannel } from "./send-window.ts";

/** The poses of one stream, in totals over all connections. */
export interface SentStreamCounters {
	readonly sent: number;
	/** Poses that newer ones replaced before they could be sent. */
	readonly replaced: number;
}

interface Stream {
	/** The newest pose. */
	readonly sample: PoseSample;
	/** True if that pose is still to be sent. */
	waiting: boolean;
	sequence: number;
	sentMs: number;
	sentClientTimeMs: number;
	/** Length of the last message, from which that of the next is estimated. */
	bytes: number;
	sent: number;
	replaced: number;
	/** Repetitions of the last pose. */
	repeated: number;
}

/**
 * Repetitions of a stream's last pose. With 5 % loss, all three copies are lost once in
 * 8000 times.
 */
const REPEATS = 2;

/**
 * Sends the newest pose of each stream: a pose that could not leave in time is replaced
 * by the next. Heads go first, then the pose that has waited longest, as far as
 * `SendWindow` has room.
 *
 * Reads no clock: times are milliseconds on the clock of `performance.now()`.
 */
export class TrackingSender {
	readonly #streams = new Map<number, Stream>();
	/** The streams of heads, and the others. */
	readonly #heads: Stream[] = [];
	readonly #others: Stream[] = [];
	readonly #listed = new Set<number>();
	readonly #window = new SendWindow();
	#sent = 0;
	/** Writer of binary messages; without one, poses are sent as text in every encoding. */
	encoder: TrackingEncoder | undefined;
	/** The encoding that the server's welcome names; text before it. */
	encoding: "json" | "bin1" = "json";
	/** The RTP time of the picture on the screen, which poses that are put from now on state. */
	seenRtpTicks: number | undefined;
	/**
	 * Shortest time between two poses of one stream, milliseconds: the server drops
	 * more.
	 */
	minIntervalMs = 0;

	/** To the server and back, milliseconds; NaN until it is known. */
	get roundTripMs(): number {
		return this.#window.roundTripMs;
	}

	set roundTripMs(roundTripMs: number) {
		this.#window.roundTripMs = roundTripMs;
	}

	/** True while a pose waits to be sent. */
	get waiting(): boolean {
		for (const stream of this.#streams.values()) if (stream.waiting) return true;
		return false;
	}

	/** Bytes that may be in flight at once. */
	get windowBytes(): number {
		return this.#window.bytes;
	}

	/** The numbers of a stream; zeros for a stream that has sent nothing. */
	counters(stream: number): SentStreamCounters {
		const { sent = 0, replaced = 0 } = this.#streams.get(stream) ?? {};
		return { sent, replaced };
	}

	/**
	 * The sequence number of a stream's last sent pose, 0 before the first, and when it
	 * was read.
	 */
	lastSent(stream: number): { readonly sequence: number; readonly clientTimeMs: number } {
		const { sequence = 0, sentClientTimeMs = Number.NaN } = this.#streams.get(stream) ?? {};
		return { sequence, clientTimeMs: sentClientTimeMs };
	}

	/**
	 * Says whether the declaration of a stream lists its bones: messages then hold the
	 * bones in that order, not linked to their parents.
	 */
	setListed(stream: number, listed: boolean): void {
		if (listed) this.#listed.add(stream);
		else this.#listed.delete(stream);
	}

	/**
	 * Sets the newest pose of `sample.stream`.
	 *
	 * @param sample copied. Its sequence number and time are not used: they are the
	 * sender's, and so is `seenRtpTicks` where it has none.
	 * @param readAtMs when the pose was read.
	 */
	put(sample: PoseSample, readAtMs: number): void {
		const stream = this.#streams.get(sample.stream) ?? this.#addStream(sample);
		if (stream.waiting) stream.replaced++;
		stream.sample.copyFrom(sample);
		stream.sample.clientTimeMs = readAtMs;
		stream.sample.seenRtpTicks = sample.seenRtpTicks ?? this.seenRtpTicks;
		stream.waiting = true;
		stream.repeated = 0;
	}

	/**
	 * Sends the waiting poses that are due and have room.
	 *
	 * @param held a stream whose pose stays, this time.
	 * @returns the number of sent messages.
	 */
	flush(nowMs: number, channel: TrackingChannel | undefined, held = -1): number {
		if (channel?.readyState !== "open") return 0;
		const before = this.#sent;
		for (const stream of this.#heads) if (this.#isDue(stream, nowMs, held)) this.#trySend(stream, nowMs, channel);
		this.#others.sort(bySentMs);
		// A pose that has no room is not overtaken: otherwise a long one would never
		// have any.
		for (const stream of this.#others)
			if (this.#isDue(stream, nowMs, held) && !this.#trySend(stream, nowMs, channel)) break;
		return this.#sent - before;
	}

	/**
	 * Sends the newest pose of a stream again with a new time, so that the server knows
	 * that this client lives and gets a pose that was lost. A waiting pose is sent
	 * instead.
	 *
	 * @returns whether a message was sent.
	 */
	repeat(stream: number, nowMs: number, channel: TrackingChannel | undefined): boolean {
		const state = this.#streams.get(stream);
		if (state === undefined || channel?.readyState !== "open") return false;
		const before = this.#sent;
		const { clientTimeMs, seenRtpTicks } = state.sample;
		if (!state.waiting) Object.assign(state.sample, { clientTimeMs: nowMs, seenRtpTicks: this.seenRtpTicks });
		else if (!this.#isDue(state, nowMs, -1)) return false;
		this.#trySend(state, nowMs, channel);
		if (this.#sent === before) Object.assign(state.sample, { clientTimeMs, seenRtpTicks });
		return this.#sent > before;
	}

	/**
	 * Sends the last pose of each stream again, unchanged, if the stream is no head and
	 * has had no new pose for `quietMs`; twice for each pose. The loss of a hand and
	 * the release of a trigger are sent once, and any message may be lost.
	 *
	 * @returns the number of sent messages.
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
	 * Says when to flush again without a new pose: a waiting pose will have room or be
	 * due by then. A channel that is full also reports when it is free
	 * (`bufferedamountlow`).
	 *
	 * @returns milliseconds from `nowMs`, at least 1; `undefined`: there is nothing to
	 * wait for.
	 */
	retryInMs(nowMs: number): number | undefined {
		const fullRetryMs = this.#window.fullRetryInMs(nowMs);
		if (fullRetryMs !== undefined) return this.waiting ? fullRetryMs : undefined;
		let dueMs = Number.POSITIVE_INFINITY;
		for (const stream of this.#streams.values()) {
			if (!stream.waiting) continue;
			if (!this.#isDue(stream, nowMs, -1)) dueMs = Math.min(dueMs, stream.sentMs + this.minIntervalMs);
			else if (stream.sample.kind !== "head") dueMs = Math.min(dueMs, this.#window.roomAtMs(stream.bytes));
		}
		return dueMs === Number.POSITIVE_INFINITY ? undefined : Math.max(1, dueMs - nowMs);
	}

	/**
	 * Another connection begins, whose far end has no earlier poses. Waiting poses
	 * still wait.
	 */
	restart(): void {
		this.encoding = "json";
		this.#window.restart();
		this.encoder?.forget();
		// Poses that were sent in another session are too old to repeat.
		for (const stream of this.#others) stream.repeated = REPEATS;
	}

	#addStream({ stream: id, kind }: PoseSample): Stream {
		const stream: Stream = {
			sample: new PoseSample(),
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

	/**
	 * With half a millisecond of grace, because display frames are not exactly evenly
	 * spaced.
	 */
	#isDue({ waiting, sentMs, sample }: Stream, nowMs: number, held: number): boolean {
		return waiting && sample.stream !== held && nowMs - sentMs >= this.minIntervalMs - 0.5;
	}

	/** @returns whether there was room for the pose. */
	#trySend(stream: Stream, nowMs: number, channel: TrackingChannel): boolean {
		const { sample } = stream;
		const bytesToFit = sample.kind === "head" ? undefined : stream.bytes;
		if (!this.#window.hasRoom(nowMs, channel, bytesToFit)) return false;
		// 0 means "before the first pose".
		sample.sequence = (stream.sequence + 1) >>> 0 || 1;
		const bytes = this.#encodeAndSend(sample, channel);
		stream.waiting = false;
		// The sample has no pose that could be sent.
		if (bytes === undefined) return true;
		this.#window.sent(nowMs, bytes);
		stream.sequence = sample.sequence;
		stream.sentMs = nowMs;
		stream.sentClientTimeMs = sample.clientTimeMs;
		stream.bytes = bytes;
		stream.sent++;
		this.#sent++;
		return true;
	}

	/** @returns the length of the message; `undefined` if there is none to send. */
	#encodeAndSend(sample: PoseSample, channel: TrackingChannel): number | undefined {
		if (this.encoding === "json" || this.encoder === undefined) {
			const text = encodeTrackingText(sample);
			if (text !== undefined) channel.send(text);
			return text?.length;
		}
		const bytes = this.encoder.encode(sample, this.#binaryEncodingOf(sample));
		if (bytes !== undefined) channel.send(bytes);
		return bytes?.byteLength;
	}

	#binaryEncodingOf({ kind, stream }: PoseSample): BinaryEncoding {
		if (kind !== "skeleton") return "f32";
		return this.#listed.has(stream) ? "q16" : "linked";
	}
}

/** Orders streams by the time of their last message, the oldest first. */
function bySentMs(a: Stream, b: Stream): number {
	return a.sentMs === b.sentMs ? 0 : a.sentMs < b.sentMs ? -1 : 1;
}
