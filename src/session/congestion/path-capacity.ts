import { PacketTrain, type TrainRate } from "./packet-train.ts";

/** Trains whose median is the capacity: those of a third of a second at 30 frames a second. */
const TRAINS = 11;
/** A median of fewer is no certainty; two agree on a path that has narrowed. */
const MIN_TRAINS = 3;
/**
 * Older trains say nothing of the path as it is now, seconds: `kMaxClusterHistory` of libwebrtc
 * (goog_cc/probe_bitrate_estimator.cc).
 */
const MAX_AGE_SEC = 1;

interface TrainSample extends TrainRate {
	readonly atSec: number;
}

/**
 * The rate that the path carries, by the trains of packets that have crossed it lately. Each
 * frame is one, because frames leave faster than the estimate; probes are others. No
 * clock.
 */
export class PathCapacity {
	#open: PacketTrain[] = [];
	#samples: TrainSample[] = [];

	/**
	 * Takes in a packet.
	 * @param train number of its burst.
	 */
	add(train: number, sentSec: number, arrivalSec: number, byteLength: number): void {
		let open = this.#open.findLast(({ number }) => number === train);
		if (open === undefined) {
			open = new PacketTrain(train);
			this.#open.push(open);
		}
		open.add(sentSec, arrivalSec, byteLength);
	}

	/**
	 * Ends the trains before the newest one.
	 * @returns the rates of those that show one.
	 */
	takeEnded(nowSec: number): readonly TrainRate[] {
		const newest = Math.max(...this.#open.map(({ number }) => number));
		const ended = this.#open.filter(({ number }) => number < newest);
		this.#open = this.#open.filter(({ number }) => number >= newest);
		const rates: TrainRate[] = [];
		for (const train of ended) {
			const rate = train.rate();
			if (rate === undefined) continue;
			rates.push(rate);
			this.#samples.push({ ...rate, atSec: nowSec });
		}
		this.#samples = this.#samples.filter(({ atSec }) => nowSec - atSec <= MAX_AGE_SEC).slice(-TRAINS);
		return rates;
	}

	/** Forgets the trains: the path has changed. */
	reset(): void {
		this.#samples = [];
	}

	/**
	 * The rate that the path carries, bits per second, as most of the last trains filled
	 * it; infinite when they did not, or none were sent.
	 */
	get limitBps(): number {
		const saturated = this.#samples.filter((sample) => sample.saturated);
		if (this.#samples.length < MIN_TRAINS || saturated.length * 2 <= this.#samples.length)
			return Number.POSITIVE_INFINITY;
		return median(saturated.map(({ receiveBps }) => receiveBps));
	}

	/** The rate that most of the last trains have crossed the path with; 0 without trains. */
	get provenBps(): number {
		if (this.#samples.length < MIN_TRAINS) return 0;
		return median(this.#samples.map(({ provenBps }) => provenBps));
	}
}

function median(values: readonly number[]): number {
	const sorted = [...values].sort((a, b) => a - b);
	return sorted[Math.floor((sorted.length - 1) / 2)]!;
}
