/// <reference types="webxr" />

import { EventListeners } from "../../media/events.ts";
import { MAX_FOV_DEG } from "../../media/view.ts";
import { MIN_VIEW_SIDE } from "../../protocol/control-message.ts";
import type { FrameMessage } from "../../protocol/frame-message.ts";
import type { PanogazeConnection } from "../connection.ts";
import { GamepadHaptics } from "../gamepad-haptics.ts";
import type { ViewState } from "../view-state.ts";
import { XrPoseSource } from "../xr-pose-source.ts";
import { coveringSize, coveringView, fovDegFromTangent } from "./covering-view.ts";
import { HeldThings } from "./held-things.ts";
import { compose } from "./matrices.ts";
import { PicturePlaces } from "./picture-places.ts";
import { type PicturePlace, placeOfPicture, Scene, type SceneEye } from "./scene.ts";
import { StatusPanel } from "./status-panel.ts";

export type ImmersiveMode = "immersive-vr" | "immersive-ar";

/** What the page shows without a headset. */
export interface Streaming {
	readonly connection: PanogazeConnection;
	/** Where the connection's stream plays. */
	readonly video: HTMLVideoElement;
	/** Whether what it shows is live. */
	readonly view: ViewState;
}

interface ImmersiveViewEvents {
	/**
	 * The session is over: left by the person, by the device, or with words about what went wrong.
	 */
	end: [words: string | undefined];
}

/**
 * How far to all sides the view reaches beyond what the eyes see: a head turns by this while a
 * picture is on its way.
 */
const MARGIN_DEG = 5;
/** The round window of an AR session: half its width. */
const WINDOW_DEG = 27;
/** A picture whose place has not arrived by then is shown without it: the message was lost. */
const PLACE_TIMEOUT_MS = 60;
/** A video that shows pictures and does not tell of them for so long tells of none. */
const CALLBACK_SILENCE_MS = 400;
/** Pictures come at least twice a second; what is older than this is dimmed. */
const PICTURE_OLD_MS = 1_200;
const OLD_STRENGTH = 0.4;
const ASK_EVERY_MS = 1_000;
const PANEL_EVERY_MS = 500;
const NOTICE_MS = 2_500;
const PANEL_SIZE = [0.72, 0.18, 1] as const;
const PANEL_DISTANCE = 1.4;
/** What is wrong stands ahead; how it goes is read by looking down. */
const PANEL_AHEAD_DEG = -6;
const PANEL_BELOW_DEG = -42;

/**
 * The stream in a headset: the server draws what the eyes see and a little more, at the newest pose
 * of the head; the picture stays where it was drawn for until the next one comes. Poses of the
 * head, hands, body and controllers are sent once per frame of the headset, and shown as they are
 * sent.
 */
export class ImmersiveView {
	readonly #session: XRSession;
	readonly #layer: XRWebGLLayer;
	readonly #mode: ImmersiveMode;
	readonly #connection: PanogazeConnection;
	readonly #video: HTMLVideoElement;
	readonly #view: ViewState;
	readonly #scene: Scene;
	readonly #source: XrPoseSource;
	readonly #events = new EventListeners<ImmersiveViewEvents>();
	readonly #haptics = new GamepadHaptics();
	readonly #things = new HeldThings();
	readonly #places = new PicturePlaces();
	readonly #panel = new StatusPanel();
	readonly #worldFromPanel = new Float32Array(16);
	readonly #removers: (() => void)[] = [];
	#place: PicturePlace | undefined;
	#shownAtMs = Number.NEGATIVE_INFINITY;
	/** Size of the picture that waits for its place. */
	#uploaded = { width: 0, height: 0 };
	#videoCallback = 0;
	#calledBackAtMs = 0;
	/** How many pictures the video had shown at its last callback, and when one was last used. */
	#picturesTold = 0;
	#picturesTaken = -1;
	#askedAtMs = Number.NEGATIVE_INFINITY;
	#panelDrawnAtMs = Number.NEGATIVE_INFINITY;
	#panelWrong = "";
	#notice = { words: "", untilMs: 0 };
	#error: string | undefined;
	#over = false;

