import type { Hdf5MotionWriter } from "./hdf5-writer.ts";
import type { McapMotionWriter } from "./mcap-writer.ts";
import { MotionFileError } from "./motion-file-error.ts";
import { type MotionFileOptions, TOUCH_MS } from "./motion-format.ts";
import { unpackSample } from "./motion-packing.ts";
import type { FromRecorderWorker, ToRecorderWorker } from "./motion-recorder-protocol.ts";
import type { MotionWriter } from "./motion-writer.ts";

/** The longest time until a received pose is in the file, milliseconds. */
const FLUSH_MS = 250;

/**
 * Writes one recording, as the messages of its `MotionRecorder` ask. Blocks while it writes, so it
 * lives in a worker.
 */
export class RecordingWriter {
	readonly #options: MotionFileOptions;
	readonly #post: (message: FromRecorderWorker) => void;
	readonly #flushTimer = setInterval(() => this.#flushWhatWaits(), FLUSH_MS);
	readonly #touchTimer = setInterval(() => this.#guard(() => this.#touch()), TOUCH_MS);
	/** Messages that arrive before the file is open wait for it. */
	readonly #ready: Promise<void>;
	#writer: MotionWriter | McapMotionWriter | Hdf5MotionWriter | undefined;

	/** @param post sends a message to the `MotionRecorder` */
	constructor(options: MotionFileOptions, post: (message: FromRecorderWorker) => void) {
		this.#options = options;
		this.#post = post;
		this.#ready = openWriter(options).then(
			(opened) => {
				this.#writer = opened;
				post({ type: "open" });
			},
			(error: unknown) => this.#fail(error),
		);
	}

	/** Handles a message of the `MotionRecorder`. Messages are handled in their order. */
	async receive(message: ToRecorderWorker): Promise<void> {
		await this.#ready;
		if (message.type === "close") return this.#close();
		this.#guard(() => this.#write(message.packed, message.poses));
		this.#post({ type: "written", bytes: message.packed.byteLength, safePoses: this.#writer?.safePoses ?? 0 });
	}

	/** @throws {MotionFileError} */
	#write(packed: Uint8Array, poses: number): void {
		const writer = this.#writer;
		if (writer === undefined) return;
		if ("append" in writer) {
			writer.append(packed, poses);
			return;
		}
		const data = new DataView(packed.buffer, packed.byteOffset, packed.byteLength);
		for (let at = 0; at < packed.byteLength; ) {
			const found = unpackSample(data, at);
			// The other thread packs whole poses.
			if (found === undefined || found === "broken") throw new Error("A batch of poses is broken.");
			writer.write(found.row);
			at = found.next;
		}
		this.#flush();
	}

	#flush(): void {
		if (this.#writer !== undefined && "flush" in this.#writer) this.#writer.flush(performance.now() / 1000);
	}

	#flushWhatWaits(): void {
		const before = this.#writer?.safePoses ?? 0;
		this.#guard(() => this.#flush());
		const safePoses = this.#writer?.safePoses ?? 0;
		if (safePoses > before) this.#post({ type: "written", bytes: 0, safePoses });
	}

	/**
	 * Marks the file as in use, for formats that can be recovered: a recovery leaves such a file
	 * alone.
	 */
	#touch(): void {
		if (this.#writer !== undefined && "touch" in this.#writer) this.#writer.touch();
	}

	/** The first failure ends the recording: a file with a hole in the middle would look whole. */
	#guard(action: () => void): void {
		try {
			action();
		} catch (error) {
			this.#fail(error);
		}
	}

	#fail(error: unknown): void {
		this.#stopTimers();
		const writer = this.#writer;
		const safePoses = writer?.safePoses ?? 0;
		// The files keep their content. Closing them may fail for the same reason, which is
		// known.
		if (writer !== undefined && "abandon" in writer) writer.abandon();
		this.#writer = undefined;
		this.#postFailure(error, safePoses);
	}

	#postFailure(error: unknown, safePoses: number): void {
		const { message } = error as Error;
		const [code, path] =
			error instanceof MotionFileError
				? [error.code, error.path]
				: (["not-writable", this.#options.path] as const);
		this.#post({ type: "failed", safePoses, code, path, message });
	}

	async #close(): Promise<void> {
		this.#stopTimers();
		const closing = this.#writer;
		this.#writer = undefined;
		try {
			await closing?.close();
		} catch (error) {
			this.#postFailure(error, closing?.safePoses ?? 0);
		}
		this.#post({ type: "closed", safePoses: closing?.safePoses ?? 0 });
	}

	#stopTimers(): void {
		clearInterval(this.#flushTimer);
		clearInterval(this.#touchTimer);
	}
}

/** Loads only the modules that the format needs. */
async function openWriter(options: MotionFileOptions): Promise<MotionWriter | McapMotionWriter | Hdf5MotionWriter> {
	switch (options.format) {
		case "hdf5":
			return new (await import("./hdf5-writer.ts")).Hdf5MotionWriter(options);
		case "mcap":
			return new (await import("./mcap-writer.ts")).McapMotionWriter(options);
		default:
			return new (await import("./text-writer.ts")).TextMotionWriter(options);
	}
}
