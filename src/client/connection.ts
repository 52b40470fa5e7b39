import { EventListeners } from "../media/events.ts";
import type { ViewerLens } from "../media/viewer-lens.ts";
import type {
	HelloMessage,
	LensMessage,
	SourceMessage,
	StreamDeclaration,
	WelcomeMessage,
} from "../protocol/control-message.ts";
import type { FrameMessage } from "../protocol/frame-message.ts";
import type { HoldMessage } from "../protocol/hold-messages.ts";
import { OVERLAY_LABEL } from "../protocol/overlay-bounds.ts";
import type { OverlayObject } from "../protocol/overlay-object.ts";
import type { PoseSample } from "../skeleton/pose-sample.ts";
import { AttachedVideos } from "./attached-videos.ts";
import { type ConnectOptions, completeConnectOptions } from "./connect-options.ts";
import { ConnectionCameras } from "./connection-cameras.ts";
import type { ConnectionEvents } from "./connection-events.ts";
import { ConnectionKeeper, type ConnectionState } from "./connection-keeper.ts";
import { ConnectionMedia } from "./connection-media.ts";
import { ConnectionNumbers, type ConnectionStats, statsMessageFrom } from "./connection-numbers.ts";
import { ConnectionRecording } from "./connection-recording.ts";
import { ConnectionSound } from "./connection-sound.ts";
import { ConnectionView, type ShowOptions } from "./connection-view.ts";
import { ControlConversation } from "./control-conversation.ts";
import type { Look } from "./look.ts";
import { MessageReading, type ReceivedControlMessage } from "./message-reading.ts";
import { OperatorControl } from "./operator-control.ts";
import { OverlayChannel } from "./overlay-channel.ts";
import { ConnectionPlayback } from "./playback.ts";
import { HEAD_STREAM, PoseOutbox } from "./pose-outbox.ts";
import type { ReprojectedView } from "./reprojected-view.ts";
import { StampReading } from "./stamp-reading.ts";
import type { SentStreamCounters } from "./tracking-sender.ts";
import type { ViewRequestOptions } from "./view-request.ts";

/** Statements of a server that hold until it makes others. */
interface ServerStatements {
	welcome?: WelcomeMessage | undefined;
	source?: SourceMessage | undefined;
	lens?: LensMessage | undefined;
}

const PING_MS = 2_000;
const STATS_MS = 1_000;
/** Frames of more than a second: far more than one description is ever behind the other. */
const FRAMES_REMEMBERED = 256;

/**
 * A viewer's connection: video in, head poses out, messages both ways. It keeps itself
 * alive until `close()`.
 *
 * Made by `connect`.
 */
