import type { EncodedSound } from "../media/encoded-packet.ts";
import { SOUND_HZ } from "../media/sound-ring.ts";
import { RtpHeader, randomSequenceNumber } from "./rtp-header.ts";
import type { AnsweredSound } from "./sdp-answer.ts";
import type { SendPath } from "./send-path.ts";
import { SenderReports } from "./sender-reports.ts";

/** Options of a `SoundSender`. */
export interface SoundSenderOptions {
	readonly sound: AnsweredSound;
	/** Shared by all senders of a session. */
	readonly path: SendPath;
	/** Seconds since 1970 when the clock of all times was zero. */
	readonly wallClockOffsetSec: number;
}

/** Pictures wait for no sound that has been silent for longer, seconds. */
const FOLLOWED_SEC = 2;

/**
 * Sends sound as one RTP stream (RFC 7587). Packets are small and even, so they leave at once and
 * are not sent again: Opus mends a lost one from the next.
 */
export class SoundSender {
	readonly #path: SendPath;
	readonly #header: RtpHeader;
	readonly #reports: SenderReports;
	readonly #isSynchronized: boolean;

	constructor({ sound, path, wallClockOffsetSec }: SoundSenderOptions) {
		const { offered, ssrc, cname } = sound;
		const { payloadType, extensions, mid } = offered;
		const firstSequenceNumber = randomSequenceNumber();
		this.#path = path;
		this.#isSynchronized = sound.isSynchronized;
		this.#header = new RtpHeader({ ssrc, payloadType, extensions, mid, firstSequenceNumber });
		this.#reports = new SenderReports({ ssrc, cname, clockHz: SOUND_HZ }, wallClockOffsetSec);
	}

	/** True while sound is sent that the pictures are to be in step with. */
	isFollowed(nowSec: number): boolean {
		return this.#isSynchronized && nowSec - this.#reports.frameSentSec < FOLLOWED_SEC;
	}

	/** Sends a packet now. */
	send({ data, rtpTicks, dueSec, begins }: EncodedSound, nowSec: number): void {
		const { byteLength } = this.#header;
		const packet = Buffer.allocUnsafe(byteLength + data.length);
		this.#header.write(packet, 0, rtpTicks);
		packet.set(data, byteLength);
		// The first packet after silence is marked (RFC 3551, 4.1).
		if (begins) this.#header.mark(packet);
		const number = this.#path.takeNumber();
		this.#header.stamp(packet, number, nowSec);
		this.#path.sendRtp(packet, number, "sound", nowSec);
		this.#reports.packetSent(data.length);
		this.#reports.frameBegun(rtpTicks, dueSec, nowSec);
	}

	/** Does what is due by the clock. To be called a few times a second. */
	housekeep(nowSec: number): void {
		const report = this.#reports.takeDue(nowSec);
		if (report !== undefined) this.#path.sendRtcp(report);
	}
}
