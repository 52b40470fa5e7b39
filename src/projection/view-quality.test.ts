import { beforeAll, describe, expect, it } from "vitest";
import type { PinholeView } from "../media/view.ts";
import { ReferenceProjector } from "./reference-projector.ts";
import {
	comparePlanes,
	ProjectionFixture,
	seededRandom,
	truthOf,
	viewOf,
	wavePattern,
} from "./sphere-pattern.cases.ts";

// The gates of the product for bilinear sampling, 1920x960 to 960x540 at 90 degrees, at half of
// that size and of the patterns' frequencies: as many radians from sample to sample. Against the
// pattern itself at the output's sample positions. `npm run bench:fidelity` measures the full size.

const WIDTH = 480;
const HEIGHT = 270;

const random = seededRandom(7);
const VIEWS: Readonly<Record<string, PinholeView>> = {
	front: viewOf(WIDTH, HEIGHT, 0, 0),
	seam: viewOf(WIDTH, HEIGHT, 180, 0),
	zenith: viewOf(WIDTH, HEIGHT, 0, 90),
	nadir: viewOf(WIDTH, HEIGHT, 0, -90),
	"37 right, 23 up": viewOf(WIDTH, HEIGHT, 37, 23),
	random: viewOf(WIDTH, HEIGHT, 360 * random() - 180, 180 * random() - 90, 360 * random() - 180),
};

const AS_GOOD_AS_FRONT = ["seam", "zenith", "nadir"];

interface PlaneQuality {
	readonly psnr: number;
	readonly bias: number;
}

let fixture: ProjectionFixture;

beforeAll(async () => {
	fixture = await ProjectionFixture.create({
		panoramaWidth: 960,
		panoramaHeight: 480,
		maxWidth: WIDTH,
		maxHeight: HEIGHT,
	});
});

describe.each([
	{ k: 60 / 2, gate: 56 },
	{ k: 320 / 2, gate: 49 },
])("a pattern of $k radians per radian", ({ k, gate }) => {
	// Chroma has half the samples: half the frequency is as hard.
	const patterns = [wavePattern(k, 1), wavePattern(k / 2, 2), wavePattern(k / 2, 3)] as const;
	const truths = new Map<PinholeView, readonly Float64Array[]>();
	let front: readonly PlaneQuality[];

	beforeAll(() => {
		fixture.paint(patterns);
		fixture.projector.project(fixture.panorama, VIEWS["front"]!, fixture.into(VIEWS["front"]!));
		front = quality(VIEWS["front"]!);
	});

	/** Quality of each plane of `view`, which has been drawn, against the patterns. */
	function quality(view: PinholeView): readonly PlaneQuality[] {
		const truth = truths.get(view) ?? truthOf({ planes: fixture.planes, warp: fixture.warp(view) }, patterns);
		truths.set(view, truth);
		return fixture.viewPlanes(view).map((plane, index) => comparePlanes(plane, truth[index]!));
	}

	it.each(Object.keys(VIEWS))(`is drawn with ${gate} dB and without bias: %s`, (name) => {
		const view = VIEWS[name]!;
		fixture.projector.project(fixture.panorama, view, fixture.into(view));
		for (const [index, { psnr, bias }] of quality(view).entries()) {
			expect(psnr, `plane ${index}`).toBeGreaterThanOrEqual(gate);
			// How hard other directions are depends on how the waves happen to run there.
			if (AS_GOOD_AS_FRONT.includes(name))
				expect(psnr, `plane ${index}`).toBeGreaterThanOrEqual(front[index]!.psnr - 0.5);
			expect(Math.abs(bias), `plane ${index}`).toBeLessThanOrEqual(0.02);
		}
	});

	it("is drawn within 0.1 dB of the double-precision twin", () => {
		const view = VIEWS["37 right, 23 up"]!;
		fixture.projector.project(fixture.panorama, view, fixture.into(view));
		const fast = quality(view);
		new ReferenceProjector().project(fixture.panorama, view, fixture.into(view));
		for (const [index, { psnr }] of quality(view).entries()) {
			expect(fast[index]!.psnr, `plane ${index}`).toBeGreaterThan(psnr - 0.1);
		}
	});
});
