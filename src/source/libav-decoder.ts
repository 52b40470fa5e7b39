import { availableParallelism } from "node:os";
import {
	AV_CODEC_FLAG_LOW_DELAY,
	AV_HWDEVICE_TYPE_NONE,
	AVERROR_EAGAIN,
	AVERROR_EOF,
	AVERROR_INVALIDDATA,
	type AVHWDeviceType,
	FF_THREAD_FRAME,
	FF_THREAD_SLICE,
} from "node-av/constants";
import { Codec, CodecContext, Frame, HardwareDeviceContext, type Packet, type Stream } from "node-av/lib";
import { libavText } from "./libav-error.ts";
import { SourceError } from "./video-source.ts";

/** What a decoder needs to know of a stream. */
export type CodedStream = Pick<Stream, "codecpar" | "timeBase">;

export interface LibavDecoderOptions {
	/** `auto`, `none`, or a name such as `cuda`. */
	readonly hwaccel: string;
	/** Number of threads; 0 chooses. */
	readonly threads: number;
	readonly live: boolean;
	/** Pictures a second; NaN when unknown. */
	readonly frameRate: number;
	readonly label: string;
}

/**
 * Devices that are tried without a request, best first: they decode and return pictures quickly.
 */
const AUTO_DEVICES: Partial<Record<NodeJS.Platform, readonly string[]>> = {
	linux: ["cuda", "vaapi", "qsv"],
	darwin: ["videotoolbox"],
	win32: ["cuda", "d3d11va", "qsv"],
};

/** The decoder failed, and more input does not help. */
export class DecoderFailure extends Error {
	override readonly name = "DecoderFailure";
}

/** A decoder for one stream, in software or on a device; its pictures are always in main memory. */
export class LibavDecoder {
	readonly codecName: string;
	/** The device in use, or `none`. */
	readonly hwaccel: string;
	/** Reason for the log why requested hardware is not used. */
	readonly fallbackReason: string | undefined;
	readonly #context: CodecContext;
	readonly #device: HardwareDeviceContext | undefined;
	#closed = false;

	/**
	 * @throws {SourceError} when there is no decoder for the stream, or no hardware named
	 * `hwaccel`.
	 */
	constructor(stream: CodedStream, options: LibavDecoderOptions) {
		const codec = Codec.findDecoder(stream.codecpar.codecId);
		if (codec === null) {
			const tag = stream.codecpar.codecTagString ?? "unknown";
			throw new SourceError(
				"unknown-codec",
				`${options.label} is in a video format that can't be decoded here (codec tag "${tag}").`,
			);
		}
		this.codecName = codec.name ?? "unknown";
		const { device, name, reason } = findDevice(codec, options.hwaccel);
		this.hwaccel = name;
		this.fallbackReason = reason;
		this.#device = device?.context;
		this.#context = new CodecContext();
		try {
			this.#open(codec, stream, options, device);
		} catch (error) {
			this.close();
			throw error;
		}
	}

	/**
	 * Decodes one packet and calls `onFrame`, which owns its argument, with each picture that it
	 * completes. `null` returns the pictures that are still inside.
	 *
	 * @returns false if the packet was damaged and gave nothing.
	 * @throws {DecoderFailure} when the decoder can't go on.
	 */
	async decode(packet: Packet | null, onFrame: (frame: Frame) => Promise<void>): Promise<boolean> {
		// The decoder works, or waits for its threads, outside of the event loop.
		const sent = await this.#context.sendPacket(packet);
		const damaged = sent === AVERROR_INVALIDDATA;
		if (sent < 0 && !damaged && sent !== AVERROR_EOF && sent !== AVERROR_EAGAIN)
			throw new DecoderFailure(libavText(sent));
		while (true) {
			const frame = newFrame();
			const code =
				packet === null ? await this.#context.receiveFrame(frame) : this.#context.receiveFrameSync(frame);
			if (code < 0) {
				frame.free();
				if (code === AVERROR_EAGAIN || code === AVERROR_EOF) return !damaged;
				if (code === AVERROR_INVALIDDATA) return false;
				throw new DecoderFailure(libavText(code));
			}
			await onFrame(frame.isHwFrame() ? await download(frame) : frame);
		}
	}

	/** Drops all pictures inside, before packets from elsewhere in the input. */
	flush(): void {
		this.#context.flushBuffers();
	}

