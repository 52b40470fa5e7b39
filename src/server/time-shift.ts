import { PacketRing } from "../media/packet-ring.ts";
import type { SourceInfo, VideoSource } from "../source/video-source.ts";
import type { Logger } from "./logger.ts";
import type { CompleteTimeShift } from "./time-shift-options.ts";

/**
 * Keeps the past of a source, if it is live, from its next start on.
 * @returns the ring that it is kept in.
 * @throws {RangeError} if the source has no packets, or there is not so much memory.
 */
export function keepPast(source: VideoSource, { minutes, maxBytes }: CompleteTimeShift): PacketRing {
	if (source.keepPast === undefined)
		throw new RangeError(
			`timeShift keeps the packets of a live source that the backend "libav" reads; ${source.name} has none.`,
		);
	let ring: PacketRing;
	try {
		ring = PacketRing.create({ windowSec: minutes * 60, maxBytes });
	} catch (cause) {
		throw new RangeError(`timeShift.maxBytes is ${maxBytes}; this machine does not give so much memory.`, {
			cause,
		});
	}
	source.keepPast(ring.handle);
	return ring;
}

/** Logs what the time shift keeps of a source that was opened. */
export function reportTimeShift(
	name: string,
	{ live }: SourceInfo,
	{ minutes, maxBytes }: CompleteTimeShift,
	log: Logger,
): void {
	if (live) log.info(`Keeps the last ${minutes} min of ${name}, at most ${Math.round(maxBytes / 1e6)} MB.`);
	else log.warn(`timeShift is ignored: it keeps the past of live sources, and ${name} is not live.`);
}
