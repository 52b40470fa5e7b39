import type { PictureTimes, SessionSurvey, SurveyedViewer } from "./session-survey.ts";
import type { KnownStream, KnownValues } from "./value-names.ts";

/** A stretch of a session that is exported. */
export interface EpisodeSpan {
	/** Seconds on the server's monotonic clock. */
	readonly beginSec: number;
	readonly endSec: number;
	readonly task: string;
	/** `undefined`: nobody has said. */
	readonly success: boolean | undefined;
}

/** An episode with its rows and the viewer whose poses and pictures they hold. */
export interface PlannedEpisode extends EpisodeSpan {
	/** Number in the dataset. */
	readonly episode: number;
	readonly viewer: SurveyedViewer;
	/** Pictures of the session's cameras beside the view, by their names. */
	readonly cameras: ReadonlyMap<string, PictureTimes>;
	/** Row 0 among all rows of the dataset. */
	readonly firstIndex: number;
	/** Number of its task among those of the dataset. */
	readonly taskIndex: number;
	readonly rows: number;
	readonly rateHz: number;
}

/** Options of `planEpisodes`. */
export interface EpisodePlanOptions {
	readonly rateHz: number;
	/** Part of a viewer's id; `undefined`: the one with the most poses in each episode. */
	readonly viewer: string | undefined;
	readonly firstEpisode: number;
	readonly firstIndex: number;
	/** Tasks of the dataset so far; new ones are added. */
	readonly tasks: string[];
}

/**
 * Chooses the operator and the rows of each episode. An episode that begins before the operator's
 * first picture has rows from that picture on; one that ends before it is left out.
 *
 * @throws {RangeError} when there is no such viewer.
 */
export function planEpisodes(
	spans: readonly EpisodeSpan[],
	survey: SessionSurvey,
	{ rateHz, viewer, firstEpisode, firstIndex, tasks }: EpisodePlanOptions,
): readonly PlannedEpisode[] {
	const planned: PlannedEpisode[] = [];
	let [episode, index] = [firstEpisode, firstIndex];
	for (const span of spans) {
		const operator = operatorOf(span, survey, viewer);
		const beginSec = beginWithPicture(span, operator);
		const rows = Math.floor((span.endSec - beginSec) * rateHz + ROUNDING) + 1;
		if (!(rows > 0)) continue;
		if (!tasks.includes(span.task)) tasks.push(span.task);
		const taskIndex = tasks.indexOf(span.task);
		planned.push({
			...span,
			beginSec,
			episode,
			viewer: operator,
			cameras: survey.cameras,
			firstIndex: index,
			taskIndex,
			rows,
			rateHz,
		});
		episode++;
		index += rows;
	}
	return planned;
}

/** A whole number of rows is not lost to the last bit of a double. */
const ROUNDING = 1e-6;

/**
 * The whole session as one episode: the time in which the operator had pictures and sent poses, as
 * far as there are both.
 */
export function wholeSession(survey: SessionSurvey, viewer: string | undefined, task: string): EpisodeSpan {
	const { beginSec, endSec } = survey;
	const { pictures, poseSec, streams } = operatorOf({ beginSec, endSec }, survey, viewer);
	const onlyTurns = streams.get("head")?.hasPosition === false;
	const both = [pictures.atSec, poseSec].filter(({ length }) => length > 0);
	const first = Math.max(...both.map((times) => times[0] as number));
	const ends = both.map((times) => times.at(-1) as number);
	// A page sends a head that only turns when it turns: it may rest at the end.
	const last = onlyTurns ? (ends[0] as number) : Math.min(...ends);
	const hasBoth = both.length > 0 && first <= last;
	return {
		beginSec: hasBoth ? first : beginSec,
		endSec: hasBoth ? last : endSec,
		task,
		success: undefined,
	};
}

/** Every stream and logged path that any operator of some sessions has. */
export function knownValues(
	surveys: readonly { readonly survey: SessionSurvey; readonly viewers: readonly SurveyedViewer[] }[],
): KnownValues {
	const streams = new Map<string, KnownStream>();
	const logs = new Map<string, number>();
	const addLogs = (more: ReadonlyMap<string, number>) => {
		for (const [path, count] of more) logs.set(path, Math.max(count, logs.get(path) ?? 0));
	};
	for (const { survey, viewers } of surveys) {
		addLogs(survey.rootLogs);
		for (const { streams: more, logs: below } of viewers) {
			addLogs(below);
			for (const [name, stream] of more) streams.set(name, merged(streams.get(name), stream));
		}
	}
	return { streams, logs };
}

function merged(a: KnownStream | undefined, b: KnownStream): KnownStream {
	if (a === undefined) return b;
	return {
		...b,
		bones: new Set([...a.bones, ...b.bones]),
		buttons: Math.max(a.buttons, b.buttons),
		axes: Math.max(a.axes, b.axes),
		hasPosition: a.hasPosition || b.hasPosition,
	};
}

function operatorOf(
	{ beginSec, endSec }: Pick<EpisodeSpan, "beginSec" | "endSec">,
	{ viewers }: SessionSurvey,
	id: string | undefined,
): SurveyedViewer {
	const all = [...viewers.values()];
	if (id !== undefined) {
		const [found, another] = all.filter((viewer) => viewer.id.startsWith(id));
		if (found !== undefined && another === undefined) return found;
		const there = all.map((viewer) => viewer.id).join(", ");
		throw new RangeError(`--viewer is a viewer of the recording; got ${id}. There is ${there || "nobody"}.`);
	}
	const within = ({ poseSec }: SurveyedViewer) => countWithin(poseSec, beginSec, endSec);
	const pictures = (viewer: SurveyedViewer) => countWithin(viewer.pictures.atSec, beginSec, endSec);
	const [best] = all.sort((a, b) => within(b) - within(a) || pictures(b) - pictures(a));
	if (best === undefined) throw new RangeError("The recording has no viewers, and so neither poses nor pictures.");
	return best;
}

function countWithin(times: readonly number[], beginSec: number, endSec: number): number {
	return times.reduce((count, sec) => (sec >= beginSec && sec <= endSec ? count + 1 : count), 0);
}

function beginWithPicture({ beginSec }: EpisodeSpan, { pictures: { atSec } }: SurveyedViewer): number {
	const [first] = atSec;
	if (first === undefined || first <= beginSec) return beginSec;
	return first;
}
