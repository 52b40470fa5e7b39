import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { threadFile } from "../threads/thread.ts";
import { withoutSecrets } from "./source-name.ts";
import { SourceError } from "./video-source.ts";

/** An input that FFmpeg could not read, as it was opened. */
export interface FailedInput {
	readonly url: string;
	/** FFmpeg's name of a demuxer, or "". */
	readonly format: string;
	readonly options: Readonly<Record<string, string>>;
	/**
	 * Index of the track whose pictures can't be decoded; `undefined` if the input could not be
	 * opened.
	 */
	readonly stream?: number | undefined;
}

/** Longest time that finding the reason may take, milliseconds. */
const TIMEOUT_MS = 5000;
const LONGEST_REASON = 160;

/**
 * The reason that FFmpeg logs when the input is read once more. FFmpeg has one code for all kinds
 * of damage; only its log names the damage. The log is read in a separate process, because
 * node-av's log callback belongs to the whole process and aborts it when two threads set it at the
 * same time.
 *
 * @returns `undefined` if FFmpeg logs nothing, or the reason can't be found out.
 */
export async function failureReason(input: FailedInput, signal: AbortSignal): Promise<string | undefined> {
	const file = fileURLToPath(threadFile("./failure-reason-worker", import.meta.url));
	try {
		const child = spawn(process.execPath, [file], {
			stdio: ["pipe", "ignore", "pipe"],
			signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
			killSignal: "SIGKILL",
			windowsHide: true,
		});
		// The end of stderr is the end of the process.
		child.on("error", () => {});
		child.stdin.on("error", () => {});
		// An address may hold a password, and arguments are visible to all users, so it goes by the
		// pipe.
		child.stdin.end(JSON.stringify(input));
		return reasonIn(await text(child.stderr));
	} catch {
		return undefined;
	}
}

/** `error` with FFmpeg's reason in brackets. */
export function withReason(error: SourceError, reason: string | undefined): SourceError {
	if (reason === undefined || error.message.toLowerCase().includes(reason.toLowerCase())) return error;
	return new SourceError(error.code, error.message.replace(/\.$/, ` (${reason}).`), { cause: error.cause });
}

/** Lines of a log that follow from a failure and do not explain it. */
const NO_REASON =
	/^(error (opening input|submitting)|task finished|terminating|invalid data found|last message repeated)/i;

/**
 * The reason in FFmpeg's log of several lines: the last line that one of its parts has logged.
 * `undefined` if there is none.
 */
export function reasonIn(log: string): string | undefined {
	const reasons = log
		.split(/[\r\n]+/)
		// A line is "[mov,mp4,m4a,3gp,3g2,mj2 @ 0x55d0c8] moov atom not found"; names of other
		// parts, or of a program, may precede it.
		.map((line) => /^.*\[[^\]@]+@ (?:0x)?[0-9a-f]+\]\s*(.+)$/i.exec(line.trim())?.[1])
		.filter((reason) => reason !== undefined)
		.filter((reason) => !NO_REASON.test(reason));
	const last = reasons
		.at(-1)
		?.replace(/[a-z][a-z0-9+.-]*:\/\/\S+/gi, (url) => withoutSecrets(url))
		.replace(/[.\s]+$/, "");
	if (last === undefined || last === "") return undefined;
	return last.length > LONGEST_REASON ? `${last.slice(0, LONGEST_REASON)}...` : last;
}
