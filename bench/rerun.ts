// What does logging to Rerun cost? Poses of 84 bones, columns of a million scalars, images, clouds
// and a whole session are logged, beside the Python SDK where it is installed. And how long is the
// event loop busy when thousands of entities go into a file?
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import {
	Image,
	type Loggable,
	Points3D,
	RrdReader,
	RrdWriter,
	Scalars,
	VideoStream,
} from "../packages/rerun/src/index.ts";
import { saveFile } from "../packages/rerun/src/node/index.ts";
import type { LogMessage } from "../packages/rerun/src/rrd/log-message.ts";
import type { Sink } from "../packages/rerun/src/sinks/sink.ts";
import { RecordingStream } from "../packages/rerun/src/stream/recording-stream.ts";
import { type BenchRow, benchRow, type RowInit } from "./bench-row.ts";

const BONES = 84;
const POSES = 3000;
const POSES_A_CHUNK = 20;
const SCALARS = 1_000_000;
const IMAGE_WIDTH = 1920;
const IMAGE_HEIGHT = 1080;
const ENTITIES = 5000;
const LONGEST_TURN_MS = 5;
const PYTHON = fileURLToPath(new URL("../.cache/interop-rerun/bin/python", import.meta.url));

/** Output of bench/rerun_peer.py. */
interface Peer {
	readonly logUs: number;
	readonly poseUs: number;
	readonly poseBytes: number;
	readonly columnsMs: number;
	/** CPU time of all threads, as in `cloudMs`. */
	readonly imageMs: number;
	readonly cloudMs: number;
}

export async function run(): Promise<BenchRow[]> {
	const folder = mkdtempSync(join(tmpdir(), "panogaze-bench-"));
	const file = join(folder, "bench.rrd");
	const imageFile = join(folder, "images.raw");
	const cloudFile = join(folder, "clouds.raw");
	const { images, clouds } = largeRows();
	writeFileSync(imageFile, Buffer.concat(images));
	writeFileSync(cloudFile, Buffer.concat(clouds.map(({ buffer }) => new Uint8Array(buffer))));
	try {
		const peerProgram = fileURLToPath(new URL("rerun_peer.py", import.meta.url));
		const peer = existsSync(PYTHON)
			? (JSON.parse(
					execFileSync(PYTHON, ["-W", "ignore", peerProgram, file, imageFile, cloudFile], {
						encoding: "utf8",
						stdio: ["ignore", "pipe", "ignore"],
					}),
				) as Peer)
			: null;
		// First, before the other measurements leave anything behind.
		const { corePercent, heapGrowthMb } = await session();
		const logUs = best(5, () =>
			posesLogged(
				stream(() => {}, POSES * 10),
				4000,
			),
		);
		const { poseUs, poseBytes } = posesIntoFile(file);
		const columnsMs = best(5, () => columnsSent());
		const size = { width: IMAGE_WIDTH, height: IMAGE_HEIGHT };
		const imageMs = await cpuOfRows(
			file,
			images.map((pixels) => () => new Image(pixels, size)),
			64,
		);
		const cloudMs = await cpuOfRows(
			file,
			clouds.map((positions) => () => new Points3D(positions)),
			192,
		);
		const turns = await worstTurns(join(folder, "entities.rrd"));
		const ofPython = (value: number | undefined, most?: number) => ({
			peer: value === undefined ? undefined : { name: "Python SDK", value },
			...(most === undefined ? {} : { mostOfPeer: most }),
		});
		return [
			row({ name: "log-to-queued", value: logUs, unit: "us a pose", ...ofPython(peer?.logUs), atMost: 25 }),
			row({ name: "file", value: poseUs, unit: "us a pose", ...ofPython(peer?.poseUs) }),
			row({ name: "pose-size", value: poseBytes, unit: "bytes a pose", ...ofPython(peer?.poseBytes, 1.2) }),
			row({ name: "columns", value: columnsMs, unit: "ms for 1e6 scalars", ...ofPython(peer?.columnsMs, 2) }),
			row({
				name: "image-cpu",
				value: imageMs,
				unit: "ms CPU a 1080p RGB image into a file, LZ4",
				...ofPython(peer?.imageMs, 1),
			}),
			row({
				name: "cloud-cpu",
				value: cloudMs,
				unit: "ms CPU a cloud of 1e5 points into a file, LZ4",
				...ofPython(peer?.cloudMs, 1),
			}),
			row({
				name: "turn-flush",
				value: turns.flushMs,
				unit: `ms CPU longest turn, flushToSinks() of ${ENTITIES} entities`,
				atMost: LONGEST_TURN_MS,
			}),
			row({
				name: "turn-timer",
				value: turns.timerMs,
				unit: `ms CPU longest turn, the timer's flush of ${ENTITIES} entities`,
				atMost: LONGEST_TURN_MS,
			}),
			row({
				name: "turn-close",
				value: turns.closeMs,
				unit: `ms CPU longest turn, close() with ${ENTITIES} entities`,
				atMost: LONGEST_TURN_MS,
			}),
			row({ name: "session", value: corePercent, unit: "% of a core, 30 fps and 100 Hz", atMost: 2 }),
			row({ name: "session-heap", value: heapGrowthMb, unit: "MB more after 60 s", atMost: 8 }),
			row({ name: "read", value: readMbps(file), unit: "MB/s of chunks", better: "more" }),
		];
	} finally {
		rmSync(folder, { recursive: true });
	}
}

