import { AV_NOPTS_VALUE } from "node-av/constants";
import type { Packet, Stream } from "node-av/lib";
import { type SoundLayout, SoundRing } from "../media/sound-ring.ts";
import { soundStatementOfFile } from "../metadata/sound-statement.ts";
import { ArrivalClock } from "./arrival-clock.ts";
import type { LibavInput } from "./libav-input.ts";
import { missingTrack } from "./missing-track.ts";
import { type ChannelWish, isStatedAmbisonic, SoundDecoder } from "./sound-decoder.ts";
import type { SoundChoice } from "./source-options.ts";

/** W, Y, Z and X in a track that states no order. */
const ACN_CHANNELS = [0, 1, 2, 3];
/** Pieces of sound that wait for the first picture of a pass, which gives them their time. */
const MAX_WAITING = 256;

/** A piece of sound that waits, with its stamp. */
interface WaitingSound {
	readonly stampSec: number;
	readonly channels: readonly Float32Array[];
}

/** The kind of sound, and the track that it is in: its index, or `undefined` for the best. */
export interface SoundTrackChoice {
	readonly kind: SoundChoice;
	readonly track?: number | undefined;
}

/** The form of a track's sound. */
export interface SoundForm {
	readonly layout: SoundLayout;
	readonly wish: ChannelWish;
}

/**
 * Brings the sound of an input into a ring, on the media time of its pictures. Nothing is decoded
 * while nobody listens.
 */
export class SoundFeed {
	readonly ring: SoundRing;
	readonly #wish: ChannelWish;
	readonly #track: number | undefined;
	/** Missing for sound that is due by its stamps. */
	readonly #arrivals: ArrivalClock | undefined;
	readonly #nowSec: () => number;
	#stream: Stream;
	#decoder: SoundDecoder | undefined;
	/** From stamps to media time; NaN until the first picture of the pass. */
	#offsetSec = Number.NaN;
	#waiting: WaitingSound[] = [];
	#newestSec = Number.NEGATIVE_INFINITY;
	/** Sound that is stamped earlier is left out. */
	#fromSec = Number.NEGATIVE_INFINITY;

	private constructor(
		stream: Stream,
		{ layout, wish }: SoundForm,
		{ track }: SoundTrackChoice,
		onArrival: boolean,
		nowSec: () => number,
	) {
		this.#stream = stream;
		this.#track = track;
		this.#wish = wish;
		this.ring = SoundRing.create(layout);
		this.#arrivals = onArrival ? new ArrivalClock() : undefined;
		this.#nowSec = nowSec;
	}

	/**
	 * The feed of an input's chosen track of sound; `undefined` for inputs without any.
	 *
	 * @param onArrival its pictures are shown as they come. @param notice gets one line for the
	 * log.
	 * @throws {SourceError} where the input has not the track that was asked for.
	 */
	static async open(
		input: LibavInput,
		{ kind, track }: SoundTrackChoice,
		onArrival: boolean,
		notice: (message: string) => void,
		nowSec: () => number,
	): Promise<SoundFeed | undefined> {
		if (kind === "none") return undefined;
		const stream = input.chooseSound(kind === "ambisonic" ? ACN_CHANNELS.length : 1, track);
		if (stream === undefined && track !== undefined)
			throw missingTrack(input.label, "sound", input.soundTracks.length, track);
		if (stream === undefined) return undefined;
		const form = await soundFormOf(stream, input, kind, notice);
		try {
			new SoundDecoder(stream, form.wish)[Symbol.dispose]();
		} catch (error) {
			notice(`The sound of ${input.label} is left out: ${(error as Error).message}.`);
			return undefined;
		}
		return new SoundFeed(stream, form, { kind, track }, onArrival, nowSec);
	}

	/** Stamp of the newest packet that was taken, seconds; -Infinity before the first. */
	get newestSec(): number {
		return this.#newestSec;
	}

	/** True while anybody listens. */
	get wanted(): boolean {
		return this.ring.wanted;
	}

