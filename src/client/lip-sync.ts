/** The receivers of a session whose sound and pictures belong to one media stream. */
export interface SynchronizedReceivers {
	readonly sound: RTCRtpReceiver;
	readonly pictures: RTCRtpReceiver;
	/** `RTCPeerConnection.getStats()`. */
	getStats(): Promise<{ values(): Iterable<unknown> }>;
}

/** A look at what is played. */
export interface LipSyncReading {
	/** Time by which the sound is ahead of the pictures, milliseconds. */
	readonly leadMs: number;
	/** Mean time of sound in the jitter buffer since the last look, milliseconds. */
	readonly soundDelayMs: number;
}

/** The least delays of both jitter buffers, milliseconds. */
export interface LipSyncTargets {
	readonly soundMs: number;
	readonly picturesMs: number;
}

const READ_MS = 150;
/** Readings of which the middle one counts: each is rounded to the 10 ms of the sound's device. */
const READINGS = 7;
/** Readings that are passed over after a change: the browser stretches sound to follow it. */
const SETTLING = 5;
/** Half of the step of libwebrtc's buffer of sound, which is a packet of 20 ms. */
const TOLERANCE_MS = 10;
/** The browser itself removes larger differences, such as those of the first moments. */
const MOST_MS = 150;
/** Longest delay that is asked for. */
const MAX_DELAY_MS = 300;

/**
 * Decides the delays that keep sound and pictures in step more closely than libwebrtc does, which
 * leaves differences below 30 ms (`kMinDeltaMs` of video/stream_synchronization.cc). Reads no
 * clock.
 */
export class LipSyncRule {
	#targets: LipSyncTargets = { soundMs: 0, picturesMs: 0 };
	#readings: LipSyncReading[] = [];
	#toPassOver = 0;

	/** @returns new delays, or `undefined` while the present ones are right. */
	read(reading: LipSyncReading): LipSyncTargets | undefined {
		if (this.#toPassOver > 0) {
			this.#toPassOver--;
			return undefined;
		}
		if (!(Math.abs(reading.leadMs) <= MOST_MS && reading.soundDelayMs >= 0)) return undefined;
		this.#readings.push(reading);
		if (this.#readings.length < READINGS) return undefined;
		const leadMs = middle(this.#readings.map((each) => each.leadMs));
		const delayMs = middle(this.#readings.map((each) => each.soundDelayMs));
		this.#readings = [];
		if (Math.abs(leadMs) <= TOLERANCE_MS) return undefined;
		this.#targets = this.#moved(leadMs, delayMs);
		this.#toPassOver = SETTLING;
		return this.#targets;
	}

	#moved(leadMs: number, delayMs: number): LipSyncTargets {
		const { soundMs, picturesMs } = this.#targets;
		if (leadMs > 0) {
			// A delay of pictures that is not needed any more goes first.
			if (picturesMs > 0) return { soundMs, picturesMs: Math.max(0, picturesMs - leadMs) };
			return { soundMs: Math.min(MAX_DELAY_MS, Math.max(soundMs, delayMs) + leadMs), picturesMs };
		}
		// The delay that was asked for is the reason only where the buffer is not longer by itself.
		if (soundMs > 0 && delayMs <= soundMs + 2 * TOLERANCE_MS)
			return { soundMs: Math.max(0, soundMs + leadMs), picturesMs };
		return { soundMs: 0, picturesMs: Math.min(MAX_DELAY_MS, picturesMs - leadMs) };
	}
}

/**
 * Keeps the sound of a session in step with its pictures, in browsers whose receivers have a
 * `jitterBufferTarget`. @returns a function that ends it, and both delays with it.
 */
export function keepInStep({ sound, pictures, getStats }: SynchronizedReceivers): () => void {
	if (!("jitterBufferTarget" in sound)) return () => {};
	let ended = false;
	const rule = new LipSyncRule();
	const reader = new LipSyncReader();
	const timer = setInterval(async () => {
		const report = await getStats().catch(() => undefined);
		if (ended) return;
		const reading = report && reader.read(report);
		const targets = reading && rule.read(reading);
		if (targets === undefined) return;
		setTarget(sound, targets.soundMs);
		setTarget(pictures, targets.picturesMs);
	}, READ_MS);
	return () => {
		ended = true;
		clearInterval(timer);
		setTarget(sound, 0);
		setTarget(pictures, 0);
	};
}

type InboundStats = { readonly [field: string]: unknown };

/** Reads the lead of the sound from the browser's statistics. */
export class LipSyncReader {
	#delaySec = 0;
	#samples = 0;

	/** @returns `undefined` where the browser does not state it, or no sound has come since. */
	read(report: { values(): Iterable<unknown> }): LipSyncReading | undefined {
		const streams = [...report.values()] as InboundStats[];
		const inbound = (kind: string) =>
			streams.find((entry) => entry["type"] === "inbound-rtp" && entry["kind"] === kind);
		const [sound, pictures] = [inbound("audio"), inbound("video")];
		const number = (entry: InboundStats | undefined, field: string) => Number(entry?.[field] ?? Number.NaN);
		const playedMs = (entry: InboundStats | undefined) => number(entry, "estimatedPlayoutTimestamp");
		const delaySec = number(sound, "jitterBufferDelay");
		const samples = number(sound, "jitterBufferEmittedCount");
		const grown = samples - this.#samples;
		const soundDelayMs = ((delaySec - this.#delaySec) / grown) * 1000;
		[this.#delaySec, this.#samples] = [delaySec || 0, samples || 0];
		const leadMs = playedMs(sound) - playedMs(pictures);
		return grown > 0 && Number.isFinite(leadMs) ? { leadMs, soundDelayMs } : undefined;
	}
}

function setTarget(receiver: RTCRtpReceiver & { jitterBufferTarget?: number | null }, targetMs: number): void {
	receiver.jitterBufferTarget = Math.round(targetMs);
}

function middle(values: readonly number[]): number {
	return [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}
