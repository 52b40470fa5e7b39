import { AV_NOPTS_VALUE } from "node-av/constants";
import type { Frame, Packet } from "node-av/lib";
import { assert } from "../media/assert.ts";
import { monotonicSec } from "../media/clock.ts";
import type { PictureFormat } from "../media/panorama.ts";
import { blockingPackets } from "./blocking-packets.ts";
import { type CaptureTimes, NOT_STATED } from "./capture-times.ts";
import { type InputPair, type OpenedInput, openInput } from "./input-pair.ts";
import { InputRetry } from "./input-retry.ts";
import { statementsOfInput } from "./layout-of-input.ts";
import { asI420, type DecodedPicture, LibavConverter, type SampleWish } from "./libav-converter.ts";
import { DecoderFailure, LibavDecoder } from "./libav-decoder.ts";
import type { LibavInput } from "./libav-input.ts";
import { LONGEST_STEP_SEC, MediaTimeline } from "./media-timeline.ts";
import type { PacketCopier } from "./packet-copier.ts";
import type { PacketKeeper } from "./packet-keeper.ts";
import { PacketsAhead } from "./packets-ahead.ts";
import { UPRIGHT, type UprightPicture } from "./picture-orientation.ts";
import type { PicturePasser } from "./picture-passer.ts";
import { type PictureReader, type PictureSink, samePictures } from "./picture-reader.ts";
import { EARLY_SEC } from "./place-jumps.ts";
import { SoundFeed } from "./sound-feed.ts";
import { accessTo, waitingWords } from "./source-access.ts";
import { decideLayout, geometryOf, layoutWords, type SourceLayout } from "./source-layout.ts";
import { sourceLabel, sourceName } from "./source-name.ts";
import type { CompleteLibavOptions } from "./source-options.ts";
import { ControlWord, type ReadingJob, Stopping } from "./source-worker.ts";
import { dividedFormat, type PicturePacking, packingOf } from "./stereo.ts";
import { SourceError, type SourceErrorCode, type SourceInfo } from "./video-source.ts";

/** Jumps of a reader. */
interface Jump {
	count: number;
	/** Place that the next pass begins at, in place of the present one; seconds. */
	nextSec: number | undefined;
	/** Stamp that the present pass was to begin at, if a jump has begun it. */
	stampSec: number | undefined;
}

/** What follows the packets of an input, beside the decoder. */
interface Followers {
	/** Finds the capture times that they state. */
	readonly captures?: CaptureTimes | undefined;
	/** Copies them. */
	readonly copier?: PacketCopier | undefined;
}

/** Most damaged packets in a row, with no picture in between, of a readable input. */
const MAX_DAMAGED = 300;

/**
 * Reads pictures from an input over loops, failures and reconnects, until it ends or no more
 * pictures are wanted.
 *
 * A *pass* leads from the input's beginning, or the place where it was lost, to its end. Three
 * fields describe the pass, and change together where one begins: `#passPictures` counts its
 * pictures, of which each is stamped at least `#skipBeforeSec` if it is the first; `#lastStampSec`
 * is the stamp of its newest decoded picture, shown or skipped, or NaN before the first. A pass
 * that goes on after a loss begins right behind `#lastStampSec`; a loop sets it to NaN first, a
 * jump to the place that it leads to.
 */
