import { AV_CODEC_ID_H264, AV_CODEC_ID_HEVC, AV_PKT_DATA_NEW_EXTRADATA } from "node-av/constants";
import type { Packet } from "node-av/lib";
import { expect, it } from "vitest";
import { joinAnnexB, parseSps, splitAnnexB } from "../media/h264.ts";
import { encodeClip } from "../session/h264-clip.cases.ts";
import type { LibavInput } from "./libav-input.ts";
import { passedFormatOf } from "./passed-format.ts";
import { PassedPictures } from "./passed-pictures.ts";
import { UPRIGHT } from "./picture-orientation.ts";
import { PicturePasser } from "./picture-passer.ts";

const CLIP = encodeClip({ width: 64, height: 48, frames: 6, keyframes: [3] });
const SPS = parseSps(splitAnnexB(CLIP[0]!.accessUnit)[0]!);

/** @param configuration that holds from this packet on. */
function packetOf(data: Uint8Array, isKeyframe: boolean, pts: bigint, configuration?: Uint8Array) {
	const side = new Map<number, Buffer>();
	if (configuration) side.set(AV_PKT_DATA_NEW_EXTRADATA, Buffer.from(configuration));
	return {
		...{ data: Buffer.from(data), isKeyframe, pts },
		getSideData: (type: number) => side.get(type) ?? null,
		addSideData: (type: number, bytes: Buffer) => void side.set(type, bytes),
	};
}

/** A live input whose packets the test hands in. */
function setUp(details: object = {}) {
	const passed = PassedPictures.create();
	let count = 0;
	const job = { options: { filter: "" }, stopping: false, count: () => void count++ };
	const passer = new PicturePasser(passed, job);
	let onPicture: (packet: Packet) => void = () => {};
	const codecpar = { codecId: AV_CODEC_ID_H264, extradata: null };
	const input = {
		...{ live: true, segmented: false, stream: { codecpar }, orientation: UPRIGHT, pixelAspect: 1, tickSec: 1 },
		...details,
		set onPicture(taker: (packet: Packet) => void) {
			onPicture = taker;
		},
	};
	passer.opened(input as unknown as LibavInput);
	const fates = (frames = CLIP, ptsOf = (index: number) => CLIP.indexOf(frames[index]!)) =>
		frames.map(({ accessUnit, keyframe }, index) => {
			const packet = packetOf(accessUnit, keyframe, BigInt(ptsOf(index)));
			onPicture(packet as unknown as Packet);
			const fate = passer.fate(packet as unknown as Packet);
			if (fate !== "skip") passer.pictureAt();
			return fate;
		});
	const give = (packet: object) => {
		onPicture(packet as Packet);
		return passer.fate(packet as Packet);
	};
	const reopen = () => passer.opened(input as unknown as LibavInput);
	return { passed, passer, fates, give, reopen, counted: () => count };
}

it("passes the very pictures on, and decodes none after the second key frame while nobody wants it", () => {
	const { passed, fates, counted } = setUp();
	expect(fates()).toEqual(["decode", "decode", "decode", "skip", "skip", "skip"]);
	expect(passed.rests).toBe(true);
	expect(passed.note).toEqual({ format: { profile: "baseline", width: 64, height: 48 } });
	const read = CLIP.map((_, index) => passed.ring.read(index)!);
	expect(read.map(({ data }) => splitAnnexB(data))).toEqual(CLIP.map(({ accessUnit }) => splitAnnexB(accessUnit)));
	expect(read.map(({ head }) => head !== undefined)).toEqual([true, false, false, true, false, false]);
	expect(counted()).toBe(6);
});

it("decodes again from the next key frame on, for as long as somebody wants it", () => {
	const { passed, fates } = setUp();
	fates(CLIP.slice(0, 5));
	const release = passed.wantDecoded();
	expect(fates([CLIP[5]!, ...CLIP.slice(3, 5)])).toEqual(["skip", "anew", "decode"]);
	expect(passed.rests).toBe(false);
	release();
	release();
	expect(passed.decodedWanted).toBe(false);
	expect(fates(CLIP.slice(5))).toEqual(["skip"]);
});

