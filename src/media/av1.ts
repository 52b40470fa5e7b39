/** Types of OBUs that are used here (AV1 bitstream specification, 6.2.2). */
export const ObuType = {
	sequenceHeader: 1,
	temporalDelimiter: 2,
	frameHeader: 3,
	tileGroup: 4,
	metadata: 5,
	frame: 6,
	redundantFrameHeader: 7,
	tileList: 8,
	padding: 15,
} as const;

/** An open bitstream unit. */
export interface Obu {
	/** A value of `ObuType`, or a reserved one. */
	readonly type: number;
	/** The whole unit, header first, without a size of its own. */
	readonly data: Uint8Array;
}

/** Bits of an OBU's header: 5.3.2. */
const TYPE_SHIFT = 3;
const TYPE_MASK = 0xf;
const HAS_EXTENSION = 0x04;
const HAS_SIZE = 0x02;
/** Most bytes of a leb128 value: 4.10.5. */
const MAX_LEB128_BYTES = 8;

/**
 * The OBUs of a temporal unit in the low-overhead format (5.2): copies, without sizes.
 *
 * @throws {RangeError} when an OBU ends after the unit.
 */
export function splitObus(temporalUnit: Uint8Array): Obu[] {
	const obus: Obu[] = [];
	for (let at = 0; at < temporalUnit.length; ) {
		const { type, headerBytes, payloadAt, end } = readObu(temporalUnit, at);
		const data = new Uint8Array(headerBytes + end - payloadAt);
		data.set(temporalUnit.subarray(at, at + headerBytes));
		data[0]! &= ~HAS_SIZE;
		data.set(temporalUnit.subarray(payloadAt, end), headerBytes);
		obus.push({ type, data });
		at = end;
	}
	return obus;
}

/**
 * A temporal unit without its temporal delimiters, as a view where they come first.
 *
 * @throws {RangeError} when an OBU ends after the unit.
 */
export function withoutDelimiter(temporalUnit: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
	let at = 0;
	while (at < temporalUnit.length) {
		const { type, end } = readObu(temporalUnit, at);
		if (type !== ObuType.temporalDelimiter) break;
		at = end;
	}
	return temporalUnit.subarray(at);
}

/** Writes an unsigned number in leb128 (4.10.5), a byte at a time. */
export function writeLeb128(value: number, write: (byte: number) => void): void {
	let rest = value;
	for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) write(0x80 | (rest & 0x7f));
	write(rest);
}

interface ObuPlace {
	readonly type: number;
	readonly headerBytes: number;
	readonly payloadAt: number;
	readonly end: number;
}

/** @throws {RangeError} when the OBU ends after the unit. */
function readObu(unit: Uint8Array, at: number): ObuPlace {
	const header = unit[at] ?? 0;
	const headerBytes = (header & HAS_EXTENSION) === 0 ? 1 : 2;
	let payloadAt = at + headerBytes;
	let end = unit.length;
	if ((header & HAS_SIZE) !== 0) {
		let size = 0;
		for (let index = 0; ; index++) {
			const byte = unit[payloadAt++];
			if (byte === undefined || index === MAX_LEB128_BYTES) throw new RangeError("An OBU's size is broken.");
			size += (byte & 0x7f) * 2 ** (7 * index);
			if ((byte & 0x80) === 0) break;
		}
		end = payloadAt + size;
	}
	if (end > unit.length || payloadAt > unit.length) throw new RangeError("An OBU ends after its temporal unit.");
	return { type: (header >> TYPE_SHIFT) & TYPE_MASK, headerBytes, payloadAt, end };
}
