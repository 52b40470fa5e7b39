import { monotonicSec } from "../media/clock.ts";
import { positionAt } from "../media/playback.ts";
import type { ViewAngles } from "../media/rotation.ts";
import { VIEWER_LENSES, type ViewerLens } from "../media/viewer-lens.ts";
import type { CamerasMessage } from "../protocol/camera-messages.ts";
import { ClockEstimate } from "../protocol/clock-estimate.ts";
import type {
	ClientControlMessage,
	ClientStatsMessage,
	DisplayMessage,
	HelloMessage,
	ServerControlMessage,
	SoundMessage,
	WelcomeMessage,
} from "../protocol/control-message.ts";
import { encodeControlMessage, PROTOCOL_VERSION } from "../protocol/control-writing.ts";
import type { HoldMessage, SafetyTerms } from "../protocol/hold-messages.ts";
import { type PlaybackAuthor, playbackMessage } from "../protocol/playback-message.ts";
import type { RecordingMessage } from "../protocol/recording-messages.ts";
import type { TrackingReceiver } from "../protocol/tracking-receiver.ts";
import type { Access } from "../session/access.ts";
import type { SessionStats, ViewerSession } from "../session/viewer-session.ts";
import { NO_RENDER_STATS, type RenderStats, viewLimit } from "./render-protocol.ts";
import type { PictureParts } from "./view-mailbox.ts";
import type { ViewShape } from "./view-shape.ts";
import type { ViewSize } from "./view-size.ts";
import type { ClockStats } from "./viewer-events.ts";
import type { PoseLimits, ViewedSource } from "./viewer-options.ts";

/** Interval between two reports to the client. */
const STATS_INTERVAL_MS = 1000;
const PING_INTERVAL_MS = 2000;
/**
 * The first pings follow each other quickly: the client's clock is known before
 * poses are used.
 */
const FIRST_PINGS = 5;
const FIRST_PING_INTERVAL_MS = 100;
/**
 * A pose that looks older than this comes from a wrong clock: its time of capture
 * is unknown.
 */
const OLDEST_POSE_SEC = 60;
const CLOSED_WORDS = "The server has ended this session.";
const NOT_RECORD_WORDS = "You may watch here, and not record.";
const WORDS_OF_RIGHTS: { readonly [Type in ClientControlMessage["type"]]?: string } = {
	playback: "You may watch here, and not change what is played.",
	record: NOT_RECORD_WORDS,
	episode: NOT_RECORD_WORDS,
};
const WATCH_ONLY_WORDS =
	"You may watch here, and turn your own view. Bodies, hands, controllers and other messages are not used.";

/** Options of a `ControlConversation`. */
export interface ControlConversationOptions {
	readonly session: ViewerSession;
	readonly access: Access;
	/** Learns the axes and streams that the client declares. */
	readonly tracking: TrackingReceiver;
	readonly limits: PoseLimits;
	readonly source: ViewedSource;
	/** Configured rate and field of view. */
	readonly view: { readonly frameRate: number; readonly fovDeg: number };
	/** The view's present size. */
	readonly viewSize: () => ViewSize;
	/** The form of a flat view beyond square pixels. */
	readonly shape: () => ViewShape | undefined;
	/** Parts of the pictures beside the view. */
	readonly parts: () => PictureParts;
	/** The present lens, by name; "custom": one of the application's own. */
	readonly lens: () => ViewerLens | "custom";
	/** The message about the viewer's sound; `undefined`: none was agreed on. */
	readonly sound: () => SoundMessage | undefined;
	readonly stats: () => { readonly session: SessionStats; readonly render: RenderStats };
	/** The message about recordings; `undefined`: there is nothing to say about them. */
	readonly recording: () => RecordingMessage | undefined;
	readonly serverStats: () => { readonly sourceFps: number; readonly viewers: number };
	/** Names of the cameras that can be seen beside the view. */
	readonly cameras: () => readonly string[];
	/** Kinds of media that the client may send. */
	readonly takes: readonly string[];
	/** Kinds of the viewers' media that other viewers can get. */
	readonly relays: readonly string[];
	/** The bounds of the viewer's control; `undefined`: it is never put on hold. */
	readonly safety: () => SafetyTerms | undefined;
	/** Returns whether the viewer has a play of its own, for which it needs no other right. */
	readonly ownPlayback: () => boolean;
}

/**
 * The server's half of the `control` channel with one client: the welcome, pings
 * and pongs, reports of statistics and of the source, complaints. The viewer itself
 * obeys what concerns its view.
 */
export class ControlConversation {
	/** The client's clock as seen from the server's monotonic one, milliseconds. */
	readonly clock = new ClockEstimate();
	readonly #options: ControlConversationOptions;
	#hello: HelloMessage | undefined;
	#clientStats: ClientStatsMessage | undefined;
	#display: DisplayMessage | undefined;
	#statsTimer: NodeJS.Timeout | undefined;
	#pingTimer: NodeJS.Timeout | undefined;
	/** Counters at the last report: the next one reports the differences. */
	#reportedStats: RenderStats = NO_RENDER_STATS;
	#sentLens: string | undefined;
	#isEnded = false;

