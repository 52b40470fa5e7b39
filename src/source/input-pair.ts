import { AV_PKT_DATA_DISPLAYMATRIX, AVMEDIA_TYPE_VIDEO } from "node-av/constants";
import type { Frame, Stream } from "node-av/lib";
import type { RightEyePicture } from "../metadata/right-eye-picture.ts";
import type { LayoutChoice, WeighedGuess } from "./layout-clues.ts";
import { statementsOfInput } from "./layout-of-input.ts";
import { LibavInput, type LibavInputOptions } from "./libav-input.ts";
import { layoutOfPair, type PairLayout } from "./pair-layout.ts";
import { pairNamedBy } from "./pair-names.ts";
import { differentSizes, type PairArrangement, PictureComposer } from "./picture-composer.ts";
import { orientationFromMatrix, type UprightPicture, uprightSize } from "./picture-orientation.ts";
import { SecondPictures } from "./second-pictures.ts";
import { sourceName } from "./source-name.ts";
import { SourceError } from "./video-source.ts";

/** Options of an input, and those that decide how two are put together. */
export interface PairOptions extends LibavInputOptions, Pick<LayoutChoice, "projection" | "stereo" | "eye"> {
	readonly threads: number;
}

/** An input, and its partner where two files or tracks are read as one source. */
export interface OpenedInput {
	readonly input: LibavInput;
	readonly pair: InputPair | undefined;
}

/**
 * Opens a source: one input, two files (`first+second`), two tracks of one file, or a photo with
 * the right eye's picture inside.
 *
 * @param notice called with lines for the log.
 * @throws {SourceError} when an input can't be opened, or two don't belong together.
 * @throws {Stopping} when `signal` is aborted meanwhile.
 */
export async function openInput(
	options: PairOptions,
	signal: AbortSignal,
	notice: (message: string) => void,
): Promise<OpenedInput> {
	const named = await pairNamedBy(options.spec);
	if (named === undefined) {
		const input = await LibavInput.open(options, signal);
		return orClose(input, () => openWithin(input, options, signal, notice));
	}
	const input = await LibavInput.open({ ...options, spec: named.first }, signal);
	return orClose(input, async () => {
		if (input.heif !== undefined || input.access.pipe !== undefined)
			throw new SourceError(
				"failed",
				`${input.label} can't be one of two files: it is a HEIC picture or a pipe.`,
			);
		const second = await SecondPictures.open({ ...options, spec: named.second }, options.threads, signal);
		return orClose(second, async () => {
			const { width, height } = sizeOf(input.stream);
			const names = { first: sourceName(named.first), second: sourceName(named.second) };
			const layout = layoutOfPair({ ...names, width, height }, options);
			return { input, pair: new InputPair(input, second, layout, notice) };
		});
	});
}

/** The partner of an input within its file. */
async function openWithin(
	input: LibavInput,
	options: PairOptions,
	signal: AbortSignal,
	notice: (message: string) => void,
): Promise<OpenedInput> {
	const tracks = trackPair(input, options);
	if (tracks !== undefined) {
		// The best of two equal tracks may be either.
		const first = input.track === 0 ? input : await reopened(input, { ...options, track: 0 }, signal);
		return orClose(first, async () => {
			const second = await SecondPictures.open({ ...options, track: 1 }, options.threads, signal);
			return { input: first, pair: new InputPair(first, second, tracks, notice) };
		});
	}
	if (!input.still || options.stereo !== "auto" || options.eye === "left") return { input, pair: undefined };
	const { rightEye } = await statementsOfInput(input);
	return { input, pair: rightEye && (await rightEyeOf(input, rightEye, options, signal, notice)) };
}

async function reopened(input: LibavInput, options: PairOptions, signal: AbortSignal): Promise<LibavInput> {
	await input.close();
	return LibavInput.open(options, signal);
}

/** Two tracks of one file that belong together: those of a GoPro MAX, or of an Insta360. */
function trackPair({ format, access, live }: LibavInput, options: PairOptions): PairLayout | undefined {
	if (options.track !== undefined || access.pipe !== undefined || live) return undefined;
	const [first, second] = format.streams.filter(({ codecpar }) => codecpar.codecType === AVMEDIA_TYPE_VIDEO);
	if (first === undefined || second === undefined || !isAlike(first, second)) return undefined;
	const { width, height } = first.codecpar;
	const told = options.projection === "auto" ? undefined : options.projection.kind;
	const name = sourceName(options.spec);
	const clues = { first: name, second: name, width, height };
	if (told === "gopro-max" || told === "dual-fisheye") return layoutOfPair(clues, options);
	if (told !== undefined) return undefined;
	if (/\.360$/i.test(name)) {
		const from = "a GoPro .360 file: two tracks of three cube faces each";
		return {
			arrangement: "stacked",
			guess: { projection: { kind: "gopro-max" }, from, certainty: "likely" },
		};
	}
	if (/\.insv$/i.test(name)) {
		const from = "an Insta360 file: a track for each lens";
		const projection = { kind: "dual-fisheye", layout: "stacked" } as const;
		return { arrangement: "stacked", guess: { projection, from, certainty: "likely" } };
	}
	return undefined;
}

function isAlike(first: Stream, second: Stream): boolean {
	const [a, b] = [first.codecpar, second.codecpar];
	return a.codecId === b.codecId && a.width === b.width && a.height === b.height;
}

