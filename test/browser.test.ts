import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import type { Look } from "../src/client/look.ts";
import type { ReprojectedView } from "../src/client/reprojected-view.ts";
import { quaternionFromAngles } from "../src/media/rotation.ts";
import { parseProjectionOptions } from "../src/projection/projection-words.ts";
import { type PanogazeServer, serve } from "../src/server/server.ts";
import { landmarks, type Rgb } from "../src/source/pattern-scene.ts";
import { createPatternSource } from "../src/source/pattern-source.ts";
import { SourceError } from "../src/source/video-source.ts";
import { launchChromium } from "./support/chromium.ts";
import { SIX_COLORS, writeSixColors } from "./support/six-colors.ts";

// What the page puts on `window` for tests; its own types live in web/.
declare global {
	interface Window {
		panogaze: {
			connection: {
				state: { name: string };
				look(look: Look, readAtMs?: number): void;
				stats: { motionToPhoton?: { p50: number; p95: number }; fps: number } | undefined;
				close(): void;
			};
			controls: { model: { fovDeg: number } };
			shown: ReprojectedView;
		};
	}
}

const VIEW = { width: 320, height: 180, fovDeg: 90, frameRate: 15 };
const SOURCE = { width: 512, height: 256, frameRate: 15 };
/** Panoramas of which no test looks at more than that they come. */
const SMALL_SOURCE = { width: 256, height: 128, frameRate: 15 };
const PATIENCE = { timeout: 60_000, interval: 50 };
/** Small, and without blurred glass: the processor draws all of it. */
const CHEAP_PAGE = { viewport: { width: 640, height: 360 }, contrast: "more" } as const;

let browser: Browser;
/**
 * Serves every test that needs no server of its own: painting the panorama takes longer than some
 * of them.
 */
let shared: PanogazeServer;
/** A test's own server. */
let own: PanogazeServer | undefined;
const complaints: string[] = [];

beforeAll(async () => {
	[browser, shared] = await Promise.all([
		launchChromium({ fakeDevices: true }),
		serve({
			port: 0,
			host: "0.0.0.0",
			source: createPatternSource(SOURCE),
			view: VIEW,
			logLevel: "warn",
			keepSourceRunning: true,
		}),
	]);
});
afterEach(async () => {
	for (const context of browser.contexts()) await context.close();
	await own?.close();
	own = undefined;
	// The viewer of a page that a failed test left behind is gone after a silence of 10 s.
	await expect.poll(() => shared.viewers.length, PATIENCE).toBe(0);
	expect(complaints.splice(0)).toEqual([]);
});
afterAll(async () => {
	await browser.close();
	await shared.close();
});

async function startServer(options: Parameters<typeof serve>[0] = {}): Promise<PanogazeServer> {
	const source = createPatternSource(SMALL_SOURCE);
	own = await serve({ port: 0, host: "0.0.0.0", source, view: VIEW, logLevel: "warn", renderWorkers: 1, ...options });
	return own;
}

async function openPage(at: PanogazeServer, from = browser): Promise<Page> {
	const page = await from.newPage(CHEAP_PAGE);
	page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
	page.on("pageerror", (error) => complaints.push(error.message));
	await page.goto(`http://127.0.0.1:${at.port}/`);
	return page;
}

/**
 * Closes a page that has said goodbye: not every headless Chromium lets a page do that which is
 * just closed.
 */
async function leave(page: Page): Promise<void> {
	await page.goto("about:blank");
	await page.close();
}

const stateOf = (page: Page) => page.evaluate(() => window.panogaze.connection.state.name);
const framesShown = (page: Page) =>
	page.evaluate(() => document.querySelector("video")!.getVideoPlaybackQuality().totalVideoFrames);

async function waitForFrames(page: Page, count: number): Promise<void> {
	await expect.poll(() => framesShown(page), PATIENCE).toBeGreaterThanOrEqual(count);
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
	const untilMs = performance.now() + PATIENCE.timeout;
	let seen = await read();
	while (distance(seen, expected) > 24 && performance.now() < untilMs) {
		await new Promise((resolve) => setTimeout(resolve, PATIENCE.interval));
		seen = await read();
	}
	return seen;
}

