import type { CongestionController } from "./congestion/congestion-controller.ts";
import type { PeerTransport } from "./peer-transport.ts";
import { PathLosses } from "./repair/path-losses.ts";
import { PathMtu } from "./repair/path-mtu.ts";
import type { TransportFeedback } from "./rtcp.ts";
import { newTotals, type RunningTotals } from "./session-stats.ts";

/**
 * Why a packet is sent. Repairs, retransmissions and FEC, take from the rate of new
 * pictures, as do cameras. Padding completes a probe and does not.
 */
export type SendReason = "media" | "camera" | "sound" | "retransmission" | "fec" | "padding";

/**
 * Repairs are averaged over the time for which packets are kept for retransmission,
 * seconds.
 */
const REPAIR_AVERAGE_SEC = 1;

/**
 * The way out that all RTP streams of a session share: the transport, its
 * transport-wide sequence numbers, what is known about the path, and the totals.
 */
export class SendPath {
	readonly controller: CongestionController;
	readonly losses = new PathLosses();
	readonly mtu: PathMtu;
	readonly totals: RunningTotals = newTotals();
	readonly #transport: PeerTransport;
	#transportSequenceNumber = 0;
	#repairBytes = 0;
	#repairBps = 0;
	#soundBytes = 0;
	#soundBps = 0;
	#cameraBytes = 0;
	#cameraBps = 0;
	#averagedSec: number;

	/**
	 * @param transport borrowed: its owner closes it.
	 * @param hasTransportCc whether the receiver reports with transport-cc.
	 */
	constructor(
		transport: PeerTransport,
		controller: CongestionController,
		nowSec: number,
		{ hasTransportCc = true } = {},
	) {
		this.mtu = new PathMtu(hasTransportCc);
		this.#transport = transport;
		this.controller = controller;
		this.#averagedSec = nowSec;
	}

	/**
	 * Rate of retransmissions and FEC, an average over about a second, bits per second.
	 */
	get repairBps(): number {
		return this.#repairBps;
	}

	/** Rate of sound, an average over about a second, bits per second. */
	get soundBps(): number {
		return this.#soundBps;
	}

	/** Rate of the cameras' pictures, an average over about a second, bits per second. */
	get cameraBps(): number {
		return this.#cameraBps;
	}

	/** Takes the next transport-wide sequence number: 16 bits, wrapping. */
	takeNumber(): number {
		const number = this.#transportSequenceNumber;
		this.#transportSequenceNumber = (number + 1) & 0xffff;
		return number;
	}

	/**
	 * Sends an RTP packet that is stamped with a number from `takeNumber`.
	 * @param probeId cluster that it is sent for, if any.
	 */
	sendRtp(
		packet: Buffer,
		transportSequenceNumber: number,
		reason: SendReason,
		nowSec: number,
		probeId?: number,
	): void {
		this.#transport.send(packet);
		this.controller.onPacketSent(transportSequenceNumber, packet.length, nowSec, probeId);
		this.losses.sent(transportSequenceNumber, nowSec);
		this.mtu.sent(transportSequenceNumber, packet.length, nowSec);
		this.totals.packetsSent++;
		this.totals.bytesSent += packet.length;
		if (reason === "sound") this.#soundBytes += packet.length;
		if (reason === "camera") this.#cameraBytes += packet.length;
		if (reason === "retransmission") this.totals.retransmittedPacketsSent++;
		if (reason === "fec") this.totals.fecPacketsSent++;
		if (reason === "retransmission" || reason === "fec") this.#repairBytes += packet.length;
	}

	/** Takes in a report on the packets that were sent. */
	onTransportFeedback(feedback: TransportFeedback, nowSec: number): void {
		this.controller.onTransportFeedback(feedback, nowSec);
		this.losses.report(feedback, nowSec);
		this.mtu.report(feedback, nowSec);
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
		const rateBps = (this.#repairBytes * 8) / elapsedSec;
		const weight = Math.min(1, elapsedSec / REPAIR_AVERAGE_SEC);
		this.#repairBps += (rateBps - this.#repairBps) * weight;
		this.#soundBps += ((this.#soundBytes * 8) / elapsedSec - this.#soundBps) * weight;
		this.#cameraBps += ((this.#cameraBytes * 8) / elapsedSec - this.#cameraBps) * weight;
		this.#repairBytes = 0;
		this.#cameraBytes = 0;
		this.#soundBytes = 0;
		this.#averagedSec = nowSec;
	}
}
