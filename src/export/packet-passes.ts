import type { SourcePacket } from "../source/source-packets.ts";

/** Times of a packet in a file of all packets, whole microseconds. */
export interface PacketPlace {
	readonly shownUs: number;
	readonly decodedUs: number;
}

/** Packets whose stamps rise: those of one loop of a file, or of one run of a camera. */
interface Pass {
	/** Microseconds that are added to its stamps. */
	readonly shiftUs: number;
	/** Arrival of the first packet. */
	readonly beginSec: number;
	readonly stampUs: number[];
	/** Arrival of the packet of each stamp, seconds on the server's monotonic clock. */
	readonly receivedSec: number[];
}

/** Time between two passes in the file: more than a picture may be away from its stamp. */
const GAP_US = 1_000_000;
/** A picture that is so much older than the wanted one stands for it. */
const NEAR_US = 500_000;
/** Stamps that go back by so much begin a pass; by less they are one packet's fault. */
const LEAP_US = 500_000;
/** Passes that are read ahead of the one on screen, at most. */
const MOST_BACK = 100;
/** Recordings round stamps to nanoseconds, containers to ticks. */
const SAME_US = 100;

/**
 * Lays the packets of a source one after another into a file whose times rise: stamps that begin
 * again, after a loop or a jump, begin a pass, which gets times of its own.
 */
export class PacketPasses {
	readonly #passes: Pass[] = [];
	#isSorted = true;
	/** Latest times in the file so far, microseconds. */
	#lastDecodedUs = 0;
	#lastShownUs = 0;

	/**
	 * @returns the next packet's times; `undefined`: it has no place, as one without a stamp, or of
	 * before the first key frame.
	 */
	add({
		stampSec,
		decodeSec,
		receivedSec,
		keyframe,
	}: Pick<SourcePacket, "stampSec" | "decodeSec" | "receivedSec" | "keyframe">): PacketPlace | undefined {
		if (Number.isNaN(stampSec) || (this.#passes.length === 0 && !keyframe)) return undefined;
		const stampUs = Math.round(stampSec * 1e6);
		const decodeUs = Math.min(stampUs, Number.isNaN(decodeSec) ? stampUs : Math.round(decodeSec * 1e6));
		let pass = this.#passes.at(-1);
		const backUs = pass === undefined ? 0 : this.#lastDecodedUs - (decodeUs + pass.shiftUs);
		if (pass === undefined || (backUs >= 0 && (keyframe || backUs > LEAP_US))) {
			pass = {
				...{ shiftUs: this.#lastShownUs + GAP_US - decodeUs, beginSec: receivedSec },
				...{ stampUs: [], receivedSec: [] },
			};
			this.#passes.push(pass);
		} else if (backUs >= 0) return undefined;
		pass.stampUs.push(stampUs);
		pass.receivedSec.push(receivedSec);
		this.#isSorted = false;
		this.#lastDecodedUs = decodeUs + pass.shiftUs;
		this.#lastShownUs = Math.max(this.#lastShownUs, stampUs + pass.shiftUs);
		return { shownUs: stampUs + pass.shiftUs, decodedUs: this.#lastDecodedUs };
	}

	/**
	 * The time in the file at which a picture is found that was on screen: in the newest pass that
	 * had it by then, or the one shortly before it; or else in the first that has it. NaN: none
	 * has.
	 *
	 * @param stampSec the picture's stamp.
	 * @param atSec time at which it was drawn, seconds on the server's monotonic clock.
	 */
	placeOf(stampSec: number, atSec: number): number {
		if (Number.isNaN(stampSec)) return Number.NaN;
		if (!this.#isSorted) for (const pass of this.#passes) sortByStamp(pass);
		this.#isSorted = true;
		const wantedUs = Math.round(stampSec * 1e6);
		const newest = lastAtMost(this.#passes.length, (pass) => this.#passes[pass]!.beginSec, atSec);
		const found =
			this.#passes.slice(Math.max(0, newest - MOST_BACK), newest + 1).findLast((pass) => {
				const at = lastUpTo(pass, wantedUs);
				return at >= 0 && pass.receivedSec[at]! <= atSec && wantedUs - pass.stampUs[at]! <= NEAR_US;
			}) ?? this.#passes.find((pass) => Math.abs(pass.stampUs[lastUpTo(pass, wantedUs)]! - wantedUs) <= SAME_US);
		return found === undefined ? Number.NaN : (wantedUs + found.shiftUs) / 1e6;
	}
}

/** Pictures may be decoded before others that are shown earlier. */
function sortByStamp({ stampUs, receivedSec }: Pass): void {
	const pairs = stampUs.map((us, index) => [us, receivedSec[index]!] as const).sort((a, b) => a[0] - b[0]);
	for (const [index, [us, sec]] of pairs.entries()) {
		stampUs[index] = us;
		receivedSec[index] = sec;
	}
}

/** Place of the last stamp that is not after the wanted one; -1: all are. */
function lastUpTo({ stampUs }: Pass, wantedUs: number): number {
	return lastAtMost(stampUs.length, (at) => stampUs[at]!, wantedUs + SAME_US);
}

/** Place of the last of some rising numbers that is not above a bound; -1: all are. */
function lastAtMost(count: number, numberAt: (place: number) => number, most: number): number {
	let [low, high] = [0, count];
	while (low < high) {
		const middle = (low + high) >> 1;
		if (numberAt(middle) <= most) low = middle + 1;
		else high = middle;
	}
	return low - 1;
}
