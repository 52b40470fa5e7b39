/** A file's statements about its projection. */
export interface SphericalMetadata {
	readonly projection: string;
	readonly yawDeg: number;
	readonly pitchDeg: number;
	readonly rollDeg: number;
	/** Cropped away at each side, as parts of the whole sphere's picture. */
	readonly bounds: { readonly left: number; readonly top: number; readonly right: number; readonly bottom: number };
	/** Padding of a cubemap's faces, pixels. */
	readonly padding: number;
}

/** A file's statement about its two eyes, in FFmpeg's words. */
export interface StereoMetadata {
	readonly layout: string;
	readonly eyesSwapped: boolean;
}
