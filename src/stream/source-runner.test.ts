import { describe, expect, it, vi } from "vitest";
import { EventListeners } from "../media/events.ts";
import type { PanoramaStore } from "../media/panorama-store.ts";
import { SharedHeap } from "../media/shared-heap.ts";
import { SourceError, type SourceEvents, type SourceInfo, type VideoSource } from "../source/video-source.ts";
import type { RenderPool } from "./render-pool.ts";
import { SourceRunner } from "./source-runner.ts";

const infoOf = (width: number): SourceInfo => ({
	format: { width, height: width / 2, eyes: 1, color: { range: "limited", matrix: "bt709", chromaSiting: "left" } },
	frameRate: 30,
	codec: "rawvideo",
	hwaccel: "none",
	live: false,
	durationSec: Number.NaN,
});

/** Takes a moment for each transition and complains when they overlap. */
class SlowSource implements VideoSource {
	readonly name = "slow";
	readonly log: string[] = [];
	readonly listeners = new EventListeners<SourceEvents>();
	width = 256;
	failure: SourceError | undefined;
	store: PanoramaStore | undefined;
	#busy = false;

	start(createStore: (info: SourceInfo) => PanoramaStore) {
		return this.#transition("start", () => {
			if (this.failure) throw this.failure;
			this.store = createStore(infoOf(this.width));
			return infoOf(this.width);
		});
	}
	stop() {
		return this.#transition("stop", () => {});
	}
	stats() {
		return { framesDecoded: 0, framesDropped: 0, reconnects: 0, loops: 0 };
	}
	on<Name extends keyof SourceEvents>(name: Name, listener: (...args: SourceEvents[Name]) => void) {
		return this.listeners.on(name, listener);
	}
	async [Symbol.asyncDispose]() {
		this.log.push("dispose");
	}

	async #transition<T>(name: string, act: () => T): Promise<T> {
		if (this.#busy) throw new Error("transitions overlap");
		this.#busy = true;
		await new Promise((resolve) => setTimeout(resolve, 5));
		this.#busy = false;
		this.log.push(name);
		return act();
	}
}

/** Only what the runner uses of a pool. */
const fakePool = () => ({ setStore: vi.fn(async (_store: PanoramaStore | undefined) => {}) });

function setUp(keepRunning = false) {
	const source = new SlowSource();
	const heap = new SharedHeap();
	const pool = fakePool();
	const runner = new SourceRunner(source, heap, pool as unknown as RenderPool, keepRunning);
	return { source, heap, pool, runner };
}

/** Writes a picture every 20 ms, as a source does. @returns a function that ends it. */
function publishing(source: SlowSource): () => void {
	const timer = setInterval(() => {
		const draft = source.store?.beginWrite();
		draft?.publish({ mediaTimeSec: 0, captureTimeSec: 0, readyTimeSec: 0 });
	}, 20);
	return () => clearInterval(timer);
}

const starts = ({ log }: SlowSource) => log.filter((line) => line === "start").length;

