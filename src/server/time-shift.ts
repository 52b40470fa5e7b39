import { PacketRing } from "../media/packet-ring.ts";
import type { SourceInfo, VideoSource } from "../source/video-source.ts";
import { PastDesk } from "../stream/past-desk.ts";
import { largestViewSize } from "../stream/view-size.ts";
import type { Logger } from "./logger.ts";
import type { CompleteServeOptions } from "./options.ts";
import type { ServedSource } from "./served-source.ts";
import type { ServerParts } from "./server-parts.ts";
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

/**
 * Makes what shows the kept past to viewers.
 * @returns `undefined` without the option `timeShift`.
 */
export function openPastDesk(
	{ timeShift, view }: CompleteServeOptions,
	{ past: ring, heap, log }: ServerParts,
	live: ServedSource,
): PastDesk | undefined {
	if (timeShift === undefined || ring === undefined) return undefined;
	const { maxViewers, access } = timeShift;
	const { width: maxWidth, height: maxHeight } = largestViewSize(view);
	const pool = { heap, maxWidth, maxHeight, onNotice: (message: string) => log.warn(message) };
	return new PastDesk({ ring, maxViewers, access, live, pool });
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
