import { BackOff, doublingDelays } from "../media/back-off.ts";
import { EventListeners } from "../media/events.ts";
import type { ErrorMessage, WelcomeMessage } from "../protocol/control-message.ts";
import type { CompleteConnectOptions } from "./connect-options.ts";
import type { MediaSections } from "./connection-media.ts";
import { HandOver } from "./hand-over.ts";
import { PathWatch } from "./path-watch.ts";
import { type CameraLine, Peer, type PeerOptions, type ReceivedSound, type ReceivedTrack } from "./peer.ts";
import { WhepError } from "./whep.ts";

/** The present state of a connection. `words` is a sentence for people. */
export type ConnectionState =
	| { readonly name: "connecting"; readonly words: string }
	| { readonly name: "connected"; readonly words: string }
	/** The path is gone for the moment; it may come back by itself. */
	| { readonly name: "interrupted"; readonly words: string }
	/** Lost; the next attempt begins at `retryAtMs` (`performance.now()`). */
	| { readonly name: "reconnecting"; readonly words: string; readonly attempt: number; readonly retryAtMs: number }
	/**
	 * The connection is over until `reconnect()` is called. `status`: HTTP status that
	 * refused the offer; 401 means that a token is missing or wrong. `final`: the
	 * client does not come back, because the server said so, or because this browser
	 * has no WebRTC.
	 */
	| {
			readonly name: "closed";
			readonly words: string;
			readonly status?: number | undefined;
			readonly final?: true | undefined;
	  };

interface ConnectionKeeperEvents {
	state: [state: ConnectionState];
	/**
	 * A new attempt begins, perhaps at another server: nothing known of the last
	 * session holds.
	 */
	restart: [];
	/**
	 * The second connection has replaced the first; the session at the server goes on.
	 */
	handedOver: [welcome: WelcomeMessage | undefined];
	/** A connection is being made, with this receiver. */
	receiver: [receiver: RTCRtpReceiver];
	/**
	 * @param continues the track belongs into the media stream that is shown already.
	 */
	track: [track: ReceivedTrack, continues: boolean];
	/** The track of sound of the present connection; `undefined`: it has none. */
	sound: [sound: ReceivedSound | undefined];
	/** A channel is open, of the present connection or of the second one. */
	channelOpen: [channel: RTCDataChannel];
	/** @param present false: the message came from the second connection. */
	message: [label: string, data: string | ArrayBuffer, present: boolean];
	/** Nothing has arrived for a while: time to ping the server. */
	probe: [];
}

/** Time between two checks of the path. */
const CHECK_PATH_MS = 50;
/**
 * Delays before new attempts. The spread keeps a thousand viewers from returning all at
 * once.
 */
const BACK_OFF = { delaysSec: doublingDelays(0.5, 15), spread: [0.5, 1] } as const;
/** Time until a healthy connection is replaced after an attempt that has failed. */
const RENEW_AGAIN_MS = 10_000;
/** A connection that lasted this long was a success: the delays begin anew. */
const SUCCESS_MS = 5_000;
const NO_WEBRTC = "This browser has no WebRTC.";

/**
 * Keeps a connection to the server alive until `close()`: watches the path, makes a
 * second connection beside a silent first one, and begins again after a loss. Events of
 * a connection that was replaced are ignored.
 */
export class ConnectionKeeper {
	readonly #options: CompleteConnectOptions;
	readonly #endpoint: URL;
	readonly #cameraLinesWanted: () => number;
	readonly #sentTracks: () => readonly MediaStreamTrack[];
	readonly #newPeer: (options: PeerOptions) => Peer;
	readonly #events = new EventListeners<ConnectionKeeperEvents>();
	readonly #backOff = new BackOff(BACK_OFF);
	readonly #path = new PathWatch();
	readonly #handOver = new HandOver();
	/** Aborted by `close()`. */
	readonly #end = new AbortController();
	#peer: Peer | undefined;
	#state: ConnectionState = { name: "connecting", words: "Connecting…" };
	/** Time at which the connection was made; NaN while there is none. */
	#connectedAtMs = Number.NaN;
	/** A second connection is wanted beside a healthy first one, and not before that time. */
	#renewing = false;
	#renewFromMs = Number.NEGATIVE_INFINITY;
	#pathTimer: ReturnType<typeof setInterval> | undefined;
	#retryTimer: ReturnType<typeof setTimeout> | undefined;
	/** The secret with which a second connection takes the place of the first. */
	#resume: string | undefined;
	/** The server's reason for the end of the session that it has announced. */
	#fatalError: ErrorMessage | undefined;

