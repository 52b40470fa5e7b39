import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { quaternionFromAngles } from "../src/media/rotation.ts";
import { type PanogazeServer, serve } from "../src/server/server.ts";
import { landmarks, type Rgb } from "../src/source/pattern-scene.ts";
import { createPatternSource } from "../src/source/pattern-source.ts";
import { SourceError } from "../src/source/video-source.ts";
import { launchChromium, launchKillableChromium } from "./support/chromium.ts";

// What the page puts on `window` for tests; its own types live in web/.
declare global {
	interface Window {
		panogaze: {
			connection: {
				state: { name: string };
				look(look: { orientation: readonly number[]; fovDeg?: number }): void;
				stats: { motionToPhoton?: { p50: number; p95: number }; fps: number } | undefined;
				close(): void;
			};
		};
	}
}

const VIEW = { width: 640, height: 360, fovDeg: 90, frameRate: 30 };
const SOURCE = { width: 1920, height: 960, frameRate: 30 };

let browser: Browser;
let server: PanogazeServer | undefined;
const complaints: string[] = [];

beforeAll(async () => {
	browser = await launchChromium();
});
afterEach(async () => {
	await server?.close();
	server = undefined;
	expect(complaints.splice(0)).toEqual([]);
});
afterAll(() => browser.close());

async function startServer(options: Parameters<typeof serve>[0] = {}): Promise<PanogazeServer> {
	server = await serve({ port: 0, host: "0.0.0.0", source: createPatternSource(SOURCE), view: VIEW, logLevel: "warn", ...options });
	return server;
}

async function openPage(at: PanogazeServer, from = browser): Promise<Page> {
	const page = await from.newPage({ viewport: { width: 1280, height: 720 } });
	page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
	page.on("pageerror", (error) => complaints.push(error.message));
	await page.goto(`http://127.0.0.1:${at.port}/`);
	return page;
}

const framesShown = (page: Page) => page.evaluate(() => document.querySelector("video")!.getVideoPlaybackQuality().totalVideoFrames);

async function waitForFrames(page: Page, count: number): Promise<void> {
	await expect.poll(() => framesShown(page), { timeout: 20_000, interval: 100 }).toBeGreaterThanOrEqual(count);
}

/** Turns the view and waits until a frame shows it: the colour of the middle of the picture. */
async function colorSeenAt(page: Page, yawDeg: number, pitchDeg: number, expected: Rgb): Promise<Rgb> {
	const orientation = quaternionFromAngles({ yawDeg, pitchDeg, rollDeg: 0 });
	const read = () =>
		page.evaluate((q) => {
			window.panogaze.connection.look({ orientation: q, fovDeg: 60 });
			const video = document.querySelector("video")!;
			const canvas = new OffscreenCanvas(9, 9);
			const context = canvas.getContext("2d")!;
			context.drawImage(video, video.videoWidth / 2 - 4, video.videoHeight / 2 - 4, 9, 9, 0, 0, 9, 9);
			return [...context.getImageData(4, 4, 1, 1).data].slice(0, 3) as unknown as Rgb;
		}, orientation);
	let seen = await read();
	for (let attempt = 0; attempt < 60 && distance(seen, expected) > 24; attempt++) {
		await new Promise((resolve) => setTimeout(resolve, 50));
		seen = await read();
	}
	return seen;
}

const distance = (a: Rgb, b: Rgb) => Math.max(...a.map((channel, index) => Math.abs(channel - b[index]!)));

