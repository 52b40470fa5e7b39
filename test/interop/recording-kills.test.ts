// Recordings whose process gets `kill -9`, at states that it has reached: whatever its thread has
// worked off is in every file, and every file opens. How many seconds that is on a machine that
// keeps up is measured by `npm run bench -- recording-kills`.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { type KillReport, newestInFiles, recordUntil, writeClip } from "../support/killed/killed-recording.ts";
import { rerunProgram } from "./rerun-environment.ts";

const folder = mkdtempSync(join(tmpdir(), "panogaze-kills-"));
const clip = join(folder, "clip.json");
writeClip(clip);
afterAll(() => rmSync(folder, { recursive: true }));

/** Kills after so many reports of a kind. */
function onceSeen(count: number, type: KillReport["type"]) {
	let seen = 0;
	return (report: KillReport) => report.type === type && ++seen === count;
}

describe("a recording in every format whose process is killed", () => {
	it.each([
		["at its beginning", onceSeen(1, "begun")],
		["with its first pose", onceSeen(1, "sent")],
		["when a batch has been worked off", onceSeen(1, "worked")],
		["within the third batch", onceSeen(100, "sent")],
		["when three batches have been worked off", onceSeen(3, "worked")],
	])(
		"opens, and has all that was worked off: %s",
		async (name, isDue) => {
			const { stem, workedSec, failures } = await recordUntil(
				join(folder, name.replaceAll(" ", "-")),
				clip,
				["rrd", "mcap", "mp4"],
				isDue,
			);
			expect(failures).toEqual([]);
			expect(execFileSync(rerunProgram, ["rrd", "print", `${stem}.rrd`], { encoding: "utf8" })).toContain(
				"panogaze",
			);
			const newest = await newestInFiles(stem);
			if (workedSec === undefined) return;
			expect(newest.map(({ file }) => file.split(".").at(-1))).toEqual(["jsonl", "mp4", "mcap", "rrd"]);
			for (const { file, poseSec = Number.NaN, frameSec = Number.NaN } of newest) {
				const wanted = [
					...(file.endsWith("mp4") ? [] : [poseSec]),
					...(file.endsWith("jsonl") ? [] : [frameSec]),
				];
				// Pictures come with each third pose, and a line's clock is exact to a millisecond.
				expect(Math.min(...wanted), file).toBeGreaterThan(workedSec - 0.05);
			}
		},
		60_000,
	);
});
