import {
	AV_FRAME_DATA_DISPLAYMATRIX,
	AV_NOPTS_VALUE,
	AVCHROMA_LOC_CENTER,
	AVCHROMA_LOC_LEFT,
	AVCHROMA_LOC_TOPLEFT,
	type AVChromaLocation,
	AVCOL_RANGE_JPEG,
	AVCOL_RANGE_MPEG,
	AVCOL_SPC_BT470BG,
	AVCOL_SPC_BT709,
	AVCOL_SPC_BT2020_CL,
	AVCOL_SPC_BT2020_NCL,
	AVCOL_SPC_FCC,
	AVCOL_SPC_RGB,
	AVCOL_SPC_SMPTE170M,
	type AVColorRange,
	type AVColorSpace,
	AVERROR_EAGAIN,
	AVERROR_EOF,
	type AVPixelFormat,
} from "node-av/constants";
import { avGetPixFmtName, type FilterContext, FilterGraph, type Frame, type Stream } from "node-av/lib";
import { type PictureColor, type PictureFormat, sameColor } from "../media/panorama.ts";
import type { HeifPicture } from "./heif-picture.ts";
import { newFrame } from "./libav-decoder.ts";
import { libavText } from "./libav-error.ts";
import { type ColorTags, isRgb, resolvePictureColor } from "./picture-color.ts";
import {
	type Orientation,
	orientationFilters,
	orientationFromMatrix,
	type UprightPicture,
	uprightSize,
} from "./picture-orientation.ts";
import { SourceError } from "./video-source.ts";

/** A picture on its way from the decoder to the store. Its holder frees `frame`. */
export interface DecodedPicture {
	/** Picture of the source's size, its samples as `want` says. */
	readonly frame: Frame;
	/** Time stamp in seconds on the input's own scale; NaN if it has none. */
	readonly stampSec: number;
	/** Time for which it is shown, seconds, as the container states it; NaN if it does not. */
	readonly durationSec: number;
}

/** The kind of samples that pictures are converted to. */
export interface SampleKind {
	/** FFmpeg's name of the pixel format. */
	readonly pixelFormat: string;
	/** Meaning of the samples after the conversion. */
	readonly color: PictureColor;
}

/**
 * Chooses the samples of all pictures at the first one, by the decoder's pixel format and the
 * colours of 8-bit I420 made of it.
 */
export type SampleWish = (decoded: SampleKind) => SampleKind;

/** The samples of all live pictures: 8-bit I420 with the colours of the source. */
export const asI420: SampleWish = ({ color }) => ({ pixelFormat: "yuv420p", color });

export interface LibavConverterOptions {
	/** FFmpeg filters to apply first, or "". */
	readonly filter: string;
	/** Orientation of pictures that state none. */
	readonly orientation: Orientation;
	/** Width of a pixel by its height, where the container states it; 1 otherwise. */
	readonly pixelAspect: number;
	/**
	 * Filters that put tiles together and set the picture upright, and its size then. The
	 * statements of the tiles themselves do not count.
	 */
	readonly assembly: Pick<HeifPicture, "filters" | "upright"> | undefined;
	/** Called for each new shape of the pictures, before they are converted. */
	readonly onShape: (picture: UprightPicture) => Promise<void>;
	readonly frameRate: number;
	readonly label: string;
	readonly notice: (message: string) => void;
	readonly want: SampleWish;
	/** Format that the pictures must have, where an earlier connection has decided it. */
	readonly target: PictureFormat | undefined;
}

/**
 * Makes pictures of even and constant size and of one kind of samples, usually 8-bit yuv420p, out
 * of the decoder's pictures. Pictures that are already in that form pass untouched, which is the
 * usual case; FFmpeg's filters convert all others. The first picture decides the size and colours
 * of all.
 */
export class LibavConverter {
	readonly #options: LibavConverterOptions;
	readonly #tickSec: number;
	readonly #timeBase: { num: number; den: number };
	#format: PictureFormat | undefined;
	#kind: SampleKind | undefined;
	#graph: Graph | undefined;
	/** Shape and colours of the last picture. */
	#shape = "";

