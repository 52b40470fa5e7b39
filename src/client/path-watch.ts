/**
 * The server sends at least two pictures a second and answers pings at once. After this
 * long without either, the path or the server is gone. With the time between two
 * checks, a page is dimmed within 1.5 s of the last packet.
 */
const INTERRUPTED_MS = 1_200;
/**
 * Silence after which a second connection is tried beside the first; two pings have
 * stayed unanswered by then. A second connection needs 0.3 to 0.5 s for its first
 * picture, so the picture is back 1.5 s after the last packet. A shorter time would
 * open one for every pause of a radio; a longer one leaves the viewer with a dead
 * picture.
 */
const HAND_OVER_MS = 1_000;
/**
 * Silence after which the server is pinged. A still view that loses a picture is silent
 * this long.
 */
const PROBE_MS = 500;
const PROBE_AGAIN_MS = 300;
/**
 * Longest interruption before the connection is given up. Browsers give up after 15 to
 * 30 s.
 */
const LOST_MS = 4_000;
/**
 * Most silence that one check adds. A page that was asleep or busy checks late, before
 * it has seen the messages that arrived meanwhile.
 */
export const LONGEST_STEP_MS = 250;

/** The state of a path at one moment. */
export interface PathVerdict {
	/**
	 * Nothing has arrived for a while, or the browser has reported the path as
	 * disconnected.
	 */
	readonly interrupted: boolean;
	/** The path has been interrupted for too long to come back. */
	readonly lost: boolean;
	/** The server is to be pinged now. */
	readonly probe: boolean;
	/** A second path is to be tried beside this one. */
	readonly handOver: boolean;
}

/**
 * Decides by the arrival of packets, pictures and messages whether the path to the
 * server is alive. Silence counts only if the server is known never to be silent; for
 * other servers the browser's verdict counts. Reads no clock: times are milliseconds on
 * one clock, and `check` is called 20 times a second.
 */
export class PathWatch {
	/** True if the server is known to send something all the time. */
	#neverSilent = false;
	#disconnected = false;
	#silentMs = 0;
	#arrivedMs = Number.NaN;
	#checkedMs = Number.NaN;
	#probedMs = Number.NEGATIVE_INFINITY;
	#interruptedMs: number | undefined;

	/** A connection was made. */
	connected(nowMs: number): void {
		this.#disconnected = false;
		this.arrived(nowMs);
	}

	/** The browser reports that the path is gone. */
	disconnected(): void {
		this.#disconnected = true;
	}

	/** From now on silence counts: the server sends at least two pictures a second. */
	expectTraffic(): void {
		this.#neverSilent = true;
	}

	/** Something has arrived. */
	arrived(nowMs: number): void {
		this.#arrivedMs = nowMs;
	}

	/**
	 * True if nothing has arrived lately: the browser's counters of packets may know
	 * more.
	 */
	get quiet(): boolean {
		return this.#neverSilent && this.#silentMs >= PROBE_MS;
	}

	/** Another connection begins. */
	restart(): void {
		this.#neverSilent = false;
		this.#disconnected = false;
		this.#silentMs = 0;
		this.#arrivedMs = Number.NaN;
		this.#checkedMs = Number.NaN;
		this.#interruptedMs = undefined;
	}

	/** @returns the verdict on the time up to now. */
	check(nowMs: number): PathVerdict {
		const arrivedSince = this.#arrivedMs >= this.#checkedMs || Number.isNaN(this.#checkedMs);
		const step = Math.min(LONGEST_STEP_MS, nowMs - (arrivedSince ? this.#arrivedMs : this.#checkedMs));
		this.#silentMs = (arrivedSince ? 0 : this.#silentMs) + Math.max(step, 0);
		this.#checkedMs = nowMs;
		const silentMs = this.#neverSilent ? this.#silentMs : 0;
		const interrupted = this.#disconnected || silentMs >= INTERRUPTED_MS;
		this.#interruptedMs = interrupted ? (this.#interruptedMs ?? nowMs) : undefined;
		const probe = silentMs >= PROBE_MS && nowMs - this.#probedMs >= PROBE_AGAIN_MS;
		if (probe) this.#probedMs = nowMs;
		return {
			interrupted,
			lost: this.#interruptedMs !== undefined && nowMs - this.#interruptedMs >= LOST_MS,
			probe,
			handOver: silentMs >= HAND_OVER_MS,
		};
	}
}
