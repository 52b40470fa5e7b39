import { randomUUID } from "node:crypto";
import { assert } from "../media/assert.ts";
import type { PartFile } from "./part-file.ts";
import { clientVideo, recordsOf, videoOf } from "./record-queue.ts";
import { newPart } from "./recording-names.ts";
import type { FromRecordingThread, RecordingFileOptions, ToRecordingThread } from "./recording-protocol.ts";
import { type OpenSink, openFileSink, RrdFile } from "./rrd-file.ts";
import { SessionMcap } from "./session-mcap.ts";
import { SessionProgress } from "./session-progress.ts";
import type { SessionRecord } from "./session-record.ts";
import type { SessionVideosOptions } from "./session-videos.ts";

const PROGRESS_MS = 500;
/**
 * A part ends when the table at its end has so many entries: about an hour of one viewer. The table
 * needs 5 kB of memory for each while it is written.
 */
const MOST_ENTRIES = 65_536;

/** The world around the files, parts of which a test replaces. */
export interface RecordingSurroundings {
	readonly openSink: OpenSink;
	/** Milliseconds on a clock that never goes back. */
	readonly nowMs: () => number;
	readonly mostEntries: number;
	/** Makes the videos of a part; missing where FFmpeg is not loaded. */
	readonly openVideos?: ((options: Omit<SessionVideosOptions, "inNative">) => PartFile) | undefined;
}

/** The files that are begun and finished together. */
interface Part {
	readonly files: readonly PartFile[];
	readonly begunMs: number;
}

/** The half of a recording that lies in its thread: it makes files out of records. */
export class RecordingFiles {
	readonly #options: RecordingFileOptions;
	readonly #post: (message: FromRecordingThread) => void;
	readonly #surroundings: RecordingSurroundings;
	readonly #timer: NodeJS.Timeout;
	readonly #recordingId = randomUUID();
	readonly #progress = { rrd: new SessionProgress(), mcap: new SessionProgress() };
	/** Videos whose frames have come, and may come again. */
	readonly #videos = new Set<string>();
	#part: Part;
	#parts = 1;
	/** The part before, while videos still go into it: each up to its next key frame. */
	#former: { readonly part: Part; readonly videos: Set<string> } | undefined;
	#finishing: Promise<void> = Promise.resolve();
	#finished = { bytes: 0, lost: 0 };
	#posted = "";

