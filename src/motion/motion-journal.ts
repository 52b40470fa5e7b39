import { closeSync, openSync, readSync } from "node:fs";
import { MotionFileError, readFailure } from "./motion-file-error.ts";
import type { MotionFileOptions } from "./motion-format.ts";
import { unpackSample } from "./motion-packing.ts";
import type { TimedSample } from "./motion-row.ts";
import { OutputFile } from "./output-file.ts";

/*
 * The journal of an HDF5 recording that is not closed yet. A crash makes an HDF5 file
 * unreadable, but not a journal. "PGZMOTN1", u32 length of the header, the header (JSON), then
 * packed poses to the end of the file.
 */

const MAGIC = "PGZMOTN1";
const MAX_HEADER_BYTES = 65_536;
const BLOCK_BYTES = 1 << 18;

export type JournalHeader = Omit<MotionFileOptions, "path">;

/** Creates a journal. @throws {MotionFileError} */
export function createJournal(path: string, { path: _, ...header }: MotionFileOptions): OutputFile {
	const file = new OutputFile(path);
	const text = Buffer.from(JSON.stringify(header));
	const start = Buffer.alloc(MAGIC.length + 4);
	start.write(MAGIC, "latin1");
	start.writeUInt32LE(text.byteLength, MAGIC.length);
	file.append(Buffer.concat([start, text]));
	return file;
}

/** Reads a journal, also while another process writes it: only whole poses count. */
export class MotionJournal {
	readonly path: string;
	readonly header: JournalHeader;
	readonly #dataStart: number;
	/** Bytes after the last whole pose, at the last reading. */
	leftoverBytes = 0;

	private constructor(path: string, header: JournalHeader, dataStart: number) {
		this.path = path;
		this.header = header;
		this.#dataStart = dataStart;
	}

	/** @throws {MotionFileError} */
	static open(path: string): MotionJournal {
		const start = readAt(path, 0, MAGIC.length + 4 + MAX_HEADER_BYTES);
		const broken = () => new MotionFileError("broken", path, `${path} is no journal of a recording.`);
		if (start.toString("latin1", 0, MAGIC.length) !== MAGIC || start.byteLength < MAGIC.length + 4) throw broken();
		const length = start.readUInt32LE(MAGIC.length);
		const dataStart = MAGIC.length + 4 + length;
		if (dataStart > start.byteLength) throw broken();
		try {
			return new MotionJournal(
				path,
				JSON.parse(start.toString("utf8", MAGIC.length + 4, dataStart)) as JournalHeader,
				dataStart,
			);
		} catch {
			throw broken();
		}
	}

	/**
	 * Reads every whole pose, in world axes, in the order written. Ends at the first damaged
	 * pose.
	 * @throws {MotionFileError}
	 */
	*rows(): Generator<TimedSample, void, undefined> {
		let descriptor: number;
		try {
			descriptor = openSync(this.path, "r");
		} catch (error) {
			throw readFailure(this.path, error);
		}
		try {
			let rest: Buffer<ArrayBufferLike> = Buffer.alloc(0);
			let position = this.#dataStart;
			while (true) {
				const block = Buffer.alloc(BLOCK_BYTES);
				const count = readSync(descriptor, block, 0, BLOCK_BYTES, position);
				this.leftoverBytes = rest.byteLength;
				if (count === 0) return;
				position += count;
				const bytes = Buffer.concat([rest, block.subarray(0, count)]);
				const data = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
				let at = 0;
				for (let found = unpackSample(data, at); found !== undefined; found = unpackSample(data, at)) {
					if (found === "broken") {
						this.leftoverBytes = bytes.byteLength - at;
						return;
					}
					at = found.next;
					yield found.row;
				}
				rest = bytes.subarray(at);
			}
		} finally {
			closeSync(descriptor);
		}
	}
}

function readAt(path: string, position: number, length: number): Buffer {
	let descriptor: number | undefined;
	try {
		descriptor = openSync(path, "r");
		const bytes = Buffer.alloc(length);
		return bytes.subarray(0, readSync(descriptor, bytes, 0, length, position));
	} catch (error) {
		throw readFailure(path, error);
	} finally {
		if (descriptor !== undefined) closeSync(descriptor);
	}
}
