import { splitAnnexB } from "../../src/media/h264.ts";
import { encodeFrameMessage, type FrameMessage, parseFrameMessage } from "../../src/protocol/frame-message.ts";
import { encodeFrameStamp, frameStampOf, parseFrameStamp, stampAccessUnit } from "../../src/protocol/frame-stamp.ts";
import type { FuzzTarget } from "../fuzzer.ts";

const PLAIN: FrameMessage = {
	rtpTicks: 1,
	poseSequence: 2,
	orientation: [0, 0, 0, 1],
	fovDeg: 90,
	eyes: 1,
	lens: "flat",
	times: { drawMs: 1000, encodedMs: 1005 },
};
const FULL: FrameMessage = {
	...PLAIN,
	lens: "foveated",
	frusta: [{ left: 1, right: 0.75, up: 0.5, down: 0.625 }],
	foveation: { gaze: [0, 0], strength: [4, 3] },
	surround: { width: 1280, height: 80, cuts: 2, gap: 0 },
};
const SLICE = Uint8Array.of(0, 0, 1, 0x61, 0x88);

export const target: FuzzTarget = {
	covers: ["src/media/h264-sei.ts", "src/protocol/frame-stamp.ts", "src/protocol/frame-message.ts"],
	seeds: () => [PLAIN, FULL].flatMap((message) => [encodeFrameStamp(message), stampAccessUnit(SLICE, message)]),
	run(input) {
		check(frameStampOf(input));
		const result = parseFrameStamp(input);
		if (result.kind === "message") check(result.message);
		const stamped = stampAccessUnit(Uint8Array.from([...input, ...SLICE]), FULL);
		if (splitAnnexB(stamped).length <= splitAnnexB(input).length) throw new Error("A stamp swallows a unit.");
	},
};

/** A message that was read has finite numbers, and is a message in JSON too. */
function check(message: FrameMessage | undefined): void {
	if (message === undefined) return;
	const text = encodeFrameMessage(message);
	if (parseFrameMessage(text).kind !== "message") throw new Error(`A stamp is no message: ${text}`);
	if (JSON.stringify(message).includes("null")) throw new Error("A number is not finite.");
}
