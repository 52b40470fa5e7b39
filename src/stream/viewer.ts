import { monotonicSec } from "../media/clock.ts";
import type { EncodedPacket } from "../media/encoded-packet.ts";
import { EventListeners } from "../media/events.ts";
import type { EyeCount } from "../media/panorama.ts";
import {
	IDENTITY,
	multiplyQuaternions,
	normalizeQuaternion,
	type Quaternion,
	quaternionFromAngles,
	RAD_PER_DEG,
} from "../media/rotation.ts";
import { MAX_FOV_DEG, MIN_FOV_DEG } from "../media/view.ts";
import { ClockEstimate } from "../protocol/clock-estimate.ts";
import {
	type ClientControlMessage,
	type ClientStatsMessage,
	encodeControlMessage,
	type HelloMessage,
	PROTOCOL_VERSION,
	parseClientControlMessage,
	type ServerControlMessage,
} from "../protocol/control-message.ts";
import { encodeFrameMessage, frameMessageFromPacket } from "../protocol/frame-message.ts";
import { decodeLegacyBodyPose, decodeLegacyTags, type LegacyTags } from "../protocol/legacy/body-pose.ts";
import { LegacyCamera } from "../protocol/legacy/camera.ts";
import type { DecodeResult, ParseResult } from "../protocol/parse-result.ts";
import { type TrackingCounters, TrackingReceiver } from "../protocol/tracking-receiver.ts";
import type { Access } from "../session/access.ts";
import type { ChannelMessage, DataChannelOptions, SessionStats, ViewerSession } from "../session/viewer-session.ts";
import { PoseSample } from "../skeleton/pose-sample.ts";
import { isOurChannel, MessageGate } from "./message-gate.ts";
import type { RenderedView, RenderPool } from "./render-pool.ts";
import { NO_RENDER_STATS, type RenderedViewOptions, type RenderStats, viewLimit } from "./render-protocol.ts";
import type { SourceState } from "./source-state.ts";
import { type EyeViewSize, type ViewSize, type ViewWish, viewSizeFor } from "./view-size.ts";

/**
 * What the messages of the channels we know are decoded to. Any other label's messages are handed
 * on as they came.
 */
export interface ChannelMessages {
	/**
	 * A pose of any kind that is newer than those of its stream before it, in our axes. Lent: it
	 * changes with the stream's next message.
	 */
	tracking: PoseSample;
	/** The Unity client's camera, as a head in our axes. Lent: it changes with the next one. */
	camera: PoseSample;
	/** A FullBody in our axes. Lent: it changes with the next one. */
	body_pose: PoseSample;
	/** Tags in our axes; none when they were lost from sight. */
	apriltag_pose: LegacyTags;
	control: ClientControlMessage;
}

/** The type of a decoded message by its channel's label. */
export type MessageOf<Label extends string> = Label extends keyof ChannelMessages
	? ChannelMessages[Label]
	: ChannelMessage;

export interface ViewerEvents {
	/** A decoded message, after the viewer itself has made use of it. */
	message: [label: string, message: ChannelMessages[keyof ChannelMessages] | ChannelMessage, receivedAtSec: number];
	/**
	 * A head, by `tracking` or `camera`. `capturedAtSec` is when the client read it, seconds on our
	 * clock; NaN: not known. Lent: it changes with the next message.
	 */
	head: [sample: PoseSample, receivedAtSec: number, capturedAtSec: number];
	/** A skeleton, by `tracking` or `body_pose`: bones in our axes. Lent as a head is. */
	skeleton: [sample: PoseSample, receivedAtSec: number, capturedAtSec: number];
	/** A controller. Lent as a head is. */
	controller: [sample: PoseSample, receivedAtSec: number, capturedAtSec: number];
	/** The view was drawn, encoded and sent. */
	frameSent: [packet: EncodedPacket, firstPacketSec: number, lastPacketSec: number];
	/** It asks for a source that has ended to be played from its beginning. */
	playAgain: [];
	/** Trouble with this viewer only, one line for the log. */
	notice: [message: string];
}

