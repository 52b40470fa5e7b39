import { monotonicSec, RTP_VIDEO_CLOCK_HZ } from "../../media/clock.ts";
import type { EncodedPacket } from "../../media/encoded-packet.ts";
import { EventListeners } from "../../media/events.ts";
import type { KeptPacket } from "../../media/packet-ring.ts";
import { IDENTITY } from "../../media/rotation.ts";
import type { PassedFormat, PassedPictures } from "../../source/passed-pictures.ts";
import { CopiedRateMeter } from "./copied-rate-meter.ts";
import type { CopiedRates } from "./copy-limit.ts";

/** Events of a `CameraFeed`. */
export interface CameraFeedEvents {
	/** One of the camera's own pictures, for all who show it. */
	picture: [packet: EncodedPacket];
	/** So many of its pictures are lost: the main thread was busy for longer than they are kept. */
	missed: [pictures: number];
	/** The pictures can be passed on from now on, in another form, or no more. */
	format: [];
}

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
export class CameraFeed {
	readonly events = new EventListeners<CameraFeedEvents>();
	/** Time of RTP time stamp 0, seconds on the monotonic clock. */
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

	/** The form of the pictures; `undefined` while they can't be passed on. */
	get format(): PassedFormat | undefined {
		return this.#keyframesAreRare ? undefined : this.#format;
	}

	/** True once the source has said whether its pictures can be passed on. */
	get isKnown(): boolean {
		return this.#passed.note !== undefined;
	}

	/** Number of the next picture that it reads. */
	get readTo(): number {
		return this.#number;
	}

	/** Its pictures that were lost because the main thread was busy for too long. */
	get missed(): number {
		return this.#missed;
	}

	/** Averages over the last seconds. */
	get rates(): CopiedRates {
		return this.#meter.rates;
	}

	/** True while the source decodes nothing: its last decoded picture is an old one. */
	get rests(): boolean {
		return this.#passed.rests;
	}

	/** Adds a user of decoded pictures. @returns a function that removes it. */
	wantDecoded(): () => void {
		return this.#passed.wantDecoded();
	}

	/** The source was opened, or opened again: key frames may come more often now. */
	opened(): void {
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
		this.events.emit("picture", {
			kind: "video",
			codec: "h264",
			accessUnit: data,
			keyframe,
			rtpTicks: this.#lastTicks >>> 0,
			poseSequence: 0,
			pose: { worldFromView: IDENTITY, fovRad: Number.NaN },
			lens: "none",
			width: format.width,
			height: format.height,
			eyes: 1,
			stages: {
				capturedSec,
				panoramaReadySec: receivedSec,
				poseReceivedSec: Number.NaN,
				drawStartSec: receivedSec,
				drawEndSec: receivedSec,
				encodeEndSec: receivedSec,
			},
			mediaTimeSec: mediaSec,
			cameraUs,
		});
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
