import { describe, expect, it } from "vitest";
import { seededRandom } from "../skeleton/seeded-random.cases.ts";
import { ArrivalEstimate } from "./arrival-estimate.ts";
import { ViewClock, type ViewMoment } from "./view-clock.ts";

/** A renderer looks at the clock at least this often, and wakes up this late. */
const POLL_SEC = 0.005;
const WAKE_SEC = 0.00005;
/** The first seconds, in which a beat finds its phase. */
const SETTLED_SEC = 3;

interface Trial {
	readonly viewRate: number;
	/** 0: one panorama, at the beginning. */
	readonly sourceRate: number;
	/** 0: the head is at rest. */
	readonly poseRate?: number;
	readonly seconds?: number;
	/** Largest delay of an arrival behind its even time. */
	readonly sourceJitterSec?: number;
	readonly poseJitterSec?: number;
	/** Phase of the poses, in periods. */
	readonly posePhase?: number;
	/** Time of drawing and encoding. */
	readonly workSec?: number;
	readonly clock?: ViewClock;
}

interface Draw {
	readonly atSec: number;
	/** Number of the panorama and of the pose that are drawn, from 0; -1 for none. */
	readonly panorama: number;
	readonly pose: number;
}

interface Played {
	/** Those after the first seconds. */
	readonly draws: readonly Draw[];
	readonly panoramasSec: readonly number[];
	readonly posesSec: readonly number[];
}

/** Plays a source and a stream of poses against a clock, in their own time. */
function play(trial: Trial): Played {
	const { viewRate, sourceRate, poseRate = 0, seconds = 9, posePhase = 0.3, workSec = 0.005 } = trial;
	const { sourceJitterSec = 0, poseJitterSec = 0, clock = new ViewClock(viewRate) } = trial;
	const panoramasSec = sourceRate === 0 ? [0] : arrivalsSec(sourceRate, seconds, 0, sourceJitterSec);
	const posesSec = poseRate === 0 ? [] : arrivalsSec(poseRate, seconds, posePhase, poseJitterSec);
	const panoramas = new ArrivalEstimate();
	const poses = new ArrivalEstimate();
	const draws: Draw[] = [];
	let [panorama, pose] = [-1, -1];
	let nowSec = 0;
	while (nowSec < seconds) {
		while (panoramasSec[panorama + 1]! <= nowSec) panoramas.note(++panorama + 1, panoramasSec[panorama]!);
		const formerPose = pose;
		while (posesSec[pose + 1]! <= nowSec) pose++;
		if (pose > formerPose) poses.note(pose + 1, posesSec[pose]!);
		const last = draws.at(-1) ?? { panorama: -1, pose: -1 };
		const isNew = { panoramaIsNew: panorama > last.panorama, poseIsNew: pose > last.pose };
		const { draw, againAtSec } = clock.decide({ nowSec, ...isNew, panoramas, poses });
		if (draw && panorama >= 0) {
			clock.drawn(nowSec);
			draws.push({ atSec: nowSec, panorama, pose });
			nowSec += workSec;
			continue;
		}
		const wakeSec = Math.min(againAtSec, nowSec + POLL_SEC, panoramasSec[panorama + 1] ?? Number.POSITIVE_INFINITY);
		nowSec = Math.max(wakeSec, nowSec) + WAKE_SEC;
	}
	return { draws: draws.filter(({ atSec }) => atSec > SETTLED_SEC), panoramasSec, posesSec };
}

function arrivalsSec(rate: number, seconds: number, phase: number, jitterSec: number): number[] {
	const random = seededRandom(rate);
	return Array.from({ length: seconds * rate }, (_, index) => (index + phase) / rate + jitterSec * random() ** 2);
}

function rateOf(draws: readonly Draw[]): number {
	return (draws.length - 1) / (draws.at(-1)!.atSec - draws[0]!.atSec);
}

/** Largest difference of a gap between two draws from the interval. */
function unevenSec({ draws }: Played, viewRate: number): number {
	return Math.max(...draws.slice(1).map(({ atSec }, index) => Math.abs(atSec - draws[index]!.atSec - 1 / viewRate)));
}

function panoramasSkipped({ draws }: Played): number {
	return draws.at(-1)!.panorama - draws[0]!.panorama + 1 - new Set(draws.map(({ panorama }) => panorama)).size;
}

/** Mean age of what was drawn; 0 for a stream of one picture, or none. */
function meanAgeSec(timesSec: readonly number[], draws: readonly Draw[], key: "panorama" | "pose"): number {
	if (timesSec.length < 2) return 0;
	return draws.reduce((sum, draw) => sum + draw.atSec - timesSec[draw[key]]!, 0) / draws.length;
}

/** Mean age of pose and panorama together, at the draws. */
function ageSec({ draws, panoramasSec, posesSec }: Played): number {
	return meanAgeSec(panoramasSec, draws, "panorama") + meanAgeSec(posesSec, draws, "pose");
}

/** Mean age of the newest of several arrivals at `count` even times from `firstSec` on. */
function evenAgeSec(timesSec: readonly number[], firstSec: number, count: number, rate: number): number {
	if (timesSec.length < 2) return 0;
	let [sum, newest] = [0, 0];
	for (let index = 0; index < count; index++) {
		const atSec = firstSec + index / rate;
		while (timesSec[newest + 1]! <= atSec) newest++;
		sum += atSec - timesSec[newest]!;
	}
	return sum / count;
}

