import type { ArrowTimeUnit } from "./arrow-type.ts";

// Numbers of Arrow's encapsulated messages: Message.fbs and Schema.fbs.

/** The mark at the beginning of each message. */
export const CONTINUATION = 0xffff_ffff;
export const METADATA_V5 = 4;
export const HEADER_SCHEMA = 1;
export const HEADER_RECORD_BATCH = 3;
/** Units of time by their number. */
export const TIME_UNITS: readonly ArrowTimeUnit[] = ["second", "millisecond", "microsecond", "nanosecond"];
