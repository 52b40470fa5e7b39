/*
 * gRPC over HTTP/2 (https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md) and gRPC-web
 * (doc/PROTOCOL-WEB.md): the frames of messages, and the status of a call. No I/O.
 */

import { joinPieces } from "../byte-pieces.ts";

/** The status of a call that has ended. */
export const GrpcStatus = {
	ok: 0,
	cancelled: 1,
	unknown: 2,
	invalidArgument: 3,
	deadlineExceeded: 4,
	permissionDenied: 7,
	resourceExhausted: 8,
	unimplemented: 12,
	internal: 13,
	unavailable: 14,
	unauthenticated: 16,
} as const;
export type GrpcStatus = (typeof GrpcStatus)[keyof typeof GrpcStatus];

/** The error of a call that failed. `code` is gRPC's number, which `GrpcStatus` may not name. */
export class GrpcError extends Error {
	override readonly name = "GrpcError";
	readonly code: number;

	constructor(message: string, code: number, options?: ErrorOptions) {
		super(message, options);
		this.code = code;
	}
}

export const GRPC_FRAME_BYTES = 5;
/** Length from which pieces are kept as they arrive. HTTP/2 frames mostly have at most 16 KiB. */
const KEPT_PIECE_BYTES = 1 << 14;
const COMPRESSED = 0x01;
const TRAILERS = 0x80;

/** The header in front of a message. */
export function grpcFrameHeader(byteLength: number, flags = 0): Uint8Array<ArrayBuffer> {
	const header = new Uint8Array(GRPC_FRAME_BYTES);
	header[0] = flags;
	new DataView(header.buffer).setUint32(1, byteLength);
	return header;
}

/** The end of a gRPC-web call: a last message of the body, since browsers don't show trailers. */
export function grpcWebTrailers(status: number, message = ""): Uint8Array {
	const trailers = [
		`grpc-status:${status}`,
		...(message === "" ? [] : [`grpc-message:${encodeGrpcMessage(message)}`]),
	];
	const bytes = new TextEncoder().encode(trailers.map((line) => `${line}\r\n`).join(""));
	const frame = new Uint8Array(GRPC_FRAME_BYTES + bytes.length);
	frame.set(grpcFrameHeader(bytes.length, TRAILERS));
	frame.set(bytes, GRPC_FRAME_BYTES);
	return frame;
}

/** A frame of a body. `trailers`: the end of a gRPC-web call. */
export interface GrpcFrame {
	readonly trailers: boolean;
	/** A copy. */
	readonly bytes: Uint8Array;
}

/** Splits a body into frames, as it arrives. */
export class GrpcFrameReader {
	readonly #maxMessageByteLength: number;
	#pieces: Uint8Array[] = [];
	#pieceBytes = 0;
	/** Bytes that the last piece has room for. */
	#room = 0;

	constructor(maxMessageByteLength: number) {
		this.#maxMessageByteLength = maxMessageByteLength;
	}

	/** Bytes of a message that is not complete yet. */
	get pendingBytes(): number {
		return this.#pieceBytes;
	}

