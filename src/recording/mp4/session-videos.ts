import { basename } from "node:path";
import { writeFailureText } from "../../media/write-failure.ts";
import type { DiskFile } from "../files/disk-file.ts";
import type { PartFile, PartFileStats } from "../files/part-file.ts";
import type { RecordingDisk } from "../files/recording-disk.ts";
import type { RecordedFile } from "../recording-protocol.ts";
import type { SessionProgress } from "../session-progress.ts";
import type { RecordedPose, SessionRecord } from "../session-record.ts";
import { CONSENT_WITHDRAWN } from "../tap/consenting-viewers.ts";
import { type Mp4Packet, ViewerVideo } from "./viewer-video.ts";

/** Options of `SessionVideos`. */
export interface SessionVideosOptions {
	/** The beginning of the paths of the part's files. */
	readonly stem: string;
	/** Seconds since 1970 at the origin of the monotonic clock. */
	readonly epochSec: number;
	readonly disk: RecordingDisk;
	/** No file of another format shares it. */
	readonly progress: SessionProgress;
	/** A file is begun, or finished, or can't be written any more. */
	readonly onFile: (file: RecordedFile) => void;
	/** A line for the log. */
	readonly onNotice: (message: string) => void;
	/** One file can't be written any more. */
	readonly onFileFailed: (message: string) => void;
	/** None can be written any more. */
	readonly onFailed: (message: string) => void;
}

/** One viewer's video, and the poses beside it. */
interface ViewerFiles {
	readonly video: ViewerVideo;
	readonly poses: DiskFile;
	/** Lines that wait for the next flush. */
	lines: string;
	/** Number of pictures so far. */
	pictures: number;
}

/** The pictures of each viewer as MP4, with the poses beside them as lines of JSON. */
export class SessionVideos implements PartFile {
	/** It has a file for each viewer, which it reports itself. */
	readonly path = undefined;
	readonly format = "mp4";
	readonly #options: SessionVideosOptions;
	readonly #viewers = new Map<string, ViewerFiles>();
	/** Files of viewers who have left, until they are closed. */
	readonly #leaving = new Map<ViewerFiles, Promise<void>>();
	/** Bytes of those that are closed. */
	#closedBytes = 0;
	/** Pictures of videos that could not be begun. */
	#lost = 0;
	/** Viewers who get no files any more: they could not be made, or the viewer has left. */
	readonly #without = new Set<string>();
	/** Viewers whose files could not be begun on the disk, which was reported. */
	readonly #unbegun = new Set<string>();
	readonly #encoder = new TextEncoder();
	#hasNoticed = false;
	#closing: Promise<void> | undefined;

	constructor(options: SessionVideosOptions) {
		this.#options = options;
	}

