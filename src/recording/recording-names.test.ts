import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { stemOfFile } from "./files/recording-folder.ts";
import { newStem } from "./recording-names.ts";

const folder = mkdtempSync(join(tmpdir(), "panogaze-names-"));
afterAll(() => rmSync(folder, { recursive: true }));

it("names files after the time and the name, in every script, and none after a part", async () => {
	const began = new Date("2026-01-31T23:59:59.125Z");
	const made: string[] = [];
	for (const name of ["pick & place", "बायाँ हाथ", "part2", "part-3", "apart4"]) {
		const { stem } = await newStem(folder, began, name, ["rrd"]);
		expect(stemOfFile(`${basename(stem)}.rrd`)).toBe(basename(stem));
		expect(stemOfFile(`${basename(stem)}_part002.rrd`)).toBe(basename(stem));
		made.push(basename(stem).replace("session_2026-01-31T23-59-59.125Z_", ""));
	}
	expect(made).toEqual(["pick-place", "बायाँ-हाथ", "part-2", "part-3", "apart4"]);
});
