import type { Frame } from "node-av/lib";
import { assert } from "../media/assert.ts";

/**
 * Buffers at the first bytes of the planes of `frame`, a few rows long: FFmpeg's copying takes only
 * their addresses. V8 would count whole planes as external memory, and collect garbage for them.
 *
 * @param rows down to the last one that is pointed at. The library keeps the buffers that it gave
 * first: of a frame, they are always the same.
 */
export function planePointers(frame: Frame, rows = 2): Buffer[] {
	const { height } = frame;
	frame.height = rows;
	try {
		const { data } = frame;
		assert(data !== null, "A frame with a buffer has planes.");
		return data;
	} finally {
		frame.height = height;
	}
}
