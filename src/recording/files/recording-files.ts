import { randomUUID } from "node:crypto";
import { writeFailureText } from "../../media/write-failure.ts";
import { SessionMcap } from "../mcap/session-mcap.ts";
import { SessionVideos } from "../mp4/session-videos.ts";
import { countOf, recordsOf } from "../queue/record-queue.ts";
import { RecordFaults } from "../record-faults.ts";
import type {
	FromRecordingThread,
	RecordBatch,
	RecordingFileOptions,
	ToRecordingThread,
} from "../recording-protocol.ts";
import { SessionProgress } from "../session-progress.ts";
import type { SessionRecord } from "../session-record.ts";
import { clientVideo, RecordGate, videoOf } from "../tap/record-gate.ts";
import type { FileCalls } from "./file-calls.ts";
import { forgetPart, openPart } from "./next-part.ts";
import type { OpenFile, Part, PartFile } from "./part-file.ts";
import { RecordingDisk } from "./recording-disk.ts";
import { type OpenSink, openFileSink, RrdFile } from "./rrd-file.ts";

const PROGRESS_MS = 500;
/** Records count as worked off after so long even if a disk that hangs does not have them. */
const SETTLE_MS = 1000;
/** Videos go on in the former part for so long at most. */
const MOST_FORMER_MS = 30_000;
/**
 * A part ends when the table at its end has so many entries: about an hour of one viewer. The table
 * needs 0.3 kB of memory for each while it is written.
 */
const MOST_ENTRIES = 65_536;

/** The world around the files, parts of which a test replaces. */
export interface RecordingSurroundings {
	readonly openSink: OpenSink;
	/** Milliseconds on a clock that never goes back. */
	readonly nowMs: () => number;
	readonly mostEntries: number;
	/** @default the system's */
	readonly calls?: FileCalls | undefined;
	/** Is called twice a second, unless this thread is held up. */
	readonly onTurn: () => void;
}

