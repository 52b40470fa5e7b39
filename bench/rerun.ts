// What does logging to Rerun cost? Poses of 84 bones, columns of a million scalars, images, clouds,
// a whole session; beside the Python SDK where it is installed. And how long does handing thousands
// of entities to a file hold the event loop?
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
import type { BenchRow } from "./bench-row.ts";

const BONES = 84;
const POSES = 3000;
const POSES_A_CHUNK = 20;
const SCALARS = 1_000_000;
const IMAGE_WIDTH = 1920;
const IMAGE_HEIGHT = 1080;
const ENTITIES = 5000;
const PYTHON = fileURLToPath(new URL("../.cache/interop-rerun/bin/python", import.meta.url));

/** What bench/rerun_peer.py prints. */
interface Peer {
	readonly logUs: number;
	readonly poseUs: number;
	readonly poseBytes: number;
	readonly columnsMs: number;
	/** CPU time of all threads. */
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
		// First, before the others leave anything behind.
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
		return [
			row("log-to-queued", logUs, "us a pose", peer?.logUs, "<= 25 us", logUs <= 25),
			row("file", poseUs, "us a pose", peer?.poseUs, "-", true),
			row(
				"pose-size",
				poseBytes,
				"bytes a pose",
				peer?.poseBytes,
				"<= 1.2 x Python's",
				peer === null || poseBytes <= 1.2 * peer.poseBytes,
			),
			row(
				"columns",
				columnsMs,
				"ms for 1e6 scalars",
				peer?.columnsMs,
				"<= 2 x Python's",
				peer === null || columnsMs <= 2 * peer.columnsMs,
			),
			row(
				"image-cpu",
				imageMs,
				"ms CPU a 1080p RGB image into a file, LZ4",
				peer?.imageMs,
				"<= Python's",
				peer === null || imageMs <= peer.imageMs,
			),
			row(
				"cloud-cpu",
				cloudMs,
				"ms CPU a cloud of 1e5 points into a file, LZ4",
				peer?.cloudMs,
				"<= Python's",
				peer === null || cloudMs <= peer.cloudMs,
			),
			row(
				"turn-flush",
				turns.flushMs,
				`ms CPU longest turn, flushToSinks() of ${ENTITIES} entities`,
				undefined,
				"<= 5 ms",
				turns.flushMs <= 5,
			),
			row(
				"turn-timer",
				turns.timerMs,
				`ms CPU longest turn, the timer's flush of ${ENTITIES} entities`,
				undefined,
				"<= 5 ms",
				turns.timerMs <= 5,
			),
			row(
				"turn-close",
				turns.closeMs,
				`ms CPU longest turn, close() with ${ENTITIES} entities`,
				undefined,
				"<= 5 ms",
				turns.closeMs <= 5,
			),
			row("session", corePercent, "% of a core, 30 fps and 100 Hz", undefined, "<= 2 %", corePercent <= 2),
			row("session-heap", heapGrowthMb, "MB more after 60 s", undefined, "<= 8 MB", heapGrowthMb <= 8),
			row("read", readMbps(file), "MB/s of chunks", undefined, "-", true),
		];
	} finally {
		rmSync(folder, { recursive: true });
	}
}

function row(
	name: string,
	value: number,
	unit: string,
	peerValue: number | undefined,
	target: string,
	met: boolean,
): BenchRow {
	return {
		bench: "rerun",
		name,
		value,
		unit,
		peer: peerValue === undefined ? null : "Python SDK",
		peerValue: peerValue ?? null,
		ratio: peerValue === undefined ? null : peerValue / value,
		target,
		met,
	};
}

/** The smallest of some rounds: others run on this machine too. */
function best(rounds: number, measure: () => number): number {
	return Math.min(...Array.from({ length: rounds }, measure));
}

/** A stream whose chunks have so many rows, or wait until they are flushed. */
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

/** Microseconds for each pose, until it waits to be put into a chunk. */
function posesLogged(recording: RecordingStream, count: number): number {
	const positions = positionsOf(0);
	const startMs = performance.now();
	for (let pose = 0; pose < count; pose++) logPose(recording, pose, positions);
	return ((performance.now() - startMs) * 1000) / count;
}

/** Poses as a file gets them, 20 to a chunk, compressed. */
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
 * Milliseconds of processor time, of all threads, that a row costs until the system has it: see
 * `large_rows` in rerun_peer.py.
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
 * The longest turns of the event loop while a row of each of many entities goes into a file: ms of
 * this thread's own processor time, as others run on this machine too.
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
 * A minute of a viewer's session as fast as it goes, each row a chunk as while somebody looks on:
 * what share of a core it would take.
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

/**
 * Bytes that are still needed, buffers included: those of buffers are given back a while after what
 * held them was collected.
 */
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

/** Chunks of the file, decompressed and decoded. */
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
