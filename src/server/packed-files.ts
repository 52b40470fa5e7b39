import { Thread, threadFile } from "../threads/thread.ts";
import type { FilePacking, PackedFile } from "./pack-worker.ts";

/** Encodings of HTTP by which files are packed, the shorter first. Browsers offer `br` over TLS. */
export const PACKINGS = ["br", "gzip"] as const;
/** An encoding of `PACKINGS`. */
export type Packing = (typeof PACKINGS)[number];

/**
 * Large files, packed for the network once each: in a thread that gives way to others, as seconds
 * of work must delay no picture.
 */
export class PackedFiles {
	readonly #packed = new Map<string, Promise<Buffer>>();

	/** The packing that a request's `Accept-Encoding` allows; `undefined`: none. */
	static accepted(header: string | undefined): Packing | undefined {
		const offered = (header ?? "").split(",").map((part) => part.trim());
		return PACKINGS.find((packing) =>
			offered.some((part) => part.split(";")[0] === packing && !/;\s*q=0(\.0*)?$/.test(part)),
		);
	}

	/** A file's bytes, packed. @throws {Error} if it can't be read. */
	read(path: string, packing: Packing): Promise<Buffer> {
		const key = `${packing} ${path}`;
		let packed = this.#packed.get(key);
		if (packed === undefined) {
			packed = pack({ path, packing });
			packed.catch(() => this.#packed.delete(key));
			this.#packed.set(key, packed);
		}
		return packed;
	}
}

async function pack(data: FilePacking): Promise<Buffer> {
	const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
	const thread = new Thread<never, PackedFile>({
		file: threadFile("./pack-worker", import.meta.url),
		name: "panogaze-pack",
		data,
		givesWay: true,
		onMessage: ({ bytes }) => resolve(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)),
	});
	thread.unref();
	void thread.exited.then(({ error }) => reject(error ?? new Error(`${data.path} could not be packed.`)));
	return promise;
}
