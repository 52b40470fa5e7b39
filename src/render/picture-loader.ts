import { AV_PIX_FMT_GRAY8 } from "node-av/constants";
import { avImageCopy2, type Frame } from "node-av/lib";
import {
	type PanoramaFormat,
	type PictureLayout,
	padPanoramaPlane,
	panoramaByteLength,
	panoramaLayout,
} from "../media/panorama.ts";
import type { WasmMemory } from "../media/wasm-types.ts";
import { FrameWriter } from "../source/libav-copy.ts";
import type { PicturePacking } from "../source/stereo.ts";
import type { LayerCount } from "./render-protocol.ts";

/**
 * Copies decoded pictures into slots. A picture of 4:2:0 is one panorama. The planes of RGB are a
 * panorama each, in whose luma they lie, so that all of them are drawn in full resolution.
 */
export class PictureLoader implements Disposable {
	readonly #memory: WasmMemory;
	readonly #format: PanoramaFormat;
	readonly #layout: PictureLayout;
	readonly #packing: PicturePacking;
	readonly #layers: LayerCount;
	readonly #writer: FrameWriter;

	constructor(memory: WasmMemory, format: PanoramaFormat, packing: PicturePacking, layers: LayerCount) {
		this.#memory = memory;
		this.#format = format;
		this.#layout = panoramaLayout(format.width, format.height, format.projection);
		this.#packing = packing;
		this.#layers = layers;
		this.#writer = new FrameWriter(memory.buffer, this.#layout, packing);
	}

	/**
	 * Writes `frame` to the slot at `address`. Borrowed.
	 * @throws {Error} when the picture can't be divided into eyes.
	 */
	load(address: number, frame: Frame): void {
		if (this.#layers === 1) this.#writer.write(address, frame);
		else
			for (let layer = 0; layer < this.#layers; layer++)
				this.#loadPlane(address + layer * panoramaByteLength(this.#format), frame, layer);
	}

	[Symbol.dispose](): void {
		this.#writer[Symbol.dispose]();
	}

	#loadPlane(address: number, frame: Frame, plane: number): void {
		const samples = frame.data?.[plane];
		const stride = frame.linesize[plane];
		if (samples === undefined || stride === undefined) throw new Error("A picture has three planes.");
		const { y, byteLength } = this.#layout;
		const bytes = new Uint8Array(this.#memory.buffer);
		for (const [eye, { row, column }] of this.#packing.parts.entries()) {
			const base = address + eye * byteLength;
			const into = Buffer.from(this.#memory.buffer as ArrayBuffer, base + y.offset, y.height * y.stride);
			const from = samples.subarray(row * y.height * stride + column * y.width);
			avImageCopy2([into], [y.stride], [from], [stride], AV_PIX_FMT_GRAY8, y.width, y.height);
			padPanoramaPlane(bytes, base, y, this.#format.projection);
		}
	}
}
