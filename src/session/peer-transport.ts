import type { RemoteOffer } from "./sdp-offer.ts";
import type { ChannelMessage, DataChannelOptions } from "./viewer-session.ts";

/** A STUN or TURN server, as the W3C's `RTCIceServer` with one URL. */
export interface IceServer {
	/**
	 * `stun:HOST[:PORT]` or `turn:HOST[:PORT][?transport=udp|tcp]`; also `stuns:`,
	 * `turns:`.
	 */
	readonly urls: string;
	readonly username?: string | undefined;
	readonly credential?: string | undefined;
}

/** Options that all transports of a process share. */
export interface PeerTransportOptions {
	/**
	 * The UDP port of all sessions of this process.
	 * @default any free port, one per session
	 */
	readonly udpPort?: number | undefined;
	/** Local address to bind. @default every interface */
	readonly bindAddress?: string | undefined;
	readonly iceServers?: readonly IceServer[] | undefined;
	/**
	 * Longest data channel message that is read, bytes. An engine may cut a longer
	 * message, but not to this length or less, so that it is recognised.
	 * @default `MAX_MESSAGE_BYTES`
	 */
	readonly maxMessageBytes?: number | undefined;
}

/** Events of a transport, none of them before `answer` was called. */
export interface PeerTransportEvents {
	/** ICE, DTLS and, if there is video, SRTP are ready. Once. */
	connected: [];
	/**
	 * The connection is over, with a reason in words; not after our own `close()`.
	 * Once.
	 */
	closed: [reason: string];
	/** A decrypted RTCP compound packet, owned by the listener. */
	rtcp: [packet: Uint8Array];
	/** A decrypted RTP or RTCP packet of the client's section `mid`, owned by the listener. */
	media: [mid: string, packet: Uint8Array];
	/**
	 * The client made a data channel; it has emitted nothing yet, so listen at once.
	 */
	channel: [channel: PeerDataChannel];
}

/** Events of a data channel. */
export interface PeerDataChannelEvents {
	open: [];
	message: [message: ChannelMessage];
	closed: [];
}

/** A data channel. Its methods never throw, as a channel may close at any moment. */
export interface PeerDataChannel {
	readonly label: string;
	readonly open: boolean;
	/** Bytes that wait to be sent. */
	readonly bufferedBytes: number;
	/** @returns false when the message could not be sent. */
	send(message: string | Uint8Array): boolean;
	close(): void;
	on<Name extends keyof PeerDataChannelEvents>(
		name: Name,
		listener: (...args: PeerDataChannelEvents[Name]) => void,
	): () => void;
}

/** The RTP streams that will be sent: the engine routes RTCP by their SSRCs. */
export interface OutgoingVideo {
	readonly ssrcs: readonly number[];
	readonly cname: string;
	/** The stream of sound; missing without sound. */
	readonly soundSsrc?: number | undefined;
	/** Streams of cameras. Reports about them come with the video's. @default none */
	readonly cameraSsrcs?: readonly number[] | undefined;
}

/**
 * ICE, DTLS, SRTP and SCTP of one peer: the engine under a session. RTP and RTCP go in
 * and come out as plain packets, without regard to H.264, pacing or loss. No event is
 * emitted from inside a call to a method.
 */
export interface PeerTransport {
	/**
	 * Answers an offer. To be called once.
	 *
	 * @returns SDP with all of the server's candidates. Its media description is the
	 * engine's own; `completeAnswer` writes ours.
	 * @throws {SignallingError} 400 when the engine refuses the offer, 409 after
	 * `close()`.
	 */
	answer(offer: RemoteOffer, video: OutgoingVideo | undefined): Promise<string>;
	/**
	 * Adds a candidate that the client sent later; the engine ignores those it can't
	 * use.
	 */
	addCandidate(candidate: string, mid: string): void;
	/**
	 * Sends an RTP or RTCP packet, encrypted. The buffer is free again afterwards.
	 * @returns false when the packet could not be sent.
	 */
	send(packet: Buffer): boolean;
	/** Creates a data channel, which opens once the connection is up. */
	createChannel(label: string, options?: DataChannelOptions): PeerDataChannel;
	/** Frees everything. Idempotent; no event comes after it. */
	close(): void;
	on<Name extends keyof PeerTransportEvents>(
		name: Name,
		listener: (...args: PeerTransportEvents[Name]) => void,
	): () => void;
}

/** The UDP port or address for media can't be bound. `message` names it. */
export class UdpPortError extends Error {
	override readonly name = "UdpPortError";
}
