import { describe, expect, it } from "vitest";
import { OVERLAY_BOUNDS } from "./overlay-bounds.ts";
import { encodeOverlayMessage, type NumberedOverlayMessage, parseOverlayMessage } from "./overlay-message.ts";
import type { OverlayObject, RobotObject } from "./overlay-object.ts";
import { OverlaySet } from "./overlay-set.ts";

const PLACE = { position: [0, 0, 0.5], rotation: [0, 0, 0, 1] } as const;
const ROBOT: RobotObject = {
	kind: "robot",
	frame: "world",
	color: "#7fd4ff80",
	position: [0, -1, -2],
	rotation: [0.5, -0.5, -0.5, 0.5],
	model: {
		links: [
			{ name: "base", visuals: [{ shape: "box", place: PLACE, sides: [0.2, 0.2, 1] }] },
			{ name: "arm", visuals: [{ shape: "cylinder", place: PLACE, radius: 0.1, length: 1 }] },
			{ name: "tip", visuals: [{ shape: "sphere", place: PLACE, radius: 0.1 }] },
		],
		joints: [
			{ name: "a", motion: "turning", parent: 0, child: 1, place: PLACE, axis: [0, 0, 1] },
			{
				name: "b",
				motion: "sliding",
				parent: 1,
				child: 2,
				place: PLACE,
				axis: [1, 0, 0],
				mimic: { joint: 0, factor: 2, offset: 0 },
			},
		],
	},
	joints: [0.25],
};
const POINTS: OverlayObject = { kind: "points", frame: "head", color: "#ff0000", size: 4, positions: [0, 0, -1] };
const OBJECTS: readonly OverlayObject[] = [
	{ kind: "lines", frame: "world", color: "#00ff0080", width: 2, strips: [[0, 0, -1, 1, 0, -1]] },
	POINTS,
	{ kind: "labels", frame: "world", color: "#ffffff", size: 18, texts: ["Tür 1"], positions: [0, 1, -3] },
	{
		kind: "boxes",
		frame: "world",
		color: "#39b8ff",
		width: 2,
		fill: 0.1,
		centers: [0, 0, -2],
		sizes: [1, 1, 1],
		rotations: [0, 0, 0, 1],
	},
	ROBOT,
];
const parseFields = (fields: object) => parseOverlayMessage(JSON.stringify(fields));
/** The outcome for an object that differs from a good one. */
const parseObject = (good: OverlayObject, ...changes: readonly object[]) =>
	parseFields({ type: "set", n: 1, path: "a", object: Object.assign({}, good, ...changes) });

