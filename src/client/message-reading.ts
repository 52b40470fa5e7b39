import type { ServerControlMessage } from "../protocol/control-message.ts";
import type { FrameMessage } from "../protocol/frame-message.ts";
import type { ParseResult } from "../protocol/parse-result.ts";

/** A control message and its circumstances. */
export interface ReceivedControlMessage {
	readonly message: ServerControlMessage;
	/** On the clock of `performance.now()`. */
	readonly receivedAtMs: number;
	/** False: it came from the second connection. */
	readonly present: boolean;
}

/** The readers of a `MessageReading`'s texts, once they are loaded. */
interface Parsers {
	readonly control: (text: string) => ParseResult<ServerControlMessage>;
	readonly frame: (text: string) => ParseResult<FrameMessage>;
}

/** Functions that take the messages that are understood. */
export interface MessageReadingOptions {
	readonly onControl: (received: ReceivedControlMessage) => void;
	readonly onFrame: (message: FrameMessage) => void;
}

/** Most texts that wait for the parsers: those of some ten seconds. Later ones are dropped. */
const MOST_WAITING = 1_000;

/**
 * Reads a server's messages: those of the control channel, and those about frames. The parsers are
 * loaded while the connection is being made, so that a page need not wait for them. Messages that
 * come before wait, in order.
 */
export class MessageReading {
	readonly #options: MessageReadingOptions;
	#parsers: Parsers | undefined;
	#waiting: ((parsers: Parsers) => void)[] = [];

	constructor(options: MessageReadingOptions) {
		this.#options = options;
	}

	/**
	 * Loads the parsers.
	 *
	 * @throws {TypeError} if they can't be loaded.
	 */
	async load(): Promise<void> {
		const [{ parseServerControlMessage }, { parseFrameMessage }] = await Promise.all([
			import("../protocol/control-message.ts"),
			import("../protocol/frame-message.ts"),
		]);
		this.#parsers = { control: parseServerControlMessage, frame: parseFrameMessage };
		const waiting = this.#waiting;
		this.#waiting = [];
		for (const read of waiting) read(this.#parsers);
	}

	/** A text has come on the control channel. */
	control(text: string, present: boolean): void {
		const receivedAtMs = performance.now();
		this.#readLoaded(({ control }) => {
			const result = control(text);
			if (result.kind === "message") this.#options.onControl({ message: result.message, receivedAtMs, present });
		});
	}

	/** A text has come on the channel of frames. */
	frame(text: string): void {
		this.#readLoaded(({ frame }) => {
			const result = frame(text);
			if (result.kind === "message") this.#options.onFrame(result.message);
		});
	}

	/** Another session begins: messages of the former one are forgotten. */
	restart(): void {
		this.#waiting = [];
	}

	#readLoaded(read: (parsers: Parsers) => void): void {
		if (this.#parsers !== undefined) read(this.#parsers);
		else if (this.#waiting.length < MOST_WAITING) this.#waiting.push(read);
	}
}
