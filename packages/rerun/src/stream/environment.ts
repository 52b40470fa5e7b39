/** Variables of the environment, by name. A browser has none. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The settings that the official SDKs read from the environment. `undefined`: not set. */
export interface EnvironmentSettings {
	/** `RERUN`: logging is on, or off, whatever the program says. */
	readonly enabled: boolean | undefined;
	/** `RERUN_STRICT`: wrong arguments throw. */
	readonly strict: boolean | undefined;
	/** `RERUN_LOG_TICK`: rows have the timeline `log_tick`. */
	readonly logTick: boolean | undefined;
	/** `RERUN_FLUSH_TICK_SECS` */
	readonly tickSec: number | undefined;
	/** `RERUN_FLUSH_NUM_BYTES` */
	readonly maxBytes: number | undefined;
	/** `RERUN_FLUSH_NUM_ROWS` */
	readonly maxRows: number | undefined;
	/** `RERUN_CHUNK_MAX_ROWS_IF_UNSORTED` */
	readonly maxRowsIfUnsorted: number | undefined;
	/** A sentence for each variable whose value could not be read. */
	readonly problems: readonly string[];
}

const YES = ["1", "true", "yes", "on"];
const NO = ["0", "false", "no", "off"];

/** Reads the settings. Never throws: wrong values are reported in `problems`. */
export function readEnvironment(environment: Environment): EnvironmentSettings {
	const problems: string[] = [];
	const flag = (name: string): boolean | undefined => {
		const text = environment[name];
		if (text === undefined || text === "") return undefined;
		const word = text.trim().toLowerCase();
		if (YES.includes(word)) return true;
		if (NO.includes(word)) return false;
		problems.push(`${name} is ${JSON.stringify(text)}; it can be ${[...YES, ...NO].join(", ")}.`);
		return undefined;
	};
	const number = (name: string): number | undefined => {
		const text = environment[name];
		if (text === undefined || text === "") return undefined;
		const value = text.trim().toLowerCase() === "inf" ? Number.POSITIVE_INFINITY : Number(text);
		if (value >= 0) return value;
		problems.push(`${name} is ${JSON.stringify(text)}; it must be a number, 0 or above.`);
		return undefined;
	};
	return {
		enabled: flag("RERUN"),
		strict: flag("RERUN_STRICT"),
		logTick: flag("RERUN_LOG_TICK"),
		tickSec: number("RERUN_FLUSH_TICK_SECS"),
		maxBytes: number("RERUN_FLUSH_NUM_BYTES"),
		maxRows: number("RERUN_FLUSH_NUM_ROWS"),
		maxRowsIfUnsorted: number("RERUN_CHUNK_MAX_ROWS_IF_UNSORTED"),
		problems,
	};
}

/** The environment of this process, read without an import of Node: a browser has neither. */
export function processEnvironment(): Environment {
	return (globalThis as { process?: { env?: Environment } }).process?.env ?? {};
}
