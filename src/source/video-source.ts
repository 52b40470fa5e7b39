import type { PacketRingHandle } from "../media/packet-ring.ts";
import type { PanoramaFormat } from "../media/panorama.ts";
import type { PanoramaStore } from "../media/panorama-store.ts";
import type { PlaybackChange, PlaybackState } from "../media/playback.ts";
import type { ViewAngles } from "../media/rotation.ts";
import type { SoundRingHandle } from "../media/sound-ring.ts";
import type { PassedPicturesHandle } from "./passed-pictures.ts";
import type { Orientation } from "./picture-orientation.ts";
import type { PacketWish, SourcePacketBatch } from "./source-packets.ts";
import type { PicturePacking } from "./stereo.ts";

/** The facts about a source that are known once it is open. */
export interface SourceInfo {
	/**
	 * The format of its pictures, after conversion to 8-bit I420 of even size. It stays until
	 * the source stops.
	 */
	readonly format: PanoramaFormat;
	/** Pictures a second, the average the container states; NaN when unknown. */
	readonly frameRate: number;
	/** Codec's short name as FFmpeg spells it (`h264`, `hevc`), or `rawvideo`. */
	readonly codec: string;
	/** `none` for software decoding, else the hardware in use (`cuda`, `vaapi`, ...). */
	readonly hwaccel: string;
	/** True for cameras and network sources, which can't be paused or rewound. */
	readonly live: boolean;
	/** Length in seconds; NaN when there is no end. */
	readonly durationSec: number;
	/** The direction in which the file asks players to begin. @default straight ahead */
	readonly initialView?: ViewAngles | undefined;
	/** The ring that its sound is written to (`SoundRing`). @default it has no sound */
	readonly sound?: SoundRingHandle | undefined;
	/**
	 * Words for the log: the projection and eyes of the pictures, and where that is known from.
	 * @default it is not known
	 */
	readonly layout?: string | undefined;
	/**
	 * The panoramas in a coded picture, and those of them that are read.
	 * @default not known
	 */
	readonly packing?: PicturePacking | undefined;
	/**
	 * The steps that set coded pictures upright, where the file states them and not each picture.
	 * @default none
	 */
	readonly codedOrientation?: Orientation | undefined;
}

/**
 * Who states when a source's pictures were captured: RTCP sender reports, time stamps that are the
 * time itself (`pts`), `prft` boxes of MP4, the dates in the playlist of a live HLS stream, or a
 * track of metadata (`camm`, `gpmf`).
 */
export type CaptureOrigin = "rtcp" | "pts" | "prft" | "hls" | "camm" | "gpmf";

/** A source's own statement of the times at which its pictures were captured. */
export interface CaptureStatement {
	readonly origin: CaptureOrigin;
	/**
	 * True: it is the capture time of the pictures. Of a file it never is, nor of a camera whose
	 * clock is not set: its statements are recorded, and nothing else.
	 */
	readonly used: boolean;
	/**
	 * Age of the newest picture when it was received, by the camera's clock and the server's wall
	 * clock, seconds; NaN for a file.
	 */
	readonly ageSec: number;
	/**
	 * True: the pictures have been older than 1 s for 5 s, by a clock that is used. Its clock is
	 * behind, or its network slow. @default false
	 */
	readonly isLate?: boolean | undefined;
}

/** Counters of a source since its start. */
export interface SourceStats {
	/** Pictures decoded since start. */
	readonly framesDecoded: number;
	/** Decoded pictures that were not shown: late, or all slots were being read. */
	readonly framesDropped: number;
	/** Times the input was opened again after it failed. */
	readonly reconnects: number;
	/** Times a looping file began again. */
	readonly loops: number;
	/** Coded pictures that were handed on as they are. @default 0 */
	readonly picturesPassed?: number | undefined;
	/**
	 * The time at which the next picture is due, on the clock of `monotonicSec()`. One second
	 * or five intervals later the source counts as stalled. `Infinity`: the present picture
	 * stays, as with a photo. NaN or missing: not known; the rate of the pictures so far
	 * decides.
	 */
	readonly nextPictureSec?: number | undefined;
	/** The newest statement of capture times. @default none is made */
	readonly capture?: CaptureStatement | undefined;
}

/** The events of a source. */
export interface SourceEvents {
	/** The input is at its end and does not loop, or was stopped by `stop()` elsewhere. */
	ended: [];
	/**
	 * The source can't go on and is stopped. The message says what failed and what was tried.
	 */
	error: [error: SourceError];
	/**
	 * The input is lost, and the source itself tries to get it back. `attempt` 1 is the first
	 * since the last picture. The last picture stays.
	 */
	reconnecting: [attempt: number, code: SourceErrorCode];
	/** The input is back, and pictures are about to come. */
	reconnected: [];
	/**
	 * The input's pictures have another size or layout, as when its file was replaced. A
	 * further store was requested, and is written to from now on.
	 */
	changed: [info: SourceInfo];
	/** The play has changed, or its place has leapt. `by` is the author of the change, if any. */
	playback: [state: PlaybackState, by: string | undefined];
	/** Coded pictures of the input, while `wantPackets` asks for them. */
	packets: [batch: SourcePacketBatch];
	/** The source states capture times; they are used now, or late, or no more. */
	capture: [statement: CaptureStatement];
	/** One clear line for the log: a fallback to software, a reconnect. Not an error. */
	notice: [message: string];
}

/**
 * Writes panoramas into a store at their own pace. Frames are released by the source's clock (file)
 * or on arrival (live); a slow reader never slows it down. May be started again after it stopped.
 */
export interface VideoSource extends AsyncDisposable {
	/**
	 * The name for the log and the page: a file name, an address without credentials,
	 * `pattern`.
	 */
	readonly name: string;
	/**
	 * Permanent loss if the source is stopped: the `bytes` of a pipe, which can't be read
	 * twice, or the `sender` that has connected to us. Such a source runs from the beginning
	 * on, watched or not; one whose bytes have ended is not started again. A named pipe is
	 * recognised after `start`, when its file system has answered.
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
	/** The newest statement of the play; `undefined` or missing: the source obeys no changes. */
	readonly playback?: PlaybackState | undefined;
	/**
	 * Asks for a change of the play; the event `playback` is the answer. A source that does not run
	 * obeys at its next start; what it can't do is left out.
	 * @param by author of the change, for the event.
	 */
	control?(change: PlaybackChange, by?: string): void;
	/**
	 * Keeps the packets of a live input in a ring, for viewers who watch the past, from the next
	 * start on. Missing: the source has no packets.
	 * @internal
	 */
	keepPast?: ((past: PacketRingHandle) => void) | undefined;
	/**
	 * Hands the coded pictures of a live input on, from the next start on, and decodes only while
	 * decoded ones are wanted. Missing: the source has no packets.
	 * @internal
	 */
	passPictures?: ((to: PassedPicturesHandle) => void) | undefined;
	/**
	 * Asks for the event `packets`, for keeping a group for it, or ends that. Missing: the source
	 * has no packets.
	 * @internal
	 */
	wantPackets?: ((wish: PacketWish) => void) | undefined;
	/**
	 * @returns a function that removes the listener. A listener that throws does not disturb
	 * the others.
	 */
	on<Name extends keyof SourceEvents>(name: Name, listener: (...args: SourceEvents[Name]) => void): () => void;
}

/** The kind of a source's failure, for programs and exit codes. */
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
