import { quaternionFromAngles, RAD_PER_DEG } from "../../src/media/rotation.ts";
import { createProjection } from "../../src/projection/create-projection.ts";
import type { ProjectionSpec } from "../../src/projection/index.ts";
import type { SamplingKernel } from "../../src/projection/projector.ts";
import { wavePattern } from "../../src/projection/sphere-pattern.cases.ts";
import { Warp } from "../../src/projection/warp.ts";
import type { OpenCv } from "./opencv.ts";
import type { Ours } from "./ours.ts";
import { fidelity, type GrayPicture, paint, sphereWeights, truthOf } from "./pictures.ts";
import { drawWithV360 } from "./v360.ts";

/** A table of the document: a heading, and rows of cells with the names of the columns first. */
export interface FidelityTable {
	readonly title: string;
	readonly rows: readonly (readonly string[])[];
}

/** The programs that are compared. */
export interface Programs {
	readonly ours: Ours;
	/** Absent where Python has no OpenCV. */
	readonly openCv: OpenCv | undefined;
}

interface Place {
	readonly name: string;
	readonly yawDeg: number;
	readonly pitchDeg: number;
}

const FRONT: Place = { name: "front", yawDeg: 0, pitchDeg: 0 };
const SEAM: Place = { name: "seam", yawDeg: 180, pitchDeg: 0 };
const ZENITH: Place = { name: "zenith", yawDeg: 0, pitchDeg: 90 };
const CORNER: Place = { name: "corner", yawDeg: 37, pitchDeg: 35 };

/** The kernels, with v360's words for them. */
const KERNELS: readonly (readonly [kernel: SamplingKernel, v360: string])[] = [
	["nearest", "near"],
	["bilinear", "line"],
	["bicubic", "cubic"],
	["lanczos", "lanczos"],
];

/** A view of one pattern: the source, the exact answer, and the way from one to the other. */
class Case {
	readonly source: GrayPicture;
	readonly truth: Float64Array;
	readonly spec: ProjectionSpec;
	readonly place: Place;
	readonly fovDeg: number;
	readonly #warp: Warp;

	/** @param samples see `truthOf` */
	constructor(input: Input, place: Place, k: number | readonly [number, number], output: Output, samples = 1) {
		const pattern = wavePattern(k, 1);
		const projection = createProjection(input.spec, input.width, input.height);
		const view = createProjection({ kind: "perspective", fovDeg: output.fovDeg }, output.width, output.height);
		const rotation = quaternionFromAngles({ yawDeg: place.yawDeg, pitchDeg: place.pitchDeg, rollDeg: 0 });
		this.spec = input.spec;
		this.place = place;
		this.fovDeg = output.fovDeg;
		this.#warp = new Warp(view, rotation, projection);
		this.source = paint(projection, pattern);
		this.truth = truthOf(this.#warp, pattern, samples);
	}

	ours({ ours }: Programs, kernel: SamplingKernel, antialias: "auto" | "off"): number {
		const { width, height } = this.#warp.output;
		const { yawDeg, pitchDeg } = this.place;
		const worldFromView = quaternionFromAngles({ yawDeg, pitchDeg, rollDeg: 0 });
		const view = { lens: "pinhole", width, height, fovRad: this.fovDeg * RAD_PER_DEG, worldFromView } as const;
		return this.#psnr(ours.draw(this.source, this.spec, view, { kernel, antialias }));
	}

	/** @param word v360's word for the input with its options, and `interp` for the kernel */
	v360(word: string, interp: string): number {
		const { width, height } = this.#warp.output;
		const { yawDeg, pitchDeg } = this.place;
		const verticalFovDeg =
			(2 * Math.atan((Math.tan((this.fovDeg / 2) * RAD_PER_DEG) * height) / width)) / RAD_PER_DEG;
		const size = `w=${width}:h=${height}:h_fov=${this.fovDeg}:v_fov=${verticalFovDeg}`;
		const [input = "", ...options] = word.split(":");
		const settings = [`${input}:flat`, ...options, `interp=${interp}`, size, `yaw=${yawDeg}:pitch=${pitchDeg}`];
		return this.#psnr(drawWithV360(this.source, settings.join(":")).data);
	}

	/** OpenCV with the exact map, and the source continued over its seam where it has one. */
	async openCv(openCv: OpenCv, kernel: SamplingKernel): Promise<number> {
		const { input, output } = this.#warp;
		const margin = (input.periodX ?? 0) === 0 ? 0 : OPENCV_MARGIN;
		const map = new Float32Array(2 * output.width * output.height);
		for (let k = 0; k < output.width * output.height; k++) {
			const [x, y] = this.#warp.sourceAt((k % output.width) + 0.5, Math.floor(k / output.width) + 0.5);
			map[2 * k] = Number.isNaN(x) ? -9 : x - 0.5 + margin;
			map[2 * k + 1] = Number.isNaN(y) ? -9 : y - 0.5 + margin;
		}
		const source = margin === 0 ? this.source : continued(this.source, margin);
		return this.#psnr(await openCv.remap(source, map, output, kernel));
	}

	#psnr(picture: Uint8Array): number {
		return fidelity(picture, this.truth).psnr;
	}
}

