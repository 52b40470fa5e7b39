import { type PanoramaFormat, panoramaByteLength, panoramaLayout, pictureLayout } from "../../src/media/panorama.ts";
import { SharedHeap } from "../../src/media/shared-heap.ts";
import type { View } from "../../src/media/view.ts";
import type { ProjectionSpec } from "../../src/projection/index.ts";
import { PanoramaWriter } from "../../src/projection/panorama-writer.ts";
import type { DrawOptions } from "../../src/projection/projector.ts";
import {
	chooseProjector,
	openProjector,
	type ProjectorChoice,
	projectorBytes,
} from "../../src/projection/projector-choice.ts";
import type { GrayPicture } from "./pictures.ts";

const COLOR = { range: "full", matrix: "bt709", chromaSiting: "left" } as const;
const UPRIGHT = [0, 0, 0, 1] as const;

/** Pictures of one plane, drawn by the fast projector. */
export class Ours {
	readonly #choice: ProjectorChoice;
	readonly #heap = new SharedHeap();

	private constructor(choice: ProjectorChoice) {
		this.#choice = choice;
	}

	/** Compiles the kernel. */
	static async open(): Promise<Ours> {
		return new Ours(await chooseProjector());
	}

	/** The luma of a view of `source`. */
	draw(
		{ data, width, height }: GrayPicture,
		projection: ProjectionSpec,
		view: View,
		options: DrawOptions,
	): Uint8Array {
		const format: PanoramaFormat = { width, height, eyes: 1, color: COLOR, projection };
		const layout = panoramaLayout(format);
		const picture = pictureLayout(view.width, view.height);
		const sizes = [panoramaByteLength(format), picture.byteLength];
		const blocks = [...sizes, projectorBytes(this.#choice, view.width, view.height)].map((size) =>
			this.#heap.allocate(size),
		);
		try {
			const [from = 0, to = 0, scratchAddress = 0] = blocks.map(({ address }) => address);
			const { memory } = this.#heap;
			const bytes = new Uint8Array(memory.buffer);
			bytes.fill(128, from, from + panoramaByteLength(format));
			new PanoramaWriter(format).writePlane(bytes, from, "y", data, width);
			const space = { memory, scratchAddress, maxWidth: view.width, maxHeight: view.height };
			using projector = openProjector(this.#choice, space);
			const panorama = { format, layout, data: bytes.subarray(from, from + panoramaByteLength(format)) };
			const into = { data: bytes.subarray(to, to + picture.byteLength), width: view.width, height: view.height };
			projector.project(panorama, view, into, options);
			return into.data.slice(0, view.width * view.height);
		} finally {
			for (const block of blocks) this.#heap.free(block);
		}
	}

	/** `source`, a whole sphere, drawn as `spec` sees it and back, both steps bicubic. */
	roundTrip(source: GrayPicture, spec: ProjectionSpec, width: number, height: number): Uint8Array {
		const whole: ProjectionSpec = { kind: "equirect" };
		const there = this.draw(source, whole, viewOf(spec, width, height), { kernel: "bicubic" });
		const back = viewOf(whole, source.width, source.height);
		return this.draw({ data: there, width, height }, spec, back, { kernel: "bicubic" });
	}
}

function viewOf(projection: ProjectionSpec, width: number, height: number): View {
	return { lens: "projection", width, height, projection, worldFromView: UPRIGHT };
}
