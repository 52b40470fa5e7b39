import { beforeAll, describe, expect, it } from "vitest";
import type { ProjectionSpec } from "../media/projection.ts";
import type { PinholeView } from "../media/view.ts";
import { Equirectangular } from "./equirectangular.ts";
import type { DrawOptions, Projector, SamplingKernel } from "./projector.ts";
import { ReferenceProjector } from "./reference-projector.ts";
import {
	comparePlanes,
	ProjectionFixture,
	planesOf,
	type SpherePattern,
	truthOf,
	viewOf,
	wavePattern,
} from "./sphere-pattern.cases.ts";
import { Warp } from "./warp.ts";

// The gates of the product for all kernels, for anti-aliasing and for projections other than the
// whole sphere. The pictures are smaller than those of the gates (1920x960, 3840x1920), and the
// patterns' frequencies with them: as many radians from sample to sample.

/** A part of the view that sees 90 degrees of 1920x960 in 960x540, at half the resolution. */
const WIDTH = 160;
const HEIGHT = 90;
const FOV_DEG = 36.87;
const GENTLE = 60 / 2;
const HARD = 320 / 2;

const VIEWS: Readonly<Record<string, PinholeView>> = {
	front: viewOf(WIDTH, HEIGHT, 0, 0, 0, FOV_DEG),
	seam: viewOf(WIDTH, HEIGHT, 180, 0, 0, FOV_DEG),
	zenith: viewOf(WIDTH, HEIGHT, 0, 90, 0, FOV_DEG),
	"37 right, 23 up, rolled": viewOf(WIDTH, HEIGHT, 37, 23, 30, FOV_DEG),
};

const twin = new ReferenceProjector();

type Patterns = readonly [y: SpherePattern, u: SpherePattern, v: SpherePattern];

function patternsOf(k: number): Patterns {
	// Chroma has half the samples: half the frequency is as hard.
	return [wavePattern(k, 1), wavePattern(k / 2, 2), wavePattern(k / 2, 3)];
}

/** What views show of patterns, without loss: it is the same whatever draws them. */
const truths = new WeakMap<Patterns, Map<PinholeView, readonly Float64Array[]>>();

function truthOfView(fixture: ProjectionFixture, view: PinholeView, patterns: Patterns): readonly Float64Array[] {
	const ofPatterns = truths.get(patterns) ?? new Map<PinholeView, readonly Float64Array[]>();
	truths.set(patterns, ofPatterns);
	const truth = ofPatterns.get(view) ?? truthOf({ planes: fixture.planes, warp: fixture.warp(view) }, patterns);
	ofPatterns.set(view, truth);
	return truth;
}

/** Quality of each plane of a view against the patterns. */
function qualities(
	fixture: ProjectionFixture,
	view: PinholeView,
	patterns: Patterns,
	options: DrawOptions,
	projector: Projector = fixture.projector,
) {
	projector.project(fixture.panorama, view, fixture.into(view), options);
	const truth = truthOfView(fixture, view, patterns);
	return planesOf(fixture.into(view)).map((plane, index) => comparePlanes(plane, truth[index]!));
}

/** Checks that a hard pattern is drawn as well as it can be with a kernel. */
function expectExact(fixture: ProjectionFixture, view: PinholeView, patterns: Patterns, kernel: SamplingKernel): void {
	const exact = qualities(fixture, view, patterns, { kernel }, twin);
	for (const [index, { psnr }] of qualities(fixture, view, patterns, { kernel }).entries()) {
		const what = `${JSON.stringify(view)}, ${kernel}, plane ${index}`;
		expect(psnr, what).toBeGreaterThanOrEqual(exact[index]!.psnr - 0.3);
		if (kernel !== "bilinear") expect(psnr, what).toBeGreaterThanOrEqual(55);
	}
}

