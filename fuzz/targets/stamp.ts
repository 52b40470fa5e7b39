import { VECTOR_MESSAGES } from "../../scripts/build-picture-vectors.ts";
import { splitAnnexB } from "../../src/media/h264.ts";
import { encodeFrameMessage, type FrameMessage, parseFrameMessage } from "../../src/protocol/frame-message.ts";
import { encodeFrameStamp, frameStampOf, parseFrameStamp, stampAccessUnit } from "../../src/protocol/frame-stamp.ts";
import type { FuzzTarget } from "../fuzzer.ts";

const SLICE = Uint8Array.of(0, 0, 1, 0x61, 0x88);
/** Messages of all kinds of pictures. */
const MESSAGES = Object.values(VECTOR_MESSAGES);

export const target: FuzzTarget = {
	covers: ["src/media/h264-sei.ts", "src/protocol/frame-stamp.ts", "src/protocol/frame-message.ts"],
	seeds: () => MESSAGES.flatMap((message) => [encodeFrameStamp(message), stampAccessUnit(SLICE, message)]),
	run(input) {
		check(frameStampOf(input));
		const result = parseFrameStamp(input);
		if (result.kind === "message") check(result.message);
		for (const message of MESSAGES) {
			const stamped = stampAccessUnit(Uint8Array.from([...input, ...SLICE]), message);
			if (splitAnnexB(stamped).length <= splitAnnexB(input).length) throw new Error("A stamp swallows a unit.");
		}
	},
};

/** A message that was read has finite numbers, and is a message in JSON too. */
function check(message: FrameMessage | undefined): void {
	if (message === undefined) return;
	const text = encodeFrameMessage(message);
	if (parseFrameMessage(text).kind !== "message") throw new Error(`A stamp is no message: ${text}`);
	if (JSON.stringify(message).includes("null")) throw new Error("A number is not finite.");
}
