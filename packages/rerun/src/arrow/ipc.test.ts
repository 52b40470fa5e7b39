import { describe, expect, it } from "vitest";
import { concatArrays, numberArray, sliceArray } from "./arrow-array.ts";
import {
	type ArrowField,
	type ArrowType,
	BINARY,
	BOOL,
	DURATION_NS,
	denseUnion,
	FLOAT16,
	FLOAT32,
	FLOAT64,
	field,
	fixedSizeList,
	formatType,
	INT8,
	INT64,
	list,
	NULL,
	struct,
	TIMESTAMP_NS,
	UINT8,
	UINT16,
	UINT32,
	UINT64,
	UTF8,
} from "./arrow-type.ts";
import { arrayFromValues, type PlainValue, valueAt } from "./arrow-values.ts";
import { ArrowError, decodeStream } from "./ipc-reader.ts";
import { encodeSchemaMessage, encodeStream } from "./ipc-writer.ts";

const range = struct(
	field(
		"start",
		denseUnion(field("_null_markers", NULL, true), field("Absolute", INT64), field("Infinite", NULL, true)),
		true,
	),
	field("name", UTF8, true),
);

const COLUMNS: readonly (readonly [ArrowType, readonly PlainValue[]])[] = [
	[NULL, [null, null, null]],
	[BOOL, [true, null, false]],
	[INT8, [-128, 127, null]],
	[UINT16, [0, 65535, 7]],
	[UINT32, [0, 0xffff_ffff, 7]],
	[INT64, [-(2n ** 63n), 2n ** 63n - 1n, 0n]],
	[UINT64, [0n, 2n ** 64n - 1n, null]],
	[FLOAT16, [0.5, -2, 65504]],
	[FLOAT32, [0.5, null, -(2 ** 100)]],
	[FLOAT64, [Math.PI, Number.NEGATIVE_INFINITY, 0]],
	[UTF8, ["", "ä€😀", null]],
	[BINARY, [Uint8Array.of(1, 2), null, Uint8Array.of()]],
	[
		{ kind: "fixedSizeBinary", byteWidth: 3 },
		[Uint8Array.of(1, 2, 3), Uint8Array.of(4, 5, 6), Uint8Array.of(7, 8, 9)],
	],
	[TIMESTAMP_NS, [0n, 1n, null]],
	[{ kind: "timestamp", unit: "millisecond", timezone: "UTC" }, [0n, 1n, 2n]],
	[DURATION_NS, [0n, -1n, null]],
	[list(UINT8), [Uint8Array.of(1, 2, 3), Uint8Array.of(), null]],
	[list(fixedSizeList(FLOAT32, 3), true), [[[1, 2, 3], null], [], [[4, 5, 6]]]],
	[
		list(struct(field("id", UINT16), field("label", UTF8, true), field("pairs", list(struct(field("a", UINT16)))))),
		[[{ id: 1, label: "one", pairs: [{ a: 2 }, { a: 3 }] }], null, [{ id: 2, label: null, pairs: [] }]],
	],
	[
		list(range),
		[
			[{ start: { tag: "Absolute", value: 5n }, name: "x" }],
			[],
			[
				{ start: { tag: "Infinite", value: null }, name: null },
				{ start: { tag: "_null_markers", value: null }, name: "y" },
			],
		],
	],
];

const fields: readonly ArrowField[] = COLUMNS.map(([type], index) => ({
	name: `column ${index}`,
	type,
	nullable: true,
	metadata: new Map([[`key ${index}`, "value ü"]]),
}));

const encoded = () =>
	encodeStream(
		encodeSchemaMessage({ fields, metadata: new Map([["a", "b"]]) }),
		COLUMNS.map(([type, values], index) => arrayFromValues(type, values, `column ${index}`)),
		3,
	);

