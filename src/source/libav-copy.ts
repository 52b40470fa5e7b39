import { AV_PIX_FMT_GRAY8, AV_PIX_FMT_YUV420P } from "node-av/constants";
import { avImageCopy2, type FilterContext, FilterGraph, type Frame } from "node-av/lib";
import { assert } from "../media/assert.ts";
import type { PictureLayout } from "../media/panorama.ts";
import { panoramaPadding } from "../media/panorama-padding.ts";
import { newFrame } from "./libav-decoder.ts";
import { libavText } from "./libav-error.ts";
import type { EyePart, PicturePacking } from "./stereo.ts";

/**
 * Copies decoded yuv420p pictures into their places in shared memory, each eye's panorama into its
 * own, and writes the padding around them. The bytes are the same as by `writePanoramaPlane`;
 * FFmpeg's copying takes a third of the time, because no row costs a call from JavaScript.
 */
export class FrameWriter implements Disposable {
	readonly #memory: ArrayBufferLike;
	readonly #layout: PictureLayout;
	readonly #parts: readonly EyePart[];
	#lowerHalf: LowerHalf | undefined;

	/**
	 * @param memory the store's memory.
	 * @param layout layout of one eye's panorama; the right eye's follows the left one's.
	 */
	constructor(memory: ArrayBufferLike, layout: PictureLayout, { parts }: PicturePacking) {
		this.#memory = memory;
		this.#layout = layout;
		this.#parts = parts;
	}

	/**
	 * Writes `frame`, whose size is that of all its eyes' panoramas together. Borrowed.
	 * @param address first byte of the slot.
	 * @throws {Error} when the picture can't be divided into eyes.
	 */
	write(address: number, frame: Frame): void {
		const upright = setUpright(frame);
		try {
			for (const [eye, part] of this.#parts.entries())
				this.#writeEye(address + eye * this.#layout.byteLength, upright ?? frame, part);
		} finally {
			upright?.free();
		}
	}

	[Symbol.dispose](): void {
		this.#lowerHalf?.[Symbol.dispose]();
		this.#lowerHalf = undefined;
	}

	#writeEye(address: number, frame: Frame, { row, column }: EyePart): void {
		if (row === 0) {
			this.#writePanorama(address, frame, column);
			return;
		}
		this.#lowerHalf ??= new LowerHalf(frame);
		const lower = this.#lowerHalf.of(frame);
		try {
			this.#writePanorama(address, lower, column);
		} finally {
			lower.free();
		}
	}

	/** @param column 1 for the panorama on the right */
	#writePanorama(address: number, frame: Frame, column: 0 | 1): void {
		const { y, u, v } = this.#layout;
		const planes = [y, u, v];
		const at = (offset: number, rows: number, stride: number) =>
			Buffer.from(this.#memory as ArrayBuffer, address + offset, rows * stride);
		avImageCopy2(
			planes.map(({ offset, height, stride }) => at(offset, height, stride)),
			planes.map(({ stride }) => stride),
			planePointers(frame).map((samples, index) => samples.subarray(column * (planes[index]?.width ?? 0))),
			frame.linesize.slice(0, 3),
			AV_PIX_FMT_YUV420P,
			y.width,
			y.height,
		);
		const bytes = new Uint8Array(this.#memory, address, this.#layout.byteLength);
		const padding = panoramaPadding();
		for (const plane of planes) {
			const { offset, width, height, stride } = plane;
			// The last row's columns end in the padding rows, which are written afterwards.
			avImageCopy2(
				[at(offset + width, height, stride)],
				[stride],
				[at(offset, height, stride)],
				[stride],
				AV_PIX_FMT_GRAY8,
				padding.columns,
				height,
			);
			padding.writeRows(bytes, 0, plane);
		}
	}
}

/**
 * Buffers at the planes' first bytes, one or two rows long: FFmpeg's copying takes only their
 * addresses. V8 would count whole ones, eleven megabytes a picture, as external memory, and collect
 * garbage eight times a second, a tenth of all the time that a 4K60 stream takes.
 */
function planePointers(frame: Frame): Buffer[] {
	const { height } = frame;
	frame.height = 2;
	try {
		const { data } = frame;
		assert(data !== null && data.length >= 3, "A yuv420p frame has three planes.");
		return data.slice(0, 3);
	} finally {
		frame.height = height;
	}
}

/**
 * A copy, with rows from top to bottom, of a frame that is stored the other way round (negative
 * line sizes); `undefined` if the frame is stored from top to bottom.
 */
function setUpright(frame: Frame): Frame | undefined {
	if (frame.linesize.slice(0, 3).every((stride) => stride > 0)) return undefined;
	const upright = newFrame();
	upright.format = frame.format;
	upright.width = frame.width;
	upright.height = frame.height;
	upright.getBuffer(0);
	upright.copy(frame);
	return upright;
}

/**
 * The lower halves of pictures of one size, by FFmpeg's crop filter, which moves pointers.
 * JavaScript could do that only with whole planes in memory.
 */
class LowerHalf implements Disposable {
	readonly #graph = new FilterGraph();
	readonly #source: FilterContext;
	readonly #sink: FilterContext;

	constructor({ width, height, format }: Frame) {
		this.#graph.alloc();
		const input = `buffer@in=width=${width}:height=${height}:pix_fmt=${format}:time_base=1/1`;
		const parsed = this.#graph.parse2(`${input},crop=w=iw:h=ih/2:x=0:y=ih/2:exact=1,buffersink@out`);
		const configured = parsed < 0 ? parsed : this.#graph.configSync();
		const source = this.#graph.getFilter("buffer@in");
		const sink = this.#graph.getFilter("buffersink@out");
		if (configured < 0 || source === null || sink === null) {
			this.#graph.free();
			throw new Error(`Pictures can't be divided into eyes: ${libavText(configured)}.`);
		}
		this.#source = source;
		this.#sink = sink;
	}

	/** The lower half of `frame`, with the same samples. The caller frees it. */
	of(frame: Frame): Frame {
		const reference = frame.clone();
		const half = newFrame();
		try {
			if (reference === null) throw new Error("There is no memory for a picture.");
			const sent = this.#source.buffersrcAddFrameSync(reference);
			const code = sent < 0 ? sent : this.#sink.buffersinkGetFrameSync(half);
			if (code < 0) throw new Error(`A picture can't be divided into eyes: ${libavText(code)}.`);
			return half;
		} catch (error) {
			half.free();
			throw error;
		} finally {
			reference?.free();
		}
	}

	[Symbol.dispose](): void {
		this.#graph.free();
	}
}
