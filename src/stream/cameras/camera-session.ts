import type { EncoderChoice } from "../../encoder/video-encoder.ts";
import type { ViewerSession } from "../../session/viewer-session.ts";
import type { Camera } from "./camera.ts";
import { CameraTrack } from "./camera-track.ts";

/** Options of a `CameraSession`. */
export interface CameraSessionOptions {
	/** Borrowed. */
	readonly session: ViewerSession;
	/** Borrowed. */
	readonly camera: Camera;
	readonly encoder: EncoderChoice;
	readonly onNotice: (message: string) => void;
}

/** Most bits a second of a camera that is drawn for a session of its own. */
const MOST_BPS = 4_000_000;

/** Interval at which the rate is compared with that of the pictures. */
const RATE_MS = 500;

/** A session that shows one camera and nothing else, for players of WHEP. It ends by itself. */
export class CameraSession {
	readonly #options: CameraSessionOptions;
	#track: CameraTrack | undefined;
	#rateBps = 0;
	#timer: NodeJS.Timeout | undefined;
	#isClosed = false;

	constructor(options: CameraSessionOptions) {
		this.#options = options;
		const { session } = options;
		session.on("keyframeRequest", () => this.#track?.requestKeyframe());
		session.on("bitrate", (bitrateBps) => {
			this.#rateBps = bitrateBps;
			if (this.#track) this.#track.rateBps = bitrateBps;
		});
		session.on("backPressure", (behind) => {
			if (this.#track) this.#track.behind = behind;
		});
		session.on("pause", () => this.#pause(true));
		session.on("resume", () => this.#pause(false));
		// An offer costs its sender nothing: the camera is opened for a connection.
		void session.connected.then(() => this.#begin());
		void session.closed.then(() => {
			this.#isClosed = true;
			clearInterval(this.#timer);
			this.#track?.end();
		});
	}

	#begin(): void {
		const { session, camera, encoder, onNotice } = this.#options;
		const format = session.videoFormat;
		if (format === undefined || this.#isClosed) return;
		this.#track = new CameraTrack({
			camera,
			stream: { format, mostProfile: session.mostProfile },
			encoder,
			mostDrawnBps: MOST_BPS,
			isAlone: true,
			send: (packet) => session.sendVideo(packet),
			onChange: () => {},
			onNotice,
		});
		this.#setRate();
		this.#timer = setInterval(() => this.#setRate(), RATE_MS).unref();
	}

	/** Also while the rate stays: what fits changes with the camera's pictures. */
	#setRate(): void {
		if (this.#track) this.#track.rateBps = this.#rateBps;
	}

	#pause(paused: boolean): void {
		if (this.#track) this.#track.paused = paused;
	}
}
