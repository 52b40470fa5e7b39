import { type ArrowArray, numberArray } from "../arrow/arrow-array.ts";
import { type ArrowType, BOOL, formatType, UINT64 } from "../arrow/arrow-type.ts";
import {
	type Chunk,
	type ComponentColumn,
	type ComponentDescriptor,
	presentRows,
	type TimeKind,
	timeRange,
	timesOfComponent,
} from "../chunk/chunk.ts";
import { TUID_BYTES } from "../chunk/tuid.ts";

/** The place of a chunk's message in a file, without its frame. */
export interface ChunkPlace {
	readonly byteOffset: number;
	readonly byteLength: number;
	readonly uncompressedByteLength: number;
}

/** A component of chunks of one form. */
export interface FormComponent {
	readonly descriptor: ComponentDescriptor;
	readonly type: ArrowType;
	/** True when some rows of a chunk lack it: its times are then not those of all rows. */
	readonly isSparse: boolean;
}

/** What chunks of an entity mostly have in common. */
export interface ChunkForm {
	readonly timelines: readonly { readonly name: string; readonly kind: TimeKind }[];
	readonly components: readonly FormComponent[];
}

/** The place of a component in a form; -1: it has none. */
export function placeOf({ components }: ChunkForm, { component }: ComponentDescriptor): number {
	return components.findIndex(({ descriptor }) => descriptor.component === component);
}

/** The place of a timeline in a form; -1: it has none. */
export function timelineAt({ timelines }: ChunkForm, timeline: string): number {
	return timelines.findIndex(({ name }) => name === timeline);
}

const FIRST_CAPACITY = 64;
const COUNTS = { rows: 0, byteOffset: 1, byteLength: 2, uncompressedByteLength: 3 } as const;
const COUNT_WORDS = 4;
/** Words of an entry's places: its path, its form, its first time. */
const PLACE_WORDS = 3;

/**
 * The chunks of one store, as numbers in a few arrays: a chunk takes about 100 bytes, where objects
 * took fifteen times as many. All columns are made in the same memory: one is valid until the next.
 */
export class ManifestEntries {
	readonly #paths: string[] = [];
	readonly #pathAt = new Map<string, number>();
	readonly #forms: ChunkForm[] = [];
	readonly #formAt = new Map<string, number>();
	readonly #entityForms = new Map<string, { readonly entityPath: string; readonly form: ChunkForm }>();
	#ids = new Uint8Array(FIRST_CAPACITY * TUID_BYTES);
	#counts = new Float64Array(FIRST_CAPACITY * COUNT_WORDS);
	#places = new Uint32Array(FIRST_CAPACITY * PLACE_WORDS);
	/**
	 * For each chunk: its first and last time on each timeline. Then for each sparse component the
	 * number of its rows, and their times in the same way.
	 */
	#times = new BigInt64Array(FIRST_CAPACITY * 4);
	#timesEnd = 0;
	#length = 0;
	/** Memory of the column that was made last. */
	#values = new ArrayBuffer(0);
	#bits = new Uint8Array(0);

	/** The number of chunks. */
	get length(): number {
		return this.#length;
	}

	get forms(): readonly ChunkForm[] {
		return this.#forms;
	}

	/** The ids of all chunks, one after the other. */
	get ids(): Uint8Array {
		return this.#ids.subarray(0, this.#length * TUID_BYTES);
	}

