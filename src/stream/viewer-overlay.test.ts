import { describe, expect, it, vi } from "vitest";
import { Lines, Points } from "../overlay/overlay-items.ts";
import { Robot } from "../overlay/robot.ts";
import { parseOverlayMessage } from "../protocol/overlay-message.ts";
import { setUp } from "./test-session.cases.ts";

const POINTS = new Points({ positions: [[0, 0, -1]] });
const LINES = new Lines({
	strips: [
		[
			[0, 0, -1],
			[1, 0, -1],
		],
	],
});
const ROBOT = Robot.fromUrdf(`<robot name="r"><link name="a"/><link name="b"/><joint name="x" type="revolute">
	<parent link="a"/><child link="b"/></joint></robot>`);

async function viewerWithChannel() {
	const { session, viewer } = await setUp();
	const open = () => {
		session.openChannels.add("overlay");
		session.listeners.emit("channelOpen", "overlay");
	};
	/** The messages since the last call, in short. */
	const taken = () =>
		session.sent
			.splice(0)
			.filter(([label]) => label === "overlay")
			.map(([, text]) => {
				const result = parseOverlayMessage(text as string);
				if (result.kind !== "message") throw new Error(JSON.stringify(result));
				const { message } = result;
				return "path" in message ? `${message.type} ${message.path}` : message.type;
			});
	return { session, viewer, open, taken };
}

describe("viewer.overlay", () => {
	it("opens its channel with the first object, and sends the present set when it is open", async () => {
		const { session, viewer, open, taken } = await viewerWithChannel();
		expect(session.opened.map(([label]) => label)).not.toContain("overlay");
		viewer.overlay.set("a", POINTS);
		viewer.overlay.set("b", POINTS);
		viewer.overlay.set("a", LINES);
		viewer.overlay.remove("b");
		viewer.hud(["Battery 80 %"]);
		expect(session.opened.map(([label]) => label)).toContain("overlay");
		expect(taken()).toEqual([]);
		open();
		expect(taken()).toEqual(["clear", "set a", "hud"]);
		expect(viewer.overlay.paths).toEqual(["a"]);
	});

	it("sends the whole set again over the channel of another connection", async () => {
		const { viewer, open, taken } = await viewerWithChannel();
		viewer.overlay.set("a", POINTS);
		viewer.overlay.set("robot", ROBOT);
		open();
		viewer.overlay.set("robot", ROBOT.withJoints({ x: 1 }));
		taken();
		open();
		expect(taken()).toEqual(["clear", "set a", "set robot"]);
	});

	it("sends only the joints of a robot that moves, and each change at once", async () => {
		const { session, viewer, open, taken } = await viewerWithChannel();
		viewer.overlay.set("robot", ROBOT);
		open();
		viewer.overlay.set("robot", ROBOT.withJoints({ x: 1 }));
		viewer.overlay.set("a", POINTS);
		viewer.overlay.remove("a");
		viewer.overlay.remove("a");
		viewer.overlay.clear();
		expect(taken()).toEqual(["clear", "set robot", "joints robot", "set a", "remove a", "clear"]);
		expect(session.sent).toEqual([]);
	});

	it("keeps the newest of each path while the channel is full, and sends it when there is room", async () => {
		vi.useFakeTimers();
		const { session, viewer, open, taken } = await viewerWithChannel();
		viewer.overlay.set("robot", ROBOT);
		open();
		taken();
		session.openChannels.delete("overlay");
		const isChannelOpen = vi.spyOn(session, "isChannelOpen").mockReturnValue(true);
		for (let x = 0; x < 1000; x++) viewer.overlay.set("robot", ROBOT.withJoints({ x }));
		viewer.overlay.set("a", POINTS);
		expect(viewer.pulse("hold")).toBe(false);
		session.openChannels.add("overlay");
		vi.advanceTimersByTime(100);
		expect(JSON.parse(session.sent[0]![1] as string)).toMatchObject({ type: "joints", joints: [999] });
		expect(taken()).toEqual(["joints robot", "set a"]);
		isChannelOpen.mockRestore();
		vi.useRealTimers();
	});

	it("numbers its messages, so that late ones of a former connection are known", async () => {
		const { session, viewer, open } = await viewerWithChannel();
		open();
		viewer.overlay.set("a", POINTS);
		expect(viewer.pulse({ intensity: 0.5, durationMs: 50 })).toBe(true);
		const numbers = session.sent.map(([, text]) => (JSON.parse(text as string) as { n: number }).n);
		expect(numbers).toEqual([1, 2, 3]);
	});

	it("refuses what the channel can't carry, and keeps what was there", async () => {
		const { viewer } = await viewerWithChannel();
		expect(() => viewer.overlay.set("", POINTS)).toThrow(/path.*got ""/);
		const positions = Array.from({ length: 2049 }, () => [0, 0, 0] as const);
		expect(() => new Points({ positions })).toThrow(/too many positions/);
		expect(() => new Points({ positions: [[0, 0]] as never })).toThrow(/positions\[0\]/);
		expect(() => new Points({ positions: [], color: "red" })).toThrow(/color.*"red"/);
		expect(() => new Points({ positions: [], colour: "#ffffff" } as never)).toThrow(/did you mean color/);
		for (let index = 0; index < 64; index++) viewer.overlay.set(`p${index}`, POINTS);
		expect(() => viewer.overlay.set("one more", POINTS)).toThrow(/more than 64 objects/);
		expect(viewer.overlay.paths).toHaveLength(64);
		expect(() => viewer.hud(Array(9).fill("x"))).toThrow(RangeError);
		expect(() => viewer.hud("x" as never)).toThrow(TypeError);
		expect(() => viewer.pulse("danger" as never)).toThrow(/meaning/);
		expect(() => viewer.pulse({ intensity: 2, durationMs: 10 })).toThrow(/intensity/);
	});
});
