import { parseJsonObject } from "../protocol/parse-result.ts";
import { boneId, type SkeletonType } from "../skeleton/tables/skeleton.ts";
import { bitsFrom } from "./bits.ts";
import { type MotionAxes, worldFromFile } from "./motion-axes.ts";
import { MotionFileError } from "./motion-file-error.ts";
import { type MotionRow, sampleFromBones, setInput } from "./motion-row.ts";
import type { ListedStream } from "./stream-list.ts";
import { textLines } from "./text-lines.ts";

/** The facts about a file of lines that are known before it is read. */
export interface TextFileInfo {
	readonly path: string;
	readonly stream: ListedStream;
	readonly axes: MotionAxes;
	/** Unix seconds at which its relative times are 0; `undefined`: not known. */
	readonly startedSec: number | undefined;
	/** Receives a sentence about each tolerated fault. */
	readonly notice: (text: string) => void;
}

/** A pose that is being read: plain lists, in the file's axes. */
interface Draft {
	timeSec: number;
	readonly ids: number[];
	readonly positions: number[];
	readonly rotations: number[];
	positionTracked: boolean;
	fov: readonly number[];
	buttons: readonly number[];
	pressed: number;
	touched: number;
	axes: readonly number[];
	photonAgeMs: number | undefined;
}

/** A fault of a line, as a clause. */
class LineFault extends Error {}

/**
 * Reads a JSONL file, line by line.
 * @throws {MotionFileError} with the number of the line that breaks the layout
 */
export async function* readJsonl(info: TextFileInfo): AsyncGenerator<MotionRow, void, undefined> {
	let read = 0;
	for await (const { text, number, ended } of textLines(info.path)) {
		if (text.trim() === "") continue;
		try {
			yield finish(draftFromJson(text, info), info, ++read);
		} catch (error) {
			if (!(error instanceof LineFault)) throw error;
			// The process ended while it wrote this line. Other text is a fault.
			if (!ended && text.startsWith("{")) {
				info.notice(`${info.path}, line ${number}: the last line is cut off and was left out.`);
				return;
			}
			throw lineError(info.path, number, error.message);
		}
	}
}

function draftFromJson(text: string, info: TextFileInfo): Draft {
	const fields = parseJsonObject(text);
	if (fields === undefined) throw new LineFault("it is not a JSON object");
	const { time_elapsed: elapsed, timestamp, bones } = fields;
	if (elapsed === undefined && timestamp === undefined)
		throw new LineFault("it has neither `time_elapsed` nor `timestamp`");
	if (!Array.isArray(bones)) throw new LineFault("it has no list `bones`");
	const draft = emptyDraft(timeOf(elapsed, timestamp, info));
	for (const [index, bone] of (bones as unknown[]).entries()) {
		if (typeof bone !== "object" || bone === null) throw new LineFault(`bone ${index} is no object`);
		const { id, pos, rot } = bone as Record<string, unknown>;
		draft.ids.push(idOf(id, info.stream.skeleton));
		// The head only turns.
		if (pos === null) draft.positionTracked = false;
		draft.positions.push(...(pos === null ? [0, 0, 0] : parts(pos, ["x", "y", "z"], `\`pos\` of bone ${index}`)));
		draft.rotations.push(...parts(rot, ["x", "y", "z", "w"], `\`rot\` of bone ${index}`));
	}
	draft.fov = numberList(fields["fov"], "`fov`");
	draft.buttons = numberList(fields["buttons"], "`buttons`");
	draft.axes = numberList(fields["axes"], "`axes`");
	draft.pressed = bitsFrom(numberList(fields["pressed"], "`pressed`"));
	draft.touched = bitsFrom(numberList(fields["touched"], "`touched`"));
	const age = fields["photon_age_ms"];
	draft.photonAgeMs = typeof age === "number" ? age : undefined;
	return draft;
}