	/** @param options its session, receiver and source are borrowed. */
	constructor(options: ControlConversationOptions) {
		this.#options = options;
	}

	/** The client's newest hello; `undefined` before the first. */
	get hello(): HelloMessage | undefined {
		return this.#hello;
	}

	/** The client's clock now. */
	get clockStats(): ClockStats {
		const { offsetMs, driftPpm, roundTripMs } = this.clock;
		return { offsetMs, uncertaintyMs: this.clock.uncertaintyMsAt(monotonicSec() * 1000), driftPpm, roundTripMs };
	}

	/** The newest report of the client; `undefined` before the first. */
	get clientStats(): ClientStatsMessage | undefined {
		return this.#clientStats;
	}

	/** The newest report of the client's display; `undefined` before the first. */
	get display(): DisplayMessage | undefined {
		return this.#display;
	}

	/**
	 * Obeys a message of the conversation; messages that concern the view change
	 * nothing here.
	 */
	obey(control: ClientControlMessage, receivedAtSec: number): void {
		switch (control.type) {
			case "hello":
				this.#welcome(control);
				break;
			case "ping":
				this.#send({ type: "pong", t0: control.t0, t1: receivedAtSec * 1000, t2: monotonicSec() * 1000 });
				break;
			case "pong":
				this.clock.add(control.t0, control.t1, control.t2, receivedAtSec * 1000);
				break;
			case "skeletonChanged": {
				const fault = this.#options.tracking.skeletonChanged(control);
				if (fault !== undefined) this.complain("bad-stream", fault);
				break;
			}
			case "stats":
				this.#clientStats = control;
				break;
			case "display":
				this.#display = control;
				break;
		}
	}

	/**
	 * Reports trouble that does not end the session.
	 * @param code for programs.
	 * @param message a sentence for people.
	 */
	complain(code: string, message: string): void {
		this.#send({ type: "error", code, message, fatal: false });
	}

	/** Reports that the viewer lacks a right. @param asked type of its control message, if any. */
	complainOfRights(asked?: ClientControlMessage["type"]): void {
		this.complain("not-allowed", (asked && WORDS_OF_RIGHTS[asked]) ?? WATCH_ONLY_WORDS);
	}

