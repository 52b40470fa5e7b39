import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import ffmpeg from "@ffmpeg-installer/ffmpeg";
import ffprobe from "@ffprobe-installer/ffprobe";
import { afterAll, beforeAll, expect, it } from "vitest";
import { makeClip } from "../../test/support/clips.ts";
import { fullBox, mesh, mp4With, mshp, st3d, sv3d, v1Box, words } from "../../test/support/sphere-boxes.ts";
import { quaternionFromAngles } from "../media/rotation.ts";
import { readFailure, readPictures } from "./reading.cases.ts";

const PROGRAMS = { ffmpegPath: ffmpeg.path, ffprobePath: ffprobe.path };
const BACKENDS = ["libav", "ffmpeg"] as const;
let folder: string;
let clip: Buffer;
beforeAll(async () => {
	folder = mkdtempSync(join(tmpdir(), "panogaze-stated-"));
	clip = readFileSync(await makeClip({ width: 384, height: 256, frames: 2, rate: 2 }));
});
afterAll(() => rmSync(folder, { recursive: true }));

function written(inEntry: readonly Buffer[], inTrack: readonly Buffer[] = []): string {
	const path = join(folder, "clip.mp4");
	writeFileSync(path, mp4With(clip, inEntry, inTrack));
	return path;
}

it.each(BACKENDS)("a source is what its file states, also where FFmpeg does not know it: %s", async (backend) => {
	const format = async (path: string) =>
		(await readPictures(path, { backend, ...PROGRAMS }, () => true)).info!.format;
	const cube = fullBox("cbmp", words(0, 0));
	expect(await format(written([sv3d(cube, [90, 0, 0])]))).toMatchObject({
		width: 384,
		height: 256,
		eyes: 1,
		projection: { kind: "cubemap", layout: "google" },
		worldFromPanorama: quaternionFromAngles({ yawDeg: -90, pitchDeg: 0, rollDeg: 0 }),
	});
	const equi = fullBox("equi", words(0, 0, 2 ** 30, 2 ** 30));
	expect(await format(written([sv3d(equi), st3d(4)]))).toMatchObject({
		width: 192,
		height: 256,
		eyes: 2,
		projection: { kind: "equirect", bounds: { top: 0, bottom: 0, left: 0.25, right: 0.25 } },
	});
});

it("a source passes the file's initial view on", async () => {
	const path = written([], [v1Box({ InitialViewHeadingDegrees: 45, InitialViewPitchDegrees: -10 })]);
	const { info } = await readPictures(path, {}, () => true);
	expect(info).toMatchObject({
		initialView: { yawDeg: 45, pitchDeg: -10, rollDeg: 0 },
		layout: expect.stringContaining("initial view yaw 45, pitch -10, roll 0 (stated: Spherical Video V1"),
	});
});

it("two meshes over the same picture give each eye the whole of it", async () => {
	const triangle = (from: number) =>
		mesh(
			[
				[-1, -1, -1, from, 0],
				[1, -1, -1, from + 0.6, 0],
				[0, 1, -1, from, 1],
			],
			[{ kind: 0, indices: [0, 1, 2] }],
		);
	const path = written([sv3d(mshp("dfl8", triangle(0), triangle(0.4))), st3d(3)]);
	const { info, pictures } = await readPictures(path, {}, () => true);
	expect(info!.format).toMatchObject({ width: 384, height: 256, eyes: 2, projection: { kind: "mesh" } });
	expect(info!.format.rightProjection).not.toEqual(info!.format.projection);
	const { bytes, layout } = pictures[0]!;
	const middle = layout.y.offset + (layout.y.height / 2) * layout.y.stride + layout.y.width / 2;
	expect(bytes[middle]).toBeGreaterThan(16);
	expect(bytes[layout.byteLength + middle]).toBe(bytes[middle]);
	expect((await readPictures(path, { eye: "right" }, () => true)).info!.format).toMatchObject({
		eyes: 1,
		projection: info!.format.rightProjection,
	});
	expect((await readFailure(path, { backend: "ffmpeg", ...PROGRAMS })).message).toContain(
		'the backend "libav" reads',
	);
});
