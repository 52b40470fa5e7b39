import type { FoveatedWish } from "../media/foveation.ts";
import type { OverlayObject } from "../protocol/overlay-object.ts";
import type { AttachedVideos } from "./attached-videos.ts";
import type { ConnectionNumbers } from "./connection-numbers.ts";
import type { ControlConversation } from "./control-conversation.ts";
import type { Look } from "./look.ts";
import type { OperatorControl } from "./operator-control.ts";
import type { PoseOutbox } from "./pose-outbox.ts";
import { ReprojectedView, type ReprojectedViewOptions, type ReprojectMode } from "./reprojected-view.ts";
import { type ViewRequestOptions, viewRequestFrom } from "./view-request.ts";

/** The parts of a connection that its view acts on. */
export interface ConnectionViewOptions {
	readonly connection: ReprojectedViewOptions["connection"];
	readonly control: ControlConversation;
	readonly poses: PoseOutbox;
	readonly numbers: ConnectionNumbers;
	readonly videos: AttachedVideos;
	readonly operator: OperatorControl;
	/** Returns the objects that the application draws. */
	readonly objects: () => Iterable<OverlayObject>;
	/** Returns whether the connection has ended for good. */
	readonly isClosed: () => boolean;
	/** Asks the server for a surround in later pictures, or for none. */
	readonly askForSurround: (wanted: boolean) => void;
}

/** How a page shows the view of a connection. */
export interface ShowOptions {
	/** `on`: also where the processor draws WebGL; `off`: not at all. @default "auto" */
	readonly reproject?: ReprojectMode | undefined;
	/** The first value of `ReprojectedView.foveated`. @default false */
	readonly foveated?: FoveatedWish | undefined;
}

/**
 * The view that a connection shows: the newest look, the size that was asked for, its
 * re-projection, and the wishes for parts of its pictures.
 */
export class ConnectionView {
	readonly #options: ConnectionViewOptions;
	readonly #surroundWishes = new Set<object>();
	#look: Look | undefined;
	#shown: ReprojectedView | undefined;
	/** The arguments of the last `request`. */
	#requested: readonly [width: number, height: number, options: ViewRequestOptions] | undefined;

	constructor(options: ConnectionViewOptions) {
		this.#options = options;
	}

	/** The re-projection, while there is one. */
	get shown(): ReprojectedView | undefined {
		return this.#shown;
	}

	/** The RTP time of the picture that the canvas shows; `undefined`: it shows none. */
	get canvasTicks(): number | undefined {
		return this.#shown?.active ? this.#shown.picture?.rtpTicks : undefined;
	}

	/** Looks elsewhere. @param readAtMs on the clock of `performance.now()`. */
	look(look: Look, readAtMs: number): void {
		this.#look = look;
		const fovDeg = this.#shown?.look(look, readAtMs) ?? look.fovDeg;
		this.#options.poses.look({ ...look, fovDeg }, readAtMs);
	}

	/**
	 * Shows the video with re-projection.
	 * @throws {Error} if a view is shown already, or the connection is closed.
	 */
	show(
		video: HTMLVideoElement,
		canvas: HTMLCanvasElement,
		{ reproject = "auto", foveated = false }: ShowOptions,
	): ReprojectedView {
		const { connection, control, poses, numbers, videos, objects, isClosed } = this.#options;
		if (this.#shown !== undefined) throw new Error("The connection already shows a view. Close that first.");
		if (isClosed()) throw new Error("The connection is closed. Make another one by `connect`.");
		const detach = videos.attach(video);
		let endSurround = () => {};
		const view = new ReprojectedView({
			video,
			canvas,
			connection,
			mode: reproject,
			foveated,
			lens: () => control.chosenLens,
			latencyMs: () => numbers.likelyLatencyMs,
			askAgain: (fovDeg) => {
				if (this.#look !== undefined) poses.look({ ...this.#look, fovDeg }, performance.now());
			},
			onTurnShown: (latencyMs, nowMs) => numbers.turns.add(latencyMs, nowMs),
			onSurround: (wanted) => {
				endSurround();
				endSurround = wanted ? this.wantSurround() : () => {};
			},
			onFoveated: () => {
				if (this.#shown !== undefined && this.#requested !== undefined) this.request(...this.#requested);
			},
			onClose: () => {
				this.#shown = undefined;
				detach();
			},
		});
		this.#shown = view;
		view.showObjects(objects());
		if (this.#look !== undefined) this.look(this.#look, performance.now());
		return view;
	}

	/** Asks for pictures that fit `width` x `height` device pixels. */
	request(width: number, height: number, options: ViewRequestOptions = {}): void {
		this.#requested = [width, height, options];
		const { foveated = this.#shown?.foveatedNow } = options;
		const view = viewRequestFrom(width, height, { ...options, foveated });
		if (view !== undefined && !this.#options.isClosed()) this.#options.control.requestView(view, options);
	}

	/** Wants a surround in each picture. @returns a function that ends the wish. */
	wantSurround(): () => void {
		const wish = {};
		this.#surroundWishes.add(wish);
		this.#askForSurround();
		return () => {
			if (this.#surroundWishes.delete(wish)) this.#askForSurround();
		};
	}

	/**
	 * Lends the view to another display.
	 * @param video the size that is asked for afterwards if nobody has asked for one before.
	 * @returns a function that ends the loan.
	 */
	lend(video: HTMLVideoElement, seenRtpTicks: (() => number | undefined) | undefined): () => void {
		const { operator, videos } = this.#options;
		const [requested, look, shown] = [this.#requested, this.#look, this.#shown];
		const wasPaused = shown?.paused ?? true;
		videos.display.paused = true;
		const endLoan = operator.lend(seenRtpTicks);
		if (shown !== undefined) shown.paused = true;
		return () => {
			videos.display.paused = false;
			endLoan();
			if (shown !== undefined) shown.paused = wasPaused;
			if (requested !== undefined) this.request(...requested);
			else this.request(video.clientWidth * devicePixelRatio, video.clientHeight * devicePixelRatio);
			if (look !== undefined) this.look(look, performance.now());
		};
	}

	/** Another hello states the wish, if it has changed. */
	#askForSurround(): void {
		const surround = this.#surroundWishes.size > 0;
		if (surround !== (this.#options.control.pictureParts?.surround ?? false))
			this.#options.askForSurround(surround);
	}
}
