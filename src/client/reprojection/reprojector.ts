import type { Quaternion } from "../../media/rotation.ts";
import { clampLensFov, lensFovDeg, lensHalfWidth, type ViewerLens } from "../../media/viewer-lens.ts";
import { rotationFromWire } from "../../protocol/bone-validity.ts";
import type { FrameMessage } from "../../protocol/frame-message.ts";
import { DisplayFrames, displayedAtMs } from "./display-frames.ts";
import { isDrawnByProcessor } from "./gl-objects.ts";
import { HeadMotion } from "./head-motion.ts";
import type { PicturePlane, WindowPlane } from "./lens-plane.ts";
import { askForContext, giveContextBack } from "./lent-contexts.ts";
import { MarginRule } from "./margin-rule.ts";
import { picturePlane, viewRows } from "./picture-plane.ts";
import { ReprojectRenderer } from "./reproject-renderer.ts";
import { SentLooks } from "./sent-looks.ts";
import { type StampedPicture, StampedPictures, type StreamState } from "./stamped-pictures.ts";
import { WindowCanvas } from "./window-canvas.ts";

/** A look of the window. */
export interface WindowLook {
	readonly orientation: Quaternion;
	/** Horizontal field of view of the window, degrees. */
	readonly fovDeg?: number | undefined;
}

/** The parts that a `Reprojector` needs of its view and of the connection. */
export interface ReprojectorOptions {
	readonly video: HTMLVideoElement;
	readonly canvas: HTMLCanvasElement;
	readonly connection: StreamState;
	/** Re-project also where the processor draws WebGL. */
	readonly alsoByProcessor: boolean;
	/** Another display, such as a headset's, shows the stream. */
	readonly paused: boolean;
	/** The lens of the window now. */
	readonly lens: () => ViewerLens;
	/** Time from the reading of a pose to the display of its picture, milliseconds. */
	readonly latencyMs: () => number;
	/** Asks for the last look again, with another margin. */
	readonly askAgain: (fovDeg: number) => void;
	/** A look is displayed, this long after it was read, milliseconds. */
	readonly onTurnShown: (latencyMs: number, nowMs: number) => void;
	/**
	 * Pictures may have a surround and a squeeze from now on, or must not: the video shows them as
	 * they are.
	 */
	readonly onSurround: (wanted: boolean) => void;
	/** `available` has changed. */
	readonly onAvailable: () => void;
	/** The canvas begins or ceases to show the view in place of the video. */
	readonly onActive: (active: boolean) => void;
	/** The canvas shows this view now. */
	readonly onDraw: (window: WindowPlane) => void;
}

/**
 * A picture waits this long for its message, and the one before it is shown meanwhile: for the
 * newest look it is hardly worse, and with another picture's view the scene would jump.
 */
const MESSAGE_TIMEOUT_MS = 250;
/** Attributes of the canvas's context: an opaque picture that covers all of it. */
const CONTEXT: WebGLContextAttributes = { alpha: false, antialias: false, depth: false };
/** Longest time without a picture whose view is known, while others come. */
const UNKNOWN_MS = 1_000;

/**
 * Shows a video's newest picture in a canvas, at every display frame for the newest look: from the
 * view that the server has drawn it for to the window's. The server is asked for a margin around
 * the window's view. Where that can't be, the canvas is hidden, and the video shows its pictures as
 * they come. `ReprojectedView` loads it.
 */
export class Reprojector {
	readonly #options: ReprojectorOptions;
	readonly #looks = new SentLooks();
	readonly #motion = new HeadMotion();
	readonly #margin = new MarginRule();
	readonly #frames = new DisplayFrames((frameMs) => this.#drawFrame(frameMs));
	readonly #window: WindowCanvas;
	readonly #end = new AbortController();
	#renderer: ReprojectRenderer | undefined;
	#pictures: StampedPictures | undefined;
	#paused: boolean;
	/** Pictures come with their messages, or may still do so. */
	#isStamped = false;
	/** Time of the first picture since then whose view is not known; NaN: all are. */
	#unknownSinceMs = Number.NaN;
	/** Pictures may have a surround. */
	#surround = false;
	#active = false;
	/** The direction of the newest look; `undefined` before the first, which the server chooses. */
	#orientation: Quaternion | undefined;
	/** The window's field of view, degrees; NaN before a look or a picture has stated it. */
	#fovDeg = Number.NaN;
	#askedFovDeg = Number.NaN;
	/** Time at which the newest look was read; NaN once it was displayed. */
	#readAtMs = Number.NaN;
	#scale = 1;

