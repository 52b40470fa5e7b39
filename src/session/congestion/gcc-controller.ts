import type { TransportFeedback } from "../rtcp.ts";
import { AcknowledgedRate } from "./acknowledged-rate.ts";
import { AlrDetector } from "./alr-detector.ts";
import type { Arrival } from "./arrival.ts";
import { ClearPath } from "./clear-path.ts";
import type { BitrateLimits, CongestionController, ProbeCluster } from "./congestion-controller.ts";
import { DelayBasedRate } from "./delay-based-rate.ts";
import { DelayDetector } from "./delay-detector.ts";
import { LossBasedRate } from "./loss-based-rate.ts";
import { LossWindow } from "./loss-window.ts";
import { PathCapacity } from "./path-capacity.ts";
import { ProbeController } from "./probe-controller.ts";
import { QueuedRate } from "./queued-rate.ts";
import { ReceiverBasedRate } from "./receiver-based-rate.ts";
import { SentPackets } from "./sent-packets.ts";
import { SentTrains } from "./sent-trains.ts";
import { StandingQueueRate } from "./standing-queue-rate.ts";

/**
 * Feedback, sent every 50 to 250 ms (libwebrtc, remote_estimator_proxy.h), that stays
 * away for this long while packets are sent means that nothing gets through, seconds:
 * four of its longest intervals.
 */
const SILENCE_SEC = 1;
/**
 * Losses beside a queue longer than this are the queue's, seconds: the delay lowers the
 * rate for them.
 */
const EXPLAINING_QUEUE_SEC = 0.03;

/**
 * Such losses above this share are a full queue: `kDefaultHighLossThreshold` of libwebrtc
 * (goog_cc/send_side_bandwidth_estimation.cc); draft-ietf-rmcat-gcc-02, 6.
 */
const OVERFLOW_LOSS = 0.1;

/**
 * A receiver's clock that is wrong from report to report has shown it after so many: two or
 * three that come too early are enough.
 */
const SOUND_REPORTS = 20;

/**
 * Google Congestion Control (draft-ietf-rmcat-gcc-02, and libwebrtc's goog_cc where it
 * has gone on from there): the lower of the rates that delay and loss allow. Each frame
 * is a probe besides, because frames leave faster than the estimate: `PathCapacity`.
 * Without transport-cc the receiver's reports decide: `ReceiverBasedRate`.
 */
export class GccController implements CongestionController {
	readonly #limits: BitrateLimits;
	readonly #sentPackets = new SentPackets();
	readonly #trains = new SentTrains();
	readonly #acknowledged = new AcknowledgedRate();
	readonly #alr: AlrDetector;
	readonly #delay = new DelayDetector();
	readonly #standing = new StandingQueueRate();
	readonly #queued = new QueuedRate();
	readonly #capacity = new PathCapacity();
	readonly #delayBased: DelayBasedRate;
	readonly #lossBased: LossBasedRate;
	readonly #probes: ProbeController;
	readonly #receiverBased: ReceiverBasedRate;
	readonly #lossWindow = new LossWindow();
	readonly #clearPath = new ClearPath();
	#hasTransportFeedback = false;
	#lastSentSec = Number.NEGATIVE_INFINITY;
	#lastFeedbackSec = Number.NaN;
	/** Time from sending to the report, the shortest of the last report. */
	#roundTripSec = 0.1;
	#measuredSec = Number.NEGATIVE_INFINITY;
	#narrowedSec = Number.NEGATIVE_INFINITY;
	#reports = 0;
	#feedbackNumber = 0;

	constructor(limits: BitrateLimits) {
		this.#limits = limits;
		this.#delayBased = new DelayBasedRate(limits);
		this.#lossBased = new LossBasedRate(limits);
		this.#receiverBased = new ReceiverBasedRate(limits);
		this.#probes = new ProbeController(limits.maxBps);
		this.#alr = new AlrDetector(this.#delayBased.bps);
	}

