import { statSync } from "node:fs";
import { resolve } from "node:path";
import { POSE_STREAM } from "../protocol/pose-streams.ts";
import { isSkeletonType, type Side, type SkeletonType } from "../skeleton/tables/skeleton.ts";
import { STREAMS_GROUP } from "./hdf5-file.ts";
import { type Hdf5Dataset, type Hdf5Group, loadHdf5, reportHdf5Failure, wordsOfHdf5 } from "./hdf5-library.ts";
import { type MotionAxes, worldFromFile } from "./motion-axes.ts";
import { MotionFileError, readFailure } from "./motion-file-error.ts";
import { type MotionRow, type RecordedKind, sampleFromBones, setInput } from "./motion-row.ts";
import { MAIN_STREAM } from "./stream-names.ts";
import { idOf } from "./text-reader.ts";

/** The number of poses that are read at once. */
const BLOCK_POSES = 128;
/**
 * The most numbers of one pose in one dataset: a damaged file may state sizes that no memory
 * holds.
 */
const MAX_NUMBERS = 1 << 16;

/** An opened HDF5 recording: a reader for each of its streams. */
export interface Hdf5Recording {
	readonly streams: readonly AsyncIterable<MotionRow>[];
	close(): void;
}

/**
 * Opens a recording of this program or of XR Robot Teleop Server.
 *
 * @param axes in place of the file's own statement
 * @throws {MotionFileError}
 */
export async function openHdf5(path: string, axes: MotionAxes | undefined): Promise<Hdf5Recording> {
	try {
		if (!statSync(path).isFile()) throw new MotionFileError("broken", path, `${path} is no file.`);
	} catch (error) {
		throw readFailure(path, error);
	}
	const hdf5 = await loadHdf5();
	const broken = (reason: string, cause?: unknown) =>
		new MotionFileError("broken", path, `${path} ${reason}`, { cause });
	let file: InstanceType<typeof hdf5.File>;
	try {
		file = new hdf5.File(resolve(path), "r");
	} catch (error) {
		reportHdf5Failure(error);
		throw broken("is no HDF5 file, or a broken one.", error);
	}
	try {
		const groups = [file as Hdf5Group, ...streamGroups(file)].filter((group) => group.keys().includes("time"));
		if (groups.length === 0) throw broken("holds no poses: its recorder did not finish it.");
		const converted = Number(attribute(file, "convert_unity_coords") ?? 1) !== 0;
		const fileAxes = axes ?? (converted ? "flu" : "unity");
		const streams = groups.map((group) => new StreamReader(path, group, fileAxes));
		return { streams, close: () => closeQuietly(file) };
	} catch (error) {
		reportHdf5Failure(error);
		closeQuietly(file);
		throw error instanceof MotionFileError ? error : broken(`can't be read: ${wordsOfHdf5(error)}`, error);
	}
}

/**
 * The library fails to close some damaged files. By then the data has been read, or the caller gets
 * the error of reading.
 */
function closeQuietly(file: { close(): unknown }): void {
	try {
		file.close();
	} catch (error) {
		reportHdf5Failure(error);
		// Nothing else could be released.
	}
}

function streamGroups(file: Hdf5Group): Hdf5Group[] {
	if (!file.keys().includes(STREAMS_GROUP)) return [];
	const streams = file.get(STREAMS_GROUP) as Hdf5Group;
	return streams.keys().map((name) => streams.get(name) as Hdf5Group);
}

function attribute(group: Hdf5Group, name: string): unknown {
	return group.attrs[name]?.value;
}

/** The attributes of a group about its stream. */
interface StreamHeader {
	/** Its name. */
	readonly stream: string;
	/** The client's number of it. */
	readonly id: number;
	readonly kind: RecordedKind;
	readonly skeleton: SkeletonType | undefined;
	readonly hand: Side | undefined;
	readonly parentSpace: boolean;
}

/** Some rows of every dataset of a stream. */
interface Block {
	readonly rows: number;
	readonly time: ArrayLike<number>;
	readonly positions: ArrayLike<number>;
	readonly rotations: ArrayLike<number>;
	readonly captured: ArrayLike<number> | undefined;
	readonly photonAge: ArrayLike<number> | undefined;
	readonly fov: ArrayLike<number> | undefined;
	readonly buttons: ArrayLike<number> | undefined;
	readonly axes: ArrayLike<number> | undefined;
	readonly pressed: ArrayLike<number> | undefined;
	readonly touched: ArrayLike<number> | undefined;
}

