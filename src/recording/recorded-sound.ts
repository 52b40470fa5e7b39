import type { EncodedSound } from "../media/encoded-packet.ts";
import { readOpusPacket } from "../media/opus-packet.ts";

/** The times of a microphone's packets tremble by less, seconds: they are those of arrival. */
export const TREMBLE_SEC = 0.05;

/** A packet of sound as a recording keeps it. */
export interface RecordedSound {
	/** One Opus packet (RFC 6716, 3): the very bytes that were sent or received. */
	readonly data: Uint8Array;
	/** Length of its sound, seconds. */
	readonly durationSec: number;
	/** Time of its first sample in the source's media, seconds; NaN: it has none. */
	readonly mediaTimeSec: number;
	/** A client's microphone took it then, on the server's clock, seconds; NaN: not known. */
	readonly capturedSec: number;
	/** It is the first after silence, of which nothing is sent. */
	readonly begins: boolean;
}

/** One packet of sound of a session. */
export interface SoundRecord {
	readonly type: "sound";
	/** The one who was sent it, or who has sent it. */
	readonly viewer: string;
	/** `sent` to the viewer, or `received` of its microphone. */
	readonly direction: "sent" | "received";
	/** Its first sample belongs to this time if it was sent; a received one has arrived then. */
	readonly atSec: number;
	readonly sound: RecordedSound;
}

/** The record of a packet that a viewer was sent. @returns `undefined`: it is no Opus. */
export function sentSoundRecord(viewer: string, packet: EncodedSound): SoundRecord | undefined {
	const { data, dueSec, mediaTimeSec, begins } = packet;
	const facts = readOpusPacket(data);
	if (facts === undefined) return undefined;
	const { durationSec } = facts;
	const sound = { data, durationSec, mediaTimeSec, capturedSec: Number.NaN, begins };
	return { type: "sound", viewer, direction: "sent", atSec: dueSec, sound };
}
