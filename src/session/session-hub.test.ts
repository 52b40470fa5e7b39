import { spawn } from "node:child_process";
import { once } from "node:events";
import { afterEach, describe, expect, it } from "vitest";
import { UdpRelay } from "../../test/support/udp-relay.ts";
import { splitAnnexB } from "../media/h264.ts";
import { seededRandom } from "../skeleton/seeded-random.cases.ts";
import { encodeClip, encodedPacket } from "./h264-clip.cases.ts";
import { type HubChanges, hubOptions } from "./hub-options.cases.ts";
import { NativeViewer } from "./native-viewer.cases.ts";
import { handleOffer } from "./offer-json.ts";
import { chromiumOffer } from "./offers.cases.ts";
import { ReceivingPeer, type ReceivingPeerOptions, until } from "./receiving-peer.cases.ts";
import { SessionHub } from "./session-hub.ts";
import type { ChannelMessage, ViewerSession } from "./viewer-session.ts";
import { handleWhep } from "./whep.ts";

const closers: (() => unknown)[] = [];
afterEach(async () => {
	for (const close of closers.splice(0).reverse()) await close();
});

function openHub(options: HubChanges = {}): SessionHub {
	const hub = new SessionHub(hubOptions(options));
	closers.push(() => hub.close());
	return hub;
}

/**
 * Posts a peer's offer to the WHEP door and connects the two, through a relay if its
 * answer is rewritten.
 */
async function join(
	hub: SessionHub,
	options: ReceivingPeerOptions = {},
	reroute = async (answer: string) => answer,
): Promise<{ peer: ReceivingPeer; session: ViewerSession }> {
	const peer = new ReceivingPeer(options);
	closers.push(() => peer.close());
	const response = await handleWhep(hub, {
		method: "POST",
		headers: { "content-type": "application/sdp" },
		body: await peer.offer(),
	});
	if (response.status !== 201) throw new Error(response.body);
	const session = hub.get(response.headers["location"]!.split("/").at(-1)!)!;
	await peer.accept(await reroute(response.body));
	await session.connected;
	return { peer, session };
}

/**
 * Sends a clip in real time, four times as fast as it plays; RTP time runs at 30 fps.
 */
async function stream(session: ViewerSession, clip: ReturnType<typeof encodeClip>, intervalMs = 8): Promise<void> {
	for (const [index, { accessUnit, keyframe }] of clip.entries()) {
		session.sendVideo(encodedPacket(accessUnit, keyframe, index * 3000));
		await new Promise((resolve) => setTimeout(resolve, intervalMs));
	}
}

const units = (accessUnit: Uint8Array) => splitAnnexB(accessUnit).map((unit) => Buffer.from(unit).toString("base64"));

describe("SessionHub", () => {
	it.each([
		[0, 1, 2],
		[3, 2, 4],
		[1, 3, 2],
		[1, 2, Number.POSITIVE_INFINITY],
		[Number.NaN, 1, 2],
	])("refuses bit rates that make no sense: at least %s, at first %s, at most %s", (minBps, startBps, maxBps) => {
		expect(() => openHub({ bitrate: { minBps, startBps, maxBps } })).toThrow(
			new RangeError(
				"bitrate has 0 < minBps <= startBps <= maxBps, bits per second; " +
					`got ${minBps}, ${startBps} and ${maxBps}.`,
			),
		);
	});
});

