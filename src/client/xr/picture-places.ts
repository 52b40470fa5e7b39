import type { FrameMessage } from "../../protocol/frame-message.ts";

/** Longer than the message about a picture is ever behind it, or ahead, pictures. */
const REMEMBERED = 128;

/**
 * Where each picture belongs: the server says it with the picture's RTP time, before the picture
 * comes or after it. One picture at a time waits for its place; the newest wins.
 */
export class PicturePlaces {
	readonly #described = new Map<number, FrameMessage>();
	#waitingTicks: number | undefined;
	#waitingSinceMs = 0;
	#newest: FrameMessage | undefined;

	/** The last that was heard of any picture. */
	get newest(): FrameMessage | undefined {
		return this.#newest;
	}

	/** @returns the message, if it is about the picture that waits: it waits no longer. */
	described(frame: FrameMessage): FrameMessage | undefined {
		this.#newest = frame;
		if (frame.rtpTicks === this.#waitingTicks) {
			this.#waitingTicks = undefined;
			return frame;
		}
		this.#described.set(frame.rtpTicks, frame);
		if (this.#described.size > REMEMBERED) this.#described.delete(this.#described.keys().next().value!);
		return undefined;
	}

	/**
	 * A picture came.
	 * @returns what is known of it, if that is known already; else the picture waits.
	 */
	came(rtpTicks: number, nowMs: number): FrameMessage | undefined {
		const frame = this.#described.get(rtpTicks);
		this.#described.delete(rtpTicks);
		// A picture that replaces one which waited goes on waiting from then: the eye has seen
		// nothing new for so long.
		if (frame === undefined && this.#waitingTicks === undefined) this.#waitingSinceMs = nowMs;
		this.#waitingTicks = frame === undefined ? rtpTicks : undefined;
		return frame;
	}

	/** Since when pictures have waited, milliseconds; 0 if none does. */
	waitedMs(nowMs: number): number {
		return this.#waitingTicks === undefined ? 0 : nowMs - this.#waitingSinceMs;
	}

	/** Another stream begins. What was said of the last one says where its pictures are no more. */
	clear(): void {
		this.#described.clear();
		this.#waitingTicks = undefined;
		this.#newest = undefined;
	}

	/** Whoever waits is shown without. */
	giveUp(): void {
		this.#waitingTicks = undefined;
	}
}
