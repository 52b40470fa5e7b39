import { rmSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import type { SessionRecord } from "../recording/session-record.ts";
import { NO_ENCODING_OPTIONS } from "../render/encoding.ts";
import { type CameraPlan, type PlannedView, planCameras } from "./camera-plan.ts";
import type { CameraStart } from "./camera-protocol.ts";
import { datasetCodec } from "./dataset-encoding.ts";
import { putInPlace, refuseFullFolder } from "./dataset-folder.ts";
import {
	type CameraFeature,
	type DatasetPlan,
	type DatasetWriter,
	EXPORT_FORMATS,
	type ExportFormat,
	type RowTimes,
} from "./dataset-format.ts";
import { MOST_RATE_HZ, rateOf } from "./dataset-rate.ts";
import { type EpisodeSpan, knownValues, type PlannedEpisode, planEpisodes, wholeSession } from "./episode-plan.ts";
import { columnNames, type EpisodeTable, ROLES, type Role, TableBuilder } from "./episode-table.ts";
import type { ExportedSession, ExportOptions, ExportReport, RecordContent } from "./export-options.ts";
import { RawPoses } from "./raw-poses.ts";
import { RecordedCameras } from "./recorded-cameras.ts";
import { eyesOfSpheres, spheresOf } from "./recorded-spheres.ts";
import { type SessionSurvey, surveySession } from "./session-survey.ts";
import type { SphereVideo } from "./sphere-video.ts";
import { type ChosenValue, chooseValues, defaultValues } from "./value-names.ts";
import { rowSec } from "./value-track.ts";

/** Recorded spheres lie there while views are drawn from them. */
const SPHERE_FOLDER = ".spheres";
const DEFAULT_TASK = "teleoperation";
const DEFAULT_GAP_SEC = 0.25;

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
	// SVT-AV1 prints its settings otherwise; it reads this variable, and has no option for it.
	process.env["SVT_LOG"] ??= "1";
	const directory = resolve(options.directory);
	refuseFullFolder(directory);
	const temporary = join(dirname(directory), `.${basename(directory)}.${process.pid}.part`);
	try {
		const report = await new Export(options, temporary).run();
		rmSync(join(temporary, SPHERE_FOLDER), { recursive: true, force: true });
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
	/** The last row that was written, of each role. */
	readonly #held = { action: new Float64Array(0), state: new Float64Array(0) };

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
		if (episodes.length === 0)
			throw new RangeError(
				"There is no episode to export: --episodes all takes discarded and unfinished ones, too.",
			);
		const chosen = this.#choose(sessions);
		const names = { action: columnNames(chosen.action), state: columnNames(chosen.state) };
		const cameras = planCameras({ ...this.#options, episodes, sphereEyes: eyesOfSpheres(sessions) });
		const plan: DatasetPlan = {
			directory: this.#directory,
			rateHz,
			names,
			cameras: cameras.features,
			videoCodec: datasetCodec(this.#options.encoding),
			tasks: this.#tasks,
			hasSuccess: episodes.some(({ success }) => success !== undefined),
			robotType: this.#options.robotType,
		};
		if (plan.cameras.length + names.action.length + names.state.length === 0)
			throw new RangeError("The recording has neither pictures nor poses nor logged numbers.");
		const writer = await openDataset(plan, format);
		if (this.#options.rawPoses === true) await this.#writeRawPoses(surveys.map(({ session }) => session));
		await this.#write(sessions, chosen, plan, cameras, writer);
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

	async #writeRawPoses(sessions: readonly ExportedSession[]): Promise<void> {
		using raw = new RawPoses(this.#directory);
		for (const session of sessions)
			for await (const record of this.#records(session, "facts")) raw.add(session.name, session.epochNs, record);
		raw.finish();
	}

	async #survey(): Promise<readonly { readonly session: ExportedSession; readonly survey: SessionSurvey }[]> {
		const surveys: { readonly session: ExportedSession; readonly survey: SessionSurvey }[] = [];
		const { viewer = "" } = this.#options;
		const others: string[] = [];
		for (const session of this.#options.sessions) {
			const survey = await surveySession(this.#records(session, "facts"));
			const ids = [...survey.viewers.keys()];
			if (ids.length === 0) this.#notice(`${session.name} has no viewers: it is left out.`);
			else if (ids.some((id) => id.startsWith(viewer))) surveys.push({ session, survey });
			else {
				others.push(...ids);
				this.#notice(`${session.name} has no viewer ${viewer}: it is left out. There is ${ids.join(", ")}.`);
			}
		}
		if (surveys.length > 0) return surveys;
		if (others.length > 0)
			throw new RangeError(
				`--viewer is a viewer of the recording; got ${viewer}. There is ${others.join(", ")}.`,
			);
		throw new RangeError("The recording has no viewers, and so neither poses nor pictures.");
	}

	#planSessions(
		surveys: readonly { readonly session: ExportedSession; readonly survey: SessionSurvey }[],
		rateHz: number,
	): readonly PlannedSession[] {
		const { viewer } = this.#options;
		let [firstEpisode, firstIndex] = [0, 0];
		const sessions = surveys.map(({ session, survey }) => {
			const spans = this.#spansOf(session, survey);
			const episodes = planEpisodes(spans, survey, {
				rateHz,
				viewer,
				firstEpisode,
				firstIndex,
				tasks: this.#tasks,
			});
			if (episodes.length < spans.length)
				this.#notice(
					`${spans.length - episodes.length} episodes of ${session.name} end before the first picture.`,
				);
			const operators = new Set(episodes.map((episode) => episode.viewer.id));
			if (operators.size > 1)
				this.#notice(
					`The episodes of ${session.name} have several operators, ${[...operators].join(", ")}: ` +
						"each is of the viewer with the most poses in it. --viewer takes one for all.",
				);
			firstEpisode += episodes.length;
			firstIndex += totalRows(episodes);
			return { session, survey, episodes };
		});
		return sessions.filter(({ episodes }) => episodes.length > 0);
	}

	#spansOf({ name }: ExportedSession, survey: SessionSurvey): readonly EpisodeSpan[] {
		const { viewer, task = DEFAULT_TASK, episodes = "kept" } = this.#options;
		const { count } = survey.episodes;
		if (count === 0) return [wholeSession(survey, viewer, task)];
		const spans = survey.episodes.spans(episodes, survey.endSec, task);
		const left = count - spans.length;
		if (left > 0) this.#notice(`${left} of ${count} episodes of ${name} are left out: --episodes chooses.`);
		return spans;
	}

	#choose(sessions: readonly PlannedSession[]): Readonly<Record<Role, readonly ChosenValue[]>> {
		const known = knownValues(
			sessions.map(({ survey, episodes }) => ({ survey, viewers: episodes.map(({ viewer }) => viewer) })),
		);
		const of = (role: Role) => chooseValues(this.#options[role] ?? defaultValues(role, known), known, `--${role}`);
		return { action: of("action"), state: of("state") };
	}

	async #write(
		sessions: readonly PlannedSession[],
		chosen: Readonly<Record<Role, readonly ChosenValue[]>>,
		plan: DatasetPlan,
		cameras: CameraPlan,
		writer: DatasetWriter,
	): Promise<void> {
		const { maxGapSec = DEFAULT_GAP_SEC } = this.#options;
		const episodes = sessions.flatMap((planned) => planned.episodes);
		const onNotice = (notice: string) => this.#notice(notice);
		const starts = new Map(
			plan.cameras.map((camera) => [camera.key, this.#startOf(camera, episodes, plan, writer)]),
		);
		await using recorded = new RecordedCameras(cameras.recorded, starts, onNotice);
		await using sphere = await this.#openSphere(sessions, cameras.views, starts);
		for (const { session, episodes: ours } of sessions) {
			const builder = new TableBuilder({ episodes: ours, chosen, maxGapSec });
			recorded.begin(ours);
			for await (const record of this.#records(session, cameras.recorded.length === 0 ? "facts" : "pictures")) {
				for (const table of builder.add(record)) await this.#writeTable(table, session, plan, writer);
				await recorded.add(record);
				sphere?.throwIfFailed();
			}
			for (const table of builder.finish()) await this.#writeTable(table, session, plan, writer);
		}
		const finished = Promise.all([recorded.finish(), sphere?.finish() ?? []]);
		const videos = (await this.#untilAborted(finished)).flat();
		await writer.finish(new Map([...starts.keys()].map((key, index) => [key, videos[index] ?? []])));
	}

	async #writeTable(
		table: EpisodeTable,
		{ epochNs }: ExportedSession,
		{ names }: DatasetPlan,
		writer: DatasetWriter,
	): Promise<void> {
		for (const role of ROLES) {
			if (names[role].length > 0)
				this.#incomplete[role] += table.valid[role].reduce((count, valid) => count + 1 - valid, 0);
			if (this.#options.gaps === "hold") this.#holdGaps(table, role, names[role].length);
		}
		await writer.write(table, timesOf(table, epochNs));
	}

	/** Replaces unknown numbers by those of the row before; where there are none, they stay. */
	#holdGaps({ firstRow, values }: EpisodeTable, role: Role, width: number): void {
		const numbers = values[role];
		const before = firstRow === 0 ? new Float64Array(width).fill(Number.NaN) : this.#held[role];
		for (const [at, number] of numbers.entries())
			if (Number.isNaN(number)) numbers[at] = at < width ? before[at]! : numbers[at - width]!;
		this.#held[role] = numbers.slice(numbers.length - width);
	}

	/** Draws the views while the records are read. */
	async #openSphere(
		sessions: readonly PlannedSession[],
		views: readonly PlannedView[],
		starts: ReadonlyMap<string, CameraStart>,
	): Promise<SphereVideo | undefined> {
		const { source } = this.#options;
		if (views.length === 0) return undefined;
		const shown = sessions.flatMap(({ survey }) => survey.sources).at(-1)?.name;
		if (source !== undefined && shown !== undefined && basename(shown) !== basename(source))
			this.#notice(`The recording is of ${shown}; --source is ${source}.`);
		const spheres = await spheresOf(sessions, {
			source,
			folder: join(this.#directory, SPHERE_FOLDER),
			records: (session) => this.#records(session, "sphere"),
		});
		const { SphereVideo: Video } = await import("./sphere-video.ts");
		return new Video({
			spheres,
			views: views.map(({ feature, wish, eye }) => ({
				...{ wish, eye },
				start: starts.get(feature.key) as CameraStart,
			})),
			episodes: sessions.flatMap(({ episodes }) => episodes),
			onNotice: (notice) => this.#notice(notice),
		});
	}

	#startOf(
		{ key, width, height }: CameraFeature,
		episodes: readonly PlannedEpisode[],
		{ rateHz }: DatasetPlan,
		writer: DatasetWriter,
	): CameraStart {
		const files = new Set(episodes.map((_, file) => writer.videoPath(key, file)));
		return {
			width,
			height,
			rate: { num: rateHz, den: 1 },
			encoding: { ...NO_ENCODING_OPTIONS, ...this.#options.encoding },
			episodeRows: episodes.map(({ rows }) => rows),
			paths: [...files],
			maxFileBytes: files.size === 1 ? Number.POSITIVE_INFINITY : writer.maxVideoBytes,
			maxFilePictures: files.size === 1 ? Number.POSITIVE_INFINITY : writer.maxVideoSec * rateHz,
		};
	}

	/** @throws when the signal asks for the end. */
	async #untilAborted<Result>(work: Promise<Result>): Promise<Result> {
		const { signal } = this.#options;
		const aborted = Promise.withResolvers<never>();
		const abort = () => aborted.reject(signal?.reason);
		signal?.addEventListener("abort", abort);
		try {
			signal?.throwIfAborted();
			return await Promise.race([work, aborted.promise]);
		} finally {
			signal?.removeEventListener("abort", abort);
			// The threads are ended; nobody waits for their failures then.
			work.catch(() => {});
		}
	}

	/** The records of a session, until the signal asks for the end. */
	async *#records(session: ExportedSession, content: RecordContent): AsyncGenerator<SessionRecord, void, undefined> {
		for await (const record of session.records(content)) {
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

/** Loads only the module that the format needs. */
async function openDataset(plan: DatasetPlan, format: ExportFormat): Promise<DatasetWriter> {
	if (format === "lerobot") return new (await import("./lerobot-dataset.ts")).LeRobotDataset(plan);
	if (format === "hdf5") return (await import("./hdf5-dataset.ts")).Hdf5Dataset.open(plan);
	return new (await import("./text-dataset.ts")).TextDataset(plan, format === "csv" ? "csv" : "jsonl");
}

/** Nanoseconds since 1970: a double holds seconds since then to a quarter of a microsecond only. */
function timesOf({ episode, firstRow, rows }: EpisodeTable, epochNs: bigint): RowTimes {
	const nsOf = (row: number) => epochNs + BigInt(Math.round(rowSec(episode, row) * 1e9));
	return BigInt64Array.from({ length: rows }, (_, row) => nsOf(firstRow + row));
}

function totalRows(episodes: readonly PlannedEpisode[]): number {
	return episodes.reduce((total, { rows }) => total + rows, 0);
}

function checkNumbers({ rateHz, maxGapSec, size, format, sessions, source, views, encoding }: ExportOptions): void {
	datasetCodec(encoding);
	if (rateHz !== undefined && !(Number.isInteger(rateHz) && rateHz >= 1 && rateHz <= MOST_RATE_HZ))
		throw new RangeError(`--rate is a whole number from 1 to ${MOST_RATE_HZ}; got ${rateHz}.`);
	if (source !== undefined && (views ?? []).length === 0)
		throw new RangeError("--source is the video that --view draws from; there is no --view.");
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
