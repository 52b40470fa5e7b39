import { ChunkStore } from "../../src/rerun/chunk-store.ts";
import { Batching, MemorySink, Points3D, RecordingStream, RrdError, RrdReader, Scalars, TextLog } from "../../src/rerun/index.ts";
import type { FuzzTarget } from "../fuzzer.ts";

function recording(): Uint8Array {
	const sink = new MemorySink();
	const stream = new RecordingStream("fuzz", { environment: {}, logTime: false, sendProperties: false, batching: Batching.always });
	stream.setSinks(sink);
	stream.setTime("frame", { sequence: 3 });
	stream.log("points", new Points3D([[1, 2, 3]], { colors: [0xff0000ff] }));
	stream.log("log", new TextLog("hello"));
	stream.log("scalar", new Scalars(0.5));
	stream.flushToSinks();
	return sink.drain();
}

export const target: FuzzTarget = {
	covers: [
		"src/rerun/rrd-reader.ts",
		"src/rerun/log-message.ts",
		"src/rerun/protobuf.ts",
		"src/rerun/lz4.ts",
		"src/rerun/arrow/ipc-reader.ts",
		"src/rerun/chunk.ts",
		"src/rerun/chunk-store.ts",
	],
	maxBytes: 16_384,
	dictionary: ["RRF2", "\u0002\u0000\u0000\u0000", "ARROW1"],
	seeds: () => [recording()],
	run(input) {
		const reader = new RrdReader({ maxMessageByteLength: 1 << 20 });
		try {
			for (const message of reader.push(input)) if (message.type === "chunk") message.chunk();
			reader.end();
		} catch (error) {
			if (!(error instanceof RrdError)) throw error;
		}
		try {
			for (const store of ChunkStore.read(input, { maxMessageByteLength: 1 << 20 })) store.latestAllAt("points", "frame", 3n);
		} catch (error) {
			if (!(error instanceof RrdError)) throw error;
		}
	},
};
