import type { EncodedPacket } from "../media/encoded-packet.ts";
import type { BitrateLimits } from "./congestion/congestion-controller.ts";
import { ENCODER_SHARE } from "./encoder-target.ts";
import type { RtcpPacket } from "./rtcp.ts";
import type { RtpSender } from "./rtp-sender.ts";
import type { AnsweredVideo } from "./sdp-answer.ts";
import type { SendPath } from "./send-path.ts";
import type { CameraStream, SessionEvents } from "./viewer-session.ts";

/** Part of a session that its camera streams use. */
export interface CameraStreamsOptions {
	readonly videos: readonly AnsweredVideo[];
	/** Makes the sender of one stream. */
	readonly createSender: (video: AnsweredVideo) => RtpSender;
	readonly path: SendPath;
	/** Bounds of the view's rate. */
	readonly bitrate: BitrateLimits;
	/** Emits an event of the session. */
	readonly emit: <Name extends "cameraKeyframe" | "cameraBackPressure" | "cameraFrameSent" | "camerasBitrate">(
		name: Name,
		...args: SessionEvents[Name]
	) => void;
}

/**
 * Share of the path's rate that all cameras together may have while the view could use the rest:
 * the view is what the person steers by.
 */
const CAMERAS_SHARE = 0.3;
/** Changes of that rate below this share get no notice. */
const NOTICE_STEP = 0.05;

/** The video streams of a session beside its view, one for each camera. */
export class CameraStreams {
	/** The streams that were agreed on, in the order of their sections. */
	readonly streams: readonly CameraStream[];
	readonly #options: CameraStreamsOptions;
	readonly #senders = new Map<string, RtpSender>();
	#noticedBps = 0;

	constructor(options: CameraStreamsOptions) {
		this.#options = options;
		const { videos, createSender, emit } = options;
		this.streams = videos.map(({ offered: { mid, format, mostProfile } }) => ({ mid, format, mostProfile }));
		for (const video of videos) {
			const { mid } = video.offered;
			const sender = createSender(video);
			sender.on("keyframeRequest", () => emit("cameraKeyframe", mid));
			sender.on("backPressure", (behind) => emit("cameraBackPressure", mid, behind));
			sender.on("frameSent", (packet) => emit("cameraFrameSent", mid, packet));
			this.#senders.set(mid, sender);
		}
	}

	/** Rate that all cameras together may have, bits per second. */
	get bitrateBps(): number {
		const { path, bitrate } = this.#options;
		const mediaBps = path.controller.estimateBps * ENCODER_SHARE - path.repairBps - path.soundBps;
		return Math.max(0, Math.round(Math.max(mediaBps * CAMERAS_SHARE, mediaBps - bitrate.maxBps)));
	}

	/** Time at which the newest frame began to leave; -Infinity before the first. */
	get frameSentSec(): number {
		return Math.max(...[...this.#senders.values()].map(({ frameSentSec }) => frameSentSec));
	}

	/** Sends a frame of a camera; does nothing without such a stream. */
	send(mid: string, packet: EncodedPacket): void {
		this.#senders.get(mid)?.send(packet);
	}

	/** The connection is up: every stream begins with a key frame. */
	connected(nowSec: number): void {
		for (const sender of this.#senders.values()) sender.requestKeyframe("connected", nowSec);
	}

	/**
	 * Takes the parts of a packet that are about a camera.
	 * @returns whether the packet is about none but cameras.
	 */
	onRtcp(packet: RtcpPacket, nowSec: number): boolean {
		if (packet.type === "pli") {
			for (const sender of this.#senders.values()) {
				if (sender.ssrc !== packet.mediaSsrc) continue;
				sender.onPli(nowSec);
				return true;
			}
			return false;
		}
		for (const sender of this.#senders.values()) sender.onRtcp(packet, nowSec);
		return false;
	}

	/** Does what is due by the clock. To be called a few times a second. */
	housekeep(nowSec: number): void {
		if (this.#senders.size === 0) return;
		for (const sender of this.#senders.values()) sender.housekeep(nowSec);
		const { bitrateBps } = this;
		if (Math.abs(bitrateBps - this.#noticedBps) <= NOTICE_STEP * this.#noticedBps) return;
		this.#noticedBps = bitrateBps;
		this.#options.emit("camerasBitrate", bitrateBps);
	}

	/** Frees waiting and kept packets. No event follows. */
	close(): void {
		for (const sender of this.#senders.values()) sender.close();
	}
}
