import { fovForScreenDeg, type PanogazeConnection, type ViewControls } from "../src/client/index.ts";
import { hasPicture } from "./player.ts";

/**
 * The view in the page's window: asks for pictures of its shape and looks where the
 * controls look.
 */
export class WindowView {
	readonly #video: HTMLVideoElement;
	readonly #connection: PanogazeConnection;
	readonly #controls: ViewControls;
	/** Field of view of the longer side of the window before any zoom. */
	#longSideDeg = 90;
	/**
	 * Aspect ratio of the pictures; before the first one, that of the window is
	 * expected.
	 */
	#videoAspect: number | undefined;
	#paused = false;

	constructor(video: HTMLVideoElement, connection: PanogazeConnection, controls: ViewControls) {
		this.#video = video;
		this.#connection = connection;
		this.#controls = controls;
		controls.on("look", (look, readAtMs) => {
			if (!this.#paused) connection.look(look, readAtMs);
		});
		connection.on("welcome", ({ view }) => {
			this.#longSideDeg = view.fovDeg;
			this.#videoAspect = view.width / view.height;
			this.#fit();
		});
		for (const type of ["loadedmetadata", "resize"])
			video.addEventListener(type, () => {
				if (hasPicture(video)) this.#videoAspect = video.videoWidth / video.videoHeight;
				this.#fit();
			});
		new ResizeObserver(() => this.#fit()).observe(video);
		this.#fit();
		connection.attach(video);
	}

	/** A headset leads. */
	pause(): void {
		this.#paused = true;
	}

	/** The window leads again. */
	resume(): void {
		this.#paused = false;
		this.#fit();
	}

	#fit(): void {
		if (this.#paused) return;
		const { model } = this.#controls;
		const [width, height] = [Math.max(1, this.#video.clientWidth), Math.max(1, this.#video.clientHeight)];
		this.#connection.requestView(width * devicePixelRatio, height * devicePixelRatio);
		model.screen = { width, height, videoAspect: this.#videoAspect ?? width / height, fit: "cover" };
		model.homeFovDeg = fovForScreenDeg(model.screen, this.#longSideDeg);
		this.#connection.look({ orientation: model.orientation, fovDeg: model.fovDeg });
	}
}
