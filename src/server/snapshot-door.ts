import { STATUS_CODES } from "node:http";
import { parseProjectionOptions } from "../projection/projection-words.ts";
import {
	completeSnapshotOptions,
	SNAPSHOT_OPTIONS,
	type Snapshot,
	SnapshotError,
	type SnapshotOptions,
} from "../render/snapshot.ts";
import { type SessionHub, SignallingError, type SignallingRequest } from "../session/index.ts";

/** A request's query: a parameter that was sent several times has a list. */
export type SnapshotQuery = Readonly<Record<string, string | readonly string[] | undefined>>;

/** A response with a picture, or with a problem (RFC 9457). */
export interface SnapshotResponse {
	readonly status: number;
	readonly headers: Readonly<Record<string, string>>;
	readonly body: Buffer | string;
}

/** Parameters of the query, and the options of `snapshot()` that they are. */
const NUMBERS = {
	yaw: "yawDeg",
	pitch: "pitchDeg",
	roll: "rollDeg",
	fov: "fovDeg",
	width: "width",
	height: "height",
	aspect: "aspect",
	quality: "quality",
} as const satisfies { readonly [parameter: string]: keyof SnapshotOptions };
const TEXTS = ["lens", "eye"] as const satisfies (keyof SnapshotOptions)[];
const PARAMETERS = [...Object.keys(NUMBERS), ...TEXTS, "sphere", "projection", "option"];
const NUMBER = /^[+-]?\d{1,9}(?:\.\d{1,9})?$/;
const PROJECTION_PARAMETERS = { word: "projection", option: "option" };
/** Most options of a projection. */
const MOST_OPTIONS = 40;
const LONGEST_TEXT = 1000;
/** Seconds after which trying again makes sense. */
const RETRY_SEC = 1;

/**
 * Reads the query of `GET /snapshot.jpg`.
 *
 * @throws {SignallingError} 400 for a parameter that is unknown or wrong; it is named.
 */
function snapshotOptionsOf(query: SnapshotQuery): SnapshotOptions {
	const unknown = Object.keys(query).find((name) => !PARAMETERS.includes(name));
	if (unknown !== undefined)
		throw refusal(`"${unknown.slice(0, 40)}" is no parameter of a snapshot. These are ${PARAMETERS.join(", ")}.`);
	try {
		const read = (name: string) => textOf(query, name);
		const numbers = Object.entries(NUMBERS).map(([name, option]) => {
			const value = numberOf(name, read(name));
			return [option, value === undefined ? undefined : SNAPSHOT_OPTIONS[option](value, name)];
		});
		const texts = TEXTS.map((name) => [name, SNAPSHOT_OPTIONS[name](read(name), name)]);
		const sphere = read("sphere");
		if (sphere !== undefined && sphere !== "0" && sphere !== "1")
			throw new RangeError(`sphere is 1 or 0; got "${sphere.slice(0, 40)}".`);
		const options: SnapshotOptions = {
			...Object.fromEntries([...numbers, ...texts]),
			sphere: sphere === "1",
			projection: projectionOf(query),
		};
		completeSnapshotOptions(options);
		return options;
	} catch (error) {
		if (error instanceof RangeError || error instanceof TypeError) throw refusal(withParameterNames(error.message));
		throw error;
	}
}

/**
 * Answers `GET /snapshot.jpg` with a JPEG. Never rejects: errors are in the response.
 *
 * @param onFailure receives errors whose details the client does not get.
 */
export async function answerSnapshot(
	hub: SessionHub,
	request: SignallingRequest,
	query: SnapshotQuery,
	take: (options: SnapshotOptions) => Promise<Snapshot>,
	onFailure: (error: unknown) => void,
): Promise<SnapshotResponse> {
	try {
		// Before anything about the request is revealed.
		const access = await hub.authorize(request, { door: "snapshot" });
		if (!access.has("watch")) throw new SignallingError(403, "This server does not let you watch.");
		const { data } = await take(snapshotOptionsOf(query));
		return { status: 200, headers: { "content-type": "image/jpeg", "cache-control": "no-store" }, body: data };
	} catch (error) {
		return problem(known(error, onFailure));
	}
}

function known(error: unknown, onFailure: (error: unknown) => void): SignallingError {
	if (error instanceof SignallingError) return error;
	const isUnavailable = error instanceof SnapshotError && (error.code === "no-picture" || error.code === "busy");
	if (isUnavailable) return new SignallingError(503, error.message, { retryAfterSec: RETRY_SEC });
	if (error instanceof SnapshotError && error.code === "impossible") return refusal(error.message);
	onFailure(error);
	return new SignallingError(500, "The server failed to answer.");
}

function problem({ status, message, retryAfterSec }: SignallingError): SnapshotResponse {
	const headers = {
		"content-type": "application/problem+json",
		"cache-control": "no-store",
		...(retryAfterSec !== undefined && { "retry-after": String(retryAfterSec) }),
		...(status === 401 && { "www-authenticate": 'Bearer realm="snapshot"' }),
	};
	const title = STATUS_CODES[status] ?? "Error";
	return { status, headers, body: JSON.stringify({ type: "about:blank", title, status, detail: message }) };
}

function textOf(query: SnapshotQuery, name: string): string | undefined {
	const value = query[name];
	if (value === undefined || typeof value === "string") return value;
	throw new RangeError(`${name} is stated once; got it ${value.length} times.`);
}

function numberOf(name: string, text: string | undefined): number | undefined {
	if (text === undefined) return undefined;
	if (NUMBER.test(text)) return Number(text);
	throw new RangeError(`${name} is a number; got "${text.slice(0, 40)}".`);
}

function projectionOf(query: SnapshotQuery): SnapshotOptions["projection"] {
	const word = textOf(query, "projection");
	const given = query["option"] ?? [];
	const options = typeof given === "string" ? [given] : given;
	if (word === undefined) {
		if (options.length > 0) throw new RangeError("option belongs to a projection; state that, too.");
		return undefined;
	}
	const isBounded = options.length <= MOST_OPTIONS && [word, ...options].every((text) => text.length <= LONGEST_TEXT);
	if (!isBounded) throw new RangeError(`projection has at most ${MOST_OPTIONS} options, of ${LONGEST_TEXT} letters.`);
	return parseProjectionOptions(word, options, PROJECTION_PARAMETERS);
}

/** A sentence about options, with the parameters' names. */
function withParameterNames(message: string): string {
	return message.replace(/\b(?:yaw|pitch|roll|fov)Deg\b/g, (name) => name.slice(0, -"Deg".length));
}

function refusal(message: string): SignallingError {
	return new SignallingError(400, message);
}
