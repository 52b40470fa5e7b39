import type { PacketRing } from "../media/packet-ring.ts";
import type { TimeShift } from "../media/playback.ts";
import type { Access, AccessWord } from "../session/access.ts";
import { createKeptSource, type KeptSourceOptions } from "../source/kept-source.ts";
import type { SourceInfo } from "../source/video-source.ts";
import { PastPlay, type PastPoolOptions } from "./past-play.ts";

/** Bounds of the watching of the past. */
export interface PastBounds {
	/** Most viewers who watch the past at the same time. */
	readonly maxViewers: number;
	/** Right that a viewer needs for it. */
	readonly access: AccessWord;
}

/** Options of a `PastDesk`. */
export interface PastDeskOptions extends PastBounds {
	readonly ring: PacketRing;
	/** The live source: its name, and its description since it was opened. */
	readonly live: { readonly name: string; readonly info: SourceInfo | undefined };
	/** Memory and size of views, as for the pool of the live source. */
	readonly pool: PastPoolOptions;
}

/** Plays that may be ending, beside as many as may be watched: each still has its threads. */
const MOST_ENDINGS = 4;

/** Lets viewers watch the kept past of a live source, each at a place of its own. */
export class PastDesk {
	readonly ring: PacketRing;
	readonly #options: PastDeskOptions;
	readonly #plays = new Set<PastPlay>();
	/** The ends of plays that are over. */
	readonly #endings = new Set<Promise<void>>();
	#closed = false;

	constructor(options: PastDeskOptions) {
		this.#options = options;
		this.ring = options.ring;
	}

	/** The past that is kept; `undefined` unless the source is live and something is kept. */
	get window(): TimeShift | undefined {
		return this.#options.live.info?.live === true && this.ring.note !== "" ? this.ring.window : undefined;
	}

	/** True if a viewer with these rights may watch the past. */
	allows(access: Access): boolean {
		return access.has(this.#options.access);
	}

	/**
	 * Begins to play the past, with threads of its own.
	 * @returns the play, which the caller ends; or the reason why not, in a sentence.
	 */
	begin(playback: KeptSourceOptions["playback"]): PastPlay | string {
		const { ring, live, pool, maxViewers } = this.#options;
		const { info } = live;
		if (this.#closed || info === undefined || this.window === undefined) return "Nothing of the past is kept yet.";
		if (this.#plays.size >= maxViewers) {
			const others = maxViewers === 1 ? "Another viewer watches" : `${maxViewers} other viewers watch`;
			return `${others} the past already; the server carries no more. You stay live.`;
		}
		if (this.#endings.size >= maxViewers + MOST_ENDINGS)
			return "The server is still ending what others watched of the past. You stay live; try again in a moment.";
		const source = createKeptSource({ past: ring.handle, name: live.name, info, playback });
		const play = new PastPlay(source, pool, ring.note, (ending) => {
			this.#plays.delete(play);
			this.#endings.add(ending);
			void ending.finally(() => this.#endings.delete(ending));
		});
		this.#plays.add(play);
		return play;
	}

	/** Ends all plays. */
	async close(): Promise<void> {
		this.#closed = true;
		for (const play of [...this.#plays]) play.end();
		await Promise.allSettled([...this.#endings]);
	}
}
