// What does the table at the end of a recording cost? An hour of one viewer has 62,000 chunks,
// which are made up here of two true batches; their table is made as the file's end has it.
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { type Chunk, RecordingStream, type Sink } from "panogaze-rerun";
import { ManifestBuilder } from "../packages/rerun/src/rrd/rrd-manifest.ts";
import { SessionWriter } from "../src/recording/rerun/session-writer.ts";
import { SessionTap } from "../src/recording/tap/session-tap.ts";
import { type BenchRow, benchRow } from "./bench-row.ts";
import { BenchSession, POSES_HZ } from "./bench-session.ts";

const CHUNKS = 62_000;
const BATCH_SECONDS = 0.6;
const MOST_PEAK_MB = 50;
const STORE = { kind: "recording", applicationId: "panogaze", recordingId: "bench" } as const;

export async function run(): Promise<BenchRow[]> {
	const builder = tableOf(batches());
	const collect = garbageCollector();
	collect();
	const beforeMb = process.memoryUsage.rss() / 1e6;
	let peakMb = beforeMb;
	let longestMs = 0;
	const startMs = performance.now();
	const steps = builder.finish();
	for (;;) {
		const stepMs = performance.now();
		const { done, value } = steps.next();
		longestMs = Math.max(longestMs, performance.now() - stepMs);
		peakMb = Math.max(peakMb, process.memoryUsage.rss() / 1e6);
		if (done !== true) continue;
		const megabytes = value.payload.reduce((sum, { length }) => sum + length, 0) / 1e6;
		return [
			benchRow({
				name: "peak",
				value: peakMb - beforeMb,
				unit: "MB, resident, above that before",
				atMost: MOST_PEAK_MB,
			}),
			benchRow({ name: "time", value: performance.now() - startMs, unit: "ms", atMost: 10_000 }),
			benchRow({ name: "step", value: longestMs, unit: "ms, the longest without a pause", atMost: 500 }),
			benchRow({ name: "table", value: megabytes, unit: "MB in the file", atMost: 20 }),
		];
	}
}

/** The chunks of the first batch of a session, and of a later one. */
function batches(): readonly [readonly Chunk[], readonly Chunk[]] {
	const chunks: Chunk[] = [];
	const sink: Pick<Sink, "write" | "flush" | "close"> = {
		write: (messages) => {
			for (const message of messages) {
				const chunk = message.storeId.kind === "recording" ? message.chunk() : null;
				if (chunk !== null) chunks.push(chunk);
			}
		},
		flush: async () => true,
		close: async () => {},
	};
	const options = { enabled: true, environment: {}, logTime: false, batching: { tickSec: Number.POSITIVE_INFINITY } };
	const recording = new RecordingStream("panogaze", options);
	recording.setSinks(sink as Sink);
	const writer = new SessionWriter(recording, { layout: false, epochSec: 1e9 });
	const session = new BenchSession();
	const tap = new SessionTap(session.server, (record) => writer.write(record));
	session.begin();
	const play = (fromSec: number) => {
		for (let tick = 0; tick < BATCH_SECONDS * POSES_HZ; tick++) session.tick(fromSec + tick / POSES_HZ);
		recording.flushToSinks();
		return chunks.splice(0);
	};
	const both = [play(100), play(100 + BATCH_SECONDS)] as const;
	tap.close();
	return both;
}

function tableOf([first, later]: readonly [readonly Chunk[], readonly Chunk[]]): ManifestBuilder {
	const builder = new ManifestBuilder(STORE);
	let byteOffset = 0;
	let count = 0;
	const add = (chunk: Chunk) => {
		const byteLength = 1000 + Math.floor(Math.random() * 3000);
		const id = crypto.getRandomValues(new Uint8Array(16));
		builder.add({ ...chunk, id }, { byteOffset, byteLength, uncompressedByteLength: 2 * byteLength });
		byteOffset += byteLength + 16;
		count++;
	};
	first.forEach(add);
	while (count < CHUNKS)
		for (const chunk of later) {
			for (const { kind, times } of chunk.timelines) {
				const step =
					kind === "sequence" ? 18n : BigInt(Math.round((BATCH_SECONDS + Math.random() / 1000) * 1e9));
				for (let at = 0; at < times.length; at++) times[at]! += step;
			}
			add(chunk);
		}
	return builder;
}

/** The engine's collector, so that garbage from before is not counted. */
function garbageCollector(): () => void {
	setFlagsFromString("--expose-gc");
	return runInNewContext("gc") as () => void;
}
