import { compressedVideo, frameTransforms, logLine, posesInFrame } from "../../src/recording/mcap/foxglove-messages.ts";
import { McapAssembly } from "../../src/recording/read/mcap-assembly.ts";
import type { McapMessage } from "../../src/recording/read/mcap-file.ts";
import type { FuzzTarget } from "../fuzzer.ts";

/** Types of messages and their topics: the first byte of an input chooses one. */
const KINDS: readonly (readonly [schema: string, topic: string])[] = [
	["foxglove.Log", "/log"],
	["foxglove.FrameTransforms", "/tf"],
	["foxglove.CompressedVideo", "/viewer a/camera"],
	["foxglove.CompressedVideo", "/source/video"],
	["foxglove.CompressedVideo", "/cameras/wrist"],
	["foxglove.CompressedAudio", "/viewer a/heard"],
	["foxglove.PosesInFrame", "/viewer a/FullBody"],
	["panogaze.Bones", "/viewer a/FullBody/bones"],
	["panogaze.Pose", "/viewer a/FullBody/pose"],
	["panogaze.Pose", "/viewer a/head/pose"],
	["panogaze.Frame", "/viewer a/frame"],
	["panogaze.CameraFrame", "/cameras/wrist/frame"],
	["panogaze.SourcePacket", "/source/packet"],
	["panogaze.Source", "/source"],
	["panogaze.Episode", "/episodes"],
	["panogaze.Numbers", "/viewer a/arm/gripper"],
];
const FACTS: readonly (readonly [kind: number, facts: object])[] = [
	[7, { ids: [0, 3] }],
	[8, { kind: "skeleton", position_tracked: true, stream: 1, sequence: 7, confidence: 1 }],
	[9, { kind: "head", position_tracked: true }],
	[10, { number: 1, fov_deg: 90, width: 64, height: 64, eyes: 1, lens: "flat", frusta: [{ left: 1 }] }],
	[11, { width: 64, height: 64, keyframe: true }],
	[12, { source_time: 1, keyframe: true }],
];

const messageOf = (kind: number, data: Uint8Array): McapMessage => {
	const [schema, topic] = KINDS[kind % KINDS.length]!;
	return { schema, topic, logTime: 1n, publishTime: 2n, data };
};
const seed = (kind: number, data: Uint8Array) => Uint8Array.of(kind, ...data);
const json = (value: object) => new TextEncoder().encode(JSON.stringify(value));

export const target: FuzzTarget = {
	covers: ["src/recording/read/mcap-assembly.ts", "src/recording/read/protobuf-reader.ts"],
	maxBytes: 4096,
	dictionary: ["viewer a/head", "viewer a/camera", "joined", "left: ", "h265", '"packing":', '"mesh"'],
	seeds: () => [
		seed(0, logLine(1n, "INFO", "joined", "viewer a")),
		seed(1, frameTransforms(1n, "world", "viewer a/head", [0, 1, 2], [0, 0, 0, 1])),
		seed(2, compressedVideo(1n, "viewer a/camera", Uint8Array.of(0, 0, 0, 1, 0x65), "h264")),
		seed(6, posesInFrame(1n, "world", [0, 1, 2], [0, 0, 0, 1])),
		seed(13, json({ name: "clip", packing: { across: 1, down: 2 }, projection: { kind: "mesh" } })),
		...FACTS.map(([kind, facts]) => seed(kind, json(facts))),
	],
	run(input) {
		const assembly = new McapAssembly(0n, true);
		const facts = FACTS.map(([kind, value]) => messageOf(kind, json(value)));
		assembly.records([...facts, messageOf(input[0] ?? 0, input.subarray(1))], () => {});
	},
};
