import type { RecordedPose, SessionRecord } from "../recording/session-record.ts";
import type { PlannedEpisode } from "./episode-plan.ts";
import { factsOfPictures, picturesByTicks, picturesOfRows, type RowPicture, rowsOfSeen } from "./picture-plan.ts";
import { loggedNumbers, loggedPath, secOfPose, secOfRecord, streamOfPose } from "./session-survey.ts";
import { type ChosenValue, CONTROLS_AT, CONTROLS_LENGTH, type ValueSource } from "./value-names.ts";
import { type RowBlock, rowSec, ValueTrack } from "./value-track.ts";

/** The two vectors of a row. */
export const ROLES = ["action", "state"] as const;
export type Role = (typeof ROLES)[number];

/** One episode at a fixed rate. */
export interface EpisodeTable {
	readonly episode: PlannedEpisode;
	/** Numbers of each role, row after row; NaN where one is not known. */
	readonly values: Readonly<Record<Role, Float64Array>>;
	/** 1 for each row whose numbers are all known. */
	readonly valid: Readonly<Record<Role, Uint8Array>>;
	/** The picture of each row. */
	readonly shown: RowPicture;
	/** The picture that was on the operator's screen, with the row that shows it; -1: none. */
	readonly seen: RowPicture & { readonly row: Int32Array };
}

/** Options of a `TableBuilder`. */
export interface TableOptions {
	/** In the order of their times. */
	readonly episodes: readonly PlannedEpisode[];
	readonly chosen: Readonly<Record<Role, readonly ChosenValue[]>>;
	/** Longest time between two samples that is bridged, seconds. */
	readonly maxGapSec: number;
}

/** An episode whose rows are being filled. */
interface OpenEpisode {
	readonly episode: PlannedEpisode;
	readonly blocks: Readonly<Record<Role | "seen", RowBlock>>;
	/** The tracks that fill it. */
	readonly tracks: readonly TrackSet[];
	readonly ticks: ReadonlyMap<number, number>;
}

/** A track, and the block that it fills. */
interface RoleTrack {
	readonly role: Role | "seen";
	readonly track: ValueTrack;
}

/** Names of the columns of chosen values. */
export function columnNames(chosen: readonly ChosenValue[]): readonly string[] {
	return chosen.flatMap(({ parts }) => parts.flatMap(({ names }) => names));
}

/** A row is filled when this time has passed: poses arrive later than they were read. */
const SETTLE_SEC = 2;
/** An episode is opened before its first row, as clocks are mapped with an error. */
const EARLY_SEC = 1;

/** Resamples the records of a session into the rows of its episodes, of which few are open. */
export class TableBuilder {
	readonly #options: TableOptions;
	readonly #waiting: PlannedEpisode[];
	#open: OpenEpisode[] = [];
	readonly #operators = new Map<string, TrackSet>();
	readonly #root: TrackSet;

	constructor(options: TableOptions) {
		this.#options = options;
		this.#waiting = [...options.episodes];
		this.#root = new TrackSet(options, (path) => path.startsWith("/"));
		for (const { viewer } of options.episodes)
			if (!this.#operators.has(viewer.id))
				this.#operators.set(viewer.id, new TrackSet(options, (path) => !path.startsWith("/")));
	}

	/** @returns the episodes that no later record can change. */
	add(record: SessionRecord): readonly EpisodeTable[] {
		const sec = secOfRecord(record);
		for (let [next] = this.#waiting; next !== undefined && next.beginSec <= sec + EARLY_SEC; [next] = this.#waiting)
			this.#begin(this.#waiting.shift() as PlannedEpisode);
		if (record.type === "pose") this.#operators.get(record.viewer)?.pose(record.pose, this.#opened(record.viewer));
		else if (record.type === "log") {
			const numbers = loggedNumbers(record);
			const tracks = record.viewer === undefined ? this.#root : this.#operators.get(record.viewer);
			if (numbers !== undefined)
				tracks?.log(loggedPath(record), record.atSec, numbers, this.#opened(record.viewer));
		}
		const [oldest] = this.#open;
		if (oldest === undefined || sec < lastRowSec(oldest.episode) + SETTLE_SEC) return [];
		this.#open.shift();
		return [this.#finished(oldest)];
	}

	/** @returns the episodes that were still open, or never begun. */
	finish(): readonly EpisodeTable[] {
		for (const episode of this.#waiting.splice(0)) this.#begin(episode);
		return this.#open.splice(0).map((open) => this.#finished(open));
	}

	#opened(viewer: string | undefined): readonly OpenEpisode[] {
		return viewer === undefined ? this.#open : this.#open.filter(({ episode }) => episode.viewer.id === viewer);
	}

	#begin(episode: PlannedEpisode): void {
		const { chosen } = this.#options;
		const operator = this.#operators.get(episode.viewer.id);
		const block = (columns: number): RowBlock => ({
			...episode,
			columns,
			values: new Float64Array(episode.rows * columns).fill(Number.NaN),
		});
		this.#open.push({
			episode,
			blocks: {
				action: block(columnNames(chosen.action).length),
				state: block(columnNames(chosen.state).length),
				seen: block(1),
			},
			tracks: operator === undefined ? [this.#root] : [this.#root, operator],
			ticks: picturesByTicks(episode.viewer.pictures),
		});
	}

	#finished({ episode, blocks, tracks }: OpenEpisode): EpisodeTable {
		for (const set of tracks) set.finish(blocks);
		const { pictures } = episode.viewer;
		const shown = picturesOfRows(episode, pictures);
		const seen = Int32Array.from(blocks.seen.values, (number) => (Number.isNaN(number) ? -1 : number));
		return {
			episode,
			values: { action: blocks.action.values, state: blocks.state.values },
			valid: { action: wholeRows(blocks.action), state: wholeRows(blocks.state) },
			shown: factsOfPictures(episode, shown, pictures),
			seen: { ...factsOfPictures(episode, seen, pictures), row: rowsOfSeen(shown, seen) },
		};
	}
}

/** The tracks of one viewer, or of what is logged below none. */
class TrackSet {
	readonly #bones = new Map<string, Map<number, RoleTrack[]>>();
	readonly #controls = new Map<string, RoleTrack[]>();
	readonly #logs = new Map<string, RoleTrack[]>();
	readonly #seen: RoleTrack;
	readonly #all: RoleTrack[] = [];

