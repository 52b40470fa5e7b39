import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Hdf5Group, loadHdf5, wordsOfHdf5 } from "../motion/hdf5-library.ts";
import { OutputError, outputFailure } from "../render/output-error.ts";
import type { DatasetPlan, DatasetWriter, RowTimes } from "./dataset-format.ts";
import { type DescribedEpisode, describeDataset } from "./described-dataset.ts";
import type { EpisodeTable } from "./episode-table.ts";

/** The file of all rows. */
const FILE_NAME = "rows.hdf5";

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

	#write({ episode, values, valid, shown, seen }: EpisodeTable, times: RowTimes): void {
		const { names } = this.#plan;
		const { rows, task, success, viewer } = episode;
		const name = `data/demo_${episode.episode}`;
		const group = this.#group(name);
		const obs = this.#group(`${name}/obs`);
		if (names.action.length > 0) {
			addNumbers(group, "actions", values.action, [rows, names.action.length], names.action);
			addFlags(group, "valid_actions", valid.action);
		}
		if (names.state.length > 0) {
			addNumbers(obs, "state", values.state, [rows, names.state.length], names.state);
			addFlags(group, "valid_states", valid.state);
		}
		group.create_dataset({ name: "unix_ns", data: times, shape: [rows], dtype: "<q" });
		addWhole(group, "picture", shown.picture);
		addNumbers(group, "picture_age_sec", shown.ageSec, [rows]);
		addNumbers(group, "picture_capture_age_sec", shown.captureAgeSec, [rows]);
		group.create_dataset({ name: "picture_camera_unix_ns", data: shown.cameraNs, shape: [rows], dtype: "<q" });
		addNumbers(group, "picture_media_sec", shown.mediaSec, [rows]);
		addWhole(group, "seen_picture", seen.picture);
		addWhole(group, "seen_frame_index", seen.row);
		addNumbers(group, "seen_age_sec", seen.ageSec, [rows]);
		addNumbers(group, "seen_capture_age_sec", seen.captureAgeSec, [rows]);
		group.create_attribute("num_samples", BigInt64Array.of(BigInt(rows)), [], "<q");
		group.create_attribute("from_index", BigInt64Array.of(BigInt(episode.firstIndex)), [], "<q");
		group.create_attribute("task", task);
		group.create_attribute("viewer", viewer.id);
		if (success !== undefined) group.create_attribute("success", success ? 1 : 0, [], "<b");
		this.#episodes.push(episode);
		this.#rows += rows;
	}

	#group(path: string): Hdf5Group {
		this.#file.create_group(path);
		return this.#file.get(path) as Hdf5Group;
	}
}

function addNumbers(
	group: Hdf5Group,
	name: string,
	data: Float64Array,
	shape: number[],
	columns?: readonly string[],
): void {
	const dataset = group.create_dataset({ name, data, shape, dtype: "<d" });
	if (columns !== undefined) dataset.create_attribute("columns", [...columns]);
}

function addWhole(group: Hdf5Group, name: string, data: Int32Array): void {
	group.create_dataset({ name, data, shape: [data.length], dtype: "<i" });
}

function addFlags(group: Hdf5Group, name: string, data: Uint8Array): void {
	group.create_dataset({ name, data, shape: [data.length], dtype: "<B" });
}

function attempt<Result>(path: string, work: () => Result): Result {
	try {
		return work();
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== undefined) throw outputFailure(path, error);
		throw new OutputError("not-writable", path, `${path} can't be written: ${wordsOfHdf5(error)}`, error);
	}
}
