import { type BoneTable, boneTable } from "../skeleton/bone-table.ts";
import type { PoseSample } from "../skeleton/pose-sample.ts";
import { bitsOf } from "./bits.ts";
import { fileFromWorld } from "./motion-axes.ts";
import { MotionFileError } from "./motion-file-error.ts";
import { type MotionFileOptions, nameBeside } from "./motion-format.ts";
import type { RecordedKind, TimedSample } from "./motion-row.ts";
import type { MotionWriter } from "./motion-writer.ts";
import { OutputFile } from "./output-file.ts";
import { pythonFloat, pythonLocalTime, pythonRounded } from "./python-text.ts";
import { type ListedStream, listedStream, writeStreamList } from "./stream-list.ts";
import { MAIN_STREAM, StreamNames, widerSkeleton } from "./stream-names.ts";

/** A format of lines: how a pose becomes text. */
interface LineFormat {
	/** The first line of a stream's file, if it has one. */
	header(kind: RecordedKind, absoluteTime: boolean): string;
	/** The lines of one pose. @param bones in the file's axes */
	lines(row: TimedSample, bones: BoneTable, time: PoseTime, precision: number): string;
}

/** A pose's time as both layouts write it. */
type PoseTime = { readonly elapsed: string } | { readonly timestamp: string; readonly datetime: string };

interface StreamFile {
	readonly file: OutputFile;
	/** The stream's entry in the list of streams. */
	listed: ListedStream | undefined;
	text: string;
}

/**
 * JSONL and CSV, in the layouts of XR Robot Teleop Server's recorder: the main file has the
 * body; each other stream has a file of its own beside it, in the same layout. All relative
 * times count from the recording's first pose, of whichever stream.
 */
export class TextMotionWriter implements MotionWriter {
	readonly #options: MotionFileOptions;
	readonly #format: LineFormat;
	readonly #names = new StreamNames();
	readonly #files = new Map<string, StreamFile>();
	readonly #main: StreamFile;
	#startedSec: number | undefined;
	#written = 0;
	#safe = 0;

