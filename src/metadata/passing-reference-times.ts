import { LONGEST_REFERENCE_BYTES, type ReferenceTime, readReferenceTime } from "./reference-times.ts";

/** Reference times that are kept, the newest ones: each goes before a fragment. */
const MOST_KEPT = 64;
const TICKS_IN_32_BITS = 2 ** 32;
/** Bytes of the content of boxes that are looked at; of `moov` the beginning of `mvhd`. */
const LOOKED_AT_BYTES: Readonly<Record<string, number>> = { prft: LONGEST_REFERENCE_BYTES, moov: 40 };
const TYPE = /^[\w ]{4}$/;

/**
 * Finds the `prft` boxes in an MP4 stream whose bytes pass, between which it keeps a few bytes. It
 * gives up at the first that is no box.
 */
export class PassingReferenceTimes {
	/** Bytes of the present box that are needed, so far. */
	#kept = Buffer.alloc(0);
	/** Bytes of the present box that are passed over. */
	#skip = 0;
	#isBroken = false;
	readonly #times: ReferenceTime[] = [];
	#statesDuration = false;

	/** True: the stream is a recording, whose duration its `moov` states. */
	get statesDuration(): boolean {
		return this.#statesDuration;
	}

	/** Takes the next bytes of the stream in, which are borrowed. */
	push(bytes: Uint8Array): void {
		for (let at = 0; at < bytes.length && !this.#isBroken; ) {
			const skipped = Math.min(this.#skip, bytes.length - at);
			this.#skip -= skipped;
			at += skipped;
			if (this.#skip > 0 || at === bytes.length) return;
			const needed = this.#neededBytes - this.#kept.length;
			const next = bytes.subarray(at, at + needed);
			this.#kept = Buffer.concat([this.#kept, next]);
			at += next.length;
			if (next.length === needed && this.#kept.length === this.#neededBytes) this.#takeBox();
		}
	}

	/** The newest reference time of a track at or before a place in it, else the first after it. */
	near(trackId: number, mediaTicks: number): ReferenceTime | undefined {
		const own = this.#times.filter((time) => time.trackId === trackId).map((time) => nearTo(time, mediaTicks));
		return own.findLast((time) => time.mediaTicks <= mediaTicks) ?? own[0];
	}

	/** Bytes of the present box that are looked at. */
	get #neededBytes(): number {
		if (this.#kept.length < 8) return 8;
		const size = this.#kept.readUInt32BE(0);
		if (size === 1) return 16;
		const looked = LOOKED_AT_BYTES[this.#type] ?? 0;
		return Math.max(8, Math.min(size, 8 + looked));
	}

	get #type(): string {
		return this.#kept.toString("latin1", 4, 8);
	}

	#takeBox(): void {
		const head = this.#kept;
		const size = head.readUInt32BE(0);
		const length = size === 1 ? Number(head.readBigUInt64BE(8)) : size;
		// 0 stands for a box that never ends.
		this.#isBroken = length < head.length || !TYPE.test(this.#type);
		this.#skip = length - head.length;
		if (this.#type === "moov") this.#statesDuration = statesDuration(head.subarray(8));
		const time = this.#type === "prft" && size !== 1 ? readReferenceTime(head.subarray(8)) : undefined;
		this.#kept = Buffer.alloc(0);
		if (time === undefined) return;
		this.#times.push(time);
		if (this.#times.length > MOST_KEPT) this.#times.shift();
	}
}

/** The reference time with the place, of those that its bits may mean, that is next to another. */
function nearTo(time: ReferenceTime, mediaTicks: number): ReferenceTime {
	if (!time.wraps) return time;
	const turns = Math.round((mediaTicks - time.mediaTicks) / TICKS_IN_32_BITS);
	return { ...time, mediaTicks: time.mediaTicks + turns * TICKS_IN_32_BITS };
}

/** Reads the duration in `mvhd` (ISO/IEC 14496-12, 8.2.2), the first box of `moov`. */
function statesDuration(moov: Buffer): boolean {
	if (moov.length < 40 || moov.toString("latin1", 4, 8) !== "mvhd") return false;
	const isLong = moov[8] === 1;
	const duration = isLong ? moov.readBigUInt64BE(32) : BigInt(moov.readUInt32BE(24));
	return duration > 0n && duration !== (isLong ? 2n ** 64n : 2n ** 32n) - 1n;
}
