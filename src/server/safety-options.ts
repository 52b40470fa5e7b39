import { callback, numberWithin, type OptionTable, oneOf, optional, withDefault } from "../media/option-table.ts";
import { ENGAGE_RULES, type EngageRule, type Hold, type HoldBounds } from "../stream/safety/control-hold.ts";
import { wordsForHold } from "../stream/safety/hold-words.ts";
import type { Viewer } from "../stream/viewer.ts";
import type { Logger } from "./logger.ts";

/** A hold of one viewer's control, for the functions that `serve()` calls. */
export interface HoldContext<State> {
	readonly viewer: Viewer;
	/** The object that the `state` function made for this viewer. */
	readonly state: State;
	/** The hold that begins, or has ended. */
	readonly hold: Hold;
}

/**
 * Bounds past which a viewer's control is put on hold, each from 20 to 60,000 milliseconds. Any of
 * them, or `engage: "hold"`, turns it on; control then begins on hold, and is also on hold while
 * the source sends no pictures or the picture on the screen is frozen.
 */
export interface SafetyOptions<State> {
	/** Most age of the world in the picture on the operator's screen. @default no bound */
	readonly maxPictureAgeMs?: number | undefined;
	/** Most age of the newest pose, from its reading at the client. @default no bound */
	readonly maxPoseAgeMs?: number | undefined;
	/** Longest time without any message of the client. @default no bound */
	readonly maxSilenceMs?: number | undefined;
	/**
	 * `hold`: the operator has control only while holding a button or a grip, pressed after the
	 * hold began.
	 * @default "none"
	 */
	readonly engage?: EngageRule | undefined;
	/** Called at once when a hold begins: the place to stop a robot. */
	readonly onHold?: ((context: HoldContext<State>) => void) | undefined;
	/** Called when a hold has ended, also the one with which control begins. */
	readonly onRelease?: ((context: HoldContext<State>) => void) | undefined;
}

const SAFETY_BOUND = optional(numberWithin(20, 60_000));
/** The options of `safety`, each with its check and its default. */
export const SAFETY_OPTIONS = {
	maxPictureAgeMs: SAFETY_BOUND,
	maxPoseAgeMs: SAFETY_BOUND,
	maxSilenceMs: SAFETY_BOUND,
	engage: withDefault(oneOf(ENGAGE_RULES), "none"),
	onHold: optional(callback<(context: HoldContext<unknown>) => void>(" that stops what the viewer controls")),
	onRelease: optional(callback<(context: HoldContext<unknown>) => void>()),
} satisfies OptionTable<SafetyOptions<unknown>>;

/** The bounds of each viewer's control; `undefined` when `safety` is off. */
export function holdBoundsFrom({
	maxPictureAgeMs,
	maxPoseAgeMs,
	maxSilenceMs,
	engage = "none",
}: SafetyOptions<never>): HoldBounds | undefined {
	const isOff = engage === "none" && (maxPictureAgeMs ?? maxPoseAgeMs ?? maxSilenceMs) === undefined;
	return isOff ? undefined : { maxPictureAgeMs, maxPoseAgeMs, maxSilenceMs, engage };
}

/** Reports a viewer's holds to the log and to the application. */
export function reportHolds(viewer: Viewer, state: unknown, log: Logger, safety: SafetyOptions<unknown>): void {
	const { onHold, onRelease } = safety;
	// The application first: it may have a robot to stop.
	if (onHold !== undefined) viewer.on("hold", (hold) => onHold({ viewer, state, hold }));
	if (onRelease !== undefined) viewer.on("release", (hold) => onRelease({ viewer, state, hold }));
	viewer.on("hold", (hold) => log.warn(`control is on hold: ${wordsForHold(hold)}`));
	viewer.on("release", () => log.info("has control"));
}
