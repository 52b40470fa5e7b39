import type { ClientPicture, ClientSound } from "../client-media/decoded-media.ts";
import type { MediaDecoder } from "../client-media/media-decoder.ts";
import type { ClientMediaKind, ClientMediaPacket } from "../media/client-media.ts";

/** Options of a `ViewerDecoding`. */
export interface ViewerDecodingOptions {
	/** Kinds that are decoded. */
	readonly kinds: ReadonlySet<ClientMediaKind>;
	/** Takes what was decoded, in order. */
	readonly onMedia: (media: ClientSound | ClientPicture) => void;
	/** Asks the client for a key frame. */
	readonly onKeyframeNeeded: () => void;
	/** Decoding fails, in words. */
	readonly onTrouble: (message: string) => void;
}

/** Decodes one viewer's media. The code and the thread begin with its first packet. */
export class ViewerDecoding {
	readonly #options: ViewerDecodingOptions;
	#loading: Promise<void> | undefined;
	#decoder: MediaDecoder | undefined;
	#isClosed = false;

	constructor(options: ViewerDecodingOptions) {
		this.#options = options;
	}

	/** Takes a packet. Those that come before the thread are left out. */
	add(packet: ClientMediaPacket): void {
		if (this.#isClosed || !this.#options.kinds.has(packet.kind)) return;
		this.#loading ??= this.#load().catch((error: unknown) =>
			this.#options.onTrouble(`A client's media can't be decoded: ${String(error)}.`),
		);
		this.#decoder?.decode(packet);
	}

	/** Ends the thread. */
	close(): void {
		this.#isClosed = true;
		void this.#decoder?.close();
	}

	async #load(): Promise<void> {
		const { MediaDecoder: Decoder } = await import("../client-media/media-decoder.ts");
		if (!this.#isClosed) this.#decoder = new Decoder(this.#options);
	}
}
