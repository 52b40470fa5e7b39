export type { BitrateLimits, CongestionController } from "./congestion.ts";
export { handleOffer } from "./offer-json.ts";
export { type IceServer, type PeerTransport, type PeerTransportOptions, UdpPortError } from "./peer-transport.ts";
export type { SessionLimits } from "./rtc-session.ts";
export { type HubLimits, type OpenedSession, SessionHub, type SessionHubOptions, type SessionInfo } from "./session-hub.ts";
export { SignallingError, type SignallingRequest, type SignallingResponse } from "./signalling.ts";
export type { ChannelMessage, DataChannelOptions, SessionEvents, SessionStats, ViewerSession } from "./viewer-session.ts";
export { WeriftTransport } from "./werift-transport.ts";
export { DATA_CHANNEL_EXTENSION, handleWhep, type WhepOptions } from "./whep.ts";
