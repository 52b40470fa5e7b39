import nodeDataChannel, { type DataChannel, type PeerConnection, type Track } from "node-datachannel";
import { acceptAnswer, withoutCandidates } from "./answer.ts";
import { PlayerConnectionError } from "./player-connection-error.ts";
import { RtpCounter, type RtpCounts } from "./rtp-counter.ts";
import { deleteSession, postOffer, type SignallingOptions } from "./signalling-request.ts";

export interface PlayerConnectionOptions extends SignallingOptions {
	/** Channels to open, in this order. */
	readonly channels: readonly PlayerChannelOptions[];
	/** Request the view too. It is counted, not decoded. */
	readonly video: boolean;
	/** Receives the text messages of these channels. */
	readonly onText?: (label: string, text: string) => void;
}

export interface PlayerChannelOptions {
	readonly label: string;
	/** Unordered and without retransmission: the newest message counts. */
	readonly unreliable?: boolean;
}

const GATHERING_TIMEOUT_MS = 2000;
const CONNECT_TIMEOUT_MS = 20_000;
/**
 * The H.264 that every WebRTC client offers: Constrained Baseline, level 3.1, packetization
 * mode 1.
 */
const H264_PROFILE = "profile-level-id=42e01f;packetization-mode=1;level-asymmetry-allowed=1";
const H264_PAYLOAD_TYPE = 102;

/**
 * A client's connection to a server, made of libdatachannel: its channels, and the packets of its
 * video counted.
 */
export class PlayerConnection {
	readonly #peer: PeerConnection;
	readonly #options: PlayerConnectionOptions;
	readonly #channels = new Map<string, DataChannel>();
	readonly #open = new Set<string>();
	readonly #rtp = new RtpCounter();
	#track: Track | undefined;
	#session: URL | undefined;
	#state = "new";
	#wake: (() => void) | undefined;
	#isClosed = false;
	#channelClosed = false;

	private constructor(options: PlayerConnectionOptions) {
		this.#options = options;
		this.#peer = new nodeDataChannel.PeerConnection("panogaze-player", {
			iceServers: [],
			disableAutoNegotiation: true,
		});
		this.#peer.onStateChange(
			later((state: string) => {
				this.#state = state;
				this.#wake?.();
			}),
		);
		this.#peer.onGatheringStateChange(later(() => this.#wake?.()));
		if (options.video) this.#addVideo();
		for (const channel of options.channels) this.#addChannel(channel);
		// Channels that the server makes, such as `haptics`, are not listened to.
	}

	/** RTP time of the newest whole picture; `undefined` before the first, and without video. */
	get seenRtpTicks(): number | undefined {
		return this.#rtp.lastFrameTicks;
	}

	/**
	 * Connects, and waits for the channels to open.
	 *
	 * @throws {PlayerConnectionError}
	 */
	static async connect(options: PlayerConnectionOptions): Promise<PlayerConnection> {
		const connection = new PlayerConnection(options);
		try {
			await connection.#connect();
			return connection;
		} catch (error) {
			await connection.close();
			throw error;
		}
	}

	/** The reason why nothing can be sent any more; `undefined` while all is well. */
	get lost(): string | undefined {
		if (this.#isClosed) return "The connection was closed.";
		return this.#channelClosed || ["failed", "closed"].includes(this.#state)
			? "The server ended the connection, or cannot be reached any more."
			: undefined;
	}

	/** Counts of the received video. */
	get video(): RtpCounts {
		return this.#rtp.counts;
	}

	/** Bytes that a channel holds and has not sent yet. */
	bufferedBytes(label: string): number {
		return attempt(() => this.#channels.get(label)?.bufferedAmount()) ?? 0;
	}

	/** @returns `false` when the channel is not open. */
	send(label: string, message: string | Uint8Array): boolean {
		const channel = this.#channels.get(label);
		if (channel === undefined || !this.#open.has(label)) return false;
		const sent = attempt(() => {
			if (typeof message === "string") channel.sendMessage(message);
			else channel.sendMessageBinary(message);
			return true;
		});
		return sent === true;
	}

	/** Ends the session at the server, and the connection. */
	async close(): Promise<void> {
		if (this.#isClosed) return;
		this.#isClosed = true;
		if (this.#session !== undefined) await deleteSession(this.#session, this.#options);
		for (const channel of this.#channels.values()) attempt(() => channel.close());
		attempt(() => this.#track?.close());
		attempt(() => this.#peer.close());
	}

	async #connect(): Promise<void> {
		this.#peer.setLocalDescription("offer");
		await this.#until(() => this.#peer.gatheringState() === "complete", GATHERING_TIMEOUT_MS);
		const offer = this.#peer.localDescription()?.sdp;
		if (offer === undefined) throw new PlayerConnectionError("This machine has no network address to offer.");
		const { sdp, session } = await postOffer(withoutCandidates(offer), this.#options);
		this.#session = session;
		try {
			acceptAnswer(this.#peer, sdp);
		} catch (error) {
			throw new PlayerConnectionError(
				`The answer of ${this.#options.url} can't be used: ${(error as Error).message}`,
				{
					cause: error,
				},
			);
		}
		const ready = await this.#until(
			() => this.lost !== undefined || this.#options.channels.every(({ label }) => this.#open.has(label)),
			CONNECT_TIMEOUT_MS,
		);
		if (!ready || this.lost !== undefined)
			throw new PlayerConnectionError(
				`${this.#options.url} answered, but no connection came about: is UDP to it blocked?`,
			);
	}

	#addVideo(): void {
		const media = new nodeDataChannel.Video("video", "RecvOnly");
		media.addH264Codec(H264_PAYLOAD_TYPE, H264_PROFILE);
		const track = this.#peer.addTrack(media);
		// The handler answers the server's reports. Without answers the server ends the
		// session.
		track.setMediaHandler(new nodeDataChannel.RtcpReceivingSession());
		track.onMessage(later((packet: Buffer) => this.#rtp.add(packet, performance.now())));
		this.#track = track;
	}

	#addChannel({ label, unreliable = false }: PlayerChannelOptions): void {
		const channel = this.#peer.createDataChannel(label, unreliable ? { unordered: true, maxRetransmits: 0 } : {});
		this.#channels.set(label, channel);
		channel.onOpen(
			later(() => {
				this.#open.add(label);
				this.#wake?.();
			}),
		);
		channel.onClosed(
			later(() => {
				this.#channelClosed = true;
				this.#open.delete(label);
				this.#wake?.();
			}),
		);
		channel.onMessage(
			later((message: string | Buffer | ArrayBuffer) => {
				if (typeof message === "string") this.#options.onText?.(label, message);
			}),
		);
	}

	/**
	 * Resolves with true when a condition holds, which events change; with false after the
	 * time-out.
	 */
	#until(condition: () => boolean, timeoutMs: number): Promise<boolean> {
		return new Promise((resolve) => {
			const end = (result: boolean) => {
				clearTimeout(timer);
				this.#wake = undefined;
				resolve(result);
			};
			const timer = setTimeout(() => end(condition()), timeoutMs);
			this.#wake = () => condition() && end(true);
			this.#wake();
		});
	}
}

/**
 * A callback for the native side: an exception inside it would end the process, so it only
 * defers the call.
 */
function later<Args extends unknown[]>(action: (...args: Args) => unknown): (...args: Args) => void {
	return (...args) => queueMicrotask(() => void action(...args));
}

/** Calls a native method, which throws when the object has closed meanwhile. */
function attempt<T>(action: () => T): T | undefined {
	try {
		return action();
	} catch {
		return undefined;
	}
}
