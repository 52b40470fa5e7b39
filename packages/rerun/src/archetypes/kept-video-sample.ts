import { listArray, numberArray } from "../arrow/arrow-array.ts";
import { list, UINT8 } from "../arrow/arrow-type.ts";
import type { Loggable } from "./archetype.ts";
import { VideoStream } from "./video.generated.ts";

const TYPE = list(UINT8);
const [EMPTY] = VideoStream.fromFields({ sample: new Uint8Array(0) }).batches;

/** A row of a `VideoStream` whose bytes are kept, not copied. They must not change. */
export function keptVideoSample(bytes: Uint8Array, isKeyframe: boolean | undefined): Loggable {
	const values = listArray(TYPE, Int32Array.of(0, bytes.length), numberArray(UINT8, bytes));
	const flag = isKeyframe === undefined ? [] : VideoStream.fromFields({ isKeyframe }).batches;
	return { batches: [{ descriptor: EMPTY!.descriptor, values }, ...flag] };
}
