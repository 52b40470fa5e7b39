import type { SourcePacket } from "../source/source-packets.ts";

/**
 * Seconds that are added to the stamps of the file: decoding may begin before 0, which its format
 * does not know.
 */
export const STAMP_SHIFT_SEC = 16;

/** Start data of the thread that writes a recorded source into a file. */
export interface PacketFileStart {
	readonly path: string;
	/** Size of the source's pictures, as far as it is known. */
	readonly width: number;
	readonly height: number;
}

export type ToPacketFile =
	| { readonly type: "packet"; readonly packet: SourcePacket }
	| { readonly type: "finish" }
	| { readonly type: "discard" };

export type FromPacketFile =
	| { readonly type: "done" }
	| { readonly type: "finished"; readonly packets: number; readonly again: number }
	| { readonly type: "failed"; readonly message: string };
