import { makeClip } from "../test/support/clips.ts";

/**
 * A 3840x1920 clip with about the detail of a camera's picture, two seconds to be looped; kept
 * between runs in the system's temporary folder.
 */
export function bench4kClip(frameRate: 30 | 60, bitrateBps = 12_000_000): Promise<string> {
	return makeClip({
		width: 3840,
		height: 1920,
		frames: 2 * frameRate,
		rate: frameRate,
		bitrateBps,
		keyframeInterval: frameRate,
		draw: "detail",
	});
}
