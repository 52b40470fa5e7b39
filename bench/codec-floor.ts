import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { AVERROR_EAGAIN, AVERROR_EOF, AVMEDIA_TYPE_VIDEO } from "node-av/constants";
import { Codec, CodecContext, FFmpegError, FormatContext, Frame, Packet } from "node-av/lib";
import { openLibavEncoder } from "../src/encoder/libav-encoder.ts";
import type { VideoEncoder } from "../src/encoder/video-encoder.ts";
import { pictureLayout } from "../src/media/panorama.ts";
import { PanoramaStore } from "../src/media/panorama-store.ts";
import { SharedHeap } from "../src/media/shared-heap.ts";
import type { Projector } from "../src/projection/projector.ts";
import { chooseProjector, openProjector, projectorBytes } from "../src/projection/projector-choice.ts";
import { FrameWriter } from "../src/source/libav-copy.ts";
import { packingOf } from "../src/source/stereo.ts";
import { cpuSec, FOV_RAD, movingHead } from "./moving-views.ts";
import { median } from "./statistics.ts";

const COLOR = { range: "limited", matrix: "bt709", chromaSiting: "left" } as const;
const PANORAMA = { width: 3840, height: 1920, eyes: 1, color: COLOR } as const;
const RTP_TICKS_PER_SEC = 90_000;
const FLOOR_ROUNDS = 3;

/** Settings of x264. */
export interface EncodingPlan {
	readonly width: number;
	readonly height: number;
	readonly frameRate: number;
	readonly bitrateBps: number;
}

/** CPU time of one frame, milliseconds. */
export interface CodecFloor {
	readonly decodeMs: number;
	readonly encodeMs: number;
}

/** Work of a thread that measures the floor. */
export interface FloorWork {
	readonly clip: string;
	readonly plan: EncodingPlan;
	/** The drawn views, I420, in shared memory. */
	readonly pictures: readonly Uint8Array[];
	/** A counter of threads that are ready to begin a step, over all steps. */
	readonly gate: Int32Array;
	readonly threads: number;
	readonly steps: readonly ("decode" | "encode")[];
}

/**
 * Measures FFmpeg's decoder and x264 alone, on the clip and the views that the product draws of it.
 *
 * Every core does the same work at the same time: cores that share units are slower together, and
 * the product keeps all of them busy too.
 */
export async function measureCodecFloor(clip: string, plan: EncodingPlan): Promise<CodecFloor> {
	const drawing = await ViewDrawing.create(plan);
	const pictures: Uint8Array[] = [];
	decodeAll(clip, (frame, index) => pictures.push(sharedCopy(drawing.draw(frame, index))));
	const threads = availableParallelism();
	const steps = Array.from({ length: FLOOR_ROUNDS }, () => ["decode", "encode"] as const).flat();
	const gate = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
	const workerData: FloorWork = { clip, plan, pictures, gate, threads, steps };
	const workers = Array.from(
		{ length: threads },
		() => new Worker(new URL("codec-floor-worker.ts", import.meta.url), { workerData }),
	);
	// Each sends its own CPU time of each step, seconds.
	const results = await Promise.all(
		workers.map(
			(worker) =>
				new Promise<readonly number[]>((resolve, reject) => {
					worker.once("message", resolve);
					worker.once("error", reject);
				}),
		),
	);
	const frameMs = (step: "decode" | "encode") =>
		median(results.flatMap((seconds) => seconds.filter((_, index) => steps[index] === step))) *
		(1000 / pictures.length);
	return { decodeMs: frameMs("decode"), encodeMs: frameMs("encode") };
}

/** Runs one step of the floor's work. @returns CPU seconds of this thread */
export function runFloorStep(step: "decode" | "encode", { clip, plan, pictures }: FloorWork): number {
	const before = threadCpuSec();
	if (step === "decode") decodeAll(clip, () => {});
	else encodeAll(pictures, plan);
	return threadCpuSec() - before;
}

function threadCpuSec(): number {
	const { user, system } = process.threadCpuUsage();
	return (user + system) / 1e6;
}

function sharedCopy(picture: Uint8Array): Uint8Array {
	const copy = new Uint8Array(new SharedArrayBuffer(picture.length));
	copy.set(picture);
	return copy;
}

/** Copies frames into shared memory and draws views of them, as source and render worker do. */
export class ViewDrawing {
	readonly #plan: EncodingPlan;
	readonly #heap: SharedHeap;
	readonly #store: PanoramaStore;
	readonly #writer: FrameWriter;
	readonly #projector: Projector;
	readonly #address: number;

