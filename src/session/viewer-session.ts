import type { EncodedPacket } from "../media/encoded-packet.ts";
import type { KeyframeReason } from "./keyframe-requests.ts";
import type { SessionStats } from "./session-stats.ts";

export type { SessionStats } from "./session-stats.ts";

/** A message of one data channel: text stays a string, binary is a copy that the receiver owns. */
export type ChannelMessage = string | Uint8Array<ArrayBuffer>;

/** How a data channel delivers. Unreliable ones have exactly one of the two limits. */
export interface DataChannelOptions {
	/** @default true */
	readonly ordered?: boolean | undefined;
	readonly maxPacketLifeTimeMs?: number | undefined;
	readonly maxRetransmits?: number | undefined;
}

export interface SessionEvents {
	/**
	 * A key frame is due: PLI, FIR, loss that can't be repaired, or a new connection. Already
	 * coalesced.
	 */
	keyframeRequest: [reason: KeyframeReason];
	/** What the path carries: the encoder's new target, bits per second. At most 20 a second. */
	bitrate: [bitrateBps: number];
	/** A data channel, the client's or ours, is open. */
	channelOpen: [label: string];
	message: [label: string, message: ChannelMessage, receivedAtSec: number];
	/**
	 * The packets of a video frame left for the network; `firstPacketSec` is when the first did.
	 */
	frameSent: [packet: EncodedPacket, firstPacketSec: number, lastPacketSec: number];
	/**
	 * True: more than a frame waits in the pacer, so draw nothing now (a view that is not drawn
	 * breaks nothing, a packet dropped later would). False: go on.
	 */
	backPressure: [behind: boolean];
	/** Silent for the first limit: stop drawing. */
	pause: [];
	/** The client, silent before, has sent something again. */
	resume: [];
	/** The client has changed its network path: the session goes on by another connection. */
	moved: [];
}

/**
 * One connected viewer: video out, data channels both ways. Made by a front door, ended by the
 * viewer, by silence or by `close()`.
 */
export interface ViewerSession {
	/** Unguessable. */
	readonly id: string;
	/** Resolves when ICE and DTLS are through; never when the session closes before. */
	readonly connected: Promise<void>;
	/** Resolves once, with a reason in words, when the session is over for whatever cause. */
	readonly closed: Promise<string>;
	/**
	 * With it a second connection of the same viewer is made; missing where that is not possible. A
	 * secret between the two ends.
	 */
	readonly resumeSecret?: string | undefined;
	/** False if the client offered no video, or offered it as inactive. */
	readonly hasVideo: boolean;
	/**
	 * Longest NAL unit that the client can get, bytes; `undefined`: any, as long ones are cut up on
	 * the way.
	 */
	readonly maxNalUnitBytes: number | undefined;
	/**
	 * Sends one frame, or drops it when the pacer is behind; the packet is kept until its
	 * retransmission window is over.
	 */
	sendVideo(packet: EncodedPacket): void;
	/**
	 * Opens a channel from our side, such as `haptics`. Harmless if it is open, and if the client
	 * offered no data channels: nothing can be sent then.
	 */
	openChannel(label: string, options?: DataChannelOptions): void;
	/** Whether messages can be sent on `label`, the client's channel or ours. */
	isChannelOpen(label: string): boolean;
	/**
	 * @returns false when the channel is not open or its buffer is full: the message is not sent
	 * then.
	 */
	send(label: string, message: string | Uint8Array): boolean;
	stats(): SessionStats;
	close(reason: string): void;
	on<Name extends keyof SessionEvents>(name: Name, listener: (...args: SessionEvents[Name]) => void): () => void;
}
