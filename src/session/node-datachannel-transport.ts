import { createSocket } from "node:dgram";
import type { DataChannel, PeerConnection, RtcConfig, Track } from "node-datachannel";
import nodeDataChannel from "node-datachannel";
import { EventListeners } from "../media/events.ts";
import { MAX_MESSAGE_BYTES } from "../media/message-bounds.ts";
import type { OfferedMedia } from "./offered-media.ts";
import type { OfferedSound } from "./offered-sound.ts";
import type { OfferedVideo } from "./offered-video.ts";
import {
	type IceServer,
	type OutgoingVideo,
	type PeerDataChannel,
	type PeerDataChannelEvents,
	type PeerTransport,
	type PeerTransportEvents,
	type PeerTransportOptions,
	UdpPortError,
} from "./peer-transport.ts";
import { isRtcp } from "./receive/rtp-packet.ts";
import type { RemoteOffer } from "./sdp-offer.ts";
import { SignallingError } from "./signalling.ts";
import type { DataChannelOptions } from "./viewer-session.ts";

/**
 * Longest wait for STUN and TURN servers; the answer has the candidates found by then.
 */
const GATHERING_TIMEOUT_MS = 1000;
/**
 * The library cuts a message that is too long and delivers its beginning like a whole
 * one. With this much room a cut message is longer than ours may be, and is recognised.
 */
const SIGN_OF_CUT_BYTES = 16;

/**
 * Makes transports that share options. Ports and addresses are tried here, where a
 * failure is an exception: in the middle of a connection libdatachannel would end the
 * process.
 */
export class NodeDataChannelEngine {
	readonly #options: PeerTransportOptions;
	readonly #port: SharedUdpPort | undefined;

	private constructor(options: PeerTransportOptions, port: SharedUdpPort | undefined) {
		this.#options = options;
		this.#port = port;
	}

	/**
	 * @throws {UdpPortError} when the port is taken or the address is not this
	 * machine's.
	 */
	static async open(options: PeerTransportOptions = {}): Promise<NodeDataChannelEngine> {
		const { udpPort, bindAddress } = options;
		if (bindAddress !== undefined) await tryToBind(0, bindAddress);
		const port = udpPort === undefined ? undefined : SharedUdpPort.shared(udpPort, bindAddress);
		await port?.take();
		port?.giveBack();
		return new NodeDataChannelEngine(options, port);
	}

	/** @throws {UdpPortError} when another program has taken the port since. */
	async createTransport(): Promise<PeerTransport> {
		await this.#port?.take();
		try {
			return new NodeDataChannelTransport(this.#options, () => this.#port?.giveBack());
		} catch (error) {
			this.#port?.giveBack();
			throw error;
		}
	}
}

/** Longest time that the library needs to free a port after a session, milliseconds. */
const RELEASE_MS = 2000;
const RETRY_MS = 20;

/**
 * A UDP port that libdatachannel binds with the first session and frees after the last.
 * Its own listener, which would reserve it, leaks the port.
 */
class SharedUdpPort {
	static readonly #ports = new Map<string, SharedUdpPort>();
	readonly #port: number;
	readonly #address: string | undefined;
	#users = 0;
	#usedBefore = false;
	#turn: Promise<void> = Promise.resolve();

	private constructor(port: number, address: string | undefined) {
		this.#port = port;
		this.#address = address;
	}

	/** The same object for the same port, across all hubs of the process. */
	static shared(port: number, address: string | undefined): SharedUdpPort {
		if (!Number.isInteger(port) || port < 1 || port > 65_535)
			throw new UdpPortError(`A UDP port is 1 to 65535; got ${port}.`);
		const key = `${address} ${port}`;
		const shared = SharedUdpPort.#ports.get(key) ?? new SharedUdpPort(port, address);
		SharedUdpPort.#ports.set(key, shared);
		return shared;
	}