	add(chunk: Chunk, { byteOffset, byteLength, uncompressedByteLength }: ChunkPlace): void {
		const entry = this.#length++;
		if (entry * TUID_BYTES === this.#ids.length) this.#grow();
		const form = this.#formOf(chunk);
		const path = numberOf(this.#pathAt, this.#paths, chunk.entityPath, () => chunk.entityPath);
		const pair = `${path} ${form}`;
		if (!this.#entityForms.has(pair))
			this.#entityForms.set(pair, { entityPath: chunk.entityPath, form: this.#forms[form]! });
		this.#ids.set(chunk.id, entry * TUID_BYTES);
		this.#counts.set([chunk.numRows, byteOffset, byteLength, uncompressedByteLength], entry * COUNT_WORDS);
		this.#places.set([path, form, this.#timesEnd], entry * PLACE_WORDS);
		for (const { times } of chunk.timelines) this.#addRange(times);
		if (chunk.timelines.length === 0) return;
		for (const column of chunk.components) {
			if (!isSparse(column)) continue;
			this.#addTime(BigInt(presentRows(column)));
			for (const { times } of chunk.timelines) this.#addRange(timesOfComponent(times, column));
		}
	}

	/** The entity of each chunk. */
	paths(): string[] {
		return Array.from({ length: this.#length }, (_, entry) => this.#paths[this.#places[entry * PLACE_WORDS]!]!);
	}

	/** Each entity with each form of its chunks. */
	entityForms(): readonly { readonly entityPath: string; readonly form: ChunkForm }[] {
		return [...this.#entityForms.values()];
	}

	/** A flag for each chunk. @param flagOf the flag of all chunks of a form. */
	flags(flagOf: (form: ChunkForm) => boolean): ArrowArray {
		const ofForms = this.#forms.map(flagOf);
		const values = this.#emptyBits();
		for (let entry = 0; entry < this.#length; entry++)
			if (ofForms[this.#formAtEntry(entry)] === true) values[entry >> 3]! |= 1 << (entry & 7);
		return { type: BOOL, length: this.#length, nullCount: 0, values, children: [] };
	}

	/** A number for each chunk. */
	counts(name: keyof typeof COUNTS): ArrowArray {
		const counts = new BigUint64Array(this.#emptyValues());
		const words = new Uint32Array(counts.buffer);
		for (let entry = 0; entry < counts.length; entry++)
			setWords(words, entry, this.#counts[entry * COUNT_WORDS + COUNTS[name]]!);
		return numberArray(UINT64, counts);
	}

	/** The rows of each chunk that have a component, and a time. */
	componentRows(timeline: string, descriptor: ComponentDescriptor): ArrowArray {
		const places = this.#forms.map((form) => spanPlace(form, timeline, descriptor));
		const rows = new BigUint64Array(this.#emptyValues());
		const words = new Uint32Array(rows.buffer);
		const times = new Uint32Array(this.#times.buffer);
		for (let entry = 0; entry < rows.length; entry++) {
			const place = places[this.#formAtEntry(entry)];
			if (place === undefined) continue;
			if (place.rowsAt === undefined) setWords(words, entry, this.#counts[entry * COUNT_WORDS + COUNTS.rows]!);
			else copyWords(words, entry, times, this.#timesAt(entry) + place.rowsAt);
		}
		return numberArray(UINT64, rows);
	}

	/**
	 * The first or the last time of each chunk; null where it has none.
	 *
	 * @param descriptor counts rows with this component alone.
	 */
	times(
		type: ArrowType,
		timeline: string,
		descriptor: ComponentDescriptor | undefined,
		edge: "start" | "end",
	): ArrowArray {
		const places = this.#forms.map((form) => spanPlace(form, timeline, descriptor));
		const values = new BigInt64Array(this.#emptyValues());
		// A value of two words: each bigint would be an object for a moment.
		const words = new Uint32Array(values.buffer);
		const times = new Uint32Array(this.#times.buffer);
		const validity = this.#emptyBits();
		let nullCount = 0;
		for (let entry = 0; entry < values.length; entry++) {
			const place = places[this.#formAtEntry(entry)];
			const at = this.#timesAt(entry);
			const hasRows =
				place?.rowsAt === undefined
					? this.#counts[entry * COUNT_WORDS + COUNTS.rows] !== 0
					: times[2 * (at + place.rowsAt)] !== 0;
			if (place === undefined || !hasRows) {
				nullCount++;
				continue;
			}
			copyWords(words, entry, times, at + place.spanAt + (edge === "end" ? 1 : 0));
			validity[entry >> 3]! |= 1 << (entry & 7);
		}
		return { type, length: values.length, nullCount, ...(nullCount > 0 && { validity }), values, children: [] };
	}

	/** Zeros for a number of each chunk. */
	#emptyValues(): ArrayBuffer {
		const byteLength = this.#length * BigInt64Array.BYTES_PER_ELEMENT;
		if (this.#values.byteLength !== byteLength) this.#values = new ArrayBuffer(byteLength);
		else new Uint8Array(this.#values).fill(0);
		return this.#values;
	}

	/** Zeros for a bit of each chunk. */
	#emptyBits(): Uint8Array {
		const byteLength = (this.#length + 7) >> 3;
		if (this.#bits.length !== byteLength) this.#bits = new Uint8Array(byteLength);
		else this.#bits.fill(0);
		return this.#bits;
	}

	#formAtEntry(entry: number): number {
		return this.#places[entry * PLACE_WORDS + 1]!;
	}

	#timesAt(entry: number): number {
		return this.#places[entry * PLACE_WORDS + 2]!;
	}

	#formOf({ timelines, components }: Chunk): number {
		let key = timelines.map(({ name, kind }) => `${kind} ${name}`).join("\n");
		for (const column of components) {
			const { component, archetype, componentType } = column.descriptor;
			const type = formatType(column.lists.type);
			key += `\n${component}\t${archetype}\t${componentType}\t${type}\t${isSparse(column)}`;
		}
		return numberOf(this.#formAt, this.#forms, key, () => ({
			timelines: timelines.map(({ name, kind }) => ({ name, kind })),
			components: components.map((column) => ({
				descriptor: column.descriptor,
				type: column.lists.type,
				isSparse: isSparse(column),
			})),
		}));
	}

	#addRange(times: BigInt64Array): void {
		const range = timeRange(times);
		this.#addTime(range?.start ?? 0n);
		this.#addTime(range?.end ?? 0n);
	}

	#addTime(time: bigint): void {
		if (this.#timesEnd === this.#times.length) {
			const larger = new BigInt64Array(grown(this.#times.length));
			larger.set(this.#times);
			this.#times = larger;
		}
		this.#times[this.#timesEnd++] = time;
	}

	#grow(): void {
		const capacity = grown(this.#ids.length / TUID_BYTES);
		const ids = new Uint8Array(capacity * TUID_BYTES);
		ids.set(this.#ids);
		const counts = new Float64Array(capacity * COUNT_WORDS);
		counts.set(this.#counts);
		const places = new Uint32Array(capacity * PLACE_WORDS);
		places.set(this.#places);
		[this.#ids, this.#counts, this.#places] = [ids, counts, places];
	}
}

/** Writes a whole number from 0 on as a value of 64 bits, the lower word first. */
function setWords(words: Uint32Array, index: number, value: number): void {
	words[2 * index] = value >>> 0;
	words[2 * index + 1] = Math.floor(value / 2 ** 32);
}

function copyWords(to: Uint32Array, index: number, from: Uint32Array, place: number): void {
	to[2 * index] = from[2 * place]!;
	to[2 * index + 1] = from[2 * place + 1]!;
}

/** A capacity that leaves a quarter unused at most. */
function grown(capacity: number): number {
	return Math.ceil((capacity * 5) / 4);
}

function isSparse({ lists }: ComponentColumn): boolean {
	return lists.nullCount > 0;
}

/** The number of a value that is known by a key; a new one is added. */
function numberOf<Value>(numbers: Map<string, number>, values: Value[], key: string, make: () => Value): number {
	const known = numbers.get(key);
	if (known !== undefined) return known;
	numbers.set(key, values.length);
	return values.push(make()) - 1;
}

/** The places of a chunk's times, from its first one on. */
interface SpanPlace {
	/** The first time; the last one follows. */
	readonly spanAt: number;
	/** The number of rows; `undefined`: all rows of the chunk. */
	readonly rowsAt: number | undefined;
}

/** @returns `undefined`: chunks of the form have no such times. */
function spanPlace(
	form: ChunkForm,
	timeline: string,
	descriptor: ComponentDescriptor | undefined,
): SpanPlace | undefined {
	const line = timelineAt(form, timeline);
	if (line < 0) return undefined;
	if (descriptor === undefined) return { spanAt: 2 * line, rowsAt: undefined };
	const component = placeOf(form, descriptor);
	if (component < 0) return undefined;
	if (form.components[component]?.isSparse !== true) return { spanAt: 2 * line, rowsAt: undefined };
	const sparseBefore = form.components.slice(0, component).filter((before) => before.isSparse).length;
	const rowsAt = 2 * form.timelines.length + sparseBefore * (1 + 2 * form.timelines.length);
	return { spanAt: rowsAt + 1 + 2 * line, rowsAt };
}
