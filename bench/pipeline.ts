// The CPU time of the whole path from file to access unit, over that of decoding and x264 alone for
// the same frames: in one thread, as fast as it goes; and beside it as the product runs, in real
// time in several threads, with timers and the cold caches of idle cores.
import { bench4kClip } from "./bench-clip.ts";
import { type BenchRow, benchRow } from "./bench-row.ts";
import {
	decodeAll,
	type EncodingPlan,
	encodeAll,
	encodePicture,
	openEncoder,
	perFrameMs,
	ViewDrawing,
} from "./codec-floor.ts";
import { cpuSec, MovingViews, sleep } from "./moving-views.ts";
import { median } from "./statistics.ts";

const PLAN: EncodingPlan = { width: 1920, height: 1080, frameRate: 30, bitrateBps: 10_000_000 };
/** Rate at which 360 cameras stream in 4K. */
const SOURCE_BITRATE_BPS = 25_000_000;
const ROUNDS = 3;
const SETTLE_SEC = 1;
const RUNNING_SEC = 4;
const MOST_OVER_FLOOR = 1.25;

interface RoundMs {
	readonly decode: number;
	readonly encode: number;
	readonly oneThread: number;
	readonly running: number;
}

export async function run(): Promise<BenchRow[]> {
	const clip = await bench4kClip(30, SOURCE_BITRATE_BPS);
	const drawing = await ViewDrawing.create(PLAN);
	// Drawn once beforehand: x264 alone encodes the pictures of the pipeline.
	const pictures: Uint8Array[] = [];
	decodeAll(clip, (frame, index) => pictures.push(drawing.draw(frame, index).slice()));
	const rounds: RoundMs[] = [];
	for (let round = 0; round < ROUNDS; round++) {
		const decode = perFrameMs(pictures.length, () => decodeAll(clip, () => {}));
		const encode = perFrameMs(pictures.length, () => encodeAll(pictures, PLAN));
		const oneThread = perFrameMs(pictures.length, () => wholePipeline(clip, drawing));
		rounds.push({ decode, encode, oneThread, running: await runningMs(clip) });
	}
	const medianOf = (pick: (round: RoundMs) => number) => median(rounds.map(pick));
	const floorOf = ({ decode, encode }: RoundMs) => decode + encode;
	return [
		benchRow({
			name: "over-floor",
			value: medianOf((round) => round.oneThread / floorOf(round)),
			unit: "x",
			atMost: MOST_OVER_FLOOR,
		}),
		benchRow({
			name: "per-frame",
			value: medianOf(({ oneThread }) => oneThread),
			unit: "ms",
			peer: { name: "decode + x264", value: medianOf(floorOf) },
		}),
		benchRow({
			name: "running-over-floor",
			value: medianOf((round) => round.running / floorOf(round)),
			unit: "x",
		}),
		benchRow({ name: "running-per-frame", value: medianOf(({ running }) => running), unit: "ms" }),
		benchRow({ name: "decode-alone", value: medianOf(({ decode }) => decode), unit: "ms" }),
		benchRow({ name: "x264-alone", value: medianOf(({ encode }) => encode), unit: "ms" }),
	];
}

/**
 * CPU time of the whole process for each view drawn, while source, render worker and main thread do
 * their work for a viewer.
 */
async function runningMs(clip: string): Promise<number> {
	await using scene = await MovingViews.open(clip, PLAN.width, PLAN.height);
	const view = scene.add(PLAN.width, PLAN.height, PLAN.frameRate, PLAN.bitrateBps);
	await sleep(SETTLE_SEC);
	const framesBefore = view.stats.framesDrawn;
	const before = cpuSec();
	await sleep(RUNNING_SEC);
	return ((cpuSec() - before) / (view.stats.framesDrawn - framesBefore)) * 1000;
}

function wholePipeline(clip: string, drawing: ViewDrawing): void {
	using encoder = openEncoder(PLAN);
	decodeAll(clip, (frame, index) => encodePicture(encoder, drawing.draw(frame, index), index, PLAN));
}