	/**
	 * @param post receives each message for the other half.
	 */
	constructor(
		options: RecordingFileOptions,
		post: (message: FromRecordingThread) => void,
		surroundings: Partial<RecordingSurroundings> = {},
	) {
		this.#options = options;
		this.#post = post;
		this.#surroundings = {
			openSink: openFileSink,
			nowMs: () => performance.now(),
			mostEntries: MOST_ENTRIES,
			...surroundings,
		};
		this.#part = this.#begin(options.stem, options.path);
		this.#timer = setInterval(() => this.#report(), PROGRESS_MS);
	}

	/** Obeys a message of the other half. Resolves when it has been worked off. */
	async receive(message: ToRecordingThread): Promise<void> {
		if (message.type === "close") {
			clearInterval(this.#timer);
			if (this.#former !== undefined) this.#finish(this.#former.part);
			this.#finish(this.#part);
			await this.#finishing;
			this.#report();
			this.#post({ type: "closed" });
			return;
		}
		for (const record of recordsOf(message)) this.#write(record);
		for (const file of this.#files) file.flush();
		this.#post({ type: "worked", bytes: message.bytes });
		if (this.#isFull()) this.#rotate();
	}

	get #files(): readonly PartFile[] {
		return [...(this.#former?.part.files ?? []), ...this.#part.files];
	}

	#write(record: SessionRecord): void {
		if (record.type === "leave") {
			this.#forgetVideo(`viewer ${record.viewer}`);
			this.#forgetVideo(clientVideo(record.viewer));
		}
		const video = videoOf(record);
		if (video !== undefined) {
			if (video.keyframe) this.#cutOver(video.of);
			this.#videos.add(video.of);
			if (this.#former?.videos.has(video.of) === true) {
				for (const file of this.#former.part.files) file.write(record);
				return;
			}
		}
		for (const file of this.#part.files) file.write(record);
	}

	#forgetVideo(video: string): void {
		this.#cutOver(video);
		this.#videos.delete(video);
	}

	/** Lets a video go on in the present part. */
	#cutOver(video: string): void {
		if (this.#former?.videos.delete(video) !== true || this.#former.videos.size > 0) return;
		this.#finish(this.#former.part);
		this.#former = undefined;
	}

	#isFull(): boolean {
		if (this.#former !== undefined) return false;
		const { bytes, minutes } = this.#options.rotate;
		const { files, begunMs } = this.#part;
		const { nowMs, mostEntries } = this.#surroundings;
		if (files.some(({ stats }) => stats.entries >= mostEntries)) return true;
		if (minutes !== undefined && nowMs() - begunMs >= minutes * 60_000) return true;
		return bytes !== undefined && files.reduce((sum, { stats }) => sum + stats.bytes, 0) >= bytes;
	}

	#rotate(): void {
		const before = this.#part;
		try {
			const { number, stem } = newPart(this.#options.stem, this.#parts + 1, this.#options.formats);
			this.#parts = number;
			this.#part = this.#begin(stem, `${stem}.rrd`);
		} catch (error) {
			this.#fail(error);
			return;
		}
		if (this.#videos.size === 0) this.#finish(before);
		else {
			this.#former = { part: before, videos: new Set(this.#videos) };
			this.#post({ type: "keyframesWanted" });
		}
	}

	/** @param rrdPath of the file for Rerun, which is there already. */
	#begin(stem: string, rrdPath: string): Part {
		const { formats } = this.#options;
		const files: PartFile[] = [];
		try {
			for (const format of formats) {
				if (format === "rrd") files.push(this.#openRrd(rrdPath));
				else files.push(format === "mcap" ? this.#openMcap(stem) : this.#openVideos(stem));
			}
		} catch (error) {
			this.#fail(error);
		}
		for (const file of files) this.#reportFile(file, false);
		return { files, begunMs: this.#surroundings.nowMs() };
	}

	#openRrd(path: string): RrdFile {
		const { name, epochSec, maxQueuedBytes } = this.#options;
		return new RrdFile({
			path,
			recordingId: this.#recordingId,
			name,
			epochSec,
			queueBytes: maxQueuedBytes,
			progress: this.#progress.rrd,
			openSink: this.#surroundings.openSink,
			onFailed: (message) => this.#post({ type: "failed", message }),
			onNotice: (message) => this.#post({ type: "notice", message }),
		});
	}

	#openMcap(stem: string): SessionMcap {
		return new SessionMcap({
			path: `${stem}.mcap`,
			epochSec: this.#options.epochSec,
			progress: this.#progress.mcap,
			onFailed: (message) => this.#post({ type: "failed", message }),
		});
	}

	#finish(part: Part): void {
		this.#finishing = this.#finishing.then(async () => {
			for (const file of part.files) {
				await file.close();
				const { bytes, lost } = file.stats;
				this.#finished = { bytes: this.#finished.bytes + bytes, lost: this.#finished.lost + lost };
				this.#reportFile(file, true);
			}
		});
		if (part === this.#part) this.#part = { ...part, files: [] };
	}

	#openVideos(stem: string): PartFile {
		const { openVideos } = this.#surroundings;
		assert(openVideos !== undefined, "FFmpeg is loaded for a recording that has videos.");
		return openVideos({
			stem,
			epochSec: this.#options.epochSec,
			onFile: (file) => this.#post({ type: "file", file }),
			onNotice: (message) => this.#post({ type: "notice", message }),
			onFailed: (message) => this.#post({ type: "failed", message }),
		});
	}

	#fail(error: unknown): void {
		this.#post({ type: "failed", message: error instanceof Error ? error.message : String(error) });
	}

	#reportFile({ path, format, stats }: PartFile, isFinished: boolean): void {
		if (path === undefined) return;
		const bytes = isFinished ? stats.bytes : 0;
		this.#post({ type: "file", file: { path, format, bytes, isFinished } });
	}

	#report(): void {
		let { bytes, lost } = this.#finished;
		for (const { stats } of this.#files) {
			bytes += stats.bytes;
			lost += stats.lost;
		}
		const words = `${bytes} ${lost}`;
		if (words === this.#posted) return;
		this.#posted = words;
		this.#post({ type: "progress", bytes, lost });
	}
}
