import zlib from "node:zlib";
import type { FuzzTarget } from "../fuzzer.ts";
import { motionSeed, readMotionInput } from "../motion-input.ts";

const CHUNK = 0x06;
const DATA_END = 0x0f;

/**
 * The same recording with its chunks as they are, and no checksums, so that mutated bytes are read
 * and not refused.
 */
function inflated(mcap: Uint8Array): Uint8Array {
	const bytes = Buffer.from(mcap);
	const pieces: Uint8Array[] = [bytes.subarray(0, 8)];
	for (let at = 8; at + 9 <= bytes.length; ) {
		const opcode = bytes[at]!;
		const content = bytes.subarray(at + 9, at + 9 + Number(bytes.readBigUInt64LE(at + 1)));
		at += 9 + content.length;
		if (opcode === DATA_END) {
			pieces.push(record(opcode, Buffer.alloc(4)));
			break;
		}
		pieces.push(record(opcode, opcode === CHUNK ? inflatedChunk(content) : content));
	}
	return Buffer.concat(pieces);
}

/** Start and end time, size, checksum, name of the compression, records (mcap.dev/spec). */
function inflatedChunk(content: Buffer): Buffer {
	const nameLength = content.readUInt32LE(28);
	const records = zlib.zstdDecompressSync(content.subarray(32 + nameLength + 8));
	const header = Buffer.alloc(40);
	content.copy(header, 0, 0, 24);
	header.writeBigUInt64LE(BigInt(records.length), 32);
	return Buffer.concat([header, records]);
}

function record(opcode: number, content: Uint8Array): Buffer {
	const header = Buffer.alloc(9);
	header[0] = opcode;
	header.writeBigUInt64LE(BigInt(content.length), 1);
	return Buffer.concat([header, content]);
}

export const target: FuzzTarget = {
	covers: ["src/motion/mcap-reader.ts", "src/motion/read-motion.ts"],
	maxBytes: 65_536,
	dictionary: [
		"\u0089MCAP0\r\n",
		"zstd",
		"panogaze.recording",
		"foxglove.PosesInFrame",
		'"stream":',
		'"poses":',
		'"ids":',
		"null",
	],
	seeds: async () => {
		const seed = await motionSeed("mcap");
		return [seed, inflated(seed)];
	},
	run: (input) => readMotionInput(input, "mcap"),
};
