import { type PlainValue, valueAt } from "../arrow/arrow-values.ts";
import { type Chunk, decodeChunk, encodeChunk } from "../chunk/chunk.ts";
import type { LogMessage } from "../rrd/log-message.ts";
import type { Sink, SinkStats } from "../sinks/sink.ts";

/** A row as it left the stream. */
export interface SentRow {
	readonly path: string;
	readonly times: Readonly<Record<string, bigint>>;
	readonly values: Readonly<Record<string, PlainValue>>;
}

/** Keeps what it gets. */
export class CollectingSink implements Sink {
	readonly live: boolean;
	readonly messages: LogMessage[] = [];
	readonly events: string[] = [];
	/** Thrown by the next `write`. */
	failure: Error | null = null;

	constructor(live = false) {
		this.live = live;
	}

	get stats(): SinkStats {
		return {
			messages: this.messages.length,
			bytes: 0,
			queuedBytes: 0,
			lostMessages: 0,
			lostBytes: 0,
			failure: null,
		};
	}

	write(messages: readonly LogMessage[]): void {
		if (this.failure !== null) throw this.failure;
		this.messages.push(...messages);
	}

	async flush(): Promise<boolean> {
		this.events.push("flush");
		return true;
	}

	async close(): Promise<void> {
		this.events.push("close");
	}

	/** What became of each message: `storeInfo`, `chunk /path`, `blueprintActivation`. */
	get outline(): string[] {
		return this.messages.map((message) => {
			const chunk = message.chunk();
			return chunk === null ? message.kind : `${message.kind} ${chunk.entityPath}`;
		});
	}

	/** Chunks, written and read again. */
	get chunks(): Chunk[] {
		return this.messages.flatMap((message) => {
			const chunk = message.chunk();
			return chunk === null ? [] : [decodeChunk(encodeChunk(chunk))];
		});
	}

	/** Rows, but those of the recording's properties. */
	get rows(): SentRow[] {
		return this.chunks.filter(({ entityPath }) => !entityPath.startsWith("/__properties")).flatMap(rowsOf);
	}
}

export function rowsOf(chunk: Chunk): SentRow[] {
	return Array.from({ length: chunk.numRows }, (_, row) => ({
		path: chunk.entityPath,
		times: Object.fromEntries(chunk.timelines.map(({ name, times }) => [name, times[row]!])),
		values: Object.fromEntries(
			chunk.components
				.filter(({ lists }) => valueAt(lists, row) !== null)
				.map(({ descriptor, lists }) => [descriptor.component, valueAt(lists, row)]),
		),
	}));
}
