// WHEP players that others wrote for web pages, from npm's registry, show our stream.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Browser, Page } from "playwright-core";
import { build, type Rolldown } from "vite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type PanogazeServer, serve } from "../../src/server/server.ts";
import { createPatternSource } from "../../src/source/pattern-source.ts";
import { launchChromium } from "../support/chromium.ts";

/** Pinned, so that a new release of theirs can't fail our tests unseen. */
const PACKAGES = {
	"whip-whep": "1.2.0",
	"@binbat/whip-whep": "1.1.1-sdp-trickle-throw",
	"@eyevinn/webrtc-player": "0.13.0",
};
const folder = fileURLToPath(new URL("../../.cache/interop-players", import.meta.url));

/** Each plays an address in a video element, the way its own documentation shows. */
const PAGE_SCRIPT = `
	import { WHEPClient as WhipWhep } from "whip-whep/whep.js";
	import { WHEPClient as Binbat } from "@binbat/whip-whep/whep.js";
	import { WebRTCPlayer } from "@eyevinn/webrtc-player";

	async function view(client, video, url) {
		const peer = new RTCPeerConnection();
		peer.addTransceiver("audio", { direction: "recvonly" });
		peer.addTransceiver("video", { direction: "recvonly" });
		peer.ontrack = ({ track, streams }) => {
			if (track.kind === "video") video.srcObject = streams[0] ?? new MediaStream([track]);
		};
		await client.view(peer, url);
		return () => client.stop();
	}

	window.players = {
		"whip-whep": (video, url) => view(new WhipWhep(), video, url),
		"@binbat/whip-whep": (video, url) => view(new Binbat(), video, url),
		"@eyevinn/webrtc-player": async (video, url) => {
			const player = new WebRTCPlayer({ video, type: "whep" });
			await player.load(new URL(url));
			return () => player.destroy();
		},
	};
`;

/** Installs the players if they are not there yet, and makes one script of them. */
async function bundlePlayers(): Promise<string> {
	const entry = join(folder, "entry.js");
	if (!Object.keys(PACKAGES).every((name) => existsSync(join(folder, "node_modules", name, "package.json")))) {
		mkdirSync(folder, { recursive: true });
		const wanted = Object.entries(PACKAGES).map(([name, version]) => `${name}@${version}`);
		execFileSync(
			"npm",
			["install", "--prefix", folder, "--no-audit", "--no-fund", "--no-save", "--ignore-scripts", ...wanted],
			{
				stdio: "inherit",
				cwd: folder,
			},
		);
	}
	writeFileSync(entry, PAGE_SCRIPT);
	const lib = { entry, formats: ["es" as const], fileName: "players" };
	const built = await build({ root: folder, configFile: false, logLevel: "error", build: { lib, write: false } });
	const [{ output }] = built as Rolldown.RolldownOutput[] as [Rolldown.RolldownOutput];
	return output[0].code;
}

let browser: Browser;
let server: PanogazeServer;
let page: Page;

beforeAll(async () => {
	const script = await bundlePlayers();
	server = await serve({
		port: 0,
		host: "127.0.0.1",
		source: createPatternSource({ width: 1024, height: 512, frameRate: 30 }),
		view: { width: 640, height: 360, frameRate: 30 },
		logLevel: "warn",
	});
	browser = await launchChromium();
	page = await browser.newPage();
	const address = `http://127.0.0.1:${server.port}/players/`;
	await page.route(`${address}**`, (route) =>
		route.request().url().endsWith(".js")
			? route.fulfill({ contentType: "text/javascript", body: script })
			: route.fulfill({
					contentType: "text/html",
					body: '<video autoplay muted playsinline></video><script type="module" src="players.js"></script>',
				}),
	);
	await page.goto(address);
	await page.waitForFunction("window.players !== undefined");
}, 180_000);

afterAll(async () => {
	await browser?.close();
	await server?.close();
});

describe("a player for web pages", () => {
	it.each(Object.keys(PACKAGES))("shows the stream and ends its session: %s", async (name) => {
		const url = `http://127.0.0.1:${server.port}/whep`;
		await page.evaluate("document.querySelector('video').outerHTML = '<video autoplay muted playsinline></video>'");
		await page.evaluate(
			`(async () => {
				const player = players[${JSON.stringify(name)}];
				window.stop = await player(document.querySelector("video"), ${JSON.stringify(url)});
			})()`,
		);
		await page.waitForFunction(
			`(() => {
				const video = document.querySelector("video");
				return video.videoWidth === 640 && video.getVideoPlaybackQuality().totalVideoFrames > 30;
			})()`,
		);
		expect(server.viewers).toHaveLength(1);
		const left = new Promise<string>((resolve) => server.on("leave", (_viewer, reason) => resolve(reason)));
		await page.evaluate(
			"(async () => { await window.stop(); document.querySelector('video').srcObject = null; })()",
		);
		expect(await left).not.toContain("never connected");
	});
});
