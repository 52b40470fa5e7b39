// How sharp is a foveated view beside a flat one? Both are drawn from the same panorama, shown at
// the size of the window, and compared with the flat view of that size: in the middle 40 degrees,
// and over the whole window. Without an encoder, the flat view beside it has as many pixels as the
// foveated one; at a rate, it has all pixels of the window, and both views turn.

import { type BenchRow, benchRow } from "./bench-row.ts";
import { FoveatedViews } from "./foveated-views.ts";

const RATE_BPS = 2_000_000;

export async function run(): Promise<BenchRow[]> {
	using views = await FoveatedViews.open();
	return [
		{ name: "window of 90 degrees", fovDeg: 90, aspect: 16 / 9, share: 0.6 },
		{ name: "window of 120 degrees", fovDeg: 120, aspect: 16 / 9, share: 0.6 },
		{ name: "eye of 95 degrees", fovDeg: 95, aspect: 1, share: 0.5 },
	].flatMap(({ name, ...window }) => {
		const { foveated, flat, share } = views.compare(window);
		const note = `${(100 * share).toFixed(0)} % of the window's pixels each`;
		const row = (part: "middle" | "total", atLeast?: number) =>
			benchRow({
				name: `${name}, ${part}`,
				value: foveated[part],
				unit: "dB",
				better: "more",
				peer: { name: "flat, as many pixels", value: flat[part] },
				atLeast,
				note,
			});
		const coded = views.compareEncoded(window, RATE_BPS);
		const codedRow = (part: "middle" | "total", atLeast?: number) =>
			benchRow({
				name: `${name}, ${part}, turning at ${RATE_BPS / 1e6} Mbit/s`,
				value: coded.foveated[part],
				unit: "dB",
				better: "more",
				peer: { name: "flat, all pixels", value: coded.flat[part] },
				atLeast,
				note: `${(100 * share).toFixed(0)} % of the window's pixels beside all of them`,
			});
		return [
			row("middle", Math.ceil(flat.middle + 3)),
			row("total"),
			codedRow("middle", Math.floor(10 * coded.flat.middle) / 10),
			codedRow("total"),
		];
	});
}
