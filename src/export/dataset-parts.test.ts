import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { type Hdf5Dataset as Dataset, loadHdf5 } from "../motion/hdf5-library.ts";
import type { DatasetPlan, DatasetWriter } from "./dataset-format.ts";
import type { PlannedEpisode } from "./episode-plan.ts";
import type { EpisodeTable } from "./episode-table.ts";
import { Hdf5Dataset } from "./hdf5-dataset.ts";
import { LeRobotDataset } from "./lerobot-dataset.ts";
import { TextDataset } from "./text-dataset.ts";

const folder = mkdtempSync(join(tmpdir(), "panogaze-parts-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const ROWS = 10;
const EPISODE = { episode: 0, firstIndex: 0, taskIndex: 0, rows: ROWS, task: "walk", viewer: { id: "operator" } };

/** Some rows of an episode whose action is two numbers; one is not known in row 4. */
function tableOf(firstRow: number, rows: number): EpisodeTable {
	const whole = (of: (row: number) => number) => Array.from({ length: rows }, (_, row) => of(firstRow + row));
	const picture = Int32Array.from(whole((row) => row));
	const [ageSec, mediaSec] = [Float64Array.from(whole(() => 0)), Float64Array.from(whole(Math.sqrt))];
	const cameraNs = BigInt64Array.from(
		whole((row) => row),
		BigInt,
	);
	const facts = { picture, ageSec, captureAgeSec: ageSec, mediaSec, cameraNs };
	const numbers = whole((row) => row).flatMap((row) => [row === 4 ? Number.NaN : row ** 3 / 7, 16_777_217.125 + row]);
	return {
		...{ firstRow, rows, isLast: firstRow + rows === ROWS },
		episode: EPISODE as unknown as PlannedEpisode,
		values: { action: Float64Array.from(numbers), state: new Float64Array() },
		valid: { action: Uint8Array.from(whole((row) => (row === 4 ? 0 : 1))), state: new Uint8Array(rows) },
		shown: facts,
		seen: { ...facts, row: picture },
	};
}

/** Writes the episode in one part, or in three. */
async function written(
	name: string,
	parts: readonly number[],
	open: (plan: DatasetPlan) => DatasetWriter | Promise<DatasetWriter>,
) {
	const directory = join(folder, `${name}-${parts.length}`);
	const writer = await open({
		...{ directory, rateHz: 10, names: { action: ["x", "y"], state: [] }, cameras: [], videoCodec: "h264" },
		...{ tasks: ["walk"], hasSuccess: false, robotType: undefined },
	});
	let firstRow = 0;
	for (const rows of parts) {
		const times = BigInt64Array.from({ length: rows }, (_, row) => BigInt(firstRow + row));
		await writer.write(tableOf(firstRow, rows), times);
		firstRow += rows;
	}
	await writer.finish(new Map());
	return directory;
}

const PARTS = [[ROWS], [4, 4, 2]] as const;

describe("a dataset of an episode that comes in parts", () => {
	it("has the rows and the statistics of one that comes whole", async () => {
		for (const format of ["jsonl", "csv"] as const) {
			const [whole, parts] = await Promise.all(
				PARTS.map((rows) => written(format, rows, (plan) => new TextDataset(plan, format))),
			);
			for (const name of [`rows.${format}`, "info.json"])
				expect(readFileSync(join(parts!, name), "utf8")).toBe(readFileSync(join(whole!, name), "utf8"));
		}
		const [whole, parts] = await Promise.all(
			PARTS.map((rows) => written("lerobot", rows, (plan) => new LeRobotDataset(plan))),
		);
		const stats = (directory: string) => JSON.parse(readFileSync(join(directory, "meta/stats.json"), "utf8"));
		const [expected, found] = [stats(whole!), stats(parts!)];
		for (const [feature, names] of Object.entries<Record<string, number[]>>(expected))
			for (const [name, numbers] of Object.entries(names))
				for (const [index, number] of numbers.entries())
					expect(found[feature][name][index], `${feature} ${name}`).toBeCloseTo(number, 6);
		expect(found.action.count).toEqual([ROWS - 1]);
	});

	it("has them in an HDF5 file, too", async () => {
		const [whole, parts] = await Promise.all(PARTS.map((rows) => written("hdf5", rows, Hdf5Dataset.open)));
		const hdf5 = await loadHdf5();
		const [expected, found] = [whole!, parts!].map((directory) => new hdf5.File(join(directory, "rows.hdf5"), "r"));
		for (const name of ["actions", "valid_actions", "unix_ns", "picture", "seen_frame_index", "seen_age_sec"]) {
			const [a, b] = [expected, found].map((file) => file?.get(`data/demo_0/${name}`) as Dataset);
			expect(b?.shape, name).toEqual(a?.shape);
			expect(b?.value, name).toEqual(a?.value);
		}
		expect((found?.get("data/demo_0/actions") as Dataset | undefined)?.attrs["columns"]?.value).toEqual(["x", "y"]);
		expected?.close();
		found?.close();
	});
});
