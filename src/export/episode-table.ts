import type { RecordedPose, SessionRecord } from "../recording/session-record.ts";
import type { PlannedEpisode } from "./episode-plan.ts";
import { factsOfPictures, picturesByTicks, picturesOfRows, type RowPicture, rowsOfSeen } from "./picture-plan.ts";
import { loggedNumbers, loggedPath, secOfPose, secOfRecord, streamOfPose } from "./session-survey.ts";
import { type ChosenValue, CONTROLS_AT, CONTROLS_LENGTH, type ValueSource } from "./value-names.ts";
import { type RowBlock, rowSec, ValueTrack } from "./value-track.ts";

/** The two vectors of a row. */
export const ROLES = ["action", "state"] as const;
export type Role = (typeof ROLES)[number];

/** Rows of an episode at a fixed rate: all of them, or some of a long one. */
export interface EpisodeTable {
	readonly episode: PlannedEpisode;
	/** Number of the first row in the episode; the tables of an episode follow one another. */
	readonly firstRow: number;
	readonly rows: number;
	/** The episode ends with these rows. */
	readonly isLast: boolean;
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
	/** Most rows of a table. @default as many as take about 4 MB */
	readonly mostRows?: number | undefined;
}

/** Rows of an episode that wait for their time. */
interface Section {
	readonly episode: PlannedEpisode;
	readonly firstRow: number;
	readonly rows: number;
	readonly previous: Section | undefined;
	/** Numbers of its last row, as far as they are known. */
	readonly lastRow: Map<Role | "seen", Float64Array>;
	/** The picture of each row of the episode, and its pictures by their RTP times. */
	readonly pictures: () => EpisodePictures;
}

/** Facts about the pictures of a whole episode. */
interface EpisodePictures {
	readonly shown: Int32Array;
	readonly ticks: ReadonlyMap<number, number>;
}

/** A section whose rows are being filled. */
interface OpenSection {
	readonly section: Section;
	readonly blocks: Readonly<Record<Role | "seen", RowBlock>>;
	/** The tracks that fill it. */
	readonly tracks: readonly TrackSet[];
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

/** Numbers of a table, and its rows. */
const MOST_NUMBERS = 500_000;
const [LEAST_ROWS, MOST_ROWS] = [1000, 20_000];

/** Time by which a pose may arrive later than it was read. */
const SETTLE_SEC = 2;
/** Rows are opened before the time of their first, as clocks are mapped with an error. */
const EARLY_SEC = 1;

/** Resamples the records of a session into the rows of its episodes, of which few are in memory. */
export class TableBuilder {
	readonly #options: TableOptions;
	/** Sections that are not given away, in the order of the dataset. */
	readonly #sections: Section[];
	/** Those that are not open, in the order of their times. */
	readonly #waiting: Section[];
	readonly #open = new Map<Section, OpenSection>();
	readonly #operators = new Map<string, TrackSet>();
	readonly #root: TrackSet;