describe("SourceRunner", () => {
	it("frees a store that somebody reads only when that is over", async () => {
		const { source, heap, runner } = setUp();
		expect(await runner.lendStore(() => Promise.reject(new Error("not called")))).toBe(false);
		const release = runner.use();
		await vi.waitFor(() => expect(runner.running).toBe(true), 20_000);
		const reading = Promise.withResolvers<void>();
		const lent = runner.lendStore(() => reading.promise);
		const free = vi.spyOn(heap, "free");
		release();
		const closed = runner.close();
		await vi.waitFor(() => expect(source.log).toContain("dispose"), 20_000);
		await new Promise(setImmediate);
		expect(free).not.toHaveBeenCalled();
		reading.resolve();
		await closed;
		expect([await lent, free.mock.calls.length > 0]).toEqual([true, true]);
	});

	it("starts once for many users, and stops a moment after the last has gone", async () => {
		vi.useFakeTimers();
		try {
			const { source, runner } = setUp();
			const releases = [runner.use(), runner.use(), runner.use()];
			await vi.advanceTimersByTimeAsync(100);
			expect(starts(source)).toBe(1);
			for (const release of releases) release();
			releases[0]!();
			await vi.advanceTimersByTimeAsync(1900);
			expect(runner.running).toBe(true);
			await vi.advanceTimersByTimeAsync(300);
			expect(runner.running).toBe(false);
			expect(source.log.at(-1)).toBe("stop");
		} finally {
			vi.useRealTimers();
		}
	});

	it("goes on without a pause for a user who comes back at once", async () => {
		vi.useFakeTimers();
		try {
			const { source, runner } = setUp();
			const first = runner.use();
			await vi.advanceTimersByTimeAsync(100);
			first();
			await vi.advanceTimersByTimeAsync(1000);
			const second = runner.use();
			await vi.advanceTimersByTimeAsync(5000);
			expect(second).toBeTypeOf("function");
			expect(starts(source)).toBe(1);
			expect(runner.running).toBe(true);
		} finally {
			vi.useRealTimers();
		}
	});

	it("reports the source as opening, live, stalled, reconnecting by itself and by the runner, and idle", async () => {
		vi.useFakeTimers({ toFake: ["setTimeout", "setInterval", "clearTimeout", "clearInterval", "performance"] });
		try {
			const { source, runner } = setUp();
			const states: string[] = [];
			runner.events.on("state", (state) =>
				states.push("attempt" in state ? `${state.name} ${state.attempt}` : state.name),
			);
			expect(runner.state.name).toBe("idle");
			const release = runner.use();
			await vi.advanceTimersByTimeAsync(500);
			expect(states).toEqual(["opening"]);
			let stop = publishing(source);
			await vi.advanceTimersByTimeAsync(500);
			expect(states.splice(0)).toEqual(["opening", "live"]);
			stop();
			await vi.advanceTimersByTimeAsync(1000);
			expect(states).toEqual([]);
			await vi.advanceTimersByTimeAsync(300);
			source.listeners.emit("reconnecting", 1, "connection");
			source.listeners.emit("reconnected");
			stop = publishing(source);
			await vi.advanceTimersByTimeAsync(200);
			expect(states.splice(0)).toEqual(["stalled", "reconnecting 1", "live"]);
			stop();
			source.failure = new SourceError("connection", "Nobody answers.");
			source.listeners.emit("error", source.failure);
			await vi.advanceTimersByTimeAsync(4000);
			expect(states.splice(0)).toEqual(["reconnecting 1", "reconnecting 2", "reconnecting 3"]);
			release();
			await vi.advanceTimersByTimeAsync(2100);
			expect(states).toEqual(["idle"]);
		} finally {
			vi.useRealTimers();
		}
	});

	it("plays a source that has ended again on request and for a first user, not for a further one", async () => {
		vi.useFakeTimers();
		try {
			const { source, runner } = setUp();
			expect(runner.playAgain()).toBe(false);
			const first = runner.use();
			await vi.advanceTimersByTimeAsync(100);
			expect(runner.playAgain()).toBe(false);
			source.listeners.emit("ended");
			expect(runner.state).toEqual({ name: "ended" });
			const second = runner.use();
			await vi.advanceTimersByTimeAsync(100);
			expect([starts(source), runner.state.name]).toEqual([1, "ended"]);
			expect(runner.playAgain()).toBe(true);
			await vi.advanceTimersByTimeAsync(100);
			expect([starts(source), runner.running]).toEqual([2, true]);
			source.listeners.emit("ended");
			first();
			second();
			runner.use();
			await vi.advanceTimersByTimeAsync(100);
			expect(starts(source)).toBe(3);
		} finally {
			vi.useRealTimers();
		}
	});

	it("keeps running with that option", async () => {
		vi.useFakeTimers();
		try {
			const { runner } = setUp(true);
			const use = runner.use();
			await vi.advanceTimersByTimeAsync(100);
			use();
			await vi.advanceTimersByTimeAsync(60_000);
			expect(runner.running).toBe(true);
		} finally {
			vi.useRealTimers();
		}
	});

	it("rejects a trial of a source that can't be opened, and runs nothing", async () => {
		const { source, runner } = setUp();
		source.failure = new SourceError("not-found", "No such file: a.mp4.");
		await expect(runner.tryOut()).rejects.toThrow("No such file: a.mp4.");
		expect(runner.running).toBe(false);
		await runner.close();
	});

	it("tries again while it has users, with growing delays, and runs when the source is back", async () => {
		vi.useFakeTimers();
		try {
			const { source, runner } = setUp();
			const errors: string[] = [];
			runner.events.on("error", (error) => errors.push(error.message));
			source.failure = new SourceError("connection", "Nobody answers.");
			const release = runner.use();
			await vi.advanceTimersByTimeAsync(4000);
			expect(errors).toEqual(["Nobody answers.", "Nobody answers.", "Nobody answers."]);
			source.failure = undefined;
			await vi.advanceTimersByTimeAsync(5100);
			expect(runner.running).toBe(true);
			source.listeners.emit("error", new SourceError("failed", "The cable was pulled."));
			expect(runner.running).toBe(false);
			await vi.advanceTimersByTimeAsync(1100);
			expect(runner.running).toBe(true);
			release();
			await vi.advanceTimersByTimeAsync(3000);
			source.listeners.emit("error", new SourceError("failed", "Too late to matter."));
			await vi.advanceTimersByTimeAsync(60_000);
			expect(runner.running).toBe(false);
		} finally {
			vi.useRealTimers();
		}
	});

	it("tries again without users only if it is to be kept running", async () => {
		vi.useFakeTimers();
		try {
			for (const keepRunning of [false, true]) {
				const { source, runner } = setUp(keepRunning);
				source.failure = new SourceError("connection", "Nobody answers.");
				const failing = expect(runner.tryOut()).rejects.toThrow("Nobody answers.");
				await vi.advanceTimersByTimeAsync(100);
				await failing;
				source.failure = undefined;
				await vi.advanceTimersByTimeAsync(10_000);
				expect(runner.running).toBe(keepRunning);
				await Promise.all([runner.close(), vi.advanceTimersByTimeAsync(100)]);
			}
		} finally {
			vi.useRealTimers();
		}
	});

	it("ends a start that is under way when it is closed, without an event", async () => {
		const { source, heap, runner } = setUp();
		const empty = heap.allocatedBytes;
		let stopped!: () => void;
		const refused = new Promise<never>((_, reject) => {
			stopped = () => reject(new SourceError("failed", "It was stopped before it was open."));
		});
		refused.catch(() => {});
		source.start = () => refused;
		const errors: string[] = [];
		runner.events.on("error", (error) => errors.push(error.message));
		runner.use();
		await vi.waitFor(() => expect(source.log).toEqual(["stop"]), { timeout: 20_000 });
		source.stop = async () => stopped();
		await runner.close();
		expect(errors).toEqual([]);
		expect(heap.allocatedBytes).toBe(empty);
	});

	it("listens to the source no more once it is closed: the application may go on with it", async () => {
		const { source, runner } = setUp();
		const reported: unknown[] = [];
		runner.events.on("error", (error) => reported.push(error));
		runner.events.on("notice", (line) => reported.push(line));
		await runner.close();
		source.listeners.emit("error", new SourceError("failed", "The cable was pulled."));
		source.listeners.emit("notice", "Still here.");
		expect(reported).toEqual([]);
	});

	it("reports a source that fails to stop, instead of ending the process", async () => {
		vi.useFakeTimers();
		try {
			const { source, runner } = setUp();
			const errors: string[] = [];
			runner.events.on("error", (error) => errors.push(error.message));
			const release = runner.use();
			await vi.advanceTimersByTimeAsync(100);
			source.stop = async () => {
				throw new Error("The driver hangs.");
			};
			release();
			await vi.advanceTimersByTimeAsync(2100);
			expect(errors).toEqual(["The driver hangs."]);
		} finally {
			vi.useRealTimers();
		}
	});

	it("gives a new store's forerunner back also when the start fails after all", async () => {
		const { source, heap, runner } = setUp();
		const empty = heap.allocatedBytes;
		await runner.tryOut();
		const small = heap.allocatedBytes;
		source.listeners.emit("ended");
		source.width = 512;
		const { start } = source;
		source.start = async (createStore) => {
			await start.call(source, createStore);
			throw new SourceError("failed", "It broke at the last moment.");
		};
		await expect(runner.tryOut()).rejects.toThrow("at the last moment");
		source.listeners.emit("ended");
		source.width = 256;
		source.start = start;
		await runner.tryOut();
		expect(heap.allocatedBytes).toBe(small);
		await runner.close();
		expect(heap.allocatedBytes).toBe(empty);
	});

	it("takes back what a reader that crashed held for writing", async () => {
		const { source, pool, runner } = setUp();
		for (let crash = 0; crash < 4; crash++) {
			await runner.tryOut();
			expect(pool.setStore.mock.lastCall![0]!.beginWrite()).toBeDefined();
			source.listeners.emit("error", new SourceError("failed", "The reader crashed."));
		}
		await runner.close();
	});

	it("makes a new store when the source comes back with another size, and frees the old one", async () => {
		const { source, heap, pool, runner } = setUp();
		const empty = heap.allocatedBytes;
		runner.use();
		await vi.waitFor(() => expect(runner.running).toBe(true), { timeout: 20_000 });
		const small = heap.allocatedBytes;
		source.listeners.emit("error", new SourceError("failed", "The cable was pulled."));
		expect(runner.running).toBe(false);
		source.width = 512;
		runner.use();
		await vi.waitFor(() => expect(runner.running).toBe(true), { timeout: 20_000 });
		expect(pool.setStore.mock.lastCall![0]!.format.width).toBe(512);
		expect(heap.allocatedBytes).toBeGreaterThan(small);
		source.listeners.emit("ended");
		source.width = 256;
		runner.use();
		await vi.waitFor(() => expect(runner.running).toBe(true), { timeout: 20_000 });
		expect(heap.allocatedBytes).toBe(small);
		await runner.close();
		expect(heap.allocatedBytes).toBe(empty);
		expect(source.log.at(-1)).toBe("dispose");
	});

	it("keeps a source that would be lost by stopping, and does not start one whose bytes have ended", async () => {
		vi.useFakeTimers();
		try {
			const source = Object.assign(new SlowSource(), { lostByStopping: "bytes" as const });
			const runner = new SourceRunner(source, new SharedHeap(), fakePool() as unknown as RenderPool, false);
			const opening = Promise.withResolvers<void>();
			const start = source.start.bind(source);
			source.start = async (createStore) => {
				await opening.promise;
				return start(createStore);
			};
			const trying = runner.tryOut();
			await vi.advanceTimersByTimeAsync(5000);
			await trying;
			expect([runner.running, runner.state.name]).toEqual([false, "opening"]);
			opening.resolve();
			await vi.advanceTimersByTimeAsync(60_000);
			expect([runner.running, source.log]).toEqual([true, ["stop", "start"]]);
			runner.use()();
			await vi.advanceTimersByTimeAsync(60_000);
			expect(runner.running).toBe(true);
			source.listeners.emit("ended");
			runner.use();
			expect(runner.playAgain()).toBe(false);
			await vi.advanceTimersByTimeAsync(60_000);
			expect([runner.state.name, source.log]).toEqual(["ended", ["stop", "start"]]);
			await runner.close();
		} finally {
			vi.useRealTimers();
		}
	});

	it("gives a source whose pictures have changed a further store, and the old one's memory back", async () => {
		const { source, heap, pool, runner } = setUp();
		let createStore: ((info: SourceInfo) => PanoramaStore) | undefined;
		const start = source.start.bind(source);
		source.start = (create) => {
			createStore = create;
			return start(create);
		};
		const started: number[] = [];
		runner.events.on("started", ({ format }) => started.push(format.width));
		runner.use();
		await vi.waitFor(() => expect(runner.running).toBe(true), { timeout: 20_000 });
		const small = heap.allocatedBytes;
		const larger = infoOf(512);
		expect(createStore!(larger).format.width).toBe(512);
		source.listeners.emit("changed", larger);
		expect([runner.info?.format.width, started]).toEqual([512, [256, 512]]);
		expect(pool.setStore.mock.lastCall![0]!.format.width).toBe(512);
		createStore!(infoOf(256));
		await vi.waitFor(() => expect(heap.allocatedBytes).toBe(small), { timeout: 20_000 });
		await runner.close();
	});
});