	constructor({ timeBase: { num, den } }: Pick<Stream, "timeBase">, options: LibavConverterOptions) {
		this.#options = options;
		this.#format = options.target;
		this.#timeBase = { num, den };
		this.#tickSec = num / den;
	}

	/** FFmpeg's name of the pixel format of the pictures that are returned. */
	get pixelFormat(): string {
		return this.#kind?.pixelFormat ?? "yuv420p";
	}

	/** Format of the pictures that are returned, with all eyes; known after the first. */
	get format(): PictureFormat | undefined {
		return this.#format;
	}

	/**
	 * Takes ownership of `frame` and calls `onPicture`, which owns its argument, with one picture,
	 * or with as many as the filters make. `null` ends a pass: filters give what they hold back.
	 * @throws {SourceError} when the pictures can't be converted.
	 */
	async convert(frame: Frame | null, onPicture: (picture: DecodedPicture) => Promise<void>): Promise<void> {
		if (frame === null) {
			await this.#finishGraph(onPicture);
			return;
		}
		const pixelFormat = avGetPixFmtName(frame.format as AVPixelFormat) ?? "unknown";
		const color = resolvePictureColor(tagsOf(frame, pixelFormat), frame.height);
		const orientation = orientationOf(frame) ?? this.#options.orientation;
		const turn = `${orientation.rotationDeg} ${orientation.mirrored}`;
		const { range, matrix, chromaSiting } = color;
		const shape = `${frame.width}x${frame.height} ${pixelFormat} ${range} ${matrix} ${chromaSiting} ${turn}`;
		if (shape !== this.#shape) await this.#adapt(frame, pixelFormat, color, orientation, shape, onPicture);
		if (this.#graph === undefined) await onPicture({ frame, ...this.#timesOf(frame, this.#tickSec) });
		else await this.#throughGraph(this.#graph, frame, onPicture);
	}

	/** Forgets what filters hold back, before pictures from elsewhere in the input. */
	flush(): void {
		if (this.#graph === undefined) return;
		this.#graph.graph.free();
		this.#graph = undefined;
		this.#shape = `${sizeOf(this.#shape)} `;
	}

	close(): void {
		this.#graph?.graph.free();
		this.#graph = undefined;
		this.#shape = "";
	}

	async #adapt(
		frame: Frame,
		pixelFormat: string,
		color: PictureColor,
		orientation: Orientation,
		shape: string,
		onPicture: (picture: DecodedPicture) => Promise<void>,
	): Promise<void> {
		await this.#finishGraph(onPicture);
		const target = this.#format;
		const { filter, label, notice, assembly } = this.#options;
		if (target !== undefined && this.#shape !== "" && sizeOf(this.#shape) !== sizeOf(shape)) {
			notice(
				`The pictures of ${label} changed to ${frame.width}x${frame.height}; ` +
					`they are scaled to ${target.width}x${target.height}.`,
			);
		}
		this.#shape = shape;
		const picture = assembly
			? { ...assembly.upright, pixelAspect: 1 }
			: uprightPicture(frame, orientation, this.#options.pixelAspect);
		await this.#options.onShape(picture);
		const upright = assembly?.filters ?? orientationFilters(orientation);
		const wanted = this.#options.want({ pixelFormat, color });
		this.#kind ??= target === undefined ? wanted : { ...wanted, color: target.color };
		const kind = this.#kind;
		// FFmpeg's "yuvj" says nothing but full range.
		const plain = pixelFormat.replace("yuvj", "yuv") === kind.pixelFormat && sameColor(color, kind.color);
		const even = frame.width % 2 === 0 && frame.height % 2 === 0;
		const fits = target === undefined || (target.width === frame.width && target.height === frame.height);
		if (plain && even && fits && filter === "" && upright.length === 0) {
			this.#format ??= { width: frame.width, height: frame.height, color: kind.color };
			return;
		}
		const from = { pixelFormat, color };
		this.#graph = buildGraph(frame, from, kind, upright, target, this.#timeBase, this.#options);
	}

	async #throughGraph(
		graph: Graph,
		frame: Frame,
		onPicture: (picture: DecodedPicture) => Promise<void>,
	): Promise<void> {
		// The graph was opened with the resolved tags: a picture tagged "unspecified" would look
		// like a change.
		frame.colorRange = graph.range;
		frame.colorSpace = graph.space;
		frame.pts = frame.bestEffortTimestamp;
		const code = await graph.source.buffersrcAddFrame(frame);
		frame.free();
		if (code < 0)
			throw new SourceError(
				"failed",
				`The pictures of ${this.#options.label} can't be converted: ${libavText(code)}.`,
			);
		await this.#takeAll(graph, onPicture);
	}

	async #takeAll(graph: Graph, onPicture: (picture: DecodedPicture) => Promise<void>): Promise<void> {
		const { num, den } = graph.sink.buffersinkGetTimeBase();
		while (true) {
			const frame = newFrame();
			const code = await graph.sink.buffersinkGetFrame(frame);
			if (code < 0) {
				frame.free();
				if (code === AVERROR_EAGAIN || code === AVERROR_EOF) return;
				throw new SourceError(
					"failed",
					`The pictures of ${this.#options.label} can't be converted: ${libavText(code)}.`,
				);
			}
			this.#format ??= {
				width: frame.width,
				height: frame.height,
				color: graph.outputColor,
			};
			await onPicture({ frame, ...this.#timesOf(frame, num / den) });
		}
	}

	async #finishGraph(onPicture: (picture: DecodedPicture) => Promise<void>): Promise<void> {
		const graph = this.#graph;
		if (graph === undefined) return;
		this.#graph = undefined;
		try {
			await graph.source.buffersrcAddFrame(null);
			await this.#takeAll(graph, onPicture);
		} finally {
			graph.graph.free();
			// The next picture makes a new graph.
			this.#shape = `${sizeOf(this.#shape)} `;
		}
	}

	#timesOf(frame: Frame, tickSec: number): { stampSec: number; durationSec: number } {
		const stamp = frame.bestEffortTimestamp === AV_NOPTS_VALUE ? frame.pts : frame.bestEffortTimestamp;
		return {
			stampSec: stamp === AV_NOPTS_VALUE ? Number.NaN : Number(stamp) * tickSec,
			durationSec: frame.duration > 0n ? Number(frame.duration) * tickSec : Number.NaN,
		};
	}
}

