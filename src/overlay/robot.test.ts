import { describe, expect, it } from "vitest";
import type { RobotObject } from "../protocol/overlay-object.ts";
import { transformPoint } from "../skeleton/rigid-transform.ts";
import { drivenJoints, linkPlaces } from "../skeleton/robot-model.ts";
import { Robot } from "./robot.ts";
import { readUrdf } from "./urdf.ts";
import { readXml } from "./xml-reader.ts";

/** Two links of 1 m and 0.5 m that turn about z, and a tool that slides along the second. */
const ARM = `<?xml version="1.0"?>
<!-- a planar arm -->
<robot name="arm">
	<link name="tool"><visual><geometry><sphere radius="0.05"/></geometry></visual></link>
	<link name="base"><visual><origin xyz="0 0 0.1"/>
		<geometry><cylinder radius=".1" length=".2"/></geometry></visual></link>
	<link name="upper"><visual><geometry><mesh filename="package://arm/upper.stl"/></geometry></visual></link>
	<link name='lower'><visual>
		<origin xyz="0.25 0 0" rpy="0 1.5707963 0"/><geometry><box size="0.1 0.1 0.5"/></geometry></visual></link>
	<link name="finger"/>
	<joint name="slide" type="prismatic"><parent link="lower"/><child link="tool"/>
		<origin xyz="0.5 0 0"/><axis xyz="2 0 0"/></joint>
	<joint name="elbow" type="revolute"><parent link="upper"/><child link="lower"/>
		<origin xyz="1 0 0"/><axis xyz="0 0 1"/></joint>
	<joint name="shoulder" type="continuous"><parent link="base"/><child link="upper"/><axis xyz="0 0 1"/></joint>
	<joint name="grip" type="prismatic"><parent link="tool"/><child link="finger"/><axis xyz="0 1 0"/>
		<mimic joint="slide" multiplier="-0.5" offset="0.01"/></joint>
</robot>`;

const BASE = { position: [0, 0, 0], rotation: [0, 0, 0, 1] } as const;
const robotOf = (...joints: string[]) =>
	`<robot name="r"><link name="a"/><link name="b"/><link name="c"/>${joints.join("")}</robot>`;
const joint = (name: string, parent: string, child: string, more = "", type = "revolute") =>
	`<joint name="${name}" type="${type}"><parent link="${parent}"/><child link="${child}"/>${more}</joint>`;

