import { describe, expect, it } from "vitest";
import { isSkeletonSample, PoseSample } from "../skeleton/pose-sample.ts";
import { seededRandom } from "../skeleton/seeded-random.cases.ts";
import { bonePosition } from "../skeleton/skeleton-pose.ts";
import { randomPose } from "../skeleton/synthetic-poses.cases.ts";
import { boneName, SKELETONS } from "../skeleton/tables/skeleton.ts";
import { mutatedTexts } from "./mutated-texts.cases.ts";
import type { StreamLayouts } from "./stream-layout.ts";
import { decodeTrackingText, encodeTrackingText } from "./tracking-text.ts";

function decoded(message: object | string, layouts?: StreamLayouts): PoseSample {
	const frame = new PoseSample();
	const result = decodeTrackingText(typeof message === "string" ? message : JSON.stringify(message), frame, layouts);
	if (result.kind !== "message") throw new Error(JSON.stringify(result));
	return frame;
}
function outcome(message: object | string, layouts?: StreamLayouts) {
	return decodeTrackingText(
		typeof message === "string" ? message : JSON.stringify(message),
		new PoseSample(),
		layouts,
	);
}

function skeletonSample(type: "FullBody" | "XRHandLeft"): PoseSample {
	const { boneCount, positions, rotations } = randomPose(type, seededRandom(51));
	const frame = new PoseSample();
	frame.reset(boneCount);
	frame.kind = "skeleton";
	frame.skeleton = type;
	frame.stream = 3;
	frame.sequence = 9;
	frame.clientTimeMs = 100.25;
	frame.positions.set(positions);
	frame.rotations.set(rotations);
	frame.valid.fill(1, 0, boneCount);
	return frame;
}

const TWO_BONES = { type: "skeleton", s: 1, n: 2, t: 3, p: [0, 1, 2, 3, 4, 5], q: [0, 0, 0, 1, 0, 0.6, 0, 0.8] };
const CONTROLLER = { type: "controller", n: 1, t: 2, p: [0, 1, 2], q: [0, 0, 0, 1] };

describe("flat skeletons", () => {
	it("come back to 0.1 mm and 0.01 degrees, with what is not tracked left out", () => {
		const frame = skeletonSample("FullBody");
		frame.valid[5] = 0;
		frame.positions.fill(Number.NaN, 15, 18);
		frame.positions[60] = Number.NaN;
		frame.confidence = 0.25;
		frame.parentSpace = true;
		frame.hasVelocity = true;
		frame.linearVelocities.fill(1.5, 0, 252);
		frame.angularVelocities.fill(-2.5, 0, 252);
		const text = encodeTrackingText(frame)!;
		expect(text).toContain('"ok":"dfffef');
		const back = decoded(text);
		expect(back).toMatchObject({
			kind: "skeleton",
			skeleton: "FullBody",
			stream: 3,
			sequence: 9,
			clientTimeMs: 100.25,
			confidence: 0.25,
			parentSpace: true,
		});
		for (let bone = 0; bone < 84; bone++) {
			if (bone === 5 || bone === 20) {
				expect(back.valid[bone]).toBe(0);
				continue;
			}
			for (let part = 0; part < 3; part++)
				expect(Math.abs(back.positions[bone * 3 + part]! - frame.positions[bone * 3 + part]!)).toBeLessThan(
					0.000051,
				);
			for (let part = 0; part < 4; part++)
				expect(Math.abs(back.rotations[bone * 4 + part]! - frame.rotations[bone * 4 + part]!)).toBeLessThan(
					0.0002,
				);
			expect([back.linearVelocities[bone * 3], back.angularVelocities[bone * 3]]).toEqual([1.5, -2.5]);
		}
	});

	it("are about 4.4 kB for a full body", () => {
		expect(encodeTrackingText(skeletonSample("FullBody"))!.length).toBeLessThan(5000);
	});

	it("name their skeleton, or their stream does, or they are a FullBody", () => {
		expect(decoded(TWO_BONES)).toMatchObject({ skeleton: "FullBody", boneCount: 84 });
		expect(decoded(TWO_BONES, () => ({ skeleton: "XRHandLeft" }))).toMatchObject({
			skeleton: "XRHandLeft",
			boneCount: 26,
		});
		expect(decoded({ ...TWO_BONES, skeleton: "Body" }, () => ({ skeleton: "XRHandLeft" }))).toMatchObject({
			skeleton: "Body",
			boneCount: 70,
		});
		expect(decoded({ ...TWO_BONES, skeleton: "none" })).toMatchObject({ skeleton: undefined, boneCount: 2 });
		expect(outcome({ ...TWO_BONES, skeleton: "Octopus" })).toEqual({ kind: "ignored", type: "skeleton Octopus" });
	});

	it("may send a part of the bones, in the order that their stream has announced", () => {
		const frame = decoded(TWO_BONES, (stream) =>
			stream === 1 ? { skeleton: "FullBody", bones: [45, 7] } : undefined,
		);
		if (!isSkeletonSample(frame, "FullBody")) throw new Error("no FullBody");
		expect([
			bonePosition(frame, "RightHandWrist"),
			bonePosition(frame, "Head"),
			bonePosition(frame, "Root"),
		]).toEqual([[0, 1, 2], [3, 4, 5], undefined]);
		expect(outcome(TWO_BONES, () => ({ bones: [1] })).kind).toBe("refused");
		expect(outcome(TWO_BONES, () => ({ bones: [1, 84] })).kind).toBe("refused");
	});

	it("take numbers that are not there for bones that are not tracked", () => {
		const frame = decoded({ ...TWO_BONES, p: [null, null, null, 3, 4, 5], ok: "02" });
		expect([frame.valid[0], frame.valid[1]]).toEqual([0, 1]);
		expect([
			decoded({ ...TWO_BONES, p: [null, null, null, 3, 4, 5], ok: "02" }).droppedBones,
			frame.droppedBones,
		]).toEqual([0, 0]);
		expect(decoded({ ...TWO_BONES, p: [null, null, null, 3, 4, 5] })).toMatchObject({ droppedBones: 1 });
	});
});

