import { chunkByteLength } from "../chunk/batcher.ts";
import { type Chunk, isStatic } from "../chunk/chunk.ts";
import type { LogMessage } from "../rrd/log-message.ts";

/** Whose messages are kept. */
const MAX_BLUEPRINTS = 4;

/** What holds at all times, for sinks that come later. */
export class StandingMessages {
	readonly #maxBytes: number;
	/** By what they replace, the oldest first. */
	readonly #messages = new Map<string, { readonly message: LogMessage; readonly byteLength: number }>();
	#byteLength = 0;
	/** Ids of blueprints, and how many messages of them there were. */
	readonly #blueprints: string[] = [];
	#blueprintMessages = 0;

	constructor(maxBytes: number) {
		this.#maxBytes = maxBytes;
	}

	messages(): LogMessage[] {
		return Array.from(this.#messages.values(), ({ message }) => message);
	}

	add(messages: readonly LogMessage[]): void {
		for (const message of messages) {
			const { storeId, kind } = message;
			const chunk = message.chunk();
			if (storeId.kind === "blueprint") {
				if (kind === "storeInfo") this.#rememberBlueprint(storeId.recordingId);
				this.#put(`${storeId.recordingId} ${this.#blueprintMessages++}`, message, chunk);
			} else if (chunk !== null && isStatic(chunk))
				this.#put(
					JSON.stringify([
						chunk.entityPath,
						...chunk.components.map(({ descriptor }) => descriptor.component),
					]),
					message,
					chunk,
				);
		}
	}

	/** An application has one that is shown and one to come back to. */
	#rememberBlueprint(id: string): void {
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
		while (this.#byteLength > this.#maxBytes) this.#remove(this.#messages.keys().next().value!);
	}

	#remove(key: string): void {
		this.#byteLength -= this.#messages.get(key)?.byteLength ?? 0;
		this.#messages.delete(key);
	}
}
