import type {
	ConsentMessage,
	EpisodeWishMessage,
	RecordingAuthor,
	RecordingConsent,
	RecordingMessage,
	RecordWishMessage,
} from "../protocol/recording-messages.ts";

/** An episode of a recording: an attempt at a task. */
export interface ViewedEpisode {
	/** From 1 on, in one recording. */
	readonly number: number;
	/** The label of what is done; `undefined`: none. */
	readonly task: string | undefined;
	/** `unfinished`: the recording has ended before it. */
	readonly state: "running" | "ended" | "unfinished" | "discarded";
	/** `undefined`: it has not ended, or nobody has said. */
	readonly success: boolean | undefined;
}

/** The recording of the server's sessions, as its client knows it. */
export interface ViewedRecording {
	/** `losing`: it has gaps now. `failed`: it has ended against its will. */
	readonly state: "off" | "recording" | "losing" | "failed";
	/** The name that was given to it; `undefined`: none. */
	readonly name: string | undefined;
	/** Pictures or poses of this viewer are recorded. */
	readonly recorded: boolean;
	/**
	 * This viewer's answer to whether it may be recorded; `undefined`: it is not asked.
	 */
	readonly consent: RecordingConsent | undefined;
	/** The episode that was begun last; `undefined`: the recording has none. */
	readonly episode: ViewedEpisode | undefined;
	/** Episodes that have ended and are not discarded, and the successes among them. */
	readonly episodes: { readonly ended: number; readonly successes: number };
	/** Whether the server lets this viewer begin and end recordings. */
	readonly mayRecord: boolean;
	/** A live view takes this viewer as recordings do, also while nothing is recorded. */
	readonly live: boolean;
	/** Author of its beginning; `undefined`: it is off, or the server is an older one. */
	readonly begunBy: RecordingAuthor | undefined;
	/** Author of the last change; `undefined`: nobody, as when the disk is full. */
	readonly by: RecordingAuthor | undefined;
}

type RecordingWish = RecordWishMessage | ConsentMessage | EpisodeWishMessage;

const EPISODE_STATES: readonly ViewedEpisode["state"][] = ["running", "ended", "unfinished", "discarded"];
const NO_EPISODES = { ended: 0, successes: 0 } as const;
const STATES: readonly ViewedRecording["state"][] = ["off", "recording", "losing", "failed"];
const CONSENTS: readonly RecordingConsent[] = ["needed", "given", "refused"];
const AUTHORS: readonly RecordingAuthor[] = ["you", "viewer", "server"];

/** The recording of the server's sessions: its state, and its beginning and end. */
export class ConnectionRecording {
	readonly #send: (wish: RecordingWish) => boolean;
	readonly #serverOffsetMs: () => number;
	#state: ViewedRecording | undefined;
	/** On the server's clock. */
	#sinceMs: number | undefined;
	#receivedAtMs = 0;
	/** The person's answer, for this and for later sessions. */
	#answer: boolean | undefined;

	/**
	 * @param send sends a wish to the server. @returns whether the channel was open.
	 * @param serverOffsetMs server clock minus `performance.now()`; NaN: unknown.
	 * @internal
	 */
	constructor(send: (wish: RecordingWish) => boolean, serverOffsetMs: () => number) {
		this.#send = send;
		this.#serverOffsetMs = serverOffsetMs;
	}

	/** The newest statement; `undefined`: the server does not record, or is an older one. */
	get state(): ViewedRecording | undefined {
		return this.#state;
	}

	/** True while the person is to be asked: a recording or a live view would take it. */
	get asks(): boolean {
		const { state, consent, live } = this.#state ?? {};
		return consent === "needed" && (state === "recording" || state === "losing" || live === true);
	}

	/** Seconds since the recording began; NaN: there is none. */
	get elapsedSec(): number {
		if (this.#sinceMs === undefined) return Number.NaN;
		const offsetMs = this.#serverOffsetMs();
		const beganAtMs = Number.isNaN(offsetMs) ? this.#receivedAtMs : this.#sinceMs - offsetMs;
		return Math.max(0, performance.now() - beganAtMs) / 1000;
	}

	/**
	 * Begins a recording of all viewers. A refusal comes as `error` with the code `record`.
	 *
	 * @param options.name stands in the names of its files, up to 64 characters.
	 * @returns false: nothing was sent.
	 */
	start({ name }: { readonly name?: string | undefined } = {}): boolean {
		return this.#send({ type: "record", on: true, ...(name !== undefined && { name }) });
	}

	/** Ends the present recording. @returns false: nothing was sent. */
	stop(): boolean {
		return this.#send({ type: "record", on: false });
	}

	/**
	 * Begins an episode of the recording. A refusal comes as `error` with the code `record`.
	 *
	 * @param options.task label, up to 200 characters; absent: that of the episode before.
	 * @returns false: nothing was sent.
	 */
	startEpisode({ task }: { readonly task?: string | undefined } = {}): boolean {
		return this.#send({ type: "episode", action: "start", ...(task !== undefined && { task }) });
	}

	/** Ends the running episode. @returns false: nothing was sent. */
	endEpisode({ success }: { readonly success?: boolean | undefined } = {}): boolean {
		return this.#send({ type: "episode", action: "end", ...(success !== undefined && { success }) });
	}

	/** Discards the running episode, or else the newest. @returns false: nothing was sent. */
	discardEpisode(): boolean {
		return this.#send({ type: "episode", action: "discard" });
	}

	/**
	 * Answers whether this viewer may be recorded. Another answer is possible at any time.
	 * The answer holds over reconnects.
	 *
	 * @returns false: nothing was sent yet.
	 */
	consent(given: boolean): boolean {
		this.#answer = given;
		return this.#send({ type: "consent", given });
	}

	/** @returns the new state; `undefined`: one of a newer server's, unknown here. @internal */
	stated(message: RecordingMessage, receivedAtMs: number): ViewedRecording | undefined {
		const { sinceMs, name, recorded, mayRecord, live = false } = message;
		const state = STATES.find((known) => known === message.state);
		if (state === undefined) return undefined;
		const [by, begunBy] = [authorOf(message.by), authorOf(message.begunBy)];
		const consent = CONSENTS.find((answer) => answer === message.consent);
		const episode = viewedEpisode(message.episode);
		const episodes = message.episodes ?? NO_EPISODES;
		this.#state = { state, name, recorded, consent, episode, episodes, mayRecord, live, begunBy, by };
		// It may have been lost on the way, or the server is another one.
		if (this.#answer !== undefined && consent !== undefined && consent !== (this.#answer ? "given" : "refused"))
			this.consent(this.#answer);
		this.#sinceMs = sinceMs;
		this.#receivedAtMs = receivedAtMs;
		return this.#state;
	}

	/** Another session begins, perhaps with another server. @internal */
	restart(): void {
		this.#state = undefined;
		this.#sinceMs = undefined;
	}
}

function authorOf(word: string | undefined): RecordingAuthor | undefined {
	return AUTHORS.find((author) => author === word);
}

function viewedEpisode(episode: RecordingMessage["episode"]): ViewedEpisode | undefined {
	if (episode === undefined) return undefined;
	const { number, task, success } = episode;
	const state = EPISODE_STATES.find((known) => known === episode.state);
	return state && { number, task, state, success };
}
