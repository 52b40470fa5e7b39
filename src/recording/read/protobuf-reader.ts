/** A field of a message: numbers of varints, doubles, or bytes as a view. */
export interface ProtobufField {
	readonly number: number;
	readonly value: number | Uint8Array;
}

const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;
const FIXED32 = 5;

/**
 * The fields of a message of Protocol Buffers. A fixed number of 64 bits is a double, as in
 * Foxglove's messages.
 *
 * @throws {RangeError} when the bytes are no message.
 */
export function readProtobuf(bytes: Uint8Array): readonly ProtobufField[] {
	const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	const fields: ProtobufField[] = [];
	let at = 0;
	const varint = (): number => {
		let value = 0;
		for (let factor = 1; factor < 2 ** 64; factor *= 128) {
			const byte = view.getUint8(at++);
			value += (byte & 127) * factor;
			if (byte < 128) return value;
		}
		throw new RangeError("A number of a message has no end.");
	};
	while (at < bytes.length) {
		const tag = varint();
		const number = Math.floor(tag / 8);
		switch (tag % 8) {
			case VARINT:
				fields.push({ number, value: varint() });
				break;
			case FIXED64:
				fields.push({ number, value: view.getFloat64(at, true) });
				at += 8;
				break;
			case BYTES: {
				const length = varint();
				if (length > bytes.length - at)
					throw new RangeError("A field of a message is longer than the message.");
				fields.push({ number, value: bytes.subarray(at, at + length) });
				at += length;
				break;
			}
			case FIXED32:
				fields.push({ number, value: view.getUint32(at, true) });
				at += 4;
				break;
			default:
				throw new RangeError("A field of a message has an unknown form.");
		}
	}
	return fields;
}

/** The bytes of a field; empty without. */
export function bytesOf(fields: readonly ProtobufField[], number: number): Uint8Array {
	const value = fields.find((field) => field.number === number)?.value;
	return value instanceof Uint8Array ? value : NO_BYTES;
}

/** The text of a field; "" without. */
export function textOf(fields: readonly ProtobufField[], number: number): string {
	return decoder.decode(bytesOf(fields, number));
}

/** The numbers of fields 1 to `count` of a message within a message; 0 without. */
export function numbersOf(fields: readonly ProtobufField[], number: number, count: number): number[] {
	const numbers = new Array<number>(count).fill(0);
	for (const { number: at, value } of readProtobuf(bytesOf(fields, number)))
		if (at >= 1 && at <= count && typeof value === "number") numbers[at - 1] = value;
	return numbers;
}

const NO_BYTES = new Uint8Array(0);
const decoder = new TextDecoder();
