/**
 * Most that is read of a client's media, bytes a second and at once: twice what the answer
 * allows. A frame is no longer than that, nor are the packets that wait for a lost one.
 */
export const MAX_MEDIA_BYTES = 1 << 20;

/** Bytes that each packet counts for beside its own: a small one costs no less time. */
export const BYTES_PER_PACKET = 200;