/** The half of a recording that lies in its thread: it makes files out of records. */
export class RecordingFiles {
	readonly #options: RecordingFileOptions;
	readonly #post: (message: FromRecordingThread) => void;
	readonly #surroundings: RecordingSurroundings;
	readonly #timer: NodeJS.Timeout;
	readonly #disk: RecordingDisk;
	/** Bytes of one format that may wait for the disk. */
	readonly #maxWaitingBytes: number;
	readonly #recordingId = randomUUID();
	readonly #progress = { rrd: new SessionProgress(), mcap: new SessionProgress(), mp4: new SessionProgress() };
	/** Videos whose frames have come, and may come again. */
	readonly #videos = new Set<string>();
	#part: Part;
	#parts = 1;
	/** The part before, while videos still go into it: each up to its next key frame. */
	#former: { readonly part: Part; readonly videos: Set<string> } | undefined;
	#finishing: Promise<unknown> = Promise.resolve();
	/** Resolves when the batches until now have been written into the files. */
	#taken: Promise<void> = Promise.resolve();
	/** Files that are being finished. */
	readonly #ending = new Set<OpenFile>();
	readonly #faults = new RecordFaults((message) => this.#post({ type: "notice", message }));
	/** The beginning of the next part. */
	#rotating: Promise<void> | undefined;
	#isClosing = false;
	/** The next part could not be begun, and that was reported. */
	#isStuck = false;
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
			onTurn: () => {},
			...surroundings,
		};
		const { calls, nowMs } = this.#surroundings;
		this.#disk = new RecordingDisk({
			calls,
			nowMs,
			onNotice: (message) => this.#post({ type: "notice", message }),
		});
		this.#maxWaitingBytes = options.maxQueuedBytes / options.formats.length;
		this.#post({ type: "begun" });
		this.#part = this.#begin(options.stem, options.path);
		this.#timer = setInterval(() => this.#report(), PROGRESS_MS);
	}

	/** Obeys a message of the other half. Resolves when it has been worked off. */
	async receive(message: ToRecordingThread): Promise<void> {
		if (message.type === "close") {
			await this.#taken;
			this.#isClosing = true;
			if (this.#former !== undefined) this.#finish(this.#former.part);
			this.#former = undefined;
			this.#finish(this.#part);
			await Promise.all([this.#finishing, isSoon(Promise.resolve(this.#rotating))]);
			clearInterval(this.#timer);
			this.#disk.close();
			this.#report();
			this.#post({ type: "closed" });
			return;
		}
		const taking = this.#taken.then(() => this.#take(message));
		this.#taken = taking.then(() => {});
		const { files, rotates, isInUse } = await taking;
		const isWritten = await this.#areWritten(files, rotates);
		const memory = isWritten && !isInUse ? message.memory : [];
		this.#post({ type: "worked", bytes: message.bytes, isWritten, memory });
	}

	/**
	 * Writes a batch into the files.
	 * @returns those files; whether a part begins; whether a file that is being finished may still
	 * have some of the records' arrays.
	 */
	async #take(
		batch: RecordBatch,
	): Promise<{ readonly files: readonly OpenFile[]; readonly rotates: boolean; readonly isInUse: boolean }> {
		await this.#waitForRoom();
		const finishing = this.#finishing;
		this.#writeAll(batch);
		for (const open of this.#files) this.#flush(open);
		const files = this.#files;
		const isInUse = finishing !== this.#finishing;
		const rotates = this.#isOpen && this.#rotating === undefined && this.#isFull();
		if (rotates) this.#rotating = this.#rotate();
		return { files, rotates, isInUse };
	}

	/**
	 * Many batches come at once where this thread was held up: the disk gets a second for what it
	 * has not been asked to take before. One that hangs is waited for once.
	 */
	async #waitForRoom(): Promise<void> {
		const hasRoom = ({ file }: OpenFile) => file.stats.waiting <= this.#maxWaitingBytes;
		const full = this.#files.filter((open) => open.hasRoom && !hasRoom(open));
		if (full.length > 0) await isSoon(Promise.all(full.map(({ file }) => file.settled())));
		for (const open of this.#files) open.hasRoom = hasRoom(open);
	}

	/** Waits a second at most. @returns false if a disk hangs, which keeps the records' arrays. */
	async #areWritten(files: readonly OpenFile[], rotates: boolean): Promise<boolean> {
		// Later batches don't wait for a part that can't be made.
		return isSoon(Promise.allSettled([...files.map(({ file }) => file.settled()), rotates && this.#rotating]));
	}

	/** It has neither failed nor been told to end. */
	get #isOpen(): boolean {
		return !this.#isClosing && this.#part.files.size > 0;
	}

	get #files(): readonly OpenFile[] {
		return [...(this.#former?.part.files ?? []), ...this.#part.files];
	}

	/** Nothing that a record does ends the recording: those that can't be read are lost. */
	#writeAll(batch: RecordBatch): void {
		let written = 0;
		try {
			for (const record of recordsOf(batch)) {
				this.#write(record);
				written++;
			}
		} catch (error) {
			this.#faults.add(error, countOf(batch) - written);
			for (const { gate } of this.#files) for (const video of this.#videos) gate.break(video);
		}
	}

	#flush(open: OpenFile): void {
		try {
			open.file.flush();
		} catch (error) {
			this.#failFile(open, failureOf(open.file, error));
		}
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
				this.#writeInto(this.#former.part, record);
				return;
			}
		}
		// Sound stays beside the pictures that it belongs to.
		const isOfFormer = record.type === "sound" && this.#former?.videos.has(`viewer ${record.viewer}`) === true;
		this.#writeInto(isOfFormer ? this.#former!.part : this.#part, record);
	}

	/** A file whose disk hangs loses records by itself. */
	#writeInto({ files }: Part, record: SessionRecord): void {
		for (const { file, gate, hasRoom } of files) {
			if (!gate.admits(record, hasRoom)) continue;
			try {
				file.write(record);
			} catch (error) {
				this.#faults.add(error);
				const video = videoOf(record);
				if (video !== undefined) gate.break(video.of);
			}
		}
	}

	/** Ends the former part: videos without a key frame until now lose all up to one. */
	#cutFormer(): void {
		for (const video of this.#former?.videos ?? []) {
			for (const { gate } of this.#part.files) gate.break(video);
			this.#cutOver(video);
		}
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
		if (this.#former !== undefined) {
			// A camera may be gone, or have no further key frame.
			if (this.#surroundings.nowMs() - this.#part.begunMs < MOST_FORMER_MS) return false;
			this.#cutFormer();
		}
		const { bytes, minutes } = this.#options.rotate;
		const files = [...this.#part.files].map(({ file }) => file);
		const { begunMs } = this.#part;
		const { nowMs, mostEntries } = this.#surroundings;
		if (files.some(({ stats }) => stats.entries >= mostEntries)) return true;
		if (minutes !== undefined && nowMs() - begunMs >= minutes * 60_000) return true;
		return bytes !== undefined && files.reduce((sum, { stats }) => sum + stats.bytes, 0) >= bytes;
	}

	/** Records go into the present part until the next one's files are open. */
	async #rotate(): Promise<void> {
		try {
			const { formats } = this.#options;
			const { number, stem } = await openPart(this.#options.stem, this.#parts + 1, formats, this.#disk);
			if (this.#isOpen) this.#goOnIn(number, stem);
			else await forgetPart(stem, formats, this.#disk);
			this.#isStuck = false;
		} catch (error) {
			const reason = (error as Error).message;
			const message = `The next part can't be begun: the present one goes on, and it is tried again. ${reason}`;
			if (!this.#isStuck && this.#isOpen) this.#post({ type: "notice", message });
			this.#isStuck = true;
		} finally {
			this.#rotating = undefined;
		}
	}

	#goOnIn(number: number, stem: string): void {
		const before = this.#part;
		this.#parts = number;
		this.#part = this.#begin(stem, `${stem}.rrd`);
		if (this.#videos.size === 0) this.#finish(before);
		else {
			this.#former = { part: before, videos: new Set(this.#videos) };
			this.#post({ type: "keyframesWanted" });
		}
	}

	/** @param rrdPath of the file for Rerun, which is there already. */
	#begin(stem: string, rrdPath: string): Part {
		const part: Part = { files: new Set(), begunMs: this.#surroundings.nowMs(), hasFinished: false };
		const failures: string[] = [];
		for (const format of this.#options.formats) {
			let open: OpenFile | undefined;
			const failed = (message: string) => this.#failFile(open, message);
			try {
				const file =
					format === "rrd"
						? this.#openRrd(rrdPath, failed)
						: format === "mcap"
							? this.#openMcap(stem, failed)
							: this.#openVideos(stem, failed);
				open = { part, file, gate: new RecordGate(), hasRoom: true };
				part.files.add(open);
				this.#reportFile(file, false);
			} catch (error) {
				const path = format === "rrd" ? rrdPath : `${stem}.${format}`;
				const failure = error instanceof Error ? error.message : String(error);
				failures.push(failure);
				this.#post({ type: "file", file: { path, format, bytes: 0, isFinished: true, failure } });
			}
		}
		for (const message of failures) this.#post({ type: part.files.size === 0 ? "failed" : "fileFailed", message });
		return part;
	}

	#openRrd(path: string, onFailed: (message: string) => void): RrdFile {
		const { name, epochSec } = this.#options;
		return new RrdFile({
			path,
			recordingId: this.#recordingId,
			name,
			epochSec,
			disk: this.#disk,
			progress: this.#progress.rrd,
			openSink: this.#surroundings.openSink,
			onFailed,
			onNotice: (message) => this.#post({ type: "notice", message }),
		});
	}

	#openMcap(stem: string, onFailed: (message: string) => void): SessionMcap {
		return new SessionMcap({
			path: `${stem}.mcap`,
			epochSec: this.#options.epochSec,
			disk: this.#disk,
			progress: this.#progress.mcap,
			onFailed,
			onNotice: (message) => this.#post({ type: "notice", message }),
		});
	}

	#openVideos(stem: string, onFailed: (message: string) => void): SessionVideos {
		return new SessionVideos({
			stem,
			epochSec: this.#options.epochSec,
			disk: this.#disk,
			progress: this.#progress.mp4,
			onFile: (file) => this.#post({ type: "file", file }),
			onNotice: (message) => this.#post({ type: "notice", message }),
			onFileFailed: (message) => this.#post({ type: "fileFailed", message }),
			onFailed,
		});
	}

	#finish(part: Part): void {
		const files = [...part.files];
		part.files.clear();
		const closings = files.map(async (open) => {
			this.#ending.add(open);
			try {
				await open.file.close();
			} catch (error) {
				this.#failFile(open, failureOf(open.file, error));
			}
			// One that has failed is reported, and counted.
			if (!this.#ending.delete(open)) return;
			part.hasFinished = true;
			this.#count(open);
			this.#reportFile(open.file, true);
		});
		this.#finishing = Promise.all([this.#finishing, ...closings]);
	}

	#count({ file: { stats }, gate }: OpenFile): void {
		const { bytes, lost } = this.#finished;
		this.#finished = { bytes: bytes + stats.bytes, lost: lost + stats.lost + gate.lost };
	}

	/** The files of other formats go on, as long as there are any. */
	#failFile(open: OpenFile | undefined, failure: string): void {
		if (open === undefined || !(open.part.files.delete(open) || this.#ending.delete(open))) return;
		const { part, file } = open;
		const { path, format, stats } = file;
		this.#count(open);
		// Its files beside the one that has failed get their ends.
		const closing = (async () => file.close())().catch(() => {});
		this.#finishing = Promise.all([this.#finishing, closing]);
		if (path !== undefined)
			this.#post({ type: "file", file: { path, format, bytes: stats.bytes, isFinished: true, failure } });
		const hasOthers =
			part.hasFinished || part.files.size > 0 || [...this.#ending].some((other) => other.part === part);
		const isLast = part === this.#part && !hasOthers;
		this.#post({ type: isLast ? "failed" : "fileFailed", message: failure });
	}

	#reportFile({ path, format, stats }: PartFile, isFinished: boolean): void {
		if (path === undefined) return;
		const bytes = isFinished ? stats.bytes : 0;
		this.#post({ type: "file", file: { path, format, bytes, isFinished } });
	}

	#report(): void {
		this.#surroundings.onTurn();
		let { bytes, lost } = this.#finished;
		lost += this.#faults.count;
		this.#disk.check();
		for (const { file, gate } of [...this.#files, ...this.#ending]) {
			bytes += file.stats.bytes;
			lost += file.stats.lost + gate.lost;
		}
		const words = `${bytes} ${lost}`;
		if (words === this.#posted) return;
		this.#posted = words;
		this.#post({ type: "progress", bytes, lost });
	}
}

function failureOf({ path, format }: PartFile, error: unknown): string {
	return writeFailureText(path ?? `A file in ${format.toUpperCase()}`, error);
}

/** Waits a second at most. @returns false if it was not enough. */
async function isSoon(wanted: Promise<unknown>): Promise<boolean> {
	const patience = Promise.withResolvers<boolean>();
	const timer = setTimeout(() => patience.resolve(false), SETTLE_MS);
	try {
		return await Promise.race([wanted.then(() => true), patience.promise]);
	} finally {
		clearTimeout(timer);
	}
}
