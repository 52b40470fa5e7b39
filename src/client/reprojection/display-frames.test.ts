import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { DisplayFrames, displayedAtMs } from "./display-frames.ts";

it("takes a frame to be displayed at the end of its refresh, or of a later one when its callbacks ran late", () => {
	expect(displayedAtMs(1000, 10, 1000)).toBe(1010);
	expect(displayedAtMs(1000, 10, 1007)).toBe(1010);
	expect(displayedAtMs(1000, 10, 1034)).toBe(1040);
});

describe("DisplayFrames", () => {
	let callbacks: Map<number, FrameRequestCallback>;
	let nowMs = 0;
	/** The display's next frame, with all that follows in its task and after it. */
	const refresh = async () => {
		nowMs += 10;
		const due = [...callbacks.values()];
		callbacks.clear();
		for (const callback of due) callback(nowMs);
		await new Promise((resolve) => setImmediate(resolve));
	};
	beforeEach(() => {
		callbacks = new Map();
		let id = 0;
		vi.stubGlobal("requestAnimationFrame", (callback: FrameRequestCallback) => {
			callbacks.set(++id, callback);
			return id;
		});
		vi.stubGlobal("cancelAnimationFrame", (cancelled: number) => callbacks.delete(cancelled));
	});
	afterEach(() => {
		vi.unstubAllGlobals();
	});

	/** Frames whose drawings change something as long as `changes` is above 0. */
	function setUp(changes: number) {
		let drawn = 0;
		const frames = new DisplayFrames(() => {
			drawn++;
			// It would go on for ever.
			if (drawn > 100) throw new Error("It draws without end.");
			if (changes-- > 0) frames.changed();
		});
		return { frames, drawn: () => drawn, [Symbol.dispose]: () => frames.close() };
	}

	it("draws what a drawing changes once in each display frame, from the first drawing on", async () => {
		using test = setUp(4);
		test.frames.changed();
		await Promise.resolve();
		expect(test.drawn()).toBe(1);
		for (let frame = 2; frame <= 5; frame++) {
			await refresh();
			expect(test.drawn()).toBe(frame);
		}
		await refresh();
		expect(test.drawn()).toBe(5);
	});

	it("draws a change in the same frame while its callbacks run, and asks for no frame at rest", async () => {
		using test = setUp(0);
		test.frames.changed();
		await refresh();
		expect(test.drawn()).toBe(1);
		// Another callback of the frame comes after this one.
		requestAnimationFrame(() => test.frames.changed());
		await refresh();
		expect(test.drawn()).toBe(2);
		for (let frame = 0; frame < 30; frame++) await refresh();
		expect([test.drawn(), callbacks.size]).toEqual([2, 0]);
	});
});
