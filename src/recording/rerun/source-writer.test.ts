import { ChunkStore, MemorySink, RecordingStream, VideoCodec } from "panogaze-rerun";
import { describe, expect, it } from "vitest";
import type { SourcePacket } from "../../source/source-packets.ts";
import { RecordClock } from "../record-clock.ts";
import { SourceSamples } from "../source-samples.ts";
import { SourceWriter } from "./source-writer.ts";

const SPS = [0x67, 0x42, 0xc0, 0x1e];
const PPS = [0x68, 0xce];
const IDR = [0x65, 0x88, 0x80];
const SLICE = [0x41, 0x9a];
const AVCC = Uint8Array.of(1, 0x42, 0xc0, 0x1e, 0xff, 0xe1, 0, SPS.length, ...SPS, 1, 0, PPS.length, ...PPS);
const VPS_HEVC = [0x40, 1, 9];
const SPS_HEVC = [0x42, 1, 8];
const PPS_HEVC = [0x44, 1, 7];
const hvcArray = (unit: number[]) => [0xa0 | ((unit[0]! >> 1) & 0x3f), 0, 1, 0, unit.length, ...unit];
const HVCC = Uint8Array.of(...[1, ...Array(20).fill(0), 0xff, 3], ...[VPS_HEVC, SPS_HEVC, PPS_HEVC].flatMap(hvcArray));
const prefixed = (...units: number[][]) => Uint8Array.from(units.flatMap((unit) => [0, 0, 0, unit.length, ...unit]));
const annexB = (...units: number[][]) => units.flatMap((unit) => [0, 0, 0, 1, ...unit]);

function packet(of: Partial<SourcePacket>): SourcePacket {
	return {
		codec: "h264",
		configuration: AVCC,
		data: prefixed(SLICE),
		keyframe: false,
		stampSec: 1,
		decodeSec: 1,
		durationSec: 0.04,
		receivedSec: 10,
		...of,
	};
}

async function written(packets: readonly SourcePacket[]) {
	const sink = new MemorySink();
	const recording = new RecordingStream("test", { environment: {}, strict: true, logTime: false });
	recording.setSinks(sink);
	const writer = new SourceWriter(recording, new RecordClock(1000), new SourceSamples());
	for (const each of packets) writer.packet(each);
	await recording.flush();
	return ChunkStore.read(sink.drain())[0]!;
}

const rowsOf = (store: ChunkStore, component: string) => [...store.range("source", component, "source")];

describe("SourceWriter", () => {
	it("writes H.264 of an MP4 in Annex B, with parameter sets in key frames, at its own time", async () => {
		const store = await written([
			packet({ data: prefixed(IDR), keyframe: true, stampSec: 2.5 }),
			packet({ stampSec: 2.54, capturedSec: 9.5, cameraUs: 1_799_999_999_999_999 }),
		]);
		const timesOn = (timeline: string) =>
			[...store.range("source", "VideoStream:sample", timeline)].map(({ time }) => time);
		expect(timesOn("capture")).toEqual([1_009_500_000_000n]);
		expect(timesOn("camera")).toEqual([1_799_999_999_999_999_000n]);
		const rows = rowsOf(store, "VideoStream:sample");
		expect(rows.map(({ values }) => [...(values[0] as Uint8Array)])).toEqual([
			annexB(SPS, PPS, IDR),
			annexB(SLICE),
		]);
		expect(rows.map(({ time }) => Number(time))).toEqual([2_500_000_000, 2_540_000_000]);
		expect(rowsOf(store, "VideoStream:is_keyframe").map(({ values }) => values)).toEqual([[true], [false]]);
		expect(store.latestAt("source", "VideoStream:codec", "source")!.values).toEqual([VideoCodec.H264]);
		expect(store.latestAt("source", "panogaze.SourcePacket:duration_sec", "server")!.values).toEqual([0.04]);
	});

	it("writes H.265 with the parameter sets of its container, or of the stream where they are newer", async () => {
		const idr = [19 << 1, 1, 5];
		const newer = [0x42, 1, 99];
		const of = { codec: "hevc", configuration: HVCC, keyframe: true } as const;
		const store = await written([
			packet({ ...of, data: prefixed(idr), stampSec: 1 }),
			packet({ ...of, data: prefixed(newer, idr), stampSec: 2 }),
		]);
		expect(rowsOf(store, "VideoStream:sample").map(({ values }) => [...(values[0] as Uint8Array)])).toEqual([
			annexB(VPS_HEVC, SPS_HEVC, PPS_HEVC, idr),
			annexB(VPS_HEVC, newer, PPS_HEVC, idr),
		]);
	});

	it("leaves AV1 as it is", async () => {
		const data = Uint8Array.of(10, 1, 2, 3);
		const store = await written([packet({ codec: "av1", data, keyframe: true })]);
		expect(rowsOf(store, "VideoStream:sample")[0]!.values[0]).toEqual(data);
	});

	it("says once that pictures are coded out of order", async () => {
		const lines = async (packets: readonly SourcePacket[]) =>
			[...(await written(packets)).range("log/server", "TextLog:text", "server")].map(({ values }) => values[0]);
		const stamps = [1, 1.08, 1.04, 1.16, 1.12];
		const reordered = stamps.map((stampSec, at) =>
			packet({ stampSec, keyframe: at === 0, data: prefixed(at === 0 ? IDR : SLICE) }),
		);
		expect(await lines(reordered)).toEqual([expect.stringContaining("coded out of order (B-frames)")]);
	});

	it("leaves out what is broken", async () => {
		const store = await written([
			packet({ data: Uint8Array.of(0, 0, 0, 200, 1), keyframe: true }),
			packet({ codec: "hevc", configuration: HVCC.subarray(0, 30), data: Uint8Array.of(0, 0, 9, 9, 1) }),
		]);
		expect(rowsOf(store, "VideoStream:sample")).toEqual([]);
	});
});