/** A row whose target may be a multiple of the Python SDK's value, where that is known. */
function row({ mostOfPeer, ...init }: RowInit & { readonly mostOfPeer?: number }): BenchRow {
	if (mostOfPeer === undefined) return benchRow(init);
	const met = init.peer === undefined || init.value <= mostOfPeer * init.peer.value;
	return benchRow({ ...init, target: { words: `<= ${mostOfPeer} x Python's`, met } });
}

/** The smallest of some rounds: other programs of the machine only ever slow them. */
function best(rounds: number, measure: () => number): number {
	return Math.min(...Array.from({ length: rounds }, measure));
}

/** A stream whose chunks have `maxRows` rows, or fewer when it is flushed. */
function stream(write: (messages: readonly LogMessage[]) => void, maxRows: number): RecordingStream {
	const recording = new RecordingStream("bench", {
		recordingId: "bench",
		environment: {},
		strict: true,
		batching: { tickSec: Number.POSITIVE_INFINITY, maxRows, maxBytes: Number.POSITIVE_INFINITY },
	});
	const sink: Sink = {
		live: false,
		write,
		flush: async () => true,
		close: async () => {},
		stats: { messages: 0, bytes: 0, queuedBytes: 0, lostMessages: 0, lostBytes: 0, failure: null },
	};
	recording.setSinks(sink);
	return recording;
}

function positionsOf(pose: number): Float32Array {
	return Float32Array.from({ length: BONES * 3 }, (_, at) => Math.sin(pose * 0.01 + at));
}

const keypointIds = Uint16Array.from({ length: BONES }, (_, bone) => bone);
const logPose = (recording: RecordingStream, pose: number, positions: Float32Array) => {
	recording.setTime("frame", { sequence: pose });
	recording.log("world/user/body", new Points3D(positions, { classIds: 1, keypointIds }));
};

/** Microseconds for each pose until it waits for its chunk. */
function posesLogged(recording: RecordingStream, count: number): number {
	const positions = positionsOf(0);
	const startMs = performance.now();
	for (let pose = 0; pose < count; pose++) logPose(recording, pose, positions);
	return ((performance.now() - startMs) * 1000) / count;
}

