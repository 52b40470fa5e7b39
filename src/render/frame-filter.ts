import { AVERROR_EAGAIN } from "node-av/constants";
import { type FilterContext, FilterGraph, Frame } from "node-av/lib";
import { libavText } from "../source/libav-error.ts";

/** The pictures that a filter takes, and FFmpeg's filters that change them. */
export interface FrameFilterOptions {
	readonly width: number;
	readonly height: number;
	/** FFmpeg's name of the pixel format, before and after. */
	readonly from: string;
	readonly to: string;
	/** FFmpeg's numbers of range and colour space, before. */
	readonly range: number;
	readonly space: number;
	/** FFmpeg's filters, separated by commas. */
	readonly chain: string;
}

/** Changes pictures of one size by FFmpeg's filters, one out of each. */
export class FrameFilter implements Disposable {
	readonly #graph = new FilterGraph();
	readonly #source: FilterContext;
	readonly #sink: FilterContext;

	/** @throws {Error} when FFmpeg can't convert so. */
	constructor({ width, height, from, to, range, space, chain }: FrameFilterOptions) {
		this.#graph.alloc();
		const input =
			`buffer@in=width=${width}:height=${height}:pix_fmt=${from}:time_base=1/1` +
			`:range=${range}:colorspace=${space}`;
		const parsed = this.#graph.parse2([input, chain, `format=${to}`, "buffersink@out"].join(","));
		const configured = parsed < 0 ? parsed : this.#graph.configSync();
		const source = this.#graph.getFilter("buffer@in");
		const sink = this.#graph.getFilter("buffersink@out");
		if (configured < 0 || source === null || sink === null) {
			this.#graph.free();
			throw new Error(`${from} can't be converted to ${to}: ${libavText(configured)}.`);
		}
		this.#source = source;
		this.#sink = sink;
	}

	/**
	 * Borrows `frame`. The caller frees the result.
	 * @throws {Error} when FFmpeg can't convert it.
	 */
	convert(frame: Frame): Frame {
		const { pts, duration } = frame;
		const reference = frame.clone();
		if (reference === null) throw new Error("There is no memory for a picture.");
		const sent = this.#source.buffersrcAddFrameSync(reference);
		reference.free();
		const result = new Frame();
		result.alloc();
		const code = sent < 0 ? sent : this.#sink.buffersinkGetFrameSync(result);
		if (code < 0) {
			result.free();
			const text = code === AVERROR_EAGAIN ? "it gave nothing" : libavText(code);
			throw new Error(`A picture can't be converted for the encoder: ${text}.`);
		}
		result.pts = pts;
		result.duration = duration;
		return result;
	}

	[Symbol.dispose](): void {
		this.#graph.free();
	}
}
