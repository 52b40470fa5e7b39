/// <reference types="webxr" />

import { freeNumber } from "../../media/free-number.ts";
import type { RigidTransform } from "../../skeleton/rigid-transform.ts";
import type { ConnectionCamera } from "../camera-desk.ts";
import type { PanogazeConnection } from "../connection.ts";
import { createTexture, fillTexture } from "../reprojection/gl-objects.ts";
import { carried, distanceAlong, placeBeside } from "./camera-placing.ts";
import type { HeadsetLanguage } from "./headset-words.ts";
import { pointingOf } from "./pointing.ts";
import { RoomRectangles } from "./room-rectangles.ts";
import type { SceneEye } from "./scene.ts";

/** Width of a picture, metres. */
const WIDTH_M = 0.6;
const LABEL_HEIGHT_M = 0.06;
const LABEL_PIXELS = { width: 640, height: 64 } as const;
const OLD_STRENGTH = 0.4;

/** A camera's picture in the room, with its name above. */
interface CameraPanel {
	readonly camera: ConnectionCamera;
	readonly video: HTMLVideoElement;
	readonly texture: WebGLTexture;
	readonly label: WebGLTexture;
	place: RigidTransform | undefined;
	/** Number of its first place, which no other panel has. */
	readonly slot: number;
	/** The video has a picture that the texture has not. */
	isFresh: boolean;
	pictureAtMs: number;
	/** The words on the label. */
	words: string;
}

/** A hand that carries a panel. */
interface Carrying {
	readonly source: XRInputSource;
	readonly panel: CameraPanel;
	before: RigidTransform;
}

/**
 * The enabled cameras of a connection, also of other viewers, beside the view of a headset. Who
 * points at one and squeezes the grip, or pinches with a bare hand, carries it; that gesture means
 * nothing else then. A picture that is not live is dark, and its label says so.
 */
export class HeadsetCameras {
	readonly #gl: WebGL2RenderingContext;
	readonly #connection: PanogazeConnection;
	readonly #space: XRReferenceSpace;
	readonly #language: HeadsetLanguage;
	readonly #rectangles: RoomRectangles;
	readonly #end = new AbortController();
	readonly #panels = new Map<ConnectionCamera, CameraPanel>();
	#carrying: Carrying | undefined;

	/** Made before others listen to the session's grips. */
	constructor(
		gl: WebGL2RenderingContext,
		connection: PanogazeConnection,
		{ session, space }: { readonly session: XRSession; readonly space: XRReferenceSpace },
		language: HeadsetLanguage,
	) {
		this.#gl = gl;
		this.#connection = connection;
		this.#space = space;
		this.#language = language;
		this.#rectangles = new RoomRectangles(gl);
		const { signal } = this.#end;
		for (const type of ["squeezestart", "selectstart"] as const)
			session.addEventListener(type, (event) => this.#take(event as XRInputSourceEvent), { signal });
		for (const type of ["squeezeend", "selectend"] as const)
			session.addEventListener(type, (event) => this.#letGo((event as XRInputSourceEvent).inputSource), {
				signal,
			});
		session.addEventListener(
			"inputsourceschange",
			({ removed }) => {
				for (const source of removed) this.#letGo(source);
			},
			{ signal },
		);
	}

	/**
	 * Follows the cameras and the hand that carries one. To be called in each frame, before `draw`.
	 * @param head the pose of the head. @param ahead the direction in which it looks.
	 */
	update(frame: XRFrame, head: XRRigidTransform, ahead: readonly [number, number, number], nowMs: number): void {
		this.#follow();
		this.#carry(frame);
		const { x, y, z } = head.position;
		const yawDeg = (Math.atan2(ahead[0], -ahead[2]) * 180) / Math.PI;
		for (const panel of this.#panels.values()) {
			panel.place ??= placeBeside(panel.slot, [x, y, z], yawDeg);
			if (panel.isFresh) {
				panel.isFresh = false;
				panel.pictureAtMs = nowMs;
				fillTexture(this.#gl, panel.texture, panel.video, false);
			}
			this.#writeLabel(panel, nowMs);
		}
	}

	/** Draws all for one eye, over the bound framebuffer's viewport. */
	draw(eye: SceneEye): void {
		if (this.#panels.size === 0) return;
		this.#rectangles.begin(eye);
		const nowMs = performance.now();
		for (const panel of this.#panels.values()) {
			if (panel.place === undefined) continue;
			const height = heightOf(panel);
			if (panel.pictureAtMs > 0)
				this.#rectangles.draw(panel.texture, panel.place, [WIDTH_M, height], {
					strength: this.#strengthOf(panel, nowMs),
				});
			const above = (height + LABEL_HEIGHT_M) / 2;
			this.#rectangles.draw(panel.label, panel.place, [WIDTH_M, LABEL_HEIGHT_M], { above });
		}
	}

