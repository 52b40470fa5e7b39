import { chunkByteLength } from "../chunk/batcher.ts";
import { type Chunk, isStatic } from "../chunk/chunk.ts";
import type { LogMessage } from "../rrd/log-message.ts";

/** Blueprints that are kept: an application has one that is shown and one to come back to. */
const MAX_BLUEPRINTS = 4;

/** The newest static chunks and the blueprints, replayed to sinks that are added later. */
export class StaticHistory {
	readonly #maxBytes: number;
	/** Messages by the data that they replace, the oldest first. */
	readonly #messages = new Map<string, { readonly message: LogMessage; readonly byteLength: number }>();
	#byteLength = 0;
	/** Ids of the blueprints, the oldest first. */
	readonly #blueprints: string[] = [];
	#blueprintMessages = 0;

	/** @param maxBytes bound of all messages together. The oldest are removed first. */
	constructor(maxBytes: number) {
		this.#maxBytes = maxBytes;
	}

	messages(): LogMessage[] {
		return Array.from(this.#messages.values(), ({ message }) => message);
	}

	/** Keeps the messages that are static or belong to a blueprint. */
	add(messages: readonly LogMessage[]): void {
		for (const message of messages) {
			const { storeId, kind } = message;
			const chunk = message.chunk();
			if (storeId.kind === "blueprint") {
				if (kind === "storeInfo") this.#addBlueprint(storeId.recordingId);
				this.#put(`${storeId.recordingId} ${this.#blueprintMessages++}`, message, chunk);
			} else if (chunk !== null && isStatic(chunk)) this.#put(staticKey(chunk), message, chunk);
		}
	}

	#addBlueprint(id: string): void {
		if (this.#blueprints.includes(id)) return;
		this.#blueprints.push(id);
		if (this.#blueprints.length <= MAX_BLUEPRINTS) return;
		const oldest = `${this.#blueprints.shift()} `;
		for (const key of this.#messages.keys()) if (key.startsWith(oldest)) this.#remove(key);
	}

	#put(key: string, message: LogMessage, chunk: Chunk | null): void {
		const byteLength = chunk === null ? 0 : chunkByteLength(chunk);
		this.#remove(key);
		if (byteLength > this.#maxBytes) return;
		this.#messages.set(key, { message, byteLength });
		this.#byteLength += byteLength;
		for (const oldest of this.#messages.keys()) {
			if (this.#byteLength <= this.#maxBytes) return;
			this.#remove(oldest);
		}
	}

	#remove(key: string): void {
		this.#byteLength -= this.#messages.get(key)?.byteLength ?? 0;
		this.#messages.delete(key);
	}
}

function staticKey({ entityPath, components }: Chunk): string {
	return JSON.stringify([entityPath, ...components.map(({ descriptor }) => descriptor.component)]);
}
