/** An RTP packet, read without the code that writes it. */
export interface RtpFields {
	readonly marker: boolean;
	readonly payloadType: number;
	readonly sequenceNumber: number;
	readonly timestamp: number;
	readonly ssrc: number;
	readonly payload: Buffer;
	/** Values of the header extensions by id. */
	readonly extensions: ReadonlyMap<number, Buffer>;
}

const ONE_BYTE_FORM = 0xbede;

/**
 * Reads an RTP packet (RFC 3550, 5.1) with one-byte header extensions (RFC 8285, 4.2)
 * and no CSRCs.
 *
 * @throws {Error} when it is another kind of packet.
 */
export function readRtp(packet: Buffer): RtpFields {
	const [first, second] = [packet.readUInt8(0), packet.readUInt8(1)];
	if ((first & ~0x30) !== 0x80) throw new Error(`An RTP packet begins with ${first}.`);
	const extensions = new Map<number, Buffer>();
	let payloadAt = 12;
	if ((first & 0x10) !== 0) {
		if (packet.readUInt16BE(12) !== ONE_BYTE_FORM) throw new Error("The extensions have another form.");
		payloadAt += 4 + 4 * packet.readUInt16BE(14);
		for (let at = 16; at < payloadAt; ) {
			const element = packet.readUInt8(at);
			const [id, byteLength] = [element >> 4, (element & 0xf) + 1];
			if (id !== 0) extensions.set(id, packet.subarray(at + 1, at + 1 + byteLength));
			at += id === 0 ? 1 : 1 + byteLength;
		}
	}
	const paddingBytes = (first & 0x20) === 0 ? 0 : packet.readUInt8(packet.length - 1);
	return {
		marker: (second & 0x80) !== 0,
		payloadType: second & 0x7f,
		sequenceNumber: packet.readUInt16BE(2),
		timestamp: packet.readUInt32BE(4),
		ssrc: packet.readUInt32BE(8),
		payload: packet.subarray(payloadAt, packet.length - paddingBytes),
		extensions,
	};
}

/** Whether a packet is RTCP, by its type (RFC 5761, 4). */
export function isRtcp(packet: Buffer): boolean {
	const type = packet.readUInt8(1);
	return type >= 192 && type <= 223;
}
