import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Hdf5Dataset as Dataset, type Hdf5Group, loadHdf5, wordsOfHdf5 } from "../motion/hdf5-library.ts";
import { OutputError, outputFailure } from "../render/output-error.ts";
import type { DatasetPlan, DatasetWriter, RowTimes } from "./dataset-format.ts";
import { type DescribedEpisode, describeDataset } from "./described-dataset.ts";
import type { EpisodeTable } from "./episode-table.ts";

/** The file of all rows. */
const FILE_NAME = "rows.hdf5";

/** Rows that lie together in the datasets of a long episode. */
const CHUNK_ROWS = 1024;

/** The open file. */
interface OpenFile extends Hdf5Group {
	close(): void;
}

/**
 * Writes one HDF5 file with a group for each episode, as robomimic names them: `/data/demo_0` with
 * `actions` and `obs/state`; and `info.json` beside it.
 */
export class Hdf5Dataset implements DatasetWriter {
	readonly maxVideoBytes: number = Number.POSITIVE_INFINITY;
	readonly maxVideoSec: number = Number.POSITIVE_INFINITY;
	readonly #plan: DatasetPlan;
	readonly #path: string;
	readonly #episodes: DescribedEpisode[] = [];
	readonly #file: OpenFile;
	#rows = 0;

	private constructor(plan: DatasetPlan, path: string, file: OpenFile) {
		this.#plan = plan;
		this.#path = path;
		this.#file = file;
		file.create_group("data");
	}

	/** @throws {OutputError} when the file can't be made. */
	static async open(plan: DatasetPlan): Promise<Hdf5Dataset> {
		const path = join(plan.directory, FILE_NAME);
		const hdf5 = await loadHdf5();
		return attempt(path, () => {
			mkdirSync(plan.directory, { recursive: true });
			return new Hdf5Dataset(plan, path, new hdf5.File(path, "w"));
		});
	}

	write(table: EpisodeTable, times: RowTimes): void {
		attempt(this.#path, () => this.#write(table, times));
	}

	finish(): void {
		attempt(this.#path, () => {
			const data = this.#file.get("data") as Hdf5Group;
			data.create_attribute("total", BigInt64Array.of(BigInt(this.#rows)), [], "<q");
			data.create_attribute("rate_hz", this.#plan.rateHz, [], "<d");
			this.#file.close();
			const info = describeDataset(this.#plan, "hdf5", this.#episodes);
			writeFileSync(join(this.#plan.directory, "info.json"), info);
		});
	}

	videoPath(key: string): string {
		return join(this.#plan.directory, "videos", `${key}.mp4`);
	}

	#write(table: EpisodeTable, times: RowTimes): void {
		const { names } = this.#plan;
		const { episode, firstRow, values, valid, shown, seen } = table;
		const { rows, task, success, viewer } = episode;
		const name = `data/demo_${episode.episode}`;
		const group = firstRow === 0 ? this.#newGroup(name) : (this.#file.get(name) as Hdf5Group);
		const obs = firstRow === 0 ? this.#newGroup(`${name}/obs`) : (this.#file.get(`${name}/obs`) as Hdf5Group);
		if (names.action.length > 0) {
			addRows(table, { group, name: "actions", data: values.action, columns: names.action });
			addRows(table, { group, name: "valid_actions", data: valid.action });
		}
		if (names.state.length > 0) {
			addRows(table, { group: obs, name: "state", data: values.state, columns: names.state });
			addRows(table, { group, name: "valid_states", data: valid.state });
		}
		addRows(table, { group, name: "unix_ns", data: times });
		addRows(table, { group, name: "picture", data: shown.picture });
		addRows(table, { group, name: "picture_age_sec", data: shown.ageSec });
		addRows(table, { group, name: "picture_capture_age_sec", data: shown.captureAgeSec });
		addRows(table, { group, name: "picture_camera_unix_ns", data: shown.cameraNs });
		addRows(table, { group, name: "picture_media_sec", data: shown.mediaSec });
		addRows(table, { group, name: "seen_picture", data: seen.picture });
		addRows(table, { group, name: "seen_frame_index", data: seen.row });
		addRows(table, { group, name: "seen_age_sec", data: seen.ageSec });
		addRows(table, { group, name: "seen_capture_age_sec", data: seen.captureAgeSec });
		if (!table.isLast) return;
		group.create_attribute("num_samples", BigInt64Array.of(BigInt(rows)), [], "<q");
		group.create_attribute("from_index", BigInt64Array.of(BigInt(episode.firstIndex)), [], "<q");
		group.create_attribute("task", task);
		group.create_attribute("viewer", viewer.id);
		if (success !== undefined) group.create_attribute("success", success ? 1 : 0, [], "<b");
		this.#episodes.push(episode);
		this.#rows += rows;
	}

	#newGroup(path: string): Hdf5Group {
		this.#file.create_group(path);
		return this.#file.get(path) as Hdf5Group;
	}
}

/** Numbers of some rows, for a dataset of all rows of an episode. */
interface RowNumbers {
	readonly group: Hdf5Group;
	readonly name: string;
	readonly data: Float64Array | Int32Array | Uint8Array | BigInt64Array;
	/** Names of a row's numbers. @default a row is one number */
	readonly columns?: readonly string[] | undefined;
}

/** Writes rows into their dataset, which is made with the first ones. */
function addRows({ episode, firstRow, rows }: EpisodeTable, { group, name, data, columns }: RowNumbers): void {
	const row = columns === undefined ? [] : [columns.length];
	if (firstRow === 0) {
		const dtype = dtypeOf(data);
		const whole = [episode.rows, ...row];
		if (rows === episode.rows) group.create_dataset({ name, data, shape: whole, dtype });
		else {
			const shape = [rows, ...row];
			const chunks = [Math.min(rows, CHUNK_ROWS), ...row];
			group.create_dataset({ name, data, shape, maxshape: whole, chunks, dtype }).resize(whole);
		}
		if (columns !== undefined) (group.get(name) as Dataset).create_attribute("columns", [...columns]);
	} else {
		const numbers = row.map((length): [number, number] => [0, length]);
		(group.get(name) as Dataset).write_slice([[firstRow, firstRow + rows], ...numbers], data);
	}
}

function dtypeOf(data: RowNumbers["data"]): string {
	if (data instanceof Float64Array) return "<d";
	if (data instanceof BigInt64Array) return "<q";
	return data instanceof Int32Array ? "<i" : "<B";
}

function attempt<Result>(path: string, work: () => Result): Result {
	try {
		return work();
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== undefined) throw outputFailure(path, error);
		throw new OutputError("not-writable", path, `${path} can't be written: ${wordsOfHdf5(error)}`, error);
	}
}
