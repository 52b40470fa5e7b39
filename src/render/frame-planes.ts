import type { Frame } from "node-av/lib";
import { assert } from "../media/assert.ts";

/**
 * Buffers at the first bytes of the planes of `frame`, two rows long: FFmpeg's copying takes only
 * their addresses. V8 would count whole planes as external memory at each reading, and collect
 * garbage for them.
 */
export function planePointers(frame: Frame): Buffer[] {
	const { height } = frame;
	frame.height = 2;
	try {
		const { data } = frame;
		assert(data !== null, "A frame with a buffer has planes.");
		return data;
	} finally {
		frame.height = height;
	}
}
