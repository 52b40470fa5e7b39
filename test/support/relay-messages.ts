import type { LinkPlan } from "./links/link-plan.ts";
import type { PacketColumns } from "./packet-log.ts";
import type { PathCounters } from "./udp-relay.ts";

/** The first message to a relay's process. */
export interface RelayOrder {
	readonly answer: string;
	readonly plan: LinkPlan;
	readonly seed: number;
}

/** Messages from a relay's process. */
export type RelayReply =
	| { readonly kind: "open"; readonly answer: string }
	| { readonly kind: "failed"; readonly message: string }
	| { readonly kind: "report"; readonly report: RelayReport };

/** The observations of a relay. */
export interface RelayReport {
	/** Time of the first video packet, which starts the link's course, milliseconds since 1970. */
	readonly startEpochMs: number;
	/** Packets on the way from the server to the client. */
	readonly down: PacketColumns;
	readonly up: PathCounters;
	/** Milliseconds by which packets of both ways were sent on after their time. */
	readonly late: { readonly p50Ms: number; readonly p99Ms: number; readonly maxMs: number };
}
