import type { PictureColor } from "../media/panorama.ts";

/**
 * Places of the samples of one plane on the picture: sample (i, j) is at luma place `(i * step + x,
 * j * step + y)`.
 */
export interface PlaneSampling {
	/**
	 * Luma pixels from one sample to the next, the same across and down: 1 for luma, 2 for 4:2:0
	 * chroma.
	 */
	readonly step: number;
	/** Place of sample (0, 0), luma pixels from the picture's corner. */
	readonly x: number;
	readonly y: number;
}

/** Luma: one sample in the centre of each pixel. */
export const LUMA_SAMPLING: PlaneSampling = { step: 1, x: 0.5, y: 0.5 };

const CHROMA_SAMPLING: Readonly<Record<PictureColor["chromaSiting"], PlaneSampling>> = {
	left: { step: 2, x: 0.5, y: 1 },
	center: { step: 2, x: 1, y: 1 },
	topleft: { step: 2, x: 0.5, y: 0.5 },
};

/** 4:2:0 chroma (ITU-T H.264, figure E-1, types 0, 1 and 2). */
export function chromaSampling(siting: PictureColor["chromaSiting"]): PlaneSampling {
	return CHROMA_SAMPLING[siting];
}
