import { beforeAll, describe, expect, it } from "vitest";
import type { I420Picture } from "../media/i420-picture.ts";
import { type PanoramaFormat, pictureLayout, readPanoramaGains } from "../media/panorama.ts";
import type { DualFisheyeSpec } from "../media/projection.ts";
import { SharedHeap } from "../media/shared-heap.ts";
import type { WasmModule } from "../media/wasm-types.ts";
import { createProjection } from "./create-projection.ts";
import type { Ray } from "./geometry.ts";
import { PanoramaWriter } from "./panorama-writer.ts";
import type { PanoramaPicture } from "./projector.ts";
import { ReferenceProjector } from "./reference-projector.ts";
import { comparePlanes, planesOf, viewOf } from "./sphere-pattern.cases.ts";
import { compileKernel, WasmProjector } from "./wasm-projector.ts";

const [WIDTH, HEIGHT] = [384, 192];
const PAIR: DualFisheyeSpec = { kind: "dual-fisheye", fovDeg: 200 };
const VIEW = viewOf(192, 108, 90, 10, 0, 100);
const VIEW_BYTES = pictureLayout(VIEW.width, VIEW.height).byteLength;

function formatOf(projection: DualFisheyeSpec = PAIR, range: "limited" | "full" = "limited"): PanoramaFormat {
	const color = { range, matrix: "bt709", chromaSiting: "left" } as const;
	return { width: WIDTH, height: HEIGHT, eyes: 1, color, projection };
}

/** The direction of each sample of luma, the same for all pairs. */
const projection = createProjection(PAIR, WIDTH, HEIGHT);
const RAYS: readonly Ray[] = Array.from({ length: WIDTH * HEIGHT }, (_, at) =>
	projection.unproject((at % WIDTH) + 0.5, Math.floor(at / WIDTH) + 0.5),
);

/** A pair of lenses in memory that a kernel draws from. */
class Pair {
	readonly writer: PanoramaWriter;
	readonly heap = new SharedHeap();
	readonly bytes: Uint8Array;
	readonly address: number;
	readonly #into: number;
	readonly #projector: WasmProjector;
	readonly #format: PanoramaFormat;

	constructor(module: WasmModule, format: PanoramaFormat) {
		this.#format = format;
		this.writer = new PanoramaWriter(format);
		const [maxWidth, maxHeight] = [VIEW.width, VIEW.height];
		this.address = this.heap.allocate(this.writer.layout.byteLength).address;
		this.#into = this.heap.allocate(VIEW_BYTES).address;
		const scratchAddress = this.heap.allocate(WasmProjector.scratchBytes(maxWidth, maxHeight)).address;
		this.bytes = new Uint8Array(this.heap.memory.buffer);
		this.#projector = new WasmProjector({ module, memory: this.heap.memory, scratchAddress, maxWidth, maxHeight });
	}

	/** Luma of a scene, above black times each lens's exposure, and gray chroma. */
	write(scene: (ray: Ray) => number, exposures: readonly [number, number], timeSec: number): readonly number[] {
		const black = this.#format.color.range === "limited" ? 16 : 0;
		const luma = new Uint8Array(WIDTH * HEIGHT);
		for (const [at, ray] of RAYS.entries()) {
			const exposure = exposures[at % WIDTH < WIDTH / 2 ? 0 : 1];
			luma[at] = Number.isNaN(ray[0]) ? black : Math.round(black + (scene(ray) - black) * exposure);
		}
		this.writer.writePlane(this.bytes, this.address, "y", luma, WIDTH);
		const gray = new Uint8Array(WIDTH / 2).fill(128);
		for (const name of ["u", "v"] as const) this.writer.writePlane(this.bytes, this.address, name, gray, 0);
		this.writer.matchExposure(this.bytes, this.address, timeSec);
		return readPanoramaGains(this.bytes, this.address);
	}

	/** The view's luma. */
	draw(): Uint8Array {
		const into = this.#picture(this.bytes.subarray(this.#into, this.#into + VIEW_BYTES));
		this.#projector.project(this.#panorama, VIEW, into);
		return planesOf(into)[0]!;
	}

	/** The same by the slow twin. */
	drawSlowly(): Uint8Array {
		const into = this.#picture(new Uint8Array(VIEW_BYTES));
		new ReferenceProjector().project(this.#panorama, VIEW, into);
		return planesOf(into)[0]!;
	}

	get #panorama(): PanoramaPicture {
		const { layout } = this.writer;
		const data = this.bytes.subarray(this.address, this.address + layout.byteLength);
		return { format: this.#format, layout, data };
	}

	#picture(data: Uint8Array): I420Picture {
		return { data, width: VIEW.width, height: VIEW.height };
	}
}

