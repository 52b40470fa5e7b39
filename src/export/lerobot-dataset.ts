import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { outputFailure } from "../render/output-error.ts";
import {
	type DatasetPlan,
	type DatasetWriter,
	type EpisodeVideo,
	type RowTimes,
	VIDEO_PIXEL_FORMAT,
} from "./dataset-format.ts";
import type { PlannedEpisode } from "./episode-plan.ts";
import type { EpisodeTable } from "./episode-table.ts";
import { EpisodeStats, type FeatureStats, mergedStats, QUANTILES } from "./feature-stats.ts";
import { type ParquetColumn, ParquetFile, type ParquetType } from "./parquet-file.ts";

/** The version of LeRobot's layout, as it writes it. */
const LAYOUT_VERSION = "v3.0";
/** Files of a folder, and megabytes of a file: LeRobot's own defaults. */
const CHUNK_FILES = 1000;
const DATA_FILE_MB = 100;
const VIDEO_FILE_MB = 200;
const MB = 1 << 20;
/** LeRobot compares times in single precision, to 0.1 ms: later ones are too coarse for that. */
const PRECISE_SEC = 1000;

/** A column of the data, with its place among the features of `info.json`. */
interface Feature extends ParquetColumn {
	readonly dtype: "float32" | "float64" | "int64" | "bool";
	readonly names: readonly string[] | null;
	/** The numbers of some rows, one after another. */
	values(table: EpisodeTable, times: RowTimes): ArrayLike<number | bigint | boolean>;
}

/** An episode that is written, until its pictures are. */
interface WrittenEpisode {
	readonly episode: PlannedEpisode;
	readonly dataFile: number;
	readonly stats: Readonly<Record<string, FeatureStats>>;
}

/**
 * Writes a dataset in the layout v3.0 of LeRobot (https://github.com/huggingface/lerobot,
 * `src/lerobot/datasets`): `timestamp` is single precision, because LeRobot casts it to that; all
 * other numbers are double, or whole.
 */
export class LeRobotDataset implements DatasetWriter {
	readonly maxVideoBytes: number = VIDEO_FILE_MB * MB;
	readonly maxVideoSec: number = PRECISE_SEC;
	readonly #plan: DatasetPlan;
	readonly #features: readonly Feature[];
	readonly #episodes: WrittenEpisode[] = [];
	/** Statistics of the episode that is being written, by the features' names. */
	#stats = new Map<string, EpisodeStats>();
	#file: ParquetFile | undefined;
	#files = 0;

	constructor(plan: DatasetPlan) {
		this.#plan = plan;
		this.#features = featuresOf(plan);
	}

