/**
 * A packet of an RTCP compound that matters to a sender. Numbers are as on the wire
 * unless a unit is named.
 */
export type RtcpPacket =
	| {
			readonly type: "senderReport";
			readonly ssrc: number;
			readonly ntpMiddle: number;
			/** The sender's wall clock, seconds since 1970. */
			readonly wallClockSec: number;
			/** The stream's RTP time of the same moment. */
			readonly rtpTicks: number;
			readonly reports: readonly ReportBlock[];
	  }
	| { readonly type: "receiverReport"; readonly ssrc: number; readonly reports: readonly ReportBlock[] }
	| { readonly type: "bye" }
	/** RFC 4585, 6.2.1. */
	| { readonly type: "nack"; readonly mediaSsrc: number; readonly sequenceNumbers: readonly number[] }
	/** RFC 4585, 6.3.1. */
	| { readonly type: "pli"; readonly mediaSsrc: number }
	/**
	 * RFC 5104, 4.3.1: each entry names a stream and the number of its command, which a
	 * repeated packet has again.
	 */
	| { readonly type: "fir"; readonly entries: readonly { readonly ssrc: number; readonly commandNumber: number }[] }
	/** draft-alvestrand-rmcat-remb-03, 2.2. */
	| { readonly type: "remb"; readonly bitrateBps: number; readonly ssrcs: readonly number[] }
	| ({ readonly type: "transportCc" } & TransportFeedback)
	/** RFC 3611, 4.4: a receiver's time, for its own measuring of the round trip. */
	| { readonly type: "receiverReferenceTime"; readonly ssrc: number; readonly ntpMiddle: number };

/** RFC 3550, 6.4.1. */
export interface ReportBlock {
	readonly ssrc: number;
	/** Share of packets lost since the last report, 0 to 1. */
	readonly fractionLost: number;
	/** Packets lost since the beginning; below zero when duplicates arrived. */
	readonly totalLost: number;
	/** Highest sequence number received, with the count of wraps above bit 15. */
	readonly highestSequenceNumber: number;
	/** RTP ticks. */
	readonly jitter: number;
	/**
	 * Middle 32 bits of the NTP time of the last sender report; 0 when there was none.
	 */
	readonly lastSenderReport: number;
	/** 1/65536 seconds between receiving that report and sending this one. */
	readonly delaySinceLastSenderReport: number;
}

/** draft-holmer-rmcat-transport-wide-cc-extensions-01, 3.1. */
export interface TransportFeedback {
	/** Counts feedback packets, 8 bits. */
	readonly feedbackNumber: number;
	/**
	 * Transport-wide sequence number of the first packet reported: 16 bits, wrapping.
	 */
	readonly baseSequenceNumber: number;
	/**
	 * The arrival of each packet on the receiver's clock, seconds; NaN when it has not
	 * arrived. The clock's zero is unknown, and it wraps every 1,073,741.824 s.
	 */
	readonly arrivalSec: Float64Array;
}

/** RFC 3550, 12.1, and RFC 4585, 6.1. */
const PacketType = {
	senderReport: 200,
	receiverReport: 201,
	sourceDescription: 202,
	bye: 203,
	transportFeedback: 205,
	payloadFeedback: 206,
	/** RFC 3611, 2. */
	extendedReport: 207,
} as const;
/** RFC 4585, 6.2 and 6.3; RFC 5104, 4.3; the draft of transport-cc, 3.1. */
const TransportFormat = { nack: 1, transportCc: 15 } as const;
const PayloadFormat = { pli: 1, fir: 4, applicationLayer: 15 } as const;
/** Types of report blocks: RFC 3611, 4.4 and 4.5. */
const ExtendedBlock = { receiverReferenceTime: 4, delaySinceLastReceiverReport: 5 } as const;
/** Draft of transport-cc, 3.1.1. */
const SymbolKind = { notReceived: 0, smallDelta: 1, largeDelta: 2 } as const;

/** RFC 3550, 6.4.1, and RFC 4585, 6.1. */
const HEADER_BYTES = 4;
const SENDER_INFO_BYTES = 28;
const REPORT_BLOCK_BYTES = 24;
const FEEDBACK_HEADER_BYTES = 12;
const REMB_MARK = 0x52454d42; // "REMB"
/**
 * Most packets that the feedback in one compound may report. Two bytes can claim 8,191
 * (a run length has 13 bits), so a small compound could ask for much work. A second of
 * 100 Mbit/s has 10,000.
 */
const MAX_TRANSPORT_STATUSES = 16_384;
/**
 * Most packets that one compound may ask for: eight times those that may wait to be
 * sent again.
 */
const MAX_NACKED = 4096;
/**
 * Steps of the reference time and of the deltas: draft of transport-cc, 3.1 and 3.1.5.
 */
