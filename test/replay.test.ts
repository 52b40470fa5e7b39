import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RecordingStream } from "panogaze-rerun";
import { saveFile } from "panogaze-rerun/node";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { codedSession } from "../src/export/coded-clip.cases.ts";
import { OPERATOR } from "../src/export/synthetic-session.cases.ts";
import { replay } from "../src/index.ts";
import { SessionWriter } from "../src/recording/rerun/session-writer.ts";
import { syntheticPoses } from "../src/recording/synthetic-session.cases.ts";
import { PATIENCE_MS, runInProcess } from "./support/command-line.ts";

const folder = mkdtempSync(join(tmpdir(), "panogaze-replay-"));
afterAll(() => rmSync(folder, { recursive: true }));
const session = join(folder, "session.rrd");

beforeAll(async () => {
	const recording = new RecordingStream("panogaze", { environment: {}, strict: true, logTime: false });
	recording.setSinks(saveFile(session));
	const writer = new SessionWriter(recording, { layout: false, epochSec: 1_769_903_999 });
	writer.write({ type: "join", viewer: OPERATOR, atSec: 0 });
	const episode = { number: 1, task: "stack cubes", state: "running", success: undefined } as const;
	writer.write({ type: "episode", atSec: 0.5, episode });
	writer.write({ type: "episode", atSec: 1.5, episode: { ...episode, state: "ended", success: true } });
	for (const record of codedSession(60, 160, 128)) writer.write(record);
	for (const pose of syntheticPoses(1000, 2000)) writer.write({ type: "pose", viewer: OPERATOR, pose });
	await recording.close();
});

describe("replay()", { timeout: 2 * PATIENCE_MS }, () => {
	it("serves a recorded session with its time, chapters and poses, which follow what is shown", async () => {
		const options = { port: 0, host: "127.0.0.1", logLevel: "error", keepSourceRunning: true } as const;
		await using replayed = await replay(session, options);
		const { server, viewer, recording } = replayed;
		expect([viewer, server.sourceName, recording.viewers.length]).toEqual([OPERATOR, "session.rrd", 1]);
		const { chapters, durationSec, can } = server.playback.state;
		expect(durationSec).toBeCloseTo(2, 6);
		expect(can).toContain("follow");
		expect(chapters).toEqual([
			{ startSec: 0, title: `${OPERATOR} joins` },
			{ startSec: 0.5, title: "episode 1: stack cubes: success" },
		]);
		server.playback.change({ paused: true, positionSec: 0.25 });
		await vi.waitFor(
			() => expect(server.playback.state).toMatchObject({ paused: true, seeking: false }),
			PATIENCE_MS,
		);
		expect(server.overlay.paths.filter((path) => path.includes("FullBody"))).toEqual([]);
		server.playback.seek(1.5);
		await vi.waitFor(
			() => expect(server.overlay.paths).toEqual(expect.arrayContaining(["replay/FullBody/bones"])),
			PATIENCE_MS,
		);
		expect(server.overlay.paths).not.toContain("replay/view");
		// In its own world the edge of what was seen is drawn, too.
		server.playback.change({ follow: false });
		await vi.waitFor(() => expect(server.overlay.paths).toContain("replay/view"), PATIENCE_MS);
	});

	it("is a command that says what is wrong with a file, by its exit code", async () => {
		const text = join(folder, "notes.rrd");
		writeFileSync(text, "not a recording at all");
		const outcome = async (...args: readonly string[]) => {
			const { code, stderr } = await runInProcess(["replay", ...args, "--port", "0"]);
			return [code, stderr];
		};
		expect(await outcome(join(folder, "none.rrd"))).toEqual([3, expect.stringContaining("There is no file")]);
		expect(await outcome(text)).toEqual([10, expect.stringContaining("it is no recording of Rerun")]);
		expect(await outcome(session, "--viewer", "nobody")).toEqual([
			2,
			expect.stringMatching(/has no viewer "nobody"\. Its viewers are operator/),
		]);
		expect(await outcome(session, "--source", join(folder, "none.mp4"))).toEqual([
			3,
			expect.stringContaining("none.mp4"),
		]);
	});
});
