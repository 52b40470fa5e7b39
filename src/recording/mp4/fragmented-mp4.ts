import { box, fullBox, latin, u8, u16, u32, u64, zeros } from "./mp4-boxes.ts";

/** A track of pictures. */
export interface Mp4VideoTrack {
	readonly kind: "video";
	readonly width: number;
	readonly height: number;
	/** Type of the sample entry, as `avc1`, and the box of the decoder's configuration in it. */
	readonly entry: string;
	readonly configuration: Uint8Array;
	/** Ticks of its times. */
	readonly ticksPerSec: number;
}

/** A track of sound in Opus (Encapsulation of Opus in ISO Base Media File Format, 4.3). */
export interface Mp4SoundTrack {
	readonly kind: "opus";
	readonly channels: 1 | 2;
	/** Samples at 48 kHz, the ticks of its times, that a decoder leaves out at the beginning. */
	readonly preSkip: number;
}

export type Mp4Track = Mp4VideoTrack | Mp4SoundTrack;

/** A coded picture, or a packet of sound. */
export interface Mp4Sample {
	readonly data: Uint8Array;
	/** Ticks of its track from the file's beginning. */
	readonly ticks: number;
	/** Ticks; a player shows the next sample at its own time. */
	readonly duration: number;
	readonly keyframe: boolean;
}

/** The sample rate of Opus, hertz. */
const OPUS_HZ = 48_000;
const MOVIE_TICKS_PER_SEC = 1000;
/** No rotation, 16.16 and 2.30 fixed point. */
const MATRIX = u32(0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000);
/** Undetermined, three letters of five bits. */
const LANGUAGE = 0x55c4;
/** `sample_flags` (8.8.3.1): depends on no other, or on others and is no place to begin at. */
const KEY_SAMPLE = 0x02000000;
const OTHER_SAMPLE = 0x01010000;
const DEFAULT_BASE_IS_MOOF = 0x020000;
const TRUN_FLAGS = 0x000701; // offset of the data; duration, size and flags of each sample
const TFRA_LENGTHS = 0x3f; // numbers of 4 bytes

/**
 * Makes an MP4 file in fragments (ISO/IEC 14496-12, 8.8), each of which plays without those behind
 * it. Does no I/O: each call returns the next bytes of the file.
 */
export class FragmentedMp4 {
	readonly #tracks: readonly Mp4Track[];
	/** Fragments that have a key frame of the first track, for seeking. */
	readonly #keys: { readonly ticks: number; readonly offset: number; readonly sample: number }[] = [];
	#byteLength = 0;
	#fragments = 0;

	/** @param tracks the numbers of the tracks are their places, from 1 on. */
	constructor(tracks: readonly Mp4Track[]) {
		this.#tracks = tracks;
	}

	/** The beginning of the file. */
	head(): Uint8Array {
		const next = this.#tracks.length + 1;
		const head = [
			box("ftyp", latin("iso6"), u32(0), latin("iso6iso5mp41")),
			box(
				"moov",
				fullBox(
					"mvhd",
					0,
					0,
					u32(0, 0, MOVIE_TICKS_PER_SEC, 0, 0x10000),
					u16(0x100),
					zeros(10),
					MATRIX,
					zeros(24),
					u32(next),
				),
				this.#tracks.map((track, index) => trackBox(track, index + 1)),
				box(
					"mvex",
					this.#tracks.map((_, index) => fullBox("trex", 0, 0, u32(index + 1, 1, 0, 0, 0))),
				),
			),
		];
		return this.#count(Buffer.concat(head));
	}