	private constructor(
		plan: EncodingPlan,
		heap: SharedHeap,
		store: PanoramaStore,
		projector: Projector,
		address: number,
	) {
		this.#plan = plan;
		this.#heap = heap;
		this.#store = store;
		this.#projector = projector;
		this.#address = address;
		this.#writer = new FrameWriter(heap.memory.buffer, store.format, packingOf("mono"));
	}

	static async create(plan: EncodingPlan): Promise<ViewDrawing> {
		const { width, height } = plan;
		const heap = new SharedHeap();
		const store = PanoramaStore.create(heap, PANORAMA);
		const choice = await chooseProjector();
		const scratch = heap.allocate(projectorBytes(choice, width, height));
		const picture = heap.allocate(pictureLayout(width, height).byteLength);
		const projector = openProjector(choice, {
			memory: heap.memory,
			scratchAddress: scratch.address,
			maxWidth: width,
			maxHeight: height,
		});
		return new ViewDrawing(plan, heap, store, projector, picture.address);
	}

	/** Draws the view of frame `index`, I420. The result is overwritten by the next call. */
	draw(frame: Frame, index: number): Uint8Array {
		const { width, height, frameRate } = this.#plan;
		const draft = this.#store.beginWrite()!;
		this.#writer.write(draft.address, frame, 0);
		const sec = index / frameRate;
		draft.publish({ mediaTimeSec: sec, captureTimeSec: Number.NaN, readyTimeSec: sec });
		const lease = this.#store.acquireNewest()!;
		const data = new Uint8Array(this.#heap.memory.buffer, this.#address, pictureLayout(width, height).byteLength);
		const view = { lens: "pinhole", width, height, fovRad: FOV_RAD, worldFromView: movingHead(sec) } as const;
		this.#projector.project(lease, view, { data, width, height });
		lease.release();
		return data;
	}
}

export function openEncoder({ width, height, frameRate, bitrateBps }: EncodingPlan): VideoEncoder {
	return openLibavEncoder("software", { width, height, frameRate, bitrateBps, color: COLOR });
}

export function encodePicture(encoder: VideoEncoder, data: Uint8Array, index: number, plan: EncodingPlan): void {
	const { width, height, frameRate } = plan;
	const ticks = index * (RTP_TICKS_PER_SEC / frameRate);
	encoder.encode({ data, width, height }, { ticks, keyframe: index === 0 });
}

/** Encodes all pictures in this thread. */
export function encodeAll(pictures: readonly Uint8Array[], plan: EncodingPlan): void {
	using encoder = openEncoder(plan);
	for (const [index, picture] of pictures.entries()) encodePicture(encoder, picture, index, plan);
}

/** Decodes every frame of the file in this thread, with FFmpeg and nothing else. */
export function decodeAll(path: string, onFrame: (frame: Frame, index: number) => void): void {
	const format = new FormatContext();
	check(format.openInputSync(path), "open the clip");
	check(format.findStreamInfoSync(), "read the clip");
	const stream = format.streams.find(({ codecpar }) => codecpar.codecType === AVMEDIA_TYPE_VIDEO)!;
	const codec = Codec.findDecoder(stream.codecpar.codecId)!;
	const context = new CodecContext();
	context.allocContext3(codec);
	check(context.parametersToContext(stream.codecpar), "copy the parameters");
	context.threadCount = 1;
	check(context.open2Sync(codec), "open the decoder");
	const packet = new Packet();
	packet.alloc();
	const frame = new Frame();
	frame.alloc();
	let index = 0;
	const drain = () => {
		while (true) {
			const code = context.receiveFrameSync(frame);
			if (code === AVERROR_EAGAIN || code === AVERROR_EOF) return;
			check(code, "decode");
			onFrame(frame, index++);
			frame.unref();
		}
	};
	while (format.readFrameSync(packet) >= 0) {
		if (packet.streamIndex === stream.index) check(context.sendPacketSync(packet), "decode");
		packet.unref();
		drain();
	}
	check(context.sendPacketSync(null), "finish decoding");
	drain();
	frame.free();
	packet.free();
	context.freeContext();
	format.closeInputSync();
}

/** CPU time of the process for each frame of `work`, milliseconds. */
export function perFrameMs(frames: number, work: () => void): number {
	const before = cpuSec();
	work();
	return ((cpuSec() - before) / frames) * 1000;
}

function check(code: number, action: string): void {
	if (code < 0) throw new Error(`Can't ${action}: ${FFmpegError.strerror(code)}.`);
}
