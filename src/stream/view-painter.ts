import { monotonicSec } from "../media/clock.ts";
import type { PictureGeometry } from "../media/encoded-packet.ts";
import type { I420Picture } from "../media/i420-picture.ts";
import { pictureLayout } from "../media/panorama.ts";
import type { PanoramaLease } from "../media/panorama-store.ts";
import { type SurroundSize, surroundSizeFor } from "../media/surround.ts";
import type { WasmMemory } from "../media/wasm-types.ts";
import type { Projector } from "../projection/projector.ts";
import type { RenderedViewOptions } from "./render-protocol.ts";
import type { Surrounds } from "./surrounds.ts";
import { LensViews, type ShapedLens } from "./view-lens.ts";
import type { ViewPose } from "./view-mailbox.ts";
import type { ViewSize } from "./view-size.ts";

/** Most rows of a picture that encoders take. */
const MAX_PICTURE_ROWS = 8192;

/** The parts of a render worker that paint pictures. */
export interface PaintContext {
	readonly projector: Projector;
	/** Memory of panoramas and of the drawn picture. */
	readonly memory: WasmMemory;
	/** Address of the drawn picture: room for two of the largest view, and for a surround. */
	readonly pictureAddress: number;
	readonly surrounds: Surrounds;
}

/** A picture to paint. */
export interface PaintRequest {
	readonly size: ViewSize;
	readonly lens: ShapedLens;
	/** A surround is wished, and the application changes nothing that it would still show. */
	readonly surround: boolean;
	/** Seconds on the server's monotonic clock. */
	readonly nowSec: number;
}

/** A painted picture, and what it shows. */
export interface PaintedPicture {
	/** It lies in the worker's memory, until the next one is painted. */
	readonly picture: I420Picture;
	readonly geometry: PictureGeometry;
	readonly pose: ViewPose;
	/** Time at which the pose was read, seconds on the server's monotonic clock. */
	readonly drawStartSec: number;
}

/** Paints one viewer's pictures: the views of its eyes, and a surround below them. */
export class ViewPainter {
	readonly #context: PaintContext;
	readonly #sampling: RenderedViewOptions["sampling"];
	readonly #eye: 0 | 1;
	readonly #lensViews = new LensViews();

	/**
	 * @param context outlives the painter.
	 * @param eye that is drawn of a source for two where the view is for one.
	 */
	constructor(context: PaintContext, sampling: RenderedViewOptions["sampling"], eye: 0 | 1 = 0) {
		this.#eye = eye;
		this.#context = context;
		this.#sampling = sampling;
	}

	/**
	 * Paints a panorama.
	 *
	 * @param lease borrowed.
	 * @param takePose reads the newest pose: called last before drawing.
	 * @throws {RangeError} if the projector can't draw the panorama.
	 */
	paint(lease: PanoramaLease, request: PaintRequest, takePose: () => ViewPose): PaintedPicture {
		const { size, lens } = request;
		const { projector, surrounds } = this.#context;
		const { projection } = lease.format;
		// A picture that can't be shown in another direction needs nothing around it.
		const isFixed = projection?.kind === "none" || typeof lens.lens !== "string";
		const rows = size.height * size.eyes;
		const surround = request.surround && !isFixed ? surroundBelow(size.width, rows) : undefined;
		const picture = this.#pictureOf(size.width, surround ? rows + surround.gap + surround.height : rows);
		const pose = takePose();
		// Not before: on a busy machine a pose may arrive while the thread waits for its turn.
		const drawStartSec = monotonicSec();
		const { views, fovRad, ...geometry } = this.#lensViews.all(lens, size, pose, projection);
		const [view, second] = views;
		const options = { ...this.#sampling, firstRow: 0 };
		const eye = size.eyes === 1 && lease.format.eyes === 2 ? this.#eye : 0;
		if (second === undefined) projector.project(lease, view, picture, { ...options, eyes: size.eyes, eye });
		else {
			projector.project(lease, view, picture, options);
			projector.project(lease, second, picture, { ...options, eye: 1, firstRow: size.height });
		}
		if (surround !== undefined) surrounds.draw(lease, surround, picture, request.nowSec);
		return { picture, pose: { ...pose, fovRad }, geometry: { ...geometry, surround }, drawStartSec };
	}

	#pictureOf(width: number, height: number): I420Picture {
		const { memory, pictureAddress } = this.#context;
		const { byteLength } = pictureLayout(width, height);
		return { data: new Uint8Array(memory.buffer, pictureAddress, byteLength), width, height };
	}
}

/** The surround below so many rows; `undefined` where the picture would be too high. */
function surroundBelow(width: number, rows: number): SurroundSize | undefined {
	const size = surroundSizeFor(width, rows);
	return rows + size.gap + size.height <= MAX_PICTURE_ROWS ? size : undefined;
}
