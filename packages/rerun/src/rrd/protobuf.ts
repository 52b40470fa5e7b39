/*
 * The wire format of Protocol Buffers, https://protobuf.dev/programming-guides/encoding/, as far as
 * Rerun's messages need it.
 */

const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;
const FIXED32 = 5;

const encoder = new TextEncoder();

/** Writes one message, its fields in the order of the calls. */
export class ProtobufWriter {
	#bytes = new Uint8Array(256);
	#length = 0;

	/** The message. The writer may not be used any more. */
	finish(): Uint8Array {
		return this.#bytes.subarray(0, this.#length);
	}

	/** Writes an integer from 0 to 2^53. */
	varint(field: number, value: number): this {
		this.#varint((field << 3) | VARINT);
		this.#varint(value);
		return this;
	}

	bool(field: number, value: boolean): this {
		return this.varint(field, value ? 1 : 0);
	}

	/** Writes a number of 64 bits. @param bigEndian its 8 bytes, the highest first. */
	fixed64(field: number, bigEndian: Uint8Array): this {
		this.#varint((field << 3) | FIXED64);
		this.#reserve(8);
		for (let at = 7; at >= 0; at--) this.#bytes[this.#length++] = bigEndian[at]!;
		return this;
	}

	bytes(field: number, value: Uint8Array): this {
		this.#varint((field << 3) | BYTES);
		this.#varint(value.length);
		this.#reserve(value.length);
		this.#bytes.set(value, this.#length);
		this.#length += value.length;
		return this;
	}

	/** Writes the tag and the length of bytes that are written elsewhere. */
	bytesHead(field: number, byteLength: number): this {
		this.#varint((field << 3) | BYTES);
		this.#varint(byteLength);
		return this;
	}

	/**
	 * Writes an id: a message with two numbers of 64 bits, its fields 1 and 2.
	 * @param bigEndian the 16 bytes of the id.
	 */
	tuid(field: number, bigEndian: Uint8Array): this {
		this.bytesHead(field, 18);
		this.fixed64(1, bigEndian.subarray(0, 8));
		return this.fixed64(2, bigEndian.subarray(8));
	}

	text(field: number, value: string): this {
		return this.bytes(field, encoder.encode(value));
	}

	message(field: number, write: (writer: ProtobufWriter) => void): this {
		const inner = new ProtobufWriter();
		write(inner);
		return this.bytes(field, inner.finish());
	}

	#varint(value: number): void {
		this.#reserve(10);
		while (value > 127) {
			this.#bytes[this.#length++] = (value % 128) | 128;
			value = Math.floor(value / 128);
		}
		this.#bytes[this.#length++] = value;
	}

	#reserve(bytes: number): void {
		if (this.#length + bytes <= this.#bytes.length) return;
		const larger = new Uint8Array(Math.max(this.#length + bytes, 2 * this.#bytes.length));
		larger.set(this.#bytes.subarray(0, this.#length));
		this.#bytes = larger;
	}
}

/** The error of bytes that are not a message of Protocol Buffers. */
export class ProtobufError extends Error {
	override readonly name = "ProtobufError";
}

/**
 * A field of a message. Its value is a number for varints and 32 bits, bytes for 64 bits (lowest
 * first) and for everything else.
 */
export interface ProtobufField {
	readonly number: number;
	readonly value: number | Uint8Array;
}

/**
 * Reads the fields of a message, in their order. Varints of 2^53 and more are read as 2^53, which
 * no field of Rerun's may have.
 *
 * @throws {ProtobufError} when the bytes are not a message.
 */
export function readProtobuf(bytes: Uint8Array): ProtobufField[] {
	const fields: ProtobufField[] = [];
	let at = 0;
	const varint = () => {
		let value = 0;
		let scale = 1;
		for (let count = 0; count < 10; count++) {
			if (at >= bytes.length) throw new ProtobufError("it ends within a number");
			const byte = bytes[at++]!;
			value += (byte & 127) * scale;
			scale *= 128;
			if (byte < 128) return Math.min(value, 2 ** 53);
		}
		throw new ProtobufError("a number has more than 10 bytes");
	};
	const take = (length: number) => {
		if (at + length > bytes.length) throw new ProtobufError(`a field claims ${length} bytes, more than there are`);
		at += length;
		return bytes.subarray(at - length, at);
	};
	while (at < bytes.length) {
		const tag = varint();
		const number = Math.floor(tag / 8);
		if (number === 0 || tag > 0xffff_ffff) throw new ProtobufError("a field has an impossible number");
		switch (tag % 8) {
			case VARINT:
				fields.push({ number, value: varint() });
				break;
			case FIXED64:
				fields.push({ number, value: take(8) });
				break;
			case BYTES:
				fields.push({ number, value: take(varint()) });
				break;
			case FIXED32: {
				const [a, b, c, d] = take(4);
				fields.push({ number, value: (a! | (b! << 8) | (c! << 16) | (d! << 24)) >>> 0 });
				break;
			}
			default:
				throw new ProtobufError(`field ${number} has a kind that is not read any more`);
		}
	}
	return fields;
}
