import { mkdir, readdir, readFile, utimes, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { MotionRecorder } from "./motion-recorder.ts";
import { readMotion } from "./read-motion.ts";
import { recordInProcess } from "./recorder-in-process.cases.ts";
import { recoverMotion } from "./recover-motion.ts";
import { recordEverything, rowsByStream, temporaryFolder } from "./synthetic-motion.cases.ts";

let folder: string;
let remove: () => Promise<void>;
beforeAll(async () => {
	({ folder, remove } = await temporaryFolder());
});
afterAll(() => remove());

/** What is on the disk of a recording under way, once all that was written is safe. */
async function snapshot(recorder: MotionRecorder): Promise<Buffer> {
	while (recorder.stats().queued > 0) await new Promise((resolve) => setTimeout(resolve, 10));
	return readFile(recorder.format === "hdf5" ? `${recorder.path}.journal` : recorder.path);
}

describe("recoverMotion()", () => {
	it("finishes what a killed recorder left, and leaves alone what is still written", async () => {
		const live = join(folder, "live");
		const left = join(folder, "left");
		await mkdir(live);
		await mkdir(left);
		for (const format of ["hdf5", "mcap"] as const) {
			const recorder = await recordInProcess({ directory: live, format });
			recordEverything(recorder, 40);
			const bytes = await snapshot(recorder);
			expect(await recoverMotion(recorder.path)).toEqual([
				{ path: recorder.path, outcome: "in-use", reason: expect.stringMatching(/is still being written/) },
			]);
			await recorder.close();
			expect(await recoverMotion(recorder.path)).toEqual([]);
			// Somewhere else it is a file of this process that this process does not write: as of
			// one before it in a container, with the same number.
			const path = join(left, `x.${format === "hdf5" ? "h5" : "mcap"}`);
			await writeFile(format === "hdf5" ? `${path}.journal` : path, bytes);
		}
		await writeFile(join(left, "bad.h5.journal"), "no journal");
		await writeFile(join(left, "text.jsonl"), "needs nothing");
		expect(await recoverMotion(left)).toEqual([
			{ path: join(left, "bad.h5"), outcome: "failed", reason: expect.stringMatching(/no journal/) },
			{ path: join(left, "x.h5"), outcome: "recovered" },
			{ path: join(left, "x.mcap"), outcome: "recovered" },
		]);
		expect((await readdir(left)).sort()).toEqual(["bad.h5.journal", "text.jsonl", "x.h5", "x.mcap"]);
		for (const file of ["x.h5", "x.mcap"]) {
			const recording = readMotion(join(left, file));
			const streams = await rowsByStream(recording);
			expect([...streams].map(([name, poses]) => [name, poses.length])).toEqual([
				["body", 40],
				["head", 40],
				["left_hand", 40],
				["right_controller", 40],
			]);
			expect(recording.notices).toEqual([]);
		}
	});

	it("takes a file of another machine for one in use until it has been at rest for a while", async () => {
		const recorder = await recordInProcess({ path: join(folder, "far.h5") });
		recordEverything(recorder, 2);
		const bytes = await snapshot(recorder);
		await recorder.close();
		const elsewhere = `${hostname().slice(0, -1)}${hostname().endsWith("#") ? "%" : "#"}`;
		const path = join(folder, "elsewhere.h5");
		const journal = `${path}.journal`;
		await writeFile(
			journal,
			Buffer.from(bytes.toString("latin1").replace(`"host":"${hostname()}"`, `"host":"${elsewhere}"`), "latin1"),
		);
		expect(await recoverMotion(path)).toMatchObject([{ outcome: "in-use" }]);
		const longAgo = Date.now() / 1000 - 60;
		await utimes(journal, longAgo, longAgo);
		expect(await recoverMotion(path)).toEqual([{ path, outcome: "recovered" }]);
		expect(await readdir(folder)).not.toContain("elsewhere.h5.journal");
	});

	it("says that there is nothing of that name", async () => {
		await expect(recoverMotion(join(folder, "missing"))).rejects.toMatchObject({ code: "not-found" });
	});
});
