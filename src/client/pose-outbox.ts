import { POSE_STREAM } from "../protocol/pose-streams.ts";
import { PoseSample } from "../skeleton/pose-sample.ts";
import type { Look } from "./look.ts";
import { type SentStreamCounters, TrackingSender } from "./tracking-sender.ts";

/** The pose stream of the head, which `look` sends. */
export const HEAD_STREAM: number = POSE_STREAM.head;
/** Time between two repetitions of the last poses. */
const HEARTBEAT_MS = 500;
const HEARTBEAT_LATE_MS = 100;
/**
 * After this long without a display frame the window has none: it is hidden, or a
 * headset has the display. Looks then leave as they come.
 */
const NO_DISPLAY_FRAME_MS = 20;

/** The channel of a `PoseOutbox`, and its report of sent looks. */
export interface PoseOutboxOptions {
	/** Returns the open channel for poses, `undefined` while there is none. */
	readonly channel: () => RTCDataChannel | undefined;
	/**
	 * Called for each sent look with its sequence number and the time at which it was
	 * read.
	 */
	readonly onLookSent: (sequence: number, clientTimeMs: number) => void;
	/** Returns the RTP time of the picture on the screen; `undefined`: not known. */
	readonly seenRtpTicks: () => number | undefined;
}

/**
 * Sends looks at the pace of the window's display frames and other poses as they come,
 * repeats the last pose of each stream, and keeps poses that can't leave yet. It
 * outlives connections.
 */
export class PoseOutbox {
	readonly #options: PoseOutboxOptions;
	readonly #sender = new TrackingSender();
	readonly #head = new PoseSample(1);
	#heartbeatMs = HEARTBEAT_MS;
	#heartbeatTimer = setInterval(() => this.#heartbeat(), HEARTBEAT_MS);
	/** Runs until the path has room for a waiting pose. */
	#roomTimer: ReturnType<typeof setTimeout> | undefined;
	#frameRequested = false;
	#sentThisFrame = false;
	#sentAtMs = Number.NEGATIVE_INFINITY;

	constructor(options: PoseOutboxOptions) {
		this.#options = options;
		import("../protocol/tracking-encoder.ts").then(
			({ TrackingEncoder }) => {
				this.#sender.encoder = new TrackingEncoder();
			},
			(error: unknown) => console.warn("Poses are sent as text.", error),
		);
	}

	/**
	 * Sends a look as soon as it may leave.
	 * @param readAtMs on the clock of `performance.now()`.
	 */
	look(look: Look, readAtMs: number): void {
		this.#head.setHead({ ...look, stream: HEAD_STREAM, clientTimeMs: readAtMs });
		this.#put(this.#head, readAtMs);
		if (!this.#lookMustWait()) this.#flush();
		this.#requestFrame();
	}

	/**
	 * Sends a pose as soon as it may leave.
	 *
	 * @param sample copied.
	 * @param readAtMs on the clock of `performance.now()`.
	 */
	put(sample: PoseSample, readAtMs: number): void {
		this.#put(sample, readAtMs);
		this.#flush(sample.stream === HEAD_STREAM);
		if (this.#sender.waiting) this.#requestFrame();
	}

	/**
	 * Declares a stream.
	 * @param listed the declaration lists the bones of its messages.
	 */
	declare(stream: number, listed: boolean): void {
		this.#sender.setListed(stream, listed);
	}

	/** The numbers of a stream. */
	counters(stream: number): SentStreamCounters {
		return this.#sender.counters(stream);
	}

	/** Applies the pose rate and encoding that the server has announced. */
	agree({ maxHz, encoding }: { readonly maxHz: number; readonly encoding: string }): void {
		this.#sender.minIntervalMs = 1000 / maxHz;
		this.#sender.encoding = encoding === "bin1" ? "bin1" : "json";
	}

	/**
	 * Time between two repetitions of a head that rests, milliseconds.
	 * @default 500
	 */
	set heartbeatMs(heartbeatMs: number | undefined) {
		const newMs = Math.min(HEARTBEAT_MS, heartbeatMs ?? HEARTBEAT_MS);
		if (newMs === this.#heartbeatMs) return;
		this.#heartbeatMs = newMs;
		clearInterval(this.#heartbeatTimer);
		this.#heartbeatTimer = setInterval(() => this.#heartbeat(), newMs);
	}

	/** To the server and back, milliseconds. */
	set roundTripMs(roundTripMs: number) {
		this.#sender.roundTripMs = roundTripMs;
	}

	/**
	 * Poses take a new path whose far end has no earlier poses. Waiting poses are kept.
	 */
	restart(): void {
		clearTimeout(this.#roomTimer);
		this.#sender.restart();
	}

	/** The channel for poses is open: sends the present look. */
	opened(channel: RTCDataChannel): void {
		channel.bufferedAmountLowThreshold = 0;
		channel.addEventListener("bufferedamountlow", () => this.#sender.waiting && this.#flush());
		this.#repeatLook();
	}

	close(): void {
		clearInterval(this.#heartbeatTimer);
		clearTimeout(this.#roomTimer);
	}

	/** @returns true if a look was sent in this display frame already. */
	#lookMustWait(): boolean {
		return this.#sentThisFrame && performance.now() - this.#sentAtMs <= NO_DISPLAY_FRAME_MS;
	}

	/** @param headNow the head does not wait for the window's next display frame. */
	#flush(headNow = false): void {
		const { sequence } = this.#sender.lastSent(HEAD_STREAM);
		this.#sender.flush(
			performance.now(),
			this.#options.channel(),
			!headNow && this.#lookMustWait() ? HEAD_STREAM : undefined,
		);
		this.#noteSentLook(sequence);
		clearTimeout(this.#roomTimer);
		const waitMs = this.#sender.retryInMs(performance.now());
		if (waitMs !== undefined) this.#roomTimer = setTimeout(() => this.#flush(), waitMs);
	}

	/** @param before sequence number of the look that was sent last before. */
	#noteSentLook(before: number): void {
		const { sequence, clientTimeMs } = this.#sender.lastSent(HEAD_STREAM);
		if (sequence === before) return;
		this.#options.onLookSent(sequence, clientTimeMs);
		this.#sentThisFrame = true;
		this.#sentAtMs = performance.now();
		this.#requestFrame();
	}

	/** Lets the next display frame send the waiting look. */
	#requestFrame(): void {
		if (this.#frameRequested) return;
		this.#frameRequested = true;
		requestAnimationFrame(() => {
			this.#frameRequested = false;
			this.#sentThisFrame = false;
			this.#flush();
			if (this.#sender.waiting && this.#options.channel()?.readyState === "open") this.#requestFrame();
		});
	}

	/** Runs also in a hidden tab, where there are no display frames. */
	#heartbeat(): void {
		const nowMs = performance.now();
		this.#sender.repeatLast(HEARTBEAT_MS - HEARTBEAT_LATE_MS, nowMs, this.#options.channel());
		// While heads are being sent, an old head with a new time would only make the
		// view tremble.
		if (nowMs - this.#sentAtMs >= this.#heartbeatMs / 2) this.#repeatLook();
	}

	#put(sample: PoseSample, readAtMs: number): void {
		this.#sender.seenRtpTicks = this.#options.seenRtpTicks();
		this.#sender.put(sample, readAtMs);
	}

	#repeatLook(): void {
		this.#sender.seenRtpTicks = this.#options.seenRtpTicks();
		const { sequence } = this.#sender.lastSent(HEAD_STREAM);
		this.#sender.repeat(HEAD_STREAM, performance.now(), this.#options.channel());
		this.#noteSentLook(sequence);
	}
}
