import { type LogMessage, RrdWriter, type Sink, type SinkStats } from "panogaze-rerun";
import type { DiskFile } from "./disk-file.ts";

/** Writes a recording for Rerun into a file of a `RecordingDisk`, which it takes over. */
export class DiskSink implements Sink {
	readonly #file: DiskFile;
	readonly #writer = new RrdWriter();
	#messages = 0;

	constructor(file: DiskFile) {
		this.#file = file;
	}

	get stats(): SinkStats {
		const { byteLength: bytes, waitingBytes: queuedBytes } = this.#file;
		return { messages: this.#messages, bytes, queuedBytes, lostMessages: 0, lostBytes: 0, failure: null };
	}

	write(messages: readonly LogMessage[]): void {
		this.#messages += messages.length;
		for (const message of messages) this.#file.append(...this.#writer.messagePieces(message));
	}

	async flush(): Promise<boolean> {
		await this.#file.settled();
		return !this.#file.hasFailed;
	}

	close(): Promise<void> {
		return this.#file.close(this.#end());
	}

	/** The table of the file's chunks. */
	async *#end(): AsyncGenerator<readonly Uint8Array[]> {
		const steps = this.#writer.finishSteps();
		for (;;) {
			const step = steps.next();
			if (step.done === true) {
				yield step.value;
				return;
			}
			// Batches that come meanwhile are not delayed.
			await new Promise(setImmediate);
		}
	}
}
