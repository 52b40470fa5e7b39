import type { Loggable } from "panogaze-rerun";
import type { ClientMediaPacket } from "../media/client-media.ts";
import type { EncodedPacket } from "../media/encoded-packet.ts";
import type { PanoramaFormat } from "../media/panorama.ts";
import type { SoundLayout } from "../media/sound-ring.ts";
import type { BoneTable } from "../skeleton/bone-table.ts";
import type { ControllerInput, PoseSample } from "../skeleton/pose-sample.ts";
import type { SourcePacket } from "../source/source-packets.ts";
import type { SourceInfo } from "../source/video-source.ts";
import type { SmallFormat } from "../stream/small/small-format.ts";
import type { ViewerStats } from "../stream/viewer-events.ts";
import type { RecordedEpisode } from "./episode.ts";
import type { SoundRecord } from "./recorded-sound.ts";

/** Importance of a line of text, as `TextLog` has them. */
export type RecordedLevel = "INFO" | "WARN" | "ERROR";

/** A pose as a recording keeps it: the tracked bones alone. */
export interface RecordedPose
	extends Pick<PoseSample, "skeleton" | "hand" | "stream" | "sequence" | "clientTimeMs" | "seenRtpTicks">,
		BoneTable {
	readonly kind: Exclude<PoseSample["kind"], "none">;
	readonly positionTracked: boolean;
	readonly confidence: number;
	/** Buttons and axes of a controller. */
	readonly controls: Pick<ControllerInput, "buttons" | "axes" | "pressed" | "touched"> | undefined;
	/** Seconds on the server's monotonic clock. */
	readonly receivedSec: number;
	/** The client read it then, on the same clock; NaN: not known. */
	readonly capturedSec: number;
	/** Age of the world that the person saw by `receivedSec`, milliseconds; NaN: not known. */
	readonly photonAgeMs: number;
}

/** The facts about a source that a recording keeps. */
export interface RecordedSource
	extends Pick<
		SourceInfo,
		"codec" | "frameRate" | "live" | "durationSec" | "layout" | "packing" | "codedOrientation"
	> {
	readonly name: string;
	readonly format: PanoramaFormat;
	/** The form of its recorded video, where that is a small version. @default its own */
	readonly small?: SmallFormat | undefined;
	/** Channels of its sound. @default it has none */
	readonly sound?: SoundLayout | undefined;
}

/**
 * One thing that happened in a session, on its way into a recording. It can be sent to a thread.
 * Times are seconds on the server's monotonic clock; `viewer` is the part of a viewer's id that may
 * be shown.
 */
export type SessionRecord =
	| { readonly type: "join"; readonly viewer: string; readonly atSec: number }
	| { readonly type: "leave"; readonly viewer: string; readonly atSec: number; readonly reason: string }
	/** A viewer who had withdrawn its consent has left, and does not come again. No file has it. */
	| { readonly type: "gone"; readonly viewer: string; readonly atSec: number }
	| {
			readonly type: "frame";
			readonly viewer: string;
			readonly packet: EncodedPacket;
			readonly firstPacketSec: number;
			readonly lastPacketSec: number;
	  }
	| {
			readonly type: "camera";
			/** Name of a camera beside the view. */
			readonly camera: string;
			readonly atSec: number;
			/** One of its pictures: its own, or as it was drawn for one viewer. */
			readonly packet: EncodedPacket;
	  }
	| SoundRecord
	| {
			readonly type: "client-frame";
			/** The one whose own camera it is. */
			readonly viewer: string;
			/** Time of its arrival. */
			readonly atSec: number;
			/** A picture: H.264 or VP8. */
			readonly packet: ClientMediaPacket;
	  }
	| { readonly type: "pose"; readonly viewer: string; readonly pose: RecordedPose }
	| { readonly type: "stats"; readonly viewer: string; readonly atSec: number; readonly stats: ViewerStats }
	| { readonly type: "episode"; readonly atSec: number; readonly episode: RecordedEpisode }
	| { readonly type: "source-packet"; readonly atSec: number; readonly packet: SourcePacket }
	| { readonly type: "source"; readonly atSec: number; readonly source: RecordedSource }
	| {
			readonly type: "text";
			/** `undefined`: it is about the server. */
			readonly viewer: string | undefined;
			readonly atSec: number;
			readonly words: string;
			readonly level: RecordedLevel;
	  }
	| {
			readonly type: "log";
			/** `undefined`: the path begins at the recording's root. */
			readonly viewer: string | undefined;
			readonly atSec: number;
			readonly path: string | readonly string[];
			readonly values: readonly Loggable[];
	  };
