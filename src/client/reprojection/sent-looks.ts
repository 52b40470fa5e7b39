import { IDENTITY, multiplyQuaternions, type Quaternion } from "../../media/rotation.ts";
import { lensHalfWidth, type ViewerLens } from "../../media/viewer-lens.ts";
import { conjugate } from "../../skeleton/rigid-transform.ts";
import type { WindowPlane } from "./lens-plane.ts";
import { planeLens } from "./picture-plane.ts";
import type { StampedPicture } from "./stamped-pictures.ts";

/** A look as the server was asked for it. */
export interface AskedLook {
	/** The direction in the client's world. */
	readonly orientation: Quaternion;
	/** Horizontal field of view with the margin, degrees; NaN: left to the server. */
	readonly askedFovDeg: number;
}

/** Looks that are remembered: 8 s at 120 Hz, or many minutes of a view that stands still. */
const REMEMBERED = 1024;
/** Fields of view that differ by less, degrees, are the same: messages have three decimals. */
const SAME_FOV_DEG = 0.01;

/**
 * Relates the window's looks to the pictures that the server has drawn for them, by the sequence
 * number of the pose. The server may have turned the client's world (`recenter`), or its
 * application the view: the window then moves as the client has since turned and zoomed.
 */
export class SentLooks {
	readonly #looks = new Map<number, AskedLook>();
	/** The relation of the two worlds at the last picture whose look was known. */
	#worldFromClient: Quaternion = IDENTITY;
	#zoom = 1;

	/** A look has left with this sequence number. Repeated looks have numbers of their own. */
	sent(sequence: number, look: AskedLook): void {
		this.#looks.delete(sequence);
		this.#looks.set(sequence, look);
		if (this.#looks.size <= REMEMBERED) return;
		const [oldest] = this.#looks.keys();
		if (oldest !== undefined) this.#looks.delete(oldest);
	}

	/** A picture is shown: learns how the server's world lies to the client's. */
	pictureShown({ view }: StampedPicture): void {
		const { poseSequence, orientation, fovDeg } = view;
		const look = this.#looks.get(poseSequence);
		const lens = planeLens(view.lens);
		if (look === undefined || lens === undefined) return;
		this.#worldFromClient = multiplyQuaternions(orientation, conjugate(look.orientation));
		this.#zoom =
			Math.abs(fovDeg - look.askedFovDeg) > SAME_FOV_DEG
				? lensHalfWidth(lens, fovDeg) / lensHalfWidth(lens, look.askedFovDeg)
				: 1;
	}

	/**
	 * The view of a window that looks like this, in the server's world.
	 *
	 * @param aspect width of the window divided by its height.
	 */
	windowPlane(
		look: { readonly orientation: Quaternion; readonly fovDeg: number },
		lens: ViewerLens,
		aspect: number,
	): WindowPlane {
		const halfWidth = lensHalfWidth(lens, look.fovDeg) * this.#zoom;
		return {
			lens,
			worldFromView: multiplyQuaternions(this.#worldFromClient, look.orientation),
			halfWidth,
			halfHeight: halfWidth / aspect,
		};
	}
}