describe("the page in Chromium", () => {
	it("plays, turns by data channel to every landmark of the built-in scene, and measures motion-to-photon", async () => {
		const page = await openPage(await startServer());
		await waitForFrames(page, 30);
		for (const { yawDeg, pitchDeg, color, name } of landmarks) {
			const expected = color;
			const seen = await colorSeenAt(page, yawDeg, pitchDeg, expected);
			expect(distance(seen, expected), `${name}: saw ${seen}, expected ${expected}`).toBeLessThanOrEqual(24);
		}
		for (let step = 0; step < 90; step++) {
			await page.evaluate(
				(q) => window.panogaze.connection.look({ orientation: q }),
				quaternionFromAngles({ yawDeg: step, pitchDeg: 0, rollDeg: 0 }),
			);
			await new Promise((resolve) => setTimeout(resolve, 20));
		}
		await expect
			.poll(() => page.evaluate(() => window.panogaze.connection.stats?.motionToPhoton?.p50 ?? 0), { timeout: 5000 })
			.toBeGreaterThan(1);
		await page.close();
		await expect.poll(() => server!.viewers.length, { timeout: 12_000 }).toBe(0);
	});

	it("shows two pages their own views at once", async () => {
		const at = await startServer();
		const [front, back] = [landmarks[0]!, landmarks.find(({ yawDeg }) => Math.abs(yawDeg) === 180)!];
		const pages = await Promise.all([openPage(at), openPage(at)]);
		await Promise.all(pages.map((page) => waitForFrames(page, 10)));
		for (let round = 0; round < 3; round++) {
			const [a, b] = round % 2 === 0 ? [front, back] : [back, front];
			const seen = await Promise.all([
				colorSeenAt(pages[0]!, a!.yawDeg, a!.pitchDeg, a!.color),
				colorSeenAt(pages[1]!, b!.yawDeg, b!.pitchDeg, b!.color),
			]);
			expect(distance(seen[0]!, a!.color)).toBeLessThanOrEqual(24);
			expect(distance(seen[1]!, b!.color)).toBeLessThanOrEqual(24);
		}
		expect(at.viewers).toHaveLength(2);
		await Promise.all(pages.map((page) => page.close()));
	});

	it("turns by drag, wheel and keys", async () => {
		const at = await startServer();
		const page = await openPage(at);
		await waitForFrames(page, 10);
		const pose = () => at.viewers[0]!.pose;
		const yaw = () => {
			const [x, y, z, w] = pose()?.orientation ?? [0, 0, 0, 1];
			return (-Math.atan2(2 * (x * z + w * y), 1 - 2 * (x * x + y * y)) * 180) / Math.PI;
		};
		await page.mouse.move(640, 360);
		await page.mouse.down();
		await page.mouse.move(340, 360, { steps: 10 });
		await page.mouse.up();
		await expect.poll(yaw, { timeout: 5000 }).toBeGreaterThan(10);
		const before = yaw();
		await page.keyboard.down("ArrowLeft");
		await expect.poll(yaw, { timeout: 5000 }).toBeLessThan(before - 2);
		await page.keyboard.up("ArrowLeft");
		const fovDeg = at.viewers[0]!.fovDeg;
		await page.mouse.wheel(0, -300);
		await expect.poll(() => at.viewers[0]!.fovDeg, { timeout: 5000 }).toBeLessThan(fovDeg - 2);
		await page.close();
	});

	it("says why there is no picture, and shows it when the source comes at last", async () => {
		const source = createPatternSource(SOURCE);
		const startSource = source.start.bind(source);
		let there = false;
		source.start = (createStore) =>
			there ? startSource(createStore) : Promise.reject(new SourceError("connection", "The camera at 192.0.2.10 does not answer."));
		const page = await openPage(await startServer({ source, logLevel: "silent" }));
		await page.getByText("The source can't be reached.").waitFor({ state: "visible", timeout: 10_000 });
		there = true;
		await waitForFrames(page, 10);
		await page.getByText("The source can't be reached.").waitFor({ state: "hidden", timeout: 10_000 });
		await page.close();
	});

	it("draws in the shape of a phone held upright, and follows when it is turned", async () => {
		const page = await openPage(await startServer());
		await page.setViewportSize({ width: 390, height: 844 });
		const shape = () => page.evaluate(() => document.querySelector("video")!.videoWidth / document.querySelector("video")!.videoHeight);
		await expect.poll(shape, { timeout: 15_000 }).toBeLessThan(0.6);
		const upright = await framesShown(page);
		await waitForFrames(page, upright + 5);
		await page.setViewportSize({ width: 844, height: 390 });
		await expect.poll(shape, { timeout: 15_000 }).toBeGreaterThan(1.6);
		await page.close();
	});

	it("connects again by itself when the server comes back", async () => {
		const first = await startServer();
		const { port } = first;
		const page = await openPage(first);
		await waitForFrames(page, 5);
		await first.close();
		await expect.poll(() => page.evaluate(() => window.panogaze.connection.state.name), { timeout: 15_000 }).not.toBe("connected");
		await startServer({ port });
		await expect.poll(() => page.evaluate(() => window.panogaze.connection.state.name), { timeout: 20_000 }).toBe("connected");
		const shown = await framesShown(page);
		await waitForFrames(page, shown + 10);
		complaints.length = 0; // the browser itself reports the requests that failed meanwhile
		await page.close();
	});

	it("forgets a browser that is killed: drawing stops after five seconds of silence, the viewer is gone after ten", async () => {
		const at = await startServer();
		const victim = await launchKillableChromium();
		const page = await openPage(at, victim.browser);
		await waitForFrames(page, 10);
		const [viewer] = at.viewers;
		const killedAtMs = Date.now();
		await victim.kill();
		const drawn: { atMs: number; frames: number }[] = [];
		while (at.viewers.length > 0 && Date.now() - killedAtMs < 14_000) {
			drawn.push({ atMs: Date.now() - killedAtMs, frames: viewer!.stats().render.framesDrawn });
			await new Promise((resolve) => setTimeout(resolve, 200));
		}
		const goneMs = Date.now() - killedAtMs;
		expect(goneMs).toBeGreaterThan(4000);
		expect(goneMs).toBeLessThan(13_000);
		const late = drawn.filter(({ atMs }) => atMs > 7000);
		if (late.length > 1) expect(late.at(-1)!.frames - late[0]!.frames).toBeLessThanOrEqual(1);
		complaints.length = 0;
	});

	it("stays the same size over 50 joins and leaves", async () => {
		const at = await startServer({ keepSourceRunning: true });
		const page = await openPage(at);
		await waitForFrames(page, 10);
		await page.evaluate(() => window.panogaze.connection.close());
		await expect.poll(() => at.viewers.length, { timeout: 10_000 }).toBe(0);
		const joinAndLeave = (times: number) =>
			page.evaluate(async (count) => {
				for (let n = 0; n < count; n++) {
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
				}
			}, times);
		const settled = async () => {
			await expect.poll(() => at.viewers.length, { timeout: 10_000 }).toBe(0);
			await new Promise((resolve) => setTimeout(resolve, 300));
			return { pictures: at.stats().pictureMemoryBytes, rss: process.memoryUsage.rss() };
		};
		await joinAndLeave(10);
		const before = await settled();
		await joinAndLeave(50);
		const after = await settled();
		expect(after.pictures).toBe(before.pictures);
		expect((after.rss - before.rss) / 2 ** 20, "MiB grown").toBeLessThan(48);
		await page.close();
	}, 120_000);
});

