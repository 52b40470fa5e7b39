import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import type { ClientMediaPacket } from "../media/client-media.ts";
import { EventListeners } from "../media/events.ts";
import { PoseSample } from "../skeleton/pose-sample.ts";
import type { Viewer } from "../stream/viewer.ts";
import type { ViewerEvents } from "../stream/viewer-events.ts";
import {
	ChannelDispatcher,
	type ChannelHandlers,
	type HandlerFailure,
	type MediaHandlers,
	type PoseHandlers,
} from "./channel-handlers.ts";

function setUp(
	handlers: ChannelHandlers<unknown, string>,
	poseHandlers: PoseHandlers<unknown> = {},
	media: MediaHandlers<unknown> = {},
) {
	const reports: unknown[] = [];
	const report = ({ error, label, unreported }: HandlerFailure) => {
		reports.push([label, (error as Error).message, unreported]);
	};
	const dispatcher = new ChannelDispatcher({ channels: handlers, tracking: poseHandlers, media, onError: report });
	const viewers = ["a", "b"].map((id) => {
		const events = new EventListeners<ViewerEvents>();
		dispatcher.attach({ id, on: events.on.bind(events) } as unknown as Viewer, undefined);
		return events;
	});
	return { reports, viewers: viewers as [EventListeners<ViewerEvents>, EventListeners<ViewerEvents>] };
}

describe("ChannelDispatcher", () => {
	it("reports a handler that always throws once a second for each viewer, with the failures between", async () => {
		const fail = () => {
			throw new Error("sync");
		};
		const { reports, viewers } = setUp({ first: fail, second: async () => fail() }, { head: fail });
		const [one, two] = viewers;
		for (let ms = 0; ms <= 2000; ms += 10) {
			one.emit("message", "first", "", ms / 1000);
			two.emit("message", "first", "", ms / 1000);
		}
		one.emit("message", "second", "", 3);
		one.emit("message", "unknown", "", 3);
		one.emit("head", new PoseSample(), 3, 3, Number.NaN);
		await Promise.resolve();
		await Promise.resolve();
		const [repeated, count] = [reports.filter((report) => JSON.stringify(report).includes(",99]")), reports.length];
		expect(repeated).toEqual(new Array(4).fill(["first", "sync", 99]));
		expect(count).toBe(2 * 3 + 2);
		expect(reports).toContainEqual(["second", "sync", 0]);
		expect(reports).toContainEqual(["head", "sync", 0]);
	});

	it("hands each kind of a client's media to its handler, at the time of its arrival", () => {
		const heard: unknown[] = [];
		const fail = () => {
			throw new Error("dark");
		};
		const { reports, viewers } = setUp(
			{},
			{},
			{ audio: ({ message, receivedAt }) => void heard.push([message.rtpTicks, receivedAt]), video: fail },
		);
		viewers[0].emit("media", { kind: "audio", rtpTicks: 960, receivedSec: 5 } as ClientMediaPacket);
		viewers[0].emit("media", { kind: "video", rtpTicks: 3000, receivedSec: 6 } as ClientMediaPacket);
		expect(heard).toEqual([[960, 5]]);
		expect(reports).toEqual([["media.video", "dark", 0]]);
	});

	it("takes any promise for one, not only those of its own realm", async () => {
		const { reports, viewers } = setUp({
			any: () => runInNewContext("Promise.reject(new Error('foreign'))") as Promise<void>,
		});
		viewers[0].emit("message", "any", "", 1);
		await Promise.resolve();
		expect(reports).toEqual([["any", "foreign", 0]]);
	});
});
