import { copyFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { tagFile } from "../../src/metadata/tag-file.ts";
import { launchChromium } from "../support/chromium.ts";
import { makeClip } from "../support/clips.ts";

let folder: string;
let browser: Browser;
beforeAll(async () => {
	folder = mkdtempSync(join(tmpdir(), "panogaze-plays-"));
	browser = await launchChromium();
});
afterAll(async () => {
	await browser.close();
	rmSync(folder, { recursive: true });
});

it.each([
	["mp4", "libx264", {}],
	["webm", "libvpx-vp9", { "cpu-used": "8" }],
])("Chromium plays a tagged %s to its end, and seeks in it", async (container, codec, codecOptions) => {
	const path = join(folder, `clip.${container}`);
	const size = { width: 256, height: 128, frames: 40, rate: 20, draw: "pattern" } as const;
	copyFileSync(await makeClip({ ...size, container, codec, codecOptions, keyframeInterval: 10 }), path);
	await tagFile(path, { projection: { kind: "equirect" }, stereo: "top-bottom" });
	const file = readFileSync(path);
	const server = createServer(({ headers, url }, response) => {
		if (url !== "/clip") {
			response.setHeader("content-type", "text/html").end("<video src=clip muted></video>");
			return;
		}
		const [, from = "0", to = ""] = /bytes=(\d+)-(\d*)/.exec(headers.range ?? "") ?? [];
		const [first, last] = [Number(from), to === "" ? file.length - 1 : Number(to)];
		response.writeHead(206, {
			"content-type": `video/${container}`,
			"accept-ranges": "bytes",
			"content-range": `bytes ${first}-${last}/${file.length}`,
		});
		response.end(file.subarray(first, last + 1));
	}).listen(0, "127.0.0.1");
	await new Promise((resolve) => server.once("listening", resolve));
	const page = await browser.newPage();
	try {
		await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
		const seen = await page.evaluate(`(async () => {
			const video = document.querySelector("video");
			const once = (name) => new Promise((resolve, reject) => {
				video.addEventListener(name, resolve, { once: true });
				video.addEventListener("error", () => reject(new Error(video.error.message)), { once: true });
			});
			if (video.readyState < 2) await once("loadeddata");
			video.currentTime = 1.2;
			await once("seeked");
			const sought = video.currentTime;
			await Promise.all([once("ended"), video.play()]);
			return { width: video.videoWidth, height: video.videoHeight, sought, end: video.currentTime };
		})()`);
		expect(seen).toEqual({ width: 256, height: 128, sought: 1.2, end: expect.closeTo(2, 1) });
	} finally {
		await page.close();
		server.close();
	}
});
