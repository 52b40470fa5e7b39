import type { RTCDataChannel, RTCDtlsTransport, RTCPeerConnection } from "werift";
import { EventListeners } from "../../src/media/events.ts";
import { MAX_MESSAGE_BYTES } from "../../src/media/message-bounds.ts";
import type {
	OutgoingVideo,
	PeerDataChannel,
	PeerDataChannelEvents,
	PeerTransport,
	PeerTransportEvents,
	PeerTransportOptions,
} from "../../src/session/peer-transport.ts";
import type { RemoteOffer } from "../../src/session/sdp-offer.ts";
import { SignallingError } from "../../src/session/signalling.ts";
import type { DataChannelOptions } from "../../src/session/viewer-session.ts";

type Werift = typeof import("werift");

/** Second byte of RTCP packets (RFC 5761, 4): RTP with marker has 224 and above, or below 192. */
const RTCP_TYPES = { first: 192, last: 223 } as const;

/**
 * werift as the engine: no native code, for machines on which libdatachannel does not load. It
 * takes about three times the processor time, serves about twenty viewers a process, can't share
 * one UDP port, and does not give up unreliable messages that are to be sent once.
 */
export class WeriftTransport implements PeerTransport {
	readonly #werift: Werift;
	readonly #options: PeerTransportOptions;
	readonly #listeners = new EventListeners<PeerTransportEvents>();
	readonly #channels = new Set<WeriftChannel>();
	#connection: RTCPeerConnection | undefined;
	#dtls: RTCDtlsTransport | undefined;
	#connected = false;
	#closed = false;

	private constructor(werift: Werift, options: PeerTransportOptions) {
		this.#werift = werift;
		this.#options = options;
	}

	/**
	 * @throws {Error} if werift is not installed: it is an optional dependency.
	 * @throws {TypeError} for `udpPort`, which it can't do.
	 */
	static async create(options: PeerTransportOptions = {}): Promise<WeriftTransport> {
		if (options.udpPort !== undefined)
			throw new TypeError("werift can't serve all sessions on one UDP port: leave udpPort out.");
		let werift: Werift;
		try {
			werift = await import("werift");
		} catch (error) {
			throw new Error("The werift transport needs the package werift: npm install werift.", { cause: error });
		}
		return new WeriftTransport(werift, options);
	}

