// Does the memory of a recording grow? An hour of a viewer's session goes into a file, ten times
// faster than in real time, and is read back: every picture and pose, in the order of time.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { monotonicSec } from "../src/media/clock.ts";
import { openRecording } from "../src/recording/read/recording-reader.ts";
import type { SessionRecording } from "../src/recording/session-recording.ts";
import { type BenchRow, benchRow } from "./bench-row.ts";
import { BenchSession, FRAMES_HZ, finishRecording, openRecordingIn, POSES_HZ } from "./bench-session.ts";

const SECONDS = 3600;
const SPEED = 10;
/** Memory is compared with that at this second. */
const SETTLED_SECONDS = 300;
const SAMPLE_SECONDS = 60;
const MOST_GROWTH_MB = 10;

export async function run(): Promise<BenchRow[]> {
	const folder = mkdtempSync(join(tmpdir(), "panogaze-bench-"));
	try {
		const recording = await openRecordingIn(folder);
		const growthMb = await playHour(recording);
		const lost = await finishRecording(recording);
		const read = await readBack(recording.path);
		return [
			benchRow({
				name: "growth",
				value: growthMb,
				unit: "MB, resident, after 5 minutes",
				atMost: MOST_GROWTH_MB,
			}),
			benchRow({ name: "lost", value: lost, unit: "records", atMost: 0 }),
			benchRow({ name: "missing", value: read.missing, unit: "pictures and poses not read back", atMost: 0 }),
			benchRow({
				name: "disordered",
				value: read.disordered,
				unit: "records before their forerunner",
				atMost: 0,
			}),
			benchRow({ name: "index", value: read.indexMs, unit: "ms until the file can be sought in", atMost: 2000 }),
		];
	} finally {
		rmSync(folder, { recursive: true });
	}
}

/** @returns growth of the process from the fifth minute to the last, MB. */
async function playHour(recording: SessionRecording): Promise<number> {
	const collect = garbageCollector();
	const session = new BenchSession();
	recording.attach(session.server);
	session.begin();
	const beginSec = monotonicSec();
	let settledMb = Number.NaN;
	let mostMb = 0;
	for (let tick = 0; tick < SECONDS * POSES_HZ; tick++) {
		const playedSec = tick / POSES_HZ;
		session.tick(beginSec + playedSec);
		const aheadSec = playedSec / SPEED - (monotonicSec() - beginSec);
		if (aheadSec > 0) await delay(aheadSec * 1000);
		if (tick % (SAMPLE_SECONDS * POSES_HZ) !== 0 || playedSec < SETTLED_SECONDS) continue;
		collect();
		const mb = process.memoryUsage.rss() / 1e6;
		if (playedSec === SETTLED_SECONDS) settledMb = mb;
		mostMb = Math.max(mostMb, mb);
	}
	return mostMb - settledMb;
}

async function readBack(path: string): Promise<{ missing: number; disordered: number; indexMs: number }> {
	const startMs = performance.now();
	await using recording = await openRecording(path);
	const indexMs = performance.now() - startMs;
	let frames = 0;
	let poses = 0;
	let disordered = 0;
	let beforeSec = Number.NEGATIVE_INFINITY;
	for await (const record of recording.records({ types: ["frame", "pose"], video: false })) {
		let atSec = beforeSec;
		if (record.type === "pose") {
			poses++;
			atSec = record.pose.receivedSec;
		} else if (record.type === "frame") {
			frames++;
			atSec = record.packet.stages.drawStartSec;
		}
		if (atSec < beforeSec) disordered++;
		beforeSec = atSec;
	}
	return { missing: SECONDS * (POSES_HZ + FRAMES_HZ) - frames - poses, disordered, indexMs };
}

/** The engine's collector, so that garbage is not taken for growth. */
function garbageCollector(): () => void {
	setFlagsFromString("--expose-gc");
	return runInNewContext("gc") as () => void;
}
