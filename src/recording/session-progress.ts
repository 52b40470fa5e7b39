import type { Vector3 } from "../skeleton/vector.ts";
import type { ViewerStats } from "../stream/viewer-events.ts";
import { MOST_TABS } from "./rerun/session-layout.ts";
import type { SessionRecord } from "./session-record.ts";
import { SourceSamples } from "./source-samples.ts";

/** Where a head is taken to be that has not been seen yet: metres, at a standing height. */
const DEFAULT_EYES: Vector3 = [0, 1.6, 0];

/** Viewers who have gone and may come again. */
const MOST_GONE = 1000;

/** What the rows of a viewer depend on that came before. */
export class ViewerProgress {
	/** The newest known position of the head, in the world. */
	eyes: Vector3 = DEFAULT_EYES;
	hasHead = false;
	/** Pictures that were sent. */
	frames = 0;
	/** Pictures that no pose has reported on a screen, by RTP time, the oldest first. */
	readonly unseen = new Map<number, { readonly drawStartSec: number; readonly frame: number }>();
	/** The statistics that were read last. */
	stats: { readonly stats: ViewerStats; readonly atSec: number } | undefined;
}

/** What the next part of a recording has to know of those before it. */
export class SessionProgress {
	/** The newest facts about the source. */
	source: Extract<SessionRecord, { readonly type: "source" }> | undefined;
	/** A stream may state its parameter sets once, in the first part. */
	readonly samples = new SourceSamples();
	/** Numbers whose topic was taken had another, and that was reported. */
	hasMovedNumbers = false;
	/** The viewers who joined last, in the order of joining: they have a tab. */
	readonly joined: string[] = [];
	readonly #viewers = new Map<string, ViewerProgress>();
	/** Pictures of viewers who have gone. */
	readonly #frames = new Map<string, number>();

	/** Takes note of a viewer who has come. */
	join(viewer: string): void {
		this.dropTab(viewer);
		this.joined.push(viewer);
		if (this.joined.length > MOST_TABS) this.joined.shift();
	}

	/** The next layout has no tab for a viewer. */
	dropTab(viewer: string): void {
		const at = this.joined.indexOf(viewer);
		if (at >= 0) this.joined.splice(at, 1);
	}

	/** Forgets a viewer but for the number of its pictures, which goes on if it comes again. */
	leave(viewer: string): void {
		const frames = this.#viewers.get(viewer)?.frames ?? 0;
		this.#viewers.delete(viewer);
		if (frames === 0) return;
		this.#frames.set(viewer, frames);
		const [oldest] = this.#frames.keys();
		if (this.#frames.size > MOST_GONE && oldest !== undefined) this.#frames.delete(oldest);
	}

	of(viewer: string): ViewerProgress {
		const known = this.#viewers.get(viewer);
		if (known !== undefined) return known;
		const progress = new ViewerProgress();
		progress.frames = this.#frames.get(viewer) ?? 0;
		this.#viewers.set(viewer, progress);
		return progress;
	}
}
