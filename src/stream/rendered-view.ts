import type { EncodedPacket } from "../media/encoded-packet.ts";
import { EventListeners } from "../media/events.ts";
import type { I420Picture } from "../media/i420-picture.ts";
import type { View } from "../media/view.ts";
import type { PanoramaPicture } from "../projection/projector.ts";
import { applyTransform, type Transform } from "../projection/transform.ts";
import {
	NO_RENDER_STATS,
	type NumberedLens,
	type RenderedViewOptions,
	type TransformRequest,
} from "./render-protocol.ts";
import { TRANSFORM_LATE_MS } from "./transform-desk.ts";
import { LensViews, type ShapedLens, type ViewLens } from "./view-lens.ts";
import type { ViewMailbox } from "./view-mailbox.ts";

/** Events of a `RenderedView`. */
export interface RenderedViewEvents {
	/** A picture was drawn and encoded. */
	packet: [packet: EncodedPacket];
	/** The view can't go on and is removed. Its mailbox must not be used afterwards. */
	failed: [message: string];
	/** The application's transform failed, or could not begin in time, for the first time. */
	transformTrouble: [message: string];
}

/** What a view is drawn through, and what the application does to its pictures. */
export interface ViewOptics extends Partial<ShapedLens> {
	readonly transform?: Transform | undefined;
}

/** A panorama and a drawn picture in the memory that they share with the render worker. */
export interface TransformPictures {
	readonly picture: I420Picture;
	readonly panorama: PanoramaPicture;
}

/** The main thread's side of one view that a worker of the pool draws and encodes. */
export class RenderedView {
	readonly mailbox: ViewMailbox;
	readonly options: RenderedViewOptions;
	readonly events = new EventListeners<RenderedViewEvents>();
	/** FFmpeg's name of the encoder in use, empty before the first picture. */
	encoderName = "";
	/** Counters at the newest picture. */
	stats = NO_RENDER_STATS;
	#transform: Transform | undefined;
	#lensNumber = 0;
	/** The lenses that the worker may still draw through, by number. */
	readonly #lenses = new Map<number, ShapedLens>();
	readonly #lensViews = new LensViews();
	readonly #reported = new Set<string>();

	/** @param mailbox freed by the pool. */
	constructor(mailbox: ViewMailbox, options: RenderedViewOptions, transform?: Transform) {
		this.mailbox = mailbox;
		this.options = options;
		this.transform = transform;
	}

	/** Changes the drawn pictures, from the next one on. */
	set transform(transform: Transform | undefined) {
		this.#transform = transform;
		this.mailbox.transformed = transform !== undefined;
	}

	/**
	 * Numbers a lens that the worker is about to be sent.
	 * @param shareable the lens in a form that the worker can use.
	 */
	numberLens(lens: ShapedLens, shareable: ViewLens): NumberedLens {
		this.#lenses.set(++this.#lensNumber, lens);
		return { ...lens, lens: shareable, number: this.#lensNumber };
	}

	/** Does the work of a request. @returns whether the picture may be sent. */
	applyTransform(request: TransformRequest, { picture, panorama }: TransformPictures): boolean {
		// It was taken away meanwhile, and with it the reason to change the picture.
		if (this.#transform === undefined) return true;
		const { eyes, poseSequence, timeSec, mediaTimeSec } = request;
		const { color } = panorama.format;
		const view = this.#viewOf(request, panorama);
		try {
			applyTransform(this.#transform, {
				picture,
				color,
				eyes,
				view,
				poseSequence,
				timeSec,
				mediaTimeSec,
				panorama,
			});
			return true;
		} catch (error) {
			const words = error instanceof Error ? error.message : String(error);
			this.#report("failed", `The transform failed, and the picture is left out: ${words}`);
			return false;
		}
	}

	/** Reports that a request was given up before the main thread could begin. */
	noteLateTransform(): void {
		const words = `The main thread was busy for more than ${TRANSFORM_LATE_MS} ms`;
		this.#report("late", `${words}: the picture is left out, because its transform could not begin.`);
	}

	/** The view of the only eye, or of the left one. */
	#viewOf(request: TransformRequest, { format }: PanoramaPicture): View {
		const { lensNumber, ...pose } = request;
		for (const number of this.#lenses.keys()) if (number < lensNumber) this.#lenses.delete(number);
		const lens = this.#lenses.get(lensNumber) ?? { lens: "flat" };
		return this.#lensViews.all(lens, request, pose, format.projection).views[0];
	}

	#report(kind: "failed" | "late", message: string): void {
		if (this.#reported.has(kind)) return;
		this.#reported.add(kind);
		this.events.emit("transformTrouble", message);
	}
}
