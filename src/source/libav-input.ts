import type { Readable } from "node:stream";
import {
	AV_NOPTS_VALUE,
	AV_PKT_DATA_DISPLAYMATRIX,
	AVDISCARD_DEFAULT,
	AVFMT_FLAG_CUSTOM_IO,
	AVFMT_TS_DISCONT,
	AVIO_SEEKABLE_NORMAL,
	AVMEDIA_TYPE_AUDIO,
	AVSEEK_FLAG_BACKWARD,
} from "node-av/constants";
import { Dictionary, FormatContext, InputFormat, IOContext, type Packet, type Stream } from "node-av/lib";
import { PassingReferenceTimes } from "../metadata/passing-reference-times.ts";
import { type FailedInput, failureReason, withReason } from "./failure-reason.ts";
import { guarded, readPacket } from "./guarded-call.ts";
import type { HeifPicture } from "./heif-picture.ts";
import { HlsTimes } from "./hls-times.ts";
import { openLiveMp4 } from "./http-mp4.ts";
import { fetchAddress } from "./http-request.ts";
import { type Orientation, orientationFromMatrix } from "./picture-orientation.ts";
import { type Pipe, PipeBytes } from "./pipe-bytes.ts";
import { accessTo, fileIdentity, isStillContainer, protocolOptions, type SourceAccess } from "./source-access.ts";
import { sourceLabel } from "./source-name.ts";
import { Stopping } from "./source-worker.ts";
import { type TimesBeside, TimesInBytes } from "./times-beside.ts";
import { chooseTiles, chooseTrack, heifOf, type TrackChoice } from "./track-choice.ts";
import { SourceError } from "./video-source.ts";

export interface LibavInputOptions {
	readonly spec: string;
	/** Index among the video tracks; `undefined` for the best. */
	readonly track: number | undefined;
	/** FFmpeg's name of a demuxer or device, or "" to detect it. */
	readonly inputFormat: string;
	/** Options of the demuxer or protocol, as FFmpeg names them. */
	readonly inputOptions: Readonly<Record<string, string>>;
	readonly rtspTransport: "tcp" | "udp" | "auto";
}

/** A network connection that brings nothing for this long is dead. */
const SILENCE_SEC = 10;

const SEGMENTED = /^(hls|dash)/;
/** A server that does not state the length of a file within this time counts as live. */
const LENGTH_TIMEOUT_MS = 2000;
const PIPE_BUFFER_BYTES = 65_536;

/** An input opened for reading one of its video tracks. */
export class LibavInput {
	readonly label: string;
	readonly access: SourceAccess;
	/** The chosen track. */
	readonly stream: Stream;
	/** Its index among the video tracks, and how many there are; attached pictures do not count. */
	readonly track: number;
	readonly videoTracks: number;
	readonly live: boolean;
	readonly network: boolean;
	/**
	 * True for live inputs that come in pieces of several seconds (HLS, DASH): their pictures need
	 * a clock.
	 */
	readonly segmented: boolean;
	readonly blocking: boolean;
	/**
	 * True when time stamps may leap, by the rules of the format: a leap is a new beginning and no
	 * long picture.
	 */
	readonly discontinuous: boolean;
	readonly #format: FormatContext;
	readonly #signal: AbortSignal;
	/** Assembly of the picture of a HEIF file from its tracks. */
	readonly heif: HeifPicture | undefined;
	readonly #asOpened: FailedInput;
	readonly #pipe: PipeInput | undefined;
	/** Indexes of the tracks that are read: one track, or all tiles. */
	readonly #indexes: ReadonlySet<number>;
	/** Identity of the file when it was opened. */
	readonly #identity: string | undefined;
	/** Packets that were read while the track was chosen. */
	readonly #peeked: Packet[];
	/** Index of the track of sound that is read too; -1: none. */
	#soundIndex = -1;
	#onSound: (packet: Packet) => void = () => {};
	#onPicture: ((packet: Packet) => void) | undefined;
	#onPacket: ((packet: Packet) => void) | undefined;
	#onStatement: ((packet: Packet) => void) | undefined;
	#timesBeside: TimesBeside | undefined;
	#closed = false;

