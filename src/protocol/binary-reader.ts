import type { PoseSample } from "../skeleton/pose-sample.ts";
import { MAX_ROTATION_SQUARE, MIN_ROTATION_SQUARE } from "./bone-validity.ts";
import {
	ANGULAR_AT,
	ANGULAR_STEPS,
	FLAG,
	HEADER,
	MAX_BYTES,
	POSITION_STEPS,
	QUANTISED_ANGULAR_AT,
	QUANTISED_ROTATION_AT,
	ROTATION_AT,
	ROTATION_STEP,
	ROTATION_ZERO,
	VELOCITY_STEPS,
} from "./tracking-format.ts";

const FIFTEEN_BITS = 0x7fff;
/**
 * The largest of four parts is at least 1/2, so that three squares of others never exceed 3/4, but
 * for the rounding of each.
 */
const MAX_SQUARES = 0.7502;

/**
 * Reads the parts of binary messages, one message at a time. A message is copied into the reader's
 * own memory: its views are made once, while views of each message would be objects per message,
 * and its alignment is known. Places are bytes from the message's beginning; the caller has checked
 * that they lie within it.
 */
export class BinaryReader {
	/** The message, and remains of longer ones behind it. */
	readonly bytes = new Uint8Array(MAX_BYTES);
	readonly data = new DataView(this.bytes.buffer);
	/** Bytes of the message. */
	length = 0;
	/** Place of the RTP time of the picture on the screen, if the flags say that it is there. */
	seenAt = 0;

	/** Begins a message. @param bytes copied; of a header's length at least, `MAX_BYTES` at most */
	begin(bytes: Uint8Array): void {
		this.bytes.set(bytes);
		this.length = bytes.byteLength;
	}

	get subtype(): number {
		return this.data.getInt8(HEADER.subtype);
	}

	get stream(): number {
		return this.data.getUint16(HEADER.stream, true);
	}

	get count(): number {
		return this.data.getUint16(HEADER.count, true);
	}

	get flags(): number {
		return this.data.getUint32(HEADER.flags, true);
	}

	get clientTimeMs(): number {
		return this.data.getFloat64(HEADER.timeMs, true);
	}

	/** Gives a sample the fields that all kinds have. */
	readHeader(into: PoseSample): void {
		into.stream = this.stream;
		into.sequence = this.data.getUint32(HEADER.sequence, true);
		into.clientTimeMs = this.clientTimeMs;
		into.confidence = this.flags & FLAG.highConfidence;
		into.seenRtpTicks = this.flags & FLAG.seen ? this.data.getUint32(this.seenAt, true) : undefined;
	}

	/** @returns whether so many floats are finite. */
	areFinite(at: number, count: number): boolean {
		// A sum of some floats of 32 bits is finite in 64 bits if and only if each of them is.
		let sum = 0;
		for (let index = 0; index < count; index++) sum += this.data.getFloat32(at + index * 4, true);
		return Number.isFinite(sum);
	}

	/** @returns whether four floats are nearly a rotation; never if one of them is not finite. */
	isRotation(at: number): boolean {
		const square = this.#squareAt(at);
		return square >= MIN_ROTATION_SQUARE && square <= MAX_ROTATION_SQUARE;
	}

	/** @returns whether the three parts of a quantised rotation leave room for the largest. */
	isQuantisedRotation(at: number): boolean {
		const a = this.#smallPart(at);
		const b = this.#smallPart(at + 2);
		const c = this.#smallPart(at + 4);
		return a * a + b * b + c * c <= MAX_SQUARES;
	}

	/** The bit of a bone in a validity mask. @param maskAt -1: no mask, all bones are tracked */
	isTracked(maskAt: number, bone: number): boolean {
		return maskAt === -1 || ((this.bytes[maskAt + (bone >> 3)]! >> (bone & 7)) & 1) === 1;
	}

	/** Reads the position and rotation of a bone, which is tracked then. */
	readPose(at: number, into: PoseSample, bone: number): void {
		const { data } = this;
		const { positions, rotations } = into;
		const scale = 1 / Math.sqrt(this.#squareAt(at + ROTATION_AT));
		for (let part = 0; part < 3; part++) positions[bone * 3 + part] = data.getFloat32(at + part * 4, true);
		for (let part = 0; part < 4; part++)
			rotations[bone * 4 + part] = data.getFloat32(at + ROTATION_AT + part * 4, true) * scale;
		into.valid[bone] = 1;
	}

	/** Reads the velocities of a bone. */
	readVelocity(at: number, into: PoseSample, bone: number): void {
		const { data } = this;
		into.hasVelocity = true;
		for (let part = 0; part < 3; part++) {
			into.linearVelocities[bone * 3 + part] = data.getFloat32(at + part * 4, true);
			into.angularVelocities[bone * 3 + part] = data.getFloat32(at + ANGULAR_AT + part * 4, true);
		}
	}

	/** Reads the quantised position and rotation of a bone, which is tracked then. */
	readQuantisedPose(originAt: number, at: number, into: PoseSample, bone: number): void {
		const { data } = this;
		const { positions, rotations } = into;
		for (let part = 0; part < 3; part++)
			positions[bone * 3 + part] =
				data.getFloat32(originAt + part * 4, true) + data.getInt16(at + part * 2, true) / POSITION_STEPS;
		const rotationAt = at + QUANTISED_ROTATION_AT;
		const a = this.#smallPart(rotationAt);
		const b = this.#smallPart(rotationAt + 2);
		const c = this.#smallPart(rotationAt + 4);
		const largest = (data.getUint16(rotationAt, true) >> 15) | ((data.getUint16(rotationAt + 2, true) >> 15) << 1);
		const to = bone * 4;
		rotations[to] = largest === 0 ? largestPart(a, b, c) : a;
		rotations[to + 1] = largest === 1 ? largestPart(a, b, c) : largest === 0 ? a : b;
		rotations[to + 2] = largest === 2 ? largestPart(a, b, c) : largest === 3 ? c : b;
		rotations[to + 3] = largest === 3 ? largestPart(a, b, c) : c;
		into.valid[bone] = 1;
	}

	/** Reads the quantised velocities of a bone. */
	readQuantisedVelocity(at: number, into: PoseSample, bone: number): void {
		const { data } = this;
		for (let part = 0; part < 3; part++) {
			into.linearVelocities[bone * 3 + part] = data.getInt16(at + part * 2, true) / VELOCITY_STEPS;
			into.angularVelocities[bone * 3 + part] =
				data.getInt16(at + QUANTISED_ANGULAR_AT + part * 2, true) / ANGULAR_STEPS;
		}
	}

	#squareAt(at: number): number {
		const { data } = this;
		const x = data.getFloat32(at, true);
		const y = data.getFloat32(at + 4, true);
		const z = data.getFloat32(at + 8, true);
		const w = data.getFloat32(at + 12, true);
		return x * x + y * y + z * z + w * w;
	}

	#smallPart(at: number): number {
		return ((this.data.getUint16(at, true) & FIFTEEN_BITS) - ROTATION_ZERO) * ROTATION_STEP;
	}
}

function largestPart(a: number, b: number, c: number): number {
	return Math.sqrt(1 - a * a - b * b - c * c);
}
