import { Readable } from "node:stream";
import type { ReadableStream } from "node:stream/web";
import { fetchAddress } from "./http-request.ts";
import type { SourceAccess } from "./source-access.ts";
import { Stopping } from "./source-worker.ts";

/** FFmpeg's options that are not lost where panogaze asks for the address. */
const KNOWN_OPTIONS: ReadonlySet<string> = new Set(["user_agent", "headers"]);

/**
 * The bytes of a live MP4 stream over HTTP: an answer without a stated length. FFmpeg does not pass
 * on what its `prft` boxes state, so panogaze reads it.
 * @param patienceMs the answer comes within this time.
 * @returns `undefined` for all other addresses, which FFmpeg reads itself.
 * @throws {Stopping} when `signal` is aborted.
 */
export async function openLiveMp4(
	{ url, listener }: SourceAccess,
	inputOptions: Readonly<Record<string, string>>,
	patienceMs: number,
	signal: AbortSignal,
): Promise<Readable | undefined> {
	if (listener || !/^https?:/i.test(url) || !URL.canParse(url)) return undefined;
	if (Object.keys(inputOptions).some((name) => !KNOWN_OPTIONS.has(name))) return undefined;
	const end = new AbortController();
	const patience = setTimeout(() => end.abort(), patienceMs);
	try {
		const { ok, headers, body } = await fetchAddress(url, inputOptions, AbortSignal.any([signal, end.signal]));
		if (ok && body !== null && !headers.has("content-length")) return Readable.fromWeb(body as ReadableStream);
		end.abort();
	} catch {
		if (signal.aborted) throw new Stopping();
		// Some senders serve one reader, which FFmpeg is already.
	} finally {
		clearTimeout(patience);
	}
	return undefined;
}
