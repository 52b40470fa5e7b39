import zlib from "node:zlib";
import { McapChunkBuilder, McapRecordBuilder, Opcode } from "@mcap/core";
import { OutputFile } from "./output-file.ts";

type Schema = Parameters<McapRecordBuilder["writeSchema"]>[0];
type Message = Parameters<McapRecordBuilder["writeMessage"]>[0];
type MetadataIndex = Parameters<McapRecordBuilder["writeMetadataIndex"]>[0];

/** Stands in the header of files. */
export const MCAP_LIBRARY = "panogaze";
/** The place that an MCAP file is written to. */
export interface McapOutput {
	/** Number of bytes until now. */
	readonly position: number;
	/** @param bytes lent. @throws {Error} if they can't be written. */
	append(bytes: Uint8Array): void;
	/** Shows that a recorder is still at work. */
	touch(): void;
	/** @throws {Error} if it can't be ended. */
	close(): void;
}

/** A chunk of this many bytes is written at once. */
const MAX_CHUNK_BYTES = 1 << 20;

/**
 * Writes an MCAP file (mcap.dev/spec) chunk by chunk. `flush` writes a chunk of all messages
 * since the last, so that a scanning reader finds them even if the file never gets its end.
 * `McapWriter` of @mcap/core writes a chunk only when it is full.
 */
export class McapFile {
	readonly #file: McapOutput;
	readonly #records = new McapRecordBuilder();
	readonly #chunk = new McapChunkBuilder({ useMessageIndex: true });
	readonly #schemas: Schema[] = [];
	/** Records of the summary, which take a tenth of the memory of their objects. */
	readonly #channels = new McapRecordBuilder();
	readonly #chunks = new McapRecordBuilder();
	#channelCount = 0;
	#chunkCount = 0;
	readonly #metadata: MetadataIndex[] = [];
	readonly #messages = new Map<number, bigint>();
	#firstTime: bigint | undefined;
	#lastTime = 0n;
	#dataCrc = 0;

	/**
	 * @param output the path of a file, or another place.
	 * @throws {MotionFileError} if the file can't be made.
	 */
	constructor(output: string | McapOutput) {
		this.#file = typeof output === "string" ? new OutputFile(output) : output;
		this.#records.writeMagic();
		this.#records.writeHeader({ profile: "", library: MCAP_LIBRARY });
		this.#appendData();
	}

	/** The number of messages that wait to be written. */
	get waiting(): number {
		return this.#chunk.numMessages;
	}

	/** Writes a record of metadata at once. */
	addMetadata(name: string, fields: Readonly<Record<string, string>>): void {
		const offset = BigInt(this.#file.position);
		const length = this.#records.writeMetadata({ name, metadata: new Map(Object.entries(fields)) });
		this.#appendData();
		this.#metadata.push({ name, offset, length });
	}

	/** Bytes that are kept for the table at the file's end. */
	get tableByteLength(): number {
		return this.#channels.length + this.#chunks.length;
	}

	/** Bytes written to the file so far; the records of the open chunk are not among them. */
	get byteLength(): number {
		return this.#file.position;
	}

	/** A schema of messages in JSON. @returns the schema's id */
	addSchema(name: string, jsonSchema: object): number {
		return this.#addSchema(name, "jsonschema", new TextEncoder().encode(JSON.stringify(jsonSchema)));
	}

	/** A schema of messages in Protocol Buffers. @param descriptors a FileDescriptorSet */
	addProtobufSchema(name: string, descriptors: Uint8Array): number {
		return this.#addSchema(name, "protobuf", descriptors);
	}

	#addSchema(name: string, encoding: "jsonschema" | "protobuf", data: Uint8Array): number {
		const schema = { id: this.#schemas.length + 1, name, encoding, data };
		this.#schemas.push(schema);
		this.#chunk.addSchema(schema);
		return schema.id;
	}

	/** @returns the channel's id */
	addChannel(topic: string, schemaId: number, metadata: Readonly<Record<string, string>>): number {
		const channel = {
			id: ++this.#channelCount,
			schemaId,
			topic,
			messageEncoding: this.#schemas[schemaId - 1]?.encoding === "protobuf" ? "protobuf" : "json",
			metadata: new Map(Object.entries(metadata)),
		};
		this.#channels.writeChannel(channel);
		this.#chunk.addChannel(channel);
		return channel.id;
	}

	/** Adds a message to the present chunk. */
	addMessage(message: Message): void {
		this.#chunk.addMessage(message);
		this.#messages.set(message.channelId, (this.#messages.get(message.channelId) ?? 0n) + 1n);
		if (this.#firstTime === undefined || message.logTime < this.#firstTime) this.#firstTime = message.logTime;
		if (message.logTime > this.#lastTime) this.#lastTime = message.logTime;
	}

	get chunkIsFull(): boolean {
		return this.#chunk.byteLength >= MAX_CHUNK_BYTES;
	}

	/** Writes the chunk, if it has anything in it, with the index of its messages. */
	flush(): void {
		if (this.#chunk.numMessages === 0) return;
		const plain = this.#chunk.buffer;
		const { messageStartTime, messageEndTime } = this.#chunk;
		const { compression, records } = compressed(plain);
		const uncompressedSize = BigInt(plain.byteLength);
		const chunkStartOffset = BigInt(this.#file.position);
		const uncompressedCrc = zlib.crc32(plain);
		const chunkLength = this.#records.writeChunk({
			messageStartTime,
			messageEndTime,
			uncompressedSize,
			uncompressedCrc,
			compression,
			records,
		});
		const messageIndexOffsets = new Map<number, bigint>();
		let messageIndexLength = 0n;
		for (const index of this.#chunk.indices) {
			if (index.records.length === 0) continue;
			messageIndexOffsets.set(index.channelId, chunkStartOffset + chunkLength + messageIndexLength);
			messageIndexLength += this.#records.writeMessageIndex(index);
		}
		const compressedSize = BigInt(records.byteLength);
		this.#appendData();
		this.#chunk.reset();
		this.#chunkCount++;
		this.#chunks.writeChunkIndex({
			messageStartTime,
			messageEndTime,
			chunkStartOffset,
			chunkLength,
			messageIndexOffsets,
			messageIndexLength,
			compression,
			compressedSize,
			uncompressedSize,
		});
	}

	/** Writes the rest and the index of the whole file. @throws {MotionFileError} */
	close(): void {
		try {
			this.flush();
			this.#records.writeDataEnd({ dataSectionCrc: this.#dataCrc });
			this.#file.append(this.#records.buffer);
			this.#records.reset();
			this.#appendSummary();
		} finally {
			this.#file.close();
		}
	}

	touch(): void {
		this.#file.touch();
	}

	/** Leaves the file as it is. */
	abandon(): void {
		try {
			this.#file.close();
		} catch {
			// The failure that led here has been reported.
		}
	}

	#appendData(): void {
		const bytes = this.#records.buffer;
		this.#file.append(bytes);
		this.#dataCrc = zlib.crc32(bytes, this.#dataCrc);
		this.#records.reset();
	}

