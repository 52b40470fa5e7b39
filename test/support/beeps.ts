import { OPUS_DELAY_SAMPLES } from "../../src/media/opus-packet.ts";
import { SOUND_HZ } from "../../src/media/sound-ring.ts";
import { decodeOpus } from "../../src/sound/opus-decoder.cases.ts";

/** The times at which something loud begins after a silence, seconds. */
export function onsetsIn(samples: readonly number[]): number[] {
	let quiet = 0;
	return samples.flatMap((sample, n) => {
		const isOnset = Math.abs(sample) > 0.05 && quiet > 4800;
		quiet = Math.abs(sample) > 0.05 ? 0 : quiet + 1;
		return isOnset ? [n / SOUND_HZ] : [];
	});
}

/**
 * The times of the same in Opus packets that follow each other, seconds.
 *
 * @param packets of 20 ms, each with the time of its first sample.
 */
export function beepsIn(packets: readonly { readonly atSec: number; readonly data: Uint8Array }[]): number[] {
	const [left] = decodeOpus(packets.map(({ data }) => data));
	return onsetsIn(left).flatMap((sec) => {
		const sample = Math.round(sec * SOUND_HZ) - OPUS_DELAY_SAMPLES;
		const packet = packets[Math.floor(sample / 960)];
		return packet === undefined ? [] : [packet.atSec + (sample % 960) / SOUND_HZ];
	});
}
