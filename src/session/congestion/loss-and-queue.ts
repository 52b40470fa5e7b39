import type { TransportFeedback } from "../rtcp.ts";
import { ClearPath } from "./clear-path.ts";
import type { BitrateLimits, CongestionController, ProbeCluster } from "./congestion-controller.ts";
import { type FeedbackSample, LossWindow, WINDOW_SEC, type WindowTotals } from "./loss-window.ts";
import { QueueDetector, type QueueState } from "./queue-detector.ts";
import { CUT, RateEstimate } from "./rate-estimate.ts";
import { BLIND_QUEUE_SEC, ReceiverEstimate } from "./receiver-estimate.ts";
import { SentPackets } from "./sent-packets.ts";

/**
 * Below this share loss is taken for noise of a radio link: draft-ietf-rmcat-gcc-02, 6;
 * `kDefaultLowLossThreshold` of libwebrtc (goog_cc/send_side_bandwidth_estimation.cc).
 */
const LOW_LOSS = 0.02;
/**
 * Above this share it is taken for a full queue: the same sources,
 * `kDefaultHighLossThreshold`.
 */
const HIGH_LOSS = 0.1;
/**
 * Fewer packets show no share of loss; libwebrtc's `kLimitNumPackets` is 20, over a
 * second.
 */
const MIN_PACKETS = 15;
/**
 * A cut for a deep queue leaves this share of the rate that arrived: the queue has to
 * empty too.
 */
const DEEP_CUT = 0.7;
/**
 * Least time between two cuts, seconds, beside the queue itself, which delays their
 * effect: `TimeToReduceFurther` of libwebrtc's aimd_rate_control.cc waits for a round
 * trip of up to 200 ms.
 */
const MIN_CUT_INTERVAL_SEC = 0.2;
/**
 * Feedback, sent every 50 to 250 ms (libwebrtc, remote_estimator_proxy.h), that stays
 * away for this long while packets are sent means that nothing gets through, seconds:
 * four of its longest intervals.
 */
const SILENCE_SEC = 1;

// Without transport-cc a queue is seen only when it overflows: the rate is cut deeply
// enough to empty it, on less loss, and grows with care. Held by narrow-link.test.ts,
// "with receiver reports and NACKs alone".
const BLIND_CUT = 0.75;
const BLIND_LOSS = 0.05;
const BLIND_GROWTH_SHARE = 0.4;
/** NACKs and reports show the same loss, and reports are a second apart. */
const MIN_BLIND_CUT_INTERVAL_SEC = 0.5;

/** The state of the path, as its reports show it. */
export type PathVerdict = "good" | "someLoss" | "heavyLoss" | "passingQueue" | "standingQueue" | "deepQueue";

/** The policy with transport-cc: a queue counts before loss, which it explains. */
export function verdict(queue: QueueState, lossShare: number): PathVerdict {
	if (queue !== "none") return `${queue}Queue`;
	if (lossShare > HIGH_LOSS) return "heavyLoss";
	return lossShare > LOW_LOSS ? "someLoss" : "good";
}

/**
 * Follows loss, standing queues and the rate that arrives, from transport-cc feedback
 * where it is offered, else from receiver reports, NACKs and REMB. It cuts to a share
 * of the rate that arrived, and grows slowly near the rate at which it was cut and fast
 * elsewhere.
 */
export class LossAndQueueController implements CongestionController {
	readonly #rate: RateEstimate;
	readonly #sentPackets = new SentPackets();
	readonly #window = new LossWindow();
	readonly #queue = new QueueDetector();
	readonly #clearPath = new ClearPath();
	/** Reports of a receiver without transport-cc. */
	readonly #receiver = new ReceiverEstimate();
	#hasTransportFeedback = false;
	#lastSentSec = Number.NEGATIVE_INFINITY;
	#lastFeedbackSec = Number.NaN;
	/**
	 * Packets sent and asked for again in the present stretch of time, without
	 * transport-cc.
	 */
	#recentSent = 0;
	#recentNacked = 0;
	#recentSinceSec = Number.NaN;

