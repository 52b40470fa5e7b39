import type { SourcePacket } from "../source/source-packets.ts";
import type { PacketPlace } from "./packet-passes.ts";

/** Start data of the thread that writes a recorded source into a file. */
export interface PacketFileStart {
	readonly path: string;
	/** Size of the source's pictures, as far as it is known. */
	readonly width: number;
	readonly height: number;
}

export type ToPacketFile =
	| { readonly type: "packet"; readonly packet: SourcePacket; readonly place: PacketPlace }
	| { readonly type: "finish" }
	| { readonly type: "discard" };

export type FromPacketFile =
	| { readonly type: "done" }
	| { readonly type: "finished"; readonly packets: number }
	| { readonly type: "failed"; readonly message: string };