const CSV_COLUMNS = ["bone_id", "pos_x", "pos_y", "pos_z", "rot_x", "rot_y", "rot_z", "rot_w"] as const;

/**
 * Reads a CSV file, row by row. Rows of one time are one pose, except that a repeated bone
 * begins the next pose.
 *
 * @throws {MotionFileError} with the line that is not as the layout says
 */
export async function* readCsv(info: TextFileInfo): AsyncGenerator<MotionRow, void, undefined> {
	let columns: CsvColumns | undefined;
	let draft: Draft | undefined;
	let read = 0;
	for await (const { text, number, ended } of textLines(info.path)) {
		if (text.trim() === "") continue;
		try {
			const cells = cellsOf(text);
			if (columns === undefined) {
				columns = csvColumns(cells);
				continue;
			}
			if (cells.length < columns.count) throw new LineFault(`it has ${cells.length} cells of ${columns.count}`);
			const row = draftFromCells(cells, columns, info);
			// A last row without an end may lack digits of its last number.
			if (!ended) throw new LineFault("it is cut off");
			if (draft !== undefined && draft.timeSec === row.timeSec && !draft.ids.includes(row.ids[0]!)) {
				draft.ids.push(...row.ids);
				draft.positions.push(...row.positions);
				draft.rotations.push(...row.rotations);
				continue;
			}
			if (draft !== undefined) yield finish(draft, info, ++read);
			draft = row;
		} catch (error) {
			if (!(error instanceof LineFault)) throw error;
			if (ended || columns === undefined) throw lineError(info.path, number, error.message);
			info.notice(`${info.path}, line ${number}: the last line is cut off and was left out.`);
		}
	}
	if (columns === undefined)
		throw new MotionFileError("broken", info.path, `${info.path} is empty: it has no line of column names.`);
	if (draft !== undefined) yield finish(draft, info, ++read);
}

interface CsvColumns {
	/** The number of cells in a row. */
	readonly count: number;
	readonly at: ReadonlyMap<string, number>;
}

function csvColumns(names: readonly string[]): CsvColumns {
	const at = new Map(names.map((name, index) => [name.trim(), index]));
	const missing: string[] = CSV_COLUMNS.filter((name) => !at.has(name));
	if (!at.has("time_elapsed") && !at.has("timestamp")) missing.unshift("time_elapsed (or timestamp)");
	if (missing.length > 0)
		throw new LineFault(
			`the column${missing.length === 1 ? "" : "s"} ${missing.join(", ")} ` +
				`${missing.length === 1 ? "is" : "are"} missing`,
		);
	return { count: names.length, at };
}

function draftFromCells(cells: readonly string[], columns: CsvColumns, info: TextFileInfo): Draft {
	const cell = (name: string) => {
		const at = columns.at.get(name);
		return at === undefined ? undefined : cells[at];
	};
	const number = (name: string) => {
		const value = cellNumber(cell(name));
		if (value === undefined) throw new LineFault(`\`${name}\` is not a number`);
		return value;
	};
	const list = (name: string) => {
		const words = (cell(name) ?? "").split(" ").filter((word) => word !== "");
		return words.map((word) => {
			const value = cellNumber(word);
			if (value === undefined) throw new LineFault(`\`${name}\` is not a list of numbers`);
			return value;
		});
	};
	const elapsed = columns.at.has("time_elapsed") ? number("time_elapsed") : undefined;
	const draft = emptyDraft(timeOf(elapsed, elapsed === undefined ? number("timestamp") : undefined, info));
	draft.ids.push(idOf(cell("bone_id"), info.stream.skeleton));
	draft.positionTracked = cell("pos_x") !== "";
	draft.positions.push(...(draft.positionTracked ? [number("pos_x"), number("pos_y"), number("pos_z")] : [0, 0, 0]));
	draft.rotations.push(number("rot_x"), number("rot_y"), number("rot_z"), number("rot_w"));
	draft.fov = [...list("fov_x"), ...list("fov_y")];
	draft.buttons = list("buttons");
	draft.axes = list("axes");
	draft.pressed = bitsFrom(list("pressed"));
	draft.touched = bitsFrom(list("touched"));
	draft.photonAgeMs = cellNumber(cell("photon_age_ms"));
	return draft;
}

