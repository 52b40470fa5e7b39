import type { EncodedPacket } from "../media/encoded-packet.ts";
import { EventListeners } from "../media/events.ts";
import { type KeyframeReason, KeyframeRequests } from "./keyframe-requests.ts";
import type { PaceTimer } from "./pace-timer.ts";
import { type PacedFrame, Pacer, type PacerOutlet } from "./pacer.ts";
import type { Packetizer } from "./payload/packetizer.ts";
import { ProbePadding } from "./probe-padding.ts";
import { FecProtection } from "./repair/fec-protection.ts";
import { FlexfecEncoder, MAX_BLOCK_PACKETS } from "./repair/flexfec.ts";
import { type RepairMoment, Retransmitter } from "./repair/retransmitter.ts";
import { type ReportBlock, type RtcpPacket, roundTripSec } from "./rtcp.ts";
import { type RtpHeader, type RtpHeaderOptions, randomSequenceNumber } from "./rtp-header.ts";
import { RtxPacketizer } from "./rtx.ts";
import type { SendPath, SendReason } from "./send-path.ts";
import { type ReportedStream, SenderReports } from "./sender-reports.ts";
import { newTotals, type RunningTotals } from "./session-stats.ts";

/** An RTP stream, and the way by which it leaves. */
export interface RtpSenderOptions {
	readonly stream: ReportedStream;
	/**
	 * Stream of retransmissions (RFC 4588); without it they go in the stream itself.
	 */
	readonly rtx?: { readonly ssrc: number; readonly payloadType: number } | undefined;
	/** Stream of FlexFEC repair packets; without it none are sent. */
	readonly fec?: Omit<RtpHeaderOptions, "firstSequenceNumber"> | undefined;
	/**
	 * True if the receiver asks for lost packets (`nack`). Otherwise its reports of losses are
	 * answered with a key frame: GStreamer's webrtcbin offers no NACK by default, and its
	 * decoders go on showing the damaged picture.
	 * @default true
	 */
	readonly hasNack?: boolean | undefined;
	/**
	 * False for a camera beside the view: it neither probes the path nor measures its packets, and
	 * leaves slowly. Its frames are not counted among the session's.
	 * @default true
	 */
	readonly leads?: boolean | undefined;
	/** Owned by the sender. */
	readonly packetizer: Packetizer;
	/** Shared by all senders of a session. */
	readonly path: SendPath;
	readonly paceTimer: PaceTimer;
	/** Clock of pacing, and of all times in events and reports. */
	readonly nowSec: () => number;
	/** Seconds since 1970 when that clock was zero. */
	readonly wallClockOffsetSec: number;
}

/** Events of a sender. */
export interface RtpSenderEvents {
	/** A key frame is due. */
	keyframeRequest: [reason: KeyframeReason];
	/** The packets of a frame have left; `firstPacketSec` is when the first did. */
	frameSent: [packet: EncodedPacket, firstPacketSec: number, lastPacketSec: number];
	/** True: a frame's time or more waits in the pacer. False: less does again. */
	backPressure: [behind: boolean];
}

/** Share of the path's rate at which a camera's packets leave, before the pacer's own factor. */
const CAMERA_PACE_SHARE = 0.5;
/** Most packets between those that one NACK asks for that count as arrived. */
const MOST_BETWEEN_REQUESTS = 512;

interface QueuedFrame extends PacedFrame {
	readonly encoded: EncodedPacket;
	firstSentSec: number;
}

/**
 * Sends one RTP stream: packetizes, paces, keeps packets for retransmission, and
 * answers the receiver's NACKs, key frame requests and reports. A session has one for
 * each stream, on one `SendPath`. No timer of its own: `housekeep` is called a few
 * times a second, and the pace timer while packets wait.
 */
