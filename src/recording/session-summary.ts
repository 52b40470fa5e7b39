import type { EpisodeState } from "./episode.ts";
import { EPISODE_STATES } from "./episode.ts";
import { parseProcess, type RecorderProcess } from "./files/recorder-process.ts";

/** Version of the summary's form. */
export const SUMMARY_VERSION = 1;
/** Most viewers and episodes that a summary lists, the newest. */
export const MOST_LISTED = 1000;
/** A summary is written at least this often while its recording goes on. */
export const SUMMARY_INTERVAL_MS = 5000;

/** A viewer in a summary. */
export interface SummarizedViewer {
	/** The part of its id that may be shown. */
	readonly id: string;
	/** ISO 8601, as all times here. */
	readonly begin: string;
	/** Absent: it was there at the end. */
	readonly end?: string | undefined;
}

/** An episode in a summary. */
export interface SummarizedEpisode {
	readonly number: number;
	readonly task?: string | undefined;
	readonly state: EpisodeState;
	readonly success?: boolean | undefined;
	readonly begin: string;
	/** Absent: it was running when the summary was written. */
	readonly end?: string | undefined;
}

/** The content of `STEM.json`, the summary beside the files of a recording. */
export interface SessionSummary {
	readonly version: typeof SUMMARY_VERSION;
	readonly name?: string | undefined;
	readonly begin: string;
	/** Absent: the recording goes on, or its process was killed. */
	readonly end?: string | undefined;
	/** The time of this summary. */
	readonly updated: string;
	readonly state: "recording" | "closed" | "failed";
	/** The process that writes the recording; absent in those of earlier versions. */
	readonly process?: RecorderProcess | undefined;
	/** Number of viewers, and the newest of them. */
	readonly viewerCount: number;
	readonly viewers: readonly SummarizedViewer[];
	readonly episodes: readonly SummarizedEpisode[];
	/** Names without folders, and sizes at the time of this summary. */
	readonly files: readonly { readonly name: string; readonly bytes: number }[];
}

/** Reads a summary. @returns `undefined` for anything else, or one of another version. */
export function parseSummary(text: string): SessionSummary | undefined {
	let value: unknown;
	try {
		value = JSON.parse(text);
	} catch {
		return undefined;
	}
	if (typeof value !== "object" || value === null) return undefined;
	const summary = value as Partial<SessionSummary>;
	const { version, name, begin, end, updated, state, viewerCount, viewers, episodes, files } = summary;
	const isWhole =
		version === SUMMARY_VERSION &&
		[begin, updated, end ?? begin].every(isTime) &&
		(name === undefined || typeof name === "string") &&
		(state === "recording" || state === "closed" || state === "failed") &&
		typeof viewerCount === "number" &&
		[viewers, episodes, files].every((list) => Array.isArray(list)) &&
		(episodes as readonly Partial<SummarizedEpisode>[]).every(isEpisode);
	return isWhole ? { ...(value as SessionSummary), process: parseProcess(summary.process) } : undefined;
}

/** Counts the episodes that have ended and are not discarded, and the successes among them. */
export function countEpisodes(
	episodes: readonly { readonly state: EpisodeState; readonly success?: boolean | undefined }[],
): {
	readonly ended: number;
	readonly successes: number;
} {
	const ended = episodes.filter(({ state }) => state === "ended");
	return { ended: ended.length, successes: ended.filter(({ success }) => success === true).length };
}

function isTime(text: unknown): boolean {
	return typeof text === "string" && !Number.isNaN(Date.parse(text));
}

function isEpisode(episode: Partial<SummarizedEpisode> | null): boolean {
	return typeof episode === "object" && episode !== null && EPISODE_STATES.some((state) => state === episode.state);
}
