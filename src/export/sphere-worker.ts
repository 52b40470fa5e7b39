import { AV_LOG_FATAL } from "node-av/constants";
import { Log } from "node-av/lib";
import { sampleWish } from "../render/sample-wish.ts";
import { LibavReader } from "../source/libav-reader.ts";
import { SAME_SEC } from "../source/pictures-by-stamp.ts";
import type { CompleteLibavOptions } from "../source/source-options.ts";
import { type ReadingJob, Stopping } from "../source/source-worker.ts";
import { SourceError } from "../source/video-source.ts";
import { ThisThread } from "../threads/this-thread.ts";
import { SphereDrawer } from "./sphere-drawer.ts";
import type { FromSphere, SphereSource, SphereStart } from "./sphere-protocol.ts";

// The thread that reads a video of the sphere and draws cameras from it, row by row.

/** Time before the first row at which reading begins, seconds. */
const EARLY_SEC = 1;
/** Rows whose pictures are further apart are not read in one pass. */
const FAR_SEC = 10;

const thread = new ThisThread<SphereStart>();
const { port, data: start } = thread;
const abort = new AbortController();
port.on("message", () => abort.abort());

const send = (message: FromSphere) => port.postMessage(message);

if (thread.beginNative()) await run();
thread.endNative();
port.close();

async function run(): Promise<void> {
	// FFmpeg's own lines would bypass the log.
	Log.setLevel(AV_LOG_FATAL);
	const drawer = await SphereDrawer.make(start);
	try {
		let { missed } = start;
		let row = 0;
		for (const source of start.sources) {
			drawer.beginSource(source);
			while (row < source.endRow) {
				const end = endOfPass(row, source);
				missed += await drawPass(drawer, row, end, source);
				row = end;
			}
		}
		send({ type: "finished", videos: drawer.finish(), missed });
	} catch (error) {
		if (error instanceof Stopping) return;
		const code = error instanceof SourceError ? error.code : undefined;
		send({ type: "failed", code, message: (error as Error).message });
	} finally {
		drawer[Symbol.dispose]();
	}
}

/** Rows up to the next jump back, or far ahead, are drawn in one pass over the file. */
function endOfPass(first: number, { endRow }: SphereSource): number {
	const { stampSec } = start;
	let end = first + 1;
	const goesOn = (laterSec: number) => laterSec >= -SAME_SEC && laterSec <= FAR_SEC;
	while (end < endRow && goesOn(stampSec[end]! - stampSec[end - 1]!)) end++;
	return end;
}

/** @returns the number of rows whose picture the file does not have. */
async function drawPass(drawer: SphereDrawer, first: number, end: number, source: SphereSource): Promise<number> {
	const { stampSec } = start;
	const wanted = (row: number) => stampSec[row]!;
	let row = first;
	let missed = 0;
	let lastSec = Number.NaN;
	/** Draws the rows that show the last picture: those before `sec`. */
	const drawUntil = (sec: number) => {
		for (; row < end && wanted(row) < sec - SAME_SEC; row++) {
			if (!(Math.abs(wanted(row) - lastSec) <= SAME_SEC)) missed++;
			drawer.drawRow(row);
		}
	};
	const reader = await openAt(wanted(first), source);
	try {
		await reader.run(async ({ frame, stampSec: stamp, mediaSec }) => {
			try {
				if (thread.stopping || abort.signal.aborted) throw new Stopping();
				const sec = Number.isNaN(stamp) ? mediaSec : stamp;
				// Rows of before the first picture show it.
				if (!Number.isNaN(lastSec)) drawUntil(sec);
				drawer.take(frame, reader, sec);
				lastSec = sec;
				return row < end;
			} finally {
				frame.free();
			}
		});
	} finally {
		await reader.close();
	}
	drawUntil(Number.POSITIVE_INFINITY);
	return missed;
}

/** Opens the file shortly before a time stamp. */
async function openAt(stampSec: number, { options }: SphereSource): Promise<LibavReader> {
	const open = (startSec: number) => LibavReader.open(jobOf({ ...options, startSec }), sampleWish("video-8"));
	const reader = await open(0);
	const startSec = stampSec - reader.input.startSec - EARLY_SEC;
	if (!(startSec > EARLY_SEC)) return reader;
	await reader.close();
	return open(startSec);
}

function jobOf(options: CompleteLibavOptions): ReadingJob<CompleteLibavOptions> {
	return {
		options,
		signal: abort.signal,
		get stopping() {
			return thread.stopping || abort.signal.aborted;
		},
		notice: () => {},
		reconnecting: () => {},
		reconnected: () => {},
		count: () => {},
	};
}
