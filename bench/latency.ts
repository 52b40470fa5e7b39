// How old is a pose when its picture leaves the server, and when a browser shows it? Chromium over
// loopback, 60 pictures a second, software on both sides.
import type { Page } from "playwright-core";
import { serve } from "../src/server/server.ts";
import { createPatternSource } from "../src/source/pattern-source.ts";
import { launchChromium } from "../test/support/chromium.ts";
import { type BenchRow, benchRow } from "./bench-row.ts";
import { sleep } from "./moving-views.ts";
import { ProcessorWatch } from "./processor-watch.ts";
import { percentile } from "./statistics.ts";
import { turnWithoutRest, waitForPictures } from "./turning-page.ts";
import { turnRows } from "./turns.ts";

const FPS = 60;
const WARM_UP_SEC = 4;
const SECONDS = 12;
/** Time that the last pictures may take from the server to the screen. */
const DRAIN_SEC = 0.5;
const FRAME_MS = 1000 / FPS;
const MOST_TO_PACKET_MS = FRAME_MS + 12;
const MOST_TO_PHOTON_MS = { p50: 40, p95: 55 };
/** The view of the targets, and one that a slow machine can keep up with. */
const TRIALS = [
	{ prefix: "", view: { width: 1920, height: 1080 }, source: { width: 1920, height: 960, frameRate: 30 } },
	{ prefix: "360p-", view: { width: 640, height: 360 }, source: { width: 1024, height: 512, frameRate: 30 } },
] as const;

/** First picture of a pose, as the server sent it. */
interface SentPicture {
	readonly rtpTicks: number;
	readonly poseSequence: number;
	readonly toPacketMs: number;
}

/** A picture as the page showed it, on the page's clock. */
type ShownPicture = readonly [rtpTicks: number, shownAtMs: number];

export async function run(): Promise<BenchRow[]> {
	const rows: BenchRow[] = [];
	for (const trial of TRIALS) rows.push(...(await motionRows(trial)));
	return [...rows, ...(await turnRows())];
}

async function motionRows({ prefix, view, source }: (typeof TRIALS)[number]): Promise<BenchRow[]> {
	// When the page read each pose, on its own clock.
	const readAtMs = new Map<number, number>();
	const sent: SentPicture[] = [];
	await using server = await serve({
		port: 0,
		source: createPatternSource(source),
		view: { ...view, fovDeg: 90, frameRate: FPS },
		encoder: "software",
		logLevel: "error",
		tracking: { head: ({ message }) => void readAtMs.set(message.sequence, message.clientTimeMs) },
	});
	server.on("join", (viewer) => {
		let lastPose = 0;
		viewer.on("frameSent", ({ rtpTicks, poseSequence, stages }, firstPacketSec) => {
			const toPacketMs = (firstPacketSec - stages.poseReceivedSec) * 1000;
			if (poseSequence !== lastPose) sent.push({ rtpTicks, poseSequence, toPacketMs });
			lastPose = poseSequence;
		});
	});
	const browser = await launchChromium();
	const page = await browser.newPage({ viewport: view });
	await page.goto(`http://127.0.0.1:${server.port}/?reproject=off`);
	await waitForPictures(page);
	await turnWithoutRest(page);
	await sleep(WARM_UP_SEC);
	sent.length = 0;
	await watchPictures(page);
	const processors = new ProcessorWatch();
	await sleep(SECONDS);
	const idle = processors.row(`${prefix}motion-to-photon`);
	const measured = [...sent];
	await sleep(DRAIN_SEC);
	const shown = await shownPictures(page);
	await browser.close();

	const shownAtMs = new Map(shown);
	const photonMs = measured.flatMap(({ rtpTicks, poseSequence }) => {
		const latencyMs = (shownAtMs.get(rtpTicks) ?? Number.NaN) - (readAtMs.get(poseSequence) ?? Number.NaN);
		return Number.isNaN(latencyMs) ? [] : [latencyMs];
	});
	const packetMs = measured.map(({ toPacketMs }) => toPacketMs).filter(Number.isFinite);
	return [
		...distributionRows(`${prefix}pose-to-packet`, packetMs, { p95: MOST_TO_PACKET_MS }),
		...distributionRows(`${prefix}motion-to-photon`, photonMs, MOST_TO_PHOTON_MS),
		idle,
		benchRow({ name: `${prefix}shown`, value: shown.length / (SECONDS + DRAIN_SEC), unit: "fps", better: "more" }),
	];
}

/** Rows p50, p95 and n of all readings. @param most the bounds, milliseconds */
function distributionRows(
	name: string,
	readingsMs: readonly number[],
	most: { p50?: number; p95: number },
): BenchRow[] {
	const row = (suffix: string, share: number, bound: number | undefined) => {
		const value = percentile(readingsMs, share);
		const target = bound && { words: `<= ${bound.toFixed(1)} ms`, met: value <= bound };
		return benchRow({ name: `${name}-${suffix}`, value, unit: "ms", ...(target && { target }) });
	};
	return [
		row("p50", 0.5, most.p50),
		row("p95", 0.95, most.p95),
		benchRow({ name: `${name}-n`, value: readingsMs.length, unit: "readings", better: null }),
	];
}

/** Notes in the page which pictures it shows from now on, and when. */
async function watchPictures(page: Page): Promise<void> {
	await page.evaluate(() => {
		const shown: [number, number][] = [];
		Object.assign(window, { shown });
		const video = document.querySelector("video")!;
		const note: VideoFrameRequestCallback = (_now, { rtpTimestamp, expectedDisplayTime }) => {
			if (rtpTimestamp !== undefined) shown.push([rtpTimestamp, expectedDisplayTime]);
			video.requestVideoFrameCallback(note);
		};
		video.requestVideoFrameCallback(note);
	});
}

function shownPictures(page: Page): Promise<readonly ShownPicture[]> {
	return page.evaluate(() => (window as unknown as { shown: readonly ShownPicture[] }).shown);
}
