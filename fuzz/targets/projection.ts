import type { ProjectionSpec } from "../../src/media/projection.ts";
import { createProjection } from "../../src/projection/create-projection.ts";
import type { Projection, Ray } from "../../src/projection/geometry.ts";
import { projectionText } from "../../src/projection/projection-text.ts";
import { PROJECTION_WORDS, parseProjectionOptions } from "../../src/projection/projection-words.ts";
import type { FuzzTarget } from "../fuzzer.ts";

const CALIBRATION = "fx=320.5 fy=321.25 cx=300.3 cy=298.7";
const SEEDS = [
	"equirect bounds=0.1,0.2,0.25,0",
	"perspective angles=-10,50,20,-5",
	`perspective ${CALIBRATION} d=-0.28,0.07,0.001,-0.0005,0.01`,
	"cubemap layout=cross faces=dlfrbu rotations=0,90,180,270,0,0 padding=4",
	"eac padding=2",
	"gopro-max overlap=8 blend=cut",
	"fisheye model=equisolid fov=200 center=310,290 radius=250",
	`kannala-brandt ${CALIBRATION} k=0.02,-0.003,0.0005,-0.0001 maxtheta=110`,
	`mei ${CALIBRATION} xi=1.2 d=-0.2,0.05,0.001,-0.0005`,
	`double-sphere ${CALIBRATION} xi=-0.27 alpha=0.57`,
	"dual-fisheye left=front layout=stacked frontyaw=3 backradius=100",
	"pannini d=0.5 fov=150",
];
/** A byte that no word begins with: the rest of the input is a mesh's vertices. */
const MESH = 0xff;
const TRIANGLE = Float32Array.of(-1, -1, -1, 0, 0, 1, -1, -1, 1, 0, 0, 1, -1, 0.5, 1);
const RAYS: readonly Ray[] = [
	[0, 0, -1],
	[0, 0, 1],
	[0, 1, 0],
	[1, 0, 0],
	[0.3, -0.2, -1],
	[-0.7, 0.4, 0.6],
];

export const target: FuzzTarget = {
	covers: [
		"src/projection/projection-words.ts",
		"src/projection/word-options.ts",
		"src/projection/create-projection.ts",
		"src/projection/brown-conrady.ts",
		"src/projection/monotonic-limit.ts",
		"src/projection/mesh-projection.ts",
		"src/projection/mesh-border.ts",
	],
	maxBytes: 4096,
	dictionary: [...PROJECTION_WORDS, "fov=", "padding=", "grid=", "faces=", "rotations=", "maxtheta=", "1e", "-", ","],
	seeds: () => [
		...SEEDS.map((text) => Buffer.from(text)),
		Buffer.concat([Buffer.of(MESH, 0, 0, 0), new Uint8Array(TRIANGLE.buffer)]),
	],
	run(input) {
		try {
			const spec = input[0] === MESH ? meshOf(input) : wordsOf(Buffer.from(input).toString("utf8"));
			visit(createProjection(spec, 640, 480));
		} catch (error) {
			if (!(error instanceof RangeError || error instanceof TypeError)) throw error;
			if (error instanceof TypeError && !error.message.includes("none has no directions")) throw error;
		}
	},
};

function meshOf(input: Uint8Array): ProjectionSpec {
	const numbers = new Float32Array(
		Uint8Array.from(input.subarray(4, 4 + Math.floor((input.length - 4) / 20) * 20)).buffer,
	);
	const corners = numbers.length / 5;
	const triangles = Uint32Array.from({ length: Math.max(0, corners - 2) * 3 }, (_, k) => Math.floor(k / 3) + (k % 3));
	return { kind: "mesh", vertices: numbers, triangles };
}

function wordsOf(text: string): ProjectionSpec {
	const [word = "", ...options] = text.split(/\s+/).filter((each) => each !== "");
	const spec = parseProjectionOptions(word, options);
	const written = projectionText(spec);
	const [again = "", ...rest] = written.split(" ");
	if (projectionText(parseProjectionOptions(again, rest)) !== written)
		throw new Error(`${written} is read as another projection than ${text}.`);
	return spec;
}

/** Calls both functions: a place or ray is finite, or NaN. */
function visit(projection: Projection): void {
	for (const ray of RAYS) {
		const place = projection.project(ray);
		projection.extended?.(ray);
		projection.visibility?.(ray);
		for (const part of projection.parts ?? []) part.weight(ray);
		if (place.some((value) => Math.abs(value) === Number.POSITIVE_INFINITY))
			throw new Error(`${ray} is projected to ${place}.`);
	}
	for (const [x, y] of [
		[0.5, 0.5],
		[320, 240],
		[639.5, 100],
	] as const) {
		const ray = projection.unproject(x, y);
		if (ray.some((value) => Math.abs(value) === Number.POSITIVE_INFINITY))
			throw new Error(`${x},${y} shows ${ray}.`);
	}
}
