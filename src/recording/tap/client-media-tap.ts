import { CaptureOrder } from "../../media/capture-order.ts";
import { CLIENT_MEDIA_KINDS, type ClientMediaPacket } from "../../media/client-media.ts";
import { readOpusPacket } from "../../media/opus-packet.ts";
import { SOUND_HZ } from "../../media/sound-ring.ts";
import type { SessionRecord } from "../session-record.ts";

/** Passes on what one viewer's microphone and camera send, pictures from a key frame on. */
export class ClientMediaTap {
	readonly #viewer: string;
	readonly #put: (record: SessionRecord) => void;
	readonly #order = new CaptureOrder();
	/** Times of the newest packets of each kind. */
	readonly #newestSec = CLIENT_MEDIA_KINDS.map(() => Number.NEGATIVE_INFINITY);
	#hasKeyframe = false;
	/** RTP time at which the microphone's next packet begins if it goes on. */
	#nextTicks: number | undefined;

	/** @param viewer the part of its id that may be shown. @param put receives each record. */
	constructor(viewer: string, put: (record: SessionRecord) => void) {
		this.#viewer = viewer;
		this.#put = put;
	}

	/** Takes a packet of the viewer's. */
	take(packet: ClientMediaPacket): void {
		const { kind, data } = packet;
		const stream = CLIENT_MEDIA_KINDS.indexOf(kind);
		// Where a client's path changes, what comes on the new one may have waited there.
		const atSec = Math.max(packet.receivedSec, this.#newestSec[stream]!);
		this.#newestSec[stream] = atSec;
		const capturedSec = this.#order.capturedSec(stream, packet.capturedSec);
		if (kind === "video") {
			this.#hasKeyframe ||= packet.keyframe;
			if (!this.#hasKeyframe) return;
			const timed = { ...packet, receivedSec: atSec, capturedSec };
			this.#put({ type: "client-frame", viewer: this.#viewer, atSec, packet: timed });
			return;
		}
		const facts = readOpusPacket(data);
		if (facts === undefined) return;
		const { durationSec } = facts;
		const begins = packet.rtpTicks !== this.#nextTicks;
		this.#nextTicks = (packet.rtpTicks + Math.round(durationSec * SOUND_HZ)) % 2 ** 32;
		const sound = { data, durationSec, mediaTimeSec: Number.NaN, capturedSec, begins };
		this.#put({ type: "sound", viewer: this.#viewer, direction: "received", atSec, sound });
	}
}
