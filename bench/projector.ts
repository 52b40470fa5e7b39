// How long does one view of a 4K panorama take, with the view moving in every frame and standing
// still, beside FFmpeg's v360? And how much longer with other kernels, anti-aliased, and from other
// projections than from the whole sphere, bilinear?
import type { ProjectionSpec } from "../src/media/projection.ts";
import type { DrawOptions } from "../src/projection/projector.ts";
import { ProjectionFixture, viewOf, wavePattern } from "../src/projection/sphere-pattern.cases.ts";
import { V360 } from "../src/projection/v360.cases.ts";
import { type BenchRow, benchRow } from "./bench-row.ts";
import { median } from "./statistics.ts";

const PANORAMA_WIDTH = 3840;
const PANORAMA_HEIGHT = 1920;
const FOV_DEG = 90;

const SIZES = [
	{ name: "1080p", width: 1920, height: 1080 },
	{ name: "720p", width: 1280, height: 720 },
];

/**
 * Rounds of ours and v360 in turn; the median of each counts, so that a busy moment of the machine
 * harms neither.
 */
const ROUNDS = 5;
const OUR_FRAMES = 60;
const V360_FRAMES = { moving: 1, still: 8 };
const TARGET_MS = 4;
const TARGET_RATIO = { moving: 50, still: 1.5 };

/** Ways to draw, beside bilinear sampling of the same views, and how much longer they may take. */
const WAYS: readonly {
	readonly name: string;
	readonly width: number;
	readonly height: number;
	readonly fovDeg: number;
	readonly options: DrawOptions;
	readonly atMost?: number;
}[] = [
	{ name: "1080p-nearest", width: 1920, height: 1080, fovDeg: FOV_DEG, options: { kernel: "nearest" } },
	{ name: "1080p-bicubic", width: 1920, height: 1080, fovDeg: FOV_DEG, options: { kernel: "bicubic" }, atMost: 3 },
	{ name: "1080p-lanczos", width: 1920, height: 1080, fovDeg: FOV_DEG, options: { kernel: "lanczos" } },
	// Minified up to 2.7 times.
	{ name: "360p-2x2", width: 640, height: 360, fovDeg: 110, options: { antialias: "auto" }, atMost: 4 },
];

/** Panoramas of about as many samples a radian as the sphere, which may take half as long again. */
const INPUTS: readonly {
	readonly name: string;
	readonly width: number;
	readonly height: number;
	readonly projection: ProjectionSpec;
}[] = [
	{ name: "cubemap", width: 2880, height: 1920, projection: { kind: "cubemap" } },
	{ name: "eac", width: 2880, height: 1920, projection: { kind: "eac" } },
	{ name: "fisheye", width: 1920, height: 1920, projection: { kind: "fisheye", fovDeg: 200 } },
	{ name: "dual-fisheye", width: 3840, height: 1920, projection: { kind: "dual-fisheye" } },
];
const INPUT_RATIO = 1.5;
const RATIO_FRAMES = 30;

/** Angles that all move: a head that looks around, up and down, and tilts, as heads do. */
function movingAngles(frame: number): readonly [yawDeg: number, pitchDeg: number, rollDeg: number] {
	return [frame * 1.7, 25 * Math.sin(frame / 9), 10 * Math.sin(frame / 7)];
}

/** The same, but never far from the front, which every projection shows. */
function frontAngles(frame: number): readonly [yawDeg: number, pitchDeg: number, rollDeg: number] {
	const [yawDeg, ...others] = movingAngles(frame);
	return [40 * Math.sin(yawDeg / 20), ...others];
}

/**
 * Rows 1080p-moving, 1080p-still, 720p-moving and 720p-still, bilinear, beside v360; then those of
 * WAYS and INPUTS beside our own bilinear sampling of the whole sphere. One core, all three planes.
 */
export async function run(): Promise<BenchRow[]> {
	const fixture = await ProjectionFixture.create({
		...{ panoramaWidth: PANORAMA_WIDTH, panoramaHeight: PANORAMA_HEIGHT, maxWidth: 1920, maxHeight: 1080 },
	});
	fixture.paint([wavePattern(300, 1), wavePattern(150, 2), wavePattern(150, 3)]);
	const rows: BenchRow[] = [];
	for (const size of SIZES) {
		for (const motion of ["moving", "still"] as const) rows.push(measure(fixture, size, motion));
	}
	for (const way of WAYS) rows.push(measureWay(fixture, way));
	for (const input of INPUTS) rows.push(await measureInput(fixture, input));
	return rows;
}

