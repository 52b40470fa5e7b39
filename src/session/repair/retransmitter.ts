import { DEFAULT_ROUND_TRIP_SEC } from "../rtcp.ts";
import { RetransmissionHistory, type RetransmissionVerdict } from "../rtx.ts";
import type { PathLosses } from "./path-losses.ts";

/** The fate of the packets that a receiver asked for. */
export interface NackOutcome {
	/** Packets to be sent again now, as they were sent. */
	readonly packets: readonly Buffer[];
	/** Packets that are not sent again. */
	readonly refused: number;
	/** Only a key frame mends the picture. */
	readonly keyframeNeeded: boolean;
}

/**
 * Loss at which two copies are sent, as one is likely to be lost too. With one in a
 * hundred each picture of 10 Mbit/s has a chance of 1 in 300 that it needs a third round.
 */
const COPIES_LOSS = 0.01;
/**
 * A receiver that waits this long for a copy must not have to ask again, seconds: two
 * rounds and a picture's time would be near a freeze (150 ms more than usual).
 */
const COPIES_ROUND_TRIP_SEC = 0.04;
/** Time from a copy to the second one, seconds: most bursts of losses are over then. */
const COPY_DISTANCE_SEC = 0.01;
/** A packet that was overtaken may arrive this much later than the latest one seen. */
const HOLD_MARGIN = 1.25;
/** Longest wait for a report on a packet that may only be late, seconds. */
const LONGEST_HOLD_SEC = 0.1;
/** Most packets that wait for their moment. */
const MAX_WAITING = 512;

/** Moment of a request, and what is known about the path then. */
export interface RepairMoment {
	readonly nowSec: number;
	/** NaN when unknown. */
	readonly roundTripSec: number;
	/** Rate that the path carries, bits per second. */
	readonly bitrateBps: number;
	/** Time at which the path was found much narrower than before; -Infinity if never. */
	readonly narrowedSec: number;
	/**
	 * True where FEC brings back nearly all losses before a copy could arrive. Then only
	 * second requests are answered.
	 */
	readonly isProtected: boolean;
}

interface WaitingPacket {
	readonly sequenceNumber: number;
	/** True: it was asked for and may only be late. False: a second copy is due. */
	readonly mayBeLate: boolean;
	readonly dueSec: number;
}

/**
 * Answers NACKs (RFC 4585, 6.2.1): which packets are sent again, when and how often,
 * and when a key frame is quicker. No clock, no socket: times are arguments, seconds on
 * one monotonic clock.
 */
export class Retransmitter {
	readonly #losses: PathLosses;
	readonly #history: RetransmissionHistory;
	#waiting: WaitingPacket[] = [];
	/** First RTP sequence numbers of the newest key frame, and of the newest that was asked for. */
	#keyframeStart: number | undefined;
	#answerStart: number | undefined;

	/**
	 * @param losses of the path that the packets take.
	 * @param onFrameForgotten called with the memory of frames that are not kept any
	 * more.
	 */
	constructor(losses: PathLosses, onFrameForgotten?: (memory: ArrayBufferLike) => void) {
		this.#losses = losses;
		this.#history = new RetransmissionHistory({ onFrameForgotten });
	}

	/** True while a packet waits for its moment. */
	get waits(): boolean {
		return this.#waiting.length > 0;
	}

