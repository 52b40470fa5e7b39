import { OVERLAY_BOUNDS } from "./overlay-bounds.ts";
import { faultOfObject } from "./overlay-faults.ts";
import { type OverlayObject, PULSE_MEANINGS, type PulseObject } from "./overlay-object.ts";
import {
	ignored,
	isFiniteNumber,
	type JsonObject,
	type ParseResult,
	parseJsonObject,
	refused,
	understood,
} from "./parse-result.ts";

/** A message of the `overlay` channel. */
export type OverlayMessage =
	/** Puts an object at a path, in place of the one that is there. */
	| { readonly type: "set"; readonly path: string; readonly object: OverlayObject }
	/** Gives the robot at a path other joint values. */
	| { readonly type: "joints"; readonly path: string; readonly joints: readonly number[] }
	| { readonly type: "remove"; readonly path: string }
	/** Removes all objects and lines: the whole set follows. */
	| { readonly type: "clear" }
	/** The application's lines of words, in place of those before. */
	| { readonly type: "hud"; readonly lines: readonly string[] }
	| ({ readonly type: "pulse" } & PulseObject);

/** A message with its number, which grows from message to message of one viewer. */
export type NumberedOverlayMessage = OverlayMessage & { readonly n: number };

/** Writes a message, its numbers rounded to six decimals. */
export function encodeOverlayMessage(message: NumberedOverlayMessage): string {
	return JSON.stringify(message, (_, value: unknown) =>
		typeof value === "number" ? Math.round(value * 1e6) / 1e6 : value,
	);
}

/** Reads a message. */
export function parseOverlayMessage(text: string): ParseResult<NumberedOverlayMessage> {
	// A character takes at least one byte.
	if (text.length > OVERLAY_BOUNDS.messageBytes) return refused("it is too long");
	const fields = parseJsonObject(text);
	if (fields === undefined) return refused("it is not a JSON object");
	const { type, n } = fields;
	if (typeof type !== "string") return refused("`type` is not a string");
	const fault = Object.hasOwn(FAULTS, type) ? FAULTS[type as keyof typeof FAULTS] : undefined;
	if (fault === undefined) return ignored(type);
	if (!Number.isSafeInteger(n) || (n as number) < 0) return refused("`n` is not a whole number");
	const words = fault(fields);
	return words === undefined ? understood(fields as unknown as NumberedOverlayMessage) : refused(words);
}

const NO_PATH = "`path` is not a text of 1 to 80 characters";

/** @returns why a message can't be obeyed, as a clause. */
const FAULTS: { readonly [Type in OverlayMessage["type"]]: (fields: JsonObject) => string | undefined } = {
	set: ({ path, object }) => (isPath(path) ? faultOfObject(object) : NO_PATH),
	joints({ path, joints }) {
		if (!isPath(path)) return NO_PATH;
		const good = Array.isArray(joints) && joints.length <= OVERLAY_BOUNDS.links && joints.every(isFiniteNumber);
		return good ? undefined : "`joints` is not a list of numbers";
	},
	remove: ({ path }) => (isPath(path) ? undefined : NO_PATH),
	clear: () => undefined,
	hud: ({ lines }) => (areHudLines(lines) ? undefined : "`lines` is not a list of up to 8 short texts"),
	pulse: (fields) => faultOfPulse(fields),
};

/** True for a text that may be a path. */
export function isPath(value: unknown): value is string {
	return typeof value === "string" && value !== "" && value.length <= OVERLAY_BOUNDS.pathLength;
}

/** True for lines of words that the panel has room for. */
export function areHudLines(lines: unknown): lines is readonly string[] {
	const isLine = (line: unknown) => typeof line === "string" && line.length <= OVERLAY_BOUNDS.textLength;
	return Array.isArray(lines) && lines.length <= OVERLAY_BOUNDS.hudLines && lines.every(isLine);
}

/** @returns why a pulse can't be played, as a clause; `undefined` if it can. */
export function faultOfPulse(fields: JsonObject): string | undefined {
	const { meaning, intensity, durationMs, hand } = fields;
	if (meaning !== undefined) {
		const isKnown = (PULSE_MEANINGS as readonly unknown[]).includes(meaning);
		return isKnown ? undefined : `\`meaning\` is not one of ${PULSE_MEANINGS.join(", ")}`;
	}
	if (!isFiniteNumber(intensity) || intensity < 0 || intensity > 1) return "`intensity` is not a number from 0 to 1";
	if (!isFiniteNumber(durationMs) || durationMs < 1 || durationMs > OVERLAY_BOUNDS.pulseMs)
		return `\`durationMs\` is not a number from 1 to ${OVERLAY_BOUNDS.pulseMs}`;
	return hand === "left" || hand === "right" || hand === "both" ? undefined : "`hand` is not left, right or both";
}