	write(table: EpisodeTable, times: RowTimes): void {
		const { episode, firstRow, isLast } = table;
		if (firstRow === 0) this.#stats = new Map();
		if (firstRow === 0 && this.#file !== undefined && this.#file.bytes >= DATA_FILE_MB * MB) this.#finishFile();
		this.#file ??= new ParquetFile(
			join(this.#plan.directory, numbered("data", this.#files, "parquet")),
			this.#features,
		);
		const data: Record<string, readonly unknown[]> = {};
		for (const feature of this.#features) {
			const values = feature.values(table, times);
			const width = feature.names?.length ?? 1;
			data[feature.name] = feature.depth === 0 ? Array.from(values) : vectors(values, width);
			const stats = this.#stats.get(feature.name) ?? new EpisodeStats(width, episode.rows);
			this.#stats.set(feature.name, stats);
			stats.add(Float64Array.from(values, Number), firstRow);
		}
		this.#file.write(data);
		if (!isLast) return;
		const stats: Record<string, FeatureStats> = {};
		for (const [name, all] of this.#stats) {
			const found = all.finish();
			if (found !== undefined) stats[name] = found;
		}
		this.#episodes.push({ episode, dataFile: this.#files, stats });
	}

	finish(videos: ReadonlyMap<string, readonly EpisodeVideo[]>): void {
		this.#finishFile();
		this.#writeTasks();
		this.#writeEpisodes(videos);
		const stats: Record<string, unknown> = {};
		for (const { name } of this.#features) {
			const all = this.#episodes.flatMap((episode) => episode.stats[name] ?? []);
			if (all.length > 0) stats[name] = namedStats(mergedStats(all), (value) => value);
		}
		for (const [key, all] of videos)
			stats[key] = namedStats(mergedStats(all.map((video) => video.stats)), inPicture);
		this.#writeJson("meta/stats.json", stats);
		this.#writeJson("meta/info.json", this.#info());
	}

	videoPath(key: string, file: number): string {
		return join(this.#plan.directory, numbered(`videos/${key}`, file, "mp4"));
	}

	#finishFile(): void {
		if (this.#file === undefined) return;
		this.#file.finish();
		this.#file = undefined;
		this.#files++;
	}

	#info(): unknown {
		const { rateHz, cameras, tasks, robotType, videoCodec } = this.#plan;
		const frames = this.#episodes.reduce((total, { episode }) => total + episode.rows, 0);
		const features: Record<string, unknown> = {};
		for (const { key, width, height } of cameras) {
			features[key] = {
				dtype: "video",
				shape: [height, width, 3],
				names: ["height", "width", "channels"],
				info: {
					"video.height": height,
					"video.width": width,
					"video.codec": videoCodec,
					"video.pix_fmt": VIDEO_PIXEL_FORMAT,
					"video.fps": rateHz,
					"video.channels": 3,
					has_audio: false,
					is_depth_map: false,
				},
			};
		}
		for (const { name, dtype, names } of this.#features)
			features[name] = { dtype, shape: [names?.length ?? 1], names };
		return {
			codebase_version: LAYOUT_VERSION,
			robot_type: robotType ?? null,
			total_episodes: this.#episodes.length,
			total_frames: frames,
			total_tasks: tasks.length,
			chunks_size: CHUNK_FILES,
			data_files_size_in_mb: DATA_FILE_MB,
			video_files_size_in_mb: VIDEO_FILE_MB,
			fps: rateHz,
			splits: { train: `0:${this.#episodes.length}` },
			data_path: pattern("data", "parquet"),
			video_path: cameras.length === 0 ? null : pattern("videos/{video_key}", "mp4"),
			features,
		};
	}

	/** LeRobot looks tasks up by their words: they are the index of a table of pandas. */
	#writeTasks(): void {
		const { directory, tasks } = this.#plan;
		const column = (name: string, pandas: string, numpy: string) => ({
			name,
			field_name: name,
			pandas_type: pandas,
			numpy_type: numpy,
			metadata: null,
		});
		const pandas = JSON.stringify({
			index_columns: ["task"],
			column_indexes: [],
			columns: [column("task_index", "int64", "int64"), column("task", "unicode", "object")],
			creator: { library: "panogaze", version: "1" },
			pandas_version: "2.0.0",
		});
		const columns: ParquetColumn[] = [
			{ name: "task_index", type: "INT64", depth: 0 },
			{ name: "task", type: "STRING", depth: 0 },
		];
		const file = new ParquetFile(join(directory, "meta/tasks.parquet"), columns, { pandas });
		file.write({ task_index: tasks.map((_, index) => BigInt(index)), task: tasks });
		file.finish();
	}

	#writeEpisodes(videos: ReadonlyMap<string, readonly EpisodeVideo[]>): void {
		const columns: ParquetColumn[] = [];
		const data: Record<string, readonly unknown[]> = {};
		const add = (name: string, type: ParquetType, depth: number, values: readonly unknown[]) => {
			columns.push({ name, type, depth });
			data[name] = values;
		};
		const whole = (name: string, of: (written: WrittenEpisode, index: number) => number) =>
			add(
				name,
				"INT64",
				0,
				this.#episodes.map((written, index) => BigInt(of(written, index))),
			);
		whole("episode_index", ({ episode }) => episode.episode);
		add(
			"tasks",
			"STRING",
			1,
			this.#episodes.map(({ episode }) => [episode.task]),
		);
		whole("length", ({ episode }) => episode.rows);
		add(
			"outcome",
			"STRING",
			0,
			this.#episodes.map(({ episode }) => outcomeOf(episode)),
		);
		whole("data/chunk_index", ({ dataFile }) => Math.floor(dataFile / CHUNK_FILES));
		whole("data/file_index", ({ dataFile }) => dataFile % CHUNK_FILES);
		whole("dataset_from_index", ({ episode }) => episode.firstIndex);
		whole("dataset_to_index", ({ episode }) => episode.firstIndex + episode.rows);
		const { rateHz } = this.#plan;
		for (const [key, all] of videos) {
			const of = (index: number) => all[index] as EpisodeVideo;
			whole(`videos/${key}/chunk_index`, (_, index) => Math.floor(of(index).file / CHUNK_FILES));
			whole(`videos/${key}/file_index`, (_, index) => of(index).file % CHUNK_FILES);
			const sec = (name: string, picture: (written: WrittenEpisode, index: number) => number) =>
				add(
					`videos/${key}/${name}`,
					"DOUBLE",
					0,
					this.#episodes.map((written, index) => picture(written, index) / rateHz),
				);
			sec("from_timestamp", (_, index) => of(index).firstPicture);
			sec("to_timestamp", ({ episode }, index) => of(index).firstPicture + episode.rows);
		}
		for (const { name, names } of this.#features) {
			const width = names?.length ?? 1;
			const stats = this.#episodes.map((episode) => episode.stats[name] ?? unknownStats(width));
			this.#addStats(add, name, 1, stats, (value) => value);
		}
		for (const [key, all] of videos)
			this.#addStats(
				add,
				key,
				3,
				all.map((video) => video.stats),
				inPicture,
			);
		whole("meta/episodes/chunk_index", () => 0);
		whole("meta/episodes/file_index", () => 0);
		const file = new ParquetFile(join(this.#plan.directory, numbered("meta/episodes", 0, "parquet")), columns);
		file.write(data);
		file.finish();
	}

	#addStats(
		add: (name: string, type: ParquetType, depth: number, values: readonly unknown[]) => void,
		feature: string,
		depth: number,
		all: readonly FeatureStats[],
		shape: (value: number) => unknown,
	): void {
		const named = all.map((stats) => namedStats(stats, shape));
		for (const name of Object.keys(named[0] ?? {})) {
			const values = named.map((stats) => stats[name]);
			if (name === "count")
				add(
					`stats/${feature}/count`,
					"INT64",
					1,
					values.map((count) => [BigInt((count as [number])[0])]),
				);
			else add(`stats/${feature}/${name}`, "DOUBLE", depth, values);
		}
	}