	/** A second call does nothing. */
	close(): void {
		if (this.#closed) return;
		this.#closed = true;
		this.#context.freeContext();
		this.#device?.free();
	}

	#open(codec: Codec, stream: CodedStream, options: LibavDecoderOptions, device: Device | undefined): void {
		const context = this.#context;
		context.allocContext3(codec);
		context.parametersToContext(stream.codecpar);
		context.pktTimebase = stream.timeBase;
		if (device !== undefined) {
			context.hwDeviceCtx = device.context;
			context.setHardwarePixelFormat(device.pixelFormat);
			context.threadCount = 1;
		} else if (options.live) {
			// Each frame thread adds a picture's time of delay: live video is divided by slices
			// unless more threads are requested.
			context.threadCount = options.threads || Math.min(4, availableParallelism());
			context.threadType = options.threads > 1 ? FF_THREAD_FRAME : FF_THREAD_SLICE;
			context.setFlags(AV_CODEC_FLAG_LOW_DELAY);
		} else {
			context.threadCount = options.threads || threadsFor(stream, options.frameRate);
			context.threadType = FF_THREAD_FRAME;
		}
		const code = context.open2Sync(codec);
		if (code < 0) {
			throw new SourceError(
				"unknown-codec",
				`${options.label} can't be decoded: the ${codec.name} decoder did not open (${libavText(code)}).`,
			);
		}
	}
}

/**
 * Frame threads for a file: as many as decode it comfortably in time. More cost more (2 threads 6 %
 * of the work for 4K H.264), fewer stutter at large pictures. Measured: one thread takes 1.05 ms a
 * megapixel and 8 ms a megabit of H.264; newer codecs take more for each bit.
 */
function threadsFor(stream: CodedStream, frameRate: number): number {
	const { width, height, bitRate } = stream.codecpar;
	const rate = frameRate > 0 ? frameRate : 30;
	const megapixels = (width * height) / 1e6;
	const megabits = (bitRate > 0n ? Number(bitRate) / 1e6 : megapixels * 4) / rate;
	const cores = rate * (1.05e-3 * megapixels + 8e-3 * megabits);
	return Math.min(availableParallelism(), 16, Math.max(1, Math.ceil(cores * 2)));
}

interface Device {
	readonly context: HardwareDeviceContext;
	readonly pixelFormat: Parameters<CodecContext["setHardwarePixelFormat"]>[0];
}

function findDevice(codec: Codec, hwaccel: string): { device?: Device; name: string; reason?: string } {
	if (hwaccel === "none") return { name: "none" };
	const known = HardwareDeviceContext.iterateTypes().flatMap(
		(type) => HardwareDeviceContext.getTypeName(type) ?? [],
	) as string[];
	if (hwaccel !== "auto" && !known.includes(hwaccel)) {
		throw new SourceError(
			"no-hardware",
			`The hardware decoder "${hwaccel}" does not exist; choose auto, none, or one of ${known.join(", ")}.`,
		);
	}
	const names =
		hwaccel === "auto" ? (AUTO_DEVICES[process.platform] ?? []).filter((name) => known.includes(name)) : [hwaccel];
	const reasons: string[] = [];
	for (const name of names) {
		const type = HardwareDeviceContext.findTypeByName(name as never);
		const pixelFormat = hardwarePixelFormat(codec, type);
		if (pixelFormat === undefined) {
			reasons.push(`${name} does not decode ${codec.name}`);
			continue;
		}
		const context = new HardwareDeviceContext();
		const code = context.create(type);
		if (code >= 0) return { device: { context, pixelFormat }, name };
		context.free();
		reasons.push(`${name} is not there (${libavText(code).toLowerCase()})`);
	}
	return { name: "none", reason: reasons.join(", ") || "no kind of device is known for this system" };
}

/**
 * AVCodecHWConfig's flag: the decoder takes a device context
 * (`AV_CODEC_HW_CONFIG_METHOD_HW_DEVICE_CTX`).
 */
const TAKES_DEVICE_CONTEXT = 1;

function hardwarePixelFormat(codec: Codec, type: AVHWDeviceType): Device["pixelFormat"] | undefined {
	if (type === AV_HWDEVICE_TYPE_NONE) return undefined;
	for (let index = 0; ; index++) {
		const config = codec.getHwConfig(index);
		if (config === null) return undefined;
		if (config.deviceType === type && (config.methods & TAKES_DEVICE_CONTEXT) !== 0) return config.pixFmt;
	}
}

/** The same picture in main memory; `frame` is freed. */
async function download(frame: Frame): Promise<Frame> {
	const copy = newFrame();
	const code = await frame.hwframeTransferData(copy, 0);
	if (code >= 0) copy.copyProps(frame);
	frame.free();
	if (code >= 0) return copy;
	copy.free();
	throw new DecoderFailure(`a picture could not be read back from the device (${libavText(code)})`);
}

export function newFrame(): Frame {
	const frame = new Frame();
	frame.alloc();
	return frame;
}