/** A camera by the command line's words, and the directions that it sees. */
interface Camera {
	readonly words: readonly string[];
	readonly size: { readonly width: number; readonly height: number; readonly copies?: number };
	readonly stereo?: "left-right";
	readonly sees: readonly string[];
}

/** The colour at a place of a little planet whose horizon has a radius of 1, x right and y down. */
function colorOnPlanet(page: Page, x: number, y: number): Promise<Rgb> {
	return page.evaluate(
		([x, y]) => {
			const video = document.querySelector("video")!;
			const { model } = window.panogaze.controls;
			// A planet's picture is 4 tan(fov / 4) wide where its horizon has a radius of 2.
			const radius = video.videoWidth / (2 * Math.tan((model.fovDeg * Math.PI) / 720));
			const context = new OffscreenCanvas(1, 1).getContext("2d")!;
			const at = [video.videoWidth / 2 + x * radius, video.videoHeight / 2 + y * radius] as const;
			context.drawImage(video, at[0] - 1, at[1] - 1, 2, 2, 0, 0, 1, 1);
			return [...context.getImageData(0, 0, 1, 1).data].slice(0, 3) as unknown as Rgb;
		},
		[x, y] as const,
	);
}

const distance = (a: Rgb, b: Rgb) => Math.max(...a.map((channel, index) => Math.abs(channel - b[index]!)));

