import { AV_PIX_FMT_GRAY8, AV_PIX_FMT_YUV420P } from "node-av/constants";
import { avImageCopy2, type FilterContext, FilterGraph, type Frame } from "node-av/lib";
import { assert } from "../media/assert.ts";
import { isWholeSphere, type PanoramaFormat, type StoredTile } from "../media/panorama.ts";
import { PanoramaWriter, PLANE_NAMES } from "../projection/panorama-writer.ts";
import { samplePlane, turnRows } from "../projection/tile-padding.ts";
import { newFrame } from "./libav-decoder.ts";
import { libavText } from "./libav-error.ts";
import type { EyePart, PicturePacking } from "./stereo.ts";

/**
 * Copies decoded yuv420p pictures into their places in shared memory, each eye's panorama into its
 * own, and writes the padding around them. The bytes are the same as by `PanoramaWriter`; FFmpeg's
 * copying takes a third of the time, because no row costs a call from JavaScript.
 */
export class FrameWriter implements Disposable {
	readonly #memory: ArrayBufferLike;
	readonly #writer: PanoramaWriter;
	readonly #parts: readonly EyePart[];
	readonly #lowerParts = new Map<number, LowerPart>();

	/**
	 * @param memory the store's memory.
	 * @param format the store's format.
	 */
	constructor(memory: ArrayBufferLike, format: PanoramaFormat, { parts }: PicturePacking) {
		this.#memory = memory;
		this.#writer = new PanoramaWriter(format);
		this.#parts = parts;
	}

	/**
	 * Writes `frame`, whose size is that of all its eyes' panoramas together. Borrowed.
	 * @param address first byte of the slot.
	 * @param timeSec time of the picture, for exposures that are matched in time.
	 * @throws {Error} when the picture can't be divided into eyes and tiles.
	 */
	write(address: number, frame: Frame, timeSec: number): void {
		const upright = setUpright(frame);
		try {
			for (const [eye, part] of this.#parts.entries())
				this.#writeEye(address + eye * this.#writer.layout.byteLength, upright ?? frame, part);
		} finally {
			upright?.free();
		}
		const memory = new Uint8Array(this.#memory);
		if (isWholeSphere(this.#writer.format.projection)) this.#turnRows(memory, address);
		else this.#writer.pad(memory, address);
		this.#writer.matchExposure(memory, address, timeSec);
	}

	[Symbol.dispose](): void {
		for (const part of this.#lowerParts.values()) part[Symbol.dispose]();
		this.#lowerParts.clear();
	}

	#writeEye(address: number, frame: Frame, { row, column }: EyePart): void {
		const { format, layout } = this.#writer;
		for (const tile of layout.tiles) {
			const top = row * format.height + tile.source.y;
			const left = column * format.width + tile.source.x;
			if (top === 0) {
				this.#writeTile(address, frame, left, tile);
				continue;
			}
			const lower = this.#lowerPart(frame, top).of(frame);
			try {
				this.#writeTile(address, lower, left, tile);
			} finally {
				lower.free();
			}
		}
	}

	#lowerPart(frame: Frame, top: number): LowerPart {
		const made = this.#lowerParts.get(top) ?? new LowerPart(frame, top);
		this.#lowerParts.set(top, made);
		return made;
	}

	/** @param left luma column of the tile in `frame`, whose first row is the tile's. */
	#writeTile(address: number, frame: Frame, left: number, { source, x, y }: StoredTile): void {
		const { layout, format } = this.#writer;
		const tiles = PLANE_NAMES.map((name) => {
			const step = name === "y" ? 1 : 2;
			const { offset, stride, padding } = layout[name];
			const start = address + offset + (y / step) * stride + x / step;
			return { start, stride, padding, step, width: source.width / step, height: source.height / step };
		});
		const at = (start: number, rows: number, stride: number) =>
			Buffer.from(this.#memory as ArrayBuffer, start, rows * stride);
		avImageCopy2(
			tiles.map(({ start, height, stride }) => at(start, height, stride)),
			tiles.map(({ stride }) => stride),
			planePointers(frame).map((samples, index) => samples.subarray(left / (tiles[index]?.step ?? 1))),
			frame.linesize.slice(0, 3),
			AV_PIX_FMT_YUV420P,
			source.width,
			source.height,
		);
		if (!isWholeSphere(format.projection)) return;
		for (const { start, stride, padding, width, height } of tiles) {
			// The last row's columns end in the padding rows, which are written afterwards.
			const copy = (to: number, from: number, columns: number) =>
				avImageCopy2(
					[at(to, height, stride)],
					[stride],
					[at(from, height, stride)],
					[stride],
					AV_PIX_FMT_GRAY8,
					columns,
					height,
				);
			copy(start + width, start, padding.right);
			copy(start - padding.left, start + width - padding.left, padding.left);
		}
	}

	/** Writes the rows beyond the poles of all planes. */
	#turnRows(memory: Uint8Array, address: number): void {
		const { layout, format } = this.#writer;
		for (let eye = 0; eye < format.eyes; eye++) {
			for (const name of PLANE_NAMES) {
				const { left, right, rows } = layout[name].padding;
				turnRows(samplePlane(memory, address + eye * layout.byteLength, layout[name], 1), left, right, rows);
			}
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
 * The lower parts of pictures of one size, by FFmpeg's crop filter, which moves pointers.
 * JavaScript could do that only with whole planes in memory.
 */
class LowerPart implements Disposable {
	readonly #graph = new FilterGraph();
	readonly #source: FilterContext;
	readonly #sink: FilterContext;

	/** @param top first row of the part. Even. */
	constructor({ width, height, format }: Frame, top: number) {
		this.#graph.alloc();
		const input = `buffer@in=width=${width}:height=${height}:pix_fmt=${format}:time_base=1/1`;
		const parsed = this.#graph.parse2(`${input},crop=w=iw:h=${height - top}:x=0:y=${top}:exact=1,buffersink@out`);
		const configured = parsed < 0 ? parsed : this.#graph.configSync();
		const source = this.#graph.getFilter("buffer@in");
		const sink = this.#graph.getFilter("buffersink@out");
		if (configured < 0 || source === null || sink === null) {
			this.#graph.free();
			throw new Error(`Pictures can't be divided into eyes and tiles: ${libavText(configured)}.`);
		}
		this.#source = source;
		this.#sink = sink;
	}

	/** The lower part of `frame`, with the same samples. The caller frees it. */
	of(frame: Frame): Frame {
		const reference = frame.clone();
		const part = newFrame();
		try {
			if (reference === null) throw new Error("There is no memory for a picture.");
			const sent = this.#source.buffersrcAddFrameSync(reference);
			const code = sent < 0 ? sent : this.#sink.buffersinkGetFrameSync(part);
			if (code < 0) throw new Error(`A picture can't be divided into eyes and tiles: ${libavText(code)}.`);
			return part;
		} catch (error) {
			part.free();
			throw error;
		} finally {
			reference?.free();
		}
	}

	[Symbol.dispose](): void {
		this.#graph.free();
	}
}
