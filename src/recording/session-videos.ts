import { existsSync } from "node:fs";
import { basename } from "node:path";
import { AV_LOG_FATAL } from "node-av/constants";
import { Log } from "node-av/lib";
import { writeFailureText } from "../media/write-failure.ts";
import { OutputFile } from "../motion/output-file.ts";
import type { PartFile, PartFileStats } from "./part-file.ts";
import type { RecordedFile } from "./recording-protocol.ts";
import type { RecordedPose, SessionRecord } from "./session-record.ts";
import { ViewerVideo } from "./viewer-video.ts";

/** Options of `SessionVideos`. */
export interface SessionVideosOptions {
	/** The beginning of the paths of the part's files. */
	readonly stem: string;
	/** Seconds since 1970 at the origin of the monotonic clock. */
	readonly epochSec: number;
	/** Calls FFmpeg where the thread may not be terminated meanwhile. */
	readonly inNative: (act: () => void) => void;
	/** A file is begun, or finished. */
	readonly onFile: (file: RecordedFile) => void;
	/** A line for the log. */
	readonly onNotice: (message: string) => void;
	/** A file can't be written any more. */
	readonly onFailed: (message: string) => void;
}

/** One viewer's video, and the poses beside it. */
interface ViewerFiles {
	readonly video: ViewerVideo;
	readonly poses: OutputFile;
	/** Lines that wait for the next flush. */
	lines: string;
}

/** The pictures of each viewer as MP4, with the poses beside them as lines of JSON. */
export class SessionVideos implements PartFile {
	/** It has a file for each viewer, which it reports itself. */
	readonly path = undefined;
	readonly format = "mp4";
	readonly #options: SessionVideosOptions;
	readonly #viewers = new Map<string, ViewerFiles>();
	readonly #encoder = new TextEncoder();
	#hasFailed = false;
	#hasNoticed = false;

	constructor(options: SessionVideosOptions) {
		this.#options = options;
		// FFmpeg's own lines would bypass the log.
		Log.setLevel(AV_LOG_FATAL);
	}

	get stats(): PartFileStats {
		let bytes = 0;
		for (const { video, poses } of this.#viewers.values()) bytes += video.bytes + poses.position;
		return { bytes, lost: 0, entries: 0 };
	}

	write(record: SessionRecord): void {
		if (record.type === "frame") this.#tryTo(record.viewer, () => this.#frame(record));
		else if (record.type === "pose") this.#pose(record.viewer, record.pose);
	}

	flush(): void {
		for (const [viewer, files] of this.#viewers)
			this.#tryTo(viewer, () => {
				files.video.flush();
				this.#flushLines(files);
			});
	}

	async close(): Promise<void> {
		for (const [viewer, files] of this.#viewers)
			this.#tryTo(viewer, () => {
				this.#flushLines(files);
				files.poses.close();
				files.video.close();
				this.#report(files, true);
			});
	}

	#frame({ viewer, packet }: Extract<SessionRecord, { readonly type: "frame" }>): void {
		const known = this.#viewers.get(viewer);
		if (known !== undefined) {
			known.video.write(packet);
			return;
		}
		if (!packet.keyframe) return;
		if (packet.codec === "vp8") {
			if (!this.#hasNoticed) this.#options.onNotice("A video in VP8 gets no file: MP4 has no place for it.");
			this.#hasNoticed = true;
			return;
		}
		const stem = `${this.#options.stem}.${viewer}`;
		const path = `${stem}.mp4`;
		// FFmpeg would replace it.
		if (existsSync(path)) throw new Error(`${path} is there already.`);
		const poses = new OutputFile(`${stem}.jsonl`);
		const files: ViewerFiles = { video: new ViewerVideo(path, packet), poses, lines: "" };
		this.#viewers.set(viewer, files);
		const begin = new Date(Math.round((this.#options.epochSec + files.video.beginSec) * 1000));
		this.#line(files, { type: "header", version: 1, begin: begin.toISOString(), video: basename(path) });
		this.#report(files, false);
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

	#report({ video, poses }: ViewerFiles, isFinished: boolean): void {
		const { onFile } = this.#options;
		onFile({ path: video.path, format: "mp4", bytes: isFinished ? video.bytes : 0, isFinished });
		onFile({ path: poses.path, format: "jsonl", bytes: isFinished ? poses.position : 0, isFinished });
	}

	#tryTo(viewer: string, act: () => void): void {
		if (this.#hasFailed) return;
		this.#options.inNative(() => {
			try {
				act();
			} catch (error) {
				this.#hasFailed = true;
				const path = `${this.#options.stem}.${viewer}.mp4`;
				const isOurs = error instanceof Error && error.message.startsWith("/");
				this.#options.onFailed(isOurs ? error.message : writeFailureText(path, error));
			}
		});
	}
}

/** Microseconds are enough for a time in seconds. */
function rounded(sec: number): number {
	return Math.round(sec * 1e6) / 1e6;
}
