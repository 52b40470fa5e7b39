import { AV_CHANNEL_ORDER_NATIVE, AV_CODEC_ID_OPUS, AVMEDIA_TYPE_AUDIO } from "node-av/constants";
import { CodecParameters, Rational } from "node-av/lib";
import { OPUS_DELAY_SAMPLES, readOpusPacket } from "../../media/opus-packet.ts";
import { SOUND_HZ, SoundRing } from "../../media/sound-ring.ts";
import { newPacket } from "../../source/new-packet.ts";
import { SoundDecoder } from "../../source/sound-decoder.ts";
import type { ReadRecord } from "../read/read-record.ts";
import type { RecordingReader } from "../read/recording-reader.ts";
import { type SoundRecord, TREMBLE_SEC } from "../recorded-sound.ts";

/** Sound is mixed so far ahead of the newest picture, seconds. */
const AHEAD_SEC = 0.5;
/** A microphone's sound is older than its arrival by this at most, seconds; by more counts so. */
const LATER_SEC = 1;
/** A decoder begins so far before the first sound that is heard, seconds. */
const BEFORE_SEC = 0.25;
/** A longer way to the next picture is leapt over, seconds: the ring holds no more. */
const LONGEST_STEP_SEC = 1;
/** Samples that may wait to be mixed, those of the last packet among them. */
const ROOM = Math.ceil((AHEAD_SEC + LONGEST_STEP_SEC + LATER_SEC + TREMBLE_SEC + 0.2) * SOUND_HZ);
const TIME_BASE = new Rational(1, SOUND_HZ);

/** One direction of sound on its way through a decoder. */
interface Track {
	readonly decoder: SoundDecoder;
	/** Sample after the last that it gave, counted from the recording's beginning. */
	next: number;
}

/**
 * The sound of a replay: that which the viewer heard, and that of its microphone, mixed into a
 * ring on the media time of the pictures. Nothing is read while nobody listens.
 */
export class ReplaySound implements Disposable {
	readonly ring = SoundRing.create("stereo");
	readonly #recording: Pick<RecordingReader, "records">;
	readonly #viewer: string;
	readonly #endSample: number;
	readonly #stream = opusStream();
	readonly #tracks = new Map<SoundRecord["direction"], Track>();
	readonly #mix = [new Float32Array(ROOM), new Float32Array(ROOM)] as const;
	/** From the recording's time to media time; NaN before the first picture of a pass. */
	#offsetSec = Number.NaN;
	#records: AsyncGenerator<ReadRecord, void> | undefined;
	/** The first record that is too late yet. */
	#waiting: SoundRecord | undefined;
	/** First sample of the mix, counted from the recording's beginning. */
	#begin = 0;

	private constructor(recording: Pick<RecordingReader, "records">, viewer: string, endSec: number) {
		this.#recording = recording;
		this.#viewer = viewer;
		this.#endSample = Math.round(endSec * SOUND_HZ);
	}

	/**
	 * The sound of a viewer; `undefined`: the recording has none.
	 * @param endSec sound at this time of the recording and later is left out.
	 * @throws {RecordingError} when the file is broken, or gone.
	 */
	static async of(
		recording: Pick<RecordingReader, "records">,
		viewer: string,
		endSec: number,
	): Promise<ReplaySound | undefined> {
		for await (const record of recording.records({ types: ["sound"], viewers: [viewer] }))
			if (record.type === "sound") return new ReplaySound(recording, viewer, endSec);
		return undefined;
	}

	/** Plays it at the rate 1. @param offsetSec media time to the clock; NaN: it stands still. */
	play(offsetSec: number): void {
		this.ring.offsetSec = offsetSec;
	}

	/** The replay goes on elsewhere: what is mixed and not heard yet is thrown away. */
	cut(): void {
		this.ring.cut();
		this.#offsetSec = Number.NaN;
	}