	/**
	 * Keeps a packet that leaves now.
	 *
	 * @param packet kept as it is: its memory must not change.
	 */
	put(sequenceNumber: number, transportSequenceNumber: number, packet: Buffer, nowSec: number): void {
		this.#history.put(sequenceNumber, packet, nowSec, transportSequenceNumber);
		if (isLongAgo(this.#keyframeStart, sequenceNumber)) this.#keyframeStart = undefined;
		if (isLongAgo(this.#answerStart, sequenceNumber)) this.#answerStart = undefined;
	}

	/**
	 * A key frame begins with this packet.
	 * @param answersRequest whether it was made because a picture was lost.
	 */
	keyframeBegins(sequenceNumber: number, answersRequest: boolean): void {
		this.#keyframeStart = sequenceNumber;
		if (answersRequest) this.#answerStart = sequenceNumber;
	}

	/**
	 * Answers a NACK.
	 *
	 * @param keyframeDue whether a key frame was asked for and has not begun to leave:
	 * then that is the answer.
	 */
	onNack(sequenceNumbers: readonly number[], moment: RepairMoment, keyframeDue: boolean): NackOutcome {
		const packets: Buffer[] = [];
		let refused = 0;
		let keyframeNeeded = false;
		for (const sequenceNumber of sequenceNumbers) {
			// The picture is mended by a key frame that was asked for. Receivers still
			// ask for the packets before it until they have it.
			if (keyframeDue || isBefore(sequenceNumber, this.#answerStart)) refused++;
			else if (this.#isTooLarge(sequenceNumber, moment)) {
				refused++;
				keyframeNeeded ||= !isBefore(sequenceNumber, this.#keyframeStart);
			} else if (!this.#mayBeLate(sequenceNumber, moment)) {
				const verdict = this.#request(sequenceNumber, moment, packets);
				if (verdict === "granted" || verdict === "underway") continue;
				refused++;
				// No picture after a key frame needs a packet from before it.
				keyframeNeeded ||= !isBefore(sequenceNumber, this.#keyframeStart);
			}
		}
		if (!keyframeNeeded) return { packets, refused, keyframeNeeded };
		this.#waiting = [];
		return { packets: [], refused: refused + packets.length, keyframeNeeded };
	}

	/** Transport-wide number of a packet's first copy; `undefined` if it is gone. */
	transportNumberOf(sequenceNumber: number): number | undefined {
		return this.#history.transportNumberOf(sequenceNumber);
	}

	/** Notes that the packet kept last is the last one of its frame. */
	endFrame(): void {
		this.#history.endFrame();
	}

	/** A packet as it was sent, borrowed until it is forgotten; `undefined` if it is gone. */
	kept(sequenceNumber: number): Buffer | undefined {
		return this.#history.kept(sequenceNumber);
	}

	/** Takes the packets whose moment has come. */
	takeDue(moment: RepairMoment): Buffer[] {
		const waiting = this.#waiting;
		const packets: Buffer[] = [];
		this.#waiting = [];
		for (const entry of waiting) {
			const { sequenceNumber, mayBeLate, dueSec } = entry;
			const number = this.#history.transportNumberOf(sequenceNumber);
			if (number === undefined || this.#losses.isReceived(number)) continue;
			if (isBefore(sequenceNumber, this.#answerStart)) continue;
			if (moment.nowSec < dueSec && !(mayBeLate && this.#losses.isLost(number))) this.#waiting.push(entry);
			else if (mayBeLate) this.#request(sequenceNumber, moment, packets);
			else {
				const copy = this.#history.copy(sequenceNumber, moment.nowSec, moment.bitrateBps);
				if (copy !== undefined) packets.push(copy);
			}
		}
		return packets;
	}

	/** Frees old packets. To be called a few times a second. */
	expire(nowSec: number): void {
		this.#history.expire(nowSec);
	}

	/** Frees all packets. */
	clear(): void {
		this.#history.clear();
		this.#waiting = [];
	}

	#request(sequenceNumber: number, moment: RepairMoment, packets: Buffer[]): RetransmissionVerdict {
		const { nowSec, roundTripSec, bitrateBps, isProtected } = moment;
		const { verdict, packet, isRepeated } = this.#history.request(
			sequenceNumber,
			nowSec,
			roundTripSec,
			bitrateBps,
			isProtected,
		);
		if (packet === undefined) return verdict;
		packets.push(packet);
		const isFar = tripSec(roundTripSec) > COPIES_ROUND_TRIP_SEC;
		const needsCopy = isRepeated || (isFar && !isProtected);
		if (needsCopy && this.#losses.lossShare > COPIES_LOSS)
			this.#wait({ sequenceNumber, mayBeLate: false, dueSec: nowSec + COPY_DISTANCE_SEC });
		return verdict;
	}

	/**
	 * True if a packet has arrived, or if it may have been overtaken: on a path that
	 * reorders packets, receivers ask for many that are only late. Such a packet waits
	 * for a report, and is sent again if the receiver asks a second time.
	 */
	#mayBeLate(sequenceNumber: number, { nowSec, roundTripSec }: RepairMoment): boolean {
		const number = this.#history.transportNumberOf(sequenceNumber);
		if (number === undefined || this.#losses.isLost(number)) return false;
		if (this.#losses.isReceived(number)) return true;
		const lateSec = this.#losses.reorderingSec(nowSec) * HOLD_MARGIN - tripSec(roundTripSec) / 2;
		if (lateSec <= 0 && !this.#losses.isLateMoreOftenThanLost) return false;
		const held = this.#waiting.findIndex((entry) => entry.mayBeLate && entry.sequenceNumber === sequenceNumber);
		if (held >= 0) {
			this.#waiting.splice(held, 1);
			return false;
		}
		return this.#wait({
			sequenceNumber,
			mayBeLate: true,
			dueSec: nowSec + Math.max(0, lateSec) + LONGEST_HOLD_SEC,
		});
	}

	/**
	 * True for a packet of a picture that was made for a wider path than there is now: a key
	 * frame of the new rate is there sooner.
	 */
	#isTooLarge(sequenceNumber: number, { narrowedSec }: RepairMoment): boolean {
		const sentSec = this.#history.sentSecOf(sequenceNumber);
		return sentSec !== undefined && sentSec < narrowedSec;
	}

	#wait(entry: WaitingPacket): boolean {
		if (this.#waiting.length >= MAX_WAITING) return false;
		this.#waiting.push(entry);
		return true;
	}
}

/** True if a packet left before the one of number `start`. */
function isBefore(sequenceNumber: number, start: number | undefined): boolean {
	return start !== undefined && ((sequenceNumber - start) << 16) >> 16 < 0;
}

/**
 * True if a packet left so long before the newest that numbers which wrap would soon
 * take it for a later one. No receiver asks for packets from before it any more.
 */
function isLongAgo(sequenceNumber: number | undefined, newest: number): boolean {
	return sequenceNumber !== undefined && ((newest - sequenceNumber) & 0xffff) > 0x4000;
}

function tripSec(roundTripSec: number): number {
	return Number.isFinite(roundTripSec) ? roundTripSec : DEFAULT_ROUND_TRIP_SEC;
}