	/** Follows the connection and the session no more. */
	close(): void {
		this.#end.abort();
		for (const { video } of this.#panels.values()) video.srcObject = null;
		this.#panels.clear();
	}

	#follow(): void {
		const { all } = this.#connection.cameras;
		for (const [camera, panel] of this.#panels) {
			if (camera.enabled && all.get(camera.name) === camera) continue;
			panel.video.srcObject = null;
			this.#gl.deleteTexture(panel.texture);
			this.#gl.deleteTexture(panel.label);
			this.#panels.delete(camera);
		}
		for (const camera of all.values()) {
			if (!camera.enabled) continue;
			const panel = this.#panels.get(camera) ?? this.#add(camera);
			const { track } = camera;
			const shown = (panel.video.srcObject as MediaStream | null)?.getTracks()[0];
			if (track === undefined || track === shown) continue;
			panel.video.srcObject = new MediaStream([track]);
			panel.video.play().catch(() => undefined);
		}
	}

	#add(camera: ConnectionCamera): CameraPanel {
		const video = Object.assign(document.createElement("video"), { muted: true, playsInline: true });
		const panel: CameraPanel = {
			camera,
			video,
			texture: createTexture(this.#gl),
			label: createTexture(this.#gl),
			place: undefined,
			slot: freeNumber([...this.#panels.values()].map(({ slot }) => slot)),
			isFresh: false,
			pictureAtMs: 0,
			words: "",
		};
		const { signal } = this.#end;
		const shown = () => {
			panel.isFresh = true;
			if (!signal.aborted) video.requestVideoFrameCallback(shown);
		};
		video.requestVideoFrameCallback(shown);
		this.#panels.set(camera, panel);
		return panel;
	}

	#isLive({ camera, pictureAtMs }: CameraPanel, nowMs: number): boolean {
		return camera.live && nowMs - pictureAtMs < camera.longestGapMs && this.#connection.state.name === "connected";
	}

	#strengthOf(panel: CameraPanel, nowMs: number): number {
		return this.#isLive(panel, nowMs) ? 1 : OLD_STRENGTH;
	}

	#writeLabel(panel: CameraPanel, nowMs: number): void {
		const { viewer, name: ownName, label, statement } = panel.camera;
		const { words } = this.#language;
		const name = label ?? (viewer === undefined ? ownName : words.panelCameraOfViewer(String(viewer)));
		const isLive = this.#isLive(panel, nowMs);
		const slow = statement?.limit === undefined ? "" : ` · ${words.panelCameraSlow}`;
		const said = isLive ? `${name}${slow}` : `${name} · ${words.panelCameraOld}`;
		if (said === panel.words) return;
		panel.words = said;
		const canvas = Object.assign(document.createElement("canvas"), LABEL_PIXELS);
		const context = canvas.getContext("2d");
		if (context === null) return;
		context.fillStyle = "rgb(11 16 22 / 82%)";
		context.fillRect(0, 0, canvas.width, canvas.height);
		context.fillStyle = isLive ? "#eef3f6" : "#ffc46b";
		context.font = "600 36px system-ui, sans-serif";
		context.textBaseline = "middle";
		context.fillText(said, 20, canvas.height / 2, canvas.width - 40);
		fillTexture(this.#gl, panel.label, canvas, true);
	}

	/** A grip, or the pinch of a bare hand, takes the panel that it points at. */
	#take(event: XRInputSourceEvent): void {
		const { inputSource, frame, type } = event;
		if (type === "selectstart" && inputSource.hand === undefined) return;
		const ray = pointingOf(frame, inputSource, this.#space);
		if (ray === undefined) return;
		const met = [...this.#panels.values()]
			.map((panel) => ({
				panel,
				distance: panel.place ? distanceAlong(ray, panel.place, [WIDTH_M, heightOf(panel)]) : Number.NaN,
			}))
			.filter(({ distance }) => !Number.isNaN(distance))
			.sort((a, b) => a.distance - b.distance)[0];
		if (met === undefined) return;
		// Who moves a panel does not take control of a robot.
		event.stopImmediatePropagation();
		this.#carrying = { source: inputSource, panel: met.panel, before: ray };
	}

	#letGo(source: XRInputSource): void {
		if (this.#carrying?.source === source) this.#carrying = undefined;
	}

	#carry(frame: XRFrame): void {
		const carrying = this.#carrying;
		const now = carrying && pointingOf(frame, carrying.source, this.#space);
		if (carrying?.panel.place === undefined || now === undefined) return;
		carrying.panel.place = carried(carrying.panel.place, carrying.before, now);
		carrying.before = now;
	}
}

function heightOf({ camera }: CameraPanel): number {
	const { width, height } = camera.size ?? { width: 4, height: 3 };
	return (WIDTH_M * height) / width;
}
