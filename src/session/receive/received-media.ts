import type { ClientMediaKind, ClientMediaPacket } from "../../media/client-media.ts";
import { TokenBucket } from "../../media/token-bucket.ts";
import type { OfferedMedia } from "../offered-media.ts";
import { parseRtcp } from "../rtcp.ts";
import { MediaReceiver } from "./media-receiver.ts";
import { BYTES_PER_PACKET, MAX_MEDIA_BYTES } from "./receive-limits.ts";
import { isRtcp, parseRtp } from "./rtp-packet.ts";

/** Options of `ReceivedMedia`. */
export interface ReceivedMediaOptions {
	/** The sections that were agreed on. */
	readonly media: readonly OfferedMedia[];
	/** Our own SSRC, the sender of feedback. */
	readonly ssrc: number;
	/** Takes each frame once it is whole. */
	readonly onFrame: (packet: ClientMediaPacket) => void;
	/** Sends an RTCP packet. */
	readonly sendRtcp: (packet: Buffer) => void;
	/** Returns the newest round trip, seconds; NaN: not known. */
	readonly roundTripSec: () => number;
}

/** The sound and the pictures that a client sends in one session. */
export class ReceivedMedia {
	/** Kinds that were agreed on. */
	readonly kinds: ReadonlySet<ClientMediaKind>;
	readonly #receivers: ReadonlyMap<string, MediaReceiver>;
	readonly #roundTripSec: () => number;
	readonly #budget = new TokenBucket(MAX_MEDIA_BYTES, MAX_MEDIA_BYTES);

	constructor({ media, ssrc, onFrame, sendRtcp, roundTripSec }: ReceivedMediaOptions) {
		this.kinds = new Set(media.map(({ kind }) => kind));
		this.#roundTripSec = roundTripSec;
		this.#receivers = new Map(
			media.map(({ mid, codec, payloadType, rtxPayloadType, formatParameters, feedback }) => [
				mid,
				new MediaReceiver({
					codec,
					payloadType,
					rtxPayloadType,
					formatParameters,
					ssrc,
					hasNack: feedback.has("nack"),
					hasPli: feedback.has("nack pli"),
					onFrame,
					sendRtcp,
				}),
			]),
		);
	}

	/** Takes an RTP or RTCP packet of a section, or drops it beyond the bound of a second. */
	add(mid: string, data: Uint8Array, nowSec: number): void {
		const receiver = this.#receivers.get(mid);
		if (receiver === undefined || !this.#budget.take(nowSec, data.length + BYTES_PER_PACKET)) return;
		if (!isRtcp(data)) {
			const packet = parseRtp(data);
			if (packet !== undefined) receiver.add(packet, nowSec, this.#roundTripSec());
			return;
		}
		for (const packet of parseRtcp(data))
			if (packet.type === "senderReport") {
				receiver.reported(packet.ssrc, packet, nowSec, this.#roundTripSec());
			}
	}

	/** Asks for a key frame of the pictures, unless that was done a moment ago. */
	requestKeyframe(nowSec: number): void {
		for (const receiver of this.#receivers.values()) receiver.requestKeyframe(nowSec);
	}

	/** Does what is due by the clock. To be called a few times a second. */
	housekeep(nowSec: number): void {
		for (const receiver of this.#receivers.values()) receiver.housekeep(nowSec, this.#roundTripSec());
	}
}
