/** Where recordings go that needs neither files nor servers: for browsers and Node. */
export { CallbackSink, type LogChannel, logChannelSink } from "../sinks/callback-sink.ts";
export { MemorySink, type MemorySinkOptions } from "../sinks/memory-sink.ts";
export { type WebSocketLike, WebSocketSink, type WebSocketSinkOptions } from "../sinks/web-socket-sink.ts";
export { MessageProxy, type MessageProxyOptions, type MessageProxyStats } from "./message-proxy.ts";
export { type ProxyAddress, parseProxyUrl } from "./message-proxy-service.ts";
export type { OriginOptions } from "./origin-policy.ts";
export type { ReplayOptions } from "./replay-buffer.ts";
export { rrdOf } from "./rrd-stream.ts";
