import type { TransportFeedback } from "../rtcp.ts";
import { ReceiverEstimate, UNUSED_FACTOR } from "./receiver-estimate.ts";
import { SentPackets } from "./sent-packets.ts";

/**
 * Decides from what the receiver reports how much the path carries. No clock, no socket: times are
 * handed in, seconds on one monotonic clock.
 */
export interface CongestionController {
	/** What the path is thought to carry, bits per second of RTP, retransmissions included. */
	readonly estimateBps: number;
	/** Neither loss nor a queue was seen for a while: frames may leave in faster bursts. */
	readonly pathIsClear: boolean;
	/**
	 * @param transportSequenceNumber 16 bits, wrapping; rises by one with every packet of the
	 * connection.
	 */
	onPacketSent(transportSequenceNumber: number, byteLength: number, nowSec: number): void;
	onTransportFeedback(feedback: TransportFeedback, nowSec: number): void;
	/** @param roundTripSec NaN when unknown. */
	onReceiverReport(fractionLost: number, roundTripSec: number, nowSec: number): void;
	onRemb(bitrateBps: number, nowSec: number): void;
	/** Packets that are sent again because they were asked for, each request once. */
	onNack(packets: number, nowSec: number): void;
	/** Time goes by. Called a few times a second. */
	onTick(nowSec: number): void;
}

export interface BitrateLimits {
	/** Bits per second. */
	readonly minBps: number;
	/** First estimate. */
	readonly startBps: number;
	readonly maxBps: number;
}

// Queueing, from one-way delays of transport-cc.
/**
 * Delay above the lowest one seen that says: a queue is growing. Lower reacts to jitter, higher
 * lets old pictures stand in the queue.
 */
const QUEUE_SEC = 0.05;
/**
 * And it must have been there for this long: a receiver or a radio that stalls for a moment delays
 * packets too.
 */
const QUEUE_LASTS_SEC = 0.1;
/** A queue this long is emptied with a deeper cut. */
const DEEP_QUEUE_SEC = 0.15;
/**
 * Some receivers round their reports' reference time, which has steps of 64 ms, in a way that makes
 * each report wrong as a whole. It shows when time seems to run backwards from one report to the
 * next; by so much do delays have to differ more before they mean a queue.
 */
const MAX_CLOCK_ERROR_SEC = 0.064;
/** Arrivals are reported in steps of 0.25 ms: less than this is no error. */
const CLOCK_STEP_SEC = 0.001;
/** A clock that has shown no error for this long is trusted again. */
const TRUST_AFTER_SEC = 60;
/** A queue that is shorter by this than at the last report is draining. */
const DRAINING_SEC = 0.004;
/** The lowest delay is that of the last ten seconds or so: routes and clocks drift. */
const BASE_BUCKET_SEC = 2.5;
const BASE_BUCKETS = 4;

// Loss.
/** Below this share, loss is taken for noise of a radio link and does not slow us down. */
const LOW_LOSS = 0.02;
/** Above it, for a full queue. */
const HIGH_LOSS = 0.1;
const WINDOW_SEC = 0.4;
const MIN_PACKETS = 15;

// Growth and cuts.
/** Where the path has never been too narrow, or well below where it was. */
const FAST_GROWTH_PER_SEC = 0.4;
/** Near the rate at which it last was. */
const SLOW_GROWTH_PER_SEC = 0.08;
/** Below this share of that rate, growth is fast. */
const KNOWN_SHARE = 0.8;
/** A bound that was found this long ago is tried again with more courage. */
const FORGET_SEC = 10;
const RENEWED_GROWTH_PER_SEC = 0.2;
const CUT = 0.85;
const DEEP_CUT = 0.7;
const MIN_CUT_INTERVAL_SEC = 0.2;
/**
 * Without transport-cc a queue is seen only when it overflows: cut deep enough to empty it, sooner,
 * and grow with care.
 */
