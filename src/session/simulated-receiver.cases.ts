import type { ReceivedFrame } from "./frame-assembler.cases.ts";
import { nackPacket, receiverReport } from "./rtcp-packets.cases.ts";

/**
 * A viewer asks for a missing packet at once, then every 20 ms if a
 * round trip has passed, like libwebrtc's `NackRequester`, but fewer times.
 */
const NACK_AGAIN_MS = 20;
const NACK_TIMES = 10;
/** And for a key frame when a frame that it needs is this late. */
const KEYFRAME_AFTER_SEC = 0.5;

/** A frame that the session was given. */
export interface SentFrame {
	readonly rtpTicks: number;
	readonly keyframe: boolean;
	readonly sentSec: number;
}

/**
 * The receiver's part of RTCP, for the RTP that reaches it: NACKs, and reports once a second.
 */
export class SimulatedReceiver {
	readonly #ssrc: number;
	readonly #reply: (packet: Buffer) => void;
	/** The round trip as the receiver knows it, seconds. */
	roundTripSec: number;
	readonly #missing = new Map<number, { askedSec: number; times: number }>();
	#highest: number | undefined;
	#received = 0;
	#reportedHighest = 0;
	#reportedReceived = 0;
	#senderReport: { readonly id: number; readonly atSec: number } | undefined;

	constructor(ssrc: number, reply: (packet: Buffer) => void, roundTripSec: number) {
		this.#ssrc = ssrc;
		this.#reply = reply;
		this.roundTripSec = roundTripSec;
	}

	/**
	 * @param first whether it is not a retransmission.
	 * @returns false for a packet that has arrived before, or too late.
	 */
	received(sequenceNumber: number, first: boolean): boolean {
		if (first) this.#received++;
		if (this.#highest === undefined) {
			this.#highest = sequenceNumber;
			this.#reportedHighest = sequenceNumber - 1;
			return true;
		}
		const unwrapped = this.#highest + (((sequenceNumber - this.#highest) << 16) >> 16);
		const isNew = this.#missing.delete(unwrapped) || unwrapped > this.#highest;
		for (let number = this.#highest + 1; number < unwrapped; number++)
			this.#missing.set(number, { askedSec: Number.NEGATIVE_INFINITY, times: 0 });
		this.#highest = Math.max(this.#highest, unwrapped);
		return isNew;
	}

	askForMissing(nowSec: number): void {
		const mayAskAgain = Math.round(nowSec * 1000) % NACK_AGAIN_MS === 0;
		for (const [number, state] of this.#missing) {
			if (state.times > 0 && !(mayAskAgain && nowSec - state.askedSec >= this.roundTripSec)) continue;
			if (state.times++ === NACK_TIMES) this.#missing.delete(number);
			else {
				state.askedSec = nowSec;
				this.#reply(nackPacket(this.#ssrc, number & 0xffff));
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
				ssrc: this.#ssrc,
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
export class SimulatedDecoder {
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
