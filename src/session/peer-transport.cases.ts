import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { joinAnnexB } from "../media/h264.ts";
import { seededRandom } from "../skeleton/seeded-random.cases.ts";
import { chromiumOffer } from "./offers.cases.ts";
import { H264Packetizer } from "./payload/h264-packetizer.ts";
import type { PeerDataChannel, PeerTransport, PeerTransportOptions } from "./peer-transport.ts";
import { ReceivingPeer, type ReceivingPeerOptions, until } from "./receiving-peer.cases.ts";
import { RtpHeader } from "./rtp-header.ts";
import { type AnsweredVideo, completeAnswer } from "./sdp-answer.ts";
import { parseOffer } from "./sdp-offer.ts";
import { SignallingError } from "./signalling.ts";
import type { ChannelMessage } from "./viewer-session.ts";

const SSRC = 0x2000;

/** A transport and a receiving peer that are connected. */
export class ConnectedPair {
	readonly transport: PeerTransport;
	readonly peer: ReceivingPeer;
	readonly rtcp: Buffer[] = [];
	readonly channels: PeerDataChannel[] = [];
	readonly messages: [label: string, message: ChannelMessage][] = [];
	readonly opened: string[] = [];
	connectedCount = 0;
	closedReasons: string[] = [];

	private constructor(transport: PeerTransport, peer: ReceivingPeer) {
		this.transport = transport;
		this.peer = peer;
		transport.on("connected", () => void this.connectedCount++);
		transport.on("closed", (reason) => void this.closedReasons.push(reason));
		transport.on("rtcp", (packet) => void this.rtcp.push(Buffer.from(packet)));
		transport.on("channel", (channel) => this.watch(channel));
	}

	static async make(transport: PeerTransport, options: ReceivingPeerOptions = {}): Promise<ConnectedPair> {
		const peer = new ReceivingPeer(options);
		const pair = new ConnectedPair(transport, peer);
		const offer = parseOffer(await peer.offer());
		const video: AnsweredVideo | undefined = offer.video && {
			offered: offer.video,
			ssrc: SSRC,
			rtxSsrc: SSRC + 1,
			fecSsrc: SSRC + 2,
			cname: "c",
		};
		const engineAnswer = await transport.answer(offer, video && { ssrcs: [SSRC, SSRC + 1], cname: "c" });
		const answer = completeAnswer(engineAnswer, { video, refused: offer.refused });
		await peer.accept(answer);
		await until("the transport is connected", () => pair.connectedCount > 0);
		return pair;
	}

	watch(channel: PeerDataChannel): PeerDataChannel {
		this.channels.push(channel);
		channel.on("open", () => void this.opened.push(channel.label));
		channel.on("message", (message) => void this.messages.push([channel.label, message]));
		return channel;
	}

	async close(): Promise<void> {
		this.transport.close();
		await this.peer.close();
	}
}

