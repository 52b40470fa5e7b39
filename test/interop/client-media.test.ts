// Chromium sends its fake microphone, which beeps twice a second, and cameras, one of which is a
// canvas that shows the time.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from "vitest";
import { median } from "../../bench/statistics.ts";
import type { PanogazeConnection } from "../../src/client/index.ts";
import type { ClientMediaPacket, ClientPicture, ClientSound, PanogazeServer, ServeOptions } from "../../src/index.ts";
import { monotonicSec } from "../../src/media/clock.ts";
import { openRecording } from "../../src/recording/index.ts";
import { launchChromium } from "../support/chromium.ts";
import { serversOfEachTest } from "../support/test-server.ts";
import { type PathOptions, UdpRelay } from "../support/udp-relay.ts";

declare const panogaze: { readonly connection: PanogazeConnection };

const PATIENCE = { timeout: 30_000, interval: 50 };
/** Bits of the canvas camera's clock, each a column of the picture. */
const CLOCK_BITS = 16;

let browser: Browser;
beforeAll(async () => {
	browser = await launchChromium({ fakeDevices: true });
});
afterAll(() => browser.close());
const start = serversOfEachTest();

interface Opened extends AsyncDisposable {
	readonly page: Page;
	readonly packets: ClientMediaPacket[];
	readonly sounds: ClientSound[];
	readonly pictures: ClientPicture[];
	readonly joins: string[];
	readonly server: PanogazeServer;
	/** One for each connection, where its path loses packets. */
	readonly relays: UdpRelay[];
}

/** A page of a server that takes, and decodes, what it is sent. */
async function open(options: ServeOptions<undefined, never> = {}, path: PathOptions = {}): Promise<Opened> {
	const [packets, sounds, pictures, joins] = [[], [], [], []] as [
		ClientMediaPacket[],
		ClientSound[],
		ClientPicture[],
		string[],
	];
	const server = await start({
		media: {
			audio: ({ message }) => void packets.push(message),
			video: ({ message }) => void packets.push(message),
			pcm: ({ message }) => void sounds.push(message),
			pictures: ({ message }) => void pictures.push(message),
		},
		...options,
	});
	server.on("join", ({ id }) => joins.push(id));
	const page = await browser.newPage({ viewport: { width: 640, height: 360 } });
	const relays: UdpRelay[] = [];
	if (path.loss !== undefined) {
		await page.route("**/whep", async (route) => {
			if (route.request().method() !== "POST") return route.continue();
			const response = await route.fetch();
			const relay = await UdpRelay.open(await response.text(), { up: path });
			relays.push(relay);
			await route.fulfill({ response, body: relay.answer });
		});
	}
	const token = options.viewToken === undefined ? "" : `#token=${options.viewToken}`;
	await page.goto(`http://127.0.0.1:${server.port}/${token}`);
	await page.waitForFunction(() => panogaze.connection.welcome !== undefined);
	return {
		...{ page, packets, sounds, pictures, joins, server, relays },
		async [Symbol.asyncDispose]() {
			// Another connection may just be asked for.
			if (!page.isClosed()) await page.unrouteAll({ behavior: "ignoreErrors" });
			await page.close();
			for (const relay of relays) relay.close();
		},
	};
}

/** Sends the browser's microphone, and its camera or a canvas that shows the time. */
async function send(page: Page, camera: "device" | "clock"): Promise<void> {
	await page.evaluate(
		async ([kind, bits]) => {
			const { media } = panogaze.connection;
			await media.sendMicrophone(await navigator.mediaDevices.getUserMedia({ audio: true }));
			if (kind === "device") {
				await media.sendCamera(await navigator.mediaDevices.getUserMedia({ video: true }));
				return;
			}
			const canvas = document.createElement("canvas");
			[canvas.width, canvas.height] = [320, 240];
			const context = canvas.getContext("2d")!;
			const width = canvas.width / bits;
			setInterval(() => {
				const now = Math.round(performance.timeOrigin + performance.now()) % 2 ** bits;
				for (let bit = 0; bit < bits; bit++) {
					context.fillStyle = (now >> bit) & 1 ? "white" : "black";
					context.fillRect(bit * width, 0, width, canvas.height);
				}
			}, 50);
			await media.sendCamera(canvas.captureStream(20));
		},
		[camera, CLOCK_BITS] as const,
	);
}

const states = (page: Page) =>
	page.evaluate(() => [panogaze.connection.media.state("audio"), panogaze.connection.media.state("video")]);

