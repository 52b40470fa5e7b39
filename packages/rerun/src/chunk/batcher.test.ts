import { describe, expect, it } from "vitest";
import { Scalars } from "../archetypes/plot.generated.ts";
import { Points3D } from "../archetypes/spatial-3d.generated.ts";
import type { ArrowArray } from "../arrow/arrow-array.ts";
import { rowsOf } from "../stream/recording-stream.cases.ts";
import { Batching, type BatchingOptions, ChunkBatcher, chunkByteLength, type TimePoint } from "./batcher.ts";
import type { ComponentBatch } from "./chunk.ts";
import { type Chunk, decodeChunk, encodeChunk } from "./chunk.ts";
import { TuidSource, tuidsAreSorted } from "./tuid.ts";

const batcher = (options: Partial<BatchingOptions> = {}) => {
	let now = 1n;
	return new ChunkBatcher(new TuidSource(() => now++, new Uint8Array(8)), { ...Batching.never, ...options });
};
const frame = (time: bigint): TimePoint[] => [{ name: "frame", kind: "sequence", time }];
const scalar = (value: number): readonly ComponentBatch[] => new Scalars(value).batches;
const values = (chunk: Chunk) =>
	rowsOf(decodeChunk(encodeChunk(chunk))).map((row) => [row.times["frame"], row.values["Scalars:scalars"]]);

