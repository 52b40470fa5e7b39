import { monotonicSec } from "../media/clock.ts";
import type { PanoramaDraft, PanoramaStore } from "../media/panorama-store.ts";
import type { FfmpegError } from "./ffmpeg-error.ts";
import { sourceErrorFromFfmpeg } from "./ffmpeg-failure.ts";
import { type FfprobeVideo, ffprobeVideo, inputArguments } from "./ffmpeg-probe.ts";
import { FfmpegProcess } from "./ffmpeg-process.ts";
import { InputRetry } from "./input-retry.ts";
import { OneShotBytes } from "./one-shot-bytes.ts";
import { pairNamedBy } from "./pair-names.ts";
import { isRgb } from "./picture-color.ts";
import { RawPictureWriter } from "./raw-picture-writer.ts";
import { ReleaseClock } from "./release-clock.ts";
import { accessTo, fileIdentity, type SourceAccess, waitingWords } from "./source-access.ts";
import { layoutWords } from "./source-layout.ts";
import { sourceLabel } from "./source-name.ts";
import type { CompleteFfmpegOptions } from "./source-options.ts";
import { ControlWord, type SourceJob, Stopping } from "./source-worker.ts";
import { SourceError, type SourceInfo } from "./video-source.ts";

type Job = SourceJob<CompleteFfmpegOptions>;

/**
 * Messages of ffmpeg about an input that can't be read from its beginning again: its own, or the
 * C library's for ENOSYS.
 */
const CANNOT_REWIND = /seek to start failed|function not (?:supported|implemented)/i;

/** Runs ffmpeg, again where needed, and shows its pictures. */
export class FfmpegReader {
	readonly #job: Job;
	readonly #access: SourceAccess;
	readonly #video: FfprobeVideo;
	readonly #label: string;
	readonly #clock = new ReleaseClock();
	readonly #retry: InputRetry;
	#bytes: OneShotBytes | undefined;
	#hwaccel: string;
	#store: PanoramaStore | undefined;
	#pictures = 0;
	/**
	 * Identity of the file when ffmpeg was started. It is compared at each loop to notice a changed
	 * file.
	 */
	#identity: string | undefined;
	#changed = false;

	/**
	 * Opens the source that `job` names. A listener goes on listening after a sender that sends no
	 * video.
	 *
	 * @throws {SourceError} when it can't be read.
	 * @throws {Stopping} when the job is asked to stop.
	 */
	static async open(job: Job): Promise<FfmpegReader> {
		const { spec, inputFormat, inputOptions } = job.options;
		const access = await accessTo(spec, inputFormat, inputOptions);
		const label = sourceLabel(spec);
		if ((await pairNamedBy(spec)) !== undefined)
			throw new SourceError(
				"failed",
				`${label} is two files, which the backend "libav" reads and "ffmpeg" does not.`,
			);
		const waiting = waitingWords(access, label);
		if (waiting !== undefined) job.notice(waiting, true);
		const retry = new InputRetry(job, access, label);
		const { bytes, video } = await retry.openFirst(() => probeInput(job, access));
		for (const advice of video.layout.advice) job.notice(`${label} ${advice}.`, true);
		return new FfmpegReader(job, access, video, bytes, retry);
	}

	/** @param bytes input of ffmpeg in place of a source that can be read only once. Owned. */
	private constructor(
		job: Job,
		access: SourceAccess,
		video: FfprobeVideo,
		bytes: OneShotBytes | undefined,
		retry: InputRetry,
	) {
		this.#job = job;
		this.#bytes = bytes;
		this.#access = access;
		this.#video = video;
		this.#retry = retry;
		this.#label = sourceLabel(job.options.spec);
		this.#hwaccel = job.options.hwaccel;
	}