	private constructor(
		format: FormatContext,
		choice: TrackChoice,
		access: SourceAccess,
		asOpened: FailedInput,
		pipe: PipeInput | undefined,
		identity: string | undefined,
		isFile: boolean,
		label: string,
		signal: AbortSignal,
	) {
		this.#asOpened = asOpened;
		this.#identity = identity;
		this.#pipe = pipe;
		this.heif = choice.heif;
		this.#indexes = new Set(choice.tiles ?? [choice.stream.index]);
		this.#format = format;
		this.#signal = signal;
		this.stream = choice.stream;
		this.track = choice.track;
		this.videoTracks = choice.videoTracks;
		this.#peeked = choice.peeked;
		this.label = label;
		this.access = access;
		this.blocking = access.blocking;
		this.network = access.network;
		this.discontinuous = ((format.iformat?.flags ?? 0) & AVFMT_TS_DISCONT) !== 0;
		this.segmented = SEGMENTED.test(format.iformat?.name ?? "");
		const endless = access.network && format.duration <= 0n && !isFile;
		this.live = access.live || endless || (pipe !== undefined && access.pipe === undefined);
	}

	/**
	 * Opens `spec` and chooses the track.
	 *
	 * @throws {SourceError} when the input can't be opened or has no such track.
	 * @throws {Stopping} when `signal` is aborted meanwhile.
	 */
	static async open(options: LibavInputOptions, signal: AbortSignal): Promise<LibavInput> {
		if (signal.aborted) throw new Stopping();
		const label = sourceLabel(options.spec);
		const access = await accessTo(options.spec, options.inputFormat, options.inputOptions);
		if (access.format !== "" && InputFormat.findInputFormat(access.format) === null)
			throw new SourceError(
				"failed",
				`${label} can't be opened: this FFmpeg has no input format "${access.format}".`,
			);
		return LibavInput.#open(undefined, access, options, label, signal);
	}