/** Milliseconds between two beeps of decoded sound. */
function beepIntervalsMs(sounds: readonly Pick<ClientSound, "rtpTicks" | "samples">[]): number[] {
	const beginnings: number[] = [];
	let quietSamples = Number.POSITIVE_INFINITY;
	for (const { samples, rtpTicks } of sounds)
		for (let n = 0; n < samples.length; n += 2) {
			if (Math.abs(samples[n]!) < 15_000) quietSamples++;
			else {
				if (quietSamples > 4_800) beginnings.push((rtpTicks + n / 2) / 48);
				quietSamples = 0;
			}
		}
	return beginnings.slice(1).map((beginning, index) => beginning - beginnings[index]!);
}

/** Tells whether beeps come every half second, by the median; no sooner than `leastMs`. */
function isSteady(intervalsMs: readonly number[], leastMs: number): boolean {
	const middleMs = intervalsMs.length > 2 ? median(intervalsMs) : 0;
	return middleMs > leastMs && middleMs < 540;
}

const MIDDLE = 0.5;
function lumaAt({ data, width, height }: ClientPicture, x: number, y: number): number {
	return data[Math.floor(y * height) * width + Math.floor(x * width)]!;
}

/** The time that a picture of the clock shows, milliseconds modulo 2^16; `undefined`: unclear. */
function shownMs(picture: ClientPicture): number | undefined {
	let shown = 0;
	for (let bit = 0; bit < CLOCK_BITS; bit++) {
		const luma = lumaAt(picture, (bit + MIDDLE) / CLOCK_BITS, MIDDLE);
		if (luma > 90 && luma < 160) return undefined;
		if (luma >= 160) shown |= 1 << bit;
	}
	return shown;
}

