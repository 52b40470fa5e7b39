import type { EncoderChoice } from "../../encoder/video-encoder.ts";
import { monotonicSec } from "../../media/clock.ts";
import type { EncodedPacket } from "../../media/encoded-packet.ts";
import { IDENTITY, type Quaternion, RAD_PER_DEG } from "../../media/rotation.ts";
import type { H264Format } from "../../media/video-format.ts";
import type { CameraStream } from "../../session/viewer-session.ts";
import type { RenderedView } from "../rendered-view.ts";
import type { EyeViewSize } from "../view-size.ts";
import type { Camera } from "./camera.ts";
import { type CopyLimit, CopyLimiter } from "./copy-limit.ts";
import type { FedFormat } from "./picture-feed.ts";

/** Way by which a camera's pictures reach a viewer. */
export type CameraWay = "copied" | "drawn";

/** Options of a `CameraTrack`. */
export interface CameraTrackOptions {
	/** Borrowed. */
	readonly camera: Camera;
	/** Form of the video that the client receives. */
	readonly stream: Pick<CameraStream, "format" | "mostProfile">;
	readonly encoder: EncoderChoice;
	/** Most bits a second if it is drawn. @default 1_500_000 */
	readonly mostDrawnBps?: number | undefined;
	/** It has a session of its own, which is never paused: without packets no rate is known. */
	readonly isAlone?: boolean | undefined;
	readonly send: (packet: EncodedPacket) => void;
	/** Called when the way, the size or the limit has changed. */
	readonly onChange: () => void;
	readonly onNotice: (message: string) => void;
}

/** Most pictures a second of a drawn camera. */
const DRAWN_RATE = 30;
/** Most bits a second of a drawn camera, and the least with which it is drawn at all. */
const MOST_DRAWN_BPS = 1_500_000;
const LEAST_DRAWN_BPS = 100_000;
/** Rate of a copied camera before it was measured, bits per second. */
const UNKNOWN_COPY_BPS = 500_000;
/** Own pictures that have waited longer for a busy main thread are left out, seconds. */
const OLDEST_COPY_SEC = 2;
/** Own pictures that have not fitted for this long are drawn, seconds... */
const DRAW_AFTER_SEC = 4;
/** ...until they would have fitted for this long, with that much room. */
const COPY_AFTER_SEC = 15;
const ROOM_TO_COPY = 1.25;
/** Field of view of a sphere. */
const SPHERE_FOV_DEG = 90;
/** Interval between two looks whether a decoder that rested has made a picture. */
const FRESH_CHECK_MS = 50;
/** H.264 profiles that a decoder of one takes, by rank. */
const PROFILE_RANKS = { baseline: 0, main: 1, high: 2 } as const;

/**
 * One camera on its way to one viewer: its own pictures as they are where the client decodes them,
 * or else drawn and encoded.
 */
export class CameraTrack {
	readonly #options: CameraTrackOptions;
	readonly #release: () => void;
	#limiter = new CopyLimiter();
	readonly #stopListening: (() => void)[] = [];
	/** Ends the present way. */
	#endWay: (() => void) | undefined;
	/** Ends the way before, which goes on until the present one has sent a picture. */
	#endFormerWay: (() => void) | undefined;
	#way: CameraWay | undefined;
	#view: RenderedView | undefined;
	#rateBps = 0;
	#isPaused = false;
	/** The camera's own pictures did not fit: they are drawn until they would for some time. */
	#mustDraw = false;
	/** Beginning of the time for which the other way would have been better; NaN: it is not. */
	#otherWaySinceSec = Number.NaN;
	#isBehind = false;
	#awaitsKeyframe = true;
	#worldFromView: Quaternion = IDENTITY;
	#isEnded = false;

	/** Begins at once, and uses the camera's source from here on. */
	constructor(options: CameraTrackOptions) {
		this.#options = options;
		const { camera } = options;
		this.#release = camera.runner.use();
		const choose = () => this.#choose();
		this.#stopListening.push(camera.runner.events.on("started", choose));
		if (camera.feed !== undefined) this.#stopListening.push(camera.feed.events.on("format", choose));
		choose();
	}

	/** `undefined` until the camera has been opened. */
	get way(): CameraWay | undefined {
		return this.#way;
	}

