import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { OutputError, outputFailure } from "../render/output-error.ts";
import { Thread, threadFile } from "../threads/thread.ts";
import type { CameraPicture, CameraThreadStart, FromCamera, ToCamera } from "./camera-protocol.ts";
import type { EpisodeVideo } from "./dataset-format.ts";

/** Pictures that may wait for the thread. */
const MOST_WAITING = 32;
const END_MS = 2000;

/** The videos of one camera, made by a thread of their own. */
export class CameraVideo implements AsyncDisposable {
	readonly #thread: Thread<ToCamera, FromCamera>;
	readonly #finished = Promise.withResolvers<readonly (readonly EpisodeVideo[])[]>();
	readonly #onNotice: (message: string) => void;
	#waiting = 0;
	#wake: (() => void) | undefined;
	#failure: Error | undefined;

	/** @throws {OutputError} when a folder can't be made. */
	constructor(start: CameraThreadStart, onNotice: (message: string) => void) {
		this.#onNotice = onNotice;
		for (const path of start.eyes.flatMap(({ paths }) => paths)) makeFolder(dirname(path));
		this.#finished.promise.catch(() => {});
		this.#thread = new Thread<ToCamera, FromCamera>({
			file: threadFile("./camera-worker", import.meta.url),
			name: "panogaze-camera",
			data: start,
			stopMessage: { type: "discard" },
			onMessage: (message) => this.#receive(message),
		});
		void this.#thread.exited.then(({ error }) =>
			this.#fail(error ?? new Error("The thread that writes videos has ended too early.")),
		);
	}

	/**
	 * Passes on the next picture, and waits while the thread is behind.
	 * @throws {OutputError} when an earlier one can't be written.
	 */
	async write(picture: CameraPicture): Promise<void> {
		while (this.#waiting >= MOST_WAITING && this.#failure === undefined)
			await new Promise<void>((resolve) => {
				this.#wake = resolve;
			});
		if (this.#failure !== undefined) throw this.#failure;
		this.#waiting++;
		// A view of a larger buffer would bring all of that along.
		const accessUnit = new Uint8Array(picture.accessUnit);
		this.#thread.post({ type: "picture", picture: { ...picture, accessUnit } }, [accessUnit.buffer]);
	}

	/**
	 * @returns an entry for each episode, of each eye.
	 * @throws {OutputError} when one can't be written.
	 */
	finish(): Promise<readonly (readonly EpisodeVideo[])[]> {
		this.#thread.post({ type: "finish" });
		return this.#finished.promise;
	}

	async [Symbol.asyncDispose](): Promise<void> {
		await this.#thread.end(END_MS);
	}

	#receive(message: FromCamera): void {
		if (message.type === "done") {
			this.#waiting--;
			this.#wakeUp();
		} else if (message.type === "finished") {
			for (const notice of message.notices) this.#onNotice(notice);
			this.#finished.resolve(message.videos);
		} else this.#fail(new OutputError(message.code, message.path, message.message));
	}

	#fail(error: Error): void {
		this.#failure ??= error;
		this.#finished.reject(this.#failure);
		this.#wakeUp();
	}

	#wakeUp(): void {
		this.#wake?.();
		this.#wake = undefined;
	}
}

function makeFolder(path: string): void {
	try {
		mkdirSync(path, { recursive: true });
	} catch (error) {
		throw outputFailure(path, error);
	}
}