const BLIND_CUT = 0.75;
const BLIND_LOSS = 0.05;
const BLIND_GROWTH_SHARE = 0.4;
/** The effect of a cut shows late, and NACKs and reports both report the same loss. */
const MIN_BLIND_CUT_INTERVAL_SEC = 0.5;
/** After a cut the estimate rests until its effect has been seen. */
const REST_SEC = 0.4;
/**
 * Transport-cc feedback, else sent every 50 to 250 ms, that stays away for this long while we send
 * means that nothing gets through.
 */
const SILENCE_SEC = 1;

// A clear path.
/** Loss or a queue above these is trouble, long before it is a reason to lower the rate. */
const CLEAR_LOSS = 0.005;
const CLEAR_QUEUE_SEC = 0.02;
/** Without trouble for this long the path counts as clear. */
const CLEAR_AFTER_SEC = 2;

interface FeedbackSample {
	readonly atSec: number;
	readonly received: number;
	/** Lowered when a packet that counted as lost arrives after all. */
	lost: number;
	readonly receivedBytes: number;
	readonly firstArrivalSec: number;
	readonly lastArrivalSec: number;
}

/** The packet that arrived last of those in a report, to compare the next report's clock with. */
interface LastArrival {
	readonly feedbackNumber: number;
	readonly arrivalSec: number;
	readonly delaySec: number;
}

/**
 * First controller: follows loss, standing queues and the rate that arrives, from transport-cc
 * feedback where it is offered, else from receiver reports, NACKs and REMB. It cuts to a share of
 * what arrived, and grows slowly near the rate at which it was cut and fast elsewhere.
 */
export class LossAndQueueController implements CongestionController {
	readonly #limits: BitrateLimits;
	#estimateBps: number;
	/** What arrived when the path was last too narrow. */
	#boundBps = Number.POSITIVE_INFINITY;
	#lastCutSec = Number.NEGATIVE_INFINITY;
	#lastGrowthSec = Number.NaN;

	readonly #sentPackets = new SentPackets();
	#lastSentSec = Number.NEGATIVE_INFINITY;
	#lastFeedbackSec = Number.NaN;
	#hasTransportFeedback = false;

	readonly #samples: FeedbackSample[] = [];
	/**
	 * Lowest one-way delays of the last stretches of time, newest last. The receiver's clock has
	 * its own zero.
	 */
	readonly #baseDelays: number[] = [];
	#baseBucketEndSec = Number.NaN;
	#lastArrival: LastArrival | undefined;
	/** How wrong the receiver's clock has been lately, from report to report. */
	#clockErrorSec = 0;
	#clockErrorAtSec = Number.NEGATIVE_INFINITY;
	#queueSec = 0;
	#queueFalling = false;
	/** Since when the queue has been above its limit; infinite when it is not. */
	#queueSinceSec = Number.POSITIVE_INFINITY;
	/**
	 * When loss or a queue was last seen; the first report counts, because a path is not known to
	 * be clear before.
	 */
	#lastTroubleSec = Number.NaN;
	#pathIsClear = false;

	/** Reports of a receiver without transport-cc. */
	readonly #receiver = new ReceiverEstimate();
	#recentSent = 0;
	#recentNacked = 0;
	#recentSinceSec = Number.NaN;

	constructor(limits: BitrateLimits) {
		this.#limits = limits;
		this.#estimateBps = Math.min(Math.max(limits.startBps, limits.minBps), limits.maxBps);
	}

	get estimateBps(): number {
		return this.#estimateBps;
	}

	get pathIsClear(): boolean {
		return this.#pathIsClear;
	}

	/** The standing queue along the path as last measured, seconds; 0 without transport-cc. */
	get queueSec(): number {
		return this.#queueSec;
	}

