import { monotonicSec } from "../media/clock.ts";
import type { EpisodeWish, RecordingAuthor } from "../protocol/recording-messages.ts";
import type { SessionRecord } from "../recording/session-record.ts";
import { EpisodeButtonReader, type EpisodeButtons } from "../recording/tap/episode-buttons.ts";
import { type RecordedServer, shownId } from "../recording/tap/session-tap.ts";
import type { Viewer } from "../stream/viewer.ts";
import type { RecorderNews } from "../stream/viewer-recording.ts";

/** Author of a change: a viewer, or the program; `undefined`: nobody. */
export type RecorderAuthor = Viewer | "server" | undefined;

/** The parts of a recorder that its viewers reach. */
export interface RecorderViewersOptions {
	readonly server: RecordedServer;
	readonly asksConsent: boolean;
	readonly buttons: EpisodeButtons;
	/** Returns the present state. */
	readonly news: () => Omit<RecorderNews, "by" | "begunBy" | "asksConsent">;
	/** Returns the authors of the newest change and of the recording's beginning. */
	readonly authors: () => { readonly by: RecorderAuthor; readonly begunBy: RecorderAuthor };
	/** Returns whether an episode is running. */
	readonly episodeRunning: () => boolean;
	/** Begins or ends a recording. */
	readonly record: (on: boolean, name: string | undefined, by: Viewer) => Promise<void>;
	/** Begins, ends or discards an episode. @throws {Error} if it can't. */
	readonly episode: (wish: EpisodeWish, by: Viewer) => void;
	/** Puts a record into the present recording. */
	readonly put: (record: SessionRecord) => void;
}

/** The viewers of a server as its recorder sees them: it tells them its state, and obeys them. */
export class RecorderViewers {
	readonly #options: RecorderViewersOptions;
	/** Times at which viewers have let themselves be recorded. */
	readonly #consents = new WeakMap<Viewer, Date>();

	constructor(options: RecorderViewersOptions) {
		this.#options = options;
		options.server.on("join", (viewer) => this.#joined(viewer));
	}

	/** Tells all viewers the present state. */
	tellAll(): void {
		for (const viewer of this.#options.server.viewers) this.#tell(viewer);
	}

	/** A recording of somebody says since when it may. */
	noteConsents(viewers: readonly Viewer[]): void {
		if (this.#options.asksConsent) for (const viewer of viewers) this.#noteConsent(viewer);
	}

	#joined(viewer: Viewer): void {
		this.#tell(viewer);
		viewer.on("record", ({ on, name }) => void this.#options.record(on, name, viewer));
		viewer.on("episode", (wish) => this.#episode(wish, viewer));
		viewer.on("recordingConsent", (consent) => this.#consented(viewer, consent === "given"));
		const buttons = new EpisodeButtonReader(this.#options.buttons);
		if (!viewer.access.has("record") || Object.keys(this.#options.buttons).length === 0) return;
		viewer.on("controller", (sample) => {
			const gesture = buttons.read(sample, this.#options.episodeRunning());
			if (gesture === undefined) return;
			const isEnd = gesture === "success" || gesture === "failure";
			this.#episode(isEnd ? { action: "end", success: gesture === "success" } : { action: gesture }, viewer);
		});
	}

	#consented(viewer: Viewer, given: boolean): void {
		if (!given) return;
		this.#consents.set(viewer, new Date());
		if (this.#options.asksConsent) this.#noteConsent(viewer);
	}

	#noteConsent(viewer: Viewer): void {
		const words = `lets itself be recorded since ${this.#consents.get(viewer)?.toISOString()}`;
		this.#options.put({ type: "text", viewer: shownId(viewer), atSec: monotonicSec(), words, level: "INFO" });
	}

	#episode(wish: EpisodeWish, viewer: Viewer): void {
		try {
			this.#options.episode(wish, viewer);
		} catch (error) {
			viewer.reportTrouble("record", (error as Error).message);
		}
	}

	#tell(viewer: Viewer): void {
		const { asksConsent, news, authors } = this.#options;
		const { by, begunBy } = authors();
		const words = { by: authorFor(viewer, by), begunBy: authorFor(viewer, begunBy) };
		viewer.showRecorder({ ...news(), ...words, asksConsent });
	}
}

/** Author of a change, as a viewer learns of it: ids are secrets. */
function authorFor(viewer: Viewer, by: RecorderAuthor): RecordingAuthor | undefined {
	if (by === undefined || by === "server") return by;
	return by === viewer ? "you" : "viewer";
}