	/**
	 * Mixes up to a while after a picture, which is shown next.
	 *
	 * @param atSec its time in the recording. @param mediaSec its media time.
	 * @throws {RecordingError} when the file is broken, or gone.
	 */
	async pictureAt(atSec: number, mediaSec: number): Promise<void> {
		if (!this.ring.wanted) {
			if (this.#records !== undefined) await this.#rest();
			return;
		}
		const offsetSec = mediaSec - atSec;
		const end = Math.min(Math.round((atSec + AHEAD_SEC) * SOUND_HZ), this.#endSample);
		const isFar = end - this.#begin > (AHEAD_SEC + LONGEST_STEP_SEC) * SOUND_HZ;
		if (this.#records === undefined || isFar || !(Math.abs(offsetSec - this.#offsetSec) < 1e-6)) {
			await this.#rest();
			this.#offsetSec = offsetSec;
			this.#begin = Math.round(atSec * SOUND_HZ);
			const choice = {
				types: ["sound"],
				viewers: [this.#viewer],
				startSec: Math.max(0, atSec - BEFORE_SEC),
			} as const;
			this.#records = this.#recording.records(choice);
		}
		await this.#readUntil(end / SOUND_HZ + LATER_SEC + TREMBLE_SEC);
		this.#write(end);
	}

	[Symbol.dispose](): void {
		this.ring.offsetSec = Number.NaN;
		void this.#rest();
	}

	async #rest(): Promise<void> {
		for (const { decoder } of this.#tracks.values()) decoder[Symbol.dispose]();
		this.#tracks.clear();
		for (const channel of this.#mix) channel.fill(0);
		this.#offsetSec = Number.NaN;
		this.#waiting = undefined;
		const records = this.#records;
		this.#records = undefined;
		await records?.return();
	}

	async #readUntil(sec: number): Promise<void> {
		for (;;) {
			const record = this.#waiting ?? (await this.#next());
			this.#waiting = record;
			if (record === undefined || record.atSec >= sec) return;
			this.#decode(record);
			this.#waiting = undefined;
		}
	}

	async #next(): Promise<SoundRecord | undefined> {
		const next = await this.#records?.next();
		return next === undefined || next.done === true || next.value.type !== "sound" ? undefined : next.value;
	}

	#decode({ direction, atSec, sound: { data, capturedSec } }: SoundRecord): void {
		// An empty packet would end the decoder.
		if (readOpusPacket(data) === undefined) return;
		const beginSec = Number.isNaN(capturedSec) ? atSec : Math.min(atSec, capturedSec);
		// The decoder gives what the encoder got a while before.
		const given = Math.round(beginSec * SOUND_HZ) - OPUS_DELAY_SAMPLES;
		const sample = Math.max(given, Math.round((atSec - LATER_SEC) * SOUND_HZ));
		let track = this.#tracks.get(direction);
		if (track === undefined) {
			track = { decoder: new SoundDecoder(this.#stream, "stereo"), next: Number.NaN };
			this.#tracks.set(direction, track);
		}
		const goesOn = direction === "received" && Math.abs(sample - track.next) < TREMBLE_SEC * SOUND_HZ;
		let at = goesOn ? track.next : sample;
		const packet = newPacket();
		try {
			packet.data = Buffer.from(data);
			packet.pts = BigInt(at);
			packet.dts = BigInt(at);
			track.decoder.decode(packet, (_, channels) => {
				this.#add(at, channels);
				at += channels[0]?.length ?? 0;
			});
		} finally {
			packet.free();
		}
		track.next = at;
	}

	#add(at: number, channels: readonly Float32Array[]): void {
		for (const [index, samples] of channels.entries()) {
			const mix = this.#mix[index]!;
			const from = at - this.#begin;
			const first = Math.max(0, -from);
			const last = Math.min(samples.length, ROOM - from);
			for (let n = first; n < last; n++) mix[from + n] = mix[from + n]! + samples[n]!;
		}
	}

	#write(end: number): void {
		const length = end - this.#begin;
		if (length <= 0) return;
		this.ring.write(
			this.#begin / SOUND_HZ + this.#offsetSec,
			this.#mix.map((channel) => channel.slice(0, length)),
		);
		for (const channel of this.#mix) {
			channel.copyWithin(0, length);
			channel.fill(0, ROOM - length);
		}
		this.#begin = end;
	}
}

function opusStream(): ConstructorParameters<typeof SoundDecoder>[0] {
	const codecpar = new CodecParameters();
	codecpar.alloc();
	codecpar.codecType = AVMEDIA_TYPE_AUDIO;
	codecpar.codecId = AV_CODEC_ID_OPUS;
	codecpar.sampleRate = SOUND_HZ;
	codecpar.channelLayout = { nbChannels: 2, order: AV_CHANNEL_ORDER_NATIVE, mask: 3n };
	return { codecpar, timeBase: TIME_BASE };
}