interface Graph {
	readonly graph: FilterGraph;
	readonly source: FilterContext;
	readonly sink: FilterContext;
	/** Tags that each picture gets before it enters the graph. */
	readonly range: AVColorRange;
	readonly space: AVColorSpace;
	readonly outputColor: PictureColor;
}

function buildGraph(
	frame: Frame,
	{ pixelFormat, color }: SampleKind,
	kind: SampleKind,
	upright: readonly string[],
	target: PictureFormat | undefined,
	timeBase: { num: number; den: number },
	{ filter, frameRate, label }: LibavConverterOptions,
): Graph {
	const rgb = isRgb(pixelFormat);
	const range = rgb || color.range === "full" ? AVCOL_RANGE_JPEG : AVCOL_RANGE_MPEG;
	const space = rgb ? AVCOL_SPC_RGB : SPACE_OF_MATRIX[color.matrix];
	const outputColor = kind.color;
	const rate = frameRate > 0 ? `:frame_rate=${Math.round(frameRate * 1001)}/1001` : "";
	const input =
		`buffer@in=width=${frame.width}:height=${frame.height}:pix_fmt=${frame.format}` +
		`:time_base=${timeBase.num}/${timeBase.den}` +
		`:range=${range}:colorspace=${space}${rate}`;
	const size = target === undefined ? "w=ceil(iw/2)*2:h=ceil(ih/2)*2" : `w=${target.width}:h=${target.height}`;
	const scale =
		`scale=${size}:flags=${scalerFlags(kind)}:out_color_matrix=${SCALE_MATRIX[outputColor.matrix]}` +
		`:out_range=${outputColor.range === "full" ? "pc" : "tv"}` +
		`:out_chroma_loc=${outputColor.chromaSiting}`;
	const graph = new FilterGraph();
	graph.alloc();
	// Scaling divides well among threads, and pictures that need it are large; all other filters
	// use one thread.
	graph.nbThreads = 2;
	// A picture set upright may have its rows stored backwards; the scaler undoes that.
	const steps = [
		input,
		...upright,
		...(filter === "" ? [] : [filter]),
		scale,
		`format=${kind.pixelFormat}`,
		"buffersink@out",
	];
	const parsed = graph.parse2(steps.join(","));
	const configured = parsed < 0 ? parsed : graph.configSync();
	const source = graph.getFilter("buffer@in");
	const sink = graph.getFilter("buffersink@out");
	if (configured < 0 || source === null || sink === null) {
		graph.free();
		const blamed = filter === "" ? "" : ` Check the filter "${filter}".`;
		throw new SourceError(
			"failed",
			`The pictures of ${label} can't be converted: ${libavText(configured).toLowerCase()}.${blamed}`,
		);
	}
	return { graph, source, sink, range, space, outputColor };
}

