import { AV_FRAME_DATA_DISPLAYMATRIX, type AVPixelFormat } from "node-av/constants";
import { avGetPixFmtName, type FilterContext, FilterGraph, type Frame } from "node-av/lib";
import { orientationOf } from "./libav-converter.ts";
import { newFrame } from "./libav-decoder.ts";
import { libavText } from "./libav-error.ts";
import { type Orientation, orientationFilters, uprightSize } from "./picture-orientation.ts";
import { SourceError } from "./video-source.ts";

/** The place of the second picture: below the first, or to its right. */
export type PairArrangement = "stacked" | "beside";

/** The two pictures of a pair, and their names in errors. */
export interface ComposerOptions {
	readonly arrangement: PairArrangement;
	/** Orientations of pictures that state none. */
	readonly orientations: readonly [first: Orientation, second: Orientation];
	readonly labels: readonly [first: string, second: string];
	/** Scales the second picture to the first one's size; otherwise both have to have one size. */
	readonly scale: boolean;
}

/**
 * Puts two decoded pictures together as one, each set upright, by FFmpeg's `vstack` or `hstack`.
 */
export class PictureComposer implements Disposable {
	readonly #options: ComposerOptions;
	#graph: ComposerGraph | undefined;
	#shape = "";

	constructor(options: ComposerOptions) {
		this.#options = options;
	}

	/**
	 * The picture of both, with the time and colours of the first. Both are borrowed; the caller
	 * frees the result.
	 *
	 * @throws {SourceError} when their sizes differ.
	 */
	compose(first: Frame, second: Frame): Frame {
		const turns = [first, second].map((frame, index) => orientationOf(frame) ?? this.#options.orientations[index]!);
		const shape = [first, second].map(({ width, height, format }) => `${width}x${height} ${format}`);
		const key = `${shape.join("+")} ${JSON.stringify(turns)}`;
		if (key !== this.#shape) {
			this[Symbol.dispose]();
			this.#graph = this.#build([first, second], turns);
			this.#shape = key;
		}
		const graph = this.#graph;
		if (graph === undefined) throw new Error("There is a graph for every shape.");
		const whole = newFrame();
		const clones = [first, second].map((frame) => frame.clone());
		try {
			for (const [index, clone] of clones.entries()) {
				if (clone === null) throw new Error("There is no memory for a picture.");
				clone.pts = graph.pictures;
				check(graph.sources[index]!.buffersrcAddFrameSync(clone), this.#options);
			}
			graph.pictures++;
			check(graph.sink.buffersinkGetFrameSync(whole), this.#options);
			whole.copyProps(first);
			whole.removeSideData(AV_FRAME_DATA_DISPLAYMATRIX);
			return whole;
		} catch (error) {
			whole.free();
			throw error;
		} finally {
			for (const clone of clones) clone?.free();
		}
	}

	[Symbol.dispose](): void {
		this.#graph?.graph.free();
		this.#graph = undefined;
		this.#shape = "";
	}

	#build(frames: readonly Frame[], turns: readonly Orientation[]): ComposerGraph {
		const { arrangement, labels, scale } = this.#options;
		const [first, second] = frames.map((frame, index) => uprightSize(frame, turns[index]!));
		const [a, b] = [first!, second!];
		if (!scale && (a.width !== b.width || a.height !== b.height)) throw differentSizes(labels, [a, b]);
		const name = avGetPixFmtName(frames[0]!.format as AVPixelFormat) ?? "yuv420p";
		const inputs = frames.map(({ width, height, format }, index) => {
			const input = `buffer@in${index}=width=${width}:height=${height}:pix_fmt=${format}:time_base=1/1`;
			const same = index === 0 ? [] : [...(scale ? [`scale=${a.width}:${a.height}`] : []), `format=${name}`];
			return `${[input, ...orientationFilters(turns[index]!), ...same].join(",")}[part${index}]`;
		});
		const graph = new FilterGraph();
		graph.alloc();
		const stack = arrangement === "stacked" ? "vstack" : "hstack";
		const parsed = graph.parse2([...inputs, `[part0][part1]${stack},buffersink@out`].join(";"));
		const configured = parsed < 0 ? parsed : graph.configSync();
		const sources = [graph.getFilter("buffer@in0"), graph.getFilter("buffer@in1")];
		const sink = graph.getFilter("buffersink@out");
		if (configured < 0 || sources[0] == null || sources[1] == null || sink === null) {
			graph.free();
			throw failure(configured, this.#options);
		}
		return { graph, sources: [sources[0], sources[1]], sink, pictures: 0n };
	}
}

interface ComposerGraph {
	readonly graph: FilterGraph;
	readonly sources: readonly FilterContext[];
	readonly sink: FilterContext;
	/** Pairs that went through: their time stamps in the graph. */
	pictures: bigint;
}

/** The error for two pictures that can't be put together. */
export function differentSizes(
	[first, second]: ComposerOptions["labels"],
	sizes: readonly { readonly width: number; readonly height: number }[],
): SourceError {
	const [a, b] = sizes.map(({ width, height }) => `${width}x${height}`);
	return new SourceError(
		"failed",
		`The pictures of ${first} are ${a} and those of ${second} ${b}: two files are read as one source only ` +
			"if both have the same size.",
	);
}

function check(code: number, options: ComposerOptions): void {
	if (code < 0) throw failure(code, options);
}

function failure(code: number, { labels: [first, second] }: ComposerOptions): SourceError {
	return new SourceError(
		"failed",
		`The pictures of ${first} and ${second} can't be put together: ${libavText(code).toLowerCase()}.`,
	);
}
