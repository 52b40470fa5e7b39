import { join } from "node:path";
import { Command } from "commander";
import type { RecordedEpisode } from "../recording/episode.ts";
import { describeStored, markKept, type StoredSession, storedSessions } from "../recording/files/recording-folder.ts";
import { countEpisodes } from "../recording/session-summary.ts";
import { bytesAsText, durationAsText } from "./size-words.ts";

interface SessionsFlags {
	readonly json: boolean;
	readonly mark?: string;
	readonly unmark?: string;
}

/** The facts about a recording that the command lists. */
interface ListedSession {
	readonly stem: string;
	readonly state: StoredSession["state"];
	readonly durationSec?: number;
	readonly viewers?: number;
	readonly episodes?: { readonly ended: number; readonly successes: number };
	readonly bytes: number;
	readonly files: readonly unknown[];
	readonly kept: boolean;
}

/** `panogaze sessions DIR`: the recordings of a folder. */
export function sessionsCommand(): Command {
	return new Command("sessions")
		.description("List the recordings of sessions in a folder: duration, viewers, episodes, size.")
		.argument("<folder>", "folder of `serve --record`")
		.option("--json", "as JSON", false)
		.option("--mark <stem>", "mark a recording, so that --keep never removes it")
		.option("--unmark <stem>", "take the mark away")
		.action(runSessions);
}

async function runSessions(folder: string, { json, mark, unmark }: SessionsFlags): Promise<void> {
	if (mark !== undefined) await markKept(folder, mark);
	if (unmark !== undefined) await markKept(folder, unmark, false);
	const sessions: ListedSession[] = [];
	for (const session of await storedSessions(folder)) sessions.push(await listed(folder, session));
	console.log(json ? JSON.stringify(sessions, undefined, "\t") : tableOf(sessions));
}

/** A recording without a summary is read for what it holds. */
async function listed(folder: string, session: StoredSession): Promise<ListedSession> {
	const known = describeStored(session) as ListedSession;
	const fileOf = (ending: string) => session.files.find(({ name }) => name === `${session.stem}.${ending}`);
	const file = fileOf("rrd") ?? fileOf("mcap");
	if (session.summary !== undefined || file === undefined || file.bytes === 0) return known;
	const { openRecording } = await import("../recording/read/recording-reader.ts");
	try {
		await using reader = await openRecording(join(folder, file.name), { onDamage: console.error });
		const episodes = new Map<number, RecordedEpisode>();
		for await (const record of reader.records({ types: ["episode"] }))
			if (record.type === "episode") episodes.set(record.episode.number, record.episode);
		const { viewers, durationSec } = reader.summary;
		return { ...known, durationSec, viewers: viewers.length, episodes: countEpisodes([...episodes.values()]) };
	} catch {
		// What can't be read is listed by its size.
		return known;
	}
}

/** The list as a table with a heading; a sentence if there is none. */
export function tableOf(sessions: readonly ListedSession[]): string {
	if (sessions.length === 0) return "There is no recording.";
	const rows = sessions.map(({ stem, state, durationSec, viewers, episodes, bytes, files, kept }) => [
		stem,
		durationSec === undefined ? "–" : durationAsText(durationSec),
		String(viewers ?? "–"),
		episodes === undefined ? "–" : `${episodes.ended} (${episodes.successes})`,
		bytesAsText(bytes),
		String(files.length),
		[state === "closed" ? "" : state, kept ? "kept" : ""].filter((word) => word !== "").join(", "),
	]);
	const heading = ["RECORDING", "DURATION", "VIEWERS", "EPISODES (SUCCESSES)", "SIZE", "FILES", ""];
	const widths = heading.map((_, column) => Math.max(...[heading, ...rows].map((row) => row[column]?.length ?? 0)));
	return [heading, ...rows]
		.map((row) =>
			row
				.map((cell, column) =>
					column === 0 || column === 6 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!),
				)
				.join("  ")
				.trimEnd(),
		)
		.join("\n");
}
