import type { ClientMediaKind } from "../media/client-media.ts";
import { monotonicSec, RTP_VIDEO_CLOCK_HZ } from "../media/clock.ts";
import type { EncodedPacket, EncodedSound } from "../media/encoded-packet.ts";
import { EventListeners } from "../media/events.ts";
import type { VideoFormat } from "../media/video-format.ts";
import { CameraStreams } from "./camera-streams.ts";
import type { BitrateLimits, CongestionController } from "./congestion/congestion-controller.ts";
import { EncoderTarget, pathLimits } from "./encoder-target.ts";
import { Liveness, type LivenessLimits } from "./liveness.ts";
import { type ChannelLimits, MessageChannels } from "./message-channels.ts";
import type { H264Profile } from "./offered-formats.ts";
import type { OfferedMedia } from "./offered-media.ts";
import type { PaceTimer } from "./pace-timer.ts";
import { createPacketizer } from "./payload/packetizer.ts";
import type { PeerTransport } from "./peer-transport.ts";
import { ReceivedMedia } from "./receive/received-media.ts";
import type { RemoteCandidates } from "./remote-candidates.ts";
import { parseRtcp, type RtcpPacket } from "./rtcp.ts";
import { RtpHeader, randomSequenceNumber } from "./rtp-header.ts";
import { RtpSender } from "./rtp-sender.ts";
import type { AnsweredSound, AnsweredVideo } from "./sdp-answer.ts";
import { SendPath } from "./send-path.ts";
import type { SessionStats } from "./session-stats.ts";
import { SoundSender } from "./sound-sender.ts";
import type { CameraStream, DataChannelOptions, SessionEvents, ViewerSession } from "./viewer-session.ts";

/** Bounds of what one viewer may cost. */
export interface SessionLimits extends LivenessLimits, ChannelLimits {
	/** A client that has not connected by then is given up, seconds. */
	readonly connectTimeoutSec: number;
}

export interface RtcSessionOptions {
	readonly id: string;
	/** Owned by the session. */
	readonly transport: PeerTransport;
	/** The video that was agreed on; missing when the client wants none. */
	readonly video: AnsweredVideo | undefined;
	/** The sound that was agreed on. @default none */
	readonly sound?: AnsweredSound | undefined;
	/** Further video that was agreed on, for cameras. @default none */
	readonly cameras?: readonly AnsweredVideo[] | undefined;
	/** Media of the client's that was agreed on. @default none */
	readonly received?: readonly OfferedMedia[] | undefined;
	readonly dataChannels: boolean;
	/** Filter and counts of the client's ICE candidates, the offer's included. */
	readonly remoteCandidates: RemoteCandidates;
	/** Bounds of the encoder's target. */
	readonly bitrate: BitrateLimits;
	readonly limits: SessionLimits;
	readonly paceTimer: PaceTimer;
	/**
	 * Clock of pacing and of all times in events and reports.
	 * @default the monotonic clock
	 */
	readonly nowSec?: (() => number) | undefined;
	/** @param limits of the whole path; the encoder gets a share of the estimate. */
	readonly createController: (limits: BitrateLimits) => CongestionController;
	/** Called when a listener throws. @default an uncaught exception, later */
	readonly onListenerError?: ((error: unknown) => void) | undefined;
}

/**
 * A receiver that gets no frames sends no reports. After this time without a frame its
 * silence is not counted, seconds: twice the interval of its reports and of ours.
 */
const IDLE_SEC = 2;
/** Our SSRC as a receiver, that of libwebrtc: werift takes feedback by our video's for its own. */
const FEEDBACK_SSRC = 1;
/** Room of the path's estimate for each camera, bits per second. */
const MOST_CAMERA_BPS = 8_000_000;

/**
 * The connection of one viewer: an RTP stream out, data channels both ways, and the
 * rate that the path carries. It owns its transport and has no timer of its own: the
 * hub calls `housekeep` a few times a second, and the shared pace timer while packets
 * wait.
 */
export class RtcSession implements ViewerSession {
	readonly id: string;
	readonly #options: RtcSessionOptions;
	readonly #now: () => number;
	readonly #listeners: EventListeners<SessionEvents>;
	readonly #connected = Promise.withResolvers<void>();
	readonly #closed = Promise.withResolvers<string>();
	readonly #openedSec: number;
	readonly #liveness: Liveness;
	readonly #path: SendPath;
	readonly #target: EncoderTarget;
	readonly #video: RtpSender | undefined;
	readonly #sound: SoundSender | undefined;
	readonly #cameras: CameraStreams;
	readonly #received: ReceivedMedia;
	readonly #channels: MessageChannels;
	#isConnected = false;
	#isClosed = false;

