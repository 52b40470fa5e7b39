import { type ClientControlMessage, parseClientControlMessage } from "../protocol/control-message.ts";
import { decodeLegacyBodyPose, decodeLegacyTags, type LegacyTags } from "../protocol/legacy/body-pose.ts";
import { LegacyCamera } from "../protocol/legacy/camera.ts";
import type { ParseResult } from "../protocol/parse-result.ts";
import { TrackingReceiver } from "../protocol/tracking-receiver.ts";
import type { Access } from "../session/access.ts";
import type { ChannelMessage } from "../session/viewer-session.ts";
import { PoseSample } from "../skeleton/pose-sample.ts";
import { type ChannelRule, MessageGate } from "./message-gate.ts";

/** A decoded message, and its meaning for the viewer itself. */
interface Decoded<Message> {
	readonly message: Message;
	/** The pose that the message brought, if it is the newest of its stream. Lent. */
	readonly pose?: PoseSample | undefined;
	/** The message once more, if it belongs to the control conversation. */
	readonly control?: ClientControlMessage | undefined;
}

/** A channel whose messages are decoded here. */
interface KnownChannel extends ChannelRule {
	/** @returns `undefined` for a message that is of no use; it is counted. */
	readonly decode: (inbox: Decoders, message: ChannelMessage, receivedAtSec: number) => Decoded<unknown> | undefined;
}

/**
 * Every channel whose messages are decoded, by its label: a new one is a new line.
 * Messages of any other label reach the application as they came.
 */
const CHANNELS = {
	/**
	 * A pose of any kind that is newer than the poses of its stream before it, in
	 * world axes. Lent: it changes with the stream's next message.
	 */
	tracking: {
		budget: "poses",
		isForWatchers: true,
		decode: ({ tracking }, message, receivedAtSec) => asPose(tracking.receive(message, receivedAtSec)),
	},
	/**
	 * The head of the existing headset client, in world axes. Lent: it changes with
	 * the next message.
	 */
	camera: {
		budget: "poses",
		isForWatchers: true,
		decode: (decoders, message) => asPose(decoders.cameraHead(message)),
	},
	/**
	 * A FullBody of the existing headset client, in world axes. Lent: it changes
	 * with the next message.
	 */
	body_pose: {
		budget: "poses",
		isForWatchers: false,
		decode: (decoders, message, receivedAtSec) => decoders.body(message, receivedAtSec),
	},
	/**
	 * Tags that the existing headset client sees, in world axes; none when they
	 * were lost from sight.
	 */
	apriltag_pose: {
		budget: "poses",
		isForWatchers: false,
		decode: (decoders, message) => asMessage(decoders.tags(message)),
	},
	/** A message of the control conversation, after the viewer has obeyed it. */
	control: {
		budget: "control",
		isForWatchers: true,
		decode: (decoders, message) => decoders.control(message),
	},
} satisfies Readonly<Record<string, KnownChannel>>;

/** Types of decoded messages by their channel's label. */
export type ChannelMessages = {
	[Label in keyof typeof CHANNELS]: NonNullable<ReturnType<(typeof CHANNELS)[Label]["decode"]>>["message"];
};

/**
 * The type of a message by its channel's label: decoded if the label is known, else
 * as it came.
 */
export type MessageOf<Label extends string> = Label extends keyof ChannelMessages
	? ChannelMessages[Label]
	: ChannelMessage;

/** A message that was admitted and understood. */
export type Arrival = Decoded<ChannelMessages[keyof ChannelMessages] | ChannelMessage>;

/** Options of a `ChannelInbox`. */
export interface ChannelInboxOptions {
	/** The viewer's rights. */
	readonly access: Access;
	/** Most poses a second that are read of one pose stream. */
	readonly maxHz: number;
	/** Returns whether the viewer has a play of its own. @default it has none */
	readonly ownPlayback?: (() => boolean) | undefined;
	/**
	 * Called at the first message that the viewer may not send, and with each control message that
	 * expects an answer.
	 */
	readonly onNotAllowed: (asked?: ClientControlMessage["type"]) => void;
	/** Called for a control message that is against the protocol; `reason` is a clause. */
	readonly onControlRefused: (reason: string) => void;
}

