/** An RTP packet that was received (RFC 3550, 5.1). */
export interface RtpPacket {
	readonly ssrc: number;
	readonly payloadType: number;
	/** 16 bits, wrapping. */
	readonly sequenceNumber: number;
	/** RTP time, 32 bits, wrapping. */
	readonly rtpTicks: number;
	/** For pictures: the last packet of a frame. */
	readonly marker: boolean;
	/** A view of the packet, without padding. May be empty. */
	readonly payload: Uint8Array;
}

const FIXED_HEADER_BYTES = 12;
const HAS_PADDING = 0x20;
const HAS_EXTENSION = 0x10;
/** Second bytes of RTCP packets on the same port: RFC 5761, 4. */
const FIRST_RTCP_TYPE = 192;
const LAST_RTCP_TYPE = 223;

/** True if a packet is RTCP by its type (RFC 5761, 4). */
export function isRtcp(data: Uint8Array): boolean {
	const type = data[1] ?? 0;
	return type >= FIRST_RTCP_TYPE && type <= LAST_RTCP_TYPE;
}

/**
 * Reads an RTP packet; header extensions and contributing sources are passed over.
 * @returns `undefined` for bytes that are none. Never throws.
 */
export function parseRtp(data: Uint8Array): RtpPacket | undefined {
	if (data.length < FIXED_HEADER_BYTES || isRtcp(data)) return undefined;
	const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
	const [first, second] = [view.getUint8(0), view.getUint8(1)];
	if (first >> 6 !== 2) return undefined;
	let start = FIXED_HEADER_BYTES + 4 * (first & 0x0f);
	if ((first & HAS_EXTENSION) !== 0) {
		if (start + 4 > data.length) return undefined;
		start += 4 + 4 * view.getUint16(start + 2);
	}
	let end = data.length;
	if ((first & HAS_PADDING) !== 0) {
		const padding = view.getUint8(end - 1);
		if (padding === 0) return undefined;
		end -= padding;
	}
	if (start > end) return undefined;
	return {
		ssrc: view.getUint32(8),
		payloadType: second & 0x7f,
		sequenceNumber: view.getUint16(2),
		rtpTicks: view.getUint32(4),
		marker: second >= 0x80,
		payload: data.subarray(start, end),
	};
}
