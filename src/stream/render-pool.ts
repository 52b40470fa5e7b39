import { assert } from "../media/assert.ts";
import type { EncodedPacket } from "../media/encoded-packet.ts";
import { EventListeners } from "../media/events.ts";
import { pictureLayout, stackedPictureLayout } from "../media/panorama.ts";
import type { PanoramaStore } from "../media/panorama-store.ts";
import type { HeapBlock, SharedHeap } from "../media/shared-heap.ts";
import { chooseProjector, type ProjectorChoice, projectorBytes } from "../projection/projector-choice.ts";
import { Thread, threadFile } from "../threads/thread.ts";
import {
	NO_RENDER_STATS,
	type RenderCommand,
	type RenderedViewOptions,
	type RenderReport,
	type RenderWorkerData,
} from "./render-protocol.ts";
import { ViewMailbox, type ViewWishes } from "./view-mailbox.ts";

/** Options of a `RenderPool`. */
export interface RenderPoolOptions {
	/** Memory of mailboxes, tables and drawn pictures. Borrowed. */
	readonly heap: SharedHeap;
	/** Largest view of one eye, pixels. */
	readonly maxWidth: number;
	readonly maxHeight: number;
	/** Number of threads that draw and encode. Views are spread over them. */
	readonly workers: number;
	/** Receives lines for the log; a line that several threads write comes once. */
	readonly onNotice: (message: string) => void;
}

/** Events of a `RenderedView`. */
export interface RenderedViewEvents {
	/** A picture was drawn and encoded. */
	packet: [packet: EncodedPacket];
	/** The view can't go on and is removed. Its mailbox must not be used afterwards. */
	failed: [message: string];
}

/** A drawn picture begins at a page of memory. */
const PICTURE_ALIGNMENT = 4096;

/** The main thread's side of one view that a worker of the pool draws and encodes. */
export class RenderedView {
	readonly mailbox: ViewMailbox;
	readonly options: RenderedViewOptions;
	readonly events = new EventListeners<RenderedViewEvents>();
	/** FFmpeg's name of the encoder in use, empty before the first picture. */
	encoderName = "";
	/** Counters at the newest picture. */
	stats = NO_RENDER_STATS;

	/** @param mailbox freed by the pool. */
	constructor(mailbox: ViewMailbox, options: RenderedViewOptions) {
		this.mailbox = mailbox;
		this.options = options;
	}
}

/** The threads that draw and encode views, and the memory they do it in. */
export class RenderPool implements AsyncDisposable {
	readonly #options: RenderPoolOptions;
	readonly #projector: ProjectorChoice;
	readonly #threads: RenderThread[] = [];
	readonly #threadOf = new Map<number, RenderThread>();
	#store: PanoramaStore | undefined;
	#lastViewId = 0;
	#closed = false;

	private constructor(options: RenderPoolOptions, projector: ProjectorChoice) {
		this.#options = options;
		this.#projector = projector;
	}

	/**
	 * Compiles the projector. Threads are started as views need them.
	 *
	 * @throws {RangeError} if a size is odd or not positive.
	 * @throws {WebAssembly.CompileError} if the engine lacks SIMD or shared memory.
	 */
	static async create(options: RenderPoolOptions): Promise<RenderPool> {
		pictureLayout(options.maxWidth, options.maxHeight);
		const reported = new Set<string>();
		const onNotice = (message: string) => {
			if (reported.has(message)) return;
			reported.add(message);
			options.onNotice(message);
		};
		return new RenderPool({ ...options, onNotice }, await chooseProjector());
	}