const REFERENCE_TIME_SEC = 0.064;
const DELTA_SEC = 0.000_25;

/**
 * Reads an RTCP compound packet (RFC 3550, 6.1). Unknown packets are passed over; a
 * broken one ends the reading. Work and memory are bounded, whatever the bytes are.
 * Never throws.
 */
export function parseRtcp(data: Uint8Array): RtcpPacket[] {
	const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
	const packets: RtcpPacket[] = [];
	const budget = { statuses: MAX_TRANSPORT_STATUSES, nacked: MAX_NACKED };
	for (let at = 0; at + HEADER_BYTES <= data.length; ) {
		const first = view.getUint8(at);
		const end = at + HEADER_BYTES + view.getUint16(at + 2) * 4;
		if (first >> 6 !== 2 || end > data.length) break;
		// Padding is counted by the packet's last byte.
		const padding = (first & 0x20) !== 0 ? view.getUint8(end - 1) : 0;
		const contentEnd = end - padding;
		if (contentEnd < at + HEADER_BYTES) break;
		const packet = parsePacket(view, at, contentEnd, first & 0x1f, budget);
		if (packet !== undefined) packets.push(packet);
		at = end;
	}
	return packets;
}

interface ParseBudget {
	statuses: number;
	nacked: number;
}

function parsePacket(
	view: DataView,
	at: number,
	end: number,
	countOrFormat: number,
	budget: ParseBudget,
): RtcpPacket | undefined {
	switch (view.getUint8(at + 1)) {
		case PacketType.senderReport:
			if (end - at < SENDER_INFO_BYTES) return undefined;
			return {
				type: "senderReport",
				ssrc: view.getUint32(at + 4),
				ntpMiddle: view.getUint32(at + 10),
				wallClockSec: view.getUint32(at + 8) - NTP_EPOCH_SEC + view.getUint32(at + 12) / 2 ** 32,
				rtpTicks: view.getUint32(at + 16),
				reports: parseReports(view, at + SENDER_INFO_BYTES, end, countOrFormat),
			};
		case PacketType.receiverReport:
			if (end - at < 8) return undefined;
			return {
				type: "receiverReport",
				ssrc: view.getUint32(at + 4),
				reports: parseReports(view, at + 8, end, countOrFormat),
			};
		case PacketType.bye:
			return { type: "bye" };
		case PacketType.transportFeedback:
			if (end - at < FEEDBACK_HEADER_BYTES) return undefined;
			if (countOrFormat === TransportFormat.nack) return parseNack(view, at, end, budget);
			if (countOrFormat === TransportFormat.transportCc) return parseTransportCc(view, at, end, budget);
			return undefined;
		case PacketType.payloadFeedback:
			if (end - at < FEEDBACK_HEADER_BYTES) return undefined;
			if (countOrFormat === PayloadFormat.pli) return { type: "pli", mediaSsrc: view.getUint32(at + 8) };
			if (countOrFormat === PayloadFormat.fir) return parseFir(view, at, end);
			if (countOrFormat === PayloadFormat.applicationLayer) return parseRemb(view, at, end);
			return undefined;
		case PacketType.extendedReport:
			return parseExtendedReport(view, at, end);
		default:
			return undefined;
	}
}

/** The receiver's reference time in an extended report (RFC 3611, 2 and 4.4), if any. */
function parseExtendedReport(view: DataView, at: number, end: number): RtcpPacket | undefined {
	for (let block = at + 8; block + 4 <= end; ) {
		const blockEnd = block + 4 + view.getUint16(block + 2) * 4;
		if (view.getUint8(block) === ExtendedBlock.receiverReferenceTime && block + 12 <= Math.min(blockEnd, end)) {
			return {
				type: "receiverReferenceTime",
				ssrc: view.getUint32(at + 4),
				ntpMiddle: view.getUint32(block + 6),
			};
		}
		block = blockEnd;
	}
	return undefined;
}

function parseReports(view: DataView, at: number, end: number, count: number): ReportBlock[] {
	const reports: ReportBlock[] = [];
	for (; count > 0 && at + REPORT_BLOCK_BYTES <= end; count--, at += REPORT_BLOCK_BYTES) {
		reports.push({
			ssrc: view.getUint32(at),
			fractionLost: view.getUint8(at + 4) / 256,
			// 24 bits, signed.
			totalLost: (view.getInt32(at + 4) << 8) >> 8,
			highestSequenceNumber: view.getUint32(at + 8),
			jitter: view.getUint32(at + 12),
			lastSenderReport: view.getUint32(at + 16),
			delaySinceLastSenderReport: view.getUint32(at + 20),
		});
	}
	return reports;
}

