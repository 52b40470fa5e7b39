/** A view as links state it. Absent parts are those of the page's first view. */
export interface LinkedView {
	/** Heading to the right of the front, degrees, -180 to 180. */
	readonly yawDeg?: number | undefined;
	/** Height above the horizon, degrees, -90 to 90. */
	readonly pitchDeg?: number | undefined;
	/** Field of view of the window's longer side, degrees, 1 to 359; the lens bounds it further. */
	readonly fovDeg?: number | undefined;
	/** Time in the source, seconds from its beginning. */
	readonly timeSec?: number | undefined;
}

/** Names in the fragment of a link, such as `#yaw=90&pitch=-5&fov=60&t=12.5`, and their bounds. */
const FIELDS = {
	yawDeg: { name: "yaw", min: -360, max: 360 },
	pitchDeg: { name: "pitch", min: -90, max: 90 },
	fovDeg: { name: "fov", min: 1, max: 359 },
	timeSec: { name: "t", min: 0, max: 1e7 },
} as const satisfies { readonly [Key in keyof LinkedView]: object };
const KEYS = Object.keys(FIELDS) as (keyof typeof FIELDS)[];

/** A decimal number, without an exponent. */
const NUMBER = /^[+-]?\d{1,9}(?:\.\d{1,9})?$/;
/** Names of a query's parameters that may be secrets, or concern one viewer only. */
const PRIVATE = /token|secret|passw|key|auth|sign|session|^(?:lang|reproject|quality|stereo)$/i;

/**
 * Reads the view of a link's fragment. Parts that are no number within their bounds are absent.
 *
 * @param fragment with or without its `#`.
 */
export function viewOfFragment(fragment: string): LinkedView {
	const parameters = new URLSearchParams(fragment.replace(/^#/, ""));
	const parts = KEYS.map((key) => {
		const { name, min, max } = FIELDS[key];
		const text = parameters.get(name) ?? "";
		const value = Number(text);
		return [key, NUMBER.test(text) && value >= min && value <= max ? value : undefined] as const;
	});
	return Object.fromEntries(parts.filter(([, value]) => value !== undefined));
}

/**
 * @param fragment the present fragment, whose other parts stay.
 * @param view the view that takes the place of the former one; `undefined`: none.
 * @returns a fragment with its `#`, or "".
 */
export function fragmentWith(fragment: string, view: LinkedView | undefined): string {
	const kept = [...new URLSearchParams(fragment.replace(/^#/, ""))];
	const others = kept.filter(([name]) => !KEYS.some((key) => FIELDS[key].name === name));
	const parameters = new URLSearchParams([...others, ...entriesOf(view ?? {})]);
	return parameters.size === 0 ? "" : `#${parameters}`;
}

/**
 * Makes a link to a view, for other people: without the token, a password, and whatever else in the
 * address could be one.
 */
export function shareLink(address: string, view: LinkedView): string {
	const url = new URL(address);
	url.username = "";
	url.password = "";
	for (const name of [...url.searchParams.keys()]) if (PRIVATE.test(name)) url.searchParams.delete(name);
	url.hash = new URLSearchParams(entriesOf(view)).toString();
	return url.href;
}

function entriesOf(view: LinkedView): [name: string, value: string][] {
	return KEYS.flatMap((key) => {
		const value = view[key];
		return value === undefined ? [] : [[FIELDS[key].name, String(Math.round(value * 100) / 100)]];
	});
}
