import { BackOff } from "./back-off.ts";
import { ffprobeVideo } from "./ffmpeg-probe.ts";
import { FfmpegReader } from "./ffmpeg-reader.ts";
import { OneShotBytes } from "./one-shot-bytes.ts";
import { accessTo, cannotListen, waitingWords } from "./source-access.ts";
import { sourceLabel } from "./source-name.ts";
import type { CompleteFfmpegOptions } from "./source-options.ts";
import { delay, runSourceJob, type SourceJob, Stopping } from "./source-worker.ts";
import { SourceError } from "./video-source.ts";

await runSourceJob<CompleteFfmpegOptions>({ inFfmpeg: false }, async (job) => {
	const reader = await open(job);
	try {
		await reader.run();
	} finally {
		await reader.close();
	}
});

/** Opens the source. A listener goes on listening after a sender that sends no video. */
async function open(job: SourceJob<CompleteFfmpegOptions>): Promise<FfmpegReader> {
	const { options, signal } = job;
	const access = accessTo(options.spec, options.inputFormat, options.inputOptions);
	const label = sourceLabel(options.spec);
	const waiting = waitingWords(access, label);
	if (waiting !== undefined) job.notice(waiting, true);
	const backOff = new BackOff();
	while (true) {
		const bytes = await OneShotBytes.open(options, access, signal);
		const close = () => void bytes?.close();
		signal.addEventListener("abort", close);
		try {
			if (job.stopping) throw new Stopping();
			const video = await ffprobeVideo(options, access, bytes, signal);
			if (video.advice !== undefined) job.notice(`${label} ${video.advice}.`, true);
			return new FfmpegReader(job, access, video, bytes);
		} catch (error) {
			await bytes?.close();
			if (job.stopping) throw new Stopping();
			if (!access.listener || !options.reconnect || !(error instanceof SourceError) || cannotListen(error)) throw error;
			job.notice(`${error.message} ${label} waits for another sender.`);
			await delay(backOff.nextSec() * 1000, signal);
		} finally {
			signal.removeEventListener("abort", close);
		}
	}
}