/** Live pictures are scaled fast; pictures with all of their chroma, or more bits, exactly. */
function scalerFlags({ pixelFormat }: SampleKind): string {
	return pixelFormat === "yuv420p" ? "bicubic" : "bicubic+accurate_rnd+full_chroma_int+full_chroma_inp";
}

const SPACE_OF_MATRIX = { bt601: AVCOL_SPC_SMPTE170M, bt709: AVCOL_SPC_BT709, bt2020: AVCOL_SPC_BT2020_NCL } as const;
const SCALE_MATRIX = { bt601: "smpte170m", bt709: "bt709", bt2020: "bt2020" } as const;

/** Orientation that the picture itself states; `undefined` if it states none. */
export function orientationOf(frame: Frame): Orientation | undefined {
	const matrix = frame.getSideData(AV_FRAME_DATA_DISPLAYMATRIX);
	return matrix === null ? undefined : orientationFromMatrix(matrix);
}

/**
 * Size and pixel shape of `frame` when it stands upright.
 * @param pixelAspect the container's statement; 1 takes the picture's own.
 */
export function uprightPicture(
	frame: Pick<Frame, "width" | "height" | "sampleAspectRatio">,
	orientation: Orientation,
	pixelAspect: number,
): UprightPicture {
	const { num, den } = frame.sampleAspectRatio;
	const stored = pixelAspect !== 1 || !(num > 0 && den > 0) ? pixelAspect : num / den;
	const turned = orientation.rotationDeg % 180 === 90;
	return {
		...uprightSize({ width: frame.width, height: frame.height }, orientation),
		pixelAspect: turned ? 1 / stored : stored,
	};
}

function tagsOf(frame: Frame, pixelFormat: string): ColorTags {
	return {
		pixelFormat,
		range: frame.colorRange === AVCOL_RANGE_JPEG ? "pc" : frame.colorRange === AVCOL_RANGE_MPEG ? "tv" : undefined,
		space: spaceName(frame.colorSpace),
		chromaLocation: locationName(frame.chromaLocation),
	};
}

export function spaceName(space: AVColorSpace): string | undefined {
	switch (space) {
		case AVCOL_SPC_BT709:
			return "bt709";
		case AVCOL_SPC_SMPTE170M:
			return "smpte170m";
		case AVCOL_SPC_BT470BG:
			return "bt470bg";
		case AVCOL_SPC_FCC:
			return "fcc";
		case AVCOL_SPC_BT2020_NCL:
			return "bt2020nc";
		case AVCOL_SPC_BT2020_CL:
			return "bt2020c";
		case AVCOL_SPC_RGB:
			return "gbr";
		default:
			return undefined;
	}
}

export function locationName(location: AVChromaLocation): string | undefined {
	switch (location) {
		case AVCHROMA_LOC_LEFT:
			return "left";
		case AVCHROMA_LOC_CENTER:
			return "center";
		case AVCHROMA_LOC_TOPLEFT:
			return "topleft";
		default:
			return undefined;
	}
}

function sizeOf(shape: string): string {
	return shape.slice(0, shape.indexOf(" "));
}