	constructor(limits: BitrateLimits) {
		this.#rate = new RateEstimate(limits, () => this.#receiver.boundBps);
	}

	get estimateBps(): number {
		return this.#rate.bitrateBps;
	}

	get pathIsClear(): boolean {
		return this.#clearPath.isClear;
	}

	/**
	 * The standing queue along the path as last measured, seconds; 0 without
	 * transport-cc.
	 */
	get queueSec(): number {
		return this.#queue.queueSec;
	}

	/** Sends no probes: frames alone show how much the path carries. */
	takeProbe(): ProbeCluster | undefined {
		return undefined;
	}

	onPacketSent(transportSequenceNumber: number, byteLength: number, nowSec: number): void {
		this.#sentPackets.sent(transportSequenceNumber, byteLength, nowSec);
		// The silence of the receiver is counted from the first packet of a busy
		// stretch.
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
		this.#window.add(sample);
		const totals = this.#window.totals();
		this.#clearPath.observe(totals.lossShare, this.#queue.queueSec, nowSec);
		const lossShare = totals.packets >= MIN_PACKETS ? totals.lossShare : 0;
		this.#obey(verdict(this.#queue.state(nowSec), lossShare), totals, nowSec);
	}

	onReceiverReport(fractionLost: number, roundTripSec: number, nowSec: number): void {
		if (this.#hasTransportFeedback) return;
		const queueSec = this.#receiver.queueSec(roundTripSec);
		this.#clearPath.observe(fractionLost, queueSec, nowSec);
		const { sign, restoredBps } = this.#receiver.report(
			queueSec,
			fractionLost > LOW_LOSS,
			this.estimateBps,
			nowSec,
		);
		// The receiver's request counts in full once a report confirms it, and no
		// longer once a report contradicts it.
		this.#rate.set(Math.max(this.estimateBps, restoredBps));
		if (fractionLost > HIGH_LOSS) this.#cut(nowSec, this.estimateBps * (1 - fractionLost / 2));
		else if (sign === "trouble" && queueSec > BLIND_QUEUE_SEC) this.#cut(nowSec, this.estimateBps * BLIND_CUT);
		else if (sign === "clean") this.#rate.grow(nowSec, Number.POSITIVE_INFINITY, BLIND_GROWTH_SHARE);
		else this.#rate.hold(nowSec);
	}

