// Can two cores keep up with 4K60 in and 1080p60 out, software only, while the view moves? And how
// much CPU time does it take over the codecs alone?
import { bench4kClip } from "./bench-clip.ts";
import { type BenchRow, benchRow } from "./bench-row.ts";
import { type EncodingPlan, measureCodecFloor } from "./codec-floor.ts";
import { cpuSec, MovingViews, sleep } from "./moving-views.ts";

const SECONDS = 20;
const WARM_UP_SEC = 2;
const PLAN: EncodingPlan = { width: 1920, height: 1080, frameRate: 60, bitrateBps: 10_000_000 };
const LEAST_FPS = 59.5;

export async function run(): Promise<BenchRow[]> {
	const clip = await bench4kClip(60);
	const running = await runScene(clip);
	const { decodeMs, encodeMs } = await measureCodecFloor(clip, PLAN);
	const floorMs = running.panoramas * decodeMs + running.drawn * encodeMs;
	return [
		benchRow({
			name: "fps",
			value: running.drawn / running.seconds,
			unit: "fps",
			better: "more",
			atLeast: LEAST_FPS,
		}),
		benchRow({
			name: "dropped",
			value: running.dropped,
			unit: `frames of ${SECONDS * PLAN.frameRate}`,
			atMost: 0,
		}),
		benchRow({
			name: "over-floor",
			value: running.cpuMs / floorMs,
			unit: "x the CPU time of decoding and x264 alone",
		}),
	];
}

async function runScene(clip: string) {
	await using scene = await MovingViews.open(clip, PLAN.width, PLAN.height);
	const view = scene.add(PLAN.width, PLAN.height, PLAN.frameRate, PLAN.bitrateBps);
	await sleep(WARM_UP_SEC);
	const read = () => ({
		drawn: view.stats.framesDrawn,
		skipped: view.stats.panoramasSkipped,
		lost: scene.runner.source.stats().framesDropped,
		panoramas: scene.runner.panoramas,
		cpuMs: cpuSec() * 1000,
		atMs: performance.now(),
	});
	const before = read();
	await sleep(SECONDS);
	const after = read();
	return {
		drawn: after.drawn - before.drawn,
		panoramas: after.panoramas - before.panoramas,
		dropped: after.skipped - before.skipped + after.lost - before.lost,
		cpuMs: after.cpuMs - before.cpuMs,
		seconds: (after.atMs - before.atMs) / 1000,
	};
}
