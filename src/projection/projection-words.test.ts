import { describe, expect, it } from "vitest";
import type { ProjectionSpec } from "../media/projection.ts";
import { projectionText } from "./projection-text.ts";
import { PROJECTION_WORDS, parseProjectionOptions } from "./projection-words.ts";

const CALIBRATION = ["fx=320.5", "fy=321.25", "cx=600.3", "cy=598.7"];
const FRONT_CALIBRATION = CALIBRATION.map((option) => `front${option}`);
const INTRINSICS = { fx: 320.5, fy: 321.25, cx: 600.3, cy: 598.7 };

/** Words of the command line, and the description that each stands for. */
const STATED: readonly (readonly [text: string, spec: ProjectionSpec])[] = [
	["equirect", { kind: "equirect" }],
	["equirect bounds=0.1,0.2,0.25,0", { kind: "equirect", bounds: { top: 0.1, bottom: 0.2, left: 0.25, right: 0 } }],
	["perspective fov=100", { kind: "perspective", fovDeg: 100 }],
	["perspective angles=-10,50,20,-5", { kind: "perspective", anglesDeg: { left: -10, right: 50, up: 20, down: -5 } }],
	[
		`perspective ${CALIBRATION.join(" ")} firstpixelcenter=0.5 d=-0.2,0.05,0.001,-0.0005,0.01`,
		{
			kind: "perspective",
			calibration: { ...INTRINSICS, firstPixelCenter: 0.5, distortion: [-0.2, 0.05, 0.001, -0.0005, 0.01] },
		},
	],
	["cubemap layout=google padding=4", { kind: "cubemap", layout: "google", padding: 4 }],
	["cubemap layout=cross paddingis=outside", { kind: "cubemap", layout: "cross", paddingIs: "outside" }],
	[
		"cubemap grid=3x2 faces=lfrdbu rotations=0,0,0,270,90,270",
		{
			kind: "cubemap",
			layout: {
				columns: 3,
				rows: 2,
				faces: ["l", "f", "r", "d", "b", "u"],
				rotationsDeg: [0, 0, 0, 270, 90, 270],
			},
		},
	],
	["eac padding=2", { kind: "eac", padding: 2 }],
	["gopro-max overlap=96 blend=cut", { kind: "gopro-max", overlap: 96, blend: "cut" }],
	[
		"fisheye model=equisolid fov=190 center=960.5,540 radius=500",
		{ kind: "fisheye", model: "equisolid", fovDeg: 190, center: [960.5, 540], radius: 500 },
	],
	[
		`kannala-brandt ${CALIBRATION.join(" ")} k=0.02,-0.003,0.0005,-0.0001 maxtheta=110`,
		{ kind: "kannala-brandt", ...INTRINSICS, k: [0.02, -0.003, 0.0005, -0.0001], maxThetaDeg: 110 },
	],
	[
		`mei ${CALIBRATION.join(" ")} xi=1.2 d=-0.2,0.05,0.001,-0.0005`,
		{ kind: "mei", ...INTRINSICS, xi: 1.2, distortion: [-0.2, 0.05, 0.001, -0.0005] },
	],
	[
		`double-sphere ${CALIBRATION.join(" ")} xi=-0.27 alpha=0.57`,
		{ kind: "double-sphere", ...INTRINSICS, xi: -0.27, alpha: 0.57 },
	],
	[
		"dual-fisheye model=equidistant fov=195 left=front layout=stacked blend=cut matchexposure=false",
		{
			kind: "dual-fisheye",
			model: "equidistant",
			fovDeg: 195,
			left: "front",
			layout: "stacked",
			blend: "cut",
			matchExposure: false,
		},
	],
	[
		`dual-fisheye frontyaw=1.5 frontlens=kannala-brandt ${FRONT_CALIBRATION.join(" ")} frontk=0,0,0,0`,
		{
			kind: "dual-fisheye",
			front: { yawDeg: 1.5, lens: { kind: "kannala-brandt", ...INTRINSICS, k: [0, 0, 0, 0] } },
		},
	],
	["stereographic fov=280", { kind: "stereographic", fovDeg: 280 }],
	[
		"cylindrical fov=180 vfov=90 equalarea=true",
		{ kind: "cylindrical", fovDeg: 180, verticalFovDeg: 90, equalArea: true },
	],
	["mercator", { kind: "mercator" }],
	["foveated fov=110 gaze=10,-5 share=0.5", { kind: "foveated", fovDeg: 110, gazeDeg: [10, -5], share: 0.5 }],
	["pannini d=0.5 fov=150", { kind: "pannini", d: 0.5, fovDeg: 150 }],
	["hammer", { kind: "hammer" }],
	["mesh", { kind: "mesh", vertices: new Float32Array(0), triangles: new Uint32Array(0) }],
	["none", { kind: "none" }],
];

