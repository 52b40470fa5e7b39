import { describe, expect, it } from "vitest";
import { readSkeletonFacts } from "../../../scripts/build-skeletons.ts";
import { seededRandom } from "../seeded-random.cases.ts";
import { bonePosition, createSkeletonPose } from "../skeleton-pose.ts";
import { randomPose } from "../synthetic-poses.cases.ts";
import { boneMap, fullBodyFromWebXRBody, mapPose } from "./bone-map.ts";
import { SKELETONS } from "./skeleton.ts";

describe("boneMap", () => {
	it("WebXR's hand is XRHand without the palm, bone by bone of the facts", () => {
		const map = boneMap("WebXRHandLeft", "XRHandLeft");
		expect(map.ids).toHaveLength(26);
		expect(map.ids[SKELETONS.XRHandLeft.bones.Palm]).toBe(-1);
		for (const { id, map: bone } of readSkeletonFacts().WebXRHand!.bones) {
			expect(map.ids[bone!]).toBe(id);
			expect(boneMap("XRHandRight", "WebXRHandRight").ids[id]).toBe(bone);
		}
	});

	it("WebXR's body is FullBody without the root, and names follow the draft's rule", () => {
		const map = boneMap("WebXRBody", "FullBody");
		expect(map.ids[0]).toBe(-1);
		for (const { id, map: bone } of readSkeletonFacts().WebXRBody!.bones) {
			expect(map.ids[bone!]).toBe(id);
			expect(boneMap("FullBody", "WebXRBody").ids[id]).toBe(bone);
			const words = SKELETONS.FullBody.names[bone!]!.split(/(?=[A-Z])/).map((word) => word.toLowerCase());
			const plain = SKELETONS.WebXRBody.names[id]!.replace("-phalanx", "");
			expect(plain).toBe(words.join("-"));
		}
	});

	it("Body is the beginning of FullBody, under the same names", () => {
		expect(SKELETONS.FullBody.names.slice(0, 70)).toEqual(SKELETONS.Body.names);
		expect(SKELETONS.FullBody.parents.slice(0, 70)).toEqual(SKELETONS.Body.parents);
		expect(boneMap("FullBody", "Body").ids).toEqual(SKELETONS.Body.names.map((_, id) => id));
		expect(boneMap("Body", "FullBody").ids.slice(70)).toEqual(new Array(14).fill(-1));
	});

	it("relates only skeletons with bones in common", () => {
		// @ts-expect-error A left hand is no right hand.
		boneMap("WebXRHandLeft", "XRHandRight");
		// @ts-expect-error Nothing is known of these two.
		expect(() => boneMap("PicoBody", "FullBody")).toThrow();
	});
});

describe("mapPose", () => {
	it("there and back keeps all but what the other does not have", () => {
		const full = randomPose("FullBody", seededRandom(1));
		full.valid[SKELETONS.FullBody.bones.Neck] = 0;
		const webxr = createSkeletonPose("WebXRBody");
		mapPose(full, boneMap("FullBody", "WebXRBody"), webxr);
		expect(bonePosition(webxr, "right-hand-index-phalanx-proximal")).toEqual(
			bonePosition(full, "RightHandIndexProximal"),
		);
		expect(bonePosition(webxr, "neck")).toBeUndefined();
		const back = randomPose("FullBody", seededRandom(2));
		mapPose(webxr, boneMap("WebXRBody", "FullBody"), back);
		expect(bonePosition(back, "Root")).toBeUndefined();
		expect(back.positions.slice(24)).toEqual(full.positions.slice(24));
		expect(back.rotations.slice(32)).toEqual(full.rotations.slice(32));
	});

	it("a hand gets no palm that was never sent", () => {
		const hand = createSkeletonPose("XRHandLeft");
		mapPose(randomPose("WebXRHandLeft", seededRandom(3)), boneMap("WebXRHandLeft", "XRHandLeft"), hand);
		expect([...hand.valid]).toEqual([0, ...new Array(25).fill(1)]);
	});
});

describe("fullBodyFromWebXRBody", () => {
	it("takes both spellings of the draft's mistake, and root", () => {
		expect(fullBodyFromWebXRBody("left-hand-middle-phalanx-metacarpal")).toBe("LeftHandMiddleMetacarpal");
		expect(fullBodyFromWebXRBody("left-hand-middle-metacarpal")).toBe("LeftHandMiddleMetacarpal");
		expect(fullBodyFromWebXRBody("right-hand-middle-metacarpal")).toBe("RightHandMiddleMetacarpal");
		expect(fullBodyFromWebXRBody("root")).toBe("Root");
		expect(fullBodyFromWebXRBody("tail")).toBeUndefined();
	});
});
