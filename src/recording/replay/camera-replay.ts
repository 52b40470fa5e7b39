import { monotonicSec } from "../../media/clock.ts";
import type { PanoramaStore } from "../../media/panorama-store.ts";
import { type PlaybackState, positionAt } from "../../media/playback.ts";
import type { SourceEvents, SourceInfo, SourceStats, VideoSource } from "../../source/video-source.ts";
import { WorkerSource } from "../../source/worker-source.ts";
import { threadFile } from "../../threads/thread.ts";

/** Options of the thread that plays a recorded camera. */
export interface CameraReplayOptions {
	/** The recording's file. */
	readonly path: string;
	/** The camera's name in it. */
	readonly camera: string;
}

/** The play that a camera goes with. */
export type LeadingSource = Pick<VideoSource, "playback" | "on">;

/** A camera that is further than this from the play that it goes with is moved, seconds. */
const TOLERANCE_SEC = 0.06;
/** Moves after one change of the play: a machine that can't keep up is left alone. */
const MOST_MOVES = 4;
/** Longest time that finding a place is expected to take, seconds. */
const LONGEST_LEAD_SEC = 1;

/**
 * A recorded camera as a source that goes with another one: it is paused, moved and sped up as that
 * is, and obeys nobody else.
 */
export class CameraReplay implements VideoSource {
	readonly name: string;
	readonly #source: VideoSource;
	readonly #leader: LeadingSource;
	readonly #stopFollowing: (() => void)[];
	/** Time that it takes to show another place, as it was measured last. */
	#leadSec = 0.05;
	#moves = 0;
	#isRunning = false;

	/** @param leader borrowed. */
	constructor(options: CameraReplayOptions, leader: LeadingSource, source = cameraSource(options)) {
		this.name = options.camera;
		this.#leader = leader;
		this.#source = source;
		this.#stopFollowing = [
			leader.on("playback", () => this.#follow()),
			source.on("playback", (state) => this.#check(state)),
		];
	}

	async start(createStore: (info: SourceInfo) => PanoramaStore): Promise<SourceInfo> {
		const info = await this.#source.start(createStore);
		this.#isRunning = true;
		this.#follow();
		return info;
	}

	async stop(): Promise<void> {
		this.#isRunning = false;
		await this.#source.stop();
	}

	stats(): SourceStats {
		return this.#source.stats();
	}

	on<Name extends keyof SourceEvents>(name: Name, listener: (...args: SourceEvents[Name]) => void): () => void {
		// Its play is that of the other one.
		return name === "playback" ? () => {} : this.#source.on(name, listener);
	}

	async [Symbol.asyncDispose](): Promise<void> {
		for (const stop of this.#stopFollowing) stop();
		await this.stop();
	}

	#follow(): void {
		this.#moves = 0;
		this.#move();
	}

	#move(): void {
		const state = this.#leader.playback;
		if (!this.#isRunning || state === undefined) return;
		this.#moves++;
		const stands = state.paused || state.seeking;
		const placeSec = positionAt(state, monotonicSec()) + (stands ? 0 : this.#leadSec * state.rate);
		const positionSec = Number.isNaN(placeSec) ? 0 : placeSec;
		this.#source.control?.({ paused: stands, rate: state.rate, positionSec });
	}

	/** Moves the camera again if it has come too early or too late. */
	#check(state: PlaybackState): void {
		const leading = this.#leader.playback;
		if (leading === undefined || state.seeking || state.paused || leading.paused || leading.seeking) return;
		const nowSec = monotonicSec();
		const behindSec = (positionAt(leading, nowSec) - positionAt(state, nowSec)) / state.rate;
		if (!(Math.abs(behindSec) > TOLERANCE_SEC) || this.#moves >= MOST_MOVES) return;
		this.#leadSec = Math.min(LONGEST_LEAD_SEC, Math.max(0, this.#leadSec + behindSec));
		this.#move();
	}
}

function cameraSource(options: CameraReplayOptions): VideoSource {
	const worker = threadFile("./camera-replay-worker", import.meta.url);
	return new WorkerSource({ name: options.camera, worker, options });
}
