import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { afterEach, describe, expect, it } from "vitest";
import { type PathOptions, UdpRelay } from "../../test/support/udp-relay.ts";
import { seededRandom } from "../skeleton/seeded-random.cases.ts";
import { encodedPacket } from "./h264-clip.cases.ts";
import { hubOptions } from "./hub-options.cases.ts";
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

/**
 * A session and its viewer, with a relay between them whose way down can be changed.
 */
async function joinThrough(
	down: PathOptions,
	options: ReceivingPeerOptions = {},
): Promise<{ peer: ReceivingPeer; session: ViewerSession; relay: UdpRelay }> {
	const hub = new SessionHub(hubOptions());
	closers.push(() => hub.close());
	const peer = new ReceivingPeer(options);
	closers.push(() => peer.close());
	const { body } = await handleWhep(hub, {
		method: "POST",
		headers: { "content-type": "application/sdp" },
		body: await peer.offer(),
	});
	const relay = await UdpRelay.open(body, { down });
	closers.push(() => relay.close());
	const [session] = hub.sessions();
	await peer.accept(relay.answer);
	await session!.connected;
	return { peer, session: session!, relay };
}

/**
 * Streams frames, 30 a second or fewer, until `done`: the first of them a key frame,
 * and another one wherever the session asks for it, as it does for a packet that a
 * pause of this machine has made too old to be sent again.
 *
 * @param done whether `frames` are enough, of which the viewer needs those from number
 * `firstNeeded`.
 * @returns how many were handed to the session
 */
async function streamUntil(
	session: ViewerSession,
	bytes: number,
	done: (frames: number, firstNeeded: number) => boolean,
): Promise<number> {
	let firstNeeded = 0;
	let keyframeDue = true;
	const stopListening = session.on("keyframeRequest", () => {
		keyframeDue = true;
	});
	for (let index = 0; ; index++) {
		if (done(index, firstNeeded)) {
			stopListening();
			return index;
		}
		if (keyframeDue) firstNeeded = index;
		const accessUnit = new Uint8Array(bytes).fill(0x55);
		accessUnit.set([0, 0, 0, 1, keyframeDue ? 0x65 : 0x41]);
		session.sendVideo(encodedPacket(accessUnit, keyframeDue, index * FRAME_TICKS));
		keyframeDue = false;
		await new Promise((resolve) => setTimeout(resolve, FRAME_MS));
	}
}

/** How many different frames are there, from the one of number `first`. */
const framesOf = (peer: ReceivingPeer, first = 0) =>
	new Set(peer.frames.map(({ rtpTicks }) => rtpTicks).filter((rtpTicks) => rtpTicks >= first * FRAME_TICKS)).size;

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
		// A few clean frames at the end, so that the receiver learns of what is missing
		// before them.
		let cleanSince = Number.POSITIVE_INFINITY;
		await streamUntil(session, 10_000, (frames, firstNeeded) => {
			if (relay.down.corrupted > 5 && cleanSince > frames) {
				relay.setPath("down", {});
				cleanSince = frames;
			}
			return frames > cleanSince + 3 && framesOf(peer, firstNeeded) === frames - firstNeeded;
		});
		expect(session.stats().retransmittedPacketsSent).toBeGreaterThan(0);
		const whole = Buffer.alloc(9995, 0x55);
		for (const { accessUnit } of peer.frames)
			expect(Buffer.from(accessUnit.subarray(-9995)).equals(whole)).toBe(true);
	});

	it("delivers each frame once where packets overtake each other", async () => {
		// That the rate grows there is proven in narrow-link.test.ts.
		const { peer, session, relay } = await joinThrough({ jitterMs: 52, overtaking: true, random: seededRandom(7) });
		const sent = await streamUntil(session, 10_000, (frames) => frames === 15);
		await until("all frames are there", () => framesOf(peer) === sent);
		expect(relay.down.overtaken / relay.down.forwarded, "packets are reordered").toBeGreaterThan(0.3);
		expect(peer.frames).toHaveLength(sent);
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
		let behind = false;
		session.on("backPressure", (now) => {
			behind = now;
		});
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
		await until("the session is not behind", () => !behind);
	});
});

describe("UdpRelay", () => {
	const bound = async () => {
		const socket = createSocket("udp4").bind(0, "127.0.0.1");
		closers.push(() => socket.close());
		await once(socket, "listening");
		return socket;
	};
	const received = async (socket: Socket) => ((await once(socket, "message")) as [Buffer, { port: number }])[1].port;

	it("shows the server another port after a rebinding, and loses packets that are sent to the old one", async () => {
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
