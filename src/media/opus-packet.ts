import { SOUND_HZ } from "./sound-ring.ts";

/** Facts about a packet of Opus that its first bytes state (RFC 6716, 3.1). */
export interface OpusFacts {
	/** Length of its sound, seconds: 0.0025 to 0.12. */
	readonly durationSec: number;
	readonly channels: 1 | 2;
}

/** Samples of a frame by the lower bits of its configuration: SILK, hybrid and CELT. */
const SILK = [480, 960, 1920, 2880] as const;
const HYBRID = [480, 960] as const;
const CELT = [120, 240, 480, 960] as const;
/** Longest packet: 120 ms. */
const MAX_SAMPLES = 5760;
/** Samples at 48 kHz by which decoded sound comes late: libopus looks so far ahead. */
export const OPUS_DELAY_SAMPLES = 312;

/** Reads the head of a packet of Opus. @returns `undefined`: it is none. */
export function readOpusPacket(data: Uint8Array): OpusFacts | undefined {
	const [head, count = 0] = data;
	if (head === undefined) return undefined;
	const configuration = head >> 3;
	const frameSamples =
		configuration < 12
			? SILK[configuration & 3]!
			: configuration < 16
				? HYBRID[configuration & 1]!
				: CELT[configuration & 3]!;
	const code = head & 3;
	const samples = frameSamples * (code === 0 ? 1 : code < 3 ? 2 : count & 63);
	if (samples === 0 || samples > MAX_SAMPLES) return undefined;
	return { durationSec: samples / SOUND_HZ, channels: (head & 4) === 0 ? 1 : 2 };
}
