/** The 16 bits of the half float (IEEE 754 binary16) nearest to a number, ties to even. */
export function halfFromDouble(value: number): number {
	const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
	const size = Math.abs(value);
	if (Number.isNaN(value)) return 0x7e00;
	// Halfway between the largest half float and the next power of two.
	if (size >= 65520) return sign | 0x7c00;
	if (size < 2 ** -14) return sign | roundedToEven(size * 2 ** 24);
	let exponent = Math.floor(Math.log2(size));
	if (2 ** exponent > size) exponent--;
	// A mantissa that rounds up to 1024 carries into the exponent, as it should.
	return sign | (((exponent + 15) << 10) + roundedToEven((size / 2 ** exponent - 1) * 1024));
}

/** The number of a half float (IEEE 754 binary16). */
export function doubleFromHalf(bits: number): number {
	const sign = (bits & 0x8000) === 0 ? 1 : -1;
	const exponent = (bits >> 10) & 0x1f;
	const mantissa = bits & 0x3ff;
	if (exponent === 31) return mantissa === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
	return exponent === 0 ? sign * mantissa * 2 ** -24 : sign * (1 + mantissa / 1024) * 2 ** (exponent - 15);
}

function roundedToEven(value: number): number {
	const below = Math.floor(value);
	const rest = value - below;
	return rest > 0.5 || (rest === 0.5 && below % 2 === 1) ? below + 1 : below;
}
