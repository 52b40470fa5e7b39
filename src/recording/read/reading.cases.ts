import { valueAt } from "panogaze-rerun";
import type { SessionRecord } from "../session-record.ts";
import type { ReadRecord } from "./read-record.ts";

/** All records of a reading. */
export async function listOf(records: AsyncIterable<ReadRecord>): Promise<ReadRecord[]> {
	const list: ReadRecord[] = [];
	// A writer also notes which viewers show a codec.
	for await (const record of records)
		if (record.type !== "text" || !record.words.startsWith("The video is ")) list.push(record);
	return list;
}

/** Records that were written as they are: curves follow from others. */
export function logged(records: readonly ReadRecord[]): string[] {
	return records
		.filter(({ type }) => type !== "curve")
		.map(plain)
		.sort();
}

/** A record as text: differences of times are exact to a nanosecond. */
export function plain(record: SessionRecord | ReadRecord): string {
	const { number: _number, position: _position, ...fields } = { number: 0, position: 0, ...record };
	return JSON.stringify(fields, (key, value) => {
		if (key === "values" && fields.type === "log")
			return (value as (SessionRecord & { type: "log" })["values"]).map(({ batches }) =>
				batches.map(({ descriptor, values }) => [
					descriptor.component,
					Array.from({ length: values.length }, (_, at) => valueAt(values, at)),
				]),
			);
		if (ArrayBuffer.isView(value)) return [...(value as Float32Array)];
		if (key.endsWith("Sec")) return typeof value === "number" ? value.toFixed(8) : value;
		if (key === "fovRad") return (value as number).toFixed(12);
		if (typeof value === "object" && value !== null && !Array.isArray(value))
			return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
		return typeof value === "number" && Number.isNaN(value) ? "NaN" : value;
	});
}
