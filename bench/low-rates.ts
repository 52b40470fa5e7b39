// A turning view at low bit rates is encoded, sent over a link of exactly that rate, and decoded:
// does every picture show where the view looks? All of it happens in the pictures' own time: a busy
// machine changes nothing.
import { openLibavEncoder } from "../src/encoder/libav-encoder.ts";
import { PATTERN_COLOR } from "../src/source/pattern-picture.ts";
import type { EyeViewSize } from "../src/stream/view-size.ts";
import { runTurn, type ShownPicture, TurningView, type TurnPlan, usedShare } from "../test/support/turning-view.ts";
import { type BenchRow, benchRow } from "./bench-row.ts";
import { reducedViewRow } from "./reduced-views.ts";
import { percentile } from "./statistics.ts";

const SIZES: readonly EyeViewSize[] = [
	{ width: 640, height: 480 },
	{ width: 1280, height: 720 },
	{ width: 1920, height: 1080 },
];
const RATES_BPS = [100_000, 300_000, 600_000];
const JUMP_SEC = 1;
const TURN_SEC = 1.6;
const END_SEC = 3;
/** A camera's amount of detail, steps of 255. */
const TEXTURE = 40;
const LEAST_LIKENESS = 0.9;
const HD = { width: 1280, height: 720 };
/** Measured before the encoder's buffer grew. */
const SMALL_BUFFER = "with a buffer of 1.5 frames";

export async function run(): Promise<BenchRow[]> {
	const scene = await TurningView.open();
	const textured = await TurningView.open({ texture: TEXTURE });
	const rows: BenchRow[] = [];
	for (const [content, view] of [
		["scene", scene],
		["textured", textured],
	] as const) {
		for (const frameRate of view === scene ? [30, 60] : [30]) {
			for (const bitrateBps of RATES_BPS)
				for (const size of SIZES) rows.push(turnRow(view, content, { ...size, frameRate, bitrateBps }));
		}
	}
	rows.push(
		turnRow(scene, "scene, 400 degrees a second", { ...HD, frameRate: 60, bitrateBps: 300_000 }, 400),
		turnRow(scene, "scene, odd size", { width: 854, height: 482, frameRate: 30, bitrateBps: 100_000 }),
		turnRow(scene, "scene, upright", { width: 706, height: 1306, frameRate: 30, bitrateBps: 300_000 }),
		turnRow(scene, "scene, rate cut while it turns", {
			...HD,
			frameRate: 30,
			bitrateBps: (sec) => (sec < 1.8 ? 5_000_000 : 300_000),
		}),
		turnRow(scene, "scene, a key frame each half second", {
			...HD,
			frameRate: 30,
			bitrateBps: 300_000,
			keyframesSec: [1, 1.5, 2, 2.5],
		}),
		turnRow(scene, "scene, source of half the rate", { ...HD, frameRate: 30, bitrateBps: 600_000, drawStep: 2 }),
	);
	for (const bitrateBps of [600_000, 2_000_000, 10_000_000]) rows.push(...useRows(textured, bitrateBps));
	rows.push(
		reducedViewRow(scene, "scene", 150_000, { degreesPerSec: 36, gainDb: 1 }),
		reducedViewRow(scene, "scene", 300_000, { degreesPerSec: 36, gainDb: 0 }),
		reducedViewRow(textured, "textured", 300_000, { degreesPerSec: 36, gainDb: 1 }),
		reducedViewRow(scene, "scene", 150_000, { degreesPerSec: 120, gainDb: 1 }),
		reducedViewRow(scene, "scene", 300_000, { degreesPerSec: 120, gainDb: 1 }),
		reducedViewRow(textured, "textured", 300_000, { degreesPerSec: 120, gainDb: 0 }),
		reducedViewRow(textured, "textured", 600_000, { degreesPerSec: 120, gainDb: 1 }),
	);
	const fine = await TurningView.open({ width: 3840 });
	rows.push(...SIZES.map((size) => coarsestRow(fine, size)));
	return rows;
}

/**
 * Time from a jump by 90 degrees to the first picture drawn after it. The view stands still before
 * the jump, rests for a moment after it, and then turns without a rest.
 */
