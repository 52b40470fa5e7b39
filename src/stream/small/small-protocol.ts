import type { PanoramaStoreHandle } from "../../media/panorama-store.ts";
import type { SourcePacketBatch } from "../../source/source-packets.ts";

/** Most small pictures a second. */
export const SMALL_RATE = 15;
/** Bits a second of small pictures at that rate; fewer pictures take less. */
export const SMALL_BPS = 1_000_000;
/** Decoding can begin after so many seconds again. */
export const SMALL_KEYFRAME_SEC = 2;

/** A wish for a small version of the newest picture, if it is newer than the one before. */
export interface SmallTask {
	/** The store; `undefined`: the one before. */
	readonly store: PanoramaStoreHandle | undefined;
}

/** Messages of the thread, for each wish `copied` and then another. */
export type FromSmallWorker =
	/** The store is read no more. */
	| { readonly type: "copied" }
	| { readonly type: "packets"; readonly batch: SourcePacketBatch }
	/** There was no newer picture. */
	| { readonly type: "none" }
	| { readonly type: "failed"; readonly message: string };
