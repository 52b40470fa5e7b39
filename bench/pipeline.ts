// What the whole way from file to access unit costs over what decoding and x264 alone cost for the
// same frames, in CPU time: all in one thread, as fast as it goes; and beside it as the product
// runs, in real time in several threads, timers and idle cores' cold caches included.
import { AVERROR_EAGAIN, AVERROR_EOF, AVMEDIA_TYPE_VIDEO } from "node-av/constants";
import { Codec, CodecContext, FFmpegError, FormatContext, Frame, Packet } from "node-av/lib";
import { openLibavEncoder } from "../src/encoder/libav-encoder.ts";
import type { VideoEncoder } from "../src/encoder/video-encoder.ts";
import { pictureLayout } from "../src/media/panorama.ts";
import { PanoramaStore } from "../src/media/panorama-store.ts";
import { quaternionFromAngles } from "../src/media/rotation.ts";
import { SharedHeap } from "../src/media/shared-heap.ts";
import { compileKernel, WasmProjector } from "../src/projection/wasm-projector.ts";
import { FrameWriter } from "../src/source/libav-copy.ts";
import { bench4kClip } from "./bench-clip.ts";
import type { BenchRow } from "./bench-row.ts";
import { cpuSec, MovingViews, sleep } from "./moving-views.ts";

const WIDTH = 1920;
const HEIGHT = 1080;
const FPS = 30;
/** What 360 cameras stream in 4K. */
const SOURCE_BITRATE_BPS = 25_000_000;
const BITRATE_BPS = 10_000_000;
const ROUNDS = 3;
const RUNNING_SEC = 4;
const COLOR = { range: "limited", matrix: "bt709", chromaSiting: "left" } as const;

export async function run(): Promise<BenchRow[]> {
	const clip = await bench4kClip(FPS, SOURCE_BITRATE_BPS);
	const drawing = await Drawing.create();
	// Drawn once beforehand: what x264 alone gets to encode are pictures as it gets them in the
	// pipeline.
	const pictures: Uint8Array[] = [];
	decodeAll(clip, (frame, index) => pictures.push(drawing.draw(frame, index).slice()));
	const rounds: {
		readonly decode: number;
		readonly encode: number;
		readonly oneThread: number;
		readonly running: number;
	}[] = [];
	for (let round = 0; round < ROUNDS; round++) {
		const decode = perFrameMs(pictures.length, () => decodeAll(clip, () => {}));
		const encode = perFrameMs(pictures.length, () => encodeAll(pictures));
		const oneThread = perFrameMs(pictures.length, () => wholePipeline(clip, drawing));
		rounds.push({ decode, encode, oneThread, running: await runningMs(clip) });
	}
	const of = (pick: (round: (typeof rounds)[number]) => number) => median(rounds.map(pick));
	const floor = of(({ decode, encode }) => decode + encode);
	const running = of((round) => round.running);
	const oneThread = of((round) => round.oneThread);
	const over = of((round) => round.oneThread / (round.decode + round.encode));
	const runningOver = of((round) => round.running / (round.decode + round.encode));
	const common = { bench: "pipeline", target: "-", met: true, peer: null, peerValue: null, ratio: null };
	return [
		{ ...common, name: "over-floor", value: over, unit: "x", target: "<= 1.25x", met: over <= 1.25 },
		{
			...common,
			name: "per-frame",
			value: oneThread,
			unit: "ms",
			peer: "decode + x264",
			peerValue: floor,
			ratio: floor / oneThread,
		},
		{ ...common, name: "running-over-floor", value: runningOver, unit: "x" },
		{ ...common, name: "running-per-frame", value: running, unit: "ms" },
		{ ...common, name: "decode-alone", value: of((round) => round.decode), unit: "ms" },
		{ ...common, name: "x264-alone", value: of((round) => round.encode), unit: "ms" },
	];
}

/**
 * CPU time of the whole process for each view drawn, while source, render worker and main thread do
 * what they do for a viewer.
 */
async function runningMs(clip: string): Promise<number> {
	await using scene = await MovingViews.open(clip, WIDTH, HEIGHT);
	const view = scene.add(WIDTH, HEIGHT, FPS, BITRATE_BPS);
	await sleep(1);
	const framesBefore = view.stats.framesDrawn;
	const before = cpuSec();
	await sleep(RUNNING_SEC);
	return ((cpuSec() - before) / (view.stats.framesDrawn - framesBefore)) * 1000;
}

