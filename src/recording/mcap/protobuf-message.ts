/*
 * The wire format of Protocol Buffers (https://protobuf.dev/programming-guides/encoding), as far as
 * the messages of MCAP recordings need it, and their FileDescriptorSet (descriptor.proto).
 */

/** A field of a message that is written. */
export interface MessageField {
	readonly name: string;
	readonly number: number;
	readonly type: "double" | "int64" | "int32" | "uint32" | "fixed32" | "bytes" | "string" | MessageType | EnumType;
	readonly repeated?: boolean | undefined;
}

/** A message type. */
export interface MessageType {
	/** With its package: `foxglove.Pose`. */
	readonly name: string;
	readonly fields: readonly MessageField[];
	readonly enums?: readonly EnumType[] | undefined;
}

/** An enum within a message. */
export interface EnumType {
	/** With its package and its message: `foxglove.Log.Level`. */
	readonly name: string;
	readonly values: readonly string[];
}

/** Numbers of descriptor.proto. */
const TYPE_NUMBERS = { double: 1, int64: 3, int32: 5, fixed32: 7, string: 9, bytes: 12, uint32: 13 } as const;
const TYPE_MESSAGE = 11;
const TYPE_ENUM = 14;
const LABEL_OPTIONAL = 1;
const LABEL_REPEATED = 3;
const FIRST_BYTES = 256;

const encoder = new TextEncoder();

/** Writes the fields of one message after another. */
export class MessageWriter {
	#bytes = new Uint8Array(FIRST_BYTES);
	#view = new DataView(this.#bytes.buffer);
	#length = 0;

	/** @param value not negative, below 2^53. */
	varint(field: number, value: number): this {
		this.#room(20);
		this.#varint(field * 8);
		this.#varint(value);
		return this;
	}

	double(field: number, value: number): this {
		this.#room(18);
		this.#varint(field * 8 + 1);
		this.#view.setFloat64(this.#length, value, true);
		this.#length += 8;
		return this;
	}

	bytes(field: number, value: Uint8Array): this {
		this.#room(20 + value.length);
		this.#varint(field * 8 + 2);
		this.#varint(value.length);
		this.#bytes.set(value, this.#length);
		this.#length += value.length;
		return this;
	}

	string(field: number, value: string): this {
		return this.bytes(field, encoder.encode(value));
	}

	/** A message within this one. @param write fills it: its length must be below 128 bytes. */
	short(field: number, write: (writer: this) => void): this {
		this.#room(12);
		this.#varint(field * 8 + 2);
		const at = this.#length++;
		write(this);
		this.#bytes[at] = this.#length - at - 1;
		return this;
	}

	/** Drops an unfinished message, in the middle of which an error was thrown. */
	begin(): this {
		this.#length = 0;
		return this;
	}

	/** The message. The next one begins. */
	finish(): Uint8Array {
		const message = this.#bytes.slice(0, this.#length);
		this.#length = 0;
		return message;
	}

	#varint(value: number): void {
		let rest = value;
		while (rest > 127) {
			this.#bytes[this.#length++] = (rest % 128) | 128;
			rest = Math.floor(rest / 128);
		}
		this.#bytes[this.#length++] = rest;
	}

	#room(bytes: number): void {
		if (this.#length + bytes <= this.#bytes.length) return;
		const larger = new Uint8Array(2 * (this.#length + bytes));
		larger.set(this.#bytes);
		this.#bytes = larger;
		this.#view = new DataView(larger.buffer);
	}
}

/**
 * The FileDescriptorSet of a message type, with all that it needs: a schema for MCAP. As protoc
 * orders them, a file comes after those that it imports: some readers build one after the other.
 */
export function descriptorSet(type: MessageType): Uint8Array {
	const types = new Set<MessageType>();
	const visit = (each: MessageType) => {
		for (const { type: of } of each.fields)
			if (typeof of === "object" && "fields" in of && !types.has(of)) visit(of);
		types.add(each);
	};
	visit(type);
	const packages = Map.groupBy(types, ({ name }) => packageOf(name));
	const set = new MessageWriter();
	const importsOf = (name: string) => {
		const fields = packages.get(name)!.flatMap((message) => message.fields);
		const others = fields.map(({ type: of }) => (typeof of === "object" ? packageOf(of.name) : name));
		return [...new Set(others)].filter((other) => other !== name && packages.has(other));
	};
	const inOrder = new Set<string>();
	const put = (name: string) => {
		for (const other of importsOf(name)) if (!inOrder.has(other)) put(other);
		inOrder.add(name);
	};
	for (const name of packages.keys()) put(name);
	for (const name of inOrder) {
		const file = new MessageWriter().string(1, fileOf(name)).string(2, name);
		for (const other of importsOf(name)) file.string(3, fileOf(other));
		for (const message of packages.get(name)!) file.bytes(4, messageDescriptor(message));
		set.bytes(1, file.string(12, "proto3").finish());
	}
	return set.finish();
}

function messageDescriptor({ name, fields, enums = [] }: MessageType): Uint8Array {
	const message = new MessageWriter().string(1, shortName(name));
	for (const field of fields) message.bytes(2, fieldDescriptor(field));
	for (const each of enums) message.bytes(4, enumDescriptor(each));
	return message.finish();
}

function fieldDescriptor({ name, number, type, repeated = false }: MessageField): Uint8Array {
	const field = new MessageWriter().string(1, name).varint(3, number);
	field.varint(4, repeated ? LABEL_REPEATED : LABEL_OPTIONAL);
	if (typeof type === "string") return field.varint(5, TYPE_NUMBERS[type]).finish();
	return field
		.varint(5, "fields" in type ? TYPE_MESSAGE : TYPE_ENUM)
		.string(6, `.${type.name}`)
		.finish();
}

function enumDescriptor({ name, values }: EnumType): Uint8Array {
	const made = new MessageWriter().string(1, shortName(name));
	for (const [number, value] of values.entries())
		made.bytes(2, new MessageWriter().string(1, value).varint(2, number).finish());
	return made.finish();
}

/** foxglove of foxglove.Log.Level: packages are in small letters. */
function packageOf(name: string): string {
	const parts = name.split(".");
	return parts
		.slice(
			0,
			parts.findIndex((part) => /^[A-Z]/.test(part)),
		)
		.join(".");
}

function shortName(name: string): string {
	return name.slice(name.lastIndexOf(".") + 1);
}

function fileOf(packageName: string): string {
	return `${packageName.replaceAll(".", "/")}.proto`;
}
