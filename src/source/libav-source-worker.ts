import { AV_LOG_FATAL } from "node-av/constants";
import { Log } from "node-av/lib";
import { assert } from "../media/assert.ts";
import { monotonicSec } from "../media/clock.ts";
import { BoundedQueue } from "./bounded-queue.ts";
import { FrameWriter } from "./libav-copy.ts";
import { LibavReader, type TimedPicture } from "./libav-reader.ts";
import { ReleaseClock } from "./release-clock.ts";
import type { CompleteLibavOptions } from "./source-options.ts";
import { ControlWord, LEAD_SEC, runSourceJob, type SourceJob } from "./source-worker.ts";

/**
 * Pictures are decoded this long ahead of their time: it hides a large key frame and the turn at a
 * loop's end. Each is 11 MB at 3840x1920.
 */
const AHEAD_SEC = 0.1;

await runSourceJob<CompleteLibavOptions>({ inFfmpeg: true }, async (job) => {
	// FFmpeg's own lines would bypass the log, and contain addresses with their passwords.
	Log.setLevel(AV_LOG_FATAL);
	const reader = await LibavReader.open(job);
	const ahead = Math.ceil(AHEAD_SEC * (reader.frameRate || 30));
	const queue = new BoundedQueue<TimedPicture>(Math.min(8, Math.max(3, ahead)));
	const closeQueue = () => queue.close();
	job.signal.addEventListener("abort", closeQueue);
	const reading = read(job, reader, queue);
	// Its error reaches `show` through the queue.
	reading.catch(() => {});
	try {
		await show(job, reader, queue);
		const end = await reading;
		if (end === "changed") job.startAgain();
		// A still picture stays until the source is stopped.
		if (end === "still") {
			job.isStill();
			await stopped(job.signal);
		}
	} finally {
		closeQueue();
		for (const { frame } of queue.clear()) frame.free();
		await reading.catch(() => {});
		for (const { frame } of queue.clear()) frame.free();
		await reader.close();
	}
});

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

/** Shows the pictures of `queue`, each at its time. */
async function show(
	job: SourceJob<CompleteLibavOptions>,
	reader: LibavReader,
	queue: BoundedQueue<TimedPicture>,
): Promise<void> {
	let picture = await queue.shift();
	if (picture === undefined) return;
	const held = picture;
	const { info } = reader;
	assert(info !== undefined, "The source is described once a picture has come.");
	const store = await job.open(info).catch((error: unknown) => {
		held.frame.free();
		throw error;
	});
	using writer = new FrameWriter(store.handle.memory.buffer, store.format, reader.packing);
	const clock = new ReleaseClock();
	let resyncs = 0;
	for (; picture !== undefined; picture = await queue.shift()) {
		const { frame, mediaSec } = picture;
		try {
			if (reader.onArrival) {
				await publish(job, writer, picture);
				continue;
			}
			const dueSec = clock.dueSec(mediaSec, monotonicSec());
			if (clock.resyncs !== resyncs) {
				if (resyncs === 0) job.notice("Decoding can't keep up with the source's own pace; pictures come late.");
				resyncs = clock.resyncs;
			}
			await job.sleepUntil(dueSec - LEAD_SEC);
			if (job.stopping) return;
			if (clock.decide(mediaSec, monotonicSec(), queue.peek()?.mediaSec) === "skip")
				job.count(ControlWord.framesDropped);
			else await publish(job, writer, picture, dueSec);
		} finally {
			frame.free();
		}
	}
}

/** Writes a picture into the store, to be seen from `dueSec` on. */
async function publish(
	job: SourceJob<CompleteLibavOptions>,
	writer: FrameWriter,
	picture: TimedPicture,
	dueSec = 0,
): Promise<void> {
	const draft = job.beginWrite();
	if (draft === undefined) return job.count(ControlWord.framesDropped);
	try {
		writer.write(draft.address, picture.frame, picture.mediaSec);
	} catch (error) {
		draft.discard();
		throw error;
	}
	const readyTimeSec = monotonicSec();
	await job.sleepUntil(dueSec);
	// FFmpeg knows when a picture was stamped, not when light fell in.
	draft.publish({ mediaTimeSec: picture.mediaSec, captureTimeSec: Number.NaN, readyTimeSec });
}

function stopped(signal: AbortSignal): Promise<void> {
	return new Promise((resolve) => {
		if (signal.aborted) resolve();
		else signal.addEventListener("abort", () => resolve(), { once: true });
	});
}
