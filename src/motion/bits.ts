/** The numbers of the bits that are 1, from 0 to 31: buttons that are pressed. */
export function bitsOf(bits: number): number[] {
	return Array.from({ length: 32 }, (_, bit) => bit).filter((bit) => (bits & (1 << bit)) !== 0);
}

/** The inverse of `bitsOf`. */
export function bitsFrom(numbers: Iterable<number>): number {
	let bits = 0;
	for (const number of numbers) bits |= 1 << number;
	return bits >>> 0;
}
