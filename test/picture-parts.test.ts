import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { frameStampOf } from "../src/protocol/frame-stamp.ts";
import { launchChromium } from "./support/chromium.ts";
import { serversOfEachTest } from "./support/test-server.ts";

let browser: Browser;
beforeAll(async () => {
	browser = await launchChromium();
});
afterAll(() => browser.close());
const serve = serversOfEachTest();

/** An encoded frame in Chromium, with its access unit as numbers. */
interface SeenFrame {
	readonly rtpTicks: number;
	readonly bytes: number[];
}

/**
 * A client of its own in the page: it asks for stamps and a surround, and hands every encoded frame
 * to the decoder after a look at it.
 */
async function watchInPage(): Promise<{ height: number; frames: SeenFrame[] }> {
	const peer = new RTCPeerConnection({ encodedInsertableStreams: true } as RTCConfiguration);
	const { receiver } = peer.addTransceiver("video", { direction: "recvonly" });
	const frames: SeenFrame[] = [];
	const streams = (
		receiver as unknown as { createEncodedStreams(): { readable: ReadableStream; writable: WritableStream } }
	).createEncodedStreams();
	const look = new TransformStream<RTCEncodedVideoFrame, RTCEncodedVideoFrame>({
		transform(frame, controller) {
			const rtpTicks = frame.getMetadata().rtpTimestamp ?? frame.timestamp;
			frames.push({ rtpTicks, bytes: [...new Uint8Array(frame.data)] });
			controller.enqueue(frame);
		},
	});
	void streams.readable.pipeThrough(look).pipeTo(streams.writable);
	const control = peer.createDataChannel("control");
	const hello = { type: "hello", v: 1, picture: { stamps: true, surround: true } };
	control.onopen = () => control.send(JSON.stringify(hello));
	const video = document.createElement("video");
	video.muted = true;
	peer.ontrack = ({ track }) => {
		video.srcObject = new MediaStream([track]);
		void video.play();
	};
	await peer.setLocalDescription();
	const response = await fetch("/offer", {
		method: "POST",
		headers: { "content-type": "application/json" },
		body: JSON.stringify(peer.localDescription),
	});
	await peer.setRemoteDescription((await response.json()) as RTCSessionDescriptionInit);
	let [height, decoded, dropped] = [0, 0, 0];
	// Every picture is decoded but those on their way to the decoder.
	while (!(decoded >= 15 && dropped < 5 && height > 180)) {
		await new Promise((resolve) => setTimeout(resolve, 20));
		height = video.videoHeight;
		for (const report of (await receiver.getStats()).values())
			if (report.type === "inbound-rtp")
				[decoded, dropped] = [report.framesDecoded as number, report.framesReceived - report.framesDecoded];
	}
	peer.close();
	return { height, frames: frames.slice(-10) };
}

it("Chromium decodes pictures with stamps and a surround, and hands the stamps to the page", async () => {
	const server = await serve();
	const page = await browser.newPage();
	await page.goto(`http://127.0.0.1:${server.port}/status`);
	const { height, frames } = await page.evaluate(watchInPage);
	expect(height).toBe(180 + 12 + 16);
	expect(frames).toHaveLength(10);
	const stamps = frames.map(({ bytes }) => frameStampOf(Uint8Array.from(bytes)));
	// On a busy machine the first of them may have been made before the hello was read.
	const first = stamps.findIndex((stamp) => stamp !== undefined);
	expect(first).toBeGreaterThanOrEqual(0);
	for (const [index, { rtpTicks }] of frames.slice(first).entries()) {
		const stamp = stamps[first + index];
		expect(stamp).toMatchObject({ rtpTicks, lens: "flat", eyes: 1, surround: { width: 320, height: 16, gap: 12 } });
		expect(stamp?.times.encodedMs).toBeGreaterThan(stamp?.times.drawMs ?? Number.NaN);
	}
	await page.close();
});
