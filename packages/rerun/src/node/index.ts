/// <reference types="node" preserve="true" />
/** The part of the SDK that needs Node: files, processes and servers. */

export { FileSink, type FileSinkOptions, saveFile } from "../sinks/node/file-sink.ts";
export { type ConnectGrpcOptions, connectGrpc, type GrpcClientSink } from "../sinks/node/grpc-sink.ts";
export { StreamSink, type StreamSinkOptions, stdoutSink } from "../sinks/node/stream-sink.ts";
export {
	parseRecordingArguments,
	RECORDING_ARGUMENTS_HELP,
	type RecordingArguments,
	type Script,
	type ScriptOptions,
	startScript,
} from "./argv.ts";
export { closeOnSignal } from "./close-on-signal.ts";
export {
	type GrpcServer,
	type GrpcWebMount,
	type MountOptions,
	mountGrpcWeb,
	type ServeGrpcOptions,
	serveGrpc,
} from "./grpc-server.ts";
export type { GrpcWebHandler } from "./grpc-web-handler.ts";
export { type Http2Headers, type Http2Refusal, sniffHttp2 } from "./http2-server.ts";
export { type SpawnedViewer, type SpawnViewerOptions, spawnViewer } from "./spawn-viewer.ts";
export { findWebViewer, type PageHandler, type WebViewerPageOptions, webViewerPage } from "./web-viewer-page.ts";
export { type ServeWebViewerOptions, serveWebViewer, type WebViewerServer } from "./web-viewer-server.ts";
