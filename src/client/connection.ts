import { EventListeners } from "../media/events.ts";
import { ClockEstimate } from "../tracking/clock-estimate.ts";
import {
	type ClientControlMessage,
	type ErrorMessage,
	encodeControlMessage,
	PROTOCOL_VERSION,
	parseServerControlMessage,
	type ServerControlMessage,
	type ServerStatsMessage,
	type StreamDeclaration,
	type WelcomeMessage,
} from "../tracking/control-message.ts";
import { type FrameMessage, parseFrameMessage } from "../tracking/frame-message.ts";
import { frameFromHeadPose, TrackingFrame } from "../tracking/tracking-frame.ts";
import { type CompleteConnectOptions, type ConnectOptions, completeConnectOptions } from "./connect-options.ts";
import type { Look } from "./look.ts";
import { type LatencyPercentiles, MotionToPhotonMeter, type ServerStages } from "./motion-to-photon.ts";
import { Peer } from "./peer.ts";
import { type ReceiverStats, ReceiverStatsReader } from "./receiver-stats.ts";
import { ReconnectDelay } from "./reconnect-delay.ts";
import { type StreamCounters, TrackingSender } from "./tracking-sender.ts";
import { isWorthChanging, type ViewSize, viewSizeFrom } from "./view-request.ts";
import { WhepError } from "./whep.ts";

/** What the connection is doing. `words` say it to people. */
export type ConnectionState =
	| { readonly name: "connecting"; readonly words: string }
	| { readonly name: "connected"; readonly words: string }
	/** The path is gone for the moment; it may come back by itself. */
	| { readonly name: "interrupted"; readonly words: string }
	/** Lost; the next attempt begins at `retryAtMs` (`performance.now()`). */
	| { readonly name: "reconnecting"; readonly words: string; readonly attempt: number; readonly retryAtMs: number }
	/** Over, until `reconnect()` is called. */
	| { readonly name: "closed"; readonly words: string };

/** How it goes, once a second. Numbers are NaN where unknown. */
export interface ViewerStats extends ReceiverStats {
	/** `undefined` while nothing moved or the video element is not attached. */
	readonly motionToPhoton: LatencyPercentiles | undefined;
	readonly server: ServerStages;
	/** Of the head. */
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
	/** What a picture was drawn with: heard, not yet shown. */
	frame: [frame: FrameMessage];
	/** A message of an application's channel. */
	message: [label: string, data: string | ArrayBuffer];
}

const HEAD_STREAM = 0;
/** A connection that held this long was a success: the next loss is met with short waits again. */
const HELD_MS = 5_000;
/** How long an interruption may last before a new connection is made. Browsers give up only after 15 to 30 s. */
const INTERRUPTION_MS = 4_000;
const HEARTBEAT_MS = 500;
const HEARTBEAT_LATE_MS = 100;
/** Longer than a display frame: the window has none, because it is hidden or an immersive session has the display. Looks then leave as they come. */
const NO_DISPLAY_FRAME_MS = 20;
/** A window that is being dragged to another size has many; only one that stays is asked for. */
const VIEW_SETTLES_MS = 500;
const PING_MS = 2_000;
const STATS_MS = 1_000;
/** Pings that may stay unanswered, once one was answered, before the connection counts as lost. */
const UNANSWERED_PINGS = 4;

/**
 * A viewer's connection: video in, head poses out, messages both ways. It keeps itself alive until `close()`.
 *
 * Made by `connect`.
 */
