import { Command } from "commander";
import type { RecoveredFile } from "../motion/index.ts";
import { EXIT_CODES } from "./exit-codes.ts";
import { signalsEndAtOnce } from "./interruption.ts";

/** `panogaze recover-motion PATH`: finishes recordings whose recorder was killed. */
export function recoverMotionCommand(): Command {
	return new Command("recover-motion")
		.description(
			"Finish recordings of motion whose recorder was interrupted: HDF5 out of its journal, the index of MCAP.",
		)
		.argument("[path]", "a folder of recordings, or one recording", "./recordings")
		.action(async (path: string) => {
			await signalsEndAtOnce();
			const { recoverMotion } = await import("../motion/index.ts");
			const files = await recoverMotion(path);
			for (const file of files) console.log(wordsForRecovery(file));
			if (files.length === 0) console.log(`${path}: nothing to recover.`);
			if (files.some(({ outcome }) => outcome === "failed")) process.exitCode = EXIT_CODES.failed;
		});
}

export function wordsForRecovery({ path, outcome, reason }: RecoveredFile): string {
	return outcome === "recovered" ? `Recovered ${path}.` : `${path} was not recovered: ${reason}`;
}
