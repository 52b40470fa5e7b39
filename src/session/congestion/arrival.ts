import type { ReceivedPacket } from "./sent-packets.ts";

/** A packet that a report shows for the first time. */
export interface Arrival extends ReceivedPacket {
	/** On the receiver's clock, whose zero is unknown; seconds. */
	readonly arrivalSec: number;
}
