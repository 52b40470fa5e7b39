import type { ClientMediaPacket } from "../media/client-media.ts";
import { Thread, threadFile } from "../threads/thread.ts";
import type { ClientPicture, ClientSound } from "./decoded-media.ts";
import type { FromMediaDecoder, ToMediaDecoder } from "./media-decoder-protocol.ts";
import { PacketQueue } from "./packet-queue.ts";

/** Options of a `MediaDecoder`. */
export interface MediaDecoderOptions {
	/** Takes what was decoded, in order. */
	readonly onMedia: (media: ClientSound | ClientPicture) => void;
	/** A key frame is needed: pictures were left out, as the decoder is behind. */
	readonly onKeyframeNeeded: () => void;
	/** Decoding fails, in words; each reason once. */
	readonly onTrouble: (message: string) => void;
}

const END_MS = 2000;

/** Decodes one client's sound and pictures in a thread of its own. */
export class MediaDecoder {
	readonly #options: MediaDecoderOptions;
	readonly #thread: Thread<ToMediaDecoder, FromMediaDecoder>;
	readonly #troubles = new Set<string>();
	readonly #queue: PacketQueue;
	#needsKeyframe = true;
	#isClosed = false;

	constructor(options: MediaDecoderOptions) {
		this.#options = options;
		this.#thread = new Thread({
			file: threadFile("./media-decoder-worker", import.meta.url),
			name: "panogaze-client-media",
			data: undefined,
			stopMessage: { type: "end" },
			onMessage: (message) => this.#received(message),
		});
		this.#queue = new PacketQueue((packet) => this.#thread.post({ type: "packet", packet }));
		void this.#thread.exited.then(({ error }) => {
			if (!this.#isClosed) this.#complain(error?.message ?? "the thread has ended");
			this.#isClosed = true;
		});
	}

	/** True once it decodes nothing more: it was closed, or its thread has ended. */
	get isClosed(): boolean {
		return this.#isClosed;
	}

	/** Decodes a packet, unless the thread is behind: pictures then wait for a key frame. */
	decode(packet: ClientMediaPacket): void {
		if (this.#isClosed) return;
		const isVideo = packet.kind === "video";
		if (!this.#queue.hasRoom(packet.kind)) {
			this.#needsKeyframe ||= isVideo;
			return;
		}
		if (isVideo && this.#needsKeyframe && !packet.keyframe) {
			this.#options.onKeyframeNeeded();
			return;
		}
		if (isVideo) this.#needsKeyframe = false;
		this.#queue.add(packet);
	}

	/** Ends the thread. Nothing is given any more. */
	async close(): Promise<void> {
		this.#isClosed = true;
		await this.#thread.end(END_MS);
	}

	#received(message: FromMediaDecoder): void {
		if (this.#isClosed) return;
		if (message.type === "done") this.#queue.done(message.kind);
		else if (message.type === "decoded") this.#options.onMedia(message.media);
		else this.#complain(message.message);
	}

	#complain(message: string): void {
		if (this.#troubles.has(message)) return;
		this.#troubles.add(message);
		this.#options.onTrouble(`A client's media can't be decoded: ${message}.`);
	}
}
