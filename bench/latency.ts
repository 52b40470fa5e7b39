// How old is a pose when its picture leaves the server, and when a browser shows it? Chromium over
// loopback, 1080p60, software on both sides.
import { quaternionFromAngles } from "../src/media/rotation.ts";
import { serve } from "../src/server/server.ts";
import { createPatternSource } from "../src/source/pattern-source.ts";
import { launchChromium } from "../test/support/chromium.ts";
import type { BenchRow } from "./bench-row.ts";
import { sleep } from "./moving-views.ts";

const FPS = 60;
const WARM_UP_SEC = 4;
const SECONDS = 12;

/** Where poses of the page's own connection come from; see web/ for the hook. */
interface PageHook {
	readonly connection: {
		readonly stats:
			| {
					readonly motionToPhoton?: { readonly p50: number; readonly p95: number; readonly samples: number };
					readonly framesDecoded?: number;
			  }
			| undefined;
		look(look: { readonly orientation: readonly number[] }): void;
	};
}

export async function run(): Promise<BenchRow[]> {
	await using server = await serve({
		port: 0,
		source: createPatternSource({ width: 1920, height: 960, frameRate: 30 }),
		view: { width: 1920, height: 1080, fovDeg: 90, frameRate: FPS },
		encoder: "software",
		logLevel: "error",
	});
	const serverMs: number[] = [];
	let measuring = false;
	server.on("join", (viewer) => {
		let lastPose = 0;
		viewer.on("frameSent", ({ poseSequence, stages }, firstPacketSec) => {
			if (measuring && poseSequence !== lastPose) serverMs.push((firstPacketSec - stages.poseReceivedSec) * 1000);
			lastPose = poseSequence;
		});
	});
	const browser = await launchChromium();
	const page = await browser.newPage({ viewport: { width: 1920, height: 1080 } });
	await page.goto(`http://127.0.0.1:${server.port}/`);
	await page.waitForFunction(
		() => (document.querySelector("video")?.getVideoPlaybackQuality().totalVideoFrames ?? 0) > 10,
		undefined,
		{
			timeout: 20_000,
		},
	);
	// A head that never rests: one pose for each displayed frame, from inside the page.
	const path = Array.from({ length: 720 }, (_, step) =>
		quaternionFromAngles({ yawDeg: step / 2, pitchDeg: 10 * Math.sin(step / 57.3), rollDeg: 0 }),
	);
	await page.evaluate((orientations) => {
		const { connection } = (window as unknown as { panogaze: PageHook }).panogaze;
		let step = 0;
		const turn = () => {
			connection.look({ orientation: orientations[step++ % orientations.length]! });
			requestAnimationFrame(turn);
		};
		turn();
	}, path);
	await sleep(WARM_UP_SEC);
	measuring = true;
	const shownBefore = await page.evaluate(
		() => document.querySelector("video")!.getVideoPlaybackQuality().totalVideoFrames,
	);
	const photonMs: { p50: number; p95: number }[] = [];
	for (let second = 0; second < SECONDS; second++) {
		await sleep(1);
		const percentiles = await page.evaluate(
			() => (window as unknown as { panogaze: PageHook }).panogaze.connection.stats?.motionToPhoton,
		);
		if (percentiles !== undefined) photonMs.push({ p50: percentiles.p50, p95: percentiles.p95 });
	}
	const shown =
		(await page.evaluate(() => document.querySelector("video")!.getVideoPlaybackQuality().totalVideoFrames)) -
		shownBefore;
	measuring = false;
	await browser.close();

	serverMs.sort((a, b) => a - b);
	const frameMs = 1000 / FPS;
	const [serverP50, serverP95] = [percentile(serverMs, 0.5), percentile(serverMs, 0.95)];
	const last = photonMs.at(-1) ?? { p50: Number.NaN, p95: Number.NaN };
	const common = { bench: "latency", unit: "ms", peer: null, peerValue: null, ratio: null };
	return [
		{ ...common, name: "pose-to-packet-p50", value: serverP50, target: "-", met: true },
		{
			...common,
			name: "pose-to-packet-p95",
			value: serverP95,
			target: `<= ${(frameMs + 12).toFixed(1)} ms`,
			met: serverP95 <= frameMs + 12,
		},
		{ ...common, name: "motion-to-photon-p50", value: last.p50, target: "<= 45 ms", met: last.p50 <= 45 },
		{ ...common, name: "motion-to-photon-p95", value: last.p95, target: "<= 65 ms", met: last.p95 <= 65 },
		{ ...common, name: "shown", value: shown / SECONDS, unit: "fps", target: "-", met: true },
	];
}

function percentile(sorted: readonly number[], share: number): number {
	return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
