/// <reference types="webxr" />

import { EventListeners } from "../../media/events.ts";
import type { FoveatedWish } from "../../media/foveation.ts";
import { multiplyQuaternions } from "../../media/rotation.ts";
import { MAX_FOV_DEG } from "../../media/view.ts";
import type { ViewerLens } from "../../media/viewer-lens.ts";
import { conjugate } from "../../skeleton/rigid-transform.ts";
import type { PanogazeConnection } from "../connection.ts";
import { GamepadHaptics } from "../gamepad-haptics.ts";
import { pulseHolds } from "../hold-pulses.ts";
import { likelyLatencyMs } from "../recent-latencies.ts";
import { HeadMotion } from "../reprojection/head-motion.ts";
import { MarginRule, MOST_SCALE } from "../reprojection/margin-rule.ts";
import { type PictureView, StampedPictures } from "../reprojection/stamped-pictures.ts";
import { verdictOf } from "../view-state.ts";
import { XrPoseSource } from "../xr-pose-source.ts";
import { coveringView, fovDegFromTangent } from "./covering-view.ts";
import { eyeFrusta, eyeViewSize, eyeViews, neededEyeScale, widened } from "./eye-frusta.ts";
import { GripEngagement } from "./grip-engagement.ts";
import { HandModels } from "./hand-models.ts";
import { HeadsetCameras } from "./headset-cameras.ts";
import { HeadsetOverlay } from "./headset-overlay.ts";
import { HeadsetPanel } from "./headset-panel.ts";
import { HeadsetRecording } from "./headset-recording.ts";
import { HEADSET_ENGLISH, type HeadsetLanguage } from "./headset-words.ts";
import { Scene, type SceneEye } from "./scene.ts";
import { type EnteredSession, enterSession, type ImmersiveMode } from "./xr-session.ts";

/** The stream that an `ImmersiveView` shows. */
export interface ImmersiveViewOptions {
	/**
	 * Made with `streams: XR_STREAMS`, so that the server knows of hands and
	 * controllers.
	 */
	readonly connection: PanogazeConnection;
	/** The element that the connection is attached to. */
	readonly video: HTMLVideoElement;
	/**
	 * The first value of `ImmersiveView.foveated`.
	 * @default true
	 */
	readonly foveated?: FoveatedWish | undefined;
	/**
	 * The words of the panel.
	 * @default HEADSET_ENGLISH
	 */
	readonly language?: HeadsetLanguage | undefined;
}

/** The events of an `ImmersiveView`. */
export interface ImmersiveViewEvents {
	/**
	 * The session is over: the person or the device has left it. `words` is a sentence
	 * for people if something went wrong.
	 */
	end: [words: string | undefined];
}

/**
 * A picture whose message has not arrived by then is shown without it: the message was
 * lost.
 */
const MESSAGE_TIMEOUT_MS = 60;
/** Half the width of the round window of an AR session. */
const WINDOW_DEG = 27;
/** Pictures come at least twice a second. An older one is dimmed. */
const PICTURE_OLD_MS = 1_200;
const OLD_STRENGTH = 0.4;
const REQUEST_VIEW_EVERY_MS = 1_000;

/**
 * Shows a connection's stream in a headset. The server draws what each eye sees and a
 * little more, at the newest pose of the head. Each picture is drawn in the direction
 * that the server rendered it for, and stays there until the next one comes, however
 * the head moves meanwhile; beyond it a coarse picture of the whole sphere is seen.
 *
 * The poses of head, hands, body and controllers are sent once per frame of the
 * headset; hands and controllers are shown as they are sent. Messages of the `haptics`
 * channel are played.
 *
 * Made by `ImmersiveView.enter`. Until `end`, call neither `look` nor `requestView` of
 * the connection: they are the headset's. Afterwards the page's last ones count again.
 */
