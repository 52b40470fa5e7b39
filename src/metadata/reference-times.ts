import type { FileHandle } from "node:fs/promises";
import { statedTimeUs } from "./gps-time.ts";
import { boxes, read } from "./mp4-boxes.ts";

/** Seconds from the NTP era (1900) to 1970: RFC 5905, figure 4. */
const NTP_EPOCH_SEC = 2_208_988_800;
/**
 * Flags of `prft` (ISO/IEC 14496-12, 8.16.5) by which its time is that of the scene: the picture's
 * input to the encoder, or the time of the experience itself. All others are times of output.
 */
const CAPTURE_FLAGS: ReadonlySet<number> = new Set([0, 24]);
/** Most bytes of a `prft` box that are read, without its header. */
export const LONGEST_REFERENCE_BYTES = 28;

/** A time that a `prft` box states. */
export interface ReferenceTime {
	readonly trackId: number;
	/** Microseconds since 1970. */
	readonly timeUs: number;
	/** Place in the track, ticks. */
	readonly mediaTicks: number;
	/** True: the place has 32 bits, and begins again behind them. */
	readonly wraps: boolean;
}

/** Reads the content of a `prft` box; `undefined` if it is broken, or no time of capture. */
export function readReferenceTime(content: Uint8Array): ReferenceTime | undefined {
	const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
	if (content.length < 20) return undefined;
	const version = view.getUint8(0);
	const hasLongTime = version === 1 && content.length >= 24;
	if (!CAPTURE_FLAGS.has(view.getUint32(0) & 0xffffff) || (version !== 0 && !hasLongTime)) return undefined;
	const sinceEpochUs = (view.getUint32(8) - NTP_EPOCH_SEC) * 1e6 + (view.getUint32(12) / 2 ** 32) * 1e6;
	const timeUs = statedTimeUs(sinceEpochUs);
	const mediaTicks = hasLongTime ? Number(view.getBigUint64(16)) : view.getUint32(16);
	return timeUs === undefined ? undefined : { trackId: view.getUint32(4), timeUs, mediaTicks, wraps: !hasLongTime };
}

/**
 * Reads the `prft` boxes of a fragmented MP4 file, which lie before their fragments: none before
 * the first fragment means that there are none. Those before a fault of the file are read.
 * @param size of the file, bytes
 */
export async function* referenceTimesOfMp4(file: FileHandle, size: number): AsyncGenerator<ReferenceTime> {
	let isStated = false;
	for await (const { type, from, to } of boxes(file, 0, size)) {
		const time =
			type === "prft" && readReferenceTime(await read(file, from, Math.min(to - from, LONGEST_REFERENCE_BYTES)));
		isStated ||= time !== false && time !== undefined;
		if (time) yield time;
		if (type === "moof" && !isStated) return;
	}
}
