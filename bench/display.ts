// Do pictures meet the refreshes of the viewer's display? Chromium over loopback, 320x180 at 60,
// with a server that draws in step with the display, and one that does not know it.
import type { DisplayMessage } from "../src/protocol/control-message.ts";
import { serve } from "../src/server/server.ts";
import { createPatternSource } from "../src/source/pattern-source.ts";
import { launchChromium } from "../test/support/chromium.ts";
import { type BenchRow, benchRow } from "./bench-row.ts";
import { sleep } from "./moving-views.ts";
import { ProcessorWatch } from "./processor-watch.ts";
import { percentile } from "./statistics.ts";
import { turnWithoutRest, waitForPictures } from "./turning-page.ts";

const FPS = 60;
const VIEW = { width: 320, height: 180 };
const WARM_UP_SEC = 6;
const SECONDS = 12;
const MOST_FAULTS_PERCENT = 0.5;
/** Draws are within this of even, milliseconds. */
const MOST_UNEVEN_MS = 2;

interface Outcome {
	/** Repeated refreshes and skipped pictures, percent of the refreshes. */
	readonly faults: number;
	/** 95 % of the gaps between two draws differ from the interval by less, milliseconds. */
	readonly unevenMs: number;
	readonly motionToPhoton: { readonly p50: number; readonly p95: number };
	readonly idle: BenchRow;
}

export async function run(): Promise<BenchRow[]> {
	const free = await watch({ inStep: false });
	const inStep = await watch({ inStep: true });
	const peer = (value: number) => ({ name: "display not known", value });
	const spread = ({ motionToPhoton: { p50, p95 } }: Outcome) => p95 - p50;
	return [
		benchRow({
			name: "repeated and skipped",
			value: inStep.faults,
			unit: "% of refreshes",
			peer: peer(free.faults),
			atMost: MOST_FAULTS_PERCENT,
		}),
		benchRow({
			name: "motion-to-photon, p95 over p50",
			value: spread(inStep),
			unit: "ms",
			peer: peer(spread(free)),
			atMost: 1000 / FPS,
		}),
		benchRow({
			name: "draws from even, p95",
			value: inStep.unevenMs,
			unit: "ms",
			peer: peer(free.unevenMs),
			atMost: MOST_UNEVEN_MS,
		}),
		inStep.idle,
	];
}

async function watch({ inStep }: { readonly inStep: boolean }): Promise<Outcome> {
	const reports: DisplayMessage[] = [];
	const drawsSec: number[] = [];
	await using server = await serve({
		port: 0,
		source: createPatternSource({ width: 960, height: 480, frameRate: 30 }),
		view: { ...VIEW, fovDeg: 90, frameRate: FPS },
		encoder: "software",
		logLevel: "error",
	});
	server.on("join", (viewer) => {
		viewer.on("message", (label, message) => {
			const report = message as Partial<DisplayMessage>;
			if (label === "control" && report.type === "display") reports.push(report as DisplayMessage);
		});
		viewer.on("frameSent", ({ stages }) => void drawsSec.push(stages.drawStartSec));
	});
	const browser = await launchChromium();
	const page = await browser.newPage({ viewport: VIEW });
	if (!inStep) await page.addInitScript(keepDisplayBack);
	await page.goto(`http://127.0.0.1:${server.port}/?reproject=off`);
	await waitForPictures(page);
	await turnWithoutRest(page);
	await sleep(WARM_UP_SEC);
	reports.length = drawsSec.length = 0;
	const processors = new ProcessorWatch();
	await sleep(SECONDS);
	const idle = processors.row("in step");
	const motionToPhoton = await page.evaluate(() => window.panogaze.connection.stats?.motionToPhoton);
	await browser.close();
	const sum = (of: "refreshes" | "repeated" | "skipped") =>
		reports.reduce((total, report) => total + (report[of] ?? 0), 0);
	const uneven = drawsSec.slice(1).map((sec, index) => Math.abs((sec - drawsSec[index]!) * 1000 - 1000 / FPS));
	return {
		faults: (100 * (sum("repeated") + sum("skipped"))) / sum("refreshes"),
		unevenMs: percentile(uneven, 0.95),
		motionToPhoton: motionToPhoton ?? { p50: Number.NaN, p95: Number.NaN },
		idle,
	};
}

/** Makes the page's hello ask no longer for pictures in step with its display. */
function keepDisplayBack(): void {
	const send = RTCDataChannel.prototype.send as (this: RTCDataChannel, data: unknown) => void;
	RTCDataChannel.prototype.send = function (this: RTCDataChannel, data: unknown) {
		send.call(this, typeof data === "string" ? data.replace('"display":true', '"display":false') : data);
	};
}
