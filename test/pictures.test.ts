import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { drawPictures, PICTURES_FOLDER } from "../scripts/build-pictures.ts";
import { overlap } from "../scripts/drawing.ts";
import { restPose } from "../scripts/rest-poses.ts";
import { PICTURE_OF } from "../scripts/skeleton-pictures.ts";
import { bodyAxes } from "../src/skeleton/body-axes.ts";
import { handAxes } from "../src/skeleton/hand-pose.ts";
import { positionAt } from "../src/skeleton/skeleton-pose.ts";
import { SKELETON_TYPES, SKELETONS } from "../src/skeleton/tables/skeleton.ts";

const pictures = drawPictures();

describe("docs/pictures", () => {
	it("holds what scripts/build-pictures.ts draws, and no other drawing", () => {
		const drawings = readdirSync(PICTURES_FOLDER).filter((name) => name.endsWith(".svg"));
		expect(drawings.sort()).toEqual([...pictures.keys()].sort());
		for (const [name, drawing] of pictures)
			expect(readFileSync(join(PICTURES_FOLDER, name), "utf8"), name).toBe(drawing.toString());
	});

	it.each(SKELETON_TYPES)("shows every bone of %s with its id and its name", (type) => {
		const svg = pictures.get(PICTURE_OF[type])!.toString();
		for (const [id, name] of SKELETONS[type].names.entries()) {
			expect(svg).toContain(`<g id="${type}-${id}"><title>${id} ${name}</title>`);
			// The number stands in the joint's circle.
			expect(svg.split(`<g id="${type}-${id}">`)[1]!.split("</g>")[0]).toContain(`>${id}</text>`);
		}
	});

	it.each([...pictures.keys()])("%s has no two texts in one place, and none beyond its edge", (name) => {
		const { labels, width, height } = pictures.get(name)!;
		expect(labels.length).toBeGreaterThan(5);
		const faults = labels.flatMap((a, index) =>
			labels.slice(index + 1).flatMap((b) => (overlap(a, b) > 0 ? [`${a.text} / ${b.text}`] : [])),
		);
		expect(faults).toEqual([]);
		const outside = labels.filter(
			({ x, y, ...box }) => x < 8 || y < 8 || x + box.width > width - 8 || y + box.height > height - 8,
		);
		expect(outside).toEqual([]);
	});

	it.each([...pictures.keys()])("%s lies on a white card, loads nothing and runs nothing", (name) => {
		const svg = pictures.get(name)!.toString();
		expect(svg).toMatch(/<rect [^>]*fill="#ffffff"/);
		expect(svg).not.toMatch(/<script|<image|href|url\(|NaN|undefined|Infinity/);
	});
});

describe("restPose()", () => {
	it.each(SKELETON_TYPES)("has a place for every bone of %s, no two in the same one", (type) => {
		const pose = restPose(type);
		const places = SKELETONS[type].names.map((_, bone) => String(positionAt(pose, bone)));
		expect(places).not.toContain("undefined");
		expect(new Set(places).size).toBe(places.length);
	});

	it("stands upright, looks forward, and has its hands where they belong", () => {
		const pose = restPose("FullBody");
		const { rotation, position } = bodyAxes(pose)!;
		expect(rotation.map((number) => Math.abs(number))).toEqual(
			[0, 0, 0, 1].map((number) => expect.closeTo(number, 2)),
		);
		expect(position[0]).toBeCloseTo(0, 5);
		expect(handAxes(pose, "right")!.position[0]).toBeGreaterThan(0.5);
		expect(handAxes(pose, "left")!.position[0]).toBeLessThan(-0.5);
		for (const side of ["left", "right"] as const) {
			const hand = restPose(side === "left" ? "XRHandLeft" : "XRHandRight");
			expect(handAxes(hand, side)!.rotation.map((number) => Math.abs(number))).toEqual(
				[0, 0, 0, 1].map((number) => expect.closeTo(number, 5)),
			);
		}
	});
});