	/**
	 * @param cameraLinesWanted returns the sections of video that each new connection offers beside
	 * the view's.
	 * @param sentTracks returns the tracks that each new connection offers to send.
	 * @param newPeer makes each new connection, which `open()` begins.
	 * @throws {TypeError} if the endpoint is no URL.
	 */
	constructor(
		options: CompleteConnectOptions,
		cameraLinesWanted: () => number,
		sentTracks: () => readonly MediaStreamTrack[] = () => [],
		newPeer: (options: PeerOptions) => Peer = (peerOptions) => new Peer(peerOptions),
	) {
		this.#newPeer = newPeer;
		this.#sentTracks = sentTracks;
		this.#options = options;
		this.#cameraLinesWanted = cameraLinesWanted;
		this.#endpoint = new URL(options.url, globalThis.document?.baseURI);
	}

	get state(): ConnectionState {
		return this.#state;
	}

	/** `close` was called. */
	get closed(): boolean {
		return this.#end.signal.aborted;
	}

	/** Makes the first attempt. */
	start(): void {
		this.#pathTimer = setInterval(() => this.#checkPath(), CHECK_PATH_MS);
		this.#watchPage();
		this.#connect();
	}

	/** @returns a function that removes the listener. */
	on<Name extends keyof ConnectionKeeperEvents>(
		name: Name,
		listener: (...args: ConnectionKeeperEvents[Name]) => void,
	): () => void {
		return this.#events.on(name, listener);
	}