function parseNack(view: DataView, at: number, end: number, budget: ParseBudget): RtcpPacket {
	const sequenceNumbers: number[] = [];
	for (let entry = at + FEEDBACK_HEADER_BYTES; entry + 4 <= end && budget.nacked > 0; entry += 4) {
		const first = view.getUint16(entry);
		const following = view.getUint16(entry + 2);
		sequenceNumbers.push(first);
		for (let bit = 0; bit < 16; bit++) if ((following >> bit) & 1) sequenceNumbers.push((first + bit + 1) & 0xffff);
		budget.nacked -= 17;
	}
	return { type: "nack", mediaSsrc: view.getUint32(at + 8), sequenceNumbers };
}

function parseFir(view: DataView, at: number, end: number): RtcpPacket {
	const entries: { ssrc: number; commandNumber: number }[] = [];
	for (let entry = at + FEEDBACK_HEADER_BYTES; entry + 8 <= end; entry += 8) {
		entries.push({ ssrc: view.getUint32(entry), commandNumber: view.getUint8(entry + 4) });
	}
	return { type: "fir", entries };
}

function parseRemb(view: DataView, at: number, end: number): RtcpPacket | undefined {
	if (end - at < 20 || view.getUint32(at + 12) !== REMB_MARK) return undefined;
	const count = view.getUint8(at + 16);
	const exponent = view.getUint8(at + 17) >> 2;
	const mantissa = ((view.getUint8(at + 17) & 3) << 16) | view.getUint16(at + 18);
	const ssrcs: number[] = [];
	for (let i = 0, entry = at + 20; i < count && entry + 4 <= end; i++, entry += 4) ssrcs.push(view.getUint32(entry));
	return { type: "remb", bitrateBps: mantissa * 2 ** exponent, ssrcs };
}

function parseTransportCc(view: DataView, at: number, end: number, budget: ParseBudget): RtcpPacket | undefined {
	if (end - at < 20) return undefined;
	const baseSequenceNumber = view.getUint16(at + 12);
	const statusCount = view.getUint16(at + 14);
	if (statusCount > budget.statuses) return undefined;
	budget.statuses -= statusCount;
	// 24 bits, signed, in steps of 64 ms.
	const referenceSec = (view.getInt32(at + 16) >> 8) * REFERENCE_TIME_SEC;
	const kinds = new Uint8Array(statusCount);
	let next = at + 20;
	let known = 0;
	for (; known < statusCount && next + 2 <= end; next += 2)
		known = readStatusChunk(view.getUint16(next), kinds, known);
	const arrivalSec = new Float64Array(known);
	let ticks = 0;
	for (let i = 0; i < known; i++) {
		const deltaBytes = deltaBytesOf(kinds[i]!);
		// Some writers state a length that cuts off their last deltas. The deltas
		// before are sound.
		if (next + deltaBytes > end) {
			known = i;
			break;
		}
		if (deltaBytes > 0) ticks += deltaBytes === 1 ? view.getUint8(next) : view.getInt16(next);
		arrivalSec[i] = deltaBytes > 0 ? referenceSec + ticks * DELTA_SEC : Number.NaN;
		next += deltaBytes;
	}
	return {
		type: "transportCc",
		feedbackNumber: view.getUint8(at + 19),
		baseSequenceNumber,
		arrivalSec: arrivalSec.subarray(0, known),
	};
}

/** Bytes that the arrival of a packet takes. */
function deltaBytesOf(kind: number): number {
	if (kind === SymbolKind.smallDelta) return 1;
	return kind === SymbolKind.largeDelta ? 2 : 0;
}

/**
 * Reads a packet status chunk (draft of transport-cc, 3.1.3 and 3.1.4): a run length,
 * or a vector of 14 one-bit or 7 two-bit symbols.
 * @returns the number of statuses that are known now.
 */
function readStatusChunk(chunk: number, kinds: Uint8Array, filled: number): number {
	const room = kinds.length - filled;
	if ((chunk & 0x8000) === 0) {
		const length = Math.min(chunk & 0x1fff, room);
		kinds.fill((chunk >> 13) & 3, filled, filled + length);
		return filled + length;
	}
	const twoBits = (chunk & 0x4000) !== 0;
	const count = Math.min(twoBits ? 7 : 14, room);
	for (let i = 0; i < count; i++) kinds[filled + i] = twoBits ? (chunk >> (12 - 2 * i)) & 3 : (chunk >> (13 - i)) & 1;
	return filled + count;
}

/** Seconds from the NTP era (1900) to the Unix epoch: RFC 5905, figure 4. */
const NTP_EPOCH_SEC = 2_208_988_800;

/** The figures of a sender report (RFC 3550, 6.4.1). */
export interface SenderReport {
	readonly ssrc: number;
	/** Wall clock of now, seconds since 1970. */
	readonly wallClockSec: number;
	/** The stream's RTP time of the same moment. */
	readonly rtpTicks: number;
	readonly packetsSent: number;
	/** Payload bytes, without headers and padding. */
	readonly payloadBytesSent: number;
	/** At most 255 bytes. */
	readonly cname: string;
}

