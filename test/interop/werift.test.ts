import { AV_CODEC_ID_H264 } from "node-av/constants";
import { Codec, CodecContext, Frame, Packet } from "node-av/lib";
import { describe, expect, it } from "vitest";
import { H264RtpPayload } from "werift";
import { landmarks, limitedBt709FromRgb } from "../../src/source/pattern-scene.ts";
import { createPatternSource } from "../../src/source/pattern-source.ts";
import { serversOfEachTest } from "../support/test-server.ts";
import { until, WeriftViewer } from "../support/werift-viewer.ts";

const start = serversOfEachTest();

/**
 * FFmpeg's decoder on what werift's own depacketizer puts together.
 * @returns Y, Cb and Cr in the middle of the last picture, and how many there were.
 */
function decode(packets: WeriftViewer["packets"]): {
	pictures: number;
	middle: number[];
	width: number;
	height: number;
} {
	const codec = Codec.findDecoder(AV_CODEC_ID_H264)!;
	const context = new CodecContext();
	context.allocContext3(codec);
	expect(context.open2Sync(codec)).toBe(0);
	const packet = new Packet();
	packet.alloc();
	const frame = new Frame();
	frame.alloc();
	const ordered = [...packets].sort(
		(a, b) =>
			((a.header.sequenceNumber - packets[0]!.header.sequenceNumber + 0x8000) & 0xffff) -
			((b.header.sequenceNumber - packets[0]!.header.sequenceNumber + 0x8000) & 0xffff),
	);
	const result = { pictures: 0, middle: [0, 0, 0], width: 0, height: 0 };
	let fragment: Buffer | undefined;
	let accessUnit: Buffer[] = [];
	for (const { header, payload } of ordered) {
		const unit = H264RtpPayload.deSerialize(payload, fragment);
		fragment = unit.fragment;
		if (unit.payload) accessUnit.push(unit.payload);
		if (!header.marker) continue;
		packet.data = Buffer.concat(accessUnit);
		accessUnit = [];
		if (context.sendPacketSync(packet) < 0) continue;
		while (context.receiveFrameSync(frame) === 0) {
			const { width, height, linesize, data } = frame;
			const [y, cb, cr] = data as [Buffer, Buffer, Buffer];
			const at = (plane: Buffer, stride: number, scale: number) =>
				plane[(height / scale / 2) * stride + width / scale / 2]!;
			Object.assign(result, {
				pictures: result.pictures + 1,
				width,
				height,
				middle: [at(y, linesize[0]!, 1), at(cb, linesize[1]!, 2), at(cr, linesize[2]!, 2)],
			});
			frame.unref();
		}
	}
	packet.free();
	frame.free();
	context.freeContext();
	return result;
}

describe("werift", () => {
	it("receives a stream that FFmpeg decodes, turns the view and exchanges messages", async () => {
		const server = await start({
			source: createPatternSource({ width: 1920, height: 960, frameRate: 30 }),
			view: { width: 640, height: 360, fovDeg: 60, frameRate: 30 },
			channels: { echo: ({ message, viewer }) => void viewer.send("echo", message) },
		});
		const back = landmarks.find(({ name }) => name === "back")!;
		const viewer = await WeriftViewer.connect({
			url: `http://127.0.0.1:${server.port}/`,
			channels: ["camera", "echo"],
		});
		viewer.send("camera", JSON.stringify({ yaw: back.yawDeg, fov_x: 60 }));
		viewer.send("echo", "text");
		viewer.send("echo", Buffer.from([1, 2, 3]));
		await until(() => viewer.packets.filter(({ header }) => header.marker).length > 60, "two seconds of video");
		const decoded = decode(viewer.packets);
		expect(decoded).toMatchObject({ width: 640, height: 360 });
		expect(decoded.pictures).toBeGreaterThan(50);
		for (const [plane, value] of limitedBt709FromRgb(back.color).entries())
			expect(Math.abs(decoded.middle[plane]! - value)).toBeLessThanOrEqual(8);
		expect(viewer.textsOf("echo")).toEqual(["text", "\u0001\u0002\u0003"]);
		await viewer.close();
	});
});
