import type { PlaybackState } from "../media/playback.ts";
import type { SourcePacketBatch } from "../source/source-packets.ts";
import type { CaptureStatement, SourceInfo } from "../source/video-source.ts";
import { SmallVideo } from "../stream/small/small-video.ts";
import type { SourceRunner } from "../stream/source-runner.ts";
import type { SourceState } from "../stream/source-state.ts";

/** The source of a server, as programs see it: `server.source`. */
export class ServedSource {
	readonly #runner: SourceRunner;

	/** @internal */
	constructor(runner: SourceRunner) {
		this.#runner = runner;
	}

	/** Without folders and passwords. */
	get name(): string {
		return this.#runner.source.name;
	}

	/** Properties of the source when it was last opened; `undefined` before. */
	get info(): SourceInfo | undefined {
		return this.#runner.info;
	}

	/** Present state of the source; the server's event `sourceState` reports each change. */
	get state(): SourceState {
		return this.#runner.state;
	}

	/** The play as it was stated last, as of `server.playback`. */
	get playback(): PlaybackState {
		return this.#runner.playback;
	}

	/**
	 * Time at which its newest picture was noticed, to a tenth of a second, on the server's
	 * monotonic clock; NaN before the first.
	 */
	get lastPictureSec(): number {
		return this.#runner.lastPictureSec;
	}

	/** Its newest statement of capture times; `undefined`: it makes none. */
	get capture(): CaptureStatement | undefined {
		return this.#runner.source.stats().capture;
	}

	/**
	 * True if viewers would see its pictures: they come, or it need not run because
	 * it has no viewers. `GET /readyz` answers by it.
	 */
	get ready(): boolean {
		return !this.#runner.needed || this.state.name === "live";
	}

	/**
	 * Keeps the newest coded pictures, from a key frame on, for a later `onPackets`.
	 * @internal
	 */
	keepPacketGroup(): void {
		this.#runner.keepPacketGroup();
	}

	/**
	 * Passes on the coded pictures of the input, from the kept ones or the next key frame on.
	 * @returns a function that ends it; `undefined`: the source has none.
	 * @internal
	 */
	onPackets(listener: (batch: SourcePacketBatch) => void): (() => void) | undefined {
		const release = this.#runner.wantPackets();
		if (release === undefined) return undefined;
		const remove = this.#runner.events.on("packets", listener);
		return () => {
			remove();
			release();
		};
	}

	/**
	 * Passes on a small version of the source's pictures, whatever they come from.
	 * @param onFailure called once, with a sentence, if no more of it comes.
	 * @returns a function that ends it.
	 * @internal
	 */
	onSmallPackets(listener: (batch: SourcePacketBatch) => void, onFailure: (message: string) => void): () => void {
		const small = new SmallVideo((use) => this.#runner.lendStore(use), listener, onFailure);
		return () => void small.close();
	}

	/**
	 * Plays a source that has ended from its beginning, for all viewers.
	 * @returns false if it had not ended: nothing happens then.
	 */
	playAgain(): boolean {
		return this.#runner.playAgain();
	}
}
