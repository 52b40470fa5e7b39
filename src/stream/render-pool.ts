import { quietSvt } from "../encoder/svt-log.ts";
import { assert } from "../media/assert.ts";
import { pictureLayout } from "../media/panorama.ts";
import type { PanoramaStore } from "../media/panorama-store.ts";
import type { HeapBlock, SharedHeap } from "../media/shared-heap.ts";
import { MAX_SURROUND_ROWS } from "../media/surround.ts";
import { chooseProjector, type ProjectorChoice, projectorBytes } from "../projection/projector-choice.ts";
import { Thread, threadFile } from "../threads/thread.ts";
import type {
	NumberedLens,
	RenderCommand,
	RenderedViewOptions,
	RenderReport,
	RenderWorkerData,
	TransformRequest,
} from "./render-protocol.ts";
import { RenderedView, type ViewOptics } from "./rendered-view.ts";
import { TILE_BYTES } from "./surrounds.ts";
import { TransformDesk } from "./transform-desk.ts";
import { shareableLens, type ViewLens } from "./view-lens.ts";
import { ViewMailbox, type ViewWishes } from "./view-mailbox.ts";
import type { ViewShape } from "./view-shape.ts";

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

/** A drawn picture begins at a page of memory. */
const PICTURE_ALIGNMENT = 4096;
const DESK_ALIGNMENT = 64;

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
		quietSvt();
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
	 * @throws {RangeError | TypeError} if the lens is impossible.
	 * @throws {Error} if the pool is closed.
	 */
	addView(
		options: RenderedViewOptions,
		wishes: ViewWishes,
		{ lens = "flat", shape, transform }: ViewOptics = {},
	): { readonly viewId: number; readonly view: RenderedView } {
		const { heap, maxWidth, maxHeight } = this.#options;
		if (this.#closed) throw new Error("The render pool is closed.");
		if (wishes.width > maxWidth || wishes.height > maxHeight) {
			throw new RangeError(
				`A view of ${wishes.width}x${wishes.height} is larger than the pool's ${maxWidth}x${maxHeight}.`,
			);
		}
		const shareable = shareableLens(lens, wishes);
		const thread = this.#leastLoadedThread();
		const view = new RenderedView(ViewMailbox.create(heap, wishes), options, transform);
		const viewId = ++this.#lastViewId;
		this.#threadOf.set(viewId, thread);
		thread.add(viewId, view, view.numberLens({ lens, shape }, shareable));
		return { viewId, view };
	}

	/**
	 * Draws a view through another lens, or in another shape, from the next picture on.
	 * @throws {RangeError | TypeError} if its projection is impossible.
	 */
	setLens(viewId: number, lens: ViewLens, shape?: ViewShape): void {
		this.#threadOf.get(viewId)?.setLens(viewId, lens, shape);
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
	/** Stores that the worker was sent, and the calls to make when it draws from them. */
	readonly #storesAhead: { readonly store: PanoramaStore | undefined; readonly resolve: () => void }[] = [];
	/** The store that the worker draws from. */
	#store: PanoramaStore | undefined;
	readonly #transformDesk: TransformDesk;
	readonly #pictureAddress: number;
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
		const pictureBytes = pictureLayout(maxWidth, 2 * maxHeight + MAX_SURROUND_ROWS).byteLength;
		const tileOffset = scratchBytes + pictureBytes;
		const transformOffset = Math.ceil((tileOffset + TILE_BYTES) / DESK_ALIGNMENT) * DESK_ALIGNMENT;
		this.#block = heap.allocate(transformOffset + TransformDesk.byteLength);
		this.#pictureAddress = this.#block.address + scratchBytes;
		const transformAddress = this.#block.address + transformOffset;
		this.#transformDesk = new TransformDesk(heap.memory, transformAddress);
		const data: RenderWorkerData = {
			memory: heap.memory,
			projector,
			maxWidth,
			maxHeight,
			scratchAddress: this.#block.address,
			pictureAddress: this.#pictureAddress,
			tileAddress: this.#block.address + tileOffset,
			transformAddress,
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

	add(viewId: number, view: RenderedView, lens: NumberedLens): void {
		this.#views.set(viewId, view);
		this.#send({ type: "add", viewId, options: view.options, mailbox: view.mailbox.handle, lens });
	}

	setLens(viewId: number, lens: ViewLens, shape: ViewShape | undefined): void {
		const view = this.#views.get(viewId);
		if (view === undefined) return;
		const shareable = shareableLens(lens, view.mailbox.size);
		this.#send({ type: "lens", viewId, lens: view.numberLens({ lens, shape }, shareable) });
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
			this.#storesAhead.push({ store, resolve });
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
				const next = this.#storesAhead.shift();
				assert(next !== undefined, "A worker changes its store once for each command.");
				this.#store = next.store;
				next.resolve();
				return;
			}
			case "transform": {
				const view = this.#views.get(report.request.viewId);
				if (view !== undefined) view.stats = report.stats;
				const isBegun = this.#transformDesk.work(report.request.request, () =>
					this.#transform(view, report.request),
				);
				if (!isBegun) view?.noteLateTransform();
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

	/** @returns whether the picture may be sent; not if its view has just been removed. */
	#transform(view: RenderedView | undefined, request: TransformRequest): boolean {
		const store = this.#store;
		if (view === undefined || store === undefined) return false;
		const { width, eyes, panoramaAddress, panoramaBytes } = request;
		const height = request.height * eyes;
		const { buffer } = this.#heap.memory;
		const data = new Uint8Array(buffer, this.#pictureAddress, pictureLayout(width, height).byteLength);
		const { layout } = store;
		const { format } = store.handle;
		return view.applyTransform(request, {
			picture: { data, width, height },
			panorama: { format, layout, data: new Uint8Array(buffer, panoramaAddress, panoramaBytes) },
		});
	}

	#send(command: RenderCommand): void {
		this.#thread.post(command);
	}

	/** Frees the memory after the worker's end: nothing reads or writes it any more. */
	#release(): void {
		this.#heap.free(this.#block);
		for (const view of [...this.#views.values(), ...this.#leaving.values()]) view.mailbox.free(this.#heap);
		for (const { resolve } of this.#storesAhead.splice(0)) resolve();
	}
}
