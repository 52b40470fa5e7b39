// What does `kill -9` cost a recording? A session goes into files of every format in a process of
// its own, which is killed twenty times: five times within its first second, and then at random
// moments. Every file must open; the loss is the time from its newest record to the newest that
// was sent. `KILLS_SEED=NUMBER` repeats the moments of the run that has printed it.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { seededRandom } from "../src/skeleton/seeded-random.cases.ts";
import {
	type KilledRecording,
	newestInFiles,
	recordUntil,
	writeClip,
} from "../test/support/killed/killed-recording.ts";
import { type BenchRow, benchRow } from "./bench-row.ts";

const KILLS = 20;
const KILLS_AT_FIRST = 5;
const LONGEST_SECONDS = 6;
const MOST_LOST_SECONDS = 1;
const FORMATS = ["rrd", "mcap", "mp4"];
const ENDINGS = ["rrd", "mcap", "mp4", "jsonl"];

export async function run(): Promise<BenchRow[]> {
	const folder = mkdtempSync(join(tmpdir(), "panogaze-kills-"));
	const worst = new Map(ENDINGS.map((ending) => [ending, 0]));
	let broken = 0;
	const seed = Number(process.env["KILLS_SEED"] ?? Date.now() % 1_000_000);
	const random = seededRandom(seed);
	console.error(`KILLS_SEED=${seed}`);
	try {
		const clip = join(folder, "clip.json");
		writeClip(clip);
		for (let kill = 0; kill < KILLS; kill++) {
			const seconds = random() * (kill < KILLS_AT_FIRST ? 1 : LONGEST_SECONDS);
			const directory = join(folder, String(kill));
			const killed = await killAfter(directory, clip, seconds);
			try {
				for (const { ending, lostSec } of await lossesOf(killed)) {
					worst.set(ending, Math.max(worst.get(ending)!, lostSec));
					console.error(
						`kill ${kill + 1} after ${seconds.toFixed(2)} s: .${ending} lost ${lostSec.toFixed(2)} s`,
					);
				}
			} catch (error) {
				broken++;
				console.error(`kill ${kill + 1} after ${seconds.toFixed(2)} s: ${(error as Error).message}`);
			}
		}
		return [
			benchRow({
				name: "broken",
				value: broken,
				unit: `of ${KILLS} recordings have a file that can't be opened`,
				atMost: 0,
			}),
			...[...worst].map(([ending, lostSec]) =>
				benchRow({ name: `loss-${ending}`, value: lostSec, unit: "s, the most", atMost: MOST_LOST_SECONDS }),
			),
		];
	} finally {
		rmSync(folder, { recursive: true });
	}
}

function killAfter(directory: string, clip: string, seconds: number): Promise<KilledRecording> {
	let beginSec = Number.POSITIVE_INFINITY;
	return recordUntil(directory, clip, FORMATS, (report) => {
		if (report.type === "begun") beginSec = report.sec;
		return report.type === "sent" && report.sec - beginSec >= seconds;
	});
}

/** A format whose file has not been begun has lost all until then. */
async function lossesOf({ stem, beginSec, sentSec }: KilledRecording): Promise<{ ending: string; lostSec: number }[]> {
	const newest = await newestInFiles(stem);
	return ENDINGS.map((ending) => {
		const { poseSec, frameSec } = newest.find(({ file }) => file.endsWith(`.${ending}`)) ?? {};
		const wanted = ending === "mp4" ? [frameSec] : ending === "jsonl" ? [poseSec] : [poseSec, frameSec];
		return { ending, lostSec: sentSec - Math.min(...wanted.map((sec) => sec ?? beginSec)) };
	});
}
