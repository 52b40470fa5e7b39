// How many viewers of one 4K30 source, each with a moving 1280x720 view at 30 fps, does the machine
// hold without a drop? And what does each further viewer cost, in CPU time and as a multiple of
// x264 alone?
import { bench4kClip } from "./bench-clip.ts";
import { type BenchRow, benchRow } from "./bench-row.ts";
import { type EncodingPlan, measureCodecFloor } from "./codec-floor.ts";
import { cpuSec, MovingViews, sleep } from "./moving-views.ts";
import { fitPlane } from "./statistics.ts";

/** Browsers ask for about this rate at this size. */
const PLAN: EncodingPlan = { width: 1280, height: 720, frameRate: 30, bitrateBps: 2_500_000 };
const TRIAL_SEC = 10;
const SETTLE_SEC = 1.5;
const TARGET = 10;
const MOST = 14;
/** Few enough to be done within a minute. */
const MAX_TRIALS = 4;
/** Panoramas that a trial may be short of, and views still at work when it ends. */
const TOLERANCE = 2;

interface Trial {
	readonly viewers: number;
	readonly held: boolean;
	/** Shares of one core, everything included. */
	readonly cores: number;
	readonly panoramasHz: number;
	/** Views drawn a second, all viewers together. */
	readonly drawnHz: number;
}

export async function run(): Promise<BenchRow[]> {
	const clip = await bench4kClip(30);
	const trials = await runTrials(clip);
	const held = Math.max(0, ...trials.filter((trial) => trial.held).map(({ viewers }) => viewers));
	const { encodeMs } = await measureCodecFloor(clip, PLAN);
	// Each panorama costs its decoding, and each view its drawing and encoding.
	const [, viewSec] = fitPlane(trials.map(({ panoramasHz, drawnHz, cores }) => [panoramasHz, drawnHz, cores]));
	return [
		benchRow({ name: "held", value: held, unit: "viewers", better: "more", atLeast: TARGET }),
		benchRow({
			name: "first-viewer",
			value: trials[0]!.cores * 100,
			unit: "% of a core, decoding included",
		}),
		benchRow({ name: "each-further", value: viewSec * PLAN.frameRate * 100, unit: "% of a core" }),
		benchRow({
			name: "each-over-encoder",
			value: (viewSec * 1000) / encodeMs,
			unit: "x the CPU time of x264 alone",
		}),
	];
}

/** Trials of one viewer and of ever closer numbers around the most that hold. */
async function runTrials(clip: string): Promise<Trial[]> {
	await using scene = await MovingViews.open(clip, PLAN.width, PLAN.height);
	const one = await tryOut(scene, 1);
	const trials = [one];
	let holds = one.held ? 1 : 0;
	let drops = MOST + 1;
	for (
		let viewers = TARGET;
		holds + 1 < drops && trials.length < MAX_TRIALS;
		viewers = Math.ceil((holds + drops) / 2)
	) {
		const trial = await tryOut(scene, viewers);
		trials.push(trial);
		if (trial.held) holds = viewers;
		else drops = viewers;
	}
	return trials;
}

async function tryOut(scene: MovingViews, viewers: number): Promise<Trial> {
	const trialSec = viewers === 1 ? TRIAL_SEC / 2 : TRIAL_SEC;
	for (let viewer = 0; viewer < viewers; viewer++)
		scene.add(PLAN.width, PLAN.height, PLAN.frameRate, PLAN.bitrateBps);
	await sleep(SETTLE_SEC);
	const before = scene.views.map((view) => view.stats);
	const panoramasBefore = scene.runner.panoramas;
	const cpuBefore = cpuSec();
	await sleep(trialSec);
	const cores = (cpuSec() - cpuBefore) / trialSec;
	const panoramas = scene.runner.panoramas - panoramasBefore;
	const trials = scene.views.map((view, index) => ({
		drawn: view.stats.framesDrawn - before[index]!.framesDrawn,
		skipped: view.stats.panoramasSkipped - before[index]!.panoramasSkipped,
	}));
	// A view may be at work on its last panorama; it has failed when it left another one out.
	const held =
		panoramas >= trialSec * PLAN.frameRate - TOLERANCE &&
		trials.every(({ drawn, skipped }) => skipped === 0 && drawn >= panoramas - TOLERANCE);
	console.error(`  ${viewers} viewers: ${held ? "held" : "dropped"}, ${(cores * 100).toFixed(0)} % of a core`);
	scene.removeAll();
	const drawnHz = trials.reduce((sum, { drawn }) => sum + drawn, 0) / trialSec;
	return { viewers, held, cores, panoramasHz: panoramas / trialSec, drawnHz };
}