export class PanogazeConnection implements Disposable {
	readonly #options: CompleteConnectOptions;
	readonly #endpoint: URL;
	readonly #events = new EventListeners<ConnectionEvents>();
	readonly #sender = new TrackingSender();
	readonly #streams = new Map<number, StreamDeclaration>([[HEAD_STREAM, { id: HEAD_STREAM, kind: "head", space: "tracking" }]]);
	readonly #headFrame = new TrackingFrame();
	readonly #meter = new MotionToPhotonMeter();
	readonly #clock = new ClockEstimate();
	readonly #delay = new ReconnectDelay();
	readonly #intervals: ReturnType<typeof setInterval>[];
	readonly #page = new AbortController();
	#peer: Peer | undefined;
	#statsReader = new ReceiverStatsReader();
	#state: ConnectionState = { name: "connecting", words: "Connecting…" };
	#stream: MediaStream | undefined;
	#welcome: WelcomeMessage | undefined;
	#stats: ViewerStats | undefined;
	#retryTimer: ReturnType<typeof setTimeout> | undefined;
	#interruptionTimer: ReturnType<typeof setTimeout> | undefined;
	#heldTimer: ReturnType<typeof setTimeout> | undefined;
	/** Until the path has room for a pose that waits. */
	#roomTimer: ReturnType<typeof setTimeout> | undefined;
	#viewTimer: ReturnType<typeof setTimeout> | undefined;
	#view: ViewSize | undefined;
	/** What the present session was asked for. */
	#viewTold: ViewSize | undefined;
	#recenterDeg: number | undefined;
	#unansweredPings = 0;
	#pongHeard = false;
	#frameRequested = false;
	#sentThisFrame = false;
	#sentAtMs = Number.NEGATIVE_INFINITY;
	#helloDue = false;
	#complaint: string | undefined;