describe("a whole sphere", () => {
	const [gentle, hard] = [patternsOf(GENTLE), patternsOf(HARD)];
	let gentleSphere: ProjectionFixture;
	let hardSphere: ProjectionFixture;

	beforeAll(async () => {
		const size = { panoramaWidth: 960, panoramaHeight: 480, maxWidth: WIDTH, maxHeight: HEIGHT };
		[gentleSphere, hardSphere] = await Promise.all([
			ProjectionFixture.create(size),
			ProjectionFixture.create(size),
		]);
		gentleSphere.paint(gentle);
		hardSphere.paint(hard);
	});

	describe.each<SamplingKernel>(["bilinear", "bicubic", "lanczos"])("%s,", (kernel) => {
		it("of a gentle pattern is drawn with 56 dB, without bias, at seam and pole as in front", () => {
			const front = qualities(gentleSphere, VIEWS["front"]!, gentle, { kernel });
			for (const [name, view] of Object.entries(VIEWS)) {
				for (const [index, { psnr, bias }] of qualities(gentleSphere, view, gentle, { kernel }).entries()) {
					expect(psnr, `${name}, plane ${index}`).toBeGreaterThanOrEqual(56);
					expect(psnr, `${name}, plane ${index}`).toBeGreaterThanOrEqual(front[index]!.psnr - 0.5);
					expect(Math.abs(bias), `${name}, plane ${index}`).toBeLessThanOrEqual(0.02);
				}
			}
		});

		it("of a hard pattern is drawn within 0.3 dB of exact mathematics", () => {
			for (const view of Object.values(VIEWS)) expectExact(hardSphere, view, hard, kernel);
		});
	});
});

describe("a minified sphere", () => {
	const [width, height] = [160, 90];
	/** Eight plane waves of 100 to 900 radians a radian for 3840x1920, at a quarter of that. */
	const pattern = wavePattern([25, 225], 5);
	const patterns: Patterns = [pattern, () => 128, () => 128];
	const views: Readonly<Record<string, readonly [yawDeg: number, pitchDeg: number]>> = {
		front: [0, 0],
		seam: [180, 0],
		zenith: [0, 90],
		"37 right, 35 up": [37, 35],
	};
	let fixture: ProjectionFixture;
	let withMips: ProjectionFixture;

	beforeAll(async () => {
		const size = { panoramaWidth: 960, panoramaHeight: 480, maxWidth: width, maxHeight: height };
		[fixture, withMips] = await Promise.all([
			ProjectionFixture.create(size),
			ProjectionFixture.create({ ...size, mipLevels: 2 }),
		]);
		fixture.paint(patterns);
		withMips.paint(patterns);
	});

	/** Luma as it would be if each sample were the mean of the pattern over its square. */
	function truthOfLuma(view: PinholeView): Float64Array {
		return truthOf({ planes: fixture.planes, warp: fixture.warp(view) }, [pattern], 8)[0]!;
	}

	function quality(from: ProjectionFixture, view: PinholeView, options: DrawOptions, truth: Float64Array) {
		from.projector.project(from.panorama, view, from.into(view), options);
		return comparePlanes(planesOf(from.into(view))[0]!, truth);
	}

	it.each(Object.keys(views))("to a third is drawn with 52 dB: %s", (name) => {
		const [yawDeg, pitchDeg] = views[name]!;
		const view = viewOf(width, height, yawDeg, pitchDeg, 0, 110);
		const truth = truthOfLuma(view);
		for (const kernel of ["bilinear", "bicubic"] as const) {
			const { psnr, bias } = quality(fixture, view, { antialias: "auto", kernel }, truth);
			expect(psnr, kernel).toBeGreaterThanOrEqual(52);
			expect(Math.abs(bias), kernel).toBeLessThanOrEqual(0.02);
		}
	});

	it("to a sixth is drawn from its smaller copies, or with more samples, but never aliased", () => {
		for (const [name, [yawDeg, pitchDeg]] of Object.entries(views)) {
			const view = viewOf(80, 44, yawDeg, pitchDeg, 0, 110);
			const truth = truthOfLuma(view);
			expect(quality(fixture, view, { antialias: "auto" }, truth).psnr, name).toBeGreaterThan(54);
			// A copy of half the size has hardly two samples for the shortest of the waves.
			expect(quality(withMips, view, { antialias: "auto" }, truth).psnr, name).toBeGreaterThan(49);
			expect(quality(fixture, view, {}, truth).psnr, name).toBeLessThan(38);
		}
	});
});

