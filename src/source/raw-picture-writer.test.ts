import { expect, it } from "vitest";
import { type PanoramaFormat, panoramaLayout, pictureLayout } from "../media/panorama.ts";
import { PanoramaWriter } from "../projection/panorama-writer.ts";
import { RawPictureWriter } from "./raw-picture-writer.ts";
import { eyeParts, packingOf, panoramasIn, STEREO_LAYOUTS } from "./stereo.ts";

it.each(STEREO_LAYOUTS)(
	"RawPictureWriter puts pictures that come in pieces of any size into their padded places, %s",
	(stereo) => {
		const { across, down } = panoramasIn(stereo);
		const eyes = eyeParts(stereo);
		const format: PanoramaFormat = {
			width: 136,
			height: 68,
			eyes: eyes.length === 2 ? 2 : 1,
			color: { range: "limited", matrix: "bt709", chromaSiting: "left" },
		};
		const layout = panoramaLayout(format);
		const packed = pictureLayout(136 * across, 68 * down);
		const slotBytes = eyes.length * layout.byteLength;
		const pictures = 3;
		const stream = Buffer.from(
			Uint8Array.from({ length: packed.byteLength * pictures }, (_, i) => (i * 31 + (i >> 8)) & 255),
		);
		for (const pieceBytes of [1, 7, 135, 136, 4096, packed.byteLength, packed.byteLength + 1, stream.length]) {
			const memory = Buffer.alloc(slotBytes * pictures);
			const writer = new RawPictureWriter(memory, format, packingOf(stereo));
			let picture = 0;
			for (let start = 0; start < stream.length; start += pieceBytes) {
				const piece = stream.subarray(start, start + pieceBytes);
				for (let at = 0; at < piece.length; ) {
					// The second picture is dropped: its bytes are counted and written nowhere.
					at += writer.write(piece, at, picture === 1 ? undefined : picture * slotBytes);
					if (writer.atStart) picture++;
				}
			}
			expect(picture).toBe(pictures);
			expect(memory.subarray(slotBytes, 2 * slotBytes).every((byte) => byte === 0)).toBe(true);
			for (const index of [0, 2]) {
				for (const [eye, part] of eyes.entries()) {
					for (const name of ["y", "u", "v"] as const) {
						const { offset, width, height, stride } = layout[name];
						for (let row = 0; row < height; row++) {
							const at = index * slotBytes + eye * layout.byteLength + offset + row * stride;
							const whole = packed[name];
							const from =
								index * packed.byteLength +
								whole.offset +
								(part.row * height + row) * whole.stride +
								part.column * width;
							expect(memory.compare(stream, from, from + width, at, at + width)).toBe(0);
						}
					}
				}
			}
		}
	},
);

it("RawPictureWriter puts the rows of a cubemap into the tiles of its faces, and completes their padding", () => {
	const format: PanoramaFormat = {
		width: 288,
		height: 192,
		eyes: 1,
		color: { range: "limited", matrix: "bt709", chromaSiting: "left" },
		projection: { kind: "cubemap" },
	};
	const packed = pictureLayout(288, 192);
	const picture = Buffer.from(Uint8Array.from({ length: packed.byteLength }, (_, i) => (i * 31 + (i >> 8)) & 255));
	const { byteLength } = panoramaLayout(format);
	const expected = new Uint8Array(byteLength);
	const reference = new PanoramaWriter(format);
	for (const name of ["y", "u", "v"] as const)
		reference.writePlane(expected, 0, name, picture.subarray(packed[name].offset), packed[name].stride);
	for (const pieceBytes of [100, 289, 4096]) {
		const memory = Buffer.alloc(byteLength);
		const writer = new RawPictureWriter(memory, format, packingOf("mono"));
		for (let at = 0; at < picture.length; at += pieceBytes)
			writer.write(picture.subarray(at, at + pieceBytes), 0, 0);
		expect(writer.atStart).toBe(true);
		writer.complete(0, 0);
		expect(Buffer.compare(memory, expected)).toBe(0);
	}
});
