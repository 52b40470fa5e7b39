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
