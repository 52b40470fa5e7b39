import type { FuzzTarget } from "../fuzzer.ts";
import { motionSeed, readMotionInput } from "../motion-input.ts";

export const target: FuzzTarget = {
	covers: ["src/motion/text-reader.ts", "src/motion/text-lines.ts", "src/motion/read-motion.ts"],
	maxBytes: 8192,
	dictionary: ["\r\n", ",", '"', "bone_id", "time_elapsed", "timestamp"],
	seeds: async () => [await motionSeed("csv")],
	run: (input) => readMotionInput(input, "csv"),
};
