import type { Quaternion } from "../../media/rotation.ts";
import { MIN_VIEW_SIDE } from "../../protocol/control-message.ts";
import type { FrameMessage } from "../../protocol/frame-message.ts";
import { FrameMatcher } from "./frame-matcher.ts";
import { type PicturePlace, placeOfPicture, type Scene } from "./scene.ts";

/**
 * A picture whose message has not arrived by then is shown without it: the message was
 * lost.
 */
const MESSAGE_TIMEOUT_MS = 60;
/**
 * After this long without a callback, new pictures are found by the video's own
 * counter.
 */
const CALLBACK_SILENCE_MS = 400;

/** The view to assume for a picture without a message. */
export interface AssumedView {
	readonly orientation: Quaternion;
	/** Horizontal, degrees. */
	readonly fovDeg: number;
}

/** The parts of a `PanogazeConnection` that say whether the video shows its stream. */
interface StreamState {
	readonly state: { readonly name: string };
}

/**
 * Hands the pictures of a video to a scene, each with the place that it was drawn for:
 * the pose and the field of view in the server's message with the same RTP time.
 */
export class StampedPictures {
	readonly #video: HTMLVideoElement;
	readonly #connection: StreamState;
	readonly #scene: Scene;
	readonly #matcher = new FrameMatcher();
	/** Called when no message says which view a picture shows. */
	readonly #assumeView: () => AssumedView;
	#place: PicturePlace | undefined;
	#shownAtMs = Number.NEGATIVE_INFINITY;
	/** Size of the picture that was uploaded last. */
	#uploaded = { width: 0, height: 0 };
	#videoCallback = 0;
	#calledBackAtMs = 0;
	/**
	 * The video's count of pictures at its last callback, and when a picture was last
	 * uploaded.
	 */
	#countAtCallback = 0;
	#countAtUpload = -1;

	/** @param assumeView the view of a picture when no message has ever come. */
	constructor(video: HTMLVideoElement, connection: StreamState, scene: Scene, assumeView: () => AssumedView) {
		this.#video = video;
		this.#connection = connection;
		this.#scene = scene;
		this.#assumeView = assumeView;
		this.#watchVideo();
	}

	/** The place of the shown picture; `undefined` before the first. */
	get place(): PicturePlace | undefined {
		return this.#place;
	}

	/** Time at which a picture was last shown, on the clock of `performance.now()`. */
	get shownAtMs(): number {
		return this.#shownAtMs;
	}

	/** Adds the server's message about a picture. */
	addMessage(message: FrameMessage): void {
		this.#show(this.#matcher.addMessage(message));
	}

	/** Forgets all messages: the RTP times of another connection are its own. */
	clear(): void {
		this.#matcher.clear();
	}

	/** Call it before each frame of the headset is drawn. */
	update(nowMs: number): void {
		this.#takeUnannounced(nowMs);
		if (this.#matcher.waitedMs(nowMs) > MESSAGE_TIMEOUT_MS) this.#showWithoutMessage();
	}

	close(): void {
		if (this.#videoCallback !== 0) this.#video.cancelVideoFrameCallback(this.#videoCallback);
	}

	/**
	 * A picture is uploaded in its callback, which is the only place where its RTP time
	 * is known.
	 */
	#watchVideo(): void {
		const video = this.#video;
		// The present picture has had its callback, and a still view gets no other for
		// half a second.
		if (video.readyState >= video.HAVE_CURRENT_DATA) this.#upload(undefined);
		if (!("requestVideoFrameCallback" in video)) return;
		const callback = (_: number, metadata: VideoFrameCallbackMetadata & { rtpTimestamp?: number }) => {
			this.#videoCallback = video.requestVideoFrameCallback(callback);
			this.#calledBackAtMs = performance.now();
			this.#countAtCallback = video.getVideoPlaybackQuality().totalVideoFrames;
			this.#upload(metadata.rtpTimestamp);
		};
		this.#videoCallback = video.requestVideoFrameCallback(callback);
	}

	/**
	 * Some browsers have no such callback, or make none while a headset has the
	 * display. There a picture is new if the video's counter has changed.
	 */
	#takeUnannounced(nowMs: number): void {
		if (nowMs - this.#calledBackAtMs < CALLBACK_SILENCE_MS) return;
		const count = this.#video.getVideoPlaybackQuality().totalVideoFrames;
		// Each connection counts from 0. By one the counter may run ahead of a callback
		// that is due.
		if (count !== this.#countAtUpload && Math.abs(count - this.#countAtCallback) > 1) this.#upload(undefined);
	}

	/**
	 * @param rtpTicks the picture's RTP time; `undefined` where the browser does not
	 * say it.
	 */
	#upload(rtpTicks: number | undefined): void {
		const video = this.#video;
		// When a stream ends, some browsers show a black picture. The last real one
		// says more.
		if (video.videoWidth < MIN_VIEW_SIDE || !this.#isStreaming()) return;
		this.#countAtUpload = video.getVideoPlaybackQuality().totalVideoFrames;
		this.#scene.upload(video);
		this.#uploaded = { width: video.videoWidth, height: video.videoHeight };
		if (rtpTicks === undefined) this.#showWithoutMessage();
		else this.#show(this.#matcher.addFrame(rtpTicks, performance.now()));
	}

	#isStreaming(): boolean {
		const { name } = this.#connection.state;
		return name === "connected" || name === "interrupted";
	}

	/**
	 * The view of the newest message is the best guess. A server that sends no messages
	 * draws what the head sees.
	 */
	#showWithoutMessage(): void {
		this.#matcher.giveUp();
		this.#show(this.#matcher.newest ?? { ...this.#assumeView(), eyes: 1 });
	}

	#show(view: Pick<FrameMessage, "orientation" | "fovDeg" | "eyes"> | undefined): void {
		if (view === undefined) return;
		const { width, height } = this.#uploaded;
		this.#scene.showNext();
		this.#place = placeOfPicture(view, width, height);
		this.#shownAtMs = performance.now();
	}
}
