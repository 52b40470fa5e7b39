import { AV_NOPTS_VALUE } from "node-av/constants";
import { avGetCodecName, type Packet } from "node-av/lib";
import { monotonicSec } from "../media/clock.ts";
import { type CaptureTimes, NOT_STATED } from "./capture-times.ts";
import type { LibavInput } from "./libav-input.ts";
import type { PacketWish, SourcePacketBatch } from "./source-packets.ts";

/** Packets are sent when so many bytes of them have come, or the oldest is so old. */
const BATCH_BYTES = 1 << 18;
const BATCH_SEC = 0.1;
/** Longest group that is kept while nobody wants it, bytes. */
const MOST_GROUP_BYTES = 16 << 20;

/** The part of an input that is copied. */
export type CopiedInput = Pick<LibavInput, "tickSec" | "stream" | "onPacket">;

/** The part of a source's job that copying needs. */
export interface CopierJob {
	readonly packetsWanted: PacketWish;
	sendPackets(batch: SourcePacketBatch): void;
}

interface CopiedPacket {
	readonly data: Uint8Array;
	readonly facts: SourcePacketBatch["packets"][number];
}

/**
 * Copies the packets of an input's pictures for a recording, while one wants them: from a key frame
 * on, and each of them, whether its picture is shown or not. Where a recording may come, it begins
 * with the present group, as if that was read then.
 */
export class PacketCopier {
	readonly #job: CopierJob;
	#tickSec = Number.NaN;
	#captures: CaptureTimes | undefined;
	#codec = "";
	#configuration = new Uint8Array();
	#isCopying = false;
	#packets: CopiedPacket[] = [];
	#bytes = 0;
	/** The packets are a group that nobody wants yet. */
	#isKept = false;

	constructor(job: CopierJob) {
		this.#job = job;
	}

	/** An input was opened, or opened again. */
	opened(input: CopiedInput, captures?: CaptureTimes | undefined): void {
		this.#captures = captures;
		if (this.#isKept) this.#forget();
		this.flush();
		const { codecpar } = input.stream;
		this.#tickSec = input.tickSec;
		this.#codec = avGetCodecName(codecpar.codecId) ?? "unknown";
		this.#configuration = Uint8Array.from(codecpar.extradata ?? []);
		this.#isCopying = false;
		input.onPacket = (packet) => this.#take(packet);
	}

	/**
	 * Sends the packets that are wanted and have waited long enough; call it often. A still picture
	 * has one packet, and of a source that is paused none comes.
	 */
	tend(): void {
		if (this.#job.packetsWanted !== "all") return;
		if (this.#isKept) this.#handOver();
		this.#flushOld(monotonicSec());
	}

	/** Sends the packets that wait. */
	flush(): void {
		if (this.#packets.length === 0 || this.#isKept) return;
		const memory = new SharedArrayBuffer(this.#bytes);
		const all = new Uint8Array(memory);
		let at = 0;
		for (const { data } of this.#packets) {
			all.set(data, at);
			at += data.byteLength;
		}
		const packets = this.#packets.map(({ facts }) => facts);
		this.#packets = [];
		this.#bytes = 0;
		this.#job.sendPackets({ codec: this.#codec, configuration: this.#configuration, memory, packets });
	}

	#take(packet: Packet): void {
		const wish = this.#job.packetsWanted;
		const { data, isKeyframe } = packet;
		if (wish !== "all") this.#rest(wish === "group" && isKeyframe);
		else if (this.#isKept) this.#handOver();
		if (data === null || data.length === 0) return;
		this.#isCopying ||= isKeyframe && wish !== "none";
		if (!this.#isCopying) return;
		const secondsOf = (stamp: bigint) => (stamp === AV_NOPTS_VALUE ? Number.NaN : Number(stamp) * this.#tickSec);
		const receivedSec = monotonicSec();
		this.#packets.push({
			// The packet is lent.
			data: Uint8Array.from(data),
			facts: {
				byteLength: data.length,
				keyframe: isKeyframe,
				stampSec: secondsOf(packet.pts),
				decodeSec: secondsOf(packet.dts),
				durationSec: Number(packet.duration) * this.#tickSec,
				receivedSec,
				...(this.#captures?.ofPacket ?? NOT_STATED),
			},
		});
		this.#bytes += data.length;
		if (wish === "group") {
			this.#isKept = true;
			if (this.#bytes > MOST_GROUP_BYTES) this.#forget();
			return;
		}
		if (this.#bytes >= BATCH_BYTES) this.flush();
		else this.#flushOld(receivedSec);
	}

	#flushOld(nowSec: number): void {
		const [first] = this.#packets;
		if (first !== undefined && nowSec - first.facts.receivedSec >= BATCH_SEC) this.flush();
	}

	/** Nobody wants packets now. @param begins a group begins, which is kept. */
	#rest(begins: boolean): void {
		if (!this.#isKept) {
			this.flush();
			this.#isCopying = false;
		} else if (begins || this.#job.packetsWanted === "none") this.#forget();
	}

	/** The kept group is wanted: a recording has none from before its beginning. */
	#handOver(): void {
		const nowSec = monotonicSec();
		const last = this.#packets.length - 1;
		// Viewers tell pictures apart by their times.
		this.#packets = this.#packets.map(({ data, facts }, index) => {
			return { data, facts: { ...facts, receivedSec: nowSec - (last - index) * 1e-6 } };
		});
		this.#isKept = false;
	}

	#forget(): void {
		this.#packets = [];
		this.#bytes = 0;
		this.#isKept = false;
		this.#isCopying = false;
	}
}
