import type { TimeValue } from "panogaze-rerun";

/** The times of one row of a recording, by timeline. */
export type RowTimes = Record<string, TimeValue>;

/**
 * The timelines of a recording. `server` is this machine's wall clock, as it stood when the
 * recording began; `capture` is the same clock for moments at which light fell in or a pose was
 * read, where they are known; `client` is a client's own clock; `source` is a picture's place in
 * its own media; `frame` counts the pictures of one viewer.
 */
export class RecordClock {
	/** A double holds seconds since 1970 to a quarter of a microsecond only. */
	readonly #epochNs: bigint;

	/** @param epochSec seconds since 1970 at the origin of the monotonic clock. */
	constructor(epochSec: number) {
		this.#epochNs = BigInt(Math.round(epochSec * 1e6)) * 1000n;
	}

	/** The time at which the server knew of something. @param atSec on the monotonic clock. */
	at(atSec: number): RowTimes {
		return { server: { timestamp: this.#ns(atSec) } };
	}

	/** The same with the time of a capture; NaN: it is not known, and stays out. */
	captured(atSec: number, capturedSec: number): RowTimes {
		const times = this.at(atSec);
		if (!Number.isNaN(capturedSec)) times["capture"] = { timestamp: this.#ns(capturedSec) };
		return times;
	}

	#ns(atSec: number): bigint {
		return this.#epochNs + BigInt(Math.round(atSec * 1e9));
	}
}
