import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { statementsOfFile } from "../../src/metadata/file-statements.ts";
import { heifPictureOf, UnknownHeif } from "../../src/source/heif-picture.ts";
import { box, fullBox as full, mshp, sv3d, TRIANGLE } from "../../test/support/sphere-boxes.ts";
import type { FuzzTarget } from "../fuzzer.ts";

const folder = mkdtempSync(join(tmpdir(), "panogaze-fuzz-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
const path = join(folder, "input.mp4");

const ST3D = box("st3d", Buffer.from([0, 0, 0, 0, 1]));
const hex = (text: string) => Buffer.from(text.replaceAll(" ", ""), "hex");
const SV3D = sv3d(mshp("raw ", TRIANGLE));
const VEXU = box(
	"vexu",
	box("eyes", full("stri", Buffer.of(3)), full("hero", Buffer.of(1))),
	box("pack", full("pkin", Buffer.from("side"))),
	box("proj", full("prji", Buffer.from("fish"))),
);
const HFOV = box("hfov", hex("0000f80c"));
const STSD = box("stsd", Buffer.alloc(8), box("avc1", Buffer.alloc(78), SV3D, ST3D, VEXU, HFOV));
const XML =
	"<rdf:SphericalVideo><GSpherical:StereoMode>top-bottom</GSpherical:StereoMode>" +
	"<GSpherical:CroppedAreaTopPixels>15</GSpherical:CroppedAreaTopPixels></rdf:SphericalVideo>";
const V1 = box("uuid", Buffer.from("ffcc8263f8554a938814587a02521fdd", "hex"), Buffer.from(XML));
const TRACK = box("trak", box("mdia", box("minf", box("stbl", STSD))), V1);

/** A picture of two tiles side by side: item 3 is the grid, items 1 and 2 are coded. */
const HEIF = Buffer.concat([
	box("ftyp", Buffer.from("heic")),
	full(
		"meta",
		full("pitm", hex("0003")),
		full(
			"iinf",
			hex("0003"),
			...[1, 2].map((id) => box("infe", hex(`02000000 000${id} 0000`), Buffer.from("hvc1\0"))),
			box("infe", hex("02000000 0003 0000"), Buffer.from("grid\0")),
		),
		full("iref", box("dimg", hex("0003 0002 0001 0002"))),
		box(
			"iprp",
			box(
				"ipco",
				full("ispe", hex("00000080 00000040")),
				box("irot", hex("01")),
				box("imir", hex("01")),
				box("clap", hex("00000040 00000001 00000020 00000001 00000000 00000001 00000000 00000001")),
			),
			full("ipma", hex("00000001 0003 04 81 02 03 04")),
		),
		box("idat", hex("00000001 0080 0040")),
		box("iloc", hex("01000000 4400 0001 0003 0001 0000 0001 00000000 00000008")),
	),
]);

export const target: FuzzTarget = {
	covers: [
		"src/metadata/mp4-boxes.ts",
		"src/metadata/mp4-reader.ts",
		"src/metadata/projection-boxes.ts",
		"src/metadata/mesh-box.ts",
		"src/metadata/vexu-box.ts",
		"src/metadata/sphere-xml.ts",
		"src/source/heif-picture.ts",
	],
	dictionary: [
		..."moov trak mdia minf stbl stsd st3d uuid meta pitm iinf infe iref dimg".split(" "),
		..."iprp ipco ipma ispe irot imir clap iloc idat grid hvc1".split(" "),
		..."sv3d proj prhd equi cbmp mshp mesh dfl8 vexu eyes stri pack pkin over prji hequ hfov".split(" "),
		"raw ",
		"\u0000\u0000\u0000\u0001",
		"GSpherical:",
		"GPano:",
	],
	seeds: () => [
		Buffer.concat([box("ftyp", Buffer.from("isom")), box("moov", TRACK), box("mdat", Buffer.alloc(8))]),
		HEIF,
	],
	async run(input) {
		writeFileSync(path, input);
		await statementsOfFile(path, { container: "mov,mp4,m4a", still: false, trackId: 1, track: 0 });
		try {
			const picture = await heifPictureOf(path);
			if (picture === undefined) return;
			const { items, columns, rows, upright } = picture;
			if (items.length !== columns * rows)
				throw new Error(`${items.length} tiles are to make ${columns} x ${rows}.`);
			if (!(upright.width > 0 && upright.height > 0))
				throw new Error(`The picture would be ${upright.width} x ${upright.height}.`);
		} catch (error) {
			if (!(error instanceof UnknownHeif)) throw error;
		}
	},
};
