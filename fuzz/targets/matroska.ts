import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { element, uintElement } from "../../src/metadata/ebml.ts";
import { statementsOfFile } from "../../src/metadata/file-statements.ts";
import { mshp, TRIANGLE } from "../../test/support/sphere-boxes.ts";
import type { FuzzTarget } from "../fuzzer.ts";

const folder = mkdtempSync(join(tmpdir(), "panogaze-fuzz-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
const path = join(folder, "input.mkv");

const hex = (text: string) => Buffer.from(text.replaceAll(" ", ""), "hex");
const of = (id: number, ...content: readonly Uint8Array[]) => element(id, Buffer.concat(content));

/** A mesh of one triangle as private data: the content of the box. */
const MESH = mshp("raw ", TRIANGLE).subarray(8);
const PROJECTION = of(0x7670, uintElement(0x7671, 3), of(0x7672, MESH), of(0x7673, hex("42b40000")));
const XML =
	'<rdf:SphericalVideo xmlns:GSpherical="http://ns.google.com/videos/1.0/spherical/">' +
	"<GSpherical:StereoMode>top-bottom</GSpherical:StereoMode></rdf:SphericalVideo>";
const TAG = of(
	0x7373,
	of(0x63c0, uintElement(0x63c5, 7)),
	of(0x67c8, of(0x45a3, Buffer.from("SPHERICAL-VIDEO")), of(0x4487, Buffer.from(XML))),
);
const TRACKS = of(0x1654ae6b, of(0xae, uintElement(0x73c5, 7), of(0xe0, uintElement(0x53b8, 1), PROJECTION)));
const SEEK = of(0x114d9b74, of(0x4dbb, of(0x53ab, hex("1254c367")), uintElement(0x53ac, 19 + TRACKS.length, 4)));

export const target: FuzzTarget = {
	covers: [
		"src/metadata/matroska-reader.ts",
		"src/metadata/ebml-elements.ts",
		"src/metadata/projection-boxes.ts",
		"src/metadata/mesh-box.ts",
		"src/metadata/bit-reader.ts",
	],
	dictionary: ["\u0053\u00b8", "\u0076\u0070", "\u0012\u0054\u00c3\u0067", "raw ", "dfl8", "mesh", "SPHERICAL-VIDEO"],
	seeds: () => [Buffer.concat([of(0x1a45dfa3), of(0x18538067, SEEK, TRACKS, of(0x1254c367, TAG))])],
	async run(input) {
		writeFileSync(path, input);
		const { statements } = await statementsOfFile(path, { container: "matroska,webm", still: false, track: 0 });
		for (const { projection } of statements) {
			if (projection?.kind !== "mesh") continue;
			const vertices = projection.vertices.length / 5;
			if (projection.triangles.some((index) => index >= vertices)) throw new Error("A triangle has no vertex.");
		}
	},
};
