// How many viewers of one 4K30 source, each with its own moving 1280x720 view at 30 fps, hold without a drop?

import { bench4kClip } from "./bench-clip.ts";
import type { BenchRow } from "./bench-row.ts";
import { cpuSec, MovingViews, sleep } from "./moving-views.ts";

const FPS = 30;
const TRIAL_SEC = 10;
const SETTLE_SEC = 1.5;
const TARGET = 10;

interface Trial {
	readonly viewers: number;
	readonly held: boolean;
	/** Shares of one core, everything included. */
	readonly cores: number;
}

export async function run(): Promise<BenchRow[]> {
	await using scene = await MovingViews.open(await bench4kClip(30), 1280, 720);
	const trials: Trial[] = [];
	const idle = await tryOut(scene, 1);
	trials.push(idle);
	// Upwards from the target in steps of two, or downwards until it holds.
	let viewers = TARGET;
	for (let tries = 0; tries < 3; tries++) {
		const trial = await tryOut(scene, viewers);
		trials.push(trial);
		const tried = new Set(trials.map((one) => one.viewers));
		viewers += trial.held ? 2 : -2;
		if (tried.has(viewers)) break;
	}
	const held = Math.max(0, ...trials.filter((trial) => trial.held).map((trial) => trial.viewers));
	const most = trials.filter((trial) => trial.held).at(-1) ?? idle;
	const perViewer = (most.cores - idle.cores) / Math.max(1, most.viewers - idle.viewers);
	const common = { bench: "viewers", peer: null, peerValue: null, ratio: null };
	return [
		{ ...common, name: "held", value: held, unit: "viewers", target: `>= ${TARGET}`, met: held >= TARGET },
		{ ...common, name: "first-viewer", value: idle.cores * 100, unit: "% of a core, decoding included", target: "-", met: true },
		{ ...common, name: "each-further", value: perViewer * 100, unit: "% of a core", target: "-", met: true },
	];
}

async function tryOut(scene: MovingViews, viewers: number): Promise<Trial> {
	const trialSec = viewers === 1 ? TRIAL_SEC / 2 : TRIAL_SEC;
	for (let n = 0; n < viewers; n++) scene.add(1280, 720, FPS, 4_000_000);
	await sleep(SETTLE_SEC);
	const before = scene.views.map((view) => view.stats);
	const panoramasBefore = scene.runner.panoramas;
	const cpuBefore = cpuSec();
	await sleep(trialSec);
	const cores = (cpuSec() - cpuBefore) / trialSec;
	const panoramas = scene.runner.panoramas - panoramasBefore;
	// A view that is at work on its last panorama has not failed it; one that left any other out has.
	const held =
		panoramas >= trialSec * FPS - 2 &&
		scene.views.every(
			(view, index) =>
				view.stats.panoramasSkipped === before[index]!.panoramasSkipped &&
				view.stats.framesDrawn - before[index]!.framesDrawn >= panoramas - 2,
		);
	console.error(`  ${viewers} viewers: ${held ? "held" : "dropped"}, ${(cores * 100).toFixed(0)} % of a core`);
	scene.removeAll();
	return { viewers, held, cores };
}
