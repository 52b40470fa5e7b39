import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launchChromium } from "../support/chromium.ts";
import { runPoseTrial, type StreamPlan } from "../support/pose-trial.ts";

let browser: Browser;
beforeAll(async () => {
	browser = await launchChromium();
});
afterAll(() => browser.close());

// Slower than a headset, so that a busy machine keeps up; `npm run bench -- tracking` measures the
// rates of one.
const HEAD: StreamPlan = { id: 0, hz: 60 };
const BODY: StreamPlan = { id: 3, hz: 60, skeleton: "FullBody" };
const PATH = { streams: [HEAD, BODY], loss: 0.05, delayMs: 25, seconds: 3, warmUpSec: 1 } as const;

describe("one packet of twenty lost, each way, 50 ms there and back", () => {
	it("poses of a head and a whole body come through Chromium's SCTP while they are new", async () => {
		const [head, body] = (await runPoseTrial(browser, PATH)) as [Result, Result];
		for (const { p50Ms, p99Ms, deliveredShare } of [head, body]) {
			expect(p50Ms).toBeGreaterThan(25);
			expect(p50Ms).toBeLessThan(300);
			expect(p99Ms).toBeLessThan(1500);
			expect(deliveredShare).toBeGreaterThan(0.5);
		}
	}, 60_000);

	it("which the existing client's do not: they queue, and this trial sees it", async () => {
		const [, body] = (await runPoseTrial(browser, {
			...PATH,
			streams: [HEAD, { ...BODY, hz: 90 }],
			sender: "legacy",
			drainSec: 1,
		})) as [Result, Result];
		expect(body.p99Ms).toBeGreaterThan(500);
	}, 60_000);
});

type Result = Awaited<ReturnType<typeof runPoseTrial>>[number];
