import { describe, expect, it } from "vitest";
import type { EncodedPacket } from "../media/encoded-packet.ts";
import { encodeFrameMessage, type FrameMessage, frameMessageFromPacket, parseFrameMessage } from "./frame-message.ts";
import { mutatedTexts } from "./mutated-texts.cases.ts";

const FRAME: FrameMessage = {
	rtpTicks: 0xfffffff0,
	poseSequence: 1234,
	orientation: [0, 0.6, 0, 0.8],
	fovDeg: 87.5,
	eyes: 2,
	lens: "foveated",
	frusta: [
		{ left: 1, right: 0.75, up: 0.5, down: 0.625 },
		{ left: 0.75, right: 1, up: 0.5, down: 0.625, headFromEye: [0, 0.6, 0, 0.8] },
	],
	foveation: { gaze: [0.125, -0.25], strength: [4, 0] },
	surround: { width: 1280, height: 80, cuts: 2, gap: 8 },
	times: { panoramaMs: 1000.25, poseMs: 1001, drawMs: 1001.5, drawnMs: 1005.25, encodedMs: 1009, sentMs: 1009.5 },
};

function parsed(text: string): FrameMessage {
	const result = parseFrameMessage(text);
	if (result.kind !== "message") throw new Error(JSON.stringify(result));
	return result.message;
}

describe("frame message", () => {
	it("comes back as it was sent", () => {
		expect(parsed(encodeFrameMessage(FRAME))).toEqual(FRAME);
	});

	it("fits well into one packet after ten days of uptime", () => {
		const times = Object.fromEntries(Object.keys(FRAME.times).map((stage) => [stage, 864_000_123.456]));
		const text = encodeFrameMessage({
			...FRAME,
			poseSequence: 0xffffffff,
			orientation: [-0.123456, -0.654321, -0.111111, 0.733333],
			times,
		});
		expect(text.length).toBeLessThan(700);
	});

	it("is made from a packet, in milliseconds, without the stages that do not apply", () => {
		const packet: EncodedPacket = {
			kind: "video",
			codec: "h264",
			accessUnit: new Uint8Array(0),
			keyframe: true,
			rtpTicks: 90_000,
			poseSequence: 0,
			pose: { worldFromView: [0, 0, 0, 1], fovRad: Math.PI / 2 },
			width: 640,
			height: 360,
			eyes: 1,
			lens: "flat",
			mediaTimeSec: 0,
			stages: {
				capturedSec: Number.NaN,
				panoramaReadySec: 1,
				poseReceivedSec: Number.NaN,
				drawStartSec: 1.5,
				drawEndSec: 1.504,
				encodeEndSec: 1.508,
			},
		};
		const text = encodeFrameMessage(frameMessageFromPacket(packet, 1.51));
		for (const field of ["eyes", "lens", "frusta", "foveation", "surround"])
			expect(text, "a plain view has none of the later fields").not.toContain(field);
		expect(frameMessageFromPacket({ ...packet, eyes: 2 }, 1.51).eyes).toBe(2);
		const stages = { ...packet.stages, capturedSec: 0.75 };
		const captured = encodeFrameMessage(frameMessageFromPacket({ ...packet, stages }));
		expect(parsed(captured).times).toMatchObject({ capturedMs: 750, panoramaMs: 1000 });
		expect(parsed(text)).toEqual({
			rtpTicks: 90_000,
			poseSequence: 0,
			orientation: [0, 0, 0, 1],
			fovDeg: 90,
			eyes: 1,
			lens: "flat",
			times: { panoramaMs: 1000, drawMs: 1500, drawnMs: 1504, encodedMs: 1508, sentMs: 1510 },
		});
	});

	it("passes over stages that are not numbers, and over missing ones", () => {
		expect(
			parsed('{"type":"frame","rtp":1,"pose":2,"q":[0,0,0,1],"fov":90,"t":{"pose":"soon","sent":5}}').times,
		).toEqual({ sentMs: 5 });
		expect(parsed('{"type":"frame","rtp":1,"pose":2,"q":[0,0,0,1],"fov":90}').times).toEqual({});
	});

	it.each([
		["not JSON", "frame", "JSON"],
		["no RTP time", '{"type":"frame","pose":2,"q":[0,0,0,1],"fov":90}', "`rtp`"],
		["a negative RTP time", '{"type":"frame","rtp":-1,"pose":2,"q":[0,0,0,1],"fov":90}', "`rtp`"],
		["no pose", '{"type":"frame","rtp":1,"q":[0,0,0,1],"fov":90}', "`pose`"],
		["no rotation", '{"type":"frame","rtp":1,"pose":2,"q":[0,0,0,0],"fov":90}', "`q`"],
		["no field of view", '{"type":"frame","rtp":1,"pose":2,"q":[0,0,0,1]}', "`fov`"],
		["three eyes", '{"type":"frame","rtp":1,"pose":2,"q":[0,0,0,1],"fov":90,"eyes":3}', "`eyes`"],
		["a lens that is no text", '{"type":"frame","rtp":1,"pose":2,"q":[0,0,0,1],"fov":90,"lens":1}', "`lens`"],
		["a frustum too few", '{"type":"frame","rtp":1,"pose":2,"q":[0,0,0,1],"fov":90,"frusta":[]}', "`frusta`"],
		[
			"a frustum without a width",
			'{"type":"frame","rtp":1,"pose":2,"q":[0,0,0,1],"fov":90,"frusta":[{"left":1,"right":-1,"up":1,"down":1}]}',
			"`frusta`",
		],
		[
			"a foveation of null",
			'{"type":"frame","rtp":1,"pose":2,"q":[0,0,0,1],"fov":90,"foveation":null}',
			"`foveation`",
		],
		[
			"a surround without its gap",
			'{"type":"frame","rtp":1,"pose":2,"q":[0,0,0,1],"fov":90,"surround":{"width":40,"height":16,"cuts":1}}',
			"`surround`",
		],
		["times of null", '{"type":"frame","rtp":1,"pose":2,"q":[0,0,0,1],"fov":90,"t":null}', "`t`"],
	])("refuses %s", (_, text, reason) => {
		expect(parseFrameMessage(text)).toMatchObject({ kind: "refused", reason: expect.stringContaining(reason) });
	});

	it("never throws and gives only finite numbers, whatever is mutated", () => {
		let understoodCount = 0;
		for (const mutated of mutatedTexts(encodeFrameMessage(FRAME), 10_000)) {
			const result = parseFrameMessage(mutated);
			if (result.kind !== "message") continue;
			understoodCount++;
			const { rtpTicks, poseSequence, orientation, fovDeg, times } = result.message;
			expect(
				[rtpTicks, poseSequence, ...orientation, fovDeg, ...Object.values(times)].every(Number.isFinite),
			).toBe(true);
		}
		expect(understoodCount).toBeGreaterThan(100);
	});

	it("calls a lens that it does not know custom, as it can't be shown in another direction either", () => {
		const text = '{"type":"frame","rtp":1,"pose":2,"q":[0,0,0,1],"fov":90,"lens":"prism"}';
		expect(parsed(text).lens).toBe("custom");
	});

	it("ignores other types", () => {
		expect(parseFrameMessage('{"type":"audio"}')).toEqual({ kind: "ignored", type: "audio" });
	});
});
