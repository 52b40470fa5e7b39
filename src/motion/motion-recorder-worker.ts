import { ThisThread } from "../threads/this-thread.ts";
import type { Hdf5MotionWriter } from "./hdf5-writer.ts";
import type { McapMotionWriter } from "./mcap-writer.ts";
import { MotionFileError } from "./motion-file-error.ts";
import { type MotionFileOptions, TOUCH_MS } from "./motion-format.ts";
import { unpackPose } from "./motion-packing.ts";
import type { FromRecorderWorker, ToRecorderWorker } from "./motion-recorder-protocol.ts";
import type { MotionWriter } from "./motion-writer.ts";

/** Nothing that came waits longer than this to be made safe. */
const FLUSH_MS = 250;

const { port, data: options } = new ThisThread<MotionFileOptions>();
let writer: MotionWriter | McapMotionWriter | Hdf5MotionWriter | undefined;
/** Messages that come before the file is open wait for it. */
let ready: Promise<void>;

const tell = (message: FromRecorderWorker) => port.postMessage(message);

/** Only what the format needs is loaded. */
async function open(): Promise<MotionWriter | McapMotionWriter | Hdf5MotionWriter> {
	switch (options.format) {
		case "hdf5":
			return new (await import("./hdf5-writer.ts")).Hdf5MotionWriter(options);
		case "mcap":
			return new (await import("./mcap-writer.ts")).McapMotionWriter(options);
		default:
			return new (await import("./text-writer.ts")).TextMotionWriter(options);
	}
}

/** @throws {MotionFileError} */
function write(packed: Uint8Array, poses: number): void {
	if (writer === undefined) return;
	if ("append" in writer) {
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
	if (writer !== undefined && "flush" in writer) writer.flush(performance.now() / 1000);
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
	if (writer !== undefined && "abandon" in writer) writer.abandon();
	writer = undefined;
	tellFailure(error, safePoses);
}

function tellFailure(error: unknown, safePoses: number): void {
	const { message } = error as Error;
	const [code, path] = error instanceof MotionFileError ? [error.code, error.path] : (["not-writable", options.path] as const);
	tell({ type: "failed", safePoses, code, path, message });
}

const timer = setInterval(() => {
	const before = writer?.safePoses ?? 0;
	guard(flush);
	const safePoses = writer?.safePoses ?? 0;
	if (safePoses > before) tell({ type: "written", bytes: 0, safePoses });
}, FLUSH_MS);
const touchTimer = setInterval(() => guard(touch), TOUCH_MS);

/** Only files that can be recovered have to be told from those in use. */
function touch(): void {
	if (writer !== undefined && "touch" in writer) writer.touch();
}

async function close(): Promise<void> {
	clearInterval(timer);
	clearInterval(touchTimer);
	const closing = writer;
	writer = undefined;
	try {
		await closing?.close();
	} catch (error) {
		tellFailure(error, closing?.safePoses ?? 0);
	}
	tell({ type: "closed", safePoses: closing?.safePoses ?? 0 });
}

port.on("message", async (message: ToRecorderWorker) => {
	await ready;
	if (message.type === "close") return close();
	guard(() => write(message.packed, message.poses));
	tell({ type: "written", bytes: message.packed.byteLength, safePoses: writer?.safePoses ?? 0 });
});

ready = open().then(
	(opened) => {
		writer = opened;
		tell({ type: "open" });
	},
	(error: unknown) => fail(error),
);
