import type { ClientCodec, ClientMediaPacket } from "../../media/client-media.ts";
import { RTP_VIDEO_CLOCK_HZ } from "../../media/clock.ts";
import { SOUND_HZ } from "../../media/sound-ring.ts";
import { DEFAULT_ROUND_TRIP_SEC } from "../rtcp.ts";
import { FrameBuilder } from "./frame-builder.ts";
import { type OrderedPacket, PacketOrder, type PacketOrderLimits } from "./packet-order.ts";
import { MAX_MEDIA_BYTES } from "./receive-limits.ts";
import { writeNack, writePli, writeReceiverReport } from "./receiver-rtcp.ts";
import type { RtpPacket } from "./rtp-packet.ts";
import { type ReportedTime, SenderClock } from "./sender-clock.ts";

/** Options of a `MediaReceiver`. */
export interface MediaReceiverOptions {
	readonly codec: ClientCodec;
	/** The payload type that was agreed on; packets with another one are dropped. */
	readonly payloadType: number;
	/** That of packets that are sent again (RFC 4588). @default they have the same */
	readonly rtxPayloadType?: number | undefined;
	/** Format parameters as offered: H.264 may state its parameter sets there. */
	readonly formatParameters: string;
	/** Our own SSRC, the sender of feedback. */
	readonly ssrc: number;
	/** Lost packets may be asked for. */
	readonly hasNack: boolean;
	/** Key frames may be asked for. */
	readonly hasPli: boolean;
	/** Takes each frame once it is whole, in order. */
	readonly onFrame: (packet: ClientMediaPacket) => void;
	/** Sends an RTCP packet. */
	readonly sendRtcp: (packet: Buffer) => void;
}

/** A sender report, with the middle 32 bits of its NTP time. */
interface SentReport extends ReportedTime {
	readonly ntpMiddle: number;
}

/** Sound that comes later than this is of no use to a listener. */
const SOUND_ORDER: PacketOrderLimits = { waitSec: 0.06, maxPackets: 64, maxBytes: 64 * 1024 };
/** Half a second repairs most pictures; a key frame is faster afterwards. */
const VIDEO_ORDER: PacketOrderLimits = { waitSec: 0.5, maxPackets: 2048, maxBytes: MAX_MEDIA_BYTES };
/** A former stream goes on when the present one has been silent for so long, seconds. */
const FORMER_SEC = 1;
/** Interval of receiver reports, seconds: RFC 3550, 6.2, allows less below 5 s for video. */
const REPORT_SEC = 1;
/** Least time between two requests for a key frame, seconds: half that of libwebrtc's senders. */
const PLI_SEC = 0.5;
/** Least time between two requests for the same lost packets, seconds. */
const LEAST_NACK_SEC = 0.02;
/** Two frames that a lost packet has held up are told apart by their times, seconds. */
const LEAST_STEP_SEC = 1e-6;
/** Most packets that are asked for at a time. */
const MOST_NACKED = 256;

/** Receives one stream of a client's: sound or pictures. No timer and no socket of its own. */
export class MediaReceiver {
	readonly #options: MediaReceiverOptions;
	readonly #isVideo: boolean;
	readonly #clockHz: number;
	#builder: FrameBuilder;
	#clock: SenderClock;
	#order: PacketOrder;
	/** The stream's SSRC: that of the newest packets. `undefined` before the first. */
	#mediaSsrc: number | undefined;
	/** That of the stream before it, and the arrival of the present one's newest packet. */
	#formerSsrc: number | undefined;
	#arrivedSec = Number.NEGATIVE_INFINITY;
	/** Earliest time of the next frame: all packets before it have arrived by then. */
	#inOrderSec = Number.NEGATIVE_INFINITY;
	/** Packets since the numbers began, and the number that they began with. */
	#received = 0;
	#firstNumber: number | undefined;
	#expectedBefore = 0;
	#receivedBefore = 0;
	#jitter = 0;
	#transitTicks = Number.NaN;
	#senderReport: { readonly ntpMiddle: number; readonly arrivedSec: number } | undefined;
	#reportedSec = Number.NEGATIVE_INFINITY;
	#pliSec = Number.NEGATIVE_INFINITY;
	#nackedSec = Number.NEGATIVE_INFINITY;