	/**
	 * Begins to draw a view.
	 *
	 * @throws {RangeError} if it is larger than the pool's largest, or the heap is
	 * full.
	 * @throws {Error} if the pool is closed.
	 */
	addView(
		options: RenderedViewOptions,
		wishes: ViewWishes,
	): { readonly viewId: number; readonly view: RenderedView } {
		const { heap, maxWidth, maxHeight } = this.#options;
		if (this.#closed) throw new Error("The render pool is closed.");
		if (wishes.width > maxWidth || wishes.height > maxHeight) {
			throw new RangeError(
				`A view of ${wishes.width}x${wishes.height} is larger than the pool's ${maxWidth}x${maxHeight}.`,
			);
		}
		const thread = this.#leastLoadedThread();
		const view = new RenderedView(ViewMailbox.create(heap, wishes), options);
		const viewId = ++this.#lastViewId;
		this.#threadOf.set(viewId, thread);
		thread.add(viewId, view);
		return { viewId, view };
	}

	/** Ends a view. Its memory is freed when the worker has let go of it. */
	removeView(viewId: number): void {
		this.#threadOf.get(viewId)?.remove(viewId);
		this.#threadOf.delete(viewId);
	}

	/**
	 * Draws from `store` from now on, or from nothing. Resolves when no thread
	 * reads the former store any more.
	 */
	async setStore(store: PanoramaStore | undefined): Promise<void> {
		this.#store = store;
		await Promise.all(this.#threads.map((thread) => thread.setStore(store)));
	}

	/**
	 * Ends the threads and frees their memory. A thread that does not end in time
	 * keeps its memory.
	 */
	async close(): Promise<void> {
		this.#closed = true;
		await Promise.all(this.#threads.splice(0).map((thread) => thread.close()));
		this.#threadOf.clear();
	}

	[Symbol.asyncDispose](): Promise<void> {
		return this.close();
	}

	#leastLoadedThread(): RenderThread {
		const idle = this.#threads.find((thread) => thread.load === 0);
		if (idle) return idle;
		if (this.#threads.length < this.#options.workers) {
			const thread = new RenderThread(this.#projector, this.#options, (dead) => this.#forget(dead));
			void thread.setStore(this.#store);
			this.#threads.push(thread);
			return thread;
		}
		return this.#threads.reduce((best, thread) => (thread.load < best.load ? thread : best));
	}

	#forget(dead: RenderThread): void {
		const index = this.#threads.indexOf(dead);
		if (index >= 0) this.#threads.splice(index, 1);
		for (const [viewId, thread] of this.#threadOf) if (thread === dead) this.#threadOf.delete(viewId);
	}
}

/** Time that a worker has to finish its pictures at the pool's end. */
const CLOSE_TIMEOUT_MS = 2000;

/** A worker thread with its memory and its views. */
class RenderThread {
	readonly #thread: Thread<RenderCommand, RenderReport>;
	readonly #heap: SharedHeap;
	/** The projector's tables, and behind them the picture that is drawn. */
	readonly #block: HeapBlock;
	readonly #views = new Map<number, RenderedView>();
	/** Views whose worker has not yet confirmed that it has released them. */
	readonly #leaving = new Map<number, RenderedView>();
	readonly #storeWaiters: (() => void)[] = [];
	readonly #onNotice: (message: string) => void;

	constructor(
		projector: ProjectorChoice,
		{ heap, maxWidth, maxHeight, onNotice }: RenderPoolOptions,
		onDeath: (thread: RenderThread) => void,
	) {
		this.#heap = heap;
		this.#onNotice = onNotice;
		const scratchBytes =
			Math.ceil(projectorBytes(projector, maxWidth, maxHeight) / PICTURE_ALIGNMENT) * PICTURE_ALIGNMENT;
		this.#block = heap.allocate(scratchBytes + stackedPictureLayout(maxWidth, maxHeight, 2, 0).byteLength);
		const data: RenderWorkerData = {
			memory: heap.memory,
			projector,
			maxWidth,
			maxHeight,
			scratchAddress: this.#block.address,
			pictureAddress: this.#block.address + scratchBytes,
		};
		this.#thread = new Thread({
			file: threadFile("./render-worker", import.meta.url),
			name: "panogaze-render",
			data,
			// Views can be left out one by one; a source that is read too late, or
			// packets that leave too late, spoil every view.
			givesWay: true,
			stopMessage: { type: "close" },
			onMessage: (report) => this.#handle(report),
		});
		void this.#thread.exited.then(({ error }) => {
			onDeath(this);
			// A worker that ends by itself has failed: its views are lost,
			// the server goes on.
			if (!this.#thread.stopping) {
				for (const view of this.#views.values())
					view.events.emit("failed", `The render worker ended: ${error?.message || "no reason given"}.`);
			}
			this.#release();
		});
	}

	get load(): number {
		return this.#views.size;
	}

	add(viewId: number, view: RenderedView): void {
		this.#views.set(viewId, view);
		this.#send({ type: "add", viewId, options: view.options, mailbox: view.mailbox.handle });
	}

	remove(viewId: number): void {
		const view = this.#views.get(viewId);
		if (view === undefined) return;
		this.#views.delete(viewId);
		this.#leaving.set(viewId, view);
		this.#send({ type: "remove", viewId });
	}

	setStore(store: PanoramaStore | undefined): Promise<void> {
		return new Promise((resolve) => {
			this.#storeWaiters.push(resolve);
			this.#send({ type: "store", store: store?.handle });
		});
	}

	/** Ends the thread. A worker that does not come out of its encoder keeps its memory. */
	async close(): Promise<void> {
		if ((await this.#thread.end(CLOSE_TIMEOUT_MS)) === "left")
			this.#onNotice(
				`A render worker is inside its encoder and did not end within ${CLOSE_TIMEOUT_MS / 1000} s. ` +
					"It is left to end by itself.",
			);
	}

	#handle(report: RenderReport): void {
		switch (report.type) {
			case "packet": {
				const view = this.#views.get(report.viewId);
				if (view === undefined) return;
				view.mailbox.noteFrameTaken();
				view.stats = report.stats;
				view.events.emit("packet", report.packet);
				return;
			}
			case "failed": {
				const view = this.#views.get(report.viewId);
				this.#views.delete(report.viewId);
				view?.events.emit("failed", report.message);
				view?.mailbox.free(this.#heap);
				return;
			}
			case "removed": {
				const view = this.#leaving.get(report.viewId);
				assert(view !== undefined, "A worker removes the views that it was sent to remove.");
				this.#leaving.delete(report.viewId);
				view.mailbox.free(this.#heap);
				return;
			}
			case "storeChanged": {
				const resolve = this.#storeWaiters.shift();
				assert(resolve !== undefined, "A worker changes its store once for each command.");
				resolve();
				return;
			}
			case "encoder": {
				const view = this.#views.get(report.viewId);
				if (view) view.encoderName = report.name;
				return;
			}
			case "notice":
				this.#onNotice(report.message);
		}
	}

	#send(command: RenderCommand): void {
		this.#thread.post(command);
	}

	/** Frees the memory after the worker's end: nothing reads or writes it any more. */
	#release(): void {
		this.#heap.free(this.#block);
		for (const view of [...this.#views.values(), ...this.#leaving.values()]) view.mailbox.free(this.#heap);
		for (const resolve of this.#storeWaiters.splice(0)) resolve();
	}
}