	constructor(options: TableOptions) {
		this.#options = options;
		this.#sections = options.episodes.flatMap((episode) => sectionsOf(episode, options));
		this.#waiting = this.#sections.toSorted((a, b) => beginOf(a) - beginOf(b));
		this.#root = new TrackSet(options, (path) => path.startsWith("/"));
		for (const { viewer } of options.episodes)
			if (!this.#operators.has(viewer.id))
				this.#operators.set(viewer.id, new TrackSet(options, (path) => !path.startsWith("/")));
	}

	/** @returns the rows that no later record can change. */
	add(record: SessionRecord): readonly EpisodeTable[] {
		const sec = secOfRecord(record);
		for (
			let [next] = this.#waiting;
			next !== undefined && beginOf(next) <= sec + EARLY_SEC;
			[next] = this.#waiting
		) {
			this.#waiting.shift();
			this.#begin(next);
		}
		if (record.type === "pose") this.#operators.get(record.viewer)?.pose(record.pose, this.#opened(record.viewer));
		else if (record.type === "log") {
			const numbers = loggedNumbers(record);
			const tracks = record.viewer === undefined ? this.#root : this.#operators.get(record.viewer);
			if (numbers !== undefined)
				tracks?.log(loggedPath(record), record.atSec, numbers, this.#opened(record.viewer));
		}
		const [oldest] = this.#sections;
		if (oldest === undefined || sec < lastRowSec(oldest) + SETTLE_SEC + this.#options.maxGapSec) return [];
		this.#sections.shift();
		return [this.#finished(oldest)];
	}

	/** Gives the rows that were still open, or never begun. */
	*finish(): Generator<EpisodeTable, void, undefined> {
		for (const section of this.#sections.splice(0)) yield this.#finished(section);
	}

	#opened(viewer: string | undefined): readonly OpenSection[] {
		const open = [...this.#open.values()];
		return viewer === undefined ? open : open.filter(({ section }) => section.episode.viewer.id === viewer);
	}

	#begin(section: Section): OpenSection {
		const { chosen } = this.#options;
		const { episode, firstRow, rows } = section;
		const { beginSec, rateHz } = episode;
		const operator = this.#operators.get(episode.viewer.id);
		const block = (role: Role | "seen", columns: number): RowBlock => {
			const values = new Float64Array(rows * columns).fill(Number.NaN);
			section.lastRow.set(role, values.subarray((rows - 1) * columns));
			const before = () => section.previous?.lastRow.get(role);
			return { beginSec, rateHz, firstRow, rows, columns, values, before };
		};
		const opened: OpenSection = {
			section,
			blocks: {
				action: block("action", columnNames(chosen.action).length),
				state: block("state", columnNames(chosen.state).length),
				seen: block("seen", 1),
			},
			tracks: operator === undefined ? [this.#root] : [this.#root, operator],
		};
		this.#open.set(section, opened);
		return opened;
	}

	#finished(section: Section): EpisodeTable {
		const { episode, firstRow, rows } = section;
		const { blocks, tracks } = this.#open.get(section) ?? this.#begin(section);
		this.#open.delete(section);
		for (const set of tracks) set.finish(blocks);
		// A copy: the rows themselves are given away.
		for (const [role, row] of section.lastRow) section.lastRow.set(role, row.slice());
		const { shown } = section.pictures();
		const seen = Int32Array.from(blocks.seen.values, (number) => (Number.isNaN(number) ? -1 : number));
		return {
			...{ episode, firstRow, rows, isLast: firstRow + rows === episode.rows },
			values: { action: blocks.action.values, state: blocks.state.values },
			valid: { action: wholeRows(blocks.action), state: wholeRows(blocks.state) },
			shown: factsOfPictures(episode, shown.slice(firstRow, firstRow + rows), firstRow),
			seen: { ...factsOfPictures(episode, seen, firstRow), row: rowsOfSeen(shown, seen) },
		};
	}
}

/** The rows of an episode in parts that memory holds. */
function sectionsOf(episode: PlannedEpisode, { chosen, mostRows }: TableOptions): readonly Section[] {
	const width = columnNames(chosen.action).length + columnNames(chosen.state).length;
	const fitting = Math.min(MOST_ROWS, Math.max(LEAST_ROWS, Math.floor(MOST_NUMBERS / Math.max(1, width))));
	const step = mostRows ?? fitting;
	let known: EpisodePictures | undefined;
	const pictures = () => {
		known ??= {
			shown: picturesOfRows(episode, episode.viewer.pictures),
			ticks: picturesByTicks(episode.viewer.pictures),
		};
		return known;
	};
	const sections: Section[] = [];
	for (let firstRow = 0; firstRow < episode.rows; firstRow += step) {
		const [rows, previous] = [Math.min(step, episode.rows - firstRow), sections.at(-1)];
		sections.push({ episode, firstRow, rows, previous, lastRow: new Map(), pictures });
	}
	return sections;
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

	pose(pose: RecordedPose, open: readonly OpenSection[]): void {
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
		write([this.#seen], sec, [first.section.pictures().ticks.get(pose.seenRtpTicks) ?? Number.NaN], open);
	}

	log(path: string, sec: number, numbers: readonly number[], open: readonly OpenSection[]): void {
		const tracks = this.#logs.get(path);
		if (tracks !== undefined) write(tracks, sec, numbers, open);
	}

	finish(blocks: OpenSection["blocks"]): void {
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
	open: readonly OpenSection[],
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

function beginOf({ episode, firstRow }: Section): number {
	return rowSec(episode, firstRow);
}

function lastRowSec({ episode, firstRow, rows }: Section): number {
	return rowSec(episode, firstRow + rows - 1);
}
