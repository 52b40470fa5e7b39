import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { PanogazeServer } from "../src/index.ts";
import { VIEW_CODECS } from "../src/media/video-format.ts";
import { launchChromium } from "./support/chromium.ts";
import { serveScene } from "./support/test-server.ts";

/** Facts about a stream that a browser plays. */
interface Played {
	readonly mimeType: string;
	readonly width: number;
	readonly height: number;
	readonly keyFrames: number;
	/** Mean red, green and blue of nine fields of the picture. */
	readonly colors: number[];
}

/**
 * Plays what the server sends by WHEP to a page that offers one codec only. It runs in the page.
 * @param codec the end of a MIME type.
 */
async function play(codec: string): Promise<Played> {
	const peer = new RTCPeerConnection();
	const transceiver = peer.addTransceiver("video", { direction: "recvonly" });
	const { codecs } = RTCRtpReceiver.getCapabilities("video")!;
	const wanted = (mimeType: string) => mimeType.toLowerCase() === `video/${codec}`;
	transceiver.setCodecPreferences(codecs.filter(({ mimeType }) => wanted(mimeType) || mimeType === "video/rtx"));
	await peer.setLocalDescription();
	const response = await fetch("/whep", {
		method: "POST",
		headers: { "content-type": "application/sdp" },
		body: peer.localDescription!.sdp,
	});
	if (response.status !== 201) throw new Error(`${response.status} ${await response.text()}`);
	await peer.setRemoteDescription({ type: "answer", sdp: await response.text() });
	const video = document.createElement("video");
	video.muted = true;
	video.srcObject = new MediaStream([transceiver.receiver.track]);
	await video.play();
	for (let frame = 0; frame < 12; frame++)
		await new Promise<void>((resolve) => video.requestVideoFrameCallback(() => resolve()));
	const canvas = new OffscreenCanvas(3, 3).getContext("2d")!;
	canvas.imageSmoothingQuality = "high";
	canvas.drawImage(video, 0, 0, 3, 3);
	const reports = [...(await peer.getStats()).values()] as Record<string, unknown>[];
	const stream = reports.find(({ type }) => type === "inbound-rtp")!;
	const played = {
		mimeType: String(reports.find(({ id }) => id === stream["codecId"])!["mimeType"]),
		width: video.videoWidth,
		height: video.videoHeight,
		keyFrames: Number(stream["keyFramesDecoded"]),
		colors: [...canvas.getImageData(0, 0, 3, 3).data].filter((_, index) => index % 4 !== 3),
	};
	peer.close();
	return played;
}

describe("a page that offers one codec", () => {
	let browser: Browser;
	let server: PanogazeServer;
	let page: Page;

	beforeAll(async () => {
		[browser, server] = await Promise.all([launchChromium(), serveScene()]);
		page = await browser.newPage();
		await page.goto(`http://127.0.0.1:${server.port}/status`);
	});
	afterAll(() => Promise.all([browser?.close(), server?.close()]));

	it("plays it, the same picture with each codec", async () => {
		const played: Played[] = [];
		for (const codec of VIEW_CODECS) played.push(await page.evaluate(play, codec));
		expect(played.map(({ mimeType }) => mimeType)).toEqual(["video/H264", "video/VP8", "video/VP9", "video/AV1"]);
		const [h264] = played;
		for (const { mimeType, width, height, keyFrames, colors } of played) {
			expect([width, height], mimeType).toEqual([320, 180]);
			expect(keyFrames, mimeType).toBeGreaterThan(0);
			const differences = colors.map((value, index) => Math.abs(value - h264!.colors[index]!));
			expect(Math.max(...differences), `${mimeType} ${colors} ${h264!.colors}`).toBeLessThan(14);
		}
	});
});