	/**
	 * Reads and shows pictures until the end, or until the job is to stop.
	 *
	 * @throws {SourceError} when ffmpeg can't go on.
	 * @throws {Stopping} when the job is asked to stop.
	 */
	async run(): Promise<void> {
		while (!this.#job.stopping) {
			const before = this.#pictures;
			this.#identity = await fileIdentity(this.#access.path);
			const error = await this.#runChild();
			if (this.#job.stopping) return;
			if (this.#changed) return this.#job.startAgain();
			if (this.#pictures === 0) {
				this.#giveUpHardware(error);
				continue;
			}
			// With -stream_loop ffmpeg ends only if it can't read the input from the beginning
			// again.
			if (this.#loops && (error === undefined || CANNOT_REWIND.test(error.message))) {
				if (this.#pictures === before)
					throw new SourceError("failed", `${this.#label} can't be read from its beginning again.`, {
						cause: error,
					});
				this.#job.count(ControlWord.loops);
				continue;
			}
			// The end of a pipe is the end, also with an error.
			if (this.#access.pipe !== undefined && this.#pictures > 0 && !this.#video.still) return;
			if (this.#access.network && this.#job.options.reconnect && (error !== undefined || this.#video.live)) {
				await this.#waitToReconnect();
				continue;
			}
			if (error !== undefined) throw this.#failure(error);
			// The only picture of a still stays until the source is stopped.
			if (this.#video.still) {
				this.#job.isStill();
				await new Promise((resolve) => this.#job.signal.addEventListener("abort", resolve));
			}
			return;
		}
	}

	/** Closes the input. A second call does nothing. */
	async close(): Promise<void> {
		await this.#bytes?.close();
	}

	/**
	 * Runs ffmpeg from its start to its end.
	 * @returns its error, if it ended with one.
	 */
	async #runChild(): Promise<FfmpegError | undefined> {
		const child = new FfmpegProcess(this.#job.options.ffmpegPath, this.#arguments(), this.#bytes !== undefined);
		this.#bytes?.feed(child.stdin).catch(() => child.stdin.destroy());
		this.#job.setChild(child.pid);
		const stop = () => void child.stop();
		this.#job.signal.addEventListener("abort", stop);
		try {
			await this.#readPictures(child);
			const code = await child.exit();
			return code === 0 ? undefined : child.error(code);
		} finally {
			this.#job.signal.removeEventListener("abort", stop);
			await child.stop();
			this.#job.setChild(0);
		}
	}

	async #readPictures(child: FfmpegProcess): Promise<void> {
		let writer: RawPictureWriter | undefined;
		let draft: PanoramaDraft | undefined;
		try {
			for await (const chunk of child.stdout as AsyncIterable<Buffer>) {
				if (this.#store === undefined) this.#store = await this.#job.open(this.#info());
				writer ??= new RawPictureWriter(
					Buffer.from(this.#store.handle.memory.buffer),
					this.#store.format,
					this.#video.layout.packing,
				);
				for (let at = 0; at < chunk.length; ) {
					if (this.#job.stopping || this.#changed) return;
					if (writer.atStart) draft = this.#job.beginWrite();
					at += writer.write(chunk, at, draft?.address);
					if (writer.atStart) {
						// While this waits, the pipe fills and ffmpeg sleeps.
						await this.#finish(writer, draft);
						draft = undefined;
					}
				}
			}
		} catch (error) {
			// The pipe is torn down to stop.
			if (!this.#job.stopping) throw error;
		} finally {
			draft?.discard();
		}
	}

	/** Shows a complete picture at its time. */
	async #finish(writer: RawPictureWriter, draft: PanoramaDraft | undefined): Promise<void> {
		const mediaTimeSec = this.#pictures / this.#video.frameRate;
		this.#pictures++;
		this.#bytes?.forget();
		this.#retry.succeeded();
		this.#job.count(ControlWord.framesDecoded);
		await this.#countLoops();
		if (draft === undefined) this.#job.count(ControlWord.framesDropped);
		else writer.complete(draft.address, mediaTimeSec);
		const readyTimeSec = monotonicSec();
		if (!this.#video.live) {
			await this.#job.sleepUntil(this.#clock.dueSec(mediaTimeSec, readyTimeSec));
			if (this.#clock.decide(mediaTimeSec, monotonicSec()) === "skip") {
				if (draft !== undefined) this.#job.count(ControlWord.framesDropped);
				return draft?.discard();
			}
		}
		draft?.publish({ mediaTimeSec, captureTimeSec: Number.NaN, readyTimeSec });
	}

	/** Counts loops: ffmpeg repeats the input by itself and does not report it. */
	async #countLoops(): Promise<void> {
		const { durationSec, frameRate } = this.#video;
		const perPass = Math.round((durationSec - this.#job.options.startSec) * frameRate);
		if (perPass > 0 && this.#pictures > 1 && (this.#pictures - 1) % perPass === 0) {
			this.#job.count(ControlWord.loops);
			const identity = await fileIdentity(this.#access.path);
			this.#changed = identity !== undefined && identity !== this.#identity;
		}
	}

	get #loops(): boolean {
		return this.#job.options.loop && !this.#video.live && !this.#video.still && !this.#access.once;
	}

	#info(): SourceInfo {
		const { format, frameRate, codec, durationSec, live, layout } = this.#video;
		return {
			format,
			frameRate,
			codec,
			hwaccel: this.#hwaccel,
			live,
			durationSec: live ? Number.NaN : durationSec,
			layout: layoutWords(layout),
			...(layout.initialView !== undefined && { initialView: layout.initialView }),
		};
	}

	#giveUpHardware(error: FfmpegError | undefined): void {
		if (error === undefined)
			throw new SourceError("not-video", `${this.#label} holds no picture that can be decoded.`);
		if (this.#hwaccel === "none") throw this.#failure(error);
		if (/unrecognized hwaccel/i.test(error.message)) {
			throw new SourceError("no-hardware", `ffmpeg does not know the hardware decoder "${this.#hwaccel}".`, {
				cause: error,
			});
		}
		this.#job.notice(
			`ffmpeg with the hardware decoder "${this.#hwaccel}" did not decode ${this.#label}; ` +
				"it is decoded in software.",
		);
		this.#hwaccel = "none";
	}

	async #waitToReconnect(): Promise<void> {
		const { listener } = this.#access;
		await this.#retry.waitAfterLoss(listener ? `The sender to ${this.#label} has left.` : `${this.#label} ended.`);
		if (!listener) return;
		await this.#bytes?.close();
		this.#bytes = await OneShotBytes.open(this.#job.options, this.#access, this.#job.signal);
	}

	#failure(error: FfmpegError): SourceError {
		const lines = error.message;
		const known = sourceErrorFromFfmpeg(lines, this.#label, error);
		// FFmpeg's own message is kept where no better sentence is known.
		return known.code === "failed"
			? new SourceError("failed", `ffmpeg could not go on with ${this.#label}: ${lines}`, { cause: error })
			: known;
	}

	#arguments(): string[] {
		const { startSec, threads, filter, rtspTransport, inputOptions } = this.#job.options;
		const { stream, picture, filters: upright, frameRate, still, pixelFormat } = this.#video;
		// The filters turn pictures, as ffprobe and the file's own metadata describe them: some
		// versions of ffmpeg don't know all of that.
		const input = [
			...(this.#bytes === undefined ? ["-nostdin"] : []),
			"-hide_banner",
			"-loglevel",
			"error",
			"-noautorotate",
		];
		if (this.#hwaccel !== "none") input.push("-hwaccel", this.#hwaccel);
		if (threads > 0) input.push("-threads", String(threads));
		if (this.#loops) input.push("-stream_loop", "-1");
		if (startSec > 0) input.push("-ss", String(startSec));
		input.push(...inputArguments(this.#access, rtspTransport, inputOptions));
		const scale = `scale=${picture.width}:${picture.height}:out_range=tv`;
		const filters = [
			...upright,
			...(filter === "" ? [] : [filter]),
			isRgb(pixelFormat) ? `${scale}:out_color_matrix=${picture.color.matrix}` : scale,
			"format=yuv420p",
		];
		const output = ["-map", `0:${stream}`, "-vf", filters.join(",")];
		// Raw video has no time stamps, so ffmpeg repeats and drops pictures for a constant rate.
		if (!still) output.push("-r", String(frameRate));
		return [...input, ...output, "-f", "rawvideo", "pipe:1"];
	}
}

/**
 * Reads the beginning of the input.
 * @returns its video, and the bytes that ffmpeg begins with.
 */
async function probeInput(
	job: Job,
	access: SourceAccess,
): Promise<{ video: FfprobeVideo; bytes: OneShotBytes | undefined }> {
	const { options, signal } = job;
	const bytes = await OneShotBytes.open(options, access, signal);
	const close = () => void bytes?.close();
	signal.addEventListener("abort", close);
	try {
		if (job.stopping) throw new Stopping();
		return { video: await ffprobeVideo(options, access, bytes, signal), bytes };
	} catch (error) {
		await bytes?.close();
		throw error;
	} finally {
		signal.removeEventListener("abort", close);
	}
}
