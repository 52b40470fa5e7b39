/**
 * Longest RTP payload, bytes, for paths that carry 1,280 bytes, the least that IPv6
 * allows (RFC 8200, 5). The longest packets are those of FlexFEC: a protected packet
 * (this, and up to 32 bytes of header beyond the fixed one), FlexFEC's header (32), an
 * RTP header (24), the longer tag of SRTP (16), IPv6 and UDP (48). RTX adds less. Where
 * the mid is short they have at most 1,200 bytes of RTP, libwebrtc's `kVideoMtu`. Tested
 * by flexfec.test.ts, and by rough-path.test.ts with a link of 1,280 bytes.
 */
export const MAX_PAYLOAD_BYTES = 1120;