	get stats(): PartFileStats {
		let [bytes, waiting] = [this.#closedBytes, 0];
		for (const file of this.#files) {
			bytes += file.byteLength;
			waiting += file.waitingBytes;
		}
		return { bytes, waiting, lost: this.#lost, entries: 0 };
	}

	write(record: SessionRecord): void {
		if (record.type === "frame") this.#frame(record);
		else if (record.type === "pose") this.#pose(record.viewer, record.pose);
		else if (record.type === "source") this.#options.progress.source = record;
		else if (record.type === "leave") this.#leave(record.viewer, record.reason);
		else if (record.type === "gone") this.#gone(record.viewer);
		else if (record.type === "sound" && record.direction === "sent")
			this.#viewers.get(record.viewer)?.video.hear(record);
	}

	flush(): void {
		for (const [viewer, files] of this.#viewers) {
			if (files.video.file.byteLength > files.video.file.waitingBytes) this.#unbegun.delete(viewer);
			try {
				files.video.flush();
			} catch (error) {
				this.#drop(viewer, files, writeFailureText(files.video.path, error));
			}
			this.#flushLines(files);
		}
	}

	async settled(): Promise<void> {
		await Promise.all(this.#files.map((file) => file.settled()));
	}

	close(): Promise<void> {
		this.#closing ??= this.#close();
		return this.#closing;
	}

	async #close(): Promise<void> {
		const closings = [...this.#viewers.values()].map((files) => this.#end(files));
		await Promise.all([...this.#leaving.values(), ...closings]);
	}

	/** Never rejects: one file's failure is reported, and is no other's. */
	async #end(files: ViewerFiles): Promise<void> {
		const { video, poses } = files;
		this.#flushLines(files);
		let failure: string | undefined;
		const failed = (error: unknown) => {
			failure = writeFailureText(video.path, error);
		};
		await Promise.all([video.close().catch(failed), poses.close()]);
		if (failure !== undefined) this.#fail(video.path, "mp4", failure);
		else if (!video.file.hasFailed) this.#report(video.file, "mp4", true);
		if (isUnbegun(files)) await this.#discard(files);
		else this.#reportEnd(poses);
	}

	/** Nothing stays of files whose video has no bytes; its pictures are lost. */
	async #discard({ video, poses, pictures }: ViewerFiles): Promise<void> {
		this.#lost += pictures;
		const failure = writeFailureText(poses.path, new Error("its video could not be begun"));
		if (!poses.hasFailed) this.#reportFailure(poses.path, "jsonl", failure);
		await Promise.all([video.file.discard(), poses.discard()]);
	}

	#reportEnd(poses: DiskFile): void {
		if (!poses.hasFailed) this.#report(poses, "jsonl", true);
	}

	/** Viewers who come again have another name, except those who were asked again. */
	#leave(viewer: string, reason: string): void {
		if (reason !== CONSENT_WITHDRAWN) this.#gone(viewer);
	}

	#gone(viewer: string): void {
		this.#unbegun.delete(viewer);
		const files = this.#viewers.get(viewer);
		if (files !== undefined) this.#leaves(viewer, files, this.#end(files));
	}

