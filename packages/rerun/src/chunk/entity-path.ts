/**
 * The path of an entity as Rerun writes it: a leading slash, and in each part a backslash before
 * each character that is not a letter, a digit, or one of `_ - .`.
 *
 * @param path parts between slashes, with backslashes before special characters, `/world/my\
 * robot`; or a list of parts without escapes, `["world", "my robot"]`. Empty parts and missing
 * escapes are accepted in a text, as in the official SDKs.
 */
export function entityPath(path: string | readonly string[]): string {
	const parts = typeof path === "string" ? parseEntityPath(path) : path;
	return `/${parts.map(escapeEntityPathPart).join("/")}`;
}

/** The parts of a path, without escapes. Never throws: an unknown escape stands for itself. */
export function parseEntityPath(path: string): string[] {
	if (PLAIN.test(path)) return path.split("/").filter((part) => part !== "");
	const parts: string[] = [];
	let part = "";
	for (let at = 0; at < path.length; at++) {
		const character = path[at]!;
		if (character === "/") {
			if (part !== "") parts.push(part);
			part = "";
		} else if (character === "\\") {
			const [text, length] = readEscape(path, at);
			part += text;
			at += length - 1;
		} else part += character;
	}
	if (part !== "") parts.push(part);
	return parts;
}

/** Escapes one part of a path: `my robot` becomes `my\ robot`. */
export function escapeEntityPathPart(part: string): string {
	return PLAIN_PART.test(part) ? part : part.replaceAll(/[^\p{Alphabetic}\p{N}_.-]/gu, escapeCharacter);
}

const PLAIN = /^[\w./-]*$/;
const PLAIN_PART = /^[\w.-]*$/;
const NAMED: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };
const NAMED_BACK: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t" };

function escapeCharacter(character: string): string {
	const named = NAMED[character];
	if (named !== undefined) return named;
	if (/[ -~]/.test(character)) return `\\${character}`;
	return `\\u{${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0")}}`;
}

/** @returns the text that an escape stands for, and the escape's length. */
function readEscape(path: string, at: number): readonly [string, number] {
	const next = path[at + 1];
	if (next === undefined) return ["\\", 1];
	const named = NAMED_BACK[next];
	if (named !== undefined) return [named, 2];
	if (next !== "u") return [next, 2];
	const code = /^\{([0-9a-fA-F]{1,6})\}/.exec(path.slice(at + 2, at + 10));
	const value = code === null ? Number.NaN : Number.parseInt(code[1]!, 16);
	return value <= 0x10ffff && !(value >= 0xd800 && value <= 0xdfff)
		? [String.fromCodePoint(value), 2 + code![0].length]
		: ["\\", 1];
}
