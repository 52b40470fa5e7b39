import {
	AV_CODEC_FLAG_FRAME_DURATION,
	AV_CODEC_FLAG_GLOBAL_HEADER,
	AV_OPT_SEARCH_CHILDREN,
	AV_OPT_TYPE_STRING,
	AV_PIX_FMT_GRAY8,
	AVCHROMA_LOC_CENTER,
	AVCOL_RANGE_JPEG,
	AVCOL_SPC_BT470BG,
	AVCOL_SPC_RGB,
	AVERROR_EAGAIN,
	AVERROR_EOF,
} from "node-av/constants";
import { avGetPixFmtFromName, avImageCopy2, Codec, CodecContext, Frame, Packet, Rational } from "node-av/lib";
import { type PictureLayout, pictureLayout } from "../media/panorama.ts";
import type { WasmMemory } from "../media/wasm-types.ts";
import { libavText } from "../source/libav-error.ts";
import { atUsualPriority } from "../threads/usual-priority.ts";
import type { EncoderSetup } from "./encoding.ts";
import { planePointers } from "./frame-planes.ts";
import type { ColorStatements, Fraction, LayerCount, PictureTime, StereoPacking } from "./render-protocol.ts";
import { SampleFilter } from "./sample-filter.ts";

/** The pictures in memory, and how they are encoded. */
export interface FrameEncoderOptions {
	readonly setup: EncoderSetup;
	readonly memory: WasmMemory;
	/** Size of one eye's picture. */
	readonly width: number;
	readonly height: number;
	readonly packing: StereoPacking | undefined;
	readonly layers: LayerCount;
	/** FFmpeg's name of the samples in memory. */
	readonly pixelFormat: string;
	readonly color: ColorStatements;
	readonly timeBase: Fraction;
	readonly frameRate: Fraction | undefined;
	/** The container keeps the codec's headers apart. */
	readonly globalHeader: boolean;
}

/** Encodes pictures that lie in shared memory. */
export class FrameEncoder implements Disposable {
	readonly context = new CodecContext();
	/** Size of the encoded pictures, with both eyes. */
	readonly width: number;
	readonly height: number;
	readonly #options: FrameEncoderOptions;
	readonly #filter: SampleFilter | undefined;
	readonly #packet = new Packet();
	#frame: Frame | undefined;

	readonly #sampleBytes: 1 | 2;

	/** @throws {Error} when this FFmpeg lacks the encoder or can't open it. */
	constructor(options: FrameEncoderOptions) {
		this.#options = options;
		this.#sampleBytes = options.pixelFormat.includes("10") ? 2 : 1;
		const { packing, setup } = options;
		this.width = options.width * (packing?.includes("left") ? 2 : 1);
		this.height = options.height * (packing?.includes("top") ? 2 : 1);
		const codec = Codec.findEncoderByName(setup.name as never);
		if (codec === null) throw new Error(`this FFmpeg has no encoder ${setup.name}`);
		try {
			this.#open(codec);
			this.#filter = setup.pixelFormat === options.pixelFormat ? undefined : this.#makeFilter();
		} catch (error) {
			this.context.freeContext();
			throw error;
		}
		this.#packet.alloc();
	}

	/**
	 * Encodes the picture at `address`, which may be overwritten afterwards.
	 *
	 * @param onPacket gets each finished packet, which is borrowed.
	 * @throws {Error} when the encoder fails.
	 */
	encode(address: number, time: PictureTime, onPacket: (packet: Packet) => void): void {
		const filled = this.#filledFrame(address);
		filled.pts = BigInt(time.ticks);
		filled.duration = BigInt(time.durationTicks);
		const frame = this.#filter === undefined ? filled : this.#filter.convert(filled);
		// Encoders of pictures read it per frame.
		frame.quality = this.context.globalQuality;
		const code = this.context.sendFrameSync(frame);
		if (frame !== filled) frame.free();
		if (code < 0) throw new Error(`${this.#options.setup.name} took no picture: ${libavText(code)}`);
		this.#drain(onPacket);
	}

	/** Encodes what the encoder still holds. @throws {Error} when it fails. */
	finish(onPacket: (packet: Packet) => void): void {
		const code = this.context.sendFrameSync(null);
		if (code < 0 && code !== AVERROR_EOF) throw new Error(`the encoder can't finish: ${libavText(code)}`);
		this.#drain(onPacket);
	}

	[Symbol.dispose](): void {
		this.#packet.free();
		this.#frame?.free();
		this.#filter?.[Symbol.dispose]();
		this.context.freeContext();
	}

	#drain(onPacket: (packet: Packet) => void): void {
		while (true) {
			const code = this.context.receivePacketSync(this.#packet);
			if (code === AVERROR_EAGAIN || code === AVERROR_EOF) return;
			if (code < 0) throw new Error(`${this.#options.setup.name} failed: ${libavText(code)}`);
			onPacket(this.#packet);
			this.#packet.unref();
		}
	}

	#open(codec: Codec): void {
		const { setup, timeBase, frameRate, color, globalHeader } = this.#options;
		const { context } = this;
		context.allocContext3(codec);
		context.width = this.width;
		context.height = this.height;
		context.pixelFormat = avGetPixFmtFromName(setup.pixelFormat);
		context.timeBase = new Rational(timeBase.num, timeBase.den);
		if (frameRate !== undefined) context.framerate = new Rational(frameRate.num, frameRate.den);
		context.threadCount = setup.threads;
		context.sampleAspectRatio = new Rational(1, 1);
		tagColors(context, setup.pixelFormat, color);
		context.setFlags(AV_CODEC_FLAG_FRAME_DURATION);
		if (globalHeader) context.setFlags(AV_CODEC_FLAG_GLOBAL_HEADER);
		for (const [option, value] of Object.entries(setup.options)) {
			const set = context.setOption(option, value, AV_OPT_TYPE_STRING, AV_OPT_SEARCH_CHILDREN);
			if (set < 0) throw new Error(`${setup.name} does not take ${option}=${value}: ${libavText(set)}`);
		}
		const opened = atUsualPriority(() => context.open2Sync(codec));
		if (opened < 0)
			throw new Error(`${setup.name} did not open for ${this.width}x${this.height}: ${libavText(opened)}`);
	}

