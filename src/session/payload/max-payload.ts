/**
 * Longest RTP payload, bytes, for paths that carry 1,280 bytes, the least that IPv6
 * allows (RFC 8200, 5): less IPv6 and UDP headers (48), an RTP header with our
 * extensions (32), RTX (2) and the longer tag of SRTP (16). Tested by
 * rough-path.test.ts with a link of 1,280 bytes.
 */
export const MAX_PAYLOAD_BYTES = 1180;
