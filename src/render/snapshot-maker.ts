import type { PanoramaStore, PanoramaStoreHandle } from "../media/panorama-store.ts";
import { Thread, threadFile } from "../threads/thread.ts";
import { type CompleteSnapshotOptions, type Snapshot, SnapshotError, type SnapshotErrorCode } from "./snapshot.ts";

/** A snapshot to make, for the thread. */
export interface SnapshotTask {
	readonly id: number;
	readonly store: PanoramaStoreHandle;
	readonly options: CompleteSnapshotOptions;
}

/** Messages of the thread. After `copied` it reads the store no more. */
export type FromSnapshotWorker =
	| { readonly type: "copied"; readonly id: number }
	| {
			readonly type: "done";
			readonly id: number;
			readonly jpeg: Uint8Array<ArrayBuffer>;
			readonly width: number;
			readonly height: number;
	  }
	| { readonly type: "failed"; readonly id: number; readonly code: SnapshotErrorCode; readonly message: string };

/**
 * Lends a store, which is not freed until the promise that `use` returns is settled. Resolves with
 * false, without a call, while there is none.
 */
export type StoreLender = (use: (store: PanoramaStore) => Promise<void>) => Promise<boolean>;

/** Most snapshots that wait for the present one. */
const MOST_WAITING = 4;
/** The thread and its memory are kept this long after a snapshot. */
const IDLE_MS = 10_000;
const CLOSE_TIMEOUT_MS = 1_000;

interface Pending {
	readonly id: number;
	readonly copied: () => void;
	readonly resolve: (snapshot: Snapshot) => void;
	readonly reject: (error: Error) => void;
}

/** Makes snapshots in a thread of their own, one at a time. The thread lives while it is needed. */
export class SnapshotMaker implements AsyncDisposable {
	#thread: Thread<SnapshotTask | "stop", FromSnapshotWorker> | undefined;
	/** The snapshot that the thread makes. */
	#pending: Pending | undefined;
	/** The last one in the queue. Never rejects. */
	#queue: Promise<unknown> = Promise.resolve();
	#waiting = 0;
	#lastId = 0;
	#idle: NodeJS.Timeout | undefined;
	#closed = false;

	/**
	 * Makes a snapshot of the newest panorama.
	 *
	 * @param lend lends the store of panoramas while the thread copies one.
	 * @throws {SnapshotError}
	 */
	async make(options: CompleteSnapshotOptions, lend: StoreLender): Promise<Snapshot> {
		if (this.#waiting > MOST_WAITING) throw new SnapshotError("busy", "Too many snapshots are asked for at once.");
		this.#waiting++;
		const result = this.#queue.then(() => this.#make(options, lend));
		this.#queue = result.catch(() => undefined);
		try {
			return await result;
		} finally {
			this.#waiting--;
		}
	}

	/** Ends the thread. Snapshots under way fail. */
	async close(): Promise<void> {
		this.#closed = true;
		this.#fail("failed", "The server is closed.");
		await this.#end();
	}

	[Symbol.asyncDispose](): Promise<void> {
		return this.close();
	}

	async #make(options: CompleteSnapshotOptions, lend: StoreLender): Promise<Snapshot> {
		if (this.#closed) throw new SnapshotError("failed", "The server is closed.");
		clearTimeout(this.#idle);
		this.#thread ??= this.#start();
		const thread = this.#thread;
		const id = ++this.#lastId;
		const { promise, resolve, reject } = Promise.withResolvers<Snapshot>();
		// The loan may end, with an error, before anybody waits for the snapshot.
		promise.catch(() => undefined);
		try {
			const isLent = await lend((store) => {
				const copied = Promise.withResolvers<void>();
				this.#pending = { id, copied: copied.resolve, resolve, reject };
				thread.post({ id, store: store.handle, options });
				return copied.promise;
			});
			if (!isLent) throw new SnapshotError("no-picture", "The source has sent no picture yet.");
			return await promise;
		} finally {
			this.#pending = undefined;
			this.#idle = setTimeout(() => void this.#end(), IDLE_MS).unref();
		}
	}

	#start(): Thread<SnapshotTask | "stop", FromSnapshotWorker> {
		const thread = new Thread<SnapshotTask | "stop", FromSnapshotWorker>({
			file: threadFile("./snapshot-worker", import.meta.url),
			name: "panogaze-snapshot",
			data: undefined,
			givesWay: true,
			stopMessage: "stop",
			onMessage: (message) => this.#handle(message),
		});
		thread.unref();
		void thread.exited.then(({ error }) => {
			if (this.#thread !== thread) return;
			this.#thread = undefined;
			this.#fail("failed", error?.message ?? "The thread has ended.");
		});
		return thread;
	}

	#handle(message: FromSnapshotWorker): void {
		const pending = this.#pending;
		if (pending?.id !== message.id) return;
		if (message.type === "failed") this.#fail(message.code, message.message);
		else if (message.type === "copied") pending.copied();
		else {
			const { jpeg, width, height } = message;
			pending.resolve({ data: Buffer.from(jpeg.buffer, jpeg.byteOffset, jpeg.byteLength), width, height });
		}
	}

	#fail(code: SnapshotErrorCode, message: string): void {
		this.#pending?.reject(new SnapshotError(code, message));
		this.#pending?.copied();
	}

	async #end(): Promise<void> {
		clearTimeout(this.#idle);
		const thread = this.#thread;
		this.#thread = undefined;
		await thread?.end(CLOSE_TIMEOUT_MS);
	}
}
