import type { PanoramaStore } from "../../media/panorama-store.ts";
import type { SourcePacketBatch } from "../../source/source-packets.ts";
import { Thread, threadFile } from "../../threads/thread.ts";
import { type FromSmallWorker, SMALL_RATE, type SmallTask } from "./small-protocol.ts";

/**
 * Lends a store, which is not freed until the promise that `use` returns is settled. Resolves with
 * false, without a call, while there is none.
 */
export type LendStore = (use: (store: PanoramaStore) => Promise<void>) => Promise<boolean>;

const CLOSE_TIMEOUT_MS = 1000;

/**
 * A small version of a source's pictures as H.264, made in a thread of its own that gives way to
 * all others. It takes the newest picture when it is done with the one before.
 */
export class SmallVideo {
	readonly #lend: LendStore;
	readonly #onPackets: (batch: SourcePacketBatch) => void;
	readonly #onFailure: (message: string) => void;
	readonly #thread: Thread<SmallTask | "stop", FromSmallWorker>;
	readonly #timer: NodeJS.Timeout;
	/** The store that the thread knows, and its pictures when one was asked for. */
	#store: PanoramaStore | undefined;
	#sequence = 0;
	/** Ends the present loan. */
	#copied = () => {};
	/** The thread makes a picture. */
	#isBusy = false;
	#isClosed = false;

	/** @param onFailure called once, with a sentence: no more packets come. */
	constructor(lend: LendStore, onPackets: (batch: SourcePacketBatch) => void, onFailure: (message: string) => void) {
		this.#lend = lend;
		this.#onPackets = onPackets;
		this.#onFailure = onFailure;
		this.#thread = new Thread<SmallTask | "stop", FromSmallWorker>({
			file: threadFile("./small-worker", import.meta.url),
			name: "panogaze-small",
			data: undefined,
			givesWay: true,
			stopMessage: "stop",
			onMessage: (message) => this.#handle(message),
		});
		this.#thread.unref();
		void this.#thread.exited.then(({ error }) => {
			this.#copied();
			this.#fail(error?.message ?? "its thread has ended");
		});
		this.#timer = setInterval(() => void this.#ask(), 1000 / SMALL_RATE);
		this.#timer.unref();
	}

	/** Makes no more pictures. Resolves when the thread has ended. */
	async close(): Promise<void> {
		this.#isClosed = true;
		clearInterval(this.#timer);
		await this.#thread.end(CLOSE_TIMEOUT_MS);
	}

	async #ask(): Promise<void> {
		if (this.#isBusy) return;
		await this.#lend((store) => {
			const isNew = store !== this.#store;
			if (this.#isClosed || store.sequence === (isNew ? 0 : this.#sequence)) return Promise.resolve();
			const copied = Promise.withResolvers<void>();
			this.#copied = copied.resolve;
			this.#isBusy = true;
			this.#store = store;
			this.#sequence = store.sequence;
			this.#thread.post({ store: isNew ? store.handle : undefined });
			return copied.promise;
		});
	}

	#handle(message: FromSmallWorker): void {
		this.#copied();
		if (message.type === "copied") return;
		this.#isBusy = false;
		if (this.#isClosed) return;
		if (message.type === "packets") this.#onPackets(message.batch);
		else if (message.type === "failed") this.#fail(message.message);
	}

	#fail(reason: string): void {
		if (this.#isClosed) return;
		void this.close();
		this.#onFailure(`No small version of the source is made any more: ${reason}.`);
	}
}
