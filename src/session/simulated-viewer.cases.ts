import { HUB_LIMITS } from "../server/options.ts";
import type { BitrateLimits, CongestionController } from "./congestion/congestion-controller.ts";
import { LossAndQueueController } from "./congestion/loss-and-queue.ts";
import { FakeTransport } from "./fake-transport.cases.ts";
import { FrameAssembler, type ReceivedFrame } from "./frame-assembler.cases.ts";
import { encodedPacket } from "./h264-clip.cases.ts";
import { chromiumOffer, seededRandom } from "./offers.cases.ts";
import type { PaceTask, PaceTimer } from "./pace-timer.ts";
import { RtcSession } from "./rtc-session.ts";
import { nackPacket, pliPacket, receiverReport } from "./rtcp-packets.cases.ts";
import { isRtcp, readRtp } from "./rtp-reader.cases.ts";
import { parseOffer } from "./sdp-offer.ts";
import { TransportFeedbackWriter } from "./transport-feedback-writer.cases.ts";

/**
 * A simulated way from the session to the viewer; the way back takes `delaySec` and
 * loses nothing.
 */
export interface SimulatedLink {
	/** Bits per second of RTP. */
	readonly rateBps: number;
	/**
	 * Longest queue in front of the link, seconds; a packet that finds it full is lost.
	 */
	readonly queueSec: number;
	readonly delaySec: number;
	/**
	 * Each packet takes up to this much longer, evenly distributed; packets overtake
	 * each other.
	 * @default 0
	 */
	readonly jitterSec?: number;
	/** Share of packets lost at random. @default 0 */
	readonly loss?: number;
}

export interface SimulatedViewerOptions {
	readonly link: SimulatedLink;
	/**
	 * Whether the viewer reports with transport-cc, or with receiver reports and NACKs
	 * alone.
	 * @default true
	 */
	readonly transportCc?: boolean;
	/** @default the session's own */
	readonly createController?: (limits: BitrateLimits) => CongestionController;
}

/** What came through between two moments. */
export interface SimulatedOutcome {
	/**
	 * Share of the frames that were due that came through whole, with every frame that
	 * they build on.
	 */
	readonly decodableShare: number;
	/** Longest time between two decodable frames, seconds. */
	readonly longestGapSec: number;
	/** Mean of the encoder's target. */
	readonly bitrateBps: number;
	/** Share of the link's rate that was used. */
	readonly usedShare: number;
	/** Share of the packets that were lost in the full queue. */
	readonly overflowedShare: number;
	/** Mean time of a packet in the queue, seconds. */
	readonly queueSec: number;
	/** Key frames sent. */
	readonly keyframes: number;
}

const STEP_SEC = 0.001;
const FRAME_RATE = 30;
const HOUSEKEEPING_STEPS = 200;
const FEEDBACK_STEPS = 50;
const REPORT_STEPS = 1000;
const SSRC = 0x1000;
const RTX_SSRC = 0x1001;
/**
 * A viewer asks for a missing packet as often as this, and so many times, like
 * libwebrtc's `NackRequester`.
 */
const NACK_AGAIN_SEC = 0.025;
const NACK_TIMES = 10;
/** And for a key frame when a frame that it needs is this late. */
const KEYFRAME_AFTER_SEC = 0.5;

interface SentFrame {
	readonly rtpTicks: number;
	readonly keyframe: boolean;
	readonly sentSec: number;
}

interface PathTotals {
	readonly nowSec: number;
	readonly packets: number;
	readonly overflowed: number;
	readonly bytes: number;
	readonly queuedSec: number;
	readonly frames: number;
	readonly bitrates: number;
}

/**
 * An `RtcSession` as the hub runs it, with a synthetic encoder before it and a link and
 * a viewer behind it, all on one simulated clock in steps of a millisecond: controller,
 * pacer, packetizer, retransmissions and key frames work on real bytes, and seconds
 * pass in milliseconds. The encoder makes access units of the size that the bit rate
 * asks for, give or take a fifth, key frames three times that, and only while the
 * session is not behind.
 */
