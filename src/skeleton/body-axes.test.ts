import { describe, expect, it } from "vitest";
import { quaternionFromAngles } from "../media/rotation.ts";
import { bodyAxes } from "./body-axes.ts";
import { type RigidTransform, rotateVector } from "./rigid-transform.ts";
import { seededRandom } from "./seeded-random.cases.ts";
import { bonePosition, createSkeletonPose, poseInAxes, setBone } from "./skeleton-pose.ts";
import { randomTransform, standingBody } from "./synthetic-poses.cases.ts";
import { boneMap, mapPose } from "./tables/bone-map.ts";
import { SKELETONS } from "./tables/skeleton.ts";

const expectClose = (actual: readonly number[], expected: readonly number[], digits = 5) => {
	for (const [index, value] of actual.entries()) expect(value).toBeCloseTo(expected[index]!, digits);
};

describe("bodyAxes", () => {
	it("stands between the shoulders: right, up, and forward is -Z", () => {
		const frame = bodyAxes(standingBody())!;
		expectClose(frame.position, [0, 1.45, 0]);
		expectClose(frame.rotation, [0, 0, 0, 1]);
	});

	it("goes with the body: in its own frame the right hand stays on the right, in front and below", () => {
		const random = seededRandom(21);
		const still = standingBody();
		poseInAxes(still, bodyAxes(still)!, still);
		for (let round = 0; round < 20; round++) {
			const pose = standingBody(randomTransform(random));
			poseInAxes(pose, bodyAxes(pose)!, pose);
			expectClose(bonePosition(pose, "RightHandWrist")!, [0.25, -0.35, -0.4]);
			expectClose([...pose.positions], [...still.positions], 4);
		}
	});

	it("a shrugged shoulder turns it by half of the angle", () => {
		const pose = standingBody();
		const place = (bone: "LeftArmUpper" | "RightArmUpper", side: number): void => {
			const position = [side * 0.2 * Math.cos(0.2), 1.45 + side * 0.2 * Math.sin(0.2), 0] as const;
			setBone(pose, bone, { position, rotation: [0, 0, 0, 1] });
		};
		place("LeftArmUpper", -1);
		place("RightArmUpper", 1);
		const right = rotateVector(bodyAxes(pose)!.rotation, [1, 0, 0]);
		expectClose(right, [Math.cos(0.1), Math.sin(0.1), 0]);
	});

	it("is the same from every set of bones", () => {
		const person: RigidTransform = {
			position: [1, 0, 2],
			rotation: quaternionFromAngles({ yawDeg: 70, pitchDeg: 10, rollDeg: 5 }),
		};
		const full = standingBody(person);
		const expected = bodyAxes(full)!;
		const [body, webxr] = [createSkeletonPose("Body"), createSkeletonPose("WebXRBody")];
		mapPose(full, boneMap("FullBody", "Body"), body);
		mapPose(full, boneMap("FullBody", "WebXRBody"), webxr);
		const [pico, htc] = [createSkeletonPose("PicoBody"), createSkeletonPose("HtcBody")];
		const at = (bone: keyof typeof SKELETONS.FullBody.bones): RigidTransform => ({
			position: bonePosition(full, bone)!,
			rotation: [0, 0, 0, 1],
		});
		setBone(pico, "LeftShoulder", at("LeftArmUpper"));
		setBone(pico, "RightShoulder", at("RightArmUpper"));
		setBone(pico, "Pelvis", at("Hips"));
		setBone(htc, "LeftArm", at("LeftArmUpper"));
		setBone(htc, "RightArm", at("RightArmUpper"));
		setBone(htc, "Pelvis", at("Hips"));
		for (const pose of [body, webxr, pico, htc]) {
			const { position, rotation } = bodyAxes(pose)!;
			expectClose(position, expected.position);
			expectClose(rotation, expected.rotation);
		}
	});

	it("is not known without a shoulder, or when shoulders and hips are on a line", () => {
		const pose = standingBody();
		pose.valid[SKELETONS.FullBody.bones.LeftArmUpper] = 0;
		expect(bodyAxes(pose)).toBeUndefined();
		setBone(pose, "LeftArmUpper", { position: [0, 1.0, 0], rotation: [0, 0, 0, 1] });
		setBone(pose, "RightArmUpper", { position: [0, 1.2, 0], rotation: [0, 0, 0, 1] });
		expect(bodyAxes(pose)).toBeUndefined();
	});
});