/** How a client's clock relates to the server's monotonic one. */
export interface ClockStats {
	/** Client clock minus server clock, milliseconds. */
	readonly offsetMs: number;
	/** How much faster the client's runs, millionths. */
	readonly driftPpm: number;
	/** Shortest of the last round trips on the control channel, milliseconds. */
	readonly roundTripMs: number;
}

/** How a viewer's session is ended. */
export interface CloseOptions {
	/** In words, for the log, `closed` and, if `final`, the person at the other end. */
	readonly reason?: string | undefined;
	/**
	 * Keeps the client from coming back by itself: pages of `panogaze/client` stay closed until
	 * they are loaded anew.
	 * @default false
	 */
	readonly final?: boolean | undefined;
}

/** Everything known about one viewer's stream. */
export interface ViewerStats {
	readonly session: SessionStats;
	readonly render: RenderStats;
	readonly encoder: string;
	readonly tracking: TrackingCounters;
	/** The client's clock as seen from ours; numbers are NaN before it has answered a ping. */
	readonly clock: ClockStats;
	/**
	 * Messages of known channels that were not as their format says, `tracking` apart, and those of
	 * all of them that were more than is read in a second.
	 */
	readonly messagesRefused: number;
	/**
	 * Bodies, hands, controllers and messages of the application that came from a viewer who may
	 * only watch; none of them was used.
	 */
	readonly messagesNotAllowed: number;
	/** The newest report of the client's own, if it sends any. */
	readonly client: ClientStatsMessage | undefined;
}

export interface ViewerOptions extends RenderedViewOptions, EyeViewSize {
	/** The viewer's rights. */
	readonly access: Access;
	/** Horizontal, degrees, until the viewer asks for another. */
	readonly fovDeg: number;
	/** Bits per second before the first estimate. */
	readonly startBitrateBps: number;
	/** For the welcome. */
	readonly sourceName: string;
	/** IP address that the client is connected from now. */
	readonly address: () => string | undefined;
	/**
	 * How many the source has, as far as is known: for the welcome; each picture is drawn for those
	 * that it has then.
	 */
	readonly sourceEyes: () => EyeCount;
	/** What the source is doing: sent to the client behind the welcome. */
	readonly sourceState: () => SourceState;
	/** For the statistics that are sent to the client. */
	readonly serverStats: () => { readonly sourceFps: number; readonly viewers: number };
	/**
	 * Poses a second of one stream that are listened to, and bytes of a message: for the welcome;
	 * the session enforces them.
	 */
	readonly maxHz: number;
	readonly maxBytes: number;
}

/** Messages kept for a channel of ours until the client has opened it. */
const MAX_PENDING = 16;
/**
 * A pose that looks older than this, in seconds, comes from a wrong clock: its time of capture is
 * unknown.
 */
const OLDEST_POSE_SEC = 60;
const STATS_INTERVAL_MS = 1000;
const CLOSED_WORDS = "The server has ended this session.";
/** How long a last message may take to the client before the connection goes. */
const FAREWELL_MS = 250;
const WATCH_ONLY_WORDS =
	"You may watch here, and turn your own view. Bodies, hands, controllers and other messages are not used.";
const PING_INTERVAL_MS = 2000;
const FIRST_PINGS = 5;
const FIRST_PING_INTERVAL_MS = 100;

/** How channels of ours deliver, by label; others are reliable and ordered. */
const CHANNEL_OPTIONS: Readonly<Record<string, DataChannelOptions>> = {
	frames: { ordered: false, maxPacketLifeTimeMs: 50 },
};

