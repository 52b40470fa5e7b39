import { monotonicSec, RTP_VIDEO_CLOCK_HZ } from "../media/clock.ts";
import type { EncodedPacket } from "../media/encoded-packet.ts";
import { EventListeners } from "../media/events.ts";
import { TokenBucket } from "../media/token-bucket.ts";
import type { BitrateLimits, CongestionController } from "./congestion/loss-and-queue.ts";
import { type KeyframeReason, KeyframeRequests } from "./keyframe-requests.ts";
import { Liveness, type LivenessLimits } from "./liveness.ts";
import type { PaceTimer } from "./pace-timer.ts";
import { type DuePacket, type PacedFrame, Pacer } from "./pacer.ts";
import type { PeerDataChannel, PeerTransport } from "./peer-transport.ts";
import type { RemoteCandidates } from "./remote-candidates.ts";
import { parseRtcp, type ReportBlock, type RtcpPacket, roundTripSec, writeSenderReport } from "./rtcp.ts";
import { DEFAULT_MAX_PAYLOAD_BYTES, RtpPacketizer } from "./rtp-packetizer.ts";
import { RetransmissionHistory, RtxPacketizer } from "./rtx.ts";
import type { AnsweredVideo } from "./sdp.ts";
import type {
	ChannelMessage,
	DataChannelOptions,
	SessionEvents,
	SessionStats,
	ViewerSession,
} from "./viewer-session.ts";

/** Bounds of what one viewer may cost. */
export interface SessionLimits extends LivenessLimits {
	/** A client that answered nothing until then is given up, seconds. */
	readonly connectTimeoutSec: number;
	/** Data channels that a client may have open at once; more are closed as they come. */
	readonly maxClientChannels: number;
	/** Longest message taken from a client, bytes. */
	readonly maxMessageBytes: number;
	/**
	 * Messages a second that one channel may bring on average; twice as many may arrive at once.
	 */
	readonly maxMessagesPerSec: number;
	/** Bytes that may wait in one channel before `send` refuses. */
	readonly maxBufferedBytes: number;
}

export interface RtcSessionOptions {
	readonly id: string;
	/** Owned by the session. */
	readonly transport: PeerTransport;
	/** What was agreed on; missing when the client wants no video. */
	readonly video: AnsweredVideo | undefined;
	readonly dataChannels: boolean;
	/** Filter and counts of the client's ICE candidates, the offer's included. */
	readonly remoteCandidates: RemoteCandidates;
	/** Bounds of the encoder's target. */
	readonly bitrate: BitrateLimits;
	readonly limits: SessionLimits;
	readonly paceTimer: PaceTimer;
	/** Clock of pacing and of all times in events and reports. @default the monotonic clock */
	readonly nowSec?: () => number;
	readonly createController: (limits: BitrateLimits) => CongestionController;
	/** When a listener throws. @default an uncaught exception, later */
	readonly onListenerError?: (error: unknown) => void;
}

/**
 * What the encoder gets of the estimate: the rest is packet headers, and room for the queue to
 * drain and for repairs.
 */
const ENCODER_SHARE = 0.93;
const SENDER_REPORT_SEC = 1;
/** After this long without a frame no reports are expected. */
const IDLE_SEC = 2;
const BITRATE_EVENT_SEC = 0.05;
/** Smaller changes of the target are not reported. */
const BITRATE_STEP = 0.03;
/** Retransmissions are counted against the target as an average over this time. */
const RETRANSMISSION_AVERAGE_SEC = 1;

interface QueuedFrame extends PacedFrame {
	readonly encoded: EncodedPacket;
	firstSentSec: number;
}

interface ClientChannel {
	readonly channel: PeerDataChannel;
	readonly bucket: TokenBucket;
	readonly byClient: boolean;
}

/**
 * One viewer: packetizes, paces, repairs and adapts the video, and carries messages. It owns its
 * transport and has no timer of its own: the hub calls `housekeep` a few times a second, and the
 * shared pace timer while packets wait.
 */
