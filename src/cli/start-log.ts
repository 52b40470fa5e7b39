import type { WriteStream } from "node:tty";
import { type Logger, pino } from "pino";
import pretty from "pino-pretty";
import type { LogLevel } from "../server/serve-options.ts";
import { StatusLine } from "./status-line.ts";

/**
 * True when lines on `out` are coloured: on a terminal, unless `NO_COLOR` or `TERM=dumb` forbids
 * it. Node itself reads those.
 */
export function isColoured(
	out: Pick<WriteStream, "isTTY" | "hasColors">,
	environment: NodeJS.ProcessEnv = process.env,
): boolean {
	return out.isTTY === true && out.hasColors(environment);
}

/** Log lines for people on stderr, above a line that follows the server. */
export function startLog(level: LogLevel): { readonly status: StatusLine; readonly logger: Logger } {
	const status = new StatusLine(process.stderr);
	const lines = pretty({
		colorize: isColoured(process.stderr),
		translateTime: "SYS:HH:MM:ss",
		ignore: "pid,hostname,viewer",
		messageFormat: "{if viewer}viewer {viewer} {end}{msg}",
		sync: true,
		destination: status.lineStream(),
	});
	return { status, logger: pino({ level }, lines) };
}