/** Samples around a whole sphere that OpenCV's filters may reach. */
const OPENCV_MARGIN = 4;

/** An equirectangular picture, continued over its seam and its poles. */
function continued({ data, width, height }: GrayPicture, margin: number): GrayPicture {
	const wide = width + 2 * margin;
	const high = height + 2 * margin;
	const picture = new Uint8Array(wide * high);
	for (let y = 0; y < high; y++) {
		const row = y - margin;
		const overPole = row < 0 || row >= height;
		const from = row < 0 ? -1 - row : overPole ? 2 * height - 1 - row : row;
		for (let x = 0; x < wide; x++) {
			const column = (x - margin + (overPole ? width / 2 : 0) + width) % width;
			picture[y * wide + x] = data[from * width + column] ?? 0;
		}
	}
	return { data: picture, width: wide, height: high };
}

/** An input, with v360's word for it if it has one. */
interface Input {
	readonly name: string;
	readonly spec: ProjectionSpec;
	readonly width: number;
	readonly height: number;
	readonly v360: string | undefined;
	/** Samples a radian in the middle of the picture. */
	readonly density: number;
	/** A place at an edge of a face, of a lens's half, or of the picture. */
	readonly edge: Place;
}

interface Output {
	readonly width: number;
	readonly height: number;
	readonly fovDeg: number;
}

const WHOLE: Input = {
	name: "equirect",
	spec: { kind: "equirect" },
	width: 1920,
	height: 960,
	v360: "e",
	density: 1920 / (2 * Math.PI),
	edge: SEAM,
};
const BETWEEN: Place = { name: "edge", yawDeg: 45, pitchDeg: 35 };
const LENS_EDGE: Place = { name: "edge", yawDeg: 90, pitchDeg: 0 };

const INPUTS: readonly Input[] = [
	WHOLE,
	{
		name: "half equirect",
		spec: { kind: "equirect", bounds: { top: 0, bottom: 0, left: 0.25, right: 0.25 } },
		...{
			width: 960,
			height: 960,
			v360: "he",
			density: 960 / Math.PI,
			edge: { name: "edge", yawDeg: 45, pitchDeg: 0 },
		},
	},
	{
		name: "cubemap 3x2",
		spec: { kind: "cubemap" },
		...{ width: 1440, height: 960, v360: "c3x2", density: 240, edge: BETWEEN },
	},
	{
		name: "EAC",
		spec: { kind: "eac" },
		width: 1440,
		height: 960,
		v360: undefined,
		density: 960 / Math.PI,
		edge: BETWEEN,
	},
	{
		name: "EAC, padding 2",
		spec: { kind: "eac", padding: 2 },
		...{ width: 1444, height: 968, v360: "eac", density: 960 / Math.PI, edge: BETWEEN },
	},
	{
		name: "fisheye 200",
		spec: { kind: "fisheye", fovDeg: 200 },
		...{
			width: 1066,
			height: 1066,
			v360: "fisheye:ih_fov=200:iv_fov=200",
			density: 1066 / (200 * RAD_PER_DEG),
			edge: LENS_EDGE,
		},
	},
	{
		name: "dual fisheye 190",
		spec: { kind: "dual-fisheye", fovDeg: 190 },
		...{
			width: 2024,
			height: 1012,
			v360: "dfisheye:ih_fov=190:iv_fov=190",
			density: 1012 / (190 * RAD_PER_DEG),
			edge: LENS_EDGE,
		},
	},
	{
		name: "cylindrical",
		spec: { kind: "cylindrical", fovDeg: 360, verticalFovDeg: 90 },
		...{
			width: 1920,
			height: 612,
			v360: "cylindrical:ih_fov=360:iv_fov=90",
			density: 1920 / (2 * Math.PI),
			edge: SEAM,
		},
	},
];

const VIEW: Output = { width: 960, height: 540, fovDeg: 90 };

/** Views of a whole sphere: ours, v360 and OpenCV with every kernel. */
export async function wholeSphere(programs: Programs): Promise<FidelityTable> {
	const cases = [60, 200, 320].flatMap((k) =>
		[FRONT, SEAM, ZENITH].map((place) => ({ name: `k${k} ${place.name}`, case: new Case(WHOLE, place, k, VIEW) })),
	);
	const rows: string[][] = [["", ...cases.map(({ name }) => name)]];
	for (const [kernel, interp] of KERNELS) {
		rows.push([`panogaze ${kernel}`, ...cases.map((each) => cell(each.case.ours(programs, kernel, "off")))]);
		rows.push([`v360 ${interp}`, ...cases.map((each) => cell(each.case.v360("e", interp)))]);
		if (programs.openCv === undefined) continue;
		const found: string[] = [];
		for (const each of cases) found.push(cell(await each.case.openCv(programs.openCv, kernel)));
		rows.push([`OpenCV ${kernel}`, ...found]);
	}
	return { title: "1920x960 equirectangular to 960x540 at 90 degrees", rows };
}

