import type { PulseObject } from "../protocol/overlay-object.ts";
import type { PanogazeConnection } from "./connection.ts";

/**
 * Lets a person feel when control is put on hold and when it is given, once for each change. A new
 * session begins on hold: a person who had control feels that. Nobody feels that the hold of a
 * session has ended with the session.
 *
 * @param play begins a pulse.
 * @returns a function that ends it.
 */
export function pulseHolds(
	connection: Pick<PanogazeConnection, "hold" | "welcome" | "state" | "on">,
	play: (pulse: PulseObject) => void,
): () => void {
	/** `undefined`: a session begins, and the server has not stated its hold yet. */
	let onHold = connection.welcome && connection.hold !== undefined;
	return connection.on("hold", (hold) => {
		const { name } = connection.state;
		if (hold === undefined && name !== "connected" && name !== "interrupted") {
			// Only the former session's hold is over.
			onHold = undefined;
			return;
		}
		const before = onHold;
		onHold = hold !== undefined;
		// It is also said when its reason, age or need has changed.
		if (onHold === before || (before === undefined && hold?.reason === "starting")) return;
		play({ meaning: onHold ? "hold" : "released" });
	});
}
