import { describe, expect, it } from "vitest";
import { listArray, numberArray } from "../arrow/arrow-array.ts";
import { FLOAT64, field, INT64, list, UTF8 } from "../arrow/arrow-type.ts";
import { arrayFromValues, valueAt } from "../arrow/arrow-values.ts";
import { decodeStream } from "../arrow/ipc-reader.ts";
import { encodeSchemaMessage, encodeStream } from "../arrow/ipc-writer.ts";
import {
	type Chunk,
	ChunkError,
	decodeChunk,
	encodeChunk,
	sliceChunk,
	splitUnsorted,
	timeRange,
	timesAreSorted,
} from "./chunk.ts";
import { TuidSource } from "./tuid.ts";

const tuids = new TuidSource(() => 1_700_000_000_000_000_000n, new Uint8Array(8));
const SCALAR = {
	component: "Scalars:scalars",
	archetype: "rerun.archetypes.Scalars",
	componentType: "rerun.components.Scalar",
};

function scalars(times: readonly (number | bigint)[]): Chunk {
	const rowIds = new DataView(new ArrayBuffer(16 * times.length));
	tuids.fill(rowIds, 0, times.length);
	return {
		id: tuids.next(),
		entityPath: "/plot",
		numRows: times.length,
		rowIds: new Uint8Array(rowIds.buffer),
		timelines: [{ name: "step", kind: "sequence", times: BigInt64Array.from(times, BigInt) }],
		components: [
			{
				descriptor: SCALAR,
				lists: listArray(
					list(FLOAT64, true),
					Int32Array.from({ length: times.length + 1 }, (_, at) => at),
					numberArray(FLOAT64, Float64Array.from(times, Number)),
				),
			},
		],
	};
}

/** Metadata of each column, as a reader of Arrow sees it. */
const columnsOf = (chunk: Chunk) =>
	Object.fromEntries(
		decodeStream(encodeChunk(chunk)).schema.fields.map(({ name, metadata }) => [
			name,
			Object.fromEntries(metadata!),
		]),
	);