	/** A video that can't go on ends as it is, and so do its poses. */
	#drop(viewer: string, files: ViewerFiles, failure: string): void {
		this.#flushLines(files);
		const { video, poses } = files;
		this.#leaves(
			viewer,
			files,
			Promise.all([poses.close().then(() => this.#reportEnd(poses)), video.file.close()]),
		);
		this.#fail(video.path, "mp4", failure);
	}

	/** Files that can't be begun are begun again with the next key frame. */
	#retract(viewer: string, files: ViewerFiles, failure: string): void {
		const { path } = files.video;
		this.#viewers.delete(viewer);
		this.#without.add(viewer);
		const ended = this.#discard(files).then(() => {
			this.#leaving.delete(files);
			this.#without.delete(viewer);
		});
		this.#leaving.set(files, ended);
		if (this.#unbegun.has(viewer)) this.#reportFailure(path, "mp4", failure);
		else this.#fail(path, "mp4", `${failure} It is tried again with the next key frame.`);
		this.#unbegun.add(viewer);
	}

	#leaves(viewer: string, files: ViewerFiles, end: Promise<unknown>): void {
		this.#viewers.delete(viewer);
		this.#without.add(viewer);
		const ended = end.then(() => {
			this.#leaving.delete(files);
			this.#closedBytes += files.video.file.byteLength + files.poses.byteLength;
		});
		this.#leaving.set(files, ended);
	}

	get #files(): readonly DiskFile[] {
		return [...this.#viewers.values(), ...this.#leaving.keys()].flatMap(({ video, poses }) => [video.file, poses]);
	}

	#frame({ viewer, packet }: Extract<SessionRecord, { readonly type: "frame" }>): void {
		if (packet.codec === "vp8") {
			if (!this.#hasNoticed) this.#options.onNotice("A video in VP8 gets no file: MP4 has no place for it.");
			this.#hasNoticed = true;
			return;
		}
		const ofMp4 = packet as Mp4Packet;
		const known = this.#viewers.get(viewer);
		if (known !== undefined) {
			known.video.write(ofMp4);
			known.pictures++;
		} else if (packet.keyframe && !this.#without.has(viewer)) this.#begin(viewer, ofMp4);
		else if (this.#unbegun.has(viewer)) this.#lost++;
	}

	#begin(viewer: string, first: Mp4Packet): void {
		const { stem, epochSec, disk, progress } = this.#options;
		const hasSound = progress.source?.source.sound !== undefined;
		const path = `${stem}.${viewer}.mp4`;
		const posesPath = `${stem}.${viewer}.jsonl`;
		let files: ViewerFiles | undefined;
		const videoFailed = (failure: string) => {
			const isPresent = files !== undefined && this.#viewers.get(viewer) === files;
			if (isPresent && isUnbegun(files!) && this.#closing === undefined) this.#retract(viewer, files!, failure);
			else this.#fail(path, "mp4", failure);
		};
		const posesFailed = (failure: string) => {
			if (this.#unbegun.has(viewer)) this.#reportFailure(posesPath, "jsonl", failure);
			else this.#fail(posesPath, "jsonl", failure);
		};
		let video: ViewerVideo;
		try {
			video = new ViewerVideo(path, first, hasSound, disk, videoFailed);
		} catch (error) {
			this.#without.add(viewer);
			this.#fail(path, "mp4", writeFailureText(path, error));
			return;
		}
		files = { video, poses: disk.open(posesPath, false, posesFailed), lines: "", pictures: 1 };
		this.#viewers.set(viewer, files);
		const begin = new Date(Math.round((epochSec + video.beginSec) * 1000));
		this.#line(files, { type: "header", version: 1, begin: begin.toISOString(), video: basename(path) });
		this.#flushLines(files);
		this.#report(video.file, "mp4", false);
		this.#report(files.poses, "jsonl", false);
	}

	/** One viewer's file that can't be written ends no other. */
	#fail(path: string, format: "mp4" | "jsonl", failure: string): void {
		this.#reportFailure(path, format, failure);
		const videos = [...this.#viewers.values()].map(({ video }) => video.file);
		if (videos.length > 0 && videos.every(({ hasFailed }) => hasFailed)) this.#options.onFailed(failure);
		else this.#options.onFileFailed(failure);
	}

	#reportFailure(path: string, format: "mp4" | "jsonl", failure: string): void {
		const file = this.#files.find((candidate) => candidate.path === path);
		this.#options.onFile({ path, format, bytes: file?.byteLength ?? 0, isFinished: true, failure });
	}

	#pose(viewer: string, pose: RecordedPose): void {
		const files = this.#viewers.get(viewer);
		if (files === undefined) return;
		const { kind, skeleton, hand, stream, sequence, confidence, positionTracked, ids, positions, rotations } = pose;
		const { beginSec } = files.video;
		const { controls } = pose;
		this.#line(files, {
			type: "pose",
			time: rounded(pose.receivedSec - beginSec),
			capture_time: rounded(pose.capturedSec - beginSec),
			...{ kind, skeleton, hand, stream, sequence, confidence },
			position_tracked: positionTracked,
			photon_age_ms: pose.photonAgeMs,
			ids: [...ids],
			positions: [...positions],
			rotations: [...rotations],
			...(controls && { ...controls, buttons: [...controls.buttons], axes: [...controls.axes] }),
		});
	}

	#line(files: ViewerFiles, fields: object): void {
		// JSON has no NaN: it becomes null.
		files.lines += `${JSON.stringify(fields)}\n`;
	}

	#flushLines(files: ViewerFiles): void {
		if (files.lines === "") return;
		files.poses.append(this.#encoder.encode(files.lines));
		files.lines = "";
	}

	#report({ path, byteLength }: DiskFile, format: "mp4" | "jsonl", isFinished: boolean): void {
		this.#options.onFile({ path, format, bytes: isFinished ? byteLength : 0, isFinished });
	}
}

/** Nothing of a video could be written. */
function isUnbegun({ video: { file } }: ViewerFiles): boolean {
	return file.hasFailed && file.byteLength === 0;
}

/** Microseconds are enough for a time in seconds. */
function rounded(sec: number): number {
	return Math.round(sec * 1e6) / 1e6;
}
