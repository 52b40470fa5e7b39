import { expect, it } from "vitest";
import type { Effort } from "../encoder/video-encoder.ts";
import { PLAIN_H264 } from "../media/video-format.ts";
import { PATTERN_COLOR } from "../source/pattern-picture.ts";
import type { PictureMoment, ViewEffort } from "./effort-ladder.ts";
import { ViewEncoder } from "./view-encoder.ts";

const SIZE = { width: 64, height: 48, eyes: 1 } as const;
const PICTURE = { width: 64, height: 48, data: new Uint8Array((64 * 48 * 3) / 2).fill(100) };

it.each([PLAIN_H264, { codec: "vp8" }] as const)(
	"opens its encoder of $codec for another effort when it is due, and that picture is a key frame",
	(format) => {
		const opened: Effort[] = [];
		const asked: PictureMoment[] = [];
		const times: (Effort | undefined)[] = [];
		let wished: Effort = "low";
		let left = 0;
		const effort: ViewEffort = {
			opening: () => {
				opened.push(wished);
				return wished;
			},
			isDue: (moment) => {
				asked.push(moment);
				return opened.at(-1) !== wished;
			},
			worked: (_sec, used) => void times.push(used),
			leave: () => left++,
		};
		const encoder = new ViewEncoder({ frameRate: 30, encoder: "software", format, bitrateBps: 1e6, effort });
		const encode = (index: number) =>
			encoder.encode(
				PICTURE,
				SIZE,
				PATTERN_COLOR,
				{ ticks: 3000 * index, keyframe: false, turned: true },
				index / 30,
			).keyframe;
		expect([encode(0), encode(1)]).toEqual([true, false]);
		wished = "high";
		expect([encode(2), encode(3)]).toEqual([true, false]);
		expect(opened).toEqual(["low", "high"]);
		expect(asked[0]).toEqual({ keyframe: false, turned: true, nowSec: 1 / 30 });
		encoder.worked(0.01, 1);
		expect(times).toEqual(["high"]);
		encoder[Symbol.dispose]();
		expect(left).toBe(1);
	},
);