it.each([
	["it is played by a clock", { live: false }],
	["it is not H.264", { stream: { codecpar: { codecId: AV_CODEC_ID_HEVC, extradata: null } } }],
	["its pictures are turned", { orientation: { rotationDeg: 90, mirrored: false } }],
	["its pixels are not square", { pixelAspect: 1.5 }],
])("passes nothing on where %s, and decodes all", (reason, details) => {
	const { passed, fates, counted } = setUp(details);
	expect(new Set(fates())).toEqual(new Set(["decode"]));
	expect([passed.note, counted()]).toEqual([{ reason }, 0]);
});

it("passes nothing more on when pictures come out of order, and decodes from then on", () => {
	const { passed, fates } = setUp();
	const oneGroup = [...CLIP.slice(0, 3), ...CLIP.slice(4)];
	expect(fates(oneGroup, (index) => [0, 4, 2, 1, 3][index]!)).toEqual(Array(5).fill("decode"));
	expect(passed.note).toEqual({ reason: "its pictures are out of order" });
	expect(passed.ring.end).toBe(3);
});

it("takes one step back of a camera's clock for what it is", () => {
	const { passed, fates } = setUp();
	fates(CLIP, (index) => [0, 4, 2, 6, 7, 8][index]!);
	expect(passed.note).toHaveProperty("format");
	fates(CLIP.slice(1, 3), (index) => [-100, -99][index]!);
	expect(passed.note).toHaveProperty("format");
});

it("decodes after each opening, also where a thread before it has ended while its decoder rested", () => {
	const { passed, reopen } = setUp();
	passed.rests = true;
	reopen();
	expect(passed.rests).toBe(false);
});

it("begins again with a key frame after the input was opened anew", () => {
	const { passed, fates, reopen } = setUp();
	fates(CLIP.slice(0, 2));
	reopen();
	expect(fates(CLIP.slice(1, 3)), "the pictures of another group").toEqual(["decode", "decode"]);
	expect(passed.ring.end).toBe(2);
	fates(CLIP.slice(3));
	expect(passed.ring.end).toBe(5);
	expect(passed.ring.read(2)?.head).toBeDefined();
});

it("follows a configuration that changes in the middle, and passes it to a decoder that rested", () => {
	const { passed, fates, give } = setUp();
	fates();
	const [other] = encodeClip({ width: 96, height: 64, frames: 1 });
	const units = splitAnnexB(other!.accessUnit);
	const sets = joinAnnexB(units.slice(0, 2));
	const slices = joinAnnexB(units.slice(2));
	expect(give(packetOf(slices, true, 7n, sets))).toBe("skip");
	expect(passed.note).toMatchObject({ format: { width: 96, height: 64 } });
	expect(splitAnnexB(passed.ring.read(6)!.data)).toEqual(units);
	passed.wantDecoded();
	const next = packetOf(slices, true, 8n);
	expect(give(next)).toBe("anew");
	expect(next.getSideData(AV_PKT_DATA_NEW_EXTRADATA)).toEqual(Buffer.from(sets));
	expect(splitAnnexB(passed.ring.read(7)!.data)).toEqual(units);
});

it("says so where no key frame comes, and where two inputs make one picture", () => {
	const { passed, fates, passer } = setUp();
	expect(fates(CLIP.slice(1, 3))).toEqual(["decode", "decode"]);
	expect(passed.note).toEqual({ reason: "no key frame has come yet" });
	fates(CLIP.slice(3));
	expect(passed.note).toHaveProperty("format");
	passer.composed();
	expect(passed.note).toEqual({ reason: "it is put together of two" });
});

it("knows which parameter sets browsers decode", () => {
	expect(passedFormatOf({ ...SPS, profileIdc: 100 })).toMatchObject({ profile: "high" });
	expect(passedFormatOf({ ...SPS, profileIdc: 110 })).toContain("few browsers");
	expect(passedFormatOf({ ...SPS, bitDepthLuma: 10 })).toContain("few browsers");
	expect(passedFormatOf({ ...SPS, frameMbsOnly: false })).toBe("it is interlaced");
	const bitstreamRestriction = { maxNumReorderFrames: 2, maxDecFrameBuffering: 4 };
	expect(passedFormatOf({ ...SPS, vui: { ...SPS.vui!, bitstreamRestriction } })).toContain("out of order");
});
