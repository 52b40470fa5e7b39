/**
 * The id of a row or a chunk. Ids of one source sort in the order in which they were made. 16
 * bytes, big endian: nanoseconds since 1970, then a counter.
 */
export type Tuid = Uint8Array;

/** The length of a `Tuid`. */
export const TUID_BYTES = 16;

/** Makes ids that only go up, whatever the clock does. */
export class TuidSource {
	readonly #nowNs: () => bigint;
	#lastNs = 0n;
	#counterHigh: number;
	#counterLow: number;

	/**
	 * @param nowNs nanoseconds since 1970.
	 * @param random at least 8 bytes, which keep two sources apart.
	 */
	constructor(nowNs: () => bigint, random: Uint8Array = crypto.getRandomValues(new Uint8Array(8))) {
		this.#nowNs = nowNs;
		const view = new DataView(random.buffer, random.byteOffset, 8);
		// The highest bit stays free for counting up.
		this.#counterHigh = view.getUint32(0) & 0x7fff_ffff;
		this.#counterLow = view.getUint32(4);
	}

	next(): Tuid {
		const tuid = new Uint8Array(TUID_BYTES);
		this.fill(new DataView(tuid.buffer), 0, 1);
		return tuid;
	}

	/** Writes `count` ids of one moment, one after the other. */
	fill(into: DataView, at: number, count: number): void {
		const now = this.#nowNs();
		if (now > this.#lastNs) this.#lastNs = now;
		const high = Number(this.#lastNs >> 32n);
		const low = Number(this.#lastNs & 0xffff_ffffn);
		for (let end = at + count * TUID_BYTES; at < end; at += TUID_BYTES) {
			into.setUint32(at, high);
			into.setUint32(at + 4, low);
			into.setUint32(at + 8, this.#counterHigh);
			into.setUint32(at + 12, this.#counterLow);
			this.#counterLow++;
			if (this.#counterLow > 0xffff_ffff) {
				this.#counterLow = 0;
				this.#counterHigh++;
			}
		}
	}
}

const DIGITS = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

/** Writes an id as Rerun does: the time in upper case, the counter in lower case. */
export function formatTuid(tuid: Tuid): string {
	let time = "";
	let counter = "";
	for (let at = 0; at < 8; at++) {
		time += DIGITS[tuid[at]!]!;
		counter += DIGITS[tuid[at + 8]!]!;
	}
	return time.toUpperCase() + counter;
}

const UPPER_DIGITS = new TextEncoder().encode("0123456789ABCDEF");
const LOWER_DIGITS = new TextEncoder().encode("0123456789abcdef");

/** Writes the text of `formatTuid` as ASCII. */
export function writeTuidText(tuid: Tuid, into: Uint8Array, start: number): void {
	for (let at = 0; at < TUID_BYTES; at++) {
		const digits = at < 8 ? UPPER_DIGITS : LOWER_DIGITS;
		into[start + 2 * at] = digits[tuid[at]! >> 4]!;
		into[start + 2 * at + 1] = digits[tuid[at]! & 15]!;
	}
}

/** Reads an id as Rerun writes it; `null` when `text` is no id. */
export function parseTuid(text: string): Tuid | null {
	if (!/^[0-9a-fA-F]{32}$/.test(text)) return null;
	return Uint8Array.from({ length: TUID_BYTES }, (_, at) => Number.parseInt(text.slice(2 * at, 2 * at + 2), 16));
}

/** True when none of the ids in `bytes`, one after the other, is below its predecessor. */
export function tuidsAreSorted(bytes: Uint8Array): boolean {
	const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	for (let at = TUID_BYTES; at < bytes.length; at += TUID_BYTES) {
		for (let word = at; word < at + TUID_BYTES; word += 4) {
			const before = view.getUint32(word - TUID_BYTES);
			const after = view.getUint32(word);
			if (before < after) break;
			if (before > after) return false;
		}
	}
	return true;
}
