import { TextLog } from "../archetypes/text.generated.ts";
import type { TextLogLevel } from "../archetypes/text.ts";
import { entityPath, parseEntityPath } from "../chunk/entity-path.ts";
import { checkOptions, type OptionNames } from "../option-names.ts";
import type { LogArgument, LogOptions } from "./recording-stream.ts";

/** The receiver of lines: a `RecordingStream`, or an `EntityLogger`. */
interface LogTarget {
	log(
		path: string | readonly string[],
		...args: readonly LogArgument[] | readonly [...LogArgument[], LogOptions]
	): void;
}

const CONSOLE_LEVELS = {
	error: "ERROR",
	warn: "WARN",
	info: "INFO",
	log: "INFO",
	debug: "DEBUG",
	trace: "TRACE",
} as const;
type ConsoleMethod = keyof typeof CONSOLE_LEVELS;

/** The options of `logConsole`. */
export interface ConsoleBridgeOptions {
	/** Entity of the lines. @default "console" */
	readonly path?: string | readonly string[] | undefined;
	/** The console's methods that are logged. @default all */
	readonly methods?: readonly ConsoleMethod[] | undefined;
	/** The console that is logged. @default that of the program */
	readonly console?: { [Method in ConsoleMethod]: (...data: unknown[]) => void } | undefined;
}

const CONSOLE_OPTIONS: OptionNames<ConsoleBridgeOptions> = { path: true, methods: true, console: true };

/**
 * Logs the lines of the console, which still prints them.
 *
 * @returns ends the logging: `using` disposes of it. A method that was replaced once more in the
 * meantime stays as it is.
 * @throws {TypeError} when an option has an unknown name.
 */
export function logConsole(target: LogTarget, options: ConsoleBridgeOptions = {}): Disposable {
	checkOptions(options, CONSOLE_OPTIONS, "logConsole()");
	const {
		path = "console",
		methods = Object.keys(CONSOLE_LEVELS) as ConsoleMethod[],
		console: replaced = console,
	} = options;
	let logging = false;
	let ended = false;
	const restore = methods.map((method) => {
		const original = replaced[method];
		const replacement = (...args: unknown[]): void => {
			original.apply(replaced, args);
			// A warning about the logging would cause the next one.
			if (logging || ended) return;
			logging = true;
			try {
				target.log(path, new TextLog(formatLine(args), { level: CONSOLE_LEVELS[method] }));
			} finally {
				logging = false;
			}
		};
		replaced[method] = replacement;
		return () => {
			if (replaced[method] === replacement) replaced[method] = original;
		};
	});
	return {
		[Symbol.dispose]() {
			ended = true;
			for (const undo of restore) undo();
		},
	};
}

/**
 * The line that the console makes of its arguments, about: texts as they are, `%s`, `%d`, `%i`,
 * `%f`, `%o`, `%O`, `%j` and `%c` filled in.
 */
export function formatLine(args: readonly unknown[]): string {
	const rest = [...args];
	const parts: string[] = [];
	if (typeof rest[0] === "string") {
		const template = rest.shift() as string;
		parts.push(
			template.replaceAll(/%([sdifoOjc%])/g, (whole, kind: string) => {
				if (kind === "%") return "%";
				if (rest.length === 0) return whole;
				const value = rest.shift();
				if (kind === "c") return "";
				if (kind === "d" || kind === "f") return String(Number(value));
				if (kind === "i") return String(Math.trunc(Number(value)));
				return kind === "s" ? String(value) : formatValue(value);
			}),
		);
	}
	return [...parts, ...rest.map((value) => (typeof value === "string" ? value : formatValue(value)))].join(" ");
}

function formatValue(value: unknown): string {
	if (value instanceof Error) return value.stack ?? `${value.name}: ${value.message}`;
	if (typeof value !== "object" || value === null) return typeof value === "bigint" ? `${value}n` : String(value);
	try {
		return (
			JSON.stringify(value, (_, inner: unknown) => (typeof inner === "bigint" ? `${inner}n` : inner)) ??
			String(value)
		);
	} catch {
		// The value refers to itself, or has a getter that throws.
		return Object.prototype.toString.call(value);
	}
}

/** The options of `pinoDestination`. */
export interface PinoBridgeOptions {
	/**
	 * Entity of the lines. Lines of a logger with a name go to the entity of that name below it.
	 * @default "log"
	 */
	readonly path?: string | readonly string[] | undefined;
	/**
	 * Timeline on which a line has the time that pino gave it.
	 * @default none: lines have the stream's times
	 */
	readonly timeline?: string | undefined;
}

const PINO_OPTIONS: OptionNames<PinoBridgeOptions> = { path: true, timeline: true };

/** A stream as pino takes it. */
export interface PinoDestination {
	/** Without this field pino reads a single argument as options. */
	readonly writable: true;
	write(line: string): void;
}

/**
 * A destination for pino that logs its lines: `pino(pinoDestination(recording))`, or one of several
 * in `pino.multistream`. The other fields of a line stand behind its message. A line that isn't
 * pino's is logged as it is.
 *
 * @throws {TypeError} when an option has an unknown name.
 */
export function pinoDestination(target: LogTarget, options: PinoBridgeOptions = {}): PinoDestination {
	checkOptions(options, PINO_OPTIONS, "pinoDestination()");
	const path = parseEntityPath(entityPath(options.path ?? "log"));
	return {
		writable: true,
		write(line) {
			const { level, time, name, text } = readPinoLine(line);
			const { timeline } = options;
			target.log(
				name === undefined ? path : [...path, name],
				() => new TextLog(text, { level }),
				timeline === undefined || time === undefined
					? {}
					: { times: { [timeline]: { timestamp: new Date(time) } } },
			);
		},
	};
}

interface PinoLine {
	readonly level: TextLogLevel;
	/** Milliseconds since 1970. */
	readonly time: number | undefined;
	readonly name: string | undefined;
	readonly text: string;
}

function readPinoLine(line: string): PinoLine {
	let fields: unknown;
	try {
		fields = JSON.parse(line);
	} catch {
		fields = null;
	}
	if (typeof fields !== "object" || fields === null)
		return { level: "INFO", time: undefined, name: undefined, text: line.trimEnd() };
	const { level, time, name, msg, pid: _, hostname: __, ...others } = fields as Record<string, unknown>;
	const message = typeof msg === "string" ? msg : "";
	const rest = Object.keys(others).length === 0 ? "" : JSON.stringify(others);
	return {
		level: pinoLevel(level),
		time: typeof time === "number" && Number.isFinite(time) ? time : undefined,
		name: typeof name === "string" && name !== "" ? name : undefined,
		text: [message, rest].filter((part) => part !== "").join(" "),
	};
}

/** pino counts from 10 (trace) to 60 (fatal); with an option it writes names. */
function pinoLevel(level: unknown): TextLogLevel {
	if (typeof level === "number") {
		if (level >= 60) return "CRITICAL";
		if (level >= 50) return "ERROR";
		if (level >= 40) return "WARN";
		if (level >= 30) return "INFO";
		return level >= 20 ? "DEBUG" : "TRACE";
	}
	const name = String(level).toUpperCase();
	return name === "FATAL" ? "CRITICAL" : (TEXT_LOG_LEVELS.find((known) => known === name) ?? "INFO");
}

const TEXT_LOG_LEVELS: readonly TextLogLevel[] = ["CRITICAL", "ERROR", "WARN", "INFO", "DEBUG", "TRACE"];
