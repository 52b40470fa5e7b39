import { type Command, Option } from "commander";
import { completeOptions } from "../media/option-table.ts";
import { PAST_RIGHTS, TIME_SHIFT_OPTIONS, type TimeShiftOptions } from "../server/time-shift-options.ts";

/** The flags of the time shift. */
export interface TimeShiftFlags {
	readonly timeShift?: number;
	readonly timeShiftMemory?: number;
	readonly timeShiftViewers?: number;
	readonly timeShiftAccess?: (typeof PAST_RIGHTS)[number];
}

/** Bytes of a megabyte, in which the flag counts. */
const MB = 1e6;

/**
 * The flags that keep the past of a live source, below the heading that the command is at.
 * @param decimal reads a number. @param wholeNumber reads a whole one.
 */
export function addTimeShiftFlags(
	command: Command,
	decimal: (text: string) => number,
	wholeNumber: (text: string) => number,
): Command {
	const { maxBytes } = completeOptions(TIME_SHIFT_OPTIONS, { minutes: 1 }, "timeShift");
	return command
		.option(
			"--time-shift <minutes>",
			"keep the last minutes of a live source: each viewer may drag the time bar back alone",
			decimal,
		)
		.option(
			"--time-shift-memory <MB>",
			`most memory for it; what is older is dropped (default: ${Math.round(maxBytes / MB)})`,
			wholeNumber,
		)
		.option(
			"--time-shift-viewers <number>",
			"most viewers who watch the past at the same time (default: half the cores)",
			wholeNumber,
		)
		.addOption(
			new Option(
				"--time-shift-access <right>",
				`who may: everybody who may watch, or who may steer (default: ${PAST_RIGHTS[0]})`,
			).choices(PAST_RIGHTS),
		);
}

/**
 * The option `timeShift` of `serve()` that the flags stand for.
 * @throws {RangeError} for a flag that needs another one.
 */
export function timeShiftFromFlags(flags: TimeShiftFlags): TimeShiftOptions | undefined {
	const { timeShift: minutes, timeShiftMemory, timeShiftViewers: maxViewers, timeShiftAccess: access } = flags;
	const others = {
		"--time-shift-memory": timeShiftMemory,
		"--time-shift-viewers": maxViewers,
		"--time-shift-access": access,
	};
	const [lonely] = Object.entries(others).filter(([, value]) => value !== undefined);
	if (minutes === undefined && lonely !== undefined)
		throw new RangeError(`${lonely[0]} ${lonely[1]} needs --time-shift MINUTES.`);
	if (minutes === undefined) return undefined;
	return { minutes, maxBytes: timeShiftMemory && timeShiftMemory * MB, maxViewers, access };
}
