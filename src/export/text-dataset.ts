import { closeSync, mkdirSync, openSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { outputFailure } from "../render/output-error.ts";
import type { DatasetPlan, DatasetWriter, RowTimes } from "./dataset-format.ts";
import { type DescribedEpisode, describeDataset } from "./described-dataset.ts";
import type { EpisodeTable } from "./episode-table.ts";

/** Rows that are put into words at once. */
const BLOCK_ROWS = 1024;

/** Writes one file of all rows, as lines of JSON or as CSV, and `info.json` beside it. */
export class TextDataset implements DatasetWriter {
	readonly maxVideoBytes: number = Number.POSITIVE_INFINITY;
	readonly maxVideoSec: number = Number.POSITIVE_INFINITY;
	readonly #plan: DatasetPlan;
	readonly #format: "jsonl" | "csv";
	readonly #path: string;
	readonly #episodes: DescribedEpisode[] = [];
	#descriptor: number | undefined;

	/** @throws {OutputError} when the file can't be made. */
	constructor(plan: DatasetPlan, format: "jsonl" | "csv") {
		this.#plan = plan;
		this.#format = format;
		this.#path = join(plan.directory, `rows.${format}`);
		this.#attempt(() => {
			mkdirSync(plan.directory, { recursive: true });
			this.#descriptor = openSync(this.#path, "wx");
		});
		const { action, state } = plan.names;
		if (format === "csv")
			this.#append(`${[...FACTS, ...action.map(asAction), ...state.map(asState)].map(quoted).join(",")}\n`);
	}

	write(table: EpisodeTable, times: RowTimes): void {
		const line = this.#format === "csv" ? csvLine : jsonLine;
		for (let from = 0; from < table.rows; from += BLOCK_ROWS) {
			let text = "";
			for (let row = from; row < Math.min(table.rows, from + BLOCK_ROWS); row++)
				text += line(table, times, row, this.#plan);
			this.#append(text);
		}
		if (table.isLast) this.#episodes.push(table.episode);
	}

	finish(): void {
		this.#attempt(() => {
			if (this.#descriptor !== undefined) closeSync(this.#descriptor);
			this.#descriptor = undefined;
			const info = describeDataset(this.#plan, this.#format, this.#episodes);
			writeFileSync(join(this.#plan.directory, "info.json"), info);
		});
	}

	videoPath(key: string): string {
		return join(this.#plan.directory, "videos", `${key}.mp4`);
	}

	#append(text: string): void {
		this.#attempt(() => {
			const bytes = Buffer.from(text);
			for (let done = 0; done < bytes.byteLength; ) done += writeSync(this.#descriptor as number, bytes, done);
		});
	}

	#attempt(work: () => void): void {
		try {
			work();
		} catch (error) {
			throw outputFailure(this.#path, error);
		}
	}
}

/** Columns of CSV, and fields of JSON, before the numbers. */
const FACTS = [
	"index",
	"episode_index",
	"frame_index",
	"timestamp",
	"unix_ns",
	"picture",
	"picture_age_sec",
	"picture_capture_age_sec",
	"picture_media_sec",
	"picture_camera_unix_ns",
	"seen_picture",
	"seen_frame_index",
	"seen_age_sec",
	"seen_capture_age_sec",
	"valid_action",
	"valid_state",
] as const;

function factsOf(
	{ episode, firstRow, shown, seen, valid }: EpisodeTable,
	times: RowTimes,
	row: number,
	rateHz: number,
): readonly (number | bigint)[] {
	return [
		episode.firstIndex + firstRow + row,
		episode.episode,
		firstRow + row,
		(firstRow + row) / rateHz,
		times[row]!,
		shown.picture[row]!,
		shown.ageSec[row]!,
		shown.captureAgeSec[row]!,
		shown.mediaSec[row]!,
		shown.cameraNs[row]!,
		seen.picture[row]!,
		seen.row[row]!,
		seen.ageSec[row]!,
		seen.captureAgeSec[row]!,
		valid.action[row]!,
		valid.state[row]!,
	];
}

function csvLine(table: EpisodeTable, times: RowTimes, row: number, { names, rateHz }: DatasetPlan): string {
	const { action, state } = table.values;
	const numbers = [
		...factsOf(table, times, row, rateHz),
		...action.subarray(row * names.action.length, (row + 1) * names.action.length),
		...state.subarray(row * names.state.length, (row + 1) * names.state.length),
	];
	return `${numbers.map((number) => (isKnown(number) ? String(number) : "")).join(",")}\n`;
}

function jsonLine(table: EpisodeTable, times: RowTimes, row: number, { names, rateHz }: DatasetPlan): string {
	const facts = factsOf(table, times, row, rateHz);
	const fields = FACTS.map((name, index) => `"${name}":${jsonNumber(facts[index]!)}`);
	for (const role of ["action", "state"] as const) {
		const width = names[role].length;
		const numbers = Array.from(table.values[role].subarray(row * width, (row + 1) * width), jsonNumber);
		if (width > 0) fields.push(`"${role}":[${numbers.join(",")}]`);
	}
	return `{${fields.join(",")}}\n`;
}

function isKnown(number: number | bigint): boolean {
	return typeof number === "bigint" || Number.isFinite(number);
}

/** JSON has neither NaN nor Infinity. */
function jsonNumber(number: number | bigint): string {
	return isKnown(number) ? String(number) : "null";
}

function asAction(name: string): string {
	return `action.${name}`;
}

function asState(name: string): string {
	return `state.${name}`;
}

function quoted(cell: string): string {
	return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