/** What every engine must do. */
export function describePeerTransport(
	name: string,
	create: (options?: PeerTransportOptions) => Promise<PeerTransport>,
): void {
	describe(name, () => {
		it("connects to a peer that sends no candidates, and tells so once", async () => {
			const pair = await ConnectedPair.make(await create());
			expect(pair.connectedCount).toBe(1);
			await pair.close();
		});

		it("carries RTP to the peer unchanged, and RTCP back as bytes", async () => {
			const pair = await ConnectedPair.make(await create());
			const { video } = parseOffer(await new ReceivingPeer().offer());
			const header = new RtpHeader({
				ssrc: SSRC,
				payloadType: video!.payloadType,
				extensions: video!.extensions,
				mid: "0",
				firstSequenceNumber: 7,
			});
			const rtp = new H264Packetizer({ header });
			const unit = Uint8Array.from({ length: 9000 }, (_, index) => (index === 0 ? 0x65 : 1 + (index % 200)));
			const packets = rtp.packetize(joinAnnexB([unit]), 90_000);
			packets.forEach((packet, index) => {
				header.stamp(packet, index, 1);
				expect(pair.transport.send(packet)).toBe(true);
				// It has been taken over: the buffer may be used again at once.
				packet.fill(0, 12);
			});
			await until("the frame has come through", () => pair.peer.frames.length === 1);
			expect([...pair.peer.frames[0]!.accessUnit]).toEqual([...joinAnnexB([unit])]);
			await pair.peer.requestKeyframe();
			await until("the PLI has come back", () => pair.rtcp.some((packet) => packet[1] === 206));
			expect(pair.rtcp.find((packet) => packet[1] === 206)!.readUInt32BE(8)).toBe(SSRC);
			await pair.close();
		});

		it("carries text and bytes on channels that the client made", async () => {
			const pair = await ConnectedPair.make(await create(), { video: false });
			const pose = pair.peer.openChannel("body_pose", { ordered: false, maxRetransmits: 0 });
			await until("both channels are open", () => pair.opened.length === 2 && pose.readyState === "open");
			pair.peer.channels.get("control")!.send("grüß");
			pose.send(Buffer.from([1, 2, 3]));
			await until("both messages are here", () => pair.messages.length === 2);
			expect(new Map(pair.messages)).toEqual(
				new Map<string, ChannelMessage>([
					["control", "grüß"],
					["body_pose", Uint8Array.of(1, 2, 3)],
				]),
			);
			for (const channel of pair.channels) expect(channel.send(`to ${channel.label}`)).toBe(true);
			expect(pair.channels[0]!.send(Uint8Array.of(9))).toBe(true);
			await until(
				"the answers are there",
				() =>
					pair.peer.messages.get("control")!.length === 2 &&
					pair.peer.messages.get("body_pose")!.length === 1,
			);
			expect(pair.peer.messages.get("body_pose")).toEqual(["to body_pose"]);
			await pair.close();
		});

		it("opens channels of its own, also when asked before the connection is up", async () => {
			const transport = await create();
			const peer = new ReceivingPeer({ video: false });
			const offer = parseOffer(await peer.offer());
			const answer = await transport.answer(offer, undefined);
			const haptics = transport.createChannel("haptics", { ordered: false, maxPacketLifeTimeMs: 50 });
			expect([haptics.open, haptics.send("too early")]).toEqual([false, false]);
			await peer.accept(answer);
			await until("the channel is open on both sides", () => haptics.open && peer.channels.has("haptics"));
			expect(haptics.send("buzz")).toBe(true);
			await until("the message is there", () => peer.messages.get("haptics")!.length === 1);
			expect(haptics.bufferedBytes).toBe(0);
			haptics.close();
			expect([haptics.open, haptics.send("too late")]).toEqual([false, false]);
			transport.close();
			await peer.close();
		});

		it("keeps nothing of channels that it has closed while the connection goes on", async () => {
			const pair = await ConnectedPair.make(await create(), { video: false });
			await until("the control channel is here", () => pair.channels.length === 1);
			// All at first: the peer, werift, loses a channel for which it takes a
			// number that was used before.
			for (let round = 1; round <= 10; round++) pair.peer.openChannel(`c${round}`);
			await until("all channels are here", () => pair.channels.length === 11);
			const closed = pair.channels.splice(1).map((channel) => {
				channel.close();
				return new WeakRef(channel);
			});
			const alive = () => closed.filter((reference) => reference.deref() !== undefined).length;
			// The last one or two may still be referred to by what runs here; the
			// others go when both ends have closed them.
			for (let tries = 0; tries < 50 && alive() > 2; tries++) {
				await new Promise((resolve) => setTimeout(resolve, 300));
				collectGarbage();
			}
			expect(alive()).toBeLessThanOrEqual(2);
			await pair.close();
		});

		it("sends nothing, and throws nothing, before it is connected and after it is closed", async () => {
			const transport = await create();
			const packet = Buffer.alloc(40, 0x80);
			expect(transport.send(packet)).toBe(false);
			transport.addCandidate("candidate:1 1 udp 1 192.0.2.1 1 typ host", "0");
			transport.close();
			transport.close();
			expect(transport.send(packet)).toBe(false);
			expect(transport.createChannel("late").open).toBe(false);
			transport.addCandidate("candidate:1 1 udp 1 192.0.2.1 1 typ host", "0");
			await expect(transport.answer(parseOffer(chromiumOffer()), undefined)).rejects.toBeInstanceOf(
				SignallingError,
			);
		});

		it("tells nothing after close(), whatever still arrives", async () => {
			const pair = await ConnectedPair.make(await create());
			await until(
				"the control channel is open",
				() => pair.opened.length === 1 && pair.peer.channels.get("control")!.readyState === "open",
			);
			for (let i = 0; i < 50; i++) pair.peer.channels.get("control")!.send(`message ${i}`);
			pair.transport.close();
			const before = pair.messages.length;
			await new Promise((resolve) => setTimeout(resolve, 100));
			expect(pair.messages.length).toBe(before);
			expect(pair.closedReasons).toEqual([]);
			await pair.close();
		});

		it("refuses what it can't use with a SignallingError and lives on", async () => {
			const random = seededRandom(17);
			const offers = Array.from({ length: 40 }, () => {
				const lines = chromiumOffer({ audio: true }).split("\r\n");
				lines.splice(
					6 + Math.floor(random() * (lines.length - 6)),
					1 + Math.floor(random() * 3),
					`a=${"x:".repeat(Math.floor(random() * 9))}`,
				);
				return lines.join("\r\n");
			});
			for (const sdp of offers) {
				const transport = await create();
				try {
					const offer = parseOffer(sdp);
					await transport.answer(offer, offer.video && { ssrcs: [SSRC], cname: "c" });
				} catch (error) {
					expect(error).toBeInstanceOf(SignallingError);
				}
				transport.close();
			}
			await (await ConnectedPair.make(await create())).close();
		});
	});
}

function collectGarbage(): void {
	setFlagsFromString("--expose-gc");
	(runInNewContext("gc") as () => void)();
}
