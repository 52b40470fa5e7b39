import { AV_LOG_FATAL } from "node-av/constants";
import { Log } from "node-av/lib";
import { BoundedQueue } from "./bounded-queue.ts";
import { asI420 } from "./libav-converter.ts";
import { LibavReader, type TimedPicture } from "./libav-reader.ts";
import { PictureShow } from "./picture-show.ts";
import type { CompleteLibavOptions } from "./source-options.ts";
import { ControlWord, runSourceJob, type SourceJob } from "./source-worker.ts";

/**
 * Pictures are decoded this long ahead of their time: it hides a large key frame and the turn at a
 * loop's end. Each is 11 MB at 3840x1920.
 */
const AHEAD_SEC = 0.1;

await runSourceJob<CompleteLibavOptions>({ inFfmpeg: true }, async (job) => {
	// FFmpeg's own lines would bypass the log, and contain addresses with their passwords.
	Log.setLevel(AV_LOG_FATAL);
	const reader = await LibavReader.open(job, asI420, { hasSound: true });
	const show = new PictureShow(job, reader);
	try {
		let end = await readAndShow(job, reader, show);
		// A jump that comes when all is read, and not all is shown.
		while (end === "end" && reader.jumping && !job.stopping) end = await readAndShow(job, reader, show);
		if (end === "end") show.end();
		if (end === "changed") job.startAgain();
		// A still picture stays until the source is stopped.
		if (end === "still") {
			job.isStill();
			await stopped(job.signal);
		}
	} finally {
		show[Symbol.dispose]();
		await reader.close();
	}
});

/**
 * Reads to the end, and shows what is read.
 * @returns as `LibavReader.run()` does.
 */
async function readAndShow(
	job: SourceJob<CompleteLibavOptions>,
	reader: LibavReader,
	show: PictureShow,
): ReturnType<LibavReader["run"]> {
	const ahead = Math.ceil(AHEAD_SEC * (reader.frameRate || 30));
	const queue = new BoundedQueue<TimedPicture>(Math.min(8, Math.max(3, ahead)));
	const closeQueue = () => queue.close();
	job.signal.addEventListener("abort", closeQueue);
	const reading = read(job, reader, queue);
	// Its error reaches the show through the queue.
	reading.catch(() => {});
	try {
		await show.run(queue);
		return await reading;
	} finally {
		closeQueue();
		job.signal.removeEventListener("abort", closeQueue);
		for (const { frame } of queue.clear()) frame.free();
		await reading.catch(() => {});
		for (const { frame } of queue.clear()) frame.free();
	}
}

/**
 * Decodes into `queue`.
 * @returns as `LibavReader.run()` does.
 */
async function read(
	job: SourceJob<CompleteLibavOptions>,
	reader: LibavReader,
	queue: BoundedQueue<TimedPicture>,
): ReturnType<LibavReader["run"]> {
	try {
		const end = await reader.run(async (picture) => {
			// Live pictures are shown as they come: a newer one replaces one that still waits here.
			if (reader.onArrival) {
				for (const { frame } of queue.clear()) {
					frame.free();
					job.count(ControlWord.framesDropped);
				}
			}
			const taken = await queue.push(picture);
			if (!taken) picture.frame.free();
			return taken;
		});
		queue.close();
		return end;
	} catch (error) {
		queue.fail(error);
		throw error;
	}
}

function stopped(signal: AbortSignal): Promise<void> {
	return new Promise((resolve) => {
		if (signal.aborted) resolve();
		else signal.addEventListener("abort", () => resolve(), { once: true });
	});
}
