import type { FrameMessage } from "../../protocol/frame-message.ts";
import type { WindowPlane } from "../reprojection/lens-plane.ts";
import { picturePlane } from "../reprojection/picture-plane.ts";

/** Messages that are remembered: far more than a message is ever ahead of its picture. */
const REMEMBERED = 128;

/**
 * The view of the picture that a video element shows by itself: that of the server's message with
 * the same RTP time, cropped as the element crops it.
 */
export class PlainPicture {
	readonly #video: HTMLVideoElement;
	readonly #onShow: () => void;
	readonly #messages = new Map<number, FrameMessage>();
	#newest: FrameMessage | undefined;
	#shown: FrameMessage | undefined;
	#callback = 0;

	/** @param onShow called when the video shows a picture. */
	constructor(video: HTMLVideoElement, onShow: () => void) {
		this.#video = video;
		this.#onShow = onShow;
		if ("requestVideoFrameCallback" in video) this.#watch();
	}

	/** Adds the server's message about a picture. */
	addMessage(message: FrameMessage): void {
		this.#newest = message;
		this.#messages.set(message.rtpTicks, message);
		const [oldest] = this.#messages.keys();
		if (this.#messages.size > REMEMBERED && oldest !== undefined) this.#messages.delete(oldest);
		// Without callbacks the newest is the best guess.
		if (this.#callback === 0) this.#show(message);
	}

	/** Another connection begins, with RTP times of its own. */
	clear(): void {
		this.#messages.clear();
		this.#newest = undefined;
		this.#shown = undefined;
	}

	/** The view of the element; `undefined` before the first picture, and of two eyes. */
	get window(): WindowPlane | undefined {
		const { videoWidth, videoHeight, clientWidth, clientHeight } = this.#video;
		const view = this.#shown;
		if (view === undefined || view.eyes !== 1 || videoWidth === 0 || clientHeight === 0) return undefined;
		const plane = picturePlane({ view, width: videoWidth, height: videoHeight });
		if (plane === undefined || plane.foveation !== undefined) return undefined;
		const [across, up] = [clientWidth / videoWidth, clientHeight / videoHeight];
		const { objectFit } = getComputedStyle(this.#video);
		const scale = objectFit === "cover" ? Math.max(across, up) : Math.min(across, up);
		const [scaleX, scaleY] = objectFit === "fill" ? [across, up] : [scale, scale];
		return {
			lens: plane.lens,
			worldFromView: plane.worldFromView,
			halfWidth: (plane.sides.right * across) / scaleX,
			halfHeight: (plane.sides.up * up) / scaleY,
		};
	}

	close(): void {
		if (this.#callback !== 0) this.#video.cancelVideoFrameCallback(this.#callback);
	}

	#watch(): void {
		const callback = (_: number, { rtpTimestamp }: { readonly rtpTimestamp?: number | undefined }) => {
			this.#callback = this.#video.requestVideoFrameCallback(callback);
			const message = rtpTimestamp === undefined ? this.#newest : this.#messages.get(rtpTimestamp);
			if (message !== undefined) this.#show(message);
		};
		this.#callback = this.#video.requestVideoFrameCallback(callback);
	}

	#show(message: FrameMessage): void {
		this.#shown = message;
		this.#onShow();
	}
}
