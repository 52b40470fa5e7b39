// Does the sound of a live source make pictures later? Chromium over loopback, with the sound on
// and off in turn: as panogaze offers it, and with the pictures' media stream for the sound.
import { spawn } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import ffmpeg from "@ffmpeg-installer/ffmpeg";
import type { Browser } from "playwright-core";
import { type PanogazeServer, serve } from "../src/server/server.ts";
import { launchChromium } from "../test/support/chromium.ts";
import { type BenchRow, benchRow } from "./bench-row.ts";
import { sleep } from "./moving-views.ts";
import { median, standardDeviation } from "./statistics.ts";
import { turnWithoutRest, waitForPictures } from "./turning-page.ts";

const ROUNDS = 5;
/** Time after each change: libwebrtc's steps towards the sound come once a second. */
const SETTLE_SEC = 2.5;
const MEASURE_SEC = 2.5;
const MOST_ADDED_MS = 5;

export async function run(): Promise<BenchRow[]> {
	const port = await freePort();
	const input = ["testsrc2=size=512x256:rate=30", "sine=frequency=440:sample_rate=48000"];
	const inputs = input.flatMap((each) => ["-re", "-f", "lavfi", "-i", each]);
	const video = ["-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency", "-g", "30"];
	const output = ["-c:a", "mp2", "-f", "mpegts", `udp://127.0.0.1:${port}?pkt_size=1316`];
	const sender = spawn(ffmpeg.path, ["-v", "error", ...inputs, ...video, ...output], { stdio: "ignore" });
	try {
		const readAtMs = new Map<number, number>();
		await using server = await serve({
			port: 0,
			host: "127.0.0.1",
			source: `udp://127.0.0.1:${port}`,
			view: { width: 640, height: 360, fovDeg: 90, frameRate: 60 },
			encoder: "software",
			logLevel: "error",
			tracking: { head: ({ message }) => void readAtMs.set(message.sequence, message.clientTimeMs) },
		});
		await using browser = await launchChromium();
		return [
			...(await addedRows("separate", browser, server, readAtMs)),
			...(await addedRows("shared", browser, server, readAtMs)),
		];
	} finally {
		sender.kill("SIGKILL");
	}
}

/** Rows of one arrangement of media streams: the middle of the rounds' differences. */
async function addedRows(
	streams: "separate" | "shared",
	browser: Browser,
	server: PanogazeServer,
	readAtMs: ReadonlyMap<number, number>,
): Promise<BenchRow[]> {
	const poseOf = new Map<number, number>();
	const removeListener = server.on("join", (viewer) => {
		viewer.on("frameSent", ({ rtpTicks, poseSequence }) => void poseOf.set(rtpTicks, poseSequence));
	});
	const page = await browser.newPage({ viewport: { width: 640, height: 360 } });
	if (streams === "shared") await page.addInitScript(shareStream);
	await page.goto(`http://127.0.0.1:${server.port}/?reproject=off`);
	await waitForPictures(page);
	await page.waitForFunction(() => window.panogaze.connection.sound.available);
	await turnWithoutRest(page);
	const photonMs = async (enabled: boolean) => {
		await page.evaluate((on) => {
			window.panogaze.connection.sound.enabled = on;
		}, enabled);
		await sleep(SETTLE_SEC);
		const shown = await page.evaluate(async (seconds) => {
			const pictures: [number, number][] = [];
			const video = document.querySelector("video")!;
			const untilMs = performance.now() + seconds * 1000;
			while (performance.now() < untilMs)
				await new Promise<void>((resolve) =>
					video.requestVideoFrameCallback((_, { rtpTimestamp, expectedDisplayTime }) => {
						if (rtpTimestamp !== undefined) pictures.push([rtpTimestamp, expectedDisplayTime]);
						resolve();
					}),
				);
			return pictures;
		}, MEASURE_SEC);
		const latencies = shown.map(([ticks, atMs]) => atMs - (readAtMs.get(poseOf.get(ticks) ?? -1) ?? Number.NaN));
		return median(latencies.filter(Number.isFinite));
	};
	const pairs: { readonly off: number; readonly on: number }[] = [];
	for (let round = 0; round < ROUNDS; round++) pairs.push({ off: await photonMs(false), on: await photonMs(true) });
	await page.close();
	removeListener();
	const added = pairs.map(({ off, on }) => on - off);
	const spread = standardDeviation(added);
	const silentMs = median(pairs.map(({ off }) => off));
	return [
		benchRow({ name: `${streams}-streams-silent`, value: silentMs, unit: "ms" }),
		benchRow({
			name: `${streams}-streams-added`,
			value: median(added),
			unit: "ms",
			note: `rounds ${added.map((ms) => ms.toFixed(1)).join(", ")}; deviation ${spread.toFixed(1)} ms`,
			...(streams === "separate" && { atMost: MOST_ADDED_MS }),
		}),
	];
}

/** Lets the page's connection take sound and pictures for one media stream. */
function shareStream(): void {
	const post = window.fetch;
	window.fetch = async (...request) => {
		const response = await post(...request);
		if (!response.headers.get("content-type")?.startsWith("application/sdp")) return response;
		const sdp = await response.text();
		const [, ofPictures] = /m=video[\s\S]*?a=msid:(\S+)/.exec(sdp) ?? [];
		const [before, sound = ""] = sdp.split(/(?=m=audio)/);
		const shared = before + sound.replace(/a=msid:\S+/g, `a=msid:${ofPictures}`);
		const { status, headers } = response;
		const answer = new Response(shared, { status, headers });
		Object.defineProperty(answer, "url", { value: response.url });
		return answer;
	};
}

async function freePort(): Promise<number> {
	const probe = createSocket("udp4").bind(0, "127.0.0.1");
	await once(probe, "listening");
	const { port } = probe.address();
	await new Promise<void>((resolve) => probe.close(() => resolve()));
	return port;
}
