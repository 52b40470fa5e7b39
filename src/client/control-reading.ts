import type { ServerControlMessage } from "../protocol/control-message.ts";
import type { ParseResult } from "../protocol/parse-result.ts";

/** A control message and its circumstances. */
export interface ReceivedControlMessage {
	readonly message: ServerControlMessage;
	/** On the clock of `performance.now()`. */
	readonly receivedAtMs: number;
	/** False: it came from the second connection. */
	readonly present: boolean;
}

/**
 * Reads control messages of servers. The schemas of the protocol are loaded while the connection is
 * being made, so that a page need not wait for them. Messages that come before wait, in order.
 */
export class ControlReading {
	readonly #onMessage: (received: ReceivedControlMessage) => void;
	#parse: ((text: string) => ParseResult<ServerControlMessage>) | undefined;
	#waiting: (() => void)[] = [];

	/** @param onMessage takes the messages that are understood. */
	constructor(onMessage: (received: ReceivedControlMessage) => void) {
		this.#onMessage = onMessage;
	}

	/**
	 * Loads the schemas.
	 *
	 * @throws {TypeError} if they can't be loaded.
	 */
	async load(): Promise<void> {
		const { parseServerControlMessage } = await import("../protocol/control-message.ts");
		this.#parse = parseServerControlMessage;
		const waiting = this.#waiting;
		this.#waiting = [];
		for (const read of waiting) read();
	}

	/** A text has come on the control channel. */
	receive(text: string, present: boolean): void {
		const receivedAtMs = performance.now();
		const read = () => {
			const result = this.#parse?.(text);
			if (result?.kind === "message") this.#onMessage({ message: result.message, receivedAtMs, present });
		};
		if (this.#parse === undefined) this.#waiting.push(read);
		else read();
	}

	/** Another session begins: messages of the former one are forgotten. */
	restart(): void {
		this.#waiting = [];
	}
}
