import { vp8SizeOf } from "../../client-media/picture-bound.ts";
import type { ClientMediaPacket } from "../../media/client-media.ts";
import { monotonicSec, RTP_VIDEO_CLOCK_HZ } from "../../media/clock.ts";
import { EventListeners } from "../../media/events.ts";
import { NalUnitType, nalUnitType, parseSps, splitAnnexB } from "../../media/h264.ts";
import { TokenBucket } from "../../media/token-bucket.ts";
import { passedFormatOf } from "../../source/passed-format.ts";
import { CopiedRateMeter } from "./copied-rate-meter.ts";
import type { CopiedRates } from "./copy-limit.ts";
import { type FedFormat, type PictureFeed, type PictureFeedEvents, packetOfPicture } from "./picture-feed.ts";

/** Form of a client's pictures, by one of their key frames. */
export interface ClientPictureForm {
	/** Size as it is shown, pixels. */
	readonly width: number;
	readonly height: number;
	/** Pixels that are coded, before cropping: of the largest that it may have. */
	readonly codedPixels: number;
	/** Form in which they can be sent as they are; `undefined`: they have to be drawn. */
	readonly passed: FedFormat | undefined;
}

/** Pictures a second that are passed on; those beyond wait for a key frame. */
const PICTURES_PER_SEC = 70;
/** Least time between two key frames that are asked for: each takes bits from other pictures. */
const LEAST_KEYFRAME_SEC = 1;

/** The coded pictures of a client's camera, which are passed on as they arrive. */
export class ClientCameraFeed implements PictureFeed {
	readonly events = new EventListeners<PictureFeedEvents>();
	readonly startSec = monotonicSec();
	readonly isKnown = true;
	rests = true;
	readonly #askForKeyframe: () => void;
	readonly #meter = new CopiedRateMeter(this.startSec);
	readonly #budget = new TokenBucket(PICTURES_PER_SEC, PICTURES_PER_SEC);
	#form: ClientPictureForm;
	#lastTicks = 0;
	#newestSec = Number.NEGATIVE_INFINITY;
	#decodedWanted = 0;
	#awaitsKeyframe = true;
	#askedSec = Number.NEGATIVE_INFINITY;

	/** @param askForKeyframe asks the client for one. */
	constructor(form: ClientPictureForm, askForKeyframe: () => void) {
		this.#form = form;
		this.#askForKeyframe = askForKeyframe;
	}

	/** Form of the newest pictures. */
	get form(): ClientPictureForm {
		return this.#form;
	}

	get format(): FedFormat | undefined {
		return this.#form.passed;
	}

	get rates(): CopiedRates {
		return this.#meter.rates;
	}

	/** True while anybody needs decoded pictures. */
	get decodedWanted(): boolean {
		return this.#decodedWanted > 0;
	}

	requestKeyframe(): void {
		const nowSec = monotonicSec();
		if (nowSec - this.#askedSec < LEAST_KEYFRAME_SEC) return;
		this.#askedSec = nowSec;
		this.#askForKeyframe();
	}

	wantDecoded(): () => void {
		this.#decodedWanted++;
		let isReleased = false;
		return () => {
			if (!isReleased) this.#decodedWanted--;
			isReleased = true;
		};
	}

	/** @param form of a key frame's pictures. @returns whether the picture is used. */
	add(packet: ClientMediaPacket, form: ClientPictureForm | undefined): boolean {
		const { data, keyframe, receivedSec, capturedSec } = packet;
		// Where the client's path has changed, those that waited on the new one have earlier times.
		this.#newestSec = Math.max(this.#newestSec, receivedSec);
		if (!this.#budget.take(this.#newestSec, 1)) this.#awaitsKeyframe = true;
		else if (keyframe) this.#awaitsKeyframe = false;
		if (this.#awaitsKeyframe) {
			this.requestKeyframe();
			return false;
		}
		if (form !== undefined) this.#follow(form);
		this.#meter.count(data.length, keyframe, Number.NaN);
		this.#meter.measure(receivedSec);
		const ticks = Math.round((receivedSec - this.startSec) * RTP_VIDEO_CLOCK_HZ);
		this.#lastTicks = Math.max(this.#lastTicks + 1, ticks);
		const { format } = this;
		if (format === undefined) return true;
		const rtpTicks = this.#lastTicks >>> 0;
		const picture = { data, keyframe, rtpTicks, receivedSec, capturedSec, mediaSec: Number.NaN };
		this.events.emit("picture", packetOfPicture(format, picture));
		return true;
	}

	opened(): void {}

	close(): void {}

	#follow(form: ClientPictureForm): void {
		const hasChanged = JSON.stringify(form) !== JSON.stringify(this.#form);
		this.#form = form;
		if (hasChanged) this.events.emit("format");
	}
}

/** Reads the form of a key frame; `undefined` if it states none. */
export function clientPictureForm({ codec, data }: ClientMediaPacket): ClientPictureForm | undefined {
	if (codec === "vp8") {
		const size = vp8SizeOf(data);
		return size && { ...size, codedPixels: size.width * size.height, passed: { codec, ...size } };
	}
	try {
		const units = splitAnnexB(data).filter((each) => nalUnitType(each[0] ?? 0) === NalUnitType.sps);
		const [sps, ...others] = units.map(parseSps).sort((a, b) => b.codedPixels - a.codedPixels);
		if (sps === undefined) return undefined;
		const { width, height, codedPixels } = sps;
		// Which of several is used stands in the pictures themselves.
		const passed = others.length > 0 ? undefined : passedFormatOf(sps);
		return { width, height, codedPixels, passed: typeof passed === "string" ? undefined : passed };
	} catch {
		return undefined;
	}
}
