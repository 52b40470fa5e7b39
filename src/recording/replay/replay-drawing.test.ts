import { describe, expect, it } from "vitest";
import { headPose, picture } from "../../export/synthetic-session.cases.ts";
import type { ReadFrame } from "../read/read-record.ts";
import type { RecordedPose } from "../session-record.ts";
import { replayDrawing } from "./replay-drawing.ts";

const frameOf = (viewer: string, fovRad: number): ReadFrame => {
	const record = picture(1, 1, { pose: { worldFromView: [0, 0, 0, 1], fovRad } });
	if (record.type !== "frame") throw new Error("It is a picture.");
	return { ...record, viewer, number: 1, position: [0, 1.6, 0] };
};

const poseOf = (kind: RecordedPose["kind"], places: readonly number[]): RecordedPose => {
	const record = headPose(1);
	if (record.type !== "pose") throw new Error("It is a pose.");
	const bones = { ids: Int32Array.of(0, 3), positions: Float32Array.from(places), rotations: new Float32Array(8) };
	return { ...record.pose, ...bones, kind, skeleton: kind === "skeleton" ? "FullBody" : undefined, hand: "left" };
};

describe("replayDrawing()", () => {
	it("leaves out what a hostile file has in place of numbers, and draws the rest", () => {
		const poses = [
			poseOf("skeleton", [0, 1, 0, Number.NaN, 1, 2]),
			poseOf("controller", [Number.POSITIVE_INFINITY, 0, 0, 1, 1, 1]),
		];
		const items = replayDrawing(frameOf("a\u0007\n<b>", 1.5), poses, false);
		expect([...items.keys()]).toEqual(["replay/FullBody/bones", "replay/view", "replay/name"]);
		expect(JSON.stringify(items.get("replay/name"))).not.toMatch(/u0007|\\n/);
		expect([...replayDrawing(frameOf("a", Number.NaN), [], false).keys()]).toEqual([]);
	});
});
