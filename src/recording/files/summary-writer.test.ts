import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { ServerStub } from "../fake-session.cases.ts";
import type { RecordedFile } from "../recording-protocol.ts";
import type { SessionRecording } from "../session-recording.ts";
import { SummaryWriter } from "./summary-writer.ts";

const folder = mkdtempSync(join(tmpdir(), "panogaze-summary-"));
afterAll(() => rmSync(folder, { recursive: true }));

it("summarizes a recording also while one of its files is not on the disk yet", async () => {
	const stem = join(folder, "session");
	const files: RecordedFile[] = [{ path: `${stem}.mcap`, format: "mcap", bytes: 0, isFinished: false }];
	const notices: string[] = [];
	const writer = new SummaryWriter({
		recording: { stem, files, name: "one", state: { name: "recording" } } as unknown as SessionRecording,
		begin: new Date(0),
		server: new ServerStub(),
		episodes: () => [],
		onNotice: (message) => notices.push(message),
	});
	await writer.close(new Date(1000));
	expect(notices).toEqual([]);
	expect(JSON.parse(readFileSync(`${stem}.json`, "utf8"))).toMatchObject({
		name: "one",
		files: [{ name: "session.mcap", bytes: 0 }],
	});
});
