import { existsSync, mkdirSync, readdirSync, renameSync, rmdirSync, rmSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import type { SessionRecord } from "../recording/session-record.ts";
import { OutputError, outputFailure } from "../render/output-error.ts";
import { CameraVideo } from "./camera-video.ts";
import {
	type DatasetPlan,
	type DatasetWriter,
	EXPORT_FORMATS,
	type ExportFormat,
	type RowTimes,
} from "./dataset-format.ts";
import { type EpisodeSpan, knownValues, type PlannedEpisode, planEpisodes, wholeSession } from "./episode-plan.ts";
import { columnNames, type EpisodeTable, ROLES, type Role, TableBuilder } from "./episode-table.ts";
import type { ExportedSession, ExportOptions, ExportReport } from "./export-options.ts";
import { picturesOfRows } from "./picture-plan.ts";
import { type SessionSurvey, surveySession } from "./session-survey.ts";
import { type ChosenValue, chooseValues, defaultValues } from "./value-names.ts";
import { rowSec } from "./value-track.ts";

/** Key of the operator's view among the features of a dataset. */
const VIEW_KEY = "observation.images.view";
const DEFAULT_TASK = "teleoperation";
const DEFAULT_GAP_SEC = 0.25;
/** Rows a second where a recording has no pictures. */
const DEFAULT_RATE_HZ = 30;
const MOST_RATE_HZ = 1000;

/** A session with what was found in it. */
interface PlannedSession {
	readonly session: ExportedSession;
	readonly survey: SessionSurvey;
	readonly episodes: readonly PlannedEpisode[];
}

/**
 * Writes recorded sessions as one dataset for robot learning: rows of a fixed rate, with the
 * picture of each.
 *
 * @throws {OutputError} when the folder is not empty, or can't be written.
 * @throws {RangeError} when a name, a viewer or a number is none of these recordings'.
 */
export async function exportSessions(options: ExportOptions): Promise<ExportReport> {
	checkNumbers(options);
	const directory = resolve(options.directory);
	refuseFullFolder(directory);
	const temporary = join(dirname(directory), `.${basename(directory)}.${process.pid}.part`);
	try {
		const report = await new Export(options, temporary).run();
		options.signal?.throwIfAborted();
		putInPlace(temporary, directory);
		return { ...report, directory };
	} catch (error) {
		rmSync(temporary, { recursive: true, force: true });
		throw error;
	}
}

/** One export under way. */
class Export {
	readonly #options: ExportOptions;
	readonly #directory: string;
	readonly #tasks: string[] = [];
	readonly #incomplete: Record<Role, number> = { action: 0, state: 0 };

	constructor(options: ExportOptions, directory: string) {
		this.#options = options;
		this.#directory = directory;
	}

	async run(): Promise<ExportReport> {
		const { format } = this.#options;
		const surveys = await this.#survey();
		const rateHz = this.#options.rateHz ?? rateOf(surveys.map(({ survey }) => survey));
		const sessions = this.#planSessions(surveys, rateHz);
		const episodes = sessions.flatMap((planned) => planned.episodes);
		if (episodes.length === 0) throw new RangeError("There is no episode to export.");
		const chosen = this.#choose(sessions);
		const names = { action: columnNames(chosen.action), state: columnNames(chosen.state) };
		const hasVideo = this.#options.video !== false && episodes.every(hasPictures);
		if (!hasVideo && names.action.length + names.state.length === 0)
			throw new RangeError("The recording has neither pictures nor poses nor logged numbers.");
		const plan: DatasetPlan = {
			directory: this.#directory,
			rateHz,
			names,
			cameras: hasVideo ? [{ key: VIEW_KEY, ...this.#sizeOf(episodes) }] : [],
			videoCodec: this.#options.encoding?.codec ?? "h264",
			tasks: this.#tasks,
			hasSuccess: episodes.some(({ success }) => success !== undefined),
			robotType: this.#options.robotType,
		};
		const writer = await openDataset(plan, format);
		await this.#write(sessions, chosen, plan, writer);
		this.#reportGaps(episodes);
		return {
			directory: this.#directory,
			format,
			rateHz,
			episodes: sessions.flatMap(({ session, episodes: ours }) =>
				ours.map(({ task, success, viewer, rows }) => ({
					session: session.name,
					task,
					success,
					viewer: viewer.id,
					rows,
				})),
			),
			rows: totalRows(episodes),
			...names,
			cameras: plan.cameras,
			incompleteActions: this.#incomplete.action,
			incompleteStates: this.#incomplete.state,
		};
	}

	async #survey(): Promise<readonly { readonly session: ExportedSession; readonly survey: SessionSurvey }[]> {
		const surveys: { readonly session: ExportedSession; readonly survey: SessionSurvey }[] = [];
		for (const session of this.#options.sessions) {
			const survey = await surveySession(this.#records(session, false));
			if (survey.viewers.size === 0) this.#notice(`${session.name} has no viewers: it is left out.`);
			else surveys.push({ session, survey });
		}
		if (surveys.length === 0)
			throw new RangeError("The recording has no viewers, and so neither poses nor pictures.");
		return surveys;
	}

	#planSessions(
		surveys: readonly { readonly session: ExportedSession; readonly survey: SessionSurvey }[],
		rateHz: number,
	): readonly PlannedSession[] {
		const { viewer } = this.#options;
		let [firstEpisode, firstIndex] = [0, 0];
		return surveys.map(({ session, survey }) => {
			const spans = this.#spansOf(survey);
			const episodes = planEpisodes(spans, survey, {
				rateHz,
				viewer,
				firstEpisode,
				firstIndex,
				tasks: this.#tasks,
			});
			firstEpisode += episodes.length;
			firstIndex += totalRows(episodes);
			return { session, survey, episodes };
		});
	}

	#spansOf(survey: SessionSurvey): readonly EpisodeSpan[] {
		const { viewer, task = DEFAULT_TASK } = this.#options;
		return [wholeSession(survey, viewer, task)];
	}

	#choose(sessions: readonly PlannedSession[]): Readonly<Record<Role, readonly ChosenValue[]>> {
		const known = knownValues(
			sessions.map(({ survey, episodes }) => ({ survey, viewers: episodes.map(({ viewer }) => viewer) })),
		);
		const of = (role: Role) => chooseValues(this.#options[role] ?? defaultValues(role, known), known, `--${role}`);
		return { action: of("action"), state: of("state") };
	}

	#sizeOf(episodes: readonly PlannedEpisode[]): { readonly width: number; readonly height: number } {
		const { size } = this.#options;
		if (size !== undefined) return size;
		const even = (pixels: number) => Math.max(2, pixels - (pixels % 2));
		return {
			width: even(Math.max(...episodes.map(({ viewer }) => viewer.pictures.width))),
			height: even(Math.max(...episodes.map(({ viewer }) => viewer.pictures.height))),
		};
	}

	async #write(
		sessions: readonly PlannedSession[],
		chosen: Readonly<Record<Role, readonly ChosenValue[]>>,
		plan: DatasetPlan,
		writer: DatasetWriter,
	): Promise<void> {
		const episodes = sessions.flatMap((planned) => planned.episodes);
		const [camera] = plan.cameras;
		await using video = camera === undefined ? undefined : this.#openVideo(camera, episodes, plan, writer);
		for (const { session, episodes: ours } of sessions) {
			const { maxGapSec = DEFAULT_GAP_SEC } = this.#options;
			const builder = new TableBuilder({ episodes: ours, chosen, maxGapSec });
			const pictures = video === undefined ? undefined : new PictureFeed(ours, video);
			for await (const record of this.#records(session, video !== undefined)) {
				for (const table of builder.add(record)) await this.#writeTable(table, session, plan, writer);
				if (record.type === "frame") await pictures?.add(record);
			}
			for (const table of builder.finish()) await this.#writeTable(table, session, plan, writer);
		}
		const videos =
			video === undefined || camera === undefined ? [] : ([[camera.key, await video.finish()]] as const);
		await writer.finish(new Map(videos));
	}

	async #writeTable(
		table: EpisodeTable,
		{ epochSec }: ExportedSession,
		{ names }: DatasetPlan,
		writer: DatasetWriter,
	): Promise<void> {
		for (const role of ROLES) {
			if (names[role].length > 0)
				this.#incomplete[role] += table.valid[role].reduce((count, valid) => count + 1 - valid, 0);
			if (this.#options.gaps === "hold") holdGaps(table.values[role], names[role].length);
		}
		await writer.write(table, timesOf(table.episode, epochSec));
	}

	#openVideo(
		{ key, width, height }: DatasetPlan["cameras"][number],
		episodes: readonly PlannedEpisode[],
		{ rateHz }: DatasetPlan,
		writer: DatasetWriter,
	): CameraVideo {
		const files = new Set(episodes.map((_, file) => writer.videoPath(key, file)));
		return new CameraVideo(
			{
				width,
				height,
				rate: { num: rateHz, den: 1 },
				encoding: { ...NO_ENCODING_OPTIONS, ...this.#options.encoding },
				episodeRows: episodes.map(({ rows }) => rows),
				paths: [...files],
				maxFileBytes: files.size === 1 ? Number.POSITIVE_INFINITY : writer.maxVideoBytes,
			},
			(notice) => this.#notice(notice),
		);
	}

	/** The records of a session, until the signal asks for the end. */
	async *#records(session: ExportedSession, video: boolean): AsyncGenerator<SessionRecord, void, undefined> {
		for await (const record of session.records({ video })) {
			this.#options.signal?.throwIfAborted();
			yield record;
		}
	}

	#reportGaps(episodes: readonly PlannedEpisode[]): void {
		const rows = totalRows(episodes);
		for (const role of ROLES) {
			const count = this.#incomplete[role];
			if (count > 0) this.#notice(`In ${count} of ${rows} rows a number of the ${role} is not known.`);
		}
	}

	#notice(message: string): void {
		this.#options.onNotice?.(message);
	}
}

