/** Bytes of a TCP packet on the link. */
export const TCP_PACKET_BYTES = 1500;
/** Constants of CUBIC: RFC 9438, 4.1 and 4.6; the window of a new flow: RFC 6928. */
const CUBIC_C = 0.4;
const CUBIC_BETA = 0.7;
const FIRST_WINDOW = 10;
/** Packets above one that is missing, after which it is lost: RFC 5681, 3.2. */
const DUPLICATE_THRESHOLD = 3;
/**
 * Least time without an acknowledgement after which everything is lost, seconds: RFC
 * 6298, 2.4.
 */
const TIMEOUT_SEC = 1;
/** HyStart leaves slow start when the round trip has grown by this share (RFC 9406, 4.2). */
const HYSTART_GROWTH = 1 / 8;
const HYSTART_LEAST_SEC = 0.004;

/** A packet of the flow. */
export interface TcpPacket {
	readonly number: number;
	readonly sentSec: number;
}

/**
 * A TCP flow that always has something to send, with CUBIC (RFC 9438), selective
 * acknowledgements and HyStart. It counts in packets; lost ones are replaced by new
 * ones, which is the same to the link. No clock.
 */
export class SimulatedTcpFlow {
	#window = FIRST_WINDOW;
	#threshold = Number.POSITIVE_INFINITY;
	#windowMax = 0;
	#lastWindowMax = 0;
	#epochSec = Number.NaN;
	#renoWindow = 0;
	#next = 0;
	/** Packets that are under way, in the order of their numbers. */
	#outstanding: TcpPacket[] = [];
	/** Losses up to this number belong to the last reduction. */
	#recoverTo = -1;
	#roundTripSec = 0.1;
	#lowestRoundTripSec = Number.POSITIVE_INFINITY;
	#progressSec = Number.NaN;

	/** Packets that may leave now. */
	*due(nowSec: number): Generator<TcpPacket, void, undefined> {
		if (Number.isNaN(this.#progressSec)) this.#progressSec = nowSec;
		if (this.#outstanding.length > 0 && nowSec - this.#progressSec > TIMEOUT_SEC) this.#timeOut(nowSec);
		while (this.#outstanding.length < Math.floor(this.#window)) {
			const packet = { number: this.#next++, sentSec: nowSec };
			this.#outstanding.push(packet);
			yield packet;
		}
	}

	/** The receiver has acknowledged a packet. */
	acknowledged(packet: TcpPacket, nowSec: number): void {
		const index = this.#outstanding.indexOf(packet);
		if (index < 0) return;
		this.#progressSec = nowSec;
		this.#roundTripSec = nowSec - packet.sentSec;
		this.#lowestRoundTripSec = Math.min(this.#lowestRoundTripSec, this.#roundTripSec);
		const lost = this.#outstanding.findLast(({ number }) => number <= packet.number - DUPLICATE_THRESHOLD);
		this.#outstanding.splice(index, 1);
		if (lost !== undefined) {
			const isNew = lost.number > this.#recoverTo;
			this.#outstanding = this.#outstanding.filter(({ number }) => number > lost.number);
			if (isNew) this.#reduce();
		}
		if (packet.number > this.#recoverTo) this.#grow(nowSec);
	}

	#grow(nowSec: number): void {
		if (this.#window < this.#threshold) {
			const etaSec = Math.max(HYSTART_LEAST_SEC, this.#lowestRoundTripSec * HYSTART_GROWTH);
			if (this.#roundTripSec > this.#lowestRoundTripSec + etaSec) this.#threshold = this.#window;
			this.#window++;
			return;
		}
		if (Number.isNaN(this.#epochSec)) {
			this.#epochSec = nowSec;
			this.#renoWindow = this.#window;
			this.#windowMax = Math.max(this.#windowMax, this.#window);
		}
		const kSec = Math.cbrt((this.#windowMax * (1 - CUBIC_BETA)) / CUBIC_C);
		const atSec = nowSec - this.#epochSec + this.#roundTripSec;
		const cubic = CUBIC_C * (atSec - kSec) ** 3 + this.#windowMax;
		this.#renoWindow += (3 * (1 - CUBIC_BETA)) / (1 + CUBIC_BETA) / this.#window;
		const target = Math.min(Math.max(cubic, this.#window), 1.5 * this.#window);
		this.#window += (target - this.#window) / this.#window;
		this.#window = Math.max(this.#window, this.#renoWindow);
	}

	#reduce(): void {
		const window = this.#window;
		this.#windowMax = window < this.#lastWindowMax ? (window * (1 + CUBIC_BETA)) / 2 : window;
		this.#lastWindowMax = window;
		this.#window = Math.max(2, window * CUBIC_BETA);
		this.#threshold = this.#window;
		this.#epochSec = Number.NaN;
		this.#recoverTo = this.#next - 1;
	}

	#timeOut(nowSec: number): void {
		this.#reduce();
		this.#window = 2;
		this.#outstanding = [];
		this.#progressSec = nowSec;
	}
}