	constructor(options: ReprojectorOptions) {
		this.#options = options;
		this.#paused = options.paused;
		this.#setVisible(false);
		const { canvas, video } = options;
		// A cleared canvas must be drawn before it is seen.
		this.#window = new WindowCanvas(canvas, video, () => this.draw());
		const { signal } = this.#end;
		canvas.addEventListener("webglcontextlost", (event) => this.#contextLost(event), { signal });
		canvas.addEventListener("webglcontextrestored", () => this.#begin(), { signal });
		this.#begin();
	}

	/** True while the canvas shows the view. Otherwise it is hidden, and the video shows it. */
	get active(): boolean {
		return this.#active;
	}

	/** True where this browser can re-project. */
	get available(): boolean {
		return this.#renderer !== undefined;
	}

	/** The direction that the canvas shows, in the server's world; `undefined` while inactive. */
	get orientation(): Quaternion | undefined {
		return this.#planes()?.window.worldFromView;
	}

	/** The view that the canvas shows; `undefined` while inactive. */
	get window(): WindowPlane | undefined {
		return this.#planes()?.window;
	}

	/** The newest picture and the view that it was drawn for; `undefined` before the first. */
	get picture(): StampedPicture | undefined {
		return this.#pictures?.shown;
	}

	/** True while another display, such as a headset's, shows the stream. */
	set paused(paused: boolean) {
		this.#paused = paused;
		this.#judge();
	}

	/** The width of the pictures beyond the window's, on each side, degrees; 0 while inactive. */
	get marginDeg(): number {
		return this.#active ? Math.max(0, (this.#askedFovDeg - this.#windowFovDeg) / 2) : 0;
	}

	/**
	 * Draws now, for programs that read the canvas: its contents last until the end of the task.
	 *
	 * @returns false while the canvas is not active.
	 */
	draw(): boolean {
		const planes = this.#planes();
		const { shown } = this.#pictures ?? {};
		if (planes === undefined || shown === undefined || this.#renderer === undefined) return false;
		this.#window.fit(shown.width * viewRows(shown));
		this.#renderer.draw(shown, planes.picture, planes.window);
		this.#options.onDraw(planes.window);
		return true;
	}

	/**
	 * Takes a look of the window.
	 *
	 * @param readAtMs on the clock of `performance.now()`.
	 * @returns the horizontal field of view to ask the server for, degrees; `undefined`: that of
	 * the look.
	 */
	look({ orientation, fovDeg }: WindowLook, readAtMs: number): number | undefined {
		const rotation = rotationFromWire(...orientation);
		// The server refuses it, too.
		if (rotation === undefined) return fovDeg;
		this.#orientation = rotation;
		if (fovDeg !== undefined && Number.isFinite(fovDeg)) this.#fovDeg = fovDeg;
		// A hidden page shows nothing.
		this.#readAtMs = document.hidden ? Number.NaN : readAtMs;
		this.#motion.add(rotation, readAtMs);
		if (!this.#active) {
			this.#askedFovDeg = this.#fovDeg;
			return fovDeg;
		}
		this.#frames.changed();
		this.#updateMargin(performance.now());
		this.#askedFovDeg = this.#wideFovDeg();
		return this.#askedFovDeg;
	}

	/** The newest look has left with this sequence number. */
	sent(sequence: number): void {
		if (this.#orientation === undefined || this.#paused) return;
		this.#looks.sent(sequence, { orientation: this.#orientation, askedFovDeg: this.#askedFovDeg });
	}

	/** Adds the server's message about a picture. */
	addMessage(message: FrameMessage): void {
		this.#pictures?.addMessage(message);
	}

	/** Another connection begins, with RTP times of its own. */
	clear(): void {
		this.#pictures?.clear();
	}

	/** Hides the canvas and gives its context back. */
	close(): void {
		this.#stop();
		this.#end.abort();
		const { canvas } = this.#options;
		const gl = canvas.getContext("webgl2", CONTEXT);
		if (gl !== null) giveContextBack(canvas, gl);
		this.#window.close();
		this.#frames.close();
	}

	/** Takes pictures from now on, if this browser can. */
	#begin(): void {
		const { video, canvas, alsoByProcessor } = this.#options;
		const gl = canvas.getContext("webgl2", CONTEXT);
		if (gl === null) return;
		if (gl.isContextLost()) {
			void askForContext(canvas, this.#end.signal);
			return;
		}
		// A processor that draws has enough to do with decoding.
		if (!alsoByProcessor && isDrawnByProcessor(gl)) {
			giveContextBack(canvas, gl);
			return;
		}
		try {
			this.#renderer = new ReprojectRenderer(gl);
		} catch (error) {
			// If the context is lost by now, another one may follow.
			console.warn("Pictures are not re-projected.", error);
			return;
		}
		this.#pictureUnderstood();
		this.#judge();
		this.#options.onAvailable();
		this.#pictures = new StampedPictures({
			video,
			connection: this.#options.connection,
			sink: this.#renderer,
			messageTimeoutMs: MESSAGE_TIMEOUT_MS,
			assumeView: () => this.#pictureUnknown(),
			onShow: (picture) => this.#pictureShown(picture),
		});
	}

	/**
	 * A picture has come whose view is not known. The former one does for a while; but where no
	 * messages come any more, as from servers that send none, the video is shown as it is.
	 */
	#pictureUnknown(): undefined {
		const nowMs = performance.now();
		if (Number.isNaN(this.#unknownSinceMs)) this.#unknownSinceMs = nowMs;
		this.#isStamped = nowMs - this.#unknownSinceMs < UNKNOWN_MS;
		this.#judge();
	}

	#pictureShown(picture: StampedPicture): void {
		this.#looks.pictureShown(picture);
		if (Number.isNaN(this.#fovDeg)) this.#fovDeg = picture.view.fovDeg;
		this.#pictureUnderstood();
		this.#judge();
		this.#frames.changed();
	}

	#pictureUnderstood(): void {
		this.#isStamped = true;
		this.#unknownSinceMs = Number.NaN;
	}

	#stop(): void {
		this.#pictures?.close();
		this.#pictures = undefined;
		const wasAvailable = this.available;
		this.#renderer = undefined;
		if (wasAvailable) this.#options.onAvailable();
		this.#judge();
	}

	#contextLost(event: Event): void {
		// Without this the browser does not restore the context.
		event.preventDefault();
		this.#stop();
	}

	/** Decides whether the canvas shows the view, and whether pictures may be made for it. */
	#judge(): void {
		const { shown } = this.#pictures ?? {};
		const canTurn = shown?.view.eyes === 1 && picturePlane(shown) !== undefined;
		this.#wantSurround(this.available && (this.#paused || (this.#isStamped && (canTurn || shown === undefined))));
		const active = canTurn && this.#isStamped && !this.#paused;
		if (active === this.#active) return;
		this.#active = active;
		if (active) this.draw();
		this.#setVisible(active);
		this.#options.onActive(active);
		this.#askAgain();
	}

	#wantSurround(wanted: boolean): void {
		if (wanted === this.#surround) return;
		this.#surround = wanted;
		this.#options.onSurround(wanted);
	}

	/** Shows or hides the canvas, also where a style overrules `hidden` by another `display`. */
	#setVisible(visible: boolean): void {
		const { canvas } = this.#options;
		canvas.hidden = !visible;
		canvas.style.visibility = visible ? "" : "hidden";
	}

