import {
	AV_LOG_FATAL,
	AVCHROMA_LOC_CENTER,
	AVCHROMA_LOC_LEFT,
	AVCHROMA_LOC_TOPLEFT,
	AVCOL_PRI_BT709,
	AVCOL_RANGE_JPEG,
	AVCOL_RANGE_MPEG,
	AVCOL_SPC_BT470BG,
	AVCOL_SPC_BT709,
	AVCOL_SPC_BT2020_NCL,
	AVCOL_TRC_BT709,
} from "node-av/constants";
import { Log } from "node-av/lib";
import { type PictureColor, panoramaByteLength, panoramaLayout, pictureLayout } from "../media/panorama.ts";
import { PanoramaStore } from "../media/panorama-store.ts";
import { type HeapBlock, SharedHeap } from "../media/shared-heap.ts";
import { photoBytesWithStatement } from "../metadata/photo-statement.ts";
import type { PanoramaPicture } from "../projection/projector.ts";
import { chooseProjector, openProjector, projectorBytes } from "../projection/projector-choice.ts";
import { ThisThread } from "../threads/this-thread.ts";
import { pictureEncoding } from "./encoding.ts";
import { FrameEncoder } from "./frame-encoder.ts";
import type { ColorStatements } from "./render-protocol.ts";
import { planSnapshot, SnapshotError } from "./snapshot.ts";
import type { FromSnapshotWorker, SnapshotTask } from "./snapshot-maker.ts";

// The thread that copies the newest panorama, draws a still view of it, and encodes that as a JPEG.

const thread = new ThisThread<undefined>();
const { port } = thread;
const choice = await chooseProjector();
const heap = new SharedHeap();

// FFmpeg's own lines would bypass the log.
Log.setLevel(AV_LOG_FATAL);

port.on("message", (message: SnapshotTask | "stop") => {
	if (message === "stop" || thread.stopping) return port.close();
	try {
		make(message);
	} catch (error) {
		const isRefusal = error instanceof RangeError || error instanceof TypeError;
		const code = error instanceof SnapshotError ? error.code : isRefusal ? "impossible" : "failed";
		send({ type: "failed", id: message.id, code, message: (error as Error).message });
	}
});

function send(message: FromSnapshotWorker, transfer: ArrayBuffer[] = []): void {
	port.postMessage(message, transfer);
}

function make({ id, store, options }: SnapshotTask): void {
	const blocks: HeapBlock[] = [];
	const allocate = (byteLength: number) => {
		const block = heap.allocate(byteLength);
		blocks.push(block);
		return block.address;
	};
	try {
		const { format } = store;
		const { view, eye, stated } = planSnapshot(options, format);
		const { width, height } = view;
		const panorama = copyNewest(PanoramaStore.attach(store), allocate);
		send({ type: "copied", id });
		const scratchAddress = allocate(projectorBytes(choice, width, height));
		const pictureAddress = allocate(pictureLayout(width, height).byteLength);
		const space = { memory: heap.memory, scratchAddress, maxWidth: width, maxHeight: height };
		using projector = openProjector(choice, space);
		const { byteLength } = pictureLayout(width, height);
		const data = new Uint8Array(heap.memory.buffer, pictureAddress, byteLength);
		projector.project(panorama, view, { data, width, height }, { eye, kernel: "bicubic", antialias: "auto" });
		const jpeg = encode(pictureAddress, width, height, format.color, options.quality);
		const file = stated === undefined ? jpeg : withSphere(jpeg, stated);
		const bytes = new Uint8Array(file);
		send({ type: "done", id, jpeg: bytes, width, height }, [bytes.buffer]);
	} finally {
		for (const block of blocks) heap.free(block);
	}
}

/** @throws {SnapshotError} `no-picture` while the store has none. */
function copyNewest(store: PanoramaStore, allocate: (byteLength: number) => number): PanoramaPicture {
	const address = allocate(panoramaByteLength(store.format));
	const lease = store.acquireNewest();
	if (lease === undefined) throw new SnapshotError("no-picture", "The source has sent no picture yet.");
	try {
		const { format, data } = lease;
		const copy = new Uint8Array(heap.memory.buffer, address, data.byteLength);
		copy.set(data);
		return { format, layout: panoramaLayout(format), data: copy };
	} finally {
		lease.release();
	}
}

/** @throws {Error} when encoding fails, or the thread is to end. */
function encode(address: number, width: number, height: number, color: PictureColor, quality: number): Buffer {
	if (!thread.beginNative()) throw new Error("The server is closing.");
	try {
		using encoder = new FrameEncoder({
			setup: pictureEncoding("jpeg", "yuv420p", { quality, encoderOptions: {} }),
			memory: heap.memory,
			width,
			height,
			packing: undefined,
			layers: 1,
			pixelFormat: "yuv420p",
			color: statementsOf(color),
			timeBase: { num: 1, den: 25 },
			frameRate: undefined,
			globalHeader: false,
		});
		const packets: Buffer[] = [];
		const keep = ({ data }: { readonly data: Buffer | null }) => void packets.push(Buffer.from(data ?? []));
		encoder.encode(address, { sourceSec: 0, ticks: 0, durationTicks: 1 }, keep);
		return Buffer.concat(packets);
	} finally {
		thread.endNative();
	}
}

function withSphere(jpeg: Buffer, projection: Parameters<typeof planSnapshot>[1]["projection"] & object): Buffer {
	return photoBytesWithStatement(jpeg, "jpeg", { projection, software: "panogaze" });
}

function statementsOf({ range, matrix, chromaSiting }: PictureColor): ColorStatements {
	return {
		range: range === "full" ? AVCOL_RANGE_JPEG : AVCOL_RANGE_MPEG,
		space: { bt601: AVCOL_SPC_BT470BG, bt709: AVCOL_SPC_BT709, bt2020: AVCOL_SPC_BT2020_NCL }[matrix],
		primaries: AVCOL_PRI_BT709,
		transfer: AVCOL_TRC_BT709,
		chromaLocation: { left: AVCHROMA_LOC_LEFT, center: AVCHROMA_LOC_CENTER, topleft: AVCHROMA_LOC_TOPLEFT }[
			chromaSiting
		],
		masteringDisplay: undefined,
		contentLight: undefined,
	};
}
