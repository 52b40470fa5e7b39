import type { I420Picture } from "../media/i420-picture.ts";
import type { EyeCount, PictureColor } from "../media/panorama.ts";
import type { View } from "../media/view.ts";
import type { PanoramaPicture } from "./projector.ts";

/** A drawn picture before it is encoded, and everything that it was drawn from. */
export interface TransformDraw {
	/**
	 * The drawn picture, `view.width` x `view.height * eyes`: a transform may change its samples in
	 * place. Borrowed until the transform returns.
	 */
	readonly picture: I420Picture;
	/** Meaning of the picture's numbers as colours. */
	readonly color: PictureColor;
	/** 2: the upper half of the picture is the left eye's view, the lower half the right eye's. */
	readonly eyes: EyeCount;
	/** The view of one eye: its direction `worldFromView`, its lens and its size. */
	readonly view: View;
	/** Number of the client's pose that the view was drawn at; 0 before the first, and offline. */
	readonly poseSequence: number;
	/**
	 * Time of the picture, seconds: live the start of drawing on the server's monotonic clock,
	 * offline the time in the written video.
	 */
	readonly timeSec: number;
	/** The source's own time of the panorama, seconds. */
	readonly mediaTimeSec: number;
	/** The panorama that the view was drawn from. Borrowed until the transform returns. */
	readonly panorama: PanoramaPicture;
}

/**
 * A change of drawn pictures by the application: an overlay, another camera's picture, a mask. It
 * changes `draw.picture` in place, or returns another picture of the same size, which is copied. It
 * is synchronous: the picture waits for it.
 */
export type Transform = (draw: TransformDraw) => I420Picture | undefined;

/**
 * Calls a transform, and copies the picture that it returns, if any, over the drawn one.
 *
 * @throws {TypeError} when the transform returns anything but a picture or nothing.
 * @throws {RangeError} when its picture has another size than the drawn one, or too few bytes.
 * @throws whatever the transform throws.
 */
export function applyTransform(transform: Transform, draw: TransformDraw): void {
	const { picture } = draw;
	const result: unknown = transform(draw);
	if (result === undefined || result === null || result === picture) return;
	const { data, width, height } = requirePicture(result);
	const byteLength = (picture.width * picture.height * 3) / 2;
	if (width !== picture.width || height !== picture.height || data.length < byteLength) {
		throw new RangeError(
			`A transform returns a picture of the drawn one's size, ${picture.width}x${picture.height} in ` +
				`${byteLength} bytes; got ${width}x${height} in ${data.length}.`,
		);
	}
	picture.data.set(data.subarray(0, byteLength));
}

function requirePicture(result: unknown): I420Picture {
	if (result instanceof Promise) {
		// The error below says what is wrong; a rejection would end the process.
		result.catch(() => {});
		throw new TypeError("A transform is synchronous and returns a picture or nothing; got a promise.");
	}
	const { data, width, height } = result as Partial<I420Picture>;
	if (data instanceof Uint8Array && typeof width === "number" && typeof height === "number")
		return { data, width, height };
	throw new TypeError(
		`A transform returns { data, width, height }, or nothing if it changed the picture; got ${typeof result}.`,
	);
}