	/** @param isOurs paths of logged values that belong to these tracks. */
	constructor({ chosen, maxGapSec }: TableOptions, isOurs: (path: string) => boolean) {
		const seen = { from: 0, names: ["seen"], interpolation: "previous", column: 0 } as const;
		this.#seen = { role: "seen", track: new ValueTrack([seen], maxGapSec) };
		this.#all.push(this.#seen);
		for (const role of ROLES) {
			let column = 0;
			for (const { source, parts } of chosen[role]) {
				const placed = parts.map((part) => {
					const place = { ...part, column };
					column += part.names.length;
					return place;
				});
				if (source.kind === "log" && !isOurs(source.path)) continue;
				const entry = { role, track: new ValueTrack(placed, maxGapSec) };
				this.#all.push(entry);
				this.#listOf(source).push(entry);
			}
		}
	}

	pose(pose: RecordedPose, open: readonly OpenEpisode[]): void {
		const sec = secOfPose(pose);
		const name = streamOfPose(pose);
		const bones = this.#bones.get(name);
		if (bones !== undefined) {
			for (const [place, id] of pose.ids.entries()) {
				const tracks = bones.get(id);
				if (tracks !== undefined) write(tracks, sec, boneSample(pose, place), open);
			}
		}
		const controls = this.#controls.get(name);
		if (controls !== undefined && pose.controls !== undefined)
			write(controls, sec, controlsSample(pose.controls), open);
		const [first] = open;
		if (pose.seenRtpTicks === undefined || first === undefined) return;
		write([this.#seen], sec, [first.ticks.get(pose.seenRtpTicks) ?? Number.NaN], open);
	}

	log(path: string, sec: number, numbers: readonly number[], open: readonly OpenEpisode[]): void {
		const tracks = this.#logs.get(path);
		if (tracks !== undefined) write(tracks, sec, numbers, open);
	}

	finish(blocks: OpenEpisode["blocks"]): void {
		for (const { role, track } of this.#all) track.finish(blocks[role]);
	}

	#listOf(source: ValueSource): RoleTrack[] {
		if (source.kind === "log") return listAt(this.#logs, source.path);
		if (source.kind === "controls") return listAt(this.#controls, source.stream);
		const bones = this.#bones.get(source.stream) ?? new Map<number, RoleTrack[]>();
		this.#bones.set(source.stream, bones);
		return listAt(bones, source.bone);
	}
}

function write(
	tracks: readonly RoleTrack[],
	sec: number,
	sample: ArrayLike<number>,
	open: readonly OpenEpisode[],
): void {
	for (const { role, track } of tracks) {
		track.write(
			sec,
			sample,
			open.map(({ blocks }) => blocks[role]),
		);
	}
}

function listAt<Key>(lists: Map<Key, RoleTrack[]>, key: Key): RoleTrack[] {
	const known = lists.get(key) ?? [];
	lists.set(key, known);
	return known;
}

function boneSample({ positions, rotations, positionTracked }: RecordedPose, place: number): Float64Array {
	const sample = new Float64Array(7).fill(Number.NaN);
	if (positionTracked) sample.set(positions.subarray(place * 3, place * 3 + 3));
	sample.set(rotations.subarray(place * 4, place * 4 + 4), 3);
	return sample;
}

/** Axes, buttons, and a 0 or 1 for each button that is pressed, and touched; NaN beyond them. */
function controlsSample({ axes, buttons, pressed, touched }: NonNullable<RecordedPose["controls"]>): Float64Array {
	const sample = new Float64Array(CONTROLS_LENGTH).fill(Number.NaN);
	const bits = (word: number) => Array.from(buttons, (_, button) => (word >>> button) & 1);
	sample.set(axes, CONTROLS_AT.axes);
	sample.set(buttons, CONTROLS_AT.buttons);
	sample.set(bits(pressed), CONTROLS_AT.pressed);
	sample.set(bits(touched), CONTROLS_AT.touched);
	return sample;
}

function wholeRows({ rows, columns, values }: RowBlock): Uint8Array {
	const valid = new Uint8Array(rows).fill(1);
	for (let index = 0; index < values.length; index++)
		if (!Number.isFinite(values[index])) valid[Math.floor(index / columns)] = 0;
	return valid;
}

function lastRowSec(episode: PlannedEpisode): number {
	return rowSec(episode, episode.rows - 1);
}
