import { AV_NOPTS_VALUE, AV_PKT_DATA_PRFT } from "node-av/constants";
import type { Packet } from "node-av/lib";
import { CaptureOrder } from "../media/capture-order.ts";
import { monotonicSec } from "../media/clock.ts";
import { statedTimeUs } from "../metadata/gps-time.ts";
import { CaptureClock, WallClock } from "./capture-clock.ts";
import { type FileCaptures, readFileCaptures } from "./file-captures.ts";
import type { LibavInput } from "./libav-input.ts";
import type { CaptureClockChoice } from "./source-options.ts";
import type { SourceJob } from "./source-worker.ts";
import type { TimesBeside } from "./times-beside.ts";
import type { CaptureOrigin } from "./video-source.ts";

/** The capture of one picture. */
export interface StatedCapture {
	/** Microseconds since 1970 on the camera's own clock; NaN: it states none. */
	readonly cameraUs: number;
	/** Seconds on the monotonic clock; NaN: not known, or not to be believed. */
	readonly capturedSec: number;
}

/** The part of an input whose captures are found. */
export type CapturedInput = Pick<
	LibavInput,
	| "live"
	| "segmented"
	| "stream"
	| "onStatement"
	| "access"
	| "container"
	| "tickSec"
	| "still"
	| "startSec"
	| "findTimesBeside"
>;
type CaptureJob = Pick<SourceJob<{ readonly captureClock: CaptureClockChoice }>, "options" | "capture" | "stopping">;

/** The capture of a picture about which nothing is stated. */
export const NOT_STATED: StatedCapture = { cameraUs: Number.NaN, capturedSec: Number.NaN };
/** Packets whose captures are remembered until their picture comes out of the decoder. */
const MOST_REMEMBERED = 256;
/** A picture without a statement of its own goes by one within so many seconds. */
const NEAR_SEC = 1;
/** Streams of the order of captures: that of packets, and that of pictures. */
const PACKETS = 0;
const PICTURES = 1;
/** Longest way of pictures that come in pieces of seconds (HLS). */
const OLDEST_IN_PIECES_SEC = 60;
/** The age is reported so often, seconds. */
const REPORT_SEC = 1;
/** Bytes of FFmpeg's AVProducerReferenceTime: microseconds since 1970, then flags. */
const PRFT_BYTES = 12;

/**
 * Finds the capture times that the packets of an input state, and those of the pictures that are
 * decoded from them.
 */
export class CaptureTimes {
	readonly #job: CaptureJob;
	readonly #clock = new CaptureClock();
	readonly #wall = new WallClock(performance.timeOrigin / 1000 + performance.now() / 1000 - monotonicSec());
	#order = new CaptureOrder();
	#input: CapturedInput | undefined;
	#file: FileCaptures | undefined;
	#beside: TimesBeside | undefined;
	/** Captures by the time stamp of their picture, microseconds; the oldest first. */
	readonly #stated = new Map<number, StatedCapture>();
	#newest = { stampSec: Number.NaN, ...NOT_STATED };
	/** Newest packet whose picture is shown after all before it; infinite: a capture not known. */
	#foremost = { stampSec: Number.NaN, capturedSec: Number.POSITIVE_INFINITY };
	#ofPacket = NOT_STATED;
	/** The packet before had a statement of FFmpeg. */
	#isStated = false;
	#reported: { readonly words: string; readonly atSec: number } | undefined;

	constructor(job: CaptureJob) {
		this.#job = job;
	}

	/** The capture that the packet states which was read last. */
	get ofPacket(): StatedCapture {
		return this.#ofPacket;
	}

