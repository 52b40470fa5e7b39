import { readFileSync } from "node:fs";
import { type ClipPicture, makeClip } from "./clips.ts";

export interface HeicOptions {
	/** Number of tiles; each is drawn and coded by itself. */
	readonly columns: number;
	readonly rows: number;
	readonly tileWidth: number;
	readonly tileHeight: number;
	/** Size of the whole picture; tiles are cut off at its edges. */
	readonly width: number;
	readonly height: number;
	/** Luma of a tile. */
	readonly lumaOf: (column: number, row: number) => number;
	/**
	 * Anticlockwise quarter turns, then a mirror: 0 about the vertical axis, 1 about the horizontal
	 * one (ISO/IEC 23008-12, 6.5.10 and 6.5.12).
	 */
	readonly turns?: number;
	readonly mirror?: 0 | 1;
	/** Part of the picture that is shown, from its upper left corner. */
	readonly cleanSize?: { readonly width: number; readonly height: number };
	/** FFmpeg's name of the encoder. @default "libx265" */
	readonly codec?: "libx265" | "libsvtav1";
}

const GRID_ID = 100;

/**
 * A picture of tiles as phones write it: HEVC or AV1 tiles, and a `grid` item that puts them
 * together (ISO/IEC 23008-12).
 */
export async function makeHeic(options: HeicOptions): Promise<Buffer> {
	const { columns, rows, codec = "libx265" } = options;
	const tiles: { readonly file: Buffer; readonly sample: Buffer }[] = [];
	// SVT-AV1 prints its settings otherwise.
	process.env["SVT_LOG"] ??= "0";
	for (let row = 0; row < rows; row++)
		for (let column = 0; column < columns; column++) tiles.push(await tile(options, options.lumaOf(column, row)));
	const [type, configuration, brand] = codec === "libx265" ? ["hvc1", "hvcC", "heic"] : ["av01", "av1C", "avif"];
	const ids = tiles.map((_, index) => index + 1);
	const transforms = [
		...(options.cleanSize === undefined ? [] : [clap(options.cleanSize, options)]),
		...(options.turns === undefined ? [] : [box("irot", [options.turns])]),
		...(options.mirror === undefined ? [] : [box("imir", [options.mirror])]),
	];
	const properties = [
		findBox(tiles[0]!.file, configuration!),
		fullBox("ispe", [...u32(options.tileWidth), ...u32(options.tileHeight)]),
		fullBox("ispe", [...u32(options.width), ...u32(options.height)]),
		...transforms,
	];
	const associations = [
		...ids.map((id) => [...u16(id), 2, 0x81, 2]),
		[...u16(GRID_ID), 1 + transforms.length, 3, ...transforms.map((_, index) => 0x80 | (4 + index))],
	];
	const grid = [0, 0, rows - 1, columns - 1, ...u16(options.width), ...u16(options.height)];
	const meta = (firstSample: number) => {
		let at = firstSample;
		const locations = tiles.map(({ sample }, index) => {
			const location = [...u16(ids[index]!), ...u16(0), ...u16(0), ...u16(1), ...u32(at), ...u32(sample.length)];
			at += sample.length;
			return location;
		});
		const gridLocation = [...u16(GRID_ID), ...u16(1), ...u16(0), ...u16(1), ...u32(0), ...u32(grid.length)];
		return fullBox("meta", [
			...fullBox("hdlr", [...u32(0), ...Buffer.from("pict"), ...u32(0), ...u32(0), ...u32(0), 0]),
			...fullBox("pitm", u16(GRID_ID)),
			...fullBox("iinf", [
				...u16(ids.length + 1),
				...ids.flatMap((id) => [...info(id, type!)]),
				...info(GRID_ID, "grid"),
			]),
			...fullBox("iref", box("dimg", [...u16(GRID_ID), ...u16(ids.length), ...ids.flatMap(u16)])),
			...box("iprp", [
				...box(
					"ipco",
					properties.flatMap((property) => [...property]),
				),
				...ipma(associations),
			]),
			...fullBox("iloc", [0x44, 0, ...u16(ids.length + 1), ...locations.flat(), ...gridLocation], 1),
			...box("idat", grid),
		]);
	};
	const ftyp = box("ftyp", [...Buffer.from(brand!), ...u32(0), ...Buffer.from("mif1"), ...Buffer.from(brand!)]);
	const head = ftyp.length + meta(0).length;
	return Buffer.concat([ftyp, meta(head + 8), box("mdat", Buffer.concat(tiles.map(({ sample }) => sample)))]);
}

/** Encodes a tile, and takes it out of its MP4. */
async function tile(
	{ tileWidth: width, tileHeight: height, codec = "libx265" }: HeicOptions,
	luma: number,
): Promise<{ file: Buffer; sample: Buffer }> {
	const draw = new Function(
		"picture",
		`picture.planes[0].fill(${luma}); picture.planes[1].fill(128); picture.planes[2].fill(128);`,
	);
	const codecOptions: Record<string, string> =
		codec === "libx265" ? { preset: "ultrafast", "x265-params": "log-level=none" } : { preset: "12" };
	const clip = {
		width,
		height,
		frames: 1,
		rate: 1,
		codec,
		codecOptions,
		draw: draw as (picture: ClipPicture) => void,
	};
	const file = readFileSync(await makeClip(clip));
	return { file, sample: findBox(file, "mdat").subarray(8) };
}

/** The first box of this type, wherever it lies. */
function findBox(file: Buffer, type: string): Buffer {
	const at = file.indexOf(type) - 4;
	return file.subarray(at, at + file.readUInt32BE(at));
}

function box(type: string, content: ArrayLike<number>): Buffer {
	return Buffer.concat([Buffer.from(u32(content.length + 8)), Buffer.from(type), Buffer.from(content as number[])]);
}

function fullBox(type: string, content: ArrayLike<number>, version = 0): Buffer {
	return box(type, Buffer.concat([Buffer.from(u32(version << 24)), Buffer.from(content as number[])]));
}

function info(id: number, type: string): Buffer {
	return fullBox("infe", [...u16(id), ...u16(0), ...Buffer.from(type), 0], 2);
}

function ipma(associations: readonly number[][]): Buffer {
	return fullBox("ipma", [...u32(associations.length), ...associations.flat()]);
}

/**
 * Clean aperture with the upper left corner in place: its middle lies as far from the picture's as
 * half of what is cut off.
 */
function clap(clean: { width: number; height: number }, { width, height }: HeicOptions): Buffer {
	const fractions = [clean.width, 1, clean.height, 1, clean.width - width, 2, clean.height - height, 2];
	return box("clap", fractions.flatMap(u32));
}

function u16(value: number): number[] {
	return [(value >> 8) & 255, value & 255];
}

function u32(value: number): number[] {
	return [(value >>> 24) & 255, (value >>> 16) & 255, (value >>> 8) & 255, value & 255];
}
