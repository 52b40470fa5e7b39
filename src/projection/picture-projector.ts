import { type PanoramaFormat, type PictureColor, pictureLayout } from "../media/panorama.ts";
import type { ProjectionSpec } from "../media/projection.ts";
import { type HeapBlock, SharedHeap } from "../media/shared-heap.ts";
import type { View } from "../media/view.ts";
import { specKey } from "./panorama-input.ts";
import { PanoramaWriter, PLANE_NAMES } from "./panorama-writer.ts";
import type { DrawOptions, PanoramaPicture, Projector } from "./projector.ts";
import { chooseProjector, openProjector, type ProjectorChoice, projectorBytes } from "./projector-choice.ts";

/**
 * A picture in ordinary memory, rows from top to bottom without padding. The number of bytes says
 * what it holds: 1.5 bytes for each pixel are I420 (all of Y, then U, then V), 3 are RGB, and 4 are
 * RGBA, as in the browser's `ImageData`.
 */
export interface PlainPicture {
	readonly data: Uint8Array | Uint8ClampedArray;
	/** Even. */
	readonly width: number;
	/** Even. */
	readonly height: number;
	/** Place of the chroma samples of I420. @default "left" */
	readonly chromaSiting?: PictureColor["chromaSiting"] | undefined;
	/**
	 * Chroma of a panorama of 1.5 bytes for each pixel: a plane of U, then one of V; or, `nv12`,
	 * one plane in which they alternate. Views are always I420.
	 * @default "i420"
	 */
	readonly chromaLayout?: "i420" | "nv12" | undefined;
	/** The projection of a panorama. @default the whole sphere, equirectangular */
	readonly projection?: ProjectionSpec | undefined;
}

/** Options of `createProjector`. */
export interface ProjectorOptions {
	/**
	 * Most memory that the projector takes, bytes. A panorama of 3840x1920 takes 12 MB, a view of
	 * 1920x1080 takes 4 MB.
	 * @default 1 GiB
	 */
	readonly maxBytes?: number | undefined;
}

/** The sampling of a view: part of `DrawOptions`. */
export type SamplingOptions = Pick<DrawOptions, "kernel" | "antialias">;

const SPHERE: ProjectionSpec = { kind: "equirect" };

/** Bytes of a pixel: I420, RGB or RGBA. */
const PIXEL_BYTES = [1.5, 3, 4] as const;
type PixelBytes = (typeof PIXEL_BYTES)[number];

/**
 * Makes a projector for pictures in ordinary memory.
 *
 * @throws {WebAssembly.CompileError} when the engine lacks SIMD or shared memory.
 */
export async function createProjector(options: ProjectorOptions = {}): Promise<PictureProjector> {
	return new PictureProjector(await chooseProjector(), options.maxBytes ?? 2 ** 30);
}

/**
 * Draws views of panoramas that lie in ordinary memory. Each call copies the panorama into the
 * projector's memory, and the view out of it. Made by `createProjector`.
 */
export class PictureProjector implements Disposable {
	readonly #choice: ProjectorChoice;
	readonly #heap: SharedHeap;
	#desk: Desk | undefined;
	#isClosed = false;

	/** @param maxBytes bound of all memory that is taken. */
	constructor(choice: ProjectorChoice, maxBytes: number) {
		this.#choice = choice;
		this.#heap = new SharedHeap(maxBytes);
	}

