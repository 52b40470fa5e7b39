import type { Packet } from "node-av/lib";
import { describe, expect, it, vi } from "vitest";
import { monotonicSec } from "../media/clock.ts";
import { type CopiedInput, PacketCopier } from "./packet-copier.ts";
import { type PacketWish, packetsOfBatch, type SourcePacketBatch } from "./source-packets.ts";

/** FFmpeg's AV_CODEC_ID_H264. */
const H264 = 27;

function copier() {
	const batches: SourcePacketBatch[] = [];
	const job = {
		packetsWanted: "all" as PacketWish,
		sendPackets: (batch: SourcePacketBatch) => void batches.push(batch),
	};
	let take: (packet: Packet) => void = () => {};
	const input = {
		tickSec: 0.001,
		stream: { codecpar: { codecId: H264, extradata: Buffer.of(1, 2) } },
		set onPacket(onPacket: (packet: Packet) => void) {
			take = onPacket;
		},
	} as unknown as CopiedInput;
	const made = new PacketCopier(job);
	made.opened(input);
	const put = (byte: number, isKeyframe: boolean) =>
		take({
			data: Buffer.of(byte, byte),
			isKeyframe,
			pts: BigInt(byte) * 40n,
			dts: -(2n ** 63n),
			duration: 40n,
		} as unknown as Packet);
	const packets = () => batches.flatMap((batch) => [...packetsOfBatch(batch)]);
	return { made, job, put, packets };
}

describe("PacketCopier", () => {
	it("copies packets from a key frame on, with their time stamps and the decoder's configuration", () => {
		const { made, put, packets } = copier();
		for (const [byte, isKeyframe] of [
			[1, false],
			[2, true],
			[3, false],
		] as const)
			put(byte, isKeyframe);
		made.flush();
		expect(packets().map(({ data, keyframe, stampSec }) => [...data, keyframe, stampSec])).toEqual([
			[2, 2, true, 0.08],
			[3, 3, false, 0.12],
		]);
		const [first] = packets();
		expect(first).toMatchObject({ codec: "h264", durationSec: 0.04, decodeSec: Number.NaN });
		expect([...first!.configuration]).toEqual([1, 2]);
	});

	it("copies nothing while nobody wants it, and begins anew at a key frame", () => {
		const { made, job, put, packets } = copier();
		put(1, true);
		job.packetsWanted = "none";
		put(2, false);
		job.packetsWanted = "all";
		put(3, false);
		put(4, true);
		made.flush();
		expect(packets().map(({ data }) => data[0])).toEqual([1, 4]);
	});

	it("sends waiting packets when no further one comes, as from a still picture or a paused source", () => {
		vi.useFakeTimers();
		const { made, job, put, packets } = copier();
		put(1, true);
		made.tend();
		expect(packets()).toEqual([]);
		vi.advanceTimersByTime(101);
		made.tend();
		expect(packets().map(({ data }) => data[0])).toEqual([1]);
		job.packetsWanted = "group";
		for (const byte of [2, 3]) put(byte, true);
		made.tend();
		job.packetsWanted = "all";
		made.tend();
		vi.advanceTimersByTime(101);
		made.tend();
		expect(packets().map(({ data }) => data[0])).toEqual([1, 3]);
		vi.useRealTimers();
	});

	it("keeps the present group where it may be wanted, and begins with it as if it was read then", () => {
		const { made, job, put, packets } = copier();
		job.packetsWanted = "group";
		for (const [byte, isKeyframe] of [
			[1, false],
			[2, true],
			[3, false],
			[4, true],
			[5, false],
		] as const)
			put(byte, isKeyframe);
		made.flush();
		expect(packets()).toEqual([]);
		const wantedSec = monotonicSec();
		job.packetsWanted = "all";
		put(6, false);
		made.flush();
		expect(packets().map(({ data, keyframe }) => [data[0], keyframe])).toEqual([
			[4, true],
			[5, false],
			[6, false],
		]);
		const times = packets().map(({ receivedSec }) => receivedSec);
		expect(times[0]).toBeGreaterThan(wantedSec - 0.001);
		expect(new Set(times).size).toBe(3);
		job.packetsWanted = "group";
		put(7, false);
		job.packetsWanted = "all";
		put(8, false);
		put(9, true);
		made.flush();
		// What comes while nobody wants it is missing in its group.
		expect(packets().map(({ data }) => data[0])).toEqual([4, 5, 6, 9]);
	});
});
