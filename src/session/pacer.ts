import { assert } from "../media/assert.ts";
import type { ProbeCluster } from "./congestion/congestion-controller.ts";

/** A frame's packets on their way out. */
export interface PacedFrame {
	readonly packets: readonly Buffer[];
	readonly keyframe: boolean;
	/** RTP time, 90 kHz ticks. */
	readonly rtpTicks: number;
}

/** The fate of a frame that was given to the pacer. */
export interface FrameVerdict {
	readonly queued: boolean;
	/**
	 * Frames lost by this: the frame itself, or older ones that a key frame made
	 * useless.
	 */
	readonly dropped: number;
	/**
	 * The frame's successors can't be decoded without it: only a key frame mends that.
	 */
	readonly keyframeNeeded: boolean;
}

/** Packets that mend losses: a packet that is sent again, or one of FlexFEC. */
export type RepairKind = "retransmission" | "fec";

interface QueuedRepair {
	readonly packet: Buffer;
	readonly kind: RepairKind;
}

/** Receives the packets that a pacer lets go, in order. */
export interface PacerOutlet<Frame extends PacedFrame> {
	/**
	 * @param index place of the packet in its frame.
	 * @param probeId probe that the packet is sent for, if any.
	 */
	sendMedia(packet: Buffer, frame: Frame, index: number, probeId: number | undefined): void;
	sendRepair(packet: Buffer, kind: RepairKind, probeId: number | undefined): void;
	sendPadding(packet: Buffer, probeId: number | undefined): void;
	/**
	 * Makes a packet that completes a probe when no other waits; without one the probe
	 * ends.
	 */
	nextPadding(): Buffer | undefined;
}

/** A probe that is being sent. */
interface RunningProbe extends ProbeCluster {
	leftBytes: number;
	leftPackets: number;
	begun: boolean;
}

/**
 * Least multiple of the target bit rate at which frames leave: half of the time between
 * two frames stays free. libwebrtc paces at 2.5 times the target until its first
 * feedback (goog_cc/goog_cc_network_control.cc, `kDefaultPaceMultiplier`).
 */
const PACE_FACTOR = 2;
/**
 * Highest multiple: a large key frame must not flood the queue of a narrow link. Held
 * by congestion/narrow-link.test.ts, where packets wait less than 35 ms.
 */
const MAX_PACE_FACTOR = 4;
/**
 * Multiple on a path that has shown neither loss nor a queue: a viewer sees a frame
 * when its last packet is there. Measured: 2.1 ms from the first to the last packet of
 * a frame, 9 ms without.
 */
const CLEAR_PACE_FACTOR = 8;
/**
 * Multiple while a path that has become narrower empties its queue: faster packets would only
 * wait there, or find it full. Held by congestion/link-table.test.ts, "steps".
 */
const DRAINING_PACE_FACTOR = 1.25;
/**
 * Share of the time between two frames over which a frame is spread; the rest is for
 * repairs.
 */
const FRAME_SHARE = 0.6;
/**
 * Budget kept while nothing waits, seconds: a little more than the pace timer's
 * millisecond.
 */
const BURST_SEC = 0.0025;
/**
 * Longest queue, in seconds and in frames, whichever is longer: then new frames are
 * dropped. A view that heeds back pressure never gets there. libwebrtc's bound is 2 s
 * (modules/pacing, `kMaxExpectedQueueLength`), too late for a live view.
 */
const QUEUE_LIMIT_SEC = 0.1;
const QUEUE_LIMIT_FRAMES = 3;
/** Most repairs that wait: half a second of a view of 10 Mbit/s. */
const REPAIR_LIMIT = 512;
/** Weight of a new interval in the average; RTP's jitter has 1/16 (RFC 3550, 6.4.1). */
const INTERVAL_WEIGHT = 1 / 8;
/** Intervals outside these bounds are a pause or a burst, not a frame rate, seconds. */
const MIN_INTERVAL_SEC = 0.002;
const MAX_INTERVAL_SEC = 0.25;

/**
 * Spreads packets over time so that they do not overflow the queues along the way.
 * Repairs go first. No clock, no timer.
 */
export class Pacer<Frame extends PacedFrame> {
	readonly #frames: Frame[] = [];
	readonly #repairs: QueuedRepair[] = [];
	/** Packets of the first frame that have left. */
	#sentOfFirst = 0;
	#queuedBytes = 0;
	/**
	 * Rate at which the newest frame leaves in its share of time, bits per second. It
	 * is kept until the queue is empty, so that it does not fade with the queue.
	 */
	#neededBps = 0;
	#targetBitrateBps: number;
	readonly #clockHz: number;
	#frameIntervalSec = 1 / 30;
	#lastTicks: number | undefined;
	#budgetBytes = 0;
	#budgetAtSec = Number.NEGATIVE_INFINITY;
	#awaitingKeyframe = false;
	#probe: RunningProbe | undefined;
	/**
	 * True when the path has room for bursts; see `CongestionController.pathIsClear`.
	 */
	pathIsClear = false;
	/**
	 * True while a narrower path empties its queue; see
	 * `CongestionController.pathIsDraining`.
	 */
	pathIsDraining = false;

	/** @param clockHz ticks a second of the frames' RTP time. */
	constructor(targetBitrateBps: number, clockHz: number) {
		this.#clockHz = clockHz;
		this.#targetBitrateBps = targetBitrateBps;
	}

	/** The rate that the pace is a multiple of, bits per second. */
	set targetBitrateBps(bitrateBps: number) {
		this.#targetBitrateBps = bitrateBps;
	}

	/** True when no packet is waiting, and no probe needs padding. */
	get empty(): boolean {
		return this.#isIdle && this.#probe?.begun !== true;
	}

