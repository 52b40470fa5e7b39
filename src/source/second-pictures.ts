import { AV_NOPTS_VALUE } from "node-av/constants";
import type { Frame } from "node-av/lib";
import { LibavDecoder } from "./libav-decoder.ts";
import { LibavInput, type LibavInputOptions } from "./libav-input.ts";
import { newPacket } from "./new-packet.ts";
import { SourceError } from "./video-source.ts";

/** Most damaged packets in a row, with no picture in between, of a readable input. */
const MAX_DAMAGED = 300;

/**
 * The last picture is shown for so much of the time between two pictures: a little less than one,
 * as times are rounded.
 */
const LAST_PICTURE = 0.9;

interface StampedFrame {
	readonly frame: Frame;
	/** Seconds from the input's beginning. */
	readonly sec: number;
}

/**
 * The pictures of a second input, in step with those of a first one: by their times from each
 * input's beginning.
 */
export class SecondPictures {
	readonly #options: LibavInputOptions;
	readonly #signal: AbortSignal;
	readonly #threads: number;
	#input: LibavInput;
	#decoder: LibavDecoder;
	/** Decoded pictures that were not asked for yet. */
	readonly #waiting: StampedFrame[] = [];
	#current: StampedFrame | undefined;
	#drained = false;
	#damaged = 0;
	#lastSec = 0;

	private constructor(options: LibavInputOptions, input: LibavInput, threads: number, signal: AbortSignal) {
		this.#options = options;
		this.#input = input;
		this.#threads = threads;
		this.#signal = signal;
		this.#decoder = this.#openDecoder();
	}

	/**
	 * @param threads of the decoder; 0 chooses.
	 * @throws {SourceError} when the input can't be opened.
	 */
	static async open(options: LibavInputOptions, threads: number, signal: AbortSignal): Promise<SecondPictures> {
		const input = await LibavInput.open(options, signal);
		try {
			return new SecondPictures(options, input, threads, signal);
		} catch (error) {
			await input.close();
			throw error;
		}
	}

	get input(): LibavInput {
		return this.#input;
	}

	/**
	 * The picture whose time is the nearest to `sec`, which only grows between restarts. Valid
	 * until the next call.
	 *
	 * @returns `undefined` when the input has ended before.
	 * @throws {SourceError} when it can't be read or decoded.
	 */
	async nearest(sec: number): Promise<Frame | undefined> {
		for (;;) {
			const ahead = await this.#peek();
			const current = this.#current;
			if (ahead === undefined) break;
			if (current !== undefined && Math.abs(ahead.sec - sec) > Math.abs(current.sec - sec)) break;
			current?.frame.free();
			this.#current = ahead;
			this.#waiting.shift();
		}
		const current = this.#current;
		const ended = this.#drained && this.#waiting.length === 0;
		const shownSec = LAST_PICTURE / (this.#input.still ? Number.NaN : this.#input.frameRate);
		return current === undefined || (ended && sec - current.sec > shownSec) ? undefined : current.frame;
	}

	/** True when the input has another picture after the present one. */
	async hasMore(): Promise<boolean> {
		return (await this.#peek()) !== undefined;
	}

	/**
	 * Goes to `sec` seconds after the beginning.
	 * @throws {SourceError} when the input can't be opened again.
	 */
	async restart(sec: number): Promise<void> {
		this.#forget();
		if (this.#input.seekable && (await this.#input.seek(this.#input.startSec + sec))) {
			this.#decoder.flush();
			return;
		}
		await this.close();
		this.#input = await LibavInput.open(this.#options, this.#signal);
		this.#decoder = this.#openDecoder();
	}

	/** A second call does nothing. */
	async close(): Promise<void> {
		this.#forget();
		this.#decoder.close();
		await this.#input.close();
	}

	#openDecoder(): LibavDecoder {
		const { stream, live, frameRate, label } = this.#input;
		return new LibavDecoder(stream, { hwaccel: "none", threads: this.#threads, live, frameRate, label });
	}

	#forget(): void {
		for (const { frame } of this.#waiting.splice(0)) frame.free();
		this.#current?.frame.free();
		this.#current = undefined;
		this.#drained = false;
		this.#lastSec = 0;
	}

	async #peek(): Promise<StampedFrame | undefined> {
		while (this.#waiting.length === 0 && !this.#drained) await this.#decodeNext();
		return this.#waiting[0];
	}

	async #decodeNext(): Promise<void> {
		const packet = newPacket();
		try {
			const more = await this.#input.read(packet);
			const good = await this.#decoder.decode(more ? packet : null, async (frame) => this.#keep(frame));
			this.#drained = !more;
			this.#damaged = good ? 0 : this.#damaged + 1;
			if (this.#damaged > MAX_DAMAGED)
				throw new SourceError("not-video", `${this.#input.label} can't be decoded: it is damaged.`);
		} finally {
			packet.free();
		}
	}

	#keep(frame: Frame): void {
		const stamp = frame.bestEffortTimestamp === AV_NOPTS_VALUE ? frame.pts : frame.bestEffortTimestamp;
		const { frameRate, tickSec, startSec } = this.#input;
		const known = stamp !== AV_NOPTS_VALUE;
		this.#lastSec = known ? Number(stamp) * tickSec - startSec : this.#lastSec + 1 / (frameRate || 25);
		this.#waiting.push({ frame, sec: this.#lastSec });
	}
}
