import { gpsTimeUs } from "./gps-time.ts";

/** Bytes of a packet's content by its type (Camera Motion Metadata Spec, "Data format"). */
const CONTENT_BYTES = [12, 8, 12, 12, 12, 24, 56, 12] as const;
const HEADER_BYTES = 4;
const GPS_TYPE = 6;

/**
 * Reads the GPS time in a sample of a `camm` track, which is one packet or several.
 * @returns microseconds since 1970 (UTC); `undefined` if it states none, or nonsense.
 */
export function readCammTime(sample: Uint8Array): number | undefined {
	const view = new DataView(sample.buffer, sample.byteOffset, sample.byteLength);
	for (let at = 0; at + HEADER_BYTES <= sample.length; ) {
		const type = view.getUint16(at + 2, true);
		const length = CONTENT_BYTES[type];
		const content = at + HEADER_BYTES;
		if (length === undefined || content + length > sample.length) return undefined;
		// 0: no fix, 2 and 3: of as many dimensions.
		const hasFix = type === GPS_TYPE && view.getInt32(content + 8, true) > 0;
		if (hasFix) return gpsTimeUs(view.getFloat64(content, true));
		at = content + length;
	}
	return undefined;
}
