import { basename } from "node:path";
import { fileURLToPath } from "node:url";

const SECRET_KEY = /pass|pwd|token|secret|key|auth|sig|user|login|cred/i;

/** Decides by its text alone whether `spec` is an address (`rtsp://...`). */
export function isUrl(spec: string): boolean {
	return /^[a-z][a-z0-9+.-]*:\/\//i.test(spec) && !/^file:/i.test(spec);
}

/** Checks whether `spec` names the built-in scene. */
export function isPattern(spec: string): boolean {
	return spec === "pattern" || spec === "pattern:stereo";
}

/**
 * Number of the open file that the text `spec` names: 0 for standard input (`-`, `pipe:`,
 * `/dev/stdin`), N for `pipe:N`; `undefined` for all else.
 */
export function descriptorOf(spec: string): number | undefined {
	if (isStandardInput(spec)) return 0;
	const match = /^(?:pipe|fd):(\d*)$/i.exec(spec);
	return match === null ? undefined : Number(match[1] || 0);
}

/** Checks whether `spec` means standard input even if a file has that name. */
export function isStandardInput(spec: string): boolean {
	return spec === "-" || spec === "/dev/stdin";
}

/**
 * The name of a source in front of strangers: a file's name without its folder, or an address
 * without its secrets. Goes by the text alone, as a slow file system must not hold up a name.
 */
export function sourceName(spec: string): string {
	if (descriptorOf(spec) !== undefined || isUrl(spec)) return sourceLabel(spec);
	const path = pathsNamedBy(spec).at(-1) ?? spec;
	// Two files as one source: each without its folder.
	const names = path.split(/(?<=\.[a-z0-9]{2,5})\+/i).map((name) => basename(name) || name);
	return names.join("+");
}

/**
 * The name of a source in errors and notices: the path as it was given, or the address without
 * its secrets.
 */
export function sourceLabel(spec: string): string {
	const descriptor = descriptorOf(spec);
	if (descriptor !== undefined) return descriptor === 0 ? "stdin" : `file descriptor ${descriptor}`;
	const data = /^data:[^;,]*/i.exec(spec);
	if (data !== null) return data[0];
	return isUrl(spec) ? withoutSecrets(spec) : spec;
}

/**
 * `url` without user name and password, and with the values of query fields that look secret
 * (`token`, `passphrase`, ...) masked. Works on text, not on parsed addresses, because FFmpeg reads
 * many that `URL` refuses (`udp://@:5000`).
 */
export function withoutSecrets(url: string): string {
	const schemeEnd = url.indexOf("://") + 3;
	const pathStart = url.slice(schemeEnd).search(/[/?#]/);
	const authorityEnd = pathStart < 0 ? url.length : schemeEnd + pathStart;
	// A password may itself hold an unescaped "@": the host follows the last one. An "@" at the
	// beginning is FFmpeg's "any address".
	const authority = url.slice(schemeEnd, authorityEnd);
	const at = authority.lastIndexOf("@");
	const host = at > 0 ? authority.slice(at + 1) : authority;
	const rest = url
		.slice(authorityEnd)
		.replace(/([?&;])([^=&;#]*)=([^&;#]*)/g, (field, lead: string, key: string) =>
			SECRET_KEY.test(key) ? `${lead}${key}=***` : field,
		);
	return url.slice(0, schemeEnd) + host + rest;
}

/**
 * The paths that `spec` may mean, in the order of the search. `file:clip.mp4` is read as FFmpeg
 * reads it, `file:///a%20b.mp4` as a URL.
 */
export function pathsNamedBy(spec: string): string[] {
	const paths = [spec];
	if (/^file:/i.test(spec)) {
		paths.push(spec.slice("file:".length));
		try {
			paths.push(fileURLToPath(spec));
		} catch {
			// It is no URL of a file on this machine.
		}
	}
	return paths.filter((path) => path !== "");
}