export class RtpSender {
	readonly #options: RtpSenderOptions;
	readonly #path: SendPath;
	readonly #header: RtpHeader;
	readonly #listeners = new EventListeners<RtpSenderEvents>();
	readonly #rtx: RtxPacketizer | undefined;
	/** Missing without RTX: a receiver would take padding for lost packets. */
	readonly #padding: ProbePadding | undefined;
	readonly #pacer: Pacer<QueuedFrame>;
	readonly #retransmitter: Retransmitter;
	readonly #protection: FecProtection;
	readonly #fec: FlexfecEncoder | undefined;
	readonly #outlet: PacerOutlet<QueuedFrame> = {
		sendMedia: (packet, frame, index, probeId) => this.#sendMedia(packet, frame, index, probeId),
		sendRepair: (packet, kind, probeId) => {
			if (kind === "fec") this.#sendFec(packet, probeId, this.#paceSec);
			else this.#stampAndSend(this.#rtx?.wrap(packet) ?? packet, "retransmission", probeId, this.#paceSec);
		},
		sendPadding: (packet, probeId) => this.#stampAndSend(packet, "padding", probeId, this.#paceSec),
		nextPadding: () => this.#padding?.next(),
	};
	readonly #keyframes = new KeyframeRequests();
	readonly #reports: SenderReports;
	readonly #leads: boolean;
	readonly #totals: RunningTotals;
	/** Number of the last FIR command that was obeyed. */
	#firCommand: number | undefined;
	/** Time of the packets that the pacer lets go. */
	#paceSec = Number.NaN;
	#behind = false;
	/** Payload that the path took when the last picture was cut, bytes. */
	#pathPayloadBytes: number;
	#roundTripSec = Number.NaN;
	#fractionLost = Number.NaN;
	/** Packets that the receiver has lost since the beginning, at most so far. */
	#totalLost = 0;
	#isClosed = false;

	constructor(options: RtpSenderOptions) {
		const { path, packetizer, stream, rtx, fec, leads = true } = options;
		this.#options = options;
		this.#leads = leads;
		this.#totals = leads ? path.totals : newTotals();
		this.#pathPayloadBytes = path.mtu.maxPayloadBytes;
		this.#path = path;
		this.#header = packetizer.header;
		this.#retransmitter = new Retransmitter(path.losses, (memory) => packetizer.memory?.giveBack(memory));
		this.#protection = new FecProtection(path.losses);
		if (fec !== undefined) {
			this.#fec = new FlexfecEncoder({
				stream: { ...fec, firstSequenceNumber: randomSequenceNumber() },
				protectedSsrc: stream.ssrc,
				protectedHeader: this.#header,
			});
		}
		this.#pacer = new Pacer(path.controller.estimateBps, stream.clockHz);
		this.#reports = new SenderReports(stream, options.wallClockOffsetSec);
		if (rtx !== undefined) {
			const firstSequenceNumber = randomSequenceNumber();
			this.#rtx = new RtxPacketizer({ ...rtx, firstSequenceNumber }, this.#header.byteLength);
			this.#padding = new ProbePadding(this.#rtx, (number) => this.#retransmitter.kept(number));
		}
	}

	get ssrc(): number {
		return this.#options.stream.ssrc;
	}

	/** Time that the packets in the pacer need at its present rate, seconds. */
	get queueSec(): number {
		return this.#pacer.queueSec;
	}

	/** Round trip of the last receiver report that had one, seconds; NaN before. */
	get roundTripSec(): number {
		return this.#roundTripSec;
	}

	/** Loss in the last receiver report, 0 to 1; NaN before the first. */
	get fractionLost(): number {
		return this.#fractionLost;
	}

	/** Time at which the newest frame began to leave; -Infinity before the first. */
	get frameSentSec(): number {
		return this.#reports.frameSentSec;
	}

	/** Lets the receiver hold pictures back, so that they are in step with their sound. */
	set mayWait(mayWait: boolean) {
		this.#header.mayWait = mayWait;
	}

	/** Sends a frame, or drops it when the pacer is behind. */
	send(encoded: EncodedPacket): void {
		if (this.#isClosed) return;
		const { keyframe, rtpTicks } = encoded;
		const nowSec = this.#options.nowSec();
		this.#fitPath(keyframe, nowSec);
		const packets = this.#options.packetizer.packetize(
			encoded.accessUnit,
			rtpTicks,
			this.#maxPayloadBytes(encoded),
		);
		this.#followPath(nowSec);
		const verdict = this.#pacer.queueFrame({ packets, keyframe, rtpTicks, encoded, firstSentSec: Number.NaN });
		this.#totals.framesDropped += verdict.dropped;
		if (verdict.keyframeNeeded) this.requestKeyframe("loss", nowSec);
		this.#emitDueKeyframe(nowSec);
		this.#paceAndWake(nowSec);
	}

	/**
	 * Asks the encoder for a key frame, unless one that answers the request is on its
	 * way.
	 */
	requestKeyframe(reason: KeyframeReason, nowSec: number): void {
		if (this.#keyframes.request(reason, nowSec, this.#roundTripSec))
			this.#listeners.emit("keyframeRequest", reason);
	}

	/** Takes over the pace that the path allows now. */
	#followPath(nowSec: number): void {
		const { estimateBps, pathIsClear, pathIsDraining } = this.#path.controller;
		this.#pacer.targetBitrateBps = this.#leads ? estimateBps : estimateBps * CAMERA_PACE_SHARE;
		this.#pacer.pathIsClear = this.#leads && pathIsClear;
		this.#pacer.pathIsDraining = pathIsDraining;
		const probe = this.#leads ? this.#path.controller.takeProbe(nowSec) : undefined;
		if (probe !== undefined) this.#pacer.startProbe(probe);
	}

	/** The receiver has lost the picture (PLI, RFC 4585, 6.3.1). */
	onPli(nowSec: number): void {
		this.#totals.pliCount++;
		this.requestKeyframe("pli", nowSec);
	}

	/**
	 * Takes the parts of a packet that are about this stream, and passes over the
	 * others.
	 */
	onRtcp(packet: RtcpPacket, nowSec: number): void {
		switch (packet.type) {
			case "senderReport":
			case "receiverReport":
				for (const report of packet.reports) if (report.ssrc === this.ssrc) this.#onReport(report, nowSec);
				return;
			case "receiverReferenceTime":
				this.#reports.referenceTimeReceived(packet.ssrc, packet.ntpMiddle, nowSec);
				return;
			case "nack":
				if (packet.mediaSsrc === this.ssrc) this.#onNack(packet.sequenceNumbers, nowSec);
				return;
			case "fir":
				for (const { ssrc, commandNumber } of packet.entries)
					if (ssrc === this.ssrc) this.#onFir(commandNumber, nowSec);
		}
	}

	/** Does what is due by the clock. To be called a few times a second. */
	housekeep(nowSec: number): void {
		this.#retransmitter.expire(nowSec);
		this.#emitDueKeyframe(nowSec);
		if (this.#leads) {
			this.#path.mtu.tick(nowSec, this.#roundTripSec);
			this.#tryLonger(nowSec);
		}
		const report = this.#reports.takeDue(nowSec);
		if (report !== undefined) this.#path.sendRtcp(report);
	}

	/** Frees waiting and kept packets. No event follows. */
	close(): void {
		this.#isClosed = true;
		this.#options.paceTimer.cancel(this.#pace);
		this.#pacer.clear();
		this.#retransmitter.clear();
	}

	/** @returns a function that removes the listener. */
	on<Name extends keyof RtpSenderEvents>(name: Name, listener: (...args: RtpSenderEvents[Name]) => void): () => void {
		return this.#listeners.on(name, listener);
	}

	/** Sends the packets that the pacer lets go. @returns whether more are waiting. */
	readonly #pace = (nowSec: number): boolean => {
		if (this.#retransmitter.waits)
			this.#queueAgain(this.#retransmitter.takeDue(this.#repairMoment(nowSec)), nowSec);
		this.#paceSec = nowSec;
		this.#pacer.release(nowSec, this.#outlet);
		// A listener may have closed the session meanwhile.
		if (this.#isClosed) return false;
		const behind = !this.#pacer.canQueue;
		if (behind !== this.#behind) {
			this.#behind = behind;
			this.#listeners.emit("backPressure", behind);
		}
		return !this.#pacer.empty || this.#retransmitter.waits;
	};

	#paceAndWake(nowSec: number): void {
		if (this.#pace(nowSec)) this.#options.paceTimer.wake(this.#pace);
	}

	/** @returns the transport-wide number. */
	#stampAndSend(packet: Buffer, reason: SendReason, probeId: number | undefined, nowSec: number): number {
		const number = this.#path.takeNumber();
		this.#header.stampTransport(packet, number, nowSec);
		this.#path.sendRtp(packet, number, reason, nowSec, probeId);
		return number;
	}

	#sendFec(packet: Buffer, probeId: number | undefined, nowSec: number): void {
		const number = this.#path.takeNumber();
		this.#fec?.header.stamp(packet, number, nowSec);
		this.#path.sendRtp(packet, number, "fec", nowSec, probeId);
	}

	#maxPayloadBytes({ accessUnit }: EncodedPacket): number {
		if (this.#fec === undefined) return this.#pathPayloadBytes;
		return Math.min(this.#pathPayloadBytes, this.#protection.maxPayloadBytes(accessUnit.length));
	}

	/**
	 * Follows the length of packets that the path takes.
	 * @param keyframe whether the picture that is cut next is a key frame.
	 */
	#fitPath(keyframe: boolean, nowSec: number): void {
		const { mtu } = this.#path;
		if (mtu.maxPayloadBytes !== this.#pathPayloadBytes) {
			this.#pathPayloadBytes = mtu.maxPayloadBytes;
			this.#fec?.clear();
			this.#padding?.clear();
		}
		if (!this.#leads) return;
		if (keyframe) mtu.keyframeMade();
		if (mtu.keyframeNeeded) this.requestKeyframe("loss", nowSec);
	}

	/** Sends a packet of padding that is longer than the others, where the path may take it. */
	#tryLonger(nowSec: number): void {
		const { mtu } = this.#path;
		const byteLength = mtu.probeBytes(nowSec);
		const packet = byteLength === undefined ? undefined : this.#padding?.ofLength(byteLength);
		if (packet !== undefined) mtu.probeSent(this.#stampAndSend(packet, "padding", undefined, nowSec), nowSec);
	}

	/**
	 * Tells lengths that arrive from those that don't by a receiver's requests: packets
	 * between the first and the last of them have arrived.
	 */
	#learnLengths(sequenceNumbers: readonly number[], nowSec: number): void {
		if (this.#path.mtu.hasTransportCc || !this.#leads) return;
		let next = sequenceNumbers[0] ?? 0;
		let left = MOST_BETWEEN_REQUESTS;
		for (const missing of sequenceNumbers) {
			const between = (missing - next) & 0xffff;
			if (between > left) next = missing;
			else left -= between;
			for (; next !== missing; next = (next + 1) & 0xffff) this.#learnLength(next, true, nowSec);
			this.#learnLength(missing, false, nowSec);
			next = (missing + 1) & 0xffff;
		}
	}

	#learnLength(sequenceNumber: number, arrived: boolean, nowSec: number): void {
		const { mtu } = this.#path;
		const number =
			mtu.hasTransportCc || !this.#leads ? undefined : this.#retransmitter.transportNumberOf(sequenceNumber);
		if (number === undefined) return;
		if (arrived) mtu.arrived(number, nowSec);
		else mtu.missing(number, nowSec);
	}

	/** Queues the repair packets of a picture, or of the part of a long one, that has left. */
	#protect(encoder: FlexfecEncoder, { keyframe, rtpTicks }: QueuedFrame): void {
		const { repairs, depth } = this.#protection.decide(encoder.openPackets, keyframe, this.#roundTripSec);
		for (const packet of encoder.endBlock(repairs, depth, rtpTicks)) this.#pacer.queueRepair(packet, "fec");
	}

	#sendMedia(packet: Buffer, frame: QueuedFrame, index: number, probeId: number | undefined): void {
		const nowSec = this.#paceSec;
		const first = index === 0;
		const last = index === frame.packets.length - 1;
		const number = this.#path.takeNumber();
		const sequenceNumber = this.#header.stamp(packet, number, nowSec);
		this.#retransmitter.put(sequenceNumber, number, packet, nowSec);
		if (first && frame.keyframe)
			this.#retransmitter.keyframeBegins(sequenceNumber, this.#keyframes.keyframeBegun(nowSec));
		this.#path.sendRtp(packet, number, this.#leads ? "media" : "camera", nowSec, probeId);
		this.#padding?.sent(sequenceNumber, packet.length);
		this.#reports.packetSent(packet.length - this.#header.byteLength);
		if (this.#fec !== undefined) {
			this.#fec.sent(packet, sequenceNumber);
			if (last || this.#fec.openPackets === MAX_BLOCK_PACKETS) this.#protect(this.#fec, frame);
		}
		if (first) {
			frame.firstSentSec = nowSec;
			// Where it is known, not the moment of sending: sound is kept in step with the drawing.
			const { drawStartSec } = frame.encoded.stages;
			this.#reports.frameBegun(frame.rtpTicks, Number.isNaN(drawStartSec) ? nowSec : drawStartSec, nowSec);
		}
		if (!last) return;
		this.#retransmitter.endFrame();
		this.#totals.framesSent++;
		if (frame.keyframe) this.#keyframes.keyframeSent(nowSec);
		this.#listeners.emit("frameSent", frame.encoded, frame.firstSentSec, nowSec);
	}

	#onReport(report: ReportBlock, nowSec: number): void {
		if (this.#leads) this.#path.mtu.receiverReported();
		this.#learnLength(report.highestSequenceNumber & 0xffff, true, nowSec);
		this.#fractionLost = report.fractionLost;
		const tripSec = roundTripSec(report, this.#reports.wallClockSec(nowSec));
		if (Number.isFinite(tripSec)) this.#roundTripSec = tripSec;
		if (this.#leads) this.#path.controller.onReceiverReport(report.fractionLost, tripSec, nowSec);
		if (report.totalLost <= this.#totalLost) return;
		this.#totalLost = report.totalLost;
		if (this.#options.hasNack === false) this.requestKeyframe("loss", nowSec);
	}

	#onNack(sequenceNumbers: readonly number[], nowSec: number): void {
		const totals = this.#totals;
		totals.nackCount++;
		this.#learnLengths(sequenceNumbers, nowSec);
		const { packets, refused, keyframeNeeded } = this.#retransmitter.onNack(
			sequenceNumbers,
			this.#repairMoment(nowSec),
			this.#keyframes.isDue(nowSec),
		);
		totals.retransmissionsRefused += refused;
		if (keyframeNeeded) {
			totals.retransmissionsRefused += this.#pacer.dropRepairs();
			this.requestKeyframe("loss", nowSec);
		}
		this.#queueAgain(packets, nowSec);
		this.#paceAndWake(nowSec);
	}

	/** Queues packets that are sent again. */
	#queueAgain(packets: readonly Buffer[], nowSec: number): void {
		if (packets.length === 0) return;
		const { maxPacketBytes } = this.#path.mtu;
		const queued = packets.filter(
			(packet) => packet.length <= maxPacketBytes && this.#pacer.queueRepair(packet, "retransmission"),
		).length;
		this.#totals.retransmissionsRefused += packets.length - queued;
		this.#path.controller.onNack(queued, nowSec);
	}

	#repairMoment(nowSec: number): RepairMoment {
		const isProtected = this.#fec !== undefined && this.#protection.isDeep;
		const { estimateBps: bitrateBps, narrowedSec } = this.#path.controller;
		return { nowSec, roundTripSec: this.#roundTripSec, bitrateBps, narrowedSec, isProtected };
	}

	/** The same command number is the same request, repeated (RFC 5104, 4.3.1.2). */
	#onFir(commandNumber: number, nowSec: number): void {
		if (this.#firCommand === commandNumber) return;
		this.#firCommand = commandNumber;
		this.#totals.firCount++;
		this.requestKeyframe("fir", nowSec);
	}

	#emitDueKeyframe(nowSec: number): void {
		const reason = this.#keyframes.due(nowSec);
		if (reason !== undefined) this.#listeners.emit("keyframeRequest", reason);
	}
}
