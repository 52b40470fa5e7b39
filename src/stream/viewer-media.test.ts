import { expect, it } from "vitest";
import type { ClientMediaPacket } from "../media/client-media.ts";
import type { AccessWord } from "../session/access.ts";
import { setUp } from "./test-session.cases.ts";

it.each<[string, AccessWord[], number[]]>([
	["a viewer who steers", ["watch", "steer"], [960]],
	["no viewer who may only watch", ["watch"], []],
])("hands media of %s to the application, until it has left", async (_, words, heard) => {
	const { viewer, session } = await setUp({ access: new Set(words) });
	const ticks: number[] = [];
	viewer.on("media", ({ rtpTicks }) => ticks.push(rtpTicks));
	const packet = (rtpTicks: number) => ({ kind: "audio", rtpTicks }) as ClientMediaPacket;
	session.listeners.emit("media", packet(960));
	viewer.requestMediaKeyframe();
	viewer.close("enough");
	await viewer.closed;
	await Promise.resolve();
	session.listeners.emit("media", packet(1920));
	expect([ticks, session.keyframesAsked]).toEqual([heard, 1]);
});
