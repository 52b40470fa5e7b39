import { monotonicSec } from "../media/clock.ts";
import { PATTERN_COLOR, PatternPainter } from "./pattern-picture.ts";
import type { CompletePatternOptions } from "./source-options.ts";
import { ControlWord, LEAD_SEC, runSourceJob } from "./source-worker.ts";

await runSourceJob<CompletePatternOptions>({ inFfmpeg: false }, async (job) => {
	const { width, height, frameRate, stereo } = job.options;
	const eyes = stereo ? (["left", "right"] as const) : [undefined];
	const painters = eyes.map((eye) => new PatternPainter(width, height, eye));
	const store = await job.open({
		format: { width, height, eyes: stereo ? 2 : 1, color: PATTERN_COLOR },
		frameRate,
		codec: "rawvideo",
		hwaccel: "none",
		live: false,
		durationSec: Number.NaN,
	});
	const memory = new Uint8Array(store.handle.memory.buffer);
	const startSec = monotonicSec();
	for (let frame = 0; !job.stopping; frame++) {
		await job.sleepUntil(startSec + frame / frameRate - LEAD_SEC);
		if (job.stopping) return;
		// After a stall the numbers that were missed are left out: the scene's time is the clock's.
		const due = Math.floor((monotonicSec() - startSec) * frameRate);
		if (due > frame + 1) {
			job.count(ControlWord.framesDropped, due - frame);
			frame = due;
		}
		job.count(ControlWord.framesDecoded);
		const draft = job.beginWrite();
		if (draft === undefined) {
			job.count(ControlWord.framesDropped);
			continue;
		}
		const mediaTimeSec = frame / frameRate;
		for (const [eye, painter] of painters.entries())
			painter.paint(memory, draft.address + eye * store.layout.byteLength, frame, mediaTimeSec);
		const dueSec = startSec + mediaTimeSec;
		await job.sleepUntil(dueSec);
		// The scene has no camera; "light fell in" at the instant that its clock shows.
		draft.publish({ mediaTimeSec, captureTimeSec: dueSec, readyTimeSec: monotonicSec() });
	}
});