function emptyDraft(timeSec: number): Draft {
	return {
		timeSec,
		ids: [],
		positions: [],
		rotations: [],
		positionTracked: true,
		fov: [],
		buttons: [],
		pressed: 0,
		touched: 0,
		axes: [],
		photonAgeMs: undefined,
	};
}

function finish(draft: Draft, { stream, axes }: TextFileInfo, sequence: number): MotionRow {
	const bones = {
		ids: Int32Array.from(draft.ids),
		positions: Float32Array.from(draft.positions),
		rotations: Float32Array.from(draft.rotations),
	};
	worldFromFile(axes, bones);
	const sample = sampleFromBones(stream.kind, stream.skeleton, bones);
	sample.hand = stream.hand;
	sample.stream = stream.id;
	sample.sequence = sequence >>> 0;
	sample.parentSpace = stream.space === "parent";
	sample.positionTracked = draft.positionTracked;
	[sample.horizontalFovDeg = Number.NaN, sample.verticalFovDeg = Number.NaN] = draft.fov;
	setInput(sample, draft.buttons, draft.axes);
	sample.controls.pressed = draft.pressed;
	sample.controls.touched = draft.touched;
	const { timeSec, photonAgeMs } = draft;
	return { timeSec, capturedSec: undefined, photonAgeMs, stream: stream.name, sample };
}

function timeOf(elapsed: unknown, timestamp: unknown, { startedSec = 0 }: TextFileInfo): number {
	const value = elapsed ?? timestamp;
	if (typeof value !== "number" || !Number.isFinite(value)) throw new LineFault("its time is not a number");
	return elapsed === undefined ? value : startedSec + value;
}

/** Reads a bone's id: a number, a number as text, or a name. */
export function idOf(value: unknown, skeleton: SkeletonType | undefined): number {
	if (typeof value === "number" && Number.isInteger(value)) return value;
	if (typeof value === "bigint") return Number(value);
	if (typeof value === "string") {
		if (/^\s*-?\d+\s*$/.test(value)) return Number(value);
		const id = skeleton === undefined ? undefined : boneId(skeleton, value.trim());
		if (id !== undefined) return id;
	}
	throw new LineFault(`${JSON.stringify(String(value)).slice(0, 40)} is no bone`);
}

function parts(value: unknown, names: readonly string[], what: string): number[] {
	if (typeof value !== "object" || value === null) throw new LineFault(`${what} is missing`);
	return names.map((name) => {
		const part = (value as Record<string, unknown>)[name];
		if (typeof part !== "number" || !Number.isFinite(part))
			throw new LineFault(`${what} has no number \`${name}\``);
		return part;
	});
}

function numberList(value: unknown, what: string): readonly number[] {
	if (value === undefined || value === null) return [];
	if (!Array.isArray(value) || !value.every((part) => typeof part === "number" && Number.isFinite(part)))
		throw new LineFault(`${what} is not a list of numbers`);
	return value as number[];
}

function cellNumber(text: string | undefined): number | undefined {
	if (text === undefined || text.trim() === "") return undefined;
	const value = Number(text);
	return Number.isFinite(value) ? value : undefined;
}

/** Splits a row. Spreadsheets may quote cells; no cell of this layout holds a comma. */
function cellsOf(line: string): string[] {
	return line
		.split(",")
		.map((cell) => (cell.startsWith('"') && cell.endsWith('"') && cell.length > 1 ? cell.slice(1, -1) : cell));
}

function lineError(path: string, line: number, clause: string): MotionFileError {
	return new MotionFileError("broken", path, `${path}, line ${line}: ${clause}.`, { line });
}
