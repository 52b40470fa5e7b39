import { describe, expect, it } from "vitest";
import { type PanoramaFormat, panoramaByteLength, pictureLayout } from "../../media/panorama.ts";
import type { ProjectionSpec } from "../../media/projection.ts";
import { PanoramaWriter, PLANE_NAMES } from "../../projection/panorama-writer.ts";
import { PanoramaReducer } from "./panorama-reducer.ts";
import { smallFormat } from "./small-format.ts";

const COLOR = { range: "limited", matrix: "bt709", chromaSiting: "left" } as const;

/** Brightness of the test picture at a place of it, 0 to 1 both ways. */
const brightness = (across: number, down: number, eye: number) => 20 + 90 * across + 60 * down + 50 * eye;

/** Stores a slope of brightness and makes it small. */
function reduced(format: PanoramaFormat) {
	const writer = new PanoramaWriter(format);
	const memory = new Uint8Array(panoramaByteLength(format));
	for (let eye = 0; eye < format.eyes; eye++) {
		for (const name of PLANE_NAMES) {
			const step = name === "y" ? 1 : 2;
			const [width, height] = [format.width / step, format.height / step];
			const samples = Uint8Array.from({ length: width * height }, (_, at) =>
				brightness((at % width) / width, Math.floor(at / width) / height, eye),
			);
			writer.writePlane(memory, 0, name, samples, width, eye);
		}
	}
	const small = smallFormat(format);
	const reducer = new PanoramaReducer(format, writer.layout, small);
	const picture = new Uint8Array(reducer.byteLength);
	reducer.reduce(memory, picture);
	return { small, picture };
}

describe("The small version of a stored panorama", () => {
	it.each<[string, number, number, ProjectionSpec | undefined]>([
		["a sphere", 2048, 1024, undefined],
		["a cube in two rows", 1536, 1024, { kind: "cubemap" }],
		["two lenses one above the other", 700, 1400, { kind: "dual-fisheye", layout: "stacked" }],
		["two lenses", 1440, 720, { kind: "dual-fisheye" }],
	])("is the source's picture again, whatever way it is stored in (%s)", (_, width, height, projection) => {
		const { small, picture } = reduced({ width, height, eyes: 1, color: COLOR, projection });
		expect(Math.max(small.width, small.height)).toBe(1024);
		const layout = pictureLayout(small.width, small.height);
		let worst = 0;
		for (const name of PLANE_NAMES) {
			const { offset, width: across, height: down } = layout[name];
			for (let row = 0; row < down; row++)
				for (let column = 0; column < across; column++) {
					const wanted = brightness(column / across, row / down, 0);
					const sample = picture[offset + row * across + column]!;
					worst = Math.max(worst, Math.abs(sample - wanted));
				}
		}
		expect(worst).toBeLessThan(2);
	});

	it.each([
		["limited", 16],
		["full", 0],
	] as const)("is black and gray where nothing of a picture is stored, in the %s range", (range, black) => {
		const format = { width: 1536, height: 1024, eyes: 1, color: { ...COLOR, range } } as const;
		const { small, picture } = reduced({ ...format, projection: { kind: "cubemap", padding: 48 } });
		expect(small.projection).toEqual({ kind: "cubemap", padding: 32 });
		const { u } = pictureLayout(small.width, small.height);
		expect([picture[0], picture[u.offset]]).toEqual([black, 128]);
		const [column, row] = [small.width / 6, small.height / 4];
		const wanted = brightness(column / small.width, row / small.height, 0);
		expect(Math.abs(picture[Math.round(row) * small.width + Math.round(column)]! - wanted)).toBeLessThan(1.5);
	});

	it("has two eyes one above the other, and keeps pictures that are small already", () => {
		const { small, picture } = reduced({ width: 256, height: 128, eyes: 2, color: COLOR });
		expect(small).toEqual({
			...{ width: 256, height: 128, eyes: 2 },
			packing: { across: 1, down: 2, parts: [expect.objectContaining({ row: 0 }), { column: 0, row: 1 }] },
		});
		for (const [eye, row] of [
			[0, 100],
			[1, 228],
		] as const)
			expect(picture[row * 256 + 200]).toBeCloseTo(brightness(200 / 256, 100 / 128, eye), -0.5);
	});
});
