import { EmulatedLink, type LinkOptions } from "../../test/support/links/emulated-link.ts";
import { type LinkPlan, linkOptions } from "../../test/support/links/link-plan.ts";
import { standardNormal } from "../../test/support/links/rate-profile.ts";
import { assert } from "../media/assert.ts";
import { bitrateLimits, HUB_LIMITS } from "../server/serve-limits.ts";
import { seededRandom } from "../skeleton/seeded-random.cases.ts";
import type { BitrateLimits, CongestionController } from "./congestion/congestion-controller.ts";
import { GccController } from "./congestion/gcc-controller.ts";
import { FakeTransport } from "./fake-transport.cases.ts";
import { FrameAssembler, type ReceivedFrame } from "./frame-assembler.cases.ts";
import { encodedPacket } from "./h264-clip.cases.ts";
import { chromiumOffer } from "./offers.cases.ts";
import type { PaceTask, PaceTimer } from "./pace-timer.ts";
import { FlexfecDecoder } from "./repair/flexfec-decoder.cases.ts";
import { RtcSession } from "./rtc-session.ts";
import { pliPacket } from "./rtcp-packets.cases.ts";
import { isRtcp, readRtp } from "./rtp-reader.cases.ts";
import { parseOffer } from "./sdp-offer.ts";
import { judgePictures, type SimulatedOutcome } from "./simulated-outcome.cases.ts";
import { type SentFrame, SimulatedDecoder, SimulatedReceiver } from "./simulated-receiver.cases.ts";
import { TransportFeedbackWriter } from "./transport-feedback-writer.cases.ts";

export interface SimulatedViewerOptions {
	/** Its courses begin with the session. */
	readonly link: LinkPlan;
	/**
	 * Whether the viewer reports with transport-cc, or with receiver reports and NACKs
	 * alone.
	 * @default true
	 */
	readonly transportCc?: boolean;
	/** The viewer takes retransmissions as RTX. @default true */
	readonly rtx?: boolean;
	/** The viewer takes FlexFEC. @default true */
	readonly fec?: boolean;
	/** Seed of the link's and the encoder's chances. @default 4 */
	readonly seed?: number;
	/** @default the session's own */
	readonly createController?: (limits: BitrateLimits) => CongestionController;
}

const STEP_SEC = 0.001;
const MAX_BPS = 10_000_000;
const FRAME_RATE = 30;
const HOUSEKEEPING_STEPS = 200;
const FEEDBACK_STEPS = 50;
const REPORT_STEPS = 1000;
const SSRC = 0x1000;
const RTX_SSRC = 0x1001;
const FEC_SSRC = 0x1002;
/**
 * Offsets and lengths of the transport-wide number and the sending time in our packets:
 * FEC takes them for zero.
 */
const MUTABLE_BYTES = [
	[17, 2],
	[20, 3],
] as const;
/**
 * Sizes of x264's pictures with a buffer of two: deviation, and the largest, as
 * multiples of the mean. Measured at 2 and 10 Mbit/s: 95 of 100 are below 1.11, all
 * below 1.23.
 */
const SIZE_DEVIATION = 0.065;
const MAX_SIZE = 1.23;
/** A key frame fills that buffer. */
const KEYFRAME_SIZE = 2;
/** Longest time between a packet and its duplicate, seconds. */
const LATEST_DUPLICATE_SEC = 0.1;
/** A queue longer than this is a long one, seconds. */
const LONG_QUEUE_SEC = 0.1;
/** A busy machine stops once in so many steps. */
const STALL_STEPS = 100;
/** Seeds of the way there and the way back. */
const WAY_BACK_SEED = 1000;

interface PathTotals {
	readonly nowSec: number;
	readonly packets: number;
	readonly overflowed: number;
	readonly bytes: number;
	readonly mediaBytes: number;
	readonly queuedSec: number;
	readonly waits: number;
	readonly tcpBytes: number;
	readonly frames: number;
	readonly bitrates: number;
}

/**
 * An `RtcSession` as the hub runs it, with a synthetic encoder before it and a link and
 * a viewer behind it, all on one simulated clock in steps of a millisecond: controller,
 * pacer, packetizer, retransmissions and key frames work on real bytes, and seconds
 * pass in milliseconds. The encoder makes access units of the size that the bit rate
 * asks for, as scattered as x264's, and only while the session is not behind.
 */
