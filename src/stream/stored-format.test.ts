import { describe, expect, it } from "vitest";
import type { PanoramaFormat } from "../media/panorama.ts";
import type { Projection, Ray } from "../media/projection.ts";
import { createProjection } from "../projection/create-projection.ts";
import { projectionSpecFrom } from "../projection/custom-projection.ts";
import { sameFormat, shareableProjection, storedFormat } from "./stored-format.ts";

const color = { range: "limited", matrix: "bt709", chromaSiting: "left" } as const;
const FORMAT: PanoramaFormat = { width: 512, height: 256, eyes: 1, color };

/** An object with the two functions of a whole sphere, and nothing else. */
function ownSphere(width = 512, height = 256): Projection {
	const sphere = createProjection({ kind: "equirect" }, width, height);
	return { width, height, project: (ray) => sphere.project(ray), unproject: (x, y) => sphere.unproject(x, y) };
}

describe("a projection of the application's own", () => {
	it("reaches other threads as samples, from an object or a function, for pictures of any size", () => {
		const ray: Ray = [0.3, 0.2, -1];
		for (const [own, width, height] of [
			[ownSphere(128, 64), 300, 200],
			[ownSphere, 512, 256],
		] as const) {
			const shareable = structuredClone(shareableProjection(projectionSpecFrom(own)!, width, height));
			const [x, y] = createProjection(shareable, width, height).project(ray);
			const [expectedX, expectedY] = ownSphere(width, height).project(ray);
			expect(Math.hypot(x - expectedX, y - expectedY)).toBeLessThan(0.1);
		}
	});

	it("is sampled once for viewers who share it, in pictures of one shape", () => {
		const own = ownSphere(64, 32);
		const [first, second] = [projectionSpecFrom(own)!, projectionSpecFrom(own)!];
		expect(shareableProjection(first, 64, 32)).toBe(shareableProjection(second, 128, 64));
	});

	it("is refused where it is none, or says another size than it was asked for", () => {
		for (const value of ["fisheye", 5, null, {}, { project: () => [0, 0] }])
			expect(projectionSpecFrom(value)).toBeUndefined();
		const make = (own: unknown) => () => shareableProjection(projectionSpecFrom(() => own)!, 320, 180);
		expect(make(undefined)).toThrow("is { width, height, project, unproject }");
		expect(make(ownSphere(320, 200))).toThrow("320x180 states that size; got 320x200");
		expect(() => storedFormat({ ...FORMAT, projection: { kind: "fisheye", fovDeg: 700 } })).toThrow(/fov.*700|700/);
	});

	it("makes another format, as an orientation does, and the same description the same", () => {
		const fisheye = (fovDeg: number) => ({ ...FORMAT, projection: { kind: "fisheye", fovDeg } as const });
		expect(sameFormat(fisheye(180), fisheye(180))).toBe(true);
		expect(sameFormat(fisheye(180), fisheye(190))).toBe(false);
		expect(sameFormat(FORMAT, { ...FORMAT, worldFromPanorama: [0, 1, 0, 0] })).toBe(false);
		expect(sameFormat(FORMAT, { ...FORMAT, color: { ...color, range: "full" } })).toBe(false);
	});
});
