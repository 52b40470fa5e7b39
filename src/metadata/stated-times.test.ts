import { describe, expect, it } from "vitest";
import { cammPacket, gpmfField, gps9Payload, gpsuPayload, prftContent } from "../../test/support/timed-metadata.ts";
import { seededRandom } from "../skeleton/seeded-random.cases.ts";
import { box, fullBox, uint32s } from "./box-bytes.ts";
import { readCammTime } from "./camm.ts";
import { readGpmfTime } from "./gpmf.ts";
import { gpsTimeUs } from "./gps-time.ts";
import { PassingReferenceTimes } from "./passing-reference-times.ts";
import { readReferenceTime } from "./reference-times.ts";

const usOf = (iso: string) => Date.parse(iso) * 1000;
/** 2023-11-14T22:13:20Z by GPS. */
const GPS_SEC = 1_700_000_000 - 315_964_800 + 18;

describe("GPS time", () => {
	it.each([
		["2016-12-31T23:59:59Z", 17],
		["2017-01-01T00:00:00Z", 18],
		["2015-06-30T23:59:59Z", 16],
		["2015-07-01T00:00:00Z", 17],
		["2012-07-01T00:00:00Z", 16],
		["2009-01-01T00:00:00Z", 15],
	])("of %s is ahead of UTC by %i s", (iso, leapSec) => {
		expect(gpsTimeUs(Date.parse(iso) / 1000 - 315_964_800 + leapSec)).toBe(usOf(iso));
	});

	it.each([0, -1, 1e9 / 2, 1e12, Number.NaN, Number.POSITIVE_INFINITY])("of %s s is no camera's", (gpsSec) => {
		expect(gpsTimeUs(gpsSec)).toBeUndefined();
	});
});

describe("readCammTime", () => {
	it("reads the time of a fix, also behind other packets of the sample", () => {
		expect(readCammTime(cammPacket(GPS_SEC + 0.25))).toBe(1_700_000_000_250_000);
		const gyro = Buffer.alloc(16);
		gyro.writeUInt16LE(2, 2);
		expect(readCammTime(Buffer.concat([gyro, cammPacket(GPS_SEC)]))).toBe(1.7e15);
	});

	it("states nothing without a fix, and for what is cut off, unknown or nonsense", () => {
		const whole = cammPacket(GPS_SEC);
		expect(readCammTime(cammPacket(GPS_SEC, 0))).toBeUndefined();
		expect(readCammTime(cammPacket(Number.NaN))).toBeUndefined();
		for (let length = 0; length < whole.length; length++)
			expect(readCammTime(whole.subarray(0, length))).toBeUndefined();
		expect(readCammTime(Buffer.from([0, 0, 99, 0, 1, 2, 3]))).toBeUndefined();
	});
});

describe("readGpmfTime", () => {
	it("reads GPSU with a fix", () => {
		const time = { timeUs: 1_700_000_000_250_000, fraction: 0 };
		expect(readGpmfTime(gpsuPayload("231114221320.250"))).toEqual(time);
		expect(readGpmfTime(gpsuPayload("231114221320.250", 0))).toBeUndefined();
	});

	it("reads the first sample of GPS9 that has a fix", () => {
		const days = (Date.UTC(2023, 10, 14) - Date.UTC(2000, 0, 1)) / 86_400_000;
		const ms = ((22 * 60 + 13) * 60 + 20) * 1000 + 125;
		const payload = gps9Payload([
			[0, 0, 0],
			[days, ms, 3],
			[days, ms + 100, 3],
			[days, ms + 200, 3],
		]);
		expect(readGpmfTime(payload)).toEqual({ timeUs: 1_700_000_000_125_000, fraction: 0.25 });
	});

	it.each(["231314221320.250", "231114251320.250", "2311142213xx.250", "000101000000.000"])(
		"states nothing for the time %s",
		(text) => expect(readGpmfTime(gpsuPayload(text))).toBeUndefined(),
	);

	it("states nothing, and ends, for what is cut off, mutated or deep", () => {
		const whole = gpsuPayload("231114221320.250");
		for (let length = 0; length < whole.length; length++)
			expect(readGpmfTime(whole.subarray(0, length))).toBeUndefined();
		let deep: Buffer = gpmfField("GPSU", "U", 16, Buffer.from("231114221320.250"));
		for (let depth = 0; depth < 100; depth++) deep = gpmfField("DEVC", "", 1, deep);
		expect(readGpmfTime(deep)).toBeUndefined();
		expect(readGpmfTime(Buffer.alloc(1 << 20))).toBeUndefined();
		const random = seededRandom(1);
		for (let round = 0; round < 2000; round++) {
			const mutated = Buffer.from(whole);
			mutated[Math.floor(random() * mutated.length)] = Math.floor(random() * 256);
			const { timeUs = 1.7e15 } = readGpmfTime(mutated) ?? {};
			expect(Number.isSafeInteger(timeUs)).toBe(true);
		}
	});
});

