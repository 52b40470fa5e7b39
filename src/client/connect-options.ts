import {
	type CompleteOptions,
	completeOptions,
	flag,
	group,
	listOf,
	type OptionTable,
	oneOf,
	optional,
	recordOf,
	secretText,
	text,
	wholeNumber,
	withDefault,
	wrongKind,
} from "../media/option-table.ts";
import type { StreamDeclaration } from "../protocol/control-message.ts";

/** Options of `connect()`. Only `url` has no default. */
export interface ConnectOptions {
	/** The server's WHEP endpoint, absolute or relative to the page. */
	readonly url: string | URL;
	/**
	 * Bearer token, if the server wants one, or a function that returns it for each
	 * attempt.
	 */
	readonly token?: string | (() => string | undefined) | undefined;
	/** STUN and TURN servers in addition to those of the server's answer. */
	readonly iceServers?: readonly RTCIceServer[] | undefined;
	/**
	 * Data channels of the application by label, opened with every connection. The
	 * server may open further ones.
	 */
	readonly channels?: { readonly [label: string]: RTCDataChannelInit } | undefined;
	/**
	 * Pose streams that `sendPose` will send besides the head's, which is 0.
	 * `declareStream` adds more.
	 */
	readonly streams?: readonly StreamDeclaration[] | undefined;
	/**
	 * Offers to hear the source. Nothing is sent until `connection.sound.enabled` is set.
	 * @default true
	 */
	readonly sound?: boolean | undefined;
	/** Name of this client, for the server's log. */
	readonly client?:
		| { readonly name: string; readonly version?: string | undefined; readonly device?: string | undefined }
		| undefined;
	/**
	 * Connect again after a loss, and while the server is not there yet.
	 * @default true
	 */
	readonly reconnect?: boolean | undefined;
}

const ICE_SERVER = {
	urls: iceAddresses,
	username: optional(text()),
	credential: optional(secretText),
} satisfies OptionTable<RTCIceServer>;

const CHANNEL = {
	ordered: optional(flag),
	maxPacketLifeTime: optional(wholeNumber(0, 65_535)),
	maxRetransmits: optional(wholeNumber(0, 65_535)),
	protocol: optional(text()),
	negotiated: optional(flag),
	id: optional(wholeNumber(0, 65_534)),
} satisfies OptionTable<RTCDataChannelInit>;

const numbers = (least: number) => listOf(wholeNumber(least, 65_535));

/**
 * A declared stream. The server checks the bounds of its fields, which docs/protocol.md
 * names.
 */
const STREAM = {
	id: wholeNumber(0, 65_535),
	kind: oneOf(["head", "skeleton", "controller"]),
	skeleton: optional(text()),
	space: optional(oneOf(["tracking", "parent"])),
	bones: optional(numbers(0)),
	parents: optional(numbers(-1)),
	hand: optional(oneOf(["left", "right"])),
	label: optional(text()),
};

const CLIENT = { name: text(), version: optional(text()), device: optional(text()) };

/** The check and the default of every option of `connect()`. */
const CONNECT_OPTIONS = {
	url: address,
	token: optional(token),
	iceServers: withDefault(listOf(group(ICE_SERVER)), []),
	channels: withDefault(recordOf(group(CHANNEL)), {}),
	streams: withDefault(listOf(group(STREAM)), []),
	client: withDefault(group(CLIENT), { name: "panogaze/client" }),
	sound: withDefault(flag, true),
	reconnect: withDefault(flag, true),
} satisfies OptionTable<ConnectOptions>;

/** `ConnectOptions` with every default filled in. */
export type CompleteConnectOptions = CompleteOptions<typeof CONNECT_OPTIONS>;

/**
 * Checks the options of `connect()` and fills in their defaults.
 *
 * @throws {TypeError | RangeError} with the option's name, the expected and the given
 * value.
 */
export function completeConnectOptions(options: ConnectOptions): CompleteConnectOptions {
	return completeOptions(CONNECT_OPTIONS, options, "connect()");
}

function token(value: unknown, name: string): string | (() => string | undefined) {
	return typeof value === "function" ? (value as () => string | undefined) : secretText(value, name);
}

function address(value: unknown, name: string): string | URL {
	if (value instanceof URL || (typeof value === "string" && value !== "")) return value;
	throw wrongKind(name, "the address of a WHEP endpoint, as text or URL", value);
}

function iceAddresses(value: unknown, name: string): string | string[] {
	if (Array.isArray(value)) return value.map((each, index) => text()(each, `${name}[${index}]`));
	return text("a STUN or TURN address, or a list of them")(value, name);
}
