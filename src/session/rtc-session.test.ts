import { describe, expect, it } from "vitest";
import type { EncodedPacket } from "../media/encoded-packet.ts";
import { HUB_LIMITS } from "../server/serve-limits.ts";
import { GccController } from "./congestion/gcc-controller.ts";
import { FakeTransport } from "./fake-transport.cases.ts";
import { encodedPacket } from "./h264-clip.cases.ts";
import { chromiumOffer } from "./offers.cases.ts";
import type { PaceTask, PaceTimer } from "./pace-timer.ts";
import { RtcSession, type RtcSessionOptions } from "./rtc-session.ts";
import { parseRtcp } from "./rtcp.ts";
import {
	firPacket,
	nackPacket,
	pliPacket,
	receiverReport,
	referenceTimePacket,
	rembPacket,
} from "./rtcp-packets.cases.ts";
import { readRtp } from "./rtp-reader.cases.ts";
import { parseOffer } from "./sdp-offer.ts";
import type { SessionEvents } from "./viewer-session.ts";

const SSRC = 0x1000;
/** The offer's id of the extension, and its payload type of the format's RTX. */
const TRANSPORT_CC = 4;
const RTX_PAYLOAD_TYPE = 117;

/** A session whose time is moved by hand. */
class Rig implements PaceTimer {
	nowSec = 1000;
	readonly transport = new FakeTransport();
	readonly events: { readonly name: keyof SessionEvents; readonly args: readonly unknown[] }[] = [];
	readonly session: RtcSession;
	readonly tasks = new Set<PaceTask>();
	#frames = 0;
	#elapsedMs = 0;

	constructor(options: Partial<RtcSessionOptions> & { readonly offer?: string } = {}) {
		const offer = parseOffer(options.offer ?? chromiumOffer());
		this.session = new RtcSession({
			id: "id",
			transport: this.transport,
			video: offer.video && {
				offered: offer.video,
				ssrc: SSRC,
				rtxSsrc: SSRC + 1,
				fecSsrc: SSRC + 2,
				cname: "c",
			},
			dataChannels: offer.dataMid !== undefined,
			remoteCandidates: offer.candidates,
			bitrate: { minBps: 300_000, startBps: 5_000_000, maxBps: 10_000_000 },
			limits: HUB_LIMITS,
			createController: (limits) => new GccController(limits),
			paceTimer: this,
			nowSec: () => this.nowSec,
			...options,
		});
		for (const name of [
			"keyframeRequest",
			"bitrate",
			"channelOpen",
			"message",
			"frameSent",
			"backPressure",
			"pause",
			"resume",
		] as const) {
			this.session.on(name, (...args: unknown[]) => void this.events.push({ name, args }));
		}
	}

	wake(task: PaceTask): void {
		this.tasks.add(task);
	}

	cancel(task: PaceTask): void {
		this.tasks.delete(task);
	}

	connect(): this {
		this.transport.emit("connected");
		return this;
	}