export class SimulatedViewer implements PaceTimer {
	readonly session: RtcSession;
	nowSec = 1000;
	/**
	 * Share of its target that the encoder makes: below one where the picture stands
	 * still.
	 */
	fill = 1;
	/**
	 * The session's machine is busy: it stops for up to this long, ten times a second,
	 * and draws half of the pictures.
	 */
	stallSec = 0;
	/** The viewer's machine is busy too: packets are read at the end of a stop. */
	viewerStallSec = 0;
	/** Share of the packets that the way to the viewer duplicates, 0 to 1. */
	duplicatedShare = 0;
	/** Packets that arrived although they had arrived before. */
	repeated = 0;
	readonly #transport = new FakeTransport();
	readonly #transportCc: boolean;
	readonly #transportCcId: number | undefined;
	readonly #tasks = new Set<PaceTask>();
	readonly #random: () => number;
	/** The link there and back, and the packets on their way. */
	readonly #path: {
		readonly down: EmulatedLink;
		readonly up: EmulatedLink;
		readonly arriving: Travelling[];
		readonly returning: Travelling[];
	};
	readonly #frames: ReceivedFrame[] = [];
	readonly #assembler = new FrameAssembler(
		(frame) => this.#frames.push(frame),
		() => this.nowSec,
	);
	readonly #feedback = new TransportFeedbackWriter();
	readonly #receiver: SimulatedReceiver;
	readonly #fec = new FlexfecDecoder(MUTABLE_BYTES);
	readonly #sent: SentFrame[] = [];
	readonly #decoder: SimulatedDecoder;
	readonly #encoder = { bitrateBps: 0, keyframeDue: false, behind: false, nextFrame: 0, bitrates: [] as number[] };
	readonly #counts = { packets: 0, overflowed: 0, overflowedSec: 0, bytes: 0, mediaBytes: 0, queuedSec: 0 };
	/** Times that the session's packets spend in the queue, and when they entered it. */
	readonly #waits: { readonly atSec: number; readonly queuedSec: number }[] = [];
	#steps = 0;
	/** Time at which each machine goes on after a stop. */
	readonly #stalls = { untilSec: 0, viewerUntilSec: 0 };

	constructor({
		link,
		transportCc = true,
		rtx = true,
		fec = true,
		seed = 4,
		createController = (limits) => new GccController(limits),
	}: SimulatedViewerOptions) {
		this.#random = seededRandom(seed);
		const down = new EmulatedLink(linkOptions(link.down, seed));
		const up = new EmulatedLink(linkOptions(link.up, seed + WAY_BACK_SEED));
		this.#path = { down, up, arriving: [], returning: [] };
		for (const way of [down, up]) way.start(this.nowSec * 1000);
		this.#transportCc = transportCc;
		const without = transportCc ? /$^/ : /^a=.*transport-(cc|wide-cc)/;
		const offer = parseOffer(chromiumOffer({ without }));
		const video = {
			...offer.video!,
			...(!rtx && { rtxPayloadType: undefined }),
			...(!fec && { fec: undefined }),
		};
		this.#transportCcId = video.extensions.transportCc;
		assert(transportCc === (this.#transportCcId !== undefined), "The offer has transport-cc or has it not.");
		this.session = new RtcSession({
			id: "simulated",
			transport: this.#transport,
			video: { offered: video, ssrc: SSRC, rtxSsrc: RTX_SSRC, fecSsrc: FEC_SSRC, cname: "c" },
			dataChannels: false,
			remoteCandidates: offer.candidates,
			bitrate: bitrateLimits(MAX_BPS),
			limits: HUB_LIMITS,
			paceTimer: this,
			nowSec: () => this.nowSec,
			createController,
		});
		this.#receiver = new SimulatedReceiver(
			SSRC,
			(packet) => this.#reply(packet),
			roundTripSec(down.options, up.options),
		);
		this.#decoder = new SimulatedDecoder(this.#sent, this.#frames);
		this.session.on("bitrate", (bps) => {
			this.#encoder.bitrateBps = bps;
		});
		this.session.on("keyframeRequest", () => {
			this.#encoder.keyframeDue = true;
		});
		this.session.on("backPressure", (behind) => {
			this.#encoder.behind = behind;
		});
		this.#transport.emit("connected");
	}

	/** Changes the path for packets that set out from now on. */
	change({ down, up }: { readonly down?: LinkOptions; readonly up?: LinkOptions }): void {
		this.#path.down.options = { ...this.#path.down.options, ...down };
		this.#path.up.options = { ...this.#path.up.options, ...up };
		this.#receiver.roundTripSec = roundTripSec(this.#path.down.options, this.#path.up.options);
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
		for (let step = Math.round(sec / STEP_SEC); step > 0; step--) this.#step();
		return this.#outcome(before, this.#totals());
	}

	#step(): void {
		this.#steps++;
		this.nowSec += STEP_SEC;
		this.#send();
		if (this.#steps % HOUSEKEEPING_STEPS === 0) this.session.housekeep(this.nowSec);
		for (const packet of this.#transport.sent.splice(0)) this.#enter(packet);
		this.#receive();
		for (const { arrive } of takeDue(this.#path.returning, this.nowSec)) arrive(this.nowSec);
	}

	/** The viewer reads what has come, and reports. */
	#receive(): void {
		if (this.viewerStallSec > 0 && this.#steps % STALL_STEPS === 0)
			this.#stalls.viewerUntilSec = this.nowSec + this.#random() * this.viewerStallSec;
		if (this.nowSec < this.#stalls.viewerUntilSec) return;
		const isBusy = this.viewerStallSec > 0;
		for (const { arrive, dueSec } of takeDue(this.#path.arriving, this.nowSec))
			arrive(isBusy ? this.nowSec : dueSec);
		this.#receiver.askForMissing(this.nowSec);
		if (this.#transportCc && this.#steps % FEEDBACK_STEPS === 0) this.#reply(this.#feedback.take(1, SSRC));
		if (this.#steps % REPORT_STEPS === 0) this.#receiver.report(this.nowSec);
	}

	#send(): void {
		if (this.stallSec > 0 && this.#steps % STALL_STEPS === 0)
			this.#stalls.untilSec = this.nowSec + this.#random() * this.stallSec;
		if (this.nowSec < this.#stalls.untilSec) return;
		for (const task of this.#tasks) if (!task(this.nowSec)) this.#tasks.delete(task);
		if (this.#steps * STEP_SEC * FRAME_RATE >= this.#encoder.nextFrame) this.#frame();
	}

	#frame(): void {
		const encoder = this.#encoder;
		const rtpTicks = encoder.nextFrame++ * (90_000 / FRAME_RATE);
		encoder.bitrates.push(encoder.bitrateBps);
		if (this.#decoder.wantsKeyframe(this.nowSec)) this.#reply(pliPacket(SSRC));
		if (encoder.behind || (this.stallSec > 0 && encoder.nextFrame % 2 === 0)) return;
		const keyframe = encoder.keyframeDue;
		encoder.keyframeDue = false;
		const size =
			Math.min(MAX_SIZE, 1 + SIZE_DEVIATION * standardNormal(this.#random)) *
			(keyframe ? KEYFRAME_SIZE : this.fill);
		const accessUnit = new Uint8Array(Math.max(16, Math.round((encoder.bitrateBps / 8 / FRAME_RATE) * size))).fill(
			0x55,
		);
		accessUnit.set([0, 0, 0, 1, keyframe ? 0x65 : 0x41]);
		this.session.sendVideo(encodedPacket(accessUnit, keyframe, rtpTicks));
		this.#sent.push({ rtpTicks, keyframe, sentSec: this.nowSec });
	}

	#enter(packet: Buffer): void {
		this.#counts.packets++;
		const fate = this.#path.down.enter(packet.length, this.nowSec * 1000);
		if (fate.kind === "overflowed") {
			this.#counts.overflowed++;
			this.#counts.overflowedSec = this.nowSec;
		}
		if (fate.kind !== "arrives" && fate.kind !== "lost") return;
		this.#counts.bytes += packet.length;
		this.#counts.queuedSec += fate.queuedMs / 1000;
		this.#waits.push({ atSec: this.nowSec, queuedSec: fate.queuedMs / 1000 });
		if (fate.kind !== "arrives") return;
		const arrive = (atSec: number) => this.#arrive(packet, atSec);
		travel(this.#path.arriving, { dueSec: fate.dueMs / 1000, arrive });
		if (this.duplicatedShare > 0 && this.#random() < this.duplicatedShare)
			travel(this.#path.arriving, { dueSec: fate.dueMs / 1000 + this.#random() * LATEST_DUPLICATE_SEC, arrive });
	}

	#arrive(packet: Buffer, atSec: number): void {
		if (isRtcp(packet)) {
			this.#receiver.senderReport(packet, this.nowSec);
			return;
		}
		const { sequenceNumber, ssrc, timestamp, marker, payload, extensions } = readRtp(packet);
		const number = this.#transportCcId === undefined ? undefined : extensions.get(this.#transportCcId);
		if (number !== undefined) this.#feedback.received(number.readUInt16BE(0), atSec * 1000);
		if (payload.length === 0) return; // Padding completes a probe.
		if (ssrc === FEC_SSRC) {
			this.#recovered(this.#fec.repair(payload));
			return;
		}
		const original = ssrc === RTX_SSRC ? payload.readUInt16BE(0) : sequenceNumber;
		if (this.#receiver.received(original, ssrc === SSRC)) this.#counts.mediaBytes += packet.length;
		else this.repeated++;
		const header = { sequenceNumber: original, timestamp, marker };
		this.#assembler.add({ header, payload: ssrc === RTX_SSRC ? payload.subarray(2) : payload });
		// libwebrtc's decoder of FEC doesn't see packets that came by RTX
		// (flexfec_receiver.cc, `recovered`).
		if (ssrc === SSRC) this.#recovered(this.#fec.media(packet));
	}

	#recovered(packets: readonly Buffer[]): void {
		for (const packet of packets) {
			const { sequenceNumber, timestamp, marker, payload } = readRtp(packet);
			if (this.#receiver.received(sequenceNumber, false)) this.#counts.mediaBytes += packet.length;
			this.#assembler.add({ header: { sequenceNumber, timestamp, marker }, payload });
		}
	}

	#reply(packet: Buffer | undefined): void {
		if (packet === undefined) return;
		const fate = this.#path.up.enter(packet.length, this.nowSec * 1000);
		if (fate.kind !== "arrives") return;
		const arrive = () => this.#transport.emit("rtcp", packet);
		travel(this.#path.returning, { dueSec: fate.dueMs / 1000, arrive });
	}

	#totals(): PathTotals {
		const { nextFrame: frames, bitrates } = this.#encoder;
		const waits = this.#waits.length;
		const tcpBytes = this.#path.down.options.beside?.bytesAcknowledged ?? 0;
		return { ...this.#counts, tcpBytes, nowSec: this.nowSec, waits, frames, bitrates: bitrates.length };
	}

	#outcome(before: PathTotals, after: PathTotals): SimulatedOutcome {
		const fromTicks = before.frames * (90_000 / FRAME_RATE);
		const sec = after.nowSec - before.nowSec;
		const linkBits = this.#path.down.capacityBits(before.nowSec * 1000, after.nowSec * 1000);
		const packets = after.packets - before.packets;
		const overflowed = after.overflowed - before.overflowed;
		const bitrates = this.#encoder.bitrates.slice(before.bitrates);
		const waits = this.#waits.slice(before.waits);
		const long = waits.findLast(({ queuedSec }) => queuedSec > LONG_QUEUE_SEC);
		const longSec = Math.max(long?.atSec ?? before.nowSec, this.#counts.overflowedSec);
		const sorted = waits.map(({ queuedSec }) => queuedSec).sort((a, b) => a - b);
		return {
			...judgePictures(this.#sent, this.#frames, fromTicks, after.frames - before.frames),
			bitrateBps: bitrates.reduce((sum, bps) => sum + bps, 0) / bitrates.length,
			mediaBps: ((after.mediaBytes - before.mediaBytes) * 8) / sec,
			usedShare: ((after.bytes - before.bytes) * 8) / linkBits,
			overflowedShare: overflowed / packets,
			queueSec: (after.queuedSec - before.queuedSec) / waits.length,
			highQueueSec: sorted[Math.floor(sorted.length * 0.95)] ?? 0,
			longQueueSec: Math.max(0, longSec - before.nowSec),
			keyframes: this.#sent.filter(({ rtpTicks, keyframe }) => keyframe && rtpTicks >= fromTicks).length,
			tcpBps: ((after.tcpBytes - before.tcpBytes) * 8) / sec,
		};
	}
}

function roundTripSec(down: LinkOptions, up: LinkOptions): number {
	return ((down.delayMs ?? 0) + (up.delayMs ?? 0)) / 1000;
}

interface Travelling {
	readonly dueSec: number;
	/** @param atSec time of its arrival */
	readonly arrive: (atSec: number) => void;
}

/** Puts a packet where it arrives in time: behind those that are due before it. */
function travel(travelling: Travelling[], packet: Travelling): void {
	let at = travelling.length;
	while (at > 0 && travelling[at - 1]!.dueSec > packet.dueSec) at--;
	travelling.splice(at, 0, packet);
}

function takeDue(waiting: Travelling[], nowSec: number): readonly Travelling[] {
	let due = 0;
	while (due < waiting.length && waiting[due]!.dueSec <= nowSec) due++;
	return due === 0 ? NOTHING : waiting.splice(0, due);
}

const NOTHING: readonly Travelling[] = [];