describe("a bone that can't be used", () => {
	const THREE = {
		type: "hand",
		hand: "left",
		n: 1,
		t: 2,
		p: [0, 0, 0, 1, 1, 1, 2, 2, 2],
		q: [0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1],
	};
	const withQ = (...q: unknown[]) => ({ ...THREE, q: [0, 0, 0, 1, ...q, 0, 0, 0, 1] });
	it.each([
		["whose rotation is zero", withQ(0, 0, 0, 0)],
		["whose rotation is not finite", withQ(null, 0, 0, 1)],
		["whose rotation is too long", withQ(0, 0, 1, 1)],
		["whose position is not finite", { ...THREE, p: [0, 0, 0, 1, null, 1, 2, 2, 2] }],
		["whose position is beyond single precision", { ...THREE, p: [0, 0, 0, 1, 1e39, 1, 2, 2, 2] }],
		["whose velocity is not finite", { ...THREE, v: [0, 0, 0, null, 0, 0, 1, 1, 1] }],
	])("%s is dropped and counted, and the hand stays", (_, message) => {
		const frame = decoded(message);
		expect(frame).toMatchObject({ kind: "skeleton", skeleton: "XRHandLeft", droppedBones: 1 });
		expect([...frame.valid.subarray(0, 4)]).toEqual([1, 0, 1, 0]);
		expect([...frame.positions.subarray(0, 9)]).toEqual([0, 0, 0, 0, 0, 0, 2, 2, 2]);
	});

	it("is dropped of a verbose hand too", () => {
		const bone = { p: [1, 1, 1], q: [0, 0, 0, 1] };
		for (const q of [[0, 0, 0, 0], [null, 0, 0, 1], { x: 0, y: 0, z: 0, w: null }]) {
			const frame = decoded({
				...{ type: "skeleton", skeleton: "XRHandLeft", n: 1, t: 2 },
				bones: [
					{ id: 0, ...bone },
					{ id: 1, ...bone, q },
				],
			});
			expect([frame.valid[0], frame.valid[1], frame.droppedBones]).toEqual([1, 0, 1]);
		}
	});

	it("refuses the message if it is the only one", () => {
		expect(outcome({ ...THREE, p: [0, 0, 0], q: [0, 0, 0, 0] })).toMatchObject({
			kind: "refused",
			reason: expect.stringContaining("length"),
		});
	});
});

describe("verbose skeletons", () => {
	it("are what a first script sends: names, official labels or ids; objects or lists", () => {
		const frame = decoded({
			type: "skeleton",
			n: 1,
			t: 2,
			bones: [
				{ name: "Head", position: { x: 0, y: 1.5, z: 0 }, rotation: { x: 0, y: 0, z: 0, w: 1 } },
				{ name: "FullBody_Neck", p: [0, 1.4, 0], q: [0, 0, 0, 0.95] },
				{ id: 45, position: [1, 2, 3], rotation: [0, 1, 0, 0], colour: "red" },
				{ id: 91, p: [0, 0, 0], q: [0, 0, 0, 1] },
				{ name: "Tail", p: [0, 0, 0], q: [0, 0, 0, 1] },
			],
		});
		expect(
			Array.from(frame.valid.subarray(0, 84), (valid, id) => (valid ? boneName("FullBody", id) : "")).filter(
				Boolean,
			),
		).toEqual(["FullBody_Neck", "FullBody_Head", "FullBody_RightHandWrist"]);
		expect(frame.rotations[6 * 4 + 3]).toBe(1);
	});

	it("of WebXR take both spellings of the draft's mistake", () => {
		for (const name of ["left-hand-middle-metacarpal", "left-hand-middle-phalanx-metacarpal"]) {
			const frame = decoded({
				type: "skeleton",
				skeleton: "WebXRBody",
				n: 1,
				t: 2,
				bones: [{ name, p: [1, 2, 3], q: [0, 0, 0, 1] }],
			});
			expect(frame.valid[28]).toBe(1);
		}
	});
});

