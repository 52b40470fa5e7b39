import { assert } from "../media/assert.ts";

/** A frame's packets on their way out. */
export interface PacedFrame {
	readonly packets: readonly Buffer[];
	readonly keyframe: boolean;
	/** RTP time, 90 kHz ticks. */
	readonly rtpTicks: number;
}

/** What became of a frame that was handed to the pacer. */
export interface FrameVerdict {
	readonly queued: boolean;
	/** Frames lost by this: the one handed over, or older ones that a key frame made useless. */
	readonly dropped: number;
	/** The frame's successors can't be decoded without it: only a key frame mends that. */
	readonly keyframeNeeded: boolean;
}

/** A packet that may leave now, and where in its frame it stands. */
export interface DuePacket<Frame extends PacedFrame> {
	readonly packet: Buffer;
	/** Missing for a retransmission. */
	readonly frame: Frame | undefined;
	readonly first: boolean;
	readonly last: boolean;
}

/**
 * Frames leave at this multiple of the target bit rate at least: half of the time between two
 * frames stays free.
 */
const PACE_FACTOR = 2;
/**
 * And at this multiple at most, so that a large key frame does not flood the queue of a narrow
 * link.
 */
const MAX_PACE_FACTOR = 4;
/**
 * On a path that has shown neither loss nor a queue frames leave at this multiple: a viewer sees a
 * frame when its last packet is there.
 */
const CLEAR_PACE_FACTOR = 8;
/** A frame is spread over this share of the time between two frames. */
const FRAME_SHARE = 0.6;
/** Budget kept while nothing is waiting: a little more than a timer's millisecond. */
const BURST_SEC = 0.0025;
/**
 * Frames wait at most this long, or this many frames' time: then new ones are dropped. A viewer
 * that asks `canQueue` never gets there.
 */
const QUEUE_LIMIT_SEC = 0.1;
const QUEUE_LIMIT_FRAMES = 3;
const RETRANSMISSION_LIMIT = 512;

/**
 * Spreads packets over time so that they do not overflow the queues along the way. Retransmissions
 * go first. No clock, no timer.
 */
export class Pacer<Frame extends PacedFrame> {
	readonly #frames: Frame[] = [];
	readonly #retransmissions: Buffer[] = [];
	/** Packets of the first frame that have left. */
	#sentOfFirst = 0;
	#queuedBytes = 0;
	/**
	 * What it takes to be done with the newest frame in its share of time; kept until all has left,
	 * so that the rate does not fade with the queue.
	 */
	#neededBps = 0;
	#targetBitrateBps: number;
	readonly #clockHz: number;
	#frameIntervalSec = 1 / 30;
	#lastTicks: number | undefined;
	#budgetBytes = 0;
	#budgetAtSec = Number.NEGATIVE_INFINITY;
	#awaitingKeyframe = false;
	/** Whether the path has room for bursts; see `CongestionController.pathIsClear`. */
	pathIsClear = false;

	/** @param clockHz ticks a second of the frames' RTP time. */
	constructor(targetBitrateBps: number, clockHz: number) {
		this.#clockHz = clockHz;
		this.#targetBitrateBps = targetBitrateBps;
	}

	set targetBitrateBps(bitrateBps: number) {
		this.#targetBitrateBps = bitrateBps;
	}

	get empty(): boolean {
		return this.#frames.length === 0 && this.#retransmissions.length === 0;
	}

	/** How long what waits will take, seconds. */
	get queueSec(): number {
		return this.#queuedBytes === 0 ? 0 : (this.#queuedBytes * 8) / this.rateBps;
	}