/** Cost and size of poses as a file receives them, 20 to a chunk, compressed. */
function posesIntoFile(file: string): { readonly poseUs: number; readonly poseBytes: number } {
	const positions = Array.from({ length: POSES }, (_, pose) => positionsOf(pose));
	let bytes = new Uint8Array(0);
	const poseUs = best(3, () => {
		const writer = new RrdWriter();
		const pieces: Uint8Array[] = [];
		const recording = stream((messages) => {
			for (const message of messages) pieces.push(writer.message(message));
		}, POSES_A_CHUNK);
		const startMs = performance.now();
		for (let pose = 0; pose < POSES; pose++) logPose(recording, pose, positions[pose]!);
		recording.flushToSinks();
		const elapsedMs = performance.now() - startMs;
		pieces.push(writer.finish());
		bytes = Buffer.concat(pieces);
		return (elapsedMs * 1000) / POSES;
	});
	writeFileSync(file, bytes);
	return { poseUs, poseBytes: statSync(file).size / POSES };
}

/** Milliseconds until a million scalars are bytes of a file. */
function columnsSent(): number {
	const scalars = Float64Array.from({ length: SCALARS }, (_, at) => at);
	const steps = BigInt64Array.from({ length: SCALARS }, (_, at) => BigInt(at));
	const writer = new RrdWriter();
	const recording = stream((messages) => {
		for (const message of messages) writer.message(message);
	}, POSES);
	const startMs = performance.now();
	recording.sendColumns("scalars", { step: { sequence: steps } }, Scalars.columns({ scalars }));
	return performance.now() - startMs;
}

/** Pictures with some noise of a sensor, and clouds of points. */
function largeRows(): {
	readonly images: readonly Uint8Array[];
	readonly clouds: readonly Float32Array<ArrayBuffer>[];
} {
	let state = 12345;
	const noise = () => {
		let sum = -3;
		for (let part = 0; part < 6; part++) {
			state ^= state << 13;
			state ^= state >>> 17;
			state ^= state << 5;
			sum += (state >>> 0) / 2 ** 32;
		}
		return sum * Math.SQRT2;
	};
	const images = Array.from({ length: 4 }, (_, index) => {
		const pixels = new Uint8ClampedArray(3 * IMAGE_WIDTH * IMAGE_HEIGHT);
		for (let y = 0, at = 0; y < IMAGE_HEIGHT; y++)
			for (let x = 0; x < IMAGE_WIDTH; x++) {
				const light = 128 + 60 * Math.sin(x / 97 + index) + 50 * Math.cos(y / 61) + 2 * noise();
				pixels[at++] = light;
				pixels[at++] = 0.8 * light + 20;
				pixels[at++] = 0.6 * light + 40;
			}
		return new Uint8Array(pixels.buffer);
	});
	return { images, clouds: Array.from({ length: 4 }, () => Float32Array.from({ length: 300_000 }, noise)) };
}

/**
 * CPU time of all threads for a row, until the system has it, milliseconds: see `large_rows` in
 * rerun_peer.py.
 */
async function cpuOfRows(file: string, rows: readonly (() => Loggable)[], count: number): Promise<number> {
	const recording = new RecordingStream("bench", { recordingId: "bench", environment: {}, strict: true });
	recording.setSinks(saveFile(file, { sync: "never", strict: true }));
	let before = process.cpuUsage();
	for (let index = -8; index < count; index++) {
		if (index === 0) {
			await recording.flush();
			before = process.cpuUsage();
		}
		recording.setTime("frame", { sequence: index });
		recording.log("row", rows[(index + 8) % rows.length]!());
		if (index % 16 === 15) await recording.flush();
	}
	await recording.flush();
	const { user, system } = process.cpuUsage(before);
	await recording.close();
	return (user + system) / 1000 / count;
}

/**
 * The longest turns of the event loop while a row of each of many entities goes into a file,
 * milliseconds of this thread's own CPU time.
 */
