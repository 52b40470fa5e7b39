/**
 * Most that is read of a client's media, bytes a second and at once: twice what the answer
 * allows. Neither a frame nor what waits for a lost packet is longer.
 */
export const MAX_MEDIA_BYTES = 1 << 20;

/** Bytes that each packet counts for beside its own: a small one costs no less time. */
export const BYTES_PER_PACKET = 200;
