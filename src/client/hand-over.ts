import type { WelcomeMessage } from "../protocol/control-message.ts";
import type { Peer } from "./peer.ts";

/** How often the second connection is asked whether it has a picture. */
const ASK_MS = 20;
/** Between two attempts at a second connection, while the first stays silent. */
const AGAIN_MS = 1_000;

/**
 * Make before break: a second connection that is made while the first is silent, for example
 * because a router has given this device another port or address. The first is kept until the
 * second shows a picture, and stays if it comes back before that.
 */
export class HandOver {
	#second: Peer | undefined;
	#timer: ReturnType<typeof setInterval> | undefined;
	#startedMs = Number.NEGATIVE_INFINITY;
	/** The second connection's video track and welcome, used when it becomes the first. */
	track: MediaStreamTrack | undefined;
	welcome: WelcomeMessage | undefined;

	/** The connection that is being made. */
	get second(): Peer | undefined {
		return this.#second;
	}

	/** @returns whether an attempt may begin now */
	isDue(nowMs: number): boolean {
		return this.#second === undefined && nowMs - this.#startedMs >= AGAIN_MS;
	}

	/** @param second owned from here on @param onPicture it has decoded a picture */
	begin(second: Peer, nowMs: number, onPicture: () => void): void {
		this.#second = second;
		this.#startedMs = nowMs;
		this.#timer = setInterval(async () => {
			const { framesDecoded } = await second.arrived();
			if (this.#second === second && framesDecoded > 0) onPicture();
		}, ASK_MS);
	}

	/** Ends the hand-over. @returns the second connection, which the caller now owns */
	take(): Peer | undefined {
		const second = this.#second;
		clearInterval(this.#timer);
		this.#second = undefined;
		return second;
	}

	/** The first has come back, or the second came to nothing. */
	cancel(how?: { readonly atOnce?: boolean }): void {
		this.take()?.close(how);
		this.track = undefined;
		this.welcome = undefined;
	}
}
