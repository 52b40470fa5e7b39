import type { HoldMessage } from "../protocol/hold-messages.ts";

/** Why control is on hold, as a sentence for people. */
export function wordsOfHold({ reason, ageMs, needs }: Pick<HoldMessage, "reason" | "ageMs" | "needs">): string {
	const age = ageMs === undefined ? "" : `${(ageMs / 1000).toFixed(1)} s `;
	switch (reason) {
		case "starting":
			// The picture has come, and only the gesture is missing.
			return needs === "engage" ? "Control on hold" : "Waiting for a fresh picture: control on hold";
		case "picture-old":
			return `Picture is ${age}old: control on hold`;
		case "picture-frozen":
			return "Picture is frozen: control on hold";
		case "source-stalled":
			return "The camera sends no pictures: control on hold";
		case "pose-old":
			return "Your movements arrive late: control on hold";
		case "operator-silent":
			return "Your movements do not arrive: control on hold";
		case "not-engaged":
			return "You have let go: control on hold";
		default:
			return "Control on hold";
	}
}

/** The condition that the end of a hold waits for, as a sentence; "": none that is known. */
export function wordsOfNeed(needs: string | undefined): string {
	switch (needs) {
		case "source":
			return "It goes on when the camera sends pictures again.";
		case "picture":
			return "It goes on when your picture is fresh again.";
		case "pose":
			return "It goes on when your movements arrive in time again.";
		case "engage":
			// A grip that has been held since before does not count.
			return "To steer, hold the grip anew.";
		default:
			return "";
	}
}
