/** The queue that a flow shares with others. */
export interface SharedQueue {
	/** @returns the time at which the packet leaves the queue, or `undefined` if it is full. */
	offer(byteLength: number, nowMs: number): number | undefined;
}

export interface CubicFlowOptions {
	/** Time of the first packet. */
	readonly fromMs: number;
	/** Time after which nothing is sent any more. @default never */
	readonly toMs?: number;
	/** Time there and back besides the queue. */
	readonly roundTripMs: number;
}

/** A full segment of TCP with its headers, bytes of UDP payload. */
const SEGMENT_BYTES = 1472;
/** Multiplicative decrease, and the cubic's scale in segments/s^3 (RFC 9438, 4.6, 5.1). */
const BETA = 0.7;
const SCALE = 0.4;
/** Additive increase of the Reno-friendly estimate (RFC 9438, 4.3). */
const RENO_ALPHA = (3 * (1 - BETA)) / (1 + BETA);
/** RFC 6928. */
const INITIAL_WINDOW = 10;
/** Later packets whose arrival shows that one was lost (RFC 6675). */
const DUPLICATE_THRESHOLD = 3;
/** Linux's least retransmission timeout; RFC 6298 has a second. */
const LEAST_TIMEOUT_MS = 200;
/** Samples and bounds of the growth of the round trip that ends slow start (RFC 9406, 4.3). */
const HYSTART_SAMPLES = 8;
const HYSTART_MS = { least: 4, most: 16 };

interface Segment {
	readonly number: number;
	readonly sentMs: number;
	/** Time of its acknowledgement; `undefined`: lost. */
	readonly ackMs: number | undefined;
}

/**
 * A bulk TCP flow with CUBIC (RFC 9438) as a model: segments of a window, clocked by their
 * acknowledgements, in a queue that others use too. Loss recovery knows each lost segment, as with
 * SACK, and a retransmission is a segment like any other. Slow start ends with a loss or by
 * HyStart's rule of the growing round trip, without its conservative phase.
 */
export class CubicFlow {
	readonly #options: CubicFlowOptions;
	readonly #flying: Segment[] = [];
	#nowMs = Number.NEGATIVE_INFINITY;
	#nextNumber = 0;
	#window = INITIAL_WINDOW;
	#slowStartEnd = Number.POSITIVE_INFINITY;
	#windowMax = 0;
	#renoWindow = 0;
	/** The window's size when the present epoch began. */
	#epochWindow = 0;
	#epochMs = Number.NaN;
	/** Losses of earlier segments belong to a cut that was made already. */
	#recoverNumber = 0;
	#lastSentMs = 0;
	#smoothedRoundTripMs: number;
	#round = { endNumber: 0, samples: 0, leastMs: Number.POSITIVE_INFINITY, lastLeastMs: Number.POSITIVE_INFINITY };
	#bytesAcknowledged = 0;

	constructor(options: CubicFlowOptions) {
		this.#options = options;
		this.#smoothedRoundTripMs = options.roundTripMs;
	}

	/** Bytes that have reached the receiver. */
	get bytesAcknowledged(): number {
		return this.#bytesAcknowledged;
	}

	/** Window, segments. */
	get window(): number {
		return this.#window;
	}

