import type { Chunk } from "./chunk.ts";
import type { BlueprintActivation, StoreId, StoreInfo } from "./messages.ts";
import { RrdWriter, type RrdWriterOptions } from "./rrd-writer.ts";
import type { Tuid } from "./tuid.ts";

/** What a stream sends. Messages are never changed: several sinks may keep the same. */
export type LogMessage =
	| { readonly type: "storeInfo"; readonly info: StoreInfo; readonly rowId: Tuid }
	| { readonly type: "chunk"; readonly storeId: StoreId; readonly chunk: Chunk }
	| { readonly type: "blueprintActivation"; readonly activation: BlueprintActivation };

/** Where a stream's messages go: a file, a connection, memory. */
export interface LogSink {
	/** Takes messages, in their order. Must not block. @throws if they are lost: the stream counts them and goes on. */
	send(messages: readonly LogMessage[]): void;
	/** Resolves when all that was sent is where it belongs, as far as the sink can tell. */
	flush?(): Promise<void>;
	/** Ends what `send` began. */
	close?(): Promise<void>;
}

/** Writes a message with an `RrdWriter`. */
export function writeMessage(writer: RrdWriter, message: LogMessage): Uint8Array {
	switch (message.type) {
		case "storeInfo":
			return writer.storeInfo(message.info, message.rowId);
		case "chunk":
			return writer.chunk(message.storeId, message.chunk);
		case "blueprintActivation":
			return writer.activateBlueprint(message.activation);
	}
}

/** Keeps messages until they are drained. Without a bound: whoever uses it drains it. */
export class MemorySink implements LogSink {
	readonly #options: RrdWriterOptions;
	#messages: LogMessage[] = [];
	/** Of stores whose messages were drained: each recording that is drained says again whose it is. */
	readonly #introductions = new Map<string, Extract<LogMessage, { type: "storeInfo" }>>();

	constructor(options: RrdWriterOptions = {}) {
		this.#options = options;
	}

	/** How many messages it keeps. */
	get numMessages(): number {
		return this.#messages.length;
	}

	send(messages: readonly LogMessage[]): void {
		this.#messages.push(...messages);
	}

	/** What came since the last time, as a whole `.rrd`, which a viewer, `RrdReader` or a file can take. Empty recordings are made of nothing. */
	drain(): Uint8Array {
		const messages = this.#messages;
		this.#messages = [];
		const writer = new RrdWriter(this.#options);
		const pieces: Uint8Array[] = [];
		const introduced = new Set<string>();
		const introduce = (storeId: StoreId) => {
			const key = `${storeId.kind} ${storeId.recordingId}`;
			const introduction = this.#introductions.get(key);
			if (introduced.has(key) || introduction === undefined) return;
			introduced.add(key);
			pieces.push(writeMessage(writer, introduction));
		};
		for (const message of messages) {
			if (message.type === "storeInfo") {
				const { storeId } = message.info;
				this.#introductions.set(`${storeId.kind} ${storeId.recordingId}`, message);
				introduce(storeId);
				continue;
			}
			introduce(message.type === "chunk" ? message.storeId : message.activation.storeId);
			pieces.push(writeMessage(writer, message));
		}
		if (pieces.length > 0) pieces.push(writer.finish());
		return joinBytes(pieces);
	}
}

export function joinBytes(pieces: readonly Uint8Array[]): Uint8Array {
	const joined = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
	let at = 0;
	for (const piece of pieces) {
		joined.set(piece, at);
		at += piece.length;
	}
	return joined;
}
