import type { DisplayMessage } from "../protocol/control-message.ts";
import { DisplayWatch } from "./display-watch.ts";

/** The parts that `AttachedVideos` need of their connection. */
export interface AttachedVideosOptions {
	/** Another stream begins. The attached videos show it already. */
	readonly onStream: (stream: MediaStream) => void;
	/** A video shows another picture. `rtpTicks` is `undefined` where the browser hides it. */
	readonly onPicture: (rtpTicks: number | undefined, shownAtMs: number) => void;
	/** Sends a report about the page's display. */
	readonly sendDisplay: (message: DisplayMessage) => void;
}

interface AttachedVideo {
	readonly element: HTMLVideoElement;
	readonly detach: () => void;
}

/** The media stream of a connection, the video elements that show it, and their pictures. */
export class AttachedVideos {
	readonly display: DisplayWatch;
	readonly #options: AttachedVideosOptions;
	readonly #attached = new Set<AttachedVideo>();
	#stream: MediaStream | undefined;

	constructor(options: AttachedVideosOptions) {
		this.#options = options;
		this.display = new DisplayWatch((message) => options.sendDisplay(message));
	}

	/** The video of the present connection. */
	get stream(): MediaStream | undefined {
		return this.#stream;
	}

	/** Shows the stream in `element` from now on. @returns a function that detaches it. */
	attach(element: HTMLVideoElement): () => void {
		if (this.#stream !== undefined) element.srcObject = this.#stream;
		let callback = 0;
		const shown = (_: number, metadata: VideoFrameCallbackMetadata & { rtpTimestamp?: number | undefined }) => {
			this.#options.onPicture(metadata.rtpTimestamp, metadata.expectedDisplayTime);
			callback = element.requestVideoFrameCallback(shown);
		};
		// Firefox before 132 has no such callback; the page then works without the
		// measurement.
		if ("requestVideoFrameCallback" in element) callback = element.requestVideoFrameCallback(shown);
		const unwatch = this.display.watch(element);
		const detach = () => {
			if (!this.#attached.delete(attached)) return;
			unwatch();
			if (callback !== 0) element.cancelVideoFrameCallback(callback);
			element.srcObject = null;
		};
		const attached = { element, detach };
		this.#attached.add(attached);
		return detach;
	}

	/**
	 * Shows a track.
	 * @param continues the track joins the shown stream: a video element keeps its
	 * picture until the track has one.
	 */
	show(track: MediaStreamTrack, continues: boolean): void {
		const stream = this.#stream;
		if (!continues || stream === undefined) {
			const begun = new MediaStream([track]);
			this.#stream = begun;
			for (const { element } of this.#attached) element.srcObject = begun;
			this.#options.onStream(begun);
			return;
		}
		const former = stream.getTracks();
		stream.addTrack(track);
		for (const old of former) stream.removeTrack(old);
	}

	/** Detaches all videos. */
	close(): void {
		for (const { detach } of this.#attached) detach();
	}
}
