import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import ffmpeg from "@ffmpeg-installer/ffmpeg";
import { afterAll, describe, expect, it } from "vitest";
import { makeClip } from "../../test/support/clips.ts";
import { chaptersOfFile } from "./chapters.ts";

const folder = mkdtempSync(join(tmpdir(), "panogaze-chapters-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const CHAPTERS = [
	{ startSec: 0, title: "Anfahrt über die Brücke" },
	{ startSec: 0.5, title: "Arrival" },
];

/** A clip to which FFmpeg has added the chapters. */
async function clipWithChapters(ending: string): Promise<string> {
	const clip = await makeClip({ width: 256, height: 128, frames: 24, rate: 24 });
	const list = join(folder, "chapters.txt");
	const words = CHAPTERS.map(
		({ startSec, title }) =>
			`[CHAPTER]\nTIMEBASE=1/1000\nSTART=${startSec * 1000}\nEND=${startSec * 1000 + 500}\ntitle=${title}\n`,
	);
	writeFileSync(list, `;FFMETADATA1\n${words.join("")}`);
	const path = join(folder, `chapters.${ending}`);
	const args = ["-y", "-v", "error", "-i", clip, "-i", list, "-map_chapters", "1", "-c", "copy", path];
	execFileSync(ffmpeg.path, args);
	return path;
}

describe("chaptersOfFile()", () => {
	it.each(["mp4", "mkv"])("reads the chapters that FFmpeg writes into .%s", async (ending) => {
		expect(await chaptersOfFile(await clipWithChapters(ending))).toEqual(CHAPTERS);
	});

	it("finds none in a file without them, a broken one, one that is not there, and no file", async () => {
		const broken = join(folder, "broken.mp4");
		const whole = readFileSync(await clipWithChapters("mp4"));
		const at = whole.indexOf("chpl");
		writeFileSync(broken, Buffer.concat([whole.subarray(0, at + 16), Buffer.alloc(20, 255)]));
		const none = await makeClip({ width: 256, height: 128, frames: 24, rate: 24 });
		for (const path of [none, broken, join(folder, "none.mp4"), undefined])
			expect(await chaptersOfFile(path)).toEqual([]);
	});

	it("bounds the number and the titles of chapters", async () => {
		const path = join(folder, "many.mp4");
		const entry = (index: number) => {
			const bytes = Buffer.alloc(9 + 255, "x");
			bytes.writeBigUInt64BE(BigInt((255 - index) * 1e7), 0);
			bytes[8] = 255;
			return bytes;
		};
		const list = Buffer.concat([
			Buffer.from([1, 0, 0, 0, 0, 0, 0, 0, 255]),
			...Array.from({ length: 255 }, (_, index) => entry(index)),
		]);
		const box = (type: string, content: Buffer) => {
			const head = Buffer.alloc(8);
			head.writeUInt32BE(8 + content.length, 0);
			head.write(type, 4, "latin1");
			return Buffer.concat([head, content]);
		};
		writeFileSync(
			path,
			Buffer.concat([box("ftyp", Buffer.from("isom")), box("moov", box("udta", box("chpl", list)))]),
		);
		const found = await chaptersOfFile(path);
		expect([found.length, found[0]]).toEqual([64, { startSec: 1, title: "x".repeat(200) }]);
	});
});
