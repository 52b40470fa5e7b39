import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sphericalV1OfMp4, st3dOfMp4 } from "../../src/source/mp4-stereo.ts";
import type { FuzzTarget } from "../fuzzer.ts";

const folder = mkdtempSync(join(tmpdir(), "panogaze-fuzz-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
const path = join(folder, "input.mp4");

/** A box of ISO/IEC 14496-12: its length and type, then what it holds. */
function box(type: string, ...content: Uint8Array[]): Buffer {
	const bytes = Buffer.concat([Buffer.alloc(4), Buffer.from(type, "latin1"), ...content]);
	bytes.writeUInt32BE(bytes.length);
	return bytes;
}

const ST3D = box("st3d", Buffer.from([0, 0, 0, 0, 1]));
const STSD = box("stsd", Buffer.alloc(8), box("avc1", Buffer.alloc(78), ST3D));
const XML =
	"<rdf:SphericalVideo><GSpherical:StereoMode>top-bottom</GSpherical:StereoMode><GSpherical:CroppedAreaTopPixels>15</GSpherical:CroppedAreaTopPixels></rdf:SphericalVideo>";
const V1 = box("uuid", Buffer.from("ffcc8263f8554a938814587a02521fdd", "hex"), Buffer.from(XML));
const TRACK = box("trak", box("mdia", box("minf", box("stbl", STSD))), V1);

export const target: FuzzTarget = {
	covers: ["src/source/mp4-stereo.ts", "src/source/panorama-xmp.ts"],
	dictionary: ["moov", "trak", "mdia", "minf", "stbl", "stsd", "st3d", "uuid", "\u0000\u0000\u0000\u0001", "GSpherical:", "GPano:"],
	seeds: () => [Buffer.concat([box("ftyp", Buffer.from("isom")), box("moov", TRACK), box("mdat", Buffer.alloc(8))])],
	async run(input) {
		writeFileSync(path, input);
		await st3dOfMp4(path, "mov,mp4,m4a");
		await sphericalV1OfMp4(path);
	},
};
