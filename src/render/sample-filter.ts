import { FrameFilter, type FrameFilterOptions } from "./frame-filter.ts";

/** The samples that a filter takes and gives. */
export interface SampleFilterOptions extends Omit<FrameFilterOptions, "chain"> {
	/** Options of FFmpeg's scaler for the colours after, such as `out_range=pc`. */
	readonly out: string;
}

/** Converts the samples of pictures of one size by FFmpeg's scaler. */
export class SampleFilter extends FrameFilter {
	/** @throws {Error} when FFmpeg can't convert so. */
	constructor({ out, ...options }: SampleFilterOptions) {
		const flags = "flags=bicubic+accurate_rnd+full_chroma_int+full_chroma_inp";
		super({ ...options, chain: `scale=${[flags, ...(out === "" ? [] : [out])].join(":")}` });
	}
}
