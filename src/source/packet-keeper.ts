import { AV_NOPTS_VALUE } from "node-av/constants";
import type { Packet } from "node-av/lib";
import { monotonicSec } from "../media/clock.ts";
import type { PacketRing } from "../media/packet-ring.ts";
import type { PictureFormat } from "../media/panorama.ts";
import { type CaptureTimes, NOT_STATED } from "./capture-times.ts";
import { writeStreamHead } from "./kept-stream.ts";
import type { LibavInput } from "./libav-input.ts";
import type { PacketFate } from "./picture-passer.ts";
import { PlaceClock } from "./place-clock.ts";
import type { SourceJob } from "./source-worker.ts";
import type { PicturePacking } from "./stereo.ts";

/** How the kept packets become the pictures of their source. Plain data, also as JSON. */
export interface KeptPictures {
	/** Size and colours of the decoder's pictures after the conversion. */
	readonly picture: PictureFormat;
	readonly packing: PicturePacking;
	/** The device that decodes them, or `none`. */
	readonly hwaccel: string;
	/** Decoding threads; 0 chooses. */
	readonly threads: number;
	/** FFmpeg filters of the decoded pictures, or "". */
	readonly filter: string;
}

/** A kept past that is shorter than this share of the wished one is reported. */
const ENOUGH = 0.9;

/** Copies the packets of a live input into a ring, with their places. */
export class PacketKeeper {
	readonly #ring: PacketRing;
	readonly #job: Pick<SourceJob<unknown>, "stopping" | "notice">;
	readonly #places: PlaceClock;
	#input: LibavInput | undefined;
	#captures: CaptureTimes | undefined;
	#head = new Uint8Array();
	/** Seconds from stamps to media time. */
	#mediaOffsetSec = 0;
	#mediaSec = Number.NaN;

	constructor(ring: PacketRing, job: Pick<SourceJob<unknown>, "stopping" | "notice">) {
		this.#ring = ring;
		this.#job = job;
		const newest = ring.end > ring.oldest ? ring.read(ring.end - 1) : undefined;
		this.#places = new PlaceClock(newest && { ...newest, placeSec: ring.window?.newestSec ?? newest.placeSec });
	}

	/** An input was opened, or opened again. Only live ones are kept. */
	opened(input: LibavInput, captures?: CaptureTimes | undefined): void {
		this.#captures = captures;
		this.#input = input.live ? input : undefined;
		this.#places.join();
		if (!input.live) return;
		this.#head = writeStreamHead(input);
		input.onPicture = (packet) => this.#take(packet);
	}

	/** A picture was decoded: stamps have this distance from media time. */
	pictureAt(stampSec: number, mediaSec: number): void {
		if (Number.isNaN(stampSec)) return;
		this.#mediaOffsetSec = mediaSec - stampSec;
		this.#mediaSec = mediaSec;
	}

	/** Pictures that are put together of two inputs can't be kept. */
	composed(): void {}

	/** All packets are decoded too. */
	fate(_packet: Packet): PacketFate {
		return "decode";
	}

	/** The pictures are known now. Packets of others are forgotten. */
	describe(pictures: KeptPictures): void {
		if (this.#input === undefined || this.#job.stopping) return;
		const note = JSON.stringify(pictures);
		if (this.#ring.note === note) return;
		if (this.#ring.note !== "") this.#ring.clear();
		this.#ring.note = note;
	}

	#take(packet: Packet): void {
		const { data } = packet;
		if (this.#input === undefined || data === null || data.length === 0 || this.#job.stopping) return;
		const { tickSec } = this.#input;
		const secondsOf = (stamp: bigint) => (stamp === AV_NOPTS_VALUE ? Number.NaN : Number(stamp) * tickSec);
		const receivedSec = monotonicSec();
		const stampSec = secondsOf(packet.pts);
		const stamps = { stampSec, decodeSec: secondsOf(packet.dts), durationSec: Number(packet.duration) * tickSec };
		const { placeSec, decodeSec, begins } = this.#places.next(stamps, receivedSec);
		// Media time goes on without a gap where stamps begin anew.
		if (begins && !Number.isNaN(this.#mediaSec)) this.#mediaOffsetSec = this.#mediaSec - stampSec;
		const times = {
			placeSec,
			decodeSec,
			durationSec: stamps.durationSec,
			mediaSec: stampSec + this.#mediaOffsetSec,
			receivedSec,
			...(this.#captures?.ofPacket ?? NOT_STATED),
		};
		this.#ring.add(data, times, packet.isKeyframe ? this.#head : undefined);
		if (packet.isKeyframe) this.#reportShortage();
	}

	#reportShortage(): void {
		const { window, handle } = this.#ring;
		if (window?.full !== true) return;
		const keptSec = window.newestSec - window.oldestSec;
		if (keptSec > ENOUGH * handle.windowSec) return;
		const label = this.#input?.label ?? "the source";
		this.#job.notice(`The memory of the time shift holds ${keptSec.toFixed(0)} s of ${label}, and no more.`, true);
	}
}
