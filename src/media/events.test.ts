import { describe, expect, it } from "vitest";
import { EventListeners } from "./events.ts";

type Events = { joined: [name: string, at: number]; left: [] };

describe("EventListeners", () => {
	it("calls the listeners of that name in order, with the arguments", () => {
		const events = new EventListeners<Events>();
		const calls: unknown[] = [];
		events.on("joined", (name, at) => calls.push(["first", name, at]));
		events.on("joined", (name) => calls.push(["second", name]));
		events.on("left", () => calls.push("left"));
		events.emit("joined", "Ada", 3);
		expect(calls).toEqual([
			["first", "Ada", 3],
			["second", "Ada"],
		]);
	});

	it("on() returns what removes the listener, and only that one", () => {
		const events = new EventListeners<Events>();
		const calls: string[] = [];
		const removeFirst = events.on("left", () => calls.push("first"));
		events.on("left", () => calls.push("second"));
		removeFirst();
		removeFirst();
		events.emit("left");
		expect(calls).toEqual(["second"]);
	});

	it("a listener that throws harms nobody else and is reported with its event", () => {
		const reports: unknown[] = [];
		const events = new EventListeners<Events>((error, name) => reports.push([name, (error as Error).message]));
		const calls: string[] = [];
		events.on("left", () => {
			throw new Error("mine");
		});
		events.on("left", () => calls.push("other"));
		events.emit("left");
		expect(calls).toEqual(["other"]);
		expect(reports).toEqual([["left", "mine"]]);
	});

	it("an async listener that fails is reported too", async () => {
		const reports: unknown[] = [];
		const events = new EventListeners<Events>((error, name) => reports.push([name, (error as Error).message]));
		// Nothing in the types keeps an async function out.
		const listener: () => unknown = async () => {
			await Promise.resolve();
			throw new Error("later");
		};
		events.on("left", listener);
		events.emit("left");
		await new Promise((resolve) => setImmediate(resolve));
		expect(reports).toEqual([["left", "later"]]);
	});

	it("a listener may remove itself while it is called", () => {
		const events = new EventListeners<Events>();
		let calls = 0;
		const remove = events.on("left", () => {
			calls++;
			remove();
		});
		events.emit("left");
		events.emit("left");
		expect(calls).toBe(1);
	});

	it("nobody listening is no error", () => {
		expect(() => new EventListeners<Events>().emit("left")).not.toThrow();
	});
});
