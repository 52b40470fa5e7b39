import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { element, uintElement } from "../../src/metadata/ebml.ts";
import { fileKindOf } from "../../src/metadata/file-kind.ts";
import { photoBytesWithStatement } from "../../src/metadata/photo-statement.ts";
import { type SphereStatement, TagError } from "../../src/metadata/sphere-statement.ts";
import { tagFile } from "../../src/metadata/tag-file.ts";
import { box, fullBox as full, words } from "../../test/support/sphere-boxes.ts";
import type { FuzzTarget } from "../fuzzer.ts";

const folder = mkdtempSync(join(tmpdir(), "panogaze-fuzz-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
const [path, out] = [join(folder, "input"), join(folder, "out")];

const STATEMENT: SphereStatement = {
	projection: { kind: "equirect", bounds: { top: 0, bottom: 0.25, left: 0.25, right: 0 } },
	initialView: { yawDeg: 10, pitchDeg: 0, rollDeg: 0 },
};

const hex = (text: string) => Buffer.from(text.replaceAll(" ", ""), "hex");

const ENTRY = box("avc1", Buffer.alloc(24), hex("0080 0040"), Buffer.alloc(50));
const STBL = box("stbl", full("stsd", words(1), ENTRY), full("stco", words(1, 600)), full("saio", words(1, 600)));
const MDIA = box("mdia", full("hdlr", words(0), Buffer.from("vide"), Buffer.alloc(13)), box("minf", STBL));
const MP4 = Buffer.concat([
	box("ftyp", Buffer.from("isom")),
	box("moov", box("trak", MDIA)),
	full("sidx", words(1, 1000, 0, 0, 0)),
	box(
		"moof",
		box("traf", Buffer.concat([words(24), Buffer.from("tfhd"), hex("00000001 00000001 0000000000000300")])),
	),
	box("mdat", Buffer.alloc(64)),
	box("mfra", full("tfra", words(1, 0, 1, 0, 700), hex("010101"))),
]);
const MATROSKA = Buffer.concat([
	element(0x1a45dfa3, uintElement(0x4286, 1)),
	element(
		0x18538067,
		Buffer.concat([
			element(
				0x114d9b74,
				element(0x4dbb, Buffer.concat([element(0x53ab, hex("1c53bb6b")), uintElement(0x53ac, 90)])),
			),
			element(
				0x1654ae6b,
				element(0xae, Buffer.concat([uintElement(0x83, 1), element(0xe0, uintElement(0xb0, 128))])),
			),
			element(0x1f43b675, Buffer.concat([uintElement(0xe7, 0), uintElement(0xa7, 60)])),
			element(0x1c53bb6b, element(0xbb, element(0xb7, uintElement(0xf1, 70)))),
		]),
	),
]);
const JPEG = hex("ffd8 ffe0 0004 0000 ffc0 000b 08 0040 0080 01 012200 ffda 0002 ffd9");
const PNG = Buffer.concat([
	hex("89504e470d0a1a0a 0000000d"),
	Buffer.from("IHDR"),
	hex("00000080 00000040 0802000000 00000000 00000000"),
	Buffer.from("IEND"),
	hex("ae426082"),
]);
const WEBP = Buffer.concat([Buffer.from("RIFF\x16\0\0\0WEBPVP8X\x0a\0\0\0"), hex("00000000 7f0000 3f0000")]);
const TIFF = hex("49492a00 08000000 0200 0001 0300 01000000 80000000 0101 0300 01000000 40000000 00000000");

const HEIF = Buffer.concat([
	box("ftyp", Buffer.from("heic")),
	full(
		"meta",
		full("pitm", hex("0001")),
		full("iinf", hex("0001"), box("infe", hex("02000000 0001 0000"), Buffer.from("hvc1\0"))),
		box("iprp", box("ipco", full("ispe", hex("00000080 00000040")))),
		box("iloc", hex("00000000 4400 0001 0001 0000 0001 000000d0 00000004")),
	),
	box("mdat", Buffer.alloc(16)),
]);

export const target: FuzzTarget = {
	covers: [
		"src/metadata/mp4-rewriter.ts",
		"src/metadata/mp4-statement.ts",
		"src/metadata/box-bytes.ts",
		"src/metadata/matroska-rewriter.ts",
		"src/metadata/matroska-statement.ts",
		"src/metadata/ebml.ts",
		"src/metadata/xmp-text.ts",
		"src/metadata/jpeg-xmp.ts",
		"src/metadata/png-xmp.ts",
		"src/metadata/webp-xmp.ts",
		"src/metadata/tiff-xmp.ts",
		"src/metadata/heif-xmp.ts",
		"src/metadata/heif-items.ts",
	],
	dictionary: [
		..."moov trak mdia minf stbl stsd stco co64 saio tfhd tfra sidx moof mfra free dinf dref meta iloc".split(" "),
		..."iTXt XMP  VP8L GPano: GImage: xmlns:".split(" "),
	],
	seeds: () => [
		MP4,
		MATROSKA,
		...([JPEG, PNG, WEBP, TIFF, HEIF] as const).flatMap((photo) => {
			const kind = fileKindOf(photo);
			if (kind === undefined || kind === "mp4" || kind === "matroska") throw new Error("A seed is no photo.");
			return [photo, photoBytesWithStatement(photo, kind, STATEMENT)];
		}),
	],
	async run(input) {
		writeFileSync(path, input);
		try {
			await tagFile(path, STATEMENT, { out, overwrite: true });
			// What was written can be changed again.
			await tagFile(out, undefined);
			if (!readFileSync(path).equals(input)) throw new Error("The original was changed.");
		} catch (error) {
			if (!(error instanceof TagError)) throw error;
		}
	},
};