	get estimateBps(): number {
		if (!this.#hasTransportFeedback) return this.#receiverBased.bps;
		return Math.max(this.#limits.minBps, Math.min(this.#delayBased.bps, this.#lossBased.boundBps));
	}

	get pathIsClear(): boolean {
		return this.#clearPath.isClear;
	}

	get acknowledgedBps(): number {
		return this.#acknowledged.bps;
	}

	get queueSec(): number {
		return this.#delay.queueSec;
	}

	get pathIsDraining(): boolean {
		return this.#delayBased.isDeepDrain;
	}

	get narrowedSec(): number {
		return this.#narrowedSec;
	}

	takeProbe(nowSec: number): ProbeCluster | undefined {
		if (!this.#hasTransportFeedback || this.#delay.hasRoughClock) return undefined; // Nobody would measure it.
		return this.#probes.take(
			{
				estimateBps: this.estimateBps,
				limitedSinceSec: this.#alr.sinceSec,
				measuredSec: this.#measuredSec,
				isTroubled: this.#delayBased.isDraining || this.#delay.use === "over" || this.#lossBased.isLimiting,
			},
			nowSec,
		);
	}

	onPacketSent(transportSequenceNumber: number, byteLength: number, nowSec: number, probeId?: number): void {
		const train = this.#trains.sent(byteLength, this.estimateBps, nowSec, probeId);
		this.#sentPackets.sent(transportSequenceNumber, byteLength, nowSec, train);
		// The silence of the receiver is counted from the first packet of a busy
		// stretch.
		if (nowSec - this.#lastSentSec > SILENCE_SEC || Number.isNaN(this.#lastFeedbackSec))
			this.#lastFeedbackSec = nowSec;
		this.#lastSentSec = nowSec;
		this.#alr.sent(byteLength, nowSec);
		if (!this.#hasTransportFeedback) this.#receiverBased.onPacketSent(byteLength);
	}

	onTransportFeedback(feedback: TransportFeedback, nowSec: number): void {
		const arrivals = this.#takeArrivals(feedback, nowSec);
		const lost = this.#sentPackets.takeLost(nowSec);
		if (arrivals.length + lost.packets === 0) return;
		if (!this.#hasTransportFeedback) {
			this.#hasTransportFeedback = true;
			this.#clearPath.reset();
		}
		// Loss during an outage has lowered the rate already, and is no sign of a queue
		// that is full now.
		const wasSilent = nowSec - this.#lastFeedbackSec > SILENCE_SEC;
		this.#lastFeedbackSec = nowSec;
		if (wasSilent) this.#lossBased.skip();
		this.#observeArrivals(feedback.feedbackNumber, arrivals, nowSec);
		this.#lossWindow.add({ atSec: nowSec, received: arrivals.length, lost: wasSilent ? 0 : lost.packets });
		this.#clearPath.observe(this.#lossWindow.lossShare, this.#delay.queueSec, nowSec);
		this.#updateDelayBased(nowSec);
		if (!wasSilent) this.#updateLossBased(arrivals, lost.bytes, nowSec);
		this.#alr.estimateBps = this.estimateBps;
		this.#probes.observe(this.estimateBps, nowSec);
	}

	onReceiverReport(fractionLost: number, roundTripSec: number, nowSec: number): void {
		if (this.#hasTransportFeedback) return;
		const queueSec = this.#receiverBased.onReceiverReport(fractionLost, roundTripSec, nowSec);
		this.#clearPath.observe(fractionLost, queueSec, nowSec);
	}

	onRemb(bitrateBps: number, _nowSec: number): void {
		// With transport-cc the estimate is ours to make; some receivers send both.
		if (!this.#hasTransportFeedback) this.#receiverBased.onRemb(bitrateBps);
	}

	onNack(packets: number, nowSec: number): void {
		this.#clearPath.trouble(nowSec);
		if (!this.#hasTransportFeedback) this.#receiverBased.onNack(packets, nowSec);
	}

	onTick(nowSec: number): void {
		this.#alr.sent(0, nowSec);
		this.#receiverBased.onTick(nowSec);
		if (!this.#hasTransportFeedback) return; // Receiver reports alone may be seconds apart.
		const isSending = nowSec - this.#lastSentSec < SILENCE_SEC / 2;
		const isSilent = nowSec - this.#lastFeedbackSec > SILENCE_SEC;
		if (isSending && isSilent && this.#delayBased.secondsSinceCut(nowSec) > SILENCE_SEC)
			this.#delayBased.halve(nowSec);
	}

	/** Compares a feedback packet with what was sent, each packet once. */
	#takeArrivals({ arrivalSec, baseSequenceNumber }: TransportFeedback, nowSec: number): Arrival[] {
		const arrivals: Arrival[] = [];
		for (let i = 0; i < arrivalSec.length; i++) {
			const number = (baseSequenceNumber + i) & 0xffff;
			const arrival = arrivalSec[i]!;
			if (Number.isNaN(arrival)) {
				this.#sentPackets.missing(number, nowSec);
				continue;
			}
			const packet = this.#sentPackets.received(number, nowSec);
			if (packet === undefined) continue;
			arrivals.push({ ...packet, arrivalSec: arrival });
			if (Number.isNaN(packet.countedLostSec)) continue;
			this.#lossWindow.takeLossBack(packet.countedLostSec);
			this.#lossBased.takeBack(packet.byteLength, packet.countedLostSec);
		}
		return arrivals;
	}

	#observeArrivals(feedbackNumber: number, arrivals: readonly Arrival[], nowSec: number): void {
		if (arrivals.length === 0) return;
		this.#reports++;
		this.#noteGap(feedbackNumber);
		const isLimited = this.#alr.isLimited;
		for (const { train, sentSec, arrivalSec, byteLength } of arrivals)
			this.#capacity.add(train, sentSec, arrivalSec, byteLength);
		const byArrival = arrivals.toSorted((a, b) => a.arrivalSec - b.arrivalSec);
		const { hasRoughClock } = this.#delay;
		for (const { arrivalSec, byteLength } of byArrival)
			this.#acknowledged.add(hasRoughClock ? nowSec : arrivalSec, byteLength, isLimited);
		const wasRough = this.#delay.hasRoughClock;
		this.#delay.observe(feedbackNumber, byArrival, nowSec);
		for (const { sentSec, arrivalSec, byteLength } of byArrival)
			this.#queued.add(sentSec, arrivalSec, byteLength, this.#delay.leastDelaySec);
		if (this.#delay.hasRoughClock && !wasRough) this.#delayBased.forget();
		const standingBps = this.#standing.observe(byArrival, this.#delay.queueSec, this.#delayBased.bps);
		if (
			standingBps !== undefined &&
			!this.#delay.hasRoughClock &&
			this.#delayBased.stepDown(standingBps, this.#delay.queueSec, nowSec)
		) {
			this.#capacity.reset();
			if (this.#reports > SOUND_REPORTS) this.#narrowedSec = nowSec;
		}
		this.#roundTripSec = Math.min(...arrivals.map(({ sentSec }) => nowSec - sentSec));
	}

	/**
	 * A report that was lost, or overtaken, leaves packets whose fate is unknown: times from
	 * before to after it are no measure of the packets that are known.
	 */
	#noteGap(feedbackNumber: number): void {
		const follows = ((feedbackNumber - this.#feedbackNumber) & 0xff) === 1;
		this.#feedbackNumber = feedbackNumber;
		if (follows) return;
		this.#acknowledged.skip();
		this.#queued.skip();
		this.#standing.skip();
	}

	#updateDelayBased(nowSec: number): void {
		const hasTrains = !this.#delay.hasRoughClock;
		for (const rate of this.#capacity.takeEnded(nowSec)) {
			if (!hasTrains) continue;
			// A slow train that did not fill the path shows neither that it is full nor that
			// it carries more.
			if (rate.saturated || rate.provenBps > this.estimateBps) this.#measuredSec = nowSec;
			if (!this.#trains.isProbe(rate.train)) continue;
			this.#probes.result(rate.provenBps);
			this.#delayBased.probed(rate.provenBps, rate.saturated, this.#alr.isLimited, nowSec);
		}
		this.#delayBased.update(
			{
				use: this.#delay.use,
				overflows: this.#overflows,
				queueSec: this.#delay.queueSec,
				acknowledgedBps: this.#acknowledged.bps,
				arrivingBps: this.#arrivingBps,
				limitBps: hasTrains ? this.#carriedBps(this.#capacity.limitBps) : Number.POSITIVE_INFINITY,
				provenBps: hasTrains ? this.#capacity.provenBps : 0,
				roundTripSec: this.#roundTripSec,
			},
			nowSec,
		);
	}

	/** Rate that arrives out of a queue; NaN when nothing has waited. */
	get #arrivingBps(): number {
		if (!this.#delay.hasRoughClock) return this.#carriedBps(this.#queued.bps);
		return this.#alr.isLimited ? Number.NaN : this.#acknowledged.bps;
	}

	/** Rate of packets that cross the path, where so much arrives: it loses some on the way. */
	#carriedBps(arrivingBps: number): number {
		return arrivingBps / (1 - this.#lossBased.inherentLoss);
	}

	/** Losses in front of a full queue: the delay can't rise any more. */
	get #overflows(): boolean {
		return this.#delay.queueSec > EXPLAINING_QUEUE_SEC && this.#lossWindow.lossShare > OVERFLOW_LOSS;
	}

	#updateLossBased(arrivals: readonly Arrival[], lostBytes: number, nowSec: number): void {
		if (this.#delay.queueSec > EXPLAINING_QUEUE_SEC) {
			this.#lossBased.skip();
			return;
		}
		let bytes = lostBytes;
		let lastSentSec = Number.NEGATIVE_INFINITY;
		for (const { byteLength, sentSec } of arrivals) {
			bytes += byteLength;
			lastSentSec = Math.max(lastSentSec, sentSec);
		}
		if (arrivals.length === 0) return;
		const acknowledgedBps = this.#alr.isLimited ? Number.NaN : this.#acknowledged.bps;
		this.#lossBased.observe({ bytes, lostBytes, lastSentSec }, this.#delayBased.bps, acknowledgedBps, nowSec);
	}
}
