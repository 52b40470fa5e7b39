import { AV_LOG_FATAL } from "node-av/constants";
import { type Frame, Log } from "node-av/lib";
import { LibavReader } from "./libav-reader.ts";
import { type CompleteLibavOptions, completeLibavOptions, type LibavSourceOptions } from "./source-options.ts";
import { ControlWord, type SourceJob } from "./source-worker.ts";
import type { SourceInfo } from "./video-source.ts";

/** A picture that was read, as it would go into the store. */
export interface ReadPicture {
	readonly mediaSec: number;
	readonly width: number;
	readonly height: number;
	/** Luma at a place from 0 to 1 across and down. */
	readonly lumaAt: (x: number, y: number) => number;
}

export interface Reading {
	readonly pictures: ReadPicture[];
	readonly notices: string[];
	readonly info: SourceInfo | undefined;
	readonly loops: number;
	readonly reconnects: number;
	readonly end: "end" | "still" | "changed";
}

/**
 * Reads a source in this thread and as fast as it goes: what a source's worker does, without the waiting for each
 * picture's time.
 *
 * @param until called for each picture; reading ends where it returns true @param loops more passes end the reading
 * @throws what the reader throws
 */
export async function readPictures(
	spec: string,
	options: LibavSourceOptions = {},
	until: (picture: ReadPicture, count: number) => boolean | Promise<boolean> = () => false,
): Promise<Reading> {
	Log.setLevel(AV_LOG_FATAL);
	const stop = new AbortController();
	const counts = new Map<number, number>();
	const notices: string[] = [];
	const job: SourceJob<CompleteLibavOptions> = {
		options: completeLibavOptions(spec, { hwaccel: "none", threads: 1, loop: false, ...options }),
		signal: stop.signal,
		stopping: false,
		open: () => Promise.reject(new Error("There is no store.")),
		notice: (message) => void notices.push(message),
		beginWrite: () => undefined,
		reconnecting: () => {},
		reconnected: () => {},
		isStill: () => {},
		startAgain: () => {},
		count: (word, by = 1) => void counts.set(word, (counts.get(word) ?? 0) + by),
		setChild: () => {},
		sleepUntil: async () => {},
	};
	const pictures: ReadPicture[] = [];
	const reader = await LibavReader.open(job);
	try {
		const end = await reader.run(async ({ frame, mediaSec }) => {
			const picture = { mediaSec, ...copyOf(frame) };
			frame.free();
			pictures.push(picture);
			return !(await until(picture, pictures.length));
		});
		const count = (word: number) => counts.get(word) ?? 0;
		return { pictures, notices, info: reader.info, loops: count(ControlWord.loops), reconnects: count(ControlWord.reconnects), end };
	} finally {
		await reader.close();
	}
}

function copyOf(frame: Frame): Omit<ReadPicture, "mediaSec"> {
	const { width, height } = frame;
	const stride = frame.linesize[0]!;
	// A picture that is stored upside down has its first row last.
	const upsideDown = stride < 0;
	const luma = Buffer.from(frame.data![0]!);
	return {
		width,
		height,
		lumaAt: (x, y) => {
			const row = Math.floor(y * height);
			return luma[(upsideDown ? height - 1 - row : row) * Math.abs(stride) + Math.floor(x * width)]!;
		},
	};
}
