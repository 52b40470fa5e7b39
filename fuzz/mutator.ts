/** Numbers at which parsers break. */
const NUMBERS = [
	0, 1, -1, 2, 7, 16, 127, 128, 255, 256, 32_767, 32_768, 65_535, 65_536, 0x7fffffff, 0x80000000, 0xffffffff,
];
const WORDS = [
	"0",
	"-1",
	"1e999",
	"-0",
	"0.5",
	"65536",
	"4294967296",
	"9007199254740993",
	"null",
	"NaN",
	"true",
	'""',
	"[]",
	"{}",
	"\u0000",
	"é",
	"\r\n",
];

/** Tokens that mutated inputs are made of, and their greatest length. */
export interface MutatorOptions {
	/** Pieces that the format is made of. */
	readonly dictionary?: readonly string[];
	/** Longest input, bytes. */
	readonly maxBytes: number;
	/** Numbers from 0 to 1. */
	readonly random: () => number;
}

/**
 * Changes inputs at random, in ways that formats with lengths, numbers and keywords are sensitive
 * to.
 */
export class Mutator {
	readonly #options: MutatorOptions;
	readonly #words: readonly Buffer[];

	constructor(options: MutatorOptions) {
		this.#options = options;
		this.#words = [...WORDS, ...(options.dictionary ?? [])].map((word) => Buffer.from(word, "latin1"));
	}

	/** A new input out of one, and perhaps a piece of another. The two are left as they are. */
	mutate(input: Uint8Array, other: Uint8Array): Uint8Array {
		let bytes: Uint8Array = Buffer.from(input);
		const edits = 1 << this.#below(4);
		for (let edit = 0; edit < edits; edit++) bytes = this.#edit(bytes, other);
		return bytes.subarray(0, this.#options.maxBytes);
	}

	#edit(bytes: Uint8Array, other: Uint8Array): Uint8Array {
		const at = this.#below(bytes.length + 1);
		const length = Math.min(bytes.length - at, 1 + this.#below(this.#below(2) === 0 ? 4 : 64));
		switch (this.#below(10)) {
			case 0:
				if (at < bytes.length) bytes[at]! ^= 1 << this.#below(8);
				return bytes;
			case 1:
				if (at < bytes.length) bytes[at] = this.#below(256);
				return bytes;
			case 2:
				return this.#number(bytes, at);
			case 3:
				return splice(bytes, at, length, new Uint8Array());
			case 4:
				return splice(bytes, at, 0, bytes.slice(at, at + length));
			case 5:
				return splice(bytes, at, 0, this.#word());
			case 6:
				return splice(bytes, at, length, this.#word());
			case 7: {
				const from = this.#below(other.length + 1);
				return splice(bytes, at, this.#below(2) * length, other.slice(from, from + 1 + this.#below(128)));
			}
			case 8:
				return this.#replaceNumberInText(bytes);
			default:
				return this.#below(4) === 0 ? bytes.slice(0, at) : bytes;
		}
	}

	#number(bytes: Uint8Array, at: number): Uint8Array {
		const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
		const width = 1 << this.#below(4);
		if (at + width > bytes.length) return bytes;
		const near = (this.#below(3) === 0 ? bytes.length : NUMBERS[this.#below(NUMBERS.length)]!) + this.#below(3) - 1;
		const little = this.#below(2) === 0;
		if (width === 1) view.setUint8(at, near);
		else if (width === 2) view.setUint16(at, near, little);
		else if (width === 4) view.setUint32(at, near, little);
		else view.setBigInt64(at, BigInt(near), little);
		return bytes;
	}

	/** Replaces a run of digits, if there is one after a random place. */
	#replaceNumberInText(bytes: Uint8Array): Uint8Array {
		const isDigit = (byte: number | undefined) => byte !== undefined && byte >= 0x30 && byte <= 0x39;
		let from = this.#below(bytes.length + 1);
		while (from < bytes.length && !isDigit(bytes[from])) from++;
		let to = from;
		while (isDigit(bytes[to])) to++;
		return to > from ? splice(bytes, from, to - from, this.#word()) : bytes;
	}

	#word(): Uint8Array {
		return this.#words[this.#below(this.#words.length)]!;
	}

	#below(limit: number): number {
		return Math.floor(this.#options.random() * limit);
	}
}

function splice(bytes: Uint8Array, at: number, removed: number, added: Uint8Array): Uint8Array {
	return Buffer.concat([bytes.subarray(0, at), added, bytes.subarray(at + removed)]);
}
