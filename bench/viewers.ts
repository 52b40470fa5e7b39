// How many viewers of one 4K30 source, each with its own moving 1280x720 view at 30 fps, hold
// without a drop?

import { bench4kClip } from "./bench-clip.ts";
import type { BenchRow } from "./bench-row.ts";
import { cpuSec, MovingViews, sleep } from "./moving-views.ts";

const FPS = 30;
const TRIAL_SEC = 10;
const SETTLE_SEC = 1.5;
const TARGET = 10;
const MOST = 14;
/** What browsers ask for at this size and rate. */
const BITRATE_BPS = 2_500_000;

interface Trial {
	readonly viewers: number;
	readonly held: boolean;
	/** Shares of one core, everything included. */
	readonly cores: number;
}

export async function run(): Promise<BenchRow[]> {
	await using scene = await MovingViews.open(await bench4kClip(30), 1280, 720);
	const one = await tryOut(scene, 1);
	const trials = [one];
	// Halving from both sides; few enough trials to be done within a minute.
	let holds = one.held ? 1 : 0;
	let drops = MOST + 1;
	for (let viewers = TARGET; holds + 1 < drops && trials.length < 4; viewers = Math.ceil((holds + drops) / 2)) {
		const trial = await tryOut(scene, viewers);
		trials.push(trial);
		if (trial.held) holds = viewers;
		else drops = viewers;
	}
	const most = trials.find((trial) => trial.viewers === holds) ?? one;
	const perViewer = most === one ? Number.NaN : (most.cores - one.cores) / (most.viewers - one.viewers);
	const common = { bench: "viewers", peer: null, peerValue: null, ratio: null, target: "-", met: true };
	return [
		{ ...common, name: "held", value: holds, unit: "viewers", target: `>= ${TARGET}`, met: holds >= TARGET },
		{ ...common, name: "first-viewer", value: one.cores * 100, unit: "% of a core, decoding included" },
		{ ...common, name: "each-further", value: perViewer * 100, unit: "% of a core" },
	];
}

async function tryOut(scene: MovingViews, viewers: number): Promise<Trial> {
	const trialSec = viewers === 1 ? TRIAL_SEC / 2 : TRIAL_SEC;
	for (let n = 0; n < viewers; n++) scene.add(1280, 720, FPS, BITRATE_BPS);
	await sleep(SETTLE_SEC);
	const before = scene.views.map((view) => view.stats);
	const panoramasBefore = scene.runner.panoramas;
	const cpuBefore = cpuSec();
	await sleep(trialSec);
	const cores = (cpuSec() - cpuBefore) / trialSec;
	const panoramas = scene.runner.panoramas - panoramasBefore;
	// A view that is at work on its last panorama has not failed it; one that left any other out
	// has.
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