/** One viewer put together: a session, the view drawn for it, and what its data channels say. */
export class Viewer {
	readonly #session: ViewerSession;
	readonly #pool: RenderPool;
	readonly #options: ViewerOptions;
	readonly #events: EventListeners<ViewerEvents>;
	readonly #tracking: TrackingReceiver;
	readonly #clientClock = new ClockEstimate();
	readonly #camera = new LegacyCamera();
	readonly #gate: MessageGate;
	/** When the client's offer came: for programs and logs, by the machine's clock. */
	readonly joinedAt: Date = new Date();
	readonly #pending = new Map<string, (string | Uint8Array)[]>();
	#rendered: { readonly viewId: number; readonly view: RenderedView } | undefined;
	/** The newest head; of the kind "none" before the first. */
	readonly #head = new PoseSample(1);
	/** The messages of `camera` and `body_pose` are decoded here. */
	readonly #cameraHead = new PoseSample(1);
	readonly #body = new PoseSample(1);
	#fovDeg: number;
	/** Where the client's forward is in the panorama, after it recentred. */
	#worldFromClient: Quaternion = IDENTITY;
	#size: ViewSize;
	#isClosed = false;
	#bitrateBps: number;
	#clientStats: ClientStatsMessage | undefined;
	#hello: HelloMessage | undefined;
	#statsTimer: NodeJS.Timeout | undefined;
	#pingTimer: NodeJS.Timeout | undefined;
	#renderStats: RenderStats | undefined;
	#encoderName = "";

