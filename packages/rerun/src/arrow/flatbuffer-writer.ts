/** A field of a table: a scalar inside of it, or an object elsewhere. */
export type FlatField =
	| { readonly uint8: number }
	| { readonly int16: number }
	| { readonly int32: number }
	| { readonly int64: number }
	| FlatObject;

/** An object of a FlatBuffer. */
export type FlatObject =
	| { readonly table: readonly (FlatField | undefined)[] }
	| { readonly tables: readonly FlatObject[] }
	/** Tables that are made when they are written. */
	| { readonly lazyTables: { readonly length: number; readonly at: (index: number) => FlatObject } }
	| { readonly int32s: readonly number[] }
	| { readonly text: string };

/**
 * Writes a FlatBuffer (https://flatbuffers.dev/internals/) from front to back: each object in front
 * of those that it points at, as offsets must point forward. Each step writes some tables of
 * `lazyTables`.
 */
export function* writeFlatbufferSteps(root: FlatObject): Generator<void, Uint8Array> {
	const writer = new FlatbufferWriter();
	yield* writer.root(root);
	yield;
	return writer.finish();
}

/** Tables that are written in one step. */
const STEP_TABLES = 32;

const encoder = new TextEncoder();

class FlatbufferWriter {
	#bytes = new Uint8Array(1024);
	#view = new DataView(this.#bytes.buffer);
	#length = 0;

	finish(): Uint8Array {
		return this.#bytes.subarray(0, this.#length);
	}

	*root(root: FlatObject): Generator<void, void> {
		const at = this.#reserve(4, 4);
		this.#point(at, yield* this.#objectInSteps(root));
	}

	*#objectInSteps(object: FlatObject): Generator<void, number> {
		if ("table" in object) {
			const { at, objects } = this.#tableWithout(object.table);
			for (const { place, target } of objects) this.#point(place, yield* this.#objectInSteps(target));
			return at;
		}
		if (!("lazyTables" in object)) return this.#object(object);
		const { length, at: make } = object.lazyTables;
		const at = this.#reserveTables(length);
		for (let index = 0; index < length; index++) {
			if (index > 0 && index % STEP_TABLES === 0) yield;
			this.#point(at + 4 + 4 * index, this.#object(make(index)));
		}
		return at;
	}

	#object(object: FlatObject): number {
		if ("table" in object) return this.#table(object.table);
		if ("tables" in object) return this.#tables(object.tables.length, (index) => object.tables[index]!);
		if ("lazyTables" in object) return this.#tables(object.lazyTables.length, object.lazyTables.at);
		if ("text" in object) return this.#text(object.text);
		const at = this.#reserve(4 + 4 * object.int32s.length, 4);
		this.#view.setUint32(at, object.int32s.length, true);
		for (const [index, value] of object.int32s.entries()) this.#view.setInt32(at + 4 + 4 * index, value, true);
		return at;
	}

	#table(fields: readonly (FlatField | undefined)[]): number {
		const { at, objects } = this.#tableWithout(fields);
		for (const { place, target } of objects) this.#point(place, this.#object(target));
		return at;
	}

	/**
	 * Writes a table without the objects that it points at. They are returned, with their fields.
	 */
	#tableWithout(fields: readonly (FlatField | undefined)[]): {
		readonly at: number;
		readonly objects: readonly { readonly place: number; readonly target: FlatObject }[];
	} {
		const vtableBytes = 4 + 2 * fields.length;
		// The table's own alignment is 8 if it holds numbers of 64 bits: its fields are then placed
		// with the 4 bytes at its start in mind.
		const wide = fields.some((field) => field !== undefined && "int64" in field);
		const vtableAt = this.#reserve(vtableBytes, 2);
		const places: number[] = [];
		let size = 4;
		for (const field of fields) {
			const width = field === undefined ? 0 : widthOf(field);
			if (width > 0) size = Math.ceil(size / width) * width;
			places.push(width === 0 ? 0 : size);
			size += width;
		}
		const at = this.#reserve(size, wide ? 8 : 4);
		this.#view.setUint16(vtableAt, vtableBytes, true);
		this.#view.setUint16(vtableAt + 2, size, true);
		for (const [slot, place] of places.entries()) this.#view.setUint16(vtableAt + 4 + 2 * slot, place, true);
		this.#view.setInt32(at, at - vtableAt, true);
		const objects: { readonly place: number; readonly target: FlatObject }[] = [];
		for (const [slot, field] of fields.entries()) {
			if (field === undefined) continue;
			const place = at + (places[slot] ?? 0);
			if ("uint8" in field) this.#view.setUint8(place, field.uint8);
			else if ("int16" in field) this.#view.setInt16(place, field.int16, true);
			else if ("int32" in field) this.#view.setInt32(place, field.int32, true);
			else if ("int64" in field) this.#view.setBigInt64(place, BigInt(field.int64), true);
			else objects.push({ place, target: field });
		}
		return { at, objects };
	}

	#tables(length: number, make: (index: number) => FlatObject): number {
		const at = this.#reserveTables(length);
		for (let index = 0; index < length; index++) this.#point(at + 4 + 4 * index, this.#object(make(index)));
		return at;
	}

	#reserveTables(length: number): number {
		const at = this.#reserve(4 + 4 * length, 4);
		this.#view.setUint32(at, length, true);
		return at;
	}

	#text(text: string): number {
		const encoded = encoder.encode(text);
		const at = this.#reserve(4 + encoded.length + 1, 4);
		this.#view.setUint32(at, encoded.length, true);
		this.#bytes.set(encoded, at + 4);
		return at;
	}

	#point(from: number, to: number): void {
		this.#view.setUint32(from, to - from, true);
	}

	#reserve(bytes: number, align: number): number {
		const at = Math.ceil(this.#length / align) * align;
		this.#length = at + bytes;
		if (this.#length > this.#bytes.length) {
			const larger = new Uint8Array(Math.max(this.#length, this.#bytes.length * 2));
			larger.set(this.#bytes);
			this.#bytes = larger;
			this.#view = new DataView(larger.buffer);
		}
		return at;
	}
}

function widthOf(field: FlatField): number {
	return "uint8" in field ? 1 : "int16" in field ? 2 : "int64" in field ? 8 : 4;
}
