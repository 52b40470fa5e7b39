// How many poses can one core read and write, and how old are they after a network that loses
// packets? For the second question a page in Chromium sends a head at 90 Hz and a body of 84 bones
// at 100 Hz at the same time, over 25 ms each way, with packets lost in both directions.
import { TrackingDecoder } from "../src/protocol/tracking-decoder.ts";
import { TrackingEncoder } from "../src/protocol/tracking-encoder.ts";
import type { BinaryEncoding } from "../src/protocol/tracking-format.ts";
import { encodeTrackingText } from "../src/protocol/tracking-text.ts";
import { movingSkeleton } from "../src/skeleton/moving-skeleton.cases.ts";
import { PoseSample } from "../src/skeleton/pose-sample.ts";
import { launchChromium } from "../test/support/chromium.ts";
import { type PoseTrialOptions, runPoseTrial, type StreamPlan, type StreamResult } from "../test/support/pose-trial.ts";
import { type BenchRow, benchRow } from "./bench-row.ts";
import { textTable } from "./text-table.ts";

const POSES = 90;
const ROUND_MS = 150;
const ROUNDS = 5;

const PATH_MS = 25;
const SECONDS = 8;
const HEAD: StreamPlan = { id: 0, hz: 90 };
const BODY: StreamPlan = { id: 3, hz: 100, skeleton: "FullBody" };
const HANDS: readonly StreamPlan[] = [
	{ id: 1, hz: 90, skeleton: "XRHandLeft" },
	{ id: 2, hz: 90, skeleton: "XRHandRight" },
];

/** Bounds of the 99th percentile, milliseconds above the path's own delay. */
const HEAD_MS = 40;
const BODY_MS = 60;
/** Loss at which the delivered share is judged, and the share. */
const SHARE_LOSS = 0.05;
const LEAST_SHARE = 0.9;
const LEAST_POSES_PER_SEC = 10_000;

export async function run(): Promise<BenchRow[]> {
	return [...codecRows(), ...(await lossRows())];
}

function codecRows(): BenchRow[] {
	const fill = movingSkeleton("FullBody");
	const samples = Array.from({ length: POSES }, (_, index) => {
		const sample = new PoseSample();
		fill(sample, index / POSES);
		return sample;
	});
	const texts = samples.map((sample) => encodeTrackingText(sample)!);
	const parsed = perSecond((index) => void JSON.parse(texts[index]!));
	const written = perSecond((index) => void encodeTrackingText(samples[index]!));
	const rate = (name: string, value: number, peer: { readonly name: string; readonly value: number }) =>
		benchRow({ name, value, unit: "poses/s", better: "more", peer, atLeast: LEAST_POSES_PER_SEC });
	return (["q16", "linked"] as const).flatMap((encoding) => [
		rate(`decode-${encoding}`, decodeRate(samples, encoding), { name: "JSON.parse", value: parsed }),
		rate(`encode-${encoding}`, encodeRate(samples, encoding), { name: "JSON", value: written }),
	]);
}

function decodeRate(samples: readonly PoseSample[], encoding: BinaryEncoding): number {
	const encoder = new TrackingEncoder();
	const decoder = new TrackingDecoder();
	const into = new PoseSample();
	const messages = samples.map((sample) => encoder.encode(sample, encoding)!.slice());
	return perSecond((index) => {
		if (decoder.decode(messages[index]!, into).kind !== "message") throw new Error("A pose was not read.");
	});
}

function encodeRate(samples: readonly PoseSample[], encoding: BinaryEncoding): number {
	const encoder = new TrackingEncoder();
	return perSecond((index) => void encoder.encode(samples[index]!, encoding));
}

/** Actions a second in the best of some rounds: other work of the machine only ever slows them. */
function perSecond(act: (index: number) => void): number {
	let best = 0;
	for (let round = 0; round < ROUNDS; round++) {
		const startMs = performance.now();
		let count = 0;
		while (performance.now() - startMs < ROUND_MS) for (let index = 0; index < POSES; index++, count++) act(index);
		best = Math.max(best, (count / (performance.now() - startMs)) * 1000);
	}
	return best;
}

async function lossRows(): Promise<BenchRow[]> {
	const browser = await launchChromium();
	const two = [HEAD, BODY];
	const trial = (options: Omit<PoseTrialOptions, "delayMs">) =>
		runPoseTrial(browser, { seconds: SECONDS, ...options, delayMs: PATH_MS });
	const rows: BenchRow[] = [];
	const table = [["loss", "sender", "stream", "p50 ms", "p99 ms", "delivered"]];
	for (const loss of [0.01, SHARE_LOSS]) {
		const note = (sender: string, results: readonly StreamResult[]) => {
			for (const { skeleton, hz, p50Ms, p99Ms, deliveredShare } of results)
				table.push([
					`${loss * 100} %`,
					sender,
					`${skeleton ?? "head"} ${hz} Hz`,
					p50Ms.toFixed(1),
					p99Ms.toFixed(1),
					`${(deliveredShare * 100).toFixed(1)} %`,
				]);
			return results;
		};
		const [head, body] = note("ours", await trial({ streams: two, loss })) as readonly [StreamResult, StreamResult];
		note("ours, hands too", await trial({ streams: [...two, ...HANDS], loss }));
		note("linked, ungated", await trial({ streams: two, loss, sender: "ungated" }));
		note("q16, ungated", await trial({ streams: two, loss, sender: "ungated", encoding: "q16" }));
		const legacy = note("legacy", await trial({ streams: two, loss, sender: "legacy", drainSec: 4 })) as readonly [
			StreamResult,
			StreamResult,
		];
		rows.push(delayRow("head", loss, head, legacy[0], HEAD_MS), delayRow("body", loss, body, legacy[1], BODY_MS));
		if (loss === SHARE_LOSS) rows.push(shareRow("head", head, legacy[0]), shareRow("body", body, legacy[1]));
	}
	await browser.close();
	console.error(textTable(table));
	return rows;
}

function delayRow(name: string, loss: number, ours: StreamResult, legacy: StreamResult, limitMs: number): BenchRow {
	return benchRow({
		name: `${name}-p99-above-path-${loss * 100}%`,
		value: ours.p99Ms - PATH_MS,
		unit: "ms",
		peer: { name: "legacy", value: legacy.p99Ms - PATH_MS },
		atMost: limitMs,
	});
}

function shareRow(name: string, ours: StreamResult, legacy: StreamResult): BenchRow {
	return benchRow({
		name: `${name}-delivered-5%`,
		value: ours.deliveredShare * 100,
		unit: "%",
		better: "more",
		peer: { name: "legacy", value: legacy.deliveredShare * 100 },
		atLeast: LEAST_SHARE * 100,
	});
}
