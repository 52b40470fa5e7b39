/** Plays recordings of motion to a server, as a client. Node only. */
export { type PlayedClient, type PlayMotionOptions, type PlayReport, playMotion } from "./motion-player.ts";
export type { PlayerProtocol } from "./pose-messages.ts";
export type { RtpCounts } from "./rtp-counter.ts";
export { PlayerConnectionError } from "./signalling-request.ts";
