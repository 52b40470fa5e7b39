import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import {
	generatePictureVectors,
	PICTURE_VECTORS_FILE,
	type PictureVectors,
} from "../../scripts/build-picture-vectors.ts";
import { parseFrameMessage } from "./frame-message.ts";
import { frameStampOf, parseFrameStamp } from "./frame-stamp.ts";

const vectors = JSON.parse(readFileSync(PICTURE_VECTORS_FILE, "utf8")) as PictureVectors;

describe("the vectors of pictures", () => {
	it("are what the code makes: a change of a format changes them in the same commit", () => {
		expect(vectors).toEqual(JSON.parse(JSON.stringify(generatePictureVectors())));
	});

	it("say the same as JSON, as a stamp and in an access unit", () => {
		for (const { name, json, stamp, accessUnit } of vectors.messages) {
			const bytes = (text: string) => Uint8Array.from(Buffer.from(text, "hex"));
			const messages = [parseFrameMessage(json), parseFrameStamp(bytes(stamp))].map((result) =>
				result.kind === "message" ? result.message : result,
			);
			expect(messages[1], name).toEqual(frameStampOf(bytes(accessUnit)));
			// JSON rounds to five digits, a stamp to 32-bit floats.
			expect(close(messages[0]), name).toEqual(close(messages[1]));
		}
	});
});

/** A message with its numbers to four digits. */
function close(message: unknown): unknown {
	return JSON.parse(JSON.stringify(message), (_, value: unknown) =>
		typeof value === "number" ? Math.round(value * 1e4) / 1e4 : value,
	);
}