	#makeFilter(): SampleFilter {
		const { pixelFormat, setup, color } = this.#options;
		const { width, height } = this;
		const isJpeg = setup.pixelFormat.startsWith("yuvj");
		const fromRgb = pixelFormat.startsWith("gbr");
		const isYuv = setup.pixelFormat.includes("yuv");
		const out = isJpeg
			? "out_range=pc:out_color_matrix=bt601"
			: fromRgb && isYuv
				? "out_range=tv:out_color_matrix=bt709"
				: "";
		return new SampleFilter({
			width,
			height,
			from: pixelFormat,
			to: setup.pixelFormat,
			range: fromRgb ? AVCOL_RANGE_JPEG : color.range,
			space: fromRgb ? AVCOL_SPC_RGB : color.space,
			out,
		});
	}

	/** The frame, with a copy of the picture at `address`. It is the encoder's own. */
	#filledFrame(address: number): Frame {
		const { color, layers } = this.#options;
		const frame = this.#writableFrame();
		if (layers === 1) this.#copyI420(frame, address);
		else this.#copyLayers(frame, address);
		frame.colorRange = (layers === 1 ? color.range : AVCOL_RANGE_JPEG) as never;
		frame.colorSpace = (layers === 1 ? color.space : AVCOL_SPC_RGB) as never;
		return frame;
	}

	/**
	 * The last frame again if the encoder keeps no reference to it, else another one: new memory
	 * for each picture would cost more than copying it.
	 */
	#writableFrame(): Frame {
		if (this.#frame?.isWritable) return this.#frame;
		this.#frame?.free();
		const { pixelFormat } = this.#options;
		const frame = new Frame();
		frame.alloc();
		frame.format = avGetPixFmtFromName(pixelFormat);
		frame.width = this.width;
		frame.height = this.height;
		const code = frame.getBuffer(0);
		if (code < 0) {
			frame.free();
			this.#frame = undefined;
			throw new Error(`there is no memory for a picture: ${libavText(code)}`);
		}
		this.#frame = frame;
		return frame;
	}

	#copyI420(frame: Frame, address: number): void {
		const { y, u, v } = this.#eyesLayout();
		for (const [index, { offset, stride, width, height }] of [y, u, v].entries())
			this.#copyPlane(frame, index, address + offset, stride, width, height);
	}

	#copyLayers(frame: Frame, address: number): void {
		const { y, byteLength } = this.#eyesLayout();
		for (let layer = 0; layer < this.#options.layers; layer++)
			this.#copyPlane(frame, layer, address + layer * byteLength + y.offset, y.stride, y.width, y.height);
	}

	/** Layout of the picture in memory, in which the left eye lies above the right one. */
	#eyesLayout(): PictureLayout {
		const { width, height, packing } = this.#options;
		return pictureLayout(width, height * (packing === undefined ? 1 : 2), this.#sampleBytes);
	}

	/** Copies a plane, each eye's half to its place in the frame. */
	#copyPlane(frame: Frame, plane: number, address: number, stride: number, width: number, height: number): void {
		const { memory, packing } = this.#options;
		const isBelow = packing?.includes("top") === true;
		const into = planePointers(frame, isBelow ? frame.height : undefined)[plane];
		const intoStride = frame.linesize[plane];
		if (into === undefined || intoStride === undefined)
			throw new Error("A frame has a plane for each of a picture");
		const eyes = packing === undefined ? 1 : 2;
		const rows = height / eyes;
		for (let eye = 0; eye < eyes; eye++) {
			const from = Buffer.from(memory.buffer as ArrayBuffer, address + eye * rows * stride, rows * stride);
			const isSecond = (eye === 1) !== (packing === "bottom-top" || packing === "right-left");
			const offset = !isSecond ? 0 : isBelow ? rows * intoStride : width * this.#sampleBytes;
			avImageCopy2(
				[into.subarray(offset)],
				[intoStride],
				[from],
				[stride],
				AV_PIX_FMT_GRAY8,
				width * this.#sampleBytes,
				rows,
			);
		}
	}
}

/** The tags that players go by. RGB and JPEG have meanings of their own. */
function tagColors(context: CodecContext, pixelFormat: string, color: ColorStatements): void {
	if (pixelFormat.startsWith("yuvj")) {
		context.colorRange = AVCOL_RANGE_JPEG;
		context.colorSpace = AVCOL_SPC_BT470BG;
		context.chromaLocation = AVCHROMA_LOC_CENTER;
		return;
	}
	context.colorPrimaries = color.primaries as never;
	context.colorTrc = color.transfer as never;
	if (!pixelFormat.includes("yuv") && !/^(nv12|p010)/.test(pixelFormat)) return;
	context.colorRange = color.range as never;
	context.colorSpace = color.space as never;
	context.chromaLocation = color.chromaLocation as never;
}
