import type { CongestionController } from "./congestion/congestion-controller.ts";
import type { PeerTransport } from "./peer-transport.ts";
import { newTotals, type RunningTotals } from "./session-stats.ts";

/** Why a packet is sent. */
export type SendReason = "media" | "retransmission";

/**
 * Retransmissions are averaged over the time for which packets are kept for them,
 * seconds.
 */
const RETRANSMISSION_AVERAGE_SEC = 1;

/**
 * The way out that all RTP streams of a session share: the transport, its
 * transport-wide sequence numbers, what is known about the path, and the totals.
 */
export class SendPath {
	readonly controller: CongestionController;
	readonly totals: RunningTotals = newTotals();
	readonly #transport: PeerTransport;
	#transportSequenceNumber = 0;
	#retransmittedBytes = 0;
	#retransmissionBps = 0;
	#averagedSec: number;

	/** @param transport borrowed: its owner closes it. */
	constructor(transport: PeerTransport, controller: CongestionController, nowSec: number) {
		this.#transport = transport;
		this.controller = controller;
		this.#averagedSec = nowSec;
	}

	/** Rate of retransmissions, an average over about a second, bits per second. */
	get retransmissionBps(): number {
		return this.#retransmissionBps;
	}

	/** Takes the next transport-wide sequence number: 16 bits, wrapping. */
	takeNumber(): number {
		const number = this.#transportSequenceNumber;
		this.#transportSequenceNumber = (number + 1) & 0xffff;
		return number;
	}

	/** Sends an RTP packet that is stamped with a number from `takeNumber`. */
	sendRtp(packet: Buffer, transportSequenceNumber: number, reason: SendReason, nowSec: number): void {
		this.#transport.send(packet);
		this.controller.onPacketSent(transportSequenceNumber, packet.length, nowSec);
		this.totals.packetsSent++;
		this.totals.bytesSent += packet.length;
		if (reason === "media") return;
		this.totals.retransmittedPacketsSent++;
		this.#retransmittedBytes += packet.length;
	}

	/** Sends an RTCP packet, which congestion control does not count. */
	sendRtcp(packet: Buffer): void {
		this.#transport.send(packet);
	}

	/** Brings the averages up to date. To be called a few times a second. */
	housekeep(nowSec: number): void {
		this.controller.onTick(nowSec);
		const elapsedSec = nowSec - this.#averagedSec;
		if (elapsedSec <= 0) return;
		const rateBps = (this.#retransmittedBytes * 8) / elapsedSec;
		const weight = Math.min(1, elapsedSec / RETRANSMISSION_AVERAGE_SEC);
		this.#retransmissionBps += (rateBps - this.#retransmissionBps) * weight;
		this.#retransmittedBytes = 0;
		this.#averagedSec = nowSec;
	}
}