describe("overlay messages", () => {
	const messages: readonly NumberedOverlayMessage[] = [
		...OBJECTS.map((object, n) => ({ type: "set", n, path: "a/b", object }) as const),
		{ type: "joints", n: 5, path: "a/b", joints: [0.5] },
		{ type: "remove", n: 6, path: "a/b" },
		{ type: "clear", n: 7 },
		{ type: "hud", n: 8, lines: ["Battery 80 %"] },
		{ type: "pulse", n: 9, meaning: "warning" },
		{ type: "pulse", n: 10, intensity: 0.5, durationMs: 80, hand: "left" },
	];

	it("are read as they were written", () => {
		for (const message of messages)
			expect(parseOverlayMessage(encodeOverlayMessage(message))).toEqual({ kind: "message", message });
	});

	it("of other types are passed over, and unknown fields are no fault", () => {
		expect(parseFields({ type: "sky", n: 1 })).toEqual({ kind: "ignored", type: "sky" });
		expect(parseFields({ type: "clear", n: 1, later: true }).kind).toBe("message");
	});

	it.each([
		["a number that is no number", { type: "clear", n: "1" }],
		["no number", { type: "clear" }],
		["a path of 81 characters", { type: "remove", n: 1, path: "x".repeat(81) }],
		["an empty path", { type: "set", n: 1, path: "", object: POINTS }],
		["no object", { type: "set", n: 1, path: "a" }],
		["nine lines of words", { type: "hud", n: 1, lines: Array(9).fill("") }],
		["a line of 81 characters", { type: "hud", n: 1, lines: ["x".repeat(81)] }],
		["a pulse of no known meaning", { type: "pulse", n: 1, meaning: "danger" }],
		["a pulse without end", { type: "pulse", n: 1, intensity: 1, durationMs: 1e6, hand: "both" }],
		["joints that are none", { type: "joints", n: 1, path: "a", joints: [null] }],
	])("with %s are refused", (_, fields) => expect(parseFields(fields).kind).toBe("refused"));

	it("with objects that can't be drawn are refused", () => {
		const [lines, , labels, boxes] = OBJECTS as [OverlayObject, OverlayObject, OverlayObject, OverlayObject];
		const { links, joints } = ROBOT.model;
		const [first, second] = joints as [object, object];
		const robotWith = (model: object) => parseObject(ROBOT, { model });
		const faulty = [
			parseObject(POINTS, { kind: "cloud" }),
			parseObject(POINTS, { kind: "__proto__" }),
			parseObject(POINTS, { frame: "base" }),
			parseObject(POINTS, { color: "red" }),
			parseObject(POINTS, { size: 0 }),
			parseObject(POINTS, { positions: [0, 0] }),
			parseObject(POINTS, { positions: [0, 0, 1e9] }),
			parseObject(POINTS, { positions: Array(3 * (OVERLAY_BOUNDS.positions + 1)).fill(0) }),
			parseObject(lines, { strips: [[0, 0, 0]] }),
			parseObject(labels, { texts: [] }),
			parseObject(labels, { texts: ["x".repeat(81)] }),
			parseObject(boxes, { sizes: [1, -1, 1] }),
			parseObject(boxes, { rotations: [0, 0, 0, 0] }),
			parseObject(boxes, { rotations: undefined }),
			parseObject(ROBOT, { joints: [] }),
			parseObject(ROBOT, { rotation: [0, 0, 0, 2] }),
			robotWith({ links, joints: [first] }),
			robotWith({ links: [], joints: [] }),
			robotWith({ links, joints: [first, { ...second, child: 1 }] }),
			robotWith({ links, joints: [first, { ...second, parent: 2 }] }),
			robotWith({ links, joints: [first, { ...second, axis: [0, 0, 0] }] }),
			robotWith({ links, joints: [first, { ...second, mimic: { joint: 1, factor: 1, offset: 0 } }] }),
			robotWith({
				links: [...links.slice(1), { name: "x", visuals: [{ shape: "cone", place: PLACE }] }],
				joints,
			}),
		];
		expect(faulty.map(({ kind }) => kind)).toEqual(faulty.map(() => "refused"));
		expect(parseOverlayMessage(" ".repeat(OVERLAY_BOUNDS.messageBytes + 1)).kind).toBe("refused");
		expect(parseOverlayMessage("[1]").kind).toBe("refused");
	});
});

describe("OverlaySet", () => {
	it("keeps its bounds over all objects, and the former object where one breaks them", () => {
		const set = new OverlaySet();
		for (let index = 0; index < OVERLAY_BOUNDS.objects; index++)
			expect(set.set(`p${index}`, POINTS)).toBeUndefined();
		expect(set.set("one more", POINTS)).toBe("more than 64 objects");
		const many = { ...POINTS, positions: Array(3 * OVERLAY_BOUNDS.positions).fill(0) } as OverlayObject;
		for (let index = 0; index < 7; index++) expect(set.set(`p${index}`, many)).toBeUndefined();
		expect(set.set("p7", many)).toBe("more than 16384 positions");
		expect(set.objects.get("p7")).toBe(POINTS);
	});

	it("gives joints to robots of as many, and to nothing else", () => {
		const set = new OverlaySet();
		set.set("r", ROBOT);
		set.set("p", POINTS);
		expect([
			set.setJoints("r", [1]),
			set.setJoints("r", [1, 2]),
			set.setJoints("p", [1]),
			set.setJoints("x", []),
		]).toEqual([true, false, false, false]);
		expect((set.objects.get("r") as RobotObject).joints).toEqual([1]);
	});
});
