// When does a turn show in a window that re-projects? Chromium behind relays of several round
// trips, 640x360, where the processor draws WebGL.
import type { Page } from "playwright-core";
import { serve } from "../src/server/server.ts";
import { createPatternSource } from "../src/source/pattern-source.ts";
import { launchChromium } from "../test/support/chromium.ts";
import { UdpRelay } from "../test/support/udp-relay.ts";
import { type BenchRow, benchRow } from "./bench-row.ts";
import { sleep } from "./moving-views.ts";
import { ProcessorWatch } from "./processor-watch.ts";
import { percentile } from "./statistics.ts";
import { turnWithoutRest, waitForReprojection } from "./turning-page.ts";

const ROUND_TRIPS_MS = [0, 50, 150] as const;
const VIEW = { width: 640, height: 360 };
const DEG_PER_SEC = 60;
const WARM_UP_SEC = 3;
const SECONDS = 8;
/** A turn shows in one display frame of 60 Hz. */
const MOST_TURN_MS = 17;
/** Least share of frames that follow the one before within one refresh. */
const LEAST_EVEN = 0.99;
/** Gaps up to this many refreshes are one refresh. */
const ONE_REFRESH = 1.5;

/** Rows for each round trip: the latency of a turn, and how evenly frames follow each other. */
export async function turnRows(): Promise<BenchRow[]> {
	const rows: BenchRow[] = [];
	const browser = await launchChromium({ webgl: true });
	await using server = await serve({
		port: 0,
		host: "127.0.0.1",
		source: createPatternSource({ width: 1024, height: 512, frameRate: 30 }),
		view: { ...VIEW, fovDeg: 90, frameRate: 60 },
		encoder: "software",
		logLevel: "error",
	});
	for (const roundTripMs of ROUND_TRIPS_MS) {
		const page = await browser.newPage({ viewport: VIEW, contrast: "more" });
		const relays = await delayPackets(page, roundTripMs / 2);
		await page.goto(`http://127.0.0.1:${server.port}/?reproject=on`);
		await waitForReprojection(page);
		await turnWithoutRest(page, DEG_PER_SEC);
		await sleep(WARM_UP_SEC);
		await noteDrawnFrames(page);
		const processors = new ProcessorWatch();
		await sleep(SECONDS);
		const name = `turn-${roundTripMs}ms`;
		rows.push(...rowsOf(name, await readTurns(page)), processors.row(name));
		await page.close();
		for (const relay of relays) relay.close();
	}
	await browser.close();
	return rows;
}

/** Lets the page's sessions go through relays. */
async function delayPackets(page: Page, delayMs: number): Promise<readonly UdpRelay[]> {
	const relays: UdpRelay[] = [];
	await page.route("**/whep", async (route) => {
		if (route.request().method() !== "POST") return route.continue();
		const response = await route.fetch();
		const relay = await UdpRelay.open(await response.text(), { down: { delayMs }, up: { delayMs } });
		relays.push(relay);
		await route.fulfill({ response, body: relay.answer });
	});
	return relays;
}

/** Notes from now on the display frames in which the canvas is drawn. */
async function noteDrawnFrames(page: Page): Promise<void> {
	await page.evaluate(() => {
		const drawnMs: number[] = [];
		Object.assign(window, { drawnMs });
		const gl = window.panogaze.shown.canvas.getContext("webgl2")!;
		const { drawArrays } = gl;
		let frameMs = 0;
		gl.drawArrays = (...all) => {
			drawArrays.apply(gl, all);
			if (drawnMs.at(-1) !== frameMs) drawnMs.push(frameMs);
		};
		const nextFrame = (nowMs: number) => {
			frameMs = nowMs;
			requestAnimationFrame(nextFrame);
		};
		requestAnimationFrame(nextFrame);
	});
}

interface Turns {
	readonly p50: number;
	readonly p95: number;
	readonly marginDeg: number;
	/** Times of the display frames in which the canvas was drawn, milliseconds. */
	readonly drawnMs: readonly number[];
}

function readTurns(page: Page): Promise<Turns> {
	return page.evaluate(() => {
		const { connection, shown } = window.panogaze;
		const { p50, p95 } = connection.stats?.turnToPhoton ?? { p50: Number.NaN, p95: Number.NaN };
		return { p50, p95, marginDeg: shown.marginDeg, drawnMs: (window as unknown as { drawnMs: number[] }).drawnMs };
	});
}

function rowsOf(name: string, { p50, p95, marginDeg, drawnMs }: Turns): BenchRow[] {
	const gapsMs = drawnMs.slice(1).map((atMs, index) => atMs - drawnMs[index]!);
	const refreshMs = percentile(gapsMs, 0.05);
	const even = gapsMs.filter((gapMs) => gapMs < ONE_REFRESH * refreshMs).length / gapsMs.length;
	return [
		benchRow({ name: `${name}-p50`, value: p50, unit: "ms" }),
		benchRow({
			name: `${name}-p95`,
			value: p95,
			unit: "ms",
			atMost: MOST_TURN_MS,
		}),
		benchRow({
			name: `${name}-even`,
			value: 100 * even,
			unit: "%",
			better: "more",
			atLeast: 100 * LEAST_EVEN,
		}),
		benchRow({ name: `${name}-margin`, value: marginDeg, unit: "degrees", better: null }),
	];
}