	#writeJson(name: string, value: unknown): void {
		const path = join(this.#plan.directory, name);
		try {
			mkdirSync(dirname(path), { recursive: true });
			writeFileSync(path, `${JSON.stringify(value, undefined, 4)}\n`);
		} catch (error) {
			throw outputFailure(path, error);
		}
	}
}

function featuresOf({ names, hasSuccess, rateHz }: DatasetPlan): readonly Feature[] {
	const plain = (name: string, dtype: Feature["dtype"], values: Feature["values"]): Feature => ({
		name,
		type: TYPES[dtype],
		depth: 0,
		dtype,
		names: null,
		values,
	});
	// A vector of one number is a plain column, as LeRobot has it.
	const vector = (name: string, role: "action" | "state"): Feature[] =>
		names[role].length === 0
			? []
			: [
					{
						...plain(name, "float64", ({ values }) => values[role]),
						depth: names[role].length === 1 ? 0 : 1,
						names: names[role],
					},
				];
	const whole = (name: string, of: (table: EpisodeTable, row: number) => number) =>
		plain(name, "int64", (table) => rowsOf(table, (row) => BigInt(of(table, row))));
	const flags = (name: string, of: (table: EpisodeTable, row: number) => boolean) =>
		plain(name, "bool", (table) => rowsOf(table, (row) => of(table, row)));
	const isLast = ({ isLast: ends, rows }: EpisodeTable, row: number) => ends && row === rows - 1;
	return [
		...vector("action", "action"),
		...vector("observation.state", "state"),
		plain("timestamp", "float32", (table) => rowsOf(table, (row) => (table.firstRow + row) / rateHz)),
		whole("frame_index", ({ firstRow }, row) => firstRow + row),
		whole("episode_index", ({ episode }) => episode.episode),
		whole("index", ({ episode, firstRow }, row) => episode.firstIndex + firstRow + row),
		whole("task_index", ({ episode }) => episode.taskIndex),
		plain("time.unix_ns", "int64", (_, times) => times),
		...(names.action.length > 0 ? [flags("valid.action", ({ valid }, row) => valid.action[row] === 1)] : []),
		...(names.state.length > 0 ? [flags("valid.state", ({ valid }, row) => valid.state[row] === 1)] : []),
		whole("picture.number", ({ shown }, row) => shown.picture[row]!),
		plain("picture.age_sec", "float64", ({ shown }) => shown.ageSec),
		plain("picture.capture_age_sec", "float64", ({ shown }) => shown.captureAgeSec),
		plain("picture.camera_unix_ns", "int64", ({ shown }) => shown.cameraNs),
		plain("picture.media_sec", "float64", ({ shown }) => shown.mediaSec),
		whole("seen.picture", ({ seen }, row) => seen.picture[row]!),
		whole("seen.frame_index", ({ seen }, row) => seen.row[row]!),
		plain("seen.age_sec", "float64", ({ seen }) => seen.ageSec),
		plain("seen.capture_age_sec", "float64", ({ seen }) => seen.captureAgeSec),
		flags("next.done", isLast),
		...(hasSuccess
			? [flags("next.success", (table, row) => isLast(table, row) && table.episode.success === true)]
			: []),
	];
}

