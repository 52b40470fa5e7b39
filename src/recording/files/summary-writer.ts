import { rename, stat, writeFile } from "node:fs/promises";
import { basename } from "node:path";
import type { Viewer } from "../../stream/viewer.ts";
import type { Episode } from "../episode.ts";
import type { SessionRecording } from "../session-recording.ts";
import {
	MOST_LISTED,
	type SessionSummary,
	SUMMARY_INTERVAL_MS,
	SUMMARY_VERSION,
	type SummarizedViewer,
} from "../session-summary.ts";
import { type RecordedServer, shownId } from "../tap/session-tap.ts";
import { thisProcess } from "./recorder-process.ts";

/** Parts of a recording that its summary is made of. */
export interface SummaryOptions {
	readonly recording: SessionRecording;
	readonly begin: Date;
	/** The viewers that are recorded. */
	readonly server: RecordedServer;
	/** Returns the recording's episodes. */
	readonly episodes: () => readonly Episode[];
	/** Receives a sentence when it can't be written, once. */
	readonly onNotice: (message: string) => void;
}

/** Writes the summary of a recording beside its files, from its beginning to its end. */
export class SummaryWriter {
	readonly #options: SummaryOptions;
	readonly #viewers: SummarizedViewer[] = [];
	readonly #ids = new Set<string>();
	readonly #process = thisProcess();
	readonly #removers: readonly (() => void)[];
	readonly #timer: NodeJS.Timeout;
	#writing: Promise<void> = Promise.resolve();
	#isWriting = false;
	#hasFailed = false;

	constructor(options: SummaryOptions) {
		const { server } = options;
		this.#options = options;
		for (const viewer of server.viewers) this.#joined(viewer);
		this.#removers = [
			server.on("join", (viewer) => this.#joined(viewer)),
			server.on("leave", (viewer) => this.#left(viewer)),
		];
		this.#timer = setInterval(() => this.#write(undefined), SUMMARY_INTERVAL_MS);
		this.#timer.unref();
		this.#write(undefined);
	}

	/**
	 * The files of the recording are finished. Resolves when the last summary is written.
	 * @param end time of the recording's end.
	 */
	async close(end: Date): Promise<void> {
		clearInterval(this.#timer);
		for (const remove of this.#removers) remove();
		await this.#writing;
		this.#write(end);
		await this.#writing;
	}

	#joined(viewer: Viewer): void {
		const id = shownId(viewer);
		// One who withdraws a consent and gives it again is the same viewer.
		this.#ids.add(id);
		this.#viewers.push({ id, begin: new Date().toISOString() });
		if (this.#viewers.length > MOST_LISTED) this.#viewers.shift();
	}

	#left(viewer: Viewer): void {
		const id = shownId(viewer);
		const at = this.#viewers.findLastIndex((known) => known.id === id && known.end === undefined);
		const known = this.#viewers[at];
		if (known !== undefined) this.#viewers[at] = { ...known, end: new Date().toISOString() };
	}

	/** A disk that hangs is asked once. */
	#write(end: Date | undefined): void {
		if (this.#isWriting) return;
		this.#isWriting = true;
		this.#writing = this.#replace(end).finally(() => {
			this.#isWriting = false;
		});
	}

	async #replace(end: Date | undefined): Promise<void> {
		const { stem, files } = this.#options.recording;
		const path = `${stem}.json`;
		try {
			const listed: SessionSummary["files"][number][] = [];
			// One after the other: a disk that hangs holds a thread for each call.
			for (const { path: of, isFinished, bytes } of files)
				listed.push({ name: basename(of), bytes: isFinished ? bytes : await bytesIn(of) });
			const text = JSON.stringify(this.#summary(end, listed), undefined, "\t");
			await writeFile(`${path}.tmp`, `${text}\n`);
			await rename(`${path}.tmp`, path);
		} catch (error) {
			if (this.#hasFailed) return;
			this.#hasFailed = true;
			this.#options.onNotice(`The summary can't be written: ${(error as Error).message}`);
		}
	}

	#summary(end: Date | undefined, files: SessionSummary["files"]): SessionSummary {
		const { recording, begin, episodes } = this.#options;
		const state = recording.state.name;
		return {
			version: SUMMARY_VERSION,
			...(recording.name !== undefined && { name: recording.name }),
			begin: begin.toISOString(),
			...(end !== undefined && { end: end.toISOString() }),
			updated: new Date().toISOString(),
			state: state === "failed" || state === "closed" ? state : "recording",
			process: this.#process,
			viewerCount: this.#ids.size,
			viewers: this.#viewers,
			episodes: episodes()
				.slice(-MOST_LISTED)
				.map(({ number, task, state: episodeState, success, beganAt, endedAt }) => ({
					number,
					...(task !== undefined && { task }),
					state: episodeState,
					...(success !== undefined && { success }),
					begin: beganAt.toISOString(),
					...(endedAt !== undefined && { end: endedAt.toISOString() }),
				})),
			files,
		};
	}
}

/** @returns 0 for a file that is not there yet. */
async function bytesIn(path: string): Promise<number> {
	return (await stat(path).catch(() => undefined))?.size ?? 0;
}
