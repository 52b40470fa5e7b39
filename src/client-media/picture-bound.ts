import type { ClientMediaPacket } from "../media/client-media.ts";
import { NalUnitType, nalUnitType, parseSps, splitAnnexB } from "../media/h264.ts";

/** Largest picture that is decoded, pixels before cropping: 4K. */
export const MAX_PIXELS = 3840 * 2160;

const VP8_HEADER_BYTES = 10;
/** The bits of a size beside its scaling: RFC 6386, 9.1. */
const VP8_SIZE_MASK = 0x3fff;

/** Returns whether a packet states a larger picture, or one that can't be read. */
export function isTooLarge({ codec, data }: Pick<ClientMediaPacket, "codec" | "data">): boolean {
	if (codec === "h264") return splitAnnexB(data).some((unit) => !isSpsInBounds(unit));
	if (codec !== "vp8" || ((data[0] ?? 0) & 1) !== 0) return false;
	const { width, height } = vp8SizeOf(data) ?? {};
	return width === undefined || height === undefined || width * height > MAX_PIXELS;
}

/** Size of a key frame of VP8, pixels; `undefined` if it ends before it. */
export function vp8SizeOf(data: Uint8Array): { readonly width: number; readonly height: number } | undefined {
	if (data.length < VP8_HEADER_BYTES) return undefined;
	const sizeAt = (at: number) => (data[at]! | (data[at + 1]! << 8)) & VP8_SIZE_MASK;
	return { width: sizeAt(6), height: sizeAt(8) };
}

function isSpsInBounds(unit: Uint8Array): boolean {
	if (nalUnitType(unit[0] ?? 0) !== NalUnitType.sps) return true;
	try {
		return parseSps(unit).codedPixels <= MAX_PIXELS;
	} catch {
		return false;
	}
}
