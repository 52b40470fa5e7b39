import { setTimeout as sleep } from "node:timers/promises";
import {
	type AccessWord,
	type AskedDoor,
	type Authorizer,
	authorizeByToken,
	bearerTokenOf,
	type DoorName,
	type Tokens,
} from "../session/access.ts";
import { SignallingError, type SignallingRequest } from "../session/signalling.ts";

/** A request to one of the doors, for `authorize`. */
export interface AuthorizeRequest {
	/** The door. `recordings` and `rerun` need the word `record`, too. */
	readonly door: DoorName;
	/** The source that `/NAME/whep` names, such as `wrist` or `main/left`; absent: the view. */
	readonly source?: string | undefined;
	/**
	 * `POST` makes a session, `PATCH` and `DELETE` change and end one, `OPTIONS`,
	 * `HEAD` and `GET` ask for STUN and TURN servers. Of the doors but `whep` and `offer` it is
	 * `GET`.
	 */
	readonly method: string;
	/** The session that the path names; absent if the path is the door itself. */
	readonly sessionId?: string | undefined;
	/** The token of the request's `Authorization: Bearer`. */
	readonly token: string | undefined;
	/** Names in lower case. */
	readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
	readonly remoteAddress: string | undefined;
}

/** A refusal of the request. */
export interface AccessRefusal {
	/** The reason, a sentence that the client sees. */
	readonly refused: string;
	/** 401 makes panogaze's page ask for a token; 403 does not. @default 401 */
	readonly status?: 401 | 403 | undefined;
}

/** Exactly these words are granted: here `steer` does not include `record`. */
export interface AccessGrant {
	readonly granted: ReadonlySet<AccessWord> | readonly AccessWord[];
}

/**
 * Words of `AccessWord` that are granted, in a set or a list, where `steer` includes `record`; or
 * exactly those that are granted; or the reason for a refusal.
 */
export type AccessVerdict = ReadonlySet<AccessWord> | readonly AccessWord[] | AccessGrant | AccessRefusal;

/**
 * Decides about one request. An error, or no answer within 10 s, is logged, and the
 * client's answer is 500.
 */
export type AuthorizeHook = (request: AuthorizeRequest) => AccessVerdict | Promise<AccessVerdict>;

const WORDS: readonly unknown[] = ["watch", "steer", "record"] satisfies AccessWord[];
/** Each token with its option of `serve()` and its flag. */
const TOKEN_NAMES = [
	["token", "bearerToken", "--token"],
	["viewToken", "viewToken", "--view-token"],
	["recordToken", "recordToken", "--record-token"],
] as const satisfies readonly (readonly [keyof Tokens, string, string])[];
/** Longest time for an answer of `authorize`; the client's request stays open meanwhile. */
const ANSWER_MS = 10_000;

interface AuthorizerOptions extends Tokens {
	readonly authorize?: AuthorizeHook | undefined;
	/** Longest time for an answer of `authorize`, milliseconds. @default 10_000 */
	readonly answerMs?: number | undefined;
}

/**
 * Admission: the one function that decides about every request to the doors, by
 * tokens or by the application's hook. `SessionHub` calls it before a request
 * changes or reveals anything.
 *
 * @throws {TypeError} if the options contradict each other.
 */
export function authorizerFrom({ authorize, answerMs = ANSWER_MS, ...tokens }: AuthorizerOptions): Authorizer {
	const given = TOKEN_NAMES.filter(([key]) => tokens[key] !== undefined);
	if (authorize === undefined) {
		for (const [index, [key, option, flag]] of given.entries()) {
			const twin = given.slice(index + 1).find(([other]) => tokens[other] === tokens[key]);
			if (twin !== undefined)
				throw new TypeError(
					`${option} (${flag}) and ${twin[1]} (${twin[2]}) are two different tokens; ` +
						"got the same text for both.",
				);
		}
		return authorizeByToken(tokens);
	}
	const [first] = given;
	if (first !== undefined) throw new TypeError(`authorize takes the place of tokens; got ${first[1]} too.`);
	return async (request, asked) => accessFrom(await answerInTime(authorize, request, asked, answerMs));
}

async function answerInTime(
	authorize: AuthorizeHook,
	request: SignallingRequest,
	{ door, source }: AskedDoor,
	answerMs: number,
): Promise<unknown> {
	const { method, sessionId, headers, remoteAddress } = request;
	const inTime = new AbortController();
	const timeOut = sleep(answerMs, undefined, { signal: inTime.signal, ref: false }).then(() => {
		throw new Error(`authorize did not answer within ${answerMs / 1000} s.`);
	});
	// Its abort after an answer is no failure.
	timeOut.catch(() => undefined);
	try {
		const question: AuthorizeRequest = {
			door,
			...(source !== undefined && { source }),
			method,
			...(sessionId !== undefined && { sessionId }),
			token: bearerTokenOf(request),
			headers,
			remoteAddress,
		};
		return await Promise.race([authorize(question), timeOut]);
	} finally {
		inTime.abort();
	}
}

/**
 * @throws {SignallingError} if the verdict is a refusal.
 * @throws {TypeError} if it is no verdict.
 */
function accessFrom(verdict: unknown): ReadonlySet<AccessWord> {
	if (typeof verdict === "object" && verdict !== null && "refused" in verdict) {
		const { refused, status = 401 } = verdict as AccessRefusal;
		if (typeof refused !== "string" || (status !== 401 && status !== 403)) throw notAVerdict();
		throw new SignallingError(status, refused);
	}
	const isExact = typeof verdict === "object" && verdict !== null && "granted" in verdict;
	const words = isExact ? verdict.granted : verdict;
	if (!(words instanceof Set || Array.isArray(words))) throw notAVerdict();
	const access = new Set<AccessWord>(words);
	for (const word of access) if (!WORDS.includes(word)) throw notAVerdict();
	if (!isExact && access.has("steer")) access.add("record");
	if (!access.has("watch")) throw new SignallingError(403, "This server does not let you watch.");
	return access;
}

function notAVerdict(): TypeError {
	return new TypeError(
		'authorize returns a set of the words "watch", "steer" and "record", ' +
			'{ granted: ["watch", ...] } or { refused: "why" }; got something else.',
	);
}
