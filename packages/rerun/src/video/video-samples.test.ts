import { describe, expect, it } from "vitest";
import { VideoCodec } from "../archetypes/enums.generated.ts";
import { Batching } from "../chunk/batcher.ts";
import { seededRandom } from "../seeded-random.cases.ts";
import { CollectingSink } from "../stream/recording-stream.cases.ts";
import { RecordingStream } from "../stream/recording-stream.ts";
import { splitAnnexB } from "./h26x.ts";
import { VideoLogger, VideoSampleError, VideoSamples } from "./video-samples.ts";

/** Bits as a text, filled up with a stop bit: a NAL unit's content behind its header. */
const nal = (header: readonly number[], bits: string, length = 0) => {
	const padded = `${bits}1`.padEnd(Math.ceil((bits.length + 1) / 8) * 8, "0");
	const content = padded.match(/.{8}/g)!.map((byte) => Number.parseInt(byte, 2));
	return Uint8Array.from([...header, ...content, ...Array.from({ length }, (_, at) => 0x80 + (at % 0x70))]);
};
/** Exp-Golomb. */
const golomb = (value: number) => {
	const binary = (value + 1).toString(2);
	return "0".repeat(binary.length - 1) + binary;
};
const P = 0;
const B = 1;
const I = 7;
const slice = (type: number, { first = 0, key = false, length = 20 } = {}) =>
	nal([key ? 0x65 : 0x41], golomb(first) + golomb(type), length);
const key = () => slice(I, { key: true });
const SPS = nal([0x67, 0x42, 0xe0, 0x1f], golomb(0), 4);
const PPS = nal([0x68], golomb(0) + golomb(0));
const AUD = Uint8Array.of(0x09, 0xf0);
const SEI = Uint8Array.of(0x06, 5, 1, 9, 0x80);

const annexB = (...units: readonly Uint8Array[]) =>
	Uint8Array.from(units.flatMap((unit, at) => [...(at === 0 ? [0, 0, 0, 1] : [0, 0, 1]), ...unit]));
const prefixed = (...units: readonly Uint8Array[]) =>
	Uint8Array.from(units.flatMap((unit) => [0, 0, unit.length >> 8, unit.length & 255, ...unit]));
const faultOf = (work: () => unknown) => {
	try {
		work();
	} catch (error) {
		if (error instanceof VideoSampleError) return error.fault;
		throw error;
	}
	return null;
};

