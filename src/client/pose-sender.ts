import type { Quaternion } from "../media/rotation.ts";
import type { HeadPose, Vector3 } from "../tracking/head-pose.ts";
import { encodeHeadMessage } from "../tracking/tracking-message.ts";

/** Where to look: what a client knows of its head. */
export interface Look {
	/** `worldFromHead`: +X right, +Y up, -Z forward. Length 1. */
	readonly orientation: Quaternion;
	/** Metres. */
	readonly position?: Vector3;
	/** Horizontal field of view, degrees. */
	readonly fovDeg?: number;
}

/** What of an RTCDataChannel the sender needs. */
export interface PoseChannel {
	readonly readyState: RTCDataChannelState;
	readonly bufferedAmount: number;
	send(text: string): void;
}

/**
 * Sends the newest look and only that: a look that could not leave is replaced by the next one. Nothing is handed to the channel while it
 * still holds a message, because what queues there is late before it leaves (SCTP's congestion control applies to unreliable channels too).
 */
export class PoseSender {
	#look: Look | undefined;
	#readAtMs = 0;
	#waiting = false;
	#sequence = 0;
	#lastSentMs = Number.NEGATIVE_INFINITY;
	#sent = 0;
	#replaced = 0;
	/** Shortest time between two poses, milliseconds: what the server listens to. */
	minIntervalMs = 0;

	get sent(): number {
		return this.#sent;
	}

	/** Looks that were replaced by a newer one before they could leave. */
	get replaced(): number {
		return this.#replaced;
	}

	/** Whether a look waits to be sent. */
	get waiting(): boolean {
		return this.#waiting;
	}

	/** The newest look. @param readAtMs when it was read, on the clock of `performance.now()`. */
	put(look: Look, readAtMs: number): void {
		if (this.#waiting) this.#replaced++;
		this.#look = look;
		this.#readAtMs = readAtMs;
		this.#waiting = true;
	}

	/** @returns the pose that was sent, if one was waiting and the channel is free. */
	flush(nowMs: number, channel: PoseChannel | undefined): HeadPose | undefined {
		// Half a millisecond of grace: display frames are not exactly as far apart as they say.
		if (!this.#waiting || nowMs - this.#lastSentMs < this.minIntervalMs - 0.5) return undefined;
		return this.#send(nowMs, this.#readAtMs, channel);
	}

	/** Sends the newest look again although nothing changed, so that the server knows that we live and a lost last pose is made good. */
	repeat(nowMs: number, channel: PoseChannel | undefined): HeadPose | undefined {
		return this.#waiting ? this.flush(nowMs, channel) : this.#send(nowMs, nowMs, channel);
	}

	#send(nowMs: number, readAtMs: number, channel: PoseChannel | undefined): HeadPose | undefined {
		if (this.#look === undefined || channel?.readyState !== "open" || channel.bufferedAmount > 0) return undefined;
		// 0 means "before the first pose".
		const sequence = (this.#sequence + 1) >>> 0 || 1;
		const pose: HeadPose = { ...this.#look, sequence, clientTimeMs: readAtMs };
		channel.send(encodeHeadMessage(pose));
		this.#sequence = sequence;
		this.#lastSentMs = nowMs;
		this.#waiting = false;
		this.#sent++;
		return pose;
	}
}