	onRemb(bitrateBps: number, _nowSec: number): void {
		// With transport-cc the estimate is ours to make; some receivers send both.
		if (this.#hasTransportFeedback || !(bitrateBps > 0)) return;
		this.#receiver.remb(bitrateBps);
		this.#rate.set(this.estimateBps);
	}

	onNack(packets: number, nowSec: number): void {
		this.#clearPath.trouble(nowSec);
		if (this.#hasTransportFeedback) return;
		this.#recentNacked += packets;
		if (this.#recentSent < 2 * MIN_PACKETS) return;
		const share = this.#recentNacked / this.#recentSent;
		if (share <= BLIND_LOSS) return;
		this.#receiver.confirmTrouble();
		this.#cut(nowSec, this.estimateBps * BLIND_CUT);
		this.#rate.set(this.estimateBps);
	}

	onTick(nowSec: number): void {
		if (!(nowSec - this.#recentSinceSec < WINDOW_SEC)) {
			this.#recentSinceSec = nowSec;
			this.#recentSent = 0;
			this.#recentNacked = 0;
		}
		if (!this.#hasTransportFeedback) return; // Receiver reports alone may be seconds apart.
		const isSending = nowSec - this.#lastSentSec < SILENCE_SEC / 2;
		const isSilent = nowSec - this.#lastFeedbackSec > SILENCE_SEC;
		if (!isSending || !isSilent || this.#rate.secondsSinceCut(nowSec) <= SILENCE_SEC) return;
		if (this.#mayCut(nowSec)) this.#rate.halve(nowSec);
	}

	#obey(path: PathVerdict, { lossShare, receivedBps = this.estimateBps }: WindowTotals, nowSec: number): void {
		switch (path) {
			case "good":
				this.#rate.grow(nowSec, receivedBps, 1);
				return;
			case "someLoss":
			case "passingQueue": // It needs no cut yet, or no further one, and no growth either.
				this.#rate.hold(nowSec);
				return;
			case "heavyLoss":
				// draft-ietf-rmcat-gcc-02, 6, but no deeper than what arrives asks for.
				this.#cut(nowSec, Math.max(this.estimateBps * (1 - lossShare / 2), receivedBps * CUT));
				return;
			case "standingQueue":
				this.#cut(nowSec, receivedBps * CUT);
				return;
			case "deepQueue":
				this.#cut(nowSec, receivedBps * DEEP_CUT);
		}
	}

	/** Compares a feedback packet with what was sent, each packet once. */
	#account(feedback: TransportFeedback, nowSec: number): FeedbackSample | undefined {
		const { feedbackNumber, arrivalSec, baseSequenceNumber } = feedback;
		let received = 0;
		let receivedBytes = 0;
		let firstArrivalSec = Number.POSITIVE_INFINITY;
		let lastArrivalSec = Number.NEGATIVE_INFINITY;
		let lowestDelaySec = Number.POSITIVE_INFINITY;
		let firstDelaySec = 0;
		let lastDelaySec = 0;
		for (let i = 0; i < arrivalSec.length; i++) {
			const number = (baseSequenceNumber + i) & 0xffff;
			const arrival = arrivalSec[i]!;
			if (Number.isNaN(arrival)) {
				this.#sentPackets.missing(number, nowSec);
				continue;
			}
			const packet = this.#sentPackets.received(number, nowSec);
			if (packet === undefined) continue;
			if (!Number.isNaN(packet.countedLostSec)) this.#window.takeLossBack(packet.countedLostSec);
			received++;
			receivedBytes += packet.byteLength;
			const delaySec = arrival - packet.sentSec;
			lowestDelaySec = Math.min(lowestDelaySec, delaySec);
			if (arrival < firstArrivalSec) {
				firstArrivalSec = arrival;
				firstDelaySec = delaySec;
			}
			if (arrival > lastArrivalSec) {
				lastArrivalSec = arrival;
				lastDelaySec = delaySec;
			}
		}
		const overdue = this.#sentPackets.takeLost(nowSec);
		// Loss during an outage has lowered the rate already, and is no sign of a queue
		// that is full now.
		const lost = nowSec - this.#lastFeedbackSec > SILENCE_SEC ? 0 : overdue;
		if (received + lost === 0) return undefined;
		if (received > 0) {
			this.#queue.observe(
				{ feedbackNumber, firstArrivalSec, firstDelaySec, lastArrivalSec, lastDelaySec, lowestDelaySec },
				nowSec,
			);
		}
		return { atSec: nowSec, received, lost, receivedBytes, firstArrivalSec, lastArrivalSec };
	}

	/** Cuts the rate, unless the last cut has not shown its effect yet. */
	#cut(nowSec: number, toBps: number): void {
		if (!this.#mayCut(nowSec)) return;
		this.#rate.cut(nowSec, toBps);
		this.#recentSent = 0;
		this.#recentNacked = 0;
	}

	/** True when the last cut has had time to show its effect. */
	#mayCut(nowSec: number): boolean {
		const intervalSec = this.#hasTransportFeedback
			? MIN_CUT_INTERVAL_SEC + this.#queue.queueSec
			: MIN_BLIND_CUT_INTERVAL_SEC;
		return this.#rate.secondsSinceCut(nowSec) >= intervalSec;
	}
}