export class SimulatedViewer implements PaceTimer {
	readonly session: RtcSession;
	/** May be replaced while it runs. */
	link: SimulatedLink;
	nowSec = 1000;
	readonly #transport = new FakeTransport();
	readonly #transportCc: boolean;
	readonly #transportCcId: number | undefined;
	readonly #tasks = new Set<PaceTask>();
	readonly #random = seededRandom(4);
	readonly #arriving: Travelling[] = [];
	readonly #replies: Travelling[] = [];
	readonly #frames: ReceivedFrame[] = [];
	readonly #assembler = new FrameAssembler(
		(frame) => this.#frames.push(frame),
		() => this.nowSec,
	);
	readonly #feedback = new TransportFeedbackWriter();
	readonly #receiver = new SimulatedReceiver((packet) => this.#reply(packet));
	readonly #sent: SentFrame[] = [];
	readonly #bitrates: number[] = [];
	readonly #decoder: SimulatedDecoder;
	#steps = 0;
	#nextFrame = 0;
	#bitrateBps = 0;
	#keyframeDue = false;
	#behind = false;
	#linkFreeSec = 0;
	#packets = 0;
	#overflowed = 0;
	#bytes = 0;
	#queuedSec = 0;

	constructor({
		link,
		transportCc = true,
		createController = (limits) => new LossAndQueueController(limits),
	}: SimulatedViewerOptions) {
		this.link = link;
		this.#transportCc = transportCc;
		const offer = parseOffer(chromiumOffer(transportCc ? {} : { without: /^a=.*transport-(cc|wide-cc).*\r\n/gm }));
		const video = offer.video!;
		this.#transportCcId = video.extensions.transportCc;
		this.session = new RtcSession({
			id: "simulated",
			transport: this.#transport,
			video: { offered: video, ssrc: SSRC, rtxSsrc: RTX_SSRC, cname: "c" },
			dataChannels: false,
			remoteCandidates: offer.candidates,
			bitrate: { minBps: 300_000, startBps: 5_000_000, maxBps: 10_000_000 },
			limits: HUB_LIMITS,
			paceTimer: this,
			nowSec: () => this.nowSec,
			createController,
		});
		this.#decoder = new SimulatedDecoder(this.#sent, this.#frames);
		this.session.on("bitrate", (bps) => {
			this.#bitrateBps = bps;
		});
		this.session.on("keyframeRequest", () => {
			this.#keyframeDue = true;
		});
		this.session.on("backPressure", (behind) => {
			this.#behind = behind;
		});
		this.#transport.emit("connected");
	}

	wake(task: PaceTask): void {
		this.#tasks.add(task);
	}

	cancel(task: PaceTask): void {
		this.#tasks.delete(task);
	}

	/** Lets `sec` seconds pass. @returns what came through in them */
	run(sec: number): SimulatedOutcome {
		const before = this.#totals();
		this.#pass(sec);
		return this.#outcome(before, this.#totals());
	}

	#pass(sec: number): void {
		for (const end = this.#steps + Math.round(sec / STEP_SEC); this.#steps < end; ) {
			this.#steps++;
			this.nowSec += STEP_SEC;
			for (const task of this.#tasks) if (!task(this.nowSec)) this.#tasks.delete(task);
			if (this.#steps * STEP_SEC * FRAME_RATE >= this.#nextFrame) this.#frame();
			if (this.#steps % HOUSEKEEPING_STEPS === 0) this.session.housekeep(this.nowSec);
			for (const packet of this.#transport.sent.splice(0)) this.#enter(packet);
			for (const { packet } of takeDue(this.#arriving, this.nowSec)) this.#arrive(packet);
			this.#receiver.askForMissing(this.nowSec);
			if (this.#transportCc && this.#steps % FEEDBACK_STEPS === 0) this.#reply(this.#feedback.take(1, SSRC));
			if (this.#steps % REPORT_STEPS === 0) this.#receiver.report(this.nowSec);
			for (const { packet } of takeDue(this.#replies, this.nowSec)) this.#transport.emit("rtcp", packet);
		}
	}

	#frame(): void {
		const rtpTicks = this.#nextFrame++ * (90_000 / FRAME_RATE);
		this.#bitrates.push(this.#bitrateBps);
		if (this.#decoder.wantsKeyframe(this.nowSec)) this.#reply(pliPacket(SSRC));
		if (this.#behind) return;
		const keyframe = this.#keyframeDue;
		this.#keyframeDue = false;
		const byteLength = Math.round(
			(this.#bitrateBps / 8 / FRAME_RATE) * (0.8 + 0.4 * this.#random()) * (keyframe ? 3 : 1),
		);
		const accessUnit = new Uint8Array(byteLength).fill(0x55);
		accessUnit.set([0, 0, 0, 1, keyframe ? 0x65 : 0x41]);
		this.session.sendVideo(encodedPacket(accessUnit, keyframe, rtpTicks));
		this.#sent.push({ rtpTicks, keyframe, sentSec: this.nowSec });
	}

	#enter(packet: Buffer): void {
		const { rateBps, queueSec, delaySec, jitterSec = 0, loss = 0 } = this.link;
		this.#packets++;
		const freeSec = Math.max(this.#linkFreeSec, this.nowSec) + (packet.length * 8) / rateBps;
		if (freeSec - this.nowSec > queueSec) {
			this.#overflowed++;
			return;
		}
		this.#linkFreeSec = freeSec;
		this.#bytes += packet.length;
		this.#queuedSec += freeSec - this.nowSec;
		if (this.#random() < loss) return;
		putByTime(this.#arriving, { packet, dueSec: freeSec + delaySec + this.#random() * jitterSec });
	}

	#arrive(packet: Buffer): void {
		if (isRtcp(packet)) {
			this.#receiver.senderReport(packet, this.nowSec);
			return;
		}
		const { sequenceNumber, ssrc, timestamp, marker, payload, extensions } = readRtp(packet);
		const number = this.#transportCcId === undefined ? undefined : extensions.get(this.#transportCcId);
		if (number !== undefined) this.#feedback.received(number.readUInt16BE(0), this.nowSec * 1000);
		const original = ssrc === RTX_SSRC ? payload.readUInt16BE(0) : sequenceNumber;
		this.#receiver.received(original, ssrc === SSRC);
		const header = { sequenceNumber: original, timestamp, marker };
		this.#assembler.add({ header, payload: ssrc === RTX_SSRC ? payload.subarray(2) : payload });
	}

	#reply(packet: Buffer | undefined): void {
		if (packet !== undefined) putByTime(this.#replies, { packet, dueSec: this.nowSec + this.link.delaySec });
	}

	#totals(): PathTotals {
		return {
			nowSec: this.nowSec,
			packets: this.#packets,
			overflowed: this.#overflowed,
			bytes: this.#bytes,
			queuedSec: this.#queuedSec,
			frames: this.#nextFrame,
			bitrates: this.#bitrates.length,
		};
	}

	#outcome(before: PathTotals, after: PathTotals): SimulatedOutcome {
		const fromTicks = before.frames * (90_000 / FRAME_RATE);
		const packets = after.packets - before.packets;
		const bitrates = this.#bitrates.slice(before.bitrates);
		const bits = (after.bytes - before.bytes) * 8;
		const keyframes = this.#sent.filter(({ rtpTicks, keyframe }) => keyframe && rtpTicks >= fromTicks).length;
		return {
			...decodable(this.#sent, this.#frames, fromTicks, after.frames - before.frames),
			bitrateBps: bitrates.reduce((sum, bps) => sum + bps, 0) / bitrates.length,
			usedShare: bits / (this.link.rateBps * (after.nowSec - before.nowSec)),
			overflowedShare: (after.overflowed - before.overflowed) / packets,
			queueSec: (after.queuedSec - before.queuedSec) / (packets - (after.overflowed - before.overflowed)),
			keyframes,
		};
	}
}

/**
 * What a receiver says of the RTP that reaches it: NACKs, and reports once a second.
 */
class SimulatedReceiver {
	readonly #reply: (packet: Buffer) => void;
	readonly #missing = new Map<number, { askedSec: number; times: number }>();
	#highest: number | undefined;
	#received = 0;
	#reportedHighest = 0;
	#reportedReceived = 0;
	#senderReport: { readonly id: number; readonly atSec: number } | undefined;

	constructor(reply: (packet: Buffer) => void) {
		this.#reply = reply;
	}

	/** @param first whether it is not a retransmission */
	received(sequenceNumber: number, first: boolean): void {
		if (first) this.#received++;
		if (this.#highest === undefined) {
			this.#highest = sequenceNumber;
			this.#reportedHighest = sequenceNumber - 1;
			return;
		}
		const unwrapped = this.#highest + (((sequenceNumber - this.#highest) << 16) >> 16);
		this.#missing.delete(unwrapped);
		for (let number = this.#highest + 1; number < unwrapped; number++)
			this.#missing.set(number, { askedSec: Number.NEGATIVE_INFINITY, times: 0 });
		this.#highest = Math.max(this.#highest, unwrapped);
	}

	askForMissing(nowSec: number): void {
		for (const [number, state] of this.#missing) {
			if (nowSec - state.askedSec < NACK_AGAIN_SEC) continue;
			if (state.times++ === NACK_TIMES) this.#missing.delete(number);
			else {
				state.askedSec = nowSec;
				this.#reply(nackPacket(SSRC, number & 0xffff));
			}
		}
	}

	/**
	 * Remembers the middle of its NTP time, by which a report names it (RFC 3550,
	 * 6.4.1).
	 */
	senderReport(packet: Buffer, nowSec: number): void {
		this.#senderReport = { id: packet.readUInt32BE(10), atSec: nowSec };
	}

	report(nowSec: number): void {
		if (this.#highest === undefined) return;
		const expected = this.#highest - this.#reportedHighest;
		const lost = Math.max(0, expected - (this.#received - this.#reportedReceived));
		this.#reportedHighest = this.#highest;
		this.#reportedReceived = this.#received;
		const sent = this.#senderReport;
		this.#reply(
			receiverReport({
				ssrc: SSRC,
				fractionLost: expected > 0 ? lost / expected : 0,
				highestSequenceNumber: this.#highest,
				...(sent && { lastSenderReport: sent.id, delaySinceLastSenderReportSec: nowSec - sent.atSec }),
			}),
		);
	}
}

/**
 * Asks for a key frame when a frame that it needs does not come, as a browser's decoder
 * does.
 */
class SimulatedDecoder {
	readonly #sent: readonly SentFrame[];
	readonly #frames: readonly ReceivedFrame[];
	readonly #complete = new Set<number>();
	#seen = 0;
	#next = 0;
	#askedSec = Number.NEGATIVE_INFINITY;

	constructor(sent: readonly SentFrame[], frames: readonly ReceivedFrame[]) {
		this.#sent = sent;
		this.#frames = frames;
	}

	wantsKeyframe(nowSec: number): boolean {
		while (this.#seen < this.#frames.length) this.#complete.add(this.#frames[this.#seen++]!.rtpTicks);
		while (this.#next < this.#sent.length && this.#complete.has(this.#sent[this.#next]!.rtpTicks)) this.#next++;
		const missing = this.#sent[this.#next];
		if (missing === undefined || nowSec - missing.sentSec < KEYFRAME_AFTER_SEC) return false;
		const later = this.#sent.findIndex(
			({ rtpTicks, keyframe }, index) => index > this.#next && keyframe && this.#complete.has(rtpTicks),
		);
		if (later > 0) this.#next = later;
		if (later > 0 || nowSec - this.#askedSec < KEYFRAME_AFTER_SEC) return false;
		this.#askedSec = nowSec;
		return true;
	}
}

function decodable(
	sent: readonly SentFrame[],
	frames: readonly ReceivedFrame[],
	fromTicks: number,
	due: number,
): Pick<SimulatedOutcome, "decodableShare" | "longestGapSec"> {
	const completed = new Map(frames.map(({ rtpTicks, completedSec }) => [rtpTicks, completedSec]));
	let chain = false;
	let count = 0;
	let longestGapSec = 0;
	let lastSec = Number.NaN;
	for (const { rtpTicks, keyframe } of sent) {
		chain = completed.has(rtpTicks) && (chain || keyframe);
		if (rtpTicks < fromTicks || !chain) continue;
		count++;
		const sec = Math.max(completed.get(rtpTicks)!, Number.isNaN(lastSec) ? 0 : lastSec);
		if (!Number.isNaN(lastSec)) longestGapSec = Math.max(longestGapSec, sec - lastSec);
		lastSec = sec;
	}
	return { decodableShare: count / due, longestGapSec };
}

interface Travelling {
	readonly packet: Buffer;
	readonly dueSec: number;
}

/** Puts a packet where it arrives in time: behind those that are due before it. */
function putByTime(waiting: Travelling[], travelling: Travelling): void {
	let at = waiting.length;
	while (at > 0 && waiting[at - 1]!.dueSec > travelling.dueSec) at--;
	waiting.splice(at, 0, travelling);
}

function takeDue(waiting: Travelling[], nowSec: number): readonly Travelling[] {
	let due = 0;
	while (due < waiting.length && waiting[due]!.dueSec <= nowSec) due++;
	return due === 0 ? NOTHING : waiting.splice(0, due);
}

const NOTHING: readonly Travelling[] = [];