	#appendSummary(): void {
		const start = BigInt(this.#file.position);
		const groups = [
			{ opcode: Opcode.SCHEMA, bytes: built((to) => this.#schemas.forEach((each) => void to.writeSchema(each))) },
			{ opcode: Opcode.CHANNEL, bytes: this.#channels.buffer },
			{ opcode: Opcode.STATISTICS, bytes: built((to) => void to.writeStatistics(this.#statistics())) },
			{
				opcode: Opcode.METADATA_INDEX,
				bytes: built((to) => this.#metadata.forEach((each) => void to.writeMetadataIndex(each))),
			},
			{ opcode: Opcode.CHUNK_INDEX, bytes: this.#chunks.buffer },
		].filter(({ bytes }) => bytes.byteLength > 0);
		let groupStart = start;
		const offsets = built((to) => {
			for (const { opcode: groupOpcode, bytes } of groups) {
				const groupLength = BigInt(bytes.byteLength);
				to.writeSummaryOffset({ groupOpcode, groupStart, groupLength });
				groupStart += groupLength;
			}
		});
		const pieces = [...groups.map(({ bytes }) => bytes), offsets];
		const footer = (summaryCrc: number) =>
			built((to) => void to.writeFooter({ summaryStart: start, summaryOffsetStart: groupStart, summaryCrc }));
		// The checksum covers the summary and the footer up to the checksum itself, which is the
		// footer's last four bytes.
		const summaryCrc = [...pieces, footer(0).subarray(0, -4)].reduce((crc, piece) => zlib.crc32(piece, crc), 0);
		for (const piece of [...pieces, footer(summaryCrc), built((to) => to.writeMagic())]) this.#file.append(piece);
	}

	#statistics(): Parameters<McapRecordBuilder["writeStatistics"]>[0] {
		let messageCount = 0n;
		for (const count of this.#messages.values()) messageCount += count;
		return {
			messageCount,
			schemaCount: this.#schemas.length,
			channelCount: this.#channelCount,
			attachmentCount: 0,
			metadataCount: this.#metadata.length,
			chunkCount: this.#chunkCount,
			messageStartTime: this.#firstTime ?? 0n,
			messageEndTime: this.#lastTime,
			channelMessageCounts: this.#messages,
		};
	}
}

/** The records that a function writes. */
function built(write: (records: McapRecordBuilder) => void): Uint8Array {
	const records = new McapRecordBuilder();
	write(records);
	return records.buffer;
}

/** Compresses with zstd where Node has it (22.15 and newer); other records stay as they are. */
function compressed(records: Uint8Array): { readonly compression: string; readonly records: Uint8Array } {
	if (typeof zlib.zstdCompressSync !== "function") return { compression: "", records };
	return { compression: "zstd", records: zlib.zstdCompressSync(records) };
}
