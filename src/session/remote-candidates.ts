import { canonicalIp, isUnicast } from "./ip-address.ts";

/**
 * Candidates of one client that are used: twice those of a phone with two networks and
 * a relay.
 */
const MAX_USED = 20;

/** Counts of a client's ICE candidates, those that follow the offer included. */
export interface CandidateCounts {
	/** Candidates that the engine got, at most 20. */
	readonly used: number;
	/**
	 * Candidates left out because they have a host name, of mDNS or not, for an
	 * address.
	 */
	readonly hostNames: number;
	/**
	 * Candidates left out because they are TCP or RTCP's own, can't be read, or have an
	 * address that no host can have or that has a zone.
	 */
	readonly unusable: number;
	/** Candidates left out because a client has too many. */
	readonly excess: number;
}

/** RFC 8839, 5.1, up to the type. Older versions of MediaMTX write the prefix twice. */
const CANDIDATE =
	/^(?:candidate: *)+(\S+) +(\d{1,5}) +(\S+) +(\d{1,10}) +(\S+) +(\d{1,5}) +typ +(host|srflx|prflx|relay)(?: |$)/i;

/**
 * Decides which candidates of a client the engine gets: only address literals.
 * libdatachannel looks up each name in a thread of its own, with a socket. An offer
 * with two thousand names would end the process, and a stranger could make the server
 * ask its resolver for any name. A client without addresses (browsers hide theirs
 * behind mDNS names) is found by its STUN checks.
 */
export class RemoteCandidates {
	readonly #used = new Set<string>();
	#hostNames = 0;
	#unusable = 0;
	#excess = 0;

	get counts(): CandidateCounts {
		return { used: this.#used.size, hostNames: this.#hostNames, unusable: this.#unusable, excess: this.#excess };
	}

	/**
	 * @param line `candidate:...`, without `a=`.
	 * @returns the candidate, written anew for the engine; `undefined` if it is left
	 * out, or has been used already.
	 */
	use(line: string): string | undefined {
		const [, foundation = "", component, protocol = "", priority, address = "", port, type = ""] =
			CANDIDATE.exec(line) ?? [];
		const ip = canonicalIp(address);
		if (ip === undefined && /^[\w-]+(?:\.[\w-]+)*\.?$/.test(address) && !/^[\d.]+$/.test(address)) {
			this.#hostNames++;
			return undefined;
		}
		const isReadable =
			/^[\w+/-]{1,32}$/.test(foundation) &&
			Number(priority) < 2 ** 32 &&
			Number(port) > 0 &&
			Number(port) < 2 ** 16;
		if (
			ip === undefined ||
			!isReadable ||
			component !== "1" ||
			protocol.toLowerCase() !== "udp" ||
			!isUnicast(ip)
		) {
			this.#unusable++;
			return undefined;
		}
		// Each media section repeats the candidates of the transport that they share.
		const key = `${ip} ${Number(port)}`;
		if (this.#used.has(key)) return undefined;
		if (this.#used.size >= MAX_USED) {
			this.#excess++;
			return undefined;
		}
		this.#used.add(key);
		const place = `${ip} ${Number(port)} typ ${type.toLowerCase()}`;
		return `candidate:${foundation} 1 ${protocol} ${Number(priority)} ${place}`;
	}
}