export class ImmersiveView implements Disposable {
	readonly #session: XRSession;
	readonly #layer: XRWebGLLayer;
	readonly #mode: ImmersiveMode;
	readonly #connection: PanogazeConnection;
	readonly #scene: Scene;
	readonly #poses: XrPoseSource;
	readonly #events = new EventListeners<ImmersiveViewEvents>();
	readonly #haptics = new GamepadHaptics();
	readonly #models = new HandModels();
	readonly #overlay: HeadsetOverlay;
	readonly #cameras: HeadsetCameras;
	readonly #recording: HeadsetRecording;
	#motion = new HeadMotion();
	readonly #margin = new MarginRule();
	readonly #pictures: StampedPictures;
	#foveated: FoveatedWish;
	/** The factor from what the eyes see to what is asked for. */
	#scale = Number.NaN;
	readonly #panel: HeadsetPanel;
	readonly #removers: readonly (() => void)[];
	#requestedAtMs = Number.NEGATIVE_INFINITY;
	/** The sentence about connection and source; "" if both are well. */
	#streamTrouble = "";
	#error: string | undefined;
	#over = false;
	/** The lens of the window, which it gets back in the end. */
	readonly #windowLens: ViewerLens;

	/**
	 * Enters the headset. Call it from a click: browsers want one.
	 *
	 * @throws {Error} with a sentence for people if the headset can't be entered.
	 */
	static async enter(mode: ImmersiveMode, options: ImmersiveViewOptions): Promise<ImmersiveView> {
		return enterSession(mode, (entered) => new ImmersiveView(mode, options, entered));
	}

