import { expect, it } from "vitest";
import { isCaptureFault, wordsForCapture } from "./capture-words.ts";

it.each([
	[{ used: true, ageSec: 0.183 }, false, "the ages of its pictures begin there, with 0.183 s on arrival."],
	[
		{ used: true, ageSec: 3.1, isLate: true },
		true,
		"by which its pictures come 3.100 s old: the camera's clock is behind",
	],
	[{ used: false, ageSec: -7200 }, true, "that lie 7200.000 s after the arrival of its pictures"],
	[{ used: false, ageSec: 12 }, true, "that lie 12.000 s before the arrival of its pictures"],
	[{ used: false, ageSec: Number.NaN }, false, "recordings have them."],
])("says how old pictures are by the statement %j", (statement, isFault, words) => {
	const stated = { origin: "rtcp", ...statement } as const;
	expect(wordsForCapture("rtsp://camera", stated)).toContain(words);
	expect(isCaptureFault(stated)).toBe(isFault);
});