describe("the page in Chromium", { timeout: 180_000 }, () => {
	it("plays, turns to every landmark of the built-in scene, and measures motion to photon", async () => {
		const page = await openPage(shared);
		await waitForFrames(page, 3);
		for (const { yawDeg, pitchDeg, color, name } of landmarks) {
			const expected = color;
			const seen = await colorSeenAt(page, yawDeg, pitchDeg, expected);
			expect(distance(seen, expected), `${name}: saw ${seen}, expected ${expected}`).toBeLessThanOrEqual(24);
		}
		let yawDeg = 0;
		const turnAndMeasure = () =>
			page.evaluate(
				(q) => {
					window.panogaze.connection.look({ orientation: q });
					return window.panogaze.connection.stats?.motionToPhoton?.p50 ?? 0;
				},
				quaternionFromAngles({ yawDeg: yawDeg++, pitchDeg: 0, rollDeg: 0 }),
			);
		await expect.poll(turnAndMeasure, { ...PATIENCE, interval: 10 }).toBeGreaterThan(1);
		await leave(page);
		await expect.poll(() => shared.viewers.length, PATIENCE).toBe(0);
	});

	// src/projection/drawn-projections.test.ts proves it of every kind.
	it("shows cameras of other projections where their directions lie", async () => {
		const folder = mkdtempSync(join(tmpdir(), "cameras-"));
		const all = SIX_COLORS.map(({ name }) => name);
		const cameras: readonly Camera[] = [
			{ words: ["eac", "padding=2"], size: { width: 388, height: 264 }, sees: all },
			{
				words: ["equirect", "bounds=0,0,0.25,0.25"],
				size: { width: 256, height: 256, copies: 2 },
				stereo: "left-right",
				sees: ["front", "left", "up"],
			},
		];
		const page = await browser.newPage(CHEAP_PAGE);
		const serveCamera = ({ words, size, stereo }: Camera) => {
			const [word = "", ...options] = words;
			const projection = parseProjectionOptions(word, options);
			const source = join(folder, `${word}.ppm`);
			writeSixColors(source, projection, size);
			return serve({
				...{ port: 0, host: "127.0.0.1", source, view: VIEW, logLevel: "warn", renderWorkers: 1 },
				sourceOptions: { projection, stereo },
			});
		};
		await using servers = new AsyncDisposableStack();
		const served = await Promise.all(cameras.map(async (camera) => servers.use(await serveCamera(camera))));
		for (const [index, server] of served.entries()) {
			const { words, sees } = cameras[index]!;
			await page.goto(`http://127.0.0.1:${server.port}/`);
			await waitForFrames(page, 1);
			for (const { name, yawDeg, pitchDeg, color } of SIX_COLORS.filter((spot) => sees.includes(spot.name))) {
				// A half sphere ends in the middle of the spots beside it.
				const seen = await colorSeenAt(page, yawDeg * 0.85, pitchDeg * 0.85, color);
				expect(distance(seen, color), `${words[0]}, ${name}: ${seen}, not ${color}`).toBeLessThanOrEqual(24);
			}
			await page.goto("about:blank");
		}
		rmSync(folder, { recursive: true });
	});

	it("draws a little planet by its menu, which keys and links reach, and turns it upright again", async () => {
		const page = await openPage(shared);
		await page.locator("#lens-button").click();
		await page.keyboard.press("ArrowDown");
		await page.keyboard.press("ArrowDown");
		await page.keyboard.press("Enter");
		await expect.poll(() => new URL(page.url()).searchParams.get("lens")).toBe("little-planet");
		// The horizon is a circle around the middle, its front at the top; outside is the sky.
		const [front, right, back, left, , down] = landmarks;
		const places = [
			[down!, 0, 0],
			[front!, 0, -1],
			[right!, 1, 0],
			[back!, 0, 1],
			[left!, -1, 0],
		] as const;
		const expectPlanet = async () => {
			for (const [{ name, color }, x, y] of places)
				await expect
					.poll(async () => distance(await colorOnPlanet(page, x, y), color), { ...PATIENCE, message: name })
					.toBeLessThanOrEqual(40);
		};
		await expectPlanet();
		await page.reload();
		await expectPlanet();
		await page.keyboard.press("p");
		await expect.poll(() => new URL(page.url()).searchParams.get("lens")).toBeNull();
		expect(distance(await colorSeenAt(page, 0, 0, front!.color), front!.color)).toBeLessThanOrEqual(24);
		const [viewer] = shared.viewers;
		viewer!.lens = { kind: "cubemap" };
		await page.locator("#lens-button").waitFor({ state: "hidden" });
		await leave(page);
	});

	it("shows two pages their own views at once", async () => {
		const [front, back] = [landmarks[0]!, landmarks.find(({ yawDeg }) => Math.abs(yawDeg) === 180)!];
		const pages = await Promise.all([openPage(shared), openPage(shared)]);
		await Promise.all(pages.map((page) => waitForFrames(page, 2)));
		for (let round = 0; round < 3; round++) {
			const [a, b] = round % 2 === 0 ? [front, back] : [back, front];
			const seen = await Promise.all([
				colorSeenAt(pages[0]!, a!.yawDeg, a!.pitchDeg, a!.color),
				colorSeenAt(pages[1]!, b!.yawDeg, b!.pitchDeg, b!.color),
			]);
			expect(distance(seen[0]!, a!.color)).toBeLessThanOrEqual(24);
			expect(distance(seen[1]!, b!.color)).toBeLessThanOrEqual(24);
		}
		expect(shared.viewers).toHaveLength(2);
		await Promise.all(pages.map(leave));
	});

	it("turns by drag, wheel and keys", async () => {
		const page = await openPage(shared);
		await waitForFrames(page, 2);
		const pose = () => shared.viewers[0]!.pose;
		const yaw = () => {
			const [x, y, z, w] = pose()?.orientation ?? [0, 0, 0, 1];
			return (-Math.atan2(2 * (x * z + w * y), 1 - 2 * (x * x + y * y)) * 180) / Math.PI;
		};
		await page.mouse.move(320, 180);
		await page.mouse.down();
		await page.mouse.move(170, 180, { steps: 10 });
		await page.mouse.up();
		await expect.poll(yaw, PATIENCE).toBeGreaterThan(10);
		const before = yaw();
		await page.keyboard.down("ArrowLeft");
		await expect.poll(yaw, PATIENCE).toBeLessThan(before - 2);
		await page.keyboard.up("ArrowLeft");
		const fovDeg = shared.viewers[0]!.fovDeg;
		await page.mouse.wheel(0, -300);
		await expect.poll(() => shared.viewers[0]!.fovDeg, PATIENCE).toBeLessThan(fovDeg - 2);
		await leave(page);
	});

	it("sends the microphone by its key to server and viewers, with no button for the camera", async () => {
		const sizes: number[] = [];
		const server = await startServer({
			media: { relay: ["audio"], audio: ({ message }) => void sizes.push(message.data.length) },
		});
		const page = await openPage(server);
		await expect.poll(() => page.locator("#microphone").isVisible(), PATIENCE).toBe(true);
		expect(await page.locator("#own-camera").isVisible()).toBe(false);
		// The scene has no sound: this button is for voices.
		await expect.poll(() => page.locator("#sound-button").isVisible(), PATIENCE).toBe(true);
		await page.keyboard.press("t");
		// Between the beeps there is silence, which takes a few bytes.
		await expect.poll(() => Math.max(...sizes), PATIENCE).toBeGreaterThan(60);
		await expect.poll(() => page.locator("#microphone").getAttribute("data-state"), PATIENCE).toBe("sent");
		expect(await page.locator("#toast").textContent()).toBe(
			"Microphone: on, the server and the other viewers hear you",
		);
		await page.locator("#microphone").click();
		expect(await page.locator("#microphone").getAttribute("aria-label")).toBe(
			"Microphone: off. Other viewers would hear you, too",
		);
		await leave(page);
	});

	it("says why there is no picture, and shows it when the source comes at last", async () => {
		const source = createPatternSource(SMALL_SOURCE);
		const startSource = source.start.bind(source);
		let there = false;
		source.start = (createStore) =>
			there
				? startSource(createStore)
				: Promise.reject(new SourceError("connection", "The camera at 192.0.2.10 does not answer."));
		const page = await openPage(await startServer({ source, logLevel: "silent" }));
		await page.getByText("The source can't be reached.").waitFor({ state: "visible" });
		there = true;
		await waitForFrames(page, 3);
		await page.getByText("The source can't be reached.").waitFor({ state: "hidden" });
		await leave(page);
	});

	it("draws in the shape of a phone held upright, and follows when it is turned", async () => {
		const page = await openPage(shared);
		await page.setViewportSize({ width: 390, height: 844 });
		const shape = () =>
			page.evaluate(
				() => document.querySelector("video")!.videoWidth / document.querySelector("video")!.videoHeight,
			);
		await expect.poll(shape, PATIENCE).toBeLessThan(0.6);
		const upright = await framesShown(page);
		await waitForFrames(page, upright + 2);
		await page.setViewportSize({ width: 844, height: 390 });
		await expect.poll(shape, PATIENCE).toBeGreaterThan(1.6);
		await leave(page);
	});

	it("connects again by itself when the server comes back", async () => {
		const first = await startServer();
		const { port } = first;
		const page = await openPage(first);
		await waitForFrames(page, 2);
		await first.close();
		await expect.poll(() => stateOf(page), PATIENCE).not.toBe("connected");
		await startServer({ port });
		await expect.poll(() => stateOf(page), PATIENCE).toBe("connected");
		const shown = await framesShown(page);
		await waitForFrames(page, shown + 3);
		await leave(page);
		complaints.length = 0; // the browser itself reports the requests that failed meanwhile
	});
});

