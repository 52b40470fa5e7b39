import type { Vector3 } from "../../skeleton/vector.ts";
import type { SessionRecord } from "../session-record.ts";

/** A picture that was sent, as a recording gives it back. */
export type ReadFrame = Extract<SessionRecord, { readonly type: "frame" }> & {
	/** Its number among those of the viewer in the recording, from 0. */
	readonly number: number;
	/** Where the camera stood, metres: the newest known place of the viewer's head. */
	readonly position: Vector3;
};

/** Values of a viewer's statistics at one time: a recording keeps no others. */
export interface CurveRecord {
	readonly type: "curve";
	readonly viewer: string;
	readonly atSec: number;
	/** `latency` in milliseconds, or `network`. */
	readonly group: "latency" | "network";
	/** Name of the entity below the viewer's: `bit rate`, `delays`, `motion to photon`. */
	readonly name: string;
	readonly values: readonly number[];
}

/**
 * One thing that happened, read from a recording: a `SessionRecord` again. Times are seconds since
 * the recording's beginning. Statistics come back as curves.
 */
export type ReadRecord =
	| Exclude<SessionRecord, { readonly type: "frame" | "stats" | "gone" }>
	| ReadFrame
	| CurveRecord;
