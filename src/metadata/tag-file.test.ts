import { copyFileSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ClipOptions, makeClip } from "../../test/support/clips.ts";
import { faultsOfMatroska } from "./matroska-places.cases.ts";
import { readByFFmpeg } from "./media-reading.cases.ts";
import type { SphereStatement } from "./sphere-statement.ts";
import { tagFile } from "./tag-file.ts";

const SMALL = { width: 128, height: 64, frames: 20, rate: 10, keyframeInterval: 4 } as const;
const HALF: SphereStatement = {
	projection: { kind: "equirect", bounds: { top: 0, bottom: 0, left: 0.25, right: 0.25 } },
	stereo: "left-right",
	pose: { yawDeg: 90, pitchDeg: 10, rollDeg: -5.5 },
	initialView: { yawDeg: -30, pitchDeg: 5, rollDeg: 0 },
	software: "Stitcher <1> & sons",
};

let folder: string;
beforeAll(() => {
	folder = mkdtempSync(join(tmpdir(), "panogaze-tag-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A copy of a small clip that a test may change. */
async function copyOf(options: Partial<ClipOptions>): Promise<string> {
	const clip = await makeClip({ ...SMALL, ...options });
	const path = join(folder, `${readdirSync(folder).length}.${options.container ?? "mp4"}`);
	copyFileSync(clip, path);
	return path;
}

const MP4_FORMS: [string, Partial<ClipOptions>][] = [
	["moov behind the media", {}],
	["moov before the media", { containerOptions: { movflags: "faststart" } }],
	["fragments", { containerOptions: { movflags: "frag_keyframe+empty_moov" } }],
	[
		"fragments with a segment index",
		{ containerOptions: { movflags: "frag_keyframe+empty_moov+default_base_moof+global_sidx" } },
	],
	["fragments with places in the file", { containerOptions: { movflags: "frag_keyframe" } }],
	[
		"HEVC",
		{
			codec: "libx265",
			codecOptions: { "x265-params": "log-level=none" },
			containerOptions: { movflags: "faststart" },
		},
	],
	["AV1", { codec: "libsvtav1", codecOptions: { preset: "12" }, containerOptions: { movflags: "faststart" } }],
	["VP9", { codec: "libvpx-vp9", codecOptions: { "cpu-used": "8" }, containerOptions: { movflags: "faststart" } }],
	["QuickTime", { container: "mov", containerOptions: { movflags: "faststart" } }],
];

describe("tagFile writes MP4", () => {
	it.each(MP4_FORMS)("with %s: FFmpeg reads the statement, and every packet stays as it was", async (_, options) => {
		const path = await copyOf(options);
		const before = readByFFmpeg(path);
		await tagFile(path, HALF);
		const { projection, anglesDeg, bounds, stereo, packets, packetCount, middle } = readByFFmpeg(path);
		expect({ projection, anglesDeg, bounds, stereo }).toEqual({
			projection: 2,
			anglesDeg: [90, 10, -5.5],
			bounds: [0.25, 0, 0.25, 0],
			stereo: 1,
		});
		expect(packetCount).toBeGreaterThanOrEqual(SMALL.frames);
		expect({ packets, middle }).toEqual({ packets: before.packets, middle: before.middle });
	});
});

const SHORT_CLUSTERS = { cluster_time_limit: "400" };
const MATROSKA_FORMS: [string, Partial<ClipOptions>][] = [
	["cues behind the media", { container: "mkv", containerOptions: SHORT_CLUSTERS }],
	[
		"cues before the media",
		{ container: "mkv", containerOptions: { ...SHORT_CLUSTERS, reserve_index_space: "4000" } },
	],
	["clusters of unknown size", { container: "mkv", containerOptions: { ...SHORT_CLUSTERS, live: "1" } }],
	[
		"WebM",
		{ container: "webm", codec: "libvpx-vp9", codecOptions: { "cpu-used": "8" }, containerOptions: SHORT_CLUSTERS },
	],
];

describe("tagFile writes Matroska", () => {
	it.each(MATROSKA_FORMS)("with %s: FFmpeg reads the statement, and every packet stays", async (_, options) => {
		const path = await copyOf(options);
		const before = readByFFmpeg(path);
		for (const stereo of ["left-right", "bottom-top"] as const) {
			await tagFile(path, { ...HALF, stereo });
			const { projection, anglesDeg, bounds, stereo: read, packets, middle } = readByFFmpeg(path);
			expect({ projection, anglesDeg, bounds, read }).toEqual({
				projection: 2,
				anglesDeg: [90, 10, -5.5],
				bounds: [0.25, 0, 0.25, 0],
				read: stereo === "left-right" ? 1 : -2,
			});
			expect({ packets, middle }).toEqual({ packets: before.packets, middle: before.middle });
			if (options.containerOptions?.["live"] === undefined) expect(faultsOfMatroska(path)).toEqual([]);
		}
		await tagFile(path, undefined);
		const { projection, packets, middle } = readByFFmpeg(path);
		expect({ projection, packets, middle }).toEqual({
			projection: undefined,
			packets: before.packets,
			middle: before.middle,
		});
	});
});
