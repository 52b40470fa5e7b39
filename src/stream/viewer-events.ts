import type { Loggable } from "panogaze-rerun";
import type { ClientMediaPacket } from "../media/client-media.ts";
import type { EncodedPacket, EncodedSound } from "../media/encoded-packet.ts";
import type { PlaybackChange } from "../media/playback.ts";
import type { ClientStatsMessage, DisplayMessage } from "../protocol/control-message.ts";
import type { EpisodeWish, RecordingConsent } from "../protocol/recording-messages.ts";
import type { TrackingCounters } from "../protocol/tracking-receiver.ts";
import type { SessionStats } from "../session/viewer-session.ts";
import type { PoseSample } from "../skeleton/pose-sample.ts";
import type { Arrival } from "./channel-inbox.ts";
import type { RenderStats } from "./render-protocol.ts";
import type { Hold } from "./safety/control-hold.ts";

/**
 * Events of one viewer. For poses listen to `head`, `skeleton` and `controller`:
 * they report every pose once, whatever channel and encoding it came by. `message`
 * reports the same arrivals again, under their channels' labels, for programs that
 * read channels as such.
 */
export interface ViewerEvents {
	/**
	 * A message of any channel, decoded where the label is known, after the viewer
	 * has obeyed it.
	 */
	message: [label: string, message: Arrival["message"], receivedAtSec: number];
	/**
	 * Sound of the client's microphone or a picture of its camera, encoded. Only where the server
	 * wants that kind (`serve({ media })`), and of viewers who may steer.
	 */
	media: [packet: ClientMediaPacket];
	/**
	 * A head. `capturedAtSec` is when the client read it, seconds on the server's
	 * clock; NaN: not known. `photonAgeMs` is how old the world was by `receivedAtSec`
	 * that the person saw when it was read, milliseconds; NaN: not known. Lent: it
	 * changes with the next message.
	 */
	head: [sample: PoseSample, receivedAtSec: number, capturedAtSec: number, photonAgeMs: number];
	/** A skeleton: a body or a hand, bones in world axes. Lent as a head is. */
	skeleton: [sample: PoseSample, receivedAtSec: number, capturedAtSec: number, photonAgeMs: number];
	/** A controller. Lent as a head is. */
	controller: [sample: PoseSample, receivedAtSec: number, capturedAtSec: number, photonAgeMs: number];
	/** The viewer's control is on hold from now on; poses still come. */
	hold: [hold: Hold];
	/** The viewer has control again, or for the first time. */
	release: [hold: Hold];
	/** The view was drawn, encoded and sent. */
	frameSent: [packet: EncodedPacket, firstPacketSec: number, lastPacketSec: number];
	/**
	 * A picture of a camera beside the view was sent to this viewer: the camera's own, or one that
	 * was drawn for it.
	 */
	cameraFrameSent: [camera: string, packet: EncodedPacket];
	/** A packet of sound was sent, before the time of its first sample if it is a file's. */
	soundSent: [packet: EncodedSound];
	/** The client asks that a source that has ended is played from its beginning. */
	playAgain: [];
	/** The client asks that the source is played otherwise. */
	playback: [change: PlaybackChange];
	/** The client asks that a recording is begun, under a name if it gives one, or is ended. */
	record: [wish: { readonly on: boolean; readonly name: string | undefined }];
	/** The client asks that an episode of the recording is begun, ended or discarded. */
	episode: [wish: EpisodeWish];
	/** The person behind the client lets itself be recorded, or no longer, or declines. */
	recordingConsent: [consent: RecordingConsent];
	/** The application has logged values for recordings. */
	log: [path: string | readonly string[], values: readonly Loggable[]];
	/** Trouble with this viewer only, one line for the log. */
	notice: [message: string];
}

/** Relation of a client's clock to the server's monotonic one. */
export interface ClockStats {
	/** Client clock minus server clock, milliseconds. */
	readonly offsetMs: number;
	/** Greatest error of `offsetMs`, by which poses are put on the server's clock, milliseconds. */
	readonly uncertaintyMs: number;
	/** Rate of the client's clock above the server's, millionths. */
	readonly driftPpm: number;
	/** Shortest of the last round trips on the control channel, milliseconds. */
	readonly roundTripMs: number;
}

/** Options of `Viewer.close()`. */
export interface CloseOptions {
	/** Reason in words, for the log, `closed` and, if `final`, the person at the other end. */
	readonly reason?: string | undefined;
	/**
	 * Keeps the client from coming back by itself: pages of `panogaze/client` stay
	 * closed until they are loaded anew.
	 * @default false
	 */
	readonly final?: boolean | undefined;
}

/** Everything known about one viewer's stream. */
export interface ViewerStats {
	readonly session: SessionStats;
	readonly render: RenderStats;
	readonly encoder: string;
	readonly tracking: TrackingCounters;
	/** The client's clock as seen from ours; numbers are NaN before it has answered a ping. */
	readonly clock: ClockStats;
	/**
	 * Messages of known channels that were against the protocol, `tracking` apart,
	 * and messages of all of them that were more than is read in a second.
	 */
	readonly messagesRefused: number;
	/**
	 * Bodies, hands, controllers and messages of the application that came from a
	 * viewer who may only watch; none of them was used.
	 */
	readonly messagesNotAllowed: number;
	/** The newest report of the client's own, if it sends any. */
	readonly client: ClientStatsMessage | undefined;
	/** The newest report of the client's display, if it sends any. */
	readonly display: DisplayMessage | undefined;
}