function turnRow(
	view: TurningView,
	content: string,
	plan: Omit<TurnPlan, "seconds" | "yawDeg">,
	degreesPerSec = 90,
): BenchRow {
	const yawDeg = (sec: number) => (sec < JUMP_SEC ? 0 : 90 + Math.max(0, sec - TURN_SEC) * degreesPerSec);
	const pictures = runTurn(view, { ...plan, yawDeg, seconds: END_SEC });
	const worst = Math.min(...pictures.map((picture) => view.likeness(picture, picture.yawDeg)));
	const recoverySec = pictures.find(({ drawnSec }) => drawnSec >= JUMP_SEC)!.shownSec - JUMP_SEC;
	const oldestSec = Math.max(...pictures.slice(0, -1).map(ageOfMoving));
	const bitrateBps = typeof plan.bitrateBps === "number" ? plan.bitrateBps : plan.bitrateBps(END_SEC);
	const fromSec = typeof plan.bitrateBps === "number" ? TURN_SEC : 1.8;
	const share = usedShare(pictures, bitrateBps, fromSec, END_SEC);
	const last = pictures.at(-1)!;
	const turning = pictures.filter(({ drawnSec }) => drawnSec >= TURN_SEC).length / (END_SEC - TURN_SEC);
	return benchRow({
		name: `${content}: ${plan.width}x${plan.height} at ${plan.frameRate}, ${bitrateBps / 1000} kbit/s`,
		value: recoverySec,
		unit: "s",
		target: {
			words: `< 1 s, likeness > ${LEAST_LIKENESS}, use > 60 %, none older than 1 s`,
			met: recoverySec < 1 && oldestSec < 1 && worst > LEAST_LIKENESS && share > 0.6 && share < 1.25,
		},
		note: [
			`drawn ${last.width}x${last.height} at ${turning.toFixed(1)}`,
			`uses ${(100 * share).toFixed(0)} %`,
			`likeness ${worst.toFixed(2)}`,
			`oldest ${oldestSec.toFixed(2)} s`,
		].join(", "),
	});
}

/** Age of a picture when the next one replaces it, while the view turns. */
function ageOfMoving({ drawnSec, replacedSec }: ShownPicture): number {
	return drawnSec < TURN_SEC ? 0 : replacedSec - drawnSec;
}

/** Share of the rate that a view turning by 36 degrees a second uses, and its spread of sizes. */
function useRows(view: TurningView, bitrateBps: number): BenchRow[] {
	const pictures = runTurn(view, { ...HD, frameRate: 30, bitrateBps, yawDeg: (sec) => 36 * sec, seconds: 5 });
	const share = usedShare(pictures, bitrateBps, 2, 5);
	const sizes = pictures.filter(({ drawnSec }) => drawnSec >= 2).map(({ byteLength }) => byteLength);
	const mean = sizes.reduce((sum, size) => sum + size, 0) / sizes.length;
	const p95OverMean = percentile(sizes, 0.95) / mean;
	return [
		benchRow({
			name: `use of ${bitrateBps / 1e6} Mbit/s`,
			value: 100 * share,
			unit: "%",
			better: null,
			peer: { name: SMALL_BUFFER, value: 75 },
			target: { words: "97 to 103 %", met: share > 0.97 && share < 1.03 },
		}),
		benchRow({
			name: `p95 of the sizes over their mean, ${bitrateBps / 1e6} Mbit/s`,
			value: p95OverMean,
			unit: "",
			peer: { name: SMALL_BUFFER, value: 1.17 },
			atMost: 1.25,
		}),
	];
}

/**
 * Smallest picture that the encoder makes of a view turning by 180 degrees a second, beside the
 * estimate of `ViewFit`.
 */
function coarsestRow(view: TurningView, size: EyeViewSize): BenchRow {
	using encoder = openLibavEncoder("software", { ...size, frameRate: 30, bitrateBps: 10_000, color: PATTERN_COLOR });
	const sizes = Array.from({ length: 30 }, (_, index) =>
		encoder.encode(view.draw(size, 6 * index), { ticks: 3000 * index, keyframe: index === 0 }),
	);
	const kilobytes = sizes.slice(5).reduce((sum, { data }) => sum + data.length, 0) / 25 / 1000;
	const expected = (2.1 * (size.width * size.height) ** 0.7) / 8000;
	return benchRow({
		name: `coarsest ${size.width}x${size.height}`,
		value: kilobytes,
		unit: "kB",
		better: null,
		peer: { name: "ViewFit's estimate", value: expected },
		target: { words: "within a third", met: Math.abs(Math.log(kilobytes / expected)) < Math.log(1.34) },
	});
}
