import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type PanogazeServer, serve } from "../../src/index.ts";
import { quaternionFromAngles } from "../../src/media/rotation.ts";
import { openRecording } from "../../src/recording/read/recording-reader.ts";
import { createPatternSource } from "../../src/source/pattern-source.ts";
import { launchChromium } from "../support/chromium.ts";
import type { ClipPicture } from "../support/clips.ts";
import { H264Decoder } from "../support/h264-decoder.ts";
import { colorTowards, readEye, turnHead, wearHeadset } from "../support/headset.ts";
import { HttpCamera } from "../support/http-camera.ts";

const PATIENCE = { timeout: 60_000, interval: 100 };
/** A path that seems full has a copied camera drawn for 15 s at least, each time. */
const PATH_PATIENCE = { timeout: 120_000, interval: 100 };
/** The cameras outlive such paths, seconds. */
const LENGTH_SEC = 300;

/** A picture of one colour, as I420 samples. */
const plain = (y: number, u: number, v: number) => ({
	...{ width: 320, height: 240, drawnFrom: { y, u, v } },
	draw: ({ planes }: ClipPicture) => [y, u, v].forEach((value, plane) => void planes[plane]!.fill(value)),
});

/** The colour of a camera's panel: the channel that is brightest, or none. */
const colorOf = (page: Page, name: string) =>
	page.evaluate((label) => {
		const video = document.querySelector<HTMLVideoElement>(`.camera[aria-label="${label}"] video`);
		if (video === null || video.videoWidth < 16) return "none";
		const context = new OffscreenCanvas(4, 4).getContext("2d")!;
		context.drawImage(video, 0, 0, 4, 4);
		const [red = 0, green = 0, blue = 0] = context.getImageData(1, 1, 1, 1).data;
		return Math.max(red, green, blue) < 60
			? "dark"
			: red > green && red > blue
				? "red"
				: blue > green
					? "blue"
					: "green";
	}, `Camera ${name}`);

const isLive = (page: Page, name: string) =>
	page.evaluate(
		(label) => document.querySelector<HTMLElement>(`.camera[aria-label="${label}"]`)?.dataset["live"] === "true",
		`Camera ${name}`,
	);

/** Points the right controller from the head, with its grip squeezed or not, for some frames. */
async function pointAndSqueeze(page: Page, yawDeg: number, pitchDeg: number, squeezed: boolean): Promise<void> {
	const orientation = quaternionFromAngles({ yawDeg, pitchDeg, rollDeg: 0 });
	await page.evaluate(
		async ([[x, y, z, w], value]) => {
			const controller = window.xrDevice.controllers.right!;
			controller.position.copy(window.xrDevice.position);
			controller.quaternion.set(x, y, z, w);
			const frame = () => new Promise((resolve) => window.xrDevice.activeSession!.requestAnimationFrame(resolve));
			await frame();
			controller.updateButtonValue("squeeze", value);
			for (let count = 0; count < 3; count++) await frame();
			if (value === 0) controller.position.set(0.5, 0.5, 0);
		},
		[orientation, squeezed ? 1 : 0] as const,
	);
}

/** Counters of a camera in `/status`. */
interface CameraCounters {
	readonly framesDecoded: number;
	readonly picturesPassed: number;
}