describe("hands", () => {
	it.each([
		[26, "left", "XRHandLeft"],
		[26, "right", "XRHandRight"],
		[25, "left", "WebXRHandLeft"],
		[24, "right", "HandRight"],
	] as const)("%d joints, %s: %s", (count, hand, skeleton) => {
		const p = new Array(count * 3).fill(0.5);
		const q = Array.from({ length: count }, () => [0, 0, 0, 1]).flat();
		expect(decoded({ type: "hand", hand, n: 1, t: 2, p, q })).toMatchObject({
			kind: "skeleton",
			skeleton,
			boneCount: SKELETONS[skeleton].names.length,
		});
	});

	it("are refused without a side", () => {
		expect(outcome({ ...TWO_BONES, type: "hand" })).toMatchObject({
			kind: "refused",
			reason: "`hand` is not left or right",
		});
	});
});

describe("controllers", () => {
	it("come back with buttons, axes and aim", () => {
		const frame = new PoseSample();
		frame.reset(2);
		frame.kind = "controller";
		frame.hand = "right";
		frame.clientTimeMs = 7;
		frame.valid.fill(1, 0, 2);
		frame.positions.set([0.25, 1, -0.5, 0.25, 1.125, -0.5]);
		frame.rotations.set([0, 0, 0, 1, 0.5, 0.5, 0.5, 0.5]);
		frame.hasVelocity = true;
		frame.linearVelocities.set([1, 2, 3]);
		frame.controls.buttonCount = 3;
		frame.controls.buttons.set([1, 0.5, 0]);
		frame.controls.pressed = 0x80000001;
		frame.controls.touched = 3;
		frame.controls.axisCount = 2;
		frame.controls.axes.set([-1, 0.25]);
		const back = decoded(encodeTrackingText(frame)!);
		expect(back).toEqual(frame);
	});

	it("may leave out all but the pose", () => {
		expect(decoded(CONTROLLER)).toMatchObject({
			kind: "controller",
			hand: undefined,
			boneCount: 1,
			controls: { buttonCount: 0, pressed: 0 },
		});
	});
});

describe("heads", () => {
	it("are the same messages as before", () => {
		const pose = {
			sequence: 5,
			clientTimeMs: 6,
			orientation: [0, 0, 0, 1],
			position: [1, 2, 3],
			fovDeg: 80,
		} as const;
		const out = new PoseSample();
		out.setHead({ ...pose, stream: 4 });
		const back = decoded(encodeTrackingText(out)!);
		expect(back).toMatchObject({ kind: "head", stream: 4, ...pose });
		expect(back).toEqual(out);
	});

	it("say which picture was on the screen, as every kind of pose may", () => {
		const out = new PoseSample();
		out.setHead({ sequence: 1, orientation: [0, 0, 0, 1], seenRtpTicks: 0xffff_fff0 });
		expect(encodeTrackingText(out)).toContain('"seen":4294967280');
		expect(decoded(encodeTrackingText(out)!).seenRtpTicks).toBe(0xffff_fff0);
		for (const message of [TWO_BONES, CONTROLLER]) {
			expect(decoded({ ...message, seen: 0 }).seenRtpTicks).toBe(0);
			expect(decoded(message).seenRtpTicks).toBeUndefined();
		}
	});
});

