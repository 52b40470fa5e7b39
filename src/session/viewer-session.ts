import type { ClientMediaKind, ClientMediaPacket } from "../media/client-media.ts";
import type { EncodedPacket, EncodedSound } from "../media/encoded-packet.ts";
import type { VideoFormat } from "../media/video-format.ts";
import type { KeyframeReason } from "./keyframe-requests.ts";
import type { H264Profile } from "./offered-formats.ts";
import type { SessionStats } from "./session-stats.ts";

export type { SessionStats } from "./session-stats.ts";

/**
 * A message of a data channel: text as a string, bytes as a copy that the receiver
 * owns.
 */
export type ChannelMessage = string | Uint8Array<ArrayBuffer>;

/** Delivery of a data channel. An unreliable one has exactly one of the two limits. */
export interface DataChannelOptions {
	/** @default true */
	readonly ordered?: boolean | undefined;
	readonly maxPacketLifeTimeMs?: number | undefined;
	readonly maxRetransmits?: number | undefined;
}

/** Events of a session. */
export interface SessionEvents {
	/** A key frame is due; requests that one key frame answers come once. */
	keyframeRequest: [reason: KeyframeReason];
	/** The encoder's new target, bits per second. At most 20 a second. */
	bitrate: [bitrateBps: number];
	/** A data channel, the client's or ours, is open. */
	channelOpen: [label: string];
	message: [label: string, message: ChannelMessage, receivedAtSec: number];
	/** A piece of sound or a picture of the client's has come, whole and in order. */
	media: [packet: ClientMediaPacket];
	/** All packets of a video frame have left, the first at `firstPacketSec`. */
	frameSent: [packet: EncodedPacket, firstPacketSec: number, lastPacketSec: number];
	/**
	 * True: a frame's time or more waits in the pacer, so draw nothing now. A view that
	 * is not drawn breaks nothing; a packet that is dropped later does. False: go on.
	 */
	backPressure: [behind: boolean];
	/** The client has been silent for a while: stop drawing. */
	pause: [];
	/** The client has sent something again. */
	resume: [];
	/**
	 * The session goes on by another connection: the client has changed its network
	 * path.
	 */
	moved: [];
	/** A key frame of a camera's stream is due. */
	cameraKeyframe: [mid: string];
	/** A camera's stream is behind, or no longer, as `backPressure` says of the view's. */
	cameraBackPressure: [mid: string, behind: boolean];
	/** All packets of a camera's frame have left. */
	cameraFrameSent: [mid: string, packet: EncodedPacket];
	/** The rate that all cameras together may have from now on, bits per second. */
	camerasBitrate: [bitrateBps: number];
	/** Another connection leads, perhaps with other streams for cameras. */
	camerasChanged: [];
}

/** A video stream of a session beside its view, for a camera. */
export interface CameraStream {
	/** Name of its section in the session's description (`a=mid`). */
	readonly mid: string;
	readonly format: VideoFormat;
	/** Highest profile of H.264 that the client decodes; `undefined` for other codecs. */
	readonly mostProfile: H264Profile | undefined;
}

/**
 * The session of one viewer: video out, data channels both ways. A front door makes it;
 * the viewer, its silence or `close()` ends it.
 */
export interface ViewerSession {
	/** Unguessable. */
	readonly id: string;
	/** Resolves when ICE and DTLS are through; never if the session closes before. */
	readonly connected: Promise<void>;
	/** Resolves with a reason in words when the session is over, for whatever cause. */
	readonly closed: Promise<string>;
	/**
	 * Secret by which a second connection of the same viewer is made; missing where
	 * that is not possible.
	 */
	readonly resumeSecret?: string | undefined;
	/** False if the client offered no video, or offered it as inactive. */
	readonly hasVideo: boolean;
	/** Form of the video that is sent; `undefined` without video. */
	readonly videoFormat: VideoFormat | undefined;
	/** Highest profile of H.264 that the client decodes; `undefined` for other codecs. */
	readonly mostProfile?: H264Profile | undefined;
	/**
	 * Sends a frame, or drops it when the pacer is behind.
	 * @param packet must not change later.
	 */
	sendVideo(packet: EncodedPacket): void;
	/** Streams for cameras that were agreed on. */
	readonly cameras: readonly CameraStream[];
	/** Sends a frame of a camera, as `sendVideo` does; does nothing without such a stream. */
	sendCamera(mid: string, packet: EncodedPacket): void;
	/**
	 * True if sound can be sent: the client offered it, and the source was not known to have none.
	 */
	readonly hasSound: boolean;
	/**
	 * Sends a packet of sound at once. @param packet must not change later.
	 * @returns whether it is on its way: there is a connection with sound.
	 */
	sendSound(packet: EncodedSound): boolean;
	/** Kinds of media that the client may send: it offered them, and they are wanted. */
	readonly receives: ReadonlySet<ClientMediaKind>;
	/** Asks the client for a key frame of its pictures, unless that was done a moment ago. */
	requestMediaKeyframe(): void;
	/**
	 * Opens a channel from our side, such as `haptics`. Does nothing when it is open,
	 * or when the client offered no data channels.
	 */
	openChannel(label: string, options?: DataChannelOptions): void;
	/** True when messages can be sent on `label`, the client's channel or ours. */
	isChannelOpen(label: string): boolean;
	/**
	 * @param mostBufferedBytes bytes that may wait in the channel before this message.
	 * @default the bound of all channels
	 * @returns false when the channel is not open or its buffer is full: nothing is
	 * sent then.
	 */
	send(label: string, message: string | Uint8Array, mostBufferedBytes?: number): boolean;
	/** A copy of the totals and estimates. */
	stats(): SessionStats;
	/** Ends the session. @param reason a sentence, for `closed`. */
	close(reason: string): void;
	/** @returns a function that removes the listener. */
	on<Name extends keyof SessionEvents>(name: Name, listener: (...args: SessionEvents[Name]) => void): () => void;
}