const TYPES: Readonly<Record<Feature["dtype"], ParquetType>> = {
	float32: "FLOAT",
	float64: "DOUBLE",
	int64: "INT64",
	bool: "BOOLEAN",
};

function rowsOf<Value>({ rows }: EpisodeTable, of: (row: number) => Value): Value[] {
	return Array.from({ length: rows }, (_, row) => of(row));
}

function vectors(values: ArrayLike<unknown>, width: number): unknown[][] {
	return Array.from({ length: values.length / width }, (_, row) =>
		Array.from({ length: width }, (_, column) => values[row * width + column]),
	);
}

function outcomeOf({ success }: PlannedEpisode): string {
	return success === undefined ? "" : success ? "success" : "failure";
}

/** The path of a file by its number: `data/chunk-000/file-000.parquet`. */
function numbered(folder: string, file: number, ending: string): string {
	const three = (number: number) => String(number).padStart(3, "0");
	return `${folder}/chunk-${three(Math.floor(file / CHUNK_FILES))}/file-${three(file % CHUNK_FILES)}.${ending}`;
}

/** The same as a template of LeRobot's, in Python's words. */
function pattern(folder: string, ending: string): string {
	return `${folder}/chunk-{chunk_index:03d}/file-{file_index:03d}.${ending}`;
}

/** @param shape puts one number into the lists that its feature's shape asks for. */
function namedStats(
	{ min, max, mean, std, count, quantiles }: FeatureStats,
	shape: (value: number) => unknown,
): Readonly<Record<string, readonly unknown[]>> {
	const names = Object.keys(QUANTILES);
	return {
		min: min.map(shape),
		max: max.map(shape),
		mean: mean.map(shape),
		std: std.map(shape),
		count: [count],
		...Object.fromEntries(names.map((name, index) => [name, (quantiles[index] ?? []).map(shape)])),
	};
}

/** One number of a channel, for all rows and columns of pictures. */
function inPicture(value: number): unknown {
	return [[value]];
}

/** Statistics of an episode that has no whole row: it counts nothing. */
function unknownStats(width: number): FeatureStats {
	const none = Array.from({ length: width }, () => Number.NaN);
	const quantiles = Object.keys(QUANTILES).map(() => none);
	return { min: none, max: none, mean: none, std: none, count: 0, quantiles };
}
