import { AV_LOG_FATAL } from "node-av/constants";
import { Log } from "node-av/lib";
import { completeOptions } from "../media/option-table.ts";
import { type PictureLayout, panoramaByteLength } from "../media/panorama.ts";
import { type PanoramaDraft, PanoramaStore } from "../media/panorama-store.ts";
import { SharedHeap } from "../media/shared-heap.ts";
import { FfmpegReader } from "./ffmpeg-reader.ts";
import { FrameWriter } from "./libav-copy.ts";
import { LibavReader } from "./libav-reader.ts";
import { type CompleteFfmpegOptions, FFMPEG_OPTIONS, type FfmpegSourceOptions } from "./source-options.ts";
import type { PacketWish } from "./source-packets.ts";
import { ControlWord, type SourceJob, Stopping } from "./source-worker.ts";
import { SourceError, type SourceInfo } from "./video-source.ts";

/** A picture that was read, as it was written into a store. */
export interface ReadPicture {
	readonly mediaSec: number;
	/** The width of one eye's panorama. */
	readonly width: number;
	readonly height: number;
	/** The height of one eye's panorama. */
	readonly layout: PictureLayout;
	/** The panoramas of all eyes, padded. */
	readonly bytes: Buffer;
	/** Y, Cb, Cr in the middle of the left eye's panorama. */
	readonly middle: readonly [y: number, cb: number, cr: number];
	/** Luma of the left eye's panorama at a place from 0 to 1 across and down. */
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

export interface ReadingOptions extends FfmpegSourceOptions {
	/** @default "libav" */
	readonly backend?: "libav" | "ffmpeg";
}

type Until = (picture: ReadPicture, count: number, reader: LibavReader | undefined) => boolean | Promise<boolean>;

/**
 * Reads a source in this thread: what a source's worker does, without the start of a thread. With
 * `libav` it goes as fast as it can and misses no picture; with `ffmpeg` a picture that is late is
 * left out, as in the worker.
 *
 * @param until called for each picture, with the reader of `libav`; reading ends where it returns
 * true
 * @throws what the reader throws
 */
export async function readPictures(
	spec: string,
	options: ReadingOptions = {},
	until: Until = () => false,
): Promise<Reading> {
	Log.setLevel(AV_LOG_FATAL);
	const { backend = "libav", ...others } = options;
	const complete = completeOptions(
		FFMPEG_OPTIONS,
		{ hwaccel: "none", threads: 1, loop: false, ...others },
		"readPictures()",
	);
	const job = new ReadingJob({ ...complete, spec });
	if (backend === "ffmpeg") await readByProgram(job, until);
	else await readInProcess(job, until);
	const { pictures, notices, info, end } = job;
	return {
		pictures,
		notices,
		info,
		end,
		loops: job.counted(ControlWord.loops),
		reconnects: job.counted(ControlWord.reconnects),
	};
}

/** How a source fails that is expected to, before its first picture. */
export async function readFailure(spec: string, options: ReadingOptions = {}): Promise<SourceError> {
	const outcome = await readPictures(spec, options, () => true).catch((error: unknown) => error);
	if (outcome instanceof SourceError) return outcome;
	throw outcome instanceof Error ? outcome : new Error("It opened.");
}

async function readInProcess(job: ReadingJob, until: Until): Promise<void> {
	const reader = await LibavReader.open(job);
	let writer: FrameWriter | undefined;
	try {
		job.end = await reader.run(async ({ frame, mediaSec }) => {
			const store = await job.open(reader.info!);
			writer ??= new FrameWriter(store.handle.memory.buffer, store.format, reader.packing);
			const draft = job.beginWrite();
			writer.write(draft.address, frame, mediaSec);
			frame.free();
			draft.publish({ mediaTimeSec: mediaSec, captureTimeSec: Number.NaN, readyTimeSec: 0 });
			return !(await until(job.pictures.at(-1)!, job.pictures.length, reader));
		});
	} finally {
		writer?.[Symbol.dispose]();
		await reader.close();
	}
}

async function readByProgram(job: ReadingJob, until: Until): Promise<void> {
	job.onPicture = async (picture, count) => {
		if (await until(picture, count, undefined)) job.stop();
	};
	const reader = await FfmpegReader.open(job);
	try {
		await reader.run();
	} catch (error) {
		if (!(error instanceof Stopping)) throw error;
	} finally {
		await reader.close();
	}
}

/** A job whose worker is this thread, and whose store keeps a copy of each picture. */
class ReadingJob implements SourceJob<CompleteFfmpegOptions> {
	readonly options: CompleteFfmpegOptions;
	readonly pictures: ReadPicture[] = [];
	readonly notices: string[] = [];
	info: SourceInfo | undefined;
	end: Reading["end"] = "end";
	onPicture: (picture: ReadPicture, count: number) => void = () => {};
	readonly #abort = new AbortController();
	readonly #counts = new Map<number, number>();
	#store: PanoramaStore | undefined;

	constructor(options: CompleteFfmpegOptions) {
		this.options = options;
	}

	get signal(): AbortSignal {
		return this.#abort.signal;
	}

	get packetsWanted(): PacketWish {
		return "none";
	}

	sendPackets(): void {}
	capture(): void {}

	get stopping(): boolean {
		return this.#abort.signal.aborted;
	}

	stop(): void {
		this.#abort.abort();
	}

	async open(info: SourceInfo): Promise<PanoramaStore> {
		this.info ??= info;
		this.#store ??= PanoramaStore.create(new SharedHeap(), info.format);
		return this.#store;
	}

	beginWrite(): PanoramaDraft {
		const draft = this.#store!.beginWrite()!;
		return {
			...draft,
			publish: (times) => {
				this.pictures.push(copyOf(this.#store!, draft.address, times.mediaTimeSec));
				draft.publish(times);
				this.onPicture(this.pictures.at(-1)!, this.pictures.length);
			},
		};
	}

	counted(word: number): number {
		return this.#counts.get(word) ?? 0;
	}

	count(word: number, by = 1): void {
		this.#counts.set(word, this.counted(word) + by);
	}

	notice(message: string): void {
		this.notices.push(message);
	}

	isStill(): void {
		this.end = "still";
		this.stop();
	}

	startAgain(): void {
		this.end = "changed";
	}

	reconnecting(): void {}
	reconnected(): void {}
	onPlayback(): void {}
	playback(): void {}
	setChild(): void {}
	async sleepUntil(): Promise<void> {}
}

function copyOf({ handle, format, layout }: PanoramaStore, address: number, mediaSec: number): ReadPicture {
	const bytes = Buffer.from(
		new Uint8Array(handle.memory.buffer).slice(address, address + panoramaByteLength(format)),
	);
	const sampleAt = (plane: "y" | "u" | "v", x: number, y: number) => {
		const { offset, width, height, stride } = layout[plane];
		return bytes[offset + Math.floor(y * height) * stride + Math.floor(x * width)]!;
	};
	return {
		mediaSec,
		width: format.width,
		height: format.height,
		layout,
		bytes,
		middle: [sampleAt("y", 0.5, 0.5), sampleAt("u", 0.5, 0.5), sampleAt("v", 0.5, 0.5)],
		lumaAt: (x, y) => sampleAt("y", x, y),
	};
}
