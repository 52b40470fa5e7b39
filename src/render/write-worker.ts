import { renameSync, rmSync, statSync } from "node:fs";
import { AV_LOG_FATAL } from "node-av/constants";
import { Log } from "node-av/lib";
import { TagError } from "../metadata/sphere-statement.ts";
import { tagFile } from "../metadata/tag-file.ts";
import { ThisThread } from "../threads/this-thread.ts";
import { pictureEncoding, videoEncoding } from "./encoding.ts";
import { OutputError, outputFailure } from "./output-error.ts";
import { PictureFiles } from "./picture-file.ts";
import type { FromWriter, ToWriter, WriteStart } from "./render-protocol.ts";
import { removeUnfinished } from "./unfinished-file.ts";
import { VideoFile } from "./video-file.ts";

// The thread that encodes pictures in the order in which they are sent to it, and writes the file.

const thread = new ThisThread<WriteStart>();
const { port, data: start } = thread;
let file: VideoFile | PictureFiles | undefined;

const send = (message: FromWriter) => port.postMessage(message);

// FFmpeg's own lines would bypass the log.
Log.setLevel(AV_LOG_FATAL);
attempt(() => {
	if (!thread.beginNative()) return end();
	file = open();
	send({ type: "opened", encoder: file.encoder.context.codecId.toString() });
});

port.on("message", (message: ToWriter) => {
	if (file === undefined) return;
	attempt(() => obey(message));
});

function obey(message: ToWriter): void {
	if (message.type === "picture") {
		file?.write(message.slot, message.time);
		send({ type: "free", slot: message.slot });
	} else if (message.type === "finish") {
		const pictures = file?.finish() ?? 0;
		close();
		void putInPlace().then(
			() => {
				const bytes = start.kind.kind === "sequence" ? 0 : statSync(start.path).size;
				send({ type: "done", pictures, bytes });
				end();
			},
			(error: unknown) => fail(error),
		);
	} else {
		close();
		rmSync(start.temporaryPath, { force: true });
		end();
	}
}

/** Gives the file its name, and the statement about its sphere. */
async function putInPlace(): Promise<void> {
	const { kind, statement, temporaryPath, path } = start;
	if (kind.kind === "sequence") return;
	if (statement === undefined) return renameSync(temporaryPath, path);
	try {
		await tagFile(temporaryPath, statement, { out: path, overwrite: true });
		rmSync(temporaryPath);
	} catch (error) {
		if (!(error instanceof TagError) || error.code !== "not-statable") throw error;
		send({ type: "notice", message: `${path} states nothing about its sphere: ${error.message}` });
		renameSync(temporaryPath, path);
	}
}

function open(): VideoFile | PictureFiles {
	const { kind, encoding, facts, packing, height } = start;
	const bitDepth = facts.pixelFormat.includes("10") ? 10 : 8;
	if (kind.kind !== "video")
		return new PictureFiles(start, kind, pictureEncoding(kind.format, facts.pixelFormat, encoding));
	const rows = height * (packing?.includes("top") ? 2 : 1);
	const setup = videoEncoding(encoding, kind.container, bitDepth, rows);
	return new VideoFile(start, kind.container, setup, (message) => send({ type: "notice", message }));
}

/** Runs `work`; if it fails, the file is given up. */
function attempt(work: () => void): void {
	try {
		work();
	} catch (error) {
		fail(error);
	}
}

function fail(error: unknown): void {
	close();
	removeUnfinished(start.temporaryPath);
	const { code, message } = wordsFor(error);
	send({ type: "failed", code, message });
	end();
}

function wordsFor(error: unknown): OutputError {
	if (error instanceof OutputError) return error;
	const { message, code } = error as NodeJS.ErrnoException;
	if (
		code !== undefined ||
		/no space left|permission denied|no such file|not a directory|read-only file/i.test(message)
	)
		return outputFailure(start.path, error);
	return new OutputError("encoding", start.path, `${start.path} can't be written: ${message}.`, error);
}

function close(): void {
	file?.[Symbol.dispose]();
	file = undefined;
}

function end(): void {
	thread.endNative();
	port.close();
}
