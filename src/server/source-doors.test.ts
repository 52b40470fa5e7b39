import { expect, it } from "vitest";
import type { Camera } from "../stream/cameras/camera.ts";
import { sourceDoor } from "./source-doors.ts";

const camera = (name: string) => ({ name }) as Camera;

it("finds the view, its eyes and the cameras by their paths", () => {
	const wrist = camera("wrist");
	const at = (path: string) => sourceDoor(path, "head", [wrist]);
	expect(at("wrist")).toEqual({ kind: "camera", camera: wrist });
	expect(at("head")).toEqual({ kind: "view", eye: undefined });
	expect([at("left"), at("right")]).toEqual([
		{ kind: "view", eye: 0 },
		{ kind: "view", eye: 1 },
	]);
	expect([at("head/left"), at("head/right")]).toEqual([at("left"), at("right")]);
	for (const path of [
		"",
		"other",
		"wrist/left",
		"head/middle",
		"constructor",
		"head/constructor",
		"head/left/x",
		"Wrist",
	])
		expect(at(path), path).toBeUndefined();
});

it("shows a camera named left or right rather than an eye", () => {
	const left = camera("left");
	expect(sourceDoor("left", "main", [left])).toEqual({ kind: "camera", camera: left });
	expect(sourceDoor("main/left", "main", [left])).toEqual({ kind: "view", eye: 0 });
});
