// What does recording a viewer's session cost? 30 pictures a second at 8 Mbit/s and 100 poses a
// second of 84 bones go into a file in real time, as `serve({ record })` writes it. The cost is
// the processor time of all threads, less that of the same session without a recording.
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { monotonicSec } from "../src/media/clock.ts";
import type { SessionRecording } from "../src/recording/session-recording.ts";
import { Thread } from "../src/threads/thread.ts";
import { type BenchRow, benchRow } from "./bench-row.ts";
import { BenchSession, finishRecording, inRealTime, openRecordingIn } from "./bench-session.ts";
import { ProcessorWatch } from "./processor-watch.ts";
import { percentile } from "./statistics.ts";

const SECONDS = 20;
/** The thread starts, and the engine compiles what is used often. */
const WARM_UP_SECONDS = 20;
/** Unit of /proc on Linux. */
const TICKS_PER_SEC = 100;
/** A fiftieth of a core. */
const MOST_PERCENT = 2;
/** A picture waits for the copy of itself, and at times for a batch that is sent. */
const MOST_PICTURE_US = 1000;

interface Cost {
	/** Shares of a core, percent. */
	readonly allThreads: number;
	readonly mainThread: number;
	/** The thread that makes and writes the file; NaN where the system does not say. */
	readonly fileThread: number;
	/** Times that the main thread took for each picture, microseconds. */
	readonly picturesUs: readonly number[];
	/** Times that it took to send each batch to the thread, microseconds. */
	readonly batchesUs: readonly number[];
}

export async function run(): Promise<BenchRow[]> {
	const folder = mkdtempSync(join(tmpdir(), "panogaze-bench-"));
	try {
		const watch = new ProcessorWatch();
		const without = await session(undefined);
		const recording = await openRecordingIn(folder);
		const recorded = await session(recording);
		const lost = await finishRecording(recording);
		const megabits = (statSync(recording.path).size * 8) / (SECONDS + WARM_UP_SECONDS) / 1e6;
		return [
			benchRow({
				name: "all-threads",
				value: recorded.allThreads - without.allThreads,
				unit: "% of a core, 30 fps at 8 Mbit/s and 100 Hz of 84 bones",
				atMost: MOST_PERCENT,
			}),
			benchRow({
				name: "file-thread",
				value: recorded.fileThread,
				unit: "% of a core, the part of the thread that makes the file",
				atMost: MOST_PERCENT,
			}),
			benchRow({
				name: "main-thread",
				value: recorded.mainThread - without.mainThread,
				unit: "% of a core, the part of the main thread",
				atMost: MOST_PERCENT / 2,
			}),
			benchRow({
				name: "picture-p99",
				value: percentile(recorded.picturesUs, 0.99),
				unit: "µs of the main thread for a picture",
				atMost: MOST_PICTURE_US,
			}),
			benchRow({
				name: "picture-max",
				value: Math.max(...recorded.picturesUs),
				unit: "µs of the main thread for a picture",
			}),
			benchRow({
				name: "batch-max",
				value: Math.max(...recorded.batchesUs),
				unit: "µs of the main thread to send a batch",
			}),
			watch.row("machine"),
			benchRow({ name: "file", value: megabits, unit: "Mbit/s", atMost: 11 }),
			benchRow({ name: "lost", value: lost, unit: "records", atMost: 0 }),
		];
	} finally {
		rmSync(folder, { recursive: true });
	}
}

/** Plays a session in real time, and measures it after a warm-up. */
async function session(recording: SessionRecording | undefined): Promise<Cost> {
	const played = new BenchSession();
	recording?.attach(played.server);
	played.begin();
	let picturesUs: number[] = [];
	const tick = () => {
		const startMs = performance.now();
		if (played.tick(monotonicSec())) picturesUs.push((performance.now() - startMs) * 1000);
	};
	using posts = new PostWatch();
	const batchesUs = posts.timesUs;
	await inRealTime(WARM_UP_SECONDS, tick);
	picturesUs = [];
	batchesUs.length = 0;
	const [all, main, file] = [process.cpuUsage(), process.threadCpuUsage(), fileThreadSec()];
	await inRealTime(SECONDS, tick);
	const percent = ({ user, system }: NodeJS.CpuUsage) => (user + system) / 1e4 / SECONDS;
	return {
		allThreads: percent(process.cpuUsage(all)),
		mainThread: percent(process.threadCpuUsage(main)),
		fileThread: ((fileThreadSec() - file) / SECONDS) * 100,
		picturesUs,
		batchesUs,
	};
}

/** Measures each message to a thread until it is disposed of. */
class PostWatch implements Disposable {
	readonly timesUs: number[] = [];
	readonly #post = Thread.prototype.post;

	constructor() {
		const { timesUs } = this;
		const post = this.#post;
		Thread.prototype.post = function (...args) {
			const startMs = performance.now();
			post.apply(this, args);
			timesUs.push((performance.now() - startMs) * 1000);
		};
	}

	[Symbol.dispose](): void {
		Thread.prototype.post = this.#post;
	}
}

/** Processor time of the thread of a recording so far, by Linux's table of threads. */
function fileThreadSec(): number {
	if (process.platform !== "linux") return Number.NaN;
	const ticks = readdirSync("/proc/self/task")
		.map((id) => readFileSync(`/proc/self/task/${id}/stat`, "utf8"))
		.filter((stat) => stat.includes("(panogaze-record"))
		.map((stat) => stat.slice(stat.lastIndexOf(")") + 2).split(" "))
		.map((fields) => Number(fields[11]) + Number(fields[12]));
	return ticks.reduce((sum, part) => sum + part, 0) / TICKS_PER_SEC;
}
