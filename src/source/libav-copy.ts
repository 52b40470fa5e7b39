import { AV_PIX_FMT_GRAY8, AV_PIX_FMT_YUV420P } from "node-av/constants";
import { avImageCopy2, type Frame } from "node-av/lib";
import { PAD_COLUMNS, PAD_ROWS, type PictureLayout } from "../media/panorama.ts";
import { newFrame } from "./libav-decoder.ts";

/**
 * Copies a decoded yuv420p picture into its place in shared memory and writes the padding around it: the same bytes as `writePanoramaPlane` of each
 * plane, by FFmpeg's own copying, which takes a third of the time because no row costs a call from JavaScript.
 *
 * @param memory the store's memory. @param address first byte of the slot.
 */
export function writeFrame(memory: ArrayBufferLike, address: number, layout: PictureLayout, frame: Frame): void {
	const planes = [layout.y, layout.u, layout.v];
	const at = (offset: number, rows: number, stride: number) => Buffer.from(memory as ArrayBuffer, address + offset, rows * stride);
	const { data, linesize, upright } = planesOf(frame);
	avImageCopy2(
		planes.map(({ offset, height, stride }) => at(offset, height, stride)),
		planes.map(({ stride }) => stride),
		data,
		linesize,
		AV_PIX_FMT_YUV420P,
		layout.y.width,
		layout.y.height,
	);
	upright?.free();
	for (const { offset, width, height, stride } of planes) {
		// The seam: the first columns again, after the last. The last row's tail lies in the padding rows, which are still to come.
		avImageCopy2(
			[at(offset + width, height, stride)],
			[stride],
			[at(offset, height, stride)],
			[stride],
			AV_PIX_FMT_GRAY8,
			PAD_COLUMNS,
			height,
		);
		const bytes = new Uint8Array(memory, address, layout.byteLength);
		for (let k = 0; k < PAD_ROWS; k++) {
			turnRow(bytes, offset + k * stride, offset - (k + 1) * stride, width);
			turnRow(bytes, offset + (height - 1 - k) * stride, offset + (height + k) * stride, width);
		}
	}
}

/** What lies on the other side of the pole: the row, turned by half its width. */
function turnRow(bytes: Uint8Array, from: number, to: number, width: number): void {
	const half = width >> 1;
	bytes.copyWithin(to, from + half, from + width);
	bytes.copyWithin(to + width - half, from, from + half);
	bytes.copyWithin(to + width, to, to + PAD_COLUMNS);
}

/**
 * Buffers at the planes' first bytes, one or two rows long: FFmpeg's copying takes only their addresses. Whole ones, eleven megabytes a picture, would be
 * counted by V8 as memory held from outside, and make it collect garbage eight times a second, a tenth of all the time a 4K60 stream takes.
 */
function planePointers(frame: Frame): Buffer[] {
	const { height } = frame;
	frame.height = 2;
	try {
		return frame.data!.slice(0, 3);
	} finally {
		frame.height = height;
	}
}

/** Planes with rows from top to bottom; a frame stored the other way round (negative line sizes) is copied first. */
function planesOf(frame: Frame): { data: Buffer[]; linesize: number[]; upright?: Frame } {
	const linesize = frame.linesize.slice(0, 3);
	if (linesize.every((stride) => stride > 0)) return { data: planePointers(frame), linesize };
	const upright = newFrame();
	upright.format = frame.format;
	upright.width = frame.width;
	upright.height = frame.height;
	upright.getBuffer(0);
	upright.copy(frame);
	return { data: upright.data!.slice(0, 3), linesize: upright.linesize.slice(0, 3), upright };
}
