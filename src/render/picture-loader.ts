import type { Frame } from "node-av/lib";
import { type PanoramaFormat, panoramaByteLength, readPanoramaGains, writePanoramaGains } from "../media/panorama.ts";
import type { WasmMemory } from "../media/wasm-types.ts";
import { PanoramaWriter, PLANE_NAMES, type PlaneName } from "../projection/panorama-writer.ts";
import { FrameWriter } from "../source/libav-copy.ts";
import type { PicturePacking } from "../source/stereo.ts";
import type { LayerCount } from "./render-protocol.ts";

/**
 * Copies decoded pictures into slots. A picture of 4:2:0 is one panorama. The planes of RGB are a
 * panorama each, in whose luma they lie, so that all of them are drawn in full resolution.
 */
export class PictureLoader implements Disposable {
	readonly #memory: WasmMemory;
	readonly #layers: LayerCount;
	readonly #packing: PicturePacking;
	readonly #writer: PanoramaWriter;
	readonly #frameWriter: FrameWriter | undefined;

	/** @throws {RangeError} when the format's size is not possible. */
	constructor(memory: WasmMemory, format: PanoramaFormat, packing: PicturePacking, layers: LayerCount) {
		this.#memory = memory;
		this.#layers = layers;
		this.#packing = packing;
		this.#writer = new PanoramaWriter(format);
		const isI420 = layers === 1 && this.#writer.layout.bytesPerSample === 1;
		this.#frameWriter = isI420 ? new FrameWriter(memory.buffer, format, packing) : undefined;
	}

	/**
	 * Writes `frame` to the slot at `address`. Borrowed.
	 * @param timeSec time of the picture, for exposures that are matched in time.
	 * @throws {Error} when the picture can't be divided into eyes and tiles.
	 */
	load(address: number, frame: Frame, timeSec: number): void {
		const { format } = this.#writer;
		if (this.#frameWriter !== undefined) {
			this.#frameWriter.write(address, frame, timeSec);
			// A frame's writer leaves out the smaller copies of a whole sphere.
			if (format.mipLevels !== undefined) this.#writer.pad(new Uint8Array(this.#memory.buffer), address);
		} else if (this.#layers === 1)
			for (const [plane, name] of PLANE_NAMES.entries()) this.#loadPlane(address, frame, plane, name);
		else
			for (let layer = 0; layer < this.#layers; layer++)
				this.#loadPlane(address + layer * panoramaByteLength(format), frame, layer, "y");
		if (this.#frameWriter === undefined) this.#matchExposure(address, timeSec);
	}

	/** The first plane of RGB, green, decides for all. */
	#matchExposure(address: number, timeSec: number): void {
		const memory = new Uint8Array(this.#memory.buffer);
		this.#writer.matchExposure(memory, address, timeSec);
		const bytes = panoramaByteLength(this.#writer.format);
		const gains = readPanoramaGains(memory, address);
		for (let layer = 1; layer < this.#layers; layer++) writePanoramaGains(memory, address + layer * bytes, gains);
	}

	[Symbol.dispose](): void {
		this.#frameWriter?.[Symbol.dispose]();
	}

	#loadPlane(address: number, frame: Frame, plane: number, name: PlaneName): void {
		const bytes = frame.data?.[plane];
		const stride = frame.linesize[plane];
		if (bytes === undefined || stride === undefined) throw new Error("A picture has three planes.");
		const { format, layout } = this.#writer;
		const { bytesPerSample } = layout;
		const samples =
			bytesPerSample === 2
				? new Uint16Array(bytes.buffer, bytes.byteOffset, Math.floor(bytes.byteLength / 2))
				: bytes;
		const step = name === "y" ? 1 : 2;
		const memory = new Uint8Array(this.#memory.buffer);
		for (const [eye, { row, column }] of this.#packing.parts.entries()) {
			const samplesStride = stride / bytesPerSample;
			const first = ((row * format.height) / step) * samplesStride + (column * format.width) / step;
			this.#writer.writePlane(memory, address, name, samples.subarray(first), samplesStride, eye);
		}
	}
}
