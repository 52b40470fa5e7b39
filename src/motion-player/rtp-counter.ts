export interface RtpCounts {
	/** Frames whose last packet arrived. */
	readonly frames: number;
	readonly packets: number;
	/**
	 * Packets missing from the sequence of numbers; packets that arrive late are taken off
	 * again.
	 */
	readonly packetsLost: number;
	readonly bytes: number;
	/** Time between the first packet and the last. */
	readonly seconds: number;
}

/** Counts the packets of one video stream without looking into the pictures (RFC 3550, 5.1). */
export class RtpCounter {
	#frames = 0;
	#packets = 0;
	#bytes = 0;
	#firstMs = Number.NaN;
	#lastMs = Number.NaN;
	#ssrc: number | undefined;
	/** Sequence numbers, extended so that they do not wrap around. */
	#firstNumber = 0;
	#highestNumber = 0;
	#lostBefore = 0;
	#packetsOfSource = 0;
	#lastFrameTicks: number | undefined;

	/** RTP time of the newest picture whose last packet has come; `undefined` before the first. */
	get lastFrameTicks(): number | undefined {
		return this.#lastFrameTicks;
	}

	get counts(): RtpCounts {
		const seconds = this.#packets === 0 ? 0 : (this.#lastMs - this.#firstMs) / 1000;
		const lost =
			this.#packetsOfSource === 0 ? 0 : this.#highestNumber - this.#firstNumber + 1 - this.#packetsOfSource;
		return {
			frames: this.#frames,
			packets: this.#packets,
			packetsLost: this.#lostBefore + Math.max(0, lost),
			bytes: this.#bytes,
			seconds,
		};
	}

	/** Counts a packet. @param nowMs time of its arrival */
	add(packet: Buffer, nowMs: number): void {
		if (packet.byteLength < 12 || packet[0]! >> 6 !== 2) return;
		const payloadType = packet[1]! & 0x7f;
		// The packet is RTCP, which shares the port (RFC 5761, 4).
		if (payloadType >= 64 && payloadType <= 95) return;
		const ssrc = packet.readUInt32BE(8);
		const number = packet.readUInt16BE(2);
		if (ssrc !== this.#ssrc) {
			this.#lostBefore = this.counts.packetsLost;
			this.#ssrc = ssrc;
			this.#packetsOfSource = 0;
			this.#firstNumber = number;
			this.#highestNumber = number;
		}
		const unwrapped = this.#highestNumber + (((number - this.#highestNumber) << 16) >> 16);
		this.#highestNumber = Math.max(this.#highestNumber, unwrapped);
		this.#packetsOfSource++;
		this.#packets++;
		this.#bytes += packet.byteLength;
		if (Number.isNaN(this.#firstMs)) this.#firstMs = nowMs;
		this.#lastMs = nowMs;
		const ticks = packet.readUInt32BE(4);
		const isLastOfFrame = (packet[1]! & 0x80) !== 0;
		if (isLastOfFrame && ticks !== this.#lastFrameTicks) {
			this.#frames++;
			this.#lastFrameTicks = ticks;
		}
	}
}
