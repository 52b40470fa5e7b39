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

	/** An MP4 file with a list of chapters and nothing else. */
	function fileOfTitles(name: string, titles: readonly { readonly startSec: number; readonly title: string }[]) {
		const path = join(folder, name);
		const entry = ({ startSec, title }: { readonly startSec: number; readonly title: string }) => {
			const text = Buffer.from(title);
			const head = Buffer.alloc(9);
			head.writeBigUInt64BE(BigInt(startSec * 1e7), 0);
			head[8] = text.length;
			return Buffer.concat([head, text]);
		};
		const list = Buffer.concat([Buffer.from([1, 0, 0, 0, 0, 0, 0, 0, titles.length]), ...titles.map(entry)]);
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
		return path;
	}

	it("bounds the number and the titles of chapters", async () => {
		const titles = Array.from({ length: 255 }, (_, index) => ({ startSec: 255 - index, title: "x".repeat(255) }));
		const found = await chaptersOfFile(fileOfTitles("many.mp4", titles));
		expect([found.length, found[0]]).toEqual([64, { startSec: 1, title: "x".repeat(200) }]);
	});

	it.each([
		["", ""],
		["Door\u0000\r\n\u001b[31m open", "Door [31m open"],
		["\u202eneddih \u2066\u2028", "neddih"],
		["Küche 👩‍🚀", "Küche 👩‍🚀"],
		[`${"x".repeat(199)}🤖`, "x".repeat(199)],
		["<b onclick=alert(1)>", "<b onclick=alert(1)>"],
	])("makes one line of text of a title, %j", async (title, line) => {
		expect(await chaptersOfFile(fileOfTitles("hostile.mp4", [{ startSec: 0, title }]))).toEqual([
			{ startSec: 0, title: line },
		]);
	});
});
