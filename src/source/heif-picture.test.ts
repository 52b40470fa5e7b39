import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { type HeicOptions, makeHeic } from "../../test/support/heic.ts";
import { heifPictureOf } from "./heif-picture.ts";
import { probeSource } from "./probe.ts";
import { readPictures } from "./reading.cases.ts";

const folder = mkdtempSync(join(tmpdir(), "panogaze-heif-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const GRID = {
	columns: 3,
	rows: 2,
	tileWidth: 128,
	tileHeight: 128,
	width: 360,
	height: 180,
	lumaOf: (column: number, row: number) => 40 + 30 * column + 90 * row,
} as const satisfies HeicOptions;
/** Luma of each tile, row by row from the upper left. */
const LEVELS = [40, 70, 100, 130, 160, 190];

async function written(name: string, options: Partial<HeicOptions> = {}): Promise<string> {
	const path = join(folder, `${name}.heic`);
	writeFileSync(path, await makeHeic({ ...GRID, ...options }));
	return path;
}

/** Which tile is seen at each of a grid of places across and down. */
async function seen(path: string, across: number, down: number) {
	const { pictures, info, end, notices } = await readPictures(path, { stereo: "mono" });
	const [picture] = pictures;
	const tiles = Array.from({ length: down }, (_, row) =>
		Array.from({ length: across }, (__, column) => {
			const luma = picture!.lumaAt((column + 0.5) / across, (row + 0.5) / down);
			return LEVELS.findIndex((level) => Math.abs(level - luma) < 12);
		}).join(""),
	);
	return { size: [info!.format.width, info!.format.height], tiles, count: pictures.length, end, notices };
}

describe("a HEIF picture of tiles", () => {
	it.each(["libx265", "libsvtav1"] as const)(
		"is shown whole, without what its tiles have beyond it, as one still picture: %s",
		async (codec) => {
			const path = await written(`whole-${codec}`, { codec });
			expect(await seen(path, 3, 2)).toEqual({
				size: [360, 180],
				tiles: ["012", "345"],
				count: 1,
				end: "still",
				notices: [],
			});
			expect(await probeSource(path)).toMatchObject({
				width: 360,
				height: 180,
				videoTracks: 1,
				durationSec: null,
				frameRate: null,
				rotationDeg: 0,
				eyes: { layout: "mono" },
				sphere: { projection: { kind: "equirect" } },
			});
		},
	);

	it("of 50 tiles is shown whole", async () => {
		const path = await written("fifty", {
			columns: 10,
			rows: 5,
			width: 1280,
			height: 640,
			lumaOf: (column, row) => LEVELS[(column + row) % 6]!,
		});
		const { size, tiles } = await seen(path, 10, 5);
		expect(size).toEqual([1280, 640]);
		expect(tiles).toEqual(["0123450123", "1234501234", "2345012345", "3450123450", "4501234501"]);
	});

	it.each<[Partial<HeicOptions>, string[], number, boolean]>([
		[{ turns: 1 }, ["25", "14", "03"], 270, false],
		[{ turns: 2 }, ["543", "210"], 180, false],
		[{ turns: 3 }, ["30", "41", "52"], 90, false],
		[{ mirror: 1 }, ["210", "543"], 0, true],
		[{ mirror: 0 }, ["345", "012"], 180, true],
		[{ turns: 1, mirror: 1 }, ["52", "41", "30"], 90, true],
	])("is set upright: %j", async (options, expected, rotationDeg, mirrored) => {
		const path = await written(`upright-${JSON.stringify(options).replace(/\W/g, "")}`, {
			...options,
			width: 384,
			height: 256,
		});
		const { size, tiles } = await seen(path, expected[0]!.length, expected.length);
		expect(tiles).toEqual(expected);
		expect(size).toEqual(rotationDeg % 180 === 90 ? [256, 384] : [384, 256]);
		expect(await probeSource(path)).toMatchObject({ rotationDeg, mirrored });
	});

	it("is cut to its clean aperture", async () => {
		const path = await written("clean", { width: 384, height: 256, cleanSize: { width: 256, height: 128 } });
		expect(await seen(path, 2, 1)).toMatchObject({ size: [256, 128], tiles: ["01"] });
	});

	it("that lacks a tile, or is put together in an unknown way, is refused in words", async () => {
		const whole = await makeHeic(GRID);
		const lacking = join(folder, "lacking.heic");
		const bytes = Buffer.from(whole);
		// One tile fewer than the grid says.
		const dimg = bytes.indexOf("dimg");
		bytes.writeUInt16BE(5, dimg + 6);
		writeFileSync(lacking, bytes);
		await expect(readPictures(lacking)).rejects.toMatchObject({ name: "SourceError", code: "not-video" });
		await expect(heifPictureOf(lacking)).rejects.toThrow("6 tiles are to make its picture, but it has 5");
		const overlay = join(folder, "overlay.heic");
		const other = Buffer.from(whole);
		other.write("iovl", other.indexOf("grid"));
		writeFileSync(overlay, other);
		await expect(readPictures(overlay)).rejects.toMatchObject({
			message: expect.stringContaining('not known here ("iovl")'),
		});
	});

	it("whose boxes are damaged is none, and takes no time", async () => {
		const whole = await makeHeic(GRID);
		const path = join(folder, "damaged.heic");
		for (let at = 8; at < 700; at += 7) {
			const bytes = Buffer.from(whole);
			bytes[at] = bytes[at]! ^ 0xff;
			writeFileSync(path, bytes);
			await heifPictureOf(path).catch((error: Error) => expect(error.name).toBe("UnknownHeif"));
		}
	});
});

describe("a HEIF file that means harm", () => {
	it("is refused when its items lie in billions of pieces of no bytes", async () => {
		const box = (type: string, ...content: Uint8Array[]) => {
			const bytes = Buffer.concat([Buffer.alloc(4), Buffer.from(type, "latin1"), ...content]);
			bytes.writeUInt32BE(bytes.length);
			return bytes;
		};
		const hex = (text: string) => Buffer.from(text, "hex");
		const items = 20_000;
		const iloc = Buffer.concat([
			hex("010000000000"),
			hex("4e20"),
			...new Array(items).fill(hex("000900000000ffff")),
		]);
		const path = join(folder, "pieces.heic");
		const meta = [
			hex("00000000"),
			box("pitm", hex("000000000001")),
			box("iinf", hex("000000000001"), box("infe", hex("0200000000010000"), Buffer.from("grid\0"))),
			box("iref", hex("00000000")),
			box(
				"iprp",
				box("ipco", box("ispe", hex("000000000000008000000040"))),
				box("ipma", hex("000000000000000100010101")),
			),
			box("iloc", iloc),
		];
		writeFileSync(path, Buffer.concat([box("ftyp", Buffer.from("heic")), box("meta", ...meta)]));
		await expect(heifPictureOf(path)).rejects.toThrow("its items lie in too many pieces");
	});
});
