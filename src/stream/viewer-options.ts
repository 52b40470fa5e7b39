import type { EncoderChoice } from "../encoder/video-encoder.ts";
import type { ClientMediaKind } from "../media/client-media.ts";
import type { PlaybackState } from "../media/playback.ts";
import type { SamplingKernel } from "../projection/projector.ts";
import type { Access } from "../session/access.ts";
import type { SoundDesk } from "../sound/sound-desk.ts";
import type { SourceInfo } from "../source/video-source.ts";
import type { Camera } from "./cameras/camera.ts";
import type { CameraList } from "./cameras/camera-list.ts";
import type { PastDesk } from "./past-desk.ts";
import type { HoldBounds } from "./safety/control-hold.ts";
import type { SourceState } from "./source-state.ts";
import type { EyeViewSize } from "./view-size.ts";

/** The view that every client gets until it asks for another. */
export interface ConfiguredView extends EyeViewSize {
	/** Most pictures a second. */
	readonly frameRate: number;
	/** Horizontal field of view, degrees. */
	readonly fovDeg: number;
	readonly kernel: SamplingKernel;
	readonly antialias: "auto" | "off";
	/** Eye that a view for one eye shows, of a source for two. @default 0, the left one */
	readonly eye?: 0 | 1 | undefined;
}

/** Bounds of a client's poses. The welcome states them. */
export interface PoseLimits {
	/** Most poses a second that are read of one pose stream. */
	readonly maxHz: number;
	/** Longest message that the session lets through, bytes. */
	readonly maxMessageBytes: number;
}

/** The source that a viewer is shown, as its client learns of it. */
export interface ViewedSource {
	/** Without folders and passwords. */
	readonly name: string;
	/** Properties of the source when it was last opened; `undefined` before. */
	readonly info: SourceInfo | undefined;
	readonly state: SourceState;
	/**
	 * Time at which its newest picture was noticed, to a tenth of a second, on the server's
	 * monotonic clock; NaN or absent: not known.
	 */
	readonly lastPictureSec?: number | undefined;
	/** The play as it was stated last. */
	readonly playback: PlaybackState;
}

/** Options of a `Viewer`. All are complete: the server has filled in its defaults. */
export interface ViewerOptions {
	/** The viewer's rights. */
	readonly access: Access;
	readonly view: ConfiguredView;
	readonly encoder: EncoderChoice;
	/** Pictures of clients that ask for it carry their frame messages. */
	readonly stamps: boolean;
	/** Bits per second before the first estimate. */
	readonly startBitrateBps: number;
	readonly limits: PoseLimits;
	/** Bounds past which control is put on hold; `undefined`: it never is. */
	readonly safety?: HoldBounds | undefined;
	readonly source: ViewedSource;
	/** Shows the past that is kept. @default none is kept */
	readonly pastDesk?: PastDesk | undefined;
	/** Sources that the viewer may see beside its view. @default none */
	readonly cameras?: readonly Camera[] | undefined;
	/** Cameras of viewers, which the others may see. @default none */
	readonly relayedCameras?: CameraList | undefined;
	/** Kinds of media that clients may send. @default none */
	readonly takes?: readonly ClientMediaKind[] | undefined;
	/** Kinds of the viewers' media that other viewers can get. @default none */
	readonly relays?: readonly ClientMediaKind[] | undefined;
	/** Mixes the source's sound. @default there is none */
	readonly sound?: SoundDesk | undefined;
	/** Returns the IP address that the client is connected from at the moment. */
	readonly address: () => string | undefined;
	/** Returns the server's part of the statistics that the client is sent. */
	readonly serverStats: () => { readonly sourceFps: number; readonly viewers: number };
}
