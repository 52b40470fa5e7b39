import { AV_LOG_FATAL } from "node-av/constants";
import { type Frame, Log } from "node-av/lib";
import { OutputError, outputFailure } from "../render/output-error.ts";
import { ThisThread } from "../threads/this-thread.ts";
import { CameraFiles } from "./camera-files.ts";
import type { CameraPicture, CameraThreadStart, FromCamera, RowRun, ToCamera } from "./camera-protocol.ts";
import { type KeptSize, StreamPictures } from "./stream-pictures.ts";

// The thread that decodes the recorded pictures of one camera and writes its videos.

const thread = new ThisThread<CameraThreadStart>();
const { port, data: start } = thread;
/** Those of each eye, the left one first. */
const files = start.eyes.map((eye) => new CameraFiles(eye));
const streams = new Map<string, StreamPictures>();
/** Pictures of rows that come later: those of two viewers arrive between one another. */
const waiting = new Map<number, { readonly frame: Frame; readonly kept: KeptSize; readonly rows: number }>();
let nextRow = 0;
let lost = 0;

const send = (message: FromCamera) => port.postMessage(message);

// FFmpeg's own lines would bypass the log.
Log.setLevel(AV_LOG_FATAL);
const isNative = thread.beginNative();
if (!isNative) port.close();

port.on("message", (message: ToCamera) => {
	try {
		obey(message);
	} catch (error) {
		fail(error);
	}
});

function obey(message: ToCamera): void {
	if (message.type === "picture") {
		decode(message.picture);
		send({ type: "done" });
	} else if (message.type === "finish") {
		finishDecoders();
		const videos = files.map((eye) => eye.finish());
		const notices =
			lost === 0 ? [] : [`${lost} pictures can't be decoded: the ones before them stand in their rows.`];
		send({ type: "finished", videos, notices });
		end();
	} else end();
}

function decode(picture: CameraPicture): void {
	let stream = streams.get(picture.stream);
	if (stream === undefined) {
		stream = new StreamPictures(picture.codec, write, () => lost++);
		streams.set(picture.stream, stream);
	}
	stream.decode(picture);
}

/** Writes a picture into its rows, when their turn comes. Borrows the picture. */
function write(frame: Frame, kept: KeptSize, { firstRow, rows }: RowRun): void {
	if (firstRow !== nextRow) {
		const copy = frame.clone();
		if (copy !== null) waiting.set(firstRow, { frame: copy, kept: sizeOf(kept), rows });
		return;
	}
	const { width, height, eyes } = kept;
	// A picture for one eye is that of both.
	for (const [eye, of] of files.entries())
		of.write(frame, { width, height, top: eye === 1 && eyes === 2 ? height : 0 }, rows);
	nextRow += rows;
	const next = waiting.get(nextRow);
	if (next === undefined) return;
	waiting.delete(nextRow);
	using following = next.frame;
	write(following, next.kept, { firstRow: nextRow, rows: next.rows });
}

/** The picture itself is not kept. */
function sizeOf({ width, height, eyes }: KeptSize): KeptSize {
	return { width, height, eyes };
}

function finishDecoders(): void {
	for (const stream of streams.values()) stream.finish();
}

function fail(error: unknown): void {
	const { code, path, message } = wordsFor(error);
	send({ type: "failed", code, path, message });
	end();
}

function wordsFor(error: unknown): OutputError {
	const path = files[0]?.path ?? "";
	const { message, code } = error as NodeJS.ErrnoException;
	if (code !== undefined || /no space left|permission denied|no such file/i.test(message))
		return outputFailure(path, error);
	return new OutputError("encoding", path, `${path} can't be written: ${message}.`, error);
}

function end(): void {
	for (const stream of streams.values()) stream[Symbol.dispose]();
	streams.clear();
	for (const { frame } of waiting.values()) frame.free();
	waiting.clear();
	for (const eye of files) eye[Symbol.dispose]();
	thread.endNative();
	port.close();
}
