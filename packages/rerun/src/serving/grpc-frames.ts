/*
 * gRPC over HTTP/2 (https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md) and gRPC-web
 * (doc/PROTOCOL-WEB.md): messages in their frames, and how a call ends. No I/O.
 */

/** How calls end. */
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
} as const;
export type GrpcStatus = (typeof GrpcStatus)[keyof typeof GrpcStatus];

/**
 * A call ended otherwise than well. `code` is gRPC's number, which may be one that `GrpcStatus`
 * doesn't name.
 */
export class GrpcError extends Error {
	override readonly name = "GrpcError";
	readonly code: number;

	constructor(message: string, code: number, options?: ErrorOptions) {
		super(message, options);
		this.code = code;
	}
}

export const GRPC_FRAME_BYTES = 5;
/**
 * Pieces of this length and more are kept as they arrived. HTTP/2 frames have 16 KiB at most,
 * mostly.
 */
const KEPT_PIECE_BYTES = 1 << 14;
const COMPRESSED = 0x01;
const TRAILERS = 0x80;

/** What stands before a message. */
export function grpcFrameHeader(byteLength: number, flags = 0): Uint8Array<ArrayBuffer> {
	const header = new Uint8Array(GRPC_FRAME_BYTES);
	header[0] = flags;
	new DataView(header.buffer).setUint32(1, byteLength);
	return header;
}

/**
 * A call's end as gRPC-web has it: a last message of the body, since browsers don't show trailers.
 */
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

/** A frame as it came. `trailers`: it is gRPC-web's end of the call. */
export interface GrpcFrame {
	readonly trailers: boolean;
	/** Memory of its own. */
	readonly bytes: Uint8Array;
}

/** Takes a body apart, as it comes. */
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
	 * @param bytes the body's next, in pieces of any size. Kept until their message is complete.
	 * @throws {GrpcError} if a message is compressed or longer than allowed. Nothing can be read
	 * after it.
	 */
	*push(bytes: Uint8Array): Generator<GrpcFrame, void> {
		if (bytes.length === 0) return;
		this.#keep(bytes);
		while (this.#pieceBytes >= GRPC_FRAME_BYTES) {
			if (this.#pieces[0]!.length < GRPC_FRAME_BYTES) {
				this.#pieces = [joined(this.#pieces, this.#pieceBytes)];
				this.#room = 0;
			}
			const first = this.#pieces[0]!;
			const flags = first[0]!;
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

	/** Forgets the received part of a message. */
	clear(): void {
		this.#pieces = [];
		this.#pieceBytes = 0;
		this.#room = 0;
	}

	/**
	 * Short pieces are put together: each would keep the memory of many others that arrived with
	 * it.
	 */
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

	/**
	 * The message behind the frame's header, copied out of the pieces that it came in: those would
	 * keep the memory of many others.
	 */
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

function joined(pieces: readonly Uint8Array[], byteLength: number): Uint8Array {
	const all = new Uint8Array(byteLength);
	let at = 0;
	for (const piece of pieces) {
		all.set(piece, at);
		at += piece.length;
	}
	return all;
}

/** Percent-encodes what isn't printable ASCII, as `grpc-message` wants. */
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

/** @param header `grpc-timeout`. @returns seconds; `null` if there is none, or it isn't one. */
export function parseGrpcTimeout(header: string | undefined): number | null {
	const match = /^(\d{1,8})([HMSmun])$/.exec(header ?? "");
	return match === null ? null : Number(match[1]) * TIMEOUT_UNITS[match[2]!]!;
}

export function formatGrpcTimeout(timeoutSec: number): string {
	const ms = Math.max(1, Math.ceil(1000 * timeoutSec));
	return ms < 1e8 ? `${ms}m` : `${Math.min(99_999_999, Math.ceil(timeoutSec))}S`;
}
