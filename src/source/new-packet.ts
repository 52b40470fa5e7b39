import { Packet } from "node-av/lib";

/** A packet with memory of its own. The caller frees it. */
export function newPacket(): Packet {
	const packet = new Packet();
	packet.alloc();
	return packet;
}
