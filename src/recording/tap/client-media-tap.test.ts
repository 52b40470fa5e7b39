import { describe, expect, it } from "vitest";
import type { ClientMediaPacket } from "../../media/client-media.ts";
import { FakeViewer, ServerStub, SOUND_PACKET } from "../fake-session.cases.ts";
import type { SessionRecord } from "../session-record.ts";
import { ConsentingViewers } from "./consenting-viewers.ts";
import { SessionTap } from "./session-tap.ts";

/** 20 ms of a microphone's sound. */
const said = (rtpTicks: number, receivedSec: number): ClientMediaPacket => ({
	kind: "audio",
	codec: "opus",
	data: Uint8Array.of(0xf8, 1, 2),
	keyframe: true,
	rtpTicks,
	receivedSec,
	capturedSec: receivedSec - 0.05,
});
const picture = (keyframe: boolean, receivedSec: number): ClientMediaPacket => ({
	...said(0, receivedSec),
	kind: "video",
	codec: "vp8",
	keyframe,
});

/** What a viewer's media become in a recording, as they come. */
function tap({ asks }: { readonly asks: boolean }) {
	const server = new ServerStub();
	const viewer = new FakeViewer();
	const records: SessionRecord[] = [];
	const tapped = new SessionTap(asks ? new ConsentingViewers(server) : server, (record) => records.push(record));
	server.viewers = [viewer.asViewer];
	server.emit("join", viewer.asViewer);
	return { tapped, viewer, take: () => records.splice(0).filter(({ type }) => type !== "join" && type !== "leave") };
}

describe("The tap of a session", () => {
	it("passes on what a microphone and a camera send: sound with its beginnings, pictures from a key frame on", () => {
		const { tapped, viewer, take } = tap({ asks: false });
		expect(viewer.mediaKeyframeRequests).toBe(1);
		viewer.emit("media", said(2 ** 32 - 960, 2));
		viewer.emit("media", said(0, 2.02));
		viewer.emit("media", said(4800, 2.1));
		viewer.emit("media", { ...said(5760, 2.12), data: new Uint8Array(0) });
		viewer.emit("media", picture(false, 2.13));
		viewer.emit("media", picture(true, 2.14));
		viewer.emit("media", picture(false, 2.15));
		const of = { viewer: "01234567" };
		expect(take()).toMatchObject([
			...[true, false, true].map((begins) => ({
				type: "sound",
				direction: "received",
				...of,
				sound: { begins },
			})),
			...[true, false].map((keyframe) => ({ type: "client-frame", ...of, packet: { keyframe } })),
		]);
		viewer.emit("media", said(960, 2.16));
		expect(take()).toMatchObject([{ atSec: 2.16, sound: { durationSec: 0.02, capturedSec: 2.16 - 0.05 } }]);
		tapped.close();
		viewer.emit("media", said(1920, 2.18));
		expect(take()).toEqual([]);
	});

	it("keeps the times of capture in order when the client's clock is estimated better", () => {
		const { tapped, viewer, take } = tap({ asks: false });
		viewer.emit("media", { ...picture(true, 2), capturedSec: 1.9 });
		viewer.emit("media", { ...picture(false, 2.01), capturedSec: 1.7 });
		viewer.emit("media", { ...said(0, 2), capturedSec: 1.899 });
		viewer.emit("media", { ...said(960, 2.02), capturedSec: 1.8989 });
		const times = take().map((record) =>
			record.type === "sound"
				? record.sound.capturedSec
				: record.type === "client-frame" && record.packet.capturedSec,
		);
		expect(times).toEqual([1.9, 1.9, 1.899, 1.899]);
		// Also a report that was very late, until the captures have caught up.
		viewer.emit("media", { ...picture(false, 2.02), capturedSec: 1.5 });
		viewer.emit("media", { ...picture(false, 2.45), capturedSec: 1.93 });
		expect(take()).toMatchObject([{ packet: { capturedSec: 1.9 } }, { packet: { capturedSec: 1.93 } }]);
		// On a new path a packet has waited for one that was lost.
		viewer.emit("media", picture(true, 2.44));
		viewer.emit("media", { ...picture(false, 2.5), capturedSec: Number.NaN });
		expect(take()).toMatchObject([
			{ atSec: 2.45, packet: { receivedSec: 2.45, capturedSec: 2.39 } },
			{ atSec: 2.5, packet: { receivedSec: 2.5, capturedSec: Number.NaN } },
		]);
		tapped.close();
	});

	it("passes on nothing of what viewers hear, say and show before they have said yes, nor after a no", () => {
		const { tapped, viewer, take } = tap({ asks: true });
		const act = () => {
			viewer.emit("soundSent", SOUND_PACKET);
			viewer.emit("media", said(0, 2));
			viewer.emit("media", picture(true, 2));
			return take().map(({ type }) => type);
		};
		expect(act()).toEqual([]);
		viewer.consent("given");
		expect(act()).toEqual(["sound", "sound", "client-frame"]);
		viewer.consent("refused");
		expect(act()).toEqual([]);
		tapped.close();
	});
});
