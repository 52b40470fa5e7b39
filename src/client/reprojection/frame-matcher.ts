import type { FrameMessage } from "../../protocol/frame-message.ts";

/** Messages that are remembered: far more than a message is ever ahead of its frame. */
const REMEMBERED = 128;

/**
 * Matches the frames of a video with the server's messages about them, by RTP time. The
 * message may come before its frame or after it. At most one frame waits for its
 * message; the newest wins.
 */
export class FrameMatcher {
	readonly #messages = new Map<number, FrameMessage>();
	#waitingTicks: number | undefined;
	#waitingSinceMs = 0;
	/** Frames that the next one has replaced before their message came. */
	#missed = 0;
	#newest: FrameMessage | undefined;

	/** The last message of any frame. */
	get newest(): FrameMessage | undefined {
		return this.#newest;
	}

	/** The number of frames whose message had not come when the next frame was there. */
	get missed(): number {
		return this.#missed;
	}

	/**
	 * Adds a message.
	 * @returns the message if its frame is waiting for it, `undefined` otherwise.
	 */
	addMessage(message: FrameMessage): FrameMessage | undefined {
		this.#newest = message;
		if (message.rtpTicks === this.#waitingTicks) {
			this.#waitingTicks = undefined;
			return message;
		}
		this.#messages.set(message.rtpTicks, message);
		if (this.#messages.size > REMEMBERED) {
			const [oldest] = this.#messages.keys();
			if (oldest !== undefined) this.#messages.delete(oldest);
		}
		return undefined;
	}

	/**
	 * Adds a frame.
	 * @returns its message if it has arrived; `undefined`: the frame waits for it.
	 */
	addFrame(rtpTicks: number, nowMs: number): FrameMessage | undefined {
		const message = this.#messages.get(rtpTicks);
		this.#messages.delete(rtpTicks);
		if (this.#waitingTicks !== undefined) this.#missed++;
		// A frame that replaces a waiting one inherits its waiting time: the viewer has
		// seen nothing new since then.
		if (message === undefined && this.#waitingTicks === undefined) this.#waitingSinceMs = nowMs;
		this.#waitingTicks = message === undefined ? rtpTicks : undefined;
		return message;
	}

	/** The time that frames have been waiting, milliseconds; 0 if none waits. */
	waitedMs(nowMs: number): number {
		return this.#waitingTicks === undefined ? 0 : nowMs - this.#waitingSinceMs;
	}

	/** Forgets everything: another media stream begins, whose RTP times are its own. */
	clear(): void {
		this.#messages.clear();
		this.#waitingTicks = undefined;
		this.#newest = undefined;
	}

	/** The waiting frame waits no longer. */
	giveUp(): void {
		if (this.#waitingTicks !== undefined) this.#missed++;
		this.#waitingTicks = undefined;
	}
}
