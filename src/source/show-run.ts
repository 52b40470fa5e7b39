import { BoundedQueue } from "./bounded-queue.ts";
import type { PictureReader, TimedPicture } from "./picture-reader.ts";
import { PictureShow, type Play } from "./picture-show.ts";
import { ControlWord, type SourceJob } from "./source-worker.ts";

/**
 * Pictures are decoded this long ahead of their time: it hides a large key frame and the turn at a
 * loop's end. Each is 11 MB at 3840x1920.
 */
const AHEAD_SEC = 0.1;

/**
 * Shows the pictures of a reader until its end, as the whole life of a source's job.
 *
 * @param reader owned: it is closed.
 * @param play tells what the source obeys, once its first picture is known.
 */
export async function showPictures(
	job: SourceJob<unknown>,
	reader: PictureReader,
	play: () => Promise<Play>,
): Promise<void> {
	const show = new PictureShow(job, reader, play);
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
}

/**
 * Reads to the end, and shows what is read.
 * @returns as `PictureReader.run()` does.
 */
async function readAndShow(
	job: SourceJob<unknown>,
	reader: PictureReader,
	show: PictureShow,
): ReturnType<PictureReader["run"]> {
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
 * @returns as `PictureReader.run()` does.
 */
async function read(
	job: SourceJob<unknown>,
	reader: PictureReader,
	queue: BoundedQueue<TimedPicture>,
): ReturnType<PictureReader["run"]> {
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