describe("the page: layout", () => {
	it("keeps the compass in the middle, the status whole and a long name cut, in every window and in forced colours", async () => {
		const at = await startServer();
		const page = await browser.newPage({ viewport: { width: 1280, height: 720 } });
		await page.goto(`http://127.0.0.1:${at.port}/`);
		await page.getByText("Live", { exact: true }).waitFor();
		await page.evaluate(() => {
			document.querySelector("#source")!.textContent =
				"rtsp://camera-on-the-robot.example/a/path/that/is/longer/than/any/window/is/wide/and/goes/on/and/on";
			document.querySelector("#status-words")!.textContent = "Reconnecting, watch only";
		});
		for (const [width, height] of [
			[1280, 720],
			[844, 390],
			[768, 1024],
			[390, 844],
			[320, 640],
		] as const) {
			await page.setViewportSize({ width, height });
			const boxes = await page.evaluate(() => {
				const box = (id: string) => document.querySelector(id)!.getBoundingClientRect().toJSON() as DOMRect;
				const [words, source] = [document.querySelector("#status-words")!, document.querySelector("#source")!];
				const whole = words.scrollWidth <= words.clientWidth + 1 || getComputedStyle(words).overflow === "visible";
				return {
					brand: box(".brand"),
					compass: box("#compass"),
					status: box("#status"),
					whole,
					cut: source.scrollWidth > source.clientWidth,
				};
			});
			const { brand, compass, status, whole, cut } = boxes;
			const where = `${width}x${height}`;
			expect(Math.abs(compass.left + compass.right - width), where).toBeLessThanOrEqual(2);
			expect(whole && status.left >= 0 && status.right <= width, `${where}: the status is whole`).toBe(true);
			expect(brand.right, where).toBeLessThan(status.left);
			if (compass.top < brand.bottom) expect([brand.right < compass.left, compass.right < status.left], where).toEqual([true, true]);
			if (width >= 720) expect(cut, `${where}: the name is cut`).toBe(true);
		}
		await page.setViewportSize({ width: 1280, height: 720 });
		for (const colorScheme of ["light", "dark"] as const) {
			await page.emulateMedia({ forcedColors: "active", colorScheme });
			const ink = () =>
				page.evaluate(() => {
					const canvas = document.querySelector<HTMLCanvasElement>("#compass canvas")!;
					const { data } = canvas.getContext("2d")!.getImageData(0, 0, canvas.width, canvas.height);
					const sums = Array.from({ length: data.length / 4 }, (_, n) => n * 4).filter((n) => data[n + 3]! > 200);
					const brightness = sums.map((n) => data[n]! + data[n + 1]! + data[n + 2]!);
					const ground = getComputedStyle(document.querySelector("#compass")!).backgroundColor.match(/\d+/g)!.slice(0, 3).map(Number);
					const groundSum = ground.reduce((sum, part) => sum + part, 0);
					return brightness.filter((sum) => Math.abs(sum - groundSum) > 300).length;
				});
			await expect.poll(ink, { message: colorScheme }).toBeGreaterThan(100);
		}
		await page.close();
	});
});

