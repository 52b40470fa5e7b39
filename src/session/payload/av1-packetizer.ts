import { type Obu, ObuType, splitObus, writeLeb128 } from "../../media/av1.ts";
import type { RtpHeader } from "../rtp-header.ts";
import { FrameMemory } from "./frame-memory.ts";
import { MAX_PAYLOAD_BYTES } from "./max-payload.ts";
import type { Packetizer } from "./packetizer.ts";
import { PayloadWriter } from "./payload-writer.ts";

/** Bits of the aggregation header: RTP Payload Format For AV1, 4.4. */
const CONTINUES = 0x80;
const WILL_CONTINUE = 0x40;
const COUNT_SHIFT = 4;
const NEW_SEQUENCE = 0x08;
/** Most elements whose number the header states; the last of them has no length. */
const MAX_COUNT = 3;
const HEADER_BYTES = 1;
/** A length below 2^14, which every piece has, needs two bytes. */
const LENGTH_BYTES = 2;

/** A part of an OBU, in one packet. */
interface Piece {
	readonly data: Uint8Array;
	/** False where the OBU goes on in the next packet. */
	readonly isLast: boolean;
}

/**
 * Turns AV1 temporal units into RTP packets (AOM's "RTP Payload Format For AV1", 4):
 * OBUs without sizes of their own, and no temporal delimiters. The dependency
 * descriptor is an extension that is not negotiated here: there are no layers.
 */
export class Av1Packetizer implements Packetizer {
	readonly header: RtpHeader;
	readonly memory = new FrameMemory();

	constructor(header: RtpHeader) {
		this.header = header;
	}

	packetize(temporalUnit: Uint8Array, rtpTicks: number, maxPayloadBytes = MAX_PAYLOAD_BYTES): Buffer[] {
		const obus = splitObus(temporalUnit).filter(isSent);
		const packets = dividePieces(obus, maxPayloadBytes);
		const payloadBytes = packets.flat().reduce((sum, { data }) => sum + data.length + LENGTH_BYTES, 0);
		const bytes = payloadBytes + packets.length * HEADER_BYTES;
		const writer = new PayloadWriter(this.header, this.memory, rtpTicks, packets.length, bytes);
		const sequenceBit = obus[0]?.type === ObuType.sequenceHeader ? NEW_SEQUENCE : 0;
		packets.forEach((pieces, index) => {
			const continues = packets[index - 1]?.at(-1)?.isLast === false ? CONTINUES : 0;
			const willContinue = pieces.at(-1)?.isLast === false ? WILL_CONTINUE : 0;
			const count = pieces.length <= MAX_COUNT ? pieces.length : 0;
			const sequence = index === 0 ? sequenceBit : 0;
			writer.begin();
			writer.byte(continues | willContinue | (count << COUNT_SHIFT) | sequence);
			pieces.forEach(({ data }, at) => {
				if (at + 1 !== count) writeLeb128(data.length, (byte) => writer.byte(byte));
				writer.copy(data);
			});
			writer.end();
		});
		return writer.finish();
	}
}

/** False for OBUs that RTP marks itself and for those of files: they are not sent (section 5). */
function isSent({ type }: Obu): boolean {
	return type !== ObuType.temporalDelimiter && type !== ObuType.tileList && type !== ObuType.padding;
}

/**
 * Divides OBUs over packets of nearly equal size, so that no tiny packet comes last.
 * @returns the pieces of each packet.
 */
function dividePieces(obus: readonly Obu[], maxPayloadBytes: number): Piece[][] {
	const total = obus.reduce((sum, { data }) => sum + data.length + LENGTH_BYTES, 0);
	const most = maxPayloadBytes - HEADER_BYTES;
	const count = Math.ceil(total / (most - LENGTH_BYTES));
	const goal = Math.min(most, Math.ceil(total / count) + LENGTH_BYTES);
	const packets: Piece[][] = [];
	let room = 0;
	for (const { data } of obus) {
		for (let at = 0; at < data.length; ) {
			if (room <= LENGTH_BYTES) {
				packets.push([]);
				room = goal;
			}
			const end = Math.min(data.length, at + room - LENGTH_BYTES);
			packets.at(-1)?.push({ data: data.subarray(at, end), isLast: end === data.length });
			room -= LENGTH_BYTES + end - at;
			at = end;
		}
	}
	return packets;
}