describe("VideoSamples of H.264", () => {
	it("leaves what is right as it is", () => {
		const samples = new VideoSamples("h264");
		const first = annexB(AUD, SPS, PPS, SEI, key());
		expect(samples.read(first)).toEqual({ bytes: first, isKeyframe: true, repairs: [] });
		expect(samples.read(first).bytes).toBe(first);
		const second = annexB(slice(P));
		expect(samples.read(second)).toEqual({ bytes: second, isKeyframe: false, repairs: [] });
		const slices = annexB(slice(P), slice(P, { first: 40 }), slice(P, { first: 3000 }));
		expect(samples.read(slices).repairs).toEqual([]);
	});

	it("puts start codes in place of lengths", () => {
		const samples = new VideoSamples("h264");
		const { bytes, isKeyframe, repairs } = samples.read(prefixed(SPS, PPS, key()));
		expect(splitAnnexB(bytes)).toEqual([SPS, PPS, key()]);
		expect([isKeyframe, repairs]).toEqual([true, ["startCodes"]]);
		// Lengths from 256 to 511 look as a start code.
		for (const length of [252, 300, 400, 505]) {
			const unit = slice(P, { length });
			expect(splitAnnexB(samples.read(prefixed(unit)).bytes)).toEqual([unit]);
		}
	});

	it("doesn't take start codes for lengths", () => {
		const samples = new VideoSamples("h264");
		// Begins with 0 0 1 0x41, which is also a length of 321, and is exactly that long.
		const unit = slice(P, { length: 322 });
		const sample = Uint8Array.from([0, 0, 1, ...unit]);
		expect(sample.length).toBe(4 + 0x141 + 2);
		const exact = sample.subarray(0, 4 + 0x141);
		expect(samples.read(exact).bytes).toBe(exact);
	});

	it("gives key frames the parameter sets that they lack", () => {
		const samples = new VideoSamples("h264");
		samples.read(annexB(SPS, PPS, key()));
		const { bytes, repairs } = samples.read(annexB(AUD, SEI, key()));
		expect(splitAnnexB(bytes)).toEqual([AUD, SPS, PPS, SEI, key()]);
		expect(repairs).toEqual(["parameterSets"]);
		const other = Uint8Array.from([...SPS.subarray(0, -1), 0x99]);
		samples.read(annexB(other, PPS, key()));
		expect(splitAnnexB(samples.read(annexB(key())).bytes)).toEqual([other, PPS, key()]);
	});

	it("takes parameter sets from a description", () => {
		const avcC = Uint8Array.from([
			1,
			0x42,
			0xe0,
			0x1f,
			0xff,
			0xe1,
			0,
			SPS.length,
			...SPS,
			1,
			0,
			PPS.length,
			...PPS,
		]);
		for (const description of [avcC, annexB(SPS, PPS)])
			expect(splitAnnexB(new VideoSamples("h264", description).read(prefixed(key())).bytes)).toEqual([
				SPS,
				PPS,
				key(),
			]);
		expect(() => new VideoSamples("h264", Uint8Array.of(1, 2, 3))).toThrow(TypeError);
	});

	it.each([
		["neither start codes nor lengths", Uint8Array.of(0x65, 1, 2, 3, 4, 5), "notAnnexB"],
		["nothing", new Uint8Array(0), "notAnnexB"],
		["no picture", annexB(SPS, PPS), "noPicture"],
		["two pictures", annexB(slice(P), slice(P)), "severalPictures"],
		[
			"two pictures, each behind a delimiter",
			annexB(AUD, slice(P), AUD, slice(P, { first: 9 })),
			"severalPictures",
		],
		["a B-frame", annexB(slice(B)), "bFrames"],
		["a B-frame that says that all its slices are", annexB(slice(B + 5)), "bFrames"],
		["a key frame without parameter sets", annexB(key()), "noParameterSets"],
		["a key frame without SPS", annexB(PPS, key()), "noParameterSets"],
	])("refuses %s", (_, bytes, fault) => {
		expect(faultOf(() => new VideoSamples("h264").read(bytes))).toBe(fault);
	});

	it("reads on behind a fault", () => {
		const samples = new VideoSamples("h264");
		expect(faultOf(() => samples.read(annexB(SPS, PPS)))).toBe("noPicture");
		expect(samples.read(annexB(SPS, PPS, key())).repairs).toEqual([]);
	});
});

describe("VideoSamples of H.265", () => {
	const unit = (type: number, bits: string) => nal([type << 1, 1], bits, 8);
	/**
	 * A VPS with one layer, 16 bits of ones, any profile, one picture kept, and reordered pictures.
	 */
	const vpsOf = (reordered: number) => {
		const head = `0000${"11"}${"000000"}${"000"}1${"1".repeat(16)}`;
		const profile = "01".repeat(48);
		return unit(32, `${head}${profile}1${golomb(1)}${golomb(reordered)}${golomb(0)}`);
	};
	const [vps, sps, pps] = [vpsOf(0), unit(33, "0000"), unit(34, golomb(0))];
	const idr = unit(19, "1");
	const trail = (first = true) => unit(1, first ? "1" : "0");

	it("knows pictures, key frames and parameter sets", () => {
		const samples = new VideoSamples("h265");
		expect(samples.read(annexB(vps, sps, pps, idr))).toMatchObject({ isKeyframe: true, repairs: [] });
		expect(samples.read(annexB(trail(), trail(false)))).toMatchObject({ isKeyframe: false, repairs: [] });
		expect(splitAnnexB(samples.read(annexB(idr)).bytes)).toEqual([vps, sps, pps, idr]);
		expect(faultOf(() => samples.read(annexB(trail(), trail())))).toBe("severalPictures");
		expect(faultOf(() => new VideoSamples("h265").read(annexB(idr)))).toBe("noParameterSets");
	});

	it("knows from its VPS that pictures are reordered, until another says otherwise", () => {
		const samples = new VideoSamples("h265");
		expect(faultOf(() => samples.read(annexB(vpsOf(2), sps, pps, idr)))).toBe("bFrames");
		expect(faultOf(() => samples.read(annexB(trail())))).toBe("bFrames");
		expect(samples.read(annexB(vpsOf(0), sps, pps, idr)).isKeyframe).toBe(true);
	});
});

