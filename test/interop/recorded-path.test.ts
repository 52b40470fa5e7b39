// `panogaze render --path SESSION`: what was recorded at 8 Mbit/s, against the same drawn again.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openRecording } from "../../src/recording/index.ts";
import { compareFiles } from "../../src/render/compare.ts";
import { type RecordedPath, readRecordedPath, render } from "../../src/render/index.ts";
import { serve } from "../../src/server/server.ts";
import { makeClip } from "../support/clips.ts";
import { runInProcess } from "../support/command-line.ts";
import { until } from "../support/werift-viewer.ts";
import { EmulatedWearer } from "./emulated-wearer.ts";

const folder = mkdtempSync(join(tmpdir(), "panogaze-recorded-path-"));
afterAll(() => rmSync(folder, { recursive: true }));

const RATE = 10;
const FLAT = { projection: { kind: "perspective" } } as const;
let clip: string;
let session: string;
/** The pictures as they were sent, in a file. */
const sent = join(folder, "sent.h264");

beforeAll(async () => {
	clip = await makeClip({ width: 1536, height: 768, frames: 12, rate: RATE, draw: "pattern", bitrateBps: 20e6 });
	await using server = await serve({
		port: 0,
		host: "127.0.0.1",
		source: clip,
		record: folder,
		logLevel: "warn",
		bitrateBps: 8e6,
		view: { width: 640, height: 360, frameRate: RATE },
	});
	session = server.recording!.path;
	let frames = 0;
	server.on("join", (viewer) => viewer.on("frameSent", () => frames++));
	const wearer = await EmulatedWearer.connect({ url: `http://127.0.0.1:${server.port}/`, protocol: "tracking" });
	// More than the clip is long.
	await until(() => frames > 20, "pictures", 60_000);
	await wearer.close();
	await server.close();
	// A server does not wait for a busy machine for ever.
	await server.recording!.close();
	await using recording = await openRecording(session);
	const units: Uint8Array[] = [];
	for await (const record of recording.records({ types: ["frame"] }))
		if (record.type === "frame") units.push(record.packet.accessUnit);
	writeFileSync(sent, Buffer.concat(units));
}, 120_000);

async function psnrOf(name: string, recordedPath: RecordedPath): Promise<number> {
	const path = join(folder, name);
	await render({ input: clip, outputs: [{ path, encoding: { crf: 1 } }], recordedPath });
	const { psnr, pictures, notes } = await compareFiles(sent, path, FLAT);
	expect([pictures, notes]).toEqual([recordedPath.pictures.length, []]);
	return psnr["all"]!;
}

it("draws what a viewer was shown again, over loops, to within the loss of 8 Mbit/s", async () => {
	const path = await readRecordedPath(session);
	const turns = new Set(path.pictures.map(({ worldFromView }) => worldFromView.join()));
	expect(turns.size).toBeGreaterThan(8);
	expect(await psnrOf("again.mp4", path)).toBeGreaterThan(35);
	const pictures = path.pictures.map((picture) => {
		const { stampSec } = picture;
		return { ...picture, stampSec: stampSec < 0.01 ? stampSec + 1 / RATE : stampSec - 1 / RATE };
	});
	expect(await psnrOf("late.mp4", { ...path, pictures })).toBeLessThan(30);
}, 120_000);

it("is a command, at any size", async () => {
	const out = join(folder, "large.mp4");
	const args = ["render", clip, out, "--path", `${session}#`, "--width", "1280", "--duration", "0.5", "--json"];
	const { code, stdout, stderr } = await runInProcess(args);
	expect([code, stderr]).toEqual([0, expect.not.stringContaining("in its place")]);
	expect(JSON.parse(stdout)).toMatchObject([{ files: [{ width: 1280, height: 720 }] }]);
	const refused = await runInProcess(["render", clip, out, "--path", `${session}#nobody`, "--force"]);
	expect([refused.code, refused.stderr]).toEqual([
		2,
		expect.stringMatching(/has no viewer "nobody"\. Its viewers are/),
	]);
}, 120_000);
