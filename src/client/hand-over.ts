import type { WelcomeMessage } from "../protocol/control-message.ts";
import type { Peer, ReceivedSound, ReceivedTrack } from "./peer.ts";

/** Time between two checks whether the second connection has a picture. */
const CHECK_PICTURE_MS = 20;
/** Least time between two attempts at a second connection. */
const AGAIN_MS = 1_000;

/**
 * A second connection that is made while the first is silent (make before break), for
 * example because a router has given this device another port or address. The first is
 * kept until the second has a picture, and stays if it comes back before that.
 */
export class HandOver {
	#second: Peer | undefined;
	#timer: ReturnType<typeof setInterval> | undefined;
	#startedMs = Number.NEGATIVE_INFINITY;
	/** The second connection's video track. */
	track: ReceivedTrack | undefined;
	/** Its track of sound, if it has one. */
	sound: ReceivedSound | undefined;
	/** The second connection's welcome. */
	welcome: WelcomeMessage | undefined;

	/** The connection that is being made. */
	get second(): Peer | undefined {
		return this.#second;
	}

	/** @returns whether an attempt may begin now. */
	isDue(nowMs: number): boolean {
		return this.#second === undefined && nowMs - this.#startedMs >= AGAIN_MS;
	}

	/**
	 * Begins an attempt.
	 *
	 * @param second owned from here on.
	 * @param first borrowed.
	 * @param onPicture called once the connection has decoded a picture, or is as good as a first
	 * one that has none either, until `take` or `cancel`.
	 */
	begin(second: Peer, first: Peer | undefined, nowMs: number, onPicture: () => void): void {
		this.#second = second;
		this.#startedMs = nowMs;
		this.#timer = setInterval(async () => {
			const { framesDecoded } = await second.readArrivals();
			const isReady = framesDecoded > 0 || (this.welcome && (await first?.countPictures())?.framesDecoded === 0);
			if (this.#second === second && isReady) onPicture();
		}, CHECK_PICTURE_MS);
	}

	/** Ends the attempt. @returns the second connection, which the caller now owns. */
	take(): Peer | undefined {
		const second = this.#second;
		clearInterval(this.#timer);
		this.#second = undefined;
		return second;
	}

	/**
	 * Closes the second connection: the first has come back, or the second has failed.
	 */
	cancel(how?: { readonly atOnce?: boolean }): void {
		this.take()?.close(how);
		this.track = undefined;
		this.sound = undefined;
		this.welcome = undefined;
	}
}