	constructor(options: MediaReceiverOptions) {
		this.#options = options;
		this.#isVideo = options.codec !== "opus";
		this.#clockHz = this.#isVideo ? RTP_VIDEO_CLOCK_HZ : SOUND_HZ;
		this.#builder = new FrameBuilder(options.codec, options.formatParameters);
		this.#clock = new SenderClock(this.#clockHz);
		this.#order = this.#newOrder();
	}

	/**
	 * Takes a packet of the stream.
	 * @param roundTripSec newest one; NaN: not known.
	 */
	add(arrived: RtpPacket, nowSec: number, roundTripSec: number): void {
		const packet = this.#original(arrived);
		if (packet?.payloadType !== this.#options.payloadType) return;
		if (packet.ssrc !== this.#mediaSsrc) {
			// One that comes late, after the stream that followed it has begun.
			if (packet.ssrc === this.#formerSsrc && nowSec - this.#arrivedSec < FORMER_SEC) return;
			this.#restart(packet.ssrc);
		}
		this.#arrivedSec = nowSec;
		this.#measureJitter(packet.rtpTicks, nowSec);
		const ordered = this.#order.add(packet, nowSec);
		if (this.#order.firstSequenceNumber !== this.#firstNumber) this.#beginCount();
		this.#received++;
		this.#deliver(ordered, roundTripSec);
		this.#askForPackets(nowSec, roundTripSec);
		this.#askForKeyframe(nowSec);
	}

	/**
	 * Takes a sender report of the stream.
	 * @param roundTripSec newest one; NaN: not known.
	 */
	reported(ssrc: number, time: SentReport, nowSec: number, roundTripSec: number): void {
		if (ssrc !== this.#mediaSsrc) return;
		this.#senderReport = { ntpMiddle: time.ntpMiddle, arrivedSec: nowSec };
		this.#clock.reported(time, nowSec, roundTripSec);
	}

	/**
	 * Does what is due by the clock. To be called a few times a second.
	 * @param roundTripSec newest one; NaN: not known.
	 */
	housekeep(nowSec: number, roundTripSec: number): void {
		if (this.#mediaSsrc === undefined) return;
		this.#deliver(this.#order.expire(nowSec), roundTripSec);
		this.#askForPackets(nowSec, roundTripSec);
		this.#askForKeyframe(nowSec);
		if (nowSec - this.#reportedSec >= REPORT_SEC) this.#report(nowSec);
	}

	/** The packet that was sent again in another one (RFC 4588, 4); any other as it is. */
	#original(packet: RtpPacket): RtpPacket | undefined {
		const { payloadType, rtxPayloadType } = this.#options;
		if (rtxPayloadType === undefined || packet.payloadType !== rtxPayloadType) return packet;
		const { payload } = packet;
		if (this.#mediaSsrc === undefined || payload.length < 2) return undefined;
		const sequenceNumber = (payload[0]! << 8) | payload[1]!;
		return { ...packet, payloadType, ssrc: this.#mediaSsrc, sequenceNumber, payload: payload.subarray(2) };
	}

	#newOrder(): PacketOrder {
		return new PacketOrder(this.#isVideo ? VIDEO_ORDER : SOUND_ORDER);
	}

	#restart(mediaSsrc: number): void {
		this.#formerSsrc = this.#mediaSsrc;
		this.#mediaSsrc = mediaSsrc;
		this.#order = this.#newOrder();
		// Neither its pictures nor its RTP times have a relation to those of the stream before.
		this.#builder = new FrameBuilder(this.#options.codec, this.#options.formatParameters);
		this.#clock = new SenderClock(this.#clockHz);
		this.#firstNumber = undefined;
		this.#jitter = 0;
		this.#transitTicks = Number.NaN;
		this.#senderReport = undefined;
	}

	#beginCount(): void {
		this.#firstNumber = this.#order.firstSequenceNumber;
		this.#received = 0;
		this.#expectedBefore = 0;
		this.#receivedBefore = 0;
	}

	#deliver(packets: readonly OrderedPacket[], roundTripSec: number): void {
		const { codec, onFrame } = this.#options;
		for (const packet of packets) {
			this.#inOrderSec = Math.max(this.#inOrderSec, packet.receivedSec);
			const frame = this.#builder.add(packet);
			if (frame === undefined) continue;
			const { rtpTicks } = frame;
			const receivedSec = this.#inOrderSec;
			this.#inOrderSec += LEAST_STEP_SEC;
			const capturedSec = this.#clock.capturedSec(rtpTicks, receivedSec, roundTripSec);
			onFrame({ kind: this.#isVideo ? "video" : "audio", codec, ...frame, receivedSec, capturedSec });
		}
	}

	#askForPackets(nowSec: number, roundTripSec: number): void {
		const { hasNack, ssrc, sendRtcp } = this.#options;
		if (!hasNack || this.#mediaSsrc === undefined) return;
		const again = Number.isFinite(roundTripSec) ? roundTripSec : DEFAULT_ROUND_TRIP_SEC;
		if (nowSec - this.#nackedSec < Math.max(LEAST_NACK_SEC, again)) return;
		const missing = this.#order.missing(MOST_NACKED);
		if (missing.length === 0) return;
		this.#nackedSec = nowSec;
		sendRtcp(writeNack(ssrc, this.#mediaSsrc, missing));
	}

	#askForKeyframe(nowSec: number): void {
		if (this.#builder.needsKeyframe) this.requestKeyframe(nowSec);
	}

	/** Asks for a key frame of pictures, unless that was done a moment ago. */
	requestKeyframe(nowSec: number): void {
		const { hasPli, ssrc, sendRtcp } = this.#options;
		if (!hasPli || this.#mediaSsrc === undefined) return;
		if (nowSec - this.#pliSec < PLI_SEC) return;
		this.#pliSec = nowSec;
		sendRtcp(writePli(ssrc, this.#mediaSsrc));
	}

	/** RFC 3550, 6.4.1 and A.8. */
	#measureJitter(rtpTicks: number, nowSec: number): void {
		const transitTicks = nowSec * this.#clockHz - rtpTicks;
		const difference = Math.abs(transitTicks - this.#transitTicks);
		this.#transitTicks = transitTicks;
		// A longer step is a wrap, or a new beginning.
		if (difference < 10 * this.#clockHz) this.#jitter += (difference - this.#jitter) / 16;
	}

	/** RFC 3550, A.3. */
	#report(nowSec: number): void {
		const highestSequenceNumber = this.#order.highestSequenceNumber;
		if (highestSequenceNumber === undefined || this.#mediaSsrc === undefined) return;
		this.#reportedSec = nowSec;
		const expected = highestSequenceNumber - (this.#firstNumber ?? highestSequenceNumber) + 1;
		const [newlyExpected, newlyReceived] = [expected - this.#expectedBefore, this.#received - this.#receivedBefore];
		this.#expectedBefore = expected;
		this.#receivedBefore = this.#received;
		const sent = this.#senderReport;
		const report = writeReceiverReport(this.#options.ssrc, this.#mediaSsrc, {
			fractionLost: newlyExpected > 0 ? Math.max(0, newlyExpected - newlyReceived) / newlyExpected : 0,
			totalLost: expected - this.#received,
			highestSequenceNumber: highestSequenceNumber - 0x10000,
			jitter: this.#jitter,
			lastSenderReport: sent?.ntpMiddle ?? 0,
			sinceSenderReportSec: sent === undefined ? 0 : nowSec - sent.arrivedSec,
		});
		this.#options.sendRtcp(report);
	}
}