/**
 * A compound of a sender report and an SDES packet with the CNAME (RFC 3550, 6.4.1 and
 * 6.5.1).
 */
export function writeSenderReport(report: SenderReport): Buffer {
	const cname = Buffer.from(report.cname, "utf8").subarray(0, 255);
	// Item type, length, text, and at least one zero byte, filled up to 32 bits.
	const itemBytes = Math.ceil((2 + cname.length + 1) / 4) * 4;
	const packet = Buffer.alloc(SENDER_INFO_BYTES + 8 + itemBytes);
	packet[0] = 0x80;
	packet[1] = PacketType.senderReport;
	packet.writeUInt16BE(6, 2);
	packet.writeUInt32BE(report.ssrc >>> 0, 4);
	const ntpSec = report.wallClockSec + NTP_EPOCH_SEC;
	packet.writeUInt32BE(Math.floor(ntpSec) % 2 ** 32, 8);
	packet.writeUInt32BE(Math.floor((ntpSec % 1) * 2 ** 32), 12);
	packet.writeUInt32BE(report.rtpTicks >>> 0, 16);
	packet.writeUInt32BE(report.packetsSent % 2 ** 32, 20);
	packet.writeUInt32BE(report.payloadBytesSent % 2 ** 32, 24);
	packet[28] = 0x81;
	packet[29] = PacketType.sourceDescription;
	packet.writeUInt16BE(1 + itemBytes / 4, 30);
	packet.writeUInt32BE(report.ssrc >>> 0, 32);
	packet[36] = 1;
	packet[37] = cname.length;
	packet.set(cname, 38);
	return packet;
}

/** A receiver's reference time, for the answer that it measures the round trip by. */
export interface ReceivedReferenceTime {
	/** The receiver's own SSRC. */
	readonly ssrc: number;
	/** Middle 32 bits of its NTP time. */
	readonly ntpMiddle: number;
	/** Time since it arrived, seconds. */
	readonly delaySec: number;
}

/**
 * An extended report that answers receivers' reference times, one block for all (DLRR:
 * RFC 3611, 4.5).
 * @param ssrc of our stream.
 */
export function writeReferenceTimeAnswers(ssrc: number, times: readonly ReceivedReferenceTime[]): Buffer {
	const packet = Buffer.alloc(12 + 12 * times.length);
	packet[0] = 0x80;
	packet[1] = PacketType.extendedReport;
	packet.writeUInt16BE(packet.length / 4 - 1, 2);
	packet.writeUInt32BE(ssrc >>> 0, 4);
	packet[8] = ExtendedBlock.delaySinceLastReceiverReport;
	packet.writeUInt16BE(3 * times.length, 10);
	for (const [index, time] of times.entries()) {
		const at = 12 + 12 * index;
		packet.writeUInt32BE(time.ssrc >>> 0, at);
		packet.writeUInt32BE(time.ntpMiddle >>> 0, at + 4);
		packet.writeUInt32BE(Math.min(Math.round(time.delaySec * NTP_TICKS_PER_SEC), 2 ** 32 - 1), at + 8);
	}
	return packet;
}

/**
 * Round trip until one is measured, seconds: `kDefaultRtt` of libwebrtc's
 * nack_requester.cc.
 */
export const DEFAULT_ROUND_TRIP_SEC = 0.1;
/** Ticks a second of the middle 32 bits of an NTP time. */
const NTP_TICKS_PER_SEC = 65_536;
/** A millisecond of rounding. */
const MAX_ROUNDING_TICKS = 65;
/** A longer round trip is a wrong clock, seconds. */
const MAX_ROUND_TRIP_SEC = 30;

/**
 * Round trip from a receiver report (RFC 3550, 6.4.1): now minus when the sender report
 * left minus how long the receiver kept it.
 *
 * @param wallClockSec the same clock as in `writeSenderReport`.
 * @returns seconds, or NaN if the receiver has had no sender report yet or its times
 * make no sense.
 */
export function roundTripSec(block: ReportBlock, wallClockSec: number): number {
	if (block.lastSenderReport === 0) return Number.NaN;
	const now = Math.floor(((wallClockSec + NTP_EPOCH_SEC) % 65_536) * NTP_TICKS_PER_SEC) >>> 0;
	const ticks = (now - block.lastSenderReport - block.delaySinceLastSenderReport) | 0;
	// Rounding can put the round trip of a short path just below zero.
	if (ticks < -MAX_ROUNDING_TICKS || ticks > MAX_ROUND_TRIP_SEC * NTP_TICKS_PER_SEC) return Number.NaN;
	return Math.max(0, ticks) / NTP_TICKS_PER_SEC;
}
