import { parseOverlayMessage } from "../../protocol/overlay-message.ts";
import type { OverlayObject, PulseObject } from "../../protocol/overlay-object.ts";
import { OverlaySet } from "../../protocol/overlay-set.ts";

/** The listeners of an `OverlayReader`. */
export interface OverlayReaderOptions {
	/** The objects by path have changed. */
	readonly onObjects: (objects: ReadonlyMap<string, OverlayObject>) => void;
	readonly onLines: (lines: readonly string[]) => void;
	readonly onPulse: (pulse: PulseObject) => void;
}

/** Reads the messages of the `overlay` channel, and keeps what they have set. */
export class OverlayReader {
	readonly #options: OverlayReaderOptions;
	readonly #set = new OverlaySet();
	#newest = -1;

	constructor(options: OverlayReaderOptions) {
		this.#options = options;
	}

	/** Obeys a message. One that is against the protocol, or late, changes nothing. */
	receive(text: string): void {
		const result = parseOverlayMessage(text);
		if (result.kind !== "message" || result.message.n <= this.#newest) return;
		const { message } = result;
		this.#newest = message.n;
		switch (message.type) {
			case "set":
				if (this.#set.set(message.path, message.object) === undefined) this.#tell();
				break;
			case "joints":
				if (this.#set.setJoints(message.path, message.joints)) this.#tell();
				break;
			case "remove":
				if (this.#set.remove(message.path)) this.#tell();
				break;
			case "clear":
				this.#clear();
				break;
			case "hud":
				this.#options.onLines(message.lines);
				break;
			case "pulse":
				this.#options.onPulse(message);
				break;
		}
	}

	/** Another session begins: nothing of the former one holds. */
	restart(): void {
		this.#newest = -1;
		this.#clear();
	}

	#clear(): void {
		this.#set.clear();
		this.#tell();
		this.#options.onLines([]);
	}

	#tell(): void {
		this.#options.onObjects(this.#set.objects);
	}
}
