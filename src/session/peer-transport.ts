import type { RemoteOffer } from "./sdp-offer.ts";
import type { ChannelMessage, DataChannelOptions } from "./viewer-session.ts";

/** A STUN or TURN server, as the W3C's `RTCIceServer` with one URL. */
export interface IceServer {
	/** `stun:HOST[:PORT]` or `turn:HOST[:PORT][?transport=udp|tcp]`; `stuns:` and `turns:` as well. */
	readonly urls: string;
	readonly username?: string | undefined;
	readonly credential?: string | undefined;
}

export interface PeerTransportOptions {
	/** One UDP port for all sessions of this process. @default any free port, one per session */
	readonly udpPort?: number | undefined;
	/** Local address to bind. @default every interface */
	readonly bindAddress?: string | undefined;
	readonly iceServers?: readonly IceServer[] | undefined;
	/**
	 * Longest data channel message that is used, bytes. An engine may cut a longer message, but not
	 * to this length or less, so that it can be recognised.
	 * @default 65_536
	 */
	readonly maxMessageBytes?: number | undefined;
}

export interface PeerTransportEvents {
	/** ICE, DTLS and, if there is video, SRTP are ready. Once. */
	connected: [];
	/** Over, with a reason in words; not after our own `close()`. Once. */
	closed: [reason: string];
	/** A decrypted RTCP compound packet, owned by the listener. */
	rtcp: [packet: Uint8Array];
	/** The client made a data channel. Listen to its events at once: none has been emitted yet. */
	channel: [channel: PeerDataChannel];
}

export interface PeerDataChannelEvents {
	open: [];
	message: [message: ChannelMessage];
	closed: [];
}

/** One data channel. Its methods never throw: a channel may go away at any moment. */
export interface PeerDataChannel {
	readonly label: string;
	readonly open: boolean;
	/** Bytes that wait to be sent. */
	readonly bufferedBytes: number;
	/** @returns false when it could not be sent. */
	send(message: string | Uint8Array): boolean;
	close(): void;
	on<Name extends keyof PeerDataChannelEvents>(
		name: Name,
		listener: (...args: PeerDataChannelEvents[Name]) => void,
	): () => void;
}

/** Streams that will be sent: the engine routes RTCP by these. */
export interface OutgoingVideo {
	readonly ssrcs: readonly number[];
	readonly cname: string;
}

/**
 * ICE, DTLS, SRTP and SCTP of one peer: the engine under a session. RTP and RTCP go in and come out
 * as plain packets. It knows nothing of H.264, pacing or loss. Events are never emitted from inside
 * a call to a method.
 */
export interface PeerTransport {
	/**
	 * Answers an offer; once.
	 *
	 * @returns SDP with all of the server's candidates. Its media description is the engine's own:
	 * `completeAnswer` writes ours in.
	 * @throws {SignallingError} 400 if the engine refuses the offer.
	 */
	answer(offer: RemoteOffer, video: OutgoingVideo | undefined): Promise<string>;
	/** Takes a candidate that the client sent later; one that the engine can't use is ignored. */
	addCandidate(candidate: string, mid: string): void;
	/**
	 * Sends an RTP or RTCP packet, encrypted. The buffer is free again when this returns.
	 * @returns false if it could not be sent.
	 */
	send(packet: Buffer): boolean;
	/** Harmless before the connection is up: it opens then. */
	createChannel(label: string, options?: DataChannelOptions): PeerDataChannel;
	/** Frees everything. Idempotent; no event comes after it. */
	close(): void;
	on<Name extends keyof PeerTransportEvents>(
		name: Name,
		listener: (...args: PeerTransportEvents[Name]) => void,
	): () => void;
}

/** The UDP port or address for media can't be had. `message` names it. */
export class UdpPortError extends Error {
	override readonly name = "UdpPortError";
}
