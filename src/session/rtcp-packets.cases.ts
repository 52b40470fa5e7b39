/** SSRC of the receiver that these packets come from. */
const RECEIVER_SSRC = 1;
const RTPFB = 205;
const PSFB = 206;

/** Generic NACK (RFC 4585, 6.2.1), an entry for each packet. */
export function nackPacket(mediaSsrc: number, ...sequenceNumbers: number[]): Buffer {
	const packet = feedback(RTPFB, 1, mediaSsrc, 4 * sequenceNumbers.length);
	for (const [index, sequenceNumber] of sequenceNumbers.entries())
		packet.writeUInt16BE(sequenceNumber, 12 + 4 * index);
	return packet;
}

/** Picture loss indication (RFC 4585, 6.3.1). */
export function pliPacket(mediaSsrc: number): Buffer {
	return feedback(PSFB, 1, mediaSsrc, 0);
}

/** Full intra request (RFC 5104, 4.3.1). */
export function firPacket(mediaSsrc: number, commandNumber: number): Buffer {
	const packet = feedback(PSFB, 4, 0, 8);
	packet.writeUInt32BE(mediaSsrc, 12);
	packet[16] = commandNumber;
	return packet;
}

/**
 * Receiver estimated maximum bit rate (draft-alvestrand-rmcat-remb-03, 2.2); rounded
 * down.
 */
export function rembPacket(bitrateBps: number, mediaSsrc: number): Buffer {
	const packet = feedback(PSFB, 15, 0, 12);
	let exponent = 0;
	while (bitrateBps / 2 ** exponent >= 2 ** 18) exponent++;
	const mantissa = Math.floor(bitrateBps / 2 ** exponent);
	packet.write("REMB", 12);
	packet.set([1, (exponent << 2) | (mantissa >> 16), (mantissa >> 8) & 0xff, mantissa & 0xff], 16);
	packet.writeUInt32BE(mediaSsrc, 20);
	return packet;
}

/** The fields of a report block that are not zero (RFC 3550, 6.4.1). */
export interface ReceiverReportFields {
	readonly ssrc: number;
	/** 0 to 1. @default 0 */
	readonly fractionLost?: number;
	/** Since the beginning. @default 0 */
	readonly totalLost?: number;
	/** With the count of wraps above bit 15. @default 0 */
	readonly highestSequenceNumber?: number;
	/** Middle 32 bits of the NTP time of the last sender report. @default 0, none */
	readonly lastSenderReport?: number;
	readonly delaySinceLastSenderReportSec?: number;
}

/**
 * Receiver report with a block for each stream; without any it only shows that the
 * receiver is there.
 */
export function receiverReport(...blocks: ReceiverReportFields[]): Buffer {
	const packet = Buffer.alloc(8 + 24 * blocks.length);
	packet.set([0x80 | blocks.length, 201]);
	packet.writeUInt16BE(packet.length / 4 - 1, 2);
	packet.writeUInt32BE(RECEIVER_SSRC, 4);
	for (const [index, block] of blocks.entries()) {
		const at = 8 + 24 * index;
		packet.writeUInt32BE(block.ssrc, at);
		packet[at + 4] = Math.min(255, Math.floor((block.fractionLost ?? 0) * 256));
		packet.writeIntBE(block.totalLost ?? 0, at + 5, 3);
		packet.writeUInt32BE((block.highestSequenceNumber ?? 0) >>> 0, at + 8);
		packet.writeUInt32BE(block.lastSenderReport ?? 0, at + 16);
		packet.writeUInt32BE(Math.round((block.delaySinceLastSenderReportSec ?? 0) * 65_536), at + 20);
	}
	return packet;
}

/**
 * Extended report with the receiver's reference time (RFC 3611, 4.4).
 *
 * @param ntpMiddle middle 32 bits of its NTP time.
 */
export function referenceTimePacket(ntpMiddle: number): Buffer {
	const packet = Buffer.alloc(20);
	packet.set([0x80, 207, 0, 4]);
	packet.writeUInt32BE(RECEIVER_SSRC, 4);
	packet.set([4, 0, 0, 2], 8);
	packet.writeUInt32BE(ntpMiddle, 14);
	return packet;
}

/** Head of a feedback message (RFC 4585, 6.1); `bodyBytes` zeros follow. */
function feedback(type: number, format: number, mediaSsrc: number, bodyBytes: number): Buffer {
	const packet = Buffer.alloc(12 + bodyBytes);
	packet.set([0x80 | format, type]);
	packet.writeUInt16BE(packet.length / 4 - 1, 2);
	packet.writeUInt32BE(RECEIVER_SSRC, 4);
	packet.writeUInt32BE(mediaSsrc, 8);
	return packet;
}