	/**
	 * Makes sure that the port can be bound, unless it is ours. One caller at a time.
	 */
	take(): Promise<void> {
		const turn = this.#turn.then(async () => {
			if (this.#users === 0) await this.#tryToBind();
			this.#users++;
		});
		this.#turn = turn.catch(() => {});
		return turn;
	}

	giveBack(): void {
		this.#users--;
		this.#usedBefore = true;
	}

	async #tryToBind(): Promise<void> {
		const endMs = performance.now() + (this.#usedBefore ? RELEASE_MS : 0);
		while (true) {
			try {
				return await tryToBind(this.#port, this.#address);
			} catch (error) {
				if (performance.now() >= endMs) throw error;
				await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
			}
		}
	}
}

/**
 * @throws {UdpPortError} when the port is taken or the address is not this machine's.
 */
function tryToBind(port: number, address: string | undefined): Promise<void> {
	return new Promise((resolve, reject) => {
		const socket = createSocket(address?.includes(":") ? "udp6" : "udp4");
		socket.once("error", (error: NodeJS.ErrnoException) => {
			socket.close();
			const message =
				error.code === "EADDRINUSE"
					? `UDP port ${port} is taken by another program. Choose another one.`
					: `UDP port ${port} of ${address ?? "this machine"} can't be bound: ${error.message}.`;
			reject(new UdpPortError(message, { cause: error }));
		});
		socket.bind({ port, address, exclusive: true }, () => socket.close(() => resolve()));
	});
}

/**
 * libdatachannel as the engine, with our own RTP.
 *
 * The library aborts the process in ways that no `catch` sees, so four rules hold. One
 * thread loads it. Native callbacks only queue a microtask, because an exception inside
 * them ends the process. Nothing from the network reaches its media description. Its
 * `cleanup()`, which crashes after many connections, is never called: a process that
 * has used it ends by `process.exit`.
 */
export class NodeDataChannelTransport implements PeerTransport {
	readonly #listeners = new EventListeners<PeerTransportEvents>();
	readonly #channels = new Set<NativeChannel>();
	#connection: PeerConnection | undefined;
	#track: Track | undefined;
	#trackOpen = false;
	/** Held: the engine closes a track that nobody refers to. */
	#soundTrack: Track | undefined;
	#receivedTracks: Track[] = [];
	#connected = false;
	#gathered: (() => void) | undefined;
	readonly #onClosed: () => void;