	/**
	 * Enters the headset. Call it from a click: browsers want one.
	 *
	 * @throws {Error} with words for people, if there is no way in.
	 */
	static async enter(mode: ImmersiveMode, streaming: Streaming): Promise<ImmersiveView> {
		const { xr } = navigator;
		if (xr === undefined) throw new Error("This browser has no WebXR.");
		const session = await requestSession(xr, mode);
		let ended = false;
		session.addEventListener("end", () => {
			ended = true;
		});
		try {
			const gl = document
				.createElement("canvas")
				.getContext("webgl2", { xrCompatible: true, alpha: true, antialias: true });
			if (gl === null) throw new Error("This browser can't draw with WebGL 2, which the headset's view needs.");
			// A context may have been made for another device than the headset's.
			await gl.makeXRCompatible();
			const layer = new XRWebGLLayer(session, gl, { antialias: true, alpha: true });
			await session.updateRenderState({ baseLayer: layer, depthNear: 0.05, depthFar: 100 });
			const space = await requestSpace(session);
			if (!ended) return new ImmersiveView(mode, streaming, session, layer, gl, space);
		} catch (error) {
			if (!ended) {
				await session.end().catch(() => undefined);
				throw error;
			}
		}
		throw new Error("The headset was left before anything could be shown.");
	}