describe("what is wrong", () => {
	it.each([
		["no JSON", "{", "not a JSON object"],
		["no type", "{}", "`type`"],
		["a stream of 17 bits", { ...TWO_BONES, s: 65536 }, "`s`"],
		["no sequence", { ...TWO_BONES, n: undefined }, "`n`"],
		["no time", { ...TWO_BONES, t: null }, "`t`"],
		["too sure", { ...TWO_BONES, c: 2 }, "`c`"],
		["a picture with a fraction", { ...TWO_BONES, seen: 1.5 }, "`seen`"],
		["a picture of 33 bits", { ...TWO_BONES, seen: 2 ** 32 }, "`seen`"],
		["another space", { ...TWO_BONES, space: "outer" }, "`space`"],
		["a skeleton that is a number", { ...TWO_BONES, skeleton: 3 }, "`skeleton`"],
		["no bones", { ...TWO_BONES, p: [], q: [] }, "`p`"],
		["half a bone", { ...TWO_BONES, p: [0, 1, 2, 3] }, "`p`"],
		["too few rotations", { ...TWO_BONES, q: [0, 0, 0, 1] }, "`q`"],
		["velocities of another length", { ...TWO_BONES, v: [1] }, "`v`"],
		["turns of another length", { ...TWO_BONES, w: "no" }, "`w`"],
		["a short mask", { ...TWO_BONES, ok: "3" }, "`ok`"],
		["a mask of other letters", { ...TWO_BONES, ok: "zz" }, "`ok`"],
		["85 bones of a body", { ...TWO_BONES, p: new Array(255).fill(0), q: new Array(340).fill(0.5) }, "more bones"],
		["rotations of length 0", { ...TWO_BONES, q: [0, 0, 0, 0, 0, 0, 0, 0] }, "length of a rotation"],
		["numbers beyond 32 bits", { ...TWO_BONES, p: [0, 1, 1e39, 3, 4, 1e39] }, "position is not finite"],
		["a text among numbers", { ...TWO_BONES, p: [0, 1, 2, 3, 4, "5"] }, "position is not a number"],
		["bones that are none", { ...TWO_BONES, bones: 5 }, "`bones`"],
		["129 bones", { ...TWO_BONES, bones: new Array(129).fill({}) }, "more than 128"],
		["a bone that is null", { ...TWO_BONES, bones: [null] }, "not an object"],
		["a bone without a name", { ...TWO_BONES, bones: [{ p: [0, 0, 0], q: [0, 0, 0, 1] }] }, "neither"],
		["a bone without a place", { ...TWO_BONES, bones: [{ id: 1, q: [0, 0, 0, 1] }] }, "a vector"],
		[
			"a bone with half a place",
			{ ...TWO_BONES, bones: [{ id: 1, p: { x: 1 }, q: [0, 0, 0, 1] }] },
			"position is not a number",
		],
		["33 buttons", { ...CONTROLLER, buttons: new Array(33).fill(0) }, "`buttons`"],
		["a button that is no number", { ...CONTROLLER, buttons: [true] }, "`buttons`"],
		["a button 32", { ...CONTROLLER, pressed: [32] }, "`pressed`"],
		["an aim that is nowhere", { ...CONTROLLER, aim: 1 }, "`aim`"],
	])("%s is refused with a reason, and what was there before stays", (_, message, reason) => {
		const into = skeletonSample("XRHandLeft");
		expect(decodeTrackingText(typeof message === "string" ? message : JSON.stringify(message), into)).toMatchObject(
			{
				kind: "refused",
				reason: expect.stringContaining(reason),
			},
		);
		expect(into).toEqual(skeletonSample("XRHandLeft"));
	});

	it("types of later versions are ignored", () => {
		expect(outcome('{"type":"face","n":1}')).toEqual({ kind: "ignored", type: "face" });
	});

	it("mutated texts never throw, and what they leave is sound", () => {
		const into = new PoseSample();
		const verbose = {
			type: "skeleton",
			n: 1,
			t: 2,
			bones: [{ name: "Head", p: { x: 0, y: 1.5, z: 0 }, q: [0, 0, 0, 1] }],
		};
		let [understoodCount, unsoundCount] = [0, 0];
		for (const message of [
			{ ...TWO_BONES, ok: "03", v: [0, 0, 0, 1, 1, 1] },
			verbose,
			{ ...CONTROLLER, buttons: [0.5], axes: [1], pressed: [0] },
		])
			for (const mutated of mutatedTexts(JSON.stringify(message), 5000)) {
				if (decodeTrackingText(mutated, into).kind !== "message") continue;
				understoodCount++;
				let turnError = 0;
				for (let bone = 0; bone < into.boneCount; bone++)
					turnError = Math.max(
						turnError,
						Math.abs(Math.hypot(...into.rotations.subarray(bone * 4, bone * 4 + 4)) - 1),
					);
				const numbers = [
					...into.positions,
					...into.linearVelocities,
					...into.controls.buttons,
					...into.controls.axes,
					into.clientTimeMs,
					into.confidence,
				];
				if (!numbers.every(Number.isFinite) || !(turnError < 1e-5)) unsoundCount++;
			}
		expect(unsoundCount).toBe(0);
		expect(understoodCount).toBeGreaterThan(300);
	});
});
