import { expect, it } from "vitest";
import type { ClientMediaPacket } from "../media/client-media.ts";
import { setUp } from "../stream/test-session.cases.ts";
import { relayVoice } from "./voice-relay.ts";

/** First bytes of packets of Opus of 20 ms, 2.5 ms and 120 ms. */
const HEADS = { usual: [0xf8], short: [0xe0], long: [0x1b, 2] } as const;

/** A viewer whose voice is relayed, and the voices that are. */
async function relayed(options: Parameters<typeof setUp>[0] = {}) {
	const { viewer, session } = await setUp(options);
	const heard: number[] = [];
	const left: string[] = [];
	const allowed = { mayBeHeard: true };
	const sound = {
		addVoice: (_voice: string, { rtpTicks }: ClientMediaPacket) => heard.push(rtpTicks),
		removeVoice: (voice: string) => left.push(voice),
	};
	const check = relayVoice(viewer, sound, () => allowed.mayBeHeard);
	const send = (rtpTicks: number, receivedSec: number, head: keyof typeof HEADS = "usual", kind = "audio") =>
		session.listeners.emit("media", {
			...({ kind, rtpTicks, receivedSec } as ClientMediaPacket),
			data: Uint8Array.from(HEADS[head]),
		});
	return { viewer, heard, left, allowed, check, send };
}

it("relays sound of a viewer who may steer and be heard, until it leaves", async () => {
	const { viewer, heard, left, allowed, check, send } = await relayed();
	send(1, 10);
	send(2, 10, "usual", "video");
	allowed.mayBeHeard = false;
	check();
	expect(left, "and the sound that still waits").toEqual(["test"]);
	send(3, 10);
	check();
	allowed.mayBeHeard = true;
	send(4, 10);
	expect([heard, left]).toEqual([[1, 4], ["test"]]);
	viewer.close("enough");
	await viewer.closed;
	await Promise.resolve();
	expect(left).toEqual(["test", "test"]);
});

it.each([
	["long", 8, 18],
	["short", 440, 542],
] as const)("relays as much sound as a second has: of %s packets", async (head, least, most) => {
	const { heard, send } = await relayed();
	// Every second one has overtaken the one before it.
	for (let n = 0; n < 1000; n++) send(n, 10 + (n ^ 1) / 1000, head);
	expect(heard.length).toBeGreaterThanOrEqual(least);
	expect(heard.length).toBeLessThanOrEqual(most);
});

it("relays no sound of a viewer who may only watch", async () => {
	const { heard, send } = await relayed({ access: new Set(["watch"]) });
	send(1, 1);
	const other = await relayed();
	other.send(1, 1, "usual");
	expect([heard, other.heard]).toEqual([[], [1]]);
});
