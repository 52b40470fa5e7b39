import { describe, expect, it } from "vitest";
import { smallFormat } from "../stream/small/small-format.ts";
import { recordedVideo, smallOf, smallText } from "./recorded-small.ts";
import type { RecordedSource } from "./session-record.ts";

const COLOR = { range: "limited", matrix: "bt709", chromaSiting: "left" } as const;
const CIRCLE = { kind: "fisheye", fovDeg: 190, center: [1000, 990], radius: 960 } as const;

describe("The form of a small version in a recording", () => {
	it("comes back as it was written, and describes the recorded video", () => {
		const format = { width: 2048, height: 2048, eyes: 2, color: COLOR, projection: CIRCLE } as const;
		const small = smallOf(JSON.parse(smallText(smallFormat(format))));
		expect(small).toEqual({
			...{ width: 1024, height: 1024, eyes: 2, rightProjection: undefined },
			packing: {
				across: 1,
				down: 2,
				parts: [
					{ column: 0, row: 0 },
					{ column: 0, row: 1 },
				],
			},
			projection: { ...CIRCLE, center: [500, 495], radius: 480 },
		});
		const source: RecordedSource = { name: "a", codec: "hevc", frameRate: 30, live: true, durationSec: 9, format };
		const codedOrientation = { rotationDeg: 90, mirrored: true } as const;
		expect(recordedVideo({ ...source, small, codedOrientation })).toMatchObject({
			...{ codec: "h264", name: "a", packing: { down: 2 }, codedOrientation: undefined },
			format: { width: 1024, height: 1024, eyes: 2, color: COLOR, projection: { radius: 480 } },
		});
		expect(recordedVideo(source)).toBe(source);
	});

	it("is none where a file has another thing in its place", () => {
		const others = ["null", "3", "{}", '{"width":3,"height":4}', '{"width":1e9}', '{"width":"64","height":64}'];
		for (const text of others) expect([text, smallOf(JSON.parse(text))]).toEqual([text, undefined]);
	});
});
