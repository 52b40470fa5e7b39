/** The parts of an RTCDataChannel that a sender of poses needs. */
export interface TrackingChannel {
	readonly readyState: RTCDataChannelState;
	readonly bufferedAmount: number;
	send(message: string): void;
	send(message: ArrayBufferView<ArrayBuffer>): void;
}

/**
 * Bytes of an SCTP packet in Chromium, and in every client built on libwebrtc:
 * dcsctp_options.h, `mtu`.
 */
const PACKET_BYTES = 1191;
/** The window before the first loss: dcsctp_options.h, `cwnd_mtus_initial`. */
const FIRST_WINDOW = 10 * PACKET_BYTES;
/** The window that SCTP keeps after a loss: dcsctp_options.h, `cwnd_mtus_min`. */
const LEAST_WINDOW = 4 * PACKET_BYTES;
/** A message's header in its packet: RFC 9260, 3.3.1. */
const CHUNK_HEADER_BYTES = 16;
/** Beyond this, other limits hold. */
const LARGEST_WINDOW = 100 * PACKET_BYTES;
/** While nothing waits in the channel, the window grows by a packet in this time. */
const GROWTH_MS = 1000;
/**
 * The same for a window below SCTP's least, which follows a timeout or a longer path.
 * It is also the least time between two reductions of such a window.
 */
const RECOVERY_MS = 250;
/**
 * Time that an acknowledgement may be late: it may wait for a second packet, and timers
 * are late.
 */
const ACKNOWLEDGED_LATE_MS = 10;
/** The round trip before the first measurement. */
const USUAL_ROUND_TRIP_MS = 50;
/**
 * A channel that is full for this long has less room than SCTP's least window. A
 * shorter time may be the delay of a thread of the browser.
 */
const LONG_FULL_MS = 15;
/**
 * A message passes through the browser's threads for up to this time, and counts as
 * buffered meanwhile.
 */
const HANDED_OVER_MS = 4;

/**
 * The number of bytes that may be in flight on a data channel at once, by an estimate
 * of SCTP's own window.
 *
 * SCTP's congestion control holds for unreliable channels too. After a loss it lets
 * only a few packets travel at once. Messages beyond that are late, and worse: SCTP
 * cuts messages in two to fill its window, and the loss of one half holds up other
 * messages at the receiver for seconds. `bufferedAmount` shows it too late. So the
 * sender counts the bytes in flight itself.
 *
 * Reads no clock: times are milliseconds on one clock.
 */
export class SendWindow {
	readonly #inFlight = new BytesOverTime();
	#bytes = FIRST_WINDOW;
	#changedMs = Number.NaN;
	#shrunkMs = Number.NEGATIVE_INFINITY;
	/** Time since which the channel has been full; NaN: it is not. */
	#fullSinceMs = Number.NaN;
	/** To the server and back, milliseconds; NaN until it is known. */
	roundTripMs: number = Number.NaN;

	/** The size of the window. */
	get bytes(): number {
		return this.#bytes;
	}

