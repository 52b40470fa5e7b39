import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { fileWriter, ParquetWriter } from "hyparquet-writer";
import { outputFailure } from "../render/output-error.ts";

type SchemaElement = ConstructorParameters<typeof ParquetWriter>[0]["schema"][number];

/** The type of a column's numbers or texts. */
export type ParquetType = "INT64" | "DOUBLE" | "FLOAT" | "BOOLEAN" | "STRING";

/** A column of a Parquet file. */
export interface ParquetColumn {
	readonly name: string;
	readonly type: ParquetType;
	/** Lists within lists: 0 for plain values, 1 for a vector, 3 for the shape [3][1][1]. */
	readonly depth: number;
}

/** A Parquet file that grows by groups of rows. Columns have no nulls. */
export class ParquetFile {
	readonly path: string;
	readonly #columns: readonly ParquetColumn[];
	readonly #writer: ParquetWriter;
	#bytes = 0;

	/**
	 * @param metadata pairs of the file's footer.
	 * @throws {OutputError} when the file can't be made.
	 */
	constructor(path: string, columns: readonly ParquetColumn[], metadata: Readonly<Record<string, string>> = {}) {
		this.path = path;
		this.#columns = columns;
		this.#writer = this.#attempt(() => {
			mkdirSync(dirname(path), { recursive: true });
			return new ParquetWriter({
				writer: fileWriter(path),
				schema: [
					{ name: "schema", num_children: columns.length, repetition_type: "REQUIRED" },
					...columns.flatMap(schemaOf),
				],
				kvMetadata: Object.entries(metadata).map(([key, value]) => ({ key, value })),
				createdBy: "panogaze",
			});
		});
	}

	/** Bytes before compression of the groups so far, roughly: eight for each number. */
	get bytes(): number {
		return this.#bytes;
	}

	/**
	 * Appends one group of rows.
	 * @param data a value, or nested arrays of values, for each row of each column.
	 * @throws {OutputError} when it can't be written.
	 */
	write(data: Readonly<Record<string, ArrayLike<unknown>>>): void {
		const columnData = this.#columns.map(({ name }) => ({ name, data: Array.from(data[name] ?? []) }));
		const rows = columnData[0]?.data.length ?? 0;
		for (const { data: values } of columnData)
			for (const value of values) this.#bytes += 8 * (Array.isArray(value) ? value.length : 1);
		this.#attempt(() => void this.#writer.write({ columnData, rowGroupSize: Math.max(1, rows) }));
	}

	/** Writes the file's end. @throws {OutputError} when it can't be written. */
	finish(): void {
		this.#attempt(() => void this.#writer.finish());
	}

	#attempt<Result>(work: () => Result): Result {
		try {
			return work();
		} catch (error) {
			throw outputFailure(this.path, error);
		}
	}
}

const ELEMENTS: Readonly<Record<ParquetType, Omit<SchemaElement, "name">>> = {
	INT64: { type: "INT64" },
	DOUBLE: { type: "DOUBLE" },
	FLOAT: { type: "FLOAT" },
	BOOLEAN: { type: "BOOLEAN" },
	STRING: { type: "BYTE_ARRAY", converted_type: "UTF8", logical_type: { type: "STRING" } },
};

/** Lists have three levels, as the format's document on logical types asks for. */
function schemaOf({ name, type, depth }: ParquetColumn): SchemaElement[] {
	const levels: SchemaElement[] = [];
	for (let level = 0; level < depth; level++) {
		levels.push(
			{
				name: level === 0 ? name : "element",
				num_children: 1,
				repetition_type: "OPTIONAL",
				converted_type: "LIST",
				logical_type: { type: "LIST" },
			},
			{ name: "list", num_children: 1, repetition_type: "REPEATED" },
		);
	}
	const leaf = { name: depth === 0 ? name : "element", repetition_type: "OPTIONAL", ...ELEMENTS[type] } as const;
	return [...levels, leaf as SchemaElement];
}
