import {
	AV_DISPOSITION_ATTACHED_PIC,
	AV_NOPTS_VALUE,
	AV_PKT_DATA_DISPLAYMATRIX,
	AVDISCARD_ALL,
	AVERROR_EOF,
	AVERROR_EXIT,
	AVMEDIA_TYPE_AUDIO,
	AVMEDIA_TYPE_VIDEO,
	AVSEEK_FLAG_BACKWARD,
} from "node-av/constants";
import { Dictionary, FormatContext, InputFormat, type Packet, type Stream } from "node-av/lib";
import { inNativeCode } from "../threads/process-end.ts";
import { libavSourceError } from "./libav-error.ts";
import { accessTo, protocolOptions, type SourceAccess } from "./source-access.ts";
import { sourceLabel } from "./source-name.ts";
import { Stopping } from "./source-worker.ts";
import { SourceError } from "./video-source.ts";

export interface LibavInputOptions {
	readonly spec: string;
	/** Index among the video tracks. */
	readonly track: number;
	/** FFmpeg's name of a demuxer or device, or "" to find it out. */
	readonly inputFormat: string;
	/** Options of the demuxer or protocol, as FFmpeg names them. */
	readonly inputOptions: Readonly<Record<string, string>>;
	readonly rtspTransport: "tcp" | "udp" | "auto";
}

/** Nothing for this long from a network means that the connection is dead. */
const SILENCE_SEC = 10;

/** An input opened for reading one of its video tracks. */
export class LibavInput {
	readonly label: string;
	readonly stream: Stream;
	readonly live: boolean;
	readonly network: boolean;
	/** Live, but delivered in pieces of several seconds (HLS, DASH): its pictures need a clock. */
	readonly segmented: boolean;
	readonly blocking: boolean;
	readonly #format: FormatContext;
	readonly #signal: AbortSignal;
	#closed = false;

	private constructor(format: FormatContext, stream: Stream, access: SourceAccess, label: string, signal: AbortSignal) {
		this.#format = format;
		this.#signal = signal;
		this.stream = stream;
		this.label = label;
		this.blocking = access.blocking;
		this.network = access.network;
		this.segmented = /^(hls|dash)/.test(format.iformat?.name ?? "");
		const endless = access.network && format.duration <= 0n;
		this.live = access.live || endless;
	}

	/**
	 * Opens `spec` and chooses the track.
	 *
	 * @throws {SourceError} with what is wrong in a sentence.
	 * @throws {Stopping} if `signal` is aborted meanwhile.
	 */
	static async open(options: LibavInputOptions, signal: AbortSignal): Promise<LibavInput> {
		if (signal.aborted) throw new Stopping();
		const label = sourceLabel(options.spec);
		const access = accessTo(options.spec, options.inputFormat);
		const inputFormat = access.format === "" ? null : InputFormat.findInputFormat(access.format);
		if (access.format !== "" && inputFormat === null)
			throw new SourceError("failed", `${label} can't be opened: this FFmpeg has no input format "${access.format}".`);
		const format = new FormatContext();
		format.allocContext();
		if (access.live) {
			// A live track shows what it is within its first pictures. FFmpeg's "nobuffer" is not used: it would throw away the pictures read on the way,
			// often the only key frame for seconds, and as live pictures are shown on arrival those cost no delay.
			format.probesize = 2_000_000n;
			format.maxAnalyzeDuration = 1_000_000n;
		}
		try {
			using dictionary = Dictionary.fromObject(protocolOptions(access, options.rtspTransport, options.inputOptions));
			await guarded(format, signal, label, SILENCE_SEC, () => format.openInput(access.url, inputFormat, dictionary));
			try {
				await guarded(format, signal, label, SILENCE_SEC, () => format.findStreamInfo());
				return new LibavInput(format, chooseTrack(format, options.track, label), access, label, signal);
			} catch (error) {
				await format.closeInput();
				throw error;
			}
		} catch (error) {
			format.freeContext();
			throw error;
		}
	}

	/** Name of the container as FFmpeg spells it: `mov,mp4,m4a,3gp,3g2,mj2`. */
	get container(): string {
		return this.#format.iformat?.name ?? "unknown";
	}

	get format(): FormatContext {
		return this.#format;
	}

	/** Seconds of one time stamp tick. */
	get tickSec(): number {
		const { num, den } = this.stream.timeBase;
		return num / den;
	}

	/** Time stamp of the first picture, seconds; 0 if unknown. */
	get startSec(): number {
		const start = this.stream.startTime;
		return start === AV_NOPTS_VALUE ? 0 : Number(start) * this.tickSec;
	}

