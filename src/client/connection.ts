import { EventListeners } from "../media/events.ts";
import {
	type ClientControlMessage,
	type ErrorMessage,
	encodeControlMessage,
	PROTOCOL_VERSION,
	parseServerControlMessage,
	type ServerControlMessage,
	type ServerStatsMessage,
	type SourceMessage,
	type StreamDeclaration,
	type WelcomeMessage,
} from "../protocol/control-message.ts";
import { type FrameMessage, parseFrameMessage } from "../protocol/frame-message.ts";
import type { PoseSample } from "../skeleton/pose-sample.ts";
import { type CompleteConnectOptions, type ConnectOptions, completeConnectOptions } from "./connect-options.ts";
import { HandOver } from "./hand-over.ts";
import type { Look } from "./look.ts";
import { type LatencyPercentiles, MotionToPhotonMeter, type ServerStages } from "./motion-to-photon.ts";
import { PathWatch } from "./path-watch.ts";
import { Peer } from "./peer.ts";
import { HEAD_STREAM, PoseOutbox } from "./pose-outbox.ts";
import { type ReceiverStats, ReceiverStatsReader } from "./receiver-stats.ts";
import { ReconnectDelay } from "./reconnect-delay.ts";
import { ServerClock } from "./server-clock.ts";
import type { SentStreamCounters } from "./tracking-sender.ts";
import { viewSizeFrom } from "./view-request.ts";
import { ViewWish } from "./view-wish.ts";
import { WhepError } from "./whep.ts";

/** What the connection is doing. `words` say it to people. */
export type ConnectionState =
	| { readonly name: "connecting"; readonly words: string }
	| { readonly name: "connected"; readonly words: string }
	/** The path is gone for the moment; it may come back by itself. */
	| { readonly name: "interrupted"; readonly words: string }
	/** Lost; the next attempt begins at `retryAtMs` (`performance.now()`). */
	| { readonly name: "reconnecting"; readonly words: string; readonly attempt: number; readonly retryAtMs: number }
	/**
	 * The connection is over until `reconnect()` is called. `status`: HTTP status that refused the
	 * offer; 401 means that a token is missing or wrong. `final`: the client does not come back,
	 * because the server said so, or because this browser has no WebRTC.
	 */
	| {
			readonly name: "closed";
			readonly words: string;
			readonly status?: number | undefined;
			readonly final?: true | undefined;
	  };

/** How it goes, once a second. Numbers are NaN where unknown. */
export interface ViewerStats extends ReceiverStats {
	/** `undefined` while nothing moved or the video element is not attached. */
	readonly motionToPhoton: LatencyPercentiles | undefined;
	readonly server: ServerStages;
	/** Head poses sent so far. */
	readonly posesSent: number;
	readonly posesReplaced: number;
}

export interface ConnectionEvents {
	state: [state: ConnectionState];
	/** Video begins, also after a reconnect. `attach` listens to it by itself. */
	stream: [stream: MediaStream];
	/** The server introduced itself. */
	welcome: [welcome: WelcomeMessage];
	/** The server complains. A fatal complaint is followed by the end of the session. */
	error: [error: ErrorMessage];
	stats: [stats: ViewerStats];
	serverStats: [stats: ServerStatsMessage];
	/**
	 * What the source is doing now. Unless it is `live`, the picture that the server goes on
	 * sending is an old one.
	 */
	source: [source: SourceMessage];
	/** Pose and times of a picture that has been announced and is not shown yet. */
	frame: [frame: FrameMessage];
	/** A message of an application's channel. */
	message: [label: string, data: string | ArrayBuffer];
}

/** How often the path is looked at. */
const LOOK_MS = 50;
const PING_MS = 2_000;
const STATS_MS = 1_000;
const NO_WEBRTC = "This browser has no WebRTC.";

/**
 * A viewer's connection: video in, head poses out, messages both ways. It keeps itself alive until
 * `close()`.
 *
 * Made by `connect`.
 */
