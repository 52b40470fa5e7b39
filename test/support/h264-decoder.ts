import { ViewDecoder } from "./view-decoder.ts";

export type { DecodedView } from "./view-decoder.ts";

/** FFmpeg's H.264 decoder, fed access unit by access unit. */
export class H264Decoder extends ViewDecoder {
	constructor() {
		super("h264");
	}
}