/** Copy into shared memory and projection, as source and render worker do it. */
class Drawing {
	readonly #heap: SharedHeap;
	readonly #store: PanoramaStore;
	readonly #writer: FrameWriter;
	readonly #projector: WasmProjector;
	readonly #address: number;

	private constructor(heap: SharedHeap, store: PanoramaStore, projector: WasmProjector, address: number) {
		this.#heap = heap;
		this.#store = store;
		this.#projector = projector;
		this.#address = address;
		this.#writer = new FrameWriter(heap.memory.buffer, store.layout, "mono");
	}

	static async create(): Promise<Drawing> {
		const heap = new SharedHeap();
		const store = PanoramaStore.create(heap, { width: 3840, height: 1920, eyes: 1, color: COLOR });
		const scratch = heap.allocate(WasmProjector.scratchBytes(WIDTH, HEIGHT));
		const picture = heap.allocate(pictureLayout(WIDTH, HEIGHT).byteLength);
		const module = await compileKernel();
		const projector = new WasmProjector({
			module,
			memory: heap.memory,
			scratchAddress: scratch.address,
			maxWidth: WIDTH,
			maxHeight: HEIGHT,
		});
		return new Drawing(heap, store, projector, picture.address);
	}

	/** The view of frame `index`, whose head never rests. In shared memory, until the next call. */
	draw(frame: Frame, index: number): Uint8Array {
		const draft = this.#store.beginWrite()!;
		this.#writer.write(draft.address, frame);
		draft.publish({ mediaTimeSec: index / FPS, captureTimeSec: Number.NaN, readyTimeSec: index / FPS });
		const lease = this.#store.acquireNewest()!;
		const worldFromView = quaternionFromAngles({
			yawDeg: index * 1.3,
			pitchDeg: 35 * Math.sin(index / 33),
			rollDeg: 8 * Math.sin(index / 23),
		});
		this.#projector.project(
			lease,
			{ width: WIDTH, height: HEIGHT, fovRad: Math.PI / 2, worldFromView },
			this.#address,
		);
		lease.release();
		return new Uint8Array(this.#heap.memory.buffer, this.#address, pictureLayout(WIDTH, HEIGHT).byteLength);
	}
}

function wholePipeline(clip: string, drawing: Drawing): void {
	using encoder = openEncoder();
	decodeAll(clip, (frame, index) => encodeOne(encoder, drawing.draw(frame, index), index));
}

function encodeAll(pictures: readonly Uint8Array[]): void {
	using encoder = openEncoder();
	for (const [index, picture] of pictures.entries()) encodeOne(encoder, picture, index);
}

function openEncoder(): VideoEncoder {
	return openLibavEncoder("software", {
		width: WIDTH,
		height: HEIGHT,
		frameRate: FPS,
		bitrateBps: BITRATE_BPS,
		color: COLOR,
	});
}

function encodeOne(encoder: VideoEncoder, data: Uint8Array, index: number): void {
	encoder.encode({ data, width: WIDTH, height: HEIGHT }, { ticks: index * (90_000 / FPS), keyframe: index === 0 });
}

/** FFmpeg and nothing else: one thread, every frame of the file. */
function decodeAll(path: string, onFrame: (frame: Frame, index: number) => void): void {
	const format = new FormatContext();
	check(format.openInputSync(path), "open the clip");
	check(format.findStreamInfoSync(), "read the clip");
	const stream = format.streams.find(({ codecpar }) => codecpar.codecType === AVMEDIA_TYPE_VIDEO)!;
	const codec = Codec.findDecoder(stream.codecpar.codecId)!;
	const context = new CodecContext();
	context.allocContext3(codec);
	check(context.parametersToContext(stream.codecpar), "take the parameters");
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
	check(context.sendPacketSync(null), "finish");
	drain();
	frame.free();
	packet.free();
	context.freeContext();
	format.closeInputSync();
}

function perFrameMs(frames: number, work: () => void): number {
	const before = cpuSec();
	work();
	return ((cpuSec() - before) / frames) * 1000;
}

function median(values: readonly number[]): number {
	const sorted = [...values].sort((a, b) => a - b);
	const middle = sorted.length >> 1;
	return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

function check(code: number, what: string): void {
	if (code < 0) throw new Error(`Can't ${what}: ${FFmpegError.strerror(code)}.`);
}