	/** @returns `undefined` for what is no live MP4 stream, or is served once: FFmpeg reads it. */
	static async #openOurs(
		access: SourceAccess,
		options: LibavInputOptions,
		label: string,
		signal: AbortSignal,
	): Promise<LibavInput | undefined> {
		const body = await openLiveMp4(access, options.inputOptions, SILENCE_SEC * 1000, signal);
		if (body === undefined) return undefined;
		try {
			return await LibavInput.#open(body, access, options, label, signal);
		} catch (error) {
			if (error instanceof SourceError) return undefined;
			throw error;
		}
	}

	static async #open(
		body: Readable | undefined,
		access: SourceAccess,
		options: LibavInputOptions,
		label: string,
		signal: AbortSignal,
	): Promise<LibavInput> {
		const inputFormat = access.format === "" ? null : InputFormat.findInputFormat(access.format);
		const format = new FormatContext();
		format.allocContext();
		if (access.live || access.pipe !== undefined || body !== undefined) {
			// A live track, or the output of a program, shows its kind within its first pictures.
			// FFmpeg's "nobuffer" is not used: it would drop the pictures read on the way, often
			// the only key frame for seconds. Live pictures are shown on arrival, so keeping them
			// costs no delay.
			format.probesize = 2_000_000n;
			format.maxAnalyzeDuration = 1_000_000n;
		}
		const openOptions = protocolOptions(access, options.rtspTransport, options.inputOptions);
		const failed: FailedInput = { url: access.url, format: access.format, options: openOptions };
		// The identity is read before the file is opened: a file that is replaced meanwhile counts
		// as replaced.
		const identity = await fileIdentity(access.path);
		const silenceSec = silenceOf(access);
		let pipe: PipeInput | undefined;
		try {
			using dictionary = Dictionary.fromObject(openOptions);
			pipe = body && PipeInput.of(PipeBytes.of(body, SILENCE_SEC * 1000), format, signal);
			pipe ??= access.pipe && (await PipeInput.open(access.pipe, format, label, signal));
			// A sender or writer may come at any time.
			const patienceSec = access.listener || access.pipe !== undefined ? Number.POSITIVE_INFINITY : SILENCE_SEC;
			await guarded(format, signal, label, patienceSec, () =>
				format.openInput(pipe === undefined ? access.url : "", inputFormat, dictionary),
			);
			try {
				if (body !== undefined && pipe?.referenceTimes.statesDuration === true)
					throw new SourceError("failed", `${label} is a recording: it states its duration.`);
				const isSeekable = ((format.pb?.seekable ?? 0) & AVIO_SEEKABLE_NORMAL) !== 0;
				const mayBeLive = body === undefined && !isSeekable && /\bmp4\b/.test(format.iformat?.name ?? "");
				const ours = mayBeLive ? await LibavInput.#openOurs(access, options, label, signal) : undefined;
				if (ours !== undefined) {
					await format.closeInput();
					format.freeContext();
					return ours;
				}
				await guarded(format, signal, label, silenceSec, () => format.findStreamInfo());
				const segmented = SEGMENTED.test(format.iformat?.name ?? "");
				const isFile =
					access.network &&
					pipe === undefined &&
					format.duration <= 0n &&
					!segmented &&
					(await hasStatedLength(access.url, signal));
				const heif = await heifOf(format, access.path, label);
				const choice = await (heif === undefined ? chooseTrack : chooseTiles(heif))(
					format,
					options.track,
					label,
					(packet) => readPacket(format, packet, access.blocking, signal, label, silenceSec),
				);
				return new LibavInput(
					format,
					choice,
					access,
					{ ...failed, stream: choice.stream.index },
					pipe,
					identity,
					isFile,
					label,
					signal,
				);
			} catch (error) {
				await format.closeInput();
				throw error;
			}
		} catch (error) {
			format.freeContext();
			pipe?.close();
			if (pipe?.isEmpty === true && error instanceof SourceError) {
				throw new SourceError("not-video", `${label} ended before anything came.`, { cause: error });
			}
			throw error instanceof SourceError && body === undefined && canBeReadAgain(access, error)
				? withReason(error, await failureReason(failed, signal))
				: error;
		}
	}

	/**
	 * The capture times that a live input, or a pipe, states beside its packets, which are looked
	 * for from the first call on; `undefined` where there can be none. They end with the input.
	 */
	findTimesBeside(): TimesBeside | undefined {
		const { url, options } = this.#asOpened;
		const isHls = this.live && this.container.startsWith("hls") && /^https?:/i.test(url);
		if (isHls) this.#timesBeside ??= new HlsTimes({ url, options });
		else if (this.#pipe !== undefined && /\bmp4\b/.test(this.container))
			this.#timesBeside ??= new TimesInBytes(this.#pipe.referenceTimes, this.stream.id, this.tickSec);
		return this.#timesBeside;
	}

	/** True for a picture, false for a video. */
	get still(): boolean {
		return this.heif !== undefined || isStillContainer(this.container);
	}

	/** Name of the container as FFmpeg spells it: `mov,mp4,m4a,3gp,3g2,mj2`. */
	get container(): string {
		return this.#format.iformat?.name ?? "unknown";
	}

	get format(): FormatContext {
		return this.#format;
	}

	/** Length of a time stamp tick, seconds. */
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

	/**
	 * Orientation of the pictures as the container states it; a picture's own statement overrides
	 * it.
	 */
	get orientation(): Orientation {
		return orientationFromMatrix(this.stream.codecpar.getCodedSideData(AV_PKT_DATA_DISPLAYMATRIX));
	}

	/**
	 * Width of a pixel by its height, in stored pictures; 1 if nothing is stated. The container's
	 * statement overrides the codec's, as in FFmpeg.
	 */
	get pixelAspect(): number {
		for (const { num, den } of [this.stream.sampleAspectRatio, this.stream.codecpar.sampleAspectRatio])
			if (num > 0 && den > 0) return num / den;
		return 1;
	}

	/**
	 * Reads the next packet of the chosen track into `packet`.
	 * @returns false at the end.
	 * @throws {SourceError} when reading fails.
	 * @throws {Stopping} when the source is to stop.
	 */
	async read(packet: Packet): Promise<boolean> {
		while (true) {
			const peeked = this.#peeked.shift();
			if (peeked === undefined) {
				if (
					!(await readPacket(
						this.#format,
						packet,
						this.blocking,
						this.#signal,
						this.label,
						silenceOf(this.access),
					))
				)
					return false;
			} else {
				packet.ref(peeked);
				peeked.free();
			}
			if (this.#indexes.has(packet.streamIndex)) {
				this.#onStatement?.(packet);
				this.#onPacket?.(packet);
				this.#onPicture?.(packet);
				return true;
			}
			if (packet.streamIndex === this.#soundIndex) this.#onSound(packet);
			packet.unref();
		}
	}

	/** All tracks of sound. */
	get soundTracks(): readonly Stream[] {
		return this.#format.streams.filter(({ codecpar }) => codecpar.codecType === AVMEDIA_TYPE_AUDIO);
	}

	/**
	 * Chooses a track of sound, to be read beside the pictures.
	 * @param leastChannels of the best, as FFmpeg finds it: a track with fewer is chosen only if
	 * there is no other.
	 * @param track index among the tracks of sound; `undefined` for the best.
	 * @returns `undefined` for inputs without such a track.
	 */
	chooseSound(leastChannels: number, track?: number | undefined): Stream | undefined {
		const chosen = track === undefined ? this.#bestSound(leastChannels) : this.soundTracks[track];
		this.#soundIndex = chosen?.index ?? -1;
		if (chosen !== undefined) chosen.discard = AVDISCARD_DEFAULT;
		return chosen;
	}

	#bestSound(leastChannels: number): Stream | undefined {
		const tracks = this.soundTracks;
		const best = this.#format.findBestStream(AVMEDIA_TYPE_AUDIO, -1, this.stream.index);
		const isWide = ({ codecpar }: Stream) => codecpar.channelLayout.nbChannels >= leastChannels;
		const preferred = tracks.find(({ index }) => index === best);
		return preferred !== undefined && isWide(preferred) ? preferred : (tracks.find(isWide) ?? preferred);
	}

	/** Gets the packets of the chosen track of sound, lent, in the order of the input. */
	set onSound(onSound: (packet: Packet) => void) {
		this.#onSound = onSound;
	}

	/** Gets the packets of the chosen track, lent, as they are read. */
	set onPicture(onPicture: (packet: Packet) => void) {
		this.#onPicture = onPicture;
	}

	/** Gets the same packets before all others, for what they state. */
	set onStatement(onStatement: (packet: Packet) => void) {
		this.#onStatement = onStatement;
	}

	/** Gets the same packets, before `onPicture`. */
	set onPacket(onPacket: (packet: Packet) => void) {
		this.#onPacket = onPacket;
	}

	/**
	 * True when the bytes can be read from another place. A server without ranges shows only on a
	 * trial that it can't, because node-av does not pass on FFmpeg's knowledge.
	 */
	get seekable(): boolean {
		const { pb } = this.#format;
		return pb === null || pb === undefined || (pb.seekable & AVIO_SEEKABLE_NORMAL) !== 0;
	}

	/** State of the opened file, by its name. */
	async file(): Promise<"same" | "replaced" | "gone"> {
		const { path } = this.access;
		if (path === undefined || this.#identity === undefined) return "same";
		const identity = await fileIdentity(path);
		return identity === undefined ? "gone" : identity === this.#identity ? "same" : "replaced";
	}

	/** `error` about this input's pictures, with FFmpeg's reason where it can be found out. */
	async explain(error: SourceError): Promise<SourceError> {
		return canBeReadAgain(this.access, error)
			? withReason(error, await failureReason(this.#asOpened, this.#signal))
			: error;
	}

	/**
	 * Seeks to the key frame at or before `timeSec` of the input's own time stamps.
	 * @returns false if the input can't.
	 */
	async seek(timeSec: number): Promise<boolean> {
		this.#forgetPeeked();
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

	/** Closes the input. No read is under way. A second call does nothing. */
	async close(): Promise<void> {
		if (this.#closed) return;
		this.#closed = true;
		this.#timesBeside?.close();
		this.#forgetPeeked();
		await this.#format.closeInput();
		this.#format.freeContext();
		this.#pipe?.close();
	}

	#forgetPeeked(): void {
		for (const packet of this.#peeked.splice(0)) packet.free();
	}
}

/** Longest silence of an input before it counts as dead: a pipe may be silent for ever. */
function silenceOf({ pipe }: SourceAccess): number {
	return pipe === undefined ? SILENCE_SEC : Number.POSITIVE_INFINITY;
}

/** FFmpeg's input for a pipe or a connection that this program reads. */
class PipeInput {
	readonly #bytes: PipeBytes;
	readonly #io = new IOContext();
	readonly #end: () => void;
	/** What its bytes state, where they are an MP4 stream. */
	readonly referenceTimes = new PassingReferenceTimes();

	private constructor(bytes: PipeBytes, format: FormatContext, signal: AbortSignal) {
		this.#bytes = bytes;
		this.#io.allocContextWithCallbacks(PIPE_BUFFER_BYTES, 0, (size) => this.#read(size));
		format.pb = this.#io;
		format.setFlags(AVFMT_FLAG_CUSTOM_IO);
		const end = () => bytes.close();
		signal.addEventListener("abort", end);
		this.#end = () => signal.removeEventListener("abort", end);
	}

	/** Reads bytes that are there already. */
	static of(bytes: PipeBytes, format: FormatContext, signal: AbortSignal): PipeInput {
		return new PipeInput(bytes, format, signal);
	}

	/**
	 * Waits for a writer.
	 * @throws {SourceError} when there is no such pipe.
	 * @throws {Stopping} when the source is to stop.
	 */
	static async open(pipe: Pipe, format: FormatContext, label: string, signal: AbortSignal): Promise<PipeInput> {
		try {
			const bytes = await PipeBytes.open(pipe, signal);
			if (signal.aborted) {
				bytes.close();
				throw new Stopping();
			}
			return new PipeInput(bytes, format, signal);
		} catch (error) {
			if (error instanceof Stopping) throw error;
			throw new SourceError("not-found", `${label} can't be read: ${(error as Error).message}.`, {
				cause: error,
			});
		}
	}

	async #read(size: number): Promise<Buffer | null> {
		const bytes = await this.#bytes.read(size);
		if (bytes !== null) this.referenceTimes.push(bytes);
		return bytes;
	}

	get isEmpty(): boolean {
		return this.#bytes.received === 0;
	}

	/** Closes the pipe, after FFmpeg has closed its own part. A second call does nothing. */
	close(): void {
		this.#end();
		this.#bytes.close();
		this.#io.freeContext();
	}
}

/**
 * True when an HTTP server states the length of its answer, which then has an end. FFmpeg does not
 * know that of a transport stream.
 */
async function hasStatedLength(url: string, signal: AbortSignal): Promise<boolean> {
	if (!/^https?:/i.test(url)) return false;
	try {
		const patience = AbortSignal.any([signal, AbortSignal.timeout(LENGTH_TIMEOUT_MS)]);
		const response = await fetchAddress(url, {}, patience, "HEAD");
		return response.ok && Number(response.headers.get("content-length") ?? 0) > 0;
	} catch {
		return false;
	}
}

/**
 * True when reading the input once more, to find the reason of a failure, does no harm and may
 * help.
 */
function canBeReadAgain({ path, live, network, pipe }: SourceAccess, { code }: SourceError): boolean {
	return (
		pipe === undefined &&
		(path !== undefined || (network && !live)) &&
		code !== "not-found" &&
		code !== "connection"
	);
}