export class RtcSession implements ViewerSession {
	readonly id: string;
	readonly connected: Promise<void>;
	readonly closed: Promise<string>;
	readonly #options: RtcSessionOptions;
	readonly #limits: SessionLimits;
	readonly #now: () => number;
	readonly #listeners: EventListeners<SessionEvents>;
	readonly #transport: PeerTransport;
	readonly #channels = new Map<string, ClientChannel>();
	readonly #openedSec: number;
	readonly #wallClockOffsetSec: number;
	readonly #liveness: Liveness;
	#resolveConnected!: () => void;
	#resolveClosed!: (reason: string) => void;
	#isConnected = false;
	#isClosed = false;

	readonly #packetizer: RtpPacketizer | undefined;
	readonly #rtx: RtxPacketizer | undefined;
	readonly #controller: CongestionController;
	readonly #pacer: Pacer<QueuedFrame>;
	readonly #history = new RetransmissionHistory();
	readonly #keyframes = new KeyframeRequests();
	readonly #firCommands = new Map<number, number>();
	#transportSequenceNumber = 0;
	/**
	 * RTP sequence number of the newest key frame's first packet; no picture after it needs one
	 * before it.
	 */
	#keyframeStart: number | undefined;
	#behind = false;
	#lastFrame: { readonly rtpTicks: number; readonly sentSec: number } | undefined;
	#lastSenderReportSec = Number.NEGATIVE_INFINITY;
	#toldBitrateBps = 0;
	#toldBitrateSec = Number.NEGATIVE_INFINITY;
	#retransmittedBytes = 0;
	#retransmissionRateBps = 0;
	#retransmissionRateSec: number;

	#packetsSent = 0;
	#bytesSent = 0;
	#payloadBytesSent = 0;
	#framesSent = 0;
	#framesDropped = 0;
	#retransmittedPackets = 0;
	#retransmissionsRefused = 0;
	#nackCount = 0;
	#pliCount = 0;
	#firCount = 0;
	#roundTripSec = Number.NaN;
	#fractionLost = Number.NaN;
	#messagesReceived = 0;
	#messagesRefused = 0;