describe("chunks", () => {
	it("give back what they were made of", () => {
		const chunk = scalars([3, 4, 5]);
		const read = decodeChunk(encodeChunk(chunk));
		expect(read.id).toEqual(chunk.id);
		expect(read.entityPath).toBe("/plot");
		expect(read.rowIds).toEqual(chunk.rowIds);
		expect(read.timelines).toEqual(chunk.timelines);
		expect(read.components[0]!.descriptor).toEqual(SCALAR);
		expect([0, 1, 2].map((row) => valueAt(read.components[0]!.lists, row))).toEqual([[3], [4], [5]]);
	});

	it("say of each column what Rerun asks for, in its order", () => {
		const table = decodeStream(encodeChunk(scalars([1, 2])));
		expect(table.schema.metadata!.get("sorbet:version")).toBe("0.1.3");
		expect(table.schema.metadata!.get("rerun:entity_path")).toBe("/plot");
		expect(table.schema.metadata!.get("rerun:id")).toMatch(/^chunk_[0-9A-F]{16}[0-9a-f]{16}$/);
		expect(table.schema.fields.map(({ name }) => name)).toEqual([
			"rerun.controls.RowId",
			"step",
			"Scalars:scalars",
		]);
		expect(columnsOf(scalars([1, 2]))).toEqual({
			"rerun.controls.RowId": {
				"rerun:kind": "control",
				"ARROW:extension:name": "rerun.datatypes.TUID",
				"ARROW:extension:metadata": '{"namespace":"row"}',
				"rerun:is_sorted": "true",
			},
			step: { "rerun:kind": "index", "rerun:index_name": "step", "rerun:is_sorted": "true" },
			"Scalars:scalars": {
				"rerun:kind": "data",
				"rerun:archetype": "rerun.archetypes.Scalars",
				"rerun:component": "Scalars:scalars",
				"rerun:component_type": "rerun.components.Scalar",
			},
		});
	});

	it("claim to be sorted only where they are, also when the same columns were sorted before", () => {
		const claims = (times: readonly (number | bigint)[]) => columnsOf(scalars(times))["step"]!["rerun:is_sorted"];
		expect(claims([1, 2, 2, 3])).toBe("true");
		expect(claims([1, 3, 2])).toBeUndefined();
		expect(claims([1, 2, 3])).toBe("true");
		expect(claims([-1, 0])).toBe("true");
		expect(claims([0, -1])).toBeUndefined();
		expect(claims([2n ** 32n, 2n ** 33n, 2n ** 33n + 1n])).toBe("true");
		expect(claims([2n ** 33n, 2n ** 32n + 5n])).toBeUndefined();
		const chunk = scalars([1, 2]);
		const swapped = {
			...chunk,
			rowIds: Uint8Array.of(...chunk.rowIds.subarray(16), ...chunk.rowIds.subarray(0, 16)),
		};
		expect(columnsOf(swapped)["rerun.controls.RowId"]!["rerun:is_sorted"]).toBeUndefined();
	});

	it("are cut where a time goes back, and only if they are long", () => {
		const times = [...Array(40).keys(), ...Array(40).keys()];
		expect(splitUnsorted(scalars(times), 256, () => tuids.next())).toHaveLength(1);
		const parts = splitUnsorted(scalars(times), 50, () => tuids.next());
		expect(parts.map(({ numRows }) => numRows)).toEqual([40, 40]);
		for (const part of parts) expect(timesAreSorted(part.timelines[0]!.times)).toBe(true);
		expect(
			parts.flatMap((part) =>
				Array.from({ length: part.numRows }, (_, row) => valueAt(part.components[0]!.lists, row)),
			),
		).toEqual(times.map((time) => [time]));
		expect(new Set(parts.map(({ id }) => id.join())).size).toBe(2);
		const backwards = splitUnsorted(scalars(times.map((_, at) => 100 - at)), 50, () => tuids.next());
		expect(backwards.every(({ numRows }) => numRows <= 50)).toBe(true);
		expect(backwards.length).toBeLessThan(8);
	});

	it("leave columns out that say nothing in any row", () => {
		const chunk = scalars([1, 2, 3]);
		const text = { component: "note" };
		const both: Chunk = {
			...chunk,
			components: [
				...chunk.components,
				{ descriptor: text, lists: arrayFromValues(list(UTF8, true), [null, ["x"], null], "note") },
			],
		};
		expect(sliceChunk(both, 0, 1, tuids.next()).components.map(({ descriptor }) => descriptor.component)).toEqual([
			"Scalars:scalars",
		]);
		expect(sliceChunk(both, 1, 3, tuids.next()).components).toHaveLength(2);
	});

	it("know the range of times in any order", () => {
		expect(timeRange(BigInt64Array.of(5n, -3n, 9n))).toEqual({ start: -3n, end: 9n });
		expect(timeRange(BigInt64Array.of())).toBeNull();
	});

	it("that are none are refused", () => {
		const stream = (name: string, metadata?: ReadonlyMap<string, string>) =>
			encodeStream(
				encodeSchemaMessage({
					fields: [{ ...field(name, INT64), metadata: new Map([["rerun:kind", "index"]]) }],
					metadata,
				}),
				[numberArray(INT64, BigInt64Array.of(-(2n ** 63n)))],
				1,
			);
		const named = new Map([
			["rerun:entity_path", "/a"],
			["rerun:id", `chunk_${"0".repeat(32)}`],
		]);
		expect(() => decodeChunk(stream("t"))).toThrow(ChunkError);
		expect(() => decodeChunk(stream("t", new Map([["rerun:entity_path", "/a"]])))).toThrow("rerun:id");
		expect(() => decodeChunk(stream("t", named))).toThrow("the time that stands for none");
		expect(() => decodeChunk(stream("rerun.controls.RowId", named))).toThrow("The row ids of /a are int64");
	});
});