/** Reads one client's messages: admits them by rights and budget, decodes and counts them. */
export class ChannelInbox {
	readonly gate: MessageGate;
	readonly tracking: TrackingReceiver;
	readonly #decoders: Decoders;

	constructor({ access, maxHz, ownPlayback, onNotAllowed, onControlRefused }: ChannelInboxOptions) {
		this.gate = new MessageGate(access, onNotAllowed, ownPlayback);
		this.tracking = new TrackingReceiver({ maxHz, admits: (kind) => this.gate.admitsPose(kind) });
		this.#decoders = new Decoders(this.gate, this.tracking, onControlRefused);
	}

	/**
	 * Reads one message.
	 *
	 * @param receivedAtSec seconds on the server's monotonic clock.
	 * @returns `undefined` for a message that is not admitted or not understood; it
	 * is counted.
	 */
	receive(label: string, message: ChannelMessage, receivedAtSec: number): Arrival | undefined {
		const channel = isKnown(label) ? CHANNELS[label] : undefined;
		if (!this.gate.admits(channel, message.length, receivedAtSec)) return undefined;
		return channel === undefined ? { message } : channel.decode(this.#decoders, message, receivedAtSec);
	}
}

/** Decoders of the known channels, and the state that they keep between messages. */
class Decoders {
	readonly tracking: TrackingReceiver;
	readonly #gate: MessageGate;
	readonly #onControlRefused: (reason: string) => void;
	readonly #camera = new LegacyCamera();
	/** Messages of `camera` and `body_pose` are decoded into these. */
	readonly #head = new PoseSample(1);
	readonly #body = new PoseSample(1);

	constructor(gate: MessageGate, tracking: TrackingReceiver, onControlRefused: (reason: string) => void) {
		this.#gate = gate;
		this.tracking = tracking;
		this.#onControlRefused = onControlRefused;
	}

	cameraHead(message: ChannelMessage): PoseSample | undefined {
		const result = typeof message === "string" ? this.#camera.decode(message, this.#head) : undefined;
		return this.#isUnderstood(result) ? this.#head : undefined;
	}

	body(message: ChannelMessage, receivedAtSec: number): Decoded<PoseSample> | undefined {
		const result = typeof message === "string" ? undefined : decodeLegacyBodyPose(message, this.#body);
		if (!this.#isUnderstood(result)) return undefined;
		return { message: this.#body, pose: this.tracking.receiveUnnumbered(this.#body, receivedAtSec) };
	}

	tags(message: ChannelMessage): LegacyTags | undefined {
		const result = typeof message === "string" ? undefined : decodeLegacyTags(message);
		return this.#isUnderstood(result) ? result.message : undefined;
	}

	control(message: ChannelMessage): Decoded<ClientControlMessage> | undefined {
		const result = typeof message === "string" ? parseClientControlMessage(message) : undefined;
		if (result?.kind === "refused") this.#onControlRefused(result.reason);
		if (!this.#isUnderstood(result) || !this.#gate.admitsControl(result.message.type)) return undefined;
		return { message: result.message, control: result.message };
	}

	/**
	 * True if a message was understood; a message against the protocol is counted.
	 * `undefined` stands for a message of the wrong form, text or binary.
	 */
	#isUnderstood<Result extends { readonly kind: ParseResult<unknown>["kind"] }>(
		result: Result | undefined,
	): result is Extract<Result, { readonly kind: "message" }> {
		if (result === undefined || result.kind === "refused") this.#gate.refuse();
		return result?.kind === "message";
	}
}

function isKnown(label: string): label is keyof typeof CHANNELS {
	return Object.hasOwn(CHANNELS, label);
}

function asPose(pose: PoseSample | undefined): Decoded<PoseSample> | undefined {
	return pose && { message: pose, pose };
}

function asMessage<Message>(message: Message | undefined): Decoded<Message> | undefined {
	return message === undefined ? undefined : { message };
}