	/**
	 * @param bytes length of the message; `undefined`: the message is small and urgent,
	 * and needs only a channel that is not full.
	 * @returns whether it may be sent now. An idle channel has room for any message.
	 */
	hasRoom(nowMs: number, channel: TrackingChannel, bytes: number | undefined): boolean {
		if (this.#isFull(nowMs, channel)) return false;
		if (Number.isNaN(this.#changedMs)) this.#changedMs = nowMs;
		if (nowMs - this.#changedMs >= (this.#bytes < LEAST_WINDOW ? RECOVERY_MS : GROWTH_MS)) {
			this.#bytes = Math.min(LARGEST_WINDOW, this.#bytes + PACKET_BYTES);
			this.#changedMs = nowMs;
		}
		this.#inFlight.forgetBefore(nowMs - this.#acknowledgedAfterMs);
		const { total } = this.#inFlight;
		return total === 0 || bytes === undefined || total + bytes + CHUNK_HEADER_BYTES <= this.#bytes;
	}

	/** A message was sent. */
	sent(nowMs: number, bytes: number): void {
		this.#inFlight.add(nowMs, bytes + CHUNK_HEADER_BYTES);
	}

	/** @returns when a message of `bytes` will have room. */
	roomAtMs(bytes: number): number {
		// A message that is longer than the window goes when nothing else is in flight.
		const others = Math.max(0, this.#bytes - bytes - CHUNK_HEADER_BYTES);
		return this.#inFlight.whenAtMost(others) + this.#acknowledgedAfterMs;
	}

	/**
	 * @returns milliseconds until a full channel is to be checked again; `undefined`:
	 * it is not full.
	 */
	fullRetryInMs(nowMs: number): number | undefined {
		if (Number.isNaN(this.#fullSinceMs)) return undefined;
		// A channel reports when it is free. It is checked before, because the window
		// shrinks by the time that it was full, but rarely while a path is broken.
		return nowMs - this.#fullSinceMs < LONG_FULL_MS ? HANDED_OVER_MS : LONG_FULL_MS;
	}

	/**
	 * Another connection begins: nothing is in flight, and nothing is known of the
	 * path.
	 */
	restart(): void {
		this.roundTripMs = Number.NaN;
		this.#bytes = FIRST_WINDOW;
		this.#changedMs = Number.NaN;
		this.#shrunkMs = Number.NEGATIVE_INFINITY;
		this.#fullSinceMs = Number.NaN;
		this.#inFlight.clear();
	}

	/**
	 * @returns true if the channel buffers more than the messages that were just handed
	 * over.
	 */
	#isFull(nowMs: number, channel: TrackingChannel): boolean {
		if (channel.bufferedAmount <= this.#inFlight.since(nowMs - HANDED_OVER_MS)) {
			this.#fullSinceMs = Number.NaN;
			return false;
		}
		if (Number.isNaN(this.#fullSinceMs)) this.#fullSinceMs = nowMs;
		else this.#shrink(nowMs, nowMs - this.#fullSinceMs);
		return true;
	}

	/**
	 * The window was larger than SCTP's: after a loss, on a narrow path, or on one that
	 * became longer.
	 */
	#shrink(nowMs: number, fullMs: number): void {
		const sinceMs = nowMs - this.#shrunkMs;
		if (this.#bytes > LEAST_WINDOW && fullMs >= HANDED_OVER_MS && sinceMs >= this.#acknowledgedAfterMs)
			this.#bytes = Math.max(LEAST_WINDOW, this.#bytes / 2);
		else if (this.#bytes <= LEAST_WINDOW && fullMs >= LONG_FULL_MS && sinceMs >= RECOVERY_MS)
			this.#bytes = Math.max(PACKET_BYTES, this.#bytes * 0.75);
		else return;
		this.#shrunkMs = nowMs;
		this.#changedMs = nowMs;
	}

	/** A packet counts as in flight for this long. */
	get #acknowledgedAfterMs(): number {
		return (Number.isNaN(this.roundTripMs) ? USUAL_ROUND_TRIP_MS : this.roundTripMs) + ACKNOWLEDGED_LATE_MS;
	}
}

/** The sent bytes by the time of sending, oldest first. */
class BytesOverTime {
	readonly #sent: { readonly timeMs: number; readonly bytes: number }[] = [];
	#total = 0;

	/** All bytes that are not forgotten. */
	get total(): number {
		return this.#total;
	}

	add(timeMs: number, bytes: number): void {
		this.#sent.push({ timeMs, bytes });
		this.#total += bytes;
	}

	/** The bytes sent at `earliestMs` or later. */
	since(earliestMs: number): number {
		let sum = 0;
		for (let index = this.#sent.length - 1; index >= 0; index--) {
			const sent = this.#sent[index];
			if (sent === undefined || sent.timeMs < earliestMs) break;
			sum += sent.bytes;
		}
		return sum;
	}

	forgetBefore(earliestMs: number): void {
		for (let first = this.#sent[0]; first !== undefined && first.timeMs < earliestMs; first = this.#sent[0]) {
			this.#total -= first.bytes;
			this.#sent.shift();
		}
	}

	/**
	 * The time of the earliest entry by which so much was sent that, once it is
	 * forgotten, no more than `bytes` remain.
	 */
	whenAtMost(bytes: number): number {
		let remaining = this.#total;
		for (const sent of this.#sent) {
			remaining -= sent.bytes;
			if (remaining <= bytes) return sent.timeMs;
		}
		return Number.NEGATIVE_INFINITY;
	}

	clear(): void {
		this.#sent.length = 0;
		this.#total = 0;
	}
}