	/** Takes a packet of the track. @param packet borrowed */
	take(packet: Packet): void {
		if (!this.wanted) {
			this.#close();
			this.#waiting = [];
			return;
		}
		const { num, den } = this.#stream.timeBase;
		if (packet.pts !== AV_NOPTS_VALUE) this.#newestSec = (Number(packet.pts) * num) / den;
		this.#decoder ??= new SoundDecoder(this.#stream, this.#wish);
		this.#decoder.decode(packet, (stampSec, channels) => this.#onSound(stampSec, channels));
	}

	/**
	 * Takes in that the picture of a stamp has a media time: the sound of this pass has the same.
	 */
	pictureAt(stampSec: number, mediaSec: number): void {
		if (Number.isNaN(stampSec)) return;
		this.#offsetSec = mediaSec - stampSec;
		const waiting = this.#waiting;
		this.#waiting = [];
		for (const { stampSec: at, channels } of waiting) this.#write(at, channels);
	}

	/**
	 * Begins another pass, elsewhere in the input or in one that was opened anew.
	 *
	 * @param fromSec stamp of the first picture that is shown; earlier sound is left out.
	 * @param isSeamless false: what is written and not heard yet is thrown away.
	 */
	restart(fromSec: number, isSeamless: boolean): void {
		this.#decoder?.flush();
		this.#waiting = [];
		this.#offsetSec = Number.NaN;
		this.#newestSec = Number.NEGATIVE_INFINITY;
		this.#fromSec = fromSec;
		if (isSeamless) return;
		this.ring.cut();
		this.#arrivals?.restart();
	}

	/** Goes on with the same input, opened anew. It may have no sound now. */
	reopened(input: LibavInput): void {
		this.#close();
		this.#stream = input.chooseSound(this.#wish === "stereo" ? 1 : this.#wish.length, this.#track) ?? this.#stream;
	}

	/** Stands still: the input has ended or is lost. `reopened` goes on. */
	rest(): void {
		this.ring.offsetSec = Number.NaN;
		this.#close();
	}

	#close(): void {
		this.#decoder?.[Symbol.dispose]();
		this.#decoder = undefined;
		this.#newestSec = Number.NEGATIVE_INFINITY;
	}

	#onSound(stampSec: number, channels: readonly Float32Array[]): void {
		if (stampSec < this.#fromSec) return;
		if (!Number.isNaN(this.#offsetSec)) {
			this.#write(stampSec, channels);
			return;
		}
		if (this.#waiting.length === MAX_WAITING) this.#waiting.shift();
		this.#waiting.push({ stampSec, channels: channels.map((channel) => channel.slice()) });
	}

	#write(stampSec: number, channels: readonly Float32Array[]): void {
		const mediaSec = stampSec + this.#offsetSec;
		this.ring.write(mediaSec, channels);
		if (this.#arrivals === undefined) return;
		this.#arrivals.arrived(mediaSec, this.#nowSec());
		this.ring.offsetSec = this.#arrivals.offsetSec;
	}
}

/** The form in which a track of an input is taken. @param notice gets a line for the log. */
export async function soundFormOf(
	stream: Stream,
	input: Pick<LibavInput, "access" | "container" | "label">,
	choice: SoundChoice,
	notice: (message: string) => void,
): Promise<SoundForm> {
	const stereo: SoundForm = { layout: "stereo", wish: "stereo" };
	if (choice === "stereo") return stereo;
	const { path } = input.access;
	const isMp4 = /\bmp4\b/.test(input.container);
	const stated = path === undefined || !isMp4 ? undefined : await soundStatementOfFile(path, stream.id);
	const { nbChannels } = stream.codecpar.channelLayout;
	if (stated !== undefined && Math.max(...stated.channels, ...stated.headLocked) < nbChannels) {
		const layout = stated.headLocked.length > 0 ? "ambisonic+stereo" : "ambisonic";
		return { layout, wish: [...stated.channels, ...stated.headLocked] };
	}
	if (choice === "auto" && !isStatedAmbisonic(stream)) return stereo;
	if (nbChannels >= ACN_CHANNELS.length) return { layout: "ambisonic", wish: ACN_CHANNELS };
	notice(`The sound of ${input.label} has ${nbChannels} channels, too few for ambisonics: it is taken as stereo.`);
	return stereo;
}