/** The right eye's picture inside of a photo. One that can't be read is left out. */
async function rightEyeOf(
	input: LibavInput,
	{ mime, data }: RightEyePicture,
	options: PairOptions,
	signal: AbortSignal,
	notice: (message: string) => void,
): Promise<InputPair | undefined> {
	const spec = `data:${mime};base64,${data.toString("base64")}`;
	try {
		const second = await SecondPictures.open({ ...options, spec, inputFormat: "", inputOptions: {} }, 1, signal);
		return await orClose(second, async () => {
			if ((await second.nearest(0)) === undefined) throw new SourceError("not-video", "It holds no picture.");
			const guess = { stereo: "left-right", from: "XMP (GImage)", certainty: "stated" } as const;
			return new InputPair(input, second, { arrangement: "beside", guess }, notice, true);
		});
	} catch (error) {
		if (!(error instanceof SourceError)) throw error;
		notice(`${input.label} holds a picture for the right eye that can't be read; the left eye's is shown to both.`);
		return undefined;
	}
}

/** The pictures of two inputs, put together as one. */
export class InputPair {
	/** What the pictures are together. */
	readonly guess: WeighedGuess;
	readonly arrangement: PairArrangement;
	/** Name of the second input. */
	readonly secondLabel: string;
	readonly #first: LibavInput;
	readonly #second: SecondPictures;
	readonly #composer: PictureComposer;
	readonly #notice: (message: string) => void;
	#ended = false;
	#saidEnd = false;

	/**
	 * @param first borrowed
	 * @param second owned
	 * @param scale scales the second picture to the first one's size
	 * @throws {SourceError} when the sizes differ and are not to be scaled.
	 */
	constructor(
		first: LibavInput,
		second: SecondPictures,
		{ arrangement, guess }: PairLayout,
		notice: (message: string) => void,
		scale = false,
	) {
		this.#first = first;
		this.#second = second;
		this.arrangement = arrangement;
		this.guess = guess;
		this.#notice = notice;
		const sameFile = first.label === second.input.label;
		const labels: [string, string] = sameFile
			? [`${first.label}, track 0`, `${first.label}, track 1`]
			: [first.label, second.input.label];
		this.secondLabel = labels[1];
		this.#composer = new PictureComposer({
			arrangement,
			orientations: [first.orientation, second.input.orientation],
			labels,
			scale,
		});
		const sizes = [sizeOf(first.stream), sizeOf(second.input.stream)] as const;
		if (!scale && !first.still && (sizes[0].width !== sizes[1].width || sizes[0].height !== sizes[1].height))
			throw differentSizes(labels, sizes);
	}

	/** Length of the shorter one in seconds; NaN when unknown. */
	get durationSec(): number {
		return Math.min(this.#first.durationSec, this.#second.input.durationSec);
	}

	/** True when the second input has ended before the first. */
	get ended(): boolean {
		return this.#ended;
	}

	/** The picture of both, of which `picture` is the first one's. */
	whole(picture: UprightPicture): UprightPicture {
		return this.arrangement === "stacked"
			? { ...picture, height: 2 * picture.height }
			: { ...picture, width: 2 * picture.width };
	}

	/**
	 * Puts the second input's picture of the same time beside a picture of the first.
	 *
	 * @param first owned: it is freed.
	 * @param sec its time from the first input's beginning; NaN if it has none.
	 * @returns a picture that the caller frees; `undefined` when the second input has ended.
	 * @throws {SourceError} when the second can't be read, or the sizes differ.
	 */
	async compose(first: Frame, sec: number): Promise<Frame | undefined> {
		try {
			const second = this.#ended ? undefined : await this.#second.nearest(Number.isNaN(sec) ? 0 : sec);
			if (second !== undefined) return this.#composer.compose(first, second);
			if (!this.#ended)
				this.#sayEnd(`${this.secondLabel} ends at ${sec.toFixed(2)} s, before ${this.#first.label}`);
			this.#ended = true;
			return undefined;
		} finally {
			first.free();
		}
	}

	/** Called at the end of the first input. */
	async firstEnded(): Promise<void> {
		if (this.#ended || this.#first.still || !(await this.#second.hasMore())) return;
		this.#sayEnd(`${this.#first.label} ends before ${this.secondLabel}`);
	}

	/**
	 * Goes to `sec` seconds after the beginning.
	 * @throws {SourceError} when the input can't be read.
	 */
	async restart(sec: number): Promise<void> {
		this.#ended = false;
		await this.#second.restart(sec);
	}

	/** A second call does nothing. */
	async close(): Promise<void> {
		this.#composer[Symbol.dispose]();
		await this.#second.close();
	}

	#sayEnd(what: string): void {
		if (!this.#saidEnd) this.#notice(`${what}: the pair ends with it.`);
		this.#saidEnd = true;
	}
}

/** Size of a stream's pictures when they stand upright, as the container states it. */
function sizeOf(stream: Stream): { readonly width: number; readonly height: number } {
	const { width, height } = stream.codecpar;
	return uprightSize(
		{ width, height },
		orientationFromMatrix(stream.codecpar.getCodedSideData(AV_PKT_DATA_DISPLAYMATRIX)),
	);
}

async function orClose<T>(owned: { close(): Promise<void> }, use: () => Promise<T>): Promise<T> {
	try {
		return await use();
	} catch (error) {
		await owned.close();
		throw error;
	}
}