	onPacketSent(transportSequenceNumber: number, byteLength: number, nowSec: number): void {
		this.#sentPackets.sent(transportSequenceNumber, byteLength, nowSec);
		// The silence of the receiver is counted from the first packet of a busy stretch.
		if (nowSec - this.#lastSentSec > SILENCE_SEC || Number.isNaN(this.#lastFeedbackSec))
			this.#lastFeedbackSec = nowSec;
		this.#lastSentSec = nowSec;
		this.#recentSent++;
		this.#receiver.sent(byteLength);
	}

	onTransportFeedback(feedback: TransportFeedback, nowSec: number): void {
		const sample = this.#account(feedback, nowSec);
		if (sample === undefined) return;
		this.#hasTransportFeedback = true;
		this.#lastFeedbackSec = nowSec;
		this.#receiver.forgetRemb();
		this.#samples.push(sample);
		while (nowSec - this.#samples[0]!.atSec > WINDOW_SEC) this.#samples.shift();
		const { lossShare, packets, receivedBps } = this.#window();
		const lost = packets >= MIN_PACKETS ? lossShare : 0;
		this.#judgePath(lossShare > CLEAR_LOSS || this.#queueSec > CLEAR_QUEUE_SEC, nowSec);
		// A queue that drains needs no further cut, and no growth either.
		const queueLasts = nowSec - this.#queueSinceSec >= QUEUE_LASTS_SEC;
		const excessSec = this.#queueSec - this.#clockErrorSec;
		if (excessSec > QUEUE_SEC && (this.#queueFalling || !queueLasts)) this.#lastGrowthSec = nowSec;
		else if (excessSec > DEEP_QUEUE_SEC) this.#cut(nowSec, receivedBps * DEEP_CUT);
		else if (excessSec > QUEUE_SEC) this.#cut(nowSec, receivedBps * CUT);
		else if (lost > HIGH_LOSS) this.#cut(nowSec, Math.max(this.#estimateBps * (1 - lost / 2), receivedBps * CUT));
		else if (lost <= LOW_LOSS) this.#grow(nowSec, receivedBps);
		else this.#lastGrowthSec = nowSec;
	}

	onReceiverReport(fractionLost: number, roundTripSec: number, nowSec: number): void {
		if (this.#hasTransportFeedback) return;
		const queueSec = this.#receiver.queueSec(roundTripSec);
		this.#judgePath(fractionLost > CLEAR_LOSS || queueSec > CLEAR_QUEUE_SEC, nowSec);
		const { sign, restoredBps } = this.#receiver.report(
			queueSec,
			fractionLost > LOW_LOSS,
			this.#estimateBps,
			nowSec,
		);
		// The receiver's request counts in full once a report confirms it, and no longer once a
		// report contradicts it.
		this.#set(Math.max(this.#estimateBps, restoredBps));
		if (fractionLost > HIGH_LOSS) this.#cut(nowSec, this.#estimateBps * (1 - fractionLost / 2));
		else if (sign === "trouble" && queueSec > DEEP_QUEUE_SEC) this.#cut(nowSec, this.#estimateBps * BLIND_CUT);
		else if (sign === "clean") this.#grow(nowSec, Number.POSITIVE_INFINITY);
		else this.#lastGrowthSec = nowSec;
	}

	onRemb(bitrateBps: number, _nowSec: number): void {
		// With transport-cc the estimate is ours to make; some receivers send both.
		if (this.#hasTransportFeedback || !(bitrateBps > 0)) return;
		this.#receiver.remb(bitrateBps);
		this.#set(this.#estimateBps);
	}

	onNack(packets: number, nowSec: number): void {
		this.#judgePath(true, nowSec);
		if (this.#hasTransportFeedback) return;
		this.#recentNacked += packets;
		if (this.#recentSent < 2 * MIN_PACKETS) return;
		const share = this.#recentNacked / this.#recentSent;
		if (share <= BLIND_LOSS) return;
		this.#receiver.confirmTrouble();
		this.#cut(nowSec, this.#estimateBps * BLIND_CUT);
		this.#set(this.#estimateBps);
	}

	onTick(nowSec: number): void {
		if (!(nowSec - this.#recentSinceSec < WINDOW_SEC)) {
			this.#recentSinceSec = nowSec;
			this.#recentSent = 0;
			this.#recentNacked = 0;
		}
		if (!this.#hasTransportFeedback) return; // Receiver reports alone may be seconds apart.
		const sending = nowSec - this.#lastSentSec < SILENCE_SEC / 2;
		if (!sending || nowSec - this.#lastFeedbackSec <= SILENCE_SEC || nowSec - this.#lastCutSec <= SILENCE_SEC)
			return;
		// Where nothing gets through nothing is learnt of how much would: once it does again,
		// growth is as fast as the bound before allows.
		const boundBps = this.#boundBps;
		this.#cut(nowSec, this.#estimateBps / 2);
		this.#boundBps = boundBps;
	}

	#judgePath(trouble: boolean, nowSec: number): void {
		if (trouble || Number.isNaN(this.#lastTroubleSec)) this.#lastTroubleSec = nowSec;
		this.#pathIsClear = nowSec - this.#lastTroubleSec >= CLEAR_AFTER_SEC;
	}

	/** Compares a feedback packet with what was sent, each packet once. */
	#account(feedback: TransportFeedback, nowSec: number): FeedbackSample | undefined {
		let received = 0;
		let receivedBytes = 0;
		let firstArrivalSec = Number.POSITIVE_INFINITY;
		let lastArrivalSec = Number.NEGATIVE_INFINITY;
		let lowestDelay = Number.POSITIVE_INFINITY;
		let firstDelay = 0;
		let lastDelay = 0;
		const { arrivalSec, baseSequenceNumber } = feedback;
		for (let i = 0; i < arrivalSec.length; i++) {
			const number = (baseSequenceNumber + i) & 0xffff;
			const arrival = arrivalSec[i]!;
			if (Number.isNaN(arrival)) {
				this.#sentPackets.missing(number, nowSec);
				continue;
			}
			const packet = this.#sentPackets.received(number, nowSec);
			if (packet === undefined) continue;
			if (!Number.isNaN(packet.countedLostSec)) this.#takeLossBack(packet.countedLostSec);
			received++;
			receivedBytes += packet.byteLength;
			const delay = arrival - packet.sentSec;
			lowestDelay = Math.min(lowestDelay, delay);
			if (arrival < firstArrivalSec) {
				firstArrivalSec = arrival;
				firstDelay = delay;
			}
			if (arrival > lastArrivalSec) {
				lastArrivalSec = arrival;
				lastDelay = delay;
			}
		}
		const overdue = this.#sentPackets.takeLost(nowSec);
		// Loss during an outage has lowered the rate already, and is no sign of a queue that is
		// full now.
		const lost = nowSec - this.#lastFeedbackSec > SILENCE_SEC ? 0 : overdue;
		if (received + lost === 0) return undefined;
		if (received > 0) {
			this.#observeClock(feedback.feedbackNumber, firstArrivalSec, firstDelay, nowSec);
			this.#lastArrival = {
				feedbackNumber: feedback.feedbackNumber,
				arrivalSec: lastArrivalSec,
				delaySec: lastDelay,
			};
			this.#observeDelay(lowestDelay, nowSec);
		}
		return { atSec: nowSec, received, lost, receivedBytes, firstArrivalSec, lastArrivalSec };
	}

	/** A packet that was counted as lost at `countedSec` has only been late. */
	#takeLossBack(countedSec: number): void {
		const sample = this.#samples.find(({ atSec }) => atSec === countedSec);
		if (sample !== undefined && sample.lost > 0) sample.lost--;
	}

	/**
	 * What a later report tells for the first time has arrived later: where it says otherwise, its
	 * clock is wrong by as much as the delays differ.
	 */
	#observeClock(feedbackNumber: number, firstArrivalSec: number, firstDelay: number, nowSec: number): void {
		const last = this.#lastArrival;
		if (nowSec - this.#clockErrorAtSec > TRUST_AFTER_SEC) this.#clockErrorSec = 0;
		if (last === undefined || firstArrivalSec > last.arrivalSec - CLOCK_STEP_SEC) return;
		// Reports themselves can overtake each other: the number, 8 bits, tells which came first.
		const ahead = (feedbackNumber - last.feedbackNumber) & 0xff;
		if (ahead === 0 || ahead > 0x7f) return;
		this.#clockErrorSec = Math.max(this.#clockErrorSec, Math.min(last.delaySec - firstDelay, MAX_CLOCK_ERROR_SEC));
		this.#clockErrorAtSec = nowSec;
	}

	/**
	 * The lowest delay of a batch, so that a frame's own spread and jitter do not count as a queue.
	 */
	#observeDelay(delay: number, nowSec: number): void {
		if (!(nowSec < this.#baseBucketEndSec)) {
			this.#baseDelays.push(delay);
			if (this.#baseDelays.length > BASE_BUCKETS) this.#baseDelays.shift();
			this.#baseBucketEndSec = nowSec + BASE_BUCKET_SEC;
		}
		const last = this.#baseDelays.length - 1;
		this.#baseDelays[last] = Math.min(this.#baseDelays[last]!, delay);
		const queueSec = delay - Math.min(...this.#baseDelays);
		this.#queueFalling = queueSec < this.#queueSec - DRAINING_SEC;
		this.#queueSec = queueSec;
		this.#queueSinceSec =
			queueSec - this.#clockErrorSec > QUEUE_SEC
				? Math.min(this.#queueSinceSec, nowSec)
				: Number.POSITIVE_INFINITY;
	}

	#window(): { lossShare: number; packets: number; receivedBps: number } {
		let received = 0;
		let lost = 0;
		let bytes = 0;
		let first = Number.POSITIVE_INFINITY;
		let last = Number.NEGATIVE_INFINITY;
		for (const sample of this.#samples) {
			received += sample.received;
			lost += sample.lost;
			bytes += sample.receivedBytes;
			first = Math.min(first, sample.firstArrivalSec);
			last = Math.max(last, sample.lastArrivalSec);
		}
		const spanSec = last - first;
		const packets = received + lost;
		// Too short a span says nothing about a rate: the packets of one frame leave faster than
		// the average.
		const receivedBps = spanSec > 0.1 ? (bytes * 8) / spanSec : this.#estimateBps;
		return { lossShare: packets > 0 ? lost / packets : 0, packets, receivedBps };
	}

	/**
	 * Lowers the estimate to `toBps` if it is above, unless the last cut has not shown its effect
	 * yet. One cut takes half at most.
	 */
	#cut(nowSec: number, toBps: number): void {
		const intervalSec = this.#hasTransportFeedback
			? MIN_CUT_INTERVAL_SEC + this.#queueSec
			: MIN_BLIND_CUT_INTERVAL_SEC;
		if (nowSec - this.#lastCutSec < intervalSec) return;
		// An encoder above its target can overfill a path that carries more than the estimate: that
		// is no reason to lower it.
		if (toBps < this.#estimateBps) this.#set(Math.max(toBps, this.#estimateBps / 2));
		this.#boundBps = this.#estimateBps / CUT;
		this.#recentSent = 0;
		this.#recentNacked = 0;
		this.#lastCutSec = nowSec;
		this.#lastGrowthSec = nowSec;
	}

	#grow(nowSec: number, receivedBps: number): void {
		const elapsedSec = Math.min(nowSec - this.#lastGrowthSec, 1);
		this.#lastGrowthSec = nowSec;
		const sinceCutSec = nowSec - this.#lastCutSec;
		if (!(elapsedSec > 0) || sinceCutSec < REST_SEC) return;
		const farBelow = this.#estimateBps < this.#boundBps * KNOWN_SHARE;
		const perSec = farBelow
			? FAST_GROWTH_PER_SEC
			: sinceCutSec > FORGET_SEC
				? RENEWED_GROWTH_PER_SEC
				: SLOW_GROWTH_PER_SEC;
		const share = this.#hasTransportFeedback ? 1 : BLIND_GROWTH_SHARE;
		const grown = this.#estimateBps * (1 + share * perSec * elapsedSec);
		if (grown < receivedBps * UNUSED_FACTOR) this.#set(grown);
	}

	#set(bitrateBps: number): void {
		this.#estimateBps = Math.max(
			this.#limits.minBps,
			Math.min(bitrateBps, this.#limits.maxBps, this.#receiver.boundBps),
		);
	}
}
