/** RFC 3550, 12.1, and RFC 4585, 6.1. */
const RECEIVER_REPORT = 201;
const TRANSPORT_FEEDBACK = 205;
const PAYLOAD_FEEDBACK = 206;
const NACK_FORMAT = 1;
const PLI_FORMAT = 1;
const VERSION_2 = 0x80;
const FEEDBACK_HEADER_BYTES = 12;
/** Packets that one entry of a NACK names: the first, and 16 bits of those behind it. */
const NACK_SPAN = 16;

/** Figures of a stream for its sender (RFC 3550, 6.4.1). */
export interface ReceptionFigures {
	/** Share of packets lost since the last report, 0 to 1. */
	readonly fractionLost: number;
	readonly totalLost: number;
	/** With the count of wraps above bit 15. */
	readonly highestSequenceNumber: number;
	/** RTP ticks. */
	readonly jitter: number;
	/** Middle 32 bits of the NTP time of the last sender report; 0: there was none. */
	readonly lastSenderReport: number;
	/** Time since it arrived, seconds. */
	readonly sinceSenderReportSec: number;
}

/**
 * A receiver report about one stream.
 * @param ssrc our own.
 */
export function writeReceiverReport(ssrc: number, mediaSsrc: number, figures: ReceptionFigures): Buffer {
	const packet = Buffer.alloc(32);
	packet[0] = VERSION_2 | 1;
	packet[1] = RECEIVER_REPORT;
	packet.writeUInt16BE(7, 2);
	packet.writeUInt32BE(ssrc >>> 0, 4);
	packet.writeUInt32BE(mediaSsrc >>> 0, 8);
	const lost = Math.max(-0x80_0000, Math.min(figures.totalLost, 0x7f_ffff));
	packet.writeUInt32BE(lost & 0xff_ffff, 12);
	packet[12] = Math.max(0, Math.min(Math.floor(figures.fractionLost * 256), 255));
	packet.writeUInt32BE(figures.highestSequenceNumber >>> 0, 16);
	packet.writeUInt32BE(Math.min(Math.round(figures.jitter), 2 ** 32 - 1), 20);
	packet.writeUInt32BE(figures.lastSenderReport >>> 0, 24);
	packet.writeUInt32BE(Math.min(Math.round(figures.sinceSenderReportSec * 65_536), 2 ** 32 - 1), 28);
	return packet;
}

/**
 * Asks for packets again (RFC 4585, 6.2.1).
 * @param ssrc our own.
 * @param sequenceNumbers in ascending order, wrapping.
 */
export function writeNack(ssrc: number, mediaSsrc: number, sequenceNumbers: readonly number[]): Buffer {
	const entries: { first: number; following: number }[] = [];
	for (const number of sequenceNumbers) {
		const last = entries.at(-1);
		const behind = last === undefined ? 0 : (number - last.first) & 0xffff;
		if (last !== undefined && behind >= 1 && behind <= NACK_SPAN) last.following |= 1 << (behind - 1);
		else entries.push({ first: number, following: 0 });
	}
	const packet = feedbackHeader(TRANSPORT_FEEDBACK, NACK_FORMAT, ssrc, mediaSsrc, 4 * entries.length);
	for (const [index, { first, following }] of entries.entries()) {
		packet.writeUInt16BE(first, FEEDBACK_HEADER_BYTES + 4 * index);
		packet.writeUInt16BE(following, FEEDBACK_HEADER_BYTES + 4 * index + 2);
	}
	return packet;
}

/**
 * Asks for a key frame (RFC 4585, 6.3.1).
 * @param ssrc our own.
 */
export function writePli(ssrc: number, mediaSsrc: number): Buffer {
	return feedbackHeader(PAYLOAD_FEEDBACK, PLI_FORMAT, ssrc, mediaSsrc, 0);
}

function feedbackHeader(type: number, format: number, ssrc: number, mediaSsrc: number, moreBytes: number): Buffer {
	const packet = Buffer.alloc(FEEDBACK_HEADER_BYTES + moreBytes);
	packet[0] = VERSION_2 | format;
	packet[1] = type;
	packet.writeUInt16BE(packet.length / 4 - 1, 2);
	packet.writeUInt32BE(ssrc >>> 0, 4);
	packet.writeUInt32BE(mediaSsrc >>> 0, 8);
	return packet;
}
