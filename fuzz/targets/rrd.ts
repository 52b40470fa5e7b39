import {
	Batching,
	MemorySink,
	Points3D,
	RecordingStream,
	RrdError,
	RrdReader,
	Scalars,
	TextLog,
} from "../../packages/rerun/src/index.ts";
import { ChunkStore } from "../../packages/rerun/src/rrd/chunk-store.ts";
import type { FuzzTarget } from "../fuzzer.ts";

function recording(): Uint8Array {
	const sink = new MemorySink();
	const stream = new RecordingStream("fuzz", {
		environment: {},
		logTime: false,
		sendProperties: false,
		batching: Batching.always,
	});
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
		"packages/rerun/src/rrd/rrd-reader.ts",
		"packages/rerun/src/rrd/log-message.ts",
		"packages/rerun/src/rrd/protobuf.ts",
		"packages/rerun/src/lz4/lz4.ts",
		"packages/rerun/src/arrow/ipc-reader.ts",
		"packages/rerun/src/chunk/chunk.ts",
		"packages/rerun/src/rrd/chunk-store.ts",
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
			for (const store of ChunkStore.read(input, { maxMessageByteLength: 1 << 20 }))
				store.latestAllAt("points", "frame", 3n);
		} catch (error) {
			if (!(error instanceof RrdError)) throw error;
		}
	},
};
