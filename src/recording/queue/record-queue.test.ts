import { describe, expect, it, vi } from "vitest";
import { FakeViewer, PACKET } from "../fake-session.cases.ts";
import type { ToRecordingThread } from "../recording-protocol.ts";
import type { SessionRecord } from "../session-record.ts";
import { RecordQueue, recordsOf } from "./record-queue.ts";

const KILOBYTE = 1024;

function frame(keyframe: boolean, byteLength = 100 * KILOBYTE): SessionRecord {
	const packet = { ...PACKET, keyframe, accessUnit: new Uint8Array(byteLength) };
	return { type: "frame", viewer: new FakeViewer().id, packet, firstPacketSec: 1, lastPacketSec: 1 };
}

function queue(maxBytes: number) {
	const posted: ToRecordingThread[] = [];
	const transferred: unknown[] = [];
	const made = new RecordQueue({ maxBytes, batchMs: 200 }, (message, transfer) => {
		posted.push(message);
		transferred.push(...transfer);
	});
	const records = () => posted.flatMap((message) => (message.type === "records" ? [...recordsOf(message)] : []));
	return { made, posted, transferred, records };
}

describe("RecordQueue", () => {
	it("copies an access unit once, into memory that the thread gets and hands back", () => {
		const { made, records, posted, transferred } = queue(1 << 20);
		const sent = frame(true, 10);
		made.put(sent);
		made.close();
		const [got] = records();
		if (got?.type !== "frame" || sent.type !== "frame") throw new Error("It is a frame.");
		expect(got.packet.accessUnit).toEqual(sent.packet.accessUnit);
		expect(got.packet.accessUnit).not.toBe(sent.packet.accessUnit);
		expect(transferred).toContain(got.packet.accessUnit.buffer);
		expect(posted).toMatchObject([{ memory: transferred }]);
	});

	it("lays the access units of a viewer one behind the other, with poses in between in their order", () => {
		const { made, records, transferred } = queue(1 << 20);
		const pose = { ids: Int32Array.of(0), positions: new Float32Array(3), rotations: new Float32Array(4) };
		const put = [frame(true, 10), { type: "pose", viewer: "a", pose }, frame(false, 5)] as SessionRecord[];
		for (const record of put) made.put(record);
		made.close();
		const got = records();
		expect(got.map(({ type }) => type)).toEqual(["frame", "pose", "frame"]);
		const units = got.flatMap((record) => (record.type === "frame" ? [record.packet.accessUnit] : []));
		expect(units.map(({ byteOffset, byteLength }) => [byteOffset, byteLength])).toEqual([
			[0, 10],
			[10, 5],
		]);
		expect(units[1]!.buffer).toBe(units[0]!.buffer);
		expect(transferred).toHaveLength(2);
	});

	it("sends its first batch soon, and later ones in its rhythm", () => {
		vi.useFakeTimers();
		try {
			const { made, posted } = queue(1 << 20);
			const sentAfter = [100, 100, 100].map((ms) => {
				made.put(frame(true, 10));
				vi.advanceTimersByTime(ms);
				return posted.length;
			});
			expect(sentAfter).toEqual([1, 1, 2]);
		} finally {
			vi.useRealTimers();
		}
	});

	it("loses what the thread has no room for, and of a video all up to its next key frame", () => {
		const { made, posted, records } = queue(250 * KILOBYTE);
		for (const keyframe of [true, false, false]) made.put(frame(keyframe));
		expect(made.lost).toBe(1);
		made.close();
		expect(records()).toHaveLength(2);

		const { made: next, records: later } = queue(250 * KILOBYTE);
		for (const keyframe of [true, false, false]) next.put(frame(keyframe));
		next.worked(250 * KILOBYTE);
		for (const keyframe of [false, true, false]) next.put(frame(keyframe));
		expect(next.lost).toBe(2);
		next.close();
		expect(later().map((record) => record.type === "frame" && record.packet.keyframe)).toEqual([
			true,
			false,
			true,
			false,
		]);
		expect(posted.every(({ type }) => type === "records")).toBe(true);
	});

	it("takes no more records once it is closed", () => {
		const { made, records } = queue(1 << 20);
		made.close();
		made.put({ type: "join", viewer: "a", atSec: 1 });
		expect(records()).toEqual([]);
	});
});
