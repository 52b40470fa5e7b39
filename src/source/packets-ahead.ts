import { AV_NOPTS_VALUE } from "node-av/constants";
import type { Packet } from "node-av/lib";
import type { LibavInput } from "./libav-input.ts";
import { newPacket } from "./new-packet.ts";

/** Sound is read this long before the pictures of its time, seconds. */
const SOUND_AHEAD_SEC = 0.5;
/** Most packets of pictures that wait meanwhile, and most of their bytes. */
const MAX_PACKETS = 256;
const MAX_BYTES = 32_000_000;

/**
 * Reads the packets of a file's pictures. While its sound is heard it reads on, so that the sound
 * of a picture is there before the picture: files hold up to a second of each in turn.
 */
export class PacketsAhead implements Disposable {
	readonly #input: Pick<LibavInput, "read">;
	readonly #tickSec: number;
	readonly #soundSec: () => number | undefined;
	readonly #packets: Packet[] = [];
	#bytes = 0;
	#ended = false;

	/**
	 * @param tickSec length of a tick of the packets' stamps.
	 * @param soundSec stamp of the newest sound that was read; `undefined` while nobody listens.
	 */
	constructor(input: Pick<LibavInput, "read">, tickSec: number, soundSec: () => number | undefined) {
		this.#input = input;
		this.#tickSec = tickSec;
		this.#soundSec = soundSec;
	}

	/**
	 * The next packet, to be freed by the caller; `undefined` at the end.
	 * @throws {SourceError} when reading fails. @throws {Stopping} when the source is to stop.
	 */
	async next(): Promise<Packet | undefined> {
		while (!this.#ended && this.#needsMore()) await this.#readOne();
		const packet = this.#packets.shift();
		this.#bytes -= packet?.size ?? 0;
		return packet;
	}

	[Symbol.dispose](): void {
		for (const packet of this.#packets.splice(0)) packet.free();
	}

	#needsMore(): boolean {
		const [first] = this.#packets;
		if (first === undefined) return true;
		const soundSec = this.#soundSec();
		if (soundSec === undefined || first.pts === AV_NOPTS_VALUE) return false;
		if (this.#packets.length >= MAX_PACKETS || this.#bytes >= MAX_BYTES) return false;
		return soundSec < Number(first.pts) * this.#tickSec + SOUND_AHEAD_SEC;
	}

	async #readOne(): Promise<void> {
		const packet = newPacket();
		let kept = false;
		try {
			kept = await this.#input.read(packet);
		} finally {
			if (!kept) packet.free();
		}
		this.#ended = !kept;
		if (!kept) return;
		this.#packets.push(packet);
		this.#bytes += packet.size;
	}
}