class StreamReader implements AsyncIterable<MotionRow> {
	readonly #path: string;
	readonly #axes: MotionAxes;
	readonly #datasets: ReadonlyMap<string, Hdf5Dataset>;
	readonly #poses: number;
	readonly #ids: readonly number[];
	readonly #header: StreamHeader;

	constructor(path: string, group: Hdf5Group, axes: MotionAxes) {
		this.#path = path;
		this.#axes = axes;
		const skeleton = attribute(group, "skeleton_type");
		const kind = attribute(group, "kind");
		const hand = attribute(group, "hand");
		this.#header = {
			stream: String(attribute(group, "stream") ?? MAIN_STREAM),
			id: Number(attribute(group, "stream_id") ?? POSE_STREAM.body),
			kind: kind === "head" || kind === "controller" ? kind : "skeleton",
			// Files of other programs do not state it; their headset client sends a FullBody.
			skeleton: isSkeletonType(skeleton) ? skeleton : kind === undefined ? "FullBody" : undefined,
			hand: hand === "left" || hand === "right" ? hand : undefined,
			parentSpace: attribute(group, "space") === "parent",
		};
		this.#datasets = new Map(group.keys().map((name) => [name, group.get(name) as Hdf5Dataset]));
		this.#poses = this.#shape("time", 1)[0]!;
		this.#ids = this.#datasets.has("bone_ids") ? this.#boneIds() : [];
		for (const [name, parts] of [
			["positions", 3],
			["rotations", 4],
		] as const) {
			if (this.#ids.length === 0) continue;
			const shape = this.#shape(name, 3);
			if (shape[0] !== this.#poses || shape[1] !== this.#ids.length || shape[2] !== parts)
				throw this.#broken(
					`\`${name}\` is ${shape.join(" x ")}, not ${this.#poses} x ${this.#ids.length} x ${parts}`,
				);
		}
	}

	async *[Symbol.asyncIterator](): AsyncGenerator<MotionRow, void, undefined> {
		try {
			yield* this.#read();
		} catch (error) {
			reportHdf5Failure(error);
			throw error instanceof MotionFileError
				? error
				: this.#broken(`it can't be read: ${wordsOfHdf5(error)}`, error);
		}
	}

