import { describe, expect, it } from "vitest";
import { quaternionFromAngles } from "../../media/rotation.ts";
import type { BoxesObject, LinesObject, RobotObject } from "../../protocol/overlay-object.ts";
import { FLOATS, geometryOf, tintOf } from "./overlay-geometry.ts";
import { SOLID_MESHES } from "./solid-meshes.ts";

const LINES: LinesObject = {
	kind: "lines",
	frame: "world",
	color: "#ff000080",
	width: 3,
	strips: [[-1, 0, -1, 1, 0, -1]],
};
const flat = { bends: false };

describe("the geometry of an overlay", () => {
	it("has each object in the axes of its own frame", () => {
		const head = { ...LINES, frame: "head" } as const;
		expect(geometryOf([LINES, head, head], "world", flat).lines).toHaveLength(FLOATS.line);
		expect(geometryOf([LINES, head, head], "head", flat).lines).toHaveLength(2 * FLOATS.line);
		const [red, green, blue, alpha] = tintOf("#ff000080");
		expect([red, green, blue]).toEqual([1, 0, 0]);
		expect(alpha).toBeCloseTo(0.5, 2);
	});

	it("cuts lines for a lens that bends them: all pieces look short, and join", () => {
		const { lines } = geometryOf([LINES], "world", { bends: true });
		const count = lines.length / FLOATS.line;
		expect(count).toBe(30);
		let at = [-1, 0, -1];
		for (let index = 0; index < count; index++) {
			const piece = lines.slice(index * FLOATS.line, (index + 1) * FLOATS.line);
			for (const axis of [0, 1, 2]) expect(piece[axis]).toBeCloseTo(at[axis]!, 9);
			const angleDeg = ((Math.atan2(piece[3]!, -piece[5]!) - Math.atan2(piece[0]!, -piece[2]!)) * 180) / Math.PI;
			expect(angleDeg).toBeCloseTo(3, 6);
			at = piece.slice(3, 6);
		}
		expect(at[0]).toBeCloseTo(1, 9);
		// A line through the camera, and one that begins there.
		const through = { ...LINES, strips: [[0, 0, -1, 0, 0, 1, 0, 0, 0]] };
		expect(geometryOf([through], "world", { bends: true }).lines.every(Number.isFinite)).toBe(true);
	});

	it("turns boxes about their middle, with twelve edges", () => {
		const boxes: BoxesObject = {
			kind: "boxes",
			frame: "world",
			color: "#ffffff",
			width: 1,
			fill: 0.5,
			centers: [0, 0, -2],
			sizes: [2, 0.2, 0.2],
			rotations: [...quaternionFromAngles({ yawDeg: 90, pitchDeg: 0, rollDeg: 0 })],
		};
		const { lines, faces } = geometryOf([boxes], "world", flat);
		expect(lines).toHaveLength(12 * FLOATS.line);
		const depths = Array.from({ length: 12 }, (_, edge) => lines[edge * FLOATS.line + 2]!);
		expect(Math.min(...depths)).toBeCloseTo(-3, 9);
		expect(Math.max(...depths)).toBeCloseTo(-1, 9);
		expect(faces.box).toHaveLength(FLOATS.solid);
		expect(faces.box.at(-1)).toBe(0.5);
		expect(geometryOf([{ ...boxes, fill: 0 }], "world", flat).faces.box).toEqual([]);
	});

	it("moves a robot's solids with its joints, and draws links without solids as lines", () => {
		const place = { position: [0, 0, 0], rotation: [0, 0, 0, 1] } as const;
		const robot = (turn: number): RobotObject => ({
			kind: "robot",
			frame: "world",
			color: "#ffffff",
			...place,
			model: {
				links: [
					{ name: "a", visuals: [] },
					{ name: "b", visuals: [{ shape: "cylinder", place, radius: 0.5, length: 3 }] },
				],
				joints: [
					{
						name: "x",
						motion: "turning",
						parent: 0,
						child: 1,
						place: { ...place, position: [1, 0, 0] },
						axis: [1, 0, 0],
					},
				],
			},
			joints: [turn],
		});
		const still = geometryOf([robot(0)], "world", flat);
		expect(still.lines.slice(0, 6)).toEqual([0, 0, 0, 1, 0, 0]);
		expect(still.ghosts.cylinder.slice(8, 11)).toEqual([0, 0, 3]);
		// A quarter turn about X takes Z to -Y.
		const turned = geometryOf([robot(Math.PI / 2)], "world", flat).ghosts.cylinder.slice(8, 11);
		for (const [axis, along] of [0, -3, 0].entries()) expect(turned[axis]).toBeCloseTo(along, 6);
	});

	it("has meshes of a metre, with normals outward", () => {
		for (const shape of ["box", "cylinder", "sphere"] as const) {
			const { corners, count } = SOLID_MESHES[shape]();
			expect(corners).toHaveLength(count * 6);
			for (let at = 0; at < corners.length; at += 6) {
				const [x, y, z, nx, ny, nz] = corners.slice(at, at + 6) as unknown as [
					number,
					number,
					number,
					number,
					number,
					number,
				];
				expect(Math.max(Math.abs(x), Math.abs(y), Math.abs(z))).toBeLessThan(0.5001);
				expect(Math.hypot(nx, ny, nz)).toBeCloseTo(1, 5);
				expect(x * nx + y * ny + z * nz).toBeGreaterThan(0.49);
			}
		}
	});
});
