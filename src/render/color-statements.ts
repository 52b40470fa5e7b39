import {
	AV_FRAME_DATA_CONTENT_LIGHT_LEVEL,
	AV_FRAME_DATA_MASTERING_DISPLAY_METADATA,
	AV_PKT_DATA_CONTENT_LIGHT_LEVEL,
	AV_PKT_DATA_MASTERING_DISPLAY_METADATA,
} from "node-av/constants";
import type { Frame, Stream } from "node-av/lib";
import type { ColorStatements } from "./render-protocol.ts";

/** The statements of a picture, or else of its stream, about its colours. */
export function colorStatements(frame: Frame, { codecpar }: Stream): ColorStatements {
	const display =
		frame.getSideData(AV_FRAME_DATA_MASTERING_DISPLAY_METADATA) ??
		codecpar.getCodedSideData(AV_PKT_DATA_MASTERING_DISPLAY_METADATA);
	const light =
		frame.getSideData(AV_FRAME_DATA_CONTENT_LIGHT_LEVEL) ??
		codecpar.getCodedSideData(AV_PKT_DATA_CONTENT_LIGHT_LEVEL);
	return {
		range: frame.colorRange,
		space: frame.colorSpace,
		primaries: frame.colorPrimaries,
		transfer: frame.colorTrc,
		chromaLocation: frame.chromaLocation,
		masteringDisplay: display === null ? undefined : new Uint8Array(display),
		contentLight: light === null ? undefined : new Uint8Array(light),
	};
}