/** Passes a session's pictures to the thread that makes videos, each with the rows that show it. */
class PictureFeed {
	readonly #video: CameraVideo;
	/** Rows that show each picture of a viewer; no entry: it is not needed. */
	readonly #rows = new Map<string, Map<number, number>>();
	/** Pictures of each viewer that have passed. */
	readonly #passed = new Map<string, number>();

	constructor(episodes: readonly PlannedEpisode[], video: CameraVideo) {
		this.#video = video;
		for (const episode of episodes) this.#plan(episode);
	}

	async add({ viewer, packet }: Extract<SessionRecord, { type: "frame" }>): Promise<void> {
		const number = this.#passed.get(viewer) ?? 0;
		this.#passed.set(viewer, number + 1);
		const rows = this.#rows.get(viewer)?.get(number);
		if (rows === undefined) return;
		const { codec, accessUnit, width, height, eyes } = packet;
		await this.#video.write({ stream: viewer, codec, accessUnit, width, height: height * eyes, rows });
	}

	/** Pictures from the last key frame before the first that is shown are needed, too. */
	#plan(episode: PlannedEpisode): void {
		const { viewer } = episode;
		const rows = this.#rows.get(viewer.id) ?? new Map<number, number>();
		this.#rows.set(viewer.id, rows);
		const shown = picturesOfRows(episode, viewer.pictures);
		const first = shown.find((picture) => picture >= 0) ?? 0;
		let keyframe = first;
		while (keyframe > 0 && viewer.pictures.keyframes[keyframe] !== true) keyframe--;
		for (let picture = keyframe; picture <= (shown.at(-1) ?? 0); picture++)
			rows.set(picture, rows.get(picture) ?? 0);
		// Rows before the first picture show it.
		for (const picture of shown) {
			const at = Math.max(picture, first);
			rows.set(at, (rows.get(at) ?? 0) + 1);
		}
	}
}

