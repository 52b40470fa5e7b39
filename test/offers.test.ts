import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { PanogazeServer } from "../src/server/server.ts";
import { launchChromium } from "./support/chromium.ts";
import { serveScene } from "./support/test-server.ts";

/** Sections of an offer, in order: a kind of media and its direction, or a data channel. */
type Sections = readonly (readonly ["audio" | "video", RTCRtpTransceiverDirection] | "data")[];

let browser: Browser;
let server: PanogazeServer;
beforeAll(async () => {
	[browser, server] = await Promise.all([launchChromium(), serveScene({ keepSourceRunning: true })]);
});
afterAll(async () => {
	await browser.close();
	await server.close();
});

describe("what other WHEP players offer", () => {
	const offers: [string, RTCConfiguration, Sections][] = [
		["audio before video, as most players do", {}, [["audio", "recvonly"], ["video", "recvonly"], "data"]],
		[
			"both directions",
			{},
			[
				["video", "sendrecv"],
				["audio", "sendrecv"],
			],
		],
		[
			"two videos",
			{},
			[
				["video", "recvonly"],
				["video", "recvonly"],
			],
		],
		["a camera of its own before the video it wants", {}, [["video", "sendonly"], ["video", "recvonly"], "data"]],
		["one bundle only", { bundlePolicy: "max-bundle" }, [["audio", "recvonly"], ["video", "recvonly"], "data"]],
	];
	it.each(offers)(
		"is served in Chromium: %s",
		async (_name, configuration, sections) => {
			const page = await browser.newPage();
			await page.goto(`http://127.0.0.1:${server.port}/status`);
			const framesDecoded = await page.evaluate(
				async ({ configuration: options, sections: wanted }) => {
					const peer = new RTCPeerConnection(options);
					for (const section of wanted) {
						if (section === "data") peer.createDataChannel("control");
						else peer.addTransceiver(section[0], { direction: section[1] });
					}
					await peer.setLocalDescription(await peer.createOffer());
					const body = peer.localDescription!.sdp;
					const response = await fetch("/whep", {
						method: "POST",
						headers: { "content-type": "application/sdp" },
						body,
					});
					await peer.setRemoteDescription({ type: "answer", sdp: await response.text() });
					const endMs = performance.now() + 30_000;
					let decoded = 0;
					while (decoded < 5 && performance.now() < endMs) {
						await new Promise((resolve) => setTimeout(resolve, 50));
						for (const report of (await peer.getStats()).values())
							if (report.type === "inbound-rtp") decoded = report.framesDecoded ?? decoded;
					}
					await fetch(response.headers.get("location")!, { method: "DELETE" });
					peer.close();
					return decoded;
				},
				{ configuration, sections },
			);
			await page.close();
			expect(framesDecoded).toBeGreaterThanOrEqual(5);
		},
		60_000,
	);
});
