import { isVp9Keyframe, vp9KeyframeSize } from "../../media/vp9.ts";
import type { RtpHeader } from "../rtp-header.ts";
import { FrameMemory } from "./frame-memory.ts";
import { MAX_PAYLOAD_BYTES } from "./max-payload.ts";
import type { Packetizer } from "./packetizer.ts";
import { evenPieces, PayloadWriter } from "./payload-writer.ts";
import { PictureNumbers } from "./picture-numbers.ts";

/** Bits of the descriptor: RFC 9628, 4.2. */
const HAS_PICTURE_ID = 0x80;
const IS_PREDICTED = 0x40;
const FRAME_START = 0x08;
const FRAME_END = 0x04;
const HAS_STRUCTURE = 0x02;
const DESCRIPTOR_BYTES = 3;
/**
 * Scalability structure of one layer: its size is there, and the description of a group of
 * pictures, which is one picture, predicted from the one before it (4.2.1).
 */
const ONE_LAYER = 0x18;
const ONE_PICTURE = [1, 0x04, 1] as const;

/**
 * Turns VP9 frames into RTP packets (RFC 9628, non-flexible mode), with a PictureID of
 * 15 bits and without layers: each picture is predicted from the one before it. A key
 * frame states its size, by which hardware decoders and depacketizers are set up.
 */
export class Vp9Packetizer implements Packetizer {
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
		const structure = structureOf(frame);
		const ofPicture = HAS_PICTURE_ID | (isVp9Keyframe(frame) ? 0 : IS_PREDICTED);
		const pieces = evenPieces(frame, maxPayloadBytes - DESCRIPTOR_BYTES - structure.length);
		const bytes = frame.length + pieces.length * DESCRIPTOR_BYTES + structure.length;
		const writer = new PayloadWriter(this.header, this.memory, rtpTicks, pieces.length, bytes);
		pieces.forEach((piece, index) => {
			const inThis = index === 0 ? structure : [];
			const start = index === 0 ? FRAME_START : 0;
			const end = index === pieces.length - 1 ? FRAME_END : 0;
			writer.begin();
			writer.byte(ofPicture | start | end | (inThis.length > 0 ? HAS_STRUCTURE : 0));
			for (const byte of number) writer.byte(byte);
			for (const byte of inThis) writer.byte(byte);
			writer.copy(piece);
			writer.end();
		});
		return writer.finish();
	}
}

/** The scalability structure that goes with a key frame; empty for other frames. */
function structureOf(frame: Uint8Array): readonly number[] {
	const size = vp9KeyframeSize(frame);
	if (size === undefined) return [];
	const { width, height } = size;
	return [ONE_LAYER, width >> 8, width & 0xff, height >> 8, height & 0xff, ...ONE_PICTURE];
}
