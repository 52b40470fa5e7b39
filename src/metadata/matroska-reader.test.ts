import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeClip } from "../../test/support/clips.ts";
import { mshp, sphericalV1, TRIANGLE, words } from "../../test/support/sphere-boxes.ts";
import { probeSource } from "../source/probe.ts";
import { element, uintElement } from "./ebml.ts";
import { statementsOfFile } from "./file-statements.ts";
import type { FoundStatement } from "./found-statement.ts";

let folder: string;
beforeAll(() => {
	folder = mkdtempSync(join(tmpdir(), "panogaze-mkv-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const float = (id: number, value: number) => {
	const bytes = Buffer.alloc(4);
	bytes.writeFloatBE(value);
	return element(id, bytes);
};
const projection = (type: number, ...content: readonly Buffer[]) =>
	element(0x7670, Buffer.concat([uintElement(0x7671, type), ...content]));
const secret = (content: Buffer) => element(0x7672, content);

/** A video track's entry. @param video elements of its `Video` */
function track(uid: number, ...video: readonly Buffer[]): Buffer {
	return element(0xae, Buffer.concat([uintElement(0x73c5, uid), element(0xe0, Buffer.concat(video))]));
}

/** A tag of the track `uid`. */
function tag(uid: number, name: string, text: string): Buffer {
	const simple = Buffer.concat([element(0x45a3, Buffer.from(name)), element(0x4487, Buffer.from(text))]);
	return element(0x7373, Buffer.concat([element(0x63c0, uintElement(0x63c5, uid)), element(0x67c8, simple)]));
}

/** A file with tracks, then pictures, then tags, which a seek head at the front finds. */
function matroska(tracks: readonly Buffer[], tags: readonly Buffer[] = []): Buffer {
	const entries = element(0x1654ae6b, Buffer.concat(tracks));
	const cluster = element(0x1f43b675, Buffer.alloc(300));
	const seekHead = (position: number) =>
		element(
			0x114d9b74,
			element(0x4dbb, Buffer.concat([element(0x53ab, words(0x1254c367)), uintElement(0x53ac, position, 4)])),
		);
	const place = seekHead(0).length + entries.length + cluster.length;
	const content = Buffer.concat([seekHead(place), entries, cluster, element(0x1254c367, Buffer.concat(tags))]);
	return Buffer.concat([element(0x1a45dfa3, Buffer.alloc(0)), element(0x18538067, content)]);
}

async function read(bytes: Buffer, track = 0): Promise<readonly FoundStatement[]> {
	const path = join(folder, "clip.mkv");
	writeFileSync(path, bytes);
	return (await statementsOfFile(path, { container: "matroska,webm", still: false, track })).statements;
}

describe("Matroska's Projection", () => {
	const MESH = mshp("dfl8", TRIANGLE).subarray(8);

	it.each<[string, Buffer, unknown]>([
		["flat", projection(0), { kind: "none" }],
		["equirectangular", projection(1), { kind: "equirect" }],
		[
			"a part of it",
			projection(1, secret(words(0, 0, 0, 2 ** 30, 2 ** 30))),
			{ kind: "equirect", bounds: { top: 0, bottom: 0, left: 0.25, right: 0.25 } },
		],
		["a cubemap", projection(2, secret(words(0, 0, 3))), { kind: "cubemap", layout: "google", padding: 3 }],
		["a mesh", projection(3, secret(MESH)), { kind: "mesh", triangles: Uint32Array.of(0, 1, 2) }],
	])("states a projection: %s", async (_, element, expected) => {
		expect(await read(matroska([track(7, element)]))).toMatchObject([
			{ where: "Matroska's Projection", projection: expected },
		]);
	});

	it("has a pose with the signs of prhd", async () => {
		const posed = projection(1, float(0x7673, 90), float(0x7674, 10), float(0x7675, -5));
		expect(await read(matroska([track(7, posed)]))).toMatchObject([
			{ pose: { yawDeg: 90, pitchDeg: 10, rollDeg: -5 }, yaw: "counter-clockwise" },
		]);
	});

	it("names a type that is not known", async () => {
		expect(await read(matroska([track(7, projection(9))]))).toMatchObject([{ note: expect.stringContaining("9") }]);
	});

	it.each([
		[0, "mono"],
		[1, "left-right"],
		[2, "bottom-top"],
		[3, "top-bottom"],
		[6, "other"],
		[11, "right-left"],
		[15, "custom"],
	])("has eyes beside it, by StereoMode %i", async (mode, eyes) => {
		expect(await read(matroska([track(7, uintElement(0x53b8, mode))]))).toEqual([
			{ where: "Matroska's StereoMode", eyes },
		]);
	});

	it("is that of the track that is read, else another one's", async () => {
		const tracks = [track(1, uintElement(0x53b8, 1)), track(2, uintElement(0x53b8, 3)), track(3)];
		expect(await read(matroska(tracks), 1)).toMatchObject([{ eyes: "top-bottom" }]);
		expect(await read(matroska(tracks), 2)).toMatchObject([{ eyes: "left-right" }]);
	});
});

it("Spherical Video V1 is read from the track's tag, behind the pictures", async () => {
	const xml = sphericalV1({ StereoMode: "top-bottom", InitialViewHeadingDegrees: -30 });
	const file = matroska(
		[track(7), track(8)],
		[tag(8, "SPHERICAL-VIDEO", sphericalV1({})), tag(7, "spherical-video", xml)],
	);
	expect(await read(file)).toMatchObject([
		{
			where: "Spherical Video V1 (the tag SPHERICAL-VIDEO)",
			projection: { kind: "equirect" },
			eyes: "top-bottom",
			initialView: { yawDeg: -30 },
		},
	]);
});

it("FFmpeg's own files state what they were given", async () => {
	const missing = { left: 0.25, top: 0, right: 0.25, bottom: 0 };
	const options = { width: 256, height: 128, frames: 2, rate: 2, stated: true, missing } as const;
	const clip = await makeClip({ ...options, stereo: "right-left", container: "mkv" });
	expect(await probeSource(clip)).toMatchObject({
		eyes: { layout: "right-left", width: 128, height: 128 },
		sphere: {
			projection: { kind: "equirect", bounds: { top: 0, bottom: 0, left: 0.25, right: 0.25 } },
			findings: [{ from: "Matroska's Projection" }, { from: "Matroska's StereoMode" }],
		},
	});
});

it("a broken file states nothing, and is no trouble", async () => {
	const whole = matroska(
		[track(7, projection(1), uintElement(0x53b8, 1))],
		[tag(7, "SPHERICAL-VIDEO", sphericalV1({}))],
	);
	let seed = 3;
	const random = (below: number) => {
		seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
		return Math.floor((seed / 2 ** 32) * below);
	};
	for (let round = 0; round < 150; round++) {
		const bytes = Buffer.from(whole.subarray(0, round % 3 === 0 ? random(whole.length) : whole.length));
		for (let k = 0; k < 3 && bytes.length > 0; k++) bytes[random(bytes.length)] = random(256);
		await read(bytes);
	}
});
