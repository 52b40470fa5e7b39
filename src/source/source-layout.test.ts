import { describe, expect, it } from "vitest";
import type { MeshSpec } from "../media/projection.ts";
import { quaternionFromAngles } from "../media/rotation.ts";
import type { FoundStatement } from "../metadata/found-statement.ts";
import type { LayoutChoice, LayoutClues } from "./layout-clues.ts";
import { decideLayout, geometryOf, layoutWords, type SourceLayout } from "./source-layout.ts";

const AUTO: LayoutChoice = { projection: "auto", stereo: "auto", eye: "both", orientation: undefined, filter: "" };
const HALF = { kind: "equirect", bounds: { top: 0, bottom: 0, left: 0.25, right: 0.25 } };

interface Case extends Partial<Omit<LayoutClues, "picture">> {
	readonly size?: readonly [width: number, height: number];
	readonly pixelAspect?: number;
}

function decide(
	{ size: [width, height] = [3840, 1920], pixelAspect = 1, ...clues }: Case = {},
	choice: Partial<LayoutChoice> = {},
): SourceLayout {
	const picture = { width, height, pixelAspect };
	return decideLayout(
		{ name: "clip.mp4", statements: [], insta360: false, picture, ...clues },
		{ ...AUTO, ...choice },
	);
}

const says = (statement: Partial<FoundStatement>): Case => ({ statements: [{ where: "the box", ...statement }] });
const EQUIRECT = { kind: "equirect" } as const;

describe("a layout without statements", () => {
	it.each<[string, Case]>([
		["a 2:1 picture", {}],
		["nearly 2:1", { size: [1920, 968] }],
		["a square of pixels that are twice as wide as high", { size: [512, 512], pixelAspect: 2 }],
		["a 16:9 picture of pixels that make it 2:1", { size: [1920, 1080], pixelAspect: 1.125 }],
	])("is a whole sphere for one eye, without a word in the log: %s", (_, clues) => {
		const layout = decide(clues);
		expect(layout).toMatchObject({ projection: EQUIRECT, stereo: "mono", advice: [] });
		expect(layoutWords(layout)).toContain("guessed: the picture is twice as wide as high");
	});

	it.each<[string, Case, RegExp]>([
		["a square", { size: [2880, 2880] }, /--stereo top-bottom$/],
		["4:1", { size: [7680, 1920] }, /--stereo left-right$/],
		["3:2", { size: [3072, 2048] }, /six faces of a cube: --in cubemap --in-option layout=c3x2$/],
		["6:1", { size: [3072, 512] }, /--in cubemap --in-option layout=c6x1$/],
		["16:9", { size: [1920, 1080] }, /no panorama is known .*--in perspective --in-option fov=90, or --in none$/],
	])(
		"is a whole sphere for one eye by the shape alone, and the log says what changes that: %s",
		(_, clues, advice) => {
			expect(decide(clues)).toMatchObject({
				projection: EQUIRECT,
				stereo: "mono",
				advice: [expect.stringMatching(advice)],
				findings: [{ certainty: "assumed" }, { certainty: "assumed" }],
			});
		},
	);

	it.each<[string, Case, unknown, string]>([
		["concert_360_TB.mp4", { size: [3840, 3840] }, EQUIRECT, "top-bottom"],
		["a_RL.mp4", { size: [7680, 1920] }, EQUIRECT, "right-left"],
		["beach.vr180.sbs.mp4", {}, HALF, "left-right"],
		["beach_vr180.mp4", {}, HALF, "left-right"],
		["beach_180.mp4", { size: [1920, 1920] }, HALF, "mono"],
		["x_180_TB.mp4", { size: [1920, 3840] }, HALF, "top-bottom"],
		["x_FISHEYE190.mp4", {}, { kind: "fisheye", fovDeg: 190 }, "left-right"],
		["x_dual-fisheye.mp4", {}, { kind: "dual-fisheye" }, "mono"],
		["x_cubemap.png", { size: [3072, 2048] }, { kind: "cubemap" }, "mono"],
		["x_eac.mkv", { size: [3072, 2048] }, { kind: "eac" }, "mono"],
		["butbsbstopic.mp4", {}, EQUIRECT, "mono"],
	])("follows marks in the name: %s", (name, clues, projection, stereo) => {
		const layout = decide({ ...clues, name });
		expect(layout).toMatchObject({ projection, stereo });
		if (name !== "butbsbstopic.mp4") expect(layout.advice.join()).toContain("the name says");
	});

	it("takes a number for no mark where the shape does not fit", () => {
		expect(decide({ name: "frame_180.jpg" })).toMatchObject({
			projection: EQUIRECT,
			stereo: "mono",
			advice: [expect.stringContaining("bounds=0,0,0.25,0.25 --stereo left-right")],
		});
		expect(decide({ name: "a_TB.mp4", size: [2882, 2882] }).stereo).toBe("mono");
		expect(decide({ name: "a_360.mp4", size: [2880, 2880] })).toMatchObject({
			stereo: "mono",
			advice: [expect.stringMatching(/--stereo top-bottom$/)],
		});
	});

	it.each<[string, Case, unknown]>([
		["Insta360's trailer", { insta360: true }, { kind: "dual-fisheye" }],
		["Insta360's ending", { name: "VID_20240101_00_001.insv" }, { kind: "dual-fisheye" }],
		["one lens of it", { name: "VID_20240101_00_001.insv", size: [2880, 2880] }, { kind: "fisheye" }],
		["Samsung Gear 360", { camera: { make: "SAMSUNG", model: "SM-R210" } }, { kind: "dual-fisheye", fovDeg: 195 }],
		["Ricoh Theta", { camera: { make: "RICOH", model: "RICOH THETA Z1" } }, EQUIRECT],
		["GoPro Fusion", { name: "GPFR0042.MP4", size: [1568, 1504] }, { kind: "fisheye" }],
	])("follows the camera: %s", (_, clues, projection) => {
		expect(decide(clues)).toMatchObject({ projection, stereo: "mono", findings: [{ certainty: "likely" }, {}] });
	});
});

