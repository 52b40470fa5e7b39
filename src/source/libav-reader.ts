import type { Frame, Packet } from "node-av/lib";
import { type PictureFormat, sameColor } from "../media/panorama.ts";
import { BoundedQueue } from "./bounded-queue.ts";
import { InputRetry } from "./input-retry.ts";
import { type DecodedPicture, LibavConverter } from "./libav-converter.ts";
import { DecoderFailure, LibavDecoder } from "./libav-decoder.ts";
import { LibavInput, newPacket } from "./libav-input.ts";
import { MediaTimeline } from "./media-timeline.ts";
import type { SphericalMetadata } from "./projection-guess.ts";
import { chooseStereo } from "./projection-guess.ts";
import { accessTo, waitingWords } from "./source-access.ts";
import { sourceLabel } from "./source-name.ts";
import type { CompleteLibavOptions } from "./source-options.ts";
import { ControlWord, type SourceJob, Stopping } from "./source-worker.ts";
import { sphereFilters } from "./sphere-filters.ts";
import { layoutOfInput, missingParts, NOTHING_MISSING, type UprightPicture } from "./spherical-metadata.ts";
import { dividedFormat, type StereoLayout } from "./stereo.ts";
import { SourceError, type SourceErrorCode, type SourceInfo } from "./video-source.ts";

/**
 * A decoded picture with its place on the source's one line of time. Whoever holds it frees
 * `frame`.
 */
export interface TimedPicture {
	readonly frame: Frame;
	readonly mediaSec: number;
}

interface PictureLayout {
	readonly stereo: StereoLayout;
	/** Part of each panorama's sphere that the pictures lack. */
	readonly missing: SphericalMetadata["bounds"];
}

/** Takes pictures; resolves false when no more are wanted. */
export type PictureSink = (picture: TimedPicture) => Promise<boolean>;

/**
 * A longer step between the stamps of live pictures is a reset of the sender's clock; in a file of
 * a format whose stamps may leap, a new beginning. FFmpeg's `dts_delta_threshold`.
 */
const LONGEST_STEP_SEC = 10;
/**
 * Damaged packets in a row, with no picture in between, after which the input counts as unreadable.
 */
const MAX_DAMAGED = 300;
/**
 * Packets read ahead of the decoder: a second or so of a live stream; then it is too slow and must
 * skip to a key frame.
 */
const PACKETS_AHEAD = 90;

/**
 * Reads pictures from an input over loops, failures and reconnects, until it ends or nobody wants
 * more.
 */
export class LibavReader {
	readonly #job: SourceJob<CompleteLibavOptions>;
	readonly #retry: InputRetry;
	#input: LibavInput;
	#decoder: LibavDecoder;
	#converter: LibavConverter;
	#timeline: MediaTimeline;
	#hwaccel: string;
	#sink: PictureSink = async () => false;
	/** Pictures of this pass, and of all. */
	#passPictures = 0;
	#pictures = 0;
	#damaged = 0;
	/**
	 * Pictures stamped before this are only decoded: they lead from a key frame to where the pass
	 * begins.
	 */
	#skipBeforeSec = Number.NEGATIVE_INFINITY;
	#lastStampSec = Number.NaN;
	#wanted = true;
	#info: SourceInfo | undefined;
	/** This pass was begun by a seek, which some inputs only seem to do. */
	#rewound = false;
	#canRewind = true;
	/** The file has been replaced: its pictures may be others. */
	#replaced = false;
	#saidGone = false;
	/** How the pictures are laid out, decided at the first. */
	#layout: PictureLayout | undefined;