	/** @internal */
	constructor(session: ViewerSession, pool: RenderPool, options: ViewerOptions) {
		this.#session = session;
		this.#pool = pool;
		this.#options = options;
		this.#gate = new MessageGate(options.access, () => this.#complain("not-allowed", WATCH_ONLY_WORDS));
		this.#tracking = new TrackingReceiver({ maxHz: options.maxHz, admits: (kind) => this.#gate.admitsPose(kind) });
		this.#fovDeg = options.fovDeg;
		this.#bitrateBps = options.startBitrateBps;
		this.#size = { width: options.width, height: options.height, eyes: 1 };
		this.#events = new EventListeners<ViewerEvents>((error, name) => {
			if (name !== "notice")
				this.#notice(
					`A listener for "${name}" threw: ${error instanceof Error ? error.message : String(error)}`,
				);
		});
		this.#listen();
		void session.closed.then(() => this.#end());
	}

	/** Unguessable. */
	get id(): string {
		return this.#session.id;
	}

	/**
	 * IP address that the client is connected from now: another than at first once its network path
	 * has changed. `undefined` where the front door does not say.
	 */
	get address(): string | undefined {
		return this.#options.address();
	}

	/**
	 * How the client introduced itself (`hello.client`); `undefined` before it has, and for clients
	 * that don't. Unchecked text from outside.
	 */
	get client(): HelloMessage["client"] {
		return this.#hello?.client;
	}

	/** Rights of this viewer. Without `steer` nothing that it sends reaches the application. */
	get access(): Access {
		return this.#gate.access;
	}

	/**
	 * The newest head, in our axes, before recentring; `undefined` before the first, and of a viewer
	 * who may only watch. Lent: it changes with the next head.
	 */
	get pose(): PoseSample | undefined {
		return this.#gate.steers && this.#head.kind === "head" ? this.#head : undefined;
	}

	/**
	 * The newest pose of one of the client's tracking streams, in our axes; `undefined` before the
	 * first, and of a viewer who may only watch. For loops that want the newest pose when they need
	 * one, rather than every pose. Lent: it changes with the stream's next message.
	 *
	 * @param stream as the client numbers them; ours have 0 head, 1 and 2 hands, 3 body (also of
	 * `body_pose`), 4 and 5 controllers, left before right.
	 */
	newestPose(stream: number): PoseSample | undefined {
		return this.#gate.steers ? this.#tracking.newest(stream) : undefined;
	}

	/** Horizontal field of view, degrees. */
	get fovDeg(): number {
		return this.#fovDeg;
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
	 * Sends a message; an object is sent as JSON. A channel that the client did not make is opened
	 * from our side, and what is sent until it is open waits (at most 16 messages).
	 *
	 * @returns false if the message was dropped: the channel's buffer, or the waiting line, is
	 * full, or the viewer is gone.
	 */
	send(label: string, message: string | Uint8Array | object): boolean {
		if (this.#isClosed) return false;
		const wire = typeof message === "string" || message instanceof Uint8Array ? message : JSON.stringify(message);
		if (this.#session.send(label, wire)) return true;
		if (this.#session.isChannelOpen(label)) return false;
		const waiting = this.#pending.get(label);
		if (waiting === undefined) {
			this.#pending.set(label, [wire]);
			this.#session.openChannel(label, CHANNEL_OPTIONS[label]);
			return true;
		}
		return waiting.length < MAX_PENDING && waiting.push(wire) > 0;
	}

	/**
	 * Turns the view as if the viewer had. The viewer's next pose that looks elsewhere than its
	 * last one replaces it.
	 *
	 * @param worldFromView of any length but zero @param fovDeg horizontal, degrees
	 * @throws {RangeError} if a number is not finite, the rotation has no length, or the field of
	 * view is not within 20 to 150 degrees.
	 */
	look(worldFromView: Quaternion, fovDeg = this.#fovDeg): void {
		if (!(fovDeg >= MIN_FOV_DEG && fovDeg <= MAX_FOV_DEG))
			throw new RangeError(`fovDeg is a number from ${MIN_FOV_DEG} to ${MAX_FOV_DEG}; got ${fovDeg}.`);
		const orientation = normalizeQuaternion(worldFromView);
		this.#fovDeg = fovDeg;
		this.#putPose(orientation, this.#head.sequence, monotonicSec());
	}

	stats(): ViewerStats {
		return {
			session: this.#session.stats(),
			render: this.#rendered?.view.stats ?? this.#renderStats ?? NO_RENDER_STATS,
			encoder: this.#rendered?.view.encoderName ?? this.#encoderName,
			tracking: this.#tracking.counters,
			clock: {
				offsetMs: this.#clientClock.offsetMs,
				driftPpm: this.#clientClock.driftPpm,
				roundTripMs: this.#clientClock.roundTripMs,
			},
			messagesRefused: this.#gate.refused,
			messagesNotAllowed: this.#gate.notAllowed,
			client: this.#clientStats,
		};
	}

	/**
	 * Tells the client, on the control channel, of trouble that does not end the session.
	 * @param code for programs
	 * @param message for people
	 */
	reportTrouble(code: string, message: string): void {
		this.#complain(code, message);
	}

	/** Sends the client, on the control channel, what the source is doing now. */
	sendSourceState(): void {
		const { name: state, ...details } = this.#options.sourceState();
		this.#sendControl({
			type: "source",
			state,
			...details,
			...(state === "ended" && { mayPlayAgain: this.#gate.steers }),
		});
	}

	/**
	 * Ends the session. Nothing more is drawn, sent or read. With `final` the transport stays open
	 * for another quarter of a second, so that the client receives the reason.
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
		this.#sendControl({ type: "error", code: "closed", message: reason ?? CLOSED_WORDS, fatal: true, final });
		this.#end();
		setTimeout(() => this.#session.close(logged), FAREWELL_MS).unref();
	}

	on<Name extends keyof ViewerEvents>(name: Name, listener: (...args: ViewerEvents[Name]) => void): () => void {
		return this.#events.on(name, listener);
	}

	#listen(): void {
		const session = this.#session;
		session.on("keyframeRequest", () => this.#rendered?.view.mailbox.requestKeyframe());
		session.on("bitrate", (bitrateBps) => {
			this.#bitrateBps = bitrateBps;
			if (this.#rendered) this.#rendered.view.mailbox.bitrateBps = bitrateBps;
		});
		session.on("pause", () => this.#setPaused(true));
		session.on("resume", () => this.#setPaused(false));
		session.on("backPressure", (heldBack) => {
			if (this.#rendered) this.#rendered.view.mailbox.heldBack = heldBack;
		});
		session.on("channelOpen", (label) => this.#flushPending(label));
		session.on("message", (label, message, receivedAtSec) => this.#receive(label, message, receivedAtSec));
		session.on("frameSent", (packet, firstPacketSec, lastPacketSec) =>
			this.#reportFrame(packet, firstPacketSec, lastPacketSec),
		);
		void session.connected.then(() => {
			if (session.hasVideo) this.#startView();
		});
	}

	#startView(): void {
		try {
			const pose = this.#viewPose(IDENTITY, 0, Number.NaN);
			const { frameRate, encoder } = this.#options;
			this.#rendered = this.#pool.addView(
				{ frameRate, encoder, maxNalUnitBytes: this.#session.maxNalUnitBytes },
				{ pose, bitrateBps: this.#bitrateBps, ...this.#size },
			);
		} catch (error) {
			this.#session.close((error as Error).message);
			return;
		}
		const { view } = this.#rendered;
		this.#putHead(monotonicSec());
		view.events.on("packet", (packet) => this.#session.sendVideo(packet));
		view.events.on("failed", (message) => {
			this.#notice(message);
			this.#session.close(message);
		});
	}

	#setPaused(paused: boolean): void {
		if (this.#rendered) this.#rendered.view.mailbox.paused = paused;
	}

	#end(): void {
		this.#isClosed = true;
		clearInterval(this.#statsTimer);
		clearTimeout(this.#pingTimer);
		this.#pending.clear();
		if (this.#rendered === undefined) return;
		this.#renderStats = this.#rendered.view.stats;
		this.#encoderName = this.#rendered.view.encoderName;
		this.#pool.removeView(this.#rendered.viewId);
		this.#rendered = undefined;
	}

	#receive(label: string, message: ChannelMessage, receivedAtSec: number): void {
		if (this.#isClosed) return;
		if (!this.#gate.admits(label, message.length, receivedAtSec)) return;
		if (!isOurChannel(label)) this.#tell("message", label, message, receivedAtSec);
		else if (label === "tracking") this.#receiveTracking(message, receivedAtSec);
		else if (label === "camera") this.#receiveCamera(message, receivedAtSec);
		else if (label === "control") this.#receiveControl(message, receivedAtSec);
		else if (label === "body_pose") this.#receiveBodyPose(message, receivedAtSec);
		else this.#receiveTags(message, receivedAtSec);
	}

	#receiveTracking(message: ChannelMessage, receivedAtSec: number): void {
		const sample = this.#tracking.receive(message, receivedAtSec);
		if (sample === undefined) return;
		this.#tellPose(sample, receivedAtSec);
		this.#tell("message", "tracking", sample, receivedAtSec);
	}

	#tellPose(sample: PoseSample, receivedAtSec: number): void {
		if (sample.kind === "none") return;
		if (sample.kind === "head") this.#look(sample, receivedAtSec);
		this.#tell(sample.kind, sample, receivedAtSec, this.#capturedAtSec(sample.clientTimeMs, receivedAtSec));
	}

	/**
	 * When the client read a pose, on our clock. It can't have been after it came here: what the
	 * estimate is wrong by must not say so. Nor can it have been long ago: then the client's clock
	 * is not what it says in its pongs.
	 */
	#capturedAtSec(clientTimeMs: number, receivedAtSec: number): number {
		const capturedAtSec = Math.min(this.#clientClock.ourMsFrom(clientTimeMs) / 1000, receivedAtSec);
		return receivedAtSec - capturedAtSec <= OLDEST_POSE_SEC ? capturedAtSec : Number.NaN;
	}

	#receiveCamera(message: ChannelMessage, receivedAtSec: number): void {
		const head = this.#cameraHead;
		if (!this.#isDecoded(typeof message === "string" ? this.#camera.decode(message, head) : undefined)) return;
		this.#tellPose(head, receivedAtSec);
		this.#tell("message", "camera", head, receivedAtSec);
	}

	/** Draws for a new head. */
	#look(head: PoseSample, receivedAtSec: number): void {
		const repeated = looksTheSame(this.#head, head);
		this.#head.copyFrom(head);
		// A client repeats its pose to show that it is there. That must not undo what the
		// application has made it look at.
		if (repeated) return;
		this.#fovDeg = head.fovDeg ?? this.#fovDeg;
		this.#putHead(receivedAtSec);
	}

	#receiveBodyPose(message: ChannelMessage, receivedAtSec: number): void {
		const body = this.#body;
		if (!this.#isDecoded(typeof message === "string" ? undefined : decodeLegacyBodyPose(message, body))) return;
		const sample = this.#tracking.receiveUnnumbered(body, receivedAtSec);
		if (sample !== undefined) this.#tellPose(sample, receivedAtSec);
		this.#tell("message", "body_pose", body, receivedAtSec);
	}

	#receiveTags(message: ChannelMessage, receivedAtSec: number): void {
		const tags = this.#accepted(typeof message === "string" ? undefined : decodeLegacyTags(message));
		if (tags !== undefined) this.#tell("message", "apriltag_pose", tags, receivedAtSec);
	}

	#receiveControl(message: ChannelMessage, receivedAtSec: number): void {
		const result = typeof message === "string" ? parseClientControlMessage(message) : undefined;
		if (result?.kind === "refused")
			this.#complain("bad-message", `The control message was refused: ${result.reason}.`);
		const control = this.#accepted(result);
		if (control === undefined || !this.#gate.admitsControl(control.type)) return;
		switch (control.type) {
			case "hello":
				this.#welcome(control);
				break;
			case "ping":
				this.#sendControl({
					type: "pong",
					t0: control.t0,
					t1: receivedAtSec * 1000,
					t2: monotonicSec() * 1000,
				});
				break;
			case "pong":
				this.#clientClock.add(control.t0, control.t1, control.t2, receivedAtSec * 1000);
				break;
			case "skeletonChanged":
				this.#complain("bad-stream", this.#tracking.skeletonChanged(control));
				break;
			case "stats":
				this.#clientStats = control;
				break;
			case "view":
				this.#resize(control);
				break;
			case "playAgain":
				this.#events.emit("playAgain");
				break;
			case "recenter":
				this.#worldFromClient = quaternionFromAngles({ yawDeg: control.yaw, pitchDeg: 0, rollDeg: 0 });
				this.#putHead(receivedAtSec);
				break;
		}
		this.#tell("message", "control", control, receivedAtSec);
	}

	#welcome(hello: HelloMessage): void {
		const { frameRate, fovDeg, sourceName, sourceEyes, maxHz, maxBytes } = this.#options;
		if (hello.view !== undefined) this.#resize(hello.view);
		for (const { code, message } of this.#tracking.hello(hello)) this.#complain(code, message);
		const { width, height, eyes } = this.#size;
		this.#sendControl({
			type: "welcome",
			v: Math.min(hello.v, PROTOCOL_VERSION),
			session: this.id,
			access: [...this.#gate.access],
			encoding: hello.encodings?.includes("bin1") ? "bin1" : "json",
			maxHz,
			maxBytes,
			serverTime: monotonicSec() * 1000,
			view: { width, height, fps: frameRate, fovDeg, ...(eyes === 2 && sourceEyes() === 2 && { eyes }) },
			source: { name: sourceName },
			...(this.#session.resumeSecret !== undefined && { resume: this.#session.resumeSecret }),
		});
		this.sendSourceState();
		const isFirst = this.#hello === undefined;
		this.#hello = hello;
		if (!isFirst) return;
		this.#statsTimer = setInterval(() => this.#sendStats(), STATS_INTERVAL_MS);
		this.#statsTimer.unref();
		this.#ping(FIRST_PINGS);
	}

	/**
	 * Asks for the client's clock: a few times at once, to know it before the first poses are used,
	 * then now and then.
	 */
	#ping(hurried: number): void {
		if (this.#isClosed) return;
		this.#sendControl({ type: "ping", t0: monotonicSec() * 1000 });
		this.#pingTimer = setTimeout(
			() => this.#ping(hurried - 1),
			hurried > 0 ? FIRST_PING_INTERVAL_MS : PING_INTERVAL_MS,
		);
		this.#pingTimer.unref();
	}

	/**
	 * Draws in the shape of the client's window, and for as many eyes as it asks for, from the next
	 * picture on.
	 */
	#resize(wish: ViewWish): void {
		this.#size = viewSizeFor(this.#options, wish);
		this.#rendered?.view.mailbox.putSize(this.#size.width, this.#size.height, this.#size.eyes);
	}

	#sendStats(): void {
		const { session, render } = this.stats();
		const former = this.#renderStats ?? NO_RENDER_STATS;
		this.#renderStats = render;
		const frames = render.framesDrawn - former.framesDrawn;
		const mean = (total: number, before: number) => (frames > 0 ? ((total - before) / frames) * 1000 : undefined);
		this.#sendControl({
			type: "stats",
			targetBitrateBps: session.targetBitrateBps,
			...this.#options.serverStats(),
			framesSent: session.framesSent,
			framesDropped: session.framesDropped + render.drawsHeldBack,
			...(render.width > 0 && { width: render.width, height: render.height }),
			fps: (frames * 1000) / STATS_INTERVAL_MS,
			limit: viewLimit(render, former),
			drawMs: mean(render.drawSecTotal, former.drawSecTotal),
			encodeMs: mean(render.encodeSecTotal, former.encodeSecTotal),
		});
	}

	/**
	 * The message of a result that has one; the rest is counted. `undefined` stands for a message
	 * of the wrong kind, text or binary.
	 */
	#accepted<Message>(result: ParseResult<Message> | undefined): Message | undefined {
		if (result?.kind === "message") return result.message;
		if (result?.kind !== "ignored") this.#gate.refuse();
		return undefined;
	}

	/** Whether a pose was decoded; else its message is counted. */
	#isDecoded(result: DecodeResult | undefined): boolean {
		if (result?.kind === "refused" || result === undefined) this.#gate.refuse();
		return result?.kind === "message";
	}

	#reportFrame(packet: EncodedPacket, firstPacketSec: number, lastPacketSec: number): void {
		// Only to clients that made the channel: others would not know what it is.
		if (this.#session.isChannelOpen("frames"))
			this.#session.send("frames", encodeFrameMessage(frameMessageFromPacket(packet, firstPacketSec)));
		this.#events.emit("frameSent", packet, firstPacketSec, lastPacketSec);
	}

	/** Draws where the newest head looks. */
	#putHead(receivedSec: number): void {
		const { kind, orientation, sequence } = this.#head;
		if (kind === "head")
			this.#putPose(multiplyQuaternions(this.#worldFromClient, orientation), sequence, receivedSec);
	}

	#putPose(worldFromView: Quaternion, sequence: number, receivedSec: number): void {
		this.#rendered?.view.mailbox.putPose(this.#viewPose(worldFromView, sequence, receivedSec));
	}

	#viewPose(worldFromView: Quaternion, sequence: number, receivedSec: number) {
		return { worldFromView, fovRad: this.#fovDeg * RAD_PER_DEG, sequence, receivedSec };
	}

	#flushPending(label: string): void {
		for (const message of this.#pending.get(label) ?? []) this.#session.send(label, message);
		this.#pending.delete(label);
	}

	/** Tells the client what of its messages can't be used, if there is something. */
	#complain(code: string, message: string | undefined): void {
		if (message !== undefined) this.#sendControl({ type: "error", code, message, fatal: false });
	}

	#sendControl(message: ServerControlMessage): void {
		this.#session.send("control", encodeControlMessage(message));
	}

	/** Gives the viewer's messages to the application, unless the viewer may only watch. */
	#tell<Name extends "message" | "head" | "skeleton" | "controller">(name: Name, ...args: ViewerEvents[Name]): void {
		if (this.#gate.steers) this.#events.emit(name, ...args);
	}

	#notice(message: string): void {
		this.#events.emit("notice", message);
	}
}

/**
 * Whether two heads are one, as far as JSON's six decimals and binary's 32 bits can tell: a pose
 * may be repeated in another encoding. 1e-5 is 0.001 degrees.
 */
function looksTheSame(a: PoseSample, b: PoseSample): boolean {
	const isNear = (x: number, y: number) => Math.abs(x - y) < 1e-5;
	if (a.kind !== b.kind || !(a.fovDeg === b.fovDeg || isNear(a.fovDeg ?? Number.NaN, b.fovDeg ?? Number.NaN)))
		return false;
	for (let part = 0; part < 4; part++) if (!isNear(a.rotations[part]!, b.rotations[part]!)) return false;
	return true;
}