function measureWay(fixture: ProjectionFixture, way: (typeof WAYS)[number]): BenchRow {
	const { name, width, height, fovDeg, options, atMost } = way;
	const drawWith = (chosen: DrawOptions) => (frame: number) => {
		const view = viewOf(width, height, ...movingAngles(frame), fovDeg);
		fixture.projector.project(fixture.panorama, view, fixture.into(view), chosen);
	};
	return ratioRow(name, "bilinear", drawWith(options), drawWith({}), atMost);
}

async function measureInput(sphere: ProjectionFixture, input: (typeof INPUTS)[number]): Promise<BenchRow> {
	const { name, width, height, projection } = input;
	const fixture = await ProjectionFixture.create({
		...{ panoramaWidth: width, panoramaHeight: height, maxWidth: 1920, maxHeight: 1080, projection },
	});
	fixture.fill((plane, i, j) => (7 * i + 13 * j + plane) & 255);
	const drawFrom = (from: ProjectionFixture) => (frame: number) => {
		const view = viewOf(1920, 1080, ...frontAngles(frame), FOV_DEG);
		from.projector.project(from.panorama, view, from.into(view));
	};
	return ratioRow(`1080p-${name}`, "equirect", drawFrom(fixture), drawFrom(sphere), INPUT_RATIO);
}

/** Compares two ways to draw, in turn: how many times longer the first may take than the second. */
function ratioRow(
	name: string,
	peerName: string,
	draw: (frame: number) => void,
	drawPeer: (frame: number) => void,
	atMost?: number,
): BenchRow {
	const values: number[] = [];
	const peers: number[] = [];
	for (let round = 0; round <= ROUNDS; round++) {
		const [value, peer] = [msPerFrame(RATIO_FRAMES, draw), msPerFrame(RATIO_FRAMES, drawPeer)];
		// The first round warms up.
		if (round > 0) values.push(value);
		if (round > 0) peers.push(peer);
	}
	const [value, peer] = [median(values), median(peers)];
	const target =
		atMost === undefined ? undefined : { words: `<= ${atMost} times as long`, met: value <= atMost * peer };
	return benchRow({ name, value, unit: "ms", peer: { name: peerName, value: peer }, target });
}

function measure(
	fixture: ProjectionFixture,
	{ name, width, height }: (typeof SIZES)[number],
	motion: "moving" | "still",
): BenchRow {
	using v360 = new V360({
		panoramaWidth: PANORAMA_WIDTH,
		panoramaHeight: PANORAMA_HEIGHT,
		width,
		height,
		fovDeg: FOV_DEG,
	});
	using frame = v360.frame(panoramaPlanes(fixture));
	const into = fixture.into({ width, height });
	const drawOurs = (index: number) => {
		const [yawDeg, pitchDeg, rollDeg] = movingAngles(motion === "moving" ? index : 0);
		const view = viewOf(width, height, yawDeg, pitchDeg, rollDeg, FOV_DEG);
		fixture.projector.project(fixture.panorama, view, into);
	};
	const drawTheirs = (index: number) => {
		// Its yaw alone moves: with pitch and roll it would work out its table three times.
		if (motion === "moving") v360.turnTo((movingAngles(index)[0] % 360) - 180);
		v360.draw(frame, () => undefined);
	};
	for (let index = 0; index < OUR_FRAMES; index++) drawOurs(index);
	drawTheirs(0);
	const ours: number[] = [];
	const theirs: number[] = [];
	for (let round = 0; round < ROUNDS; round++) {
		ours.push(msPerFrame(OUR_FRAMES, drawOurs));
		theirs.push(msPerFrame(V360_FRAMES[motion], (index) => drawTheirs(round * V360_FRAMES[motion] + index + 1)));
	}
	const value = median(ours);
	const peer = { name: "FFmpeg v360", value: median(theirs) };
	const leastRatio = TARGET_RATIO[motion];
	// Only the large view that moves has a bound in milliseconds.
	const bounded = name === "1080p" && motion === "moving";
	return benchRow({
		name: `${name}-${motion}`,
		value,
		unit: "ms",
		peer,
		atMost: bounded ? TARGET_MS : undefined,
		target: { words: `>= ${leastRatio}x`, met: peer.value / value >= leastRatio },
	});
}

function panoramaPlanes({ panorama, planes }: ProjectionFixture): readonly Uint8Array[] {
	return planes.flatMap(({ layout: { width, height, offset, stride } }) =>
		Array.from({ length: height }, (_, row) => {
			const start = offset + row * stride;
			return panorama.data.subarray(start, start + width);
		}),
	);
}

function msPerFrame(frames: number, draw: (index: number) => void): number {
	const start = performance.now();
	for (let index = 0; index < frames; index++) draw(index);
	return (performance.now() - start) / frames;
}