export class PanogazeConnection implements Disposable {
	/** The play of the source: pause, place, speed, loop, chapters. */
	readonly playback = new ConnectionPlayback(
		(change) => this.#control.send({ type: "playback", ...change }),
		() => this.serverClockOffsetMs,
	);
	/** The recording of the server's sessions: its state, and its beginning and end. */
	readonly recording = new ConnectionRecording(
		(wish) => this.#control.send(wish),
		() => this.serverClockOffsetMs,
	);
	readonly #events = new EventListeners<ConnectionEvents>();
	readonly #keeper: ConnectionKeeper;
	readonly #control: ControlConversation;
	readonly #reading = new MessageReading({
		onControl: (received) => this.#obey(received),
		onFrame: (message) => this.#frameDescribed(message),
	});
	/** The cameras beside the view: each is off until it is enabled. */
	readonly cameras = new ConnectionCameras({
		lines: () => this.#keeper.cameraLines,
		renew: () => this.#keeper.renew(),
		announce: () => {
			if (this.#keeper.openChannel("control") !== undefined) this.#control.announce();
		},
	});
	/** The sound of the source: off until the viewer turns it on. */
	readonly sound: ConnectionSound;
	/** The client's microphone and camera, where the server wants them. */
	readonly media = new ConnectionMedia({
		sections: () => this.#keeper.sending,
		renew: () => this.#keeper.renew(),
	});
	readonly #poses: PoseOutbox;
	readonly #numbers = new ConnectionNumbers({
		getStats: () => this.#keeper.getStats(),
		roundTripMs: () => this.#control.clock.roundTripMs,
		serverOffsetMs: () => this.serverClockOffsetMs,
		headCounters: () => this.#poses.counters(HEAD_STREAM),
		onStats: (stats) => {
			this.#events.emit("stats", stats);
			this.#control.send(statsMessageFrom(stats));
		},
	});
	readonly #videos = new AttachedVideos({
		onStream: (stream) => this.#events.emit("stream", stream),
		onPicture: (rtpTicks, shownAtMs) => {
			this.#keeper.arrived();
			if (rtpTicks === undefined) return;
			this.#operator.videoShows(rtpTicks);
			this.#numbers.meter.frameShown(rtpTicks, shownAtMs);
			this.#numbers.ages.shown(rtpTicks, shownAtMs);
		},
		sendDisplay: (message) => this.#control.send(message),
	});
	readonly #view: ConnectionView;
	readonly #operator = new OperatorControl({
		send: (message) => this.#control.send(message),
		canvasTicks: () => this.#view.canvasTicks,
		onHold: (hold) => this.#events.emit("hold", hold),
		onHeartbeat: (intervalMs) => {
			this.#poses.heartbeatMs = intervalMs;
		},
	});
	readonly #stamps = new StampReading({
		renew: () => {
			this.#askForPictures({ stamps: true });
			this.#keeper.renew();
		},
		onStamp: (message) => this.#frameDescribed(message),
	});
	readonly #overlay = new OverlayChannel({
		onObjects: (objects) => {
			this.#view.shown?.showObjects(objects.values());
			this.#events.emit("overlay", objects);
		},
		onLines: (lines) => this.#events.emit("hud", lines),
		onPulse: (pulse) => this.#events.emit("pulse", pulse),
	});
	/** RTP times of frames that were described, the last ones. */
	readonly #described = new Set<number>();
	readonly #intervals: readonly ReturnType<typeof setInterval>[];
	/** The server's statements, until others replace them. */
	readonly #told: ServerStatements = {};

	/**
	 * @throws {TypeError | RangeError} for an option that is unknown or of the wrong
	 * kind.
	 */
	constructor(options: ConnectOptions) {
		const complete = completeConnectOptions(options);
		this.#keeper = new ConnectionKeeper(
			complete,
			() => this.cameras.linesWanted,
			() => this.media.tracks,
		);
		this.#control = new ControlConversation({
			client: complete.client,
			cameras: () => this.cameras.wishes(this.#keeper.leadingCameraLines),
			send: (text) => this.send("control", text),
		});
		this.sound = new ConnectionSound({ wish: (wish) => this.#control.wishSound(wish) });
		this.#poses = new PoseOutbox({
			channel: () => this.#keeper.openChannel("tracking"),
			onLookSent: (sequence, clientTimeMs) => {
				this.#numbers.meter.poseSent(sequence, clientTimeMs);
				this.#view.shown?.sent(sequence);
			},
			seenRtpTicks: () => this.#operator.seenRtpTicks,
		});
		this.#view = new ConnectionView({
			connection: this,
			control: this.#control,
			poses: this.#poses,
			numbers: this.#numbers,
			videos: this.#videos,
			operator: this.#operator,
			objects: () => this.overlay.values(),
			isClosed: () => this.#keeper.closed,
			askForSurround: (surround) => this.#askForPictures({ surround }),
		});
		this.#declare({ id: HEAD_STREAM, kind: "head", space: "tracking" });
		for (const stream of complete.streams) this.#declare(stream);
		this.#intervals = [
			setInterval(() => this.#ping(), PING_MS),
			setInterval(() => void this.#numbers.read(), STATS_MS),
		];
		this.#listen();
		this.#reading.load().catch(() => this.close("The program of this page could not be loaded as a whole."));
		this.#keeper.start();
	}

	get state(): ConnectionState {
		return this.#keeper.state;
	}

	/** The video of the present connection. */
	get stream(): MediaStream | undefined {
		return this.#videos.stream;
	}

	/** The server's introduction; `undefined` before it. */
	get welcome(): WelcomeMessage | undefined {
		return this.#told.welcome;
	}

	/**
	 * The state of the source; `undefined` before the server has sent it. Only panogaze
	 * does.
	 */
	get source(): SourceMessage | undefined {
		return this.#told.source;
	}

	/**
	 * The lens that the server draws through, and those that can be chosen; `undefined` before the
	 * server has stated it. Older servers have only a flat view, and state nothing.
	 */
	get lens(): LensMessage | undefined {
		return this.#told.lens;
	}

	/**
	 * Why this client's control is on hold, how old the picture or pose is that it is about, and
	 * what its end needs; `undefined`: the client has control, or the server has no bounds. A
	 * session begins on hold.
	 */
	get hold(): HoldMessage | undefined {
		return this.#operator.hold;
	}

	/** The RTP time of the picture on the screen, which poses state; `undefined`: not known. */
	get seenRtpTicks(): number | undefined {
		return this.#operator.seenRtpTicks;
	}

	/**
	 * The RTP time of the picture that was decoded last; `undefined` where the browser does not
	 * state it.
	 */
	get decodedRtpTicks(): number | undefined {
		return this.#operator.decodedRtpTicks;
	}

	/** The lens that was chosen last, by `chooseLens`. */
	get chosenLens(): ViewerLens {
		return this.#control.chosenLens;
	}

	/** The objects that the server's application draws over the view, by path. */
	get overlay(): ReadonlyMap<string, OverlayObject> {
		return this.#overlay.objects;
	}

	/** The application's lines of words, for a panel beside the picture. */
	get hud(): readonly string[] {
		return this.#overlay.lines;
	}

	/** The last reading. */
	get stats(): ConnectionStats | undefined {
		return this.#numbers.latest;
	}

	/** Server clock minus `performance.now()`, milliseconds; NaN until it is known. */
	get serverClockOffsetMs(): number {
		return this.#control.clock.offsetMs;
	}

	/**
	 * @returns a function that removes the listener. A throwing listener harms no
	 * other.
	 */
	on<Name extends keyof ConnectionEvents>(
		name: Name,
		listener: (...args: ConnectionEvents[Name]) => void,
	): () => void {
		return this.#events.on(name, listener);
	}

	/**
	 * Looks elsewhere from the next picture on. Call it for every movement: at most one
	 * pose is sent in a display frame, at once if none was sent in this frame, and the
	 * newest wins.
	 *
	 * @param readAtMs when the look was read, on the clock of `performance.now()`, such
	 * as an event's `timeStamp`: the beginning of motion-to-photon.
	 */
	look(look: Look, readAtMs: number = performance.now()): void {
		this.#view.look(look, readAtMs);
	}

	/**
	 * Sends the pose of any stream: a hand, a body, a controller. Call it for every new
	 * pose. Each pose is a message of its own and leaves at once if the path has room
	 * for it; a pose that can't leave yet is replaced by the next of its stream. Heads
	 * go first, then the pose that has waited longest. The server's welcome says how
	 * many poses a second it accepts.
	 *
	 * Declare the stream before (`ConnectOptions.streams`, `declareStream`). The head
	 * is stream 0: `look` sends it at most once per display frame of the window; here
	 * it leaves at once, with its velocities, as a headset has display frames of its
	 * own.
	 *
	 * @param sample `kind`, `stream` and the pose, in the axes of WebXR. Copied; its
	 * sequence number and time are not used.
	 * @param readAtMs when the pose was read, on the clock of `performance.now()`.
	 */
	sendPose(sample: PoseSample, readAtMs: number = performance.now()): void {
		this.#poses.put(sample, readAtMs);
	}

	/**
	 * Declares a stream that `sendPose` will send, or another shape of a declared one.
	 * The server gets the declaration at once if there is a connection, and with every
	 * new connection.
	 */
	declareStream(stream: StreamDeclaration): void {
		this.#declare(stream);
		if (this.#keeper.openChannel("control") !== undefined) this.#control.announce();
	}

	/**
	 * The numbers of a stream's poses that were sent, and that newer poses replaced.
	 */
	streamCounters(stream: number): SentStreamCounters {
		return this.#poses.counters(stream);
	}

	/**
	 * Shows the video in `video`, until `close()`, and measures when its pictures appear.
	 * @returns a function that detaches it.
	 */
	attach(video: HTMLVideoElement): () => void {
		return this.#keeper.closed ? () => {} : this.#videos.attach(video);
	}

	/**
	 * Shows the video in `video`, as `attach` does, and over it in `canvas`: at every
	 * display frame for the newest look, whatever the path's delay. The server is asked
	 * for a margin around the looks. `canvas` lies over `video`, with its size, and is
	 * hidden while it shows nothing: in browsers without WebGL2 or
	 * `requestVideoFrameCallback`, with servers that don't describe their pictures,
	 * with pictures for two eyes, and through lenses of the application's own.
	 *
	 * @throws {Error} if the connection already shows a view, which must be closed first,
	 * or is closed.
	 */
	show(video: HTMLVideoElement, canvas: HTMLCanvasElement, options: ShowOptions = {}): ReprojectedView {
		return this.#view.show(video, canvas, options);
	}

	/**
	 * Reads the descriptions of pictures (`frame`) out of the pictures themselves, too: over a
	 * second connection that takes the place of the present one without a gap, and over all later
	 * ones. It does nothing where the server can't put them in, as into other codecs than H.264,
	 * and where the browser has no `RTCRtpScriptTransform` or forbids the page to start a worker
	 * from a `Blob`. The views of this library call it when messages are lost.
	 */
	readStamps(): void {
		this.#stamps.begin();
	}

	/**
	 * Sends a message on a channel.
	 * @returns false when the channel is not open: nothing is sent then.
	 */
	send(label: string, data: string | ArrayBuffer | ArrayBufferView<ArrayBuffer>): boolean {
		const channel = this.#keeper.openChannel(label);
		if (channel === undefined) return false;
		if (typeof data === "string") channel.send(data);
		else if (data instanceof ArrayBuffer) channel.send(data);
		else channel.send(data);
		return true;
	}

	/**
	 * Asks for pictures that fit `width` x `height` device pixels: those of the element
	 * (`clientWidth * devicePixelRatio`). Call it whenever the element changes. The
	 * server gets the size with the next hello, and later when the shape differs by
	 * more than 15 %, or the size by more than a factor of two, for half a second. A
	 * server may draw another size, which is the video's.
	 *
	 * @param options another number of eyes, their cameras and a foveation are requested
	 * at once. `frame` says what each picture has: with two `eyes`, the left eye's is the
	 * upper half of the video's picture, the right eye's the lower half. Without
	 * `foveated`, that of the view that `show` has made counts.
	 */
	requestView(width: number, height: number, options: ViewRequestOptions = {}): void {
		this.#view.request(width, height, options);
	}

	/**
	 * Asks for a small picture of the whole sphere in each picture, for directions that
	 * the view does not show, as long as anybody wants it. `surround` of `frame` says
	 * where it is.
	 *
	 * @returns a function that ends the wish.
	 */
	wantSurround(): () => void {
		return this.#view.wantSurround();
	}

	/**
	 * Lends the view to another display than the page's, such as a headset's: the view that `show`
	 * has made is paused, and the server no longer draws in step with the page's display. The
	 * borrower calls `requestView` and `sendPose`.
	 *
	 * @param video the size that is asked for afterwards if nobody has asked for one before.
	 * @param seenRtpTicks returns the RTP time of the picture that the display shows, if known.
	 * @returns a function that ends it: the page's last wish and its last look count again.
	 */
	lendView(video: HTMLVideoElement, seenRtpTicks?: () => number | undefined): () => void {
		return this.#view.lend(video, seenRtpTicks);
	}

	/**
	 * Makes the direction `yawDeg` to the right of the panorama's centre this viewer's
	 * forward, for clients whose own forward can't be turned. It holds over reconnects.
	 */
	recenter(yawDeg: number): void {
		this.#control.recenter(yawDeg);
	}

	/**
	 * Asks for a view through another lens from the next picture on. It holds over reconnects. The
	 * field of view of `look` is then that of the lens: `LENS_FOV` has the bounds.
	 */
	chooseLens(lens: ViewerLens): void {
		this.#control.chooseLens(lens);
	}

	/**
	 * Reports that the person presses the button or the grip that gives control, or has let go.
	 * Where `welcome.safety.engage` is `hold`, control lasts as long as it is pressed, and begins
	 * only with a press that is newer than the hold.
	 */
	engage(on: boolean): void {
		this.#operator.engage(on);
	}

	/**
	 * Plays a source that has ended from its beginning, for all viewers.
	 * @returns false when the server could not be asked.
	 */
	playAgain(): boolean {
		return this.#control.send({ type: "playAgain" });
	}

	/**
	 * Tries again now, instead of waiting; also after `closed`, unless that is final.
	 * Does nothing while a connection is there or being made.
	 *
	 * @param options.force make a new connection also in place of a present one, such
	 * as one whose source has failed: the server then tries it again.
	 */
	reconnect({ force = false }: { readonly force?: boolean | undefined } = {}): void {
		this.#keeper.reconnect(force);
	}

	/**
	 * Ends the connection for good, and the session at the server. Detaches its videos, and
	 * closes the view that it shows.
	 */
	close(words = "Closed."): void {
		for (const interval of this.#intervals) clearInterval(interval);
		this.#control.close();
		this.#poses.close();
		this.#stamps.close();
		this.sound.close();
		this.media.close();
		this.cameras.close();
		this.#keeper.close(words);
		this.#view.shown?.close();
		this.#videos.close();
	}

	[Symbol.dispose](): void {
		this.close();
	}

	#listen(): void {
		const keeper = this.#keeper;
		keeper.on("state", (state) => {
			this.media.moved();
			this.#events.emit("state", state);
		});
		keeper.on("receiver", (receiver) => this.#stamps.receiverMade(receiver));
		keeper.on("restart", () => this.#restart());
		keeper.on("handedOver", (welcome) => {
			this.#numbers.handedOver();
			this.#told.welcome = welcome ?? this.#told.welcome;
			this.cameras.moved();
			this.media.moved();
		});
		keeper.on("track", ({ track, receiver }, continues) => {
			this.#stamps.receiving(receiver);
			this.#operator.receiving(receiver);
			this.#videos.show(track, continues);
		});
		keeper.on("sound", (sound) => this.sound.received(sound));
		keeper.on("channelOpen", (channel) => this.#channelOpened(channel));
		keeper.on("message", (label, data, present) => this.#received(label, data, present));
		keeper.on("probe", () => this.#control.ping());
	}

	#restart(): void {
		this.#numbers.restart();
		this.#videos.display.restart();
		this.#view.shown?.clear();
		this.#described.clear();
		this.#control.restart();
		this.#reading.restart();
		this.#overlay.restart();
		this.#poses.restart();
		this.#operator.restart();
		this.#told.source = undefined;
		this.sound.told(undefined);
		this.sound.received(undefined);
		this.#told.lens = undefined;
		this.cameras.restart();
		this.media.restart();
		this.playback.restart();
		this.recording.restart();
	}

	#channelOpened(channel: RTCDataChannel): void {
		if (channel.label === "control") this.#control.opened();
		if (channel.label !== "tracking") return;
		this.#poses.restart();
		this.#poses.opened(channel);
	}

	#declare(stream: StreamDeclaration): void {
		this.#control.declare(stream);
		this.#poses.declare(stream.id, stream.bones !== undefined);
	}

	#received(label: string, data: string | ArrayBuffer, present: boolean): void {
		if (label === "control" && typeof data === "string") this.#reading.control(data, present);
		else if (label === "frames" && typeof data === "string") this.#reading.frame(data);
		else if (label === OVERLAY_LABEL && typeof data === "string") this.#overlay.receive(data);
		else this.#events.emit("message", label, data);
	}

	/** A frame is described on its channel, in its picture, or in both. */
	#frameDescribed(message: FrameMessage): void {
		this.#numbers.ages.described(message);
		const described = this.#described;
		if (described.has(message.rtpTicks)) return;
		described.add(message.rtpTicks);
		const [oldest] = described;
		if (described.size > FRAMES_REMEMBERED && oldest !== undefined) described.delete(oldest);
		this.#numbers.meter.frameDescribed(message);
		this.#videos.display.announced(message.rtpTicks);
		this.#view.shown?.addMessage(message);
		this.#events.emit("frame", message);
	}

	/** Asks the server for parts of pictures, now and in later sessions. */
	#askForPictures(parts: HelloMessage["picture"]): void {
		this.#control.pictureParts = { ...this.#control.pictureParts, ...parts };
		if (this.#keeper.openChannel("control") !== undefined) this.#control.announce();
	}

	#obey({ message, receivedAtMs, present }: ReceivedControlMessage): void {
		switch (message.type) {
			case "welcome":
				this.#welcomed(message, present);
				break;
			case "pong":
				this.#control.answered(message, receivedAtMs);
				this.#poses.roundTripMs = this.#control.clock.roundTripMs;
				break;
			case "ping":
				this.#control.answer(message, receivedAtMs);
				break;
			case "error":
				if (message.fatal) this.#keeper.endAnnounced(message);
				this.#events.emit("error", message);
				break;
			case "stats":
				this.#events.emit("serverStats", message);
				break;
			case "source":
				this.#told.source = message;
				this.#events.emit("source", message);
				break;
			case "playback": {
				const state = this.playback.stated(message, receivedAtMs);
				if (state !== undefined) this.#events.emit("playback", state);
				break;
			}
			case "recording": {
				const state = this.recording.stated(message, receivedAtMs);
				if (state !== undefined) this.#events.emit("recording", state);
				break;
			}
			case "sound":
				this.sound.told(message);
				break;
			case "lens":
				this.#told.lens = message;
				this.#events.emit("lens", message);
				break;
			case "hold":
				this.#operator.received(message);
				break;
			case "cameras":
				this.cameras.told(message);
				break;
		}
	}

	#welcomed(welcome: WelcomeMessage, present: boolean): void {
		this.#poses.agree(welcome);
		this.#operator.welcomed(welcome);
		this.#keeper.welcomed(welcome, present);
		// The second connection's welcome is from the same viewer's session.
		if (!present) return;
		this.#told.welcome = welcome;
		this.cameras.welcomed(welcome.cameras, welcome.media?.relays);
		this.media.welcomed(welcome.media);
		this.#events.emit("welcome", welcome);
	}

	#ping(): void {
		if (this.#keeper.openChannel("control") === undefined) return;
		if (this.#control.isSilent()) this.#keeper.lost("The server has gone silent.");
		else this.#control.ping();
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
 * @throws {TypeError} if the endpoint is no URL, or for an option that is unknown or of
 * the wrong kind. The message names the option.
 * @throws {RangeError} for an option that is out of its range.
 */
export function connect(target: string | URL | ConnectOptions): PanogazeConnection {
	return new PanogazeConnection(typeof target === "string" || target instanceof URL ? { url: target } : target);
}
