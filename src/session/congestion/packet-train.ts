/**
 * Fewer packets show no rate: `kMinReceivedProbesRatio` times `kMinProbePacketsSent` of
 * libwebrtc (goog_cc/probe_bitrate_estimator.cc, probe_controller.cc) are four of five.
 */
const MIN_PACKETS = 5;
/**
 * Shortest train, seconds: arrivals are reported in steps of 0.25 ms
 * (draft-holmer-rmcat-transport-wide-cc-extensions-01, 3.1.5) and sent by a timer of a
 * millisecond.
 */
const MIN_SPAN_SEC = 0.004;
/**
 * A path that is said to be full by an arrival that is less certain than this was not
 * measured: packets were delayed each on its own. Held by link-table.test.ts, "Wi-Fi".
 */
const MAX_ERROR = 0.1;
/**
 * A train that arrives slower than this share of its own rate has filled the path:
 * `kMinRatioForUnsaturatedLink` (goog_cc/probe_bitrate_estimator.cc).
 */
const UNSATURATED_SHARE = 0.9;
/** One that arrives faster by this was held up and came at once: `kMaxValidRatio` there. */
const MAX_SPEEDUP = 2;

/** Shortest time of sending, seconds: a step of the pace timer. */
const MIN_SEND_SPAN_SEC = 0.001;

/** The rates of a train of packets. */
export interface TrainRate {
	/** Number of the train. */
	readonly train: number;
	readonly sendBps: number;
	readonly receiveBps: number;
	/**
	 * Rate that the train has surely crossed the path with: a standard error below
	 * `receiveBps`, and at most `sendBps`.
	 */
	readonly provenBps: number;
	/** The path surely carried less than was sent: `receiveBps` is what it carries. */
	readonly saturated: boolean;
}

/**
 * Packets that left at a rate above the estimate, a frame or a probe, as they arrive:
 * the rate of their arrival shows how much the path carries (libwebrtc's
 * `ProbeBitrateEstimator`), and the line through the arrivals how surely.
 */
export class PacketTrain {
	readonly number: number;
	readonly #sentSec: number[] = [];
	readonly #arrivalSec: number[] = [];
	/** Bytes received up to each packet, without the first. */
	readonly #bytes: number[] = [];

	constructor(number: number) {
		this.number = number;
	}

	/** Adds a packet, in the order of sending. */
	add(sentSec: number, arrivalSec: number, byteLength: number): void {
		this.#bytes.push(this.#bytes.length === 0 ? 0 : this.#bytes.at(-1)! + byteLength);
		this.#sentSec.push(sentSec);
		this.#arrivalSec.push(arrivalSec);
	}

	/** @returns `undefined` when the train is too short to tell. */
	rate(): TrainRate | undefined {
		const count = this.#bytes.length;
		if (count < MIN_PACKETS) return undefined;
		const { secPerByte, error } = fitLine(this.#bytes, this.#arrivalSec);
		const bytes = this.#bytes[count - 1]!;
		if (!(secPerByte * bytes >= MIN_SPAN_SEC)) return undefined;
		const sendBps = (bytes * 8) / Math.max(this.#sentSec[count - 1]! - this.#sentSec[0]!, MIN_SEND_SPAN_SEC);
		const receiveBps = 8 / secPerByte;
		if (receiveBps > MAX_SPEEDUP * sendBps) return undefined;
		return {
			train: this.number,
			sendBps,
			receiveBps,
			provenBps: Math.min(sendBps, 8 / (secPerByte + error)),
			saturated: error <= MAX_ERROR * secPerByte && receiveBps < UNSATURATED_SHARE * sendBps,
		};
	}
}

/** Slope of the line with the least squares, and its standard error. */
function fitLine(x: readonly number[], y: readonly number[]): { readonly secPerByte: number; readonly error: number } {
	const count = x.length;
	const meanX = x.reduce((sum, value) => sum + value, 0) / count;
	const meanY = y.reduce((sum, value) => sum + value, 0) / count;
	let xx = 0;
	let xy = 0;
	let yy = 0;
	for (let i = 0; i < count; i++) {
		xx += (x[i]! - meanX) ** 2;
		xy += (x[i]! - meanX) * (y[i]! - meanY);
		yy += (y[i]! - meanY) ** 2;
	}
	const secPerByte = xy / xx;
	return { secPerByte, error: Math.sqrt(Math.max(0, yy - secPerByte * xy) / (count - 2) / xx) };
}