	constructor(options: ConnectOptions) {
		this.#options = completeConnectOptions(options);
		this.#endpoint = new URL(this.#options.url, globalThis.document?.baseURI);
		for (const stream of this.#options.streams) this.#declare(stream);
		this.#intervals = [
			setInterval(() => this.#heartbeat(), HEARTBEAT_MS),
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

	/** What the server said of itself. */
	get welcome(): WelcomeMessage | undefined {
		return this.#welcome;
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
	on<Name extends keyof ConnectionEvents>(name: Name, listener: (...args: ConnectionEvents[Name]) => void): () => void {
		return this.#events.on(name, listener);
	}

	/**
	 * Looks elsewhere from the next picture on. Call it as often as there is news: at most one pose per display frame is sent, at once if none was
	 * sent in this frame, and the newest wins.
	 *
	 * @param readAtMs when the look was read, on the clock of `performance.now()`, such as an event's `timeStamp`: where motion-to-photon begins.
	 */
	look(look: Look, readAtMs: number = performance.now()): void {
		frameFromHeadPose({ ...look, sequence: 0, clientTimeMs: readAtMs }, this.#headFrame, HEAD_STREAM);
		this.#sender.put(this.#headFrame, readAtMs);
		if (!this.#lookMustWait()) this.#flushPoses();
		this.#requestFrame();
	}

	/**
	 * Sends the pose of any stream: a hand, a body, a controller. Call it as often as there is news, once for each stream: each pose is a message of its
	 * own, and leaves at once if the path has room for it. One that can't leave yet is replaced by the next of its stream; heads go first, then what has
	 * waited longest. Which poses a server listens to, and how many a second, is in its welcome.
	 *
	 * Declare the stream before (`ConnectOptions.streams`, `declareStream`), so that the server knows what it is. The head is stream 0: `look` sends it at
	 * most once per display frame of the window; here it leaves at once, with velocities if it has them, as a headset's frames come.
	 *
	 * @param frame `kind`, `stream` and the pose, in the axes of WebXR. Copied; the sequence number and the time in it are not used.
	 * @param readAtMs when it was read, on the clock of `performance.now()`.
	 */
	sendPose(frame: TrackingFrame, readAtMs: number = performance.now()): void {
		this.#sender.put(frame, readAtMs);
		this.#flushPoses(frame.stream === HEAD_STREAM);
		if (this.#sender.waiting) this.#requestFrame();
	}

	/**
	 * Tells the server of a stream that `sendPose` will send, or of another shape of one: with the next hello, which is said again at once if there is a
	 * connection, and with every new connection.
	 */
	declareStream(stream: StreamDeclaration): void {
		this.#declare(stream);
		if (this.#helloDue || this.#peer?.channel("control")?.readyState !== "open") return;
		this.#helloDue = true;
		// Several are declared together.
		queueMicrotask(() => {
			if (this.#helloDue) this.#sayHello();
		});
	}

	/** How many poses of a stream have been sent, and how many were replaced by newer ones before they could be. */
	streamCounters(stream: number): StreamCounters {
		return this.#sender.counters(stream);
	}

	/** Shows the video in `video` and measures when its pictures appear. @returns a function that detaches it. */
	attach(video: HTMLVideoElement): () => void {
		const show = (stream: MediaStream) => {
			video.srcObject = stream;
		};
		if (this.#stream !== undefined) show(this.#stream);
		const removeListener = this.#events.on("stream", show);
		let callback = 0;
		const shown = (_: number, metadata: VideoFrameCallbackMetadata & { rtpTimestamp?: number }) => {
			if (metadata.rtpTimestamp !== undefined) this.#meter.frameShown(metadata.rtpTimestamp, metadata.expectedDisplayTime);
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
		const channel = this.#peer?.channel(label);
		if (channel?.readyState !== "open") return false;
		if (typeof data === "string") channel.send(data);
		else if (data instanceof ArrayBuffer) channel.send(data);
		else channel.send(data);
		return true;
	}

	/**
	 * Asks for pictures that fit `width` x `height` device pixels: those of the element (`clientWidth * devicePixelRatio`). Call it as often as the
	 * element changes; the server hears of it with the next hello, and later when the shape differs by more than 15 %, or the size by more than a
	 * factor of two, for half a second. A server may have reasons to draw another size: `welcome` and the video tell.
	 *
	 * @param options.eyes 2: a picture of that size for each eye, if the source has two; asked for at once. What came is told with each picture (`eyes` of
	 * `frame`): the left eye's is the upper half of the video's picture then, the right eye's the lower half. @default 1
	 */
	requestView(width: number, height: number, { eyes = 1 }: { readonly eyes?: 1 | 2 } = {}): void {
		const view = viewSizeFrom(width, height, eyes);
		if (view === undefined || this.#page.signal.aborted) return;
		const otherEyes = this.#view !== undefined && this.#view.eyes !== view.eyes;
		this.#view = view;
		clearTimeout(this.#viewTimer);
		if (otherEyes) this.#viewSettled(view);
		else this.#viewTimer = setTimeout(() => this.#viewSettled(view), VIEW_SETTLES_MS);
	}

	/**
	 * Makes the direction `yawDeg` to the right of the panorama's centre this viewer's forward, for clients whose own forward can't be turned. It
	 * holds over reconnects.
	 */
	recenter(yawDeg: number): void {
		this.#recenterDeg = yawDeg;
		this.#sendControl({ type: "recenter", yaw: yawDeg });
	}

	/**
	 * Tries again now, instead of waiting; also after `closed`. Does nothing while a connection is there or being made.
	 *
	 * @param options.force make a new connection also in place of a present one, such as one whose source has failed: the server then tries it again.
	 */
	reconnect({ force = false }: { readonly force?: boolean } = {}): void {
		if (this.#page.signal.aborted || (this.#peer !== undefined && !force)) return;
		this.#drop();
		this.#start();
	}

	/** Ends the connection for good and tells the server. */
	close(words = "Closed."): void {
		this.#page.abort();
		for (const interval of this.#intervals) clearInterval(interval);
		clearTimeout(this.#viewTimer);
		this.#drop();
		if (this.#state.name !== "closed") this.#setState({ name: "closed", words });
	}

	[Symbol.dispose](): void {
		this.close();
	}

	#start(): void {
		const { token, iceServers, channels } = this.#options;
		this.#setState({ name: "connecting", words: this.#delay.attempts === 0 ? "Connecting…" : "Connecting again…" });
		const peer = new Peer({
			endpoint: this.#endpoint,
			...(token !== undefined && { token }),
			...(iceServers && { iceServers }),
			...(channels && { channels }),
		});
		this.#peer = peer;
		this.#statsReader = new ReceiverStatsReader();
		this.#meter.reset();
		this.#clock.reset();
		this.#sender.restart();
		this.#pongHeard = false;
		this.#unansweredPings = 0;
		this.#complaint = undefined;
		this.#viewTold = undefined;
		// What an old peer still has to say is of no interest.
		const current = (act: () => void) => {
			if (this.#peer === peer) act();
		};
		peer.on("connected", () => current(() => this.#connected()));
		peer.on("interrupted", () => current(() => this.#interrupted()));
		peer.on("lost", (reason) => current(() => this.#lost(reason)));
		peer.on("track", (track) => current(() => this.#trackCame(track)));
		peer.on("channelOpen", (channel) => current(() => this.#channelOpened(channel)));
		peer.on("message", (label, data) => current(() => this.#received(label, data)));
		peer.open().catch((error: unknown) => current(() => this.#openFailed(error)));
	}

	#connected(): void {
		clearTimeout(this.#interruptionTimer);
		clearTimeout(this.#heldTimer);
		this.#heldTimer = setTimeout(() => this.#delay.reset(), HELD_MS);
		this.#setState({ name: "connected", words: "Connected" });
	}

	#interrupted(): void {
		clearTimeout(this.#interruptionTimer);
		this.#interruptionTimer = setTimeout(() => this.#lost("The server has gone silent."), INTERRUPTION_MS);
		this.#setState({ name: "interrupted", words: "The connection is interrupted…" });
	}

	#openFailed(error: unknown): void {
		const words = error instanceof Error ? error.message : String(error);
		if (error instanceof WhepError && !error.temporary) {
			this.#drop();
			this.#setState({ name: "closed", words });
		} else this.#lost(words, error instanceof WhepError ? error.retryAfterSec : undefined);
	}

	#lost(reason: string, retryAfterSec?: number): void {
		const words = this.#complaint ?? reason;
		this.#drop();
		if (!this.#options.reconnect) {
			this.#setState({ name: "closed", words });
			return;
		}
		const waitMs = this.#delay.next(retryAfterSec);
		this.#retryTimer = setTimeout(() => this.reconnect(), waitMs);
		this.#setState({ name: "reconnecting", words, attempt: this.#delay.attempts, retryAtMs: performance.now() + waitMs });
	}

	/** Lets go of the present peer and of everything that waits for it. */
	#drop(how?: { readonly atOnce: boolean }): void {
		for (const timer of [this.#retryTimer, this.#interruptionTimer, this.#heldTimer, this.#roomTimer]) clearTimeout(timer);
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

	#trackCame(track: MediaStreamTrack): void {
		this.#stream = new MediaStream([track]);
		this.#events.emit("stream", this.#stream);
	}

	#channelOpened(channel: RTCDataChannel): void {
		if (channel.label === "control") {
			this.#sayHello();
			// The server forgot it with the former session.
			if (this.#recenterDeg !== undefined) this.#sendControl({ type: "recenter", yaw: this.#recenterDeg });
			this.#ping();
		}
		if (channel.label !== "tracking") return;
		channel.bufferedAmountLowThreshold = 0;
		channel.addEventListener("bufferedamountlow", () => this.#sender.waiting && this.#flushPoses());
		this.#repeatLook();
	}

	#sayHello(): void {
		this.#helloDue = false;
		this.#sendControl({
			type: "hello",
			v: PROTOCOL_VERSION,
			client: this.#options.client,
			frame: "webxr",
			units: "m",
			streams: [...this.#streams.values()],
			encodings: ["bin1", "json"],
			...(this.#view && { view: this.#view }),
		});
		this.#viewTold = this.#view;
	}

	#declare(stream: StreamDeclaration): void {
		this.#streams.set(stream.id, stream);
		this.#sender.setListed(stream.id, stream.bones !== undefined);
	}

	#received(label: string, data: string | ArrayBuffer): void {
		if (label === "control" && typeof data === "string") this.#controlReceived(data);
		else if (label === "frames" && typeof data === "string") this.#frameDescribed(data);
		else this.#events.emit("message", label, data);
	}

	#frameDescribed(text: string): void {
		const result = parseFrameMessage(text);
		if (result.kind !== "message") return;
		this.#meter.frameDescribed(result.message);
		this.#events.emit("frame", result.message);
	}

	#controlReceived(text: string): void {
		const receivedAtMs = performance.now();
		const result = parseServerControlMessage(text);
		if (result.kind === "message") this.#obey(result.message, receivedAtMs);
	}

	#obey(message: ServerControlMessage, receivedAtMs: number): void {
		switch (message.type) {
			case "welcome":
				this.#welcome = message;
				this.#sender.minIntervalMs = 1000 / message.maxHz;
				this.#sender.encoding = message.encoding === "bin1" ? "bin1" : "json";
				this.#events.emit("welcome", message);
				break;
			case "pong":
				this.#pongHeard = true;
				this.#unansweredPings = 0;
				this.#clock.add(message.t0, message.t1, message.t2, receivedAtMs);
				this.#sender.roundTripMs = this.#clock.roundTripMs;
				break;
			case "ping":
				this.#sendControl({ type: "pong", t0: message.t0, t1: receivedAtMs, t2: performance.now() });
				break;
			case "error":
				if (message.fatal) this.#complaint = message.message;
				this.#events.emit("error", message);
				break;
			case "stats":
				this.#events.emit("serverStats", message);
				break;
		}
	}

	#viewSettled(view: ViewSize): void {
		// Before the channel is open there is nothing to do: the hello will say it.
		if (this.#viewTold !== undefined && !isWorthChanging(this.#viewTold, view)) return;
		if (this.#sendControl({ type: "view", ...view })) this.#viewTold = view;
	}

	/** @returns whether the channel was open. */
	#sendControl(message: ClientControlMessage): boolean {
		return this.send("control", encodeControlMessage(message));
	}

	/** One look was sent in this display frame already. */
	#lookMustWait(): boolean {
		return this.#sentThisFrame && performance.now() - this.#sentAtMs <= NO_DISPLAY_FRAME_MS;
	}

	/** @param headNow the head does not wait for the window's next display frame: a headset has frames of its own. */
	#flushPoses(headNow = false): void {
		const { sequence } = this.#sender.lastSent(HEAD_STREAM);
		this.#sender.flush(performance.now(), this.#peer?.channel("tracking"), !headNow && this.#lookMustWait() ? HEAD_STREAM : undefined);
		this.#noteSentLook(sequence);
		clearTimeout(this.#roomTimer);
		const waitMs = this.#sender.retryInMs(performance.now());
		if (waitMs !== undefined) this.#roomTimer = setTimeout(() => this.#flushPoses(), waitMs);
	}

	/** @param before number of the look that had been sent before. */
	#noteSentLook(before: number): void {
		const { sequence, clientTimeMs } = this.#sender.lastSent(HEAD_STREAM);
		if (sequence === before) return;
		this.#meter.poseSent(sequence, clientTimeMs);
		this.#sentThisFrame = true;
		this.#sentAtMs = performance.now();
		this.#requestFrame();
	}

	/** The next display frame may send a look again, and sends what is waiting. */
	#requestFrame(): void {
		if (this.#frameRequested) return;
		this.#frameRequested = true;
		requestAnimationFrame(() => {
			this.#frameRequested = false;
			this.#sentThisFrame = false;
			this.#flushPoses();
			if (this.#sender.waiting && this.#state.name === "connected") this.#requestFrame();
		});
	}

	/** Runs also in a hidden tab, where there are no display frames. */
	#heartbeat(): void {
		const nowMs = performance.now();
		this.#sender.repeatLast(HEARTBEAT_MS - HEARTBEAT_LATE_MS, nowMs, this.#peer?.channel("tracking"));
		// A head that is on the way all the time tells enough; one of before with the time of now would only shake it.
		if (nowMs - this.#sentAtMs >= HEARTBEAT_MS / 2) this.#repeatLook();
	}

	#repeatLook(): void {
		const { sequence } = this.#sender.lastSent(HEAD_STREAM);
		this.#sender.repeat(HEAD_STREAM, performance.now(), this.#peer?.channel("tracking"));
		this.#noteSentLook(sequence);
	}

	#ping(): void {
		if (this.#peer?.channel("control")?.readyState !== "open") return;
		if (this.#pongHeard && ++this.#unansweredPings > UNANSWERED_PINGS) this.#lost("The server has gone silent.");
		else this.#sendControl({ type: "ping", t0: performance.now() });
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
		const head = this.#sender.counters(HEAD_STREAM);
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

	/** The server hears at once when the page goes; a page that comes back from the browser's cache connects again. */
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
 * @throws {TypeError} if the URL is none, or for an option that is unknown or of the wrong kind; the message names it.
 */
export function connect(target: string | URL | ConnectOptions): PanogazeConnection {
	return new PanogazeConnection(typeof target === "string" || target instanceof URL ? { url: target } : target);
}