describe("a page that sends its microphone and its camera", { timeout: 150_000 }, () => {
	it("is heard and seen, also over a change of the connection and by a path that loses a packet in 20", async () => {
		await using opened = await open({}, { loss: 0.05 });
		const { page, sounds, pictures, packets, joins } = opened;
		await send(page, "device");
		await expect.poll(() => states(page), PATIENCE).toEqual(["sent", "sent"]);
		// Losses are concealed, at most, but no beep moves: a browser that is busy delays some.
		await expect.poll(() => isSteady(beepIntervalsMs(sounds), 480), PATIENCE).toBe(true);
		await expect
			.poll(() => packets.find(({ kind }) => kind === "video"), PATIENCE)
			.toMatchObject({ codec: "h264", keyframe: true });
		// The fake camera has a bright pie on a dark green ground, which grows and begins again.
		const hasPie = (picture: ClientPicture) => lumaAt(picture, 0.4, 0.55) > lumaAt(picture, 0.2, 0.5) + 30;
		await expect.poll(() => new Set(pictures.map(hasPie)), PATIENCE).toEqual(new Set([true, false]));
		expect(pictures.at(-1)!.width / pictures.at(-1)!.height).toBe(4 / 3);
		const heard = { sounds: sounds.length, pictures: pictures.length, key: packets.length };
		await page.evaluate(() => panogaze.connection.readStamps());
		const keyframes = () => packets.slice(heard.key).filter(({ kind, keyframe }) => kind === "video" && keyframe);
		// The second connection's camera begins with a key frame, and goes on.
		await expect.poll(() => keyframes().length, PATIENCE).toBeGreaterThan(0);
		await expect.poll(() => sounds.length - heard.sounds, PATIENCE).toBeGreaterThan(50);
		await expect.poll(() => pictures.length - heard.pictures, PATIENCE).toBeGreaterThan(20);
		expect([joins.length, await states(page)]).toEqual([1, ["sent", "sent"]]);
	});

	it("keeps its place, consent and recording over new ports of a path that loses a packet in 10", async () => {
		const directory = mkdtempSync(join(tmpdir(), "panogaze-bad-path-"));
		onTestFinished(() => rmSync(directory, { recursive: true }));
		const record = { directory, consent: "ask" } as const;
		await using opened = await open({ record, maxViewers: 1 }, { loss: 0.1 });
		const { page, packets, joins, server, relays } = opened;
		await page.evaluate(() => panogaze.connection.recording.consent(true));
		await send(page, "device");
		const counts = () => ["audio", "video"].map((each) => packets.filter(({ kind }) => kind === each).length);
		const goOn = async () => {
			const before = counts();
			const isMore = () => counts().every((count, index) => count > before[index]! + 10);
			await expect.poll(isMore, PATIENCE).toBe(true);
		};
		for (let change = 0; change < 2; change++) {
			await goOn();
			const { length } = relays;
			// On a bad path the newest connection may be one that is being given up.
			await Promise.all(relays.map((relay) => relay.rebind()));
			await expect.poll(() => relays.length, PATIENCE).toBeGreaterThan(length);
		}
		await goOn();
		await expect.poll(() => states(page), PATIENCE).toEqual(["sent", "sent"]);
		expect([joins.length, server.viewers[0]!.recordingConsent]).toEqual([1, "given"]);
		const { path } = server.recording!;
		await page.unrouteAll({ behavior: "ignoreErrors" });
		await page.close();
		await server.close();
		// A server does not wait for a busy machine for ever.
		await server.recording!.close();
		await using recording = await openRecording(path);
		const recorded: string[] = [];
		for await (const each of recording.records({ types: ["sound"] }))
			if (each.type === "sound") recorded.push(Buffer.from(each.sound.data).toString("hex"));
		// Behind a loss the next connection's first sound waits while the former's goes on.
		const inOrder = packets.toSorted((a, b) => a.receivedSec - b.receivedSec);
		const said = inOrder.flatMap(({ kind, data }) => (kind === "audio" ? [Buffer.from(data).toString("hex")] : []));
		expect(recorded.length).toBeGreaterThan(30);
		expect(recorded).toEqual(said.slice(-recorded.length));
	});

	it("is heard on the loudspeaker of the server's machine", async () => {
		// A player that keeps what it gets.
		const folder = mkdtempSync(join(tmpdir(), "panogaze-speaker-"));
		const file = join(folder, "played");
		writeFileSync(join(folder, "aplay"), `#!/bin/sh\nexec cat >> ${file}\n`, { mode: 0o755 });
		vi.stubEnv("PATH", `${folder}${delimiter}${process.env["PATH"]}`);
		onTestFinished(() => {
			vi.unstubAllEnvs();
			rmSync(folder, { recursive: true });
		});
		await using opened = await open({ media: { speaker: "default" } });
		await send(opened.page, "device");
		const played = () => {
			if (!existsSync(file)) return [];
			const bytes = readFileSync(file);
			const samples = new Int16Array(Uint8Array.from(bytes).buffer, 0, bytes.length >> 1);
			return beepIntervalsMs([{ samples, rtpTicks: 0 }]);
		};
		// Of the silence between two beeps, 300 ms are played at least.
		await expect.poll(() => isSteady(played(), 300), PATIENCE).toBe(true);
		expect(await states(opened.page)).toEqual(["sent", "refused"]);
	});

	it("gives the time of capture, of pictures as VP8", async () => {
		await using opened = await open();
		const { page, pictures, packets } = opened;
		await page.evaluate(() => {
			const add = RTCPeerConnection.prototype.addTransceiver;
			RTCPeerConnection.prototype.addTransceiver = function (...args) {
				const added = add.apply(this, args);
				const { codecs } = RTCRtpSender.getCapabilities("video")!;
				const vp8 = codecs.filter(({ mimeType }) => mimeType === "video/VP8");
				if (args[0] instanceof MediaStreamTrack && args[0].kind === "video") added.setCodecPreferences(vp8);
				return added;
			};
		});
		const wallOffsetMs = Date.now() - monotonicSec() * 1000;
		await send(page, "clock");
		/** How much later than the truth the stated times are, milliseconds. */
		const errorsMs = () =>
			pictures.flatMap((picture) => {
				const shown = shownMs(picture);
				if (shown === undefined || Number.isNaN(picture.capturedSec)) return [];
				const stated = picture.capturedSec * 1000 + wallOffsetMs;
				return [((stated - shown + 2 ** (CLOCK_BITS - 1)) % 2 ** CLOCK_BITS) - 2 ** (CLOCK_BITS - 1)];
			});
		await expect.poll(() => errorsMs().length, PATIENCE).toBeGreaterThan(20);
		// The canvas waits for a display frame before it is captured, on a busy machine for some.
		const sorted = errorsMs()
			.map(Math.abs)
			.toSorted((a, b) => a - b);
		expect(sorted[Math.floor(sorted.length / 4)]).toBeLessThan(40);
		expect(new Set(packets.map(({ codec }) => codec))).toEqual(new Set(["opus", "vp8"]));
	});

	it.each<[string, ServeOptions<undefined, never>]>([
		["a server that wants nothing", { media: {} }],
		["a server that lets it watch only", { bearerToken: "steers", viewToken: "watches" }],
	])("is refused by %s, without another connection", async (_, options) => {
		await using opened = await open(options);
		const { page, packets, joins } = opened;
		await send(page, "device");
		expect([await states(page), joins.length, packets]).toEqual([["refused", "refused"], 1, []]);
		expect(await page.evaluate(() => panogaze.connection.media.takes("audio"))).toBe(false);
	});
});
