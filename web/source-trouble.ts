import type { PanogazeConnection } from "../src/client/index.ts";
import { EventListeners } from "../src/media/events.ts";

interface SourceTroubleEvents {
	/** The server's words about what is wrong; `undefined`: it is over. */
	change: [words: string | undefined];
}

/**
 * Whether the camera is away: the server says so, and goes on sending its last picture if it has one. Over when a picture of later comes, or with a new
 * connection.
 */
export class SourceTrouble {
	readonly #events = new EventListeners<SourceTroubleEvents>();
	#words: string | undefined;

	constructor(connection: PanogazeConnection) {
		let sinceMs = Number.NaN;
		connection.on("error", ({ code, message }) => {
			if (code !== "source") return console.warn(`${code}: ${message}`);
			sinceMs = performance.now() + connection.serverClockOffsetMs;
			this.#set(message);
		});
		connection.on("frame", ({ times }) => {
			if (times.panoramaMs !== undefined && !(times.panoramaMs <= sinceMs)) this.#set(undefined);
		});
		connection.on("state", ({ name }) => name === "connecting" && this.#set(undefined));
	}

	get words(): string | undefined {
		return this.#words;
	}

	/** @returns a function that removes the listener. */
	on<Name extends keyof SourceTroubleEvents>(name: Name, listener: (...args: SourceTroubleEvents[Name]) => void): () => void {
		return this.#events.on(name, listener);
	}

	#set(words: string | undefined): void {
		if (words === this.#words) return;
		this.#words = words;
		this.#events.emit("change", words);
	}
}
