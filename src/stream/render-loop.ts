import type { MessagePort } from "node:worker_threads";
import { assert } from "../media/assert.ts";
import { monotonicSec } from "../media/clock.ts";
import { type PanoramaLease, PanoramaStore } from "../media/panorama-store.ts";
import type { WasmMemory } from "../media/wasm-types.ts";
import type { Projector } from "../projection/projector.ts";
import type { ThisThread } from "../threads/this-thread.ts";
import { ArrivalEstimate } from "./arrival-estimate.ts";
import { EffortLadder } from "./effort-ladder.ts";
import type { RenderCommand, RenderReport, RenderWorkerData } from "./render-protocol.ts";
import { Surrounds } from "./surrounds.ts";
import { TransformDesk } from "./transform-desk.ts";
import { ViewMailbox } from "./view-mailbox.ts";
import { type RenderContext, ViewRenderer } from "./view-renderer.ts";

/** Longest sleep, seconds: a command is noticed this late at most while no panorama arrives. */
const MAX_SLEEP_SEC = 0.005;

/**
 * Draws a render worker's views, round after round, while it has views and a store.
 * Commands of the main thread are obeyed between rounds.
 */
export class RenderLoop implements RenderContext {
	readonly projector: Projector;
	readonly memory: WasmMemory;
	readonly pictureAddress: number;
	readonly transformDesk: TransformDesk;
	readonly surrounds: Surrounds;
	readonly efforts = new EffortLadder();
	readonly #thread: ThisThread<RenderWorkerData>;
	readonly #port: MessagePort;
	readonly #views = new Map<number, ViewRenderer>();
	#arrivals = new ArrivalEstimate();
	#store: PanoramaStore | undefined;
	#isRunning = false;
	#isClosing: boolean;

	/** @param projector owned by the loop from now on. */
	constructor(thread: ThisThread<RenderWorkerData>, projector: Projector) {
		this.#thread = thread;
		this.#port = thread.port;
		this.projector = projector;
		this.memory = thread.data.memory;
		this.pictureAddress = thread.data.pictureAddress;
		this.surrounds = new Surrounds({ projector, memory: this.memory, tileAddress: thread.data.tileAddress });
		this.transformDesk = new TransformDesk(thread.data.memory, thread.data.transformAddress);
		this.#isClosing = !thread.beginNative();
	}

	get arrivals(): ArrivalEstimate {
		return this.#arrivals;
	}

	report(report: RenderReport, transfer: ArrayBuffer[] = []): void {
		this.#port.postMessage(report, transfer);
	}

	/** Obeys one command of the main thread. */
	obey(command: RenderCommand): void {
		switch (command.type) {
			case "store":
				this.#store = command.store && PanoramaStore.attach(command.store);
				// Another source may have another rhythm.
				this.#arrivals = new ArrivalEstimate();
				this.surrounds.clear();
				this.report({ type: "storeChanged" });
				break;
			case "add": {
				const { viewId, options, mailbox, lens } = command;
				assert(!this.#views.has(viewId), "A view is added once.");
				this.#views.set(viewId, new ViewRenderer(viewId, options, ViewMailbox.attach(mailbox), lens, this));
				break;
			}
			case "lens": {
				// A view that has failed here is still known to the main thread for a moment.
				const view = this.#views.get(command.viewId);
				if (view !== undefined) view.lens = command.lens;
				break;
			}
			case "remove":
				this.#remove(command.viewId);
				this.report({ type: "removed", viewId: command.viewId });
				break;
			case "close":
				this.#close();
				return;
		}
		if (!this.#isRunning) void this.#run();
	}

	#remove(viewId: number): void {
		this.#views.get(viewId)?.[Symbol.dispose]();
		this.#views.delete(viewId);
	}

	#close(): void {
		this.#isClosing = true;
		for (const view of this.#views.values()) view[Symbol.dispose]();
		this.projector[Symbol.dispose]();
		this.#thread.endNative();
		this.#port.close();
	}

	/**
	 * Draws until there is nothing to draw. Sleeps on the store's counter, which
	 * wakes within microseconds, and obeys commands between rounds.
	 */
	async #run(): Promise<void> {
		this.#isRunning = true;
		// The command to close comes with the thread's wish to stop, and needs a
		// turn of the event loop.
		while (!this.#isClosing && !this.#thread.stopping && this.#store !== undefined && this.#views.size > 0) {
			const store = this.#store;
			const sequence = store.sequence;
			const againAtSec = this.#drawRound(store);
			const sleepSec = Math.min(againAtSec - monotonicSec(), MAX_SLEEP_SEC);
			if (sleepSec > 0) store.waitForNewer(sequence, sleepSec * 1000);
			await new Promise(setImmediate);
		}
		this.#isRunning = false;
	}

	/**
	 * Draws every view that is due, all of the same panorama. If a round changed to
	 * a newer panorama on its way, its remaining views would skip one.
	 *
	 * @returns the time at which the next view is due.
	 */
	#drawRound(store: PanoramaStore): number {
		const lease = store.acquireNewest();
		if (lease === undefined) return Number.POSITIVE_INFINITY;
		this.#arrivals.note(lease.sequence, lease.readyTimeSec);
		let earliestSec = Number.POSITIVE_INFINITY;
		let viewsLeft = this.#views.size;
		try {
			for (const view of this.#views.values()) {
				// The last view gives the slot back before it encodes: with one
				// viewer the slot is held for a few milliseconds only.
				const afterDrawing = --viewsLeft === 0 ? lease.release : () => {};
				earliestSec = Math.min(earliestSec, this.#turn(view, lease, afterDrawing));
			}
		} finally {
			lease.release();
		}
		return earliestSec;
	}

	#turn(view: ViewRenderer, lease: PanoramaLease, afterDrawing: () => void): number {
		try {
			return view.turn(lease, monotonicSec(), afterDrawing);
		} catch (error) {
			this.#remove(view.id);
			this.report({ type: "failed", viewId: view.id, message: (error as Error).message });
			return Number.POSITIVE_INFINITY;
		}
	}
}
