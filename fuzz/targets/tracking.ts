import { readFileSync } from "node:fs";
import { decodeLegacyBodyPose, decodeLegacyTags, encodeLegacyBodyPose } from "../../src/protocol/legacy/body-pose.ts";
import { LegacyCamera } from "../../src/protocol/legacy/camera.ts";
import { TrackingEncoder } from "../../src/protocol/tracking-encoder.ts";
import { TrackingReceiver } from "../../src/protocol/tracking-receiver.ts";
import { encodeTrackingText } from "../../src/protocol/tracking-text.ts";
import { PoseSample } from "../../src/skeleton/pose-sample.ts";
import type { FuzzTarget } from "../fuzzer.ts";

interface VectorFile {
	readonly messages: readonly { readonly hex: string }[];
	readonly linked: readonly { readonly messages: readonly { readonly hex: string }[] }[];
}
const VECTORS = JSON.parse(
	readFileSync(new URL("../../test/fixtures/tracking-vectors.json", import.meta.url), "utf8"),
) as VectorFile;
const TEXTS = [
	{
		type: "head",
		s: 0,
		n: 1,
		t: 5,
		c: 0.5,
		p: [0, 1, 2],
		q: [0, 0, 0, 1],
		v: [0, 0, 1],
		w: [0, 1, 0],
		fov: [90, 60],
	},
	{
		type: "skeleton",
		s: 1,
		n: 7,
		t: 2,
		skeleton: "XRHandLeft",
		space: "parent",
		p: [0, 1, 2, 3, 4, 5],
		q: [0, 0, 0, 1, 0, 0.6, 0, 0.8],
		ok: "03",
	},
	{ type: "hand", hand: "left", n: 1, t: 2, p: [0, 1, 2], q: [0, 0, 0, 1], v: [1, 2, 3], w: [1, 2, 3] },
	{
		type: "skeleton",
		n: 1,
		t: 2,
		bones: [{ name: "Head", position: { x: 0, y: 1.5, z: 0 }, rotation: { x: 0, y: 0, z: 0, w: 1 } }],
	},
	{
		type: "controller",
		n: 1,
		t: 2,
		hand: "right",
		p: [0, 1, 2],
		q: [0, 0, 0, 1],
		aim: { p: [0, 0, 0], q: [0, 0, 0, 1] },
		buttons: [1, 0.5],
		pressed: [0],
		touched: [1],
		axes: [0.5],
	},
	{ yaw: 350, pitch: -340, roll: 15, fov_x: 90 },
];

export const target: FuzzTarget = {
	covers: [
		"src/protocol/tracking-text.ts",
		"src/protocol/tracking-decoder.ts",
		"src/protocol/tracking-encoder.ts",
		"src/protocol/binary-reader.ts",
		"src/protocol/skeleton-decoder.ts",
		"src/protocol/linked-skeleton-decoder.ts",
		"src/protocol/linked-bones.ts",
		"src/protocol/legacy/body-pose.ts",
		"src/protocol/legacy/camera.ts",
	],
	dictionary: [
		'"type":"skeleton"',
		'"skeleton":"none"',
		'"space":"parent"',
		'"ok":"ff"',
		'"bones":[',
		"null",
		"1e39",
		"\u00b6\u0001",
	],
	seeds: () => [
		...VECTORS.messages.map(({ hex }) => Buffer.from(hex, "hex")),
		...VECTORS.linked.flatMap(({ messages }) => messages.slice(0, 2).map(({ hex }) => Buffer.from(hex, "hex"))),
		...TEXTS.map((message) => Buffer.from(JSON.stringify(message))),
		encodeLegacyBodyPose([{ id: 7, position: [0, 1, 2], rotation: [0, 0, 0, 1] }]),
	],
	run(input) {
		const receiver = new TrackingReceiver();
		receiver.hello({
			frame: "unity",
			streams: [{ id: 7, kind: "skeleton", skeleton: "none", bones: [4, 1], parents: [1, -1] }],
		});
		const text = Buffer.from(input).toString("utf8");
		const [head, body] = [new PoseSample(1), new PoseSample(1)];
		const legacyHead = new LegacyCamera().decode(text, head);
		const legacyBody = decodeLegacyBodyPose(input, body);
		decodeLegacyTags(input);
		for (const sample of [
			receiver.receive(text, 0),
			// Received twice: linked bones build on the message before.
			receiver.receive(input, 0),
			new TrackingReceiver().receive(input, 1),
			legacyHead.kind === "message" ? head : undefined,
			legacyBody.kind === "message" ? receiver.receiveUnnumbered(body, 0) : undefined,
		])
			if (sample !== undefined) requireSound(sample);
	},
};

/**
 * Checks what handlers rely on: every number is finite, and every rotation is a unit quaternion.
 */
function requireSound(sample: PoseSample): void {
	const { boneCount, positions, rotations, valid, linearVelocities, angularVelocities, controls } = sample;
	const { buttons, axes } = controls;
	for (let bone = 0; bone < boneCount; bone++) {
		const length = Math.hypot(...rotations.subarray(bone * 4, bone * 4 + 4));
		if (valid[bone] === 1 && !(Math.abs(length - 1) < 1e-4))
			throw new Error(`Bone ${bone} has a rotation of length ${length}.`);
	}
	const numbers = [
		positions.subarray(0, boneCount * 3),
		buttons.subarray(0, sample.controls.buttonCount),
		axes.subarray(0, sample.controls.axisCount),
	];
	if (sample.hasVelocity)
		numbers.push(linearVelocities.subarray(0, boneCount * 3), angularVelocities.subarray(0, boneCount * 3));
	if (!numbers.every((list) => list.every(Number.isFinite))) throw new Error("A number is not finite.");
	new TrackingEncoder().encode(sample, "linked");
	encodeTrackingText(sample);
}
