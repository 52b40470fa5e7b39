import type { BitrateLimits } from "./congestion-controller.ts";
import { RateEstimate } from "./rate-estimate.ts";
import { BLIND_QUEUE_SEC, ReceiverEstimate } from "./receiver-estimate.ts";
import { UsualLoss } from "./usual-loss.ts";

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
/** Fewer packets show no share of loss; libwebrtc's `kLimitNumPackets` is 20. */
const MIN_PACKETS = 30;
/** Deviations by which more packets than usual are asked for again by chance. */
const DEVIATIONS = 2;
/** Time over which packets and NACKs are counted, seconds. */
const WINDOW_SEC = 0.4;
// A queue is seen only when it overflows: the rate is cut deeply enough to empty it, on
// less loss, and grows with care. Held by narrow-link.test.ts, "with receiver reports
// and NACKs alone".
const CUT = 0.75;
const NACKED_SHARE = 0.05;
const GROWTH_SHARE = 0.4;
/** NACKs and reports show the same loss, and reports are a second apart. */
const MIN_CUT_INTERVAL_SEC = 0.5;

/**
 * The rate of a path whose receiver has no transport-cc: from receiver reports, NACKs and
 * REMB. No clock.
 */
export class ReceiverBasedRate {
	readonly #rate: RateEstimate;
	readonly #receiver = new ReceiverEstimate();
	/** Packets sent and asked for again in the present stretch of time. */
	#sent = 0;
	#nacked = 0;
	#sinceSec = Number.NaN;
	/** Shares that are lost, and asked for again, at any rate: the path's own losses. */
	readonly #usualLoss = new UsualLoss();
	readonly #usuallyNacked = new UsualLoss();

	constructor(limits: BitrateLimits) {
		this.#rate = new RateEstimate(limits, () => this.#receiver.boundBps);
	}

	get bps(): number {
		return this.#rate.bitrateBps;
	}

	onPacketSent(byteLength: number): void {
		this.#sent++;
		this.#receiver.sent(byteLength);
	}

	/**
	 * Takes in a receiver report.
	 *
	 * @param roundTripSec NaN when unknown.
	 * @returns the queue that the round trip shows, seconds.
	 */
	onReceiverReport(fractionLost: number, roundTripSec: number, nowSec: number): number {
		const queueSec = this.#receiver.queueSec(roundTripSec);
		const lossy = fractionLost > LOW_LOSS + this.#usualLoss.share;
		this.#usualLoss.observe(fractionLost);
		const { sign, restoredBps } = this.#receiver.report(queueSec, lossy, this.bps, nowSec);
		// The receiver's request counts in full once a report confirms it, and no
		// longer once a report contradicts it.
		this.#rate.set(Math.max(this.bps, restoredBps));
		if (fractionLost > HIGH_LOSS) this.#cut(nowSec, this.bps * (1 - fractionLost / 2));
		else if (sign === "trouble" && queueSec > BLIND_QUEUE_SEC) this.#cut(nowSec, this.bps * CUT);
		else if (sign === "clean") this.#rate.grow(nowSec, GROWTH_SHARE);
		else this.#rate.hold(nowSec);
		return queueSec;
	}

	onRemb(bitrateBps: number): void {
		if (!(bitrateBps > 0)) return;
		this.#receiver.remb(bitrateBps);
		this.#rate.set(this.bps);
	}

	/** @param packets number of packets that are sent again. */
	onNack(packets: number, nowSec: number): void {
		this.#nacked += packets;
		const usual = this.#usuallyNacked.share * this.#sent;
		const most = NACKED_SHARE * this.#sent + usual + DEVIATIONS * Math.sqrt(usual);
		if (this.#sent < MIN_PACKETS || this.#nacked <= most) return;
		this.#receiver.confirmTrouble();
		this.#cut(nowSec, this.bps * CUT);
		this.#rate.set(this.bps);
	}

	onTick(nowSec: number): void {
		if (nowSec - this.#sinceSec < WINDOW_SEC) return;
		this.#sinceSec = nowSec;
		this.#count();
	}

	/** Begins to count packets anew. */
	#count(): void {
		if (this.#sent >= MIN_PACKETS) this.#usuallyNacked.observe(this.#nacked / this.#sent);
		this.#sent = 0;
		this.#nacked = 0;
	}

	/** Cuts the rate, unless the last cut has not shown its effect yet. */
	#cut(nowSec: number, toBps: number): void {
		if (this.#rate.secondsSinceCut(nowSec) < MIN_CUT_INTERVAL_SEC) return;
		this.#rate.cut(nowSec, toBps);
		this.#count();
	}
}
