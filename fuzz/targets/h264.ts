import {
	readNalUnit,
	reorderedPictures,
	splitAnnexB as splitForRerun,
	splitLengthPrefixed,
} from "../../packages/rerun/src/video/h26x.ts";
import { joinAnnexB, nalUnitRanges, parseSps, splitAnnexB } from "../../src/media/h264.ts";
import { encodeClip } from "../../src/session/h264-clip.cases.ts";
import type { FuzzTarget } from "../fuzzer.ts";

export const target: FuzzTarget = {
	covers: ["src/media/h264.ts", "packages/rerun/src/video/h26x.ts"],
	seeds: () => {
		const [first] = encodeClip({ width: 64, height: 64, frames: 2 });
		const units = splitAnnexB(first!.accessUnit);
		return [
			first!.accessUnit,
			...units,
			Buffer.from("6764001facd9405005bb011000000300100000030320f1831960", "hex"),
			Buffer.from("40010c01ffff01600000030090000003000003005d959809", "hex"),
		];
	},
	run(input) {
		const ranges = nalUnitRanges(input);
		for (let index = 0; index < ranges.length; index += 2)
			if (ranges[index]! > ranges[index + 1]!) throw new Error("A NAL unit ends before it begins.");
		const units = splitAnnexB(input);
		if (units.length > 0 && splitAnnexB(joinAnnexB(units)).length !== units.length)
			throw new Error("NAL units are lost by joining them.");
		for (const unit of [input, ...units, ...(splitForRerun(input) ?? []), ...(splitLengthPrefixed(input) ?? [])]) {
			allow(RangeError, () => {
				const { width, height } = parseSps(unit);
				if (!(width > 0 && height > 0 && width < 65_536 && height < 65_536))
					throw new Error(`The picture is ${width} x ${height}.`);
			});
			if (unit.length === 0) continue;
			readNalUnit("h264", unit);
			readNalUnit("h265", unit);
			allow(RangeError, () => void reorderedPictures(unit));
		}
	},
};

function allow(allowed: typeof RangeError, run: () => void): void {
	try {
		run();
	} catch (error) {
		if (!(error instanceof allowed)) throw error;
	}
}