describe("Arrow IPC", () => {
	it("gives back every type that it wrote, with names, metadata and nulls", () => {
		const table = decodeStream(encoded());
		expect(table.numRows).toBe(3);
		expect([...table.schema.metadata!]).toEqual([["a", "b"]]);
		for (const [index, [type, values]] of COLUMNS.entries()) {
			const read = table.schema.fields[index]!;
			expect(formatType(read.type)).toBe(formatType(type));
			expect(read.name).toBe(`column ${index}`);
			expect(read.nullable).toBe(true);
			expect([...read.metadata!]).toEqual([[`key ${index}`, "value ü"]]);
			expect(values.map((_, row) => valueAt(table.columns[index]!, row))).toEqual(values);
		}
	});

	it("reads bytes that lie anywhere in memory", () => {
		const stream = encoded();
		for (const shift of [1, 4, 7]) {
			const moved = new Uint8Array(stream.length + shift);
			moved.set(stream, shift);
			expect(valueAt(decodeStream(moved.subarray(shift)).columns[5]!, 0)).toBe(-(2n ** 63n));
		}
	});

	it("aligns each message and each buffer to 8 bytes", () => {
		const stream = encoded();
		expect(stream.length % 8).toBe(0);
		const view = new DataView(stream.buffer);
		const schemaEnd = 8 + view.getInt32(4, true);
		expect(schemaEnd % 8).toBe(0);
		expect(view.getUint32(schemaEnd, true)).toBe(0xffff_ffff);
		expect(view.getInt32(schemaEnd + 4, true) % 8).toBe(0);
	});

	it("joins numbers that lie one behind the other in memory without a copy, and no others", () => {
		const memory = Uint8Array.of(1, 2, 3, 4, 5, 6);
		const part = (start: number, end: number) => numberArray(UINT8, memory.subarray(start, end));
		const joined = concatArrays([part(1, 3), part(3, 3), part(3, 5)]).values!;
		expect([...joined]).toEqual([2, 3, 4, 5]);
		expect(joined.buffer).toBe(memory.buffer);
		expect([...concatArrays([part(3, 5), part(1, 3)]).values!]).toEqual([4, 5, 2, 3]);
		expect([...concatArrays([part(0, 2), part(3, 5)]).values!]).toEqual([1, 2, 4, 5]);
	});

	it("joins and cuts columns of every type", () => {
		for (const [index, [type, values]] of COLUMNS.entries()) {
			const array = arrayFromValues(type, values, "it");
			const twice = concatArrays([array, sliceArray(array, 1, 3), sliceArray(array, 0, 0), array]);
			const expected = [...values, ...values.slice(1), ...values];
			expect(
				expected.map((_, at) => valueAt(twice, at)),
				`column ${index}`,
			).toEqual(expected);
			const cut = sliceArray(twice, 2, 7);
			expect(
				Array.from({ length: 5 }, (_, at) => valueAt(cut, at)),
				`column ${index}`,
			).toEqual(expected.slice(2, 7));
			const again = decodeStream(
				encodeStream(encodeSchemaMessage({ fields: [field("it", type, true)] }), [cut], 5),
			);
			expect(Array.from({ length: 5 }, (_, at) => valueAt(again.columns[0]!, at))).toEqual(expected.slice(2, 7));
		}
	});

	it("keeps texts of any length and script", () => {
		const texts = [
			"",
			"a",
			"x".repeat(48),
			"x".repeat(49),
			"ü".repeat(48),
			"日本".repeat(100),
			`${"a".repeat(40)}😀`,
			"\ud800",
			"a\0b",
		];
		const array = arrayFromValues(UTF8, texts, "it");
		expect(texts.map((_, at) => valueAt(array, at))).toEqual(texts.map((text) => text.replace("\ud800", "\ufffd")));
		expect(array.values!.length).toBe(Buffer.byteLength(texts.join("")));
	});

	it("says which value is wrong", () => {
		expect(() => arrayFromValues(UINT16, [1, 65536], "classIds")).toThrow(
			"classIds[1] is 65536, which does not fit uint16: 0 to 65535.",
		);
		expect(() => arrayFromValues(UINT16, [1.5], "classIds")).toThrow("classIds must be an integer, not 1.5.");
		expect(() => arrayFromValues(UTF8, [5], "labels")).toThrow("labels must be a string, not 5.");
		expect(() => arrayFromValues(fixedSizeList(FLOAT32, 3), [[1, 2]], "positions")).toThrow(
			"positions has 2 values instead of 3.",
		);
		expect(() => arrayFromValues(struct(field("id", UINT16)), [{}], "info")).toThrow("info.id needs a value");
	});

	it("refuses what it can't read with a reason", () => {
		const stream = encoded();
		expect(() => decodeStream(new Uint8Array(0))).toThrow("An Arrow stream has no schema.");
		expect(() => decodeStream(Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8))).toThrow("does not begin with its mark");
		expect(() => decodeStream(stream.subarray(0, 100))).toThrow("more than there are");
		expect(() => decodeStream(stream.subarray(0, stream.length - 64))).toThrow("more than there are");
	});

	it("ends hostile bytes in an error, or in values that can all be read", () => {
		const stream = encoded();
		let state = 12345;
		const random = (below: number) => {
			state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
			return Math.floor((state / 2 ** 32) * below);
		};
		let refused = 0;
		for (let round = 0; round < 3000; round++) {
			const bytes = stream.slice();
			for (let flips = 1 + random(4); flips > 0; flips--)
				bytes[random(bytes.length)] = random(3) === 0 ? 0xff : random(256);
			try {
				const table = decodeStream(round % 5 === 0 ? bytes.subarray(0, random(bytes.length)) : bytes);
				for (const column of table.columns)
					for (let row = 0; row < Math.min(table.numRows, 5); row++) valueAt(column, row);
			} catch (error) {
				if (!(error instanceof ArrowError)) throw error;
				refused++;
			}
		}
		expect(refused).toBeGreaterThan(300);
	});
});
