import { assert } from "../media/assert.ts";
import { monotonicSec } from "../media/clock.ts";
import type { BoundedQueue } from "./bounded-queue.ts";
import { FrameWriter } from "./libav-copy.ts";
import type { PictureReader, TimedPicture } from "./picture-reader.ts";
import { Player, type PlayerOptions } from "./player.ts";
import { ControlWord, LEAD_SEC, type SourceJob } from "./source-worker.ts";

/** The properties of a source that its player states. */
export type Play = Omit<PlayerOptions, "onState">;

/** Shows pictures, each at its time, as the player commands. */
export class PictureShow implements Disposable {
	readonly #job: SourceJob<unknown>;
	readonly #reader: PictureReader;
	readonly #play: () => Promise<Play>;
	#writer: FrameWriter | undefined;
	#player: Player | undefined;
	#resyncs = 0;
	#isOver = false;
	/** End of the last picture, on the scale of media time. */
	#endMediaSec: number | undefined;

	/** @param play tells what the source obeys, once its first picture is known. */
	constructor(job: SourceJob<unknown>, reader: PictureReader, play: () => Promise<Play>) {
		this.#job = job;
		this.#reader = reader;
		this.#play = play;
	}

	/**
	 * Shows the pictures of `queue` until it is closed, and the last one for its time. The first
	 * ever opens the source.
	 */
	async run(queue: BoundedQueue<TimedPicture>): Promise<void> {
		for (let picture = await queue.shift(); picture !== undefined; picture = await queue.shift()) {
			try {
				this.#writer ??= await this.#open(picture);
				if (this.#reader.onArrival) await this.#publish(picture, 0);
				else await this.#showInTime(picture, queue);
			} finally {
				picture.frame.free();
			}
			if (this.#job.stopping) return;
		}
		await this.#showLast();
	}

	/** The source is at its end: it obeys no more changes. */
	end(): void {
		this.#isOver = true;
	}

	[Symbol.dispose](): void {
		this.#writer?.[Symbol.dispose]();
	}

	async #open(first: TimedPicture): Promise<FrameWriter> {
		const { info, packing } = this.#reader;
		assert(info !== undefined, "The source is described once a picture has come.");
		const onState: PlayerOptions["onState"] = (state, by) => this.#job.playback(state, by);
		const player = new Player(this.#reader, { ...(await this.#play()), onState });
		// Whoever opens the source learns what it obeys with its description.
		player.begin(first.positionSec, monotonicSec());
		const store = await this.#job.open(info);
		this.#job.onPlayback((change, by) => {
			// The owner starts the source again for a change without an answer.
			if (this.#isOver) return;
			player.obey(change, by, monotonicSec());
			this.#reader.playSound(player.soundOffsetSec);
			// Viewers and programs were told before.
			const refusal = by === undefined ? player.refusalOf(change) : undefined;
			if (refusal !== undefined) this.#job.notice(refusal, true);
			// Finding a place may take seconds.
			if (this.#reader.jumping) this.#job.isStill();
		});
		this.#player = player;
		return new FrameWriter(store.handle.memory.buffer, store.format, packing);
	}

	async #showInTime(picture: TimedPicture, queue: BoundedQueue<TimedPicture>): Promise<void> {
		const player = this.#player;
		assert(player !== undefined, "The player is made when the source is opened.");
		while (!this.#job.stopping && picture.jump === this.#reader.jumps) {
			const dueSec = player.dueSec(picture, monotonicSec());
			this.#reader.playSound(player.soundOffsetSec);
			this.#reportSlowness(player.resyncs);
			if (monotonicSec() < dueSec - LEAD_SEC) {
				await this.#job.sleepUntil(dueSec - LEAD_SEC);
				continue;
			}
			if (player.decide(picture, monotonicSec(), queue.peek()?.mediaSec) === "show")
				return this.#publish(picture, dueSec);
			return this.#job.count(ControlWord.framesDropped);
		}
	}

	/** Waits until the time of the last picture is over; for ever while it is paused. */
	async #showLast(): Promise<void> {
		const player = this.#player;
		if (player?.canPause !== true || this.#endMediaSec === undefined) return;
		const end = { mediaSec: this.#endMediaSec, positionSec: Number.NaN };
		while (!this.#job.stopping && !this.#reader.jumping) {
			const endSec = player.dueSec(end, monotonicSec());
			if (monotonicSec() >= endSec) return;
			await this.#job.sleepUntil(endSec);
		}
	}

	#reportSlowness(resyncs: number): void {
		if (resyncs === this.#resyncs) return;
		const isFirst = this.#resyncs === 0;
		this.#resyncs = resyncs;
		if (isFirst) this.#job.notice("Decoding can't keep up with the source's own pace; pictures come late.");
	}

	/** Writes a picture into the store, to be seen from `dueSec` on. */
	async #publish(picture: TimedPicture, dueSec: number): Promise<void> {
		const draft = this.#job.beginWrite();
		if (draft === undefined) return this.#job.count(ControlWord.framesDropped);
		try {
			this.#writer?.write(draft.address, picture.frame, picture.mediaSec);
		} catch (error) {
			draft.discard();
			throw error;
		}
		const readyTimeSec = monotonicSec();
		await this.#job.sleepUntil(dueSec);
		if (picture.jump !== this.#reader.jumps) return draft.discard();
		// A time stamp alone does not tell when light fell in.
		const { worldSec: captureTimeSec = Number.NaN, sourceSec: mediaTimeSec = picture.mediaSec } = picture;
		// What was kept has the stamps of the ring.
		const stampSec = picture.sourceSec ?? (Number.isNaN(picture.stampSec) ? mediaTimeSec : picture.stampSec);
		const { cameraUs } = picture;
		draft.publish({ mediaTimeSec, captureTimeSec, readyTimeSec, stampSec, cameraUs }, picture.geometry);
		this.#player?.shown(picture, monotonicSec());
		const { mediaSec, durationSec } = picture;
		const { frameRate } = this.#reader;
		this.#endMediaSec = mediaSec + (durationSec > 0 ? durationSec : frameRate > 0 ? 1 / frameRate : 0);
	}
}
