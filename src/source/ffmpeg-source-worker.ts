import { ffprobeVideo } from "./ffmpeg-probe.ts";
import { FfmpegReader } from "./ffmpeg-reader.ts";
import type { CompleteFfmpegOptions } from "./ffmpeg-source.ts";
import { accessTo } from "./source-access.ts";
import { sourceLabel } from "./source-name.ts";
import { runSourceJob } from "./source-worker.ts";

await runSourceJob<CompleteFfmpegOptions>({ inFfmpeg: false }, async (job) => {
	const access = accessTo(job.options.spec, job.options.inputFormat);
	const video = await ffprobeVideo(job.options, access, job.signal);
	if (video.advice !== undefined) job.notice(`${sourceLabel(job.options.spec)} ${video.advice}.`, true);
	await new FfmpegReader(job, access, video).run();
});