	constructor(options: RtcSessionOptions) {
		const { transport, video, sound, limits, bitrate } = options;
		this.id = options.id;
		this.#options = options;
		this.#now = options.nowSec ?? monotonicSec;
		this.#listeners = new EventListeners(options.onListenerError);
		const nowSec = this.#now();
		this.#openedSec = nowSec;
		this.#liveness = new Liveness(limits, nowSec);
		const camerasBps = (options.cameras?.length ?? 0) * MOST_CAMERA_BPS;
		this.#path = new SendPath(transport, options.createController(pathLimits(bitrate, camerasBps)), nowSec, {
			hasTransportCc: video?.offered.extensions.transportCc !== undefined,
		});
		this.#target = new EncoderTarget(bitrate, this.#path);
		// One wall clock for both: receivers keep lips in step by it.
		const wallClockOffsetSec = Date.now() / 1000 - nowSec;
		this.#video = video && this.#createVideoSender(video, wallClockOffsetSec);
		this.#cameras = new CameraStreams({
			videos: options.cameras ?? [],
			createSender: (camera) => this.#createSender(camera, wallClockOffsetSec, false),
			path: this.#path,
			bitrate,
			emit: (name, ...args) => this.#listeners.emit(name, ...args),
		});
		this.#sound = sound && new SoundSender({ sound, path: this.#path, wallClockOffsetSec });
		this.#received = new ReceivedMedia({
			media: options.received ?? [],
			ssrc: FEEDBACK_SSRC,
			onFrame: (packet) => this.#listeners.emit("media", packet),
			sendRtcp: (packet) => this.#path.sendRtcp(packet),
			roundTripSec: () => this.#video?.roundTripSec ?? Number.NaN,
		});
		this.#channels = new MessageChannels({
			transport,
			limits,
			offered: options.dataChannels,
			totals: this.#path.totals,
			nowSec: this.#now,
		});
		this.#channels.on("activity", (atSec) => this.#onActivity(atSec));
		this.#channels.on("channelOpen", (label) => this.#listeners.emit("channelOpen", label));
		this.#channels.on("message", (...message) => this.#listeners.emit("message", ...message));
		transport.on("connected", () => this.#onConnected());
		transport.on("closed", (reason) => this.close(reason));
		transport.on("rtcp", (packet) => this.#onRtcp(packet));
		transport.on("media", (mid, packet) => this.#onMedia(mid, packet));
	}

	get connected(): Promise<void> {
		return this.#connected.promise;
	}

	get closed(): Promise<string> {
		return this.#closed.promise;
	}

	get hasVideo(): boolean {
		return this.#video !== undefined;
	}

	get videoFormat(): VideoFormat | undefined {
		return this.#options.video?.offered.format;
	}

	get mostProfile(): H264Profile | undefined {
		return this.#options.video?.offered.mostProfile;
	}

	get hasSound(): boolean {
		return this.#sound !== undefined;
	}

	get isConnected(): boolean {
		return this.#isConnected;
	}

	sendVideo(encoded: EncodedPacket): void {
		if (this.#isConnected) this.#video?.send(encoded);
	}

	sendSound(packet: EncodedSound): boolean {
		if (!this.#isConnected || this.#sound === undefined) return false;
		this.#sound.send(packet, this.#now());
		if (this.#video !== undefined) this.#video.mayWait = this.#sound.isFollowed(this.#now());
		return true;
	}

	get cameras(): readonly CameraStream[] {
		return this.#cameras.streams;
	}

	sendCamera(mid: string, packet: EncodedPacket): void {
		if (this.#isConnected) this.#cameras.send(mid, packet);
	}

	get receives(): ReadonlySet<ClientMediaKind> {
		return this.#received.kinds;
	}

	requestMediaKeyframe(): void {
		if (this.#isConnected) this.#received.requestKeyframe(this.#now());
	}

	openChannel(label: string, options?: DataChannelOptions): void {
		this.#channels.open(label, options);
	}

	isChannelOpen(label: string): boolean {
		return this.#channels.isOpen(label);
	}

	send(label: string, message: string | Uint8Array, mostBufferedBytes?: number): boolean {
		return this.#channels.send(label, message, mostBufferedBytes);
	}

	stats(): SessionStats {
		return {
			...this.#path.totals,
			roundTripTimeSec: this.#video?.roundTripSec ?? Number.NaN,
			fractionLost: this.#video?.fractionLost ?? Number.NaN,
			targetBitrateBps: this.#target.bitrateBps,
			estimatedBitrateBps: this.#path.controller.estimateBps,
			acknowledgedBitrateBps: this.#path.controller.acknowledgedBps,
			pathQueueSec: this.#path.controller.queueSec,
			pacerQueueSec: this.#video?.queueSec ?? 0,
			remoteCandidates: this.#options.remoteCandidates.counts,
		};
	}

	close(reason: string): void {
		if (this.#isClosed) return;
		this.#isClosed = true;
		this.#isConnected = false;
		this.#video?.close();
		this.#cameras.close();
		this.#channels.close();
		this.#options.transport.close();
		this.#closed.resolve(reason);
	}

	on<Name extends keyof SessionEvents>(name: Name, listener: (...args: SessionEvents[Name]) => void): () => void {
		return this.#listeners.on(name, listener);
	}

	/** Takes a candidate that the client sent later, if it can be used. */
	addCandidate(candidate: string, mid: string): void {
		const usable = this.#isClosed ? undefined : this.#options.remoteCandidates.use(candidate);
		if (usable !== undefined) this.#options.transport.addCandidate(usable, mid);
	}

	/**
	 * Does what is due by the clock: silence, sender reports, the bit rate. To be
	 * called a few times a second; costs next to nothing.
	 */
	housekeep(nowSec: number): void {
		if (this.#isClosed) return;
		const { connectTimeoutSec, closeAfterSec } = this.#options.limits;
		if (!this.#isConnected) {
			if (nowSec - this.#openedSec >= connectTimeoutSec) this.close("The viewer never connected.");
			return;
		}
		// A viewer without video has nothing to report, and may be silent.
		if (this.#video === undefined) return;
		const frameSentSec = Math.max(this.#video.frameSentSec, this.#cameras.frameSentSec);
		if (nowSec - frameSentSec > IDLE_SEC) this.#liveness.idle(nowSec);
		const change = this.#liveness.check(nowSec);
		if (change === "close") {
			this.close(`The viewer has been silent for ${closeAfterSec} s.`);
			return;
		}
		if (change === "pause") this.#listeners.emit("pause");
		this.#path.housekeep(nowSec);
		this.#emitBitrate(nowSec);
		this.#video.housekeep(nowSec);
		this.#cameras.housekeep(nowSec);
		this.#received.housekeep(nowSec);
		if (this.#sound === undefined) return;
		this.#sound.housekeep(nowSec);
		this.#video.mayWait = this.#sound.isFollowed(nowSec);
	}

	#createVideoSender(video: AnsweredVideo, wallClockOffsetSec: number): RtpSender {
		const sender = this.#createSender(video, wallClockOffsetSec, true);
		sender.on("keyframeRequest", (reason) => this.#listeners.emit("keyframeRequest", reason));
		sender.on("frameSent", (...frame) => this.#listeners.emit("frameSent", ...frame));
		sender.on("backPressure", (behind) => this.#listeners.emit("backPressure", behind));
		return sender;
	}

	/** @param leads false for a camera. */
	#createSender(video: AnsweredVideo, wallClockOffsetSec: number, leads: boolean): RtpSender {
		const { offered, ssrc, rtxSsrc, fecSsrc, cname } = video;
		const { payloadType, rtxPayloadType, fec, extensions, feedback, mid, format } = offered;
		const { transportCc, absSendTime } = extensions;
		const firstSequenceNumber = randomSequenceNumber();
		const header = new RtpHeader({ ssrc, payloadType, extensions, mid, firstSequenceNumber });
		return new RtpSender({
			leads,
			stream: { ssrc, cname, clockHz: RTP_VIDEO_CLOCK_HZ },
			rtx: rtxPayloadType === undefined ? undefined : { ssrc: rtxSsrc, payloadType: rtxPayloadType },
			hasNack: feedback.has("nack"),
			fec: fec && { ssrc: fecSsrc, payloadType: fec.payloadType, extensions: { transportCc, absSendTime } },
			packetizer: createPacketizer(format, header),
			path: this.#path,
			paceTimer: this.#options.paceTimer,
			nowSec: this.#now,
			wallClockOffsetSec,
		});
	}

	#onConnected(): void {
		if (this.#isClosed) return;
		const nowSec = this.#now();
		this.#isConnected = true;
		this.#liveness.arrived(nowSec);
		this.#connected.resolve();
		if (this.#video === undefined) return;
		this.#emitBitrate(nowSec);
		this.#video.requestKeyframe("connected", nowSec);
		this.#cameras.connected(nowSec);
	}

	#onRtcp(data: Uint8Array): void {
		if (this.#isClosed) return;
		const nowSec = this.#now();
		this.#onActivity(nowSec);
		for (const packet of parseRtcp(data)) this.#onRtcpPacket(packet, nowSec);
		this.#emitBitrate(nowSec);
	}

	#onMedia(mid: string, packet: Uint8Array): void {
		if (this.#isClosed) return;
		const nowSec = this.#now();
		this.#onActivity(nowSec);
		this.#received.add(mid, packet, nowSec);
	}

	#onRtcpPacket(packet: RtcpPacket, nowSec: number): void {
		if (this.#cameras.onRtcp(packet, nowSec)) return;
		switch (packet.type) {
			case "transportCc":
				this.#path.onTransportFeedback(packet, nowSec);
				return;
			case "remb":
				this.#path.controller.onRemb(packet.bitrateBps, nowSec);
				return;
			case "pli":
				// There is one view, whichever of its streams a receiver names.
				this.#video?.onPli(nowSec);
				return;
			case "bye":
				return; // It ends a stream, not the connection: DTLS and ICE report that.
			default:
				this.#video?.onRtcp(packet, nowSec);
		}
	}

	#emitBitrate(nowSec: number): void {
		const bitrateBps = this.#isConnected ? this.#target.takeChange(nowSec) : undefined;
		if (bitrateBps !== undefined) this.#listeners.emit("bitrate", bitrateBps);
	}

	#onActivity(nowSec: number): void {
		if (this.#liveness.arrived(nowSec)) this.#listeners.emit("resume");
	}
}