export class LibavReader implements PictureReader {
	/** Begins again at the input's end. */
	loop: boolean;
	readonly #job: ReadingJob<CompleteLibavOptions>;
	readonly #retry: InputRetry;
	readonly #want: SampleWish;
	#input: LibavInput;
	/** Partner of the input, where two files or tracks are one source. */
	#pair: InputPair | undefined;
	#decoder: LibavDecoder;
	#converter: LibavConverter;
	#timeline: MediaTimeline;
	#hwaccel: string;
	/** Pictures of this pass. */
	#passPictures = 0;
	/** Pictures of all passes. */
	#pictures = 0;
	#damaged = 0;
	/**
	 * Pictures stamped before this are only decoded: they lead from a key frame to the beginning of
	 * the pass. Negative infinity after the first picture of the pass.
	 */
	#skipBeforeSec = Number.NEGATIVE_INFINITY;
	/** Stamp of the newest decoded picture of this pass; NaN before the first. */
	#lastStampSec = Number.NaN;
	#wanted = true;
	#info: SourceInfo | undefined;
	/** True when a seek began this pass; some inputs only seem to seek. */
	#rewound = false;
	#canRewind = true;
	/** True when the file has been replaced: its pictures may be different. */
	#replaced = false;
	#saidGone = false;
	/** Layout of the pictures, decided at the first. */
	#layout: SourceLayout | undefined;
	readonly #jumped: Jump = { count: 0, nextSec: undefined, stampSec: undefined };
	#sound: SoundFeed | undefined;
	/** True when the next pass follows the one before without a gap. */
	#loops = false;
	/** Keeps the packets of a live input, or passes them on. */
	#keeper: PacketKeeper | PicturePasser | undefined;
	#followers: Followers = {};

