import { execFileSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { tagFile } from "../../src/metadata/tag-file.ts";
import { type ClipOptions, makeClip } from "../support/clips.ts";

const exiftool = join(
	dirname(createRequire(import.meta.url).resolve("exiftool-vendored.pl/package.json")),
	"bin",
	"exiftool",
);
let folder: string;
beforeAll(() => {
	folder = mkdtempSync(join(tmpdir(), "panogaze-exiftool-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** All fields that exiftool reads, by group and name, and its verdict. */
function byExiftool(path: string): Record<string, unknown> {
	const text = execFileSync("perl", [exiftool, "-json", "-G1", "-n", "-validate", "-all", "-a", path], {
		encoding: "utf8",
		maxBuffer: 1 << 26,
	});
	return (JSON.parse(text) as Record<string, unknown>[])[0]!;
}

async function copyOf(name: string, options: Partial<ClipOptions>): Promise<string> {
	process.env["SVT_LOG"] ??= "0";
	const container = name.split(".").at(-1)!;
	const size = { width: 128, height: 64, frames: 1, rate: 10, draw: "pattern" } as const;
	const path = join(folder, name);
	copyFileSync(await makeClip({ ...size, ...options, container }), path);
	return path;
}

const PHOTOS: [string, Partial<ClipOptions>][] = [
	["photo.jpg", { codec: "mjpeg", pixelFormat: "yuvj420p", codecOptions: {} }],
	["photo.png", { codec: "png", pixelFormat: "rgb24", codecOptions: {} }],
	["photo.webp", { codec: "libwebp", codecOptions: {} }],
	["photo.tiff", { codec: "tiff", pixelFormat: "rgb24", codecOptions: {} }],
	["photo.avif", { codec: "libsvtav1", codecOptions: { preset: "10" } }],
];

describe("exiftool", () => {
	it.each(PHOTOS)("reads the statement of %s, and finds the file valid", async (name, options) => {
		const path = await copyOf(name, options);
		await tagFile(path, {
			projection: { kind: "equirect", bounds: { top: 0.25, bottom: 0.25, left: 0.1, right: 0.1 } },
			pose: { yawDeg: 90, pitchDeg: 1.5, rollDeg: -2 },
			initialView: { yawDeg: -20, pitchDeg: 5, rollDeg: 0 },
			software: 'A & "B" <c>',
		});
		expect(byExiftool(path)).toMatchObject({
			"ExifTool:Validate": "0 0 0",
			"XMP-GPano:UsePanoramaViewer": true,
			"XMP-GPano:ProjectionType": "equirectangular",
			"XMP-GPano:StitchingSoftware": 'A & "B" <c>',
			"XMP-GPano:FullPanoWidthPixels": 160,
			"XMP-GPano:FullPanoHeightPixels": 128,
			"XMP-GPano:CroppedAreaImageWidthPixels": 128,
			"XMP-GPano:CroppedAreaLeftPixels": 16,
			"XMP-GPano:CroppedAreaTopPixels": 32,
			"XMP-GPano:PoseHeadingDegrees": 90,
			"XMP-GPano:PosePitchDegrees": 1.5,
			"XMP-GPano:PoseRollDegrees": -2,
			"XMP-GPano:InitialViewHeadingDegrees": 340,
		});
	});

	it("keeps its own fields through a change of ours, and ours through a change of its", async () => {
		const path = await copyOf("both.jpg", PHOTOS[0]![1]);
		const write = (...fields: string[]) =>
			execFileSync("perl", [exiftool, "-q", "-overwrite_original", ...fields, path]);
		write("-XMP-dc:Title=A <title>", "-EXIF:Artist=Somebody", "-XMP-GPano:FullPanoWidthPixels=77");
		await tagFile(path, { projection: { kind: "equirect" } });
		write("-XMP-dc:Subject=one", "-XMP-dc:Subject=two");
		expect(byExiftool(path)).toMatchObject({
			"XMP-dc:Title": "A <title>",
			"XMP-dc:Subject": ["one", "two"],
			"IFD0:Artist": "Somebody",
			"XMP-GPano:FullPanoWidthPixels": 128,
		});
		await tagFile(path, undefined);
		const left = byExiftool(path);
		expect(left).toMatchObject({ "XMP-dc:Title": "A <title>", "IFD0:Artist": "Somebody" });
		expect(Object.keys(left).filter((name) => name.includes("GPano"))).toEqual([]);
	});

	it("takes the right eye out of a JPEG of both eyes", async () => {
		const path = await copyOf("vr.jpg", PHOTOS[0]![1]);
		const rightEye = Buffer.concat([readFileSync(path), Buffer.alloc(100_000, 3)]);
		await tagFile(path, { projection: { kind: "equirect" } }, { rightEye });
		expect(byExiftool(path)).toMatchObject({
			"ExifTool:Validate": "0 0 0",
			"XMP-GImage:ImageMimeType": "image/jpeg",
		});
		writeFileSync(join(folder, "right.jpg"), execFileSync("perl", [exiftool, "-b", "-XMP-GImage:ImageData", path]));
		expect(readFileSync(join(folder, "right.jpg")).equals(rightEye)).toBe(true);
	});

	it("reads V1 and V2 in an MP4", async () => {
		const path = await copyOf("clip.mp4", { frames: 10, containerOptions: { movflags: "faststart" } });
		await tagFile(path, {
			projection: { kind: "equirect", bounds: { top: 0, bottom: 0, left: 0.25, right: 0.25 } },
			stereo: "left-right",
			pose: { yawDeg: 12, pitchDeg: -3, rollDeg: 1 },
			initialView: { yawDeg: 45, pitchDeg: 10, rollDeg: 0 },
			software: "Stitcher",
		});
		const fields = byExiftool(path);
		expect(fields).toMatchObject({
			"XMP-GSpherical:Spherical": true,
			"XMP-GSpherical:StitchingSoftware": "Stitcher",
			"XMP-GSpherical:StereoMode": "left-right",
			"XMP-GSpherical:InitialViewHeadingDegrees": 45,
			"XMP-GSpherical:FullPanoWidthPixels": 128,
			"XMP-GSpherical:CroppedAreaLeftPixels": 32,
			"XMP-GSpherical:CroppedAreaImageWidthPixels": 64,
			"Track1:Stereoscopic3D": 2,
			"Track1:MetadataSource": "Stitcher",
			"Track1:PoseYawDegrees": 12,
			"Track1:PosePitchDegrees": -3,
			"Track1:PoseRollDegrees": 1,
		});
	});
});

const hasFfprobe = (() => {
	try {
		execFileSync("ffprobe", ["-version"], { stdio: "ignore" });
		return true;
	} catch {
		return false;
	}
})();

describe.runIf(hasFfprobe)("ffprobe", () => {
	it.each(["clip.mp4", "clip.mkv"])("reads bounds and eyes of %s", async (name) => {
		const path = await copyOf(name, { frames: 10 });
		await tagFile(path, {
			projection: { kind: "equirect", bounds: { top: 0, bottom: 0, left: 0.25, right: 0.25 } },
			stereo: "top-bottom",
			pose: { yawDeg: 12, pitchDeg: -3, rollDeg: 1 },
		});
		const text = execFileSync("ffprobe", ["-v", "error", "-show_streams", "-of", "json", path], {
			encoding: "utf8",
		});
		const { side_data_list: sideData } = JSON.parse(text).streams[0];
		expect(sideData).toEqual(
			expect.arrayContaining([
				expect.objectContaining({ side_data_type: "Stereo 3D", type: "top and bottom" }),
				expect.objectContaining({ projection: "tiled equirectangular", yaw: 12, pitch: -3, roll: 1 }),
			]),
		);
	});
});