	/** Bits per second at which packets leave now. */
	get rateBps(): number {
		if (this.pathIsClear) return CLEAR_PACE_FACTOR * this.#targetBitrateBps;
		return Math.min(
			Math.max(this.#neededBps, PACE_FACTOR * this.#targetBitrateBps),
			MAX_PACE_FACTOR * this.#targetBitrateBps,
		);
	}

	/**
	 * True when less than a frame's time is waiting: a frame drawn now will not wait behind older
	 * ones for long.
	 */
	get canQueue(): boolean {
		return this.queueSec < this.#frameIntervalSec;
	}

	/**
	 * Takes a frame, or drops it when too much is waiting. After a drop everything up to the next
	 * key frame is dropped too: it could not be decoded.
	 */
	queueFrame(frame: Frame): FrameVerdict {
		this.#observeInterval(frame.rtpTicks);
		const limitSec = Math.max(QUEUE_LIMIT_SEC, QUEUE_LIMIT_FRAMES * this.#frameIntervalSec);
		const full = this.queueSec > limitSec;
		let dropped = 0;
		if (frame.keyframe) {
			this.#awaitingKeyframe = false;
			if (full) dropped = this.#dropUnstarted();
		} else if (this.#awaitingKeyframe || full) {
			this.#awaitingKeyframe = true;
			return { queued: false, dropped: 1, keyframeNeeded: true };
		}
		if (frame.packets.length > 0) {
			this.#frames.push(frame);
			for (const packet of frame.packets) this.#queuedBytes += packet.length;
			this.#neededBps = (this.#queuedBytes * 8) / (FRAME_SHARE * this.#frameIntervalSec);
		}
		return { queued: true, dropped, keyframeNeeded: false };
	}

	/** @returns false when too many are waiting already. */
	queueRetransmission(packet: Buffer): boolean {
		if (this.#retransmissions.length >= RETRANSMISSION_LIMIT) return false;
		this.#retransmissions.push(packet);
		this.#queuedBytes += packet.length;
		return true;
	}

	/** Hands out what may leave at `nowSec`, in order. */
	*due(nowSec: number): Generator<DuePacket<Frame>, void, undefined> {
		const rateBps = this.rateBps;
		const burstBytes = (rateBps * BURST_SEC) / 8;
		const earned = ((nowSec - this.#budgetAtSec) * rateBps) / 8;
		this.#budgetBytes = Math.min(this.#budgetBytes + Math.max(0, earned), burstBytes);
		this.#budgetAtSec = nowSec;
		while (this.#budgetBytes > 0) {
			const due = this.#take();
			if (due === undefined) {
				assert(this.#queuedBytes === 0, "A pacer without packets has no bytes queued.");
				return;
			}
			this.#budgetBytes -= due.packet.length;
			this.#queuedBytes -= due.packet.length;
			yield due;
		}
	}

	/** Forgets everything that waits. */
	clear(): void {
		this.#frames.length = 0;
		this.#retransmissions.length = 0;
		this.#sentOfFirst = 0;
		this.#queuedBytes = 0;
		this.#neededBps = 0;
	}

	#take(): DuePacket<Frame> | undefined {
		const again = this.#retransmissions.shift();
		if (again !== undefined) return { packet: again, frame: undefined, first: false, last: false };
		const [frame] = this.#frames;
		if (frame === undefined) return undefined;
		const index = this.#sentOfFirst++;
		const packet = frame.packets[index];
		assert(packet !== undefined, "A frame leaves the queue with its last packet.");
		const last = this.#sentOfFirst === frame.packets.length;
		if (last) {
			this.#frames.shift();
			this.#sentOfFirst = 0;
			if (this.#frames.length === 0) this.#neededBps = 0;
		}
		return { packet, frame, first: index === 0, last };
	}

	/** A frame of which a packet has left is finished: half a frame helps nobody. */
	#dropUnstarted(): number {
		const keep = this.#sentOfFirst > 0 ? 1 : 0;
		const dropped = this.#frames.splice(keep);
		for (const frame of dropped) for (const packet of frame.packets) this.#queuedBytes -= packet.length;
		return dropped.length;
	}

	#observeInterval(rtpTicks: number): void {
		if (this.#lastTicks !== undefined) {
			const intervalSec = ((rtpTicks - this.#lastTicks) | 0) / this.#clockHz;
			// A pause is not a frame rate.
			if (intervalSec > 0.002 && intervalSec < 0.25)
				this.#frameIntervalSec += (intervalSec - this.#frameIntervalSec) / 8;
		}
		this.#lastTicks = rtpTicks;
	}
}
