import { existsSync, renameSync, rmSync } from "node:fs";
import { boneTable, trackedBones } from "../skeleton/bone-table.ts";
import type { SkeletonType } from "../skeleton/tables/skeleton.ts";
import { type Hdf5, type Hdf5Dataset, type Hdf5Group, loadHdf5, wordsOfHdf5 } from "./hdf5-library.ts";
import { fileFromWorld, type MotionAxes } from "./motion-axes.ts";
import { MotionFileError, writeFailure } from "./motion-file-error.ts";
import type { MotionJournal } from "./motion-journal.ts";
import type { TimedSample } from "./motion-row.ts";
import { pythonLocalTime } from "./python-text.ts";
import { MAIN_STREAM, StreamNames, widerSkeleton } from "./stream-names.ts";

/** The group that holds every stream but the body. */
export const STREAMS_GROUP = "streams";
/**
 * Bytes of one compressed piece of a dataset: small enough that a viewer can jump, large enough to
 * compress.
 */
const CHUNK_BYTES = 1 << 17;
/** The fewest poses that are put into the datasets at once. */
const BLOCK_POSES = 64;

/** The facts about one stream that a first reading of the journal collects. */
interface StreamPlan {
	readonly name: string;
	readonly first: TimedSample;
	/** Place of each bone of any pose, in the order of its first appearance. */
	readonly places: Map<number, number>;
	skeleton: SkeletonType | undefined;
	poses: number;
	lastSec: number;
	buttons: number;
	axes: number;
	fov: boolean;
	captured: boolean;
	seen: boolean;
}

/** The year 1980. Earlier times are those of an offline recording, which begin at zero. */
const FIRST_UNIX_SEC = 315_532_800;

/**
 * Makes the HDF5 file of a journal, in the layout of XR Robot Teleop Server: the body's `time`,
 * `positions`, `rotations`, `bone_ids` and `bone_index` in the root, every other stream's in a
 * group `/streams/NAME`. A dataset has a place for every bone that the stream ever had; where a
 * pose lacks one, NaN.
 *
 * The file appears whole or not at all, and the journal stays for the caller to delete.
 *
 * @throws {MotionFileError}
 */
export async function hdf5FromJournal(journal: MotionJournal, path: string): Promise<void> {
	const part = `${path}.part`;
	if (existsSync(path))
		throw new MotionFileError("exists", path, `${path} is there already, and is not overwritten.`);
	const hdf5 = await loadHdf5();
	try {
		rmSync(part, { force: true });
		writeHdf5(hdf5, journal, part);
		renameSync(part, path);
	} catch (error) {
		rmSync(part, { force: true });
		const { code } = error as NodeJS.ErrnoException;
		throw writeFailure(path, code === undefined ? new Error(wordsOfHdf5(error), { cause: error }) : error);
	}
}

function writeHdf5(hdf5: Hdf5, journal: MotionJournal, path: string): void {
	const plans = planStreams(journal);
	const { axes, createdSec } = journal.header;
	const file = new hdf5.File(path, "w");
	const writers = new Map<string, StreamDatasets>();
	try {
		file.create_attribute("format_version", "2.0");
		file.create_attribute("created_at", pythonLocalTime(createdSec));
		// The layout has a boolean here, which the library can't make: an 8 bit 1 is true to
		// Python, and 0 is not.
		file.create_attribute("convert_unity_coords", axes === "flu" ? 1 : 0, [], "<b");
		file.create_attribute("description", "Body pose recording with time-varying data structure");
		for (const plan of plans.values()) {
			const group = plan.name === MAIN_STREAM ? file : groupFor(file, plan.name);
			writers.set(plan.name, new StreamDatasets(group, plan, axes));
		}
		const names = new StreamNames();
		for (const row of journal.rows()) writers.get(names.nameOf(row.sample))?.add(row);
		for (const writer of writers.values()) writer.finish();
	} finally {
		file.close();
	}
	verify(hdf5, path, plans);
}

/** Reads the file back, as not every call fails on a full disk. */
function verify(hdf5: Hdf5, path: string, plans: ReadonlyMap<string, StreamPlan>): void {
	const file = new hdf5.File(path, "r");
	try {
		for (const { name, poses, lastSec } of plans.values()) {
			const time = file.get(name === MAIN_STREAM ? "time" : `${STREAMS_GROUP}/${name}/time`) as Hdf5Dataset;
			const last = time.slice([[poses - 1, poses]]) as Float64Array;
			if (last[0] !== lastSec) throw new Error(`the poses of ${name} are not in it as they were written`);
		}
	} finally {
		file.close();
	}
}

function groupFor(file: Hdf5Group, name: string): Hdf5Group {
	if (file.get(STREAMS_GROUP) === null) file.create_group(STREAMS_GROUP);
	file.create_group(`${STREAMS_GROUP}/${name}`);
	return file.get(`${STREAMS_GROUP}/${name}`) as Hdf5Group;
}

