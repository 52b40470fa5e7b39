// Can two cores keep up with 4K60 in and 1080p60 out, software only, while the view moves?

import { bench4kClip } from "./bench-clip.ts";
import type { BenchRow } from "./bench-row.ts";
import { MovingViews, sleep } from "./moving-views.ts";

const SECONDS = 20;
const WARM_UP_SEC = 2;
const FPS = 60;

export async function run(): Promise<BenchRow[]> {
	await using scene = await MovingViews.open(await bench4kClip(60), 1920, 1080);
	const view = scene.add(1920, 1080, FPS, 10_000_000);
	await sleep(WARM_UP_SEC);
	const read = () => ({
		drawn: view.stats.framesDrawn,
		skipped: view.stats.panoramasSkipped,
		lost: scene.runner.source.stats().framesDropped,
	});
	const before = read();
	const startMs = performance.now();
	await sleep(SECONDS);
	const seconds = (performance.now() - startMs) / 1000;
	const after = read();
	const fps = (after.drawn - before.drawn) / seconds;
	const dropped = after.skipped - before.skipped + after.lost - before.lost;
	const common = { bench: "realtime", peer: null, peerValue: null, ratio: null };
	return [
		{ ...common, name: "fps", value: fps, unit: "fps", target: ">= 59.5 fps", met: fps >= 59.5 },
		{
			...common,
			name: "dropped",
			value: dropped,
			unit: `frames of ${SECONDS * FPS}`,
			target: "0",
			met: dropped === 0,
		},
	];
}
