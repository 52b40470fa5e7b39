import type { Frame } from "node-av/lib";

/** One kind of samples of a picture: luma, a chroma or a colour. Samples may lie apart. */
export interface ComparedPlane {
	readonly samples: Uint8Array | Uint16Array;
	/** Index of the first sample, and distances to the next one in the row and in the column. */
	readonly first: number;
	readonly step: number;
	readonly stride: number;
	readonly width: number;
	readonly height: number;
}

/** The way in which a pixel format of FFmpeg stores its samples. */
export interface SampleLayout {
	/** Names of the kinds of samples, as reports have them. */
	readonly names: readonly string[];
	readonly bits: number;
	/** Plane, and place in it among `step` samples, of each kind. */
	readonly places: readonly (readonly [plane: number, offset: number, step: number])[];
	/** Chroma is halved so many times, across and down. */
	readonly chromaShift: readonly [across: number, down: number];
	readonly bigEndian: boolean;
}

const YUV = ["y", "u", "v"];
const RGB = ["r", "g", "b"];
const NO_SHIFT = [0, 0] as const;
const CHROMA_SHIFTS: Readonly<Record<string, readonly [number, number]>> = {
	"420": [1, 1],
	"422": [1, 0],
	"444": NO_SHIFT,
	"440": [0, 1],
	"411": [2, 0],
	"410": [2, 2],
};
/** Packed pixels of 8 or 16 bits: places of red, green and blue among a pixel's samples. */
const PACKED: Readonly<Record<string, readonly [red: number, green: number, blue: number, step: number]>> = {
	rgb24: [0, 1, 2, 3],
	bgr24: [2, 1, 0, 3],
	rgba: [0, 1, 2, 4],
	rgb0: [0, 1, 2, 4],
	bgra: [2, 1, 0, 4],
	bgr0: [2, 1, 0, 4],
	rgb48: [0, 1, 2, 3],
	rgba64: [0, 1, 2, 4],
};

/** The layout of a pixel format, by its name; `undefined` for formats that have to be converted. */
export function sampleLayoutOf(pixelFormat: string): SampleLayout | undefined {
	const bigEndian = pixelFormat.endsWith("be");
	const name = pixelFormat.replace(/[lb]e$/, "");
	const planar = /^yuv(?:a|j)?(\d{3})p(\d*)$/.exec(name);
	const chromaShift = CHROMA_SHIFTS[planar?.[1] ?? ""];
	if (planar !== null && chromaShift !== undefined)
		return { names: YUV, bits: Number(planar[2] || 8), places: planes(0, 1, 2), chromaShift, bigEndian };
	const gray = /^gray(\d*)$/.exec(name);
	if (gray !== null)
		return { names: ["y"], bits: Number(gray[1] || 8), places: planes(0), chromaShift: NO_SHIFT, bigEndian };
	const colours = /^gbra?p(\d*)$/.exec(name);
	if (colours !== null)
		return { names: RGB, bits: Number(colours[1] || 8), places: planes(2, 0, 1), chromaShift: NO_SHIFT, bigEndian };
	const packed = PACKED[name];
	if (packed === undefined) return undefined;
	const [red, green, blue, step] = packed;
	const bits = /48|64/.test(name) ? 16 : 8;
	const places = [red, green, blue].map((offset) => [0, offset, step] as const);
	return { names: RGB, bits, places, chromaShift: NO_SHIFT, bigEndian };
}

function planes(...indexes: readonly number[]): SampleLayout["places"] {
	return indexes.map((plane) => [plane, 0, 1]);
}

/** The samples of a decoded picture. They lie in the picture, and live as long as it does. */
export function planesOf(frame: Frame, layout: SampleLayout): ComparedPlane[] {
	const data = frame.data ?? [];
	const bytesPerSample = layout.bits > 8 ? 2 : 1;
	return layout.places.map(([plane, offset, step], kind) => {
		const bytes = data[plane];
		if (bytes === undefined) throw new Error(`A picture has no plane ${plane}, against its format.`);
		const [across, down] = kind === 0 || layout.names === RGB ? NO_SHIFT : layout.chromaShift;
		return {
			samples: bytesPerSample === 1 ? bytes : wideSamples(bytes, layout.bigEndian),
			first: offset,
			step,
			stride: (frame.linesize[plane] ?? 0) / bytesPerSample,
			width: -(-frame.width >> across),
			height: -(-frame.height >> down),
		};
	});
}

function wideSamples(bytes: Buffer, bigEndian: boolean): Uint16Array {
	const even = bytes.length & ~1;
	const own = bigEndian ? Buffer.from(bytes.subarray(0, even)).swap16() : bytes;
	return new Uint16Array(own.buffer, own.byteOffset, even / 2);
}