describe("the page: layout", { timeout: 180_000 }, () => {
	it("keeps compass, status and a long name in their places, in every window and in forced colours", async () => {
		const page = await browser.newPage({ viewport: { width: 1280, height: 720 } });
		await page.goto(`http://127.0.0.1:${shared.port}/`);
		// The page's first moment, before its label is looked at again.
		expect(await page.locator("#compass").getAttribute("aria-label")).toMatch(/front/i);
		await page.locator("#status-words", { hasText: /^Live$/ }).waitFor();
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
				const whole =
					words.scrollWidth <= words.clientWidth + 1 || getComputedStyle(words).overflow === "visible";
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
			if (compass.top < brand.bottom)
				expect([brand.right < compass.left, compass.right < status.left], where).toEqual([true, true]);
			if (width >= 720) expect(cut, `${where}: the name is cut`).toBe(true);
		}
		await page.setViewportSize({ width: 1280, height: 720 });
		for (const colorScheme of ["light", "dark"] as const) {
			await page.emulateMedia({ forcedColors: "active", colorScheme });
			const ink = () =>
				page.evaluate(() => {
					const canvas = document.querySelector<HTMLCanvasElement>("#compass canvas")!;
					const { data } = canvas.getContext("2d")!.getImageData(0, 0, canvas.width, canvas.height);
					const sums = Array.from({ length: data.length / 4 }, (_, n) => n * 4).filter(
						(n) => data[n + 3]! > 200,
					);
					const brightness = sums.map((n) => data[n]! + data[n + 1]! + data[n + 2]!);
					const ground = getComputedStyle(document.querySelector("#compass")!)
						.backgroundColor.match(/\d+/g)!
						.slice(0, 3)
						.map(Number);
					const groundSum = ground.reduce((sum, part) => sum + part, 0);
					return brightness.filter((sum) => Math.abs(sum - groundSum) > 300).length;
				});
			await expect.poll(ink, { message: colorScheme }).toBeGreaterThan(100);
		}
		await leave(page);
	});
});