	private constructor(
		mode: ImmersiveMode,
		{ connection, video, view }: Streaming,
		session: XRSession,
		layer: XRWebGLLayer,
		gl: WebGL2RenderingContext,
		space: XRReferenceSpace,
	) {
		this.#mode = mode;
		this.#connection = connection;
		this.#video = video;
		this.#view = view;
		this.#session = session;
		this.#layer = layer;
		this.#scene = new Scene(gl);
		this.#source = new XrPoseSource(space);
		gl.canvas.addEventListener("webglcontextlost", () => this.#fail("The graphics of this device gave up."));
		session.addEventListener("end", () => this.#ended());
		// A hidden session has no frames: what the hands did last would stand until it is seen
		// again.
		session.addEventListener("visibilitychange", () => session.visibilityState === "hidden" && this.#tellLost());
		this.#removers.push(
			this.#source.on("reset", () => this.#notify("View recentred")),
			connection.on("frame", (frame) => this.#show(this.#places.described(frame))),
			connection.on(
				"message",
				(label, data) => label === "haptics" && this.#haptics.receive(data, performance.now()),
			),
			// Another server's pictures have other times.
			connection.on("state", ({ name }) => name === "connecting" && this.#places.clear()),
		);
		this.#watchVideo();
		// The click that led here may be the one that a blocked video waited for.
		void video.play().catch(() => undefined);
		session.requestAnimationFrame(this.#drawFrame);
	}

	/** @returns a function that removes the listener. */
	on<Name extends keyof ImmersiveViewEvents>(
		name: Name,
		listener: (...args: ImmersiveViewEvents[Name]) => void,
	): () => void {
		return this.#events.on(name, listener);
	}

	/** Leaves the headset; `end` follows. */
	leave(): void {
		if (!this.#over) void this.#session.end().catch(() => this.#ended());
	}

	/** Pictures are taken when the video tells of them: only then is it known which they are. */
	#watchVideo(): void {
		const video = this.#video;
		// What is shown now came before; a still view gets no other for half a second.
		if (video.readyState >= video.HAVE_CURRENT_DATA) this.#pictureCame(undefined);
		if (!("requestVideoFrameCallback" in video)) return;
		const came = (_: number, metadata: VideoFrameCallbackMetadata & { rtpTimestamp?: number }) => {
			this.#videoCallback = video.requestVideoFrameCallback(came);
			this.#calledBackAtMs = performance.now();
			this.#picturesTold = video.getVideoPlaybackQuality().totalVideoFrames;
			this.#pictureCame(metadata.rtpTimestamp);
		};
		this.#videoCallback = video.requestVideoFrameCallback(came);
	}

	/**
	 * Some browsers have no such callback, or none while a headset has the display: there, whatever
	 * the video shows is taken.
	 */
	#takeUntold(nowMs: number): void {
		if (nowMs - this.#calledBackAtMs < CALLBACK_SILENCE_MS) return;
		const pictures = this.#video.getVideoPlaybackQuality().totalVideoFrames;
		// Each connection counts from 0. The callback of a picture that is already there may come
		// in a moment.
		if (pictures !== this.#picturesTaken && Math.abs(pictures - this.#picturesTold) > 1)
			this.#pictureCame(undefined);
	}

	/** @param rtpTicks which it is, if the browser says so. */
	#pictureCame(rtpTicks: number | undefined): void {
		const video = this.#video;
		// When a stream ends some browsers show black, and tell of that as of any picture: the last
		// one says more.
		if (video.videoWidth < MIN_VIEW_SIDE || !this.#isStreaming()) return;
		this.#picturesTaken = video.getVideoPlaybackQuality().totalVideoFrames;
		this.#scene.upload(video);
		this.#uploaded = { width: video.videoWidth, height: video.videoHeight };
		if (rtpTicks === undefined) this.#showUnplaced();
		else this.#show(this.#places.came(rtpTicks, performance.now()));
	}

	#isStreaming(): boolean {
		const { name } = this.#connection.state;
		return name === "connected" || name === "interrupted";
	}

	#show(frame: FrameMessage | undefined): void {
		if (frame === undefined) return;
		const { width, height } = this.#uploaded;
		this.#scene.showNext();
		this.#place = placeOfPicture(frame, width, height);
		this.#shownAtMs = performance.now();
	}

	/**
	 * Its message did not come: the one before is the best guess, or, from a server that sends
	 * none, that the picture is what the head sees now.
	 */
	#showUnplaced(): void {
		this.#places.giveUp();
		const orientation = this.#source.viewerPose?.transform.orientation;
		const guess = this.#places.newest ?? {
			orientation:
				orientation === undefined
					? ([0, 0, 0, 1] as const)
					: ([orientation.x, orientation.y, orientation.z, orientation.w] as const),
			fovDeg: Number.isFinite(this.#source.horizontalFovDeg) ? this.#source.horizontalFovDeg : 90,
			eyes: 1 as const,
		};
		const { width, height } = this.#uploaded;
		this.#scene.showNext();
		this.#place = placeOfPicture(guess, width, height);
		this.#shownAtMs = performance.now();
	}

	readonly #drawFrame = (_: number, frame: XRFrame) => {
		if (this.#over) return;
		this.#session.requestAnimationFrame(this.#drawFrame);
		const nowMs = performance.now();
		const frames = this.#source.read(frame, nowMs);
		const pose = this.#source.viewerPose as XRViewerPose | undefined;
		if (pose !== undefined) this.#askForView(pose, nowMs);
		for (const tracked of frames) this.#connection.sendPose(tracked, nowMs);
		this.#haptics.play(this.#session.inputSources, nowMs);
		this.#things.show(frames);
		this.#takeUntold(nowMs);
		if (this.#places.waitedMs(nowMs) > PLACE_TIMEOUT_MS) this.#showUnplaced();
		if (pose === undefined) return;
		this.#scene.draw(this.#layer.framebuffer, this.#eyesOf(pose), {
			place: this.#place,
			strength: this.#isLive(nowMs) ? 1 : OLD_STRENGTH,
			windowRad: this.#mode === "immersive-ar" ? (WINDOW_DEG * Math.PI) / 180 : undefined,
			ahead: directionAhead(pose.transform.orientation),
			things: this.#things,
			worldFromPanel: this.#placePanel(pose.transform, nowMs),
		});
	};

	#eyesOf(pose: XRViewerPose): SceneEye[] {
		return pose.views.flatMap((view) => {
			const viewport = this.#layer.getViewport(view);
			return viewport
				? [{ eye: view.eye, projectionMatrix: view.projectionMatrix, transform: view.transform, viewport }]
				: [];
		});
	}

	/**
	 * The eyes' cameras may change at any time, as with the distance of a headset's lenses; what
	 * stays the same is asked for once.
	 */
	#askForView(pose: XRViewerPose, nowMs: number): void {
		if (pose.views.length === 0 || nowMs - this.#askedAtMs < ASK_EVERY_MS) return;
		this.#askedAtMs = nowMs;
		const covering = coveringView(pose, MARGIN_DEG, MAX_FOV_DEG);
		const half = Math.tan(((WINDOW_DEG + MARGIN_DEG) * Math.PI) / 180);
		const seen = this.#mode === "immersive-ar" ? { tanHalfWidth: half, tanHalfHeight: half } : covering;
		this.#source.horizontalFovDeg = fovDegFromTangent(seen.tanHalfWidth);
		this.#source.verticalFovDeg = fovDegFromTangent(seen.tanHalfHeight);
		const { width, height } = coveringSize(seen, this.#eyesOf(pose));
		this.#connection.requestView(width, height, { eyes: pose.views.length > 1 ? 2 : 1 });
	}

	/** @returns where the panel is; `undefined`: there is none. */
	#placePanel({ position, orientation }: XRRigidTransform, nowMs: number): Float32Array | undefined {
		const wrong = this.#wrongWords(nowMs);
		if (nowMs - this.#panelDrawnAtMs > PANEL_EVERY_MS || wrong !== this.#panelWrong) {
			this.#panelDrawnAtMs = nowMs;
			this.#panelWrong = wrong;
			const { source } = this.#connection.welcome ?? { source: { name: "panogaze" } };
			if (this.#panel.show(wrong === "" ? source.name : wrong, wrong === "" ? this.#numbers() : ""))
				this.#scene.uploadPanel(this.#panel.canvas);
		}
		const [x, , z] = directionAhead(orientation);
		const yaw = Math.atan2(-x, -z);
		const pitch = ((wrong === "" ? PANEL_BELOW_DEG : PANEL_AHEAD_DEG) * Math.PI) / 180;
		const [sinYaw, cosYaw, sinPitch, cosPitch] = [
			Math.sin(yaw / 2),
			Math.cos(yaw / 2),
			Math.sin(pitch / 2),
			Math.cos(pitch / 2),
		];
		const level = PANEL_DISTANCE * Math.cos(pitch);
		compose(
			this.#worldFromPanel,
			0,
			[
				position.x - Math.sin(yaw) * level,
				position.y + PANEL_DISTANCE * Math.sin(pitch),
				position.z - Math.cos(yaw) * level,
			],
			[cosYaw * sinPitch, sinYaw * cosPitch, -sinYaw * sinPitch, cosYaw * cosPitch],
			PANEL_SIZE,
		);
		return this.#worldFromPanel;
	}

	/** The page knows all but this: whether pictures get as far as the headset. */
	#isLive(nowMs: number): boolean {
		return this.#view.verdict.words === "" && this.#place !== undefined && nowMs - this.#shownAtMs < PICTURE_OLD_MS;
	}

	#wrongWords(nowMs: number): string {
		const { words } = this.#view.verdict;
		if (words !== "") return words;
		if (!this.#isLive(nowMs)) return "Waiting for video…";
		return nowMs < this.#notice.untilMs ? this.#notice.words : "";
	}

	#numbers(): string {
		const { stats } = this.#connection;
		if (stats === undefined) return "";
		const latency = stats.motionToPhoton === undefined ? "–" : `${Math.round(stats.motionToPhoton.p50)} ms`;
		const rate = Number.isFinite(stats.fps) ? `${Math.round(stats.fps)} fps` : "–";
		return `motion to photon ${latency}  ·  ${rate}`;
	}

