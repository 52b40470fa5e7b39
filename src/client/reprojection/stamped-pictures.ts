import { MIN_VIEW_SIDE } from "../../protocol/control-writing.ts";
import type { FrameMessage } from "../../protocol/frame-message.ts";
import { FrameMatcher } from "./frame-matcher.ts";
import { LostMessages } from "./lost-messages.ts";
import { type FrameCallbackMetadata, type PresentFrame, PresentFrames } from "./present-frames.ts";

/**
 * After this long without a callback, new pictures are found by the video's own
 * counter.
 */
const CALLBACK_SILENCE_MS = 400;

/** The view that a picture was drawn for. */
export type PictureView = Omit<FrameMessage, "rtpTicks" | "times">;

/** A shown picture. */
export interface StampedPicture {
	readonly view: PictureView;
	/** The picture's RTP time; `undefined` where the browser does not state it. */
	readonly rtpTicks?: number | undefined;
	/** Pixels of the whole picture, with both eyes' parts. */
	readonly width: number;
	readonly height: number;
}

/** The parts of a `PanogazeConnection` that tell of the stream that the video shows. */
export interface StreamState {
	readonly state: { readonly name: string };
	/** Reads messages out of the pictures, too. Called again and again while they lack them. */
	readStamps(): void;
	/** The RTP time of the picture that was decoded last, if known. */
	readonly decodedRtpTicks?: number | undefined;
}

/** Two pictures of a video: the shown one, and the next, whose view may not be known yet. */
export interface PictureSink {
	/** Takes a picture as the next one. It is borrowed. */
	upload(source: PresentFrame["source"]): void;
	/** Shows the next picture. */
	showNext(picture: StampedPicture): void;
}

/** The parts that `StampedPictures` needs. */
export interface StampedPicturesOptions {
	readonly video: HTMLVideoElement;
	readonly connection: StreamState;
	readonly sink: PictureSink;
	/**
	 * A picture whose message has not arrived by then is shown without it: the message
	 * was lost.
	 */
	readonly messageTimeoutMs: number;
	/**
	 * Returns the view of a picture without a message; `undefined`: it is not shown.
	 * @param newest the last message of any picture.
	 */
	readonly assumeView: (newest: FrameMessage | undefined) => PictureView | undefined;
	/** Called for each picture that the sink shows. */
	readonly onShow?: ((picture: StampedPicture) => void) | undefined;
}

/**
 * Hands the pictures of a video to a sink, each with the view that it was drawn for:
 * that of the server's message with the same RTP time.
 */
export class StampedPictures {
	readonly #options: StampedPicturesOptions;
	readonly #frames: PresentFrames;
	readonly #matcher = new FrameMatcher();
	readonly #lost = new LostMessages();
	#shown: StampedPicture | undefined;
	#shownAtMs = Number.NEGATIVE_INFINITY;
	/** Size and RTP time of the picture that was uploaded last. */
	#uploaded: Omit<StampedPicture, "view"> = { width: 0, height: 0 };
	#videoCallback = 0;
	#calledBackAtMs = 0;
	/**
	 * The video's count of pictures at its last callback, and when a picture was last
	 * uploaded.
	 */
	#countAtCallback = 0;
	#countAtUpload = -1;

	constructor(options: StampedPicturesOptions) {
		this.#options = options;
		this.#frames = new PresentFrames(options.video);
		this.#watchVideo();
	}

	/** The shown picture; `undefined` before the first. */
	get shown(): StampedPicture | undefined {
		return this.#shown;
	}

	/** Time at which a picture was last shown, on the clock of `performance.now()`. */
	get shownAtMs(): number {
		return this.#shownAtMs;
	}

	/** True while a picture waits for its message. */
	isWaiting(nowMs: number): boolean {
		return this.#matcher.waitedMs(nowMs) > 0;
	}

	/** Adds the server's message about a picture. */
	addMessage(message: FrameMessage): void {
		this.#show(this.#matcher.addMessage(message));
	}

