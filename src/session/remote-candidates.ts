import { canonicalIp, isUnicast } from "./ip-address.ts";

/** Candidates of one client that are used. A phone with two networks and a relay has about ten. */
const MAX_USED = 20;

/** Counts of a client's ICE candidates, in its offer and after it, by their use. */
export interface CandidateCounts {
	/** Given to the engine, at most 20. */
	readonly used: number;
	/** Left out: a host name, of mDNS or not, where an address belongs. */
	readonly hostNames: number;
	/**
	 * Left out: TCP, an address at which nobody can be or with a zone, RTCP of its own, or not
	 * readable.
	 */
	readonly unusable: number;
	/** Candidates left out because a client has too many. */
	readonly excess: number;
}

/**
 * RFC 8839, 5.1; older versions of MediaMTX write the prefix twice. What follows the type is not
 * needed.
 */
const CANDIDATE =
	/^(?:candidate: *)+(\S+) +(\d{1,5}) +(\S+) +(\d{1,10}) +(\S+) +(\d{1,5}) +typ +(host|srflx|prflx|relay)(?: |$)/i;

/**
 * Decides which candidates of a client the engine gets. libdatachannel looks up each name in a
 * thread of its own, with a socket: an offer with two thousand names would end the process, and
 * would make the server ask its resolver for any name that a stranger writes. So only address
 * literals pass. A client that names none (browsers hide theirs behind mDNS names) is found by its
 * STUN checks.
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
	 * @returns the same candidate for the engine, in our own words; `undefined` if it is left out,
	 * or has been used already.
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
		return `candidate:${foundation} 1 ${protocol} ${Number(priority)} ${ip} ${Number(port)} typ ${type.toLowerCase()}`;
	}
}
