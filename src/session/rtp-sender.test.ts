import { describe, expect, it } from "vitest";
import { GccController } from "./congestion/gcc-controller.ts";
import { FakeTransport } from "./fake-transport.cases.ts";
import { encodedPacket } from "./h264-clip.cases.ts";
import type { PaceTask } from "./pace-timer.ts";
import { H264Packetizer } from "./payload/h264-packetizer.ts";
import type { Packetizer } from "./payload/packetizer.ts";
import { parseRtcp } from "./rtcp.ts";
import { firPacket, nackPacket, receiverReport } from "./rtcp-packets.cases.ts";
import { RtpHeader } from "./rtp-header.ts";
import { isRtcp, readRtp } from "./rtp-reader.cases.ts";
import { RtpSender } from "./rtp-sender.ts";
import { SendPath } from "./send-path.ts";

const VIDEO = { ssrc: 0x1000, payloadType: 108, rtx: { ssrc: 0x1001, payloadType: 109 }, clockHz: 90_000 };
const AUDIO = { ssrc: 0x2000, payloadType: 111, rtx: undefined, clockHz: 48_000 };
const TRANSPORT_CC = 4;
const FRAME_SEC = 1 / 30;

/** One packet for each unit, as Opus in RFC 7587: nothing of H.264. */
class WholePacketizer implements Packetizer {
	readonly header: RtpHeader;

	constructor(header: RtpHeader) {
		this.header = header;
	}

	packetize(data: Uint8Array, rtpTicks: number): Buffer[] {
		const packet = Buffer.alloc(this.header.byteLength + data.length);
		this.header.write(packet, 0, rtpTicks);
		packet.set(data, this.header.byteLength);
		return [packet];
	}
}

/** Two RTP streams of one session, on one transport. */
class TwoStreams {
	nowSec = 1000;
	readonly transport = new FakeTransport();
	readonly path = new SendPath(
		this.transport,
		new GccController({ minBps: 300_000, startBps: 5_000_000, maxBps: 10_000_000 }),
		this.nowSec,
	);
	readonly packetizers: Packetizer[] = [];
	readonly video = this.#sender(VIDEO, (header) => {
		const packetizer = new H264Packetizer({ header });
		this.packetizers.push(packetizer);
		return packetizer;
	});
	readonly audio = this.#sender(AUDIO, (header) => new WholePacketizer(header));
	readonly #tasks = new Set<PaceTask>();

	/** Sends a frame of each stream, thirty a second, for so many frames. */
	run(frames: number, pictureBytes = 5000): void {
		for (let index = 0; index < frames; index++) {
			const picture = new Uint8Array(pictureBytes).fill(1 + (index % 250));
			picture.set([0, 0, 0, 1, index === 0 ? 0x65 : 0x41]);
			this.video.send(encodedPacket(picture, index === 0, index * FRAME_SEC * VIDEO.clockHz));
			this.audio.send(encodedPacket(new Uint8Array(80), true, index * FRAME_SEC * AUDIO.clockHz));
			this.pass(FRAME_SEC);
		}
	}

	pass(sec: number): void {
		for (let ms = 0; ms < sec * 1000; ms++) {
			this.nowSec += 0.001;
			for (const task of this.#tasks) if (!task(this.nowSec)) this.#tasks.delete(task);
		}
		for (const sender of [this.video, this.audio]) sender.housekeep(this.nowSec);
	}

	/** Both streams see every packet, as they would in a session. */
	receive(rtcp: Buffer): void {
		for (const packet of parseRtcp(rtcp))
			for (const sender of [this.video, this.audio]) sender.onRtcp(packet, this.nowSec);
	}

	sent() {
		return this.transport.sent.filter((packet) => !isRtcp(packet)).map(readRtp);
	}

	of(ssrc: number) {
		return this.sent().filter((packet) => packet.ssrc === ssrc);
	}

	#sender(stream: typeof VIDEO | typeof AUDIO, packetizerOf: (header: RtpHeader) => Packetizer): RtpSender {
		const { ssrc, payloadType, rtx, clockHz } = stream;
		const extensions = { transportCc: TRANSPORT_CC };
		return new RtpSender({
			stream: { ssrc, cname: "c", clockHz },
			rtx,
			packetizer: packetizerOf(new RtpHeader({ ssrc, payloadType, extensions, firstSequenceNumber: 7 })),
			path: this.path,
			paceTimer: { wake: (task) => this.#tasks.add(task), cancel: (task) => this.#tasks.delete(task) },
			nowSec: () => this.nowSec,
			wallClockOffsetSec: 1_700_000_000,
		});
	}
}