/** The least mean age of pose and panorama that draws at exactly even times can have. */
function leastAgeSec({ draws, panoramasSec, posesSec }: Played, viewRate: number): number {
	const ages = Array.from({ length: 32 }, (_, step) => {
		const firstSec = draws[0]!.atSec + step / 32 / viewRate;
		const ageOf = (timesSec: readonly number[]) => evenAgeSec(timesSec, firstSec, draws.length, viewRate);
		return ageOf(panoramasSec) + ageOf(posesSec);
	});
	return Math.min(...ages);
}

const STILL: ViewMoment = {
	nowSec: 10,
	panoramaIsNew: false,
	poseIsNew: false,
	panoramas: new ArrivalEstimate(),
	poses: new ArrivalEstimate(),
};

describe("a view's beat", () => {
	const rates = [24, 25, 30, 50, 60, 72, 90].flatMap((viewRate) =>
		[0, 15, 24, 25, 29.97, 30, 50, 60].map((sourceRate) => ({ viewRate, sourceRate })),
	);

	it.each(rates)(
		"$viewRate a second of a source of $sourceRate: exact, even, and as fresh as even draws can be",
		({ viewRate, sourceRate }) => {
			for (const poseRate of [0, 60, 72, 90, 120]) {
				if (sourceRate + poseRate === 0) continue;
				const jitter = { sourceJitterSec: 0.002, poseJitterSec: 0.002 };
				const played = play({ viewRate, sourceRate, poseRate, ...jitter });
				const words = `poses at ${poseRate} Hz`;
				expect(Math.abs(rateOf(played.draws) / viewRate - 1), words).toBeLessThan(0.005);
				expect(unevenSec(played, viewRate), words).toBeLessThan(0.002);
				if (sourceRate <= viewRate) expect(panoramasSkipped(played), words).toBe(0);
				expect(ageSec(played), words).toBeLessThan(leastAgeSec(played, viewRate) + 0.003);
			}
		},
	);

	it("stays even when panoramas and poses come by chance", () => {
		for (const poseJitterSec of [0.01, 0.03]) {
			const played = play({ viewRate: 60, sourceRate: 25, poseRate: 60, sourceJitterSec: 0.02, poseJitterSec });
			expect(Math.abs(rateOf(played.draws) / 60 - 1)).toBeLessThan(0.005);
			expect(unevenSec(played, 60)).toBeLessThan(0.002);
		}
	});

	it("follows a source and poses whose rates are not quite the view's", () => {
		const played = play({ viewRate: 30, sourceRate: 30.06, poseRate: 59.94, poseJitterSec: 0.001, seconds: 30 });
		expect(panoramasSkipped(played)).toBe(0);
		expect(unevenSec(played, 30)).toBeLessThan(0.002);
	});

	it("has its rate also beside a much faster source", () => {
		expect(rateOf(play({ sourceRate: 240, viewRate: 60 }).draws)).toBeCloseTo(60, 0);
	});

	it("is not moved by a draw that is late, as on a busy machine", () => {
		const clock = new ViewClock(60);
		const draws: number[] = [];
		for (let nowSec = 0; nowSec < 2; nowSec += 0.00025) {
			const { draw } = clock.decide({ ...STILL, nowSec, poseIsNew: true });
			// Busy for 40 ms, at one second.
			if (!draw || (nowSec > 1 && nowSec < 1.04)) continue;
			clock.drawn(nowSec);
			draws.push(nowSec);
		}
		const phaseAfter = (afterSec: number) => (60 * draws.find((sec) => sec > afterSec)!) % 1;
		expect(phaseAfter(1.1)).toBeCloseTo(phaseAfter(0.5), 1);
	});

	it("draws as often as it can when drawing takes longer than an interval", () => {
		expect(rateOf(play({ viewRate: 60, sourceRate: 30, poseRate: 60, workSec: 0.02 }).draws)).toBeCloseTo(50, 0);
	});
});

describe("a view in which nothing changes", () => {
	/** Draws of 3 s: a panorama at the beginning, and a pose at `poseSec`. */
	function drawsWithPose(poseSec: number): number[] {
		const clock = new ViewClock(60);
		const draws: number[] = [];
		let isPoseDrawn = false;
		for (let step = 0; step < 12_000; step++) {
			const nowSec = step / 4000;
			const poseIsNew = nowSec >= poseSec && !isPoseDrawn;
			if (!clock.decide({ ...STILL, nowSec, panoramaIsNew: step === 0, poseIsNew }).draw) continue;
			clock.drawn(nowSec);
			draws.push(nowSec);
			if (poseIsNew) isPoseDrawn = true;
		}
		return draws;
	}

	it("goes on at full rate for a moment, then only twice a second", () => {
		const draws = drawsWithPose(Number.POSITIVE_INFINITY);
		expect(draws.filter((at) => at < 0.41).length).toBeGreaterThan(20);
		expect(draws.filter((at) => at >= 1).length).toBe(4);
	});

	it("answers a new pose at once, and goes on from there", () => {
		const draws = drawsWithPose(2.1234).filter((at) => at > 2.1);
		expect(draws[0]).toBeCloseTo(2.1235, 3);
		expect(draws[1]! - draws[0]!).toBeCloseTo(1 / 60, 3);
	});

	it("answers a new pose within one interval of its last draw", () => {
		const clock = new ViewClock(60);
		clock.decide({ ...STILL, panoramaIsNew: true });
		clock.drawn(10);
		expect(clock.decide({ ...STILL, nowSec: 10.01, poseIsNew: true }).againAtSec).toBeCloseTo(10 + 1 / 60);
		expect(clock.decide({ ...STILL, nowSec: 10.0167, poseIsNew: true }).draw).toBe(true);
	});
});