	#notify(words: string): void {
		this.#notice = { words, untilMs: performance.now() + NOTICE_MS };
	}

	#fail(words: string): void {
		if (this.#over) return;
		this.#error = words;
		this.leave();
	}

	#tellLost(): void {
		const nowMs = performance.now();
		for (const lost of this.#source.lose(nowMs)) this.#connection.sendPose(lost, nowMs);
	}

	#ended(): void {
		if (this.#over) return;
		this.#over = true;
		this.#tellLost();
		for (const remove of this.#removers) remove();
		if (this.#videoCallback !== 0) this.#video.cancelVideoFrameCallback(this.#videoCallback);
		this.#source.close();
		this.#scene.close();
		this.#events.emit("end", this.#error);
	}
}

async function requestSession(xr: XRSystem, mode: ImmersiveMode): Promise<XRSession> {
	try {
		return await xr.requestSession(mode, { optionalFeatures: ["local-floor", "hand-tracking", "body-tracking"] });
	} catch (error) {
		throw new Error(refusalWords((error as DOMException).name), { cause: error });
	}
}

function refusalWords(name: string): string {
	switch (name) {
		case "SecurityError":
		case "NotAllowedError":
			return "The browser or its user did not allow the headset to be used.";
		case "InvalidStateError":
			return "The headset is in use by another page.";
		case "NotSupportedError":
			return "The headset is not there, or can't show this.";
		default:
			return "The headset did not start. Try again.";
	}
}

/** Heights are above the floor where the device knows it. */
async function requestSpace(session: XRSession): Promise<XRReferenceSpace> {
	try {
		return await session.requestReferenceSpace("local-floor");
	} catch {
		return session.requestReferenceSpace("local");
	}
}

function directionAhead({ x, y, z, w }: DOMPointReadOnly): readonly [number, number, number] {
	return [-2 * (x * z + y * w), -2 * (y * z - x * w), -(1 - 2 * (x * x + y * y))];
}
