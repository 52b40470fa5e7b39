import { availableParallelism } from "node:os";
import { numberWithin, type OptionTable, oneOf, wholeNumber, withDefault } from "../media/option-table.ts";
import { PacketRing } from "../media/packet-ring.ts";
import type { SourceInfo, VideoSource } from "../source/video-source.ts";
import { type PastAccess, PastDesk, type PastDeskOptions } from "../stream/past-desk.ts";
import type { Logger } from "./logger.ts";

/** Keeps the past of a live source, so that each viewer can watch a place of its own. */
export interface TimeShiftOptions {
	/** Minutes that are kept, 0.1 to 1440. */
	readonly minutes: number;
	/**
	 * Most bytes of video that are kept, 1 MiB to 64 GiB: what is older is dropped before its time.
	 * Memory is taken as it is filled, and up to half more than is kept.
	 * @default 1 GiB
	 */
	readonly maxBytes?: number | undefined;
	/**
	 * Most viewers who watch the past at the same time: each takes a decoder, and a thread that
	 * draws and encodes.
	 * @default half the number of cores
	 */
	readonly maxViewers?: number | undefined;
	/** Right that a viewer needs for it. @default "watch" */
	readonly access?: PastAccess | undefined;
}

const GIB = 2 ** 30;

/** The options of `timeShift`, each with its check and its default. */
export const TIME_SHIFT_OPTIONS = {
	minutes: numberWithin(0.1, 1440),
	maxBytes: withDefault(wholeNumber(2 ** 20, 64 * GIB), GIB),
	maxViewers: withDefault(wholeNumber(1, 256), Math.max(1, Math.floor(availableParallelism() / 2))),
	access: withDefault(oneOf(["watch", "steer"]), "watch"),
} satisfies OptionTable<TimeShiftOptions>;

/** `TimeShiftOptions` with every default. */
type CompleteTimeShift = Required<{ [Name in keyof TimeShiftOptions]: Exclude<TimeShiftOptions[Name], undefined> }>;

/**
 * The desk at which viewers get the past of `source`, which is kept from its next start on.
 * @param others of the desk's options.
 * @throws {RangeError} if the source has no packets, or there is not so much memory.
 */
export function pastDeskFor(
	source: VideoSource,
	{ minutes, maxBytes, ...bounds }: CompleteTimeShift,
	others: Pick<PastDeskOptions, "decoding" | "live" | "pool">,
): PastDesk {
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
	return new PastDesk({ ...bounds, ...others, ring });
}

/** Logs what the time shift keeps of a source that was opened. */
export function reportTimeShift(
	name: string,
	{ live }: SourceInfo,
	{ minutes, maxBytes }: CompleteTimeShift,
	log: Logger,
): void {
	if (live) log.info(`Keeps the last ${minutes} minutes of ${name}, or ${Math.round(maxBytes / 1e6)} MB of it.`);
	else log.warn(`timeShift keeps the past of live sources; ${name} is none, and can be played again. It is ignored.`);
}