	/**
	 * The open channel with a label. The second connection's goes first, as on the
	 * server.
	 */
	openChannel(label: string): RTCDataChannel | undefined {
		for (const peer of [this.#handOver.second, this.#peer]) {
			const channel = peer?.channel(label);
			if (channel?.readyState === "open") return channel;
		}
		return undefined;
	}

	/** The sections of the present connection that can show cameras. */
	get cameraLines(): readonly CameraLine[] {
		return this.#peer?.cameraLines ?? [];
	}

	/** The same of the connection that messages are sent on. */
	get leadingCameraLines(): readonly CameraLine[] {
		const { second } = this.#handOver;
		return second?.channel("control")?.readyState === "open" ? second.cameraLines : this.cameraLines;
	}

	/**
	 * @returns the browser's statistics; `undefined` if there is no connection, or
	 * another one by then.
	 */
	async getStats(): Promise<RTCStatsReport | undefined> {
		const peer = this.#peer;
		if (peer === undefined || this.#state.name !== "connected") return undefined;
		const report = await peer.getStats();
		return this.#peer === peer ? report : undefined;
	}

	/** Something has arrived over the present connection. */
	arrived(): void {
		this.#path.arrived(performance.now());
	}

	/**
	 * The server's welcome has arrived.
	 * @param present false: over the second connection.
	 */
	welcomed(welcome: WelcomeMessage, present: boolean): void {
		if (!present) {
			this.#handOver.welcome = welcome;
			return;
		}
		this.#resume = welcome.resume;
		// Only panogaze sends a welcome. It also sends at least two pictures a second,
		// so silence means that the path is broken.
		this.#path.expectTraffic();
	}

	/** The server has announced the end of the session. */
	endAnnounced(error: ErrorMessage): void {
		this.#fatalError = error;
	}

	/**
	 * Begins again at once. It does nothing after `close` or a final end, nor, without
	 * `force`, while there is a connection.
	 */
	reconnect(force = false): void {
		if (this.closed || (this.#peer !== undefined && !force)) return;
		if (this.#state.name === "closed" && this.#state.final) return;
		this.#drop();
		this.#connect();
	}

	/** The sections that send, of the present connection, and of the second one. */
	get sending(): readonly MediaSections[] {
		return [this.#peer, this.#handOver.second].flatMap((peer) => (peer === undefined ? [] : [peer.sending]));
	}

	/** Replaces the present connection by a new one without a gap, as the same viewer. */
	renew(): void {
		this.#renewing = true;
		this.#renewFromMs = Number.NEGATIVE_INFINITY;
	}

	/** Ends the session at the server, and every further attempt. */
	close(words: string): void {
		this.#end.abort();
		clearInterval(this.#pathTimer);
		this.#drop();
		if (this.#state.name !== "closed") this.#setState({ name: "closed", words });
	}

	/**
	 * The present connection is of no use any more: the second one takes over, or a new
	 * attempt follows.
	 */
	lost(reason: string, retryAfterSec?: number): void {
		const fatalError = this.#fatalError;
		const words = fatalError?.message ?? reason;
		if (fatalError === undefined && this.#handOver.second !== undefined) {
			this.#switchOver();
			return;
		}
		this.#drop();
		if (!this.#options.reconnect || fatalError?.final) {
			this.#setState({ name: "closed", words, ...(fatalError?.final && { final: true }) });
			return;
		}
		const nowMs = performance.now();
		if (nowMs - this.#connectedAtMs >= SUCCESS_MS) this.#backOff.succeeded();
		this.#connectedAtMs = Number.NaN;
		const waitMs = this.#backOff.nextSec(retryAfterSec) * 1000;
		this.#retryTimer = setTimeout(() => this.reconnect(), waitMs);
		this.#setState({
			name: "reconnecting",
			words,
			attempt: this.#backOff.attempts,
			retryAtMs: nowMs + waitMs,
		});
	}

	#connect(): void {
		if (globalThis.RTCPeerConnection === undefined) {
			this.#setState({ name: "closed", words: NO_WEBRTC, final: true });
			return;
		}
		const words = this.#backOff.attempts === 0 ? "Connecting…" : "Connecting again…";
		this.#setState({ name: "connecting", words });
		const peer = this.#makePeer();
		this.#renewing = false;
		this.#peer = peer;
		this.#path.restart();
		this.#fatalError = undefined;
		this.#events.emit("restart");
		this.#listen(peer);
		peer.open().catch((error: unknown) => this.#peer === peer && this.#openFailed(error));
	}

	/** @param resume secret of the session whose place the new one takes. */
	#makePeer(resume?: string): Peer {
		const { token: given, iceServers, channels, sound } = this.#options;
		const token = typeof given === "function" ? given() : given;
		const onReceiver = (receiver: RTCRtpReceiver) => this.#events.emit("receiver", receiver);
		const cameras = this.#cameraLinesWanted();
		const sent = this.#sentTracks();
		const endpoint = this.#endpoint;
		return this.#newPeer({ endpoint, token, resume, iceServers, channels, sound, cameras, sent, onReceiver });
	}

	#listen(peer: Peer): void {
		const ifPresent = (act: () => void) => {
			if (this.#peer === peer) act();
		};
		const ifUsed = (act: () => void) => {
			if (this.#peer === peer || this.#handOver.second === peer) act();
		};
		peer.on("connected", () => ifPresent(() => this.#connected()));
		peer.on("interrupted", () => ifPresent(() => this.#disconnected()));
		peer.on("lost", (reason) => ifUsed(() => (this.#peer === peer ? this.lost(reason) : this.#secondFailed())));
		peer.on("track", (track) => ifUsed(() => this.#trackAdded(peer, track)));
		peer.on("sound", (sound) => {
			if (this.#peer === peer) this.#events.emit("sound", sound);
			else this.#handOver.sound = sound;
		});
		peer.on("channelOpen", (channel) => ifUsed(() => this.#events.emit("channelOpen", channel)));
		peer.on("message", (label, data) => ifUsed(() => this.#messageReceived(peer, label, data)));
	}

	#messageReceived(peer: Peer, label: string, data: string | ArrayBuffer): void {
		const present = this.#peer === peer;
		if (present) this.arrived();
		this.#events.emit("message", label, data, present);
	}

	#trackAdded(peer: Peer, track: ReceivedTrack): void {
		if (this.#peer === peer) this.#events.emit("track", track, false);
		else this.#handOver.track = track;
	}

	#connected(): void {
		const nowMs = performance.now();
		this.#path.connected(nowMs);
		this.#connectedAtMs = nowMs;
		// A second connection may take over before the first one's silence counts as an
		// interruption.
		if (this.#state.name !== "connected") this.#setState({ name: "connected", words: "Connected" });
	}

	#disconnected(): void {
		this.#path.disconnected();
		this.#checkPath();
	}

	/**
	 * Reports an interruption and its end, and makes a second connection beside a
	 * silent one.
	 */
	#checkPath(): void {
		const { name } = this.#state;
		if (this.#peer === undefined || (name !== "connected" && name !== "interrupted")) return;
		const nowMs = performance.now();
		const { interrupted, lost, probe, handOver } = this.#path.check(nowMs);
		if (this.#path.quiet) void this.#lookForPackets(this.#peer);
		if (probe) this.#events.emit("probe");
		if (handOver || (this.#renewing && nowMs >= this.#renewFromMs)) this.#beginHandOver(nowMs);
		else this.#handOver.cancel();
		if (!interrupted) {
			if (name === "interrupted") this.#setState({ name: "connected", words: "Connected" });
			return;
		}
		if (name === "connected") this.#setState({ name: "interrupted", words: "The connection is interrupted…" });
		if (lost && this.#handOver.second === undefined) this.lost("The server has gone silent.");
	}

	/** Video may arrive where messages don't get through. */
	async #lookForPackets(peer: Peer): Promise<void> {
		const { packetsArrive } = await peer.readArrivals();
		if (packetsArrive && this.#peer === peer) this.arrived();
	}

	#beginHandOver(nowMs: number): void {
		const resume = this.#resume;
		if (resume === undefined || !this.#options.reconnect || !this.#handOver.isDue(nowMs)) return;
		const second = this.#makePeer(resume);
		this.#handOver.begin(second, this.#peer, nowMs, () => this.#secondShows());
		this.#listen(second);
		second.open().catch((error: unknown) => {
			// It may be the only one by now.
			if (this.#peer === second) this.#openFailed(error);
			else if (this.#handOver.second === second) this.#secondFailed();
		});
	}

	/**
	 * The second connection has a picture. A healthy first one stays until the second has its
	 * welcome, too: with the secret for the next change.
	 */
	#secondShows(): void {
		if (this.#handOver.welcome !== undefined || this.#path.quiet) this.#switchOver();
	}

	/** A healthy connection is not replaced by force: it is tried again later. */
	#secondFailed(): void {
		this.#renewFromMs = performance.now() + RENEW_AGAIN_MS;
		this.#handOver.cancel();
	}

	/**
	 * Makes the second connection the only one: it has a picture, or the first is gone
	 * for good. The session at the server goes on.
	 */
	#switchOver(): void {
		const { track, sound, welcome } = this.#handOver;
		const [former, second] = [this.#peer, this.#handOver.take()];
		if (second === undefined) return;
		this.#renewing = false;
		this.#peer = second;
		this.#resume = welcome?.resume ?? this.#resume;
		this.#events.emit("handedOver", welcome);
		if (track !== undefined) this.#events.emit("track", track, true);
		this.#events.emit("sound", sound);
		this.#handOver.cancel();
		former?.close();
		this.#path.restart();
		this.#path.expectTraffic();
		if (second.connected) this.#connected();
		else this.#setState({ name: "connecting", words: "Connecting again…" });
	}

	#openFailed(error: unknown): void {
		const words = error instanceof Error ? error.message : String(error);
		if (error instanceof WhepError && !error.temporary) {
			this.#drop();
			this.#setState({ name: "closed", words, status: error.status });
		} else this.lost(words, error instanceof WhepError ? error.retryAfterSec : undefined);
	}

	/**
	 * Closes the connections and forgets a planned attempt.
	 * @param atOnce without a goodbye's answer.
	 */
	#drop({ atOnce = false }: { readonly atOnce?: boolean } = {}): void {
		clearTimeout(this.#retryTimer);
		this.#handOver.cancel({ atOnce });
		this.#peer?.close({ atOnce });
		this.#peer = undefined;
	}

	#setState(state: ConnectionState): void {
		this.#state = state;
		this.#events.emit("state", state);
	}

	/**
	 * Says goodbye at once when the page is left, and connects again when it comes
	 * back.
	 */
	#watchPage(): void {
		const { signal } = this.#end;
		const retryNow = () => {
			if (this.#state.name === "reconnecting") this.reconnect();
		};
		globalThis.addEventListener?.("pagehide", () => this.#pageLeft(), { signal });
		globalThis.addEventListener?.("pageshow", retryNow, { signal });
		globalThis.addEventListener?.("online", retryNow, { signal });
		globalThis.document?.addEventListener("visibilitychange", () => document.hidden || retryNow(), { signal });
	}

	#pageLeft(): void {
		if (this.#peer === undefined) return;
		this.#drop({ atOnce: true });
		this.lost("The page was left.");
	}
}
