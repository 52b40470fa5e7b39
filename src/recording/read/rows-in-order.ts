import type { Chunk } from "panogaze-rerun";
import type { IndexedChunk } from "./chunk-index.ts";
import { compareRows, type ReadChunk, RecordedRow, readChunk } from "./recorded-row.ts";

/** A chunk whose rows are being passed on. */
interface OpenChunk {
	readonly read: ReadChunk;
	readonly times: BigInt64Array;
	/** Rows by time; `undefined`: all rows, in their order. */
	readonly order: Int32Array | undefined;
	at: number;
}

/**
 * Rows in the order of their time on the timeline `server`: each step has those of one moment, in
 * the order in which they were logged. Only chunks around that moment are in memory.
 *
 * @param chunks in the order of their beginning.
 * @param startNs rows before are left out.
 * @param endNs rows at it and after are left out.
 * @param load reads a chunk; one that gives `undefined` is left out.
 */
export async function* rowsInOrder(
	chunks: Iterable<IndexedChunk>,
	{ startNs, endNs }: { readonly startNs: bigint; readonly endNs: bigint },
	load: (chunk: IndexedChunk) => Promise<Chunk | undefined>,
): AsyncGenerator<readonly RecordedRow[], void> {
	const coming = chunks[Symbol.iterator]();
	let next = coming.next();
	let open: OpenChunk[] = [];
	for (;;) {
		let nowNs = earliest(open);
		while (next.done !== true && (nowNs === undefined || next.value.startNs <= nowNs)) {
			const chunk = await load(next.value);
			const opened = chunk && openedAt(startNs, readChunk(next.value.entity, chunk));
			if (opened !== undefined) open.push(opened);
			next = coming.next();
			nowNs = earliest(open);
		}
		if (nowNs === undefined || nowNs >= endNs) return;
		const rows: RecordedRow[] = [];
		for (const chunk of open)
			while (timeOf(chunk) === nowNs) rows.push(new RecordedRow(chunk.read, rowOf(chunk.at++, chunk.order)));
		open = open.filter((chunk) => timeOf(chunk) !== undefined);
		yield rows.length > 1 ? rows.sort(compareRows) : rows;
	}
}

function earliest(open: readonly OpenChunk[]): bigint | undefined {
	let first: bigint | undefined;
	for (const chunk of open) {
		const time = timeOf(chunk)!;
		if (first === undefined || time < first) first = time;
	}
	return first;
}

/** Opens a chunk at its first row from a time on; `undefined`: it has none. */
function openedAt(startNs: bigint, read: ReadChunk): OpenChunk | undefined {
	const times = read.times.get("server");
	if (times === undefined) return undefined;
	const opened = { read, times, order: orderOf(times), at: 0 };
	while (opened.at < times.length && timeOf(opened)! < startNs) opened.at++;
	return opened.at < times.length ? opened : undefined;
}

function orderOf(times: BigInt64Array): Int32Array | undefined {
	if (times.every((time, at) => at === 0 || times[at - 1]! <= time)) return undefined;
	return Int32Array.from(times.keys()).sort((a, b) => Number(times[a]! - times[b]!) || a - b);
}

function rowOf(at: number, order: Int32Array | undefined): number {
	return order === undefined ? at : order[at]!;
}

function timeOf({ times, order, at }: OpenChunk): bigint | undefined {
	return times[rowOf(at, order)];
}
