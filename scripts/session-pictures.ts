// Makes the pictures of docs/how-to/sessions.md: a session with a moving body, as Rerun's newest
// program shows it, and replayed.
//   node --conditions=panogaze-source scripts/session-pictures.ts
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import ffmpeg from "@ffmpeg-installer/ffmpeg";
import type { Browser } from "playwright-core";
import { replay, serve } from "../src/index.ts";
import { openRecording } from "../src/recording/index.ts";
import { EmulatedWearer } from "../test/interop/emulated-wearer.ts";
import { judgeSession } from "../test/interop/session-judge.ts";
import { launchChromium } from "../test/support/chromium.ts";
import { makeClip } from "../test/support/clips.ts";
import { until } from "../test/support/werift-viewer.ts";
import { PICTURES_FOLDER } from "./build-pictures.ts";

const PATIENCE_MS = 180_000;
const WINDOW = { viewport: { width: 1280, height: 720 }, deviceScaleFactor: 1 };
const folder = mkdtempSync(join(tmpdir(), "panogaze-session-pictures-"));
const shot = (name: string) => join(folder, `${name}.png`);

/** Writes a picture of few colours, as small as it goes, into the documents. */
function publish(name: string): void {
	const colors = "split[a][b];[a]palettegen=max_colors=96:stats_mode=full[p];[b][p]paletteuse=dither=none";
	const out = join(PICTURES_FOLDER, `session-${name}.png`);
	execFileSync(ffmpeg.path, ["-v", "error", "-y", "-i", shot(name), "-vf", colors, out]);
}

async function record(browser: Browser, clip: string): Promise<string> {
	await using server = await serve({
		...{ port: 0, host: "127.0.0.1", source: clip, logLevel: "warn", record: "sessions" },
		view: { width: 960, height: 540, frameRate: 15 },
	});
	const url = `http://127.0.0.1:${server.port}/`;
	const wearer = await EmulatedWearer.connect({ url, protocol: "tracking", position: [0.4, 0, -0.4] });
	const page = await browser.newPage(WINDOW);
	await page.goto(url);
	await page.locator("#status[data-state=live]").waitFor({ timeout: PATIENCE_MS });
	server.recorder!.startEpisode({ task: "put the cup on the plate" });
	await new Promise((resolve) => setTimeout(resolve, 30_000));
	server.recorder!.endEpisode({ success: true });
	await page.close();
	await wearer.close();
	await server.close();
	return server.recording!.path;
}

async function showReplay(browser: Browser, path: string, clip: string): Promise<void> {
	await using read = await openRecording(path);
	const viewer = read.summary.viewers.toSorted((a, b) => b.poses - a.poses)[0]!.id;
	await using replayed = await replay(path, { port: 0, host: "127.0.0.1", logLevel: "warn", source: clip, viewer });
	const { server, recording } = replayed;
	const page = await browser.newPage(WINDOW);
	await page.goto(`http://127.0.0.1:${server.port}/`);
	await page.locator("#status[data-state=live]").waitFor({ timeout: PATIENCE_MS });
	server.playback.change({ paused: true, positionSec: recording.durationSec / 2, follow: false });
	await until(() => !server.playback.state.seeking, "the middle", PATIENCE_MS);
	await page.evaluate(() => panogaze.controls.turn(0, -25));
	await new Promise((resolve) => setTimeout(resolve, 4000));
	await page.mouse.move(640, 300);
	await page.screenshot({ path: shot("replay") });
	await page.close();
}

try {
	const clip = await makeClip({ width: 1920, height: 960, frames: 300, rate: 15, draw: "pattern" });
	process.chdir(folder);
	const browser = await launchChromium({ webgl: true });
	const path = await record(browser, clip);
	await judgeSession("show", path, shot("viewer"), "1280x720", "15");
	await showReplay(browser, path, clip);
	await browser.close();
	for (const name of ["viewer", "replay"]) publish(name);
	execFileSync(
		process.execPath,
		[
			"--conditions=panogaze-source",
			fileURLToPath(new URL("../src/cli/main.ts", import.meta.url)),
			"sessions",
			"sessions",
		],
		{ stdio: "inherit" },
	);
} finally {
	rmSync(folder, { recursive: true });
}
