import { describe, expect, it, vi } from "vitest";
import { monotonicSec } from "../media/clock.ts";
import { squeezed } from "../media/foveation.ts";
import type { EyeFrustum } from "../media/frustum.ts";
import type { I420Picture } from "../media/i420-picture.ts";
import { type PictureColor, pictureRowsLayout } from "../media/panorama.ts";
import { PanoramaStore } from "../media/panorama-store.ts";
import { matrixFromQuaternion, quaternionFromAngles } from "../media/rotation.ts";
import { SharedHeap } from "../media/shared-heap.ts";
import { type SurroundSize, surroundPlace } from "../media/surround.ts";
import { Foveated } from "../projection/foveated.ts";
import { PanoramaWriter, PLANE_NAMES } from "../projection/panorama-writer.ts";
import { chooseProjector, openProjector, projectorBytes } from "../projection/projector-choice.ts";
import { SurroundTile } from "../projection/surround-tile.ts";
import { LIMITED_709 } from "./rendered-views.cases.ts";
import { Surrounds, TILE_BYTES } from "./surrounds.ts";
import { type PaintedPicture, type PaintRequest, ViewPainter } from "./view-painter.ts";

const FORMAT = { width: 512, height: 256, eyes: 2, color: LIMITED_709 } as const;
const SIZE = { width: 360, height: 200, eyes: 1 } as const;

const TURNED = quaternionFromAngles({ yawDeg: 10, pitchDeg: 0, rollDeg: 0 });

/** Codes of a plane in a direction: smooth, and another number everywhere. */
function code(plane: number, [x, y, z]: readonly [number, number, number]): number {
	return 128 + 50 * [x, y, z][plane]! + 20 * [y, z, x][plane]!;
}

/** A painter, and panoramas that show `code`, the first one with the sequence number 1. */
async function setUp(chromaSiting: PictureColor["chromaSiting"] = LIMITED_709.chromaSiting) {
	const heap = new SharedHeap();
	const store = PanoramaStore.create(heap, { ...FORMAT, color: { ...LIMITED_709, chromaSiting } });
	const writer = new PanoramaWriter(store.format);
	const publish = (brighter = 0) => {
		const draft = store.beginWrite()!;
		for (const [index, name] of PLANE_NAMES.entries()) {
			const { width, height } = store.layout[name];
			const samples = Uint8Array.from({ length: width * height }, (_, at) => {
				const latitude = (0.5 - (Math.floor(at / width) + 0.5) / height) * Math.PI;
				const longitude = (((at % width) + 0.5) / width - 0.5) * 2 * Math.PI;
				const level = Math.cos(latitude);
				const ray = [Math.sin(longitude) * level, Math.sin(latitude), -Math.cos(longitude) * level] as const;
				return Math.round(code(index, ray)) + brighter;
			});
			for (const eye of [0, 1])
				writer.writePlane(new Uint8Array(heap.memory.buffer), draft.address, name, samples, width, eye);
		}
		draft.publish({ mediaTimeSec: 0, captureTimeSec: Number.NaN, readyTimeSec: 0 });
	};
	publish();
	const projectorChoice = await chooseProjector();
	const scratch = heap.allocate(projectorBytes(projectorChoice, 640, 640));
	const place = heap.allocate(4096 * 512);
	const space = { memory: heap.memory, scratchAddress: scratch.address, maxWidth: 640, maxHeight: 640 };
	const projector = openProjector(projectorChoice, space);
	const tileAddress = heap.allocate(TILE_BYTES).address;
	const surrounds = new Surrounds({ projector, memory: heap.memory, tileAddress });
	const painter = new ViewPainter(
		{ projector, memory: heap.memory, pictureAddress: place.address, surrounds },
		{ kernel: "bilinear", antialias: "auto" },
	);
	const paint = (request: Partial<PaintRequest>, yawDeg = 20) => {
		const lease = store.acquireNewest()!;
		try {
			const worldFromView = quaternionFromAngles({ yawDeg, pitchDeg: 10, rollDeg: 5 });
			// It arrives at the last moment.
			const takePose = () => ({ worldFromView, fovRad: 1.5, sequence: 1, receivedSec: monotonicSec() });
			return painter.paint(
				lease,
				{ size: SIZE, lens: { lens: "flat" }, surround: true, nowSec: 0, ...request },
				takePose,
			);
		} finally {
			lease.release();
		}
	};
	return { paint, publish };
}

/** A copy of some rows of a picture. */
function rowsOf(picture: I420Picture, start: number, count: number): readonly Uint8Array[] {
	const layout = pictureRowsLayout(picture, { start, count });
	return PLANE_NAMES.map((name) => {
		const { offset, stride, height } = layout[name];
		return picture.data.slice(offset, offset + stride * height);
	});
}