	/** @throws {MotionFileError} if the main file can't be made. */
	constructor(options: MotionFileOptions) {
		this.#options = options;
		this.#format = options.format === "csv" ? CSV : JSONL;
		this.#main = {
			file: new OutputFile(options.path),
			listed: undefined,
			text: this.#format.header("skeleton", options.absoluteTime),
		};
	}

	get safePoses(): number {
		return this.#safe;
	}

	write(row: TimedSample): void {
		const { timeSec, sample } = row;
		const { axes, precision, absoluteTime } = this.#options;
		this.#startedSec ??= timeSec;
		const name = this.#names.nameOf(sample);
		const stream = this.#files.get(name) ?? this.#open(name, sample);
		const skeleton = widerSkeleton(stream.listed?.skeleton, sample.skeleton);
		if (skeleton !== stream.listed?.skeleton) this.#list(stream, { ...stream.listed!, skeleton });
		const bones = boneTable(sample);
		fileFromWorld(axes, bones);
		const time = absoluteTime
			? { timestamp: pythonFloat(timeSec), datetime: pythonLocalTime(timeSec) }
			: { elapsed: pythonRounded(timeSec - this.#startedSec, precision) };
		stream.text += this.#format.lines(row, bones, time, precision);
		this.#written++;
	}

	flush(): void {
		for (const stream of new Set([this.#main, ...this.#files.values()])) {
			if (stream.text === "") continue;
			stream.file.append(Buffer.from(stream.text));
			stream.text = "";
		}
		this.#safe = this.#written;
	}

	async close(): Promise<void> {
		try {
			this.flush();
		} finally {
			this.#closeAll();
		}
	}

	abandon(): void {
		try {
			this.#closeAll();
		} catch {
			// The failure that led here has been reported.
		}
	}

	#closeAll(): void {
		for (const { file } of new Set([this.#main, ...this.#files.values()])) file.close();
	}

	#open(name: string, sample: PoseSample): StreamFile {
		const { path, absoluteTime } = this.#options;
		const stream =
			name === MAIN_STREAM
				? this.#main
				: {
						file: newFileBeside(path, name),
						listed: undefined,
						text: this.#format.header(sample.kind === "none" ? "skeleton" : sample.kind, absoluteTime),
					};
		this.#files.set(name, stream);
		this.#list(stream, listedStream(name, stream.file.path, sample));
		return stream;
	}

	/** Describes a stream in the list of streams. */
	#list(stream: StreamFile, listed: ListedStream): void {
		stream.listed = listed;
		if (!this.#main.file.regular) return;
		const streams = [...this.#files.values()].flatMap((file) => file.listed ?? []);
		writeStreamList(this.#options.path, { startedSec: this.#startedSec!, axes: this.#options.axes, streams });
	}
}

/** `x.head.jsonl`, or `x.head_2.jsonl` if another program's file has that name. */
function newFileBeside(path: string, name: string): OutputFile {
	for (let number = 1; ; number++) {
		try {
			return new OutputFile(nameBeside(path, number === 1 ? name : `${name}_${number}`));
		} catch (error) {
			if (!(error instanceof MotionFileError && error.code === "exists")) throw error;
		}
	}
}

const JSONL: LineFormat = {
	header: () => "",
	lines({ sample, photonAgeMs }, { ids, positions, rotations }, time, precision) {
		const { positionTracked } = sample;
		const number = (value: number) => pythonRounded(value, precision);
		let text =
			"elapsed" in time
				? `{"time_elapsed": ${time.elapsed}`
				: `{"timestamp": ${time.timestamp}, "datetime": "${time.datetime}"`;
		text += ', "bones": [';
		for (let bone = 0; bone < ids.length; bone++) {
			const [p, q] = [bone * 3, bone * 4];
			const pos = positionTracked
				? `{"x": ${number(positions[p]!)}, "y": ${number(positions[p + 1]!)}, "z": ` +
					`${number(positions[p + 2]!)}}`
				: "null";
			const rot =
				`{"x": ${number(rotations[q]!)}, "y": ${number(rotations[q + 1]!)}, "z": ` +
				`${number(rotations[q + 2]!)}, "w": ${number(rotations[q + 3]!)}}`;
			text += `${bone === 0 ? "" : ", "}{"id": ${ids[bone]}, "pos": ${pos}, "rot": ${rot}}`;
		}
		const age = photonAgeMs === undefined ? "" : `, "photon_age_ms": ${photonAgeMs}`;
		return `${text}]${jsonExtras(sample, number)}${age}}\n`;
	},
};

/** The fields of heads and controllers that the layout does not have. */
function jsonExtras(sample: PoseSample, number: (value: number) => string): string {
	const list = (values: ArrayLike<number>) => Array.from(values, number).join(", ");
	if (sample.kind === "head") return fovOf(sample).length === 0 ? "" : `, "fov": [${list(fovOf(sample))}]`;
	if (sample.kind !== "controller") return "";
	const { pressed, touched } = sample.controls;
	const [buttons, axes] = inputOf(sample);
	return (
		`, "buttons": [${list(buttons)}], "pressed": [${bitsOf(pressed).join(", ")}], "touched": ` +
		`[${bitsOf(touched).join(", ")}], "axes": [${list(axes)}]`
	);
}

const POSE_COLUMNS = ["bone_id", "pos_x", "pos_y", "pos_z", "rot_x", "rot_y", "rot_z", "rot_w"];
const EXTRA_COLUMNS = {
	skeleton: [],
	head: ["fov_x", "fov_y"],
	controller: ["buttons", "pressed", "touched", "axes"],
} as const;
/** The last column of every stream; its cell is empty where the age is not known. */
const AGE_COLUMN = "photon_age_ms";

const CSV: LineFormat = {
	header(kind, absoluteTime) {
		const time = absoluteTime ? ["timestamp", "datetime"] : ["time_elapsed"];
		return `${[...time, ...POSE_COLUMNS, ...EXTRA_COLUMNS[kind], AGE_COLUMN].join(",")}\r\n`;
	},
	lines({ sample, photonAgeMs = "" }, { ids, positions, rotations }, time, precision) {
		const { positionTracked } = sample;
		const number = (value: number) => pythonRounded(value, precision);
		const start = "elapsed" in time ? time.elapsed : `${time.timestamp},${time.datetime}`;
		const extras = csvExtras(sample, number);
		let text = "";
		for (let bone = 0; bone < ids.length; bone++) {
			text += `${start},${ids[bone]}`;
			for (let part = bone * 3; part < bone * 3 + 3; part++)
				text += positionTracked ? `,${number(positions[part]!)}` : ",";
			for (let part = bone * 4; part < bone * 4 + 4; part++) text += `,${number(rotations[part]!)}`;
			text += `${extras},${photonAgeMs}\r\n`;
		}
		return text;
	},
};

/** The same for CSV: a list is one cell, with spaces between its items. */
function csvExtras(sample: PoseSample, number: (value: number) => string): string {
	if (sample.kind !== "head" && sample.kind !== "controller") return "";
	const [horizontal = Number.NaN, vertical = Number.NaN] = fovOf(sample);
	const angle = (value: number) => (Number.isNaN(value) ? "" : number(value));
	if (sample.kind === "head") return `,${angle(horizontal)},${angle(vertical)}`;
	const { pressed, touched } = sample.controls;
	const [buttons, axes] = inputOf(sample);
	return (
		`,${Array.from(buttons, number).join(" ")},${bitsOf(pressed).join(" ")},${bitsOf(touched).join(" ")},` +
		`${Array.from(axes, number).join(" ")}`
	);
}

/** @returns a controller's buttons and axes. */
function inputOf({ controls: { buttons, buttonCount, axes, axisCount } }: PoseSample): [Float32Array, Float32Array] {
	return [buttons.subarray(0, buttonCount), axes.subarray(0, axisCount)];
}

function fovOf({ horizontalFovDeg, verticalFovDeg }: PoseSample): number[] {
	if (Number.isNaN(horizontalFovDeg)) return [];
	return Number.isNaN(verticalFovDeg) ? [horizontalFovDeg] : [horizontalFovDeg, verticalFovDeg];
}
