import { DEFAULT_SDP_LIMITS, type SdpLimits, splitLines } from "./sdp-lines.ts";
import { SignallingError } from "./signalling.ts";

/** The body of a trickle PATCH (RFC 8840). */
export interface SdpFragment {
	readonly candidates: readonly { readonly candidate: string; readonly mid: string }[];
	/** User fragment of the client's ICE session, if it is stated. */
	readonly iceUfrag: string | undefined;
}

/**
 * Three times what `RemoteCandidates` lets through: a client repeats them for each
 * section.
 */
const MAX_CANDIDATES = 64;
/**
 * RFC 8839, 5.1, with any text in the place of the address: `RemoteCandidates` decides
 * on its use. Older versions of MediaMTX write the prefix twice.
 */
const CANDIDATE =
	/^(?:candidate:)+[\w+/]{1,32} \d{1,5} (?:udp|tcp) \d{1,10} \S{1,255} \d{1,5} typ (?:host|[sp]rflx|relay)(?: .*)?$/i;

/**
 * Reads the candidates of an SDP fragment.
 *
 * @throws {SignallingError} 413 when it is too long or has too many candidates, 400
 * when it is none.
 */
export function parseSdpFragment(text: string, limits: SdpLimits = DEFAULT_SDP_LIMITS): SdpFragment {
	const candidates: { candidate: string; mid: string }[] = [];
	let mid = "";
	let iceUfrag: string | undefined;
	for (const line of splitLines(text, limits)) {
		if (!/^[a-z]=/.test(line))
			throw new SignallingError(400, "The body is not an SDP fragment: a line has no type.");
		if (line.startsWith("m=")) mid = "";
		else if (line.startsWith("a=mid:")) mid = line.slice(6).trim();
		else if (line.startsWith("a=ice-ufrag:")) iceUfrag = line.slice(12).trim();
		else if (line.startsWith("a=candidate:")) {
			const candidate = line.slice(2).trim();
			if (!CANDIDATE.test(candidate)) throw new SignallingError(400, "A candidate can't be read.");
			candidates.push({ candidate, mid });
		}
	}
	if (candidates.length > MAX_CANDIDATES)
		throw new SignallingError(413, `An SDP fragment has at most ${MAX_CANDIDATES} candidates.`);
	return { candidates, iceUfrag };
}
