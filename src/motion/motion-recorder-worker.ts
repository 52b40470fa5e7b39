import { parentPort, workerData } from "node:worker_threads";
import { Hdf5MotionWriter } from "./hdf5-writer.ts";
import { McapMotionWriter } from "./mcap-writer.ts";
import { MotionFileError } from "./motion-file-error.ts";
import type { MotionFileOptions } from "./motion-format.ts";
import { unpackPose } from "./motion-packing.ts";
import type { FromRecorderWorker, ToRecorderWorker } from "./motion-recorder-protocol.ts";
import type { MotionWriter } from "./motion-writer.ts";
import { TextMotionWriter } from "./text-writer.ts";

/** Nothing that came waits longer than this to be made safe. */
const FLUSH_MS = 250;

const port = parentPort!;
const options = workerData as MotionFileOptions;
let writer: MotionWriter | Hdf5MotionWriter | undefined;

const tell = (message: FromRecorderWorker) => port.postMessage(message);

function open(): MotionWriter | Hdf5MotionWriter {
	if (options.format === "hdf5") return new Hdf5MotionWriter(options);
	return options.format === "mcap" ? new McapMotionWriter(options) : new TextMotionWriter(options);
}

/** @throws {MotionFileError} */
function write(packed: Uint8Array, poses: number): void {
	if (writer === undefined) return;
	if (writer instanceof Hdf5MotionWriter) {
		writer.append(packed, poses);
		return;
	}
	const data = new DataView(packed.buffer, packed.byteOffset, packed.byteLength);
	for (let at = 0; at < packed.byteLength; ) {
		const found = unpackPose(data, at);
		// What the other thread packed is whole.
		if (found === undefined || found === "broken") throw new Error("A batch of poses is broken.");
		writer.write(found.pose);
		at = found.next;
	}
	flush();
}

function flush(): void {
	if (writer !== undefined && !(writer instanceof Hdf5MotionWriter)) writer.flush(performance.now() / 1000);
}

/** The first failure ends the recording: a file with a hole in the middle would look whole. */
function guard(action: () => void): void {
	try {
		action();
	} catch (error) {
		fail(error);
	}
}

function fail(error: unknown): void {
	const safePoses = writer?.safePoses ?? 0;
	// What is in the files stays; closing them may fail for the same reason again, and says nothing new.
	if (writer !== undefined && !(writer instanceof Hdf5MotionWriter)) writer.abandon();
	writer = undefined;
	const { message } = error as Error;
	const [code, path] = error instanceof MotionFileError ? [error.code, error.path] : (["not-writable", options.path] as const);
	tell({ type: "failed", safePoses, code, path, message });
}

const timer = setInterval(() => guard(flush), FLUSH_MS);

port.on("message", (message: ToRecorderWorker) => {
	if (message.type === "write") {
		guard(() => write(message.packed, message.poses));
		tell({ type: "written", bytes: message.packed.byteLength, safePoses: writer?.safePoses ?? 0 });
		return;
	}
	clearInterval(timer);
	const closing = writer;
	writer = undefined;
	Promise.resolve(closing?.close()).then(
		() => tell({ type: "closed", safePoses: closing?.safePoses ?? 0 }),
		(error: unknown) => {
			const { message: words } = error as Error;
			const [code, path] = error instanceof MotionFileError ? [error.code, error.path] : (["not-writable", options.path] as const);
			tell({ type: "failed", safePoses: closing?.safePoses ?? 0, code, path, message: words });
			tell({ type: "closed", safePoses: closing?.safePoses ?? 0 });
		},
	);
});

guard(() => {
	writer = open();
	tell({ type: "open" });
});
