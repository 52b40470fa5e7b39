/** Reads numbers of any length up to 32 bits, the most significant bit first. */
export class BitReader {
	readonly #bytes: Uint8Array;
	/** Bits taken so far. */
	#at: number;

	constructor(bytes: Uint8Array, fromByte = 0) {
		this.#bytes = bytes;
		this.#at = 8 * fromByte;
	}

	/** Bits that are left. */
	get left(): number {
		return 8 * this.#bytes.length - this.#at;
	}

	/** An unsigned number of `bits` bits. @throws {RangeError} when the bytes end before. */
	read(bits: number): number {
		if (bits > this.left) throw new RangeError("The bytes end within a number.");
		let value = 0;
		for (let missing = bits; missing > 0; ) {
			const inByte = 8 - (this.#at & 7);
			const taken = Math.min(inByte, missing);
			const byte = this.#bytes[this.#at >> 3] ?? 0;
			value = value * 2 ** taken + ((byte >> (inByte - taken)) & (2 ** taken - 1));
			this.#at += taken;
			missing -= taken;
		}
		return value;
	}

	/** A signed number in zigzag code. @throws {RangeError} when the bytes end before. */
	readZigzag(bits: number): number {
		const code = this.read(bits);
		return code % 2 === 0 ? code / 2 : -(code + 1) / 2;
	}

	/** Goes on at the next whole byte. */
	align(): void {
		this.#at = (this.#at + 7) & ~7;
	}
}
