import { AVDISCARD_ALL, AVMEDIA_TYPE_AUDIO, AVSEEK_FLAG_BACKWARD } from "node-av/constants";
import { avGetCodecName, type CodecParameters, FormatContext, Packet, type Stream } from "node-av/lib";
import type { VideoContainer } from "./output-kind.ts";

/** The part of the audio that is kept. */
interface AudioPassageOptions {
	/** Time stamp of the source that becomes 0, seconds. */
	readonly originSec: number;
	/** Time in the output before which packets are left out; priming of a codec is before 0. */
	readonly fromSec: number;
	/** Seconds after it at which the audio ends. */
	readonly durationSec: number;
	readonly container: VideoContainer;
	readonly notice: (message: string) => void;
}

/** A track of audio, from the source into the file. */
interface AudioTrack {
	readonly from: Stream;
	readonly to: Stream;
}

/** Codecs that a container can't hold, or that hardly any player finds in it; by FFmpeg's names. */
const AUDIO_OF_WEBM = /^(opus|vorbis)$/;

/**
 * The packets of a source's audio, copied into a file as they are, in the order of time. The source
 * is opened a second time for it.
 */
export class AudioPassage implements Disposable {
	readonly #input: FormatContext;
	readonly #output: FormatContext;
	readonly #tracks: ReadonlyMap<number, AudioTrack>;
	readonly #options: AudioPassageOptions;
	/** The packet that was read last, and is later than the video so far. */
	readonly #packet = new Packet();
	#isHeld = false;
	#isAtEnd = false;

	private constructor(
		input: FormatContext,
		output: FormatContext,
		tracks: ReadonlyMap<number, AudioTrack>,
		options: AudioPassageOptions,
	) {
		this.#input = input;
		this.#output = output;
		this.#tracks = tracks;
		this.#options = options;
		this.#packet.alloc();
	}

	/**
	 * Adds the audio tracks of the source at `url` to `output`, whose header is not yet written.
	 * @returns `undefined` when there are none, or the source can't be opened again.
	 */
	static open(url: string, output: FormatContext, options: AudioPassageOptions): AudioPassage | undefined {
		const input = new FormatContext();
		input.allocContext();
		if (input.openInputSync(url) < 0) {
			input.freeContext();
			return undefined;
		}
		const found = input.findStreamInfoSync() >= 0;
		const tracks = found ? addTracks(input, output, options) : new Map<number, AudioTrack>();
		const passage = new AudioPassage(input, output, tracks, options);
		if (tracks.size === 0) {
			passage[Symbol.dispose]();
			return undefined;
		}
		if (options.originSec > 0) seekTo(input, tracks, options.originSec);
		return passage;
	}

	/** Copies all packets up to `sec` of the output. @throws {Error} when one can't be written. */
	copyUntil(sec: number): void {
		while (!this.#isAtEnd) {
			if (!this.#isHeld && !this.#read()) return;
			const track = this.#tracks.get(this.#packet.streamIndex);
			const atSec = track === undefined ? 0 : this.#secOf(track);
			if (track !== undefined && atSec > sec && atSec < this.#options.durationSec) return;
			this.#isHeld = false;
			if (track !== undefined && atSec >= this.#options.fromSec && atSec < this.#options.durationSec)
				this.#write(track);
			else if (track !== undefined && atSec >= this.#options.durationSec + INTERLEAVING_SEC) this.#isAtEnd = true;
			this.#packet.unref();
		}
	}

	[Symbol.dispose](): void {
		this.#packet.free();
		this.#input.closeInputSync();
		this.#input.freeContext();
	}

	#read(): boolean {
		this.#isHeld = this.#input.readFrameSync(this.#packet) >= 0;
		this.#isAtEnd = !this.#isHeld;
		return this.#isHeld;
	}

	/** Time of the held packet in the output, seconds. */
	#secOf({ from }: AudioTrack): number {
		const { num, den } = from.timeBase;
		return (Number(this.#packet.pts) * num) / den - this.#options.originSec;
	}

	#write({ from, to }: AudioTrack): void {
		const { num, den } = from.timeBase;
		const origin = BigInt(Math.round((this.#options.originSec * den) / num));
		this.#packet.pts -= origin;
		this.#packet.dts -= origin;
		this.#packet.rescaleTs(from.timeBase, to.timeBase);
		this.#packet.streamIndex = to.index;
		if (this.#output.interleavedWriteFrameSync(this.#packet) < 0) throw new Error("the audio can't be written");
	}
}

/** Packets of one track may come this much later in the file than those of another, seconds. */
const INTERLEAVING_SEC = 10;

function addTracks(
	input: FormatContext,
	output: FormatContext,
	{ container, notice }: AudioPassageOptions,
): ReadonlyMap<number, AudioTrack> {
	const tracks = new Map<number, AudioTrack>();
	for (const from of input.streams) {
		const isAudio = from.codecpar.codecType === AVMEDIA_TYPE_AUDIO;
		if (isAudio && canHold(container, from.codecpar)) tracks.set(from.index, { from, to: addTrack(from, output) });
		else from.discard = AVDISCARD_ALL;
		if (isAudio && !tracks.has(from.index))
			notice(`Its ${codecName(from.codecpar)} audio is left out: ${container} can't hold it.`);
	}
	return tracks;
}

function addTrack(from: Stream, output: FormatContext): Stream {
	const to = output.newStream();
	from.codecpar.copy(to.codecpar);
	// Each container has tags of its own.
	to.codecpar.codecTag = 0;
	to.timeBase = from.timeBase;
	to.disposition = from.disposition;
	to.metadata = from.metadata;
	return to;
}

function canHold(container: VideoContainer, codecpar: CodecParameters): boolean {
	return container !== "webm" || AUDIO_OF_WEBM.test(codecName(codecpar));
}

function codecName({ codecId }: CodecParameters): string {
	return avGetCodecName(codecId) ?? "unknown";
}

function seekTo(input: FormatContext, tracks: ReadonlyMap<number, AudioTrack>, sec: number): void {
	const [first] = tracks.values();
	if (first === undefined) return;
	const { num, den } = first.from.timeBase;
	input.seekFrameSync(first.from.index, BigInt(Math.floor((sec * den) / num)), AVSEEK_FLAG_BACKWARD);
}