	/** An input was opened, or opened again. Resolves when the statements of a file are known. */
	async opened(input: CapturedInput): Promise<void> {
		this.#input = input;
		this.#beside = undefined;
		this.#clock.restart(input.segmented ? OLDEST_IN_PIECES_SEC : undefined);
		// An input that is opened again may bring once more what has been seen.
		this.#order = new CaptureOrder();
		this.#foremost = { stampSec: Number.NaN, capturedSec: Number.POSITIVE_INFINITY };
		this.#stated.clear();
		this.#newest = { stampSec: Number.NaN, ...NOT_STATED };
		this.#ofPacket = NOT_STATED;
		this.#isStated = false;
		const { captureClock } = this.#job.options;
		if (captureClock === "none") return;
		input.onStatement = (packet) => this.#take(packet);
		if (captureClock === "auto") this.#beside = input.findTimesBeside();
		const file = captureClock === "auto" && !input.live ? await readFileCaptures(input, this.#job) : undefined;
		this.#file = file && Number.isNaN(believed(file.anchors, input.startSec)) ? undefined : file;
		if (this.#file !== undefined) this.#report(this.#file.origin);
	}

	/**
	 * The capture of the picture with a time stamp, seconds; never later than now, nor before that
	 * of the picture that was asked for last, however the camera's clock is corrected.
	 */
	at(stampSec: number): StatedCapture {
		if (this.#file !== undefined)
			return { cameraUs: believed(this.#file.anchors, stampSec), capturedSec: Number.NaN };
		const { cameraUs, capturedSec } = this.#statedAt(stampSec);
		return { cameraUs, capturedSec: this.#order.capturedSec(PICTURES, capturedSec) };
	}

	#statedAt(stampSec: number): StatedCapture {
		const found = this.#stated.get(microseconds(stampSec));
		if (found !== undefined) return found;
		const { stampSec: nearSec, cameraUs, capturedSec } = this.#newest;
		const sinceSec = stampSec - nearSec;
		if (!(Math.abs(sinceSec) <= NEAR_SEC)) return NOT_STATED;
		const goneOnSec = Math.min(capturedSec + sinceSec, monotonicSec());
		return { cameraUs: cameraUs + microseconds(sinceSec), capturedSec: goneOnSec };
	}

	#take(packet: Packet): void {
		this.#ofPacket = NOT_STATED;
		const { pts } = packet;
		if (this.#input === undefined || pts === AV_NOPTS_VALUE) return;
		const { num, den } = this.#input.stream.timeBase;
		const stampSec = (Number(pts) * num) / den;
		if (this.#file !== undefined) {
			this.#ofPacket = this.at(stampSec);
			return;
		}
		const stated = this.#statementOf(packet) ?? this.#statementBeside(stampSec);
		if (stated === undefined) return;
		const { origin, cameraUs } = stated;
		const judgedSec = this.#isJudged ? this.#judge(cameraUs, stampSec) : Number.NaN;
		const capturedSec = this.#inOrder(stampSec, judgedSec);
		this.#ofPacket = { cameraUs, capturedSec };
		this.#newest = { stampSec, cameraUs, capturedSec };
		this.#stated.set(microseconds(stampSec), this.#ofPacket);
		const [oldest] = this.#stated.keys();
		if (this.#stated.size > MOST_REMEMBERED && oldest !== undefined) this.#stated.delete(oldest);
		this.#report(origin);
	}

	/** Packets have the order of their pictures, but for those that are coded after later ones. */
	#inOrder(stampSec: number, capturedSec: number): number {
		const aheadSec = this.#foremost.stampSec - stampSec;
		if (aheadSec > 0 && aheadSec <= NEAR_SEC) return Math.min(capturedSec, this.#foremost.capturedSec);
		const inOrderSec = this.#order.capturedSec(PACKETS, capturedSec);
		this.#foremost = { stampSec, capturedSec: Number.isNaN(inOrderSec) ? Number.POSITIVE_INFINITY : inOrderSec };
		return inOrderSec;
	}

	#statementOf(packet: Packet): { readonly origin: CaptureOrigin; readonly cameraUs: number } | undefined {
		if (this.#job.options.captureClock === "pts") {
			const { num, den } = this.#input!.stream.timeBase;
			const cameraUs = Number((packet.pts * BigInt(num) * 1_000_000n) / BigInt(den));
			return { origin: "pts", cameraUs };
		}
		const data = packet.getSideData(AV_PKT_DATA_PRFT);
		const wasStated = this.#isStated;
		this.#isStated = data !== null && data.length >= PRFT_BYTES;
		// FFmpeg's parser gives the first one to the picture before.
		if (data === null || !this.#isStated || !wasStated) return undefined;
		const cameraUs = Number(data.readBigInt64LE(0));
		// A sender without a wall clock counts from 0, which is 1900 (RFC 3550, 6.4.1).
		return cameraUs < 0 ? undefined : { origin: "rtcp", cameraUs };
	}

	#statementBeside(stampSec: number): { readonly origin: CaptureOrigin; readonly cameraUs: number } | undefined {
		const cameraUs = this.#beside === undefined ? Number.NaN : believed(this.#beside, stampSec);
		return Number.isNaN(cameraUs) ? undefined : { origin: this.#beside!.origin, cameraUs };
	}

	/** A pipe may bring what a camera sees now, or a file. */
	get #isJudged(): boolean {
		return this.#input?.live === true || this.#input?.access.pipe !== undefined;
	}

	#judge(cameraUs: number, stampSec: number): number {
		const receivedSec = monotonicSec();
		const wallOffsetSec = this.#wall.offsetSec(Date.now(), receivedSec);
		return this.#clock.judge({ cameraUs, stampSec, receivedSec, wallOffsetSec });
	}

	#report(origin: CaptureOrigin): void {
		const judgement = this.#clock.statement(origin);
		const isRecorded = this.#input?.live === false && !judgement.used;
		const statement = isRecorded ? { ...judgement, ageSec: Number.NaN } : judgement;
		const words = `${origin} ${statement.used} ${statement.isLate}`;
		const atSec = monotonicSec();
		if (this.#reported?.words === words && atSec - this.#reported.atSec < REPORT_SEC) return;
		this.#reported = { words, atSec };
		this.#job.capture(statement);
	}
}

/**
 * A time that is stated for a place in the stream, microseconds since 1970. NaN: none is, or none
 * that a camera may state, as by a sender that counts places by another clock than its time stamps.
 */
function believed(times: Pick<TimesBeside, "timeUs">, stampSec: number): number {
	return statedTimeUs(times.timeUs(stampSec)) ?? Number.NaN;
}

function microseconds(sec: number): number {
	return Math.round(sec * 1e6);
}
