import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { readMotion } from "./read-motion.ts";
import { rowsByStream, swayingBody, temporaryFolder, turningHead } from "./synthetic-motion.cases.ts";
import { ViewerRecordings } from "./viewer-recordings.ts";

let folder: string;
let remove: () => Promise<void>;
beforeEach(async () => {
	({ folder, remove } = await temporaryFolder());
});
afterEach(() => remove());

it("gives each viewer a file from the first pose until the end, the second one's with a number", async () => {
	const recordings = new ViewerRecordings({ path: join(folder, "walk.mcap") });
	const seen: string[] = [];
	for (const name of ["begun", "ending", "ended"] as const)
		recordings.on(name, (...[viewer]) => void seen.push(`${name} ${viewer}`));
	await recordings.end("nobody");
	expect(recordings.write("a", turningHead(1), { receivedAtSec: 1 })).toBe(true);
	recordings.write("b", swayingBody(1), { receivedAtSec: 1 });
	recordings.write("a", turningHead(2), { receivedAtSec: 2 });
	await recordings.end("a");
	await recordings.close();
	expect(seen).toEqual(["begun a", "begun b", "ending a", "ended a", "ending b", "ended b"]);
	expect(recordings.failures).toBe(0);
	expect((await readdir(folder)).sort()).toEqual(["walk.mcap", "walk_2.mcap"]);
	expect((await rowsByStream(readMotion(join(folder, "walk.mcap")))).get("head")).toHaveLength(2);
	expect((await rowsByStream(readMotion(join(folder, "walk_2.mcap")))).get("body")).toHaveLength(1);
});

it("reports a recording that can't be begun or goes wrong, once, and goes on with the others", async () => {
	const file = join(folder, "file");
	await writeFile(file, "");
	const recordings = new ViewerRecordings({ directory: join(file, "x") });
	const failures: unknown[] = [];
	recordings.on("failed", (viewer, { code }, recorder) => void failures.push([viewer, code, recorder === undefined]));
	for (const viewer of ["a", "a", "b"])
		expect(recordings.write(viewer, turningHead(1), { receivedAtSec: 1 })).toBe(false);
	await recordings.close();
	expect(failures).toEqual([
		["a", "not-writable", true],
		["b", "not-writable", true],
	]);
	expect(recordings.failures).toBe(2);

	const missing = new ViewerRecordings({ path: join(folder, "missing", "x.csv") });
	missing.on("failed", (viewer, { code }, recorder) => void failures.push([viewer, code, recorder === undefined]));
	missing.write("c", turningHead(1), { receivedAtSec: 1 });
	await missing.close();
	expect(failures.at(-1)).toEqual(["c", "not-writable", false]);
	await mkdir(join(folder, "missing"));
	missing.write("c", turningHead(1), { receivedAtSec: 1 });
	await missing.close();
	expect(missing.failures).toBe(1);
});

it("refuses wrong options at once", () => {
	expect(() => new ViewerRecordings({ precision: -1 })).toThrow(/precision is a whole number from 0 to 100; got -1/);
});
