import type { Browser } from "playwright-core";
import { serve } from "../../src/server/server.ts";
import { launchChromium } from "../../test/support/chromium.ts";
import { makeClip } from "../../test/support/clips.ts";
import type { LinkPlan } from "../../test/support/links/link-plan.ts";
import { PACKET_KINDS } from "../../test/support/packet-log.ts";
import { clockOffset } from "../../test/support/page-clock.ts";
import type { RelayReport } from "../../test/support/relay-messages.ts";
import { RemoteRelay } from "../../test/support/remote-relay.ts";
import { TurningView } from "../../test/support/turning-view.ts";
import { sleep } from "../moving-views.ts";
import { ProcessorWatch } from "../processor-watch.ts";
import type { StatsSample } from "./page.ts";
import { RemotePage } from "./page-server.ts";

/** Rates of both senders, bits per second. */
export const RATES = { startBps: 5_000_000, maxBps: 10_000_000 } as const;
const VIEW = { width: 1280, height: 720 } as const;
const FRAME_RATE = 30;
const DEGREES_PER_SEC = 36;
/**
 * Detail of the film, steps of luma. The scene without it is too smooth for Chromium's encoder,
 * which then does not fill its rate; at 40 the encoder takes each turn for a change of scene, and
 * makes a key frame a second.
 */
const TEXTURE = 12;
const SAMPLE_MS = 100;
const CONNECT_MS = 30_000;
const PEER_ORIGIN = "https://network.test";

export interface RunPlan {
	readonly link: LinkPlan;
	readonly seed: number;
	/** Length of the link's course. */
	readonly seconds: number;
}

/**
 * All that was measured in a run. Times are milliseconds since the first video packet entered the
 * link.
 */
export interface NetworkRun {
	readonly relay: RelayReport;
	/** Times at which the viewer displayed a picture. */
	readonly shownMs: readonly number[];
	/** The viewer's statistics. */
	readonly received: readonly StatsSample[];
	/** The sender's statistics: of the session, or of Chromium. */
	readonly sent: readonly StatsSample[];
	/** Share of all cores that was busy, 0 to 1. */
	readonly busyShare: number;
}

/** Sends a panogaze server's turning view over a link to a viewer in Chromium. */
export async function runPanogaze(browser: Browser, { link, seed, seconds }: RunPlan): Promise<NetworkRun> {
	await using server = await serve({
		port: 0,
		host: "127.0.0.1",
		view: { ...VIEW, frameRate: FRAME_RATE },
		bitrateBps: RATES.maxBps,
		encoder: "software",
		logLevel: "error",
	});
	const origin = `http://127.0.0.1:${server.port}`;
	const viewer = await RemotePage.open(browser, origin);
	let relay: RemoteRelay | undefined;
	await viewer.page.route("**/whep**", async (route) => {
		const request = route.request();
		// Without the viewer's candidates the relay is the only path.
		if (request.method() === "PATCH") return route.fulfill({ status: 204 });
		if (request.method() !== "POST") return route.continue();
		const postData = withoutCandidates(request.postData() ?? "");
		const response = await route.fetch({ postData });
		relay = await RemoteRelay.open(await response.text(), link, seed);
		await route.fulfill({ response, body: relay.answer });
	});
	const sent: StatsSample[] = [];
	const sampling = setInterval(() => {
		const stats = server.viewers[0]?.stats();
		if (stats === undefined) return;
		sent.push({ atMs: performance.now(), ...numbersIn(stats.render), ...numbersIn(stats.session) });
	}, SAMPLE_MS);
	try {
		await viewer.call("watchServer", `${origin}/whep`);
		const busyShare = await course(viewer, seconds);
		return await outcome(viewer, relay!, sent, 0, busyShare);
	} finally {
		clearInterval(sampling);
		relay?.[Symbol.dispose]();
		await viewer.page.unrouteAll({ behavior: "ignoreErrors" });
		await viewer.page.close();
	}
}

