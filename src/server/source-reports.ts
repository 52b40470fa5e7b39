import type { EventListeners } from "../media/events.ts";
import { IDENTITY } from "../media/rotation.ts";
import type { PlaybackAuthor } from "../protocol/playback-message.ts";
import type { SoundDesk } from "../sound/sound-desk.ts";
import type { SourceError, SourceInfo } from "../source/video-source.ts";
import type { SourceRunner } from "../stream/source-runner.ts";
import { PUBLIC_REASONS } from "../stream/source-state.ts";
import type { Viewer } from "../stream/viewer.ts";
import type { Logger } from "./logger.ts";
import { SERVER_AUTHOR } from "./served-playback.ts";
import type { ServedViewers } from "./served-viewers.ts";
import type { ServerEvents } from "./server-events.ts";
import { logCapture, wordsForSource } from "./source-words.ts";
import { reportTimeShift } from "./time-shift.ts";
import type { CompleteTimeShift } from "./time-shift-options.ts";

/** The parts of a server that learn of its source. All are borrowed. */
export interface SourceReportsOptions {
	readonly runner: SourceRunner;
	readonly viewers: ServedViewers;
	readonly sound: SoundDesk;
	/** The past that the server keeps; `undefined`: none. */
	readonly timeShift: CompleteTimeShift | undefined;
	readonly events: EventListeners<ServerEvents>;
	readonly log: Logger;
}

/** Reports what happens to a server's source: to the log, to its viewers and to the program. */
export class SourceReports {
	readonly #options: SourceReportsOptions;
	#trouble: SourceError | undefined;

	constructor(options: SourceReportsOptions) {
		this.#options = options;
		this.#begin();
	}

	/** The source's failure while it lasts, for viewers who join meanwhile. */
	get trouble(): SourceError | undefined {
		return this.#trouble;
	}

	#begin(): void {
		const { runner, viewers, sound, timeShift, events, log } = this.#options;
		const { name } = runner.source;
		sound.events.on("failed", (message) => log.error(`There is no sound: ${message}`));
		sound.events.on("voiceFailed", (message) => log.error(`A viewer's voice can't be relayed: ${message}`));
		runner.events.on("notice", (message) => log.warn(message));
		runner.events.on("capture", (statement) => {
			logCapture(log, name, statement);
			events.emit("sourceCapture", statement);
		});
		runner.events.on("started", (info) => {
			this.#trouble = undefined;
			log.info(wordsForSource(name, info));
			this.#hear(info);
			if (timeShift !== undefined) reportTimeShift(name, info, timeShift, log);
			events.emit("sourceStarted", info);
		});
		runner.events.on("state", (state) => {
			if (state.name === "stalled") log.warn("The source has gone silent: its next picture is late.");
			for (const viewer of viewers.all) viewer.sendSourceState();
			events.emit("sourceState", state);
		});
		runner.events.on("playback", (state, by) => {
			for (const viewer of viewers.all) viewer.sendPlayback(authorFor(viewer, by));
			events.emit("playback", state, by === undefined ? undefined : viewers.get(by));
		});
		runner.events.on("stopped", () => events.emit("sourceStopped"));
		runner.events.on("ended", () => {
			log.info("The source is at its end.");
			events.emit("sourceEnded");
		});
		runner.events.on("error", (error) => {
			if (error.message !== this.#trouble?.message) log.error(error.message);
			this.#trouble = error;
			for (const viewer of viewers.all) viewer.reportTrouble("source", PUBLIC_REASONS[error.code]);
			events.emit("sourceError", error);
		});
	}

	/** Mixes the sound of the source as it was opened now. */
	#hear({ sound: ring, format, live }: SourceInfo): void {
		const { sound, viewers } = this.#options;
		sound.source = ring && { ring, worldFromSource: format.worldFromPanorama ?? IDENTITY, live };
		for (const viewer of viewers.all) viewer.sendSound();
	}
}

/** Author of a change, as a viewer learns of it: ids are secrets. */
function authorFor({ id }: Viewer, by: string | undefined): PlaybackAuthor | undefined {
	if (by === undefined || by === SERVER_AUTHOR) return by;
	return by === id ? "you" : "viewer";
}
