import {
	AV_PIX_FMT_YUV420P,
	AVCOL_PRI_BT470BG,
	AVCOL_PRI_BT709,
	AVCOL_PRI_BT2020,
	AVCOL_RANGE_JPEG,
	AVCOL_RANGE_MPEG,
	AVCOL_SPC_BT470BG,
	AVCOL_SPC_BT709,
	AVCOL_SPC_BT2020_NCL,
	AVCOL_TRC_BT709,
} from "node-av/constants";
import { Frame, Rational } from "node-av/lib";
import { type PanoramaFormat, panoramaByteLength, panoramaLayout, pictureLayout } from "../media/panorama.ts";
import type { Quaternion } from "../media/rotation.ts";
import { SharedHeap } from "../media/shared-heap.ts";
import type { Projector } from "../projection/projector.ts";
import {
	chooseProjector,
	openProjector,
	type ProjectorChoice,
	projectorBytes,
} from "../projection/projector-choice.ts";
import { formOfPackets } from "../recording/recorded-form.ts";
import { PictureLoader } from "../render/picture-loader.ts";
import type { LibavReader } from "../source/libav-reader.ts";
import { CameraFiles } from "./camera-files.ts";
import type { EpisodeVideo } from "./dataset-format.ts";
import type { DrawnCamera, SphereSource, SphereStart } from "./sphere-protocol.ts";

/** The spaces that the encoder of views states: all cameras of a dataset have the same. */
const SPACE_OF_MATRIX = { bt601: AVCOL_SPC_BT470BG, bt709: AVCOL_SPC_BT709, bt2020: AVCOL_SPC_BT2020_NCL } as const;
const PRIMARIES_OF_MATRIX = { bt601: AVCOL_PRI_BT470BG, bt709: AVCOL_PRI_BT709, bt2020: AVCOL_PRI_BT2020 } as const;

/** Memory for one panorama, and the largest view. */
interface Canvas {
	readonly format: PanoramaFormat;
	readonly loader: PictureLoader;
	readonly projector: Projector;
	readonly panoramaAddress: number;
	readonly viewAddress: number;
}

/** A camera with its files, and the picture that it showed last. */
interface OpenCamera extends DrawnCamera {
	readonly files: CameraFiles;
	drawn: { readonly frame: Frame; readonly key: string } | undefined;
}

/** Draws the pictures of cameras from the newest picture of a sphere, row by row. */
export class SphereDrawer implements Disposable {
	readonly #start: SphereStart;
	readonly #choice: ProjectorChoice;
	#heap = new SharedHeap();
	readonly #cameras: readonly OpenCamera[];
	#source: SphereSource | undefined;
	#canvas: Canvas | undefined;
	/** The newest picture; it is loaded when a row shows it. */
	#newest: { readonly frame: Frame; readonly sec: number } | undefined;
	#isLoaded = false;
	#pictures = 0;

