import { Robot } from "../../src/overlay/robot.ts";
import type { FuzzTarget } from "../fuzzer.ts";

const URDF = `<?xml version="1.0"?><!-- c --><robot name="r"><link name="a"><visual><origin xyz="0 0 1" rpy="0 1 0"/>
<geometry><box size="1 1 1"/></geometry></visual></link><link name="b"/><link name="c"/>
<joint name="x" type="revolute"><parent link="a"/><child link="b"/><axis xyz="0 0 1"/></joint>
<joint name="y" type="prismatic"><parent link="b"/><child link="c"/><mimic joint="x" multiplier="2"/></joint></robot>`;

export const target: FuzzTarget = {
	covers: ["src/overlay/urdf.ts", "src/overlay/xml-reader.ts", "src/overlay/robot.ts"],
	dictionary: [
		"<link name=",
		"<joint ",
		"</joint>",
		"<mimic joint=",
		"<![CDATA[",
		"-->",
		"&#x41;",
		'type="fixed"',
		"/>",
	],
	seeds: () => [Buffer.from(URDF), Buffer.from(URDF.replace("box size", "cylinder radius"))],
	run(input) {
		try {
			const robot = Robot.fromUrdf(Buffer.from(input).toString("utf8"));
			for (const { name } of robot.object.model.links) robot.placeOf(name);
		} catch (error) {
			if (!(error instanceof SyntaxError || error instanceof RangeError)) throw error;
			if (/call stack|array length/i.test(error.message)) throw error;
		}
	},
};
