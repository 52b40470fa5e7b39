/*
 * Numbers and times as Python writes them (`round`, `repr`, `json.dumps`, `csv`,
 * `datetime.isoformat`), to the last character: recordings are compared with, and read by,
 * programs that expect Python's texts.
 */

/**
 * The most decimals that numbers are rounded to: a double has no more at the sizes of poses.
 */
export const MAX_DECIMALS = 100;

/**
 * Within these bounds, scaling, rounding and dividing are exact, or wrong by much less than
 * `TIE_MARGIN`.
 */
const FAST_DECIMALS = 15;
const FAST_PRODUCT = 2 ** 43;
const TIE_MARGIN = 0.01;

const POWERS_OF_TEN: readonly number[] = Array.from({ length: FAST_DECIMALS + 1 }, (_, exponent) =>
	Number(`1e${exponent}`),
);

/**
 * Python's `round(value, decimals)` of a float: the nearest number of that many decimals,
 * counted from the double's exact value; a tie goes to the even digit. It keeps the sign of a
 * zero.
 *
 * @param decimals 0 to `MAX_DECIMALS`
 */
export function roundLikePython(value: number, decimals: number): number {
	if (decimals <= FAST_DECIMALS) {
		const power = POWERS_OF_TEN[decimals]!;
		const scaled = Math.abs(value) * power;
		const below = Math.floor(scaled);
		const fraction = scaled - below;
		// Both operands of the division are exact, so the result is the double nearest to the
		// decimal, as if its text were parsed.
		if (scaled < FAST_PRODUCT && Math.abs(fraction - 0.5) > TIE_MARGIN) {
			const rounded = (fraction > 0.5 ? below + 1 : below) / power;
			return value < 0 || Object.is(value, -0) ? -rounded : rounded;
		}
	}
	return roundExactly(value, decimals);
}

function roundExactly(value: number, decimals: number): number {
	if (!Number.isFinite(value)) return value;
	const size = Math.abs(value);
	// `toFixed` works with the exact value and rounds ties up.
	let text = size.toFixed(decimals);
	if (isTie(size, decimals)) {
		const last = text.charCodeAt(text.length - 1) - 48;
		// An odd digit is at least 1, so nothing is carried.
		if (last % 2 === 1) text = text.slice(0, -1) + String(last - 1);
	}
	const rounded = Number(text);
	return value < 0 || Object.is(value, -0) ? -rounded : rounded;
}

/**
 * Checks whether a number lies halfway between two decimals. The only doubles that do are odd
 * multiples of 2^-(decimals + 1).
 */
function isTie(size: number, decimals: number): boolean {
	return (size * 2 ** (decimals + 1)) % 2 === 1;
}

/**
 * Python's `repr()` of a float: the shortest text that reads back as the same number, with a point
 * or an exponent.
 */
export function pythonFloat(value: number): string {
	const size = Math.abs(value);
	if (size >= 1e-4 && size < 1e16) {
		const text = String(value);
		return Number.isInteger(value) ? `${text}.0` : text;
	}
	if (size === 0) return Object.is(value, -0) ? "-0.0" : "0.0";
	if (!Number.isFinite(value)) return Number.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
	const [mantissa, exponent] = value.toExponential().split("e") as [string, string];
	const digits = exponent.slice(1).padStart(2, "0");
	return `${mantissa}e${exponent[0]}${digits}`;
}

/** `pythonFloat` of `roundLikePython`. */
export function pythonRounded(value: number, decimals: number): string {
	return pythonFloat(roundLikePython(value, decimals));
}

/**
 * Python's `datetime.fromtimestamp(unixSec).isoformat()`: local time without zone, microseconds
 * rounded half to even and left out when they are 0.
 */
export function pythonLocalTime(unixSec: number): string {
	let second = Math.trunc(unixSec);
	let micros = halfToEven((unixSec - second) * 1e6);
	if (micros >= 1e6) {
		second++;
		micros -= 1e6;
	} else if (micros < 0) {
		second--;
		micros += 1e6;
	}
	const date = new Date(second * 1000);
	const day = `${String(date.getFullYear()).padStart(4, "0")}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
	const time = `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
	return `${day}T${time}${micros === 0 ? "" : `.${String(micros).padStart(6, "0")}`}`;
}

/** The start time in a file's name, local time: 20260131_235959. */
export function timeInName(date: Date): string {
	const day = `${date.getFullYear()}${two(date.getMonth() + 1)}${two(date.getDate())}`;
	return `${day}_${two(date.getHours())}${two(date.getMinutes())}${two(date.getSeconds())}`;
}

function halfToEven(value: number): number {
	const below = Math.floor(value);
	const fraction = value - below;
	if (fraction !== 0.5) return Math.round(value);
	return below % 2 === 0 ? below : below + 1;
}

function two(value: number): string {
	return String(value).padStart(2, "0");
}
