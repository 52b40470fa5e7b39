import type { EncodedPacket } from "../../media/encoded-packet.ts";

/** Size of one eye's view, pixels, and the number of eyes. */
export type ViewShape = Pick<EncodedPacket, "width" | "height" | "eyes">;

/** The shape with the most pixels; 2 eyes if any has them. @param shapes an empty list: 2 x 2 */
export function largestOf(shapes: readonly ViewShape[]): ViewShape {
	let [width, height] = [2, 2];
	for (const shape of shapes) if (shape.width * shape.height > width * height) ({ width, height } = shape);
	return { width, height, eyes: shapes.some(({ eyes }) => eyes === 2) ? 2 : 1 };
}
