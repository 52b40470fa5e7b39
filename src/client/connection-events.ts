import type {
	ErrorMessage,
	LensMessage,
	ServerStatsMessage,
	SourceMessage,
	WelcomeMessage,
} from "../protocol/control-message.ts";
import type { FrameMessage } from "../protocol/frame-message.ts";
import type { HoldMessage } from "../protocol/hold-messages.ts";
import type { OverlayObject, PulseObject } from "../protocol/overlay-object.ts";
import type { ConnectionState } from "./connection-keeper.ts";
import type { ConnectionStats } from "./connection-numbers.ts";
import type { ViewedRecording } from "./connection-recording.ts";
import type { ViewedPlayback } from "./playback.ts";

/** The events of a `PanogazeConnection`. */
export interface ConnectionEvents {
	state: [state: ConnectionState];
	/** Video begins, also after a reconnect. Attached videos show it already. */
	stream: [stream: MediaStream];
	/** The server introduced itself. */
	welcome: [welcome: WelcomeMessage];
	/**
	 * The server complains. A fatal complaint is followed by the end of the session.
	 */
	error: [error: ErrorMessage];
	stats: [stats: ConnectionStats];
	serverStats: [stats: ServerStatsMessage];
	/**
	 * The source has another state. Unless it is `live`, the picture that the server
	 * goes on sending is an old one.
	 */
	source: [source: SourceMessage];
	/** The play of the source has changed, or its place has leapt. */
	playback: [state: ViewedPlayback];
	/** The recording of the server's sessions has another state, or takes this viewer or not. */
	recording: [state: ViewedRecording];
	/** The view has another lens, or another choice of lenses. */
	lens: [lens: LensMessage];
	/**
	 * The server has put this client's control on hold, or its reason, age or need have changed;
	 * `undefined`: the client has control.
	 */
	hold: [hold: HoldMessage | undefined];
	/** Pose and times of a frame that the server has announced. It is not shown yet. */
	frame: [frame: FrameMessage];
	/** The objects that the application draws over the view, by path, have changed. */
	overlay: [objects: ReadonlyMap<string, OverlayObject>];
	/** The application's lines of words have changed. */
	hud: [lines: readonly string[]];
	/** Controllers, gamepad or phone are to pulse now. */
	pulse: [pulse: PulseObject];
	/** A message of an application's channel. */
	message: [label: string, data: string | ArrayBuffer];
}
