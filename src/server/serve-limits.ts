import { MAX_MESSAGE_BYTES, MAX_SDP_LENGTH } from "../media/message-bounds.ts";
import type { BitrateLimits, HubLimits } from "../session/index.ts";
import type { PoseLimits } from "../stream/viewer-options.ts";

/** Bounds of a viewer's and an address's cost. No option changes them. */
export const HUB_LIMITS: HubLimits = {
	// A receiver of video reports every second or so; ICE takes 26 s to miss a
	// killed browser.
	pauseAfterSec: 5,
	closeAfterSec: 10,
	connectTimeoutSec: 10,
	// The labels of docs/protocol.md, and some of the application's own.
	maxClientChannels: 8,
	maxMessageBytes: MAX_MESSAGE_BYTES,
	// A head, a body, two hands and two controllers at 120 Hz, and as much again.
	maxMessagesPerSec: 1500,
	// Two seconds of 1 Mbit/s: a message that waits longer is out of date.
	maxBufferedBytes: 262_144,
	maxSdpLength: MAX_SDP_LENGTH,
	// People behind one router may join at once; a client takes about a second to
	// connect.
	maxPendingPerAddress: 4,
};

/** Bounds of poses, which the welcome states. */
export const POSE_LIMITS: PoseLimits = {
	// Twice the fastest headsets, and some jitter.
	maxHz: 250,
	maxMessageBytes: HUB_LIMITS.maxMessageBytes,
};

/**
 * A new stream starts at this rate: enough for a good picture, little enough for a
 * bad path.
 */
const START_BITRATE_BPS = 5_000_000;
/**
 * No estimate falls below this rate: pictures of a quarter of the pixels at half the frame rate
 * need little more. A higher bound keeps the queue of a slower link full for ever.
 */
const MIN_BITRATE_BPS = 100_000;

/** The bit rates of a stream that may have `maxBps`; a lower bound lowers them all. */
export function bitrateLimits(maxBps: number): BitrateLimits {
	return { minBps: Math.min(MIN_BITRATE_BPS, maxBps), startBps: Math.min(START_BITRATE_BPS, maxBps), maxBps };
}
