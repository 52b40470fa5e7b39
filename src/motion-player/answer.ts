// As the offering side, libdatachannel checks the other certificate against the answer. DTLS
// may begin within `setRemoteDescription`, before the answer is stored. So nothing may arrive
// before that call returns: the offer has no candidates, and the answer's candidates follow the
// answer.

import { isIP } from "node:net";
import type { PeerConnection } from "node-datachannel";

const CANDIDATES = /^a=(?:candidate:.*|end-of-candidates)\r?\n/gm;

/** The most candidates of one answer that are tried. */
const MAX_CANDIDATES = 20;

/** The description without its candidates, which is sent as the offer. */
export const withoutCandidates = (sdp: string): string => sdp.replaceAll(CANDIDATES, "");

/**
 * Gives an answer to a peer whose offer was sent without candidates.
 * @throws {Error} from libdatachannel, when it does not understand the answer
 */
export function acceptAnswer(peer: PeerConnection, sdp: string): void {
	peer.setRemoteDescription(withoutCandidates(sdp), "answer");
	for (const { candidate, mid } of candidatesOf(sdp)) peer.addRemoteCandidate(candidate, mid);
}

/**
 * The candidates of a description that have an IP address, each with its section.
 * libdatachannel looks up each name in a thread of its own, so an answer full of names could
 * end the process.
 */
function candidatesOf(sdp: string): { readonly candidate: string; readonly mid: string }[] {
	const all = sdp.split(/^(?=m=)/m).flatMap((section) => {
		const mid = /^a=mid:(\S+)/m.exec(section)?.[1];
		if (mid === undefined) return [];
		const lines = section.matchAll(/^a=(candidate:.*?)\r?$/gm);
		return Array.from(lines, ([, candidate]) => ({ candidate: candidate!, mid }));
	});
	const hasAddress = (candidate: string) => {
		const address = candidate.trim().split(/\s+/)[4] ?? "";
		return isIP(address) > 0 && !address.includes("%");
	};
	return all.filter(({ candidate }) => hasAddress(candidate)).slice(0, MAX_CANDIDATES);
}
