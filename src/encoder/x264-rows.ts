import type { H264Format } from "../media/video-format.ts";
import type { Effort } from "./video-encoder.ts";

/**
 * The options that each effort adds to x264's `ultrafast`. Measured by `npm run bench -- quality`,
 * rows "effort", on turning views of 1280x720 at 2 Mbit/s:
 *
 * - `subme=1`, half-pixel search: a turning head is sub-pixel motion. 3 dB for 1.27 times the time.
 * - `cabac`, which Baseline lacks: 1 dB for 1.08 times.
 * - `i4x4`, small intra blocks: 0.2 dB for 1.03 times.
 * - `deblock`: 0.1 dB for 1.06 times, and no edges of blocks at low rates.
 *
 * More than that is worth little here: `superfast` has 0.1 dB more for 1.1 times the time,
 * `subme=2` and `trellis` less. `weightp` and adaptive quantization cost time and lower the PSNR.
 */
const ROWS: Readonly<Record<Effort, Readonly<Record<H264Format["profile"], string>>>> = {
	low: { baseline: "subme=1", main: "subme=1" },
	middle: { baseline: "subme=1:partitions=i4x4", main: "subme=1:cabac=1:partitions=i4x4" },
	high: {
		baseline: "subme=1:partitions=i4x4:no-deblock=0",
		main: "subme=1:cabac=1:partitions=i4x4:no-deblock=0",
	},
};

/** The parameters of x264 for an effort, by which a stream keeps to a profile. */
export function x264Row(effort: Effort, profile: H264Format["profile"]): string {
	return ROWS[effort][profile];
}
