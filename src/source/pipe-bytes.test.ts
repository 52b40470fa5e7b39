import { execFileSync } from "node:child_process";
import {
	closeSync,
	constants,
	mkdtempSync,
	openSync,
	readdirSync,
	readFileSync,
	readlinkSync,
	rmSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { makeClip } from "../../test/support/clips.ts";
import { createLibavSource } from "./libav-source.ts";
import { SourceUnderTest, sleep } from "./video-source.cases.ts";

const folder = mkdtempSync(join(tmpdir(), "panogaze-pipe-"));
afterAll(() => rmSync(folder, { recursive: true }));

function makePipe(name: string): string {
	const path = join(folder, name);
	execFileSync("mkfifo", [path]);
	return path;
}

/** Waits for a reader. @returns the writing end */
async function untilRead(path: string): Promise<number> {
	while (true) {
		try {
			return openSync(path, constants.O_WRONLY | constants.O_NONBLOCK);
		} catch (error) {
			if ((error as NodeJS.ErrnoException).code !== "ENXIO") throw error;
			await sleep(5);
		}
	}
}

const timesOpen = (path: string) =>
	readdirSync("/proc/self/fd").filter((descriptor) => {
		try {
			return readlinkSync(`/proc/self/fd/${descriptor}`) === path;
		} catch {
			return false;
		}
	}).length;

describe.runIf(process.platform === "linux")("a pipe as a source", () => {
	it.each(["before anybody writes to it", "while its bytes do not come"])(
		"is given up %s, and leaves no thread and no open file",
		async (when) => {
			const path = makePipe(`stopped ${when}`);
			const source = createLibavSource(path, { hwaccel: "none" });
			const notices: string[] = [];
			source.on("notice", (message) => notices.push(message));
			const starting = source.start(() => {
				throw new Error("It opened.");
			});
			starting.catch(() => {});
			const writer = when.startsWith("while") ? await untilRead(path) : undefined;
			// With a writer there are two open files for a moment, then one that is read without
			// waiting.
			await sleep(200);
			await source.stop();
			await expect(starting).rejects.toThrow("was stopped before it was open");
			expect(notices.filter((notice) => notice.includes("inside FFmpeg"))).toEqual([]);
			if (writer !== undefined) closeSync(writer);
			expect(timesOpen(path)).toBe(0);
		},
	);

	it("shows the pictures that are written to it, however late", async () => {
		const path = makePipe("played");
		const bytes = readFileSync(await makeClip({ width: 256, height: 128, frames: 24, rate: 24, container: "mkv" }));
		const source = createLibavSource(path, { hwaccel: "none", loop: false });
		const starting = SourceUnderTest.start(source);
		const writer = await untilRead(path);
		writeFileSync(writer, bytes.subarray(0, 1000));
		await sleep(300);
		writeFileSync(writer, bytes.subarray(1000));
		closeSync(writer);
		await using test = await starting;
		await test.until(() => test.ended === 1);
		expect(test.source.stats().framesDecoded).toBe(24);
		expect(timesOpen(path)).toBe(0);
	});
});