/** Projections of panoramas, and views that see what is hard to draw in them. */
const PROJECTIONS: readonly {
	readonly name: string;
	readonly spec: ProjectionSpec;
	readonly size: readonly [width: number, height: number];
	/** Samples a radian, where there are fewest. */
	readonly density: number;
	/** Yaw and pitch, degrees, of the front and of other views. */
	readonly views: readonly (readonly [yawDeg: number, pitchDeg: number])[];
}[] = [
	{
		...{ name: "a cubemap", spec: { kind: "cubemap" }, size: [768, 512], density: 128 },
		views: [
			[0, 0],
			[45, 0],
			[45, 35],
			[0, 90],
			[180, -45],
		],
	},
	{
		...{ name: "an equi-angular cubemap", spec: { kind: "eac" }, size: [768, 512], density: 163 },
		views: [
			[0, 0],
			[45, 35],
			[180, -45],
		],
	},
	{
		...{ name: "a fisheye", spec: { kind: "fisheye", fovDeg: 200 }, size: [512, 512], density: 147 },
		views: [
			[0, 0],
			[60, 10],
			[0, -62],
		],
	},
	{
		...{
			name: "half a sphere",
			spec: { kind: "equirect", bounds: { top: 0, bottom: 0, left: 0.25, right: 0.25 } },
		},
		...{
			size: [480, 480],
			density: 153,
			views: [
				[0, 0],
				[55, 20],
				[0, 75],
			],
		},
	},
	{
		...{ name: "two fisheyes", spec: { kind: "dual-fisheye" }, size: [1024, 512], density: 154 },
		views: [
			[0, 0],
			[90, 0],
			[180, 20],
			[-90, 45],
		],
	},
	{
		...{ name: "a cylinder", spec: { kind: "cylindrical" }, size: [960, 480], density: 152 },
		views: [
			[0, 0],
			[130, 20],
		],
	},
];

describe.each(PROJECTIONS)("$name", ({ spec, size, density, views }) => {
	it("is drawn with 56 dB where it is gentle, and within 0.3 dB of exact mathematics where it is hard", async () => {
		const fixture = await ProjectionFixture.create({
			...{ panoramaWidth: size[0], panoramaHeight: size[1], maxWidth: 160, maxHeight: 90, projection: spec },
		});
		// As many radians from sample to sample as 60 and 320 are for 1920x960.
		const [gentle, hard] = [60, 320].map((k) => patternsOf((k / 1920) * 2 * Math.PI * density));
		const drawn = views.map(([yawDeg, pitchDeg]) => viewOf(160, 90, yawDeg, pitchDeg, 0, 40));
		fixture.paint(gentle!);
		for (const view of drawn) {
			for (const kernel of ["bilinear", "bicubic"] as const) {
				for (const { psnr, bias } of qualities(fixture, view, gentle!, { kernel })) {
					expect(psnr, `${JSON.stringify(view)}, ${kernel}`).toBeGreaterThanOrEqual(56);
					expect(Math.abs(bias), `${JSON.stringify(view)}, ${kernel}`).toBeLessThanOrEqual(0.02);
				}
			}
		}
		fixture.paint(hard!);
		for (const view of drawn) expectExact(fixture, view, hard!, "bicubic");
	});
});

it("the mean of several samples never reaches over the edge of a cube's face to another place", async () => {
	const fixture = await ProjectionFixture.create({
		...{ panoramaWidth: 768, panoramaHeight: 512, maxWidth: 600, maxHeight: 300, projection: { kind: "cubemap" } },
	});
	const pattern = wavePattern(6, 1);
	fixture.paint([pattern, () => 128, () => 128]);
	const [width, height] = [600, 300];
	const whole = { lens: "projection", width, height, projection: { kind: "equirect" } } as const;
	const view = { ...whole, worldFromView: [0, 0, 0, 1] } as const;
	fixture.projector.project(fixture.panorama, view, fixture.into(view), { antialias: "auto" });
	const warp = new Warp(new Equirectangular(width, height), view.worldFromView, new Equirectangular(width, height));
	const truth = truthOf({ planes: fixture.planes, warp }, [pattern])[0]!;
	expect(comparePlanes(planesOf(fixture.into(view))[0]!, truth).max).toBeLessThan(2);
});
