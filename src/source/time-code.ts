/**
 * A frame number that a program can read from a picture: a row of black and white blocks on the
 * sphere, so that it can be read from a panorama and from any view of it. From left to right: four
 * blocks of start mark (white, black, white, black), the number's 24 bits and 8 bits of CRC-8, most
 * significant first; white is 1.
 */

const START = 0b1010;
const START_BITS = 4;
const NUMBER_BITS = 24;
const CHECK_BITS = 8;
export const TIME_CODE_BLOCKS = START_BITS + NUMBER_BITS + CHECK_BITS;
/** Frame numbers wrap around at this number, after 155 hours at 30 frames a second. */
export const TIME_CODE_MODULUS = 2 ** NUMBER_BITS;

const BLOCK_DEG = 1.5;

/**
 * The place of a time code, degrees. It is repeated at each of `centerYawsDeg`, so that any
 * view shows one.
 */
export const TIME_CODE_PLACE = {
	centerYawsDeg: [0, 90, 180, -90],
	widthDeg: TIME_CODE_BLOCKS * BLOCK_DEG,
	topPitchDeg: -11,
	bottomPitchDeg: -14,
} as const;

/** The blocks of a frame number from left to right, 1 is white. `frame` is taken modulo 2^24. */
export function encodeTimeCode(frame: number): Uint8Array {
	const number = ((frame % TIME_CODE_MODULUS) + TIME_CODE_MODULUS) % TIME_CODE_MODULUS;
	const bits = new Uint8Array(TIME_CODE_BLOCKS);
	write(bits, 0, START_BITS, START);
	write(bits, START_BITS, NUMBER_BITS, number);
	write(bits, START_BITS + NUMBER_BITS, CHECK_BITS, crc8(number));
	return bits;
}

/**
 * The frame number in a row of blocks, or `undefined` if the start mark or the checksum is wrong.
 */
export function decodeTimeCode(bits: ArrayLike<number>): number | undefined {
	if (bits.length !== TIME_CODE_BLOCKS || read(bits, 0, START_BITS) !== START) return undefined;
	const number = read(bits, START_BITS, NUMBER_BITS);
	return read(bits, START_BITS + NUMBER_BITS, CHECK_BITS) === crc8(number) ? number : undefined;
}

/**
 * Brightness of a picture at a point of the sphere. Degrees: yaw + right of forward, pitch +
 * up.
 */
export type LumaAt = (yawDeg: number, pitchDeg: number) => number | undefined;

/**
 * Reads a frame number from a picture of the built-in scene.
 *
 * @param lumaAt brightness of the picture at a point of the sphere, any scale; `undefined`
 * where the picture does not show it. For a view, project the point into it; for a panorama,
 * use `lumaOfPanorama`.
 * @returns the number, or `undefined` if none of the codes is in sight and undamaged.
 */
export function readTimeCode(lumaAt: LumaAt): number | undefined {
	for (const centerDeg of TIME_CODE_PLACE.centerYawsDeg) {
		const luma = blockLuma(lumaAt, centerDeg);
		if (luma === undefined) continue;
		// The start mark holds both colours, so the threshold needs no knowledge of the picture's
		// range.
		const threshold = (luma[0]! + luma[1]! + luma[2]! + luma[3]!) / 4;
		const frame = decodeTimeCode(luma.map((value) => (value > threshold ? 1 : 0)));
		if (frame !== undefined) return frame;
	}
	return undefined;
}

/**
 * Reads a panorama's plane for `readTimeCode`: the nearest sample.
 * @param plane luma of `width` x `height`, its sample (0, 0) at `offset` of `samples`
 */
export function lumaOfPanorama(
	samples: Uint8Array,
	plane: { offset: number; width: number; height: number; stride: number },
): LumaAt {
	const { offset, width, height, stride } = plane;
	return (yawDeg, pitchDeg) => {
		const column = Math.floor((0.5 + yawDeg / 360) * width);
		const row = Math.min(height - 1, Math.floor((0.5 - pitchDeg / 180) * height));
		return samples[offset + row * stride + (((column % width) + width) % width)];
	};
}

/** Mean brightness of each block, from nine points around its middle. */
function blockLuma(lumaAt: LumaAt, centerDeg: number): number[] | undefined {
	const { widthDeg, topPitchDeg, bottomPitchDeg } = TIME_CODE_PLACE;
	const middleDeg = (topPitchDeg + bottomPitchDeg) / 2;
	const means: number[] = [];
	for (let block = 0; block < TIME_CODE_BLOCKS; block++) {
		const yawDeg = centerDeg - widthDeg / 2 + (block + 0.5) * BLOCK_DEG;
		let sum = 0;
		for (let k = 0; k < 9; k++) {
			const luma = lumaAt(yawDeg + ((k % 3) - 1) * 0.25, middleDeg + (Math.floor(k / 3) - 1) * 0.6);
			if (luma === undefined) return undefined;
			sum += luma;
		}
		means.push(sum / 9);
	}
	return means;
}

function write(bits: Uint8Array, at: number, count: number, value: number): void {
	for (let i = 0; i < count; i++) bits[at + i] = Math.floor(value / 2 ** (count - 1 - i)) & 1;
}

function read(bits: ArrayLike<number>, at: number, count: number): number {
	let value = 0;
	for (let i = 0; i < count; i++) value = value * 2 + bits[at + i]!;
	return value;
}

/**
 * CRC-8 with polynomial x^8 + x^2 + x + 1 (ITU-T I.432.1 without its final XOR) of the three bytes
 * of `number`, started at 0xff so that 0 has a checksum.
 */
function crc8(number: number): number {
	let crc = 0xff;
	for (const byte of [number >> 16, number >> 8, number]) {
		crc ^= byte & 0xff;
		for (let bit = 0; bit < 8; bit++) crc = crc & 0x80 ? ((crc << 1) ^ 0x07) & 0xff : crc << 1;
	}
	return crc;
}
