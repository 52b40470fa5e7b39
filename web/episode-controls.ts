import type { PanogazeConnection } from "../src/client/index.ts";
import { MAX_TASK_LENGTH } from "../src/media/message-bounds.ts";
import { element } from "./element.ts";
import { onPageKeys } from "./page-keys.ts";
import { words } from "./words.ts";

/** The part of the record panel about episodes, and the keys that do the same. */
export class EpisodeControls {
	readonly #recording: PanogazeConnection["recording"];
	readonly #part = element("#episodes");
	readonly #words = element("#episode-words");
	readonly #task = element<HTMLInputElement>("#episode-task");
	readonly #start = element("#episode-start");
	readonly #ends = element("#episode-ends");
	readonly #discard = element<HTMLButtonElement>("#episode-discard");

	constructor(connection: PanogazeConnection) {
		this.#recording = connection.recording;
		this.#task.maxLength = MAX_TASK_LENGTH;
		element("#episode-form").addEventListener("submit", (event) => {
			event.preventDefault();
			this.#begin();
		});
		element("#episode-success").addEventListener("click", () => this.#end(true));
		element("#episode-failure").addEventListener("click", () => this.#end(false));
		this.#discard.addEventListener("click", () => this.#recording.discardEpisode());
		onPageKeys({
			n: () => this.#isOffered && !this.#isRunning && this.#begin(),
			y: () => this.#isRunning && this.#end(true),
			x: () => this.#isRunning && this.#end(false),
			Backspace: () => this.#mayDiscard && this.#recording.discardEpisode(),
		});
		connection.on("recording", () => this.#show());
		this.#show();
	}

	get #isOffered(): boolean {
		const { state, mayRecord } = this.#recording.state ?? {};
		return mayRecord === true && (state === "recording" || state === "losing");
	}

	get #isRunning(): boolean {
		return this.#isOffered && this.#recording.state?.episode?.state === "running";
	}

	get #mayDiscard(): boolean {
		const { episode } = this.#recording.state ?? {};
		return this.#isOffered && episode !== undefined && episode.state !== "discarded";
	}

	#begin(): void {
		this.#recording.startEpisode({ task: this.#task.value.trim() || undefined });
	}

	#end(success: boolean): void {
		this.#recording.endEpisode({ success });
	}

	#show(): void {
		const running = this.#isRunning;
		this.#part.hidden = !this.#isOffered;
		element("#help-episodes").hidden = this.#part.hidden;
		this.#task.disabled = running;
		this.#start.hidden = running;
		this.#ends.hidden = !running;
		this.#discard.disabled = !this.#mayDiscard;
		this.#discard.textContent = running ? words.episodeDiscard : words.episodeDiscardLast;
		const text = this.#sentence();
		if (this.#words.textContent !== text) this.#words.textContent = text;
	}

	#sentence(): string {
		const { episode, episodes } = this.#recording.state ?? {};
		if (episode === undefined || episodes === undefined) return words.episodeNone;
		const number = String(episode.number);
		if (episode.state === "running") return words.episodeRunning(number, episode.task ?? "");
		const counts = words.episodeCounts(String(episodes.ended), String(episodes.successes));
		return episode.state === "discarded" ? `${words.episodeDiscarded(number)} ${counts}` : counts;
	}
}