	private constructor(
		job: ReadingJob<CompleteLibavOptions>,
		{ input, pair }: OpenedInput,
		retry: InputRetry,
		want: SampleWish,
	) {
		this.#job = job;
		this.#pair = pair;
		this.#retry = retry;
		this.#want = want;
		this.#input = input;
		this.#hwaccel = job.options.hwaccel;
		this.loop = job.options.loop;
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
	 * @param want kind of samples of the pictures.
	 * @param how `hasSound`: its sound is read too; `keeper` keeps the packets, if it is live, or
	 * passes them on; `copier` copies them; `captures` finds the capture times that they state.
	 * @throws {SourceError} when the input can't be opened.
	 * @throws {Stopping} when the job is asked to stop.
	 */
	static async open(
		job: ReadingJob<CompleteLibavOptions>,
		want: SampleWish = asI420,
		{
			hasSound = false,
			keeper,
			...followers
		}: Followers & {
			readonly hasSound?: boolean;
			readonly keeper?: PacketKeeper | PicturePasser | undefined;
		} = {},
	): Promise<LibavReader> {
		const { spec, inputFormat, inputOptions } = job.options;
		const access = await accessTo(spec, inputFormat, inputOptions);
		const label = sourceLabel(spec);
		const waiting = waitingWords(access, label);
		if (waiting !== undefined) job.notice(waiting, true);
		const retry = new InputRetry(job, access, label);
		const notice = (message: string) => job.notice(message, true);
		const opened = await retry.openFirst(() => openInput(job.options, job.signal, notice));
		let reader: LibavReader | undefined;
		try {
			reader = new LibavReader(job, opened, retry, want);
			if (hasSound) await reader.#openSound();
			reader.#followers = followers;
			await reader.#follow(keeper);
			if (job.options.startSec > 0) await reader.#goToStart();
			return reader;
		} catch (error) {
			await (reader?.close() ?? Promise.all([opened.pair?.close(), opened.input.close()]));
			throw error;
		}
	}

	/** True when pictures are shown on arrival, not by their stamps. */
	get onArrival(): boolean {
		return this.#input.live && !this.#input.segmented;
	}

	/** Pictures a second; NaN when unknown. */
	get frameRate(): number {
		return this.#input.frameRate;
	}

	/** FFmpeg's name of the pictures' pixel format; known after the first picture. */
	get pixelFormat(): string {
		return this.#converter.pixelFormat;
	}

	/** True if `jumpTo` finds its place: the input is no live one, and can be read again. */
	get canJump(): boolean {
		const { live, access, seekable, still } = this.#input;
		return !live && !still && !access.once && seekable && this.durationSec > 0;
	}

	/** Length in seconds; NaN when unknown or endless. */
	get durationSec(): number {
		return this.#input.live ? Number.NaN : (this.#pair ?? this.#input).durationSec;
	}

	/** Number of jumps. A picture with another number was read for a place that is given up. */
	get jumps(): number {
		return this.#jumped.count;
	}

	/** True while a jump has not begun. After the end of `run`, another `run` obeys it. */
	get jumping(): boolean {
		return this.#jumped.nextSec !== undefined;
	}

	/**
	 * Goes on with the first picture at or after `positionSec`, as FFmpeg's `-ss` does, or the last
	 * one. Pictures under way are given up.
	 * @param positionSec seconds from the input's first picture.
	 */
	jumpTo(positionSec: number): void {
		this.#jumped.nextSec = positionSec;
		this.#jumped.count++;
	}

	/**
	 * Plays the sound by its stamps; sound that is played on arrival has a clock of its own.
	 * @param offsetSec seconds from media time to the monotonic clock; NaN: it stands still.
	 */
	playSound(offsetSec: number): void {
		if (this.#sound !== undefined && !this.onArrival) this.#sound.ring.offsetSec = offsetSec;
	}

	/** The opened input. It is replaced when the input is lost and opened again. */
	get input(): LibavInput {
		return this.#input;
	}

	/** Description of the pictures, divided into eyes; known after the first picture. */
	get info(): SourceInfo | undefined {
		return this.#info;
	}

	/** The panoramas in the pictures, and those that are read; known when `info` is. */
	get packing(): PicturePacking {
		return this.#layout?.packing ?? packingOf("mono");
	}

	/**
	 * Reads until the end.
	 *
	 * @param sink gets each picture, and owns its frame.
	 * @returns the reason of the end: the input is at its end, it was one still picture, or its
	 * file was replaced by one with other pictures, which needs another reader.
	 * @throws {SourceError} when the input can't be read any further.
	 * @throws {Stopping} when the job is asked to stop.
	 */
	async run(sink: PictureSink): Promise<"end" | "still" | "changed"> {
		while (true) {
			this.#passPictures = 0;
			try {
				await this.#jump();
				await this.#pass(sink);
			} catch (error) {
				if (error instanceof SourceError && (await this.#couldNotRewind())) continue;
				// The end of a pipe is the end, also with an error: a picture that is cut off there
				// is no damage.
				if (error instanceof SourceError && this.#input.access.pipe !== undefined && this.#pictures > 0)
					return "end";
				await this.#recover(error);
				continue;
			}
			if (this.#replaced) return "changed";
			if (!this.#wanted) return "end";
			if (this.#jumped.nextSec !== undefined || this.#isPastLastPicture()) continue;
			if (await this.#endedEarly()) continue;
			if (this.#passPictures === 0) {
				if (await this.#couldNotRewind()) continue;
				throw await this.#noPictures();
			}
			// A file of one picture is shown for good: another pass would decode the same again.
			const isWhole = this.#jumped.stampSec === undefined && !this.#input.live;
			if (this.#passPictures <= 1 && this.#pictures <= 1 && isWhole) return "still";
			if (!this.loop || this.#input.access.once) return "end";
			await this.#again();
			this.#job.count(ControlWord.loops);
		}
	}

	/**
	 * Handles a pass that gave nothing after a seek: this input is opened again for each pass from
	 * now on.
	 * @returns true if the pass was such a one.
	 */
	async #couldNotRewind(): Promise<boolean> {
		if (!this.#rewound || this.#passPictures > 0 || this.#job.stopping) return false;
		this.#canRewind = false;
		await this.#openAgain();
		return true;
	}

	/** Begins the pass that a jump asks for. */
	async #jump(): Promise<void> {
		const positionSec = this.#jumped.nextSec;
		if (positionSec === undefined) return;
		this.#jumped.nextSec = undefined;
		this.#timeline.join();
		this.#converter.flush();
		this.#damaged = 0;
		this.#jumped.stampSec = this.#input.startSec + positionSec - EARLY_SEC;
		// A connection that is lost goes on here.
		this.#lastStampSec = this.#jumped.stampSec;
		this.#rewound = this.#canRewind && this.#input.seekable && (await this.#goTo(positionSec));
		if (this.#rewound) this.#decoder.flush();
		else await this.#openAgain();
	}

	/**
	 * Jumps to the last picture if a jump led to a place behind it: containers state their length
	 * roughly.
	 * @returns true if it does.
	 */
	#isPastLastPicture(): boolean {
		const lastSec = this.#lastStampSec;
		if (this.#passPictures > 0 || this.#jumped.stampSec === undefined || !(lastSec < this.#jumped.stampSec))
			return false;
		this.#jumped.nextSec = lastSec - this.#input.startSec;
		return true;
	}

	/** A second call does nothing. */
	async close(): Promise<void> {
		this.#sound?.rest();
		this.#converter.close();
		this.#decoder.close();
		await this.#pair?.close();
		await this.#input.close();
	}

	/** Reads from here to the input's end. */
	async #pass(sink: PictureSink): Promise<void> {
		const onPicture = (picture: DecodedPicture) => this.#onPicture(picture, sink);
		const onFrame = (frame: Frame) => this.#onFrame(frame, onPicture);
		this.#sound?.restart(this.#skipBeforeSec, this.#loops);
		this.#loops = false;
		const packets = this.#input.blocking
			? blockingPackets(this.#input, {
					onDropped: (pictures) => this.#job.count(ControlWord.framesDropped, pictures),
					readsOn: () => this.jumping,
				})
			: this.#readDirectly();
		for await (const packet of packets) {
			try {
				const fate = this.#keeper?.fate(packet) ?? "decode";
				if (fate === "anew") this.#decoder.flush();
				const good = fate === "skip" || (await this.#decoder.decode(packet, onFrame));
				this.#damaged = good ? 0 : this.#damaged + 1;
			} finally {
				packet.free();
			}
			if (!this.#wanted || this.#jumped.nextSec !== undefined) return;
			if (this.#pair?.ended === true) break;
			if (this.#damaged > MAX_DAMAGED) {
				throw await this.#input.explain(
					new SourceError("not-video", `${this.#input.label} can't be decoded: it is damaged.`),
				);
			}
		}
		await this.#decoder.decode(null, onFrame);
		await this.#converter.convert(null, onPicture);
		await this.#pair?.firstEnded();
	}

	async *#readDirectly(): AsyncGenerator<Packet> {
		const { tickSec } = this.#input;
		using ahead = new PacketsAhead(this.#input, tickSec, () =>
			this.#sound?.wanted ? this.#sound.newestSec : undefined,
		);
		while (this.#wanted) {
			const packet = await ahead.next();
			if (packet === undefined) return;
			yield packet;
		}
	}

	async #onFrame(frame: Frame, onPicture: (picture: DecodedPicture) => Promise<void>): Promise<void> {
		this.#job.count(ControlWord.framesDecoded);
		if (this.#leadsToPlace(frame)) return frame.free();
		const whole = this.#pair === undefined ? frame : await this.#pair.compose(frame, this.#secOf(frame));
		if (whole !== undefined) await this.#converter.convert(whole, onPicture);
	}

	/** True for a picture that is only decoded, or given up, and need not be converted. */
	#leadsToPlace(frame: Frame): boolean {
		if (this.#jumped.nextSec !== undefined) return true;
		const isPlain = this.#info !== undefined && this.#pair === undefined && this.#job.options.filter === "";
		const stampSec = this.#secOf(frame) + this.#input.startSec;
		if (!isPlain || !(stampSec < this.#skipBeforeSec)) return false;
		this.#lastStampSec = stampSec;
		return true;
	}

	/** Time of a decoded picture from the input's beginning; NaN if it has none. */
	#secOf({ bestEffortTimestamp, pts }: Frame): number {
		const stamp = bestEffortTimestamp === AV_NOPTS_VALUE ? pts : bestEffortTimestamp;
		return stamp === AV_NOPTS_VALUE ? Number.NaN : Number(stamp) * this.#input.tickSec - this.#input.startSec;
	}

	async #onPicture({ frame, stampSec, durationSec }: DecodedPicture, sink: PictureSink): Promise<void> {
		if (this.#jumped.nextSec !== undefined) return frame.free();
		this.#lastStampSec = Number.isNaN(stampSec) ? this.#lastStampSec : stampSec;
		if (!this.#wanted || stampSec < this.#skipBeforeSec) {
			frame.free();
			return;
		}
		// Only the first picture is tested: stamps may leap back after it.
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
		this.#sound?.pictureAt(stampSec, mediaSec);
		this.#keeper?.pictureAt(stampSec, mediaSec);
		const positionSec = stampSec - this.#input.startSec;
		const { cameraUs, capturedSec: worldSec } = this.#followers.captures?.at(stampSec) ?? NOT_STATED;
		const times = { mediaSec, stampSec, durationSec, positionSec, worldSec, cameraUs };
		this.#wanted = await sink({ frame, ...times, jump: this.#jumped.count });
	}

	#describe(): SourceInfo {
		const { frameRate, live, label, orientation } = this.#input;
		const picture = this.#converter.format;
		const layout = this.#layout;
		assert(picture !== undefined && layout !== undefined, "The pictures are known once one has come.");
		const { codecName: codec, hwaccel } = this.#decoder;
		const { threads, filter } = this.#job.options;
		this.#keeper?.describe({ picture, packing: this.packing, hwaccel, threads, filter });
		// FFmpeg's reader of still pictures claims a rate of 25.
		const still = this.#input.still;
		return {
			format: { ...dividedFormat(picture, layout.stereo, label, layout.projection), ...geometryOf(layout) },
			frameRate: still ? Number.NaN : frameRate,
			codec,
			hwaccel,
			live,
			durationSec: this.durationSec,
			layout: layoutWords(layout),
			packing: layout.packing,
			...((orientation.rotationDeg !== 0 || orientation.mirrored) && { codedOrientation: orientation }),
			...(this.#sound && { sound: this.#sound.ring.handle }),
			...(layout.initialView !== undefined && { initialView: layout.initialView }),
		};
	}

	/** The first picture decides the layout of all. */
	async #onShape(picture: UprightPicture): Promise<void> {
		if (this.#layout !== undefined) return;
		const { options } = this.#job;
		const name = sourceName(options.spec);
		const clues = { ...(await statementsOfInput(this.#input)), name, picture, pair: this.#pair?.guess };
		this.#layout = decideLayout(clues, options);
		for (const advice of this.#layout.advice) this.#job.notice(`${this.#input.label} ${advice}.`, true);
	}

	/**
	 * Decides between the end and another attempt after `error`; returns when the input is open
	 * again.
	 * @throws {SourceError} when there is no other attempt.
	 * @throws {Stopping} when the job is asked to stop.
	 */
	async #recover(error: unknown): Promise<void> {
		if (this.#job.stopping || error instanceof Stopping) throw new Stopping();
		if (error instanceof DecoderFailure) {
			if (this.#decoder.hwaccel !== "none" && this.#pictures === 0) {
				const used = this.#decoder.hwaccel;
				this.#job.notice(
					`${used} can't decode ${this.#input.label} (${error.message.toLowerCase()}); ` +
						"it is decoded in software.",
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

	/**
	 * Opens a network input again that ended before its end.
	 * @returns true if it was opened again.
	 */
	async #endedEarly(): Promise<boolean> {
		const input = this.#input;
		const { listener } = input.access;
		if (!input.network || !this.#job.options.reconnect || (this.#pictures === 0 && !listener)) return false;
		if (input.live) {
			await this.#reconnect(listener ? `The sender to ${input.label} has left.` : `${input.label} ended.`);
			return true;
		}
		const missingSec = input.startSec + input.durationSec - this.#lastStampSec;
		// Without progress in this pass nothing more can be read: the file is just shorter than it
		// states.
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
		// The old one is closed first: it holds the UDP port, or the only connection of a camera.
		// Until the new one is open, only plain fields of it are valid.
		await this.close();
		const { input, pair } = await openInput(this.#job.options, this.#job.signal, (message) =>
			this.#job.notice(message, true),
		);
		this.#input = input;
		this.#pair = pair;
		this.#takeSound();
		await this.#follow(this.#keeper);
		this.#damaged = 0;
		this.#decoder = this.#openDecoder();
		// A file that was replaced has a size and a layout of its own.
		if (this.#replaced) this.#layout = undefined;
		this.#converter = this.#openConverter(this.#replaced ? undefined : this.#converter.format);
		if (input.live) this.#timeline.join();
		else if (!Number.isNaN(this.#lastStampSec)) {
			this.#skipBeforeSec = this.#lastStampSec + 1e-4;
			this.#rewound = this.#canRewind && input.seekable && (await input.seek(this.#lastStampSec));
		} else if (this.#job.options.startSec > 0) await this.#goToStart();
	}

	/**
	 * Goes back to the beginning of a pass, by opening the input anew where there is no other way.
	 */
	async #again(): Promise<void> {
		this.#timeline.join();
		this.#loops = true;
		this.#lastStampSec = Number.NaN;
		this.#jumped.stampSec = undefined;
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

	/** Opens the input again for a loop; logs nothing unless that fails. */
	async #openAgain(): Promise<void> {
		this.#rewound = false;
		try {
			await this.#reopen();
		} catch (error) {
			// A file that has just been replaced may be incomplete.
			const passing = this.#replaced || (this.#input.network && this.#job.options.reconnect);
			if (!(error instanceof SourceError) || !passing) throw error;
			await this.#reconnect(error.message, error.code);
		}
	}

	#goToStart(): Promise<boolean> {
		return this.#goTo(this.#job.options.startSec);
	}

	/** @returns false if the input can't seek. */
	async #goTo(offsetSec: number): Promise<boolean> {
		const { startSec } = this.#input;
		this.#skipBeforeSec = offsetSec > 0 ? startSec + offsetSec - EARLY_SEC : Number.NEGATIVE_INFINITY;
		if (!this.#input.seekable || !(await this.#input.seek(startSec + offsetSec))) return false;
		await this.#pair?.restart(offsetSec);
		return true;
	}

	async #openSound(): Promise<void> {
		const { sound: kind, soundTrack: track } = this.#job.options;
		const notice = (message: string) => this.#job.notice(message, true);
		this.#sound = await SoundFeed.open(this.#input, { kind, track }, this.onArrival, notice, monotonicSec);
		if (this.#sound !== undefined) this.#input.onSound = (packet) => this.#sound?.take(packet);
	}

	/** Pictures that are put together of two inputs can't be kept. */
	async #follow(keeper: PacketKeeper | PicturePasser | undefined): Promise<void> {
		const { captures, copier } = this.#followers;
		await captures?.opened(this.#input);
		this.#keeper = this.#pair === undefined ? keeper : undefined;
		this.#keeper?.opened(this.#input, captures);
		if (this.#pair !== undefined) keeper?.composed();
		// The packets of one input, or of one tile, are not the source.
		if (this.#pair === undefined && this.#input.heif === undefined) copier?.opened(this.#input, captures);
	}

	/** Reads the sound of an input that was opened anew. */
	#takeSound(): void {
		if (this.#sound === undefined) return;
		this.#sound.reopened(this.#input);
		this.#input.onSound = (packet) => this.#sound?.take(packet);
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
		// `auto` is no request for hardware: `info.hwaccel` says what is used.
		const asked = this.#job.options.hwaccel !== "auto";
		if (asked && decoder.fallbackReason !== undefined && !this.#input.still) {
			this.#job.notice(
				`No hardware decodes ${label}: ${decoder.fallbackReason}. It is decoded in software.`,
				true,
			);
		}
		// Found out once, and used at every further opening.
		this.#hwaccel = decoder.hwaccel;
		return decoder;
	}

	#openConverter(target?: PictureFormat): LibavConverter {
		const { stream, orientation, pixelAspect, frameRate, label } = this.#input;
		return new LibavConverter(stream, {
			filter: this.#job.options.filter,
			// Two pictures were set upright before they were put together.
			orientation: this.#pair === undefined ? orientation : UPRIGHT,
			pixelAspect,
			frameRate,
			label,
			notice: (message) => this.#job.notice(message),
			assembly: this.#input.heif,
			onShape: (picture) => this.#onShape(picture),
			want: this.#want,
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
