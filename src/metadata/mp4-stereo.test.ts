import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import ffmpeg from "@ffmpeg-installer/ffmpeg";
import ffprobe from "@ffprobe-installer/ffprobe";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeClip } from "../../test/support/clips.ts";
import { probeSource } from "../source/probe.ts";
import { readPictures } from "../source/reading.cases.ts";
import { st3dOfMp4 } from "./mp4-stereo.ts";

const CONTAINER = "mov,mp4,m4a,3gp,3g2,mj2";
const folder = mkdtempSync(join(tmpdir(), "panogaze-st3d-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let clip: Buffer;
beforeAll(async () => {
	clip = readFileSync(
		await makeClip({ width: 640, height: 320, frames: 2, rate: 2, stereo: "left-right", stated: true }),
	);
});

/**
 * The clip with another mode in its `st3d`: behind the box's name come version and flags, then the
 * mode.
 */
function withMode(mode: number): string {
	const bytes = Buffer.from(clip);
	const at = bytes.indexOf("st3d");
	expect(bytes.indexOf("st3d", at + 1), "there is one").toBe(-1);
	expect(bytes[at + 8], "left-right").toBe(2);
	bytes[at + 8] = mode;
	return written(bytes);
}

function written(bytes: Buffer): string {
	const path = join(folder, "clip.mp4");
	writeFileSync(path, bytes);
	return path;
}

describe("st3dOfMp4()", () => {
	it.each([
		[0, { layout: "mono", eyesSwapped: false }],
		[1, { layout: "top-bottom", eyesSwapped: false }],
		[2, { layout: "side by side", eyesSwapped: false }],
		[3, { layout: "mesh", eyesSwapped: false }],
		[4, { layout: "side by side", eyesSwapped: true }],
		[9, undefined],
	])("reads mode %i", async (mode, stated) => {
		expect(await st3dOfMp4(withMode(mode), CONTAINER)).toEqual(stated);
	});

	it("finds the box behind others, of a size that takes 64 bits or goes to the file's end", async () => {
		const path = withMode(4);
		const bytes = readFileSync(path);
		const moov = bytes.indexOf("moov") - 4;
		const before = Buffer.concat([
			Buffer.from([0, 0, 0, 1]),
			Buffer.from("free"),
			Buffer.from([0, 0, 0, 0, 0, 0, 0, 20, 1, 2, 3, 4]),
		]);
		bytes.writeUInt32BE(0, moov);
		expect(await st3dOfMp4(written(Buffer.concat([before, bytes])), CONTAINER)).toEqual({
			layout: "side by side",
			eyesSwapped: true,
		});
	});

	it("knows nothing of other containers, addresses, files that are not there or have no such box", async () => {
		expect(await st3dOfMp4(withMode(4), "matroska,webm")).toBeUndefined();
		expect(await st3dOfMp4(undefined, CONTAINER)).toBeUndefined();
		expect(await st3dOfMp4(join(folder, "nope.mp4"), CONTAINER)).toBeUndefined();
		expect(
			await st3dOfMp4(await makeClip({ width: 256, height: 128, frames: 2, rate: 2 }), CONTAINER),
		).toBeUndefined();
	});

	it("never fails, whatever a file's boxes claim", async () => {
		const moov = clip.indexOf("moov");
		let seed = 1;
		const random = (below: number) => {
			seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
			return Math.floor((seed / 2 ** 32) * below);
		};
		for (let round = 0; round < 200; round++) {
			const bytes = Buffer.from(
				clip.subarray(0, round % 4 === 0 ? moov + random(clip.length - moov) : clip.length),
			);
			for (let k = 0; k < 5; k++) bytes[moov - 4 + random(Math.max(1, bytes.length - moov))] = random(256);
			await st3dOfMp4(written(bytes), CONTAINER);
		}
	});
});

it.each(["libav", "ffmpeg"] as const)("a source knows a file whose right eye is on the left: %s", async (backend) => {
	const path = withMode(4);
	expect(await probeSource(path)).toMatchObject({
		guess: { stereo: "right-left", stereoStated: true },
		eyes: { layout: "right-left", width: 320 },
	});
	const { info, notices } = await readPictures(
		path,
		{ backend, ffmpegPath: ffmpeg.path, ffprobePath: ffprobe.path },
		() => true,
	);
	expect(info!.format).toMatchObject({ width: 320, height: 320, eyes: 2 });
	expect(notices).toEqual([]);
});
