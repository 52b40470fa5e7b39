import { AV_PIX_FMT_GRAY8, FFmpegError, Filter, type FilterContext, FilterGraph, Frame, Rational } from "node-av";
import type { GrayPicture } from "./pictures.ts";

/**
 * Draws one picture with FFmpeg's v360.
 * @param settings of the filter: `e:flat:h_fov=90`
 */
export function drawWithV360(source: GrayPicture, settings: string): GrayPicture {
	using graph = new FilterGraph();
	graph.alloc();
	const make = (name: string, text?: string): FilterContext => {
		const filter = Filter.getByName(name);
		const context = filter && graph.createFilter(filter, name, text);
		if (!context) throw new Error(`FFmpeg does not make the filter ${name} with "${text}".`);
		return context;
	};
	const from = make("buffer", `video_size=${source.width}x${source.height}:pix_fmt=gray:time_base=1/25`);
	const filter = make("v360", settings);
	const to = make("buffersink");
	FFmpegError.throwIfError(from.link(0, filter, 0), "link");
	FFmpegError.throwIfError(filter.link(0, to, 0), "link");
	FFmpegError.throwIfError(graph.configSync(), "configSync");
	using frame = frameOf(source);
	FFmpegError.throwIfError(from.buffersrcAddFrameSync(frame), "buffersrcAddFrameSync");
	using drawn = new Frame();
	drawn.alloc();
	FFmpegError.throwIfError(to.buffersinkGetFrameSync(drawn), "buffersinkGetFrameSync");
	return pictureOf(drawn);
}

function frameOf({ data, width, height }: GrayPicture): Frame {
	const frame = new Frame();
	frame.alloc();
	Object.assign(frame, { format: AV_PIX_FMT_GRAY8, width, height, timeBase: new Rational(1, 25) });
	FFmpegError.throwIfError(frame.getBuffer(0), "getBuffer");
	const [plane] = frame.data ?? [];
	const [stride = 0] = frame.linesize;
	for (let row = 0; row < height; row++) plane?.set(data.subarray(row * width, (row + 1) * width), row * stride);
	return frame;
}

function pictureOf(frame: Frame): GrayPicture {
	const { width, height } = frame;
	const data = new Uint8Array(width * height);
	const [plane] = frame.data ?? [];
	const [stride = 0] = frame.linesize;
	if (plane === undefined) throw new Error("v360 gave a picture without samples.");
	for (let row = 0; row < height; row++) data.set(plane.subarray(row * stride, row * stride + width), row * width);
	return { data, width, height };
}
