import { monotonicSec } from "../media/clock.ts";
import type { RecordingAuthor, RecordingConsent, RecordingMessage } from "../protocol/recording-messages.ts";

/** An episode of a recording, as viewers learn of it. */
interface RecordingEpisode {
	readonly number: number;
	readonly task: string | undefined;
	readonly state: string;
	readonly success: boolean | undefined;
	/** Seconds on the server's monotonic clock. */
	readonly beganSec: number;
}

/** The state of a server's recorder, as one viewer learns of it. */
export interface RecorderNews {
	readonly state: "off" | "recording" | "losing" | "failed";
	/** Its beginning, seconds on the server's monotonic clock; `undefined`: it is off. */
	readonly sinceSec: number | undefined;
	readonly name: string | undefined;
	/** Author of the last change; `undefined`: nobody. */
	readonly by: RecordingAuthor | undefined;
	/** Author of its beginning; `undefined`: it is off. */
	readonly begunBy: RecordingAuthor | undefined;
	/** There is a live view, too, which takes viewers as recordings do. */
	readonly live: boolean;
	/** The episode that was begun last; `undefined`: the recording has none. */
	readonly episode: RecordingEpisode | undefined;
	/** Episodes that have ended and are not discarded, and the successes among them. */
	readonly episodes: { readonly ended: number; readonly successes: number };
	/** Viewers are asked before they are recorded. */
	readonly asksConsent: boolean;
}

/**
 * The recordings of one viewer: those that take its pictures and poses now, and the state of the
 * server's recorder.
 */
export class ViewerRecording {
	readonly #mayRecord: boolean;
	readonly #onChange: () => void;
	/** One for each recording that takes this viewer. */
	readonly #takers = new Set<object>();
	#sinceSec: number | undefined;
	#news: RecorderNews | undefined;
	#wasRecorded = false;
	#consent: RecordingConsent = "needed";
	#isDue = false;

	/** @param onChange called once after each turn in which `message` has changed. */
	constructor(mayRecord: boolean, onChange: () => void) {
		this.#mayRecord = mayRecord;
		this.#onChange = onChange;
	}

	/** True while a recording takes this viewer. */
	get recorded(): boolean {
		return this.#takers.size > 0;
	}

	/** The newest state of the server's recorder; `undefined`: it has none. */
	get news(): RecorderNews | undefined {
		return this.#news;
	}

	set news(news: RecorderNews) {
		this.#news = news;
		this.#change();
	}

	/** The viewer's answer to the question whether it may be recorded. */
	get consent(): RecordingConsent {
		return this.#consent;
	}

	set consent(consent: RecordingConsent) {
		this.#consent = consent;
		this.#change();
	}

	/** The words for the client; `undefined`: there is nothing to say. */
	get message(): RecordingMessage | undefined {
		if (this.#news === undefined && !this.#wasRecorded) return undefined;
		const { recorded } = this;
		// A recording of the application's own may take the viewer while the server's is off.
		const isOwn = recorded && (this.#news === undefined || this.#news.state === "off");
		const { state, sinceSec, name, by, begunBy } = isOwn || this.#news === undefined ? this.#ownNews() : this.#news;
		return {
			type: "recording",
			state,
			...(sinceSec !== undefined && { sinceMs: sinceSec * 1000 }),
			...(name !== undefined && { name }),
			recorded,
			...(this.#news?.asksConsent && { consent: this.#consent }),
			mayRecord: this.#mayRecord && this.#news !== undefined,
			...(this.#news?.live && { live: true }),
			...(begunBy !== undefined && { begunBy }),
			...(by !== undefined && { by }),
			...(!isOwn && this.#news?.episode && episodeWords(this.#news.episode, this.#news.episodes)),
		};
	}

	/** A recording takes this viewer from now on. @returns a function that ends it. */
	begin(): () => void {
		const taker = {};
		this.#sinceSec ??= monotonicSec();
		this.#takers.add(taker);
		this.#wasRecorded = true;
		this.#change();
		return () => {
			this.#takers.delete(taker);
			if (!this.recorded) this.#sinceSec = undefined;
			this.#change();
		};
	}

	#ownNews(): Pick<RecorderNews, "state" | "sinceSec"> & Partial<Pick<RecorderNews, "name" | "by" | "begunBy">> {
		return { state: this.recorded ? "recording" : "off", sinceSec: this.#sinceSec };
	}

	#change(): void {
		if (this.#isDue) return;
		this.#isDue = true;
		queueMicrotask(() => {
			this.#isDue = false;
			this.#onChange();
		});
	}
}

function episodeWords(
	{ number, task, state, success, beganSec }: RecordingEpisode,
	episodes: RecorderNews["episodes"],
): Pick<RecordingMessage, "episode" | "episodes"> {
	return {
		episode: {
			number,
			...(task !== undefined && { task }),
			state,
			...(success !== undefined && { success }),
			...(state === "running" && { sinceMs: beganSec * 1000 }),
		},
		episodes,
	};
}
