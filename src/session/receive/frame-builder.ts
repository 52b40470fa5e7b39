import type { ClientCodec } from "../../media/client-media.ts";
import { H264FrameReader } from "./h264-frame-reader.ts";
import { OpusFrameReader } from "./opus-frame-reader.ts";
import type { OrderedPacket } from "./packet-order.ts";
import { MAX_MEDIA_BYTES } from "./receive-limits.ts";
import { Vp8FrameReader } from "./vp8-frame-reader.ts";

/** The bytes of a frame that was put together again. */
export interface FrameBytes {
	readonly data: Uint8Array<ArrayBuffer>;
	readonly keyframe: boolean;
}

/** Reads the payloads of one frame after the other. Bytes come from the network: nothing throws. */
export interface FrameReader {
	/** False for sound: every packet is a frame, and none needs those before. */
	readonly isVideo: boolean;
	/** True if a frame begins with that payload. */
	begins(payload: Uint8Array): boolean;
	/** Takes the next payload of the frame. @returns false when it is broken. */
	add(payload: Uint8Array): boolean;
	/** The whole frame; `undefined` when it is broken or empty. It begins anew afterwards. */
	finish(): FrameBytes | undefined;
	/** Forgets the frame that has begun. */
	clear(): void;
}

/** A frame, with its RTP time. */
export interface BuiltFrame extends FrameBytes {
	readonly rtpTicks: number;
}

/** Makes the reader of a codec's frames. */
function readerOf(codec: ClientCodec, formatParameters: string): FrameReader {
	if (codec === "opus") return new OpusFrameReader();
	return codec === "h264" ? new H264FrameReader(formatParameters) : new Vp8FrameReader();
}

/**
 * Puts the frames of a stream together from packets in order. Pictures that lack a packet, or
 * follow one that does, are left out until a key frame. No clock.
 */
export class FrameBuilder {
	readonly #reader: FrameReader;
	/** RTP time of the frame that has begun. */
	#rtpTicks: number | undefined;
	/** A part of the frame that has begun is missing or broken. */
	#isBroken = false;
	#bytes = 0;
	#needsKeyframe: boolean;

	/** @param formatParameters as offered. */
	constructor(codec: ClientCodec, formatParameters: string) {
		this.#reader = readerOf(codec, formatParameters);
		this.#needsKeyframe = this.#reader.isVideo;
	}

	/** True while no picture can be shown before a key frame. */
	get needsKeyframe(): boolean {
		return this.#needsKeyframe;
	}

	/** Takes the next packet. @returns the frame that it completes. */
	add({ packet, lostBefore }: OrderedPacket): BuiltFrame | undefined {
		const { payload, rtpTicks, marker } = packet;
		const reader = this.#reader;
		if (lostBefore > 0) this.#break();
		// Packets without content keep the path busy, and belong to no frame.
		if (payload.length === 0) return undefined;
		if (rtpTicks !== this.#rtpTicks) {
			if (this.#rtpTicks !== undefined) this.#break();
			this.#rtpTicks = rtpTicks;
			this.#isBroken = !reader.begins(payload);
			if (this.#isBroken) this.#break();
		}
		this.#bytes += payload.length;
		if (!this.#isBroken && (this.#bytes > MAX_MEDIA_BYTES || !reader.add(payload))) this.#break();
		if (!marker && reader.isVideo) return undefined;
		const frame = this.#isBroken ? undefined : reader.finish();
		this.#begin();
		if (frame === undefined) {
			this.#needsKeyframe = reader.isVideo;
			return undefined;
		}
		if (this.#needsKeyframe && !frame.keyframe) return undefined;
		this.#needsKeyframe = false;
		return { ...frame, rtpTicks };
	}

	/** The frame that has begun can't be completed, and later ones need it. */
	#break(): void {
		this.#reader.clear();
		this.#bytes = 0;
		this.#isBroken = this.#rtpTicks !== undefined;
		this.#needsKeyframe = this.#reader.isVideo;
	}

	#begin(): void {
		this.#rtpTicks = undefined;
		this.#isBroken = false;
		this.#bytes = 0;
		this.#reader.clear();
	}
}
