import { TokenBucket } from "../media/token-bucket.ts";
import type { ClientControlMessage } from "../protocol/control-message.ts";
import type { Access } from "../session/access.ts";
import type { PoseSample } from "../skeleton/pose-sample.ts";

/**
 * Most bytes a second that are read of a client's messages: reading JSON takes the main thread
 * about 20 ms for each million. Six streams of bodies with their velocities, 250 times a second,
 * are less than the second. What control messages may be has a bound of its own, so that poses
 * can't keep them out.
 */
const MAX_CONTROL_BYTES_PER_SEC = 1 << 20;
const MAX_POSE_BYTES_PER_SEC = 8 << 20;
/** Burst allowance, seconds at the rate: messages may queue in the network and arrive together. */
const BURST_SEC = 0.25;

/** Channels whose messages are read here. Any other label is the application's. */
const OUR_CHANNELS = ["control", "tracking", "camera", "body_pose", "apriltag_pose"] as const;
/** Label of a channel whose messages are read here. */
export type OurChannel = (typeof OUR_CHANNELS)[number];
/**
 * Channels whose messages turn the viewer's own view, and so are also read for a viewer who may
 * only watch.
 */
const WATCHING_CHANNELS: readonly string[] = ["control", "tracking", "camera"] satisfies OurChannel[];

/** Whether messages of this channel are read here. */
export function isOurChannel(label: string): label is OurChannel {
	return (OUR_CHANNELS as readonly string[]).includes(label);
}

/**
 * Decides which of one viewer's messages are read, by the viewer's rights and by their bytes a
 * second, and counts the others.
 */
export class MessageGate {
	readonly access: Access;
	readonly #onNotAllowed: () => void;
	readonly #controlBytes = new TokenBucket(MAX_CONTROL_BYTES_PER_SEC, MAX_CONTROL_BYTES_PER_SEC * BURST_SEC);
	readonly #poseBytes = new TokenBucket(MAX_POSE_BYTES_PER_SEC, MAX_POSE_BYTES_PER_SEC * BURST_SEC);
	#refused = 0;
	#notAllowed = 0;

	/** @param onNotAllowed called at the first message that the viewer may not send. */
	constructor(access: Access, onNotAllowed: () => void) {
		this.access = access;
		this.#onNotAllowed = onNotAllowed;
	}

	/** Whether anything of this viewer reaches the application. */
	get steers(): boolean {
		return this.access.has("steer");
	}

	/**
	 * Messages of known channels that were not as their format says, or over the bytes a second.
	 */
	get refused(): number {
		return this.#refused;
	}

	/** Messages that a viewer may not send who may only watch. */
	get notAllowed(): number {
		return this.#notAllowed;
	}

	/** Whether a message is read, here or by the application. */
	admits(label: string, byteLength: number, receivedAtSec: number): boolean {
		if (!this.steers && !WATCHING_CHANNELS.includes(label)) return this.#disallow();
		if (!isOurChannel(label)) return true;
		const bytes = label === "control" ? this.#controlBytes : this.#poseBytes;
		if (bytes.take(receivedAtSec, byteLength)) return true;
		this.refuse();
		return false;
	}

	/** Whether a pose of that kind is used. */
	admitsPose(kind: PoseSample["kind"]): boolean {
		return this.steers || kind === "head" || this.#disallow();
	}

	/**
	 * Whether a control message is obeyed. A viewer who may only watch sends no bodies, so messages
	 * about them are not, nor are messages whose effect other viewers would see.
	 */
	admitsControl(type: ClientControlMessage["type"]): boolean {
		return this.steers || (type !== "skeletonChanged" && type !== "playAgain") || this.#disallow();
	}

	/** Counts a message that is not as its format says. */
	refuse(): void {
		this.#refused++;
	}

	#disallow(): false {
		if (++this.#notAllowed === 1) this.#onNotAllowed();
		return false;
	}
}