	/**
	 * Draws what `view` sees of `panorama`. The channels of RGB and RGBA are drawn each for itself,
	 * without a conversion of colours.
	 *
	 * @param panorama of the whole sphere, equirectangular (row 0 at the zenith, picture centre
	 * forward, at least 128 wide), or as its `projection` says. Outside of it the view is black.
	 * Borrowed.
	 * @param into picture of the view's size and the panorama's kind, overwritten. Made if it is
	 * missing.
	 * @returns `into`.
	 * @throws {TypeError} when a picture has no bytes.
	 * @throws {RangeError} when a size is odd, too small or does not match the bytes, the field of
	 * view is out of bounds, or `maxBytes` is reached.
	 */
	project(panorama: PlainPicture, view: View, into?: PlainPicture, options: SamplingOptions = {}): PlainPicture {
		if (this.#isClosed) throw new Error("The projector is closed.");
		const pixelBytes = pixelBytesOf(panorama);
		const { width, height } = view;
		pictureLayout(width, height);
		const target = into ?? emptyPicture(width, height, pixelBytes, panorama);
		requireMatch(target, view, pixelBytes);
		const desk = this.#deskFor(panorama, view);
		if (pixelBytes === 1.5) drawI420(desk, panorama, view, target, options);
		else drawChannels(desk, panorama, view, target, options);
		return target;
	}

	/** A second call does nothing. */
	[Symbol.dispose](): void {
		this.#isClosed = true;
		this.#desk?.close();
		this.#desk = undefined;
	}

	/** The former desk if it fits, else a new one. */
	#deskFor(panorama: PlainPicture, view: View): Desk {
		const former = this.#desk;
		if (former?.fits(panorama, view)) return former;
		former?.close();
		this.#desk = undefined;
		this.#desk = new Desk(this.#choice, this.#heap, panorama, {
			width: Math.max(view.width, former?.maxWidth ?? 0),
			height: Math.max(view.height, former?.maxHeight ?? 0),
		});
		return this.#desk;
	}
}

/** The memory for panoramas of one size and views up to another, and the projector on it. */
class Desk {
	readonly panorama: PanoramaPicture;
	readonly writer: PanoramaWriter;
	readonly maxWidth: number;
	readonly maxHeight: number;
	readonly #heap: SharedHeap;
	readonly #blocks: HeapBlock[] = [];
	readonly #view: Uint8Array;
	readonly #projector: Projector;

	constructor(
		choice: ProjectorChoice,
		heap: SharedHeap,
		{ width, height, projection }: PlainPicture,
		largest: { readonly width: number; readonly height: number },
	) {
		this.#heap = heap;
		this.maxWidth = largest.width;
		this.maxHeight = largest.height;
		const format: PanoramaFormat = {
			width,
			height,
			eyes: 1,
			projection,
			color: { range: "full", matrix: "bt709", chromaSiting: "left" },
		};
		this.writer = new PanoramaWriter(format);
		const { layout } = this.writer;
		const sizes = [
			projectorBytes(choice, largest.width, largest.height),
			layout.byteLength,
			pictureLayout(largest.width, largest.height).byteLength,
		];
		try {
			for (const size of sizes) this.#blocks.push(heap.allocate(size));
			const [scratchAddress = 0, panoramaAddress = 0, viewAddress = 0] = this.#blocks.map(
				({ address }) => address,
			);
			const { memory } = heap;
			const { maxWidth, maxHeight } = this;
			this.#projector = openProjector(choice, { memory, scratchAddress, maxWidth, maxHeight });
			const data = new Uint8Array(memory.buffer, panoramaAddress, layout.byteLength);
			this.panorama = { format, layout, data };
			this.#view = new Uint8Array(memory.buffer, viewAddress);
		} catch (error) {
			this.close();
			throw error;
		}
	}

	fits(panorama: PlainPicture, view: View): boolean {
		const { width, height, projection = SPHERE } = this.panorama.format;
		const isSameSize = panorama.width === width && panorama.height === height;
		const fitsPanorama = isSameSize && specKey(panorama.projection ?? SPHERE) === specKey(projection);
		return fitsPanorama && view.width <= this.maxWidth && view.height <= this.maxHeight;
	}

	/**
	 * Draws the panorama that lies here.
	 * @returns the view's bytes, which the next call overwrites.
	 */
	draw(view: View, options: SamplingOptions, chromaSiting: PictureColor["chromaSiting"] = "left"): Uint8Array {
		const { width, height } = view;
		const { format } = this.panorama;
		const color = { ...format.color, chromaSiting };
		const data = this.#view.subarray(0, pictureLayout(width, height).byteLength);
		const panorama = { ...this.panorama, format: { ...format, color } };
		this.#projector.project(panorama, view, { data, width, height }, options);
		return data;
	}

	close(): void {
		for (const block of this.#blocks.splice(0)) this.#heap.free(block);
	}
}

