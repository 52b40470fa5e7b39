import { readFile } from "node:fs/promises";
import { stripTypeScriptTypes } from "node:module";
import { fileURLToPath } from "node:url";
import type { Browser, Page } from "playwright-core";
import { decodeLegacyBodyPose } from "../../src/protocol/legacy/body-pose.ts";
import type { BinaryEncoding } from "../../src/protocol/tracking-format.ts";
import { TrackingReceiver } from "../../src/protocol/tracking-receiver.ts";
import { FULL_ACCESS } from "../../src/session/access.ts";
import { hubOptions } from "../../src/session/hub-options.cases.ts";
import { SessionHub } from "../../src/session/session-hub.ts";
import { PoseSample } from "../../src/skeleton/pose-sample.ts";
import { seededRandom } from "../../src/skeleton/seeded-random.cases.ts";
import type { SkeletonType } from "../../src/skeleton/tables/skeleton.ts";
import { clockOffset } from "./page-clock.ts";
import type { PageReport, runPoses } from "./pose-trial-page.ts";
import { UdpRelay } from "./udp-relay.ts";

export interface StreamPlan {
	readonly id: number;
	/** Absent for a head. */
	readonly skeleton?: SkeletonType;
	readonly hz: number;
}

/** The page's part of the options. */
export interface PoseTrialPlan {
	readonly streams: readonly StreamPlan[];
	/**
	 * `ours`: a `TrackingSender`. `ungated`: every pose at once, in `encoding`. `legacy`: the
	 * existing headset client's channels, messages and manners.
	 */
	readonly sender: "ours" | "ungated" | "legacy";
	readonly encoding: BinaryEncoding;
	readonly seconds: number;
	/** Time in which late messages may still arrive. */
	readonly drainSec: number;
}

export interface PoseTrialOptions extends Partial<PoseTrialPlan> {
	readonly streams: readonly StreamPlan[];
	/** Share of packets that each direction loses, 0 to 1. */
	readonly loss: number;
	/** Delay of each direction. @default 25 */
	readonly delayMs?: number;
	/** Time at the beginning that is not counted. @default 2 */
	readonly warmUpSec?: number;
	readonly seed?: number;
}

export interface StreamResult extends StreamPlan {
	/**
	 * Time from the reading in the client's application to the server's application, of the poses
	 * that arrived; the path's own delay is part of it.
	 */
	readonly p50Ms: number;
	readonly p99Ms: number;
	/** Share of all readings that arrived. Poses that newer ones replaced did not. */
	readonly deliveredShare: number;
	readonly replacedShare: number;
}

const ORIGIN = "https://poses.test";
const ROOT = new URL("../../", import.meta.url);
const PAGE_MODULE = "/test/support/pose-trial-page.ts";

/**
 * Sends poses from a page in Chromium to a session, over a path that loses packets. Poses count
 * when an application receives them: of our streams the newest, of legacy messages, which have no
 * numbers, all in the order in which they come.
 */
export async function runPoseTrial(browser: Browser, options: PoseTrialOptions): Promise<readonly StreamResult[]> {
	const {
		streams,
		loss,
		delayMs = 25,
		warmUpSec = 2,
		seed = 1,
		sender = "ours",
		encoding = "linked",
		seconds = 10,
		drainSec = 0.5,
	} = options;
	await using hub = new SessionHub(hubOptions({ limits: { maxMessagesPerSec: 2000 } }));
	const arrivals: Arrival[] = [];
	hub.on("session", (session) =>
		session.on(
			"message",
			arrivalsOf(arrivals, (text) => session.send("control", text)),
		),
	);
	let relay: UdpRelay | undefined;
	const page = await browser.newPage();
	try {
		await page.exposeFunction("answerOffer", async (sdp: string) => {
			const { answer } = await hub.open(sdp, { door: "offer", access: FULL_ACCESS });
			const path = (direction: number) => ({ loss, delayMs, random: seededRandom(seed * 2 + direction) });
			relay = await UdpRelay.open(answer, { up: path(0), down: path(1) });
			return relay.answer;
		});
		await serveSources(page);
		await page.goto(ORIGIN);
		const offsetMs = await clockOffset(page);
		const plan: PoseTrialPlan = { streams, sender, encoding, seconds: warmUpSec + seconds, drainSec };
		// As text: a test runner rewrites the imports of functions.
		const call = `import("${PAGE_MODULE}").then(({ runPoses }) => runPoses(${JSON.stringify(plan)}))`;
		const report = (await page.evaluate(call)) as Awaited<ReturnType<typeof runPoses>>;
		return streams.map((stream, index) => resultOf(stream, index, report, arrivals, offsetMs, warmUpSec * 1000));
	} finally {
		await page.close();
		relay?.close();
	}
}

interface Arrival {
	readonly stream: number;
	/** Time of the reading on the page's clock; legacy messages have its `number` instead. */
	readonly clientTimeMs?: number;
	readonly number?: number;
	readonly atMs: number;
}

function arrivalsOf(
	arrivals: Arrival[],
	answer: (text: string) => void,
): (label: string, message: string | Uint8Array) => void {
	const receiver = new TrackingReceiver({ maxHz: 1000 });
	const body = new PoseSample();
	return (label, message) => {
		const atMs = performance.now();
		if (typeof message === "string") {
			if (label === "control") answer(message);
			else arrivals.push({ stream: 0, number: (JSON.parse(message) as { n: number }).n, atMs });
		} else if (label === "body_pose") {
			if (decodeLegacyBodyPose(message, body).kind === "message")
				arrivals.push({ stream: body.stream, number: body.positions[0]!, atMs });
		} else {
			const frame = receiver.receive(message, atMs / 1000);
			if (frame !== undefined) arrivals.push({ stream: frame.stream, clientTimeMs: frame.clientTimeMs, atMs });
		}
	};
}

function resultOf(
	stream: StreamPlan,
	index: number,
	report: PageReport,
	arrivals: readonly Arrival[],
	offsetMs: number,
	warmUpMs: number,
): StreamResult {
	const putMs = report.putMs[index]!;
	const fromMs = putMs[0]! + warmUpMs;
	const latencies = arrivals
		.filter((arrival) => arrival.stream === stream.id)
		.map(({ clientTimeMs, number, atMs }) => ({ readMs: clientTimeMs ?? putMs[number!]!, atMs }))
		.filter(({ readMs }) => readMs >= fromMs)
		.map(({ readMs, atMs }) => atMs - offsetMs - readMs)
		.sort((a, b) => a - b);
	const percentile = (share: number) =>
		latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))] ?? Number.NaN;
	return {
		...stream,
		p50Ms: percentile(0.5),
		p99Ms: percentile(0.99),
		deliveredShare: latencies.length / putMs.filter((readMs) => readMs >= fromMs).length,
		replacedShare: report.replaced[index]! / putMs.length,
	};
}

/** Serves the project's own sources without their types, as a browser reads them. */
async function serveSources(page: Page): Promise<void> {
	await page.route(`${ORIGIN}/**`, async (route) => {
		const { pathname } = new URL(route.request().url());
		if (pathname === "/")
			return route.fulfill({ contentType: "text/html", body: "<!doctype html><title>poses</title>" });
		if (!pathname.endsWith(".ts")) return route.fulfill({ status: 404 });
		const source = await readFile(fileURLToPath(new URL(`.${pathname}`, ROOT)), "utf8");
		return route.fulfill({ contentType: "text/javascript", body: stripTypeScriptTypes(source) });
	});
}