	/**
	 * Reads the frames that are complete.
	 *
	 * @param bytes the next bytes of the body, any number of them. Kept until their message is
	 * complete.
	 * @throws {GrpcError} when a message is compressed or longer than allowed. Nothing can be read
	 * behind it.
	 */
	*push(bytes: Uint8Array): Generator<GrpcFrame, void> {
		if (bytes.length === 0) return;
		this.#keep(bytes);
		while (this.#pieceBytes >= GRPC_FRAME_BYTES) {
			const first = this.#firstPiece();
			const flags = first[0] ?? 0;
			const byteLength = new DataView(first.buffer, first.byteOffset).getUint32(1);
			if ((flags & COMPRESSED) !== 0)
				throw new GrpcError(
					"Compressed messages are not read: grpc-encoding must be identity.",
					GrpcStatus.unimplemented,
				);
			if (byteLength > this.#maxMessageByteLength)
				throw new GrpcError(
					`A message claims ${byteLength} bytes; at most ${this.#maxMessageByteLength} are taken.`,
					GrpcStatus.resourceExhausted,
				);
			if (this.#pieceBytes < GRPC_FRAME_BYTES + byteLength) return;
			yield { trailers: (flags & TRAILERS) !== 0, bytes: this.#take(byteLength) };
		}
	}

	/** The first piece, which then holds at least a header. */
	#firstPiece(): Uint8Array {
		const [first] = this.#pieces;
		if (first !== undefined && first.length >= GRPC_FRAME_BYTES) return first;
		const joined = joinPieces(this.#pieces, this.#pieceBytes);
		this.#pieces = [joined];
		this.#room = 0;
		return joined;
	}

	/** Forgets the received part of a message. */
	clear(): void {
		this.#pieces = [];
		this.#pieceBytes = 0;
		this.#room = 0;
	}

	/** Keeps a piece. Short pieces are joined: each would keep the memory that it arrived in. */
	#keep(bytes: Uint8Array): void {
		this.#pieceBytes += bytes.length;
		if (bytes.length >= KEPT_PIECE_BYTES) {
			this.#pieces.push(bytes);
			this.#room = 0;
			return;
		}
		let rest = bytes;
		while (rest.length > 0) {
			if (this.#room === 0) {
				const capacity = Math.max(rest.length, Math.min(KEPT_PIECE_BYTES, this.#pieceBytes));
				this.#pieces.push(new Uint8Array(new ArrayBuffer(capacity), 0, 0));
				this.#room = capacity;
			}
			const last = this.#pieces.at(-1)!;
			const part = rest.subarray(0, this.#room);
			const longer = new Uint8Array(last.buffer, last.byteOffset, last.length + part.length);
			longer.set(part, last.length);
			this.#pieces[this.#pieces.length - 1] = longer;
			this.#room -= part.length;
			rest = rest.subarray(part.length);
		}
	}

	/** Takes out the message behind the header, as a copy. */
	#take(byteLength: number): Uint8Array {
		const message = new Uint8Array(byteLength);
		let skip = GRPC_FRAME_BYTES;
		let at = 0;
		let used = 0;
		while (at < byteLength || skip > 0) {
			const piece = this.#pieces[used]!;
			const part = piece.subarray(skip, skip + byteLength - at);
			message.set(part, at);
			at += part.length;
			const rest = piece.subarray(skip + part.length);
			skip = 0;
			if (rest.length > 0) this.#pieces[used] = rest;
			else used++;
		}
		this.#pieces = this.#pieces.slice(used);
		if (this.#pieces.length === 0) this.#room = 0;
		this.#pieceBytes -= GRPC_FRAME_BYTES + byteLength;
		return message;
	}
}

/** Percent-encodes all characters but printable ASCII, for the header `grpc-message`. */
export function encodeGrpcMessage(message: string): string {
	let encoded = "";
	for (const byte of new TextEncoder().encode(message))
		encoded +=
			byte >= 0x20 && byte <= 0x7e && byte !== 0x25
				? String.fromCharCode(byte)
				: `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
	return encoded;
}

/** Decodes a status message. A message that a peer encoded badly is returned as it is. */
export function decodeGrpcMessage(encoded: string): string {
	try {
		return decodeURIComponent(encoded);
	} catch {
		return encoded;
	}
}

const TIMEOUT_UNITS: Readonly<Record<string, number>> = { H: 3600, M: 60, S: 1, m: 1e-3, u: 1e-6, n: 1e-9 };

/** Reads the header `grpc-timeout`. @returns seconds; `null` without a valid header. */
export function parseGrpcTimeout(header: string | undefined): number | null {
	const [, count, unit = ""] = /^(\d{1,8})([HMSmun])$/.exec(header ?? "") ?? [];
	const unitSec = TIMEOUT_UNITS[unit];
	return unitSec === undefined ? null : Number(count) * unitSec;
}

/** The value of the header `grpc-timeout`. */
export function formatGrpcTimeout(timeoutSec: number): string {
	const ms = Math.max(1, Math.ceil(1000 * timeoutSec));
	return ms < 1e8 ? `${ms}m` : `${Math.min(99_999_999, Math.ceil(timeoutSec))}S`;
}
