import { afterEach, describe, expect, it, vi } from "vitest";
import { type Steps, TurnSlices } from "./turn-slices.ts";

/** A clock on which half a ms passes with each look at it, so that a slice is two steps. */
function slowClock(): void {
	let nowMs = 0;
	vi.spyOn(performance, "now").mockImplementation(() => {
		nowMs += 0.5;
		return nowMs;
	});
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe("TurnSlices", () => {
	afterEach(() => vi.restoreAllMocks());

	const make = () => {
		const done: string[] = [];
		const idle = vi.fn();
		const errors: unknown[] = [];
		const slices = new TurnSlices(idle, (error) => errors.push(error));
		function* work(name: string, steps: number): Steps {
			for (let step = 1; step <= steps; step++) {
				done.push(`${name}${step}`);
				if (step < steps) yield;
			}
		}
		return { slices, done, idle, errors, work };
	};

	it("does the first step at once and the others in the turns that follow, in order", async () => {
		slowClock();
		const { slices, done, idle, work } = make();
		slices.add(work("a", 5));
		expect(done).toEqual(["a1", "a2"]);
		slices.add(work("b", 1));
		expect(done).toEqual(["a1", "a2"]);
		expect(idle).not.toHaveBeenCalled();
		await turn();
		expect(done).toEqual(["a1", "a2", "a3", "a4"]);
		await slices.done();
		expect(done).toEqual(["a1", "a2", "a3", "a4", "a5", "b1"]);
		expect(slices.idle).toBe(true);
		expect(idle).toHaveBeenCalledTimes(1);
	});

	it("does everything at once when asked to, also what a step adds", () => {
		slowClock();
		const { slices, done, work } = make();
		slices.add(work("a", 4));
		slices.add({
			next: () => {
				slices.add(work("c", 2));
				return { done: true, value: undefined };
			},
		});
		slices.add(work("b", 1));
		slices.finish();
		expect(done).toEqual(["a1", "a2", "a3", "a4", "b1", "c1", "c2"]);
		expect(slices.idle).toBe(true);
	});

	it("goes on after a step that throws: at once for the caller, later for the receiver of errors", async () => {
		slowClock();
		const { slices, done, errors, work } = make();
		const failing = (): Steps => ({
			next: () => {
				throw new Error("step");
			},
		});
		expect(() => slices.add(failing())).toThrow("step");
		expect(slices.idle).toBe(true);
		slices.add(work("a", 3));
		slices.add(failing());
		slices.add(work("b", 1));
		await slices.done();
		expect(done).toEqual(["a1", "a2", "a3", "b1"]);
		expect(errors).toEqual([new Error("step")]);
	});

	it("needs no setImmediate", async () => {
		slowClock();
		vi.stubGlobal("setImmediate", undefined);
		const { slices, done, work } = make();
		slices.add(work("a", 7));
		await slices.done();
		vi.unstubAllGlobals();
		expect(done).toHaveLength(7);
	});
});