function drawI420(desk: Desk, panorama: PlainPicture, view: View, into: PlainPicture, options: SamplingOptions): void {
	const from = pictureLayout(panorama.width, panorama.height);
	const samplesAt = (offset: number) => new Uint8Array(panorama.data.buffer, panorama.data.byteOffset + offset);
	const { data } = desk.panorama;
	const isNv12 = panorama.chromaLayout === "nv12";
	for (const name of PLANE_NAMES) {
		if (name === "y" || !isNv12)
			desk.writer.writePlane(data, 0, name, samplesAt(from[name].offset), from[name].stride);
	}
	if (isNv12) desk.writer.writeChroma(data, 0, samplesAt(from.u.offset), panorama.width);
	into.data.set(desk.draw(view, options, panorama.chromaSiting));
}

/** Each channel takes the place of luma in turn; the chroma that is drawn beside it is ignored. */
function drawChannels(
	desk: Desk,
	panorama: PlainPicture,
	view: View,
	into: PlainPicture,
	options: SamplingOptions,
): void {
	const channels = panorama.data.length / (panorama.width * panorama.height);
	const pixels = view.width * view.height;
	const samples = new Uint8Array(panorama.width * panorama.height);
	for (let channel = 0; channel < channels; channel++) {
		for (let i = 0, from = channel; i < samples.length; i++, from += channels) samples[i] = panorama.data[from]!;
		desk.writer.writePlane(desk.panorama.data, 0, "y", samples, panorama.width);
		const drawn = desk.draw(view, options);
		for (let i = 0, to = channel; i < pixels; i++, to += channels) into.data[to] = drawn[i]!;
	}
}

/** @throws {TypeError | RangeError} when the bytes are no picture of the size. */
function pixelBytesOf({ data, width, height }: PlainPicture): PixelBytes {
	requireBytes("panorama", data);
	const found = PIXEL_BYTES.find((bytes) => bytes * width * height === data.length);
	if (found !== undefined) return found;
	const expected = PIXEL_BYTES.map((bytes) => bytes * width * height).join(", ");
	throw new RangeError(
		`panorama.data: expected I420, RGB or RGBA, which are ${expected} bytes for ${width}x${height}; ` +
			`got ${data.length}.`,
	);
}

function requireMatch({ data, width, height }: PlainPicture, view: View, pixelBytes: PixelBytes): void {
	requireBytes("into", data);
	if (width !== view.width || height !== view.height)
		throw new RangeError(`into: expected the view's size, ${view.width}x${view.height}; got ${width}x${height}.`);
	const byteLength = pixelBytes * width * height;
	if (data.length !== byteLength) {
		throw new RangeError(
			`into.data: expected ${byteLength} bytes, ${pixelBytes} for each pixel as in the panorama; ` +
				`got ${data.length}.`,
		);
	}
}

function requireBytes(name: string, data: unknown): void {
	if (!(data instanceof Uint8Array || data instanceof Uint8ClampedArray))
		throw new TypeError(`${name}.data: expected a Uint8Array or Uint8ClampedArray; got ${typeof data}.`);
}

function emptyPicture(width: number, height: number, pixelBytes: PixelBytes, { data }: PlainPicture): PlainPicture {
	const byteLength = pixelBytes * width * height;
	const isClamped = data instanceof Uint8ClampedArray;
	return { data: isClamped ? new Uint8ClampedArray(byteLength) : new Uint8Array(byteLength), width, height };
}
