import { describeValue } from "../describe-value.ts";
import { STATIC_TIME, type TimeColumn, type TimeKind } from "./chunk.ts";

/** A time on one timeline. The kind belongs to the timeline, and stays. */
export type TimeValue =
	/** A count of frames or steps. */
	| { readonly sequence: number | bigint }
	/** Time since the timeline's own origin. Seconds as a number, nanoseconds as a bigint. */
	| { readonly duration: number | bigint }
	/** Time since 1970, in UTC. Seconds as a number, nanoseconds as a bigint. */
	| { readonly timestamp: number | bigint | Date };

/**
 * Times of many rows on one timeline. Numbers and bigints as in `TimeValue`; a `BigInt64Array`
 * holds counts or nanoseconds.
 */
export type TimeValues =
	| { readonly sequence: ArrayLike<number | bigint> }
	| { readonly duration: ArrayLike<number | bigint> }
	| { readonly timestamp: ArrayLike<number | bigint | Date> };

const KINDS: readonly TimeKind[] = ["sequence", "duration", "timestamp"];
/** The latest time of the official SDKs: the year 5138. */
const LATEST_SEC = 1e11;
const LAST_TIME = 2n ** 63n - 1n;

/**
 * The kind of a time, and its count or nanoseconds.
 *
 * @param name of the timeline, for errors.
 * @throws {TypeError} when the value is not exactly one of the three kinds.
 * @throws {RangeError} when it does not fit 64 bits.
 */
export function timeOf(name: string, value: TimeValue): { readonly kind: TimeKind; readonly time: bigint } {
	const [kind, given] = kindAndValue(name, value);
	return { kind, time: kind === "sequence" ? sequenceTime(name, given) : clockTime(name, given, kind) };
}

/** A chunk's column of times. @throws as `timeOf`. */
export function timeColumn(name: string, values: TimeValues): TimeColumn {
	const [kind, given] = kindAndValue(name, values);
	if (given instanceof BigInt64Array) {
		if (given.includes(STATIC_TIME)) throw new RangeError(`A time on "${name}" is the value that means "static".`);
		return { name, kind, times: given.slice() };
	}
	if (typeof given !== "object" || given === null || !("length" in given) || typeof given.length !== "number")
		throw new TypeError(`The times on "${name}" must be a list, not ${describeValue(given)}.`);
	const list = given as ArrayLike<unknown>;
	const times = new BigInt64Array(list.length);
	const low = new Uint32Array(times.buffer);
	const high = new Int32Array(times.buffer);
	for (let row = 0; row < list.length; row++) {
		const value = list[row];
		// A bigint for each of a million rows would take longer than all the rest.
		const ticks = typeof value === "number" ? (kind === "sequence" ? value : Math.round(value * 1e9)) : Number.NaN;
		if (
			Number.isInteger(ticks) &&
			Math.abs(ticks) < 2 ** 63 &&
			(kind !== "sequence" || Number.isSafeInteger(ticks))
		) {
			const upper = Math.floor(ticks / 2 ** 32);
			high[2 * row + 1] = upper;
			low[2 * row] = ticks - upper * 2 ** 32;
		} else times[row] = kind === "sequence" ? sequenceTime(name, value) : clockTime(name, value, kind);
	}
	return { name, kind, times };
}

/** The kind of a value, and the time in it. */
function kindAndValue(name: string, value: unknown): readonly [TimeKind, unknown] {
	if (typeof name !== "string" || name === "")
		throw new TypeError(`The name of a timeline must be a text, not ${describeValue(name)}.`);
	if (typeof value === "object" && value !== null) {
		const kinds = KINDS.filter((kind) => (value as Record<string, unknown>)[kind] !== undefined);
		if (kinds.length === 1) return [kinds[0]!, (value as Record<string, unknown>)[kinds[0]!]];
	}
	throw new TypeError(`The time on "${name}" must be one of { sequence }, { duration } and { timestamp }.`);
}

function sequenceTime(name: string, value: unknown): bigint {
	if (typeof value === "bigint") return checked(name, value);
	if (typeof value !== "number" || !Number.isSafeInteger(value))
		throw new TypeError(
			`The sequence on "${name}" must be an integer below 2^53, or a bigint, not ${describeValue(value)}.`,
		);
	return BigInt(value);
}

function clockTime(name: string, value: unknown, kind: "duration" | "timestamp"): bigint {
	if (typeof value === "bigint") return checked(name, value);
	if (kind === "timestamp" && value instanceof Date) {
		const ms = value.getTime();
		if (Number.isNaN(ms)) throw new RangeError(`The timestamp on "${name}" is an invalid Date.`);
		return BigInt(ms) * 1_000_000n;
	}
	if (typeof value !== "number" || !Number.isFinite(value))
		throw new TypeError(
			`The ${kind} on "${name}" must be a number of seconds, a bigint of nanoseconds` +
				`${kind === "timestamp" ? " or a Date" : ""}, not ${describeValue(value)}.`,
		);
	if (kind === "timestamp" && value > LATEST_SEC)
		throw new RangeError(
			`The timestamp on "${name}" is ${value} seconds, which looks like milliseconds: ` +
				"give a Date, or a bigint of nanoseconds.",
		);
	return checked(name, BigInt(Math.round(value * 1e9)));
}

function checked(name: string, time: bigint): bigint {
	if (time <= STATIC_TIME || time > LAST_TIME) throw new RangeError(`${time} on "${name}" doesn't fit 64 bits.`);
	return time;
}