describe("readReferenceTime", () => {
	it("reads the time of the scene, to the microsecond", () => {
		const content = prftContent(2, 1_700_000_000_123_457, 90_000);
		expect(readReferenceTime(content)).toEqual({
			trackId: 2,
			timeUs: 1_700_000_000_123_457,
			mediaTicks: 90_000,
			wraps: false,
		});
		expect(readReferenceTime(prftContent(2, 1.7e15, 0, 0))).toBeDefined();
	});

	it("takes no time of output for one of capture, and nothing broken", () => {
		for (const flags of [1, 2, 4, 8]) expect(readReferenceTime(prftContent(2, 1.7e15, 0, flags))).toBeUndefined();
		const whole = prftContent(2, 1.7e15, 0);
		for (let length = 0; length < whole.length; length++)
			expect(readReferenceTime(whole.subarray(0, length))).toBeUndefined();
		expect(readReferenceTime(prftContent(2, -1.7e15, 0))).toBeUndefined();
	});
});

describe("PassingReferenceTimes", () => {
	const stream = Buffer.concat([
		box("ftyp", Buffer.from("iso6")),
		box("prft", prftContent(1, 1.7e15, 100)),
		box("moof", Buffer.alloc(70_000)),
		Buffer.concat([uint32s(1), Buffer.from("mdat"), uint32s(0, 16 + 5), Buffer.alloc(5)]),
		box("prft", prftContent(2, 1.7e15 + 1e6, 7)),
		box("prft", Buffer.alloc(3)),
		box("prft", prftContent(1, 1.7e15 + 2e6, 200)),
		box("moof", Buffer.alloc(9)),
	]);

	it.each([1, 7, 1000, 100_000])("finds the boxes in pieces of %i bytes", (byteLength) => {
		const times = new PassingReferenceTimes();
		for (let at = 0; at < stream.length; at += byteLength) times.push(stream.subarray(at, at + byteLength));
		expect([99, 100, 199, 200].map((ticks) => times.near(1, ticks)?.mediaTicks)).toEqual([100, 100, 100, 200]);
		expect(times.near(2, 0)).toEqual({ trackId: 2, timeUs: 1.7e15 + 1e6, mediaTicks: 7, wraps: false });
		expect(times.near(3, 0)).toBeUndefined();
	});

	it("takes a place of 32 bits for the one that is near", () => {
		const short = uint32s(24, 1, 1.7e9 + 2_208_988_800, 0, 90_000);
		const times = new PassingReferenceTimes();
		times.push(box("prft", short));
		expect(times.near(1, 2 ** 32 + 90_100)?.mediaTicks).toBe(2 ** 32 + 90_000);
		expect(times.near(1, 89_000)?.mediaTicks).toBe(90_000);
	});

	it("knows a recording by the duration in its moov", () => {
		const stated = (duration: number) => {
			const times = new PassingReferenceTimes();
			const moov = box("moov", fullBox("mvhd", uint32s(0, 0, 1000, duration), Buffer.alloc(80)));
			for (const part of [moov.subarray(0, 20), moov.subarray(20)]) times.push(part);
			return times.statesDuration;
		};
		expect([0, 2000, 0xffff_ffff].map(stated)).toEqual([false, true, false]);
	});

	it("gives up at what is no box, or never ends", () => {
		for (const broken of [
			Buffer.alloc(20, 0x47),
			Buffer.concat([uint32s(0), Buffer.from("mdat"), Buffer.alloc(9)]),
		]) {
			const times = new PassingReferenceTimes();
			times.push(Buffer.concat([broken, stream]));
			expect(times.near(1, 100)).toBeUndefined();
		}
	});
});