describe("a layout that the file states", () => {
	it("counts before camera, name and shape", () => {
		const layout = decide({
			...says({ projection: { kind: "cubemap", layout: "google", padding: 2 }, eyes: "top-bottom" }),
			name: "a_sbs_180.insv",
			insta360: true,
		});
		expect(layout).toMatchObject({
			projection: { kind: "cubemap", layout: "google", padding: 2 },
			stereo: "top-bottom",
			findings: [
				{ certainty: "stated", from: "the box" },
				{ certainty: "stated", from: "the box" },
			],
			advice: [],
		});
	});

	it("is for one eye if it speaks of the sphere alone, whatever its shape", () => {
		expect(decide({ ...says({ projection: EQUIRECT }), size: [2880, 2880] })).toMatchObject({
			stereo: "mono",
			advice: [],
		});
	});

	it("is put together from several places, the first first", () => {
		const statements: FoundStatement[] = [
			{ where: "st3d", eyes: "left-right" },
			{
				where: "V1",
				projection: EQUIRECT,
				eyes: "top-bottom",
				initialView: { yawDeg: 30, pitchDeg: 0, rollDeg: 0 },
			},
		];
		expect(decide({ statements })).toMatchObject({
			stereo: "left-right",
			projection: EQUIRECT,
			initialView: { yawDeg: 30 },
		});
	});

	it.each<[string, readonly [number, number], Partial<FoundStatement>, unknown]>([
		[
			"of each eye, as in files of Google's cameras",
			[1072, 1504],
			{
				eyes: "top-bottom",
				crop: { fullWidth: 2824, fullHeight: 1412, left: 876, top: 328, width: 1072, height: 754 },
			},
			{ left: 876 / 2824, top: 328 / 1412, right: 1 - 1948 / 2824, bottom: 1 - 1082 / 1412 },
		],
		[
			"of the whole frame, also of the full size",
			[1024, 512],
			{
				eyes: "left-right",
				crop: { fullWidth: 2048, fullHeight: 512, left: 512, top: 0, width: 1024, height: 512 },
			},
			{ left: 0.25, right: 0.25, top: 0, bottom: 0 },
		],
		[
			"of the whole frame, but not of the full size",
			[1024, 512],
			{
				eyes: "left-right",
				crop: { fullWidth: 1024, fullHeight: 512, left: 256, top: 0, width: 1024, height: 512 },
			},
			{ left: 0.25, right: 0.25, top: 0, bottom: 0 },
		],
		[
			"of a video that was scaled since",
			[512, 256],
			{
				eyes: "left-right",
				crop: { fullWidth: 2048, fullHeight: 1024, left: 512, top: 0, width: 1024, height: 1024 },
			},
			{ left: 0.25, right: 0.25, top: 0, bottom: 0 },
		],
		[
			"of a band, which no shape makes two eyes",
			[512, 128],
			{ crop: { fullWidth: 512, fullHeight: 256, left: 0, top: 64, width: 512, height: 128 } },
			{ left: 0, right: 0, top: 0.25, bottom: 0.25 },
		],
	])("has the crop %s", (_, size, statement, bounds) => {
		const { projection, advice } = decide({ ...says({ projection: EQUIRECT, ...statement }), size });
		expect(projection.kind === "equirect" && projection.bounds).toEqual(
			Object.fromEntries(Object.entries(bounds as object).map(([side, part]) => [side, expect.closeTo(part, 9)])),
		);
		expect(advice).toEqual([]);
	});

	it("takes a cube without a known layout by its shape, and says so", () => {
		for (const [size, layout] of [
			[[3072, 512], "c6x1"],
			[[512, 3072], "c1x6"],
			[[2048, 1536], "cross"],
			[[1536, 1024], "google"],
		] as const) {
			expect(decide({ ...says({ projection: { kind: "cubemap" } }), size })).toMatchObject({
				projection: { layout },
				advice: [expect.stringContaining("by its shape")],
			});
		}
	});

	it("says what of it can't be read", () => {
		expect(decide(says({ note: "its cubemap is odd" })).advice).toEqual([
			"states more than can be read (the box): its cubemap is odd. --in says what it is",
		]);
		expect(decide(says({ eyes: "other" })).advice).toEqual([expect.stringContaining("not unfolded")]);
		expect(decide(says({ eyes: "views", note: "the eyes are coded apart" }))).toMatchObject({
			stereo: "mono",
			advice: ["the eyes are coded apart"],
		});
	});

	it("applies a pose, which few files state rightly, and warns", () => {
		const pose = { yawDeg: 90, pitchDeg: 10, rollDeg: 5 };
		const google = decide(says({ projection: EQUIRECT, pose, yaw: "counter-clockwise" }));
		expect(google.worldFromPanorama).toEqual(quaternionFromAngles({ ...pose, yawDeg: -90 }));
		expect(google.advice).toEqual([
			expect.stringMatching(/^is turned by yaw -90, pitch 10, roll 5, .*orientation/),
		]);
		const photo = decide(says({ projection: EQUIRECT, pose }));
		expect(photo.worldFromPanorama).toEqual(quaternionFromAngles(pose));
		expect(photo.initialView, "the picture's front").toEqual({ yawDeg: 90, pitchDeg: 0, rollDeg: 0 });
		const orientation = { yawDeg: 0, pitchDeg: 0, rollDeg: 0 };
		expect(decide(says({ projection: EQUIRECT, pose }), { orientation })).toMatchObject({
			orientation,
			advice: [],
		});
	});
});

