import { CLIENT_MEDIA_KINDS, type ClientMediaPacket } from "../../media/client-media.ts";
import { readOpusPacket } from "../../media/opus-packet.ts";
import { SOUND_HZ } from "../../media/sound-ring.ts";
import type { SessionRecord } from "../session-record.ts";
import { CaptureOrder } from "./capture-order.ts";

/** A busy client's sender report is late by less, seconds: the next one mends the estimate. */
const ESTIMATE_SEC = 0.25;

/** Passes on what one viewer's microphone and camera send, pictures from a key frame on. */
export class ClientMediaTap {
	readonly #viewer: string;
	readonly #put: (record: SessionRecord) => void;
	readonly #order = new CaptureOrder(ESTIMATE_SEC);
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
		const { kind, receivedSec: atSec, data } = packet;
		const stream = CLIENT_MEDIA_KINDS.indexOf(kind);
		const capturedSec = this.#order.capturedSec(stream, atSec * 1000, packet.capturedSec);
		if (kind === "video") {
			this.#hasKeyframe ||= packet.keyframe;
			if (!this.#hasKeyframe) return;
			this.#put({ type: "client-frame", viewer: this.#viewer, atSec, packet: { ...packet, capturedSec } });
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
