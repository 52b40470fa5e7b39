/** An I420 picture in ordinary or shared memory. Borrowed by the function that gets it. */
export interface I420Picture {
	/**
	 * Rows without padding: `pictureLayout(width, height)`, or what that is for samples of two
	 * bytes.
	 */
	readonly data: Uint8Array;
	readonly width: number;
	readonly height: number;
}
