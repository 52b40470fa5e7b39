import { AV_CODEC_ID_H264 } from "node-av/constants";
import { Codec, CodecContext, Frame, Packet } from "node-av/lib";
import { afterEach, describe, expect, it, vi } from "vitest";
import { NalUnitType, nalUnitType, parseSps, splitAnnexB } from "../media/h264.ts";
import type { I420Picture } from "../media/i420-picture.ts";
import type { PictureColor } from "../media/panorama.ts";
import { openLibavEncoder } from "./libav-encoder.ts";
import { EFFORTS, type EncodedPicture, EncoderError } from "./video-encoder.ts";

const LIMITED_709: PictureColor = { range: "limited", matrix: "bt709", chromaSiting: "left" };
const SIZE = { width: 320, height: 180 };

/** Textured, moving a little from picture to picture, so that every picture costs bits. */
function picture(index: number, { width, height } = SIZE): I420Picture {
	const data = new Uint8Array((width * height * 3) / 2);
	for (let at = 0; at < width * height; at++)
		data[at] =
			128 +
			60 * Math.sin((at % width) / 3 + index / 5) * Math.cos(at / width / 4) +
			((at * 2654435761 + index * 40503) % 23);
	data.fill(110, width * height, (width * height * 5) / 4);
	data.fill(150, (width * height * 5) / 4);
	return { data, width, height };
}

function encodeMany({
	count,
	frameRate = 30,
	bitrateBps = 2_000_000,
	keyframes = [0],
	size = SIZE,
}: {
	count: number;
	frameRate?: number;
	bitrateBps?: number;
	keyframes?: number[];
	size?: { width: number; height: number };
}): EncodedPicture[] {
	using encoder = openLibavEncoder("software", { ...size, frameRate, bitrateBps, color: LIMITED_709 });
	return Array.from({ length: count }, (_, index) =>
		encoder.encode(picture(index, size), {
			ticks: Math.round((index * 90_000) / frameRate),
			keyframe: keyframes.includes(index),
		}),
	);
}

const typesOf = (encoded: EncodedPicture) => splitAnnexB(encoded.data).map((unit) => nalUnitType(unit[0]!));

/** FFmpeg's own decoder as the judge: how many pictures come out, at once, and of what size. */
function decode(pictures: EncodedPicture[]): { width: number; height: number; outAfterEach: number[] } {
	const codec = Codec.findDecoder(AV_CODEC_ID_H264)!;
	const context = new CodecContext();
	context.allocContext3(codec);
	context.threadCount = 1;
	expect(context.open2Sync(codec)).toBe(0);
	const packet = new Packet();
	packet.alloc();
	const frame = new Frame();
	frame.alloc();
	const outAfterEach: number[] = [];
	let size = { width: 0, height: 0 };
	for (const { data } of pictures) {
		packet.data = Buffer.from(data);
		expect(context.sendPacketSync(packet)).toBe(0);
		let out = 0;
		while (context.receiveFrameSync(frame) === 0) {
			out++;
			size = { width: frame.width, height: frame.height };
			frame.unref();
		}
		outAfterEach.push(out);
	}
	packet.free();
	frame.free();
	context.freeContext();
	return { ...size, outAfterEach };
}

describe("openLibavEncoder()", () => {
	it("writes Constrained Baseline without reordering, so that decoders show each picture at once", () => {
		const [first] = encodeMany({ count: 1 });
		const sps = parseSps(splitAnnexB(first!.data).find((unit) => nalUnitType(unit[0]!) === NalUnitType.sps)!);
		expect(sps.profileIdc).toBe(66);
		expect(sps.constraintFlags & 0x40, "constraint_set1: also decodable as Main").toBe(0x40);
		expect({ width: sps.width, height: sps.height }).toEqual(SIZE);
		expect(sps.vui?.bitstreamRestriction?.maxNumReorderFrames).toBe(0);
		expect(sps.vui?.matrixCoefficients).toBe(1);
		expect(sps.vui?.fullRange).toBe(false);
	});

	it("puts SPS and PPS before every IDR, and makes an IDR exactly when asked", () => {
		const encoded = encodeMany({ count: 40, keyframes: [0, 17, 18] });
		expect(encoded.flatMap((one, index) => (one.keyframe ? [index] : []))).toEqual([0, 17, 18]);
		for (const one of encoded) {
			const types = typesOf(one).filter((type) => type !== NalUnitType.sei);
			if (one.keyframe) expect(types).toEqual([NalUnitType.sps, NalUnitType.pps, NalUnitType.idrSlice]);
			else expect(types).toEqual([NalUnitType.slice]);
		}
	});

	it("gives each picture's access unit at once, and FFmpeg's decoder shows it at once", () => {
		const decoded = decode(encodeMany({ count: 12 }));
		expect(decoded.outAfterEach).toEqual(Array(12).fill(1));
		expect({ width: decoded.width, height: decoded.height }).toEqual(SIZE);
	});

	it("keeps to the bit rate, and follows a new one while running", () => {
		const frameRate = 30;
		using encoder = openLibavEncoder("software", { ...SIZE, frameRate, bitrateBps: 2_000_000, color: LIMITED_709 });
		const bitsOf = (from: number, to: number) => {
			let bits = 0;
			for (let index = from; index < to; index++)
				bits += encoder.encode(picture(index), { ticks: index * 3000, keyframe: index === 0 }).data.length * 8;
			return bits / ((to - from) / frameRate);
		};
		bitsOf(0, 30);
		const before = bitsOf(30, 90);
		encoder.setBitrate(500_000);
		bitsOf(90, 110);
		const after = bitsOf(110, 170);
		expect(before).toBeGreaterThan(1_000_000);
		expect(before).toBeLessThan(2_300_000);
		expect(after).toBeGreaterThan(250_000);
		expect(after).toBeLessThan(600_000);
	});

	it("never makes a picture much larger than the rate allows for one, key frames included", () => {
		const bitrateBps = 2_000_000;
		const encoded = encodeMany({ count: 60, bitrateBps, keyframes: [0, 30] });
		const mostBytes = Math.max(...encoded.map((one) => one.data.length));
		expect(mostBytes * 8).toBeLessThan((bitrateBps / 30) * 3);
	});

	it("encodes sizes that are no multiple of 16", () => {
		const size = { width: 322, height: 182 };
		const decoded = decode(encodeMany({ count: 2, size }));
		expect({ width: decoded.width, height: decoded.height }).toEqual(size);
	});

	it("falls back to x264 with one line when named hardware is not there", () => {
		const lines: string[] = [];
		const options = { ...SIZE, frameRate: 30, bitrateBps: 1_000_000, color: LIMITED_709 };
		using encoder = openLibavEncoder("h264_videotoolbox", options, (line) => lines.push(line));
		if (process.platform !== "darwin") {
			expect(encoder.name).toBe("libx264");
			expect(lines).toHaveLength(1);
			expect(lines[0]).toContain("h264_videotoolbox can't be used here");
		}
		expect(encoder.encode(picture(0), { ticks: 0, keyframe: true }).keyframe).toBe(true);
	});

	it("names the option that is wrong", () => {
		const options = { ...SIZE, frameRate: 30, bitrateBps: 1_000_000, color: LIMITED_709 };
		expect(() => openLibavEncoder("software", { ...options, width: 321 })).toThrow(/width is an even number.*321/);
		expect(() => openLibavEncoder("software", { ...options, frameRate: 0 })).toThrow(/frameRate/);
		expect(() => openLibavEncoder("software", { ...options, bitrateBps: -5 })).toThrow(/bitrateBps.*-5/);
		using encoder = openLibavEncoder("software", options);
		expect(() => encoder.encode(picture(0, { width: 160, height: 90 }), { ticks: 0, keyframe: true })).toThrow(
			/320x180.*160x90/,
		);
		expect(() => encoder.setBitrate(Number.NaN)).toThrow(/NaN/);
	});
});