describe("VideoSamples of anything", () => {
	it.each(["h264", "h265"] as const)("are %s or end in the error that says what they aren't", (codec) => {
		const random = seededRandom(7);
		const whole = annexB(AUD, SPS, PPS, SEI, key(), slice(P, { first: 5 }));
		const samples = new VideoSamples(codec);
		let faults = 0;
		for (let round = 0; round < 2000; round++) {
			const bytes = (round % 2 === 0 ? whole : prefixed(SPS, PPS, key())).slice(
				0,
				1 + Math.floor(random() * whole.length),
			);
			for (let change = 0; change < 3; change++)
				bytes[Math.floor(random() * bytes.length)] = Math.floor(random() * 256);
			if (faultOf(() => samples.read(bytes)) !== null) faults++;
		}
		expect(faults).toBeGreaterThan(100);
	});
});

describe("VideoLogger", () => {
	const record = (strict: boolean) => {
		const warnings: string[] = [];
		const recording = new RecordingStream("test", {
			environment: {},
			strict,
			sendProperties: false,
			logTime: false,
			batching: Batching.never,
			onWarning: (message) => warnings.push(message),
		});
		const sink = new CollectingSink();
		recording.setSinks(sink);
		return { recording, sink, warnings };
	};

	it("logs the codec once, static, and pictures with their times", async () => {
		const { recording, sink } = record(true);
		const video = new VideoLogger(recording, "camera", VideoCodec.H264, { drawOrder: -1 });
		recording.setTime("frame", { sequence: 1 });
		const first = annexB(SPS, PPS, key());
		video.log(first);
		video.log(annexB(slice(P)), { times: { frame: { sequence: 2 } } });
		await recording.close();
		expect(sink.rows).toEqual([
			{
				path: "/camera",
				times: {},
				values: { "VideoStream:codec": [VideoCodec.H264], "VideoStream:draw_order": [-1] },
			},
			{
				path: "/camera",
				times: { frame: 1n },
				values: { "VideoStream:sample": [first], "VideoStream:is_keyframe": [true] },
			},
			{
				path: "/camera",
				times: { frame: 2n },
				values: { "VideoStream:sample": [annexB(slice(P))], "VideoStream:is_keyframe": [false] },
			},
		]);
	});

	it("warns of what viewers can't show, and goes on; strict streams throw", async () => {
		const { recording, sink, warnings } = record(false);
		const video = new VideoLogger(recording, "camera", VideoCodec.H264);
		video.log(annexB(SPS, PPS, key()));
		for (let index = 0; index < 4; index++) video.log(annexB(slice(B)));
		video.log(annexB(slice(P)));
		await recording.close();
		expect(warnings).toEqual([expect.stringMatching(/is a B-frame/)]);
		expect(recording.stats.mistakes).toBe(4);
		expect(sink.rows).toHaveLength(3);
		const strict = record(true);
		expect(() => new VideoLogger(strict.recording, "camera", VideoCodec.H264).log(annexB(slice(B)))).toThrow(
			VideoSampleError,
		);
	});

	it("passes on other codecs as they are", async () => {
		const { recording, sink } = record(true);
		new VideoLogger(recording, "camera", VideoCodec.VP9).log(Uint8Array.of(1, 2, 3), { isKeyframe: true });
		await recording.close();
		expect(sink.rows[1]!.values).toEqual({
			"VideoStream:sample": [Uint8Array.of(1, 2, 3)],
			"VideoStream:is_keyframe": [true],
		});
	});

	it("copies a sample, unless its bytes are to be kept", async () => {
		const rowsOf = async (keep: boolean) => {
			const { recording, sink } = record(true);
			const sample = Uint8Array.of(1, 2, 3);
			new VideoLogger(recording, "camera", VideoCodec.AV1).log(sample, { isKeyframe: true, keep });
			sample.fill(9);
			await recording.close();
			return sink.rows[1]!.values;
		};
		const flag = { "VideoStream:is_keyframe": [true] };
		expect(await rowsOf(false)).toEqual({ "VideoStream:sample": [Uint8Array.of(1, 2, 3)], ...flag });
		expect(await rowsOf(true)).toEqual({ "VideoStream:sample": [Uint8Array.of(9, 9, 9)], ...flag });
	});
});
