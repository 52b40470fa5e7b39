import { monotonicSec } from "../../src/media/clock.ts";
import { createMotionRecorder } from "../../src/motion/index.ts";
import { swayingBody } from "../../src/motion/synthetic-motion.cases.ts";

/*
 * Records a body 100 times a second into each of the named files, for a test that kills it. Prints
 * a line of JSON whenever more poses are safe: their number in each file.
 */
const recorders = await Promise.all(process.argv.slice(2).map((path) => createMotionRecorder({ path })));
let step = 0;
let printed = "";
setInterval(() => {
	const pose = swayingBody(step++);
	const receivedAtSec = monotonicSec();
	for (const recorder of recorders) recorder.write(pose, { receivedAtSec });
	const safe = JSON.stringify(recorders.map((recorder) => recorder.stats().written));
	if (safe !== printed) process.stdout.write(`${safe}\n`);
	printed = safe;
}, 10);
