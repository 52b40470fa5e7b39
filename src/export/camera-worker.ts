import { AV_LOG_FATAL } from "node-av/constants";
import { type Frame, Log } from "node-av/lib";
import { OutputError, outputFailure } from "../render/output-error.ts";
import { ThisThread } from "../threads/this-thread.ts";
import { CameraFiles } from "./camera-files.ts";
import type { CameraPicture, CameraStart, FromCamera, ToCamera } from "./camera-protocol.ts";
import { PictureDecoder } from "./picture-decoder.ts";

// The thread that decodes the recorded pictures of one camera and writes its videos.

const thread = new ThisThread<CameraStart>();
const { port, data: start } = thread;
const files = new CameraFiles(start);
/** Pictures that the decoder has not given back, by their numbers. */
const inside = new Map<number, CameraPicture>();
let decoder: { readonly stream: string; readonly decoder: PictureDecoder } | undefined;
let pictures = 0;
let lost = 0;
/** Rows of pictures that can't be decoded: they show the next one, if none was before. */
let owed = 0;
let last: Frame | undefined;
let lastKept = { width: 0, height: 0 };

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
		finishDecoder();
		const videos = files.finish();
		const notices =
			lost === 0 ? [] : [`${lost} pictures can't be decoded: the ones before them stand in their rows.`];
		send({ type: "finished", videos, notices });
		end();
	} else end();
}

function decode(picture: CameraPicture): void {
	if (decoder?.stream !== picture.stream) {
		finishDecoder();
		decoder = { stream: picture.stream, decoder: new PictureDecoder(picture.codec) };
	}
	const number = pictures++;
	inside.set(number, picture);
	decoder.decoder.decode(picture.accessUnit, number, show);
}

/** Writes a decoded picture, and the one before it for those that are missing. */
function show(frame: Frame, number: number): void {
	for (const [before, { rows }] of inside) {
		if (before >= number) break;
		inside.delete(before);
		lost++;
		repeat(rows);
	}
	const picture = inside.get(number);
	if (picture === undefined) return;
	inside.delete(number);
	lastKept = picture;
	files.write(frame, picture, picture.rows + owed);
	owed = 0;
	last?.free();
	last = frame.clone() ?? undefined;
}

function repeat(rows: number): void {
	if (last === undefined) owed += rows;
	else files.write(last, lastKept, rows);
}

function finishDecoder(): void {
	decoder?.decoder.finish(show);
	decoder?.decoder[Symbol.dispose]();
	decoder = undefined;
	for (const { rows } of inside.values()) {
		lost++;
		repeat(rows);
	}
	inside.clear();
}

function fail(error: unknown): void {
	const { code, path, message } = wordsFor(error);
	send({ type: "failed", code, path, message });
	end();
}

function wordsFor(error: unknown): OutputError {
	const { path } = files;
	const { message, code } = error as NodeJS.ErrnoException;
	if (code !== undefined || /no space left|permission denied|no such file/i.test(message))
		return outputFailure(path, error);
	return new OutputError("encoding", path, `${path} can't be written: ${message}.`, error);
}

function end(): void {
	decoder?.decoder[Symbol.dispose]();
	decoder = undefined;
	last?.free();
	last = undefined;
	files[Symbol.dispose]();
	thread.endNative();
	port.close();
}
