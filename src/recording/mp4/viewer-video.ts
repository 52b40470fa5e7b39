import type { EncodedPacket } from "../../media/encoded-packet.ts";
import { OPUS_DELAY_SAMPLES } from "../../media/opus-packet.ts";
import type { DiskFile } from "../files/disk-file.ts";
import type { RecordingDisk } from "../files/recording-disk.ts";
import type { SoundRecord } from "../recorded-sound.ts";
import { FragmentedMp4, type Mp4Sample } from "./fragmented-mp4.ts";
import { type Mp4Codec, mp4EntryOf, mp4SampleOf } from "./mp4-video-track.ts";
import { SoundTrack } from "./sound-track.ts";

const TICKS_PER_SEC = 90_000;
/** Duration of a video's last picture where no other is known. */
const FIRST_DURATION = TICKS_PER_SEC / 30;

const SOUND_TRACK = { kind: "opus", channels: 2, preSkip: OPUS_DELAY_SAMPLES } as const;

/** Samples of sound in one fragment: 10 s of silence. */
const MOST_SOUND = 500;

/** A picture that MP4 has a place for. */
export type Mp4Packet = EncodedPacket & { readonly codec: Mp4Codec };

/**
 * The pictures that one viewer was sent, as MP4, without encoding: in fragments, so that the file
 * of a process that was killed plays up to the last.
 */
export class ViewerVideo {
	readonly path: string;
	/** Drawing of the first picture, seconds on the monotonic clock: 0 in the file. */
	readonly beginSec: number;
	readonly file: DiskFile;
	readonly #mp4: FragmentedMp4;
	/** Pictures of the next fragment. */
	#samples: Mp4Sample[] = [];
	readonly #sound: SoundTrack | undefined;
	#newestTicks = -1;
	#duration = FIRST_DURATION;

	/**
	 * @param first a key frame, which is written.
	 * @param hasSound it gets a track of sound.
	 * @param onFailed receives a sentence: the file can't be written any more.
	 * @throws {Error} if the file can't be made.
	 */
	constructor(
		path: string,
		first: Mp4Packet,
		hasSound: boolean,
		disk: RecordingDisk,
		onFailed: (message: string) => void,
	) {
		this.path = path;
		this.beginSec = first.stages.drawStartSec;
		this.#mp4 = new FragmentedMp4([
			{
				kind: "video",
				width: first.width,
				height: first.height * first.eyes + surroundRows(first),
				ticksPerSec: TICKS_PER_SEC,
				...mp4EntryOf(first.codec, first.accessUnit),
			},
			...(hasSound ? [SOUND_TRACK] : []),
		]);
		this.#sound = hasSound ? new SoundTrack(this.beginSec) : undefined;
		this.write(first);
		const head = this.#mp4.head();
		const [fragment = []] = this.#fragments(false);
		this.file = disk.open(path, false, onFailed);
		// A player can open the file from now on.
		this.file.append(head, ...fragment);
	}

	write(packet: Mp4Packet): void {
		const ticks = Math.round((packet.stages.drawStartSec - this.beginSec) * TICKS_PER_SEC);
		const before = this.#newestTicks;
		// Players want times that go up.
		this.#newestTicks = Math.max(ticks, before + 1);
		const newest = this.#samples.at(-1);
		if (before >= 0) this.#duration = this.#newestTicks - before;
		if (newest !== undefined) this.#samples[this.#samples.length - 1] = { ...newest, duration: this.#duration };
		this.#samples.push({
			data: mp4SampleOf(packet),
			ticks: this.#newestTicks,
			duration: this.#duration,
			keyframe: packet.keyframe,
		});
	}

	/** Adds a packet of the sound that the viewer was sent; without a track it is left out. */
	hear(sound: SoundRecord): void {
		this.#sound?.add(sound);
	}

	/** Ends the fragment, which may have sound alone. */
	flush(): void {
		if (this.#samples.length > 0 || this.#sound?.isWaiting === true) this.#append(false);
	}

	/** Writes the end. */
	async close(): Promise<void> {
		try {
			this.#append(true);
			this.file.append(this.#mp4.end());
		} finally {
			await this.file.close();
		}
	}

	#append(isLast: boolean): void {
		for (const fragment of this.#fragments(isLast)) this.file.append(...fragment);
	}

	/** Several, if there has been no picture for long, with silence in its place. */
	*#fragments(isLast: boolean): Generator<readonly Uint8Array[]> {
		const newestSec = this.beginSec + this.#newestTicks / TICKS_PER_SEC;
		const sound = this.#sound?.take(newestSec, isLast) ?? [];
		const samples = this.#samples;
		this.#samples = [];
		let heard: Mp4Sample[] = [];
		for (const sample of sound) {
			if (heard.length === MOST_SOUND) {
				yield this.#mp4.fragment([[], heard]);
				heard = [];
			}
			heard.push(sample);
		}
		if (samples.length + heard.length > 0) yield this.#mp4.fragment([samples, heard]);
	}
}

function surroundRows({ surround }: EncodedPacket): number {
	return surround === undefined ? 0 : surround.gap + surround.height;
}
