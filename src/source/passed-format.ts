import type { SequenceParameterSet } from "../media/h264.ts";
import type { PassedFormat } from "./passed-pictures.ts";

/** ITU-T H.264, A.2: profile_idc of the profiles that browsers decode. */
const PROFILES: Readonly<Record<number, "baseline" | "main" | "high">> = { 66: "baseline", 77: "main", 100: "high" };
/** Reason why pictures that are coded in another order than they are shown can't be passed on. */
export const OUT_OF_ORDER = "its pictures are out of order";

/** The form of pictures with these parameters; a text: why they can't be passed on. */
export function passedFormatOf(sps: SequenceParameterSet): PassedFormat | string {
	const { profileIdc, chromaFormatIdc, bitDepthLuma, frameMbsOnly, vui, width, height } = sps;
	const profile = PROFILES[profileIdc];
	if (profile === undefined || chromaFormatIdc !== 1 || bitDepthLuma !== 8)
		return "it has a profile that few browsers decode";
	if (!frameMbsOnly) return "it is interlaced";
	// Without the statement the pictures themselves show it.
	if ((vui?.bitstreamRestriction?.maxNumReorderFrames ?? 0) > 0) return OUT_OF_ORDER;
	return { profile, width, height };
}