	/** Effect of a narrow path. */
	get limit(): CopyLimit {
		const { isAlone = false } = this.#options;
		if (this.#way === "copied") return this.#limitOf(this.#limiter);
		return this.#way === "drawn" && !isAlone && this.#rateBps < LEAST_DRAWN_BPS ? "paused" : "none";
	}

	/** Size of the pictures; `undefined` until there is a way. */
	get size(): EyeViewSize | undefined {
		const { camera } = this.#options;
		if (this.#way === undefined) return undefined;
		return this.#way === "copied" ? camera.feed?.format : camera.drawnSize;
	}

	/** The rate that it could use, bits per second. */
	get demandBps(): number {
		if (this.#way !== "copied") return this.#mostDrawnBps;
		return this.#options.camera.feed?.rates.allBps || UNKNOWN_COPY_BPS;
	}

	/** The rate that it may have, bits per second. To be set about once a second. */
	set rateBps(rateBps: number) {
		const former = this.limit;
		this.#rateBps = rateBps;
		const { feed } = this.#options.camera;
		if (this.#way === "copied" && feed !== undefined) this.#limiter.update(feed.rates, rateBps, monotonicSec());
		this.#obeyRate();
		this.#considerWay();
		if (this.limit !== former) this.#options.onChange();
	}

	/** The client is silent: nothing is sent. */
	set paused(paused: boolean) {
		this.#isPaused = paused;
		this.#awaitsKeyframe ||= paused;
		this.#obeyRate();
	}

	/** The network is behind: pictures that are drawn now would wait. */
	set behind(behind: boolean) {
		this.#isBehind = behind;
		if (this.#view) this.#view.mailbox.heldBack = behind;
	}

	/** Makes one of the next pictures a key frame, where the camera can be asked for one. */
	requestKeyframe(): void {
		if (this.#way === "copied") this.#options.camera.feed?.requestKeyframe?.();
		this.#view?.mailbox.requestKeyframe();
	}

	/** Turns the view into a sphere with the viewer's. */
	turn(worldFromView: Quaternion): void {
		this.#worldFromView = worldFromView;
		if (this.#view !== undefined && this.#options.camera.isSphere) this.#view.mailbox.putPose(this.#pose);
	}

	end(): void {
		this.#isEnded = true;
		for (const stop of this.#stopListening) stop();
		this.#endFormer();
		this.#endWay?.();
		this.#release();
	}

	#choose(): void {
		const { camera, stream } = this.#options;
		const { feed } = camera;
		if (this.#isEnded || camera.info === undefined || feed?.isKnown === false) return;
		const canCopy = feed?.format !== undefined && canDecode(stream, feed.format) && !camera.isSphere;
		const isCopied = canCopy && !this.#mustDraw;
		const way = isCopied ? "copied" : "drawn";
		if (way === this.#way) {
			// The camera was opened again, perhaps with pictures of another size.
			const { width, height } = camera.drawnSize;
			this.#view?.mailbox.putSize(width, height, 1);
			this.#options.onChange();
			return;
		}
		this.#endFormer();
		this.#endFormerWay = this.#endWay;
		// The client can't decode the camera's own pictures any more.
		if (!canCopy) this.#endFormer();
		this.#way = way;
		this.#endWay = isCopied ? this.#copy() : this.#draw();
		this.#options.onChange();
	}

	#endFormer(): void {
		this.#endFormerWay?.();
		this.#endFormerWay = undefined;
	}

	/** Draws what has not fitted for some time, and copies what would have fitted for longer. */
	#considerWay(): void {
		const { feed } = this.#options.camera;
		if (feed?.format === undefined) return;
		const nowSec = monotonicSec();
		const isOther = this.#mustDraw
			? feed.rates.allBps * ROOM_TO_COPY <= this.#rateBps
			: this.#way === "copied" && this.#limiter.limit !== "none";
		if (!isOther) this.#otherWaySinceSec = Number.NaN;
		else if (Number.isNaN(this.#otherWaySinceSec)) this.#otherWaySinceSec = nowSec;
		else if (nowSec - this.#otherWaySinceSec >= (this.#mustDraw ? COPY_AFTER_SEC : DRAW_AFTER_SEC)) {
			this.#otherWaySinceSec = Number.NaN;
			this.#mustDraw = !this.#mustDraw;
			this.#choose();
		}
	}

	#copy(): (() => void) | undefined {
		this.#awaitsKeyframe = true;
		const limiter = new CopyLimiter();
		this.#limiter = limiter;
		const { feed } = this.#options.camera;
		feed?.requestKeyframe?.();
		return feed?.events.on("picture", (packet) => {
			const limit = this.#limitOf(limiter);
			const isOld = monotonicSec() - packet.stages.panoramaReadySec > OLDEST_COPY_SEC;
			const isOver = limit === "paused" || (limit === "keyframes" && !packet.keyframe);
			const isLeftOut = isOld || isOver || this.#isPaused;
			if (isLeftOut || (this.#awaitsKeyframe && !packet.keyframe)) {
				this.#awaitsKeyframe = true;
				if (!isLeftOut) feed.requestKeyframe?.();
				return;
			}
			this.#awaitsKeyframe = false;
			if (limiter === this.#limiter && this.#way === "copied") this.#endFormer();
			this.#options.send(packet);
		});
	}

	/** The pictures are drawn once a fresh one is there: the last decoded one may be old. */
	#draw(): () => void {
		const { camera } = this.#options;
		const rested = camera.feed?.rests === true;
		const releaseDecoded = camera.feed?.wantDecoded();
		const { panoramas } = camera.runner;
		let removeView: (() => void) | undefined;
		const begin = () => {
			if (rested && (camera.feed?.rests === true || camera.runner.panoramas === panoramas)) return;
			clearInterval(timer);
			removeView = this.#addView();
		};
		const timer = setInterval(begin, FRESH_CHECK_MS);
		begin();
		return () => {
			clearInterval(timer);
			removeView?.();
			releaseDecoded?.();
			this.#view = undefined;
		};
	}

	#addView(): (() => void) | undefined {
		const { camera, stream, encoder, send, onNotice } = this.#options;
		const options = {
			frameRate: DRAWN_RATE,
			encoder,
			format: stream.format,
			rtpStartSec: camera.startSec,
		};
		try {
			const wishes = { pose: this.#pose, bitrateBps: LEAST_DRAWN_BPS, ...camera.drawnSize, eyes: 1 } as const;
			const { viewId, view } = camera.pool.addView(options, wishes);
			this.#view = view;
			view.events.on("packet", (packet) => {
				if (this.#way === "drawn") this.#endFormer();
				send(packet);
			});
			view.events.on("failed", (message) => {
				this.#view = undefined;
				this.#endFormer();
				onNotice(`The camera ${camera.name} is not drawn: ${message}`);
			});
			view.mailbox.heldBack = this.#isBehind;
			this.#obeyRate();
			return () => camera.pool.removeView(viewId);
		} catch (error) {
			this.#endFormer();
			onNotice(`The camera ${camera.name} is not drawn: ${(error as Error).message}`);
			return undefined;
		}
	}

	#limitOf({ limit }: CopyLimiter): CopyLimit {
		// Key frames that come on request alone show nothing by themselves.
		const isOnRequest = this.#options.camera.feed?.requestKeyframe !== undefined;
		if (isOnRequest && limit === "keyframes") return "paused";
		return this.#options.isAlone === true && limit === "paused" ? "keyframes" : limit;
	}

	#obeyRate(): void {
		// The present way has no first picture that would end the former one.
		if (this.limit === "paused") this.#endFormer();
		if (this.#view === undefined) return;
		this.#view.mailbox.paused = this.#isPaused || this.limit === "paused";
		this.#view.mailbox.bitrateBps = Math.max(LEAST_DRAWN_BPS, Math.min(this.#mostDrawnBps, this.#rateBps));
	}

	get #mostDrawnBps(): number {
		return this.#options.mostDrawnBps ?? MOST_DRAWN_BPS;
	}

	get #pose() {
		return {
			worldFromView: this.#worldFromView,
			fovRad: SPHERE_FOV_DEG * RAD_PER_DEG,
			sequence: 0,
			receivedSec: Number.NaN,
		};
	}
}

/** True if a client that has agreed on `stream` decodes these pictures. */
function canDecode(
	{ format, mostProfile = "baseline" }: Pick<CameraStream, "format" | "mostProfile">,
	fed: FedFormat,
): boolean {
	if ("codec" in fed) return format.codec === fed.codec;
	// Cameras cut their pictures into NAL units of any length.
	const takesAnyUnit = format.codec === "h264" && (format as H264Format).maxNalUnitBytes === undefined;
	return takesAnyUnit && PROFILE_RANKS[fed.profile] <= PROFILE_RANKS[mostProfile];
}