	/** Sends the source's present state. */
	sendSourceState(): void {
		const { source, access } = this.#options;
		const { name: state, ...details } = source.state;
		this.#send({
			type: "source",
			state,
			...details,
			...(source.info?.format.eyes === 2 && { eyes: 2 as const }),
			...(state === "ended" && { mayPlayAgain: access.has("steer") }),
		});
	}

	/**
	 * Sends the source's present play, to a client that has introduced itself.
	 * @param by author of the change that led to it, if any.
	 */
	sendPlayback(by?: PlaybackAuthor): void {
		if (this.#hello === undefined) return;
		const { source, access, ownPlayback } = this.#options;
		const { playback } = source;
		const atSec = monotonicSec();
		const state = { ...playback, positionSec: positionAt(playback, atSec), atSec };
		this.#send(playbackMessage(state, { mayControl: ownPlayback() || access.has("steer"), by }));
	}

	/** Sends the present lens, to a client that has introduced itself. */
	sendLens(): void {
		if (this.#hello === undefined) return;
		const lens = this.#lens;
		const mayChoose = lens !== "none" && lens !== "custom";
		this.#sentLens = lens;
		this.#send({ type: "lens", lens, choices: mayChoose ? [...VIEWER_LENSES] : [] });
	}

	/** Sends the state of the viewer's control. */
	sendHold(hold: HoldMessage): void {
		this.#send(hold);
	}

	/** Sends the states of the cameras beside the view. */
	sendCameras(cameras: CamerasMessage): void {
		this.#send(cameras);
	}

	/** Sends the lens if another source has changed it. */
	sendLensIfChanged(): void {
		if (this.#lens !== this.#sentLens) this.sendLens();
	}

	/**
	 * Sends the state of the sound, to a client that has introduced itself and offered to hear it.
	 */
	sendSound(): void {
		const message = this.#hello === undefined ? undefined : this.#options.sound();
		if (message !== undefined) this.#send(message);
	}

	/** Sends the state of recordings, to a client that has introduced itself. */
	sendRecording(): void {
		const message = this.#hello === undefined ? undefined : this.#options.recording();
		if (message !== undefined) this.#send(message);
	}

	/** Sends the last message. A client that gets it does not come back by itself. */
	sendFarewell(message = CLOSED_WORDS): void {
		this.#send({ type: "error", code: "closed", message, fatal: true, final: true });
	}

	/**
	 * Time at which the client read a pose, seconds on the server's clock. It is no
	 * later than the pose's arrival, however wrong the estimate is. NaN if the
	 * client does not say, or if the pose would be so old that its clock must be
	 * another than the one in its pongs.
	 */
	capturedAtSec(clientTimeMs: number, receivedAtSec: number): number {
		const capturedAtSec = Math.min(this.clock.ourMsFrom(clientTimeMs) / 1000, receivedAtSec);
		return receivedAtSec - capturedAtSec <= OLDEST_POSE_SEC ? capturedAtSec : Number.NaN;
	}

	/** Ends pings and reports. */
	end(): void {
		this.#isEnded = true;
		clearInterval(this.#statsTimer);
		clearTimeout(this.#pingTimer);
	}

	#welcome(hello: HelloMessage): void {
		const { session, access, tracking, limits, source, view, viewSize, shape, parts } = this.#options;
		const { takes, relays } = this.#options;
		for (const { code, message } of tracking.hello(hello)) this.complain(code, message);
		const { width, height, eyes } = viewSize();
		const safety = this.#options.safety();
		const cameras = this.#options.cameras();
		const bothEyes = eyes === 2 && source.info?.format.eyes === 2;
		const initial = initialView(source.info?.initialView);
		this.#send({
			type: "welcome",
			v: Math.min(hello.v, PROTOCOL_VERSION),
			session: session.id,
			access: [...access],
			encoding: hello.encodings?.includes("bin1") ? "bin1" : "json",
			maxHz: limits.maxHz,
			maxBytes: limits.maxMessageBytes,
			serverTime: monotonicSec() * 1000,
			view: {
				width,
				height,
				fps: view.frameRate,
				fovDeg: view.fovDeg,
				...(bothEyes && { eyes }),
				...shapeWords(shape()),
				...(initial && { initial }),
			},
			...(hello.picture && { picture: parts() }),
			source: { name: source.name },
			...(cameras.length > 0 && { cameras: [...cameras] }),
			...(takes.length + relays.length > 0 && {
				media: { takes: [...takes], ...(relays.length > 0 && { relays: [...relays] }) },
			}),
			...(safety && { safety }),
			...(session.resumeSecret !== undefined && { resume: session.resumeSecret }),
		});
		this.sendSourceState();
		const isFirst = this.#hello === undefined;
		this.#hello = hello;
		this.sendLens();
		this.sendPlayback();
		this.sendSound();
		this.sendRecording();
		if (!isFirst) return;
		this.#statsTimer = setInterval(() => this.#sendStats(), STATS_INTERVAL_MS);
		this.#statsTimer.unref();
		this.#ping(FIRST_PINGS);
	}

	get #lens(): ViewerLens | "custom" | "none" {
		const { source, lens } = this.#options;
		return source.info?.format.projection?.kind === "none" ? "none" : lens();
	}

	/** @param hurried number of pings that follow this one at the short interval. */
	#ping(hurried: number): void {
		if (this.#isEnded) return;
		this.#send({ type: "ping", t0: monotonicSec() * 1000 });
		const intervalMs = hurried > 0 ? FIRST_PING_INTERVAL_MS : PING_INTERVAL_MS;
		this.#pingTimer = setTimeout(() => this.#ping(hurried - 1), intervalMs);
		this.#pingTimer.unref();
	}

	#sendStats(): void {
		const { session, render } = this.#options.stats();
		const former = this.#reportedStats;
		this.#reportedStats = render;
		const frames = render.framesDrawn - former.framesDrawn;
		const meanMs = (total: number, before: number) => (frames > 0 ? ((total - before) / frames) * 1000 : undefined);
		this.#send({
			type: "stats",
			targetBitrateBps: session.targetBitrateBps,
			...this.#options.serverStats(),
			...(this.#options.recording()?.recorded && { recording: true }),
			framesSent: session.framesSent,
			framesDropped: session.framesDropped + render.drawsHeldBack,
			...(render.width > 0 && { width: render.width, height: render.height }),
			fps: (frames * 1000) / STATS_INTERVAL_MS,
			limit: viewLimit(render, former),
			drawMs: meanMs(render.drawSecTotal, former.drawSecTotal),
			encodeMs: meanMs(render.encodeSecTotal, former.encodeSecTotal),
		});
	}

	#send(message: ServerControlMessage): void {
		this.#options.session.send("control", encodeControlMessage(message));
	}
}

/** A view's shape as the welcome states it. */
function shapeWords(shape: ViewShape | undefined): Pick<WelcomeMessage["view"], "frusta" | "foveated"> {
	if (shape === undefined) return {};
	const frusta = shape.frusta?.map(({ headFromEye, ...sides }) => ({
		...sides,
		...(headFromEye && { q: [...headFromEye] as [number, number, number, number] }),
	}));
	return { ...(frusta && { frusta }), ...(shape.gaze && { foveated: true }) };
}

/** A direction to begin in; `undefined`: straight ahead, which needs no words. */
function initialView(
	angles: ViewAngles | undefined,
): { readonly yaw: number; readonly pitch: number; readonly roll: number } | undefined {
	if (angles === undefined) return undefined;
	const { yawDeg: yaw, pitchDeg: pitch, rollDeg: roll } = angles;
	return yaw === 0 && pitch === 0 && roll === 0 ? undefined : { yaw, pitch, roll };
}
