// The memory of a server over joins and leaves of Chromium. src/session/session-hub.test.ts proves
// the same of its sessions alone.
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, it } from "vitest";
import { serve } from "../../src/server/server.ts";
import { createPatternSource } from "../../src/source/pattern-source.ts";
import { launchChromium } from "../support/chromium.ts";
import { SMALL_SCENE, SMALL_VIEW } from "../support/test-server.ts";

const PATIENCE = { timeout: 60_000, interval: 50 };

/** Collects garbage, whose amount varies by more than 50 joins would leak. */
const collectGarbage = (() => {
	setFlagsFromString("--expose-gc");
	return runInNewContext("gc") as () => void;
})();

/** Connects a page so many times, a few at once, until a picture is shown each time. */
async function joinAndLeave(times: number): Promise<void> {
	const joinOnce = async () => {
		const peer = new RTCPeerConnection();
		const frames = new Promise((resolve) => {
			peer.ontrack = ({ track }) => {
				const video = document.createElement("video");
				video.muted = true;
				video.srcObject = new MediaStream([track]);
				void video.play();
				video.requestVideoFrameCallback(resolve);
			};
		});
		peer.addTransceiver("video", { direction: "recvonly" });
		peer.createDataChannel("tracking", { ordered: false, maxRetransmits: 0 });
		await peer.setLocalDescription();
		const response = await fetch("whep", {
			method: "POST",
			headers: { "content-type": "application/sdp" },
			body: peer.localDescription!.sdp,
		});
		if (response.status !== 201) throw new Error(`${response.status}: ${await response.text()}`);
		await peer.setRemoteDescription({ type: "answer", sdp: await response.text() });
		await frames;
		await fetch(response.headers.get("location")!, { method: "DELETE" });
		peer.close();
	};
	let left = times;
	const joinOneByOne = async () => {
		while (left-- > 0) await joinOnce();
	};
	// Most of a join is waiting: as many at once as one address may have under way.
	await Promise.all(Array.from({ length: 4 }, joinOneByOne));
}

it("a server stays the same size over joins and leaves", async () => {
	const source = createPatternSource(SMALL_SCENE);
	const options = {
		port: 0,
		host: "127.0.0.1",
		source,
		view: SMALL_VIEW,
		logLevel: "warn",
		renderWorkers: 1,
	} as const;
	await using at = await serve({ ...options, keepSourceRunning: true });
	const browser = await launchChromium();
	try {
		const page = await browser.newPage();
		await page.goto(`http://127.0.0.1:${at.port}/status`);
		const settled = async () => {
			await expect.poll(() => at.viewers.length, PATIENCE).toBe(0);
			await new Promise((resolve) => setTimeout(resolve, 300));
			collectGarbage();
			return { pictures: at.stats().pictureMemoryBytes, rss: process.memoryUsage.rss() };
		};
		await page.evaluate(joinAndLeave, 10);
		const before = await settled();
		// Heaps and the allocator's arenas fill once, and then no more: a leak would make every
		// round grow.
		const grownMiB: number[] = [];
		for (let last = before; grownMiB.length < 8 && !grownMiB.some((grown) => grown < 5); ) {
			await page.evaluate(joinAndLeave, 25);
			const now = await settled();
			expect(now.pictures).toBe(before.pictures);
			grownMiB.push((now.rss - last.rss) / 2 ** 20);
			last = now;
		}
		const rounds = grownMiB.map((grown) => grown.toFixed(1)).join(", ");
		expect(Math.min(...grownMiB), `MiB grown in rounds of 25: ${rounds}`).toBeLessThan(5);
	} finally {
		await browser.close();
	}
}, 180_000);
