import type { FrameBytes, FrameReader } from "./frame-builder.ts";

/** Bits of the payload descriptor: RFC 7741, 4.2. */
const HAS_EXTENSION = 0x80;
const STARTS_PARTITION = 0x10;
const PARTITION_MASK = 0x07;
/** Bits of its extension. */
const HAS_PICTURE_ID = 0x80;
const HAS_TL0_INDEX = 0x40;
const HAS_LAYER_OR_KEY_INDEX = 0x30;
/** A picture id of 15 bits follows. */
const LONG_PICTURE_ID = 0x80;
/** The frame depends on others, when it is set: RFC 6386, 9.1. */
const INTER_FRAME = 0x01;

/** Reads VP8 (RFC 7741). */
export class Vp8FrameReader implements FrameReader {
	readonly isVideo = true;
	#parts: Uint8Array[] = [];

	begins(payload: Uint8Array): boolean {
		return (payload[0]! & (STARTS_PARTITION | PARTITION_MASK)) === STARTS_PARTITION;
	}

	add(payload: Uint8Array): boolean {
		const descriptorBytes = descriptorLength(payload);
		if (descriptorBytes >= payload.length) return false;
		this.#parts.push(payload.subarray(descriptorBytes));
		return true;
	}

	finish(): FrameBytes | undefined {
		const parts = this.#parts;
		this.clear();
		const [first] = parts;
		if (first === undefined) return undefined;
		return { data: new Uint8Array(Buffer.concat(parts)), keyframe: (first[0]! & INTER_FRAME) === 0 };
	}

	clear(): void {
		this.#parts = [];
	}
}

/** Bytes before the frame's own; may be more than the payload has. */
function descriptorLength(payload: Uint8Array): number {
	if ((payload[0]! & HAS_EXTENSION) === 0) return 1;
	const extension = payload[1] ?? 0;
	let length = 2;
	if ((extension & HAS_PICTURE_ID) !== 0) length += ((payload[length] ?? 0) & LONG_PICTURE_ID) === 0 ? 1 : 2;
	if ((extension & HAS_TL0_INDEX) !== 0) length++;
	if ((extension & HAS_LAYER_OR_KEY_INDEX) !== 0) length++;
	return length;
}
