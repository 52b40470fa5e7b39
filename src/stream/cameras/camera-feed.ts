import { monotonicSec, RTP_VIDEO_CLOCK_HZ } from "../../media/clock.ts";
import { EventListeners } from "../../media/events.ts";
import type { KeptPacket } from "../../media/packet-ring.ts";
import type { PassedFormat, PassedPictures } from "../../source/passed-pictures.ts";
import { CopiedRateMeter } from "./copied-rate-meter.ts";
import type { CopiedRates } from "./copy-limit.ts";
import { type PictureFeed, type PictureFeedEvents, packetOfPicture } from "./picture-feed.ts";

/** Longest sleep of the feed: it ends this long after its end at most, milliseconds. */
const LONGEST_WAIT_MS = 500;
/** Longest time between two pictures that counts for it, seconds. */
const LONGEST_STEP_SEC = 0.5;
/**
 * A camera without a key frame for this long is drawn instead, seconds: who joins, or has lost a
 * packet, would wait as long.
 */
const RAREST_KEYFRAMES_SEC = 5;

/** The coded pictures of one camera, from its source's thread to all who show them as they are. */
export class CameraFeed implements PictureFeed {
	readonly events = new EventListeners<PictureFeedEvents>();
	readonly startSec = monotonicSec();
	readonly #passed: PassedPictures;
	#format: PassedFormat | undefined;
	#number: number;
	#missed = 0;
	#lastTicks = 0;
	/** Arrival of the last picture, and the time without gaps since the last key frame. */
	#pictureSec = Number.NaN;
	#sinceKeyframeSec = Number.NaN;
	#keyframesAreRare = false;
	#isClosed = false;
	readonly #meter = new CopiedRateMeter(monotonicSec());

	constructor(passed: PassedPictures) {
		this.#passed = passed;
		this.#number = passed.ring.end;
		void this.#run();
	}

	get format(): PassedFormat | undefined {
		return this.#keyframesAreRare ? undefined : this.#format;
	}

	get isKnown(): boolean {
		return this.#passed.note !== undefined;
	}

	/** Number of the next picture that it reads. */
	get readTo(): number {
		return this.#number;
	}

	get missed(): number {
		return this.#missed;
	}

	get rates(): CopiedRates {
		return this.#meter.rates;
	}

	get rests(): boolean {
		return this.#passed.rests;
	}

	wantDecoded(): () => void {
		return this.#passed.wantDecoded();
	}

	opened(): void {
		// Key frames may come more often now.
		this.#keyframesAreRare = false;
		this.#sinceKeyframeSec = Number.NaN;
		this.#readNote();
	}

	close(): void {
		this.#isClosed = true;
	}

	async #run(): Promise<void> {
		const { ring } = this.#passed;
		while (!this.#isClosed) {
			await ring.untilMore(this.#number, LONGEST_WAIT_MS);
			if (this.#isClosed) return;
			this.#readNote();
			while (this.#number < ring.end && !this.#isClosed) {
				this.#catchUp();
				const kept = ring.read(this.#number);
				if (kept === undefined) continue;
				this.#number++;
				this.#pass(kept);
			}
			this.#meter.measure(monotonicSec());
		}
	}

	/** A reader that was left behind goes on with the next key frame. */
	#catchUp(): void {
		const { ring } = this.#passed;
		const { oldest } = ring;
		if (this.#number >= oldest) return;
		const missed = oldest - this.#number;
		this.#number = oldest;
		this.#missed += missed;
		this.events.emit("missed", missed);
	}

	#pass({ data, head, receivedSec, mediaSec, capturedSec, cameraUs }: KeptPacket): void {
		const keyframe = head !== undefined;
		this.#countKeyframes(keyframe, receivedSec);
		const { format } = this;
		this.#meter.count(data.length, keyframe, mediaSec);
		if (format === undefined) return;
		const ticks = Math.round((receivedSec - this.startSec) * RTP_VIDEO_CLOCK_HZ);
		this.#lastTicks = Math.max(this.#lastTicks + 1, ticks);
		const rtpTicks = this.#lastTicks >>> 0;
		const picture = { data, keyframe, rtpTicks, receivedSec, capturedSec, mediaSec, cameraUs };
		this.events.emit("picture", packetOfPicture(format, picture));
	}

	/** A gap, as of a camera that is silent, is no time without key frames. */
	#countKeyframes(keyframe: boolean, receivedSec: number): void {
		const stepSec = Math.min(LONGEST_STEP_SEC, receivedSec - this.#pictureSec || 0);
		this.#pictureSec = receivedSec;
		const sinceSec = this.#sinceKeyframeSec + stepSec;
		const isRare = sinceSec > RAREST_KEYFRAMES_SEC;
		this.#sinceKeyframeSec = keyframe || Number.isNaN(sinceSec) ? 0 : sinceSec;
		// A key frame in time ends it.
		const areRare = keyframe ? isRare : isRare || this.#keyframesAreRare;
		if (areRare === this.#keyframesAreRare) return;
		this.#keyframesAreRare = areRare;
		this.events.emit("format");
	}

	#readNote(): void {
		const { note } = this.#passed;
		const format = note !== undefined && "format" in note ? note.format : undefined;
		if (JSON.stringify(format) === JSON.stringify(this.#format)) return;
		this.#format = format;
		this.events.emit("format");
	}
}