describe("two RtpSenders on one transport", () => {
	it("use the memory of frames again, and still send what was lost as it was", () => {
		const streams = new TwoStreams();
		const memory = new Set<ArrayBufferLike>();
		for (const packetizer of streams.packetizers) {
			const packetize = packetizer.packetize.bind(packetizer);
			packetizer.packetize = (data, ticks) => {
				const packets = packetize(data, ticks);
				for (const packet of packets) memory.add(packet.buffer);
				return packets;
			};
		}
		streams.run(300, 400);
		expect(memory.size, "a second of 30 frames, and some that rest").toBeLessThan(50);
		const lost = streams.of(VIDEO.ssrc).at(-8)!;
		streams.receive(nackPacket(VIDEO.ssrc, lost.sequenceNumber));
		streams.pass(0.05);
		expect(streams.of(VIDEO.rtx.ssrc).at(-1)!.payload.subarray(2)).toEqual(lost.payload);
	});

	it("number their own packets, and together the transport's", () => {
		const streams = new TwoStreams();
		streams.run(3);
		for (const { ssrc, payloadType } of [VIDEO, AUDIO]) {
			const packets = streams.of(ssrc);
			expect(packets.map(({ sequenceNumber }) => sequenceNumber)).toEqual(packets.map((_, index) => 7 + index));
			expect(new Set(packets.map((packet) => packet.payloadType))).toEqual(new Set([payloadType]));
		}
		const numbers = streams.sent().map(({ extensions }) => extensions.get(TRANSPORT_CC)?.readUInt16BE(0));
		expect(numbers).toEqual(numbers.map((_, index) => index));
		expect(streams.path.totals).toMatchObject({ framesSent: 6, packetsSent: numbers.length, framesDropped: 0 });
	});

	it("answer NACKs and FIRs of their own stream only", () => {
		const streams = new TwoStreams();
		const requests: string[] = [];
		streams.video.on("keyframeRequest", (reason) => requests.push(`video ${reason}`));
		streams.audio.on("keyframeRequest", (reason) => requests.push(`audio ${reason}`));
		streams.run(3);
		const [before] = [streams.of(AUDIO.ssrc).length];
		streams.receive(nackPacket(VIDEO.ssrc, 8));
		streams.pass(0.1);
		expect(streams.of(VIDEO.rtx.ssrc)).toHaveLength(1);
		expect(streams.of(AUDIO.ssrc)).toHaveLength(before);
		streams.receive(nackPacket(AUDIO.ssrc, 8));
		streams.pass(0.1);
		expect(streams.of(VIDEO.rtx.ssrc)).toHaveLength(1);
		expect(streams.of(AUDIO.ssrc).at(-1)?.sequenceNumber).toBe(8);
		streams.pass(1);
		streams.receive(firPacket(VIDEO.ssrc, 1));
		expect(requests).toEqual(["video fir"]);
	});

	it("report and are reported on by themselves, each in the ticks of its clock", () => {
		const streams = new TwoStreams();
		streams.run(60);
		const reports = streams.transport.sent.filter(isRtcp);
		const ssrcs = reports.map((packet) => packet.readUInt32BE(4));
		expect(ssrcs.filter((ssrc) => ssrc === VIDEO.ssrc)).toHaveLength(2);
		expect(ssrcs.filter((ssrc) => ssrc === AUDIO.ssrc)).toHaveLength(2);
		for (const { ssrc, clockHz } of [VIDEO, AUDIO]) {
			const [first, last] = reports.filter((packet) => packet.readUInt32BE(4) === ssrc);
			const ticks = (last?.readUInt32BE(16) ?? 0) - (first?.readUInt32BE(16) ?? 0);
			expect(ticks / clockHz).toBeCloseTo(1, 1);
		}
		streams.receive(receiverReport({ ssrc: VIDEO.ssrc, fractionLost: 0.25 }));
		expect([streams.video.fractionLost, streams.audio.fractionLost]).toEqual([0.25, Number.NaN]);
	});

	it("end one by one", () => {
		const streams = new TwoStreams();
		streams.run(1);
		streams.audio.close();
		const before = streams.of(AUDIO.ssrc).length;
		const videoBefore = streams.of(VIDEO.ssrc).length;
		streams.run(1);
		expect(streams.of(AUDIO.ssrc)).toHaveLength(before);
		expect(streams.of(VIDEO.ssrc).length).toBeGreaterThan(videoBefore);
	});
});
