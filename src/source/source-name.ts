import { basename } from "node:path";

const SECRET_KEY = /pass|pwd|token|secret|key|auth|sig|user|login|cred/i;

/** Whether `spec` is an address with a scheme (`rtsp://...`) and not a path. */
export function isUrl(spec: string): boolean {
	return /^[a-z][a-z0-9+.-]*:\/\//i.test(spec);
}

/** What to call a source in front of strangers: the file's name without its folder, or the address without what opens it. */
export function sourceName(spec: string): string {
	return isUrl(spec) ? withoutSecrets(spec) : basename(spec) || spec;
}

/** What to call a source in an error or notice: the path as it was given, or the address without what opens it. */
export function sourceLabel(spec: string): string {
	return isUrl(spec) ? withoutSecrets(spec) : spec;
}

/**
 * `url` without user name and password, and with the values of query fields that look secret (`token`, `passphrase`, ...) masked. Works on text, not
 * on parsed addresses, because FFmpeg reads many that `URL` refuses (`udp://@:5000`).
 */
export function withoutSecrets(url: string): string {
	const schemeEnd = url.indexOf("://") + 3;
	const pathStart = url.slice(schemeEnd).search(/[/?#]/);
	const authorityEnd = pathStart < 0 ? url.length : schemeEnd + pathStart;
	// A password may itself hold an unescaped "@": the host follows the last one. "@" with nothing before it is FFmpeg's "any address".
	const authority = url.slice(schemeEnd, authorityEnd);
	const at = authority.lastIndexOf("@");
	const host = at > 0 ? authority.slice(at + 1) : authority;
	const rest = url
		.slice(authorityEnd)
		.replace(/([?&;])([^=&;#]*)=([^&;#]*)/g, (field, lead: string, key: string) => (SECRET_KEY.test(key) ? `${lead}${key}=***` : field));
	return url.slice(0, schemeEnd) + host + rest;
}
