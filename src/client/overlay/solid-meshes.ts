import type { RobotVisual } from "../../skeleton/robot-model.ts";

/** A mesh of triangles: `x y z` of each corner's place, then of its normal. */
export interface SolidMesh {
	readonly corners: Float32Array<ArrayBuffer>;
	readonly count: number;
}

type Point = readonly [x: number, y: number, z: number];
type Corner = readonly [place: Point, normal: Point];

/** Parts of a side: round lenses bend what is straight. */
const PARTS_OF_SIDE = 4;
const PARTS_AROUND = 20;
const PARTS_UPWARD = 10;

/**
 * The solids that a robot's links and boxes are made of, each 1 m in all directions: a cylinder
 * along z and a sphere of a diameter of 1 m.
 */
export const SOLID_MESHES: { readonly [Shape in RobotVisual["shape"]]: () => SolidMesh } = {
	box() {
		const corners: Corner[] = [];
		for (const axis of [0, 1, 2])
			for (const sign of [-1, 1]) {
				const turned = (...point: Point): Point => [
					point[(3 - axis) % 3]!,
					point[(4 - axis) % 3]!,
					point[(5 - axis) % 3]!,
				];
				const normal = turned(sign, 0, 0);
				sheet(PARTS_OF_SIDE, PARTS_OF_SIDE, (u, v) => [turned(sign / 2, u - 0.5, v - 0.5), normal], corners);
			}
		return meshOf(corners);
	},
	cylinder() {
		const corners: Corner[] = [];
		const around = (u: number): Point => [Math.cos(2 * Math.PI * u), Math.sin(2 * Math.PI * u), 0];
		const wall = (u: number, v: number): Corner => {
			const [x, y] = around(u);
			return [[x / 2, y / 2, v - 0.5], around(u)];
		};
		sheet(PARTS_AROUND, PARTS_OF_SIDE, wall, corners);
		for (const sign of [-1, 1]) {
			const lid = (u: number, v: number): Corner => {
				const [x, y] = around(u);
				return [
					[(x * v) / 2, (y * v) / 2, sign / 2],
					[0, 0, sign],
				];
			};
			sheet(PARTS_AROUND, 1, lid, corners);
		}
		return meshOf(corners);
	},
	sphere() {
		const corners: Corner[] = [];
		const at = (u: number, v: number): Corner => {
			const [longitude, polar] = [2 * Math.PI * u, Math.PI * v];
			const around = Math.sin(polar);
			const [x, y, z] = [around * Math.cos(longitude), around * Math.sin(longitude), Math.cos(polar)];
			return [
				[x / 2, y / 2, z / 2],
				[x, y, z],
			];
		};
		sheet(PARTS_AROUND, PARTS_UPWARD, at, corners);
		return meshOf(corners);
	},
};

/** Adds the triangles of a surface that is a function of two numbers from 0 to 1. */
function sheet(across: number, up: number, at: (u: number, v: number) => Corner, into: Corner[]): void {
	for (let i = 0; i < across; i++)
		for (let j = 0; j < up; j++) {
			const [a, b] = [at(i / across, j / up), at((i + 1) / across, j / up)];
			const [c, d] = [at(i / across, (j + 1) / up), at((i + 1) / across, (j + 1) / up)];
			into.push(a, b, c, b, d, c);
		}
}

function meshOf(corners: readonly Corner[]): SolidMesh {
	return {
		corners: new Float32Array(corners.flatMap(([place, normal]) => [...place, ...normal])),
		count: corners.length,
	};
}
