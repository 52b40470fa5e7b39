import type { ClientControlMessage, ServerControlMessage } from "./control-message.ts";

/** The version of the `control` channel: reliable, ordered, JSON text. */
export const PROTOCOL_VERSION = 1;

/** Shortest side of a picture that a client may ask for, pixels. */
export const MIN_VIEW_SIDE = 64;
/** Longest side of a picture that a client may ask for, pixels. */
export const MAX_VIEW_SIDE = 4096;
/** Lowest refresh rate of a display that a client may state. */
export const MIN_DISPLAY_HZ = 10;
/** Highest refresh rate of a display that a client may state. */
export const MAX_DISPLAY_HZ = 1000;

/** The text of a control message, with numbers that are not finite left out, as JSON has none. */
export function encodeControlMessage(message: ClientControlMessage | ServerControlMessage): string {
	return JSON.stringify(message, (_, value: unknown) =>
		typeof value === "number" && !Number.isFinite(value) ? undefined : value,
	);
}