	private constructor(job: SourceJob<CompleteLibavOptions>, input: LibavInput, retry: InputRetry) {
		this.#job = job;
		this.#retry = retry;
		this.#input = input;
		this.#hwaccel = job.options.hwaccel;
		this.#timeline = new MediaTimeline(
			1 / input.frameRate,
			input.live || input.discontinuous ? LONGEST_STEP_SEC : Number.POSITIVE_INFINITY,
		);
		this.#decoder = this.#openDecoder();
		this.#converter = this.#openConverter();
	}

	/**
	 * Opens the input. A listener goes on listening after a sender that sends no video.
	 *
	 * @throws {SourceError} when the input can't be opened.
	 * @throws {Stopping} when the job is asked to stop.
	 */
	static async open(job: SourceJob<CompleteLibavOptions>): Promise<LibavReader> {
		const { spec, inputFormat, inputOptions } = job.options;
		const access = await accessTo(spec, inputFormat, inputOptions);
		const label = sourceLabel(spec);
		const waiting = waitingWords(access, label);
		if (waiting !== undefined) job.notice(waiting, true);
		const retry = new InputRetry(job, access, label);
		const input = await retry.openFirst(() => LibavInput.open(job.options, job.signal));
		let reader: LibavReader | undefined;
		try {
			reader = new LibavReader(job, input, retry);
			if (job.options.startSec > 0) await reader.#goToStart();
			return reader;
		} catch (error) {
			await (reader ?? input).close();
			throw error;
		}
	}

	/** Pictures are to be shown when they come, not by their stamps. */
	get onArrival(): boolean {
		return this.#input.live && !this.#input.segmented;
	}

	/** Pictures a second; NaN when unknown. */
	get frameRate(): number {
		return this.#input.frameRate;
	}

	/** What the pictures are, divided into eyes; known once one has come out. */
	get info(): SourceInfo | undefined {
		return this.#info;
	}

	/** How the eyes lie in the pictures; known as `info` is. */
	get stereo(): StereoLayout {
		return this.#layout?.stereo ?? "mono";
	}

	/**
	 * Reads until the end.
	 *
	 * @returns why no more pictures come: the input is at its end, it was one still picture, or its
	 * file was replaced by one with other pictures, which needs another reader.
	 * @throws {SourceError}
	 * @throws {Stopping}
	 */
	async run(sink: PictureSink): Promise<"end" | "still" | "changed"> {
		this.#sink = sink;
		while (true) {
			this.#passPictures = 0;
			try {
				await this.#pass();
			} catch (error) {
				if (error instanceof SourceError && (await this.#couldNotRewind())) continue;
				// A pipe has ended however it ended: a picture that is cut off at its end is no
				// damage.
				if (error instanceof SourceError && this.#input.access.pipe !== undefined && this.#pictures > 0)
					return "end";
				await this.#recover(error);
				continue;
			}
			if (this.#replaced) return "changed";
			if (!this.#wanted) return "end";
			if (await this.#endedEarly()) continue;
			if (this.#passPictures === 0) {
				if (await this.#couldNotRewind()) continue;
				throw await this.#noPictures();
			}
			// A file of one picture is shown for good; going round would decode the same again and
			// again.
			if (this.#passPictures <= 1 && this.#pictures <= 1 && !this.#input.live) return "still";
			if (!this.#job.options.loop || this.#input.access.once) return "end";
			await this.#again();
			this.#job.count(ControlWord.loops);
		}
	}

	/**
	 * A pass that gave nothing after a seek: this input is opened again for each pass from now on.
	 * @returns whether that is how it was
	 */
	async #couldNotRewind(): Promise<boolean> {
		if (!this.#rewound || this.#passPictures > 0 || this.#job.stopping) return false;
		this.#canRewind = false;
		await this.#openAgain();
		return true;
	}

	/** A second call does nothing. */
	async close(): Promise<void> {
		this.#converter.close();
		this.#decoder.close();
		await this.#input.close();
	}

	/** From here to the input's end. */
	async #pass(): Promise<void> {
		const packets = this.#input.blocking ? this.#readAhead() : this.#readDirectly();
		for await (const packet of packets) {
			try {
				const good = await this.#decoder.decode(packet, (frame) => this.#onFrame(frame));
				this.#damaged = good ? 0 : this.#damaged + 1;
			} finally {
				packet.free();
			}
			if (!this.#wanted) return;
			if (this.#damaged > MAX_DAMAGED) {
				throw await this.#input.explain(
					new SourceError("not-video", `${this.#input.label} can't be decoded: it is damaged.`),
				);
			}
		}
		await this.#decoder.decode(null, (frame) => this.#onFrame(frame));
		await this.#converter.convert(null, (picture) => this.#onPicture(picture));
	}

	async *#readDirectly(): AsyncGenerator<Packet> {
		while (this.#wanted) {
			const packet = newPacket();
			let more = false;
			try {
				more = await this.#input.read(packet);
			} finally {
				if (!more) packet.free();
			}
			if (!more) return;
			yield packet;
		}
	}

	/**
	 * Packets from an input that may block: read while the decoder works. A live input that is
	 * faster than the decoder loses pictures up to the next key frame instead of falling behind.
	 */
	async *#readAhead(): AsyncGenerator<Packet> {
		const input = this.#input;
		const queue = new BoundedQueue<Packet>(PACKETS_AHEAD);
		const stop = new AbortController();
		let reading = true;
		const done = this.#fill(queue, input, stop.signal)
			.then(
				() => queue.close(),
				(error: unknown) => queue.fail(error),
			)
			.finally(() => {
				reading = false;
			});
		try {
			for (let packet = await queue.shift(); packet !== undefined; packet = await queue.shift()) yield packet;
		} finally {
			stop.abort();
			queue.close();
			for (const packet of queue.clear()) packet.free();
			if (reading) input.format.interrupt();
			await done;
			for (const packet of queue.clear()) packet.free();
		}
	}

	async #fill(queue: BoundedQueue<Packet>, input: LibavInput, stop: AbortSignal): Promise<void> {
		let wantKeyframe = false;
		while (!stop.aborted) {
			const packet = newPacket();
			let kept = false;
			try {
				if (!(await input.read(packet)) || stop.aborted) return;
				if (wantKeyframe && !packet.isKeyframe) {
					this.#job.count(ControlWord.framesDropped);
					continue;
				}
				wantKeyframe = false;
				kept = input.live && !input.segmented ? queue.tryPush(packet) : await queue.push(packet);
				if (!kept && !stop.aborted) {
					const lost = queue.clear();
					for (const old of lost) old.free();
					this.#job.count(ControlWord.framesDropped, lost.length + 1);
					wantKeyframe = !packet.isKeyframe;
					kept = packet.isKeyframe && queue.tryPush(packet);
				}
			} finally {
				if (!kept) packet.free();
			}
		}
	}

	async #onFrame(frame: Frame): Promise<void> {
		this.#job.count(ControlWord.framesDecoded);
		await this.#converter.convert(frame, (picture) => this.#onPicture(picture));
	}

	async #onPicture({ frame, stampSec, durationSec }: DecodedPicture): Promise<void> {
		this.#lastStampSec = Number.isNaN(stampSec) ? this.#lastStampSec : stampSec;
		if (!this.#wanted || stampSec < this.#skipBeforeSec) {
			frame.free();
			return;
		}
		// Only up to the first: stamps may leap back after it.
		this.#skipBeforeSec = Number.NEGATIVE_INFINITY;
		this.#retry.succeeded();
		if (this.#info === undefined) this.#info = this.#describe();
		else if (this.#replaced) {
			const info = this.#describe();
			this.#replaced = !samePictures(this.#info, info);
			if (this.#replaced) {
				this.#wanted = false;
				frame.free();
				return;
			}
		}
		this.#passPictures++;
		this.#pictures++;
		const mediaSec = this.#timeline.next(stampSec, durationSec);
		this.#wanted = await this.#sink({ frame, mediaSec });
	}

	#describe(): SourceInfo {
		const { durationSec, frameRate, live, label } = this.#input;
		const picture = this.#converter.format!;
		const { codecName: codec, hwaccel } = this.#decoder;
		// FFmpeg's reader of still pictures claims 25 a second.
		const still = this.#input.still;
		return {
			format: dividedFormat(picture, this.stereo, label),
			frameRate: still ? Number.NaN : frameRate,
			codec,
			hwaccel,
			live,
			durationSec: live ? Number.NaN : durationSec,
		};
	}

	/**
	 * Filters that make whole panoramas of upright pictures. The first picture decides how all are
	 * laid out.
	 */
	async #complete(picture: UprightPicture): Promise<readonly string[]> {
		const { spec, stereo, filter } = this.#job.options;
		const filtered = filter !== "";
		if (this.#layout === undefined) {
			const { guess, spherical } = await layoutOfInput(this.#input, spec, picture);
			const { layout, advice } = chooseStereo(stereo, guess, picture, filtered);
			if (advice !== undefined) this.#job.notice(`${this.#input.label} ${advice}.`, true);
			this.#layout = { stereo: layout, missing: filtered ? NOTHING_MISSING : missingParts(spherical) };
		}
		return sphereFilters(picture, this.#layout.missing, this.#layout.stereo);
	}

	/**
	 * Decides whether `error` is the end or another attempt; returns when the input is open again.
	 */
	async #recover(error: unknown): Promise<void> {
		if (this.#job.stopping || error instanceof Stopping) throw new Stopping();
		if (error instanceof DecoderFailure) {
			if (this.#decoder.hwaccel !== "none" && this.#pictures === 0) {
				const used = this.#decoder.hwaccel;
				this.#job.notice(
					`${used} can't decode ${this.#input.label} (${error.message.toLowerCase()}); it is decoded in software.`,
				);
				this.#hwaccel = "none";
				return this.#reopen();
			}
			throw new SourceError("failed", `${this.#input.label} can't be decoded: ${error.message.toLowerCase()}.`, {
				cause: error,
			});
		}
		const connection =
			error instanceof SourceError && ["connection", "not-found", "failed", "not-video"].includes(error.code);
		const { network, access } = this.#input;
		if (!connection || !network || !this.#job.options.reconnect || (this.#pictures === 0 && !access.listener))
			throw error;
		const left = access.listener && error.code === "connection" && this.#passPictures > 0;
		await this.#reconnect(left ? `The sender to ${this.#input.label} has left.` : error.message, error.code);
	}

	/** A network input that ends though it should not is opened again. @returns whether it was. */
	async #endedEarly(): Promise<boolean> {
		const input = this.#input;
		const { listener } = input.access;
		if (!input.network || !this.#job.options.reconnect || (this.#pictures === 0 && !listener)) return false;
		if (input.live) {
			await this.#reconnect(listener ? `The sender to ${input.label} has left.` : `${input.label} ended.`);
			return true;
		}
		const missingSec = input.startSec + input.durationSec - this.#lastStampSec;
		// Without progress in this pass there is nothing more to be had: the file is just shorter
		// than it says.
		if (!(missingSec > Math.max(1, 2 / input.frameRate)) || this.#passPictures === 0) return false;
		await this.#reconnect(`The connection to ${input.label} broke off ${missingSec.toFixed(1)} s before its end.`);
		return true;
	}

	async #reconnect(reason: string, code?: SourceErrorCode): Promise<void> {
		while (true) {
			await this.#retry.waitAfterLoss(reason, code);
			try {
				return await this.#reopen();
			} catch (error) {
				if (!(error instanceof SourceError)) throw error;
				({ message: reason, code } = error);
			}
		}
	}

	/** Opens the input anew, at the place where it was lost if it has places. */
	async #reopen(): Promise<void> {
		// The old one goes first: it holds the UDP port or the camera's only place. Until the new
		// one is open, nothing but plain fields may be asked of it.
		await this.close();
		const input = await LibavInput.open(this.#job.options, this.#job.signal);
		this.#input = input;
		this.#damaged = 0;
		this.#decoder = this.#openDecoder();
		// A file that was replaced is a new one, with a size and a layout of its own.
		if (this.#replaced) this.#layout = undefined;
		this.#converter = this.#openConverter(this.#replaced ? undefined : this.#converter.format);
		if (input.live) this.#timeline.join();
		else if (!Number.isNaN(this.#lastStampSec)) {
			this.#skipBeforeSec = this.#lastStampSec + 1e-4;
			this.#rewound = this.#canRewind && input.seekable && (await input.seek(this.#lastStampSec));
		} else if (this.#job.options.startSec > 0) await this.#goToStart();
	}

	/** Back to where a pass begins, by opening the input anew where that is the only way. */
	async #again(): Promise<void> {
		this.#timeline.join();
		this.#lastStampSec = Number.NaN;
		const { label } = this.#input;
		const file = await this.#input.file();
		if (file === "gone" && !this.#saidGone)
			this.#job.notice(`${label} was deleted. What was opened of it plays on.`);
		this.#saidGone = file === "gone";
		this.#replaced = file === "replaced";
		if (this.#replaced) return this.#openAgain();
		this.#rewound = this.#canRewind && this.#input.seekable && (await this.#goToStart());
		if (this.#rewound) this.#decoder.flush();
		else await this.#openAgain();
	}

	/** Reopens the input for a loop; logs nothing unless that fails. */
	async #openAgain(): Promise<void> {
		this.#rewound = false;
		try {
			await this.#reopen();
		} catch (error) {
			// A file that has just been replaced may not be whole yet.
			const passing = this.#replaced || (this.#input.network && this.#job.options.reconnect);
			if (!(error instanceof SourceError) || !passing) throw error;
			await this.#reconnect(error.message, error.code);
		}
	}

	async #goToStart(): Promise<boolean> {
		const { startSec } = this.#input;
		const offsetSec = this.#job.options.startSec;
		// A fraction of a picture early, so that rounding never leaves out the very picture that
		// was asked for.
		this.#skipBeforeSec = offsetSec > 0 ? startSec + offsetSec - 1e-3 : Number.NEGATIVE_INFINITY;
		return this.#input.seekable && this.#input.seek(startSec + offsetSec);
	}

	#openDecoder(): LibavDecoder {
		const { live, frameRate, label, stream } = this.#input;
		const decoder = new LibavDecoder(stream, {
			hwaccel: this.#hwaccel,
			threads: this.#job.options.threads,
			live,
			frameRate,
			label,
		});
		// With `auto` nobody has asked for hardware: `info.hwaccel` says what is used.
		const asked = this.#job.options.hwaccel !== "auto";
		if (asked && decoder.fallbackReason !== undefined && !this.#input.still) {
			this.#job.notice(
				`No hardware decodes ${label}: ${decoder.fallbackReason}. It is decoded in software.`,
				true,
			);
		}
		// Found out once; every further opening uses what was found.
		this.#hwaccel = decoder.hwaccel;
		return decoder;
	}

	#openConverter(target?: PictureFormat): LibavConverter {
		const { stream, orientation, pixelAspect, frameRate, label } = this.#input;
		return new LibavConverter(stream, {
			filter: this.#job.options.filter,
			orientation,
			pixelAspect,
			frameRate,
			label,
			notice: (message) => this.#job.notice(message),
			assembly: this.#input.heif,
			complete: (picture) => this.#complete(picture),
			target,
		});
	}

	async #noPictures(): Promise<SourceError> {
		const { label, durationSec } = this.#input;
		const { startSec } = this.#job.options;
		if (startSec > 0 && !(startSec < durationSec)) {
			return new SourceError(
				"failed",
				`${label} has no picture at ${startSec} s: it is ${durationSec.toFixed(2)} s long.`,
			);
		}
		return this.#input.explain(new SourceError("not-video", `${label} holds no picture that can be decoded.`));
	}
}

/** Whether pictures fit into the same store, and are divided alike. */
function samePictures({ format: a }: SourceInfo, { format: b }: SourceInfo): boolean {
	return a.width === b.width && a.height === b.height && a.eyes === b.eyes && sameColor(a.color, b.color);
}
