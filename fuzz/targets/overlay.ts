import { encodeOverlayMessage, parseOverlayMessage } from "../../src/protocol/overlay-message.ts";
import { linkPlaces } from "../../src/skeleton/robot-model.ts";
import type { FuzzTarget } from "../fuzzer.ts";

const PLACE = { position: [0, 0, 1], rotation: [0, 0, 0, 1] };
const LOOK = { frame: "world", color: "#00ff0080" };
const OBJECTS = [
	{ kind: "lines", ...LOOK, width: 2, strips: [[0, 0, -1, 1, 0, -1]] },
	{ kind: "points", ...LOOK, size: 2, positions: [0, 0, -1] },
	{ kind: "labels", ...LOOK, size: 2, texts: ["a"], positions: [0, 0, -1] },
	{ kind: "boxes", ...LOOK, width: 1, fill: 0.1, centers: [0, 0, -2], sizes: [1, 1, 1], rotations: [0, 0, 0, 1] },
	{
		kind: "robot",
		...LOOK,
		...PLACE,
		model: {
			links: [
				{ name: "a", visuals: [{ shape: "box", place: PLACE, sides: [1, 1, 1] }] },
				{ name: "b", visuals: [{ shape: "sphere", place: PLACE, radius: 1 }] },
				{ name: "c", visuals: [{ shape: "cylinder", place: PLACE, radius: 1, length: 2 }] },
			],
			joints: [
				{ name: "x", motion: "turning", parent: 0, child: 1, place: PLACE, axis: [0, 0, 1] },
				{
					name: "y",
					motion: "sliding",
					parent: 1,
					child: 2,
					place: PLACE,
					axis: [1, 0, 0],
					mimic: { joint: 0, factor: 2, offset: 0 },
				},
			],
		},
		joints: [0.5],
	},
];
const MESSAGES = [
	...OBJECTS.map((object) => ({ type: "set", n: 1, path: "a", object })),
	{ type: "joints", n: 1, path: "a", joints: [1] },
	{ type: "hud", n: 1, lines: ["a"] },
	{ type: "pulse", n: 1, intensity: 0.5, durationMs: 5, hand: "both" },
	{ type: "pulse", n: 1, meaning: "hold" },
];

export const target: FuzzTarget = {
	covers: ["src/protocol/overlay-message.ts", "src/protocol/overlay-faults.ts", "src/skeleton/robot-model.ts"],
	dictionary: ['"type":', '"set"', '"kind":', '"robot"', '"mimic":', '"parent":', '"visuals":', "[0,0,0]", "1e9"],
	seeds: () => MESSAGES.map((message) => Buffer.from(JSON.stringify(message))),
	run(input) {
		const result = parseOverlayMessage(Buffer.from(input).toString("utf8"));
		if (result.kind !== "message") return;
		const { message } = result;
		const again = parseOverlayMessage(encodeOverlayMessage(message));
		if (again.kind === "ignored") throw new Error("A message does not survive its own encoding.");
		if (message.type !== "set" || message.object.kind !== "robot") return;
		const { model, joints } = message.object;
		linkPlaces(model, message.object, joints);
	},
};