	/** Time of the next thing that the flow does. */
	get nextMs(): number {
		if (this.#nowMs === Number.NEGATIVE_INFINITY) return this.#options.fromMs;
		return this.#flying.find(({ ackMs }) => ackMs !== undefined)?.ackMs ?? this.#timeoutMs;
	}

	/** Does everything that is due until `nowMs`, in its order and at its time. */
	advance(nowMs: number, queue: SharedQueue): void {
		for (let nextMs = this.nextMs; nextMs <= nowMs; nextMs = this.nextMs) {
			const begins = this.#nowMs === Number.NEGATIVE_INFINITY;
			this.#nowMs = nextMs;
			const at = this.#flying.findIndex(({ ackMs }) => ackMs !== undefined);
			if (at >= 0) this.#acknowledge(at);
			else if (!begins) this.#timeOut();
			this.#fillWindow(queue);
		}
	}

	get #timeoutMs(): number {
		if (this.#flying.length === 0) return Number.POSITIVE_INFINITY;
		return this.#lastSentMs + Math.max(LEAST_TIMEOUT_MS, 2 * this.#smoothedRoundTripMs);
	}

	#fillWindow(queue: SharedQueue): void {
		const { toMs = Number.POSITIVE_INFINITY, roundTripMs } = this.#options;
		if (this.#nowMs > toMs) return;
		while (this.#flying.length < Math.floor(this.#window)) {
			const leavesMs = queue.offer(SEGMENT_BYTES, this.#nowMs);
			const ackMs = leavesMs === undefined ? undefined : leavesMs + roundTripMs;
			this.#flying.push({ number: this.#nextNumber++, sentMs: this.#nowMs, ackMs });
			this.#lastSentMs = this.#nowMs;
		}
	}

	#acknowledge(at: number): void {
		const [{ number, sentMs }] = this.#flying.splice(at, 1) as [Segment];
		this.#bytesAcknowledged += SEGMENT_BYTES;
		const roundTripMs = this.#nowMs - sentMs;
		this.#smoothedRoundTripMs += (roundTripMs - this.#smoothedRoundTripMs) / 8;
		let lost = false;
		while (this.#flying[0]?.ackMs === undefined && this.#flying[0] !== undefined) {
			if (this.#flying[0].number > number - DUPLICATE_THRESHOLD) break;
			if (this.#flying[0].number >= this.#recoverNumber) lost = true;
			this.#flying.shift();
		}
		if (lost) this.#cut();
		else if (number < this.#recoverNumber) return;
		else if (this.#window < this.#slowStartEnd) this.#growBySlowStart(number, roundTripMs);
		else this.#growByCubic();
	}

	#growBySlowStart(number: number, roundTripMs: number): void {
		this.#window++;
		const round = this.#round;
		if (number >= round.endNumber) {
			const lastLeastMs = round.leastMs;
			this.#round = { endNumber: this.#nextNumber, samples: 0, leastMs: Number.POSITIVE_INFINITY, lastLeastMs };
		}
		this.#round.samples++;
		this.#round.leastMs = Math.min(this.#round.leastMs, roundTripMs);
		const { samples, leastMs, lastLeastMs } = this.#round;
		const growthMs = Math.min(HYSTART_MS.most, Math.max(HYSTART_MS.least, lastLeastMs / 8));
		if (samples < HYSTART_SAMPLES || !(leastMs >= lastLeastMs + growthMs)) return;
		this.#slowStartEnd = this.#window;
		this.#windowMax = this.#window;
		this.#beginEpoch();
	}

	#growByCubic(): void {
		if (Number.isNaN(this.#epochMs)) this.#beginEpoch();
		const sec = (this.#nowMs - this.#epochMs) / 1000;
		const kneeSec = Math.cbrt((this.#windowMax - this.#epochWindow) / SCALE);
		const cubic = (atSec: number) => SCALE * (atSec - kneeSec) ** 3 + this.#windowMax;
		this.#renoWindow += (this.#renoWindow < this.#windowMax ? RENO_ALPHA : 1) / this.#window;
		if (cubic(sec) < this.#renoWindow) {
			this.#window = Math.max(this.#window, this.#renoWindow);
			return;
		}
		const wanted = cubic(sec + this.#smoothedRoundTripMs / 1000);
		const target = Math.min(1.5 * this.#window, Math.max(this.#window, wanted));
		this.#window += (target - this.#window) / this.#window;
	}

	/** Reduces the window after a loss, with fast convergence (RFC 9438, 4.6 and 4.7). */
	#cut(): void {
		const converging = this.#window < this.#windowMax;
		this.#windowMax = converging ? (this.#window * (1 + BETA)) / 2 : this.#window;
		this.#window = Math.max(2, this.#window * BETA);
		this.#slowStartEnd = this.#window;
		this.#recoverNumber = this.#nextNumber;
		this.#epochMs = Number.NaN;
	}

	#timeOut(): void {
		this.#cut();
		this.#flying.length = 0;
		this.#window = 1;
	}

	#beginEpoch(): void {
		this.#epochMs = this.#nowMs;
		this.#epochWindow = this.#window;
		this.#renoWindow = this.#window;
	}
}
