import type { ClientMediaKind, ClientMediaPacket } from "../media/client-media.ts";

/** Packets of each kind that may wait for the decoder: half a second or more. */
const MOST_WAITING = 32;
/** Pictures that are given to it at once: decoded ones are large, and wait for our thread. */
const MOST_PICTURES_AHEAD = 4;

/** Packets of one client that wait for its decoder; few pictures are decoded ahead of their use. */
export class PacketQueue {
	readonly #post: (packet: ClientMediaPacket) => void;
	/** Pictures that were not given yet. */
	readonly #pictures: ClientMediaPacket[] = [];
	#picturesAhead = 0;
	#soundsAhead = 0;

	/** @param post gives a packet to the decoder. */
	constructor(post: (packet: ClientMediaPacket) => void) {
		this.#post = post;
	}

	/** Returns false while no packet of a kind may be added: the decoder is behind with it. */
	hasRoom(kind: ClientMediaKind): boolean {
		const waiting = kind === "audio" ? this.#soundsAhead : this.#pictures.length + this.#picturesAhead;
		return waiting < MOST_WAITING;
	}

	/** Adds a packet; its decoder gets it at once, or when pictures before it are done with. */
	add(packet: ClientMediaPacket): void {
		if (packet.kind === "video") {
			this.#pictures.push(packet);
			this.#postPictures();
			return;
		}
		this.#soundsAhead++;
		this.#post(packet);
	}

	/** A packet is done with, and what it gave was taken. */
	done(kind: ClientMediaKind): void {
		if (kind === "audio") {
			this.#soundsAhead--;
			return;
		}
		this.#picturesAhead--;
		this.#postPictures();
	}

	#postPictures(): void {
		while (this.#picturesAhead < MOST_PICTURES_AHEAD && this.#pictures.length > 0) {
			this.#picturesAhead++;
			this.#post(this.#pictures.shift()!);
		}
	}
}
