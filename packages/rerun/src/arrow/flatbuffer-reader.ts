/** The error of bytes that are not a FlatBuffer. */
export class FlatbufferError extends Error {
	override readonly name = "FlatbufferError";
}

/**
 * The bytes that may still be read of one buffer. Objects may share parts, but a few bytes that
 * point at each other must not fill the memory.
 */
interface Budget {
	bytes: number;
}

function budgetOf(byteLength: number): Budget {
	return { bytes: 1024 + 16 * byteLength };
}

/** A table of an untrusted FlatBuffer. Every offset is checked; a missing field has its default. */
export class FlatTable {
	readonly #view: DataView;
	readonly #budget: Budget;
	readonly #at: number;
	readonly #vtableAt: number;
	readonly #vtableBytes: number;

	constructor(view: DataView, at: number, budget: Budget = budgetOf(view.byteLength)) {
		this.#view = view;
		this.#budget = budget;
		this.#at = at;
		this.#vtableAt = at - this.#int32(at);
		this.#vtableBytes = this.#uint16(this.#vtableAt);
	}

	/** The table of a whole buffer. @throws {FlatbufferError} when the buffer is too short. */
	static root(bytes: Uint8Array): FlatTable {
		const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
		if (bytes.byteLength < 8) throw new FlatbufferError("it is too short");
		return new FlatTable(view, view.getUint32(0, true));
	}

	uint8(slot: number, missing = 0): number {
		const at = this.#place(slot);
		return at === 0 ? missing : this.#view.getUint8(this.#checked(at, 1));
	}

	int16(slot: number, missing = 0): number {
		const at = this.#place(slot);
		return at === 0 ? missing : this.#view.getInt16(this.#checked(at, 2), true);
	}

	int32(slot: number, missing = 0): number {
		const at = this.#place(slot);
		return at === 0 ? missing : this.#int32(at);
	}

	/** A number of 64 bits that is a count: not negative, below 2^53. */
	count(slot: number): number {
		const at = this.#place(slot);
		return at === 0 ? 0 : this.countAt(at);
	}

	text(slot: number): string | undefined {
		const at = this.#place(slot);
		if (at === 0) return undefined;
		const start = this.#follow(at);
		const length = this.#uint32(start);
		this.#checked(start + 4, length);
		this.#spend(length);
		return decoder.decode(new Uint8Array(this.#view.buffer, this.#view.byteOffset + start + 4, length));
	}

	table(slot: number): FlatTable | undefined {
		const at = this.#place(slot);
		return at === 0 ? undefined : new FlatTable(this.#view, this.#follow(at), this.#budget);
	}

	tables(slot: number): FlatTable[] {
		const { at, length } = this.vector(slot, 4);
		return Array.from(
			{ length },
			(_, index) => new FlatTable(this.#view, this.#follow(at + 4 * index), this.#budget),
		);
	}

	int32s(slot: number): number[] | undefined {
		if (this.#place(slot) === 0) return undefined;
		const { at, length } = this.vector(slot, 4);
		return Array.from({ length }, (_, index) => this.#int32(at + 4 * index));
	}

	/** The place of a vector's elements, all of which lie inside the buffer. */
	vector(slot: number, elementBytes: number): { readonly at: number; readonly length: number } {
		const place = this.#place(slot);
		if (place === 0) return { at: 0, length: 0 };
		const start = this.#follow(place);
		const length = this.#uint32(start);
		this.#checked(start + 4, length * elementBytes);
		this.#spend(length * elementBytes);
		return { at: start + 4, length };
	}

	/** The count of 64 bits at a place inside a vector. */
	countAt(at: number): number {
		const low = this.#uint32(at);
		const high = this.#uint32(at + 4);
		if (high > 0x1f_ffff) throw new FlatbufferError("a count is negative or absurdly large");
		return high * 2 ** 32 + low;
	}

	#spend(bytes: number): void {
		this.#budget.bytes -= bytes;
		if (this.#budget.bytes < 0) throw new FlatbufferError("its parts point at each other over and over");
	}

	#place(slot: number): number {
		const entry = 4 + 2 * slot;
		if (entry + 2 > this.#vtableBytes) return 0;
		const place = this.#uint16(this.#vtableAt + entry);
		return place === 0 ? 0 : this.#at + place;
	}

	#follow(at: number): number {
		return at + this.#uint32(at);
	}

	#uint16(at: number): number {
		return this.#view.getUint16(this.#checked(at, 2), true);
	}

	#int32(at: number): number {
		return this.#view.getInt32(this.#checked(at, 4), true);
	}

	#uint32(at: number): number {
		return this.#view.getUint32(this.#checked(at, 4), true);
	}

	#checked(at: number, bytes: number): number {
		if (at < 0 || at + bytes > this.#view.byteLength) throw new FlatbufferError("it points outside of itself");
		return at;
	}
}

const decoder = new TextDecoder();
