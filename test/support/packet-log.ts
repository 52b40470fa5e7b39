import type { Fate } from "./links/emulated-link.ts";

/** The contents of a packet, by its payload type. */
export const PACKET_KINDS = ["media", "rtx", "fec", "other"] as const;
export type PacketKind = (typeof PACKET_KINDS)[number];

export const FATES = [
	"arrives",
	"lost",
	"overflowed",
	"oversized",
	"outage",
] as const satisfies readonly Fate["kind"][];

/** Packets of a link in the order in which they entered it, as columns of one length. */
export interface PacketColumns {
	/** Milliseconds since the link's start. */
	readonly enteredMs: Float64Array;
	/** NaN: it never arrives. */
	readonly dueMs: Float64Array;
	/** Time in the queue, until the link began to send the packet. */
	readonly queuedMs: Float64Array;
	readonly byteLength: Uint16Array;
	/** Indices of {@link PACKET_KINDS}. */
	readonly kind: Uint8Array;
	/** Indices of {@link FATES}. */
	readonly fate: Uint8Array;
}

/** Payload types of an answer's video, by what they carry. */
export function payloadKinds(answer: string): ReadonlyMap<number, PacketKind> {
	const kinds = new Map<number, PacketKind>();
	for (const [, payloadType, codec] of answer.matchAll(/^a=rtpmap:(\d+) ([\w-]+)\/90000/gm))
		kinds.set(Number(payloadType), kindOf(codec!.toLowerCase()));
	return kinds;
}

function kindOf(codec: string): PacketKind {
	if (codec === "rtx") return "rtx";
	return codec.startsWith("flexfec") || codec === "ulpfec" ? "fec" : "media";
}

/** The payload type of an RTP packet among DTLS, STUN and RTCP (RFC 5761, 4; RFC 7983, 7). */
export function rtpPayloadType(packet: Buffer): number | undefined {
	if (packet.length < 12 || packet[0]! >> 6 !== 2) return undefined;
	const second = packet[1]!;
	return second >= 192 && second <= 223 ? undefined : second & 0x7f;
}

/** Collects packets for {@link PacketColumns}. */
export class PacketLog {
	readonly #rows: { enteredMs: number; byteLength: number; kind: PacketKind; fate: Fate }[] = [];

	/** @param enteredMs on the clock of which `columns` is told the start. */
	add(enteredMs: number, byteLength: number, kind: PacketKind, fate: Fate): void {
		this.#rows.push({ enteredMs, byteLength, kind, fate });
	}

	/** @param startMs the link's start. Packets before it have negative times. */
	columns(startMs: number): PacketColumns {
		const rows = this.#rows;
		return {
			enteredMs: Float64Array.from(rows, ({ enteredMs }) => enteredMs - startMs),
			dueMs: Float64Array.from(rows, ({ fate }) => ("dueMs" in fate ? fate.dueMs - startMs : Number.NaN)),
			queuedMs: Float64Array.from(rows, ({ fate }) => ("queuedMs" in fate ? fate.queuedMs : Number.NaN)),
			byteLength: Uint16Array.from(rows, ({ byteLength }) => byteLength),
			kind: Uint8Array.from(rows, ({ kind }) => PACKET_KINDS.indexOf(kind)),
			fate: Uint8Array.from(rows, ({ fate }) => FATES.indexOf(fate.kind)),
		};
	}
}
