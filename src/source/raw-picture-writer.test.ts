import { expect, it } from "vitest";
import { panoramaLayout, pictureLayout } from "../media/panorama.ts";
import { RawPictureWriter } from "./raw-picture-writer.ts";

it("RawPictureWriter puts pictures that come in pieces of any size into their padded places", () => {
	const layout = panoramaLayout(136, 68);
	const packed = pictureLayout(136, 68);
	const pictures = 3;
	const stream = Buffer.from(Uint8Array.from({ length: packed.byteLength * pictures }, (_, i) => (i * 31 + (i >> 8)) & 255));
	for (const pieceBytes of [1, 7, 135, 136, 4096, packed.byteLength, packed.byteLength + 1, stream.length]) {
		const memory = Buffer.alloc(layout.byteLength * pictures);
		const writer = new RawPictureWriter(memory, layout);
		let picture = 0;
		for (let start = 0; start < stream.length; start += pieceBytes) {
			const piece = stream.subarray(start, start + pieceBytes);
			for (let at = 0; at < piece.length; ) {
				// The second picture is dropped: its bytes are counted and written nowhere.
				at += writer.write(piece, at, picture === 1 ? undefined : picture * layout.byteLength);
				if (writer.atStart) picture++;
			}
		}
		expect(picture).toBe(pictures);
		expect(memory.subarray(layout.byteLength, 2 * layout.byteLength).every((byte) => byte === 0)).toBe(true);
		for (const index of [0, 2]) {
			for (const name of ["y", "u", "v"] as const) {
				const { offset, width, height, stride } = layout[name];
				for (let row = 0; row < height; row++) {
					const at = index * layout.byteLength + offset + row * stride;
					const from = index * packed.byteLength + packed[name].offset + row * width;
					expect(memory.compare(stream, from, from + width, at, at + width)).toBe(0);
				}
			}
		}
	}
});
