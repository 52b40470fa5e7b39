import type { ReplayMessage, ReplayReader } from "../replay/replay-buffer.ts";
import { messageHeader } from "./message-proxy-service.ts";

/** Messages for one viewer, in the frames of gRPC. */
export interface ViewerFeed {
	/** True when the viewer stayed too far behind. It gets no more then. */
	readonly dropped: boolean;
	/** Takes the next whole messages; `null`: there are none at the moment. Owned by the caller. */
	next(): Uint8Array<ArrayBuffer> | null;
	close(): void;
}

/** The origin of feeds for viewers: `MessageProxy` is one. */
export interface ViewerFeeds {
	/**
	 * Begins a feed, which the caller closes.
	 * @param onAvailable is called when there is a message after `next` had none, and when the
	 * viewer is dropped.
	 */
	feed(onAvailable: () => void): ViewerFeed;
}

/**
 * Messages are joined up to about this length: each piece costs a system call here, and in a
 * browser's reader as much as a message.
 */
const JOINED_BYTES = 2 ** 16;

/** A feed of a history's messages. */
export class ReplayFeed implements ViewerFeed {
	readonly #reader: ReplayReader;

	/** @param reader closed with the feed. */
	constructor(reader: ReplayReader) {
		this.#reader = reader;
	}

	get dropped(): boolean {
		return this.#reader.dropped;
	}

	next(): Uint8Array<ArrayBuffer> | null {
		const pieces: Uint8Array[] = [];
		let byteLength = 0;
		while (byteLength < JOINED_BYTES) {
			const message: ReplayMessage | null = this.#reader.next();
			if (message === null) break;
			const header = messageHeader(message.kind, message.bytes.length);
			pieces.push(header, message.bytes);
			byteLength += header.length + message.bytes.length;
		}
		if (byteLength === 0) return null;
		const joined = new Uint8Array(byteLength);
		let at = 0;
		for (const piece of pieces) {
			joined.set(piece, at);
			at += piece.length;
		}
		return joined;
	}

	close(): void {
		this.#reader.close();
	}
}
