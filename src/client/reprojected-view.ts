import { EventListeners } from "../media/events.ts";
import type { FoveatedWish } from "../media/foveation.ts";
import type { Quaternion } from "../media/rotation.ts";
import type { FrameMessage } from "../protocol/frame-message.ts";
import type { OverlayObject } from "../protocol/overlay-object.ts";
import type { WindowOverlay } from "./overlay/window-overlay.ts";
import type { Reprojector, ReprojectorOptions, WindowLook } from "./reprojection/reprojector.ts";
import type { StampedPicture } from "./reprojection/stamped-pictures.ts";

/**
 * A rule for re-projection: `auto` does it where it is cheap, with WebGL2 on a graphics processor;
 * `on` also where the processor draws WebGL; `off` never does.
 */
export type ReprojectMode = "auto" | "on" | "off";

/** The parts that a `ReprojectedView` needs of its connection. */
export interface ReprojectedViewOptions
	extends Omit<ReprojectorOptions, "alsoByProcessor" | "paused" | "onActive" | "onAvailable" | "onDraw"> {
	readonly mode: ReprojectMode;
	/** The first value of `ReprojectedView.foveated`. */
	readonly foveated: FoveatedWish;
	/** `foveatedNow` may have changed. */
	readonly onFoveated: () => void;
	/** The view was closed. */
	readonly onClose: () => void;
}

/** The events of a `ReprojectedView`. */
export interface ReprojectedViewEvents {
	/** The canvas begins or ceases to show the view in place of the video. */
	active: [active: boolean];
	/** `available` has changed. */
	available: [available: boolean];
}

/**
 * A video's view in a canvas, at every display frame for the newest look. Its code is loaded when
 * it is needed. Until then, and where it can't be, the canvas is hidden, and the video shows its
 * pictures as they come.
 *
 * Made by `PanogazeConnection.show`.
 */
export class ReprojectedView implements Disposable {
	readonly video: HTMLVideoElement;
	readonly canvas: HTMLCanvasElement;
	readonly #options: ReprojectedViewOptions;
	readonly #events = new EventListeners<ReprojectedViewEvents>();
	#mode: ReprojectMode;
	#foveated: FoveatedWish;
	#paused = false;
	#closed = false;
	#reprojector: Reprojector | undefined;
	#look: WindowLook | undefined;
	/** Draws over the view, from the first object on. */
	#overlay: WindowOverlay | undefined;
	#objects: readonly OverlayObject[] = [];
	/** The canvas shows the pictures, whatever their parts and their squeeze. */
	#unsqueezes = false;
	/** `available` at its last event. */
	#wasAvailable = false;

	constructor(options: ReprojectedViewOptions) {
		this.#options = options;
		this.video = options.video;
		this.canvas = options.canvas;
		this.canvas.hidden = true;
		this.#mode = options.mode;
		this.#foveated = options.foveated;
		this.#begin();
	}

	/** True while the canvas shows the view. Otherwise it is hidden, and the video shows it. */
	get active(): boolean {
		return this.#reprojector?.active === true;
	}

	/** True where this browser can re-project, and `mode` lets it, once that is known. */
	get available(): boolean {
		return this.#reprojector?.available === true;
	}

	/** The direction that the canvas shows, in the server's world; `undefined` while inactive. */
	get orientation(): Quaternion | undefined {
		return this.#reprojector?.orientation;
	}

	/** The newest picture and the view that it was drawn for; `undefined` before the first. */
	get picture(): StampedPicture | undefined {
		return this.#reprojector?.picture;
	}

	/** The rule that decides whether to re-project. */
	get mode(): ReprojectMode {
		return this.#mode;
	}