async function worstTurns(
	file: string,
): Promise<{ readonly flushMs: number; readonly timerMs: number; readonly closeMs: number }> {
	const measured = async (tickSec: number, work: (recording: RecordingStream) => Promise<unknown>) => {
		const recording = new RecordingStream("bench", {
			recordingId: "bench",
			environment: {},
			strict: true,
			batching: { tickSec },
		});
		recording.setSinks(saveFile(file, { sync: "never", strict: true }));
		for (let entity = 0; entity < ENTITIES; entity++) {
			recording.log(`world/${entity}`, new Points3D([entity, 0, 0], { radii: 0.1 }));
			if (entity % 100 === 99) await nextTurn();
		}
		let worstMs = 0;
		let ended = false;
		let before = process.threadCpuUsage();
		const turn = () => {
			const { user, system } = process.threadCpuUsage(before);
			before = process.threadCpuUsage();
			worstMs = Math.max(worstMs, (user + system) / 1000);
			if (!ended) setImmediate(turn);
		};
		turn();
		await work(recording);
		ended = true;
		await nextTurn();
		await recording.close();
		return worstMs;
	};
	const flush = (recording: RecordingStream) => {
		recording.flushToSinks();
		return recording.flush();
	};
	const smallest = async (tickSec: number, work: (recording: RecordingStream) => Promise<unknown>) => {
		let ms = Number.POSITIVE_INFINITY;
		for (let round = 0; round < 3; round++) ms = Math.min(ms, await measured(tickSec, work));
		return ms;
	};
	return {
		flushMs: await smallest(Number.POSITIVE_INFINITY, flush),
		timerMs: await smallest(1, async (recording) => {
			while (recording.stats.waitingRows > 0) await nextTurn();
		}),
		closeMs: await smallest(Number.POSITIVE_INFINITY, (recording) => recording.close()),
	};
}

const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

/**
 * Logs a minute of a viewer's session as fast as it goes, each row a chunk as in a live recording.
 * @returns the share of a core that the session would take in real time
 */
async function session(): Promise<{ readonly corePercent: number; readonly heapGrowthMb: number }> {
	const seconds = 60;
	const frame = new Uint8Array(8_000_000 / 8 / 30);
	// Nothing in it repeats, as in video.
	for (let at = 0, noise = 1; at < frame.length; at++) {
		noise = (Math.imul(noise, 1664525) + 1013904223) >>> 0;
		frame[at] = noise >>> 24;
	}
	const positions = positionsOf(0);
	// No footer: a live connection has none.
	const writer = new RrdWriter({ footer: false });
	const recording = stream((messages) => {
		for (const message of messages) writer.message(message);
	}, 1);
	const second = () => {
		for (let tick = 0; tick < 100; tick++) {
			positions[tick] = tick;
			logPose(recording, tick, positions);
			if (tick % 10 < 3)
				recording.log("world/user/view", VideoStream.fromFields({ sample: frame, isKeyframe: false }));
		}
	};
	for (let warm = 0; warm < 5; warm++) second();
	const heapBefore = await liveHeap();
	const before = process.cpuUsage();
	for (let at = 0; at < seconds; at++) second();
	const { user, system } = process.cpuUsage(before);
	return {
		corePercent: ((user + system) / 1e6 / seconds) * 100,
		heapGrowthMb: ((await liveHeap()) - heapBefore) / 2 ** 20,
	};
}

/** Bytes that are still needed, buffers included, which are freed a while after their owners. */
async function liveHeap(): Promise<number> {
	setFlagsFromString("--expose-gc");
	const collect = runInNewContext("gc") as () => void;
	for (let round = 0; round < 5; round++) {
		collect();
		await new Promise((resolve) => setTimeout(resolve, 50));
	}
	const { heapUsed, external } = process.memoryUsage();
	return heapUsed + external;
}

/** Rate at which chunks of the file are decompressed and decoded, megabytes a second. */
function readMbps(file: string): number {
	const bytes = readFileSync(file);
	return (
		1 /
		best(5, () => {
			let read = 0;
			const startMs = performance.now();
			for (const message of new RrdReader().push(bytes))
				if (message.type === "chunk" && message.chunk().numRows > 0)
					read += message.message.uncompressedByteLength;
			return (performance.now() - startMs) / 1000 / (read / 1e6);
		})
	);
}
