import { readFileSync } from "node:fs";
import { describe, expect, expectTypeOf, it } from "vitest";
import { generateSkeletonSources, readSkeletonFacts } from "../../../scripts/build-skeletons.ts";
import { FullBodyBone } from "./full-body.generated.ts";
import { HandBone } from "./hand.generated.ts";
import { topologicalOrder } from "./hierarchy.ts";
import {
	type BoneName,
	boneId,
	boneName,
	isSkeletonType,
	requireBone,
	SKELETON_TYPES,
	SKELETONS,
	skeletonTypeFromWireId,
} from "./skeleton.ts";

const FACTS = readSkeletonFacts();
const factsOf = (type: string) => FACTS[type.replace(/(Left|Right)$/, "")]!;
const COUNTS = {
	HandLeft: 24,
	HandRight: 24,
	Body: 70,
	FullBody: 84,
	XRHandLeft: 26,
	XRHandRight: 26,
	PicoBody: 24,
	HtcBody: 26,
	WebXRHandLeft: 25,
	WebXRHandRight: 25,
	WebXRBody: 83,
} as const;

describe("generated tables", () => {
	it("are what the facts say", () => {
		const sources = generateSkeletonSources();
		expect(sources.size).toBe(9);
		for (const [file, text] of sources) expect(readFileSync(file, "utf8")).toBe(text);
	});
});

describe("SKELETONS", () => {
	it("has every type, and each knows its own", () => {
		expect(Object.fromEntries(SKELETON_TYPES.map((type) => [type, SKELETONS[type].names.length]))).toEqual(COUNTS);
		for (const type of SKELETON_TYPES) expect(SKELETONS[type].type).toBe(type);
	});

	it.each(SKELETON_TYPES)("%s: every name goes to its id and back, as in the facts", (type) => {
		const facts = factsOf(type);
		const skeleton = SKELETONS[type];
		expect(skeleton.names).toHaveLength(facts.bones.length);
		for (const { id, name, parent } of facts.bones) {
			expect(skeleton.names[id]).toBe(name);
			expect((skeleton.bones as Record<string, number>)[name]).toBe(id);
			expect(boneId(type, name)).toBe(id);
			expect(boneId(type, boneName(type, id))).toBe(id);
			expect(boneName(type, boneId(type, name)!)).toBe(facts.prefix + name);
			expect(requireBone(type, name as string)).toBe(id);
			expect(skeleton.parents[id]).toBe(parent ?? -1);
		}
		expect(new Set(skeleton.names).size).toBe(skeleton.names.length);
	});

	it.each(SKELETON_TYPES)(
		"%s: labels tell bones apart, connections draw all bones with a parent, parents come first",
		(type) => {
			const { labels, names, connections, parents, parentsFirst } = SKELETONS[type];
			expect(new Set(labels).size).toBe(names.length);
			expect(connections).toEqual(
				parents.map((parent, child) => [parent, child]).filter(([parent]) => parent !== -1),
			);
			expect([...parentsFirst].sort((a, b) => a - b)).toEqual(names.map((_, id) => id));
			for (const [parent, child] of connections)
				expect(parentsFirst.indexOf(parent)).toBeLessThan(parentsFirst.indexOf(child));
			expect(parents.filter((parent) => parent === -1)).toHaveLength(type === "HtcBody" ? 26 : 1);
		},
	);

	it("has Meta's numbers on the wire, and each type comes back from its number", () => {
		expect(SKELETON_TYPES.slice(0, 6).map((type) => SKELETONS[type].wireId)).toEqual([0, 1, 2, 3, 4, 5]);
		for (const type of SKELETON_TYPES) expect(skeletonTypeFromWireId(SKELETONS[type].wireId)).toBe(type);
		for (const wireId of [-1, 6, 31, 37, 127, 1.5, Number.NaN])
			expect(skeletonTypeFromWireId(wireId)).toBeUndefined();
	});

	it("speaks to people", () => {
		expect(SKELETONS.FullBody.labels[FullBodyBone.LeftHandIndexProximal]).toBe("Left hand index proximal");
		expect(SKELETONS.PicoBody.labels[SKELETONS.PicoBody.bones.Spine1]).toBe("Spine 1");
		expect(SKELETONS.HtcBody.labels[SKELETONS.HtcBody.bones.LeftFeet]).toBe("Left feet");
		expect(SKELETONS.WebXRBody.labels[SKELETONS.WebXRBody.bones["right-foot-ball"]]).toBe("Right foot ball");
	});

	it("knows a type by its name only", () => {
		expect(isSkeletonType("FullBody")).toBe(true);
		for (const text of ["fullbody", "toString", "__proto__", 3, null]) expect(isSkeletonType(text)).toBe(false);
	});
});

