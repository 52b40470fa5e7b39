import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { EventListeners } from "../media/events.ts";
import { PoseSample } from "../skeleton/pose-sample.ts";
import type { Viewer, ViewerEvents } from "../stream/viewer.ts";
import { ChannelDispatcher, type ChannelHandlers, type PoseHandlers } from "./channel-handlers.ts";

function setUp(handlers: ChannelHandlers<undefined, string>, poseHandlers: PoseHandlers<undefined> = {}) {
	const told: unknown[] = [];
	const dispatcher = new ChannelDispatcher<undefined>(handlers, poseHandlers, ({ error, label, untold }) => {
		told.push([label, (error as Error).message, untold]);
	});
	const viewers = ["a", "b"].map((id) => {
		const events = new EventListeners<ViewerEvents>();
		dispatcher.attach({ id, on: events.on.bind(events) } as unknown as Viewer, undefined);
		return events;
	});
	return { told, viewers: viewers as [EventListeners<ViewerEvents>, EventListeners<ViewerEvents>] };
}

describe("ChannelDispatcher", () => {
	it("tells of a handler that always throws once a second, for each viewer and channel, and how often it was silent", async () => {
		const fail = () => {
			throw new Error("sync");
		};
		const { told, viewers } = setUp({ first: fail, second: async () => fail() }, { head: fail });
		const [one, two] = viewers;
		for (let ms = 0; ms <= 2000; ms += 10) {
			one.emit("message", "first", "", ms / 1000);
			two.emit("message", "first", "", ms / 1000);
		}
		one.emit("message", "second", "", 3);
		one.emit("message", "unknown", "", 3);
		one.emit("head", new PoseSample(), 3, 3);
		await Promise.resolve();
		await Promise.resolve();
		const [silent, spoken] = [told.filter((one) => JSON.stringify(one).includes(",99]")), told.length];
		expect(silent).toEqual(new Array(4).fill(["first", "sync", 99]));
		expect(spoken).toBe(2 * 3 + 2);
		expect(told).toContainEqual(["second", "sync", 0]);
		expect(told).toContainEqual(["head", "sync", 0]);
	});

	it("takes any promise for one, not only those of its own realm", async () => {
		const { told, viewers } = setUp({
			any: () => runInNewContext("Promise.reject(new Error('foreign'))") as Promise<void>,
		});
		viewers[0].emit("message", "any", "", 1);
		await Promise.resolve();
		expect(told).toEqual([["any", "foreign", 0]]);
	});
});
