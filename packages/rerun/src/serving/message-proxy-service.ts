import { LogMessage, type LogMessageKind } from "../rrd/log-message.ts";
import { MessageError } from "../rrd/messages.ts";
import { ProtobufError, readProtobuf } from "../rrd/protobuf.ts";
import { MESSAGE_KIND } from "../rrd/rrd-writer.ts";
import { GRPC_FRAME_BYTES, grpcFrameHeader } from "./grpc-frames.ts";

/*
 * rerun.sdk_comms.v1alpha1.MessageProxyService, by which SDKs send messages and viewers receive
 * them. WriteMessagesRequest and ReadMessagesResponse have the same form: field 1 is a LogMsg, in
 * which the number of the field is the kind of message.
 */

export const SERVICE_PATH = "/rerun.sdk_comms.v1alpha1.MessageProxyService/";
export const WRITE_MESSAGES = "WriteMessages";
export const READ_MESSAGES = "ReadMessages";

/** The port and the address at which viewers and SDKs look for each other. */
export const DEFAULT_GRPC_PORT = 9876;
export const DEFAULT_PROXY_URL = `rerun+http://127.0.0.1:${DEFAULT_GRPC_PORT}/proxy`;
/** Longest message that a server takes. */
export const DEFAULT_MAX_MESSAGE_BYTES = 2 ** 30;

const NUMBERS: Readonly<Record<LogMessageKind, number>> = {
	storeInfo: MESSAGE_KIND.storeInfo,
	chunk: MESSAGE_KIND.arrow,
	blueprintActivation: MESSAGE_KIND.blueprintActivation,
};
const KINDS: ReadonlyMap<number, LogMessageKind> = new Map(
	Object.entries(NUMBERS).map(([kind, number]) => [number, kind as LogMessageKind]),
);
const LENGTH_DELIMITED = 2;
const LOG_MESSAGE_TAG = (1 << 3) | LENGTH_DELIMITED;

/**
 * The bytes in front of a message on a connection: gRPC's frame, and the fields around the message.
 */
export function messageHeader(kind: LogMessageKind, byteLength: number): Uint8Array {
	const inner = [(NUMBERS[kind] << 3) | LENGTH_DELIMITED, ...varint(byteLength)];
	const outer = [LOG_MESSAGE_TAG, ...varint(inner.length + byteLength), ...inner];
	const header = new Uint8Array(GRPC_FRAME_BYTES + outer.length);
	header.set(grpcFrameHeader(outer.length + byteLength));
	header.set(outer, GRPC_FRAME_BYTES);
	return header;
}

function varint(value: number): number[] {
	const bytes: number[] = [];
	for (; value > 127; value = Math.floor(value / 128)) bytes.push((value % 128) | 128);
	return [...bytes, value];
}

/**
 * Reads a WriteMessagesRequest or a ReadMessagesResponse.
 *
 * @param bytes taken over.
 * @returns `null` when it is empty, or of a kind that is newer than this code.
 * @throws {MessageError} when it is broken: sent on, it would end the connections of viewers.
 */
export function decodeProxyMessage(bytes: Uint8Array): LogMessage | null {
	try {
		const wrapped = readProtobuf(bytes).findLast(({ number }) => number === 1)?.value;
		if (wrapped === undefined) return null;
		if (typeof wrapped === "number") throw new MessageError("A number stands where a message should.");
		const field = readProtobuf(wrapped).findLast(({ number }) => KINDS.has(number));
		const kind = field === undefined ? undefined : KINDS.get(field.number);
		if (field === undefined || kind === undefined) return null;
		if (typeof field.value === "number") throw new MessageError("A number stands where a message should.");
		return LogMessage.fromBytes(kind, field.value);
	} catch (error) {
		if (error instanceof ProtobufError)
			throw new MessageError(`A message is broken: ${error.message}.`, { cause: error });
		throw error;
	}
}

/** The address of a proxy. */
export interface ProxyAddress {
	readonly secure: boolean;
	/** The host, without the brackets of IPv6. */
	readonly host: string;
	readonly port: number;
	/** The origin for HTTP: `http://127.0.0.1:9876`. */
	readonly origin: string;
	/** The address in Rerun's form: `rerun+http://127.0.0.1:9876/proxy`. */
	readonly url: string;
}

const SCHEMES: Readonly<Record<string, string>> = { "rerun+http": "http", "rerun+https": "https", rerun: "https" };

/** Reads the URL of a proxy. @throws {TypeError} when it is not one: the message shows one. */
export function parseProxyUrl(url: string): ProxyAddress {
	const refuse = () =>
		new TypeError(
			`${JSON.stringify(url)} is not the address of a Rerun proxy, such as ${DEFAULT_PROXY_URL}: ` +
				"it begins with rerun+http, rerun+https or rerun (which is https).",
		);
	if (typeof url !== "string") throw refuse();
	const [, name = "", rest] = /^([a-z+]+):\/\/(.+)$/.exec(url) ?? [];
	const scheme = Object.hasOwn(SCHEMES, name) ? SCHEMES[name] : undefined;
	if (scheme === undefined || !URL.canParse(`${scheme}://${rest}`)) throw refuse();
	const parsed = new URL(`${scheme}://${rest}`);
	if (parsed.pathname !== "/proxy" || parsed.username !== "" || parsed.password !== "") throw refuse();
	const secure = scheme === "https";
	const port = parsed.port === "" ? (secure ? 443 : 80) : Number(parsed.port);
	return {
		secure,
		host: parsed.hostname.replace(/^\[|\]$/g, ""),
		port,
		origin: `${scheme}://${parsed.hostname}:${port}`,
		url: `rerun+${scheme}://${parsed.hostname}:${port}/proxy`,
	};
}