	#drawFrame(frameMs: number): void {
		const nowMs = performance.now();
		this.#pictures?.update(nowMs);
		if (!this.draw()) return;
		if (this.#pictures?.isWaiting(nowMs)) this.#frames.changed();
		if (!Number.isNaN(this.#readAtMs)) {
			const shownMs = displayedAtMs(frameMs, this.#frames.intervalMs, nowMs);
			this.#options.onTurnShown(shownMs - this.#readAtMs, nowMs);
		}
		this.#readAtMs = Number.NaN;
		if (this.#updateMargin(nowMs)) this.#askAgain();
	}

	/** The views of the shown picture and of the window; `undefined` while inactive. */
	#planes(): { readonly picture: PicturePlane; readonly window: WindowPlane } | undefined {
		const { shown } = this.#pictures ?? {};
		const picture = this.#active && shown !== undefined ? picturePlane(shown) : undefined;
		if (picture === undefined) return undefined;
		const { aspect } = this.#window;
		const { lens, worldFromView, sides } = picture;
		if (this.#orientation === undefined)
			return {
				picture,
				window: { lens, worldFromView, halfWidth: sides.right, halfHeight: sides.right / aspect },
			};
		const look = { orientation: this.#orientation, fovDeg: this.#windowFovDeg };
		return { picture, window: this.#looks.windowPlane(look, this.#options.lens(), aspect) };
	}

	/** @returns whether another margin is needed now. */
	#updateMargin(nowMs: number): boolean {
		const planes = this.#planes();
		if (planes === undefined) return false;
		const former = this.#scale;
		const { left, right, up, down } = planes.picture.sides;
		this.#scale = this.#margin.update(
			{
				...planes,
				velocity: this.#motion.velocity(nowMs),
				latencyMs: this.#options.latencyMs(),
				pictureAspect: (left + right) / (up + down),
			},
			nowMs,
		);
		return this.#scale !== former;
	}

	/** The field of view of the window, which the server brings into the lens's bounds, too. */
	get #windowFovDeg(): number {
		return clampLensFov(this.#options.lens(), this.#fovDeg);
	}

	/** The field of view of the window with its margin, degrees. */
	#wideFovDeg(): number {
		const lens = this.#options.lens();
		return clampLensFov(lens, lensFovDeg(lens, lensHalfWidth(lens, this.#windowFovDeg) * this.#scale));
	}

	#askAgain(): void {
		if (this.#orientation === undefined || this.#paused) return;
		this.#askedFovDeg = this.#active ? this.#wideFovDeg() : this.#fovDeg;
		this.#options.askAgain(this.#askedFovDeg);
	}
}
