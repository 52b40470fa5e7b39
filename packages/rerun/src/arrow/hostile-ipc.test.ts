import { describe, expect, it } from "vitest";
import { type ArrowType, field, INT64, list, NULL, struct, UTF8 } from "./arrow-type.ts";
import { arrayFromValues } from "./arrow-values.ts";
import { ArrowError, decodeStream } from "./ipc-reader.ts";
import { encodeSchemaMessage, encodeStream } from "./ipc-writer.ts";

/** Where a FlatBuffer's parts lie, in a message that begins at 0. */
class Places {
	readonly #view: DataView;

	constructor(bytes: Uint8Array) {
		this.#view = new DataView(bytes.buffer, bytes.byteOffset + 8, bytes.byteLength - 8);
	}

	get root(): number {
		return this.#view.getUint32(0, true);
	}

	/** Where a table's field lies. */
	field(table: number, slot: number): number {
		const vtable = table - this.#view.getInt32(table, true);
		return table + this.#view.getUint16(vtable + 4 + 2 * slot, true);
	}

	follow(at: number): number {
		return at + this.#view.getUint32(at, true);
	}

	point(at: number, to: number): void {
		this.#view.setUint32(at, to - at, true);
	}

	setUint32(at: number, value: number): void {
		this.#view.setUint32(at, value, true);
	}

	/** The first field of the schema. */
	get firstField(): number {
		const schema = this.follow(this.field(this.root, 2));
		return this.follow(this.follow(this.field(schema, 1)) + 4);
	}
}

function stream(type: ArrowType, values: readonly unknown[]): Uint8Array {
	const column = arrayFromValues(type, values, "it");
	return encodeStream(encodeSchemaMessage({ fields: [field("it", type, true)] }), [column], values.length);
}

const wide = (depth: number): ArrowType =>
	depth === 0 ? INT64 : struct(...Array.from({ length: 8 }, (_, index) => field(`${index}`, wide(depth - 1))));

describe("a hostile Arrow stream", () => {
	it("whose fields all are the same one, over and over, ends in an error", () => {
		// Three levels of eight fields; the last two share one list of children, which then stands
		// for far more than its bytes.
		const message = encodeSchemaMessage({
			fields: [field("it", struct(...Array.from({ length: 60 }, (_, at) => field(`${at}`, wide(2)))), true)],
		});
		const places = new Places(message);
		const top = places.firstField;
		const children = places.follow(places.field(top, 5));
		const first = places.follow(children + 4);
		for (let at = 0; at < 60; at++) places.point(children + 4 + 4 * at, first);
		const grandchildren = places.follow(places.field(first, 5));
		for (let at = 0; at < 8; at++) places.point(grandchildren + 4 + 4 * at, places.follow(grandchildren + 4));
		// Shared parts alone are fine.
		expect(decodeStream(message).schema.fields[0]!.type).toMatchObject({ kind: "struct" });
		// A field among its own children is not.
		places.setUint32(grandchildren + 4, (top - (grandchildren + 4)) >>> 0);
		expect(() => decodeStream(message)).toThrow(ArrowError);
	});

	it("that claims many values takes no memory for them", () => {
		const claims = (type: ArrowType, values: readonly unknown[], length: number) => {
			const bytes = stream(type, values);
			const view = new DataView(bytes.buffer);
			const start = 8 + view.getInt32(4, true);
			// The record batch's number of rows and its first node's length, where the writer puts
			// them.
			for (const at of [start + 8 + 56, start + 8 + 80]) view.setBigUint64(at, BigInt(length), true);
			return () => decodeStream(bytes);
		};
		expect(claims(INT64, [1n, 2n], 2 ** 40)).toThrow('Column "it" has not the bytes of 1099511627776 values.');
		expect(claims(NULL, [null], 2 ** 40)).toThrow("claims 1099511627776 values that take no bytes");
		expect(claims(struct(), [{}], 2 ** 40)).toThrow("claims 1099511627776 values that take no bytes");
		expect(claims(list(UTF8), [["a"]], 2 ** 40)).toThrow("has not the bytes of");
		expect(claims({ kind: "fixedSizeList", item: field("item", INT64), size: 0 }, [[]], 2 ** 40)).toThrow(
			"take no bytes",
		);
		expect(claims({ kind: "bool" }, [true], 2 ** 40)).toThrow("has not the bits of");
		expect(claims(INT64, [1n], 2 ** 60)).toThrow("a count is negative or absurdly large");
	});

	it("whose lists end outside of their items, or go back, is refused", () => {
		const bytes = stream(list(INT64), [[1n], [2n, 3n]]);
		const view = new DataView(bytes.buffer);
		const body = bytes.length - 8 - 16 - 24;
		expect([view.getInt32(body, true), view.getInt32(body + 4, true), view.getInt32(body + 8, true)]).toEqual([
			0, 1, 3,
		]);
		view.setInt32(body + 8, 4, true);
		expect(() => decodeStream(bytes)).toThrow("has lists that end outside of its items");
		view.setInt32(body + 4, 5, true);
		expect(() => decodeStream(bytes)).toThrow("has offsets that go back");
		view.setInt32(body, -1, true);
		expect(() => decodeStream(bytes)).toThrow("has a negative offset");
	});
});
