// Thread of the codec floor: runs each step when all threads are ready for it, and sends its CPU
// time of each.
import { parentPort, workerData } from "node:worker_threads";
import { type FloorWork, runFloorStep } from "./codec-floor.ts";

const work = workerData as FloorWork;
const seconds: number[] = [];
for (const [index, step] of work.steps.entries()) {
	meet(work, (index + 1) * work.threads);
	seconds.push(runFloorStep(step, work));
}
parentPort!.postMessage(seconds);

/** Waits until as many threads as `arrivals` have come here. */
function meet({ gate }: FloorWork, arrivals: number): void {
	Atomics.add(gate, 0, 1);
	Atomics.notify(gate, 0);
	for (let count = Atomics.load(gate, 0); count < arrivals; count = Atomics.load(gate, 0))
		Atomics.wait(gate, 0, count);
}
