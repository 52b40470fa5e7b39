import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ClipOptions, makeClip } from "../../test/support/clips.ts";
import { faultsOfMatroska } from "./matroska-places.cases.ts";
import { readByFFmpeg } from "./media-reading.cases.ts";
import { mp4Pieces } from "./mp4-rewriter.ts";
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
			const { projection, anglesDeg, bounds, stereo: read, packets, middle, pixelAspect } = readByFFmpeg(path);
			expect({ projection, anglesDeg, bounds, read }).toEqual({
				projection: 2,
				anglesDeg: [90, 10, -5.5],
				bounds: [0.25, 0, 0.25, 0],
				read: stereo === "left-right" ? 1 : -2,
			});
			const { packets: same, middle: also, pixelAspect: shape } = before;
			expect({ packets, middle, pixelAspect }).toEqual({ packets: same, middle: also, pixelAspect: shape });
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

describe("tagFile keeps places right", () => {
	it("reuses a free box behind moov: no byte of the media moves", async () => {
		const path = await copyOf({ containerOptions: { movflags: "faststart" } });
		const plain = readFileSync(path);
		const mdat = plain.indexOf("mdat") - 4;
		const before = readByFFmpeg(path);
		await tagFile(path, HALF);
		const tagged = readFileSync(path);
		expect(tagged.indexOf("mdat") - 4).toBeGreaterThan(mdat);
		// Removing leaves a free box, into which the statement fits again.
		await tagFile(path, undefined);
		expect(readFileSync(path).length).toBe(tagged.length);
		await tagFile(path, HALF);
		expect(readFileSync(path)).toEqual(tagged);
		expect(readByFFmpeg(path)).toMatchObject({ packets: before.packets, projection: 2 });
	});

	it("widens chunk offsets that come to lie beyond 4 GiB, and reads sizes of 64 bits", async () => {
		const path = await copyOf({ containerOptions: { movflags: "faststart" } });
		const bytes = readFileSync(path);
		const mdat = bytes.indexOf("mdat") - 4;
		// A hole of nearly 4 GiB, as a box with a 64-bit size, before the media.
		const target = 2 ** 32 - 1024;
		const hole = Buffer.alloc(16);
		hole.writeUInt32BE(1, 0);
		hole.write("skip", 4, "latin1");
		hole.writeBigUInt64BE(BigInt(target - mdat), 8);
		const head = Buffer.from(bytes.subarray(0, mdat));
		const stco = head.indexOf("stco") + 4;
		for (let index = 0; index < head.readUInt32BE(stco + 4); index++) {
			const at = stco + 8 + 4 * index;
			head.writeUInt32BE(head.readUInt32BE(at) + target - mdat, at);
		}
		const file = await open(path, "w");
		await file.write(head, 0, head.length, 0);
		await file.write(hole, 0, hole.length, head.length);
		await file.write(bytes, mdat, bytes.length - mdat, target);
		await file.close();
		const reopened = await open(path);
		const [, moov, , ...rest] = await mp4Pieces(reopened, HALF, 0);
		await reopened.close();
		const co64 = Buffer.from(moov as Uint8Array).indexOf("co64");
		expect(co64).toBeGreaterThan(0);
		const oldMoov = head.indexOf("moov") - 4;
		const oldEnd = oldMoov + head.readUInt32BE(oldMoov);
		const shift = (moov as Uint8Array).length - (oldEnd - oldMoov);
		const first = Number(Buffer.from(moov as Uint8Array).readBigUInt64BE(co64 + 12));
		expect(first).toBe(head.readUInt32BE(stco + 8) + shift);
		expect(rest).toEqual([{ from: oldEnd, to: expect.any(Number) }]);
	});

	it("refuses or survives a file that is changed or cut off anywhere, and leaves it as it is", async () => {
		for (const options of [{ containerOptions: { movflags: "faststart" } }, { container: "mkv" }]) {
			const path = await copyOf({ ...options, frames: 4 });
			const whole = readFileSync(path);
			for (let at = 3; at < Math.min(whole.length, 1400); at += 23) {
				const changed = Buffer.from(whole);
				changed[at] = changed[at]! ^ 0x91;
				for (const bytes of [changed, whole.subarray(0, at)]) {
					writeFileSync(path, bytes);
					const out = join(folder, "changed.out");
					const error = await tagFile(path, HALF, { out, overwrite: true }).catch((reason: Error) => reason);
					if (error !== undefined) expect(error).toMatchObject({ name: "TagError", code: "unsupported" });
					expect(readFileSync(path).equals(bytes)).toBe(true);
				}
			}
		}
	});
});
