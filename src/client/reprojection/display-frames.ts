/** Frames without a change after which no further ones are asked for. */
const IDLE_FRAMES = 20;
/** Gaps between two frames that are the display's own, milliseconds: 480 to 20 Hz. */
const REFRESH_MS = { least: 2, most: 50 };
/** The interval of a display that has not been measured yet. */
const USUAL_REFRESH_MS = 1000 / 60;
const MEASURED_FRAMES = 30;

/**
 * Draws what has changed, once in each display frame if it can, and no frame later than the change.
 * A change that comes while the frame's callbacks run, but after this one's, is drawn in the same
 * frame; from the next frame on this one's comes last. What a drawing itself changes is drawn in
 * the next frame.
 */
export class DisplayFrames {
	readonly #draw: (frameMs: number) => void;
	readonly #gaps: number[] = [];
	readonly #frameOver = new MessageChannel();
	#request = 0;
	#changed = false;
	/** The callbacks of a frame run. */
	#inFrame = false;
	/** A drawing follows at the end of the present task. */
	#drawing = false;
	/** `draw` runs. */
	#inDraw = false;
	#frameMs = Number.NaN;
	#idleFrames = 0;
	#closed = false;

	/** @param draw called with the time at which the frame began, as animation frames are. */
	constructor(draw: (frameMs: number) => void) {
		this.#draw = draw;
		this.#frameOver.port1.onmessage = () => {
			this.#inFrame = false;
		};
	}

	/** Time between two frames, milliseconds. */
	get intervalMs(): number {
		// The middle one: on a busy machine frames are late, and the next ones follow closely.
		return this.#gaps.toSorted((a, b) => a - b)[this.#gaps.length >> 1] ?? USUAL_REFRESH_MS;
	}

	/** Something has changed that is to be drawn. */
	changed(): void {
		if (this.#closed) return;
		this.#changed = true;
		this.#idleFrames = 0;
		// While frames come, the next one draws, and each drawing is followed by one. While its
		// callbacks run, or while none comes, nothing would draw in time.
		if (this.#inDraw || this.#drawing || (this.#request !== 0 && !this.#inFrame)) return;
		this.#drawing = true;
		queueMicrotask(() => {
			this.#drawing = false;
			if (this.#closed) return;
			this.#drawNow(this.#inFrame ? this.#frameMs : performance.now());
			// The callback that has made the change has asked for its next one already.
			cancelAnimationFrame(this.#request);
			this.#next();
		});
	}

	/** Draws no more. */
	close(): void {
		this.#closed = true;
		cancelAnimationFrame(this.#request);
		this.#frameOver.port1.close();
	}

	#next(): void {
		this.#request = requestAnimationFrame((frameMs) => this.#frame(frameMs));
	}

	#frame(frameMs: number): void {
		this.#request = 0;
		const gapMs = frameMs - this.#frameMs;
		if (gapMs >= REFRESH_MS.least && gapMs <= REFRESH_MS.most) {
			this.#gaps.push(gapMs);
			if (this.#gaps.length > MEASURED_FRAMES) this.#gaps.shift();
		}
		this.#frameMs = frameMs;
		this.#inFrame = true;
		this.#frameOver.port2.postMessage(undefined);
		this.#idleFrames++;
		if (this.#changed) this.#drawNow(frameMs);
		if (this.#idleFrames <= IDLE_FRAMES) this.#next();
		else this.#frameMs = Number.NaN;
	}

	#drawNow(frameMs: number): void {
		this.#changed = false;
		this.#inDraw = true;
		try {
			this.#draw(frameMs);
		} finally {
			this.#inDraw = false;
		}
	}
}

/**
 * The time at which a frame that is drawn at `nowMs` is displayed: the end of its refresh, or of
 * a later one if its callbacks ran late. Milliseconds on one clock.
 */
export function displayedAtMs(frameMs: number, intervalMs: number, nowMs: number): number {
	return frameMs + intervalMs * Math.max(1, Math.ceil((nowMs - frameMs) / intervalMs));
}
