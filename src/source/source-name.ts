import { basename } from "node:path";
import { fileURLToPath } from "node:url";

const SECRET_KEY = /pass|pwd|token|secret|key|auth|sig|user|login|cred/i;

/** Whether `spec` is the address of something elsewhere (`rtsp://...`), going by its text alone. */
export function isUrl(spec: string): boolean {
	return /^[a-z][a-z0-9+.-]*:\/\//i.test(spec) && !/^file:/i.test(spec);
}

/** Whether `spec` names the built-in scene. */
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

/** Whether `spec` is standard input whatever files there are. */
export function isStandardInput(spec: string): boolean {
	return spec === "-" || spec === "/dev/stdin";
}

/**
 * What to call a source in front of strangers: the file's name without its folder, or the address
 * without what opens it. By the text alone, as looking for the file may take as long as its file
 * system does not answer.
 */
export function sourceName(spec: string): string {
	if (descriptorOf(spec) !== undefined || isUrl(spec)) return sourceLabel(spec);
	const path = pathsNamedBy(spec).at(-1) ?? spec;
	return basename(path) || path;
}

/**
 * What to call a source in an error or notice: the path as it was given, or the address without
 * what opens it.
 */
export function sourceLabel(spec: string): string {
	const descriptor = descriptorOf(spec);
	if (descriptor !== undefined) return descriptor === 0 ? "stdin" : `file descriptor ${descriptor}`;
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
	// A password may itself hold an unescaped "@": the host follows the last one. "@" with nothing
	// before it is FFmpeg's "any address".
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
 * Paths that `spec` may mean, in the order in which they are looked for: `file:clip.mp4` is read as
 * FFmpeg does, `file:///a%20b.mp4` as a URL.
 */
export function pathsNamedBy(spec: string): string[] {
	const paths = [spec];
	if (/^file:/i.test(spec)) {
		paths.push(spec.slice("file:".length));
		try {
			paths.push(fileURLToPath(spec));
		} catch {
			// No URL of a file on this machine.
		}
	}
	return paths.filter((path) => path !== "");
}
