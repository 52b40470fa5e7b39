import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { makeClip } from "../../test/support/clips.ts";
import type { MeshSpec } from "../media/projection.ts";
import type { StereoLayout } from "../media/stereo-layout.ts";
import { statementsOfFile } from "./file-statements.ts";
import type { FoundStatement } from "./found-statement.ts";
import { readByFFmpeg } from "./media-reading.cases.ts";
import type { SphereStatement } from "./sphere-statement.ts";
import { tagFile } from "./tag-file.ts";

let folder: string;
beforeAll(() => {
	folder = mkdtempSync(join(tmpdir(), "panogaze-round-trip-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const CONTAINERS = { mp4: "mov,mp4,m4a,3gp,3g2,mj2", mkv: "matroska,webm" } as const;

/** Our reading of a small clip after it was tagged. */
async function readBack(
	extension: keyof typeof CONTAINERS,
	statement: SphereStatement,
): Promise<{ path: string; statements: readonly FoundStatement[] }> {
	const path = join(folder, `clip.${extension}`);
	copyFileSync(await makeClip({ width: 128, height: 64, frames: 4, rate: 10, container: extension }), path);
	await tagFile(path, statement);
	const kind = { container: CONTAINERS[extension], still: false, track: 0 };
	return { path, statements: (await statementsOfFile(path, kind)).statements };
}

/** A grid of triangles, bent by `bend`. */
function mesh(bend: number): MeshSpec {
	const side = 9;
	const vertices: number[] = [];
	const triangles: number[] = [];
	for (let row = 0; row < side; row++)
		for (let column = 0; column < side; column++) {
			const [u, v] = [column / (side - 1), row / (side - 1)];
			vertices.push(2 * u - 1, 2 * v - 1, -1 - bend * Math.sin(u * v * 3), u, v);
			const corner = row * side + column;
			if (row < side - 1 && column < side - 1)
				triangles.push(corner, corner + 1, corner + side, corner + side, corner + 1, corner + side + 1);
		}
	return { kind: "mesh", vertices: Float32Array.from(vertices), triangles: Uint32Array.from(triangles) };
}

it.each(["mp4", "mkv"] as const)(
	"a %s states bounds, both eyes and the pose as our reader reads them",
	async (name) => {
		const pose = { yawDeg: -120.5, pitchDeg: 10.25, rollDeg: -3 };
		const bounds = { top: 0.125, bottom: 0.25, left: 0.25, right: 0 };
		for (const stereo of ["top-bottom", "left-right", "right-left"] satisfies StereoLayout[]) {
			const { statements } = await readBack(name, { projection: { kind: "equirect", bounds }, stereo, pose });
			const merged = Object.assign({}, ...[...statements].reverse());
			expect(merged).toMatchObject({ projection: { kind: "equirect", bounds }, eyes: stereo, pose });
		}
	},
);

it.each(["mp4", "mkv"] as const)("a %s states a cubemap's padding", async (name) => {
	const projection = { kind: "cubemap", layout: "google", padding: 6 } as const;
	const { statements, path } = await readBack(name, { projection });
	expect(statements.map((statement) => statement.projection)).toContainEqual(expect.objectContaining(projection));
	expect(readByFFmpeg(path)).toMatchObject({ projection: 1, padding: 6 });
});

it.each(["mp4", "mkv"] as const)("a %s states two different meshes to the last bit", async (name) => {
	const [left, right] = [mesh(0.3), mesh(0.7)];
	const statement = { projection: left, rightProjection: right, stereo: "left-right" } as const;
	const { statements } = await readBack(name, statement);
	expect(statements.find(({ projection }) => projection !== undefined)).toMatchObject({
		projection: left,
		rightProjection: right,
	});
});

it("an MP4 states the initial view in V1, beside V2, and a crop in one eye's pixels", async () => {
	const { statements } = await readBack("mp4", {
		projection: { kind: "equirect", bounds: { top: 0, bottom: 0, left: 0.25, right: 0.25 } },
		stereo: "left-right",
		initialView: { yawDeg: -30, pitchDeg: 12, rollDeg: 0 },
	});
	const v1 = statements.find(({ where }) => where.includes("V1"));
	expect(v1).toMatchObject({
		initialView: { yawDeg: -30, pitchDeg: 12, rollDeg: 0 },
		eyes: "left-right",
		crop: { fullWidth: 128, left: 32, width: 64, fullHeight: 64, top: 0, height: 64 },
	});
});