describe("openLibavEncoder() at each effort", () => {
	it.each([
		["baseline", [66, 66, 66]],
		// Without CABAC the pictures are Baseline's, which every decoder of Main decodes.
		["main", [66, 77, 77]],
	] as const)("keeps to %s profile", (profile, profilesIdc) => {
		const written = EFFORTS.map((effort) => {
			const options = { ...SIZE, frameRate: 30, bitrateBps: 1_000_000, color: LIMITED_709, effort } as const;
			using encoder = openLibavEncoder("software", { ...options, format: { codec: "h264", profile } });
			expect(encoder.effort).toBe(effort);
			const pictures = [0, 1, 2].map((index) =>
				encoder.encode(picture(index), { ticks: index * 3000, keyframe: index === 0 }),
			);
			expect(decode(pictures).outAfterEach).toEqual([1, 1, 1]);
			const sps = splitAnnexB(pictures[0]!.data).find((unit) => nalUnitType(unit[0]!) === NalUnitType.sps);
			return parseSps(sps!).profileIdc;
		});
		expect(written).toEqual(profilesIdc);
	});
});

describe("openLibavEncoder() that fails", () => {
	const AVERROR_ENOMEM = -12;
	afterEach(() => void vi.restoreAllMocks());

	it.each([
		[
			"there is no memory for a picture",
			() => vi.spyOn(Frame.prototype, "getBuffer").mockReturnValue(AVERROR_ENOMEM),
		],
		[
			"the encoder does not open",
			() => vi.spyOn(CodecContext.prototype, "open2Sync").mockReturnValue(AVERROR_ENOMEM),
		],
		["an option is unknown", () => vi.spyOn(CodecContext.prototype, "setOption").mockReturnValue(AVERROR_ENOMEM)],
	])("keeps no context when %s", (_, breakIt) => {
		const allocated = vi.spyOn(CodecContext.prototype, "allocContext3");
		const freed = vi.spyOn(CodecContext.prototype, "freeContext");
		breakIt();
		const options = { ...SIZE, frameRate: 30, bitrateBps: 1e6, color: LIMITED_709 };
		expect(() => openLibavEncoder("software", options)).toThrow(EncoderError);
		expect(allocated).toHaveBeenCalledOnce();
		expect(freed.mock.instances).toEqual(allocated.mock.instances);
	});
});

describe("openLibavEncoder() for clients that get one NAL unit a packet", () => {
	it("cuts every picture into slices that fit, also rich key frames, and any decoder decodes them", () => {
		const size = { width: 640, height: 360 };
		using encoder = openLibavEncoder("auto", {
			...size,
			frameRate: 30,
			bitrateBps: 12_000_000,
			color: LIMITED_709,
			format: { codec: "h264", profile: "baseline", maxNalUnitBytes: 1180 },
		});
		expect(encoder.name).toBe("libx264");
		const pictures = Array.from({ length: 6 }, (_, index) =>
			encoder.encode(picture(index, size), { ticks: index * 3000, keyframe: index % 3 === 0 }),
		);
		for (const { data } of pictures) {
			const units = splitAnnexB(data);
			expect(units.filter((unit) => unit.length > 1180)).toEqual([]);
			expect(units.length).toBeGreaterThan(10);
		}
		expect(decode(pictures)).toEqual({ ...size, outAfterEach: [1, 1, 1, 1, 1, 1] });
	});
});