describe("SessionHub with an independent peer", () => {
	it("delivers every access unit of an x264 clip bit for bit", async () => {
		const { peer, session } = await join(openHub());
		const clip = encodeClip({ frames: 40, keyframes: [20] });
		await stream(session, clip);
		await until("all frames are there", () => peer.frames.length === clip.length);
		const received = [...peer.frames].sort((a, b) => a.rtpTicks - b.rtpTicks);
		expect(received.map((frame) => units(frame.accessUnit))).toEqual(clip.map((frame) => units(frame.accessUnit)));
		expect(session.stats()).toMatchObject({
			framesSent: clip.length,
			framesDropped: 0,
			retransmittedPacketsSent: 0,
		});
		const reported = peer.headers[0]!.extensions.map(({ id }) => id).sort();
		expect(reported).toEqual([1, 2, 3]);
	});

	const repairs: [string, ReceivingPeerOptions][] = [
		["RTX", {}],
		["plain resends where RTX was not offered", { rtx: false }],
	];
	it.each(repairs)("repairs loss by %s", async (_name, options) => {
		let relay: UdpRelay | undefined;
		const { peer, session } = await join(openHub(), options, async (answer) => {
			relay = await UdpRelay.open(answer, { down: { delayMs: 10 }, up: { delayMs: 10 } });
			closers.push(() => relay!.close());
			return relay.answer;
		});
		const clip = encodeClip({ frames: 60, bitrateBps: 1_500_000 });
		await stream(session, clip.slice(0, 5));
		relay!.setPath("down", { delayMs: 10, loss: 0.04, random: seededRandom(1) });
		let next = 5;
		const missingOfRound = async () => {
			const [first, sentBefore] = [next, session.stats().framesSent];
			for (const { accessUnit, keyframe } of clip.slice(5)) {
				session.sendVideo(encodedPacket(accessUnit, keyframe, next++ * 3000));
				await new Promise((resolve) => setTimeout(resolve, 20));
			}
			// On a busy machine the rate may fall below that of the clip: frames are left out.
			await until("the frames are sent", () => {
				const { framesSent, framesDropped } = session.stats();
				return framesSent + framesDropped === next;
			});
			const missing = () => {
				const whole = peer.frames.filter(({ rtpTicks }) => rtpTicks >= first * 3000).length;
				return session.stats().framesSent - sentBefore - whole;
			};
			for (let waits = 0; waits < 100 && missing() > 1; waits++)
				await new Promise((resolve) => setTimeout(resolve, 20));
			return missing();
		};
		// The last packets may be lost with nothing after them to tell so. What a stop of this
		// machine has made too old is not sent again: another round is.
		await expect.poll(missingOfRound, { timeout: 40_000 }).toBeLessThanOrEqual(1);
		const { retransmittedPacketsSent, nackCount } = session.stats();
		expect(relay!.down.lost).toBeGreaterThan(3);
		expect(nackCount).toBeGreaterThan(0);
		expect(retransmittedPacketsSent).toBeGreaterThan(0);
		// werift asks every 5 ms; that must not multiply what is sent.
		expect(retransmittedPacketsSent).toBeLessThan(6 * relay!.down.lost);
	});

	// rtc-session.test.ts proves that no time passes between a PLI and the request.
	it("passes a peer's PLI on", async () => {
		const { peer, session } = await join(openHub());
		const reasons: string[] = [];
		session.on("keyframeRequest", (reason) => void reasons.push(reason));
		await stream(session, encodeClip({ frames: 5 }));
		await until("frames are there", () => peer.frames.length === 5);
		// A request soon after another one, here that of the connection, counts as the
		// same.
		await until("the PLI is passed on", () => {
			if (!reasons.includes("pli")) void peer.requestKeyframe();
			return reasons.includes("pli");
		});
		expect(session.stats().pliCount).toBeGreaterThan(0);
	});

	it("serves a headset: POST /offer without candidates, its three channels, haptics back", async () => {
		const hub = openHub();
		const sessions: ViewerSession[] = [];
		const messages: [string, ChannelMessage][] = [];
		hub.on("session", (session) => {
			sessions.push(session);
			session.openChannel("haptics");
			session.on("message", (label, message) => void messages.push([label, message]));
		});
		for (const video of [true, false]) {
			const peer = new ReceivingPeer({ video, data: false });
			closers.push(() => peer.close());
			const camera = peer.openChannel("camera");
			const body = peer.openChannel("body_pose", { ordered: false, maxRetransmits: 0 });
			const tag = peer.openChannel("apriltag_pose", { ordered: false, maxRetransmits: 0 });
			const response = await handleOffer(hub, {
				method: "POST",
				headers: { "content-type": "application/json" },
				body: JSON.stringify({ type: "offer", sdp: await peer.offer() }),
			});
			await peer.accept((JSON.parse(response.body) as { sdp: string }).sdp);
			const session = sessions.at(-1)!;
			expect(session.hasVideo).toBe(video);
			await until(
				"all channels are open",
				() =>
					[camera, body, tag].every((channel) => channel.readyState === "open") &&
					session.isChannelOpen("haptics"),
			);
			messages.length = 0;
			camera.send('{"yaw":10}');
			body.send(Buffer.alloc(2692, 1));
			tag.send(Buffer.alloc(4));
			await until("three messages are here", () => messages.length === 3);
			expect(new Map(messages.map(([label, message]) => [label, message.length]))).toEqual(
				new Map([
					["camera", 10],
					["body_pose", 2692],
					["apriltag_pose", 4],
				]),
			);
			expect(session.send("haptics", '{"type":"pulse"}')).toBe(true);
			await until("the haptics are there", () => peer.messages.get("haptics")?.length === 1);
		}
	});

	it("takes messages of 65,536 bytes whole, and refuses and counts longer ones, text and bytes", async () => {
		let bound: string | undefined;
		// A peer that minds the bound sends no such message.
		const { peer, session } = await join(openHub(), {}, async (answer) =>
			answer.replace(/a=max-message-size:(\d+)/, (_line, bytes: string) => {
				bound = bytes;
				return "a=max-message-size:1000000";
			}),
		);
		expect(bound).toBe("65536");
		const received: (string | number)[] = [];
		session.on(
			"message",
			(_label, message) => void received.push(typeof message === "string" ? message.slice(0, 8) : message.length),
		);
		const channel = peer.channels.get("control")!;
		await until("the channel is open", () => channel.readyState === "open");
		// Three bytes for one character: the number of characters says nothing.
		const texts = [
			`whole ${"x".repeat(65_530)}`,
			`cut ${"x".repeat(65_533)}`,
			`long ${"x".repeat(200_000)}`,
			`wide ${"\u2603".repeat(30_000)}`,
		];
		for (const text of texts) channel.send(text);
		for (const byteLength of [65_536, 65_537, 65_600, 250_000]) channel.send(Buffer.alloc(byteLength, 7));
		channel.send("the end");
		await until("all messages have been here", () => received.includes("the end"));
		expect(received).toEqual(["whole xx", 65_536, "the end"]);
		expect(session.stats()).toMatchObject({ channelMessagesReceived: 3, channelMessagesRefused: 6 });
	});

	it("lives through hundreds of damaged offers and serves the next good one", async () => {
		const hub = openHub({ maxViewers: 4 });
		const random = seededRandom(21);
		const good = chromiumOffer({
			audio: true,
			candidates: ["candidate:1 1 udp 2113937151 192.0.2.9 51234 typ host"],
		});
		const statuses = new Map<number, number>();
		for (let round = 0; round < 300; round++) {
			const lines = good.split("\r\n");
			for (let hit = 0; hit < 1 + random() * 4; hit++) {
				const at = Math.floor(random() * lines.length);
				const line = lines[at]!;
				const cut = Math.floor(random() * line.length);
				const kind = Math.floor(random() * 4);
				if (kind === 0) lines.splice(at, 1);
				else if (kind === 1) lines[at] = line.slice(0, cut) + line.slice(cut + 1 + Math.floor(random() * 4));
				else if (kind === 2)
					lines[at] = line.slice(0, cut) + String(Math.floor(random() * 2 ** 33)) + line.slice(cut);
				else lines.splice(Math.floor(random() * lines.length), 0, line);
			}
			const { status } = await handleWhep(hub, {
				method: "POST",
				headers: { "content-type": "application/sdp" },
				body: lines.join("\r\n"),
			});
			statuses.set(status, (statuses.get(status) ?? 0) + 1);
			for (const session of hub.sessions()) session.close("next");
			await Promise.resolve();
		}
		expect([...statuses.keys()].every((status) => [201, 400, 406, 413, 422].includes(status))).toBe(true);
		expect(statuses.get(201)).toBeGreaterThan(15);
		expect(statuses.get(400)).toBeGreaterThan(15);
		expect(hub.size).toBe(0);
		const { peer, session } = await join(hub);
		await stream(session, encodeClip({ frames: 3 }));
		await until("frames are there", () => peer.frames.length === 3);
	});

	it("closes what it holds, refuses what comes later, and runs nothing afterwards", async () => {
		const hub = openHub();
		const { peer, session } = await join(hub);
		session.sendVideo(encodedPacket(Uint8Array.of(0, 0, 0, 1, 0x65, ...new Uint8Array(50_000).fill(7)), true, 0));
		const unanswered = handleWhep(hub, {
			method: "POST",
			headers: { "content-type": "application/sdp" },
			body: chromiumOffer(),
		});
		await hub.close("maintenance");
		expect(await session.closed).toBe("maintenance");
		expect((await unanswered).status).toBeGreaterThanOrEqual(400);
		expect(hub.size).toBe(0);
		const late = await handleWhep(hub, {
			method: "POST",
			headers: { "content-type": "application/sdp" },
			body: chromiumOffer(),
		});
		expect([late.status, late.headers["retry-after"]]).toEqual([503, "5"]);
		await peer.close();
	});

	it("takes 30 joins and leaves with flat memory, and leaves no session, timer or socket", async () => {
		// The server is in a process of its own, so that what the peers here leave
		// behind is not counted.
		const urlOf = (name: string) => JSON.stringify(new URL(name, import.meta.url).href);
		const source = `
			import { setFlagsFromString } from "node:v8"; import { runInNewContext } from "node:vm";
			import { SessionHub } from ${urlOf("./session-hub.ts")}; import { handleWhep } from ${urlOf("./whep.ts")};
			import { hubOptions } from ${urlOf("./hub-options.cases.ts")};
			import { encodedPacket } from ${urlOf("./h264-clip.cases.ts")};
			setFlagsFromString("--expose-gc"); const gc = runInNewContext("gc");
			const hub = new SessionHub(hubOptions());
			const sessions = [];
			const accessUnit = new Uint8Array(40_000).fill(7); accessUnit.set([0, 0, 0, 1, 0x65]);
			hub.on("session", (session) => {
				sessions.push(new WeakRef(session));
				void session.connected.then(() => {
					for (let i = 0; i < 5; i++) session.sendVideo(encodedPacket(accessUnit, true, i * 3000));
				});
			});
			process.on("message", async ({ kind, body }) => {
				if (kind === "offer") {
					const headers = { "content-type": "application/sdp" };
					process.send(await handleWhep(hub, { method: "POST", headers, body }));
				} else if (kind === "end") {
					for (const session of hub.sessions()) session.close("enough");
					process.send({});
				} else {
					// The pipe to the test's process stays open.
					const ownResources = new Set(["PipeWrap", "Immediate"]);
					const left = () => process.getActiveResourcesInfo().filter((name) => !ownResources.has(name));
					const alive = () => sessions.filter((ref) => ref.deref() !== undefined).length;
					let tries = 0;
					do {
						await new Promise((r) => setTimeout(r, 100));
						gc();
					} while (tries++ < 100 && (hub.size > 0 || alive() > 2 || left().length > 0));
					const rssMiB = process.memoryUsage().rss / 2 ** 20;
					process.send({ size: hub.size, alive: alive(), rssMiB, left: left() });
				}
			});
			process.send({});
		`;
		const child = spawn(process.execPath, ["--input-type=module", "--eval", source], {
			stdio: ["ignore", "inherit", "inherit", "ipc"],
			cwd: new URL(".", import.meta.url),
		});
		closers.push(() => child.kill("SIGKILL"));
		const reply = async () =>
			(await once(child, "message"))[0] as {
				body: string;
				size: number;
				alive: number;
				rssMiB: number;
				left: string[];
			};
		await reply();
		const ask = (kind: string, body = "") => {
			child.send({ kind, body });
			return reply();
		};
		let before = await ask("report");
		for (let round = 0; round < 40; round++) {
			const viewer = await NativeViewer.join(async (offer) => (await ask("offer", offer)).body);
			await viewer.firstFrame;
			if (round % 2 === 0) await ask("end");
			viewer.close();
			if (round === 9) before = await ask("report");
		}
		const after = await ask("report");
		expect(after.size).toBe(0);
		expect(after.alive).toBeLessThanOrEqual(2);
		expect(after.rssMiB - before.rssMiB).toBeLessThan(15);
		expect(after.left).toEqual([]);
	}, 70_000);
});