	private constructor(
		mode: ImmersiveMode,
		{ connection, video, foveated = true, language = HEADSET_ENGLISH }: ImmersiveViewOptions,
		{ session, layer, gl, space }: EnteredSession,
	) {
		this.#mode = mode;
		this.#connection = connection;
		this.#session = session;
		this.#layer = layer;
		this.#foveated = foveated;
		this.#scene = new Scene(gl);
		this.#overlay = new HeadsetOverlay(gl, connection);
		this.#panel = new HeadsetPanel(connection, language);
		// Before the gesture of control is listened for; the question lies before the cameras.
		const notify = (words: string) => this.#panel.notify(words);
		this.#recording = new HeadsetRecording(gl, connection, { session, space }, language, notify);
		this.#cameras = new HeadsetCameras(gl, connection, { session, space }, language);
		this.#poses = new XrPoseSource(space);
		this.#pictures = new StampedPictures({
			video,
			connection,
			sink: this.#scene,
			messageTimeoutMs: MESSAGE_TIMEOUT_MS,
			// The view of the newest message is the best guess. A server that sends no
			// messages draws what the head sees.
			assumeView: (newest) => newest ?? this.#headView(),
		});
		gl.canvas.addEventListener("webglcontextlost", () => this.#fail("The graphics of this device failed."));
		session.addEventListener("end", () => this.#ended());
		// A hidden session has no frames: without this, the last poses would stand
		// until it is seen again.
		session.addEventListener(
			"visibilitychange",
			() => session.visibilityState === "hidden" && this.#sendLostPoses(),
		);
		this.#removers = [
			connection.lendView(video, () => this.#pictures.shown?.rtpTicks),
			connection.wantSurround(),
			this.#poses.on("reset", () => {
				// The axes have turned, not the head.
				this.#motion = new HeadMotion();
				this.#panel.notify(language.words.viewRecentred);
			}),
			engagedBy(session, connection),
			connection.on("frame", (message) => this.#pictures.addMessage(message)),
			connection.on("message", (label, data) => {
				if (label === "haptics") this.#haptics.receive(data, performance.now());
			}),
			connection.on("pulse", (pulse) => this.#haptics.pulse(pulse, performance.now())),
			pulseHolds(connection, (pulse) => this.#haptics.pulse(pulse, performance.now())),
			connection.on("state", ({ name }) => {
				// The RTP times of another connection are its own.
				if (name === "connecting") this.#pictures.clear();
				this.#judge();
			}),
			connection.on("source", () => this.#judge()),
		];
		this.#judge();
		// Only flat pictures can be shown in their own directions.
		this.#windowLens = connection.chosenLens;
		if (this.#windowLens !== "flat") connection.chooseLens("flat");
		// The click that led here may be the one that a blocked video waited for.
		void video.play().catch(() => undefined);
		session.requestAnimationFrame(this.#drawFrame);
	}

	/** The WebXR session, for its events. `leave` ends it. */
	get session(): XRSession {
		return this.#session;
	}

	/**
	 * The squeeze of pictures towards their edges, and the place where the person looks: half
	 * of the pixels, of the same sharpness in the middle 40 degrees. WebXR in browsers tells
	 * no page where the eyes look (2026); set another gaze whenever a device of your own has
	 * seen them move. The small window of an AR session is never squeezed.
	 */
	get foveated(): FoveatedWish {
		return this.#foveated;
	}

	set foveated(foveated: FoveatedWish) {
		this.#foveated = foveated;
		this.#requestedAtMs = Number.NEGATIVE_INFINITY;
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

	[Symbol.dispose](): void {
		this.leave();
	}

	readonly #drawFrame = (_: number, frame: XRFrame) => {
		if (this.#over) return;
		this.#session.requestAnimationFrame(this.#drawFrame);
		const nowMs = performance.now();
		const samples = this.#poses.read(frame, nowMs);
		const pose = this.#poses.viewerPose as XRViewerPose | undefined;
		if (pose !== undefined) this.#requestView(pose, nowMs);
		this.#recording.hideTriggers(samples);
		for (const sample of samples) this.#connection.sendPose(sample, nowMs);
		this.#haptics.play(this.#session.inputSources, nowMs);
		this.#models.show(samples);
		this.#pictures.update(nowMs);
		if (pose === undefined) return;
		const ahead = directionAhead(pose.transform.orientation);
		this.#cameras.update(frame, pose.transform, ahead, nowMs);
		this.#recording.update(frame, pose.transform, ahead);
		const panel = this.#panel.update(nowMs, this.#trouble(nowMs));
		// They would lie over each other.
		const isCovered = this.#recording.isAhead && !panel.urgent;
		if (panel.changed) this.#scene.uploadPanel(this.#panel.canvas);
		this.#scene.draw(this.#layer.framebuffer, this.#eyesOf(pose), {
			strength: this.#isLive(nowMs) ? 1 : OLD_STRENGTH,
			windowRad: this.#mode === "immersive-ar" ? (WINDOW_DEG * Math.PI) / 180 : undefined,
			ahead,
			models: this.#models,
			drawOverlay: (eye) => {
				this.#overlay.draw(eye, pose.transform);
				this.#cameras.draw(eye);
				this.#recording.draw(eye);
			},
			worldFromPanel: isCovered ? undefined : this.#panel.place(pose.transform.position, ahead, panel.urgent),
		});
	};

	#eyesOf(pose: XRViewerPose): SceneEye[] {
		return pose.views.flatMap((view): SceneEye[] => {
			const viewport = this.#layer.getViewport(view);
			return viewport
				? [{ eye: view.eye, projectionMatrix: view.projectionMatrix, transform: view.transform, viewport }]
				: [];
		});
	}

	/**
	 * Asks for what each eye sees and a margin around it, by the head's present speed and
	 * the measured latency. The pictures keep their pixels, so that a wide margin costs
	 * sharpness and no bits. The eyes' cameras may change at any time, as with the
	 * distance of a headset's lenses. Servers that draw no frusta follow the head's field
	 * of view.
	 */
	#requestView(pose: XRViewerPose, nowMs: number): void {
		const isWindow = this.#mode === "immersive-ar";
		const tangent = Math.tan((WINDOW_DEG * Math.PI) / 180);
		const round = { left: tangent, right: tangent, up: tangent, down: tangent };
		const frusta = isWindow ? eyeViews(pose.views).map(() => round) : eyeFrusta(pose);
		if (frusta.length === 0) return;
		const { x, y, z, w } = pose.transform.orientation;
		this.#motion.add([x, y, z, w], nowMs);
		const { shown } = this.#pictures;
		const need = neededEyeScale(frusta, {
			velocity: this.#motion.velocity(nowMs),
			latencyMs: likelyLatencyMs(this.#connection.stats?.motionToPhoton),
			drawnFromHead: shown && multiplyQuaternions(conjugate(shown.view.orientation), [x, y, z, w]),
		});
		const scale = this.#margin.follow(need, MOST_SCALE, nowMs);
		const seen = isWindow ? { tanHalfWidth: tangent, tanHalfHeight: tangent } : coveringView(pose, 0, MAX_FOV_DEG);
		this.#poses.horizontalFovDeg = Math.min(MAX_FOV_DEG, fovDegFromTangent(seen.tanHalfWidth * scale));
		this.#poses.verticalFovDeg = Math.min(MAX_FOV_DEG, fovDegFromTangent(seen.tanHalfHeight * scale));
		if (scale === this.#scale && nowMs - this.#requestedAtMs < REQUEST_VIEW_EVERY_MS) return;
		this.#scale = scale;
		this.#requestedAtMs = nowMs;
		const { width, height } = eyeViewSize(frusta, this.#eyesOf(pose));
		this.#connection.requestView(width, height, {
			eyes: frusta.length === 2 ? 2 : 1,
			frusta: widened(frusta, scale),
			foveated: isWindow ? false : this.#foveated,
		});
	}

	/** The view that the head asks for now. */
	#headView(): PictureView {
		const { x = 0, y = 0, z = 0, w = 1 } = this.#poses.viewerPose?.transform.orientation ?? {};
		const fovDeg = this.#poses.horizontalFovDeg;
		return {
			poseSequence: 0,
			orientation: [x, y, z, w],
			fovDeg: Number.isFinite(fovDeg) ? fovDeg : 90,
			eyes: 1,
			lens: "flat",
		};
	}

	/** A sentence about connection, source and pictures; "" if all are well. */
	#trouble(nowMs: number): string {
		if (this.#streamTrouble !== "") return this.#streamTrouble;
		return this.#isLive(nowMs) ? "" : "Waiting for video…";
	}

	#judge(): void {
		// `#isLive` knows better than the video whether pictures arrive.
		this.#streamTrouble = verdictOf(this.#connection.state, this.#connection.source, "playing").words;
	}

	#isLive(nowMs: number): boolean {
		const { shown, shownAtMs } = this.#pictures;
		return shown !== undefined && nowMs - shownAtMs < PICTURE_OLD_MS && this.#streamTrouble === "";
	}

	#fail(words: string): void {
		if (this.#over) return;
		this.#error = words;
		this.leave();
	}

	#sendLostPoses(): void {
		const nowMs = performance.now();
		for (const lost of this.#poses.lose(nowMs)) this.#connection.sendPose(lost, nowMs);
	}

	#ended(): void {
		if (this.#over) return;
		this.#over = true;
		this.#sendLostPoses();
		for (const remove of this.#removers) remove();
		this.#overlay.close();
		this.#cameras.close();
		this.#recording.close();
		this.#panel.close();
		this.#pictures.close();
		this.#poses.close();
		this.#scene.close();
		if (this.#windowLens !== "flat") this.#connection.chooseLens(this.#windowLens);
		this.#events.emit("end", this.#error);
	}
}

/** Passes the wearer's gesture on. @returns a function that ends it. */
function engagedBy(session: XRSession, connection: PanogazeConnection): () => void {
	const engagement = new GripEngagement(session, (engaged) => connection.engage(engaged));
	return () => engagement.close();
}

function directionAhead({ x, y, z, w }: DOMPointReadOnly): readonly [number, number, number] {
	return [-2 * (x * z + y * w), -2 * (y * z - x * w), -(1 - 2 * (x * x + y * y))];
}
