import type { FrameBytes, FrameReader } from "./frame-builder.ts";

/** Longest Opus packet, bytes: 48 frames of 1,275 and their lengths (RFC 6716, 3.4). */
const MAX_OPUS_BYTES = 61_298;

/** Reads Opus: every payload is a packet (RFC 7587, 4.2). */
export class OpusFrameReader implements FrameReader {
	readonly isVideo = false;
	#packet: Uint8Array<ArrayBuffer> | undefined;

	begins(): boolean {
		return true;
	}

	add(payload: Uint8Array): boolean {
		if (payload.length > MAX_OPUS_BYTES) return false;
		this.#packet = new Uint8Array(payload);
		return true;
	}

	finish(): FrameBytes | undefined {
		const data = this.#packet;
		this.#packet = undefined;
		return data && { data, keyframe: true };
	}

	clear(): void {
		this.#packet = undefined;
	}
}