describe("two cameras beside the view, in Chromium", () => {
	let left: HttpCamera;
	let right: HttpCamera;
	let server: PanogazeServer;
	let browser: Browser;
	let page: Page;
	const folder = mkdtempSync(join(tmpdir(), "panogaze-cameras-"));

	beforeAll(async () => {
		[left, right, browser] = await Promise.all([
			// Baseline, which every client decodes.
			HttpCamera.start(
				{ ...plain(81, 90, 240), codecOptions: { preset: "superfast", profile: "baseline" } },
				300,
			),
			// No client decodes pictures that come out of order.
			HttpCamera.start({ ...plain(41, 240, 110), bFrames: 2 }, LENGTH_SEC),
			launchChromium({ webgl: true }),
		]);
		server = await serve({
			...{ port: 0, host: "127.0.0.1", logLevel: "silent", renderWorkers: 1 },
			sources: {
				head: createPatternSource({ width: 512, height: 256, frameRate: 15 }),
				left: left.url,
				right: right.url,
			},
			view: { width: 320, height: 180, frameRate: 15 },
			record: folder,
		});
		page = await browser.newPage({ viewport: { width: 900, height: 600 } });
		await page.goto(`http://127.0.0.1:${server.port}/`);
	});
	afterAll(async () => {
		await browser.close();
		await server.close();
		left.close();
		right.close();
		rmSync(folder, { recursive: true });
	});

	it("are tracks of the view's connection: one as it is, undecoded, the other drawn", {
		timeout: 240_000,
	}, async () => {
		await expect.poll(() => colorOf(page, "left"), PATIENCE).toBe("red");
		await expect.poll(() => colorOf(page, "right"), PATIENCE).toBe("blue");
		await expect
			.poll(async () => [await isLive(page, "left"), await isLive(page, "right")], PATIENCE)
			.toEqual([true, true]);
		expect(server.viewers).toHaveLength(1);
		const sent = () =>
			page.evaluate(() =>
				[...window.panogaze.connection.cameras.all.values()].map(({ statement }) => statement?.sent),
			);
		const status = async () => {
			const response = await fetch(`http://127.0.0.1:${server.port}/status`);
			return ((await response.json()) as { cameras: Record<"left" | "right", CameraCounters> }).cameras;
		};
		// A path that seems full at first has the copied camera drawn for some seconds.
		await expect.poll(sent, PATH_PATIENCE).toEqual(["copied", "drawn"]);
		// The switch takes until a key frame, and a path that is full for a moment has it drawn
		// again.
		const decodedOfSixty = async () => {
			const before = (await status()).left;
			const passed = async () => (await status()).left.picturesPassed - before.picturesPassed;
			await expect.poll(passed, PATIENCE).toBeGreaterThan(60);
			return (await status()).left.framesDecoded - before.framesDecoded;
		};
		await expect.poll(decodedOfSixty, PATH_PATIENCE).toBe(0);
		const { right: drawn } = await status();
		expect([drawn.framesDecoded > 10, drawn.picturesPassed]).toEqual([true, 0]);
		expect(await page.evaluate(() => window.panogaze.connection.state.name)).toBe("connected");
	});

	it("are played alone by their own addresses, without any of panogaze's code", async () => {
		const color = await page.evaluate(async () => {
			const peer = new RTCPeerConnection();
			const { track } = peer.addTransceiver("video", { direction: "recvonly" }).receiver;
			await peer.setLocalDescription(await peer.createOffer());
			const answer = await fetch("/left/whep", {
				method: "POST",
				headers: { "content-type": "application/sdp" },
				body: peer.localDescription!.sdp,
			});
			await peer.setRemoteDescription({ type: "answer", sdp: await answer.text() });
			const video = Object.assign(document.createElement("video"), {
				srcObject: new MediaStream([track]),
				muted: true,
			});
			await video.play();
			const context = new OffscreenCanvas(4, 4).getContext("2d")!;
			await new Promise((resolve) => video.requestVideoFrameCallback(resolve));
			context.drawImage(video, 0, 0, 4, 4);
			peer.close();
			return [...context.getImageData(1, 1, 1, 1).data];
		});
		expect(color[0]).toBeGreaterThan(200);
		expect(Math.max(color[1]!, color[2]!)).toBeLessThan(60);
		expect(server.viewers).toHaveLength(1);
	});

	it("say which one is not live, by silence and by a lost connection, while the other goes on", async () => {
		left.sending = false;
		await expect.poll(() => isLive(page, "left"), PATIENCE).toBe(false);
		await expect.poll(() => server.cameras.get("left")?.state.name, PATIENCE).toBe("stalled");
		expect(await isLive(page, "right")).toBe(true);
		left.sending = true;
		await expect.poll(() => isLive(page, "left"), PATIENCE).toBe(true);
		right.breakOff();
		await expect.poll(() => server.cameras.get("right")?.state.name, PATIENCE).toBe("reconnecting");
		await expect.poll(() => isLive(page, "right"), PATIENCE).toBe(true);
	});

	it("stay where they were put, and a folded one is not sent", async () => {
		const panel = page.locator('.camera[aria-label="Camera left"]');
		const before = (await panel.boundingBox())!;
		await panel.locator(".camera-move").focus();
		for (let step = 0; step < 5; step++) await page.keyboard.press("ArrowLeft");
		await page.mouse.move(before.x - 60, before.y + 10);
		await page.mouse.down();
		await page.mouse.move(before.x - 160, before.y + 110, { steps: 3 });
		await page.mouse.up();
		const moved = (await panel.boundingBox())!;
		expect([Math.round(moved.x - before.x), Math.round(moved.y - before.y)]).toEqual([-180, 100]);
		await page.locator('.camera[aria-label="Camera right"] .camera-fold').click();
		await expect.poll(() => server.cameras.get("right")?.state.name, PATIENCE).toBe("idle");
		await page.reload();
		await expect.poll(() => colorOf(page, "left"), PATIENCE).toBe("red");
		const again = (await panel.boundingBox())!;
		expect([Math.round(again.x), Math.round(again.y)]).toEqual([Math.round(moved.x), Math.round(moved.y)]);
		expect(await colorOf(page, "right")).toBe("none");
		await page.keyboard.press("v");
		await expect.poll(() => server.cameras.get("left")?.state.name, PATIENCE).toBe("idle");
	});

	it("are beside the view in a headset, and are carried by a grip that points at them", {
		timeout: 180_000,
	}, async () => {
		const worn = await browser.newPage({ viewport: { width: 320, height: 160 }, contrast: "more" });
		await wearHeadset(worn);
		await worn.goto(`http://127.0.0.1:${server.port}/`);
		await expect.poll(() => isLive(worn, "left"), PATIENCE).toBe(true);
		await worn.getByRole("button", { name: "Enter VR" }).click();
		await worn.waitForFunction(() => window.xrDevice.activeSession !== undefined);
		// The first panel is 38 degrees to the right, a little below the eyes.
		const redAt = async (yawDeg: number) => {
			const head = await turnHead(worn, yawDeg);
			// Beside the hand that is shown before it.
			const [red, green, blue] = colorTowards(await readEye(worn, "left"), head, yawDeg - 6, -4);
			return red > 180 && green < 80 && blue < 80;
		};
		await expect.poll(() => redAt(38), PATIENCE).toBe(true);
		expect(await redAt(-2)).toBe(false);
		await turnHead(worn, 20);
		await pointAndSqueeze(worn, 38, -8, true);
		await pointAndSqueeze(worn, -2, -8, true);
		await pointAndSqueeze(worn, -2, -8, false);
		await expect.poll(() => redAt(-2), PATIENCE).toBe(true);
		expect(await redAt(38)).toBe(false);
		left.sending = false;
		await expect.poll(() => redAt(-2), PATIENCE).toBe(false);
		left.sending = true;
		await expect.poll(() => redAt(-2), PATIENCE).toBe(true);
		await worn.close();
	});

	it("are recorded on the view's clock, each once, and can be decoded", async () => {
		await server.close();
		// A server does not wait for a busy machine for ever.
		await server.recording!.close();
		const file = readdirSync(folder).find((name) => name.endsWith(".rrd"))!;
		await using recording = await openRecording(join(folder, file));
		const red: number[] = [];
		const times: Record<string, number[]> = {};
		using decoder = new H264Decoder();
		for await (const record of recording.records({ types: ["camera", "frame"] })) {
			const name = record.type === "camera" ? record.camera : "view";
			if (record.type !== "camera" && record.type !== "frame") continue;
			const before = times[name] ?? [];
			times[name] = [...before, record.packet.stages.drawStartSec];
			if (name === "left" && before.length < 50) red.push(decoder.decode(record.packet.accessUnit).planes[2][0]!);
		}
		expect(Object.keys(times).sort()).toEqual(["left", "right", "view"]);
		for (const list of Object.values(times)) {
			expect(list.length).toBeGreaterThan(40);
			expect(list).toEqual([...list].sort((a, b) => a - b));
			// All three are of the same seconds.
			expect(Math.abs(list[0]! - times["view"]![0]!)).toBeLessThan(20);
		}
		expect(
			red.every((v) => Math.abs(v - 240) < 4),
			`${red}`,
		).toBe(true);
	});
});