	private constructor(start: SphereStart, choice: ProjectorChoice) {
		this.#start = start;
		this.#choice = choice;
		this.#cameras = start.cameras.map((camera) => ({
			...camera,
			files: new CameraFiles(camera.start),
			drawn: undefined,
		}));
	}

	static async make(start: SphereStart): Promise<SphereDrawer> {
		return new SphereDrawer(start, await chooseProjector());
	}

	/** The next pictures are those of another file. */
	beginSource(source: SphereSource): void {
		this.#source = source;
		this.#dropCanvas();
	}

	/** Takes the next picture of the sphere. Borrowed. */
	take(frame: Frame, reader: LibavReader, sec: number): void {
		this.#canvas ??= this.#makeCanvas(reader);
		this.#newest?.frame.free();
		const kept = frame.clone();
		if (kept === null) throw new Error("There is no memory for a picture.");
		this.#newest = { frame: kept, sec };
		this.#isLoaded = false;
		this.#pictures++;
	}

	/** Writes the pictures of a row. @throws {Error} when one can't be drawn or written. */
	drawRow(row: number): void {
		const { directions } = this.#start;
		const recorded: Quaternion = [0, 1, 2, 3].map((part) => directions[row * 4 + part]!) as never;
		for (const camera of this.#cameras) {
			const worldFromView = camera.worldFromView ?? recorded;
			const key = `${this.#pictures} ${worldFromView.join(" ")}`;
			if (camera.drawn?.key !== key) {
				camera.drawn?.frame.free();
				camera.drawn = undefined;
				camera.drawn = { frame: this.#draw(camera, worldFromView), key };
			}
			const { width, height } = camera.start;
			camera.files.write(camera.drawn.frame, { width, height, top: 0 }, 1);
		}
	}

	/** @returns an entry for each episode, of each camera. */
	finish(): readonly (readonly EpisodeVideo[])[] {
		return this.#cameras.map(({ files }) => files.finish());
	}

	[Symbol.dispose](): void {
		this.#dropCanvas();
		for (const { files, drawn } of this.#cameras) {
			drawn?.frame.free();
			files[Symbol.dispose]();
		}
	}

	#dropCanvas(): void {
		this.#newest?.frame.free();
		this.#newest = undefined;
		this.#canvas?.loader[Symbol.dispose]();
		this.#canvas?.projector[Symbol.dispose]();
		this.#canvas = undefined;
		this.#heap = new SharedHeap();
	}

	#makeCanvas(reader: LibavReader): Canvas {
		const { info, packing: statedPacking } = reader;
		if (info === undefined) throw new Error("The source is described once a picture has come.");
		const source = this.#source;
		const form = source?.isBare
			? formOfPackets(source.recorded, info.format)
			: { packing: statedPacking, format: info.format };
		const { packing } = form;
		const worldFromPanorama = source?.recorded?.format.worldFromPanorama ?? form.format.worldFromPanorama;
		const format = { ...form.format, worldFromPanorama };
		const maxWidth = Math.max(...this.#cameras.map(({ start }) => start.width));
		const maxHeight = Math.max(...this.#cameras.map(({ start }) => start.height));
		const scratch = this.#heap.allocate(projectorBytes(this.#choice, maxWidth, maxHeight));
		const panoramaAddress = this.#heap.allocate(panoramaByteLength(format)).address;
		const viewAddress = this.#heap.allocate(pictureLayout(maxWidth, maxHeight).byteLength).address;
		const { memory } = this.#heap;
		return {
			format,
			loader: new PictureLoader(memory, format, packing, 1),
			projector: openProjector(this.#choice, { memory, scratchAddress: scratch.address, maxWidth, maxHeight }),
			panoramaAddress,
			viewAddress,
		};
	}

	#draw({ start: { width, height }, fovRad, eye }: DrawnCamera, worldFromView: Quaternion): Frame {
		const canvas = this.#canvas;
		const newest = this.#newest;
		if (canvas === undefined || newest === undefined) throw new Error("the sphere has no pictures");
		const { format, loader, projector, panoramaAddress, viewAddress } = canvas;
		if (!this.#isLoaded) loader.load(panoramaAddress, newest.frame, newest.sec);
		this.#isLoaded = true;
		const { buffer } = this.#heap.memory;
		const panorama = {
			format,
			layout: panoramaLayout(format),
			data: new Uint8Array(buffer, panoramaAddress, panoramaByteLength(format)),
		};
		const layout = pictureLayout(width, height);
		const data = new Uint8Array(buffer, viewAddress, layout.byteLength);
		const view = { lens: "pinhole", width, height, fovRad, worldFromView } as const;
		projector.project(
			panorama,
			view,
			{ data, width, height },
			{ eye: Math.min(eye, format.eyes - 1), antialias: "auto" },
		);
		const packed = Buffer.alloc((width * height * 3) / 2);
		let at = 0;
		for (const plane of [layout.y, layout.u, layout.v])
			for (let y = 0; y < plane.height; y++, at += plane.width)
				packed.set(
					data.subarray(plane.offset + y * plane.stride, plane.offset + y * plane.stride + plane.width),
					at,
				);
		const frame = Frame.fromVideoBuffer(packed, {
			format: AV_PIX_FMT_YUV420P,
			width,
			height,
			timeBase: new Rational(1, 1),
		});
		const { range, matrix } = format.color;
		frame.colorRange = range === "full" ? AVCOL_RANGE_JPEG : AVCOL_RANGE_MPEG;
		frame.colorSpace = SPACE_OF_MATRIX[matrix];
		frame.colorPrimaries = PRIMARIES_OF_MATRIX[matrix];
		frame.colorTrc = AVCOL_TRC_BT709;
		return frame;
	}
}
