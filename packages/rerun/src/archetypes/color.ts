import { describeValue } from "../describe-value.ts";

/**
 * A colour: `0xRRGGBBAA`; `[r, g, b]` or `[r, g, b, a]` from 0 to 255; `"#rgb"`, `"#rgba"`,
 * `"#rrggbb"`, `"#rrggbbaa"`, as in CSS.
 *
 * All are sRGB, with an alpha that is not multiplied in.
 */
export type Color = number | string | ArrayLike<number>;

/**
 * One or several colours: a list of any forms, a `Uint32Array` of `0xRRGGBBAA`, or a `Uint8Array`
 * of r, g, b, a one after the other. A list of three or four numbers below 256 is one colour.
 */
export type Colors = Color | readonly Color[];

/**
 * A colour as `0xRRGGBBAA`. @param where the name of the field in errors.
 *
 * @throws {TypeError} when it has none of the forms.
 * @throws {RangeError} when a part of it is out of range.
 */
export function packColor(color: Color, where: string): number {
	if (typeof color === "number") {
		if (!Number.isInteger(color) || color < 0 || color > 0xffff_ffff)
			throw new RangeError(`${where} is ${color}; a colour as a number is 0xRRGGBBAA, from 0 to 0xffffffff.`);
		return color;
	}
	if (typeof color === "string") return packHex(color, where);
	if (typeof color !== "object" || color === null || (color.length !== 3 && color.length !== 4))
		throw new TypeError(
			`${where} is ${describeValue(color)}; a colour is 0xRRGGBBAA, [r, g, b], [r, g, b, a] or "#rrggbb".`,
		);
	const [r, g, b, a = 255] = color as unknown as readonly [number, number, number, number?];
	// Parts from 0 to 1 would all be black.
	for (const part of [r, g, b, a])
		if (!Number.isInteger(part) || part < 0 || part > 255)
			throw new RangeError(
				`${where} has ${describeValue(part)}; the parts of a colour are integers from 0 to 255.`,
			);
	return ((r << 24) | (g << 16) | (b << 8) | a) >>> 0;
}

/** Colours as `0xRRGGBBAA`. @throws as `packColor`. */
export function packColors(colors: Colors, where: string): Uint32Array {
	if (typeof colors === "number" || typeof colors === "string") return Uint32Array.of(packColor(colors, where));
	if (colors instanceof Uint32Array) return colors.slice();
	if (colors instanceof Uint8Array || colors instanceof Uint8ClampedArray) {
		if (colors.length % 4 !== 0)
			throw new RangeError(`${where} has ${colors.length} bytes, which is no multiple of 4: r, g, b, a.`);
		const view = new DataView(colors.buffer, colors.byteOffset, colors.byteLength);
		return Uint32Array.from({ length: colors.length / 4 }, (_, at) => view.getUint32(4 * at));
	}
	const given = colors as readonly Color[];
	if (typeof given !== "object" || given === null || typeof given.length !== "number")
		throw new TypeError(`${where} must be a colour or a list of colours, not ${describeValue(colors)}.`);
	if ((given.length === 3 || given.length === 4) && given.every((part) => typeof part === "number" && part < 256))
		return Uint32Array.of(packColor(given as readonly number[], where));
	const packed = new Uint32Array(given.length);
	for (let at = 0; at < given.length; at++)
		packed[at] = packColor(given[at]!, given.length === 1 ? where : `${where}[${at}]`);
	return packed;
}

function packHex(text: string, where: string): number {
	const digits = /^#([0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})$/i.exec(text)?.[1];
	if (digits === undefined)
		throw new RangeError(
			`${where} is ${describeValue(text)}; a colour as a text is "#rgb", "#rgba", "#rrggbb" or "#rrggbbaa".`,
		);
	const long = digits.length < 6 ? [...digits].map((digit) => digit + digit).join("") : digits;
	return Number.parseInt(long.padEnd(8, "f"), 16);
}
