/** A VP8 payload without its descriptor (RFC 7741, 4.2). */
export interface Vp8Payload {
	readonly startsFrame: boolean;
	/** 15 bits. */
	readonly pictureId: number;
	readonly data: Uint8Array;
}

/**
 * Reads a VP8 payload.
 * @throws {Error} when its descriptor is not of 4 bytes with a 15-bit PictureID.
 */
export function readVp8(payload: Uint8Array): Vp8Payload {
	const [first = 0, extensions = 0, high = 0, low = 0] = payload;
	if ((first & 0x80) === 0 || extensions !== 0x80 || (high & 0x80) === 0) throw new Error("Another VP8 descriptor.");
	if ((first & 0x0f) !== 0) throw new Error("The partition is not the first one.");
	return { startsFrame: (first & 0x10) !== 0, pictureId: ((high & 0x7f) << 8) | low, data: payload.subarray(4) };
}

/** A VP9 payload without its descriptor (RFC 9628, 4.2). */
export interface Vp9Payload extends Vp8Payload {
	readonly endsFrame: boolean;
	readonly isPredicted: boolean;
	/** The size in the scalability structure, if there is one. */
	readonly size: { readonly width: number; readonly height: number } | undefined;
}

/**
 * Reads a VP9 payload.
 * @throws {Error} when its descriptor has layers or references, or a structure of more than
 * one picture.
 */
export function readVp9(payload: Uint8Array): Vp9Payload {
	const [first = 0, high = 0, low = 0, ...structure] = payload.subarray(0, 11);
	if ((first & 0xb0) !== 0x80 || (high & 0x80) === 0) throw new Error("Another VP9 descriptor.");
	const hasStructure = (first & 0x02) !== 0;
	const [layers, wide = 0, width = 0, tall = 0, height = 0, ...group] = structure;
	if (hasStructure && `${layers} ${group}` !== `${0x18} 1,4,1`) throw new Error("Another VP9 structure.");
	return {
		startsFrame: (first & 0x08) !== 0,
		endsFrame: (first & 0x04) !== 0,
		isPredicted: (first & 0x40) !== 0,
		pictureId: ((high & 0x7f) << 8) | low,
		size: hasStructure ? { width: (wide << 8) | width, height: (tall << 8) | height } : undefined,
		data: payload.subarray(hasStructure ? 11 : 3),
	};
}

/**
 * The OBUs of a temporal unit's payloads in order, each with a size of its own (RTP
 * Payload Format For AV1, 4), and whether the first packet begins a coded video sequence.
 *
 * @throws {Error} when the continuation bits of two packets contradict each other.
 */
export function readAv1(payloads: readonly Uint8Array[]): { unit: Uint8Array; newSequence: boolean; obus: number } {
	const obus: Uint8Array[] = [];
	let open: Uint8Array[] | undefined;
	for (const payload of payloads) {
		const [header = 0] = payload;
		if (((header & 0x80) !== 0) !== (open !== undefined)) throw new Error("Z contradicts the former Y.");
		const count = (header >> 4) & 3;
		const elements: Uint8Array[] = [];
		for (let at = 1; at < payload.length; ) {
			let length = payload.length - at;
			if (count === 0 || elements.length < count - 1) {
				length = 0;
				for (let shift = 0; ; shift += 7) {
					const byte = payload[at++]!;
					length |= (byte & 0x7f) << shift;
					if ((byte & 0x80) === 0) break;
				}
			}
			if (length === 0 || at + length > payload.length) throw new Error("An element has a wrong length.");
			elements.push(payload.subarray(at, at + length));
			at += length;
		}
		if (count !== 0 && elements.length !== count) throw new Error("W is wrong.");
		elements.forEach((element, index) => {
			const goesOn = (header & 0x40) !== 0 && index === elements.length - 1;
			const parts: Uint8Array[] = [...(open ?? []), element];
			open = goesOn ? parts : undefined;
			if (!goesOn) obus.push(Buffer.concat(parts));
		});
	}
	if (open !== undefined) throw new Error("The last OBU has no end.");
	return { unit: Buffer.concat(obus.map(withSize)), newSequence: (payloads[0]![0]! & 0x08) !== 0, obus: obus.length };
}

function withSize(obu: Uint8Array): Uint8Array {
	if ((obu[0]! & 0x02) !== 0) throw new Error("An OBU has a size of its own.");
	const size: number[] = [];
	for (let rest = obu.length - 1; ; rest >>= 7) {
		size.push(rest >= 0x80 ? 0x80 | (rest & 0x7f) : rest);
		if (rest < 0x80) break;
	}
	return Buffer.concat([Uint8Array.of(obu[0]! | 0x02), Uint8Array.from(size), obu.subarray(1)]);
}
