import { describe, expect, it } from "vitest";
import { joinAnnexB, splitAnnexB } from "../media/h264.ts";
import { seededRandom } from "../skeleton/seeded-random.cases.ts";
import type { FrameMessage } from "./frame-message.ts";
import { encodeFrameStamp, frameStampOf, parseFrameStamp, stampAccessUnit } from "./frame-stamp.ts";

const PLAIN: FrameMessage = {
	rtpTicks: 0xfffffff0,
	poseSequence: 4_000_000_000,
	orientation: [0, 0, 0, 1],
	fovDeg: 90,
	eyes: 1,
	lens: "flat",
	times: { panoramaMs: 864_000_000.25, poseMs: 864_000_001, drawMs: 864_000_001.5, drawnMs: 864_000_005.25 },
};
const FULL: FrameMessage = {
	...PLAIN,
	eyes: 2,
	lens: "foveated",
	frusta: [
		{ left: 1, right: 0.75, up: 0.5, down: 0.625 },
		{ left: 0.75, right: 1, up: 0.5, down: 0.625, headFromEye: [0.5, 0.5, 0.5, 0.5] },
	],
	foveation: { gaze: [0.125, -0.25], strength: [4, 0] },
	surround: { width: 1280, height: 80, cuts: 2, gap: 8 },
	times: { ...PLAIN.times, encodedMs: 864_000_009.75 },
};

/** An access unit of bytes that are no start code. */
function accessUnit(types: readonly number[]): Uint8Array<ArrayBuffer> {
	return joinAnnexB(types.map((type) => Uint8Array.of(0x60 | type, 0x88, type, 0x80)));
}

const typesOf = (unit: Uint8Array) => splitAnnexB(unit).map((each) => each[0]! & 0x1f);

describe("frame stamp", () => {
	it.each([
		["of a plain view", PLAIN, 56],
		["with all that a picture can have", FULL, 144],
		["of a picture whose times are not known", { ...PLAIN, times: {} }, 56],
	])("%s comes back from an access unit as it was put in", (_, message, byteLength) => {
		expect(encodeFrameStamp(message).length).toBe(byteLength);
		expect(frameStampOf(stampAccessUnit(accessUnit([7, 8, 5]), message))).toEqual(message);
	});

	it("leaves a source's picture of yesterday without its time, which the numbers have no room for", () => {
		const times = { ...PLAIN.times, panoramaMs: 864_000_001.5 - 86_400_000 };
		const stamp = frameStampOf(stampAccessUnit(accessUnit([1]), { ...PLAIN, times }));
		expect(stamp?.times).toEqual({ poseMs: 864_000_001, drawMs: 864_000_001.5, drawnMs: 864_000_005.25 });
	});

	it("stands behind delimiter and parameter sets, in front of all slices, and leaves them as they are", () => {
		const plain = accessUnit([9, 7, 8, 5, 5]);
		const stamped = stampAccessUnit(plain, PLAIN);
		expect(typesOf(stamped)).toEqual([9, 7, 8, 6, 5, 5]);
		expect(joinAnnexB(splitAnnexB(stamped).filter((unit) => unit[0] !== 6))).toEqual(plain);
	});

	it("is found behind user data of others, and not where there is none", () => {
		const [sei] = splitAnnexB(stampAccessUnit(accessUnit([1]), FULL));
		const theirs = Uint8Array.of(6, 5, 20, ...new Array<number>(20).fill(7), 0x80);
		expect(frameStampOf(joinAnnexB([theirs, sei!, Uint8Array.of(0x61, 0x88)]))).toEqual(FULL);
		expect(frameStampOf(joinAnnexB([theirs, Uint8Array.of(0x61, 0x88)]))).toBeUndefined();
	});

	it("is found behind stamps of a later version, and behind broken ones", () => {
		const [sei] = splitAnnexB(stampAccessUnit(accessUnit([1]), FULL));
		const seiOf = (change: (bytes: Uint8Array) => void) => {
			const copy = sei!.slice();
			change(copy);
			return copy;
		};
		// Type, length and the UUID are before the version.
		const later = seiOf((bytes) => bytes.fill(2, 19, 20));
		const eyeless = seiOf((bytes) => bytes.fill(9, 22, 23));
		const unit = joinAnnexB([later, eyeless, sei!.subarray(0, 60), sei!, Uint8Array.of(0x61, 0x88)]);
		expect(frameStampOf(unit)).toEqual(FULL);
		expect(frameStampOf(joinAnnexB([later, eyeless, Uint8Array.of(0x61, 0x88)]))).toBeUndefined();
	});

	it("holds no start code, whatever its numbers are, so that every splitter finds the same units", () => {
		const random = seededRandom(4);
		for (let round = 0; round < 200; round++) {
			const q = [random() - 0.5, random() < 0.5 ? 0 : random(), 0, 1] as const;
			const length = Math.hypot(...q);
			const message: FrameMessage = {
				...FULL,
				rtpTicks: Math.floor(random() * 4),
				poseSequence: Math.floor(random() * 4) * 256,
				orientation: [q[0] / length, q[1] / length, q[2] / length, q[3] / length],
			};
			const stamped = stampAccessUnit(accessUnit([1]), message);
			expect(typesOf(stamped)).toEqual([6, 1]);
			const back = frameStampOf(stamped);
			expect(back?.rtpTicks).toBe(message.rtpTicks);
			for (const [index, part] of message.orientation.entries())
				expect(back?.orientation[index]).toBeCloseTo(part, 6);
		}
	});

	it("of a later version is ignored, and bytes behind the known ones are skipped", () => {
		const bytes = encodeFrameStamp(FULL);
		expect(parseFrameStamp(Uint8Array.of(...bytes, 1, 2, 3))).toEqual({ kind: "message", message: FULL });
		bytes[0] = 2;
		expect(parseFrameStamp(bytes)).toEqual({ kind: "ignored", type: "stamp 2" });
	});

	it("is refused where it ends early, and never gives numbers that are not finite", () => {
		const bytes = encodeFrameStamp(FULL);
		for (let length = 0; length < bytes.length; length++)
			expect(parseFrameStamp(bytes.subarray(0, length)).kind).toBe("refused");
		const random = seededRandom(5);
		for (let round = 0; round < 3000; round++) {
			const mutated = bytes.slice();
			for (let edit = 0; edit <= random() * 3; edit++)
				mutated[1 + Math.floor(random() * (bytes.length - 1))] = Math.floor(random() * 256);
			const result = parseFrameStamp(mutated);
			if (result.kind === "message") expect(JSON.stringify(result.message)).not.toContain("null");
		}
	});
});
