import { describe, expect, it } from "vitest";
import { headText } from "../protocol/head-text.cases.ts";
import { encodeLegacyBodyPose } from "../protocol/legacy/body-pose.ts";
import { ChannelInbox } from "./channel-inbox.ts";

function setUp(access: readonly ("watch" | "steer")[] = ["watch", "steer"]) {
	const refusals: string[] = [];
	const inbox = new ChannelInbox({
		access: new Set(access),
		maxHz: 250,
		onNotAllowed: () => refusals.push("not allowed"),
		onControlRefused: (reason) => refusals.push(reason),
	});
	return { inbox, refusals };
}

const head = headText({ sequence: 1, clientTimeMs: 5, orientation: [0, 0, 0, 1] });
const body = encodeLegacyBodyPose([{ id: 1, position: [1, 2, 3], rotation: [0, 0, 0, 1] }]);

describe("ChannelInbox", () => {
	it("decodes the messages of known labels, and finds the poses and control messages in them", () => {
		const { inbox } = setUp();
		const arrivals = [
			inbox.receive("tracking", head, 1),
			inbox.receive("camera", '{"yaw":10}', 1),
			inbox.receive("body_pose", body, 1),
			inbox.receive("apriltag_pose", body, 1),
			inbox.receive("control", '{"type":"ping","t0":1}', 1),
		];
		expect(arrivals.map((arrival) => arrival?.pose?.kind)).toEqual([
			"head",
			"head",
			"skeleton",
			undefined,
			undefined,
		]);
		expect(arrivals.map((arrival) => arrival?.control?.type)).toEqual([...Array(4).fill(undefined), "ping"]);
	});

	it("passes messages of other labels on as they came, also of labels that every object has", () => {
		const { inbox } = setUp();
		for (const label of ["chat", "toString", "__proto__", ""])
			expect(inbox.receive(label, "hello", 1)).toEqual({ message: "hello" });
	});

	it("counts messages that are not understood or not allowed, and reports the first without a right", () => {
		const { inbox, refusals } = setUp(["watch"]);
		expect(inbox.receive("camera", "no JSON", 1)).toBeUndefined();
		expect(inbox.receive("control", "no JSON", 1)).toBeUndefined();
		expect(inbox.receive("body_pose", body, 1)).toBeUndefined();
		expect(inbox.receive("chat", "hello", 1)).toBeUndefined();
		expect(inbox.gate).toMatchObject({ refused: 2, notAllowed: 2 });
		expect(refusals).toEqual([expect.stringContaining("JSON"), "not allowed"]);
	});

	it("tells a viewer without the right each time that it may not change what is played", () => {
		const { inbox, refusals } = setUp(["watch"]);
		for (const text of ['{"type":"playback","paused":true}', '{"type":"playback","rate":2}'])
			expect(inbox.receive("control", text, 1)).toBeUndefined();
		expect(inbox.gate).toMatchObject({ refused: 0, notAllowed: 2 });
		expect(refusals).toEqual(["not allowed", "not allowed"]);
		expect(setUp().inbox.receive("control", '{"type":"playback","rate":9}', 1)).toBeUndefined();
		expect(setUp().inbox.receive("control", '{"type":"playback","rate":2}', 1)?.control).toEqual({
			type: "playback",
			rate: 2,
		});
	});
});