describe("two meshes", () => {
	const mesh = (...uv: readonly (readonly [number, number])[]): MeshSpec => ({
		kind: "mesh",
		vertices: Float32Array.from(uv.flatMap(([u, v]) => [0, 0, -1, u, v])),
		triangles: Uint32Array.of(0, 1, 2),
	});
	const decided = (left: MeshSpec, right: MeshSpec, eyes?: FoundStatement["eyes"], choice = {}) =>
		decide({ ...says({ projection: left, rightProjection: right, eyes }), size: [1072, 1504] }, choice);

	it("keep to the halves that the layout of the eyes states", () => {
		const [left, right] = [mesh([0, 0], [1, 0], [0, 1]), mesh([0.1, 0], [1, 0], [0, 1])];
		const layout = decided(left, right, "top-bottom");
		expect(layout).toMatchObject({ stereo: "top-bottom", projection: left, rightProjection: right });
		expect(geometryOf(layout)).toEqual({ eyes: 2, projection: left, rightProjection: right });
		expect(decided(left, right, "top-bottom", { eye: "right" })).toMatchObject({
			projection: right,
			packing: { down: 2, parts: [{ row: 1 }] },
		});
	});

	it("state the layout themselves where it is custom: halves become pictures of their own", () => {
		const upper = mesh([0, 0.5], [1, 0.5], [0, 1]);
		const lower = mesh([0, 0], [1, 0], [0, 0.5]);
		const whole = mesh([0, 0], [1, 0], [0, 1]);
		const layout = decided(upper, lower, "custom");
		expect(layout.stereo).toBe("top-bottom");
		expect(layout.projection).toEqual(whole);
		expect(layout.rightProjection).toEqual(whole);
		expect(decided(lower, upper).stereo, "also if no box speaks of eyes").toBe("bottom-top");
	});

	it("show each eye a part of the whole picture where these are no halves", () => {
		const [left, right] = [mesh([0, 0], [0.7, 0], [0, 1]), mesh([0.3, 0], [1, 0], [0.3, 1])];
		expect(decided(left, right, "custom")).toMatchObject({
			stereo: "custom",
			projection: left,
			rightProjection: right,
			packing: {
				across: 1,
				down: 1,
				parts: [
					{ row: 0, column: 0 },
					{ row: 0, column: 0 },
				],
			},
		});
		expect(decided(left, right, "custom", { eye: "left" }).packing.parts).toHaveLength(1);
	});
});

describe("options", () => {
	it("win over all that is known", () => {
		const stated = says({ projection: EQUIRECT, eyes: "top-bottom" });
		expect(decide(stated, { projection: { kind: "fisheye", fovDeg: 200 }, stereo: "right-left" })).toMatchObject({
			projection: { kind: "fisheye", fovDeg: 200 },
			stereo: "right-left",
			findings: [{ certainty: "told" }, { certainty: "told" }],
			advice: [],
		});
	});

	it("make a filtered picture a whole sphere for one eye, unless they say otherwise", () => {
		const stated = says({ projection: { kind: "cubemap" }, eyes: "top-bottom" });
		expect(decide(stated, { filter: "hflip" })).toMatchObject({ projection: EQUIRECT, stereo: "mono", advice: [] });
	});
});
