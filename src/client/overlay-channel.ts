import type { OverlayObject } from "../protocol/overlay-object.ts";
import type { OverlayReader, OverlayReaderOptions } from "./overlay/overlay-reader.ts";

/** Messages that wait for the code that reads them: far more than a whole set has. */
const MOST_WAITING = 512;

/**
 * The client's end of the `overlay` channel. The code that reads it is loaded with its first
 * message; messages that come before it is there wait, in order.
 */
export class OverlayChannel {
	readonly #options: OverlayReaderOptions;
	#reader: OverlayReader | undefined;
	#waiting: string[] | undefined;
	#objects: ReadonlyMap<string, OverlayObject> = new Map();
	#lines: readonly string[] = [];

	constructor({ onObjects, onLines, onPulse }: OverlayReaderOptions) {
		this.#options = {
			onObjects: (objects) => {
				this.#objects = objects;
				onObjects(objects);
			},
			onLines: (lines) => {
				this.#lines = lines;
				onLines(lines);
			},
			onPulse,
		};
	}

	/** The objects by path. */
	get objects(): ReadonlyMap<string, OverlayObject> {
		return this.#objects;
	}

	/** The application's lines of words. */
	get lines(): readonly string[] {
		return this.#lines;
	}

	/** A message has come. */
	receive(text: string): void {
		if (this.#reader !== undefined) this.#reader.receive(text);
		else if (this.#waiting === undefined) {
			this.#waiting = [text];
			this.#load().catch((error: unknown) => console.warn("Objects are not drawn over the view.", error));
		} else if (this.#waiting.length < MOST_WAITING) this.#waiting.push(text);
	}

	/** Another session begins: messages of the former one are forgotten. */
	restart(): void {
		this.#reader?.restart();
		if (this.#waiting !== undefined) this.#waiting.length = 0;
	}

	async #load(): Promise<void> {
		const { OverlayReader } = await import("./overlay/overlay-reader.ts");
		const reader = new OverlayReader(this.#options);
		this.#reader = reader;
		for (const text of this.#waiting ?? []) reader.receive(text);
	}
}