	/**
	 * The next fragment.
	 * @param samples of each track, in its order; a track may have none. Their data is borrowed.
	 */
	fragment(samples: readonly (readonly Mp4Sample[])[]): readonly Uint8Array[] {
		this.#fragments++;
		const runs = samples.flatMap((ofTrack, track) => (ofTrack.length > 0 ? [{ track, samples: ofTrack }] : []));
		const headBytes = movieFragment(this.#fragments, runs, 0).byteLength;
		const data = runs.flatMap((run) => run.samples.map((sample) => sample.data));
		const dataBytes = data.reduce((sum, piece) => sum + piece.byteLength, 0);
		const key = samples[0]?.findIndex(({ keyframe }) => keyframe) ?? -1;
		if (key >= 0) this.#keys.push({ ticks: samples[0]![key]!.ticks, offset: this.#byteLength, sample: key + 1 });
		const pieces = [
			Buffer.concat([movieFragment(this.#fragments, runs, headBytes + 8), u32(8 + dataBytes), latin("mdat")]),
			...data,
		];
		for (const piece of pieces) this.#count(piece);
		return pieces;
	}

	/** The end of the file: a table of places to begin at. */
	end(): Uint8Array {
		const entries = this.#keys.map(({ ticks, offset, sample }) => [u64(ticks, offset), u32(1, 1, sample)]);
		const table = fullBox("tfra", 1, 0, u32(1, TFRA_LENGTHS, entries.length), entries);
		// The last box has the length of the whole.
		return this.#count(box("mfra", table, fullBox("mfro", 0, 0, u32(table.byteLength + 8 + 16))));
	}

	#count(bytes: Uint8Array): Uint8Array {
		this.#byteLength += bytes.byteLength;
		return bytes;
	}
}

function ticksPerSecOf(track: Mp4Track): number {
	return track.kind === "opus" ? OPUS_HZ : track.ticksPerSec;
}

function trackBox(track: Mp4Track, id: number): Uint8Array {
	const isVideo = track.kind === "video";
	const [width, height] = isVideo ? [track.width, track.height] : [0, 0];
	const volume = isVideo ? 0 : 0x100;
	return box(
		"trak",
		// Enabled, and a part of what is shown.
		fullBox(
			"tkhd",
			0,
			3,
			u32(0, 0, id, 0, 0),
			zeros(8),
			u16(0, 0, volume, 0),
			MATRIX,
			u32(width * 0x10000, height * 0x10000),
		),
		// What a decoder of Opus gives first is no sound of the track.
		isVideo ? [] : box("edts", fullBox("elst", 0, 0, u32(1, 0, track.preSkip, 0x10000))),
		box(
			"mdia",
			fullBox("mdhd", 0, 0, u32(0, 0, ticksPerSecOf(track), 0), u16(LANGUAGE, 0)),
			fullBox("hdlr", 0, 0, u32(0), latin(isVideo ? "vide" : "soun"), zeros(13)),
			box(
				"minf",
				isVideo ? fullBox("vmhd", 0, 1, zeros(8)) : fullBox("smhd", 0, 0, zeros(4)),
				box("dinf", fullBox("dref", 0, 0, u32(1), fullBox("url ", 0, 1))),
				box(
					"stbl",
					fullBox("stsd", 0, 0, u32(1), isVideo ? videoEntry(track) : soundEntry(track)),
					...["stts", "stsc", "stco"].map((type) => fullBox(type, 0, 0, u32(0))),
					fullBox("stsz", 0, 0, u32(0, 0)),
				),
			),
		),
	);
}

/** VisualSampleEntry (12.1.3): 72 dots per inch, one frame a sample, 24 bits a pixel. */
function videoEntry({ entry, width, height, configuration }: Mp4VideoTrack): Uint8Array {
	return box(
		entry,
		zeros(6),
		u16(1),
		zeros(16),
		u16(width, height),
		u32(0x480000, 0x480000, 0),
		u16(1),
		zeros(32),
		u16(24, 0xffff),
		configuration,
	);
}

function soundEntry({ channels, preSkip }: Mp4SoundTrack): Uint8Array {
	const sound = box("dOps", u8(0, channels), u16(preSkip), u32(OPUS_HZ), u16(0), u8(0));
	return box("Opus", zeros(6), u16(1), zeros(8), u16(channels, 16, 0, 0), u32(OPUS_HZ * 0x10000), sound);
}

interface Run {
	readonly track: number;
	readonly samples: readonly Mp4Sample[];
}

/** @param dataAt where the data of the first run begins, from the beginning of this box. */
function movieFragment(sequence: number, runs: readonly Run[], dataAt: number): Uint8Array {
	let at = dataAt;
	const tracks = runs.map(({ track, samples }) => {
		const numbers = samples.flatMap(({ data, duration, keyframe }) => [
			duration,
			data.byteLength,
			keyframe ? KEY_SAMPLE : OTHER_SAMPLE,
		]);
		const run = fullBox("trun", 0, TRUN_FLAGS, u32(samples.length, at, numbers));
		at += samples.reduce((sum, { data }) => sum + data.byteLength, 0);
		const head = fullBox("tfhd", 0, DEFAULT_BASE_IS_MOOF, u32(track + 1));
		return box("traf", head, fullBox("tfdt", 1, 0, u64(samples[0]!.ticks)), run);
	});
	return box("moof", fullBox("mfhd", 0, 0, u32(sequence)), tracks);
}
