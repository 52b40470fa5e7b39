import { FfmpegReader } from "./ffmpeg-reader.ts";
import type { CompleteFfmpegOptions } from "./source-options.ts";
import { runSourceJob } from "./source-worker.ts";

await runSourceJob<CompleteFfmpegOptions>({ inFfmpeg: false }, async (job) => {
	const reader = await FfmpegReader.open(job);
	try {
		await reader.run();
	} finally {
		await reader.close();
	}
});