const NO_ENCODING_OPTIONS = {
	codec: undefined,
	encoder: undefined,
	crf: undefined,
	quality: undefined,
	bitrateBps: undefined,
	preset: undefined,
	encoderOptions: {},
};

/** Loads only the module that the format needs. */
async function openDataset(plan: DatasetPlan, format: ExportFormat): Promise<DatasetWriter> {
	if (format === "lerobot") return new (await import("./lerobot-dataset.ts")).LeRobotDataset(plan);
	if (format === "hdf5") return (await import("./hdf5-dataset.ts")).Hdf5Dataset.open(plan);
	return new (await import("./text-dataset.ts")).TextDataset(plan, format === "csv" ? "csv" : "jsonl");
}

/** Nanoseconds since 1970: a double holds seconds since then to a quarter of a microsecond only. */
function timesOf(episode: PlannedEpisode, epochSec: number): RowTimes {
	const epochNs = BigInt(Math.round(epochSec * 1e6)) * 1000n;
	const times = new BigInt64Array(episode.rows);
	for (let row = 0; row < episode.rows; row++) times[row] = epochNs + BigInt(Math.round(rowSec(episode, row) * 1e9));
	return times;
}

/** Replaces unknown numbers by those of the row before; before the first known one they stay. */
function holdGaps(values: Float64Array, width: number): void {
	for (let at = width; at < values.length; at++) if (Number.isNaN(values[at])) values[at] = values[at - width]!;
}

