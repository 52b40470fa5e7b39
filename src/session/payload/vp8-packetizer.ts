import type { RtpHeader } from "../rtp-header.ts";
import { FrameMemory } from "./frame-memory.ts";
import { MAX_PAYLOAD_BYTES } from "./max-payload.ts";
import type { Packetizer } from "./packetizer.ts";
import { evenPieces, PayloadWriter } from "./payload-writer.ts";
import { PictureNumbers } from "./picture-numbers.ts";

/** Bits of the descriptor: RFC 7741, 4.2. */
const EXTENDED = 0x80;
const PARTITION_START = 0x10;
const HAS_PICTURE_ID = 0x80;
const DESCRIPTOR_BYTES = 4;

/**
 * Turns VP8 frames into RTP packets (RFC 7741), with a PictureID of 15 bits and without
 * layers. Partitions are not told apart: their bytes are cut where packets end.
 */
export class Vp8Packetizer implements Packetizer {
	readonly header: RtpHeader;
	readonly memory = new FrameMemory();
	readonly #numbers: PictureNumbers;

	/** @param firstPicture number of the first picture. @default a random one */
	constructor(header: RtpHeader, firstPicture?: number) {
		this.header = header;
		this.#numbers = new PictureNumbers(firstPicture);
	}

	packetize(frame: Uint8Array, rtpTicks: number, maxPayloadBytes = MAX_PAYLOAD_BYTES): Buffer[] {
		const number = this.#numbers.take();
		const pieces = evenPieces(frame, maxPayloadBytes - DESCRIPTOR_BYTES);
		const bytes = frame.length + pieces.length * DESCRIPTOR_BYTES;
		const writer = new PayloadWriter(this.header, this.memory, rtpTicks, pieces.length, bytes);
		pieces.forEach((piece, index) => {
			writer.begin();
			writer.byte(EXTENDED | (index === 0 ? PARTITION_START : 0));
			writer.byte(HAS_PICTURE_ID);
			for (const byte of number) writer.byte(byte);
			writer.copy(piece);
			writer.end();
		});
		return writer.finish();
	}
}
