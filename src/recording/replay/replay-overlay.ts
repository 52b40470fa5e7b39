import { monotonicSec } from "../../media/clock.ts";
import { type PlaybackState, positionAt } from "../../media/playback.ts";
import type { OverlayItem } from "../../overlay/overlay-options.ts";
import type { Overlay } from "../../stream/viewer-overlay.ts";
import type { ReadFrame, ReadRecord } from "../read/read-record.ts";
import type { RecordingReader } from "../read/recording-reader.ts";
import type { RecordedPose } from "../session-record.ts";
import { replayDrawing } from "./replay-drawing.ts";

const EVERY_MS = 50;
/** A play that is further ahead than this has been moved: what lies between is not read. */
const LEAP_SEC = 2;
/** Poses this long before a place are read to draw it, and are drawn no longer. */
const POSE_LIFE_SEC = 0.5;

const NOTHING: ReadonlyMap<string, OverlayItem> = new Map();

/** Draws the poses of a recorded viewer over a server's picture, at the place that is played. */
export class ReplayOverlay implements AsyncDisposable {
	readonly #recording: RecordingReader;
	readonly #viewer: string;
	readonly #overlay: Pick<Overlay, "set" | "remove">;
	readonly #playback: () => PlaybackState;
	readonly #onFailure: (error: unknown) => void;
	readonly #timer: NodeJS.Timeout;
	readonly #poses = new Map<string, RecordedPose>();
	readonly #drawn = new Set<string>();
	#records: AsyncGenerator<ReadRecord, void> | undefined;
	/** The record behind the present place. */
	#next: ReadRecord | undefined;
	#frame: ReadFrame | undefined;
	#atSec = Number.NaN;
	#shown = "";
	#turn: Promise<void> | undefined;

	/**
	 * @param recording borrowed.
	 * @param playback the play as it was stated last.
	 * @param onFailure called once, when the recording can't be read any further.
	 */
	constructor(
		recording: RecordingReader,
		viewer: string,
		overlay: Pick<Overlay, "set" | "remove">,
		playback: () => PlaybackState,
		onFailure: (error: unknown) => void,
	) {
		this.#recording = recording;
		this.#viewer = viewer;
		this.#overlay = overlay;
		this.#playback = playback;
		this.#onFailure = onFailure;
		this.#timer = setInterval(() => this.#begin(), EVERY_MS);
		this.#timer.unref();
	}

	/** Draws no more. */
	async [Symbol.asyncDispose](): Promise<void> {
		clearInterval(this.#timer);
		await this.#turn;
		await this.#records?.return();
	}

	/** A turn that takes long leaves the next ones out. */
	#begin(): void {
		this.#turn ??= this.#draw()
			.catch((error: unknown) => {
				clearInterval(this.#timer);
				this.#onFailure(error);
			})
			.finally(() => {
				this.#turn = undefined;
			});
	}

	async #draw(): Promise<void> {
		const state = this.#playback();
		const atSec = positionAt(state, monotonicSec());
		const follow = state.follow === true;
		const shown = `${atSec} ${follow}`;
		if (Number.isNaN(atSec) || shown === this.#shown) return;
		await this.#readUntil(atSec);
		this.#shown = shown;
		const items = this.#frame === undefined ? NOTHING : replayDrawing(this.#frame, this.#poses.values(), follow);
		for (const [path, item] of items) {
			this.#overlay.set(path, item);
			this.#drawn.add(path);
		}
		for (const path of this.#drawn) {
			if (items.has(path)) continue;
			this.#overlay.remove(path);
			this.#drawn.delete(path);
		}
	}

	async #readUntil(atSec: number): Promise<void> {
		if (!(atSec >= this.#atSec && atSec <= this.#atSec + LEAP_SEC)) await this.#restart(atSec - POSE_LIFE_SEC);
		this.#atSec = atSec;
		for (;;) {
			this.#next ??= (await this.#records?.next())?.value ?? undefined;
			if (this.#next === undefined || secOf(this.#next) > atSec) break;
			if (this.#next.type === "frame") this.#frame = this.#next;
			else if (this.#next.type === "pose") {
				const { pose } = this.#next;
				this.#poses.set(`${pose.kind} ${pose.skeleton ?? pose.hand ?? pose.stream}`, pose);
			}
			this.#next = undefined;
		}
		for (const [name, { receivedSec }] of this.#poses)
			if (receivedSec < atSec - POSE_LIFE_SEC) this.#poses.delete(name);
	}

	async #restart(startSec: number): Promise<void> {
		await this.#records?.return();
		this.#poses.clear();
		this.#next = undefined;
		this.#frame = undefined;
		this.#records = this.#recording.records({
			types: ["pose", "frame"],
			viewers: [this.#viewer],
			video: false,
			startSec: Math.max(0, startSec),
		});
	}
}

function secOf(record: ReadRecord): number {
	if (record.type === "frame") return record.packet.stages.drawStartSec;
	return record.type === "pose" ? record.pose.receivedSec : record.atSec;
}
