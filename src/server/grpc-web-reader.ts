const HEADER_BYTES = 5;
/** Bit of a frame's flags that stands for trailers. */
const TRAILERS = 0x80;
const MAX_TRAILER_BYTES = 1 << 14;

/**
 * Takes an answer of gRPC-web apart
 * (https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-WEB.md): its messages are those of gRPC,
 * and its trailers are a frame at the end. Messages without content, which keep connections alive,
 * are left out.
 */
export class GrpcWebReader {
	#header = Buffer.alloc(0);
	/** Bytes that are missing of the present frame. */
	#left = 0;
	#isTrailer = false;
	#text = "";

	/** Status and message; `undefined` and "" until they have come. */
	get trailers(): { readonly status: number | undefined; readonly message: string } {
		const value = (name: string) => new RegExp(`^${name}:[ \\t]*([^\\r\\n]*)`, "im").exec(this.#text)?.[1];
		const status = value("grpc-status");
		return { status: status === undefined ? undefined : Number(status), message: value("grpc-message") ?? "" };
	}

	/** @returns what a connection of gRPC has of these bytes. */
	push(bytes: Buffer): readonly Buffer[] {
		const parts: Buffer[] = [];
		let rest = bytes;
		while (rest.length > 0) {
			if (this.#left > 0) {
				const part = rest.subarray(0, this.#left);
				this.#left -= part.length;
				if (!this.#isTrailer) parts.push(part);
				else if (this.#text.length < MAX_TRAILER_BYTES) this.#text += part.toString("latin1");
				rest = rest.subarray(part.length);
				continue;
			}
			const missing = HEADER_BYTES - this.#header.length;
			this.#header = Buffer.concat([this.#header, rest.subarray(0, missing)]);
			rest = rest.subarray(missing);
			if (this.#header.length < HEADER_BYTES) break;
			this.#left = this.#header.readUInt32BE(1);
			this.#isTrailer = (this.#header[0]! & TRAILERS) !== 0;
			if (!this.#isTrailer && this.#left > 0) parts.push(this.#header);
			this.#header = Buffer.alloc(0);
		}
		return parts;
	}
}