	set mode(mode: ReprojectMode) {
		if (mode === this.#mode || this.#closed) return;
		this.#mode = mode;
		this.#end();
		this.#begin();
	}

	/**
	 * The squeeze of flat pictures towards their edges, and the place where the person looks: 0.6
	 * of the pixels, of the same sharpness in the middle. It is asked for only while this view can
	 * unsqueeze them. Set another gaze whenever the eyes have moved.
	 */
	get foveated(): FoveatedWish {
		return this.#foveated;
	}

	set foveated(foveated: FoveatedWish) {
		this.#foveated = foveated;
		this.#options.onFoveated();
	}

	/** `foveated`; false while this view can't unsqueeze pictures or another display has them. */
	get foveatedNow(): FoveatedWish {
		return this.#unsqueezes && !this.#paused ? this.#foveated : false;
	}

	/** True while another display, such as a headset's, shows the stream. */
	get paused(): boolean {
		return this.#paused;
	}

	set paused(paused: boolean) {
		this.#paused = paused;
		if (this.#reprojector !== undefined) this.#reprojector.paused = paused;
		if (this.#overlay !== undefined) this.#overlay.hidden = paused;
		this.#tellFoveated();
	}

	/** The width of the pictures beyond the window's, on each side, degrees; 0 while inactive. */
	get marginDeg(): number {
		return this.#reprojector?.marginDeg ?? 0;
	}

	/** @returns a function that removes the listener. */
	on<Name extends keyof ReprojectedViewEvents>(
		name: Name,
		listener: (...args: ReprojectedViewEvents[Name]) => void,
	): () => void {
		return this.#events.on(name, listener);
	}

	/**
	 * Draws now, for programs that read the canvas or that of the objects: their contents last
	 * until the end of the task.
	 *
	 * @returns false while the canvas is not active.
	 */
	draw(): boolean {
		if (this.#reprojector?.draw() === true) return true;
		this.#overlay?.draw();
		return false;
	}

	/**
	 * Takes a look of the window.
	 *
	 * @param readAtMs on the clock of `performance.now()`.
	 * @returns the horizontal field of view to ask the server for, degrees; `undefined`: that of
	 * the look.
	 */
	look(look: WindowLook, readAtMs: number): number | undefined {
		this.#look = look;
		return this.#reprojector?.look(look, readAtMs);
	}

	/** The newest look has left with this sequence number. */
	sent(sequence: number): void {
		this.#reprojector?.sent(sequence);
	}

	/** Adds the server's message about a picture. */
	addMessage(message: FrameMessage): void {
		this.#reprojector?.addMessage(message);
		this.#overlay?.addMessage(message);
	}

	/**
	 * Draws objects over the view, in a canvas of their own that follows `canvas` in the page.
	 * `PanogazeConnection` calls it with those of the server's application.
	 */
	showObjects(objects: Iterable<OverlayObject>): void {
		const isFirst = this.#objects.length === 0 && this.#overlay === undefined;
		this.#objects = [...objects];
		this.#overlay?.show(this.#objects);
		if (!isFirst || this.#objects.length === 0) return;
		this.#loadOverlay().catch((error: unknown) => console.warn("Objects are not drawn over the view.", error));
	}

	/** Another connection begins, with RTP times of its own. */
	clear(): void {
		this.#reprojector?.clear();
		this.#overlay?.clear();
	}

	/** Hides the canvas, frees its contents, and detaches the video. */
	close(): void {
		if (this.#closed) return;
		this.#closed = true;
		this.#end();
		this.#overlay?.close();
		this.#overlay = undefined;
		this.#options.onClose();
	}

	[Symbol.dispose](): void {
		this.close();
	}

	/** Begins to re-project, if the mode lets it and this browser can. */
	#begin(): void {
		if (this.#mode === "off" || !("requestVideoFrameCallback" in this.video)) return;
		this.#load().catch((error: unknown) => console.warn("Pictures are not re-projected.", error));
	}

	async #load(): Promise<void> {
		const mode = this.#mode;
		const { Reprojector } = await import("./reprojection/reprojector.ts");
		if (this.#closed || this.#mode !== mode || this.#reprojector !== undefined) return;
		this.#reprojector = new Reprojector({
			...this.#options,
			alsoByProcessor: mode === "on",
			paused: this.#paused,
			onActive: (active) => {
				this.#overlay?.draw();
				this.#events.emit("active", active);
			},
			onDraw: (window) => this.#overlay?.draw(window),
			onAvailable: () => this.#tellAvailable(),
			onSurround: (wanted) => {
				this.#options.onSurround(wanted);
				this.#unsqueezes = wanted;
				this.#tellFoveated();
			},
		});
		this.#tellAvailable();
		if (this.#look !== undefined) this.#reprojector.look(this.#look, performance.now());
	}

	async #loadOverlay(): Promise<void> {
		const { WindowOverlay } = await import("./overlay/window-overlay.ts");
		if (this.#closed || this.#overlay !== undefined) return;
		const { video, canvas } = this;
		this.#overlay = new WindowOverlay({ video, canvas, window: () => this.#reprojector?.window });
		this.#overlay.hidden = this.#paused;
		this.#overlay.show(this.#objects);
	}

	#end(): void {
		this.#reprojector?.close();
		this.#reprojector = undefined;
	}

	#tellAvailable(): void {
		if (this.available === this.#wasAvailable) return;
		this.#wasAvailable = this.available;
		this.#events.emit("available", this.available);
	}

	#tellFoveated(): void {
		if (this.#foveated !== false) this.#options.onFoveated();
	}
}
