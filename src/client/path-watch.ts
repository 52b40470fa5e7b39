/**
 * The server sends at least two pictures a second and answers pings at once, so after this long
 * without either the path, or the server, is gone. Together with the time between two looks, a page
 * is dimmed within 1.5 s of the last packet.
 */
const INTERRUPTED_MS = 1_200;
/**
 * From here on a second connection is tried beside the first: two questions to the server have
 * found no answer then. A second connection takes 0.3 to 0.5 s to its first picture, so the picture
 * is back 1.5 s after the last packet. Sooner would open one for every pause of a radio, later
 * leaves the viewer with a dead picture.
 */
const HAND_OVER_MS = 1_000;
/**
 * From here on the server is asked whether it is there: a still view with a lost picture is silent
 * for as long.
 */
const PROBE_MS = 500;
const PROBE_AGAIN_MS = 300;
/**
 * How long an interruption may last before the connection is given up. Browsers do so only after 15
 * to 30 s.
 */
const LOST_MS = 4_000;
/**
 * A page that was asleep or busy looks late, and what arrived meanwhile is not counted yet: no look
 * adds more silence than this.
 */
export const LONGEST_LOOK_MS = 250;

/** The state of a path at one moment. */
export interface PathVerdict {
	/** Nothing has arrived for a while, or the browser has reported the path as disconnected. */
	readonly interrupted: boolean;
	/** The path has been interrupted for too long to come back. */
	readonly lost: boolean;
	/** The server is to be asked, now, whether it is there. */
	readonly probe: boolean;
	/** Time to try a second path beside this one. */
	readonly handOver: boolean;
}

/**
 * Tells from what arrives (packets, pictures, messages) whether the path to the server is alive.
 * Silence counts only with a server that is known never to be silent; with others the browser's own
 * verdict does. No clock, no timer: times are milliseconds on one clock, and `look` is called about
 * ten times a second.
 */
export class PathWatch {
	/** The server sends something all the time. */
	#talkative = false;
	#disconnected = false;
	#silentMs = 0;
	#heardMs = Number.NaN;
	#lookedMs = Number.NaN;
	#probedMs = Number.NEGATIVE_INFINITY;
	#interruptedMs: number | undefined;

	/** A connection was made. */
	connected(nowMs: number): void {
		this.#disconnected = false;
		this.heard(nowMs);
	}

	/** The browser's own verdict: the path is gone. */
	disconnected(): void {
		this.#disconnected = true;
	}

	/** The server always sends pictures at least twice a second, and answers pings. */
	expectTraffic(): void {
		this.#talkative = true;
	}

	/** Something arrived. */
	heard(nowMs: number): void {
		this.#heardMs = nowMs;
	}

	/**
	 * Nothing has arrived for so long that it pays to look at the browser's counters of packets.
	 */
	get quiet(): boolean {
		return this.#talkative && this.#silentMs >= PROBE_MS;
	}

	/** Another connection. */
	restart(): void {
		this.#talkative = false;
		this.#disconnected = false;
		this.#silentMs = 0;
		this.#heardMs = Number.NaN;
		this.#lookedMs = Number.NaN;
		this.#interruptedMs = undefined;
	}

	look(nowMs: number): PathVerdict {
		const heardSince = this.#heardMs >= this.#lookedMs || Number.isNaN(this.#lookedMs);
		const step = Math.min(LONGEST_LOOK_MS, nowMs - (heardSince ? this.#heardMs : this.#lookedMs));
		this.#silentMs = (heardSince ? 0 : this.#silentMs) + Math.max(step, 0);
		this.#lookedMs = nowMs;
		const silentMs = this.#talkative ? this.#silentMs : 0;
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
