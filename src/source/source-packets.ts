/** One coded picture of a source, as its container or camera has it. */
export interface SourcePacket {
	/** Short name as FFmpeg spells it: `h264`, `hevc`, `av1`. */
	readonly codec: string;
	/** The decoder's configuration, as FFmpeg's `extradata` has it; empty without. */
	readonly configuration: Uint8Array;
	/** A view of shared memory that never changes. */
	readonly data: Uint8Array;
	/** Decoding can begin with it. */
	readonly keyframe: boolean;
	/** Time stamp of its picture in the source, seconds; NaN: none is stated. */
	readonly stampSec: number;
	/** Time stamp of its decoding, seconds; NaN: none is stated. */
	readonly decodeSec: number;
	/** Seconds; 0: it is not stated. */
	readonly durationSec: number;
	/** Seconds on the monotonic clock at which it was read. */
	readonly receivedSec: number;
	/** Time of its picture's capture on the same clock, where it is known. @default NaN */
	readonly capturedSec?: number | undefined;
	/** The capture as the camera states it, microseconds since 1970. @default NaN */
	readonly cameraUs?: number | undefined;
}

/** Packets that cross to another thread together, in one piece of memory. */
export interface SourcePacketBatch extends Pick<SourcePacket, "codec" | "configuration"> {
	readonly memory: SharedArrayBuffer;
	readonly packets: readonly (Omit<SourcePacket, "codec" | "configuration" | "data"> & {
		/** Bytes from the one before. */
		readonly byteLength: number;
	})[];
}

/** The packets of a batch, in the order of decoding. */
export function* packetsOfBatch({
	codec,
	configuration,
	memory,
	packets,
}: SourcePacketBatch): Generator<SourcePacket, void> {
	let at = 0;
	for (const { byteLength, ...facts } of packets) {
		yield { codec, configuration, data: new Uint8Array(memory, at, byteLength), ...facts };
		at += byteLength;
	}
}

/** The packets that a source's owner wants, by their numbers between threads. */
export const PACKET_WISHES = ["none", "group", "all"] as const;

/**
 * `all`: each from now on, beginning with the present group where it was kept. `group`: none yet,
 * but the present group is kept for a later `all`.
 */
export type PacketWish = (typeof PACKET_WISHES)[number];
