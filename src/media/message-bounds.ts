// Bounds of what a client may send. They stand apart from sessions so that the command line can
// show them without loading any.

/**
 * Longest message of a data channel, bytes: the default of `maxMessageBytes`, and the bound of
 * every session.
 */
export const MAX_MESSAGE_BYTES = 65_536;

/** Longest SDP that is parsed, characters: twelve times the offer of a browser. */
export const MAX_SDP_LENGTH = 100_000;

/** Longest name of a recording, characters. */
export const MAX_RECORDING_NAME = 64;
/** Longest label of an episode's task, characters. */
export const MAX_TASK_LENGTH = 200;
