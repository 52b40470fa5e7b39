import { MAX_SDP_LENGTH } from "../media/message-bounds.ts";
import { SignallingError } from "./signalling.ts";

/** Bounds of an SDP text: anything beyond them is refused before it is parsed. */
export interface SdpLimits {
	/** Characters. A browser's offer with audio, video and data has about 8,000. */
	readonly maxLength: number;
	readonly maxLines: number;
	readonly maxLineLength: number;
	readonly maxMediaSections: number;
}

/** The bounds of all SDP that clients send. */
export const DEFAULT_SDP_LIMITS: SdpLimits = {
	maxLength: MAX_SDP_LENGTH,
	maxLines: 2000,
	maxLineLength: 2048,
	maxMediaSections: 16,
};

/** A media section: an `m=` line, and the attributes that follow it. */
export interface Section {
	/** Such as `video`. */
	readonly kind: string;
	readonly port: number;
	/** Such as `UDP/TLS/RTP/SAVPF`. */
	readonly protocol: string;
	/** Not empty. */
	readonly formats: readonly [string, ...string[]];
	/** Attributes (`a=`) without the prefix. */
	readonly attributes: readonly string[];
}

/** The session's own attributes, and the media sections in order. */
export interface Sections {
	readonly session: readonly string[];
	readonly sections: readonly Section[];
}

/**
 * Splits SDP into its lines, without empty ones.
 *
 * @throws {SignallingError} 413 when it is beyond the limits, 400 when it is empty or
 * has control characters.
 */
export function splitLines(text: string, limits: SdpLimits): string[] {
	if (text.length > limits.maxLength)
		throw new SignallingError(413, `An SDP has at most ${limits.maxLength} characters; got ${text.length}.`);
	const lines = text.split(/\r\n|\n|\r/).filter((line) => line !== "");
	if (lines.length === 0) throw new SignallingError(400, "The SDP is empty.");
	if (lines.length > limits.maxLines)
		throw new SignallingError(413, `An SDP has at most ${limits.maxLines} lines; got ${lines.length}.`);
	for (const line of lines) {
		if (line.length > limits.maxLineLength)
			throw new SignallingError(413, `A line of SDP has at most ${limits.maxLineLength} characters.`);
		// Control characters would get into the native parser.
		// biome-ignore lint/suspicious/noControlCharactersInRegex: the pattern looks for them
		if (/[\u0000-\u0008\u000b-\u001f\u007f]/.test(line))
			throw new SignallingError(400, "The SDP contains control characters.");
	}
	return lines;
}

/**
 * Sorts attributes into the session's and each media section's; other lines are passed
 * over.
 *
 * @throws {SignallingError} 400 for a broken `m=` line, 413 for too many sections.
 */
export function readSections(lines: readonly string[], limits: SdpLimits): Sections {
	const session: string[] = [];
	const sections: Section[] = [];
	let attributes = session;
	for (const line of lines) {
		if (line.startsWith("m=")) {
			const [kind = "", port = "", protocol = "", first, ...others] = line.slice(2).trim().split(/ +/);
			if (!/^\d{1,5}(?:\/\d+)?$/.test(port) || first === undefined)
				throw new SignallingError(400, "The offer has a broken m= line.");
			attributes = [];
			const formats = [first, ...others] as const;
			sections.push({ kind, port: Number.parseInt(port, 10), protocol, formats, attributes });
		} else if (line.startsWith("a=")) attributes.push(line.slice(2).trim());
	}
	if (sections.length > limits.maxMediaSections) {
		throw new SignallingError(
			413,
			`An offer has at most ${limits.maxMediaSections} media sections; got ${sections.length}.`,
		);
	}
	return { session, sections };
}

/**
 * Value of `a=name:value`, less the `start` that it must begin with, or the empty
 * string of a bare `a=name`.
 */
export function attribute(attributes: readonly string[], name: string, start = ""): string | undefined {
	for (const line of attributes) {
		if (line === name) return "";
		if (line.startsWith(`${name}:${start}`)) return line.slice(name.length + 1 + start.length).trim();
	}
	return undefined;
}
