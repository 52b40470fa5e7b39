import {
	AV_DISPOSITION_ATTACHED_PIC,
	AV_DISPOSITION_DEPENDENT,
	AV_DISPOSITION_TIMED_THUMBNAILS,
	AVDISCARD_ALL,
	AVMEDIA_TYPE_AUDIO,
	AVMEDIA_TYPE_VIDEO,
} from "node-av/constants";
import type { FormatContext, Packet, Stream } from "node-av/lib";
import { assert } from "../media/assert.ts";
import { type HeifPicture, heifPictureOf, UnknownHeif } from "./heif-picture.ts";
import { missingTrack } from "./missing-track.ts";
import { newPacket } from "./new-packet.ts";
import { SourceError } from "./video-source.ts";
import { bestTrack } from "./video-track.ts";

/** Most packets, and most bytes, that are read to distinguish a cover from a video. */
const PEEKED_PACKETS = 300;
const PEEKED_BYTES = 64_000_000;
/** Packets of another track after which a track with one packet counts as a single picture. */
const SURELY_VIDEO = 30;

/** The chosen track of an input. */
export interface TrackChoice {
	readonly stream: Stream;
	readonly track: number;
	readonly videoTracks: number;
	/** Packets from the input's beginning that were read while the track was chosen, in order. */
	readonly peeked: Packet[];
	/** For a HEIF file: its picture, and the indexes of the tracks that hold its tiles. */
	readonly heif?: HeifPicture;
	readonly tiles?: readonly number[];
}

/**
 * Reads the assembly of a HEIF picture.
 * @throws {SourceError} when the picture of a HEIF file can't be put together.
 */
export async function heifOf(
	format: FormatContext,
	path: string | undefined,
	label: string,
): Promise<HeifPicture | undefined> {
	if (!/\bmp4\b/.test(format.iformat?.name ?? "")) return undefined;
	try {
		return await heifPictureOf(path);
	} catch (error) {
		if (!(error instanceof UnknownHeif)) throw error;
		throw new SourceError("unknown-codec", `${label} can't be shown: ${error.message}.`, { cause: error });
	}
}

/** A `chooseTrack` for the tiles of a HEIF file: all tiles are read, in file order. */
export function chooseTiles(heif: HeifPicture): typeof chooseTrack {
	return async (format, track, label, read) => {
		if (track !== undefined && track > 0)
			throw new SourceError(
				"not-found",
				`${label} is one picture; track ${track} (counted from 0) is not there.`,
			);
		const streams = heif.items.map((item) => format.streams.find(({ id }) => id === item));
		const [first] = streams;
		const whole = streams.filter((stream) => stream !== undefined);
		if (first === undefined || whole.length < streams.length) {
			const { length } = streams;
			throw new SourceError(
				"not-video",
				`${label} is damaged: ${length - whole.length} of the ${length} tiles of its picture can't be found.`,
			);
		}
		const differs = ({ codecpar: { codecId, width, height } }: Stream) =>
			codecId !== first.codecpar.codecId || width !== first.codecpar.width || height !== first.codecpar.height;
		if (whole.some(differs))
			throw new SourceError(
				"unknown-codec",
				`${label} can't be shown: the tiles of its picture differ in size or coding.`,
			);
		const packets = new Map<number, Packet>();
		try {
			for (;;) {
				const packet = newPacket();
				const more = await read(packet).catch((error: unknown) => {
					packet.free();
					throw error;
				});
				if (!more || packets.has(packet.streamIndex)) packet.free();
				else packets.set(packet.streamIndex, packet);
				if (!more) break;
			}
			// A tile may lie at several places.
			const peeked = whole.flatMap(({ index }) => {
				const packet = packets.get(index);
				if (packet === undefined) return [];
				const copy = newPacket();
				copy.ref(packet);
				return [copy];
			});
			return { stream: first, track: 0, videoTracks: 1, peeked, heif, tiles: whole.map(({ index }) => index) };
		} finally {
			for (const packet of packets.values()) packet.free();
		}
	};
}

/**
 * Chooses the track.
 *
 * @param track index among the video tracks; `undefined` for the best.
 * @param read reads a packet; false at the end.
 */
export async function chooseTrack(
	format: FormatContext,
	track: number | undefined,
	label: string,
	read: (packet: Packet) => Promise<boolean>,
): Promise<TrackChoice> {
	const streams = format.streams;
	const isVideo = ({ codecpar, disposition }: Stream) =>
		codecpar.codecType === AVMEDIA_TYPE_VIDEO &&
		(disposition & (AV_DISPOSITION_ATTACHED_PIC | AV_DISPOSITION_TIMED_THUMBNAILS)) === 0;
	const videos = streams.filter(isVideo);
	if (videos.length === 0) {
		const audio = streams.filter((stream) => stream.codecpar.codecType === AVMEDIA_TYPE_AUDIO).length;
		throw new SourceError(
			"not-video",
			`${label} holds no video${audio > 0 ? `, only sound (${audio} audio track${audio > 1 ? "s" : ""})` : ""}.`,
		);
	}
	// Only a local file states the places of its tiles.
	if (videos.length > 1 && videos.every(({ disposition }) => (disposition & AV_DISPOSITION_DEPENDENT) !== 0)) {
		throw new SourceError(
			"unknown-codec",
			`${label} is a picture of ${videos.length} tiles, which are put together only if it is a local file.`,
		);
	}
	const peeked: Packet[] = [];
	try {
		const index = track ?? (videos.length === 1 ? 0 : await bestOf(videos, format, peeked, read));
		const stream = videos[index];
		if (stream === undefined) throw missingTrack(label, "video", videos.length, index);
		for (const other of streams) if (other.index !== stream.index) other.discard = AVDISCARD_ALL;
		return { stream, track: index, videoTracks: videos.length, peeked };
	} catch (error) {
		for (const packet of peeked) packet.free();
		throw error;
	}
}

/**
 * The best of several tracks. Reads until FFmpeg's choice has shown itself to be a video, or a
 * single picture beside one.
 */
async function bestOf(
	videos: readonly Stream[],
	format: FormatContext,
	peeked: Packet[],
	read: (packet: Packet) => Promise<boolean>,
): Promise<number> {
	const best = format.findBestStream(AVMEDIA_TYPE_VIDEO);
	const preferred = videos.find(({ index }) => index === best) ?? videos[0];
	assert(preferred !== undefined, "The best track is chosen among at least one.");
	const pictures = new Map(videos.map(({ index, nbFrames }) => [index, Number(nbFrames)]));
	const count = (index: number) => pictures.get(index) ?? 0;
	const stated = videos.every(({ index }) => count(index) > 0);
	for (let bytes = 0; !stated && bytes < PEEKED_BYTES && peeked.length < PEEKED_PACKETS; ) {
		if (
			count(preferred.index) > 1 ||
			(count(preferred.index) === 1 && Math.max(...pictures.values()) >= SURELY_VIDEO)
		)
			break;
		const packet = newPacket();
		const more = await read(packet).catch((error: unknown) => {
			packet.free();
			throw error;
		});
		if (!more) {
			packet.free();
			break;
		}
		peeked.push(packet);
		bytes += packet.size;
		if (pictures.has(packet.streamIndex)) pictures.set(packet.streamIndex, count(packet.streamIndex) + 1);
	}
	return bestTrack(
		videos.map((stream) => ({
			pictures: count(stream.index),
			preferred: stream === preferred,
			pixels: stream.codecpar.width * stream.codecpar.height,
		})),
	);
}
