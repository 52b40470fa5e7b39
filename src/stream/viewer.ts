import type { Loggable } from "panogaze-rerun";
import type { ClientMediaKind } from "../media/client-media.ts";
import { monotonicSec } from "../media/clock.ts";
import type { EncodedPacket } from "../media/encoded-packet.ts";
import { EventListeners } from "../media/events.ts";
import type { ProjectionSpec } from "../media/projection.ts";
import type { Quaternion } from "../media/rotation.ts";
import { type AnyProjection, projectionSpecFrom } from "../projection/custom-projection.ts";
import type { Transform } from "../projection/transform.ts";
import type { ClientControlMessage, HelloMessage } from "../protocol/control-message.ts";
import { encodeFrameMessage, frameMessageFromPacket } from "../protocol/frame-message.ts";
import { OVERLAY_LABEL } from "../protocol/overlay-bounds.ts";
import type { PulseMeaning } from "../protocol/overlay-object.ts";
import { changeOfWish, type PlaybackAuthor } from "../protocol/playback-message.ts";
import type { EpisodeWishMessage, RecordingConsent, RecordWishMessage } from "../protocol/recording-messages.ts";
import type { Access } from "../session/access.ts";
import type { ChannelMessage, ViewerSession } from "../session/viewer-session.ts";
import type { PoseSample } from "../skeleton/pose-sample.ts";
import { ViewerCameras } from "./cameras/viewer-cameras.ts";
import { ChannelInbox } from "./channel-inbox.ts";
import { ChannelOutbox } from "./channel-outbox.ts";
import { ControlConversation } from "./control-conversation.ts";
import type { RenderPool } from "./render-pool.ts";
import type { RenderedView } from "./rendered-view.ts";
import type { Hold } from "./safety/control-hold.ts";
import { SentPictures } from "./safety/sent-pictures.ts";
import { ViewerSafety } from "./safety/viewer-safety.ts";
import { SteeredView } from "./steered-view.ts";
import type { CloseOptions, ViewerEvents, ViewerStats } from "./viewer-events.ts";
import type { ViewerOptions } from "./viewer-options.ts";
import { type Overlay, type Pulse, ViewerOverlay } from "./viewer-overlay.ts";
import { ViewerPast } from "./viewer-past.ts";
import { ViewerPlayback } from "./viewer-playback.ts";
import { type RecorderNews, ViewerRecording } from "./viewer-recording.ts";
import { ViewerSound } from "./viewer-sound.ts";

const NO_RECORDER_WORDS = "This server does not record.";
/** The application's own words may hold what only its log may show. */
const TRANSFORM_WORDS = "The server could not finish some pictures, and left them out.";

/** Time that a last message has to reach the client before the connection is closed. */
const FAREWELL_MS = 250;

/** A person who watches: a session, the view that is drawn for it, and its data channels. */
export class Viewer {
	/** Time of the client's offer by the machine's clock, for programs and logs. */
	readonly joinedAt: Date = new Date();
	readonly #session: ViewerSession;
	readonly #options: ViewerOptions;
	readonly #events: EventListeners<ViewerEvents>;
	readonly #inbox: ChannelInbox;
	readonly #outbox: ChannelOutbox;
	readonly #control: ControlConversation;
	readonly #view: SteeredView;
	readonly #sound: ViewerSound;
	readonly #cameras: ViewerCameras;
	readonly #overlay: ViewerOverlay;
	readonly #past: ViewerPast;
	/** The viewer's own play, where the server keeps the past of its live source. */
	readonly playback: ViewerPlayback;
	readonly #recording: ViewerRecording;
	readonly #pictures = new SentPictures();
	/** `undefined`: control is never put on hold, or the viewer has none. */
	readonly #safety: ViewerSafety | undefined;
	#isClosed = false;