describe("looking up bones", () => {
	it("one id has as many names as there are tables", () => {
		expect((["HandLeft", "XRHandLeft", "Body", "FullBody"] as const).map((type) => boneName(type, 8))).toEqual([
			"Hand_Index3",
			"XRHand_IndexIntermediate",
			"Body_LeftShoulder",
			"FullBody_LeftShoulder",
		]);
	});

	it("names what it does not know by its number", () => {
		expect(boneName("FullBody", 91)).toBe("FullBody_Unknown_91");
		expect(boneName("FullBody", -1)).toBe("FullBody_Unknown_-1");
		expect(boneName("XRHandLeft", 2 ** 31)).toBe("XRHand_Unknown_2147483648");
	});

	it("takes both spellings of the draft's mistake", () => {
		expect(boneId("WebXRBody", "left-hand-middle-phalanx-metacarpal")).toBe(28);
		expect(boneId("WebXRBody", "left-hand-middle-metacarpal")).toBe(28);
	});

	it("does not look into other tables, nor into objects", () => {
		expect(boneId("FullBody", "Index3")).toBeUndefined();
		expect(boneId("FullBody", "Body_Head")).toBeUndefined();
		for (const name of ["constructor", "__proto__", "toString", ""])
			expect(boneId("FullBody", name)).toBeUndefined();
	});

	it("strictly: throws what is missing, by name", () => {
		expect(() => requireBone("FullBody", "Tail" as string)).toThrow(
			new RangeError('The skeleton FullBody has no bone "Tail".'),
		);
	});

	it("types: ids are literals, and names of another skeleton do not compile", () => {
		expectTypeOf(FullBodyBone.Head).toEqualTypeOf<7>();
		expectTypeOf(requireBone("FullBody", "Head")).toEqualTypeOf<7>();
		expectTypeOf(requireBone("HandLeft", "Index3")).toEqualTypeOf<8>();
		expectTypeOf<BoneName<"HandLeft">>().toEqualTypeOf<keyof typeof HandBone>();
		// @ts-expect-error Index3 is a bone of a Hand.
		expect(() => requireBone("FullBody", "Index3")).toThrow(RangeError);
		// @ts-expect-error A Body has no legs.
		expect(() => requireBone("Body", "LeftUpperLeg")).toThrow(RangeError);
		expect(HandBone.Index3).toBe(FullBodyBone.LeftShoulder);
	});
});

describe("topologicalOrder", () => {
	it("places parents first and keeps the order otherwise", () => {
		expect(topologicalOrder([1, -1, 1, 0])).toEqual([1, 0, 2, 3]);
		expect(topologicalOrder([])).toEqual([]);
	});

	it.each([[[1, 0]], [[0]], [[-1, 2, 3, 1]]])("refuses bones that are their own ancestors: %j", (parents) => {
		expect(() => topologicalOrder(parents)).toThrow("its own ancestor");
	});

	it.each([[[2, -1]], [[-2]], [[0.5, -1]], [[Number.NaN]]])("refuses parents that are no bones: %j", (parents) => {
		expect(() => topologicalOrder(parents)).toThrow("which is no bone");
	});
});
