/**
 * The outcome of a message from outside. Parsing never throws: readers of channels count each kind
 * and go on.
 *
 * - `message`: understood.
 * - `ignored`: well formed, of a type this version does not know. Not an error, so that newer
 *   clients can talk to older servers.
 * - `refused`: not what the protocol says. `reason` is a clause for a log line or an `error`
 *   message; it never quotes the message.
 */
export type ParseResult<Message> =
	| { readonly kind: "message"; readonly message: Message }
	| { readonly kind: "ignored"; readonly type: string }
	| { readonly kind: "refused"; readonly reason: string };

/**
 * The outcome of a pose's message: a `ParseResult` whose `message` is in the sample that it was
 * decoded into.
 */
export type DecodeResult =
	| { readonly kind: "message" }
	| { readonly kind: "ignored"; readonly type: string }
	| { readonly kind: "refused"; readonly reason: string };

/** The result of every pose that was understood, so that none is allocated for each. */
export const DECODED: DecodeResult = { kind: "message" };

/** The result of a message that was understood. */
export function understood<Message>(message: Message): ParseResult<Message> {
	return { kind: "message", message };
}

/** The result of a message against the protocol. */
export function refused(reason: string): { readonly kind: "refused"; readonly reason: string } {
	return { kind: "refused", reason };
}

/** Longest type name that an `ignored` result passes on to logs. */
const TYPE_NAME_MAX = 40;

/** The result of a message of an unknown type. */
export function ignored(type: string): { readonly kind: "ignored"; readonly type: string } {
	return { kind: "ignored", type: type.slice(0, TYPE_NAME_MAX) };
}

/** A JSON object, its fields still unknown. */
export type JsonObject = { readonly [field: string]: unknown };

/**
 * @returns the object that `text` spells, or `undefined` when it is not JSON, or is JSON of another
 * kind.
 */
export function parseJsonObject(text: string): JsonObject | undefined {
	let value: unknown;
	try {
		value = JSON.parse(text);
	} catch {
		return undefined;
	}
	return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined;
}

/** @returns whether `value` is a finite number: JSON spells infinity as 1e999, and NaN as null. */
export function isFiniteNumber(value: unknown): value is number {
	return typeof value === "number" && Number.isFinite(value);
}

/** @returns whether `value` is an array of `length` finite numbers. */
export function isNumberArray(value: unknown, length: number): value is number[] {
	if (!Array.isArray(value) || value.length !== length) return false;
	for (let index = 0; index < length; index++) if (!isFiniteNumber(value[index])) return false;
	return true;
}
