/** A repair packet as the draft reads it. */
interface RepairPacket {
	/** RTP sequence numbers that it protects, 16 bits. */
	readonly protects: readonly number[];
	/** Those of them that are not there. */
	readonly missing: Set<number>;
	/** Recovery fields and bytes, as they stand in the packet. */
	readonly fields: Buffer;
	readonly bytes: Buffer;
}

/** Packets that are remembered, as in libwebrtc (flexfec_03_header_reader_writer.cc). */
const MAX_MEDIA_PACKETS = 192;
const MAX_REPAIR_PACKETS = 48;

/**
 * Decodes FlexFEC, written from draft-ietf-payload-flexible-fec-scheme-03, 4.2 and 6.3,
 * alone: each repair packet brings back one packet when all others that it protects are
 * there, again and again until none does.
 */
export class FlexfecDecoder {
	readonly #mutable: readonly (readonly [at: number, bytes: number])[];
	readonly #media = new Map<number, Buffer>();
	#repairs: RepairPacket[] = [];

	/**
	 * @param mutable offsets and lengths of the bytes that are zero to FEC, since they
	 * change on the way.
	 */
	constructor(mutable: readonly (readonly [at: number, bytes: number])[] = []) {
		this.#mutable = mutable;
	}

	/** Takes a media packet. @returns the packets that it brings back */
	media(packet: Buffer): Buffer[] {
		const known = Buffer.from(packet);
		for (const [at, bytes] of this.#mutable) known.fill(0, at, at + bytes);
		return this.#know(known);
	}

	/** @param payload of a packet of the repair stream. @returns the packets that it brings back */
	repair(payload: Buffer): Buffer[] {
		const repair = readRepair(payload);
		for (const number of repair.protects) if (this.#media.has(number)) repair.missing.delete(number);
		this.#repairs.push(repair);
		if (this.#repairs.length > MAX_REPAIR_PACKETS) this.#repairs.shift();
		return this.#recover();
	}

	#know(packet: Buffer): Buffer[] {
		const number = packet.readUInt16BE(2);
		this.#media.set(number, packet);
		if (this.#media.size > MAX_MEDIA_PACKETS) this.#media.delete(this.#media.keys().next().value!);
		let helps = false;
		for (const { missing } of this.#repairs) helps = missing.delete(number) || helps;
		return helps ? this.#recover() : [];
	}

	#recover(): Buffer[] {
		this.#repairs = this.#repairs.filter(({ missing }) => missing.size > 0);
		const ready = this.#repairs.find(({ missing }) => missing.size === 1);
		if (ready === undefined) return [];
		const [number] = ready.missing;
		if (!ready.protects.every((other) => other === number || this.#media.has(other))) {
			this.#repairs.splice(this.#repairs.indexOf(ready), 1);
			return this.#recover();
		}
		const packet = this.#rebuild(ready, number!);
		return [packet, ...this.#know(packet)];
	}

	#rebuild({ protects, fields, bytes }: RepairPacket, number: number): Buffer {
		const others = protects.filter((other) => other !== number).map((other) => this.#media.get(other)!);
		const xor = (at: number, of: (packet: Buffer) => number) =>
			others.reduce((value, packet) => value ^ of(packet), fields.readUInt8(at)) & 0xff;
		const length =
			((xor(2, (packet) => (packet.length - 12) >> 8) << 8) | xor(3, (packet) => packet.length - 12)) & 0xffff;
		const packet = Buffer.alloc(12 + length);
		packet[0] = 0x80 | (xor(0, (other) => other.readUInt8(0)) & 0x3f);
		packet[1] = xor(1, (other) => other.readUInt8(1));
		packet.writeUInt16BE(number, 2);
		for (let at = 4; at < 8; at++) packet[at] = xor(at, (other) => other.readUInt8(at));
		packet.writeUInt32BE(fields.readUInt32BE(12), 8);
		bytes.copy(packet, 12, 0, length);
		for (const other of others)
			for (let at = 12; at < Math.min(other.length, packet.length); at++) packet[at]! ^= other[at]!;
		return packet;
	}
}

/** @throws {Error} when the draft or libwebrtc does not allow it. */
function readRepair(payload: Buffer): RepairPacket {
	if (payload.length < 20) throw new Error("A FlexFEC header has at least 20 bytes.");
	if ((payload[0]! & 0xc0) !== 0) throw new Error("R and F are zero in a packet with a mask.");
	if (payload.readUInt32BE(8) !== 0x01000000) throw new Error("One stream is protected, and reserved bits are zero.");
	const first = payload.readUInt16BE(16);
	const protects: number[] = [];
	let offset = 0;
	let at = 18;
	for (const bytes of [2, 4, 8]) {
		if (at + bytes > payload.length) throw new Error("The mask ends early.");
		for (let bit = 1; bit < 8 * bytes; bit++, offset++) {
			if ((payload[at + (bit >> 3)]! & (0x80 >> (bit & 7))) !== 0) protects.push((first + offset) & 0xffff);
		}
		const isLast = (payload[at]! & 0x80) !== 0;
		at += bytes;
		if (isLast)
			return {
				protects,
				missing: new Set(protects),
				fields: payload.subarray(0, 18),
				bytes: payload.subarray(at),
			};
	}
	throw new Error("No part of the mask is the last.");
}
