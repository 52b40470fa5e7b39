import { describe, expect, it } from "vitest";
import {
	decodeTimeCode,
	encodeTimeCode,
	readTimeCode,
	TIME_CODE_BLOCKS,
	TIME_CODE_MODULUS,
	TIME_CODE_PLACE,
} from "./time-code.ts";

describe("time code", () => {
	it("comes back from its blocks, for small, large and wrapped numbers", () => {
		for (const frame of [0, 1, 2, 255, 256, 65_535, 1_234_567, TIME_CODE_MODULUS - 1])
			expect(decodeTimeCode(encodeTimeCode(frame))).toBe(frame);
		expect(decodeTimeCode(encodeTimeCode(TIME_CODE_MODULUS + 5))).toBe(5);
	});

	it("is refused when any one or two blocks are wrong", () => {
		const bits = encodeTimeCode(987_654);
		for (let i = 0; i < TIME_CODE_BLOCKS; i++) {
			for (let j = i; j < TIME_CODE_BLOCKS; j++) {
				const damaged = Uint8Array.from(bits);
				damaged[i]! ^= 1;
				if (j !== i) damaged[j]! ^= 1;
				expect(decodeTimeCode(damaged)).toBeUndefined();
			}
		}
	});

	it("is not seen in a picture of one colour or where blocks are missing", () => {
		expect(readTimeCode(() => 16)).toBeUndefined();
		expect(readTimeCode(() => 235)).toBeUndefined();
		expect(readTimeCode(() => undefined)).toBeUndefined();
		expect(decodeTimeCode([1, 0, 1, 0])).toBeUndefined();
	});

	it("is read from any one of its four places, in any range of brightness", () => {
		const bits = encodeTimeCode(4711);
		const { widthDeg } = TIME_CODE_PLACE;
		const onlyAt = (centerDeg: number) => (yawDeg: number) => {
			const block = Math.floor(((yawDeg - centerDeg + widthDeg / 2) / widthDeg) * TIME_CODE_BLOCKS);
			return bits[block] === undefined ? undefined : 80 + 20 * bits[block];
		};
		for (const centerDeg of TIME_CODE_PLACE.centerYawsDeg) expect(readTimeCode(onlyAt(centerDeg))).toBe(4711);
	});
});