function planStreams(journal: MotionJournal): Map<string, StreamPlan> {
	const names = new StreamNames();
	const plans = new Map<string, StreamPlan>();
	for (const row of journal.rows()) {
		const { timeSec, capturedSec, photonAgeMs, sample } = row;
		const name = names.nameOf(sample);
		let plan = plans.get(name);
		if (plan === undefined) {
			plan = {
				name,
				first: row,
				places: new Map(),
				skeleton: sample.skeleton,
				poses: 0,
				lastSec: 0,
				buttons: 0,
				axes: 0,
				fov: false,
				captured: false,
				seen: false,
			};
			plans.set(name, plan);
		}
		for (const id of trackedBones(sample)) if (!plan.places.has(id)) plan.places.set(id, plan.places.size);
		plan.skeleton = widerSkeleton(plan.skeleton, sample.skeleton);
		plan.poses++;
		plan.lastSec = timeSec;
		plan.buttons = Math.max(plan.buttons, sample.controls.buttonCount);
		plan.axes = Math.max(plan.axes, sample.controls.axisCount);
		plan.fov ||= !Number.isNaN(sample.horizontalFovDeg);
		plan.captured ||= capturedSec !== undefined;
		plan.seen ||= photonAgeMs !== undefined;
	}
	return plans;
}

/** One stream's datasets while they are filled, a block of poses at a time. */
class StreamDatasets {
	readonly #group: Hdf5Group;
	readonly #plan: StreamPlan;
	readonly #axes: MotionAxes;
	readonly #columns: Column[] = [];
	readonly #blockPoses: number;
	#inBlock = 0;
	#done = 0;

	constructor(group: Hdf5Group, plan: StreamPlan, axes: MotionAxes) {
		this.#group = group;
		this.#plan = plan;
		this.#axes = axes;
		const { first, places, poses } = plan;
		const bones = places.size;
		const perChunk = Math.max(1, Math.floor(CHUNK_BYTES / Math.max(1, bones * 16)));
		this.#blockPoses = Math.max(1, Math.min(poses, perChunk * Math.ceil(BLOCK_POSES / perChunk)));
		const column = (name: string, ...shape: number[]) =>
			this.#add(name, new Float32Array(size(this.#blockPoses, shape)), shape);
		const seconds = (name: string) => this.#add(name, new Float64Array(this.#blockPoses), []);
		seconds("time");
		column("positions", bones, 3);
		column("rotations", bones, 4);
		if (plan.captured) seconds("capture_time");
		if (plan.seen) column("photon_age_ms");
		if (plan.fov) column("fov", 2);
		if (first.sample.kind === "controller") {
			column("buttons", plan.buttons);
			column("axes", plan.axes);
			for (const name of ["pressed", "touched"]) this.#add(name, new Uint32Array(this.#blockPoses), []);
		}
	}