describe("the page: tokens", () => {
	it("asks for a token that is missing or wrong, keeps it when it is loaded anew, takes another from a link, and says who may only watch", async () => {
		const at = await startServer({ bearerToken: "drive", viewToken: "look", host: "127.0.0.1" });
		const page = await browser.newPage({ viewport: { width: 390, height: 844 } });
		await page.goto(`http://127.0.0.1:${at.port}/`);
		const words = page.locator("#token-words");
		const input = page.getByLabel("Token", { exact: true });
		await words.filter({ hasText: "This server asks for a token." }).waitFor();
		await input.fill("wrong");
		await page.keyboard.press("Enter");
		await words.filter({ hasText: "The token is wrong." }).waitFor();
		await input.fill("two words");
		await page.keyboard.press("Enter");
		await words.filter({ hasText: "A token has no spaces" }).waitFor();
		await input.fill("look");
		await page.getByRole("button", { name: "Connect", exact: true }).click();
		await page.getByText("Live, watch only").waitFor();
		expect(at.viewers.map(({ access }) => [...access])).toEqual([["watch"]]);
		await page.reload();
		await page.getByText("Live, watch only").waitFor();
		await page.evaluate(() => {
			location.hash = "token=drive";
		});
		await page.getByText("Live", { exact: true }).waitFor();
		expect([...at.viewers.at(-1)!.access]).toEqual(["watch", "steer"]);
		await page.close();
	});
});

describe("pages of other origins", () => {
	/** Tries from `page` whatever browsers let pages do, the page in a frame at last. Resolves with what it could read. */
	async function attack(page: Page, target: string) {
		return page.evaluate(async (url) => {
			const peer = new RTCPeerConnection();
			peer.addTransceiver("video", { direction: "recvonly" });
			peer.createDataChannel("camera");
			const { sdp } = await peer.createOffer();
			const offer = JSON.stringify({ type: "offer", sdp });
			const statusOf = (path: string, init: RequestInit) =>
				fetch(url + path, init).then(
					({ status, type }) => (type === "opaque" ? "opaque" : status),
					() => "failed",
				);
			const statuses = {
				offerSimple: await statusOf("offer", { method: "POST", mode: "no-cors", body: offer }),
				offerUntyped: await statusOf("offer", { method: "POST", mode: "no-cors", body: new Blob([offer]) }),
				offerJson: await statusOf("offer", { method: "POST", headers: { "content-type": "application/json" }, body: offer }),
				whep: await statusOf("whep", { method: "POST", headers: { "content-type": "application/sdp" }, body: sdp! }),
				status: await statusOf("status", {}),
			};
			document.body.innerHTML = `<iframe name="box"></iframe><form target="box" method="post" enctype="text/plain"><input></form>`;
			const form = document.querySelector("form")!;
			form.action = `${url}offer`;
			const input = document.querySelector("input")!;
			// A form sends name=value: split where the JSON has room for an equals sign.
			input.name = `${offer.slice(0, -1)},"x":"`;
			input.value = `"}`;
			const box = document.querySelector("iframe")!;
			const done = new Promise((resolve) => box.addEventListener("load", resolve));
			form.submit();
			await done;
			const frame = Object.assign(document.createElement("iframe"), { src: url, name: "framed" });
			document.body.append(frame);
			await new Promise((resolve) => frame.addEventListener("load", resolve));
			return statuses;
		}, target);
	}

	it("make no session, read nothing and show the page in no frame, but for listed ones", async () => {
		const pages = createServer((_request, response) => response.setHeader("content-type", "text/html").end("<body></body>"));
		await new Promise<void>((resolve) => pages.listen(0, "127.0.0.1", () => resolve()));
		const { port } = pages.address() as AddressInfo;
		try {
			const at = await startServer({ host: "127.0.0.1", allowedOrigins: [`http://localhost:${port}`], logLevel: "silent" });
			const joined: string[] = [];
			at.on("join", ({ id }) => void joined.push(id));
			const target = `http://127.0.0.1:${at.port}/`;
			const stranger = await browser.newPage();
			await stranger.goto(`http://127.0.0.1:${port}/`);
			const refused = stranger.waitForEvent("console", (message) => message.text().includes("frame-ancestors"));
			expect(await attack(stranger, target)).toEqual({
				offerSimple: "opaque",
				offerUntyped: "opaque",
				offerJson: "failed",
				whep: "failed",
				status: "failed",
			});
			await refused;
			expect(joined).toEqual([]);
			await stranger.close();
			const listed = await browser.newPage();
			await listed.goto(`http://localhost:${port}/`);
			expect(await attack(listed, target)).toEqual({
				offerSimple: "opaque",
				offerUntyped: "opaque",
				offerJson: 200,
				whep: 201,
				status: 200,
			});
			// Two that it may make, and the page in its frame, whose offer comes after the frame is loaded.
			await listed.frameLocator("[name=framed]").locator("video").waitFor({ state: "attached" });
			await vi.waitFor(() => expect(joined.length).toBe(3), { timeout: 20_000 });
			await listed.close();
		} finally {
			pages.close();
		}
	});
});
