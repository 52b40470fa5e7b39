import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createMotionRecorder, MotionFileError, type MotionFormat, readMotion } from "../src/motion/index.ts";
import { recordEverything } from "../src/motion/synthetic-motion.cases.ts";
import { boneTable } from "../src/skeleton/bone-table.ts";

const folder = mkdtempSync(join(tmpdir(), "panogaze-fuzz-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));

/** A short recording of every kind of stream. */
export async function motionSeed(format: MotionFormat): Promise<Uint8Array> {
	const path = join(folder, `seed.${format}`);
	const recorder = await createMotionRecorder({ path, format });
	recordEverything(recorder, 2);
	await recorder.close();
	return readFileSync(path);
}

/**
 * Reads a file with this content.
 * @throws any error but `MotionFileError`, and an error for a pose with a forbidden number.
 */
export async function readMotionInput(input: Uint8Array, format: MotionFormat): Promise<void> {
	const path = join(folder, `input.${format}`);
	writeFileSync(path, input);
	try {
		for await (const { timeSec, sample } of readMotion(path, { format })) {
			const { positions, rotations } = boneTable(sample);
			if (!Number.isFinite(timeSec)) throw new Error(`A pose has the time ${timeSec}.`);
			if (!positions.every((value) => !Number.isNaN(value)) || !rotations.every((value) => !Number.isNaN(value)))
				throw new Error("A pose has NaN.");
		}
	} catch (error) {
		if (!(error instanceof MotionFileError)) throw error;
	}
}
