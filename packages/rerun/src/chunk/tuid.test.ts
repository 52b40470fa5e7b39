import { describe, expect, it } from "vitest";
import { formatTuid, parseTuid, TUID_BYTES, TuidSource, tuidsAreSorted } from "./tuid.ts";

describe("TuidSource", () => {
	it("goes up, also when the clock goes back and when the counter carries", () => {
		let now = 1_700_000_000_000_000_000n;
		const source = new TuidSource(() => now, Uint8Array.of(0x80, 0, 0, 1, 0xff, 0xff, 0xff, 0xfd));
		const made = new Uint8Array(10 * TUID_BYTES);
		for (let index = 0; index < 10; index++) {
			made.set(source.next(), index * TUID_BYTES);
			now += index % 3 === 0 ? -5_000_000n : 1n;
		}
		expect(tuidsAreSorted(made)).toBe(true);
		expect(formatTuid(made.subarray(0, 16))).toBe("17979CFE362A000000000001fffffffd");
		expect(formatTuid(made.subarray(9 * 16))).toBe("17979CFE362A00000000000200000006");
	});

	it("fills many of one moment, in order", () => {
		const source = new TuidSource(() => 5n, new Uint8Array(8));
		const view = new DataView(new ArrayBuffer(100 * TUID_BYTES));
		source.fill(view, 0, 100);
		expect(tuidsAreSorted(new Uint8Array(view.buffer))).toBe(true);
		expect(view.getBigUint64(99 * 16)).toBe(5n);
		expect(view.getBigUint64(99 * 16 + 8)).toBe(99n);
	});

	it("reads what it writes, and nothing else", () => {
		const tuid = new TuidSource(() => 77n).next();
		expect(parseTuid(formatTuid(tuid))).toEqual(tuid);
		expect(parseTuid("17979CFE362A0000")).toBeNull();
		expect(parseTuid("g".repeat(32))).toBeNull();
	});

	it("knows what is not sorted", () => {
		const source = new TuidSource(() => 5n);
		const [a, b] = [source.next(), source.next()];
		expect(tuidsAreSorted(Uint8Array.of(...b, ...a))).toBe(false);
		expect(tuidsAreSorted(Uint8Array.of(...a, ...a, ...b))).toBe(true);
	});
});