describe("ExposureMatch", () => {
	let module: WasmModule;
	beforeAll(async () => {
		module = await compileKernel();
	});

	it.each(["limited", "full"] as const)(
		"leaves no step of a constant that two lenses expose differently, %s",
		(range) => {
			const pair = new Pair(module, formatOf(PAIR, range));
			const [first, second] = pair.write(() => (range === "limited" ? 116 : 120), [1.1, 0.9], 0);
			expect(first! / second!).toBeCloseTo(0.9 / 1.1, 2);
			expect(first! * second!).toBeCloseTo(1, 6);
			const drawn = pair.draw();
			expect(Math.max(...drawn) - Math.min(...drawn)).toBeLessThanOrEqual(1);
			expect(comparePlanes(drawn, pair.drawSlowly()).max).toBeLessThanOrEqual(2);
		},
	);

	it("leaves no step of a ramp", () => {
		const pair = new Pair(module, formatOf());
		// Brightness goes with the height, so that each row of a level view has one.
		pair.write(([x, y, z]) => 120 + 60 * (y / Math.hypot(x, y, z)), [0.92, 1.08], 0);
		const drawn = pair.draw();
		expect(comparePlanes(drawn, pair.drawSlowly()).max).toBeLessThanOrEqual(3);
		// Across the seam, in the middle column, steps are as small as elsewhere.
		let greatest = 0;
		for (let row = 0; row < VIEW.height; row++) {
			for (let column = 1; column < VIEW.width; column++) {
				const at = row * VIEW.width + column;
				greatest = Math.max(greatest, Math.abs(drawn[at]! - drawn[at - 1]!));
			}
		}
		expect(greatest).toBeLessThanOrEqual(3);
	});

	it("follows a change in about a second, and a new scene at once", () => {
		const pair = new Pair(module, formatOf());
		const ratio = (gains: readonly number[]) => gains[1]! / gains[0]!;
		expect(ratio(pair.write(() => 120, [1, 1], 0))).toBeCloseTo(1, 2);
		const steps = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map((n) => ratio(pair.write(() => 120, [1.1, 1], n / 10)));
		// 63 % of the way to 1.1 after a second, by less than a hundredth for each picture.
		expect(steps.at(-1)).toBeCloseTo(1 + 0.063, 2);
		for (const [n, value] of steps.entries()) expect(value - (steps[n - 1] ?? 1)).toBeLessThan(0.0105);
		expect(ratio(pair.write(() => 190, [1.1, 1], 1.1))).toBeCloseTo(1.1, 2);
		// A seek is a new scene, too, and differences that are no exposure are bounded.
		expect(ratio(pair.write(() => 120, [1, 0.4], 20))).toBeCloseTo(1 / 0.7, 2);
	});

	it("changes the seam of a moving picture no more than two lenses of one exposure do", () => {
		const changeAtSeam = (exposures: readonly [number, number]) => {
			const pair = new Pair(module, formatOf());
			const [before, after] = [0, 1].map((frame) => {
				const scene = ([x, y, z]: Ray) => {
					const [yaw, height] = [Math.atan2(x, -z), y / Math.hypot(x, y, z)];
					return 120 + 30 * Math.sin(6 * yaw + 0.4 * frame) + 20 * Math.sin(9 * height + 0.3 * frame);
				};
				pair.write(scene, exposures, frame / 30);
				return pair.draw();
			});
			let sum = 0;
			for (let row = 0; row < VIEW.height; row++) {
				for (let column = VIEW.width / 2 - 6; column < VIEW.width / 2 + 6; column++) {
					const at = row * VIEW.width + column;
					sum += Math.abs(after![at]! - before![at]!);
				}
			}
			return sum;
		};
		expect(changeAtSeam([1.08, 0.94])).toBeLessThan(1.03 * changeAtSeam([1, 1]));
	});

	it("does nothing for one lens, for a pair that asks for none, and for a picture in the dark", () => {
		const off = new Pair(module, formatOf({ ...PAIR, matchExposure: false }));
		expect(off.write(() => 120, [1.2, 1], 0)).toEqual([1, 1]);
		const dark = new Pair(module, formatOf());
		expect(dark.write(() => 18, [1, 1], 0)).toEqual([1, 1]);
	});
});
