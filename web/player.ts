import type { PanogazeConnection, ReprojectedView } from "../src/client/index.ts";
import type { ViewState } from "../src/client/view-state.ts";
import { MIN_VIEW_SIDE } from "../src/protocol/control-writing.ts";
import { element } from "./element.ts";
import { PictureWatch } from "./picture-watch.ts";

/**
 * Plays the video, with a button where the browser wants a tap first, and keeps its
 * last picture.
 */
export class Player {
	readonly #shown: ReprojectedView;
	readonly #video: HTMLVideoElement;
	readonly #view: ViewState;
	readonly #button = element("#play");
	readonly #still = element<HTMLCanvasElement>("#still");

	constructor(shown: ReprojectedView, connection: PanogazeConnection, view: ViewState) {
		const { video } = shown;
		this.#shown = shown;
		this.#video = video;
		this.#view = view;
		new PictureWatch(video, (moving) => view.videoIs(moving ? "playing" : "waiting"));
		video.addEventListener("playing", () => this.#playing());
		connection.on("stream", () => void this.#play());
		connection.on("state", ({ name }) => {
			if (name === "reconnecting" || name === "closed") this.#keepPicture();
		});
		// Some browsers pause video to save power and do not start it again.
		video.addEventListener("pause", () => {
			if (!document.hidden && connection.state.name === "connected") void this.#play();
		});
		document.addEventListener("visibilitychange", () => {
			if (!document.hidden && video.paused && video.srcObject !== null) void this.#play();
		});
		this.#button.addEventListener("click", () => {
			void this.#play();
			video.focus();
		});
	}

	/**
	 * Most browsers let muted video start by itself; in others a tap on the button
	 * starts it.
	 */
	async #play(): Promise<void> {
		try {
			await this.#video.play();
			this.#button.hidden = true;
		} catch (error) {
			// A newer stream has replaced this one, and its own call decides.
			if ((error as DOMException).name === "AbortError") return;
			this.#button.hidden = false;
			this.#view.videoIs("blocked");
		}
	}

	#playing(): void {
		this.#view.videoIs("playing");
		this.#button.hidden = true;
		this.#still.hidden = true;
	}

	/**
	 * Without a connection browsers show black. The last picture, dimmed, says more. A
	 * re-projected one stays in its canvas.
	 */
	#keepPicture(): void {
		const still = this.#still;
		if (!still.hidden || this.#shown.active || !hasPicture(this.#video)) return;
		still.width = this.#video.videoWidth;
		still.height = this.#video.videoHeight;
		still.getContext("2d")?.drawImage(this.#video, 0, 0);
		still.hidden = false;
	}
}

/**
 * @returns whether a video has had a picture: Chromium reports 2 x 2 pixels before the
 * first.
 */
export function hasPicture(video: HTMLVideoElement): boolean {
	return video.videoWidth >= MIN_VIEW_SIDE;
}