describe("ChunkBatcher", () => {
	it("puts an entity's rows into one chunk, in their order", () => {
		const batches = batcher();
		for (let index = 0; index < 100; index++) batches.push("/a", frame(BigInt(index)), scalar(index));
		const [chunk, ...others] = batches.drain();
		expect(others).toEqual([]);
		expect(values(chunk!)).toEqual(Array.from({ length: 100 }, (_, index) => [BigInt(index), [index]]));
		expect(tuidsAreSorted(chunk!.rowIds)).toBe(true);
	});

	it("keeps apart entities, timelines, kinds of time and components", () => {
		const batches = batcher();
		batches.push("/a", frame(1n), scalar(1));
		batches.push("/b", frame(1n), scalar(2));
		batches.push("/a", [], scalar(3));
		batches.push("/a", [{ name: "frame", kind: "duration", time: 1n }], scalar(4));
		batches.push("/a", frame(2n), new Points3D([1, 2, 3]).batches);
		batches.push("/a", frame(3n), scalar(5));
		const chunks = batches.drain();
		expect(
			chunks.map(
				({ entityPath, numRows, timelines }) => `${entityPath} ${numRows} ${timelines[0]?.kind ?? "static"}`,
			),
		).toEqual(["/a 2 sequence", "/a 1 static", "/a 1 duration", "/a 1 sequence", "/b 1 sequence"]);
		expect(batches.rows).toBe(0);
		expect(batches.byteLength).toBe(0);
	});

	it("keeps apart values of one name that have different types", () => {
		const batches = batcher();
		const [batch] = scalar(1);
		batches.push("/a", [], [batch!]);
		batches.push("/a", [], [{ descriptor: batch!.descriptor, values: new Points3D([1, 2, 3]).batches[0]!.values }]);
		batches.push("/a", [], [batch!]);
		expect(batches.drain().map(({ numRows }) => numRows)).toEqual([2, 1]);
	});

	it("copies short numbers, whose memory can be used for the next row, and keeps the order with long ones", () => {
		const batches = batcher();
		const numbers = new Float64Array(2);
		const [{ descriptor, values: like }] = scalar(0) as [ComponentBatch];
		const long = new Float64Array(3000).fill(7);
		const expected: number[][] = [];
		for (let row = 0; row < 40; row++) {
			const given = row % 10 === 5 ? long : numbers.fill(row);
			expected.push([...given]);
			batches.push("/a", frame(BigInt(row)), [
				{ descriptor, values: { ...like, length: given.length, values: given } },
			]);
		}
		const validity = Uint8Array.of(1);
		batches.push("/a", frame(40n), [
			{ descriptor, values: { ...like, length: 2, nullCount: 1, validity, values: Float64Array.of(3, 0) } },
		]);
		const vector = new Float32Array(3);
		const [points] = new Points3D(vector).batches;
		for (let row = 0; row < 3; row++) {
			vector.fill(row);
			const item = { ...points!.values.children[0]!, values: vector };
			batches.push("/v", frame(BigInt(row)), [{ ...points!, values: { ...points!.values, children: [item] } }]);
		}
		const [scalars, vectors] = batches.drain();
		expect(values(scalars!).map(([, row]) => row)).toEqual([...expected, [3, null]]);
		expect(rowsOf(vectors!).map((row) => row.values["Points3D:positions"])).toEqual(
			[0, 1, 2].map((at) => [[at, at, at]]),
		);
	});

	it("makes a large row a chunk of its own, which has the very buffers that were logged", () => {
		const batches = batcher();
		const cloud = () => new Points3D(new Float32Array(300_000)).batches;
		const logged = [cloud(), new Scalars(1).batches, cloud(), cloud(), new Scalars(2).batches];
		for (const row of logged) batches.push("/a", [], row);
		const chunks = batches.drain();
		expect(chunks.map(({ numRows }) => numRows)).toEqual([1, 2, 1, 1]);
		const buffersOf = (array: ArrowArray): unknown[] =>
			[array.values, ...array.children.flatMap(buffersOf)].filter(Boolean);
		for (const [row, chunk] of [
			[0, 0],
			[2, 2],
			[3, 3],
		] as const)
			expect(buffersOf(chunks[chunk]!.components[0]!.lists)).toContain(buffersOf(logged[row]![0]!.values)[0]);
	});

	it("sends an entity that has enough rows, or bytes, and no other", () => {
		const byRows = batcher({ maxRows: 3 });
		byRows.push("/b", [], scalar(0));
		expect([1, 2, 3, 4].map((value) => byRows.push("/a", [], scalar(value)).length)).toEqual([0, 0, 1, 0]);
		expect(byRows.rows).toBe(2);
		const byBytes = batcher({ maxBytes: 1000 });
		let sent = 0;
		for (let index = 0; index < 100; index++)
			sent += byBytes.push("/a", [], new Points3D(new Float32Array(30)).batches).length;
		expect(sent).toBeGreaterThan(10);
		expect(sent).toBeLessThan(20);
		expect(byBytes.byteLength).toBeLessThan(1000);
	});

	it("doesn't let many entities keep more than some would", () => {
		const batches = batcher({ maxBytes: 1000 });
		let sent = 0;
		for (let index = 0; index < 1000; index++) {
			sent += batches.push(`/${index}`, [], new Points3D(new Float32Array(30)).batches).length;
			expect(batches.isFull).toBe(batches.byteLength >= 8000);
			// The stream does the same.
			if (batches.isFull) sent += batches.drain().length;
			expect(batches.byteLength).toBeLessThan(8000);
		}
		expect(sent + batches.drain().length).toBe(1000);
	});

	it("cuts where times go back", () => {
		const batches = batcher({ maxRowsIfUnsorted: 32 });
		for (let index = 0; index < 100; index++) batches.push("/a", frame(BigInt(index % 50)), scalar(index));
		const chunks = batches.drain();
		expect(chunks.map(({ numRows }) => numRows).reduce((sum, rows) => sum + rows)).toBe(100);
		expect(chunks.flatMap(values).map(([, value]) => value)).toEqual(
			Array.from({ length: 100 }, (_, index) => [index]),
		);
		expect(chunks.length).toBeGreaterThan(1);
		for (const chunk of chunks) expect(chunk.numRows).toBeLessThanOrEqual(50);
	});

	it("counts about as many bytes as there are", () => {
		const batches = batcher();
		for (let index = 0; index < 50; index++)
			batches.push("/a", frame(1n), new Points3D(new Float32Array(300)).batches);
		const counted = batches.byteLength;
		const [chunk] = batches.drain();
		expect(counted / chunkByteLength(chunk!)).toBeGreaterThan(0.9);
		expect(counted / chunkByteLength(chunk!)).toBeLessThan(1.1);
	});
});
