import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { SessionRecord } from "../recording/session-record.ts";
import { encodeClip } from "../session/h264-clip.cases.ts";
import { codedSession, grayOf, graysOf, loopingPackets, stampOf } from "./coded-clip.cases.ts";
import { parseView } from "./drawn-cameras.ts";
import type { ExportOptions } from "./export-options.ts";
import { exportSessions } from "./export-sessions.ts";
import { episode, every, inOrder, picture } from "./synthetic-session.cases.ts";

const folder = mkdtempSync(join(tmpdir(), "panogaze-eyes-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The grays of each image stream, by the end of its key. */
async function exported(records: readonly SessionRecord[], options: Partial<ExportOptions>) {
	const directory = join(folder, `dataset-${Object.keys(options).join("-")}`);
	const notices: string[] = [];
	const sessions = [{ name: "session.rrd", epochNs: 0n, records: () => records }];
	const onNotice = (notice: string) => notices.push(notice);
	const { cameras } = await exportSessions({ sessions, directory, format: "jsonl", onNotice, ...options });
	const grays: Record<string, readonly number[]> = {};
	for (const { key } of cameras)
		grays[key.replace("observation.images.", "")] = await graysOf(join(directory, "videos", `${key}.mp4`));
	return { cameras, notices, grays };
}

describe("exportSessions() with two eyes", () => {
	it("writes an image stream for each eye, also while the view is for one", async () => {
		const size = { width: 96, height: 64 };
		const both = (across: number, down: number, number: number) =>
			Buffer.alloc(across * down * 1.5, 128)
				.fill(grayOf(number + 10), 0, (across * down) / 2)
				.fill(grayOf(number + 20), (across * down) / 2, across * down);
		const clip = encodeClip({ width: 96, height: 128, frames: 10, picture: both });
		const records = inOrder(
			...codedSession(10),
			...every(30, 10, (sec, number) =>
				picture(sec + 1 / 3, number + 10, { ...size, ...(clip[number] as (typeof clip)[0]), eyes: 2 }),
			),
		);
		const spans = { episodes: "all", rateHz: 30, action: [], state: [] } as const;
		const { cameras, grays } = await exported(records, spans);
		expect(cameras).toEqual([
			{ key: "observation.images.view.left", ...size },
			{ key: "observation.images.view.right", ...size },
		]);
		for (const [eye, before] of [
			["view.left", 0],
			["view.right", 10],
		] as const)
			for (const [row, gray] of (grays[eye] ?? []).entries())
				expect(Math.abs(gray - grayOf(row < 10 ? row : row + before)), `${eye}, row ${row}`).toBeLessThan(3);
	});

	it("draws both eyes of the sphere from the pass of its packets that was on screen", async () => {
		const records = codedSession(50).map((record, _, all) =>
			record.type === "frame"
				? {
						...record,
						packet: { ...record.packet, stampSec: stampOf(all.filter(isFrame).indexOf(record)) },
					}
				: record,
		);
		// A session of which nothing is exported needs no sphere.
		const discarded = inOrder(
			...codedSession(20),
			...(["running", "ended", "discarded"] as const).map((state, at) => episode(at / 10, 1, state)),
		);
		const whole = inOrder(...records, ...loopingPackets(50));
		const sessions = [discarded, whole].map((all, at) => ({
			...{ name: `${at}.rrd`, epochNs: 0n },
			records: () => all,
		}));
		const { notices, grays } = await exported([], {
			sessions,
			views: [parseView("gaze:60", [])],
			size: { width: 64, height: 48 },
			video: false,
		});
		expect(notices).toEqual(["1 of 1 episodes of 0.rrd are left out: --episodes chooses."]);
		expect(Object.keys(grays)).toEqual(["gaze.left", "gaze.right"]);
		for (const [eye, more] of [
			["gaze.left", 0],
			["gaze.right", 20],
		] as const) {
			expect(grays[eye]).toHaveLength(50);
			for (const [row, gray] of (grays[eye] ?? []).entries())
				expect(Math.abs(gray - grayOf(row) - more), `${eye}, row ${row}`).toBeLessThan(4);
		}
	});
});

function isFrame(record: SessionRecord): boolean {
	return record.type === "frame";
}