export class PanogazeConnection implements Disposable {
	readonly #options: CompleteConnectOptions;
	readonly #endpoint: URL;
	readonly #events = new EventListeners<ConnectionEvents>();
	readonly #poses = new PoseOutbox({
		channel: () => this.#openChannel("tracking"),
		onLookSent: (sequence, clientTimeMs) => this.#meter.poseSent(sequence, clientTimeMs),
	});
	readonly #streams = new Map<number, StreamDeclaration>([
		[HEAD_STREAM, { id: HEAD_STREAM, kind: "head", space: "tracking" }],
	]);
	readonly #meter = new MotionToPhotonMeter();
	readonly #clock = new ServerClock();
	readonly #delay = new ReconnectDelay();
	readonly #wish = new ViewWish((view) => this.#sendControl({ type: "view", ...view }));
	readonly #path = new PathWatch();
	readonly #handOver = new HandOver();
	readonly #intervals: ReturnType<typeof setInterval>[];
	readonly #page = new AbortController();
	#peer: Peer | undefined;
	#statsReader = new ReceiverStatsReader();
	#state: ConnectionState = { name: "connecting", words: "Connecting…" };
	#stream: MediaStream | undefined;
	#welcome: WelcomeMessage | undefined;
	#source: SourceMessage | undefined;
	#stats: ViewerStats | undefined;
	#retryTimer: ReturnType<typeof setTimeout> | undefined;
	#recenterDeg: number | undefined;
	#helloDue = false;
	/** Why the server is about to end the session. */
	#complaint: ErrorMessage | undefined;

	constructor(options: ConnectOptions) {
		this.#options = completeConnectOptions(options);
		this.#endpoint = new URL(this.#options.url, globalThis.document?.baseURI);
		for (const stream of this.#options.streams) this.#declare(stream);
		this.#intervals = [
			setInterval(() => this.#lookAtPath(), LOOK_MS),
			setInterval(() => this.#ping(), PING_MS),
			setInterval(() => void this.#readStats(), STATS_MS),
		];
		this.#watchPage();
		this.#start();
	}

	get state(): ConnectionState {
		return this.#state;
	}

	/** The video of the present connection. */
	get stream(): MediaStream | undefined {
		return this.#stream;
	}

	/** The server's introduction; `undefined` before it. */
	get welcome(): WelcomeMessage | undefined {
		return this.#welcome;
	}

	/**
	 * What the source is doing; `undefined` until the server says so, which other servers than
	 * panogaze never do.
	 */
	get source(): SourceMessage | undefined {
		return this.#source;
	}

	/** The last reading. */
	get stats(): ViewerStats | undefined {
		return this.#stats;
	}

	/** Server clock minus `performance.now()`, milliseconds; NaN until it is known. */
	get serverClockOffsetMs(): number {
		return this.#clock.offsetMs;
	}

	/** @returns a function that removes the listener. A throwing listener harms nobody else. */
	on<Name extends keyof ConnectionEvents>(
		name: Name,
		listener: (...args: ConnectionEvents[Name]) => void,
	): () => void {
		return this.#events.on(name, listener);
	}

	/**
	 * Looks elsewhere from the next picture on. Call it as often as there is news: at most one pose
	 * per display frame is sent, at once if none was sent in this frame, and the newest wins.
	 *
	 * @param readAtMs when the look was read, on the clock of `performance.now()`, such as an
	 * event's `timeStamp`: where motion-to-photon begins.
	 */
	look(look: Look, readAtMs: number = performance.now()): void {
		this.#poses.look(look, readAtMs);
	}

	/**
	 * Sends the pose of any stream: a hand, a body, a controller. Call it as often as there is
	 * news, once for each stream: each pose is a message of its own, and leaves at once if the path
	 * has room for it. One that can't leave yet is replaced by the next of its stream; heads go
	 * first, then what has waited longest. Which poses a server listens to, and how many a second,
	 * is in its welcome.
	 *
	 * Declare the stream before (`ConnectOptions.streams`, `declareStream`), so that the server
	 * knows what it is. The head is stream 0: `look` sends it at most once per display frame of the
	 * window; here it leaves at once, with velocities if it has them, as a headset's frames come.
	 *
	 * @param frame `kind`, `stream` and the pose, in the axes of WebXR. Copied; the sequence number
	 * and the time in it are not used.
	 * @param readAtMs when it was read, on the clock of `performance.now()`.
	 */
	sendPose(frame: PoseSample, readAtMs: number = performance.now()): void {
		this.#poses.put(frame, readAtMs);
	}

	/**
	 * Declares a stream that `sendPose` will send, or another shape of one: in the next hello,
	 * which is sent again at once if there is a connection, and with every new connection.
	 */
	declareStream(stream: StreamDeclaration): void {
		this.#declare(stream);
		if (this.#helloDue || this.#openChannel("control") === undefined) return;
		this.#helloDue = true;
		// Several are declared together.
		queueMicrotask(() => {
			if (this.#helloDue) this.#sayHello();
		});
	}

	/**
	 * How many poses of a stream have been sent, and how many were replaced by newer ones before
	 * they could be.
	 */
	streamCounters(stream: number): SentStreamCounters {
		return this.#poses.counters(stream);
	}

	/**
	 * Shows the video in `video` and measures when its pictures appear.
	 * @returns a function that detaches it.
	 */
	attach(video: HTMLVideoElement): () => void {
		const show = (stream: MediaStream) => {
			video.srcObject = stream;
		};
		if (this.#stream !== undefined) show(this.#stream);
		const removeListener = this.#events.on("stream", show);
		let callback = 0;
		const shown = (_: number, metadata: VideoFrameCallbackMetadata & { rtpTimestamp?: number | undefined }) => {
			this.#path.heard(performance.now());
			if (metadata.rtpTimestamp !== undefined)
				this.#meter.frameShown(metadata.rtpTimestamp, metadata.expectedDisplayTime);
			callback = video.requestVideoFrameCallback(shown);
		};
		// Firefox before 132 has no such callback; the page then works without the measurement.
		if ("requestVideoFrameCallback" in video) callback = video.requestVideoFrameCallback(shown);
		return () => {
			removeListener();
			if (callback !== 0) video.cancelVideoFrameCallback(callback);
			video.srcObject = null;
		};
	}

	/** @returns false when the channel is not open: the message is not sent then. */
	send(label: string, data: string | ArrayBuffer | ArrayBufferView<ArrayBuffer>): boolean {
		const channel = this.#openChannel(label);
		if (channel === undefined) return false;
		if (typeof data === "string") channel.send(data);
		else if (data instanceof ArrayBuffer) channel.send(data);
		else channel.send(data);
		return true;
	}

	/**
	 * Asks for pictures that fit `width` x `height` device pixels: those of the element
	 * (`clientWidth * devicePixelRatio`). Call it as often as the element changes; the server hears
	 * of it with the next hello, and later when the shape differs by more than 15 %, or the size by
	 * more than a factor of two, for half a second. A server may have reasons to draw another size:
	 * `welcome` and the video tell.
	 *
	 * @param options.eyes 2: a picture of that size for each eye, if the source has two; asked for
	 * at once. `eyes` of `frame` says how many each picture has: with two, the left eye's is the
	 * upper half of the video's picture, the right eye's the lower half.
	 * @default 1
	 */
	requestView(width: number, height: number, { eyes = 1 }: { readonly eyes?: 1 | 2 | undefined } = {}): void {
		const view = viewSizeFrom(width, height, eyes);
		if (view === undefined || this.#page.signal.aborted) return;
		this.#wish.want(view);
	}

	/**
	 * Makes the direction `yawDeg` to the right of the panorama's centre this viewer's forward, for
	 * clients whose own forward can't be turned. It holds over reconnects.
	 */
	recenter(yawDeg: number): void {
		this.#recenterDeg = yawDeg;
		this.#sendControl({ type: "recenter", yaw: yawDeg });
	}

	/**
	 * Plays a source that has ended from its beginning, for everybody who watches.
	 * @returns false when the server could not be asked.
	 */
	playAgain(): boolean {
		return this.#sendControl({ type: "playAgain" });
	}

	/**
	 * Tries again now, instead of waiting; also after `closed`, unless that is final. Does nothing
	 * while a connection is there or being made.
	 *
	 * @param options.force make a new connection also in place of a present one, such as one whose
	 * source has failed: the server then tries it again.
	 */
	reconnect({ force = false }: { readonly force?: boolean | undefined } = {}): void {
		if (this.#page.signal.aborted || (this.#peer !== undefined && !force)) return;
		if (this.#state.name === "closed" && this.#state.final) return;
		this.#drop();
		this.#start();
	}

	/** Ends the connection for good, and the session at the server. */
	close(words = "Closed."): void {
		this.#page.abort();
		for (const interval of this.#intervals) clearInterval(interval);
		this.#wish.close();
		this.#poses.close();
		this.#drop();
		if (this.#state.name !== "closed") this.#setState({ name: "closed", words });
	}

	[Symbol.dispose](): void {
		this.close();
	}

	#start(): void {
		if (globalThis.RTCPeerConnection === undefined) {
			this.#setState({ name: "closed", words: NO_WEBRTC, final: true });
			return;
		}
		this.#setState({ name: "connecting", words: this.#delay.attempts === 0 ? "Connecting…" : "Connecting again…" });
		const peer = this.#makePeer();
		this.#peer = peer;
		this.#statsReader = new ReceiverStatsReader();
		this.#meter.reset();
		this.#clock.restart();
		this.#path.restart();
		this.#poses.restart();
		this.#wish.restart();
		this.#source = undefined;
		this.#complaint = undefined;
		this.#listen(peer);
		peer.open().catch((error: unknown) => this.#peer === peer && this.#openFailed(error));
	}

	/** @param resume secret of the session whose place it takes */
	#makePeer(resume?: string): Peer {
		const { token: given, iceServers, channels } = this.#options;
		const token = typeof given === "function" ? given() : given;
		return new Peer({
			endpoint: this.#endpoint,
			...(token !== undefined && { token }),
			...(resume !== undefined && { resume }),
			iceServers,
			channels,
		});
	}

	/** Ignores later events of a peer that was replaced. */
	#listen(peer: Peer): void {
		const present = (act: () => void) => {
			if (this.#peer === peer) act();
		};
		const used = (act: () => void) => {
			if (this.#peer === peer || this.#handOver.second === peer) act();
		};
		peer.on("connected", () => present(() => this.#connected()));
		peer.on("interrupted", () => present(() => this.#disconnected()));
		peer.on("lost", (reason) => used(() => (this.#peer === peer ? this.#lost(reason) : this.#handOver.cancel())));
		peer.on("track", (track) => used(() => this.#trackCame(peer, track)));
		peer.on("channelOpen", (channel) => used(() => this.#channelOpened(channel)));
		peer.on("message", (label, data) => used(() => this.#received(peer, label, data)));
	}

	#connected(): void {
		const nowMs = performance.now();
		this.#path.connected(nowMs);
		this.#delay.connected(nowMs);
		// A second connection may take over before the silence of the first was called an
		// interruption.
		if (this.#state.name !== "connected") this.#setState({ name: "connected", words: "Connected" });
	}

	#disconnected(): void {
		this.#path.disconnected();
		this.#lookAtPath();
	}

	/**
	 * Checks the path. An interrupted path that is back counts as connected; for a silent one a
	 * second connection is made.
	 */
	#lookAtPath(): void {
		const { name } = this.#state;
		if (this.#peer === undefined || (name !== "connected" && name !== "interrupted")) return;
		const nowMs = performance.now();
		const { interrupted, lost, probe, handOver } = this.#path.look(nowMs);
		if (this.#path.quiet) void this.#lookForPackets(this.#peer);
		if (probe) this.#askWhetherThere();
		if (handOver) this.#beginHandOver(nowMs);
		else this.#handOver.cancel();
		if (!interrupted) {
			if (name === "interrupted") this.#setState({ name: "connected", words: "Connected" });
			return;
		}
		if (name === "connected") this.#setState({ name: "interrupted", words: "The connection is interrupted…" });
		if (lost && this.#handOver.second === undefined) this.#lost("The server has gone silent.");
	}

	/** Video may arrive where messages don't get through. */
	async #lookForPackets(peer: Peer): Promise<void> {
		if ((await peer.arrived()).more && this.#peer === peer) this.#path.heard(performance.now());
	}

	#beginHandOver(nowMs: number): void {
		const resume = this.#welcome?.resume;
		if (resume === undefined || !this.#options.reconnect || !this.#handOver.isDue(nowMs)) return;
		const second = this.#makePeer(resume);
		this.#handOver.begin(second, nowMs, () => this.#switchOver());
		this.#listen(second);
		second.open().catch(() => this.#handOver.second === second && this.#handOver.cancel());
	}

	/**
	 * The second connection has a picture, or the first is gone for good: it becomes the only one,
	 * and the server goes on as if nothing had been.
	 */
	#switchOver(): void {
		const { track, welcome } = this.#handOver;
		const [former, second] = [this.#peer, this.#handOver.take()];
		if (second === undefined) return;
		this.#peer = second;
		this.#statsReader = new ReceiverStatsReader();
		this.#welcome = welcome ?? this.#welcome;
		if (track !== undefined) this.#showTrack(track);
		this.#handOver.cancel();
		former?.close();
		this.#path.restart();
		if (welcome !== undefined) this.#path.expectTraffic();
		if (second.connected) this.#connected();
		else this.#setState({ name: "connecting", words: "Connecting again…" });
	}

	#openFailed(error: unknown): void {
		const words = error instanceof Error ? error.message : String(error);
		if (error instanceof WhepError && !error.temporary) {
			this.#drop();
			this.#setState({ name: "closed", words, status: error.status });
		} else this.#lost(words, error instanceof WhepError ? error.retryAfterSec : undefined);
	}

	#lost(reason: string, retryAfterSec?: number): void {
		const complaint = this.#complaint;
		const words = complaint?.message ?? reason;
		if (complaint === undefined && this.#handOver.second !== undefined) {
			this.#switchOver();
			return;
		}
		this.#drop();
		if (!this.#options.reconnect || complaint?.final) {
			this.#setState({ name: "closed", words, ...(complaint?.final && { final: true }) });
			return;
		}
		this.#delay.lost(performance.now());
		const waitMs = this.#delay.next(retryAfterSec);
		this.#retryTimer = setTimeout(() => this.reconnect(), waitMs);
		this.#setState({
			name: "reconnecting",
			words,
			attempt: this.#delay.attempts,
			retryAtMs: performance.now() + waitMs,
		});
	}

	/** Lets go of the present peer and of everything that waits for it. */
	#drop(how?: { readonly atOnce: boolean }): void {
		clearTimeout(this.#retryTimer);
		this.#handOver.cancel(how);
		this.#peer?.close(how);
		this.#peer = undefined;
	}

	/** The page goes: nothing that was begun now would be finished. */
	#pageLeft(): void {
		if (this.#peer === undefined) return;
		this.#drop({ atOnce: true });
		this.#lost("The page was left.");
	}

	#setState(state: ConnectionState): void {
		this.#state = state;
		this.#events.emit("state", state);
	}

	#trackCame(peer: Peer, track: MediaStreamTrack): void {
		if (peer !== this.#peer) {
			this.#handOver.track = track;
			return;
		}
		this.#stream = new MediaStream([track]);
		this.#events.emit("stream", this.#stream);
	}

	/**
	 * Puts the track into the stream that is shown already: a video element then keeps its picture
	 * until the next one.
	 */
	#showTrack(track: MediaStreamTrack): void {
		const stream = this.#stream;
		if (stream === undefined) {
			this.#stream = new MediaStream([track]);
			this.#events.emit("stream", this.#stream);
			return;
		}
		const former = stream.getTracks();
		stream.addTrack(track);
		for (const old of former) stream.removeTrack(old);
	}

	/**
	 * A channel of the application or of ours: that of the newest connection, as the server does.
	 */
	#openChannel(label: string): RTCDataChannel | undefined {
		for (const peer of [this.#handOver.second, this.#peer]) {
			const channel = peer?.channel(label);
			if (channel?.readyState === "open") return channel;
		}
		return undefined;
	}

	#channelOpened(channel: RTCDataChannel): void {
		if (channel.label === "control") {
			this.#sayHello();
			// The server forgot it with the former session.
			if (this.#recenterDeg !== undefined) this.#sendControl({ type: "recenter", yaw: this.#recenterDeg });
			this.#askWhetherThere();
		}
		if (channel.label !== "tracking") return;
		this.#poses.restart();
		this.#poses.opened(channel);
	}

	#sayHello(): void {
		this.#helloDue = false;
		const view = this.#wish.forHello();
		this.#sendControl({
			type: "hello",
			v: PROTOCOL_VERSION,
			client: this.#options.client,
			frame: "webxr",
			units: "m",
			streams: [...this.#streams.values()],
			encodings: ["bin1", "json"],
			...(view && { view }),
		});
	}

	#declare(stream: StreamDeclaration): void {
		this.#streams.set(stream.id, stream);
		this.#poses.declare(stream.id, stream.bones !== undefined);
	}

	#received(peer: Peer, label: string, data: string | ArrayBuffer): void {
		if (this.#peer === peer) this.#path.heard(performance.now());
		if (label === "control" && typeof data === "string") this.#controlReceived(peer, data);
		else if (label === "frames" && typeof data === "string") this.#frameDescribed(data);
		else this.#events.emit("message", label, data);
	}

	#frameDescribed(text: string): void {
		const result = parseFrameMessage(text);
		if (result.kind !== "message") return;
		this.#meter.frameDescribed(result.message);
		this.#events.emit("frame", result.message);
	}

	#controlReceived(peer: Peer, text: string): void {
		const receivedAtMs = performance.now();
		const result = parseServerControlMessage(text);
		if (result.kind === "message") this.#obey(peer, result.message, receivedAtMs);
	}

	#obey(peer: Peer, message: ServerControlMessage, receivedAtMs: number): void {
		switch (message.type) {
			case "welcome":
				this.#welcomed(peer, message);
				break;
			case "pong":
				this.#clock.answered(message, receivedAtMs);
				this.#poses.roundTripMs = this.#clock.roundTripMs;
				break;
			case "ping":
				this.#sendControl({ type: "pong", t0: message.t0, t1: receivedAtMs, t2: performance.now() });
				break;
			case "error":
				if (message.fatal) this.#complaint = message;
				this.#events.emit("error", message);
				break;
			case "stats":
				this.#events.emit("serverStats", message);
				break;
			case "source":
				this.#source = message;
				this.#events.emit("source", message);
				break;
		}
	}

	#welcomed(peer: Peer, welcome: WelcomeMessage): void {
		this.#poses.agree(welcome);
		if (peer !== this.#peer) {
			// The same server, and the same viewer there.
			this.#handOver.welcome = welcome;
			return;
		}
		this.#welcome = welcome;
		// Only panogaze sends a welcome, and it sends a picture at least twice a second, so silence
		// means trouble.
		this.#path.expectTraffic();
		this.#events.emit("welcome", welcome);
	}

	/** @returns whether the channel was open. */
	#sendControl(message: ClientControlMessage): boolean {
		return this.send("control", encodeControlMessage(message));
	}

	#ping(): void {
		if (this.#openChannel("control") === undefined) return;
		if (this.#clock.isSilent()) this.#lost("The server has gone silent.");
		else this.#askWhetherThere();
	}

	#askWhetherThere(): void {
		this.#sendControl({ type: "ping", t0: performance.now() });
	}

	async #readStats(): Promise<void> {
		const peer = this.#peer;
		const reader = this.#statsReader;
		if (peer === undefined || this.#state.name !== "connected") return;
		const received = reader.read(await peer.getStats());
		if (this.#peer !== peer) return;
		const nowMs = performance.now();
		// ICE knows it in whole milliseconds only: 0 on a short path.
		const roundTripMs = received.roundTripMs > 0 ? received.roundTripMs : this.#clock.roundTripMs;
		const head = this.#poses.counters(HEAD_STREAM);
		const stats: ViewerStats = {
			...received,
			roundTripMs,
			motionToPhoton: this.#meter.percentiles(nowMs),
			server: this.#meter.stages(nowMs),
			posesSent: head.sent,
			posesReplaced: head.replaced,
		};
		this.#stats = stats;
		this.#events.emit("stats", stats);
		const { motionToPhoton, server: _server, decodeMs: _decodeMs, freezes: _freezes, ...told } = stats;
		this.#sendControl({ type: "stats", ...told, ...(motionToPhoton && { motionToPhotonMs: motionToPhoton }) });
	}

	/**
	 * The server hears at once when the page goes; a page that comes back from the browser's cache
	 * connects again.
	 */
	#watchPage(): void {
		const { signal } = this.#page;
		const retryNow = () => {
			if (this.#state.name === "reconnecting") this.reconnect();
		};
		globalThis.addEventListener?.("pagehide", () => this.#pageLeft(), { signal });
		globalThis.addEventListener?.("pageshow", retryNow, { signal });
		globalThis.addEventListener?.("online", retryNow, { signal });
		globalThis.document?.addEventListener("visibilitychange", () => document.hidden || retryNow(), { signal });
	}
}

/**
 * Connects to a panogaze server, or any WHEP server whose view follows head poses.
 *
 * ```ts
 * const connection = connect("https://robot.example/whep");
 * connection.attach(document.querySelector("video")!);
 * connection.look({ orientation: [0, 0, 0, 1], fovDeg: 90 });
 * ```
 *
 * @param target the WHEP endpoint, or options.
 * @throws {TypeError} if the URL is none, or for an option that is unknown or of the wrong kind;
 * the message names it.
 */
export function connect(target: string | URL | ConnectOptions): PanogazeConnection {
	return new PanogazeConnection(typeof target === "string" || target instanceof URL ? { url: target } : target);
}
