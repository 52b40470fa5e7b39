import type { PanoramaFormat } from "../media/panorama.ts";
import type { PanoramaStore } from "../media/panorama-store.ts";

/** What a source says of itself once it is open. */
export interface SourceInfo {
	/**
	 * What pictures it writes: after conversion to 8-bit I420 with even sizes. The same until it
	 * stops.
	 */
	readonly format: PanoramaFormat;
	/** Pictures a second, the average the container states; NaN when unknown. */
	readonly frameRate: number;
	/** Codec's short name as FFmpeg spells it (`h264`, `hevc`), or `rawvideo`. */
	readonly codec: string;
	/** `none` for software decoding, else the hardware in use (`cuda`, `vaapi`, ...). */
	readonly hwaccel: string;
	/** True for cameras and network streams, which can't be paused or rewound. */
	readonly live: boolean;
	/** Length in seconds; NaN when there is no end. */
	readonly durationSec: number;
}

export interface SourceStats {
	/** Pictures decoded since start. */
	readonly framesDecoded: number;
	/** Decoded pictures that were not shown: late, or all slots were being read. */
	readonly framesDropped: number;
	/** Times the input was opened again after it failed. */
	readonly reconnects: number;
	/** Times a looping file began again. */
	readonly loops: number;
	/**
	 * When the next picture is due, on the clock of `monotonicSec()`, for sources that know: one
	 * second or five intervals later the source counts as stalled. `Infinity`: the picture that is
	 * there stays, as with a photo. NaN or missing: not known, and the rate of the pictures so far
	 * says it.
	 */
	readonly nextPictureSec?: number | undefined;
}

/** What a source tells while it runs. */
export interface SourceEvents {
	/** The input is at its end and does not loop, or was stopped by `stop()` elsewhere. */
	ended: [];
	/** It can't go on; it is stopped. The message says what failed and what was tried. */
	error: [error: SourceError];
	/**
	 * The input is lost and the source itself tries to get it back; `attempt` 1 is the first since
	 * pictures came last. Its last picture stays.
	 */
	reconnecting: [attempt: number, code: SourceErrorCode];
	/** The input is back, and pictures are about to come. */
	reconnected: [];
	/**
	 * The input's pictures are of another size or layout now, as its file was replaced: a further
	 * store was asked for, and is written to from here on.
	 */
	changed: [info: SourceInfo];
	/** One clear line for the log: a fallback to software, a reconnect. Not an error. */
	notice: [message: string];
}

/**
 * Writes panoramas into a store at their own pace. Frames are released by the source's clock (file)
 * or on arrival (live); a slow reader never slows it down. May be started again after it stopped.
 */
export interface VideoSource extends AsyncDisposable {
	/** For the log and the page: a file name, a URL without credentials, `pattern`. */
	readonly name: string;
	/**
	 * Permanent loss if the source is stopped: the `bytes` of a pipe, which can't be read twice, or
	 * the `sender` that has connected to us. Such a source runs from the beginning on, watched or
	 * not; one whose bytes have ended is not started again. A named pipe is known for one from
	 * `start` on, as soon as its file system has answered.
	 */
	readonly lostByStopping?: "bytes" | "sender" | undefined;
	/**
	 * Opens the input and begins to write.
	 *
	 * @param createStore called when the format is known; the source writes to the store it returns
	 * until it stops, or until it calls again (see `changed`). The caller owns the store.
	 * @returns when the input is open and pictures are about to come.
	 * @throws {SourceError} if the input can't be opened; nothing is left running then.
	 */
	start(createStore: (info: SourceInfo) => PanoramaStore): Promise<SourceInfo>;
	/**
	 * Ends reading and frees everything but the object; resolves when nothing writes to the store
	 * any more. Harmless when stopped. While `start` is under way it ends that, which then rejects.
	 */
	stop(): Promise<void>;
	stats(): SourceStats;
	/** @returns a function that removes the listener. A throwing listener harms nobody else. */
	on<Name extends keyof SourceEvents>(name: Name, listener: (...args: SourceEvents[Name]) => void): () => void;
}

/** Why a source failed, for programs and exit codes. */
export type SourceErrorCode =
	| "not-found"
	| "not-video"
	| "unknown-codec"
	| "no-hardware"
	| "no-program"
	| "connection"
	| "failed";

/** A source can't be opened or read. `message` is a full sentence that names the source. */
export class SourceError extends Error {
	override readonly name = "SourceError";
	readonly code: SourceErrorCode;
	constructor(code: SourceErrorCode, message: string, options?: ErrorOptions) {
		super(message, options);
		this.code = code;
	}
}
