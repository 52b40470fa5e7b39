import type { McapFile } from "../../motion/mcap-file.ts";
import { isWritable } from "../record-clock.ts";
import { descriptorSet, type MessageType } from "./protobuf-message.ts";

/** A type of messages in Protocol Buffers, or in JSON. */
export type McapSchema = MessageType | { readonly name: string; readonly schema: object };

/** Times of a message, seconds on the monotonic clock. */
export interface MessageTimes {
	readonly atSec: number;
	/** NaN: not known. @default NaN */
	readonly capturedSec?: number | undefined;
}

/** Writes messages into the channels of a file, which are made as they are needed. */
export class McapChannels {
	readonly #file: McapFile;
	readonly #epochNs: bigint;
	readonly #schemas = new Map<string, number>();
	/** Keys are type and topic: a topic may have messages of several types. */
	readonly #channels = new Map<string, { readonly id: number; messages: number }>();
	readonly #encoder = new TextEncoder();

	/** @param epochSec seconds since 1970 at the origin of the monotonic clock. */
	constructor(file: McapFile, epochSec: number) {
		this.#file = file;
		this.#epochNs = BigInt(Math.round(epochSec * 1e6)) * 1000n;
	}

	/** Nanoseconds since 1970. */
	ns(sec: number): bigint {
		return this.#epochNs + BigInt(Math.round(sec * 1e9));
	}

	/** The same of a capture; `undefined`: it is not known, or before 1970, which MCAP lacks. */
	captureNs(capturedSec: number): bigint | undefined {
		if (!isWritable(capturedSec)) return undefined;
		const ns = this.ns(capturedSec);
		return ns < 0n ? undefined : ns;
	}

	/** Adds a message in JSON, where NaN is null. */
	json(topic: string, schema: McapSchema, times: MessageTimes, message: object): void {
		this.add(topic, schema, times, this.#encoder.encode(JSON.stringify(message)));
	}

	/** @param topic without the slash at its beginning. @param facts about a new channel. */
	add(
		topic: string,
		schema: McapSchema,
		{ atSec, capturedSec = Number.NaN }: MessageTimes,
		data: Uint8Array,
		facts?: () => Readonly<Record<string, string>>,
	): void {
		const key = `${schema.name} ${topic}`;
		let channel = this.#channels.get(key);
		if (channel === undefined) {
			const id = this.#file.addChannel(`/${topic}`, this.#schema(schema), facts?.() ?? {});
			channel = { id, messages: 0 };
			this.#channels.set(key, channel);
		}
		const logTime = this.ns(atSec);
		const captureNs = this.captureNs(capturedSec);
		// The time of logging would say that the capture is not known.
		const publishTime = captureNs === logTime ? logTime - 1n : (captureNs ?? logTime);
		this.#file.addMessage({ channelId: channel.id, sequence: channel.messages++, logTime, publishTime, data });
	}

	#schema(schema: McapSchema): number {
		const known = this.#schemas.get(schema.name);
		if (known !== undefined) return known;
		const id =
			"fields" in schema
				? this.#file.addProtobufSchema(schema.name, descriptorSet(schema))
				: this.#file.addSchema(schema.name, schema.schema);
		this.#schemas.set(schema.name, id);
		return id;
	}
}