	/** Length in seconds; NaN when unknown or endless. */
	get durationSec(): number {
		const { duration } = this.stream;
		if (duration !== AV_NOPTS_VALUE && duration > 0n) return Number(duration) * this.tickSec;
		return this.#format.duration > 0n ? Number(this.#format.duration) / 1e6 : Number.NaN;
	}

	/** Pictures a second, the average that the container states; NaN if it does not. */
	get frameRate(): number {
		for (const rate of [this.stream.avgFrameRate, this.stream.rFrameRate]) {
			if (rate.num > 0 && rate.den > 0 && rate.num / rate.den <= 1000) return rate.num / rate.den;
		}
		return Number.NaN;
	}

	/** By how much pictures are to be turned clockwise to stand upright, degrees, 0 to 359. */
	get rotationDeg(): number {
		const matrix = this.stream.codecpar.getCodedSideData(AV_PKT_DATA_DISPLAYMATRIX);
		if (matrix === null || matrix.length < 36) return 0;
		// FFmpeg's av_display_rotation_get: the matrix is 3x3, 16.16 fixed point, row by row.
		const at = (index: number) => matrix.readInt32LE(index * 4) / 65_536;
		const counterclockwise = (-Math.atan2(at(1), at(0)) * 180) / Math.PI;
		return (((Math.round(-counterclockwise) % 360) + 360) % 360) + 0;
	}

	/** Reads the next packet of the chosen track into `packet`. @returns false at the end. @throws {SourceError} when reading fails. @throws {Stopping} */
	async read(packet: Packet): Promise<boolean> {
		while (true) {
			if (this.#signal.aborted) throw new Stopping();
			const code = this.blocking
				? await guarded(this.#format, this.#signal, this.label, SILENCE_SEC, () => this.#format.readFrame(packet), [AVERROR_EOF])
				: this.#format.readFrameSync(packet);
			if (code === AVERROR_EOF) return false;
			if (code < 0) throw libavSourceError(code, this.label);
			if (packet.streamIndex === this.stream.index) return true;
			packet.unref();
		}
	}

	/** Goes to the key frame at or before `timeSec` of the input's own time stamps. @returns false if the input can't. */
	async seek(timeSec: number): Promise<boolean> {
		const tick = BigInt(Math.floor(timeSec / this.tickSec + 1e-6));
		const code = await guarded(
			this.#format,
			this.#signal,
			this.label,
			SILENCE_SEC,
			() => this.#format.seekFrame(this.stream.index, tick, AVSEEK_FLAG_BACKWARD),
			"any",
		);
		return code >= 0;
	}

	/** Ends the input. No read is under way. A second call does nothing. */
	async close(): Promise<void> {
		if (this.#closed) return;
		this.#closed = true;
		await this.#format.closeInput();
		this.#format.freeContext();
	}
}

/** Runs a call that may block and interrupts it when `signal` aborts or nothing happens for `silenceSec`. */
async function guarded(
	format: FormatContext,
	signal: AbortSignal,
	label: string,
	silenceSec: number,
	call: () => Promise<number>,
	allowed: readonly number[] | "any" = [],
): Promise<number> {
	let silent = false;
	const interrupt = () => format.interrupt();
	const timer = setTimeout(() => {
		silent = true;
		interrupt();
	}, silenceSec * 1000);
	signal.addEventListener("abort", interrupt);
	try {
		const code = await inNativeCode(call);
		if (signal.aborted) throw new Stopping();
		if (silent && code < 0) throw libavSourceError(AVERROR_EXIT, label);
		if (code < 0 && allowed !== "any" && !allowed.includes(code)) throw libavSourceError(code, label);
		return code;
	} finally {
		clearTimeout(timer);
		signal.removeEventListener("abort", interrupt);
	}
}

function chooseTrack(format: FormatContext, track: number, label: string): Stream {
	const streams = format.streams;
	const isVideo = (stream: Stream) =>
		stream.codecpar.codecType === AVMEDIA_TYPE_VIDEO && (stream.disposition & AV_DISPOSITION_ATTACHED_PIC) === 0;
	const videos = streams.filter(isVideo);
	if (videos.length === 0) {
		const audio = streams.filter((stream) => stream.codecpar.codecType === AVMEDIA_TYPE_AUDIO).length;
		throw new SourceError(
			"not-video",
			`${label} holds no video${audio > 0 ? `, only sound (${audio} audio track${audio > 1 ? "s" : ""})` : ""}.`,
		);
	}
	const chosen = videos[track];
	if (chosen === undefined) {
		const tracks = videos.length === 1 ? "one video track" : `${videos.length} video tracks`;
		throw new SourceError("not-found", `${label} has ${tracks}; track ${track} (counted from 0) is not among them.`);
	}
	for (const stream of streams) if (stream.index !== chosen.index) stream.discard = AVDISCARD_ALL;
	return chosen;
}