const areSame = (a: readonly Uint8Array[], b: readonly Uint8Array[]) =>
	a.every((plane, index) => Buffer.compare(plane, b[index]!) === 0);

const surroundOf = ({ picture, geometry }: PaintedPicture) => {
	const surround = geometry.surround!;
	return { surround, rows: rowsOf(picture, picture.height - surround.height, surround.height) };
};

/** Largest difference between a surround and the true codes, at directions all over the sphere. */
function worstMiss({ surround, rows }: { surround: SurroundSize; rows: readonly Uint8Array[] }): number {
	let worst = 0;
	for (let i = 0; i < 3000; i++) {
		const y = 1 - (2 * i + 1) / 3000;
		const level = Math.sqrt(1 - y * y);
		const ray = [level * Math.cos(2.4 * i), y, level * Math.sin(2.4 * i)] as const;
		const [column, row] = surroundPlace(ray, surround);
		for (const [index, plane] of rows.entries()) {
			const step = index === 0 ? 1 : 2;
			const place = Math.floor(row / step) * (surround.width / step) + Math.floor(column / step);
			worst = Math.max(worst, Math.abs(plane[place]! - code(index, ray)));
		}
	}
	return worst;
}

describe("ViewPainter", () => {
	it("states that drawing began when its pose was read, also where that came last", async () => {
		const { paint } = await setUp();
		const { pose, drawStartSec } = paint({ nowSec: monotonicSec() });
		expect(drawStartSec).toBeGreaterThanOrEqual(pose.receivedSec);
		expect(drawStartSec).toBeLessThanOrEqual(monotonicSec());
	});

	it("paints the same view with a surround as without, byte by byte", async () => {
		const { paint } = await setUp();
		const plain = paint({ surround: false });
		expect([plain.picture.height, plain.geometry.surround]).toEqual([200, undefined]);
		const before = rowsOf(plain.picture, 0, 200);
		const { picture, geometry } = paint({});
		expect(geometry).toEqual({ lens: "flat", surround: { width: 360, height: 32, cuts: 1, gap: 8 } });
		expect(picture.height).toBe(200 + 8 + 32);
		expect(areSame(rowsOf(picture, 0, 200), before)).toBe(true);
		const [last] = rowsOf(picture, 198, 2);
		const [gap] = rowsOf(picture, 200, 8);
		for (let row = 0; row < 8; row++)
			expect(gap!.subarray(row * 360, (row + 1) * 360)).toEqual(last!.subarray(360));
	});

	it.each(["left", "topleft"] as const)(
		"shows every direction in the surround at its place, whatever the view's own, with chroma %s",
		async (chromaSiting) => {
			const { paint } = await setUp(chromaSiting);
			const surround = surroundOf(paint({}));
			// Three degrees for a pixel of this small one: 4 codes, and a chroma sample has two.
			expect(worstMiss(surround)).toBeLessThan(9);
			const later = surroundOf(paint({ nowSec: 5 }, 170));
			expect(areSame(later.rows, surround.rows), "the view turns, the surround does not").toBe(true);
		},
	);

	it("draws a few tiles of a changed panorama with each picture, each four times a second at most", async () => {
		const { paint, publish } = await setUp();
		const first = surroundOf(paint({}));
		publish(40);
		expect(areSame(surroundOf(paint({ nowSec: 0.01 })).rows, first.rows)).toBe(true);
		const changes = new Set<number>();
		for (let nowSec = 0.02; nowSec < 0.27; nowSec += 0.01) {
			const { rows } = surroundOf(paint({ nowSec }));
			changes.add(rows[0]!.reduce((sum, value, index) => sum + (value === first.rows[0]![index] ? 0 : 1), 0));
		}
		expect(changes.size, "one tile after the other").toBe(7);
		const all = surroundOf(paint({ nowSec: 0.3 }));
		publish(0);
		paint({ nowSec: 0.4 });
		expect(areSame(surroundOf(paint({ nowSec: 0.6 })).rows, first.rows)).toBe(true);
		expect(areSame(all.rows, first.rows)).toBe(false);
	});

	it("knows the surrounds of ten small windows of different sizes after the first pictures", async () => {
		const { paint, publish } = await setUp();
		const unproject = vi.spyOn(SurroundTile.prototype, "unproject");
		const paintAll = (nowSec: number) => {
			for (let smaller = 0; smaller < 10; smaller++)
				paint({ size: { width: 100 - 2 * smaller, height: 64, eyes: 1 }, nowSec });
			// Only tables begin before the first column.
			return unproject.mock.calls.filter(([x]) => x < -1).length;
		};
		const first = paintAll(0);
		expect(first).toBeGreaterThan(0);
		expect(paintAll(0)).toBe(first);
		publish(40);
		expect(paintAll(0.25)).toBe(first);
		unproject.mockRestore();
	});

	it("draws each eye through a frustum of its own, turned as the eye's camera is", async () => {
		const { paint } = await setUp();
		const left = { left: 1.2, right: 0.8, up: 0.7, down: 0.9 };
		const right = { left: 0.8, right: 1.2, up: 0.7, down: 0.9, headFromEye: TURNED };
		const shape = (...frusta: readonly EyeFrustum[]) => ({ lens: "flat", shape: { frusta, aspect: 1.8 } }) as const;
		const copies = [left, right].map((frustum) => {
			const { picture, geometry } = paint({ lens: shape(frustum), surround: false });
			expect(geometry).toMatchObject({ lens: "flat", frusta: [frustum] });
			return rowsOf(picture, 0, 200);
		});
		const both = paint({ size: { ...SIZE, eyes: 2 }, lens: shape(left, right) });
		expect(both.geometry).toMatchObject({ frusta: [left, right], surround: { gap: 0 } });
		expect(both.pose.fovRad).toBeCloseTo(Math.atan(1.2) + Math.atan(0.8));
		for (const [eye, rows] of copies.entries())
			expect(areSame(rowsOf(both.picture, 200 * eye, 200), rows)).toBe(true);
		expect(areSame(copies[0]!, copies[1]!)).toBe(false);
	});

	it("squeezes a foveated view as its frame message says", async () => {
		const { paint } = await setUp();
		const gaze = [0.3, -0.1] as const;
		const { picture, geometry, pose } = paint({ lens: { lens: "flat", shape: { gaze, aspect: 16 / 9 } } });
		expect(geometry).toMatchObject({ lens: "foveated", foveation: { gaze }, surround: { gap: 8 } });
		const [frustum] = geometry.frusta!;
		const { strength } = geometry.foveation!;
		const place = (tangent: number, from: number, to: number, axis: 0 | 1) => {
			const at = (value: number) => squeezed(value - gaze[axis], strength[axis]);
			return (at(tangent) - at(from)) / (at(to) - at(from));
		};
		const m = matrixFromQuaternion(pose.worldFromView);
		const [luma] = rowsOf(picture, 0, 200);
		for (let across = -0.9; across < 0.9; across += 0.05)
			for (let down = -0.5; down < 0.5; down += 0.05) {
				const column = Math.floor(SIZE.width * place(across, -frustum!.left, frustum!.right, 0));
				const row = Math.floor(SIZE.height * place(down, -frustum!.up, frustum!.down, 1));
				const length = Math.hypot(across, down, 1);
				const [x, y, z] = [across / length, -down / length, -1 / length];
				const ray = [
					m[0] * x + m[1] * y + m[2] * z,
					m[3] * x + m[4] * y + m[5] * z,
					m[6] * x + m[7] * y + m[8] * z,
				] as const;
				expect(Math.abs(luma![row * SIZE.width + column]! - code(0, ray))).toBeLessThan(2.5);
			}
	});

	it("has no surround for a projection of the application's own, which can't be turned", async () => {
		const { paint } = await setUp();
		expect(paint({ lens: { lens: { kind: "cubemap" } } }).geometry).toEqual({
			lens: "custom",
			surround: undefined,
		});
		expect(paint({ lens: { lens: "pannini" } }).geometry).toMatchObject({ lens: "pannini", surround: { cuts: 1 } });
	});

	it("knows the rays of two foveated eyes after the first picture, in whatever direction they look", async () => {
		const { paint } = await setUp();
		const unproject = vi.spyOn(Foveated.prototype, "unproject");
		const [left, right] = [
			{ left: 0.75, right: 0.5, up: 0.5, down: 0.5 },
			{ left: 0.5, right: 0.75, up: 0.5, down: 0.5 },
		];
		const size = { width: 640, height: 320, eyes: 2 } as const;
		const request = {
			size,
			surround: false,
			lens: { lens: "flat", shape: { frusta: [left, right], gaze: [0, 0], aspect: 2 } },
		} as const;
		// Only tables of a whole view begin before its first column.
		const tabulated = () => unproject.mock.calls.filter(([x]) => x < -1).length;
		paint(request);
		const first = tabulated();
		expect(first).toBeGreaterThan(0);
		paint(request, 30);
		expect(tabulated()).toBe(first);
		unproject.mockRestore();
	});
});