function hasPictures({ viewer: { pictures }, beginSec, rows, rateHz }: PlannedEpisode): boolean {
	const [first] = pictures.atSec;
	return first !== undefined && first <= rowSec({ beginSec, rateHz }, rows - 1);
}

function totalRows(episodes: readonly PlannedEpisode[]): number {
	return episodes.reduce((total, { rows }) => total + rows, 0);
}

/** The usual rate of the pictures of the viewer who has the most, or that of the source. */
function rateOf(surveys: readonly SessionSurvey[]): number {
	const viewers = surveys.flatMap((survey) => [...survey.viewers.values()]);
	const most = viewers.toSorted((a, b) => b.pictures.atSec.length - a.pictures.atSec.length)[0];
	const times = most?.pictures.atSec ?? [];
	const intervals = times.slice(1).map((sec, index) => sec - times[index]!);
	const median = intervals.toSorted((a, b) => a - b)[intervals.length >> 1] ?? 0;
	// Pictures jitter, and some are left out.
	const usual = intervals.filter((sec) => sec < 1.5 * median);
	const meanSec = usual.reduce((sum, sec) => sum + sec, 0) / usual.length;
	const sourceHz = surveys.flatMap(({ sources }) => sources).find(({ frameRate }) => frameRate > 0)?.frameRate;
	const rateHz = meanSec > 0 ? 1 / meanSec : (sourceHz ?? DEFAULT_RATE_HZ);
	return Math.min(MOST_RATE_HZ, Math.max(1, Math.round(rateHz)));
}

function checkNumbers({ rateHz, maxGapSec, size, format, sessions }: ExportOptions): void {
	if (rateHz !== undefined && !(Number.isInteger(rateHz) && rateHz >= 1 && rateHz <= MOST_RATE_HZ))
		throw new RangeError(`--rate is a whole number from 1 to ${MOST_RATE_HZ}; got ${rateHz}.`);
	if (maxGapSec !== undefined && !(maxGapSec > 0))
		throw new RangeError(`--max-gap is seconds above 0; got ${maxGapSec}.`);
	for (const [name, pixels] of Object.entries(size ?? {}))
		if (!(Number.isInteger(pixels) && pixels >= 2 && pixels <= MOST_PIXELS && pixels % 2 === 0))
			throw new RangeError(`--size is an even ${name} of 2 to ${MOST_PIXELS} pixels; got ${pixels}.`);
	if (!EXPORT_FORMATS.includes(format))
		throw new RangeError(`--format is one of ${EXPORT_FORMATS.join(", ")}; got ${String(format)}.`);
	if (sessions.length === 0) throw new RangeError("sessions is a list of at least one recording; got none.");
}

const MOST_PIXELS = 16_384;

function refuseFullFolder(path: string): void {
	try {
		if (!existsSync(path) || readdirSync(path).length === 0) return;
	} catch (error) {
		throw outputFailure(path, error);
	}
	throw new OutputError("exists", path, `${path} is not empty. A dataset needs a folder of its own.`);
}

function putInPlace(temporary: string, path: string): void {
	try {
		mkdirSync(dirname(path), { recursive: true });
		if (existsSync(path)) rmdirSync(path);
		renameSync(temporary, path);
	} catch (error) {
		throw outputFailure(path, error);
	}
}
