import { STATUS_CODES } from "node:http";
import type { Readable } from "node:stream";
import { describeStored, openStoredFile, type StoredSession } from "../recording/files/recording-folder.ts";
import { type SessionHub, SignallingError, type SignallingRequest } from "../session/index.ts";

/** The folder of recordings that a server lends. */
export interface LentRecordings {
	readonly directory: string;
	/** The recordings in it, the oldest first. */
	sessions(): Promise<readonly StoredSession[]>;
}

/** A response with a list, a file or a part of one, or with a problem (RFC 9457). */
export interface RecordingsResponse {
	readonly status: number;
	readonly headers: Readonly<Record<string, string>>;
	readonly body: string | Readable;
}

/**
 * Answers `GET /recordings` with a list in JSON, and `GET /recordings/FILE` with the file, to those
 * with the right `record`. Never rejects: errors are in the response.
 *
 * @param file its name; `undefined`: the list is asked for.
 * @param onFailure receives errors whose details the client does not get.
 */
export async function answerRecordings(
	hub: SessionHub,
	request: SignallingRequest,
	recordings: LentRecordings,
	file: string | undefined,
	onFailure: (error: unknown) => void,
): Promise<RecordingsResponse> {
	try {
		const access = await hub.authorize(request, { door: "recordings" });
		if (!access.has("record")) throw new SignallingError(403, "This server does not let you fetch recordings.");
		if (file !== undefined) return await answerFile(recordings.directory, file, request.headers["range"]);
		const sessions = (await recordings.sessions()).map(describeStored);
		const headers = { "content-type": "application/json", "cache-control": "no-store" };
		return { status: 200, headers, body: JSON.stringify({ recordings: sessions }) };
	} catch (error) {
		if (error instanceof SignallingError) return problem(error);
		onFailure(error);
		return problem(new SignallingError(500, "The server failed to answer."));
	}
}

async function answerFile(
	directory: string,
	name: string,
	range: string | readonly string[] | undefined,
): Promise<RecordingsResponse> {
	const opened = await openStoredFile(directory, name);
	if (opened === undefined) throw new SignallingError(404, "There is no such recording.");
	const { file, bytes } = opened;
	const part = typeof range === "string" ? rangeOf(range, bytes) : undefined;
	if (part === "unsatisfiable") {
		await file.close();
		const { status, headers, body } = problem(new SignallingError(416, `The file has ${bytes} bytes.`));
		return { status, headers: { ...headers, "content-range": `bytes */${bytes}` }, body };
	}
	const { start, end } = part ?? { start: 0, end: bytes - 1 };
	const headers = {
		"content-type": typeOf(name),
		"content-length": String(end - start + 1),
		"content-disposition": `attachment; filename*=UTF-8''${encodeURIComponent(name)}`,
		"accept-ranges": "bytes",
		"cache-control": "no-store",
		...(part !== undefined && { "content-range": `bytes ${start}-${end}/${bytes}` }),
	};
	const status = part === undefined ? 200 : 206;
	if (end < start) {
		await file.close();
		return { status, headers, body: "" };
	}
	// A file that is being written is sent as far as it goes now. The stream closes the file.
	return { status, headers, body: file.createReadStream({ start, end }) };
}

/**
 * Reads one range of bytes (RFC 9110, 14.1.2).
 * @returns `undefined` for several, or another unit: the whole file is sent.
 */
export function rangeOf(
	header: string,
	bytes: number,
): { readonly start: number; readonly end: number } | "unsatisfiable" | undefined {
	const [, first, last] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header.trim()) ?? [];
	if (first === undefined || last === undefined || (first === "" && last === "")) return undefined;
	if (first !== "" && last !== "" && Number(last) < Number(first)) return undefined;
	const start = first === "" ? Math.max(0, bytes - Number(last)) : Number(first);
	const end = first === "" || last === "" ? bytes - 1 : Math.min(Number(last), bytes - 1);
	return start >= bytes || end < start ? "unsatisfiable" : { start, end };
}

function typeOf(name: string): string {
	if (name.endsWith(".json")) return "application/json";
	if (name.endsWith(".mp4")) return "video/mp4";
	return name.endsWith(".jsonl") ? "application/jsonl" : "application/octet-stream";
}

function problem({ status, message }: SignallingError): RecordingsResponse {
	const headers = {
		"content-type": "application/problem+json",
		"cache-control": "no-store",
		...(status === 401 && { "www-authenticate": 'Bearer realm="recordings"' }),
	};
	const title = STATUS_CODES[status] ?? "Error";
	return { status, headers, body: JSON.stringify({ type: "about:blank", title, status, detail: message }) };
}
