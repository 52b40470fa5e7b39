import { describe, expect, it } from "vitest";
import { H264Decoder } from "../../test/support/h264-decoder.ts";
import { monotonicSec } from "../media/clock.ts";
import type { EncodedPacket } from "../media/encoded-packet.ts";
import { splitAnnexB } from "../media/h264.ts";
import { quaternionFromAngles } from "../media/rotation.ts";
import { PLAIN_H264 } from "../media/video-format.ts";
import { frameMessageFromPacket } from "../protocol/frame-message.ts";
import { frameStampOf } from "../protocol/frame-stamp.ts";
import { H264Packetizer } from "../session/payload/h264-packetizer.ts";
import { MAX_PAYLOAD_BYTES } from "../session/payload/max-payload.ts";
import { RtpHeader } from "../session/rtp-header.ts";
import { play, setUp, until } from "./rendered-views.cases.ts";

const isStamped = ({ accessUnit }: EncodedPacket) => frameStampOf(accessUnit) !== undefined;

describe("pictures of clients that ask for more than a plain view", () => {
	it("carry their message, with all that is known when they are encoded, while stamps are wished", async () => {
		const { heap, pool, add } = await setUp();
		const { view, packets } = add();
		await pool.setStore(play(heap).store);
		await until(() => packets.length > 1);
		expect(packets.some(isStamped)).toBe(false);
		view.mailbox.parts = { stamps: true, surround: false };
		const worldFromView = quaternionFromAngles({ yawDeg: 30, pitchDeg: 5, rollDeg: 0 });
		view.mailbox.putPose({ worldFromView, fovRad: 1.25, sequence: 7, receivedSec: monotonicSec() });
		await until(() => packets.some((packet) => isStamped(packet) && packet.poseSequence === 7));
		const packet = packets.find((each) => isStamped(each) && each.poseSequence === 7)!;
		const stamp = frameStampOf(packet.accessUnit)!;
		const message = frameMessageFromPacket(packet);
		expect(stamp).toMatchObject({ rtpTicks: packet.rtpTicks, poseSequence: 7, eyes: 1, lens: "flat" });
		expect(stamp.fovDeg).toBeCloseTo(message.fovDeg, 4);
		for (const [index, part] of worldFromView.entries()) expect(stamp.orientation[index]).toBeCloseTo(part, 6);
		for (const stage of ["panoramaMs", "poseMs", "drawMs", "drawnMs", "encodedMs"] as const)
			expect(stamp.times[stage]).toBeCloseTo(message.times[stage]!, 1);
		expect(stamp.times.sentMs).toBeUndefined();
		view.mailbox.parts = { stamps: false, surround: false };
		await until(() => !isStamped(packets.at(-1)!));
	});

	it("are the same pictures to a decoder, with a stamp and without", async () => {
		const { heap, pool, add } = await setUp();
		const { view, packets } = add();
		view.mailbox.parts = { stamps: true, surround: false };
		await pool.setStore(play(heap).store);
		await until(() => packets.length > 4);
		using stamped = new H264Decoder();
		using plain = new H264Decoder();
		for (const { accessUnit } of packets.slice(0, 4)) {
			const units = splitAnnexB(accessUnit).filter((unit) => (unit[0]! & 0x1f) !== 6);
			expect(units.length).toBeLessThan(splitAnnexB(accessUnit).length);
			const without = Buffer.concat(units.flatMap((unit) => [Uint8Array.of(0, 0, 0, 1), unit]));
			const [ours, theirs] = [stamped.decode(accessUnit), plain.decode(without)];
			for (const [index, plane] of ours.planes.entries())
				expect(Buffer.compare(plane, theirs.planes[index]!)).toBe(0);
		}
	});

	it("fit one packet for each of their units in packetization mode 0, stamps too", async () => {
		const { heap, pool, add } = await setUp();
		const { view, packets } = add(30, undefined, { ...PLAIN_H264, maxNalUnitBytes: MAX_PAYLOAD_BYTES });
		view.mailbox.parts = { stamps: true, surround: true };
		await pool.setStore(play(heap).store);
		await until(() => packets.length > 2);
		const header = new RtpHeader({ ssrc: 1, payloadType: 96, extensions: {}, firstSequenceNumber: 0 });
		const packetizer = new H264Packetizer({ header, packetizationMode: 0 });
		using decoder = new H264Decoder();
		for (const { accessUnit, rtpTicks } of packets.slice(0, 2)) {
			const units = packetizer
				.packetize(accessUnit, rtpTicks)
				.map((packet) => packet.subarray(header.byteLength));
			expect(units.filter((unit) => unit.length > MAX_PAYLOAD_BYTES)).toEqual([]);
			const received = Uint8Array.from(Buffer.concat(units.flatMap((unit) => [Uint8Array.of(0, 0, 0, 1), unit])));
			expect(frameStampOf(received)).toMatchObject({ rtpTicks, surround: { width: 320 } });
			expect(decoder.decode(received)).toMatchObject({ width: 320, height: 180 + 12 + 16 });
		}
	});

	it("have a surround below the view while it is wished, and none while a transform changes them", async () => {
		const { heap, pool, add } = await setUp();
		const { view, packets } = add();
		view.mailbox.parts = { stamps: true, surround: true };
		await pool.setStore(play(heap).store);
		await until(() => packets.length > 0);
		using decoder = new H264Decoder();
		const [first] = packets;
		const surround = { width: 320, height: 16, cuts: 2, gap: 12 };
		expect(first).toMatchObject({ width: 320, height: 180, surround });
		expect(frameStampOf(first!.accessUnit)?.surround).toEqual(surround);
		expect(decoder.decode(first!.accessUnit)).toMatchObject({ width: 320, height: 180 + 12 + 16 });
		view.transform = () => {};
		await until(() => packets.at(-1)!.surround === undefined);
		const plain = packets.find((packet) => packet.surround === undefined)!;
		expect(plain.keyframe).toBe(true);
		expect(decoder.decode(plain.accessUnit)).toMatchObject({ width: 320, height: 180 });
	});
});
