import { makeClip } from "./clips.ts";
import { MARK } from "./sphere-mark.ts";

/**
 * Makes a video of a sphere on which every view can be recognized by its pixels (`readDecodedMark`,
 * `readCanvasMark`), encoded again or not.
 *
 * @param pictures at most `MARK.base ** MARK.digits`: then the numbers would begin again.
 * @param rate pictures a second.
 */
export function makeMarkedSphere(pictures: number, rate: number): Promise<string> {
	return makeClip({
		...{ width: 512, height: 256, frames: pictures, rate, bitrateBps: 3e6 },
		drawnFrom: MARK,
		draw: ({ width, height, planes, strides }, frame) => {
			const row = Uint8Array.from({ length: width }, (_, x) => {
				const digit = Math.floor((x / width) * (360 / MARK.stripeDeg)) % MARK.digits;
				return MARK.darkest + MARK.grayStep * (Math.floor(frame / MARK.base ** digit) % MARK.base);
			});
			for (let y = 0; y < height; y++) planes[0].set(row, y * strides[0]);
			const color = (share: number) => Math.round(128 + MARK.colorRange * Math.max(-1, Math.min(1, share)));
			const [halfWidth, halfHeight] = [width / 2, height / 2];
			for (let y = 0; y < halfHeight; y++) {
				const pitchDeg = 90 - ((y + 0.5) / halfHeight) * 180;
				planes[2].fill(color(pitchDeg / MARK.pitchRangeDeg), y * strides[2], y * strides[2] + halfWidth);
				for (let x = 0; x < halfWidth; x++)
					planes[1][y * strides[1] + x] = color((((x + 0.5) / halfWidth) * 360 - 180) / MARK.yawRangeDeg);
			}
		},
	});
}