function parse(text: string): ProjectionSpec {
	const [word = "", ...options] = text.split(" ");
	return parseProjectionOptions(word, options);
}

describe("parseProjectionOptions()", () => {
	it.each(STATED)("reads %s, and projectionText() writes it", (text, spec) => {
		expect(parse(text)).toEqual(spec);
		expect(projectionText(spec)).toBe(text);
	});

	it("reads what one lens of a pair states, and takes the rest from the pair", () => {
		expect(parse("dual-fisheye model=equisolid fov=200 backcenter=500,510 backroll=-3")).toEqual({
			kind: "dual-fisheye",
			model: "equisolid",
			fovDeg: 200,
			back: { rollDeg: -3, lens: { kind: "fisheye", model: "equisolid", fovDeg: 200, center: [500, 510] } },
		});
	});

	it("puts six letters of faces into the places of the layout", () => {
		expect(parse("cubemap layout=c6x1 faces=lrudfb")).toMatchObject({
			layout: { columns: 6, rows: 1, faces: ["l", "r", "u", "d", "f", "b"] },
		});
		expect(parse("cubemap layout=cross faces=dlfrbu")).toMatchObject({
			layout: { columns: 4, rows: 3, faces: [null, "d", null, null, "l", "f", "r", "b", null, "u", null, null] },
		});
		expect(parse("cubemap rotations=0,0,180,180,0,0")).toMatchObject({
			layout: { columns: 3, rows: 2, rotationsDeg: [0, 0, 180, 180, 0, 0] },
		});
	});

	it.each<[text: string, message: string]>([
		["fishey", "--in is one of equirect, perspective"],
		["fishey", "did you mean fisheye?"],
		["fisheye fov", "--in-option is name=value, as in fov=90; got fov."],
		["fisheye fov=abc", "--in-option fov=abc: fov of fisheye is a field of view in degrees"],
		["fisheye fov=0x10", "fov of fisheye is"],
		["fisheye fov=361", "more than 0 and at most 360"],
		["fisheye modle=equisolid", "--in-option modle=equisolid: fisheye has no such option. Did you mean model?"],
		["fisheye model=equisold", "did you mean equisolid?"],
		["fisheye model=orthographic fov=200", "--in fisheye: fovDeg of a fisheye lens (orthographic)"],
		["fisheye center=1,2,3", "center of fisheye is a place in pixels"],
		["stereographic fov=360", "less than 360 degrees"],
		["equirect bounds=0.5,0.5,0,0", "leave a part of it; got 0.5, 0.5, 0, 0"],
		["equirect bounds=0.5,0.5", "four fractions that are cropped: top,bottom,left,right"],
		["perspective fov=90 angles=1,2,3,4", "state one of them"],
		["perspective fov=180", "less than 180"],
		["perspective angles=-30,20,10,10", "add up to more than 0"],
		["perspective fx=300", "--in perspective: needs fy"],
		["cubemap faces=rludff", "each of r, l, u, d, f and b at one of them"],
		["cubemap layout=c3x2 rotations=0,0,45,0,0,0", "rotationsDeg is 0, 90, 180 or 270"],
		["cubemap padding=1.5", "a whole number of pixels"],
		["mei fx=1 fy=1 cx=0 cy=0", "--in mei: needs xi"],
		[`kannala-brandt ${CALIBRATION.join(" ")} k=-0.2,0,0,0 maxtheta=90`, "maxThetaDeg is at most 73.96 degrees"],
		["double-sphere fx=1 fy=1 cx=0 cy=0 xi=2 alpha=0.5", "xi is a number of more than -1"],
		["none fov=90", "none has no options"],
		["pannini d=2 fov=240", "fovDeg of a Pannini picture with d = 2"],
		["dual-fisheye left=right", "left of dual-fisheye is one of back, front"],
		["dual-fisheye frontmodel=x", "--in-option frontmodel=x: frontmodel of dual-fisheye"],
	])("refuses %s", (text, message) => {
		expect(() => parse(text)).toThrow(RangeError);
		expect(() => parse(text)).toThrow(message);
	});

	it("names the flags of its caller", () => {
		const flags = { word: "--out", option: "--out-option" };
		expect(() => parseProjectionOptions("eac", ["padding=x"], flags)).toThrow("--out-option padding=x");
	});

	it("knows every word without options, but for calibrations", () => {
		const calibrated = ["kannala-brandt", "mei", "double-sphere"];
		for (const word of PROJECTION_WORDS) {
			if (!calibrated.includes(word)) expect(parseProjectionOptions(word)).toMatchObject({ kind: word });
		}
	});
});
