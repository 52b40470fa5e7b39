import { completeOptions } from "../media/option-table.ts";
import { PLAYBACK_CHANGE, type PlaybackChange, type PlaybackState } from "../media/playback.ts";
import type { ViewerPast } from "./viewer-past.ts";

/**
 * The play of one viewer: its own where the server keeps the past of its live source, else that of
 * all viewers, which `server.playback` changes.
 */
export class ViewerPlayback {
	readonly #past: ViewerPast;

	/** @internal */
	constructor(past: ViewerPast) {
		this.#past = past;
	}

	/** The play as of now. */
	get state(): PlaybackState {
		return this.#past.playback;
	}

	/** Place of what the viewer is shown, seconds; NaN: unknown. */
	get positionSec(): number {
		return this.state.positionSec;
	}

	/** Shows the viewer the present. Without effect if it is shown it already. */
	goLive(): void {
		this.#past.goLive("server");
	}

	/** Shows the viewer the past from a place on. @throws as `change` does. */
	seek(positionSec: number): void {
		this.change({ positionSec });
	}

	/**
	 * Shows the viewer the past, as a wish of its client does.
	 * @throws {RangeError | TypeError} for an impossible value.
	 * @throws {Error} with the reason if the viewer can't be shown the past.
	 */
	change(change: PlaybackChange): void {
		const wish = completeOptions(PLAYBACK_CHANGE, change, "viewer.playback.change()");
		const refusal = this.#past.offered ? this.#past.obey(wish, "server") : "No past is kept for this viewer.";
		if (refusal !== undefined) throw new Error(refusal);
	}
}