	add({ timeSec, capturedSec, photonAgeMs, sample }: TimedSample): void {
		const table = boneTable(sample);
		const { ids, positions, rotations } = table;
		const bones = this.#plan.places.size;
		const row = this.#inBlock++;
		fileFromWorld(this.#axes, table);
		for (let bone = 0; bone < ids.length; bone++) {
			const place = this.#plan.places.get(ids[bone]!)!;
			const [p, q] = [(row * bones + place) * 3, (row * bones + place) * 4];
			if (sample.positionTracked) this.#rows("positions")?.set(positions.subarray(bone * 3, bone * 3 + 3), p);
			this.#rows("rotations")?.set(rotations.subarray(bone * 4, bone * 4 + 4), q);
		}
		this.#rows("time")!.set([timeSec], row);
		this.#rows("capture_time")?.set([capturedSec ?? Number.NaN], row);
		this.#rows("photon_age_ms")?.set([photonAgeMs ?? Number.NaN], row);
		this.#rows("fov")?.set([sample.horizontalFovDeg, sample.verticalFovDeg], row * 2);
		const { controls } = sample;
		this.#rows("buttons")?.set(controls.buttons.subarray(0, controls.buttonCount), row * this.#plan.buttons);
		this.#rows("axes")?.set(controls.axes.subarray(0, controls.axisCount), row * this.#plan.axes);
		this.#rows("pressed")?.set([controls.pressed], row);
		this.#rows("touched")?.set([controls.touched], row);
		if (this.#inBlock === this.#blockPoses) this.#writeBlock();
	}

	/** Writes the rest, and the attributes of the whole stream. */
	finish(): void {
		this.#writeBlock();
		const { name, first, skeleton, places, poses, lastSec } = this.#plan;
		const bones = places.size;
		const group = this.#group;
		const [time, positions, rotations] = ["time", "positions", "rotations"].map(
			(dataset) => group.get(dataset) as Hdf5Dataset | null,
		);
		const isUnixTime = first.timeSec >= FIRST_UNIX_SEC;
		time!.create_attribute("units", isUnixTime ? `seconds since ${pythonLocalTime(first.timeSec)}` : "seconds");
		time!.create_attribute(
			"description",
			isUnixTime ? "Unix timestamps for each pose frame" : "Seconds since the recording's first pose",
		);
		positions?.create_attribute("units", this.#axes === "flu" ? "meters" : "unity_units");
		positions?.create_attribute("description", "XYZ positions for each bone at each timestep");
		positions?.create_attribute("dimensions", "time, bone_index, xyz");
		rotations?.create_attribute("units", "quaternion");
		rotations?.create_attribute("description", "XYZW quaternion rotations for each bone at each timestep");
		rotations?.create_attribute("dimensions", "time, bone_index, xyzw");
		(group.get("capture_time") as Hdf5Dataset | null)?.create_attribute(
			"description",
			`When the client read each pose, ${isUnixTime ? "Unix timestamps" : "on the clock of time"}; ` +
				"NaN where it is not known",
		);
		if (bones > 0) {
			const ids = group.create_dataset({
				name: "bone_ids",
				data: [...places.keys()].map(String),
				shape: [bones],
				dtype: "S",
			});
			ids.create_attribute("description", "Bone identifiers corresponding to the bone_index dimension");
			group.create_dataset({
				name: "bone_index",
				data: Int32Array.from({ length: bones }, (_, place) => place),
				shape: [bones],
				dtype: "<i",
			});
			this.#attachScales(positions!, "xyz");
			this.#attachScales(rotations!, "xyzw");
		}
		group.create_attribute("total_frames", BigInt64Array.of(BigInt(poses)), [], "<q");
		group.create_attribute("num_bones", BigInt64Array.of(BigInt(bones)), [], "<q");
		group.create_attribute("duration_seconds", poses > 1 ? lastSec - first.timeSec : 0, [], "<d");
		group.create_attribute("stream", name);
		group.create_attribute("stream_id", first.sample.stream, [], "<i");
		group.create_attribute("kind", first.sample.kind);
		if (skeleton !== undefined) group.create_attribute("skeleton_type", skeleton);
		if (first.sample.hand !== undefined) group.create_attribute("hand", first.sample.hand);
		group.create_attribute("space", first.sample.parentSpace ? "parent" : "tracking");
	}

	#attachScales(dataset: Hdf5Dataset, parts: string): void {
		const path = (name: string) => (this.#group.path === "/" ? `/${name}` : `${this.#group.path}/${name}`);
		const time = this.#group.get("time") as Hdf5Dataset;
		const index = this.#group.get("bone_index") as Hdf5Dataset;
		if (time.get_scale_name() === null) time.make_scale("time");
		if (index.get_scale_name() === null) index.make_scale("bone_index");
		dataset.attach_scale(0, path("time"));
		dataset.attach_scale(1, path("bone_index"));
		for (const [dimension, label] of ["time", "bone_index", parts].entries())
			dataset.set_dimension_label(dimension, label);
	}

	#add(name: string, block: Float32Array | Float64Array | Uint32Array, shape: readonly number[]): void {
		if (shape.includes(0)) return;
		block.fill(Number.NaN);
		const whole = [this.#plan.poses, ...shape];
		// Begun empty and made larger at once, so that no block has to hold the whole recording.
		const dataset = this.#group.create_dataset({
			name,
			data: block.subarray(0, 0),
			shape: [0, ...shape],
			maxshape: whole,
			dtype: block instanceof Float64Array ? "<d" : block instanceof Uint32Array ? "<I" : "<f",
			chunks: [this.#blockPoses, ...shape],
			compression: "gzip",
		});
		dataset.resize(whole);
		this.#columns.push({ name, dataset, block, rowNumbers: size(1, shape), shape });
	}

	#rows(name: string): Column["block"] | undefined {
		return this.#columns.find((column) => column.name === name)?.block;
	}

	#writeBlock(): void {
		const count = this.#inBlock;
		if (count === 0) return;
		const rows: [number, number] = [this.#done, this.#done + count];
		for (const { dataset, block, rowNumbers, shape } of this.#columns) {
			dataset.write_slice(
				[rows, ...shape.map((length): [number, number] => [0, length])],
				block.subarray(0, count * rowNumbers),
			);
			block.fill(Number.NaN);
		}
		this.#done += count;
		this.#inBlock = 0;
	}
}

interface Column {
	readonly name: string;
	readonly dataset: Hdf5Dataset;
	readonly block: Float32Array | Float64Array | Uint32Array;
	readonly rowNumbers: number;
	readonly shape: readonly number[];
}

function size(rows: number, shape: readonly number[]): number {
	return shape.reduce((product, length) => product * length, rows);
}
