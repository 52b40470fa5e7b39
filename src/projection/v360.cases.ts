// FFmpeg's own projection filter, in process, to compare with: an oracle for orientation, a peer
// for speed.

import {
	AV_BUFFERSRC_FLAG_KEEP_REF,
	AV_PIX_FMT_YUV420P,
	FFmpegError,
	Filter,
	type FilterContext,
	FilterGraph,
	Frame,
	Rational,
} from "node-av";
import type { ViewAngles } from "../media/rotation.ts";

export interface V360Options extends Partial<ViewAngles> {
	readonly panoramaWidth: number;
	readonly panoramaHeight: number;
	readonly width: number;
	readonly height: number;
	readonly fovDeg: number;
}

/** Equirectangular to perspective with v360, bilinear, one thread. */
export class V360 implements Disposable {
	readonly #graph = new FilterGraph();
	readonly #source: FilterContext;
	readonly #sink: FilterContext;
	readonly #options: V360Options;

	constructor(options: V360Options) {
		const { panoramaWidth, panoramaHeight, width, height, fovDeg, yawDeg = 0, pitchDeg = 0, rollDeg = 0 } = options;
		this.#options = options;
		this.#graph.alloc();
		this.#graph.nbThreads = 1;
		const verticalFovDeg = (Math.atan((Math.tan((fovDeg * Math.PI) / 360) * height) / width) * 360) / Math.PI;
		const settings = {
			...{
				input: "e",
				output: "flat",
				interp: "line",
				w: width,
				h: height,
				h_fov: fovDeg,
				v_fov: verticalFovDeg,
			},
			...{ yaw: yawDeg, pitch: pitchDeg, roll: rollDeg, reset_rot: 1 },
		};
		const text = Object.entries(settings).map(([name, value]) => `${name}=${value}`);
		const size = `video_size=${panoramaWidth}x${panoramaHeight}:pix_fmt=yuv420p:time_base=1/25`;
		this.#source = this.#create("buffer", "in", size);
		const filter = this.#create("v360", "v360", text.join(":"));
		this.#sink = this.#create("buffersink", "out");
		FFmpegError.throwIfError(this.#source.link(0, filter, 0), "link");
		FFmpegError.throwIfError(filter.link(0, this.#sink, 0), "link");
		FFmpegError.throwIfError(this.#graph.configSync(), "configSync");
	}

	#create(name: string, label: string, settings?: string): FilterContext {
		const filter = Filter.getByName(name);
		const context = filter && this.#graph.createFilter(filter, label, settings);
		if (!context) throw new Error(`FFmpeg does not make the filter ${name} with "${settings}".`);
		return context;
	}

	/**
	 * A frame to draw from, of the samples of a 4:2:0 picture, plane after plane, in any number of
	 * pieces. Allocated by FFmpeg: v360's gathers read up to three bytes past the last sample,
	 * where FFmpeg's own frames have room and `Frame.fromVideoBuffer`'s may end with the page.
	 */
	frame(pieces: readonly Uint8Array[]): Frame {
		const { panoramaWidth: width, panoramaHeight: height } = this.#options;
		const frame = new Frame();
		frame.alloc();
		frame.format = AV_PIX_FMT_YUV420P;
		frame.width = width;
		frame.height = height;
		frame.timeBase = new Rational(1, 25);
		FFmpegError.throwIfError(frame.getBuffer(0), "getBuffer");
		const samples = Buffer.concat(pieces);
		let at = 0;
		for (const [index, target] of frame.data!.entries()) {
			const [columns, rows] = index === 0 ? [width, height] : [width / 2, height / 2];
			const stride = frame.linesize[index]!;
			for (let row = 0; row < rows; row++, at += columns)
				target.set(samples.subarray(at, at + columns), row * stride);
		}
		return frame;
	}

	/**
	 * Looks elsewhere from the next picture on. One command: each makes v360 work out its whole
	 * table anew.
	 */
	turnTo(yawDeg: number): void {
		this.#graph.sendCommand("v360", "yaw", String(yawDeg));
	}

	/** Draws `frame`, which stays the caller's, and hands the view to `use`. */
	draw<T>(frame: Frame, use: (view: Frame) => T): T {
		// The frame is drawn again.
		FFmpegError.throwIfError(
			this.#source.buffersrcAddFrameSync(frame, AV_BUFFERSRC_FLAG_KEEP_REF),
			"buffersrcAddFrameSync",
		);
		using view = new Frame();
		view.alloc();
		FFmpegError.throwIfError(this.#sink.buffersinkGetFrameSync(view), "buffersinkGetFrameSync");
		return use(view);
	}

	/** The planes of the view of `frame`, without padding. */
	drawPlanes(frame: Frame): readonly Uint8Array[] {
		const { width, height } = this.#options;
		return this.draw(frame, (view) =>
			[
				[width, height],
				[width / 2, height / 2],
				[width / 2, height / 2],
			].map(([columns, rows], index) => {
				const plane = new Uint8Array(columns! * rows!);
				const from = view.data![index]!;
				for (let row = 0; row < rows!; row++) {
					const start = row * view.linesize[index]!;
					plane.set(from.subarray(start, start + columns!), row * columns!);
				}
				return plane;
			}),
		);
	}

	[Symbol.dispose](): void {
		this.#graph.free();
	}
}
