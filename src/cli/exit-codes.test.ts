import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeClip } from "../../test/support/clips.ts";
import { SpeakerError } from "../client-media/speaker-program.ts";
import { TagError } from "../metadata/sphere-statement.ts";
import { MotionFileError } from "../motion/motion-file-error.ts";
import { PlayerConnectionError } from "../motion-player/player-connection-error.ts";
import { ListenError } from "../server/listen-error.ts";
import { createVideoSource } from "../source/open-source.ts";
import { EXIT_CODES, exitCodeOf } from "./exit-codes.ts";

let folder: string;
let clip: string;
beforeAll(async () => {
	folder = await mkdtemp(join(tmpdir(), "panogaze-exit-codes-"));
	clip = await makeClip({ width: 512, height: 256, frames: 30, rate: 30 });
	await writeFile(join(folder, "text.mp4"), "this is not a video, whatever its name says");
	await writeFile(join(folder, "empty.mp4"), "");
});
afterAll(() => rm(folder, { recursive: true }));

describe("exitCodeOf()", () => {
	it.each([
		["a file that is missing", "missing.mp4", {}, EXIT_CODES.notFound],
		["a file that is no video", "text.mp4", {}, EXIT_CODES.notVideo],
		["a file that is empty", "empty.mp4", {}, EXIT_CODES.notVideo],
		["hardware that FFmpeg does not know", undefined, { hwaccel: "abacus" }, EXIT_CODES.noHardware],
		[
			"an ffmpeg program that is not there",
			undefined,
			{ backend: "ffmpeg", ffprobePath: "/nowhere/ffprobe" },
			EXIT_CODES.noProgram,
		],
	] as const)("tells %s from other failures of a source", async (_what, name, options, code) => {
		await using source = createVideoSource(name === undefined ? clip : join(folder, name), options);
		const error = await source
			.start(() => {
				throw new Error("It was opened.");
			})
			.catch((reason: unknown) => reason as Error);
		expect(error).toMatchObject({
			name: "SourceError",
			message: expect.stringContaining(name ?? Object.values(options).at(-1)!),
		});
		expect(exitCodeOf(error)).toBe(code);
	});

	it.each([
		[
			"a recording that is damaged",
			new MotionFileError("broken", "a.h5", "a.h5 is damaged."),
			EXIT_CODES.notMotion,
		],
		[
			"a recording that can't be written",
			new MotionFileError("exists", "a.h5", "a.h5 is there."),
			EXIT_CODES.notWritable,
		],
		["a file that can't be rewritten", new TagError("unsupported", "a.mp4 is left as it is."), EXIT_CODES.notVideo],
		["a server that does not answer", new PlayerConnectionError("It does not answer."), EXIT_CODES.connection],
		["a port that is taken", new ListenError("It is taken.", "EADDRINUSE"), EXIT_CODES.port],
		["a loudspeaker without a program", new SpeakerError("Install aplay."), EXIT_CODES.noProgram],
		["a wrong option", new RangeError("port is a whole number."), EXIT_CODES.usage],
		["anything else", new Error("It failed."), EXIT_CODES.failed],
	])("has a code for %s", (_what, error, code) => {
		expect(exitCodeOf(error)).toBe(code);
	});
});