	get #isIdle(): boolean {
		return this.#frames.length === 0 && this.#repairs.length === 0;
	}

	/** Time in which the waiting packets leave, seconds. */
	get queueSec(): number {
		return this.#queuedBytes === 0 ? 0 : (this.#queuedBytes * 8) / this.rateBps;
	}

	/** The rate at which packets leave now, bits per second. */
	get rateBps(): number {
		if (this.#probe !== undefined) return this.#probe.rateBps;
		if (this.pathIsClear) return CLEAR_PACE_FACTOR * this.#targetBitrateBps;
		if (this.pathIsDraining) return DRAINING_PACE_FACTOR * this.#targetBitrateBps;
		return Math.min(
			Math.max(this.#neededBps, PACE_FACTOR * this.#targetBitrateBps),
			MAX_PACE_FACTOR * this.#targetBitrateBps,
		);
	}

	/**
	 * True when less than a frame's time is waiting: a frame drawn now will soon leave.
	 */
	get canQueue(): boolean {
		return this.queueSec < this.#frameIntervalSec;
	}

	/**
	 * Queues a frame, or drops it when too much is waiting. After a drop every frame up
	 * to the next key frame is dropped too: it could not be decoded.
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

	/**
	 * Queues a packet before all frames.
	 * @returns false when too many are waiting already.
	 */
	queueRepair(packet: Buffer, kind: RepairKind): boolean {
		if (this.#repairs.length >= REPAIR_LIMIT) return false;
		this.#repairs.push({ packet, kind });
		this.#queuedBytes += packet.length;
		return true;
	}

	/** Drops the repairs that wait. @returns the number of retransmissions among them */
	dropRepairs(): number {
		for (const { packet } of this.#repairs) this.#queuedBytes -= packet.length;
		return this.#repairs.splice(0).filter(({ kind }) => kind === "retransmission").length;
	}

	/** Sends the next packets for a probe, from the next one on. */
	startProbe(cluster: ProbeCluster): void {
		this.#probe = { ...cluster, leftBytes: cluster.minBytes, leftPackets: cluster.minPackets, begun: false };
	}

	/** Lets the packets go that may leave at `nowSec`, in order. */
	release(nowSec: number, outlet: PacerOutlet<Frame>): void {
		const rateBps = this.rateBps;
		const burstBytes = (rateBps * BURST_SEC) / 8;
		const earned = ((nowSec - this.#budgetAtSec) * rateBps) / 8;
		this.#budgetBytes = Math.min(this.#budgetBytes + Math.max(0, earned), burstBytes);
		this.#budgetAtSec = nowSec;
		while (this.#budgetBytes > 0) {
			if (this.#releaseRepair(outlet) || this.#releaseMedia(outlet)) continue;
			assert(this.#queuedBytes === 0, "A pacer without packets has no bytes queued.");
			if (!this.#releasePadding(outlet)) return;
		}
	}

	/** Drops everything that waits. */
	clear(): void {
		this.#frames.length = 0;
		this.#repairs.length = 0;
		this.#sentOfFirst = 0;
		this.#queuedBytes = 0;
		this.#neededBps = 0;
		this.#probe = undefined;
	}

	#releaseRepair(outlet: PacerOutlet<Frame>): boolean {
		const repair = this.#repairs.shift();
		if (repair === undefined) return false;
		const { packet, kind } = repair;
		this.#queuedBytes -= packet.length;
		outlet.sendRepair(packet, kind, this.#spend(packet.length));
		return true;
	}

	#releaseMedia(outlet: PacerOutlet<Frame>): boolean {
		const [frame] = this.#frames;
		if (frame === undefined) return false;
		const index = this.#sentOfFirst++;
		const packet = frame.packets[index];
		assert(packet !== undefined, "A frame leaves the queue with its last packet.");
		this.#queuedBytes -= packet.length;
		if (this.#sentOfFirst === frame.packets.length) {
			this.#frames.shift();
			this.#sentOfFirst = 0;
			if (this.#frames.length === 0) this.#neededBps = 0;
		}
		outlet.sendMedia(packet, frame, index, this.#spend(packet.length));
		return true;
	}

	/** Completes a probe that has begun. */
	#releasePadding(outlet: PacerOutlet<Frame>): boolean {
		if (this.#probe?.begun !== true) return false;
		const packet = outlet.nextPadding();
		if (packet === undefined) this.#probe = undefined;
		else outlet.sendPadding(packet, this.#spend(packet.length));
		return packet !== undefined;
	}

	/** @returns the probe that the bytes count for. */
	#spend(byteLength: number): number | undefined {
		this.#budgetBytes -= byteLength;
		const probe = this.#probe;
		if (probe === undefined) return undefined;
		probe.begun = true;
		probe.leftBytes -= byteLength;
		probe.leftPackets--;
		if (probe.leftBytes <= 0 && probe.leftPackets <= 0) this.#probe = undefined;
		return probe.id;
	}

	/** A frame that has begun to leave is finished: half a frame is of no use. */
	#dropUnstarted(): number {
		const keep = this.#sentOfFirst > 0 ? 1 : 0;
		const dropped = this.#frames.splice(keep);
		for (const frame of dropped) for (const packet of frame.packets) this.#queuedBytes -= packet.length;
		return dropped.length;
	}

	#observeInterval(rtpTicks: number): void {
		if (this.#lastTicks !== undefined) {
			const intervalSec = ((rtpTicks - this.#lastTicks) | 0) / this.#clockHz;
			if (intervalSec > MIN_INTERVAL_SEC && intervalSec < MAX_INTERVAL_SEC)
				this.#frameIntervalSec += (intervalSec - this.#frameIntervalSec) * INTERVAL_WEIGHT;
		}
		this.#lastTicks = rtpTicks;
	}
}