	async answer(offer: RemoteOffer, video: OutgoingVideo | undefined): Promise<string> {
		if (this.#closed) throw new SignallingError(409, "The session is closed.");
		const connection = this.#open(offer);
		try {
			await connection.setRemoteDescription({ type: "offer", sdp: offer.sdp });
			for (const transceiver of connection.getTransceivers()) {
				const ours = video !== undefined && transceiver.mid === offer.video?.mid;
				transceiver.setDirection(ours ? "sendonly" : "inactive");
				// Reports are ours to send.
				transceiver.sender.rtcpRunning = true;
			}
			await connection.setLocalDescription(await connection.createAnswer());
		} catch (error) {
			throw new SignallingError(400, "The offer can't be used for WebRTC.", { cause: error });
		}
		const sdp = connection.localDescription?.sdp;
		if (sdp === undefined || this.#closed)
			throw new SignallingError(400, "The connection ended while it was being made.");
		return sdp;
	}

	addCandidate(candidate: string, mid: string): void {
		this.#connection?.addIceCandidate({ candidate, sdpMid: mid }).catch(() => {});
	}

	send(packet: Buffer): boolean {
		const dtls = this.#dtls;
		if (dtls === undefined || this.#closed) return false;
		const type = packet[1]!;
		if (type >= RTCP_TYPES.first && type <= RTCP_TYPES.last) {
			dtls.sendRtcp([
				{ serialize: () => packet } as unknown as Parameters<typeof dtls.sendRtcp>[0][number],
			]).catch(() => {});
		} else {
			// Encrypted before this returns; failures are lost packets.
			const { payload, header } = this.#werift.RtpPacket.deSerialize(packet);
			dtls.sendRtp(payload, header).catch(() => {});
		}
		return true;
	}

	createChannel(label: string, options: DataChannelOptions = {}): PeerDataChannel {
		const { ordered = true, maxPacketLifeTimeMs, maxRetransmits } = options;
		const native = this.#connection?.createDataChannel(label, {
			ordered,
			...(maxPacketLifeTimeMs === undefined ? {} : { maxPacketLifeTime: maxPacketLifeTimeMs }),
			...(maxRetransmits === undefined ? {} : { maxRetransmits }),
		});
		return this.#keep(new WeriftChannel(label, native, (channel) => this.#channels.delete(channel)));
	}

	close(): void {
		if (this.#closed) return;
		this.#closed = true;
		for (const channel of this.#channels) channel.close();
		this.#channels.clear();
		this.#connection?.close().catch(() => {});
		this.#connection = undefined;
		this.#dtls = undefined;
	}

	on<Name extends keyof PeerTransportEvents>(
		name: Name,
		listener: (...args: PeerTransportEvents[Name]) => void,
	): () => void {
		return this.#listeners.on(name, listener);
	}

	#open(offer: RemoteOffer): RTCPeerConnection {
		const { RTCPeerConnection: Connection, RTCRtpCodecParameters: Codec } = this.#werift;
		const { iceServers = [], bindAddress, maxMessageBytes = MAX_MESSAGE_BYTES } = this.#options;
		const codec = new Codec({
			mimeType: "video/H264",
			clockRate: 90_000,
			parameters: offer.video?.formatParameters ?? "",
		});
		const connection = new Connection({
			iceServers: iceServers.map(({ urls, username, credential }) => ({
				urls: typeof urls === "string" ? urls : [...urls],
				...(username !== undefined && { username }),
				...(credential !== undefined && { credential }),
			})),
			codecs: { video: [codec], audio: [] },
			headerExtensions: { video: [], audio: [] },
			maxMessageSize: maxMessageBytes,
			...(bindAddress === undefined
				? {}
				: { iceInterfaceAddresses: bindAddress.includes(":") ? { udp6: bindAddress } : { udp4: bindAddress } }),
		});
		this.#connection = connection;
		connection.connectionStateChange.subscribe((state) => this.#onState(state));
		connection.onDataChannel.subscribe((native) => {
			const channel = this.#keep(new WeriftChannel(native.label, native, (done) => this.#channels.delete(done)));
			if (!this.#closed) this.#listeners.emit("channel", channel);
		});
		return connection;
	}

	#onState(state: RTCPeerConnection["connectionState"]): void {
		if (this.#closed) return;
		if (state === "connected" && !this.#connected) {
			this.#connected = true;
			this.#dtls = this.#connection!.dtlsTransports[0];
			if (this.#dtls !== undefined) this.#listenToRtcp(this.#dtls);
			this.#listeners.emit("connected");
		} else if (state === "failed" || state === "closed") {
			this.close();
			this.#listeners.emit("closed", state === "failed" ? "The connection failed." : "The viewer left.");
		}
	}

	/** Reads RTCP where it is decrypted: werift has events for some packets only, and no bytes. */
	#listenToRtcp(dtls: RTCDtlsTransport): void {
		const session = dtls.srtcp;
		if (session === undefined) return; // No media was negotiated.
		const decrypt = session.decrypt;
		session.decrypt = (packet) => {
			const plain = decrypt(packet);
			if (!this.#closed) this.#listeners.emit("rtcp", Uint8Array.from(plain));
			return plain;
		};
	}

	#keep(channel: WeriftChannel): WeriftChannel {
		this.#channels.add(channel);
		return channel;
	}
}

class WeriftChannel implements PeerDataChannel {
	readonly label: string;
	readonly #listeners = new EventListeners<PeerDataChannelEvents>();
	readonly #onGone: (channel: WeriftChannel) => void;
	/** werift keeps its channels, and with them their subscribers, as long as the connection. */
	readonly #unsubscribe: () => void;
	#native: RTCDataChannel | undefined;
	#openTold = false;

	constructor(label: string, native: RTCDataChannel | undefined, onGone: (channel: WeriftChannel) => void) {
		this.label = label;
		this.#native = native;
		this.#onGone = onGone;
		const states = native?.stateChanged.subscribe((state) => {
			if (state === "open") this.#tellOpen();
			else if (state === "closed") this.#gone();
		});
		const messages = native?.onMessage.subscribe((message) => {
			this.#listeners.emit("message", typeof message === "string" ? message : Uint8Array.from(message));
		});
		this.#unsubscribe = () => {
			states?.unSubscribe();
			messages?.unSubscribe();
		};
		// A client's channel is already open when it is announced, before anybody could listen to
		// its events.
		if (this.open) queueMicrotask(() => this.open && this.#tellOpen());
	}

	get open(): boolean {
		return this.#native?.readyState === "open";
	}

	get bufferedBytes(): number {
		return this.#native?.bufferedAmount ?? 0;
	}

	send(message: string | Uint8Array): boolean {
		if (!this.open) return false;
		try {
			this.#native!.send(typeof message === "string" ? message : Buffer.from(message));
			return true;
		} catch {
			return false; // It closed meanwhile.
		}
	}

	close(): void {
		const native = this.#native;
		if (native === undefined) return;
		this.#native = undefined;
		this.#unsubscribe();
		this.#onGone(this);
		try {
			native.close();
		} catch {
			// It was closed already.
		}
	}

	on<Name extends keyof PeerDataChannelEvents>(
		name: Name,
		listener: (...args: PeerDataChannelEvents[Name]) => void,
	): () => void {
		return this.#listeners.on(name, listener);
	}

	#tellOpen(): void {
		if (this.#openTold) return;
		this.#openTold = true;
		this.#listeners.emit("open");
	}

	#gone(): void {
		if (this.#native === undefined) return;
		this.#native = undefined;
		this.#unsubscribe();
		this.#onGone(this);
		this.#listeners.emit("closed");
	}
}
