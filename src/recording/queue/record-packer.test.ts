import { describe, expect, it, vi } from "vitest";
import { PACKET } from "../fake-session.cases.ts";
import type { RecordedPose } from "../session-record.ts";
import { BatchMemory } from "./batch-memory.ts";
import type { FrameRecord } from "./packed-frames.ts";
import { buffersOf, RecordPacker, RecordUnpacker } from "./record-packer.ts";

const HEAD: RecordedPose = {
	kind: "head",
	skeleton: undefined,
	hand: undefined,
	stream: 0,
	sequence: 4_294_967_295,
	clientTimeMs: 123.456,
	seenRtpTicks: undefined,
	positionTracked: false,
	confidence: 0.1,
	receivedSec: 1 / 3,
	capturedSec: Number.NaN,
	photonAgeMs: Number.NaN,
	ids: Int32Array.of(0),
	positions: Float32Array.of(1, 2, 3),
	rotations: Float32Array.of(0, 0, 0, 1),
	controls: undefined,
};
const BODY: RecordedPose = {
	...HEAD,
	kind: "skeleton",
	skeleton: "FullBody",
	seenRtpTicks: 0,
	ids: Int32Array.from({ length: 85 }, (_, index) => index * 3),
	positions: Float32Array.from({ length: 85 * 3 }, Math.sin),
	rotations: Float32Array.from({ length: 85 * 4 }, Math.cos),
};
const CONTROLLER: RecordedPose = {
	...HEAD,
	kind: "controller",
	hand: "right",
	positionTracked: true,
	controls: { buttons: Float32Array.of(1, 0.5), axes: Float32Array.of(-1), pressed: 2 ** 32 - 1, touched: 1 },
};

const POSES = [HEAD, BODY, CONTROLLER, BODY, HEAD].map(
	(pose, index) => ({ type: "pose", viewer: `viewer ${index % 2}`, pose }) as const,
);

/** A picture of so many bytes. */
function frame(bytes: number, facts: Partial<typeof PACKET> = {}, viewer = "a"): FrameRecord {
	const accessUnit = Uint8Array.from({ length: bytes }, (_, at) => at % 251);
	const packet = { ...PACKET, stampSec: 1.25, cameraUs: 1e15 + 1, accessUnit, ...facts };
	return { type: "frame", viewer, packet, firstPacketSec: 2.5, lastPacketSec: 2.625 };
}

describe("RecordPacker", () => {
	it("gives poses back between which its memory grows", () => {
		const packer = new RecordPacker(new BatchMemory());
		// 31 poses of 59 bones and one of 67 fill 64 KiB to the last byte.
		const counts = [...Array<number>(31).fill(59), 67, 1, 1];
		for (const count of counts) {
			const ids = new Int32Array(count);
			const bones = { ids, positions: new Float32Array(3 * count), rotations: new Float32Array(4 * count) };
			packer.add({ type: "pose", viewer: "a", pose: { ...BODY, ...bones } });
		}
		const unpacker = new RecordUnpacker(packer.take()!);
		for (const count of counts)
			expect(unpacker.next()).toMatchObject({ type: "pose", pose: { ids: { length: count } } });
	});

	it("gives every record back as it was, in the order of its coming, whatever its length", () => {
		const memory = new BatchMemory();
		const packer = new RecordPacker(memory);
		const foveation = { squeeze: 2 } as unknown as NonNullable<typeof PACKET.foveation>;
		const { packet } = frame(70_000, { keyframe: false, rtpTicks: 2 ** 32 - 1 });
		const records = [
			...POSES,
			frame(10),
			frame(200_000, { width: 320, foveation }),
			frame(5, {}, "b"),
			{ type: "camera", camera: "wrist", atSec: 1 / 3, packet } as const,
			...POSES,
			frame(100_000, { width: 320, foveation: { ...foveation }, mediaTimeSec: Number.NaN }),
		];
		for (let round = 0; round < 3; round++) {
			expect(packer.isEmpty).toBe(true);
			for (const record of records) packer.add(record);
			const packed = packer.take()!;
			expect(packed.formats).toHaveLength(4);
			const unpacker = new RecordUnpacker(packed);
			for (const record of records) expect(unpacker.next()).toEqual(record);
			memory.giveBack(buffersOf(packed));
		}
		expect(packer.take()).toBeUndefined();
	});

	it("sends a geometry once for pictures that have copies of it, and makes no text of them", () => {
		const side = { left: 1, right: 0.5, up: 0.75, down: 0.5 };
		const geometry = (turn = 1) => ({
			frusta: [side, { ...side, headFromEye: [0, 0, 0, turn] as const }],
			foveation: { gaze: [0.1, Number.NaN], strength: [3, 0] } as const,
			surround: { width: 64, height: 32, gap: 2 } as unknown as NonNullable<typeof PACKET.surround>,
		});
		const stringify = vi.spyOn(JSON, "stringify");
		const packer = new RecordPacker(new BatchMemory());
		const records = [1, 1, 2, 2, 1].map((turn) => frame(3, geometry(turn)));
		records.push(frame(3, { ...geometry(), frusta: [side, side] }), frame(3), frame(3, { surround: undefined }));
		for (const record of records) packer.add(record);
		expect(stringify).not.toHaveBeenCalled();
		stringify.mockRestore();
		const packed = packer.take()!;
		expect(packed.formats).toHaveLength(5);
		const unpacker = new RecordUnpacker(packed);
		for (const record of records) expect(unpacker.next()).toEqual(record);
	});

	it("lets what a picture doesn't state be the default", () => {
		const packer = new RecordPacker(new BatchMemory());
		packer.add(frame(3, { stampSec: undefined, cameraUs: undefined }));
		const { packet } = new RecordUnpacker(packer.take()!).next() as FrameRecord;
		expect([packet.stampSec, packet.cameraUs]).toEqual([PACKET.mediaTimeSec, Number.NaN]);
	});

	it("uses the same memory again once it was given back, and no other than it needs", () => {
		const memory = new BatchMemory();
		const packer = new RecordPacker(memory);
		const batch = () => {
			for (let index = 0; index < 20; index++) packer.add(frame(30_000));
			for (const record of POSES) packer.add(record);
			return buffersOf(packer.take()!);
		};
		const known = new Set<ArrayBuffer>();
		const largest: number[] = [];
		for (let round = 0; round < 8; round++) {
			const buffers = batch();
			if (round > 2) expect(buffers.every((buffer) => known.has(buffer))).toBe(true);
			for (const buffer of buffers) known.add(buffer);
			largest.push(Math.max(...buffers.map(({ byteLength }) => byteLength)));
			memory.giveBack(buffers);
		}
		expect(Math.max(...largest)).toBe(1 << 20);
	});
});

describe("BatchMemory", () => {
	it("lets go what a slow disk has made it grow by", () => {
		const memory = new BatchMemory();
		const taken = Array.from({ length: 40 }, () => memory.take(1 << 20));
		memory.giveBack(taken);
		const again = Array.from({ length: 40 }, () => memory.take(1 << 20));
		expect(again.filter((buffer) => taken.includes(buffer))).toHaveLength(8);
	});
});
