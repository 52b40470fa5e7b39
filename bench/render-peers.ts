import {
	AVCHROMA_LOC_LEFT,
	AVCOL_PRI_UNSPECIFIED,
	AVCOL_RANGE_MPEG,
	AVCOL_SPC_BT709,
	AVCOL_TRC_UNSPECIFIED,
	AVMEDIA_TYPE_VIDEO,
} from "node-av/constants";
import {
	Codec,
	CodecContext,
	FFmpegError,
	type FilterContext,
	FilterGraph,
	FormatContext,
	Frame,
	Packet,
} from "node-av/lib";
import type { WasmMemory } from "../src/media/wasm-types.ts";
import { videoEncoding } from "../src/render/encoding.ts";
import { FrameEncoder } from "../src/render/frame-encoder.ts";

/** The video that all competitors make. */
export const RENDER_PLAN = { width: 1920, height: 1080, frameRate: 60, fovDeg: 90 } as const;

/** Yaw and pitch at a time, degrees: the camera path of all competitors. */
export function pathAt(sec: number): { readonly yawDeg: number; readonly pitchDeg: number } {
	return { yawDeg: 40 * sec, pitchDeg: 20 * Math.sin(sec * 2) };
}

/**
 * Decodes the first pictures of a file with as many threads as FFmpeg likes.
 * @param onFrame gets each frame, which is borrowed.
 */
export function decodeFrames(path: string, count: number, onFrame: (frame: Frame, index: number) => void): void {
	const format = new FormatContext();
	check(format.openInputSync(path), "open the clip");
	check(format.findStreamInfoSync(), "read the clip");
	const stream = format.streams.find(({ codecpar }) => codecpar.codecType === AVMEDIA_TYPE_VIDEO)!;
	const codec = Codec.findDecoder(stream.codecpar.codecId)!;
	using context = new CodecContext();
	context.allocContext3(codec);
	check(context.parametersToContext(stream.codecpar), "copy the parameters");
	context.threadCount = 0;
	check(context.open2Sync(codec), "open the decoder");
	using packet = new Packet();
	packet.alloc();
	using frame = new Frame();
	frame.alloc();
	let index = 0;
	while (index < count) {
		const more = format.readFrameSync(packet) >= 0;
		context.sendPacketSync(more ? packet : null);
		packet.unref();
		while (index < count && context.receiveFrameSync(frame) >= 0) {
			onFrame(frame, index++);
			frame.unref();
		}
		if (!more) break;
	}
	format.closeInputSync();
}

/** The encoder of `panogaze render` with its defaults, fed with frames. */
export class PlanEncoder implements Disposable {
	readonly #encoder: FrameEncoder;
	readonly #packet = new Packet();
	bytes = 0;

	constructor() {
		const { width, height, frameRate } = RENDER_PLAN;
		const options = { codec: undefined, encoder: undefined, crf: undefined, quality: undefined };
		const setup = videoEncoding(
			{ ...options, bitrateBps: undefined, preset: undefined, encoderOptions: {} },
			"mp4",
			8,
			height,
		);
		this.#encoder = new FrameEncoder({
			setup,
			memory: { buffer: new ArrayBuffer(0) } as unknown as WasmMemory,
			width,
			height,
			packing: undefined,
			layers: 1,
			pixelFormat: "yuv420p",
			color: {
				range: AVCOL_RANGE_MPEG,
				space: AVCOL_SPC_BT709,
				primaries: AVCOL_PRI_UNSPECIFIED,
				transfer: AVCOL_TRC_UNSPECIFIED,
				chromaLocation: AVCHROMA_LOC_LEFT,
				masteringDisplay: undefined,
				contentLight: undefined,
			},
			timeBase: { num: 1, den: frameRate },
			frameRate: { num: frameRate, den: 1 },
			globalHeader: true,
		});
		this.#packet.alloc();
	}

	/** @param frame `null` at the end. Borrowed. */
	encode(frame: Frame | null, index: number): void {
		if (frame !== null) frame.pts = BigInt(index);
		check(this.#encoder.context.sendFrameSync(frame), "encode");
		while (this.#encoder.context.receivePacketSync(this.#packet) >= 0) {
			this.bytes += this.#packet.size;
			this.#packet.unref();
		}
	}

	[Symbol.dispose](): void {
		this.#packet.free();
		this.#encoder[Symbol.dispose]();
	}
}

/** FFmpeg's graph: v360 steered by sendcmd, with FFmpeg's own threads. */
export class SteeredV360 implements Disposable {
	readonly #graph = new FilterGraph();
	readonly #source: FilterContext;
	readonly #sink: FilterContext;

	/** @param frames number of frames whose directions are commanded. */
	constructor(frames: number) {
		const { width, height, frameRate, fovDeg } = RENDER_PLAN;
		const commands = Array.from({ length: frames }, (_, index) => {
			const { yawDeg, pitchDeg } = pathAt(index / frameRate);
			return `${(index - 0.5) / frameRate} v360 yaw ${yawDeg}\\, v360 pitch ${pitchDeg}`;
		});
		const vertical = (Math.atan((Math.tan((fovDeg * Math.PI) / 360) * height) / width) * 360) / Math.PI;
		this.#graph.alloc();
		this.#graph.nbThreads = 0;
		const steps = [
			`buffer@in=width=3840:height=1920:pix_fmt=yuv420p:time_base=1/${frameRate}`,
			`sendcmd=c='${commands.slice(1).join("\\;")}'`,
			`v360=e:flat:w=${width}:h=${height}:h_fov=${fovDeg}:v_fov=${vertical}:interp=line:reset_rot=1`,
			"buffersink@out",
		];
		check(this.#graph.parse2(steps.join(",")), "build FFmpeg's graph");
		check(this.#graph.configSync(), "configure FFmpeg's graph");
		this.#source = this.#graph.getFilter("buffer@in")!;
		this.#sink = this.#graph.getFilter("buffersink@out")!;
	}

	/** Draws the view of `frame`. The caller frees it. */
	draw(frame: Frame, index: number): Frame {
		frame.pts = BigInt(index);
		const reference = frame.clone()!;
		check(this.#source.buffersrcAddFrameSync(reference), "hand over a frame");
		reference.free();
		const view = new Frame();
		view.alloc();
		check(this.#sink.buffersinkGetFrameSync(view), "draw");
		return view;
	}

	[Symbol.dispose](): void {
		this.#graph.free();
	}
}

function check(code: number, action: string): void {
	if (code < 0) throw new Error(`Can't ${action}: ${FFmpegError.strerror(code)}.`);
}