	/** @internal */
	constructor(session: ViewerSession, pool: RenderPool, options: ViewerOptions) {
		const { access, view, encoder, startBitrateBps, limits, source, serverStats } = options;
		this.#session = session;
		this.#options = options;
		this.#events = new EventListeners<ViewerEvents>((error, name) => {
			if (name !== "notice")
				this.#notice(
					`A listener for "${name}" threw: ${error instanceof Error ? error.message : String(error)}`,
				);
		});
		this.#view = new SteeredView(pool, view, encoder, startBitrateBps);
		this.#past = new ViewerPast({
			source,
			access,
			desk: options.pastDesk,
			moveTo: (past) =>
				past === undefined
					? this.#drawOrClose(() => this.#view.moveTo(pool))
					: this.#follow(this.#view.moveTo(past)),
			onState: () => this.sendSourceState(),
			onPast: (isPast) => this.#showPast(isPast),
			onPlayback: (by) => this.#control.sendPlayback(by),
			complain: (message) => this.reportTrouble("playback", message),
		});
		this.playback = new ViewerPlayback(this.#past);
		this.#view.initialView = source.info?.initialView;
		this.#sound = new ViewerSound(session, options.sound, this.#view.worldFromView, (packet) =>
			this.#events.emit("soundSent", packet),
		);
		this.#cameras = new ViewerCameras({
			session,
			cameras: options.cameras ?? [],
			relayed: options.relayedCameras,
			encoder,
			send: (message) => this.#control.sendCameras(message),
			onSent: (name, packet) => this.#events.emit("cameraFrameSent", name, packet),
			onNotice: (message) => this.#notice(message),
		});
		this.#view.onTurn = (worldFromView) => {
			this.#sound.turn(worldFromView);
			this.#cameras.turn(worldFromView);
		};
		this.#outbox = new ChannelOutbox(session);
		this.#overlay = new ViewerOverlay(session);
		this.#recording = new ViewerRecording(access.has("record"), () => this.#control.sendRecording());
		this.#inbox = new ChannelInbox({
			access,
			maxHz: limits.maxHz,
			ownPlayback: () => this.#past.offered,
			onNotAllowed: (asked) => this.#control.complainOfRights(asked),
			onControlRefused: (reason) =>
				this.#control.complain("bad-message", `The control message was refused: ${reason}.`),
		});
		this.#control = new ControlConversation({
			session,
			access,
			tracking: this.#inbox.tracking,
			limits,
			source: this.#past,
			view,
			viewSize: () => this.#view.size,
			shape: () => this.#view.shape,
			parts: () => this.#view.parts,
			lens: () => (this.#view.projection === undefined ? this.#view.chosenLens : "custom"),
			stats: () => this.stats(),
			sound: () => this.#sound.message,
			serverStats,
			recording: () => this.#recording.message,
			safety: () => this.#safety?.terms,
			ownPlayback: () => this.#past.offered,
			cameras: () => this.#cameras.names,
			takes: access.has("steer") ? (options.takes ?? []) : [],
			relays: options.relays ?? [],
		});
		this.#safety = this.#makeSafety();
		this.#listen();
		void session.closed.then(() => this.#end());
	}

	/** Unguessable. */
	get id(): string {
		return this.#session.id;
	}

	/**
	 * IP address that the client is connected from now; it changes with the
	 * client's network path. `undefined` where the front door does not say.
	 */
	get address(): string | undefined {
		return this.#options.address();
	}

	/**
	 * The client's introduction of itself (`hello.client`); `undefined` before it,
	 * and for clients without one. Unchecked text from outside.
	 */
	get client(): HelloMessage["client"] {
		return this.#control.hello?.client;
	}

	/** Rights of this viewer. Without `steer` none of its messages reaches the application. */
	get access(): Access {
		return this.#options.access;
	}

	/**
	 * The newest head, in our axes, before recentring; `undefined` before the
	 * first, and of a viewer who may only watch. Lent: it changes with the next
	 * head.
	 */
	get pose(): PoseSample | undefined {
		return this.#inbox.gate.steers ? this.#view.head : undefined;
	}

	/**
	 * The newest pose of one of the client's pose streams, in our axes; `undefined`
	 * before the first, and of a viewer who may only watch. For loops that want the
	 * newest pose when they need one, rather than every pose. Lent: it changes with
	 * the stream's next message.
	 *
	 * @param stream the client's number of it; our clients have 0 head, 1 and 2
	 * hands, 3 body (also of `body_pose`), 4 and 5 controllers, left before right.
	 */
	newestPose(stream: number): PoseSample | undefined {
		return this.#inbox.gate.steers ? this.#inbox.tracking.newest(stream) : undefined;
	}

	/** Horizontal field of view, degrees. */
	get fovDeg(): number {
		return this.#view.fovDeg;
	}

	/**
	 * The projection that the viewer's pictures are drawn in, whatever its client chooses: plain
	 * data, or an object with two functions. It does not zoom. `undefined`: the client chooses.
	 */
	get lens(): ProjectionSpec | undefined {
		return this.#view.projection;
	}

	/** @throws {RangeError | TypeError} if it is impossible; the former one stays. */
	set lens(lens: AnyProjection | undefined) {
		const spec = projectionSpecFrom(lens);
		if (lens !== undefined && spec === undefined)
			throw new TypeError(`lens is a projection, such as { kind: "cubemap" }; got ${typeof lens}.`);
		this.#view.projection = spec;
		this.#control.sendLens();
	}

	/** Changes each of the viewer's pictures before it is encoded; `undefined`: nothing does. */
	get transform(): Transform | undefined {
		return this.#view.transform;
	}

	/** @throws {TypeError} if it is no function. */
	set transform(transform: Transform | undefined) {
		if (transform !== undefined && typeof transform !== "function")
			throw new TypeError(`A transform is a function; got ${typeof transform}.`);
		this.#view.transform = transform;
	}

	/**
	 * The present hold of this viewer's control: why and since when. `undefined`: the viewer has
	 * control, or `safety` is off. A viewer begins on hold.
	 */
	get hold(): Hold | undefined {
		return this.#safety?.hold;
	}

	/** Resolves when video and channels can flow; never if it closes before. */
	get connected(): Promise<void> {
		return this.#session.connected;
	}

	/** Resolves once with a reason in words. */
	get closed(): Promise<string> {
		return this.#session.closed;
	}

	/**
	 * Sends a message; an object is sent as JSON. A channel that the client did not
	 * make is opened from our side. Until it is open, 16 messages at most wait for
	 * it.
	 *
	 * @returns false if the message was dropped: the channel's buffer, or the
	 * waiting line, is full, or the viewer is gone.
	 */
	send(label: string, message: string | Uint8Array | object): boolean {
		if (this.#isClosed) return false;
		const isWire = typeof message === "string" || message instanceof Uint8Array;
		return this.#outbox.send(label, isWire ? message : JSON.stringify(message));
	}

	/**
	 * Objects that this viewer's client draws over the view: at display rate, at their place in the
	 * world or before the head. Clients without overlays ignore them.
	 */
	get overlay(): Overlay {
		return this.#overlay;
	}

	/**
	 * States on the viewer's page, or in its panel, that this session is recorded.
	 * `serve({ record })`, `SessionRecorder` and `record-motion` do so by themselves.
	 *
	 * @returns a function that ends it. It goes on while another recording does.
	 */
	showRecording(): () => void {
		return this.#recording.begin();
	}

	/** The viewer's answer to the question whether it may be recorded. */
	get recordingConsent(): RecordingConsent {
		return this.#recording.consent;
	}

	/**
	 * Kinds of media that this viewer may send: its client has offered them, and `serve({ media })`
	 * wants them.
	 */
	get receives(): ReadonlySet<ClientMediaKind> {
		return this.#session.receives;
	}

	/**
	 * Asks the client for a key frame of its camera, such as for a decoder that begins now. At most
	 * two a second leave.
	 */
	requestMediaKeyframe(): void {
		this.#session.requestMediaKeyframe();
	}

	/**
	 * Makes the next picture one that can be decoded without those before it.
	 * @internal
	 */
	requestKeyframe(): void {
		this.#view.requestKeyframe();
		this.#cameras.requestKeyframe();
	}

	/**
	 * Tells the viewer the state of the server's recorder.
	 * @internal
	 */
	showRecorder(news: RecorderNews): void {
		this.#recording.news = news;
	}

	/**
	 * Logs values of the application's own into the recordings of this session, at the present
	 * time: `viewer.log("gripper", new Scalars(0.3))` with an archetype of `panogaze/rerun`. Costs
	 * nothing while nobody records.
	 *
	 * @param path entity below the viewer's: `gripper`, or a list of parts that are not escaped.
	 */
	log(path: string | readonly string[], ...values: readonly Loggable[]): void {
		this.#events.emit("log", path, values);
	}

	/**
	 * Shows lines of words in the viewer's panel, in place of those before: on the page beside the
	 * picture, in a headset at the edge of view.
	 *
	 * @throws {RangeError | TypeError} unless they are at most 8 texts of up to 80 characters.
	 */
	hud(lines: readonly string[]): void {
		this.#overlay.lines = lines;
	}

	/**
	 * Lets the viewer's controllers or phone pulse: with a meaning that every client plays in its
	 * own way, or a pulse of the application's.
	 *
	 * @returns false if it was dropped: the channel is not open yet, or full.
	 * @throws {RangeError} for an unknown meaning or a value out of its bounds.
	 */
	pulse(pulse: PulseMeaning | Pulse): boolean {
		return this.#overlay.pulse(pulse);
	}

	/**
	 * Turns the view as if the viewer had. The viewer's next pose that looks
	 * elsewhere than its last one replaces it.
	 *
	 * @param worldFromView of any length but zero @param fovDeg horizontal, degrees
	 * @throws {RangeError} if a number is not finite, the rotation has no length,
	 * or the field of view is not within 20 to 150 degrees, or those of the lens that the client
	 * has chosen.
	 */
	look(worldFromView: Quaternion, fovDeg = this.fovDeg): void {
		this.#view.look(worldFromView, fovDeg);
	}

	/**
	 * Age of the world in one of the pictures that this viewer was sent, milliseconds: for messages
	 * of the application that say which picture was seen (`connection.seenRtpTicks`).
	 *
	 * @param seenRtpTicks the picture's RTP time
	 * @param atSec seconds on the server's monotonic clock
	 * @default now
	 * @returns from the capture of the world, or where the source does not know it, from the
	 * decoding of its picture; NaN for a picture that is not known.
	 */
	photonAgeMs(seenRtpTicks: number, atSec: number = monotonicSec()): number {
		return this.#pictures.ageMs(seenRtpTicks, atSec);
	}

	/** Everything known about this viewer's stream, now. */
	stats(): ViewerStats {
		return {
			session: this.#session.stats(),
			render: this.#view.stats,
			encoder: this.#view.encoderName,
			tracking: this.#inbox.tracking.counters,
			clock: this.#control.clockStats,
			messagesRefused: this.#inbox.gate.refused,
			messagesNotAllowed: this.#inbox.gate.notAllowed,
			client: this.#control.clientStats,
			display: this.#control.display,
		};
	}

	/**
	 * Reports trouble that does not end the session to the client, on the control
	 * channel.
	 * @param code for programs
	 * @param message for people
	 */
	reportTrouble(code: string, message: string): void {
		this.#control.complain(code, message);
	}

	/**
	 * Sends the source's present state to the client, on the control channel, and looks where the
	 * source asks viewers to begin if the client has not looked yet.
	 */
	sendSourceState(): void {
		this.#control.sendSourceState();
		this.#control.sendLensIfChanged();
		this.#safety?.sourceChanged();
		this.#view.initialView = this.#options.source.info?.initialView;
	}

	/**
	 * Sends the source's present play to the client.
	 * @param by author of the change that led to it, if any.
	 */
	sendPlayback(by: PlaybackAuthor | undefined): void {
		this.#control.sendPlayback(by);
	}

	/**
	 * Sends what has become of the source's sound, on the control channel.
	 * @internal
	 */
	sendSound(): void {
		this.#control.sendSound();
	}

	/**
	 * Ends the session. Nothing more is drawn, sent or read. With `final` the
	 * transport stays open for another quarter of a second, so that the client
	 * receives the reason.
	 *
	 * @param how the reason, or options
	 */
	close(how: string | CloseOptions = {}): void {
		const { reason, final = false } = typeof how === "string" ? { reason: how } : how;
		const logged = reason ?? "closed by the server";
		if (!final) {
			this.#session.close(logged);
			return;
		}
		this.#control.sendFarewell(reason);
		this.#end();
		setTimeout(() => this.#session.close(logged), FAREWELL_MS).unref();
	}

	/** @returns a function that removes the listener. A throwing listener harms no other. */
	on<Name extends keyof ViewerEvents>(name: Name, listener: (...args: ViewerEvents[Name]) => void): () => void {
		return this.#events.on(name, listener);
	}

	#listen(): void {
		const session = this.#session;
		const view = this.#view;
		session.on("keyframeRequest", () => view.requestKeyframe());
		session.on("bitrate", (bitrateBps) => {
			view.bitrateBps = bitrateBps;
			this.#sound.videoBitrateBps = bitrateBps;
		});
		session.on("pause", () => {
			view.paused = true;
			this.#sound.paused = true;
			this.#cameras.paused = true;
		});
		session.on("resume", () => {
			view.paused = false;
			this.#sound.paused = false;
			this.#cameras.paused = false;
		});
		session.on("backPressure", (heldBack) => {
			view.heldBack = heldBack;
		});
		session.on("channelOpen", (label) => {
			if (label === OVERLAY_LABEL) this.#overlay.opened();
			this.#outbox.flush(label);
		});
		session.on("message", (label, message, receivedAtSec) => this.#receive(label, message, receivedAtSec));
		session.on("media", (packet) => {
			if (!this.#isClosed) this.#emitIfAllowed("media", packet);
		});
		session.on("frameSent", (packet, firstPacketSec, lastPacketSec) =>
			this.#reportFrame(packet, firstPacketSec, lastPacketSec),
		);
		void session.connected.then(() => {
			const { videoFormat } = session;
			if (videoFormat !== undefined) this.#drawOrClose(() => view.start(videoFormat));
		});
	}

	#drawOrClose(begin: () => RenderedView | undefined): void {
		try {
			this.#follow(begin());
		} catch (error) {
			this.#session.close((error as Error).message);
		}
	}

	#follow(view: RenderedView | undefined): void {
		if (view === undefined) return;
		const { events } = view;
		events.on("packet", (packet) => this.#session.sendVideo(packet));
		events.on("transformTrouble", (message) => {
			this.#notice(message);
			this.reportTrouble("transform", TRANSFORM_WORDS);
		});
		events.on("failed", (message) => {
			this.#notice(message);
			this.#session.close(message);
		});
	}

	/** Old pictures are silent, and nobody steers by them. */
	#showPast(isPast: boolean): void {
		this.#sound.isPast = isPast;
		this.#control.sendSound();
		this.#safety?.watchesPast(isPast);
	}

	/** Only control that a viewer has can be put on hold. */
	#makeSafety(): ViewerSafety | undefined {
		const { safety: bounds } = this.#options;
		const source = this.#past;
		if (bounds === undefined || !this.#inbox.gate.steers) return undefined;
		return new ViewerSafety({
			bounds,
			sourceLive: () => source.state.name === "live",
			lastPictureSec: () => source.lastPictureSec,
			send: (message) => this.#control.sendHold(message),
			onHold: (hold) => this.#events.emit("hold", hold),
			onRelease: (hold) => this.#events.emit("release", hold),
		});
	}

	#end(): void {
		this.#isClosed = true;
		this.#safety?.end();
		this.#control.end();
		this.#outbox.clear();
		this.#overlay.end();
		this.#sound.end();
		this.#cameras.end();
		this.#view.end();
		this.#past.end();
	}

	#receive(label: string, message: ChannelMessage, receivedAtSec: number): void {
		if (this.#isClosed) return;
		this.#safety?.heard(receivedAtSec);
		const arrival = this.#inbox.receive(label, message, receivedAtSec);
		if (arrival === undefined) return;
		if (arrival.pose !== undefined) this.#takePose(arrival.pose, receivedAtSec);
		if (arrival.control !== undefined) this.#obey(arrival.control, receivedAtSec);
		this.#emitIfAllowed("message", label, arrival.message, receivedAtSec);
	}

	#takePose(sample: PoseSample, receivedAtSec: number): void {
		if (sample.kind === "none") return;
		if (sample.kind === "head") this.#view.followHead(sample, receivedAtSec);
		const { kind, stream, clientTimeMs, seenRtpTicks } = sample;
		const capturedAtSec = this.#control.capturedAtSec(clientTimeMs, receivedAtSec);
		if (seenRtpTicks !== undefined) this.#saw(seenRtpTicks, receivedAtSec);
		this.#safety?.poseCame(stream, capturedAtSec, receivedAtSec);
		const photonAgeMs = this.#pictures.ageMs(seenRtpTicks, receivedAtSec);
		this.#emitIfAllowed(kind, sample, receivedAtSec, capturedAtSec, photonAgeMs);
	}

	#saw(rtpTicks: number, atSec: number): void {
		this.#safety?.saw(rtpTicks, this.#pictures.worldSec(rtpTicks), atSec);
	}

	#obey(control: ClientControlMessage, receivedAtSec: number): void {
		if (control.type === "view") this.#view.resize(control);
		else if (control.type === "lens") {
			this.#view.chooseLens(control.lens);
			this.#control.sendLens();
		} else if (control.type === "recenter") this.#view.recenter(control.yaw, receivedAtSec);
		else if (control.type === "playAgain") this.#events.emit("playAgain");
		else if (control.type === "engage") this.#safety?.engage(control.on, receivedAtSec);
		else if (control.type === "seen") this.#saw(control.rtp, receivedAtSec);
		else if (control.type === "playback" && this.#past.offered) {
			const refusal = this.#past.obey(changeOfWish(control), "you");
			if (refusal !== undefined) this.reportTrouble("playback", refusal);
		} else if (control.type === "playback") this.#events.emit("playback", changeOfWish(control));
		else if (control.type === "record") this.#wishRecord(control);
		else if (control.type === "episode") this.#wishEpisode(control);
		else if (control.type === "consent") this.#consent(control.given ? "given" : "refused");
		else if (control.type === "sound") {
			this.#sound.obey(control);
			this.#control.sendSound();
		} else {
			if (control.type === "hello") this.#prepareView(control);
			if (control.type === "display" && this.#control.hello?.display === true) this.#view.followDisplay(control);
			this.#control.obey(control, receivedAtSec);
			if (control.type !== "hello") return;
			this.#safety?.welcomed();
			this.#cameras.wish(control.cameras);
		}
	}

	#wishRecord({ on, name }: RecordWishMessage): void {
		if (this.#recording.news === undefined) this.reportTrouble("record", NO_RECORDER_WORDS);
		else this.#events.emit("record", { on, name });
	}

	#wishEpisode({ type: _type, ...wish }: EpisodeWishMessage): void {
		if (this.#recording.news === undefined) this.reportTrouble("record", NO_RECORDER_WORDS);
		else this.#events.emit("episode", wish);
	}

	#consent(consent: RecordingConsent): void {
		if (consent === this.#recording.consent) return;
		this.#recording.consent = consent;
		this.#events.emit("recordingConsent", consent);
	}

	/** Follows the wishes of a hello, which replace those of the one before. */
	#prepareView({ view, picture }: HelloMessage): void {
		this.#view.resize(view ?? this.#options.view);
		// Only H.264 has a place for them that every decoder passes over.
		const hasPlace = this.#session.videoFormat?.codec === "h264";
		this.#view.parts = {
			stamps: picture?.stamps === true && this.#options.stamps && hasPlace,
			surround: picture?.surround === true,
		};
	}

	#reportFrame(packet: EncodedPacket, firstPacketSec: number, lastPacketSec: number): void {
		this.#pictures.add(packet.rtpTicks, packet.stages);
		this.#safety?.pictureSent(packet.rtpTicks);
		// Only to clients that made the channel: others would not know its
		// messages.
		if (this.#session.isChannelOpen("frames"))
			this.#session.send("frames", encodeFrameMessage(frameMessageFromPacket(packet, firstPacketSec)));
		this.#events.emit("frameSent", packet, firstPacketSec, lastPacketSec);
	}

	/** Emits an event for the application, unless the viewer may only watch. */
	#emitIfAllowed<Name extends "message" | "media" | "head" | "skeleton" | "controller">(
		name: Name,
		...args: ViewerEvents[Name]
	): void {
		if (this.#inbox.gate.steers) this.#events.emit(name, ...args);
	}

	#notice(message: string): void {
		this.#events.emit("notice", message);
	}
}
