import { createProjection } from "../../src/projection/create-projection.ts";
import {
	parseClientControlMessage,
	parseServerControlMessage,
	type ViewMessage,
} from "../../src/protocol/control-message.ts";
import { encodeControlMessage } from "../../src/protocol/control-writing.ts";
import { parseFrameMessage } from "../../src/protocol/frame-message.ts";
import { TrackingReceiver } from "../../src/protocol/tracking-receiver.ts";
import { LensViews } from "../../src/stream/view-lens.ts";
import { shapedSize, shapeFor } from "../../src/stream/view-shape.ts";
import { viewSizeFor } from "../../src/stream/view-size.ts";
import type { FuzzTarget } from "../fuzzer.ts";

const MESSAGES = [
	{
		type: "hello",
		v: 1,
		client: { name: "page", version: "1", device: "phone" },
		frame: { right: "+x", up: "+y", forward: "-z" },
		streams: [{ id: 3, kind: "skeleton", skeleton: "FullBody", bones: [1, 2], parents: [-1, 0] }],
		encodings: ["bin1", "json"],
		view: { width: 1280, height: 720, eyes: 2 },
		display: true,
		picture: { stamps: true, surround: true },
	},
	{
		type: "skeletonChanged",
		id: 3,
		count: 2,
		skeleton: "XRHandLeft",
		bones: [0, 1],
		parents: [-1, 0],
		rest: [0, 0, 0, 0, 0, 0, 1],
	},
	{ type: "ping", t0: 1.5 },
	{ type: "pong", t0: 1.5, t1: 2, t2: 3 },
	{ type: "stats", width: 1280, height: 720, fps: 60, motionToPhotonMs: { p50: 1, p95: 2, samples: 3 } },
	{ type: "display", hz: 59.94, rtp: 4095, spareMs: 2, spreadMs: 1, refreshes: 15, repeated: 1, skipped: 0 },
	{ type: "recenter", yaw: 90 },
	{
		type: "view",
		width: 640,
		height: 360,
		frusta: [{ left: 1.2, right: 0.8, up: 1, down: 1.1, q: [0, 0, 0, 1] }],
		foveated: { gaze: [10, -5] },
	},
	{ type: "error", code: "x", message: "y", fatal: false },
	{ type: "frame", rtp: 4095, pose: 2, q: [0, 0, 0, 1], fov: 90 },
];

export const target: FuzzTarget = {
	covers: [
		"src/protocol/control-message.ts",
		"src/protocol/frame-message.ts",
		"src/protocol/parse-result.ts",
		"src/protocol/tracking-receiver.ts",
		"src/stream/view-shape.ts",
	],
	dictionary: [
		'"type":',
		'"hello"',
		'"streams":',
		'"bones":',
		'"parents":',
		'"skeleton":',
		'"none"',
		'"FullBody"',
		'"frame":',
		'"unity"',
		"[-1,0]",
		'"__proto__":',
	],
	seeds: () => MESSAGES.map((message) => Buffer.from(JSON.stringify(message))),
	run(input) {
		const text = Buffer.from(input).toString("utf8");
		parseFrameMessage(text);
		parseServerControlMessage(text);
		const result = parseClientControlMessage(text);
		if (result.kind !== "message") return;
		if (parseClientControlMessage(encodeControlMessage(result.message)).kind !== "message")
			throw new Error("A message does not survive its own encoding.");
		if (result.message.type === "view") drawShape(result.message);
		const receiver = new TrackingReceiver();
		if (result.message.type === "hello") receiver.hello(result.message);
		if (result.message.type === "skeletonChanged") receiver.skeletonChanged(result.message);
	},
};

/** Whatever a client wishes, its view can be drawn. */
function drawShape(wish: ViewMessage): void {
	const flat = viewSizeFor({ width: 1280, height: 720 }, wish);
	const shape = shapeFor(wish, flat);
	if (shape === undefined) return;
	const size = { ...shapedSize(flat, shape), eyes: flat.eyes };
	const pose = { worldFromView: [0, 0, 0, 1], fovRad: 1.5 } as const;
	for (const view of new LensViews().all({ lens: "flat", shape }, size, pose, undefined).views)
		if (view?.lens === "projection") createProjection(view.projection, view.width, view.height);
}