	/** Lets time pass in milliseconds, with the housekeeping of the hub. */
	pass(sec: number): void {
		for (let ms = 0; ms < Math.round(sec * 1000); ms++) {
			this.nowSec += 0.001;
			for (const task of this.tasks) if (!task(this.nowSec)) this.tasks.delete(task);
			if (++this.#elapsedMs % 200 === 0) this.session.housekeep(this.nowSec);
		}
	}

	frame(byteLength = 3000, keyframe = false): EncodedPacket {
		const accessUnit = new Uint8Array(byteLength).fill(0x55);
		accessUnit.set([0, 0, 0, 1, keyframe ? 0x65 : 0x41]);
		const packet = encodedPacket(accessUnit, keyframe, this.#frames++ * 3000);
		this.session.sendVideo(packet);
		return packet;
	}

	rtcp(packet: Buffer): void {
		this.transport.emit("rtcp", packet);
	}

	nack(sequenceNumber: number): void {
		this.rtcp(nackPacket(SSRC, sequenceNumber));
	}

	pli(): void {
		this.rtcp(pliPacket(SSRC));
	}

	named(name: keyof SessionEvents): readonly (readonly unknown[])[] {
		return this.events.filter((event) => event.name === name).map((event) => event.args);
	}
}

describe("RtcSession: video", () => {
	it("asks for a key frame and reports the bit rate when it is connected, and sends nothing before", async () => {
		const rig = new Rig();
		rig.frame(3000, true);
		expect(rig.transport.sent).toEqual([]);
		rig.connect();
		await rig.session.connected;
		expect(rig.named("keyframeRequest")).toEqual([["connected"]]);
		expect(rig.named("bitrate")).toEqual([[5_000_000]]);
	});

	it("sends a frame's packets paced and in order, and reports when the first and the last left", () => {
		const rig = new Rig().connect();
		const packet = rig.frame(12_000, true);
		rig.pass(0.05);
		const numbers = rig.transport.rtp.map((each) => each.readUInt16BE(2));
		expect(numbers).toEqual(numbers.map((_, index) => (numbers[0]! + index) & 0xffff));
		const [[sent, first, last]] = rig.named("frameSent") as [[EncodedPacket, number, number]];
		expect(sent).toBe(packet);
		expect(first).toBe(1000);
		expect(last).toBeGreaterThan(1000.004);
		expect(last).toBeLessThan(1000.02);
		expect(rig.session.stats()).toMatchObject({
			framesSent: 1,
			packetsSent: numbers.length,
			framesDropped: 0,
			pacerQueueSec: 0,
		});
		expect(rig.tasks.size).toBe(0);
	});

	it("numbers packets across the connection for transport-cc, retransmissions included", () => {
		const rig = new Rig().connect();
		rig.frame(5000, true);
		rig.pass(0.1);
		rig.nack(rig.transport.rtp[1]!.readUInt16BE(2));
		rig.pass(0.01);
		const numbers = rig.transport.rtp.map((each) => readRtp(each).extensions.get(TRANSPORT_CC)?.readUInt16BE(0));
		expect(numbers).toEqual([0, 1, 2, 3, 4, 5]);
	});

	it("answers a NACK on the RTX stream once per round trip, or on the same stream when RTX was not offered", () => {
		const rig = new Rig().connect();
		rig.frame(5000, true);
		rig.pass(0.05);
		const lost = rig.transport.rtp[2]!;
		const before = rig.transport.rtp.length;
		rig.nack(lost.readUInt16BE(2));
		rig.nack(lost.readUInt16BE(2));
		rig.pass(0.01);
		const again = rig.transport.rtp.slice(before);
		expect(again.length).toBe(1);
		expect(readRtp(again[0]!)).toMatchObject({ payloadType: RTX_PAYLOAD_TYPE, ssrc: SSRC + 1 });
		expect(again[0]!.length).toBe(lost.length + 2);
		expect(rig.session.stats()).toMatchObject({
			nackCount: 2,
			retransmittedPacketsSent: 1,
			retransmissionsRefused: 0,
		});

		const plain = new Rig({ offer: chromiumOffer({ without: /rtx|apt=/ }) }).connect();
		plain.frame(5000, true);
		plain.pass(0.05);
		plain.nack(plain.transport.rtp[2]!.readUInt16BE(2));
		plain.pass(0.01);
		const [copy] = plain.transport.rtp.slice(5);
		const { sequenceNumber } = readRtp(plain.transport.rtp[2]!);
		expect(readRtp(copy!)).toMatchObject({ sequenceNumber, ssrc: SSRC });
	});

	it("asks for a key frame at once when a PLI comes and none was just made, and for one when many come", () => {
		const rig = new Rig().connect();
		rig.frame(3000, true);
		rig.pass(1);
		// No time passes on the simulated clock.
		rig.pli();
		expect(rig.named("keyframeRequest")).toEqual([["connected"], ["pli"]]);
		for (let i = 0; i < 10; i++) {
			rig.pass(0.02);
			rig.pli();
		}
		expect(rig.named("keyframeRequest").length).toBe(2);
		expect(rig.session.stats().pliCount).toBe(11);
	});

	it.each([
		["asks for lost packets", undefined, ["connected"]],
		["can't ask for lost packets", /rtcp-fb:\d+ nack$/, ["connected", "loss"]],
	])("makes one key frame for each report of losses where the receiver %s", (_name, without, reasons) => {
		const rig = new Rig({ offer: chromiumOffer({ ...(without && { without }) }) }).connect();
		rig.frame(3000, true);
		for (const totalLost of [0, 3, 3, 2]) {
			rig.pass(1);
			rig.rtcp(receiverReport({ ssrc: SSRC, totalLost }));
			rig.frame(3000, rig.named("keyframeRequest").length > 1);
		}
		expect(rig.named("keyframeRequest").map(([reason]) => reason)).toEqual(reasons);
	});

	it("takes a repeated FIR for one and a NACK that can't be served for a lost picture", () => {
		const rig = new Rig().connect();
		rig.frame(3000, true);
		rig.pass(1);
		for (let i = 0; i < 3; i++) rig.rtcp(firPacket(SSRC, 7));
		expect(rig.session.stats().firCount).toBe(1);
		rig.frame(3000, true);
		rig.pass(1);
		rig.nack((rig.transport.rtp[0]!.readUInt16BE(2) + 60) & 0xffff);
		expect(rig.named("keyframeRequest").map(([reason]) => reason)).toEqual(["connected", "fir", "loss"]);
		expect(rig.session.stats().retransmissionsRefused).toBe(1);
	});

	it("makes no further key frame for packets that the last one has made useless", () => {
		const rig = new Rig().connect();
		for (let i = 0; i < 3; i++) rig.frame(3000, i === 0);
		rig.pass(1);
		const old = rig.transport.rtp[4]!.readUInt16BE(2);
		rig.nack(old);
		expect(rig.named("keyframeRequest")).toEqual([["connected"], ["loss"]]);
		rig.frame(3000, true);
		for (let i = 0; i < 10; i++) {
			rig.pass(0.2);
			rig.nack(old);
		}
		expect(rig.named("keyframeRequest").length).toBe(2);
		expect(rig.session.stats().retransmissionsRefused).toBe(11);
	});

	it("reports that it is behind, drops only frames that come all the same, and then asks for a key frame", () => {
		const rig = new Rig().connect();
		rig.frame(300_000, true);
		expect(rig.named("backPressure")).toEqual([[true]]);
		rig.frame();
		expect(rig.session.stats().framesDropped).toBe(1);
		rig.pass(1);
		expect(rig.named("backPressure")).toEqual([[true], [false]]);
		rig.frame();
		rig.frame(3000, true);
		rig.frame();
		rig.pass(0.1);
		expect(rig.session.stats()).toMatchObject({ framesDropped: 2, framesSent: 3 });
		expect(rig.named("keyframeRequest").map(([reason]) => reason)).toContain("loss");
	});

	it("sends a sender report every second that maps its wall clock to RTP time", () => {
		const rig = new Rig().connect();
		for (let i = 0; i < 90; i++) {
			rig.frame(2000, i === 0);
			rig.pass(0.033);
			rig.rtcp(receiverReport());
		}
		const reports = rig.transport.sent.filter((packet) => packet[1] === 200);
		expect(reports.length).toBeGreaterThanOrEqual(2);
		expect(reports.length).toBeLessThanOrEqual(3);
		const wallClockSec = (packet: Buffer) => packet.readUInt32BE(8) + packet.readUInt32BE(12) / 2 ** 32;
		const [first, last] = [reports[0]!, reports.at(-1)!];
		// Frames are 1/30 s apart in RTP time and 33 ms on the clock: one percent.
		const rtpSec = (last.readUInt32BE(16) - first.readUInt32BE(16)) / 90_000;
		expect(Math.abs(rtpSec / (wallClockSec(last) - wallClockSec(first)) - 1)).toBeLessThan(0.02);
	});

	it("answers a receiver's reference time with the time it waited, the first at once", () => {
		const rig = new Rig().connect();
		rig.frame(2000, true);
		rig.pass(0.5);
		rig.rtcp(referenceTimePacket(0x11223344));
		const report = () => rig.transport.sent.filter((packet) => packet[1] === 200).at(-1)!;
		rig.pass(0.25);
		// A sender report, SDES, and one block for one receiver (RFC 3611, 4.5).
		const answer = report().subarray(-24);
		expect(answer.subarray(0, 20).toString("hex")).toBe("80cf000500001000050000030000000111223344");
		const waitedSec = answer.readUInt32BE(20) / 65_536;
		expect(waitedSec).toBeGreaterThan(0);
		expect(waitedSec).toBeLessThanOrEqual(0.25);
		rig.pass(0.5);
		rig.rtcp(referenceTimePacket(1));
		rig.rtcp(referenceTimePacket(0x55667788));
		rig.pass(0.9);
		expect(report().readUInt32BE(report().length - 8)).toBe(0x55667788);
	});

	it("measures the round trip when a receiver answers a sender report", () => {
		const rig = new Rig().connect();
		rig.frame(2000, true);
		rig.pass(0.2);
		const [report] = parseRtcp(rig.transport.sent.find((packet) => packet[1] === 200)!);
		if (report?.type !== "senderReport") throw new Error("It is no sender report.");
		rig.pass(0.08);
		// The receiver has kept it for 30 of the 80 ms.
		const times = { lastSenderReport: report.ntpMiddle, delaySinceLastSenderReportSec: 0.03 };
		rig.rtcp(receiverReport({ ssrc: SSRC, fractionLost: 1 / 16, ...times }));
		expect(rig.session.stats().fractionLost).toBeCloseTo(1 / 16, 9);
		expect(rig.session.stats().roundTripTimeSec).toBeCloseTo(0.05, 3);
	});

	it("reports new bit rates at most 20 times a second, within the configured bounds", () => {
		const rig = new Rig({ bitrate: { minBps: 1_000_000, startBps: 4_000_000, maxBps: 6_000_000 } }).connect();
		for (let i = 0; i < 1000; i++) {
			// No transport-cc comes.
			rig.rtcp(rembPacket(i % 2 === 0 ? 8000 : 256e6, SSRC));
			rig.nowSec += 0.001;
		}
		const reported = rig.named("bitrate").map(([bitrateBps]) => bitrateBps as number);
		expect(reported.length).toBeLessThanOrEqual(22);
		expect(reported.length).toBeGreaterThan(1);
		for (const bitrateBps of reported) expect(bitrateBps >= 1_000_000 && bitrateBps <= 6_000_000).toBe(true);
	});

	it("survives any RTCP", () => {
		const rig = new Rig().connect();
		rig.frame(3000, true);
		const tooLong = nackPacket(SSRC, 1);
		tooLong.writeUInt16BE(0xffff, 2);
		for (const length of [0, 1, 2, 4, 8, tooLong.length]) rig.rtcp(tooLong.subarray(0, length));
		rig.rtcp(Buffer.alloc(2, 0xff));
		expect(rig.transport.closed).toBe(false);
	});
});

describe("RtcSession: liveness", () => {
	it("pauses after 5 s of silence, resumes when something comes, and closes after 10 s", async () => {
		const rig = new Rig().connect();
		const stream = (sec: number) => {
			for (let i = 0; i < sec * 10; i++) {
				rig.frame(1000, true);
				rig.pass(0.1);
			}
		};
		stream(4.8);
		expect(rig.named("pause")).toEqual([]);
		stream(0.6);
		expect(rig.named("pause")).toEqual([[]]);
		rig.pli();
		expect(rig.named("resume")).toEqual([[]]);
		stream(5.4);
		expect(rig.named("pause").length).toBe(2);
		// No more is drawn for it, and it stays silent.
		rig.pass(4.2);
		expect(rig.transport.closed).toBe(false);
		rig.pass(0.8);
		expect(rig.transport.closed).toBe(true);
		expect(await rig.session.closed).toContain("silent for 10 s");
	});

	it("waits for ever with a viewer whose source has no pictures yet, or has stopped giving them", () => {
		const rig = new Rig().connect();
		rig.pass(30);
		rig.frame(1000, true);
		rig.pass(30);
		expect(rig.transport.closed).toBe(false);
		expect(rig.named("pause")).toEqual([]);
	});

	it("takes a message for a sign of life, and asks none of a viewer without video", () => {
		const talking = new Rig().connect();
		const channel = talking.transport.clientChannel("control");
		for (let i = 0; i < 20; i++) {
			talking.pass(1);
			channel.message("hello");
		}
		expect(talking.transport.closed).toBe(false);
		const silent = new Rig({ offer: chromiumOffer({ video: false }) }).connect();
		expect(silent.session.hasVideo).toBe(false);
		silent.pass(60);
		expect(silent.transport.closed).toBe(false);
		expect(silent.events).toEqual([]);
	});

	it("gives up a client that never connects", async () => {
		const rig = new Rig();
		rig.pass(HUB_LIMITS.connectTimeoutSec + 0.3);
		expect(await rig.session.closed).toContain("never connected");
	});

	it("closes once, frees what it holds, and reports nothing afterwards", async () => {
		const rig = new Rig().connect();
		rig.frame(100_000, true);
		expect(rig.tasks.size).toBe(1);
		rig.transport.emit("closed", "The viewer left.");
		rig.session.close("again");
		expect(await rig.session.closed).toBe("The viewer left.");
		expect(rig.tasks.size).toBe(0);
		const before = rig.events.length;
		rig.frame(1000, true);
		rig.pli();
		rig.session.openChannel("late");
		expect(rig.session.send("control", "x")).toBe(false);
		expect(rig.events.length).toBe(before);
		expect(rig.transport.created).toEqual([]);
	});

	it("reports nothing more when it is closed from one of its own events", () => {
		const rig = new Rig().connect();
		rig.session.on("frameSent", () => rig.session.close("enough"));
		rig.frame(12_000, true);
		rig.frame(300_000);
		rig.pass(1);
		expect(rig.named("frameSent").length).toBe(1);
		expect(rig.named("backPressure")).toEqual([[true]]);
		expect(rig.tasks.size).toBe(0);
	});
});

describe("RtcSession: data channels", () => {
	it("hands messages on with their label and time, and sends on the client's channel", () => {
		const rig = new Rig().connect();
		const channel = rig.transport.clientChannel("control");
		channel.message("hello");
		channel.message(Uint8Array.of(1, 2));
		expect(rig.named("channelOpen")).toEqual([["control"]]);
		expect(rig.named("message")).toEqual([
			["control", "hello", 1000],
			["control", Uint8Array.of(1, 2), 1000],
		]);
		expect(rig.session.isChannelOpen("control")).toBe(true);
		expect(rig.session.send("control", "welcome")).toBe(true);
		expect(rig.session.send("other", "?")).toBe(false);
		expect(channel.sent).toEqual(["welcome"]);
	});

	it("refuses and counts messages that are too long or too many, per channel", () => {
		const rig = new Rig().connect();
		const flood = rig.transport.clientChannel("tracking");
		const calm = rig.transport.clientChannel("control");
		flood.message("x".repeat(HUB_LIMITS.maxMessageBytes + 1));
		for (let i = 0; i < 2 * HUB_LIMITS.maxMessagesPerSec + 100; i++) flood.message("x");
		calm.message("still read");
		const { channelMessagesReceived, channelMessagesRefused } = rig.session.stats();
		expect(channelMessagesReceived).toBe(2 * HUB_LIMITS.maxMessagesPerSec + 1);
		expect(channelMessagesRefused).toBe(101);
		expect(rig.named("message").at(-1)).toEqual(["control", "still read", 1000]);
	});

	it("closes channels beyond the bound and lets a new one of the same name take the old one's place", () => {
		const rig = new Rig().connect();
		const channels = Array.from({ length: 9 }, (_, index) => rig.transport.clientChannel(`c${index}`));
		expect(channels.map((channel) => channel.open)).toEqual([...Array(8).fill(true), false]);
		channels[0]!.emit("closed");
		const first = rig.transport.clientChannel("control");
		expect(first.open).toBe(true);
		channels[1]!.emit("closed");
		const renewed = rig.transport.clientChannel("control");
		expect([first.open, renewed.open]).toEqual([false, true]);
		rig.session.send("control", "to the new one");
		expect(renewed.sent).toEqual(["to the new one"]);
		expect(rig.transport.clientChannel("x".repeat(65)).open).toBe(false);
	});

	it("opens channels of its own once, and none when the client offered none", () => {
		const rig = new Rig().connect();
		rig.session.openChannel("haptics", { ordered: false, maxPacketLifeTimeMs: 50 });
		rig.session.openChannel("haptics");
		expect(rig.transport.created.map(({ channel, options }) => [channel.label, options])).toEqual([
			["haptics", { ordered: false, maxPacketLifeTimeMs: 50 }],
		]);
		const without = new Rig({ offer: chromiumOffer({ data: false }) }).connect();
		without.session.openChannel("haptics");
		expect(without.transport.created).toEqual([]);
	});

	it("does not send into a channel that is full", () => {
		const rig = new Rig().connect();
		const channel = rig.transport.clientChannel("control");
		channel.bufferedBytes = HUB_LIMITS.maxBufferedBytes + 1;
		expect(rig.session.send("control", "x")).toBe(false);
		expect(channel.sent).toEqual([]);
	});

	it("lets a listener throw without harm to others", () => {
		const errors: unknown[] = [];
		const rig = new Rig({ onListenerError: (error) => errors.push(error) });
		rig.session.on("message", () => {
			throw new Error("bad handler");
		});
		let messages = 0;
		rig.session.on("message", () => messages++);
		rig.connect();
		rig.transport.clientChannel("control").message("x");
		expect([messages, errors.length]).toEqual([1, 1]);
	});
});
