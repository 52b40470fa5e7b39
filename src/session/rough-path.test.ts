import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { afterEach, describe, expect, it } from "vitest";
import { type PathOptions, UdpRelay } from "../../test/support/udp-relay.ts";
import { encodedPacket } from "./h264-clip.cases.ts";
import { seededRandom } from "./offers.cases.ts";
import { ReceivingPeer, type ReceivingPeerOptions, until } from "./receiving-peer.cases.ts";
import { SessionHub } from "./session-hub.ts";
import type { ViewerSession } from "./viewer-session.ts";
import { handleWhep } from "./whep.ts";

const FRAME_TICKS = 3000;
const FRAME_MS = 1000 / 30;

const closers: (() => unknown)[] = [];
afterEach(async () => {
	for (const close of closers.splice(0).reverse()) await close();
});

/** A session and its viewer, with a relay between them whose way down can be changed. */
async function joinThrough(
	down: PathOptions,
	options: ReceivingPeerOptions = {},
): Promise<{ peer: ReceivingPeer; session: ViewerSession; relay: UdpRelay }> {
	const hub = new SessionHub();
	closers.push(() => hub.close());
	const peer = new ReceivingPeer(options);
	closers.push(() => peer.close());
	const { body } = await handleWhep(hub, { method: "POST", headers: { "content-type": "application/sdp" }, body: await peer.offer() });
	const relay = await UdpRelay.open(body, { down });
	closers.push(() => relay.close());
	const [session] = hub.sessions();
	await peer.accept(relay.answer);
	await session!.connected;
	return { peer, session: session!, relay };
}

/**
 * Streams frames at 30 fps until `done`, the first of them a key frame.
 * @returns how many were handed to the session.
 */
async function streamUntil(session: ViewerSession, bytes: number | (() => number), done: (frames: number) => boolean): Promise<number> {
	const startMs = performance.now();
	for (let index = 0; ; index++) {
		if (done(index)) return index;
		const accessUnit = new Uint8Array(typeof bytes === "number" ? bytes : bytes()).fill(0x55);
		accessUnit.set([0, 0, 0, 1, index === 0 ? 0x65 : 0x41]);
		session.sendVideo(encodedPacket(accessUnit, index === 0, index * FRAME_TICKS));
		await new Promise((resolve) => setTimeout(resolve, Math.max(0, startMs + (index + 1) * FRAME_MS - performance.now())));
	}
}

const framesOf = (peer: ReceivingPeer) => new Set(peer.frames.map(({ rtpTicks }) => rtpTicks)).size;

describe("a session over a rough path", () => {
	it("delivers each frame once where packets arrive twice", async () => {
		const { peer, session, relay } = await joinThrough({ duplication: 0.5, random: seededRandom(3) });
		const sent = await streamUntil(session, 5000, (frames) => frames === 15);
		await until("all frames are there", () => framesOf(peer) === sent);
		expect(relay.down.duplicated).toBeGreaterThan(10);
		expect(peer.frames).toHaveLength(sent);
	});

	it("takes changed packets for lost ones: none gets through, and they are sent again", async () => {
		const { peer, session, relay } = await joinThrough({});
		relay.setPath("down", { corruption: 0.05, random: seededRandom(5) });
		let cleanSince = Number.POSITIVE_INFINITY;
		const sent = await streamUntil(session, 10_000, (frames) => {
			if (relay.down.corrupted > 5 && cleanSince > frames) {
				relay.setPath("down", {});
				cleanSince = frames;
			}
			// A few more, so that the receiver learns of what is missing before them.
			return frames > cleanSince + 3;
		});
		await until("the frames are repaired", () => framesOf(peer) === sent);
		expect(session.stats().retransmittedPacketsSent).toBeGreaterThan(0);
		const whole = Buffer.alloc(9995, 0x55);
		for (const { accessUnit } of peer.frames) expect(Buffer.from(accessUnit.subarray(-9995)).equals(whole)).toBe(true);
	});

	it("connects and streams where no packet may be longer than 1280 bytes", async () => {
		const { peer, session, relay } = await joinThrough({ mtuBytes: 1280 });
		const sent = await streamUntil(session, 20_000, (frames) => frames === 10);
		await until("all frames are there", () => framesOf(peer) === sent);
		expect(relay.down.oversized).toBe(0);
	});

	it("goes on by itself after an outage of a second", async () => {
		const { peer, session, relay } = await joinThrough({});
		await streamUntil(session, 5000, (frames) => frames === 10);
		await until("frames are there", () => framesOf(peer) === 10);
		relay.setPath("down", { outage: true });
		let before = 0;
		await streamUntil(session, 5000, (frames) => {
			if (frames === 30) {
				relay.setPath("down", {});
				before = framesOf(peer);
			}
			return frames > 30 && framesOf(peer) > before;
		});
		expect(relay.down.lost).toBeGreaterThan(10);
		await until("the session may send", () => session.canSend);
	});
});

describe("a session over Wi-Fi that repeats frames: 20 +- 15 ms, in any order, nothing lost", () => {
	it("grows as on any path: a packet that comes late is no loss", async () => {
		// Evenly from 0 to 52 ms: the same mean and deviation, within a millisecond or so.
		const { session, relay } = await joinThrough({ jitterMs: 52, overtaking: true, random: seededRandom(7) });
		const targetBps = () => session.stats().targetBitrateBps;
		// Retransmissions count against the target, and werift asks for missing packets within 5 ms: so the sum of
		// both is watched, over a second.
		const bytesSent: number[] = [];
		const sentBps = () => (bytesSent.length > 30 ? (bytesSent.at(-1)! - bytesSent.at(-31)!) * 8 : 0);
		const frames = await streamUntil(
			session,
			() => Math.round(targetBps() / 8 / 30),
			(count) => {
				bytesSent.push(session.stats().bytesSent);
				return sentBps() > 7_500_000 || count === 600;
			},
		);
		expect(relay.down.overtaken / relay.down.forwarded, "packets are reordered").toBeGreaterThan(0.3);
		expect(frames, `${sentBps()} bit/s are sent, ${targetBps()} of them new, after 20 s`).toBeLessThan(600);
	}, 40_000);
});

describe("UdpRelay", () => {
	const bound = async () => {
		const socket = createSocket("udp4").bind(0, "127.0.0.1");
		closers.push(() => socket.close());
		await once(socket, "listening");
		return socket;
	};
	const received = async (socket: Socket) => ((await once(socket, "message")) as [Buffer, { port: number }])[1].port;

	it("shows the server another port of the client's after a rebinding, and loses what is sent to the old one", async () => {
		const server = await bound();
		const client = await bound();
		const relay = await UdpRelay.open(`a=candidate:1 1 UDP 9 127.0.0.1 ${server.address().port} typ host`);
		closers.push(() => relay.close());
		const front = Number(/127\.0\.0\.1 (\d+) typ/.exec(relay.answer)![1]);
		client.send("first", front, "127.0.0.1");
		const oldPort = await received(server);
		expect(oldPort).toBe(relay.clientPort);
		await relay.rebind();
		client.send("second", front, "127.0.0.1");
		const newPort = await received(server);
		expect(newPort).not.toBe(oldPort);
		server.send("lost", oldPort, "127.0.0.1");
		server.send("found", newPort, "127.0.0.1");
		const [message] = (await once(client, "message")) as [Buffer];
		expect(message.toString()).toBe("found");
	});
});
