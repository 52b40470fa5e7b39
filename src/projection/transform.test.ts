import { describe, expect, it } from "vitest";
import { panoramaLayout } from "../media/panorama.ts";
import { viewFromAngles } from "../media/view.ts";
import { applyTransform, type Transform, type TransformDraw } from "./transform.ts";

const color = { range: "limited", matrix: "bt709", chromaSiting: "left" } as const;

function drawOf(width = 4, height = 2): TransformDraw {
	const format = { width: 128, height: 64, eyes: 1, color } as const;
	return {
		picture: { data: new Uint8Array((width * height * 3) / 2).fill(16), width, height },
		color,
		eyes: 1,
		view: viewFromAngles({ width, height }),
		poseSequence: 7,
		timeSec: 1,
		mediaTimeSec: 2,
		panorama: { format, layout: panoramaLayout({ width: 128, height: 64 }), data: new Uint8Array() },
	};
}

describe("applyTransform()", () => {
	it("keeps what a transform changed in place, and copies a picture that it returns", () => {
		const changed = drawOf();
		applyTransform(({ picture }) => {
			picture.data[3] = 200;
		}, changed);
		expect([...changed.picture.data.subarray(0, 5)]).toEqual([16, 16, 16, 200, 16]);
		const replaced = drawOf();
		const drawn = replaced.picture.data;
		applyTransform(() => ({ data: new Uint8Array(20).fill(90), width: 4, height: 2 }), replaced);
		expect(replaced.picture.data).toBe(drawn);
		expect([...drawn]).toEqual(Array(12).fill(90));
	});

	it("refuses promises, other things and pictures of another size, and says what it expected", () => {
		const apply = (transform: unknown) => () => applyTransform(transform as Transform, drawOf());
		expect(apply(async () => Promise.reject(new Error("never seen")))).toThrow("is synchronous");
		expect(apply(() => 5)).toThrow("{ data, width, height }");
		expect(apply(() => ({ data: new Uint8Array(24), width: 4, height: 4 }))).toThrow("4x2 in 12 bytes; got 4x4");
		expect(apply(() => ({ data: new Uint8Array(11), width: 4, height: 2 }))).toThrow("in 12 bytes; got 4x2 in 11.");
	});
});