describe("a robot of a URDF", () => {
	it("is where the sums of its angles place it", () => {
		const model = readUrdf(ARM);
		expect(drivenJoints(model).map(({ name }) => name)).toEqual(["shoulder", "elbow", "slide"]);
		const [shoulder, elbow, slide] = [0.3, 0.9, 0.2];
		const places = linkPlaces(model, BASE, [shoulder, elbow, slide]);
		const toolAt = places[model.links.findIndex(({ name }) => name === "tool")]!.position;
		const reach = 0.5 + slide;
		expect(toolAt[0]).toBeCloseTo(Math.cos(shoulder) + reach * Math.cos(shoulder + elbow), 12);
		expect(toolAt[1]).toBeCloseTo(Math.sin(shoulder) + reach * Math.sin(shoulder + elbow), 12);
		expect(toolAt[2]).toBeCloseTo(0, 12);
		// The finger follows the tool by -0.5 of its way, and 0.01 m, along its own y.
		const finger = places[model.links.findIndex(({ name }) => name === "finger")]!;
		const beside = transformPoint(finger, [0, 0.5 * slide - 0.01, 0]);
		for (const axis of [0, 1, 2] as const) expect(beside[axis]).toBeCloseTo(toolAt[axis], 12);
	});

	it("turns a joint's place by roll, pitch and yaw about fixed axes", () => {
		const place = '<origin xyz="1 2 3" rpy="0.1 0.2 0.3"/>';
		const model = readUrdf(robotOf(joint("x", "a", "b", place, "fixed"), joint("y", "a", "c", "", "floating")));
		const turned = transformPoint(linkPlaces(model, BASE, [])[1]!, [1, 0, 0]);
		// The first column of Rz(0.3) Ry(0.2) Rx(0.1).
		expect(turned[0]).toBeCloseTo(1 + Math.cos(0.3) * Math.cos(0.2), 12);
		expect(turned[1]).toBeCloseTo(2 + Math.sin(0.3) * Math.cos(0.2), 12);
		expect(turned[2]).toBeCloseTo(3 - Math.sin(0.2), 12);
		const second = transformPoint(linkPlaces(model, BASE, [])[1]!, [0, 1, 0]);
		expect(second[0]).toBeCloseTo(
			1 + Math.cos(0.3) * Math.sin(0.2) * Math.sin(0.1) - Math.sin(0.3) * Math.cos(0.1),
			12,
		);
	});

	it("stands upright before the camera, and looks where the camera does", () => {
		const robot = Robot.fromUrdf(ARM, { position: [0, -1, -3], joints: { elbow: Math.PI / 2 } });
		// The upper link reaches forward, and the lower one to the left.
		const { position } = robot.placeOf("tool");
		for (const [axis, at] of [-0.5, -1, -4].entries()) expect(position[axis]).toBeCloseTo(at, 12);
		expect(robot.joints).toEqual({ shoulder: 0, elbow: Math.PI / 2, slide: 0 });
	});

	it("keeps its model and its other joints when some get other values", () => {
		const robot = Robot.fromUrdf(ARM, { joints: { shoulder: 1 } });
		const moved = robot.withJoints({ slide: 0.1 });
		expect(moved.joints).toEqual({ shoulder: 1, elbow: 0, slide: 0.1 });
		expect((moved.object as RobotObject).model).toBe(robot.object.model);
		expect(() => robot.withJoints({ grip: 1 })).toThrow(/joints.grip.*shoulder, elbow, slide/);
		expect(() => robot.withJoints({ slide: Number.NaN })).toThrow(TypeError);
		expect(() => robot.placeOf("hand")).toThrow(/hand/);
	});

	it("reads solids, and leaves meshes out", () => {
		const { links } = readUrdf(ARM);
		const shapes = Object.fromEntries(links.map(({ name, visuals }) => [name, visuals.map(({ shape }) => shape)]));
		expect(shapes).toEqual({ base: ["cylinder"], upper: [], lower: ["box"], tool: ["sphere"], finger: [] });
	});

	it("follows a mimic of a mimic to the joint that leads", () => {
		const model = readUrdf(
			robotOf(
				joint("x", "a", "b", '<axis xyz="0 0 1"/>'),
				joint("y", "b", "c", '<mimic joint="x" multiplier="2" offset="1"/>'),
			).replace(
				"</robot>",
				`<link name="d"/>${joint("z", "c", "d", '<mimic joint="y" multiplier="3"/>')}</robot>`,
			),
		);
		expect(model.joints[2]!.mimic).toEqual({ joint: 0, factor: 6, offset: 3 });
	});

	it.each([
		["no XML", "robot", /"<" is missing/],
		["another document", "<sdf/>", /<sdf>, not <robot>/],
		["no base", robotOf(joint("x", "a", "b"), joint("y", "b", "a"), joint("z", "b", "c")), /this one has 0/],
		["two bases", robotOf(joint("x", "a", "b")), /this one has 2/],
		["a child of two", robotOf(joint("x", "a", "b"), joint("y", "a", "b"), joint("z", "b", "c")), /joint "y"/],
		["a ring", robotOf(joint("x", "b", "c"), joint("y", "c", "b")), /joint "x"/],
		["an unknown type", robotOf(joint("x", "a", "b", "", "ball"), joint("y", "b", "c")), /"ball"/],
		[
			"a mimic of itself",
			robotOf(joint("x", "a", "b", '<mimic joint="x"/>'), joint("y", "b", "c")),
			/mimics itself/,
		],
		[
			"numbers that are none",
			robotOf(joint("x", "a", "b", '<axis xyz="0 1"/>'), joint("y", "b", "c")),
			/three numbers/,
		],
	])("is refused with %s", (_, urdf, words) => expect(() => readUrdf(urdf)).toThrow(words));

	it("is refused with more links than an overlay may have, or a solid of a negative size", () => {
		const links = Array.from({ length: 129 }, (_, index) => `<link name="l${index}"/>`).join("");
		expect(() => readUrdf(`<robot name="r">${links}</robot>`)).toThrow(/at most 128 links; this one has 129/);
		const box = '<link name="a"><visual><geometry><box size="1 -1 1"/></geometry></visual></link>';
		expect(() => Robot.fromUrdf(`<robot name="r">${box}</robot>`)).toThrow(RangeError);
	});
});

describe("readXml", () => {
	it("reads elements and attributes, and passes over the rest", () => {
		const text = `\ufeff<?xml?><!DOCTYPE r><r a='1 &lt; &#x32;&amp;' b="&x;"><![CDATA[<no>]]>t<c/><!--<d>--></r> `;
		const root = readXml(text);
		expect([...root.attributes]).toEqual([
			["a", "1 < 2&"],
			["b", "&x;"],
		]);
		expect(root.children.map(({ name }) => name)).toEqual(["c"]);
	});

	it.each(["<a>", "<a></b>", "<a b=1/>", "<a b='1/>", "<a/><b/>", "<!-- <a/>", "<a b/>", "</a>", ""])(
		"refuses %s with the line of the fault",
		(text) => expect(() => readXml(text)).toThrow(SyntaxError),
	);

	it("refuses elements that are nested without end", () => {
		expect(() => readXml("<a>".repeat(100_000))).toThrow(/64 deep/);
	});
});
