/**
 * Packets that leave within this time are one group, seconds: `kSendTimeGroupLength` of
 * libwebrtc (goog_cc/delay_based_bwe.cc); draft-ietf-rmcat-gcc-02, 4.2, "burst_time".
 */
const GROUP_SEC = 0.005;
/**
 * Packets that arrive this close together, sooner than they left, have waited for each
 * other on the way and are of one group, up to a length, seconds:
 * `kBurstDeltaThreshold` and `kMaxBurstDuration` (goog_cc/inter_arrival_delta.cc).
 */
const BURST_GAP_SEC = 0.005;
const MAX_BURST_SEC = 0.1;
/**
 * A receiver's clock that jumps by this much begins anew, seconds:
 * `kArrivalTimeOffsetThreshold` (the same file).
 */
const MAX_CLOCK_JUMP_SEC = 3;
/** Groups that end before the last one did, in a row: `kReorderedResetThreshold` there. */
const MAX_REORDERED = 3;

/** The change of the one-way delay from one group to the next. */
export interface DelayChange {
	readonly sentSec: number;
	/** On the receiver's clock. */
	readonly arrivalSec: number;
	/** Time between the ends of the groups, as sent and as received. */
	readonly sendDeltaSec: number;
	readonly arrivalDeltaSec: number;
}

interface Group {
	firstSentSec: number;
	lastSentSec: number;
	firstArrivalSec: number;
	lastArrivalSec: number;
}

/**
 * Groups packets into bursts, and compares each with the one before (libwebrtc's
 * `InterArrivalDelta`). No clock.
 */
export class PacketGroups {
	#current: Group | undefined;
	#previous: Group | undefined;
	#reordered = 0;

	/** @returns the change of delay when the packet begins a group. */
	add(sentSec: number, arrivalSec: number): DelayChange | undefined {
		const current = this.#current;
		if (current === undefined || arrivalSec - current.lastArrivalSec > MAX_CLOCK_JUMP_SEC) {
			this.#restart(sentSec, arrivalSec);
			return undefined;
		}
		if (sentSec < current.firstSentSec) return undefined; // Overtaken: it says nothing of the queue.
		if (!this.#beginsGroup(current, sentSec, arrivalSec)) {
			current.lastSentSec = Math.max(current.lastSentSec, sentSec);
			current.lastArrivalSec = Math.max(current.lastArrivalSec, arrivalSec);
			return undefined;
		}
		const change = this.#compare(current);
		if (this.#current === undefined) return undefined;
		this.#previous = current;
		this.#current = newGroup(sentSec, arrivalSec);
		return change;
	}

	#compare(current: Group): DelayChange | undefined {
		const previous = this.#previous;
		if (previous === undefined) return undefined;
		const sendDeltaSec = current.lastSentSec - previous.lastSentSec;
		const arrivalDeltaSec = current.lastArrivalSec - previous.lastArrivalSec;
		if (arrivalDeltaSec < 0) {
			if (++this.#reordered >= MAX_REORDERED) {
				this.#current = undefined;
				this.#previous = undefined;
				this.#reordered = 0;
			}
			return undefined;
		}
		this.#reordered = 0;
		return { sentSec: current.lastSentSec, arrivalSec: current.lastArrivalSec, sendDeltaSec, arrivalDeltaSec };
	}

	#beginsGroup(current: Group, sentSec: number, arrivalSec: number): boolean {
		const gapSec = arrivalSec - current.lastArrivalSec;
		const delayChange = gapSec - (sentSec - current.lastSentSec);
		const isBurst =
			delayChange < 0 && gapSec <= BURST_GAP_SEC && arrivalSec - current.firstArrivalSec < MAX_BURST_SEC;
		return !isBurst && sentSec - current.firstSentSec > GROUP_SEC;
	}

	#restart(sentSec: number, arrivalSec: number): void {
		this.#previous = undefined;
		this.#reordered = 0;
		this.#current = newGroup(sentSec, arrivalSec);
	}
}

function newGroup(sentSec: number, arrivalSec: number): Group {
	return {
		firstSentSec: sentSec,
		lastSentSec: sentSec,
		firstArrivalSec: arrivalSec,
		lastArrivalSec: arrivalSec,
	};
}
