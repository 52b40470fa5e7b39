import { TextLog } from "../archetypes/text.generated.ts";
import type { TextLogLevel } from "../archetypes/text.ts";
import { entityPath, parseEntityPath } from "../chunk/entity-path.ts";
import { checkOptions, type OptionNames } from "../option-names.ts";
import type { LogArgument, LogOptions } from "./recording-stream.ts";

/** What lines are logged to: a `RecordingStream`, or part of one. */
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

export interface ConsoleBridgeOptions {
	/** Entity of the lines. @default "console" */
	readonly path?: string | readonly string[] | undefined;
	/** Which of the console's methods are logged. @default all */
	readonly methods?: readonly ConsoleMethod[] | undefined;
	/** @default that of the program */
	readonly console?: { [Method in ConsoleMethod]: (...data: unknown[]) => void } | undefined;
}

const CONSOLE_OPTIONS: OptionNames<ConsoleBridgeOptions> = { path: true, methods: true, console: true };

/**
 * Logs what goes to the console, which still gets it.
 *
 * @returns ends it: `dispose` is what `using` calls. Whoever replaced the console's methods in
 * between stays.
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
			// What logging itself says would be said again and again.
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
 * What the console makes of its arguments, about: texts as they are, `%s`, `%d`, `%i`, `%f`, `%o`,
 * `%O`, `%j` and `%c` filled in.
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
		// Circles, or a getter that throws.
		return Object.prototype.toString.call(value);
	}
}

export interface PinoBridgeOptions {
	/**
	 * Entity of the lines; those of a logger with a name go to the part below it that is called so.
	 * @default "log"
	 */
	readonly path?: string | readonly string[] | undefined;
	/**
	 * Timeline on which a line has the time that pino gave it.
	 * @default none: lines have the times of the stream
	 */
	readonly timeline?: string | undefined;
}

const PINO_OPTIONS: OptionNames<PinoBridgeOptions> = { path: true, timeline: true };

/** What pino takes for a stream. */
export interface PinoDestination {
	/** Without it pino takes a single argument for options. */
	readonly writable: true;
	write(line: string): void;
}

/**
 * A destination for pino, which logs its lines: `pino(pinoDestination(recording))`, or one of
 * several of `pino.multistream`. What a line has beside its message is put behind it. A line that
 * isn't pino's is logged as it is.
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
