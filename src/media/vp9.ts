/**
 * True for a VP9 key frame, by its uncompressed header (VP9 bitstream specification,
 * 6.2): frame_marker, profile (3 bits and a reserved one in profile 3),
 * show_existing_frame, frame_type.
 */
export function isVp9Keyframe(frame: Uint8Array): boolean {
	const first = frame[0] ?? 0xff;
	const isProfile3 = (first & 0x30) === 0x30;
	const showsFormer = (first & (isProfile3 ? 0x04 : 0x08)) !== 0;
	return !showsFormer && (first & (isProfile3 ? 0x02 : 0x04)) === 0;
}

/** Size of a picture, pixels. */
export interface Vp9Size {
	readonly width: number;
	readonly height: number;
}

/** frame_sync_code of a key frame (6.2). */
const SYNC_CODE = [0x49, 0x83, 0x42] as const;
/** color_space of RGB, behind which other fields follow (7.2.2). */
const RGB = 7;

/**
 * The size of a key frame of profile 0, by its uncompressed header (6.2): frame_marker and
 * profile (4 bits), show_existing_frame, frame_type, show_frame, error_resilient_mode,
 * frame_sync_code, color_space (3 bits), color_range, then width and height less one.
 *
 * @returns `undefined` for any other frame, or one that ends before.
 */
export function vp9KeyframeSize(frame: Uint8Array): Vp9Size | undefined {
	const isProfile0 = ((frame[0] ?? 0) & 0xf0) === 0x80;
	if (!isProfile0 || !isVp9Keyframe(frame) || frame.length < 9) return undefined;
	if (!SYNC_CODE.every((byte, index) => frame[1 + index] === byte)) return undefined;
	// The sizes begin in the middle of a byte.
	const bits = (at: number) => (((frame[at]! << 16) | (frame[at + 1]! << 8) | frame[at + 2]!) >> 4) & 0xffff;
	if (frame[4]! >> 5 === RGB) return undefined;
	return { width: bits(4) + 1, height: bits(6) + 1 };
}