/** A large panorama in a small view: the truth is the mean over each pixel. */
export async function minification(programs: Programs): Promise<FidelityTable> {
	const input = { ...WHOLE, width: 3840, height: 1920 };
	const cases = [FRONT, SEAM, ZENITH, CORNER].map(
		(place) => new Case(input, place, [100, 900], { width: 640, height: 360, fovDeg: 110 }, 8),
	);
	const rows: string[][] = [["", ...cases.map(({ place }) => place.name)]];
	rows.push([
		"panogaze bilinear, antialias auto",
		...cases.map((each) => cell(each.ours(programs, "bilinear", "auto"))),
	]);
	rows.push([
		"panogaze bicubic, antialias auto",
		...cases.map((each) => cell(each.ours(programs, "bicubic", "auto"))),
	]);
	rows.push([
		"panogaze bilinear, antialias off",
		...cases.map((each) => cell(each.ours(programs, "bilinear", "off"))),
	]);
	for (const interp of ["line", "cubic"])
		rows.push([`v360 ${interp}`, ...cases.map((each) => cell(each.v360("e", interp)))]);
	if (programs.openCv !== undefined) {
		const found: string[] = [];
		for (const each of cases) found.push(cell(await each.openCv(programs.openCv, "bicubic")));
		rows.push(["OpenCV bicubic", ...found]);
	}
	return { title: "3840x1920 equirectangular to 640x360 at 110 degrees, eight waves of k = 100 to 900", rows };
}

/** Every input, bicubic, at its front and where faces, lenses or the picture meet. */
export async function everyInput(programs: Programs): Promise<FidelityTable> {
	const head = [
		"input",
		"panogaze bicubic: front",
		"edge",
		"v360 cubic: front",
		"edge",
		"OpenCV bicubic: front",
		"edge",
	];
	const rows: string[][] = [head];
	for (const input of INPUTS) {
		// As hard as 320 radians of phase a radian are for a source of 1920x960.
		const k = Math.round((320 * input.density) / WHOLE.density);
		const cases = [FRONT, input.edge].map((place) => new Case(input, place, k, VIEW));
		const cells = cases.map((each) => cell(each.ours(programs, "bicubic", "off")));
		for (const each of cases) cells.push(input.v360 === undefined ? "-" : cell(each.v360(input.v360, "cubic")));
		for (const each of cases) {
			cells.push(programs.openCv === undefined ? "-" : cell(await each.openCv(programs.openCv, "bicubic")));
		}
		rows.push([`${input.name}, ${input.width}x${input.height}, k ${k}`, ...cells]);
	}
	return { title: "Every input to 960x540 at 90 degrees, bicubic", rows };
}

/** Whole spheres into another projection and back, both steps bicubic. */
export function roundTrips({ ours }: Programs): FidelityTable {
	const rows: string[][] = [["through", "panogaze k60", "v360 k60", "panogaze k200", "v360 k200"]];
	const whole = createProjection({ kind: "equirect" }, 1920, 960);
	const weights = sphereWeights(whole);
	const turned: readonly (readonly [name: string, input: Input])[] = INPUTS.filter(
		({ name }) => name !== "half equirect" && name !== "fisheye 200" && name !== "cylindrical",
	).map((input) => [input.name, input]);
	for (const [name, { spec, width, height, v360 }] of turned) {
		const row = [name];
		for (const k of [60, 200]) {
			const source = paint(whole, wavePattern(k, 1));
			row.push(cell(fidelity(ours.roundTrip(source, spec, width, height), source.data, weights).psnr));
			row.push(v360 === undefined ? "-" : cell(v360RoundTrip(source, v360, width, height, weights)));
		}
		rows.push(row);
	}
	return { title: "1920x960 equirectangular there and back, WS-PSNR", rows };
}

function v360RoundTrip(
	source: GrayPicture,
	word: string,
	width: number,
	height: number,
	weights: Float64Array,
): number {
	const [name = "", ...options] = word.split(":");
	const outward = options.map((option) => option.slice(1));
	const there = drawWithV360(source, [`e:${name}`, ...outward, `interp=cubic:w=${width}:h=${height}`].join(":"));
	const back = drawWithV360(
		there,
		[`${name}:e`, ...options, `interp=cubic:w=${source.width}:h=${source.height}`].join(":"),
	);
	return fidelity(back.data, source.data, weights).psnr;
}

function cell(decibels: number): string {
	return Number.isFinite(decibels) ? decibels.toFixed(1) : "lossless";
}
