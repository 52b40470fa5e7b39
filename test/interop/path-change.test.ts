import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { serve } from "../../src/server/server.ts";
import { createPatternSource } from "../../src/source/pattern-source.ts";
import { launchChromium } from "../support/chromium.ts";
import { UdpRelay } from "../support/udp-relay.ts";

/** Longest time without a picture, with the offer held up by the test's own relay. */
const BACK_MS = 1500;

let browser: Browser;
beforeAll(async () => {
	browser = await launchChromium();
});
afterAll(() => browser.close());

/** The page of a server, whose connections each go through a relay of their own. */
async function openPage() {
	let states = 0;
	const events: string[] = [];
	const server = await serve({
		port: 0,
		host: "127.0.0.1",
		source: createPatternSource({ width: 1024, height: 512, frameRate: 30 }),
		view: { width: 640, height: 360, frameRate: 30 },
		state: () => ({ number: ++states }),
		logLevel: "silent",
	});
	server.on("join", () => events.push("join"));
	server.on("leave", (_, reason) => events.push(`leave: ${reason}`));
	const relays: UdpRelay[] = [];
	const page = await browser.newPage({ viewport: { width: 1280, height: 720 } });
	/** Set while new connections find no path. */
	const network = { isGone: false };
	await page.route("**/whep", async (route) => {
		if (route.request().method() !== "POST") return route.continue();
		const response = await route.fetch();
		const relay = await UdpRelay.open(await response.text());
		if (network.isGone) for (const direction of ["up", "down"] as const) relay.setPath(direction, { outage: true });
		relays.push(relay);
		await route.fulfill({ response, body: relay.answer });
	});
	await page.goto(`http://127.0.0.1:${server.port}/`);
	await expect.poll(() => pictures(page), { timeout: 20_000 }).toBeGreaterThan(60);
	// The time at which each picture was shown.
	await page.evaluate(() => {
		const video = document.querySelector("video")!;
		const times: number[] = [];
		const note = () => {
			times.push(performance.now());
			video.requestVideoFrameCallback(note);
		};
		video.requestVideoFrameCallback(note);
		Object.assign(window, { times });
	});
	return {
		page,
		server,
		relays,
		events,
		network,
		states: () => states,
		async [Symbol.asyncDispose]() {
			if (!page.isClosed()) await page.unrouteAll({ behavior: "ignoreErrors" });
			await page.close();
			await server.close();
			for (const relay of relays) relay.close();
		},
	};
}

const pictures = (page: Page) =>
	page.evaluate(() => document.querySelector("video")!.getVideoPlaybackQuality().totalVideoFrames);
/** Longest time between two pictures, milliseconds. */
const longestGap = (page: Page) =>
	page.evaluate(() => {
		const { times } = window as unknown as { times: number[] };
		return Math.max(...times.slice(1).map((time, index) => time - times[index]!));
	});
const stateOf = (page: Page) => page.evaluate(() => window.panogaze.connection.state.name);

describe("a change of the client's network path, in Chromium", () => {
	it("has its picture back within 1.5 s, and is the same viewer: one join, no leave, one state", async () => {
		await using at = await openPage();
		const { page, server, relays, events } = at;
		const { id } = server.viewers[0]!;
		const gaps: number[] = [];
		// A pause of a busy machine may make one change longer, so the best of some counts.
		for (let change = 1; change <= 6 && (change <= 3 || Math.min(...gaps) >= BACK_MS); change++) {
			await page.evaluate(() => {
				(window as unknown as { times: number[] }).times.length = 0;
			});
			await page.waitForTimeout(500);
			await relays.at(-1)!.rebind();
			await expect.poll(() => relays.length, { timeout: 5000 }).toBe(change + 1);
			await expect.poll(() => stateOf(page), { timeout: 5000 }).toBe("connected");
			await page.waitForTimeout(1000);
			gaps.push(Math.round(await longestGap(page)));
		}
		console.log(`Longest time without a picture after a change of port: ${gaps.join(", ")} ms`);
		expect(Math.min(...gaps)).toBeLessThan(BACK_MS);
		expect([server.viewers.map((viewer) => viewer.id), events, at.states()]).toEqual([[id], ["join"], 1]);
		// Looking around works by the new connection.
		// Again and again: the page looks to the front when the video gets another size.
		const fovDegNow = async () => {
			await page.evaluate(() => window.panogaze.connection.look({ orientation: [0, -1, 0, 0], fovDeg: 70 }));
			return server.viewers[0]!.fovDeg;
		};
		await expect.poll(fovDegNow, { timeout: 5000 }).toBe(70);
		await page.unrouteAll({ behavior: "ignoreErrors" });
		await page.close();
		await expect.poll(() => events, { timeout: 12_000 }).toEqual(["join", expect.stringMatching(/^leave/)]);
	});

	it("is not disturbed by a path that is gone for less than 2 s: the first connection stays", async () => {
		await using at = await openPage();
		const { page, server, relays, events, network } = at;
		// The whole network is gone: the second connection can't be quicker, whenever it is opened.
		network.isGone = true;
		for (const direction of ["up", "down"] as const) relays[0]!.setPath(direction, { outage: true });
		await page.waitForTimeout(1700);
		for (const direction of ["up", "down"] as const) relays[0]!.setPath(direction, {});
		await expect.poll(() => stateOf(page), { timeout: 5000 }).toBe("connected");
		const before = relays[0]!.down.forwarded;
		await page.waitForTimeout(2000);
		expect(relays[0]!.down.forwarded, "the first connection goes on").toBeGreaterThan(before + 30);
		expect(events).toEqual(["join"]);
		expect(server.viewers).toHaveLength(1);
	});
});
