import { readFileSync } from "node:fs";
import type { Command } from "commander";
import { wordsForFileError } from "../media/file-error-words.ts";

/**
 * Tokens on the command line, or the files that hold them: every user of the machine can read a
 * command line (`ps`).
 */
export interface TokenFlags {
	readonly token?: string | undefined;
	readonly tokenFile?: string | undefined;
	readonly viewToken?: string | undefined;
	readonly viewTokenFile?: string | undefined;
	readonly recordToken?: string | undefined;
	readonly recordTokenFile?: string | undefined;
}

/** Tokens from flags, files or the environment, as options of `serve()`. */
export interface TokenOptions {
	readonly bearerToken: string | undefined;
	readonly viewToken: string | undefined;
	readonly recordToken: string | undefined;
}

/** Environment variables that stand in for arguments. */
type Environment = Readonly<Record<string, string | undefined>>;

/** The flags of a token that lets its bearer do everything. */
export function addTokenFlags(command: Command, what: string): Command {
	return command
		.option("--token <secret>", `${what} (or the environment's PANOGAZE_TOKEN)`)
		.option("--token-file <file>", "file that holds it, so that no list of processes shows it");
}

/** The flags of the tokens that let their bearers watch, and record. */
export function addFurtherTokenFlags(command: Command): Command {
	return command
		.option(
			"--view-token <secret>",
			"bearer token of those who may only watch (or the environment's PANOGAZE_VIEW_TOKEN)",
		)
		.option("--view-token-file <file>", "file that holds it")
		.option(
			"--record-token <secret>",
			"bearer token of those who may watch, record and fetch recordings (or PANOGAZE_RECORD_TOKEN)",
		)
		.option("--record-token-file <file>", "file that holds it");
}

/**
 * The tokens from flags, files, or else the environment.
 *
 * @throws {RangeError} when a token is given twice, empty, or in a file that can't be read. The
 * message holds no token.
 */
export function tokensFromFlags(flags: TokenFlags, environment: Environment = process.env): TokenOptions {
	return {
		bearerToken: secret("--token", flags.token, flags.tokenFile, "PANOGAZE_TOKEN", environment),
		viewToken: secret("--view-token", flags.viewToken, flags.viewTokenFile, "PANOGAZE_VIEW_TOKEN", environment),
		recordToken: secret(
			"--record-token",
			flags.recordToken,
			flags.recordTokenFile,
			"PANOGAZE_RECORD_TOKEN",
			environment,
		),
	};
}

/**
 * The source from the argument, or else from the environment: its address may hold a password.
 * @throws {RangeError} when it is empty.
 */
export function sourceFrom(argument: string | undefined, environment: Environment = process.env): string | undefined {
	if (argument === "") throw new RangeError("SOURCE is a file, an address or a device; got an empty text.");
	return argument ?? fromEnvironment("PANOGAZE_SOURCE", environment);
}

/**
 * The value of an environment variable.
 *
 * @throws {RangeError} when the variable is set and empty: most likely it was to be filled in, and
 * nothing was meant to be open to all.
 */
export function fromEnvironment(variable: string, environment: Environment = process.env): string | undefined {
	const value = environment[variable];
	if (value?.trim() === "")
		throw new RangeError(`${variable} is set in the environment, and empty; give it a value, or unset it.`);
	return value;
}

function secret(
	flag: string,
	text: string | undefined,
	file: string | undefined,
	variable: string,
	environment: Environment,
) {
	if (text !== undefined && file !== undefined)
		throw new RangeError(`${flag} and ${flag}-file name one token; got both.`);
	if (text === "") throw new RangeError(`${flag} is a text that is not empty; got an empty one.`);
	if (text !== undefined) return text;
	return file === undefined ? fromEnvironment(variable, environment) : readSecret(`${flag}-file`, file);
}

function readSecret(flag: string, file: string): string {
	let text: string;
	try {
		text = readFileSync(file, "utf8").trim();
	} catch (error) {
		throw new RangeError(`${flag} is a file with one line, the token; ${file} ${wordsForFileError(error)}.`, {
			cause: error,
		});
	}
	if (text === "" || /[\r\n]/.test(text))
		throw new RangeError(
			`${flag} is a file with one line, the token; ${file} has ${text === "" ? "none" : "several"}.`,
		);
	return text;
}
