import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { statementsOfFile } from "../../src/metadata/file-statements.ts";
import { boundsOfCrop } from "../../src/metadata/sphere-crop.ts";
import type { FuzzTarget } from "../fuzzer.ts";

const folder = mkdtempSync(join(tmpdir(), "panogaze-fuzz-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
const path = join(folder, "input.jpg");

function segment(...content: readonly (string | Buffer)[]): Buffer {
	const bytes = Buffer.concat(content.map((part) => (typeof part === "string" ? Buffer.from(part, "latin1") : part)));
	const header = Buffer.from([0xff, 0xe1, 0, 0]);
	header.writeUInt16BE(bytes.length + 2, 2);
	return Buffer.concat([header, bytes]);
}

const GUID = "0123456789ABCDEF0123456789ABCDEF";
const IMAGE = 'xmlns:GImage="http://ns.google.com/photos/1.0/image/"';
const EXTENDED = `<x ${IMAGE} GImage:Data="AAAA"/>`;
const place = Buffer.alloc(8);
place.writeUInt32BE(EXTENDED.length);

const PHOTO = Buffer.concat([
	Buffer.from([0xff, 0xd8]),
	segment("Exif\0\0", Buffer.from("49492a0008000000010010010200030000005253000000000000", "hex")),
	segment(
		"http://ns.adobe.com/xap/1.0/\0",
		'<x xmlns:GPano="http://ns.google.com/photos/1.0/panorama/" GPano:ProjectionType="equirectangular" ' +
			'GPano:FullPanoWidthPixels="512" GPano:FullPanoHeightPixels="256" GPano:CroppedAreaLeftPixels="0" ' +
			'GPano:CroppedAreaTopPixels="64" GPano:CroppedAreaImageWidthPixels="512" ' +
			`GPano:CroppedAreaImageHeightPixels="128" GPano:PosePitchDegrees="4" ${IMAGE} ` +
			`GImage:Mime="image/jpeg" xmpNote:HasExtendedXMP="${GUID}"/>`,
	),
	segment("http://ns.adobe.com/xmp/extension/\0", GUID, place, EXTENDED),
	Buffer.from([0xff, 0xda, 0, 2]),
]);

export const target: FuzzTarget = {
	covers: [
		"src/metadata/jpeg-segments.ts",
		"src/metadata/right-eye-picture.ts",
		"src/metadata/exif-camera.ts",
		"src/metadata/sphere-xml.ts",
		"src/metadata/sphere-crop.ts",
	],
	dictionary: ["GPano:", "GImage:Data", "xmpNote:HasExtendedXMP", GUID, "\u00ff\u00e1", "Exif", "1e9", "-1"],
	seeds: () => [PHOTO],
	async run(input) {
		writeFileSync(path, input);
		const { statements } = await statementsOfFile(path, { container: "jpeg_pipe", still: true, track: 0 });
		for (const { crop } of statements) {
			const bounds = crop && boundsOfCrop(crop, { width: 512, height: 128 }, { across: 2, down: 1 });
			if (bounds === undefined) continue;
			const { left, right, top, bottom } = bounds;
			if (!(left >= 0 && right >= 0 && left + right < 1 && top >= 0 && bottom >= 0 && top + bottom < 1))
				throw new Error(`Bounds ${[top, bottom, left, right]} leave nothing.`);
		}
	},
};
