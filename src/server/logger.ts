/** Writes a line of the log: a sentence, or details for programs and a sentence. */
export interface LogMethod {
	(message: string): void;
	(details: object, message: string): void;
}

/**
 * Takes the server's log lines. A pino logger is one, and so is every object with
 * these methods.
 */
export interface Logger {
	readonly debug: LogMethod;
	readonly info: LogMethod;
	readonly warn: LogMethod;
	readonly error: LogMethod;
	/** @returns a logger that adds `details` to every line. */
	child(details: Readonly<Record<string, unknown>>): Logger;
}