/** Sends a film of the same view from a second Chromium, as its camera, over the same link. */
export async function runChromium(browser: Browser, { link, seed, seconds }: RunPlan): Promise<NetworkRun> {
	const cameraBrowser = await launchChromium({ cameraFile: await turningFilm() });
	let relay: RemoteRelay | undefined;
	try {
		const camera = await RemotePage.open(cameraBrowser, PEER_ORIGIN, ["camera"]);
		const viewer = await RemotePage.open(browser, PEER_ORIGIN);
		const offer = await viewer.call("offerToReceive");
		relay = await RemoteRelay.open(await camera.call("sendCamera", offer, RATES), link, seed);
		await viewer.call("takeAnswer", relay.answer);
		const busyShare = await course(viewer, seconds);
		const { samples } = await camera.report();
		const run = await outcome(viewer, relay, samples, await clockOffset(camera.page), busyShare);
		await viewer.page.close();
		return run;
	} finally {
		relay?.[Symbol.dispose]();
		await cameraBrowser.close();
	}
}

/** Waits for the first picture, and then until the link's course is over. */
async function course(viewer: RemotePage, seconds: number): Promise<number> {
	const processors = new ProcessorWatch();
	await viewer.page.waitForFunction(
		() => (document.querySelector("video")?.getVideoPlaybackQuality().totalVideoFrames ?? 0) > 0,
		undefined,
		{ timeout: CONNECT_MS },
	);
	await sleep(seconds);
	return 1 - processors.idleShare();
}

/** @param senderOffsetMs our clock minus that of the sender's samples */
async function outcome(
	viewer: RemotePage,
	relay: RemoteRelay,
	sent: readonly StatsSample[],
	senderOffsetMs: number,
	busyShare: number,
): Promise<NetworkRun> {
	const { shownMs, samples } = await viewer.report();
	const viewerOffsetMs = await clockOffset(viewer.page);
	const report = await relay.finish();
	if (!report.down.kind.includes(PACKET_KINDS.indexOf("media")))
		throw new Error("The video found a way past the relay.");
	const startMs = report.startEpochMs - performance.timeOrigin;
	const shifted = (all: readonly StatsSample[], offsetMs: number) =>
		all.map((sample) => ({ ...sample, atMs: sample.atMs + offsetMs - startMs }));
	return {
		relay: report,
		shownMs: shownMs.map((ms) => ms + viewerOffsetMs - startMs).sort((a, b) => a - b),
		received: shifted(samples, viewerOffsetMs),
		sent: shifted(sent, senderOffsetMs),
		busyShare,
	};
}

function withoutCandidates(offer: string): string {
	return offer.replace(/^a=candidate.*\r\n/gm, "");
}

function numbersIn(object: object): Record<string, number> {
	return Object.fromEntries(Object.entries(object).filter(([, value]) => typeof value === "number"));
}

/** A whole turn of the built-in scene with texture, as an MJPEG file. */
async function turningFilm(): Promise<string> {
	const view = await TurningView.open({ texture: TEXTURE });
	return makeClip({
		...VIEW,
		frames: (FRAME_RATE * 360) / DEGREES_PER_SEC,
		rate: FRAME_RATE,
		codec: "mjpeg",
		pixelFormat: "yuvj420p",
		range: "full",
		codecOptions: {},
		bitrateBps: 60_000_000,
		container: "mjpeg",
		drawnFrom: { texture: TEXTURE, degreesPerSec: DEGREES_PER_SEC },
		draw: ({ planes, strides, width, height }, frame) => {
			const { data } = view.draw({ width, height }, (frame * DEGREES_PER_SEC) / FRAME_RATE);
			let from = 0;
			for (const [index, plane] of planes.entries()) {
				const [columns, rows] = index === 0 ? [width, height] : [width / 2, height / 2];
				for (let y = 0; y < rows; y++, from += columns)
					plane.set(data.subarray(from, from + columns), y * strides[index]!);
			}
		},
	});
}
