import type { FuzzTarget } from "../fuzzer.ts";
import { motionSeed, readMotionInput } from "../motion-input.ts";

export const target: FuzzTarget = {
	covers: ["src/motion/text-reader.ts", "src/motion/text-lines.ts", "src/motion/read-motion.ts"],
	maxBytes: 8192,
	dictionary: ['"time_elapsed":', '"timestamp":', '"bones":', '"pos":', '"rot":', '"id":', '"fov":', "\n"],
	seeds: async () => [await motionSeed("jsonl")],
	run: (input) => readMotionInput(input, "jsonl"),
};
