import { TokenBucket } from "../media/token-bucket.ts";
import type { ClientControlMessage } from "../protocol/control-message.ts";
import type { Access, AccessWord } from "../session/access.ts";
import type { PoseSample } from "../skeleton/pose-sample.ts";

/**
 * Most bytes a second that are read of a client's messages: the main thread takes
 * about 20 ms for a megabyte of JSON. Six streams of bodies with velocities, 250
 * times a second, stay below the pose budget. Control messages have a budget of
 * their own, so that poses can't keep them out.
 */
const BYTES_PER_SEC = { control: 1 << 20, poses: 8 << 20 } as const;
/**
 * Burst allowance, seconds at the rate: messages may queue in the network and
 * arrive together.
 */
const BURST_SEC = 0.25;

/** The rights that control messages need beyond that to watch. */
const RIGHT_OF: { readonly [Type in ClientControlMessage["type"]]?: AccessWord } = {
	skeletonChanged: "steer",
	playAgain: "steer",
	engage: "steer",
	playback: "steer",
	record: "record",
	episode: "record",
};
/** Each of these is answered: a button of the client's waits for it. */
const ANSWERED: ReadonlySet<ClientControlMessage["type"]> = new Set<ClientControlMessage["type"]>([
	"playback",
	"record",
	"episode",
]);

/** The gate's rule for one channel whose messages are decoded. */
export interface ChannelRule {
	/** The budget that its messages use up. */
	readonly budget: keyof typeof BYTES_PER_SEC;
	/**
	 * Its messages turn the viewer's own view, so viewers who may only watch may
	 * send them too.
	 */
	readonly isForWatchers: boolean;
}

/**
 * Admits one viewer's messages by the viewer's rights and by bytes a second; counts
 * the others.
 */
export class MessageGate {
	readonly access: Access;
	readonly #onNotAllowed: (asked?: ClientControlMessage["type"]) => void;
	readonly #ownPlayback: () => boolean;
	readonly #budgets = { control: budgetOf("control"), poses: budgetOf("poses") };
	#refused = 0;
	#notAllowed = 0;

	/**
	 * @param onNotAllowed called at the first message that the viewer may not send, and with each
	 * control message that expects an answer.
	 * @param ownPlayback returns whether the viewer has a play of its own.
	 */
	constructor(
		access: Access,
		onNotAllowed: (asked?: ClientControlMessage["type"]) => void,
		ownPlayback: () => boolean = () => false,
	) {
		this.access = access;
		this.#ownPlayback = ownPlayback;
		this.#onNotAllowed = onNotAllowed;
	}

	/** True if this viewer's messages reach the application. */
	get steers(): boolean {
		return this.access.has("steer");
	}

	/** Messages of known channels that were against the protocol or over their budget. */
	get refused(): number {
		return this.#refused;
	}

	/** Messages that this viewer has no right to send. */
	get notAllowed(): number {
		return this.#notAllowed;
	}

	/**
	 * Decides whether a message is read; counts it if not.
	 *
	 * @param channel `undefined` for channels of the application.
	 * @param receivedAtSec seconds on the server's monotonic clock.
	 */
	admits(channel: ChannelRule | undefined, byteLength: number, receivedAtSec: number): boolean {
		if (!this.steers && channel?.isForWatchers !== true) return this.#disallow();
		if (channel === undefined || this.#budgets[channel.budget].take(receivedAtSec, byteLength)) return true;
		this.refuse();
		return false;
	}

	/** Decides whether a pose of that kind is used. */
	admitsPose(kind: PoseSample["kind"]): boolean {
		return this.steers || kind === "head" || this.#disallow();
	}

	/**
	 * Decides whether a control message is obeyed. A viewer who may only watch
	 * sends no bodies and changes nothing that other viewers see.
	 */
	admitsControl(type: ClientControlMessage["type"]): boolean {
		const right = RIGHT_OF[type];
		if (right === undefined || this.access.has(right)) return true;
		if (!ANSWERED.has(type)) return this.#disallow();
		if (type === "playback" && this.#ownPlayback()) return true;
		this.#notAllowed++;
		this.#onNotAllowed(type);
		return false;
	}

	/** Counts a message against the protocol. */
	refuse(): void {
		this.#refused++;
	}

	#disallow(): false {
		if (++this.#notAllowed === 1) this.#onNotAllowed();
		return false;
	}
}

function budgetOf(name: keyof typeof BYTES_PER_SEC): TokenBucket {
	return new TokenBucket(BYTES_PER_SEC[name], BYTES_PER_SEC[name] * BURST_SEC);
}
