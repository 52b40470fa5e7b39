import {
	fovForScreenDeg,
	type PanogazeConnection,
	type ReprojectedView,
	type Screen,
	type ViewControls,
	type ViewerLens,
} from "../src/client/index.ts";
import { anglesFromQuaternion } from "../src/media/rotation.ts";
import { clampLensFov, lensFovDeg } from "../src/media/viewer-lens.ts";
import { watchPixelRatio } from "./pixel-ratio.ts";
import { hasPicture } from "./player.ts";
import type { LinkedView } from "./view-link.ts";

/**
 * The view in the page's window: asks for pictures of its shape and looks where the
 * controls look.
 */
export class WindowView {
	readonly #video: HTMLVideoElement;
	readonly #shown: ReprojectedView;
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
	#lens: ViewerLens = "flat";
	#mostRows = Number.POSITIVE_INFINITY;
	#wishedEyes: 1 | 2 = 1;
	/** Eyes in the pictures, the left one above the right one. */
	#shownEyes: 1 | 2 = 1;
	/** The view of a link, until somebody moves. */
	#linked: LinkedView = {};

	constructor(shown: ReprojectedView, connection: PanogazeConnection, controls: ViewControls) {
		const { video } = shown;
		this.#shown = shown;
		this.#video = video;
		this.#connection = connection;
		this.#controls = controls;
		controls.on("look", (look, readAtMs) => {
			this.#linked = {};
			if (!this.#paused) connection.look(look, readAtMs);
		});
		connection.on("welcome", ({ view }) => {
			this.#longSideDeg = view.fovDeg;
			this.#videoAspect = view.width / view.height;
			controls.model.home = { yawDeg: view.initial?.yaw ?? 0, pitchDeg: view.initial?.pitch ?? 0 };
			this.#fit();
		});
		for (const type of ["loadedmetadata", "resize"])
			video.addEventListener(type, () => {
				if (hasPicture(video)) this.#videoAspect = video.videoWidth / video.videoHeight;
				this.#fit();
			});
		new ResizeObserver(() => this.#fit()).observe(video);
		watchPixelRatio(() => this.#fit());
		shown.on("active", () => this.#fit());
		this.#fit();
	}

	/** True while a headset leads. */
	get paused(): boolean {
		return this.#paused;
	}

	/** A headset leads. */
	pause(): void {
		this.#paused = true;
		this.#shown.paused = true;
	}

	/** The window leads again. */
	resume(): void {
		this.#paused = false;
		this.#shown.paused = false;
		this.#fit();
	}

	/** Shows the view through another lens, from its first zoom on. */
	set lens(lens: ViewerLens) {
		if (lens === this.#lens) return;
		this.#lens = lens;
		const { model } = this.#controls;
		model.setLens(lens, this.#homeFovDeg());
		this.#followLink();
		if (!this.#paused) this.#connection.look({ orientation: model.orientation, fovDeg: model.fovDeg });
	}

	/** Bound of the smaller side of the pictures, pixels. */
	set mostRows(rows: number) {
		this.#mostRows = rows;
		this.#fit(true);
	}

	/** Eyes to ask the server for. */
	set wishedEyes(eyes: 1 | 2) {
		if (eyes === this.#wishedEyes) return;
		this.#wishedEyes = eyes;
		this.#fit();
	}

	/** Eyes that the pictures have. */
	set shownEyes(eyes: 1 | 2) {
		this.#shownEyes = eyes;
		this.#fit();
	}

	/** Looks as a link says until the viewer moves the view. */
	set linked(view: LinkedView) {
		this.#linked = view;
		this.#fit();
	}

	/** Home direction, lens and shape of the pictures come one after the other. */
	#followLink(): void {
		const { yawDeg, pitchDeg, fovDeg } = this.#linked;
		if (yawDeg === undefined && pitchDeg === undefined && fovDeg === undefined) return;
		const { model } = this.#controls;
		model.reset();
		const home = anglesFromQuaternion(model.orientation);
		const spanDeg = fovDeg === undefined ? undefined : clampLensFov(this.#lens, fovDeg);
		model.lookAt(
			{ yawDeg: yawDeg ?? home.yawDeg, pitchDeg: pitchDeg ?? home.pitchDeg },
			spanDeg === undefined ? undefined : fovForScreenDeg(model.screen, spanDeg, this.#lens),
		);
	}

	/** @param atOnce the viewer has chosen the size of the pictures. */
	#fit(atOnce = false): void {
		if (this.#paused) return;
		const { model } = this.#controls;
		const [width, height] = [Math.max(1, this.#video.clientWidth), Math.max(1, this.#video.clientHeight)];
		const rows = Math.min(width, height) * devicePixelRatio;
		const scale = devicePixelRatio * Math.min(1, this.#mostRows / rows);
		this.#connection.requestView(width * scale, height * scale, { eyes: this.#wishedEyes, atOnce });
		// A re-projected picture has the window's shape, and is not cropped.
		const videoAspect = this.#shown.active
			? width / height
			: this.#videoAspect === undefined
				? width / height
				: this.#videoAspect * this.#shownEyes;
		model.screen = { width, height, videoAspect, fit: "cover" };
		model.homeFovDeg = this.#homeFovDeg();
		this.#followLink();
		this.#connection.look({ orientation: model.orientation, fovDeg: model.fovDeg });
	}

	/** The first field of view: the server's of a flat view, or the lens's own. */
	#homeFovDeg(): number {
		const { screen } = this.#controls.model;
		return fovForScreenDeg(screen, longSideDeg(this.#lens, screen, this.#longSideDeg), this.#lens);
	}
}

/** Pannini's projection shows this much without looking distorted. */
const PANNINI_LONG_SIDE_DEG = 150;
/** Half of the window's shorter side, of which the planet's horizon takes a radius of 2. */
const PLANET_HALF_SHORT_SIDE = 3.2;

/** The first field of view of the window's longer side. */
function longSideDeg(lens: ViewerLens, { width, height }: Screen, flatDeg: number): number {
	if (lens === "flat") return flatDeg;
	if (lens === "pannini") return PANNINI_LONG_SIDE_DEG;
	return lensFovDeg(lens, (PLANET_HALF_SHORT_SIDE * Math.max(width, height)) / Math.min(width, height));
}
