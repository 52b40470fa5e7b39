import { describe, expect, it } from "vitest";
import { joinAnnexB } from "./h264.ts";
import { AccessUnitMaker, readH264Configuration } from "./h264-access-unit.ts";

const SPS = Uint8Array.of(0x67, 0x42, 0xe0, 0x1f, 1);
const PPS = Uint8Array.of(0x68, 2, 3);
const IDR = Uint8Array.of(0x65, 4, 5, 6);
const SLICE = Uint8Array.of(0x41, 7, 8);
const DELIMITER = Uint8Array.of(0x09, 0x10);
const SEI = Uint8Array.of(0x06, 9, 9);

/** ISO/IEC 14496-15, 5.3.3.1.2, with one set of each kind. */
function record(lengthBytes: number): Uint8Array {
	const header = [1, 0x42, 0xe0, 0x1f, 0xfc | (lengthBytes - 1)];
	return Uint8Array.from([...header, 0xe1, 0, SPS.length, ...SPS, 1, 0, PPS.length, ...PPS]);
}

function withLengths(lengthBytes: number, ...units: readonly Uint8Array[]): Uint8Array {
	const lengthOf = ({ length }: Uint8Array) => [...Array<number>(lengthBytes - 1).fill(0), length];
	return Uint8Array.from(units.flatMap((unit) => [...lengthOf(unit), ...unit]));
}

describe("AccessUnitMaker", () => {
	it("gives the same access units of an MP4's packets and of Annex B", () => {
		for (const lengthBytes of [1, 2, 4]) {
			const maker = new AccessUnitMaker(readH264Configuration(record(lengthBytes))!);
			const key = { accessUnit: joinAnnexB([SPS, PPS, IDR]), keyframe: true };
			expect(maker.make(withLengths(lengthBytes, IDR))).toEqual(key);
			expect(maker.make(withLengths(lengthBytes, SLICE))).toEqual({
				accessUnit: joinAnnexB([SLICE]),
				keyframe: false,
			});
		}
		const maker = new AccessUnitMaker(readH264Configuration(joinAnnexB([SPS, PPS]))!);
		expect(maker.make(joinAnnexB([IDR]))).toEqual({ accessUnit: joinAnnexB([SPS, PPS, IDR]), keyframe: true });
	});

	it("puts a stream's newest parameter sets first in a key frame, once", () => {
		const newer = Uint8Array.of(0x67, 0x4d, 0, 0x1f, 9);
		const maker = new AccessUnitMaker(readH264Configuration(record(4))!);
		const made = maker.make(withLengths(4, DELIMITER, SEI, newer, PPS, IDR));
		expect(made?.accessUnit).toEqual(joinAnnexB([newer, PPS, SEI, IDR]));
		expect(maker.make(withLengths(4, IDR))?.accessUnit).toEqual(joinAnnexB([newer, PPS, IDR]));
	});

	it("takes a parameter set that comes alone in place of the one of its kind and id", () => {
		const maker = new AccessUnitMaker(readH264Configuration(record(4))!);
		// Ids 0, as in the record, and 1: 1 and 010 in exponential Golomb code.
		const newer = Uint8Array.of(0x67, 0x42, 0xe0, 0x1f, 0x81);
		const older = Uint8Array.of(0x67, 0x42, 0xe0, 0x1f, 0x80);
		const second = Uint8Array.of(0x68, 0x40, 5);
		expect(maker.make(withLengths(4, older, PPS, IDR))?.accessUnit).toEqual(joinAnnexB([older, PPS, IDR]));
		expect(maker.make(withLengths(4, newer))).toBeUndefined();
		expect(maker.make(withLengths(4, second, SLICE))?.accessUnit).toEqual(joinAnnexB([second, SLICE]));
		expect(maker.make(withLengths(4, IDR))?.accessUnit).toEqual(joinAnnexB([newer, second, PPS, IDR]));
	});

	it("makes nothing of a packet that is broken, has no picture, or a key frame without parameter sets", () => {
		const maker = new AccessUnitMaker(readH264Configuration(record(4))!);
		expect(maker.make(Uint8Array.of(0, 0, 0, 9, 0x65))).toBeUndefined();
		expect(maker.make(withLengths(4, SEI))).toBeUndefined();
		const lost = new AccessUnitMaker(readH264Configuration(new Uint8Array())!);
		expect(lost.make(joinAnnexB([IDR]))).toBeUndefined();
		expect(lost.make(joinAnnexB([SLICE]))?.keyframe).toBe(false);
		expect(lost.sps).toBeUndefined();
		const cut = record(4);
		for (let length = 1; length < cut.length; length++)
			expect(() => readH264Configuration(cut.subarray(0, length))).not.toThrow();
		expect(readH264Configuration(cut.subarray(0, 12))).toBeUndefined();
	});
});