	/**
	 * @param onClosed called once, when the connection is given up.
	 * @throws {TypeError} when an ICE server can't be read.
	 */
	constructor(options: PeerTransportOptions = {}, onClosed: () => void = () => {}) {
		this.#onClosed = onClosed;
		const connection = new nodeDataChannel.PeerConnection("panogaze", toRtcConfig(options));
		this.#connection = connection;
		connection.onStateChange(later((state) => this.#onState(state)));
		connection.onGatheringStateChange(later((state) => state === "complete" && this.#gathered?.()));
		// The channel's callbacks are set at once, as messages may be waiting. Its
		// events come after this one.
		connection.onDataChannel((channel) => void attempt(() => this.#adopt(channel)));
	}

	async answer(offer: RemoteOffer, video: OutgoingVideo | undefined): Promise<string> {
		const connection = this.#connection;
		if (connection === undefined) throw new SignallingError(409, "The session is closed.");
		const gathered = new Promise<void>((resolve) => {
			this.#gathered = resolve;
		});
		try {
			for (const { mid, kind } of offer.refused) {
				const Media = kind === "audio" ? nodeDataChannel.Audio : nodeDataChannel.Video;
				connection.addTrack(new Media(mid, "Inactive"));
			}
			// Their packets go through the video's track, by which reports about them come too.
			for (const { mid } of offer.cameras) connection.addTrack(new nodeDataChannel.Video(mid, "Inactive"));
			const isReceived = (wanted: string | undefined) => offer.received.some(({ mid }) => mid === wanted);
			const { video: view, sound } = offer;
			if (view !== undefined && video !== undefined)
				this.#addVideo(connection, view, video, isReceived(view.mid));
			if (sound !== undefined) this.#addSound(connection, sound, video, isReceived(sound.mid));
			for (const media of offer.received)
				if (media.mid !== view?.mid && media.mid !== sound?.mid) this.#addReceived(connection, media);
			connection.setRemoteDescription(offer.sdp, "offer");
			connection.setLocalDescription("answer");
		} catch (error) {
			throw new SignallingError(400, "The offer can't be used for WebRTC.", { cause: error });
		}
		const timer = setTimeout(() => this.#gathered?.(), GATHERING_TIMEOUT_MS);
		await gathered;
		clearTimeout(timer);
		const sdp = this.#connection?.localDescription()?.sdp;
		if (sdp === undefined) throw new SignallingError(400, "The connection ended while it was being made.");
		return sdp;
	}

	addCandidate(candidate: string, mid: string): void {
		attempt(() => this.#connection?.addRemoteCandidate(candidate, mid));
	}

	send(packet: Buffer): boolean {
		if (!this.#trackOpen) return false;
		try {
			return this.#track?.sendMessageBinary(packet) ?? false;
		} catch {
			// The track has closed, and its event is under way.
			return false;
		}
	}

	createChannel(label: string, options: DataChannelOptions = {}): PeerDataChannel {
		const { ordered = true, maxPacketLifeTimeMs, maxRetransmits } = options;
		const channel = new NativeChannel(label, (done) => this.#channels.delete(done));
		const native = attempt(() =>
			this.#connection?.createDataChannel(label, {
				unordered: !ordered,
				...(maxPacketLifeTimeMs !== undefined && { maxPacketLifeTime: maxPacketLifeTimeMs }),
				...(maxRetransmits !== undefined && { maxRetransmits }),
			}),
		);
		if (native !== undefined) {
			this.#channels.add(channel);
			channel.attach(native);
		}
		return channel;
	}

	close(): void {
		const connection = this.#connection;
		if (connection === undefined) return;
		this.#connection = undefined;
		this.#trackOpen = false;
		for (const channel of this.#channels) channel.close();
		this.#channels.clear();
		attempt(() => this.#track?.close());
		this.#track = undefined;
		attempt(() => this.#soundTrack?.close());
		this.#soundTrack = undefined;
		for (const track of this.#receivedTracks) attempt(() => track.close());
		this.#receivedTracks = [];
		attempt(() => connection.close());
		this.#gathered?.();
		this.#onClosed();
	}

	on<Name extends keyof PeerTransportEvents>(
		name: Name,
		listener: (...args: PeerTransportEvents[Name]) => void,
	): () => void {
		return this.#listeners.on(name, listener);
	}

	#addVideo(
		connection: PeerConnection,
		{ mid, payloadType }: Pick<OfferedVideo, "mid" | "payloadType">,
		video: OutgoingVideo,
		isReceived: boolean,
	): void {
		const media = new nodeDataChannel.Video(mid, isReceived ? "SendRecv" : "SendOnly");
		// The engine gets only what it needs to route packets: a bad line here would
		// end the process. `completeAnswer` writes the real description.
		media.addH264Codec(payloadType);
		for (const ssrc of [...video.ssrcs, ...(video.cameraSsrcs ?? [])])
			media.addSSRC(ssrc, video.cname, video.cname, "video");
		const track = connection.addTrack(media);
		this.#track = track;
		track.onOpen(
			later(() => {
				this.#trackOpen = this.#connection !== undefined;
				this.#onReady();
			}),
		);
		track.onClosed(
			later(() => {
				this.#trackOpen = false;
			}),
		);
		track.onMessage(
			later((packet) => {
				if (this.#connection === undefined) return;
				if (isReceived) this.#listeners.emit("media", mid, packet);
				if (!isReceived || isRtcp(packet)) this.#listeners.emit("rtcp", packet);
			}),
		);
	}

	/**
	 * Adds the stream of sound, whose packets go through the video's track too: the engine encrypts
	 * them alike.
	 */
	#addSound(
		connection: PeerConnection,
		{ mid, payloadType }: OfferedSound,
		video: OutgoingVideo | undefined,
		isReceived: boolean,
	): void {
		const isSent = video?.soundSsrc !== undefined;
		const sentAs = isReceived ? "SendRecv" : "SendOnly";
		const media = new nodeDataChannel.Audio(mid, isSent ? sentAs : "Inactive");
		media.addOpusCodec(payloadType);
		if (isSent) media.addSSRC(video.soundSsrc, video.cname, video.cname, "sound");
		this.#soundTrack = connection.addTrack(media);
		if (isReceived) this.#passOn(this.#soundTrack, mid);
	}

	/** The engine routes the client's packets by the SSRCs in its offer. */
	#addReceived(connection: PeerConnection, { mid, kind, payloadType }: OfferedMedia): void {
		const media =
			kind === "audio" ? new nodeDataChannel.Audio(mid, "RecvOnly") : new nodeDataChannel.Video(mid, "RecvOnly");
		if (media instanceof nodeDataChannel.Audio) media.addOpusCodec(payloadType);
		else media.addH264Codec(payloadType);
		const track = connection.addTrack(media);
		this.#receivedTracks.push(track);
		this.#passOn(track, mid);
	}

	#passOn(track: Track, mid: string): void {
		track.onMessage(
			later((packet) => this.#connection !== undefined && this.#listeners.emit("media", mid, packet)),
		);
	}

	#onState(state: string): void {
		if (this.#connection === undefined) return;
		if (state === "connected") this.#onReady();
		else if (state === "failed" || state === "closed") {
			const reason =
				state === "failed"
					? "The connection failed."
					: this.#connected
						? "The viewer left."
						: "The connection was closed.";
			this.close();
			this.#listeners.emit("closed", reason);
		}
	}

	/** Both the connection and the track must be open; their order differs. */
	#onReady(): void {
		const connection = this.#connection;
		if (this.#connected || connection === undefined || (this.#track !== undefined && !this.#trackOpen)) return;
		if (attempt(() => connection.state()) !== "connected") return;
		this.#connected = true;
		this.#listeners.emit("connected");
	}

	#adopt(native: DataChannel): void {
		const channel = new NativeChannel(attempt(() => native.getLabel()) ?? "", (done) =>
			this.#channels.delete(done),
		);
		this.#channels.add(channel);
		queueMicrotask(() => {
			if (this.#connection === undefined) channel.close();
			else this.#listeners.emit("channel", channel);
		});
		channel.attach(native);
	}
}

class NativeChannel implements PeerDataChannel {
	readonly label: string;
	readonly #listeners = new EventListeners<PeerDataChannelEvents>();
	readonly #onGone: (channel: NativeChannel) => void;
	#native: DataChannel | undefined;
	#openReported = false;

	constructor(label: string, onGone: (channel: NativeChannel) => void) {
		this.label = label;
		this.#onGone = onGone;
	}

	/** Called from inside a native callback too: nothing here may throw. */
	attach(native: DataChannel): void {
		this.#native = native;
		attempt(() => {
			native.onOpen(later(() => this.#reportOpen()));
			native.onClosed(later(() => this.#gone()));
			native.onError(later(() => this.#gone()));
			native.onMessage(
				later((message) => {
					this.#reportOpen();
					if (this.#native !== undefined)
						this.#listeners.emit("message", typeof message === "string" ? message : ownBytes(message));
				}),
			);
		});
		// A client's channel may have been open before its callback was set.
		queueMicrotask(() => attempt(() => native.isOpen()) && this.#reportOpen());
	}

	/**
	 * Known from the events: to ask the library costs as much as sending. When the
	 * channel closed a moment ago, sending fails.
	 */
	get open(): boolean {
		return this.#native !== undefined && this.#openReported;
	}

	get bufferedBytes(): number {
		const native = this.#native;
		return native === undefined ? 0 : (attempt(() => native.bufferedAmount()) ?? 0);
	}

	send(message: string | Uint8Array): boolean {
		const native = this.#native;
		if (native === undefined || !this.open) return false;
		const sent = attempt(() => {
			if (typeof message === "string") native.sendMessage(message);
			else native.sendMessageBinary(message);
			return true;
		});
		return sent === true;
	}

	close(): void {
		const native = this.#native;
		if (native === undefined) return;
		this.#native = undefined;
		this.#onGone(this);
		attempt(() => native.close());
	}

	on<Name extends keyof PeerDataChannelEvents>(
		name: Name,
		listener: (...args: PeerDataChannelEvents[Name]) => void,
	): () => void {
		return this.#listeners.on(name, listener);
	}

	#reportOpen(): void {
		if (this.#openReported || this.#native === undefined) return;
		this.#openReported = true;
		this.#listeners.emit("open");
	}

	#gone(): void {
		if (this.#native === undefined) return;
		this.#native = undefined;
		this.#onGone(this);
		this.#listeners.emit("closed");
	}
}

/**
 * A callback for the native side. It only queues a microtask, where an exception is
 * ordinary.
 */
function later<Args extends unknown[]>(action: (...args: Args) => unknown): (...args: Args) => void {
	return (...args) => queueMicrotask(() => void action(...args));
}

/**
 * Calls a native method, which throws when its object has closed; its event is then
 * under way.
 */
function attempt<T>(action: () => T): T | undefined {
	try {
		return action();
	} catch {
		return undefined;
	}
}

function ownBytes(message: Buffer | ArrayBuffer): Uint8Array<ArrayBuffer> {
	return message instanceof ArrayBuffer ? new Uint8Array(message) : new Uint8Array(message);
}

/** Default port of STUN and of TURN over UDP and TCP (RFC 8489, 18.6; RFC 8656, 7). */
const STUN_PORT = 3478;
/** Default port of TURN over TLS. */
const TURNS_PORT = 5349;
type NativeIceServer = RtcConfig["iceServers"][number];

function toRtcConfig(options: PeerTransportOptions): RtcConfig {
	const { udpPort, bindAddress, maxMessageBytes = MAX_MESSAGE_BYTES } = options;
	return {
		iceServers: (options.iceServers ?? []).map(toNativeIceServer),
		disableAutoNegotiation: true,
		maxMessageSize: maxMessageBytes + SIGN_OF_CUT_BYTES,
		...(bindAddress === undefined ? {} : { bindAddress }),
		...(udpPort === undefined ? {} : { enableIceUdpMux: true, portRangeBegin: udpPort, portRangeEnd: udpPort }),
	};
}

/** @throws {TypeError} when the URL is none of a STUN or TURN server. */
function toNativeIceServer({ urls, username, credential }: IceServer): NativeIceServer {
	const match = /^(stuns?|turns?):(\[[^\]]+\]|[^:?]+)(?::(\d{1,5}))?(?:\?transport=(udp|tcp))?$/.exec(urls);
	const [, scheme, host, port, transport] = match ?? [];
	if (scheme === undefined || host === undefined)
		throw new TypeError(
			`An ICE server is written as stun:HOST[:PORT] or turn:HOST[:PORT][?transport=udp|tcp]; got "${urls}".`,
		);
	if (scheme.startsWith("stun")) return `${scheme}:${host}:${port ?? STUN_PORT}`;
	return {
		hostname: host.replace(/^\[|\]$/g, ""),
		port: Number(port ?? (scheme === "turns" ? TURNS_PORT : STUN_PORT)),
		relayType: scheme === "turns" ? "TurnTls" : transport === "tcp" ? "TurnTcp" : "TurnUdp",
		...(username === undefined ? {} : { username }),
		...(credential === undefined ? {} : { password: credential }),
	};
}
