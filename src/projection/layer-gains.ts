import { readPanoramaGains } from "../media/panorama.ts";
import type { PanoramaPicture } from "./projector.ts";

/**
 * The factors of the picture after each layer: the second lens's gain in the end, and before it
 * what the first one's differs by. None where there is nothing to match.
 */
export function layerGains({ data }: PanoramaPicture): readonly number[] {
	const [first, second] = readPanoramaGains(data);
	return first === 1 && second === 1 ? [] : [first / second, second];
}
