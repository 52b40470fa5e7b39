import { type ArrowArray, type ArrowValues, concatArrays, listArray, valuesClass } from "../arrow/arrow-array.ts";
import { type ArrowType, type FixedWidthType, listTypeOf } from "../arrow/arrow-type.ts";

/** Bytes of a row's numbers up to which they are copied: objects for each row cost more. */
const COPIED_BYTES = 1 << 14;
const KINDS_OF_NUMBERS: readonly ArrowType["kind"][] = ["int", "float", "timestamp", "duration"];

/** The values of one component in the rows of a chunk that is being made. */
export class RowColumn {
	readonly type: ArrowType;
	/** Ends of the rows' lists, behind a first 0. */
	#ends: Int32Array;
	#rows = 0;
	/** Values that were kept as they are, and copies that were closed. */
	readonly #parts: ArrowArray[] = [];
	/** Numbers of the newest rows, one row behind the other. */
	#numbers: ArrowValues | undefined;
	#count = 0;

	/** @param rows about as many as there will be. */
	constructor(type: ArrowType, rows: number) {
		this.type = type;
		this.#ends = new Int32Array(rows + 1);
	}

	/** Adds a row. Short numbers are copied; other values may not be changed any more. */
	add(values: ArrowArray): void {
		const row = this.#rows++;
		if (this.#rows === this.#ends.length) this.#ends = grown(this.#ends, 2 * this.#rows + 1);
		this.#ends[this.#rows] = this.#ends[row]! + values.length;
		const numbers = numbersOf(values);
		if (numbers !== undefined && numbers.byteLength <= COPIED_BYTES) this.#copy(numbers);
		else {
			this.#closeNumbers();
			this.#parts.push(values);
		}
	}

	/** A list for each row. */
	lists(): ArrowArray {
		this.#closeNumbers();
		return listArray(listTypeOf(this.type), this.#ends.subarray(0, this.#rows + 1), concatArrays(this.#parts));
	}

	#copy(numbers: ArrowValues): void {
		const end = this.#count + numbers.length;
		if (this.#numbers === undefined) {
			const kind = valuesClass(leafOf(this.type));
			this.#numbers = new kind(Math.max(end, (this.#ends.length - 1) * numbers.length));
		} else if (end > this.#numbers.length) this.#numbers = grown(this.#numbers, 2 * end);
		(this.#numbers as Uint8Array).set(numbers as Uint8Array, this.#count);
		this.#count = end;
	}

	#closeNumbers(): void {
		if (this.#numbers === undefined) return;
		const values = this.#numbers.subarray(0, this.#count);
		const leaf = { type: leafOf(this.type), length: values.length, nullCount: 0, values, children: [] };
		const { type } = this;
		if (type.kind !== "fixedSizeList") this.#parts.push(leaf);
		else this.#parts.push({ type, length: values.length / type.size, nullCount: 0, children: [leaf] });
		this.#numbers = undefined;
		this.#count = 0;
	}
}

/** The numbers of a column of numbers, or of vectors; `undefined`: it has others, or nulls. */
function numbersOf({ type, nullCount, values, children }: ArrowArray): ArrowValues | undefined {
	if (nullCount > 0) return undefined;
	if (KINDS_OF_NUMBERS.includes(type.kind)) return values;
	const [child] = children;
	if (type.kind !== "fixedSizeList" || child === undefined || child.nullCount > 0) return undefined;
	return KINDS_OF_NUMBERS.includes(child.type.kind) ? child.values : undefined;
}

function leafOf(type: ArrowType): FixedWidthType {
	return (type.kind === "fixedSizeList" ? type.item.type : type) as FixedWidthType;
}

function grown<Values extends ArrowValues>(values: Values, length: number): Values {
	const larger = new (values.constructor as new (length: number) => Values)(length);
	(larger as Uint8Array).set(values as Uint8Array);
	return larger;
}
