/**
 * Writes transport-cc feedback (draft-holmer-rmcat-transport-wide-cc-extensions-01,
 * 3.1) with two-bit status vectors.
 */
export class TransportFeedbackWriter {
	readonly #arrivalTicks = new Map<number, number>();
	#next: number | undefined;
	#highest = 0;
	#count = 0;

	/** @param number transport-wide sequence number */
	received(number: number, arrivalMs: number): void {
		this.#next ??= number;
		const unwrapped = this.#highest + (((number - this.#highest) << 16) >> 16);
		this.#highest = Math.max(this.#highest, unwrapped);
		this.#arrivalTicks.set(unwrapped, Math.round(arrivalMs * 4));
	}

	/** Feedback on everything since the last call, or `undefined` if nothing came. */
	take(senderSsrc: number, mediaSsrc: number): Buffer | undefined {
		const numbers = [...this.#arrivalTicks.keys()].sort((a, b) => a - b);
		if (numbers.length === 0 || this.#next === undefined) return undefined;
		const first = Math.min(this.#next, numbers[0]!);
		const last = numbers.at(-1)!;
		const reference = Math.floor(this.#arrivalTicks.get(numbers[0]!)! / 256);
		let ticks = reference * 256;
		const symbols: number[] = [];
		const deltas: number[] = [];
		for (let number = first; number <= last; number++) {
			const arrival = this.#arrivalTicks.get(number);
			const delta = arrival === undefined ? 0 : arrival - ticks;
			const small = delta >= 0 && delta <= 255;
			symbols.push(arrival === undefined ? 0 : small ? 1 : 2);
			if (arrival === undefined) continue;
			deltas.push(...(small ? [delta] : [(delta >> 8) & 0xff, delta & 0xff]));
			ticks = arrival;
		}
		this.#arrivalTicks.clear();
		this.#next = last + 1;
		const chunks: number[] = [];
		for (let i = 0; i < symbols.length; i += 7) {
			const chunk = symbols
				.slice(i, i + 7)
				.reduce((bits, symbol, index) => bits | (symbol << (12 - 2 * index)), 0xc000);
			chunks.push(chunk >> 8, chunk & 0xff);
		}
		const packet = Buffer.alloc(Math.ceil((20 + chunks.length + deltas.length) / 4) * 4);
		packet.set([0x8f, 205]);
		packet.writeUInt16BE(packet.length / 4 - 1, 2);
		packet.writeUInt32BE(senderSsrc, 4);
		packet.writeUInt32BE(mediaSsrc, 8);
		packet.writeUInt16BE(first & 0xffff, 12);
		packet.writeUInt16BE(symbols.length, 14);
		packet.writeIntBE(reference & 0x7fffff, 16, 3);
		packet[19] = this.#count++ & 0xff;
		packet.set(chunks, 20);
		packet.set(deltas, 20 + chunks.length);
		return packet;
	}
}