	constructor(options: RtcSessionOptions) {
		this.id = options.id;
		this.#options = options;
		this.#limits = options.limits;
		this.#now = options.nowSec ?? monotonicSec;
		this.#listeners = new EventListeners(options.onListenerError);
		this.connected = new Promise((resolve) => {
			this.#resolveConnected = resolve;
		});
		this.closed = new Promise((resolve) => {
			this.#resolveClosed = resolve;
		});
		const nowSec = this.#now();
		this.#openedSec = nowSec;
		this.#retransmissionRateSec = nowSec;
		this.#wallClockOffsetSec = Date.now() / 1000 - nowSec;
		this.#liveness = new Liveness(this.#limits, nowSec);
		// The controller thinks in what the path carries, the options in what the encoder makes.
		const { minBps, startBps, maxBps } = options.bitrate;
		this.#controller = options.createController({
			minBps,
			startBps: startBps / ENCODER_SHARE,
			maxBps: maxBps / ENCODER_SHARE,
		});
		this.#pacer = new Pacer(this.#controller.estimateBps);
		const { video } = options;
		if (video !== undefined) {
			const { payloadType, rtxPayloadType, extensions, mid, packetizationMode } = video.offered;
			const firstSequenceNumber = randomSequenceNumber();
			this.#packetizer = new RtpPacketizer({
				ssrc: video.ssrc,
				payloadType,
				extensions,
				mid,
				packetizationMode,
				firstSequenceNumber,
			});
			if (rtxPayloadType !== undefined) {
				const stream = {
					ssrc: video.rtxSsrc,
					payloadType: rtxPayloadType,
					firstSequenceNumber: randomSequenceNumber(),
				};
				this.#rtx = new RtxPacketizer(stream, this.#packetizer.headerBytes);
			}
		}
		this.#transport = options.transport;
		this.#transport.on("connected", () => this.#onConnected());
		this.#transport.on("closed", (reason) => this.close(reason));
		this.#transport.on("rtcp", (packet) => this.#onRtcp(packet));
		this.#transport.on("channel", (channel) => this.#onClientChannel(channel));
	}

	get hasVideo(): boolean {
		return this.#packetizer !== undefined;
	}

	get maxNalUnitBytes(): number | undefined {
		return this.#options.video?.offered.packetizationMode === 0 ? DEFAULT_MAX_PAYLOAD_BYTES : undefined;
	}

	get isConnected(): boolean {
		return this.#isConnected;
	}

	sendVideo(encoded: EncodedPacket): void {
		const packetizer = this.#packetizer;
		if (packetizer === undefined || !this.#isConnected || this.#isClosed) return;
		const { keyframe, rtpTicks } = encoded;
		const packets = packetizer.packetize(encoded.accessUnit, rtpTicks);
		const nowSec = this.#now();
		this.#pacer.targetBitrateBps = this.#controller.estimateBps;
		this.#pacer.pathIsClear = this.#controller.pathIsClear;
		const verdict = this.#pacer.queueFrame({ packets, keyframe, rtpTicks, encoded, firstSentSec: Number.NaN });
		this.#framesDropped += verdict.dropped;
		if (verdict.keyframeNeeded) this.#requestKeyframe("loss", nowSec);
		this.#tellDueKeyframe(nowSec);
		if (this.#pace(nowSec)) this.#options.paceTimer.wake(this.#pace);
	}

	openChannel(label: string, options?: DataChannelOptions): void {
		if (this.#isClosed || !this.#options.dataChannels || this.#channels.has(label)) return;
		this.#addChannel(this.#transport.createChannel(label, options), false);
	}

	isChannelOpen(label: string): boolean {
		return this.#channels.get(label)?.channel.open === true;
	}

	send(label: string, message: string | Uint8Array): boolean {
		const channel = this.#channels.get(label)?.channel;
		if (channel === undefined || !channel.open || channel.bufferedBytes > this.#limits.maxBufferedBytes)
			return false;
		return channel.send(message);
	}

	stats(): SessionStats {
		return {
			packetsSent: this.#packetsSent,
			bytesSent: this.#bytesSent,
			framesSent: this.#framesSent,
			framesDropped: this.#framesDropped,
			retransmittedPacketsSent: this.#retransmittedPackets,
			retransmissionsRefused: this.#retransmissionsRefused,
			nackCount: this.#nackCount,
			pliCount: this.#pliCount,
			firCount: this.#firCount,
			roundTripTimeSec: this.#roundTripSec,
			fractionLost: this.#fractionLost,
			targetBitrateBps: this.#targetBitrateBps(),
			pacerQueueSec: this.#pacer.queueSec,
			channelMessagesReceived: this.#messagesReceived,
			channelMessagesRefused: this.#messagesRefused,
			remoteCandidates: this.#options.remoteCandidates.counts,
		};
	}

	close(reason: string): void {
		if (this.#isClosed) return;
		this.#isClosed = true;
		this.#isConnected = false;
		this.#options.paceTimer.cancel(this.#pace);
		this.#transport.close();
		this.#channels.clear();
		this.#pacer.clear();
		this.#history.clear();
		this.#resolveClosed(reason);
	}

	on<Name extends keyof SessionEvents>(name: Name, listener: (...args: SessionEvents[Name]) => void): () => void {
		return this.#listeners.on(name, listener);
	}

	/** Takes a candidate that the client sent later, if it can be used. */
	addCandidate(candidate: string, mid: string): void {
		const usable = this.#isClosed ? undefined : this.#options.remoteCandidates.use(candidate);
		if (usable !== undefined) this.#transport.addCandidate(usable, mid);
	}

	/**
	 * What is due by the clock: silence, sender reports, the bit rate. To be called a few times a
	 * second; costs next to nothing.
	 */
	housekeep(nowSec: number): void {
		if (this.#isClosed) return;
		if (!this.#isConnected) {
			if (nowSec - this.#openedSec >= this.#limits.connectTimeoutSec) this.close("The viewer never connected.");
			return;
		}
		if (!this.hasVideo) return; // A viewer without video has nothing to report, and may be silent.
		// Receivers report on what they get: without frames, because the source is not ready, they
		// have nothing to say.
		if (nowSec - (this.#lastFrame?.sentSec ?? Number.NEGATIVE_INFINITY) > IDLE_SEC) this.#liveness.idle(nowSec);
		const change = this.#liveness.check(nowSec);
		if (change === "close") {
			this.close(`The viewer has been silent for ${this.#limits.closeAfterSec} s.`);
			return;
		}
		if (change === "pause") this.#listeners.emit("pause");
		this.#history.expire(nowSec);
		this.#controller.onTick(nowSec);
		this.#updateRetransmissionRate(nowSec);
		this.#tellBitrate(nowSec);
		this.#tellDueKeyframe(nowSec);
		if (nowSec - this.#lastSenderReportSec >= SENDER_REPORT_SEC) this.#sendSenderReport(nowSec);
	}

	#onConnected(): void {
		if (this.#isClosed) return;
		const nowSec = this.#now();
		this.#isConnected = true;
		this.#liveness.heard(nowSec);
		this.#resolveConnected();
		if (!this.hasVideo) return;
		this.#tellBitrate(nowSec);
		this.#requestKeyframe("connected", nowSec);
	}

	/** Sends what the pacer lets go. @returns whether more is waiting. */
	readonly #pace = (nowSec: number): boolean => {
		for (const due of this.#pacer.due(nowSec)) this.#sendPacket(due, nowSec);
		// A listener may have closed the session meanwhile.
		if (this.#isClosed) return false;
		const behind = !this.#pacer.canQueue;
		if (behind !== this.#behind) {
			this.#behind = behind;
			this.#listeners.emit("backPressure", behind);
		}
		return !this.#pacer.empty;
	};

	#sendPacket({ packet, frame, first, last }: DuePacket<QueuedFrame>, nowSec: number): void {
		const packetizer = this.#packetizer!;
		const number = this.#transportSequenceNumber;
		this.#transportSequenceNumber = (number + 1) & 0xffff;
		let leaving = packet;
		if (frame === undefined) {
			leaving = this.#rtx?.wrap(packet) ?? packet;
			packetizer.stampTransport(leaving, number, nowSec);
			this.#retransmittedPackets++;
			this.#retransmittedBytes += leaving.length;
		} else {
			const sequenceNumber = packetizer.stamp(packet, number, nowSec);
			this.#history.put(sequenceNumber, packet, nowSec);
			if (first && frame.keyframe) this.#keyframeStart = sequenceNumber;
		}
		this.#transport.send(leaving);
		this.#controller.onPacketSent(number, leaving.length, nowSec);
		this.#packetsSent++;
		this.#bytesSent += leaving.length;
		if (frame === undefined) return;
		this.#payloadBytesSent += packet.length - packetizer.headerBytes;
		if (first) {
			frame.firstSentSec = nowSec;
			this.#lastFrame = { rtpTicks: frame.rtpTicks, sentSec: nowSec };
		}
		if (!last) return;
		this.#framesSent++;
		if (frame.keyframe) this.#keyframes.keyframeSent(nowSec);
		this.#listeners.emit("frameSent", frame.encoded, frame.firstSentSec, nowSec);
	}

	#onRtcp(data: Uint8Array): void {
		if (this.#isClosed) return;
		const nowSec = this.#now();
		this.#heard(nowSec);
		for (const packet of parseRtcp(data)) this.#onRtcpPacket(packet, nowSec);
		this.#tellBitrate(nowSec);
	}

	#onRtcpPacket(packet: RtcpPacket, nowSec: number): void {
		const ssrc = this.#options.video?.ssrc;
		switch (packet.type) {
			case "senderReport":
			case "receiverReport":
				for (const report of packet.reports) if (report.ssrc === ssrc) this.#onReport(report, nowSec);
				return;
			case "transportCc":
				this.#controller.onTransportFeedback(packet, nowSec);
				return;
			case "remb":
				this.#controller.onRemb(packet.bitrateBps, nowSec);
				return;
			case "nack":
				if (packet.mediaSsrc === ssrc) this.#onNack(packet.sequenceNumbers, nowSec);
				return;
			case "pli":
				this.#pliCount++;
				this.#requestKeyframe("pli", nowSec);
				return;
			case "fir":
				for (const entry of packet.entries) {
					// The same command number is the same request, repeated (RFC 5104, 4.3.1.2).
					if (entry.ssrc !== ssrc || this.#firCommands.get(entry.ssrc) === entry.commandNumber) continue;
					this.#firCommands.set(entry.ssrc, entry.commandNumber);
					this.#firCount++;
					this.#requestKeyframe("fir", nowSec);
				}
				return;
			case "bye":
				return; // Said of a stream, not of the connection: DTLS and ICE tell when that ends.
		}
	}

	#onReport(report: ReportBlock, nowSec: number): void {
		this.#fractionLost = report.fractionLost;
		const trip = roundTripSec(report, nowSec + this.#wallClockOffsetSec);
		if (Number.isFinite(trip)) this.#roundTripSec = trip;
		this.#controller.onReceiverReport(report.fractionLost, trip, nowSec);
	}

	#onNack(sequenceNumbers: readonly number[], nowSec: number): void {
		this.#nackCount++;
		let fresh = 0;
		let unrepairable = false;
		for (const sequenceNumber of sequenceNumbers) {
			const { verdict, packet } = this.#history.request(
				sequenceNumber,
				nowSec,
				this.#roundTripSec,
				this.#controller.estimateBps,
			);
			if (packet !== undefined && this.#pacer.queueRetransmission(packet)) fresh++;
			else if (verdict !== "underway") this.#retransmissionsRefused++;
			unrepairable ||= verdict === "gone" && !this.#isBeforeKeyframe(sequenceNumber);
		}
		this.#controller.onNack(fresh, nowSec);
		if (unrepairable) this.#requestKeyframe("loss", nowSec);
		if (fresh > 0 && this.#pace(nowSec)) this.#options.paceTimer.wake(this.#pace);
	}

	/**
	 * Receivers go on asking for old packets until they have the key frame: each asking must not
	 * make another one.
	 */
	#isBeforeKeyframe(sequenceNumber: number): boolean {
		return this.#keyframeStart !== undefined && ((sequenceNumber - this.#keyframeStart) << 16) >> 16 < 0;
	}

	#requestKeyframe(reason: KeyframeReason, nowSec: number): void {
		if (this.#keyframes.request(reason, nowSec, this.#roundTripSec))
			this.#listeners.emit("keyframeRequest", reason);
	}

	#tellDueKeyframe(nowSec: number): void {
		const reason = this.#keyframes.due(nowSec);
		if (reason !== undefined) this.#listeners.emit("keyframeRequest", reason);
	}

	#targetBitrateBps(): number {
		const { minBps, maxBps } = this.#options.bitrate;
		const wanted = this.#controller.estimateBps * ENCODER_SHARE - this.#retransmissionRateBps;
		return Math.round(Math.min(maxBps, Math.max(minBps, wanted)));
	}

	#tellBitrate(nowSec: number): void {
		if (!this.#isConnected || nowSec - this.#toldBitrateSec < BITRATE_EVENT_SEC) return;
		const bitrateBps = this.#targetBitrateBps();
		const change = Math.abs(bitrateBps - this.#toldBitrateBps);
		const atBound = bitrateBps === this.#options.bitrate.maxBps || bitrateBps === this.#options.bitrate.minBps;
		if (change === 0 || (change < BITRATE_STEP * this.#toldBitrateBps && !atBound)) return;
		this.#toldBitrateBps = bitrateBps;
		this.#toldBitrateSec = nowSec;
		this.#listeners.emit("bitrate", bitrateBps);
	}

	#updateRetransmissionRate(nowSec: number): void {
		const elapsedSec = nowSec - this.#retransmissionRateSec;
		if (elapsedSec <= 0) return;
		const rateBps = (this.#retransmittedBytes * 8) / elapsedSec;
		const weight = Math.min(1, elapsedSec / RETRANSMISSION_AVERAGE_SEC);
		this.#retransmissionRateBps += (rateBps - this.#retransmissionRateBps) * weight;
		this.#retransmittedBytes = 0;
		this.#retransmissionRateSec = nowSec;
	}

	#sendSenderReport(nowSec: number): void {
		const { video } = this.#options;
		if (video === undefined || this.#lastFrame === undefined) return;
		this.#lastSenderReportSec = nowSec;
		const { rtpTicks, sentSec } = this.#lastFrame;
		this.#transport.send(
			writeSenderReport({
				ssrc: video.ssrc,
				wallClockSec: nowSec + this.#wallClockOffsetSec,
				rtpTicks: Math.round(rtpTicks + (nowSec - sentSec) * RTP_VIDEO_CLOCK_HZ) >>> 0,
				packetsSent: this.#packetsSent - this.#retransmittedPackets,
				payloadBytesSent: this.#payloadBytesSent,
				cname: video.cname,
			}),
		);
	}

	#onClientChannel(channel: PeerDataChannel): void {
		let count = 0;
		for (const existing of this.#channels.values()) if (existing.byClient) count++;
		if (this.#isClosed || count >= this.#limits.maxClientChannels || channel.label.length > 64) {
			this.#messagesRefused++;
			channel.close();
			return;
		}
		// A second channel of the same name takes the first one's place. One of ours stays open,
		// though: both ends may have opened the same name at the same time, and messages on either
		// are read.
		const former = this.#channels.get(channel.label);
		if (former?.byClient) former.channel.close();
		this.#addChannel(channel, true);
	}

	#addChannel(channel: PeerDataChannel, byClient: boolean): void {
		const { maxMessagesPerSec } = this.#limits;
		const entry = { channel, bucket: new TokenBucket(maxMessagesPerSec, 2 * maxMessagesPerSec), byClient };
		this.#channels.set(channel.label, entry);
		channel.on("open", () => this.#listeners.emit("channelOpen", channel.label));
		channel.on("message", (message) => this.#onMessage(entry, message));
		channel.on("closed", () => {
			if (this.#channels.get(channel.label) === entry) this.#channels.delete(channel.label);
		});
	}

	#onMessage({ channel, bucket }: ClientChannel, message: ChannelMessage): void {
		if (this.#isClosed) return;
		const nowSec = this.#now();
		this.#heard(nowSec);
		if (isLongerThan(this.#limits.maxMessageBytes, message) || !bucket.take(nowSec)) {
			this.#messagesRefused++;
			return;
		}
		this.#messagesReceived++;
		this.#listeners.emit("message", channel.label, message, nowSec);
	}

	#heard(nowSec: number): void {
		if (this.#liveness.heard(nowSec)) this.#listeners.emit("resume");
	}
}

/** @param maxBytes of text in UTF-8 */
function isLongerThan(maxBytes: number, message: ChannelMessage): boolean {
	if (typeof message !== "string") return message.length > maxBytes;
	// A UTF-16 unit takes at most three bytes: most texts need no counting.
	return message.length * 3 > maxBytes && Buffer.byteLength(message) > maxBytes;
}

/** Random, below 2^15 (see `RtpStreamOptions.firstSequenceNumber`). */
function randomSequenceNumber(): number {
	return Math.floor(Math.random() * 0x8000);
}
