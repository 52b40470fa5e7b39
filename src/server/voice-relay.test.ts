import { expect, it } from "vitest";
import type { ClientMediaPacket } from "../media/client-media.ts";
import { setUp } from "../stream/test-session.cases.ts";
import { relayVoice } from "./voice-relay.ts";

it("relays sound of a viewer who may steer and be heard, at most 400 packets a second, until it leaves", async () => {
	const { viewer, session } = await setUp({});
	const heard: string[] = [];
	const left: string[] = [];
	let mayBeHeard = true;
	const sound = {
		addVoice: (voice: string, { rtpTicks }: ClientMediaPacket) => heard.push(`${voice} ${rtpTicks}`),
		removeVoice: (voice: string) => left.push(voice),
	};
	relayVoice(viewer, sound, () => mayBeHeard);
	const send = (kind: "audio" | "video", rtpTicks: number, receivedSec: number) =>
		session.listeners.emit("media", { kind, rtpTicks, receivedSec } as ClientMediaPacket);
	send("audio", 1, 10);
	send("video", 2, 10);
	mayBeHeard = false;
	send("audio", 3, 10);
	mayBeHeard = true;
	expect(heard).toEqual(["test 1"]);
	for (let n = 0; n < 1000; n++) send("audio", n, 10 + n / 1000);
	expect(heard.length).toBeLessThanOrEqual(502);
	expect(heard.length).toBeGreaterThan(450);
	expect(left).toEqual([]);
	viewer.close("enough");
	await viewer.closed;
	await Promise.resolve();
	expect(left).toEqual(["test"]);
});

it("relays no sound of a viewer who may only watch", async () => {
	const { viewer, session } = await setUp({ access: new Set(["watch"]) });
	relayVoice(viewer, { addVoice: () => expect.fail("It is heard."), removeVoice: () => {} }, () => true);
	session.listeners.emit("media", { kind: "audio", receivedSec: 1 } as ClientMediaPacket);
});