	*#read(): Generator<MotionRow, void, undefined> {
		for (let from = 0; from < this.#poses; from += BLOCK_POSES) {
			const rows: [number, number] = [from, Math.min(this.#poses, from + BLOCK_POSES)];
			const block = this.#block(rows);
			for (let row = 0; row < block.rows; row++) yield this.#row(block, row, from + row + 1);
		}
	}

	/** Reads some rows of every dataset. */
	#block(rows: [number, number]): Block {
		const read = (name: string) => this.#slice(name, rows);
		const [time, positions, rotations] = [read("time"), read("positions"), read("rotations")];
		if (time === undefined) throw this.#broken("`time` is not of numbers");
		if (this.#ids.length > 0 && (positions === undefined || rotations === undefined))
			throw this.#broken("`positions` or `rotations` are not of numbers");
		return {
			rows: rows[1] - rows[0],
			time,
			positions: positions ?? [],
			rotations: rotations ?? [],
			captured: read("capture_time"),
			photonAge: read("photon_age_ms"),
			fov: read("fov"),
			buttons: read("buttons"),
			axes: read("axes"),
			pressed: read("pressed"),
			touched: read("touched"),
		};
	}

	#row(block: Block, row: number, sequence: number): MotionRow {
		const { stream, id, kind, skeleton, hand, parentSpace } = this.#header;
		const first = row * this.#ids.length;
		const tracked = this.#ids.flatMap((_, bone) =>
			Number.isNaN(block.rotations[(first + bone) * 4]) ? [] : [bone],
		);
		const bones = {
			ids: Int32Array.from(tracked, (bone) => this.#ids[bone]!),
			positions: Float32Array.from(tracked.flatMap((bone) => row3(block.positions, first + bone))),
			rotations: Float32Array.from(tracked.flatMap((bone) => row4(block.rotations, first + bone))),
		};
		const positionTracked = !bones.positions.some(Number.isNaN);
		if (!positionTracked) bones.positions.fill(0);
		worldFromFile(this.#axes, bones);
		const sample = sampleFromBones(kind, skeleton, bones);
		sample.hand = hand;
		sample.stream = id;
		sample.sequence = sequence;
		sample.parentSpace = parentSpace;
		sample.positionTracked = positionTracked;
		sample.horizontalFovDeg = block.fov?.[row * 2] ?? Number.NaN;
		sample.verticalFovDeg = block.fov?.[row * 2 + 1] ?? Number.NaN;
		setInput(sample, this.#list(block.buttons, row, block.rows), this.#list(block.axes, row, block.rows));
		sample.controls.pressed = block.pressed?.[row] ?? 0;
		sample.controls.touched = block.touched?.[row] ?? 0;
		const capturedSec = block.captured?.[row];
		const photonAgeMs = block.photonAge?.[row];
		return {
			stream,
			timeSec: block.time[row]!,
			capturedSec: Number.isNaN(capturedSec) ? undefined : capturedSec,
			photonAgeMs: Number.isNaN(photonAgeMs) ? undefined : photonAgeMs,
			sample,
		};
	}

	/**
	 * One row of a dataset with several numbers for each pose. NaN follows where a pose had
	 * fewer.
	 */
	#list(numbers: ArrayLike<number> | undefined, row: number, rows: number): Float32Array {
		if (numbers === undefined) return new Float32Array(0);
		const width = numbers.length / rows;
		return Float32Array.from(
			Array.from({ length: width }, (_, index) => numbers[row * width + index]!).filter(
				(value) => !Number.isNaN(value),
			),
		);
	}

	#slice(name: string, rows: [number, number]): ArrayLike<number> | undefined {
		const dataset = this.#datasets.get(name);
		if (dataset === undefined) return undefined;
		try {
			const [, ...rest] = dataset.shape ?? [];
			const numbers = rest.reduce((product, length) => product * length, 1);
			if (numbers > MAX_NUMBERS)
				throw this.#broken(`\`${name}\` has ${numbers} numbers for a pose, more than ${MAX_NUMBERS}`);
			const values = dataset.slice([rows, ...rest.map((length): [number, number] => [0, length])]);
			return isNumbers(values) ? values : undefined;
		} catch (error) {
			if (error instanceof MotionFileError) throw error;
			reportHdf5Failure(error);
			throw this.#broken(`\`${name}\` can't be read: ${wordsOfHdf5(error)}`, error);
		}
	}

	#shape(name: string, dimensions: number): readonly number[] {
		const shape = this.#datasets.get(name)?.shape;
		if (shape === undefined || shape === null) throw this.#broken(`it has no dataset \`${name}\``);
		if (shape.length !== dimensions)
			throw this.#broken(`\`${name}\` has ${shape.length} dimensions, not ${dimensions}`);
		return shape;
	}

	#boneIds(): number[] {
		const count = (this.#datasets.get("bone_ids")!.shape ?? []).reduce((product, length) => product * length, 1);
		if (count > MAX_NUMBERS) throw this.#broken(`\`bone_ids\` has ${count} entries, more than ${MAX_NUMBERS}`);
		const value = this.#datasets.get("bone_ids")!.value;
		const values: unknown[] =
			Array.isArray(value) || ArrayBuffer.isView(value) ? Array.from(value as ArrayLike<unknown>) : [value];
		try {
			return values.map((id) => idOf(id, this.#header.skeleton));
		} catch (error) {
			throw this.#broken(`of \`bone_ids\` ${(error as Error).message}`, error);
		}
	}

	#broken(clause: string, cause?: unknown): MotionFileError {
		return new MotionFileError("broken", this.#path, `${this.#path}: ${clause}.`, { cause });
	}
}

/** Checks whether these are numbers that fit a double: no 64-bit integers. */
function isNumbers(values: unknown): values is ArrayLike<number> {
	return (
		ArrayBuffer.isView(values) &&
		!(values instanceof BigInt64Array || values instanceof BigUint64Array || values instanceof DataView)
	);
}

function row3(numbers: ArrayLike<number>, index: number): number[] {
	return [numbers[index * 3]!, numbers[index * 3 + 1]!, numbers[index * 3 + 2]!];
}

function row4(numbers: ArrayLike<number>, index: number): number[] {
	return [...Array.from({ length: 4 }, (_, part) => numbers[index * 4 + part]!)];
}