describe("the page: tokens", { timeout: 180_000 }, () => {
	it("asks for a missing or wrong token, keeps the right one, and says who may only watch", async () => {
		const at = await startServer({ bearerToken: "drive", viewToken: "look", host: "127.0.0.1" });
		const page = await browser.newPage({ ...CHEAP_PAGE, viewport: { width: 390, height: 844 } });
		await page.goto(`http://127.0.0.1:${at.port}/`);
		const words = page.locator("#token-words");
		const input = page.getByLabel("Token", { exact: true });
		await words.filter({ hasText: "This server asks for a token." }).waitFor();
		// These letters are keys of the page.
		await input.pressSequentially("firl");
		expect([page.url(), await page.locator("#stats").isHidden()]).toEqual([`http://127.0.0.1:${at.port}/`, true]);
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
		await page.locator("#status-words", { hasText: /^Live$/ }).waitFor();
		expect([...at.viewers.at(-1)!.access]).toEqual(["watch", "steer", "record"]);
		expect(new URL(page.url()).hash).toBe("");
		await leave(page);
	});
});

describe("pages of other origins", { timeout: 180_000 }, () => {
	/**
	 * Tries from `page` whatever browsers let pages do, the page in a frame at last. Resolves with
	 * what it could read.
	 */
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
				offerJson: await statusOf("offer", {
					method: "POST",
					headers: { "content-type": "application/json" },
					body: offer,
				}),
				whep: await statusOf("whep", {
					method: "POST",
					headers: { "content-type": "application/sdp" },
					body: sdp!,
				}),
				status: await statusOf("status", {}),
			};
			document.body.innerHTML = `<iframe name="box"></iframe>
				<form target="box" method="post" enctype="text/plain"><input></form>`;
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
		const pages = createServer((_request, response) =>
			response.setHeader("content-type", "text/html").end("<body></body>"),
		);
		await new Promise<void>((resolve) => pages.listen(0, "127.0.0.1", () => resolve()));
		const { port } = pages.address() as AddressInfo;
		try {
			const at = await startServer({
				host: "127.0.0.1",
				allowedOrigins: [`http://localhost:${port}`],
				logLevel: "silent",
			});
			const joined: string[] = [];
			at.on("join", ({ id }) => void joined.push(id));
			const target = `http://127.0.0.1:${at.port}/`;
			const stranger = await browser.newPage(CHEAP_PAGE);
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
			const listed = await browser.newPage(CHEAP_PAGE);
			await listed.goto(`http://localhost:${port}/`);
			expect(await attack(listed, target)).toEqual({
				offerSimple: "opaque",
				offerUntyped: "opaque",
				offerJson: 200,
				whep: 201,
				status: 200,
			});
			// Two that it may make, and the page in its frame, whose offer comes after the frame is
			// loaded.
			await listed.frameLocator("[name=framed]").locator("video").waitFor({ state: "attached" });
			await vi.waitFor(() => expect(joined.length).toBe(3), { timeout: 20_000 });
			await listed.close();
		} finally {
			pages.close();
		}
	});
});