	/** Forgets all messages: the RTP times of another connection are its own. */
	clear(): void {
		this.#matcher.clear();
	}

	/** Call it before each display frame is drawn. Pictures are also taken without it. */
	update(nowMs: number): void {
		this.#takeUnannounced(nowMs);
		this.#giveUpLate(nowMs);
	}

	/** Takes no more pictures. */
	close(): void {
		if (this.#videoCallback !== 0) this.#options.video.cancelVideoFrameCallback(this.#videoCallback);
	}

	/**
	 * A picture is uploaded in its callback, which is the only place where its RTP time
	 * is known.
	 */
	#watchVideo(): void {
		const { video } = this.#options;
		// The present picture has had its callback, and a still view gets no other for
		// half a second.
		if (video.readyState >= video.HAVE_CURRENT_DATA) this.#upload(undefined);
		if (!("requestVideoFrameCallback" in video)) return;
		const callback = (_: number, metadata: FrameCallbackMetadata) => {
			this.#videoCallback = video.requestVideoFrameCallback(callback);
			this.#calledBackAtMs = performance.now();
			this.#countAtCallback = video.getVideoPlaybackQuality().totalVideoFrames;
			this.#upload(metadata);
		};
		this.#videoCallback = video.requestVideoFrameCallback(callback);
	}

	/**
	 * Some browsers have no such callback, or make none while a headset has the
	 * display. There a picture is new if the video's counter has changed.
	 */
	#takeUnannounced(nowMs: number): void {
		if (nowMs - this.#calledBackAtMs < CALLBACK_SILENCE_MS) return;
		const count = this.#options.video.getVideoPlaybackQuality().totalVideoFrames;
		// Each connection counts from 0. By one the counter may run ahead of a callback
		// that is due.
		if (count !== this.#countAtUpload && Math.abs(count - this.#countAtCallback) > 1) this.#upload(undefined);
	}

	/** @param metadata of the picture's callback, if there was one. */
	#upload(metadata: FrameCallbackMetadata | undefined): void {
		const { video, sink } = this.#options;
		// When a stream ends, some browsers show a black picture. The last real one
		// says more.
		if (video.videoWidth < MIN_VIEW_SIDE || !this.#isStreaming()) return;
		this.#countAtUpload = video.getVideoPlaybackQuality().totalVideoFrames;
		const rtpTicks = this.#frames.take(metadata, (source) => {
			sink.upload(source);
			// The video may have gone on to pictures of another size.
			this.#uploaded =
				"displayWidth" in source
					? { width: source.displayWidth, height: source.displayHeight }
					: { width: video.videoWidth, height: video.videoHeight };
		});
		const { decodedRtpTicks } = this.#options.connection;
		this.#uploaded = { ...this.#uploaded, rtpTicks: rtpTicks ?? decodedRtpTicks };
		if (rtpTicks === undefined) {
			this.#showWithoutMessage();
			return;
		}
		const nowMs = performance.now();
		this.#show(this.#matcher.addFrame(rtpTicks, nowMs));
		this.#giveUpLate(nowMs);
		if (this.#lost.judge(this.#matcher.missed, this.#matcher.newest !== undefined))
			this.#options.connection.readStamps();
	}

	#isStreaming(): boolean {
		const { name } = this.#options.connection.state;
		return name === "connected" || name === "interrupted";
	}

	#giveUpLate(nowMs: number): void {
		if (this.#matcher.waitedMs(nowMs) > this.#options.messageTimeoutMs) this.#showWithoutMessage();
	}

	#showWithoutMessage(): void {
		this.#matcher.giveUp();
		this.#show(this.#options.assumeView(this.#matcher.newest));
	}

	#show(view: PictureView | undefined): void {
		if (view === undefined) return;
		this.#shown = { view, ...this.#uploaded };
		this.#options.sink.showNext(this.#shown);
		this.#shownAtMs = performance.now();
		this.#options.onShow?.(this.#shown);
	}
}
