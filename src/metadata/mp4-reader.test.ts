import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeClip } from "../../test/support/clips.ts";
import {
	box,
	fullBox,
	mesh,
	mp4With,
	mshp,
	st3d,
	sv3d,
	TRIANGLE,
	type VertexList,
	v1Box,
	words,
} from "../../test/support/sphere-boxes.ts";
import type { MeshSpec } from "../media/projection.ts";
import { statementsOfFile } from "./file-statements.ts";
import type { FoundStatement } from "./found-statement.ts";

const CONTAINER = "mov,mp4,m4a,3gp,3g2,mj2";
const folder = mkdtempSync(join(tmpdir(), "panogaze-mp4-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let clip: Buffer;
beforeAll(async () => {
	clip = readFileSync(await makeClip({ width: 256, height: 128, frames: 2, rate: 2 }));
});

async function read(bytes: Buffer): Promise<readonly FoundStatement[]> {
	const path = join(folder, "clip.mp4");
	writeFileSync(path, bytes);
	return (await statementsOfFile(path, { container: CONTAINER, still: false, trackId: 1, track: 0 })).statements;
}

const equi = (...bounds: readonly number[]) => fullBox("equi", words(...bounds.map((part) => part * 2 ** 32)));
const cbmp = (layout: number, padding: number) => fullBox("cbmp", words(layout, padding));

describe("Spherical Video V2", () => {
	it.each([
		["the whole sphere", equi(0, 0, 0, 0), { kind: "equirect" }],
		[
			"a part of it",
			equi(0.25, 0.125, 0, 0.5),
			{ kind: "equirect", bounds: { top: 0.25, bottom: 0.125, left: 0, right: 0.5 } },
		],
		["a cubemap with padding", cbmp(0, 4), { kind: "cubemap", layout: "google", padding: 4 }],
	])("states %s", async (_, projection, expected) => {
		expect(await read(mp4With(clip, [sv3d(projection)]))).toEqual([
			expect.objectContaining({ projection: expected, pose: { yawDeg: 0, pitchDeg: 0, rollDeg: 0 } }),
		]);
	});

	it("turns the projection by its pose, of which yaw counts counter-clockwise", async () => {
		expect(await read(mp4With(clip, [sv3d(equi(0, 0, 0, 0), [90, -10.5, 5])]))).toMatchObject([
			{ pose: { yawDeg: 90, pitchDeg: -10.5, rollDeg: 5 }, yaw: "counter-clockwise" },
		]);
	});

	it("leaves a cubemap's layout to the shape where its number is not defined, and says so", async () => {
		const [found] = await read(mp4With(clip, [sv3d(cbmp(1, 2))]));
		expect(found).toMatchObject({
			projection: { kind: "cubemap", padding: 2 },
			note: expect.stringContaining("1"),
		});
		expect(found!.projection).not.toHaveProperty("layout");
	});

	it("does not believe bounds that leave nothing", async () => {
		expect(await read(mp4With(clip, [sv3d(equi(0.5, 0.5, 0, 0))]))).toMatchObject([
			{ projection: { kind: "equirect" }, note: expect.stringContaining("bounds") },
		]);
	});

	it.each([
		[0, "mono"],
		[1, "top-bottom"],
		[2, "left-right"],
		[3, "custom"],
		[4, "right-left"],
	])("states the eyes by mode %i of st3d", async (mode, eyes) => {
		expect(await read(mp4With(clip, [st3d(mode)]))).toEqual([{ where: "the box st3d", eyes }]);
	});

	it("states nothing by a mode that is not defined", async () => {
		expect(await read(mp4With(clip, [st3d(9)]))).toEqual([]);
	});

	it("counts before V1", async () => {
		const both = mp4With(clip, [sv3d(equi(0, 0, 0.25, 0.25)), st3d(2)], [v1Box({ StereoMode: "top-bottom" })]);
		expect((await read(both)).map(({ where, eyes }) => [where, eyes])).toEqual([
			["the box sv3d > proj > equi", undefined],
			["the box st3d", "left-right"],
			["Spherical Video V1 (the box uuid)", "top-bottom"],
		]);
	});
});

describe("a mesh", () => {
	/** Four vertices of a square straight ahead, and one above. */
	const vertices = [
		[-1, -1, -1, 0, 0],
		[1, -1, -1, 1, 0],
		[-1, 1, -1, 0, 1],
		[1, 1, -1, 1, 1],
		[0, 2, -1, 0.5, 0.75],
	];
	const meshOf = async (encoding: string, ...lists: readonly VertexList[]): Promise<MeshSpec> => {
		const [found] = await read(mp4With(clip, [sv3d(mshp(encoding, mesh(vertices, lists)))]));
		expect(found).toMatchObject({ projection: { kind: "mesh" }, note: undefined });
		return found!.projection as MeshSpec;
	};

	it.each(["raw ", "dfl8"])("is read with its vertices and triangles: %s", async (encoding) => {
		const read = await meshOf(encoding, { kind: 0, indices: [0, 1, 2, 2, 1, 3] });
		expect([...read.vertices]).toEqual(vertices.flat());
		expect([...read.triangles]).toEqual([0, 1, 2, 2, 1, 3]);
	});

	it("turns strips and fans into triangles of one winding, without those of no area", async () => {
		const strip = await meshOf("raw ", { kind: 1, indices: [0, 1, 2, 3, 3, 4] });
		expect([...strip.triangles]).toEqual([0, 1, 2, 2, 1, 3]);
		const fan = await meshOf("raw ", { kind: 2, indices: [0, 1, 3, 2] }, { kind: 0, indices: [2, 3, 4] });
		expect([...fan.triangles]).toEqual([0, 1, 3, 0, 3, 2, 2, 3, 4]);
	});

	it("shows only the video, not other textures", async () => {
		const read = await meshOf("raw ", { kind: 0, indices: [0, 1, 2] }, { kind: 0, indices: [1, 3, 2], texture: 1 });
		expect([...read.triangles]).toEqual([0, 1, 2]);
	});

	it("may be another one for the right eye", async () => {
		const other = vertices.map(([x, y, z, u, v]) => [x! + 0.5, y!, z!, u!, v!]);
		const triangle: VertexList = { kind: 0, indices: [0, 1, 2] };
		const [found] = await read(
			mp4With(clip, [sv3d(mshp("dfl8", mesh(vertices, [triangle]), mesh(other, [triangle])))]),
		);
		expect([...(found!.rightProjection as MeshSpec).vertices]).toEqual(other.flat());
	});

	it("is read with a wrong checksum, which is said", async () => {
		const bytes = mshp("raw ", mesh(vertices, [{ kind: 0, indices: [0, 1, 2] }]));
		bytes[12]! ^= 1;
		expect(await read(mp4With(clip, [sv3d(bytes)]))).toMatchObject([
			{ projection: { kind: "mesh" }, note: expect.stringContaining("checksum") },
		]);
	});

	it.each([
		["an encoding that is not known", mshp("zstd", mesh(vertices, [])), /"zstd"/],
		["no triangles", mshp("raw ", mesh(vertices, [])), /no triangles/],
		["vertices that are not there", mshp("raw ", mesh(vertices, [{ kind: 0, indices: [0, 1, 7] }])), /not there/],
		["no mesh", mshp("raw "), /no mesh/],
		["more coordinates than bytes", mshp("raw ", box("mesh", words(0x7fffffff))), /can't have 2147483647/],
	])("with %s is none, and the statement says why", async (_, bytes, reason) => {
		const [found] = await read(mp4With(clip, [sv3d(bytes)]));
		expect(found).not.toHaveProperty("projection");
		expect(found!.note).toMatch(reason);
	});

	it("does not inflate without bound", async () => {
		const bomb = mshp("dfl8", Buffer.alloc(40 << 20));
		expect(bomb.length).toBeLessThan(50_000);
		expect((await read(mp4With(clip, [sv3d(bomb)])))[0]!.note).toMatch(/mesh can't be read/);
	});
});

describe("Apple's vexu", () => {
	const prji = (kind: string) => box("proj", fullBox("prji", Buffer.from(kind)));
	const eyes = (flags: number) => box("eyes", fullBox("stri", Buffer.of(flags)), fullBox("hero", Buffer.of(1)));
	const pack = (kind: string) => box("pack", fullBox("pkin", Buffer.from(kind)));
	const hfov = box("hfov", words(63_500));

	it.each([
		["rect", { kind: "perspective", fovDeg: 63.5 }],
		["equi", { kind: "equirect" }],
		["hequ", { kind: "equirect", bounds: { top: 0, bottom: 0, left: 0.25, right: 0.25 } }],
		["fish", { kind: "fisheye", fovDeg: 63.5 }],
	])("states the projection %s", async (kind, projection) => {
		expect(await read(mp4With(clip, [box("vexu", prji(kind)), hfov]))).toMatchObject([
			{ where: "the box vexu", projection },
		]);
	});

	it("without a field of view is a flat picture, or a fisheye of an assumed one", async () => {
		expect(await read(mp4With(clip, [box("vexu", prji("rect"))]))).toMatchObject([
			{ projection: { kind: "none" } },
		]);
		expect(await read(mp4With(clip, [box("vexu", prji("fish"))]))).toMatchObject([
			{ projection: { kind: "fisheye", fovDeg: 180 }, note: expect.stringContaining("assumed") },
		]);
	});

	it.each([
		["side", 3, "left-right"],
		["side", 11, "right-left"],
		["over", 3, "top-bottom"],
		["", 3, "views"],
		["", 1, "mono"],
	])("states the eyes: packed %j, flags %i", async (kind, flags, expected) => {
		const packed = kind === "" ? [] : [pack(kind)];
		expect(await read(mp4With(clip, [box("vexu", eyes(flags), ...packed)]))).toMatchObject([{ eyes: expected }]);
	});
});

describe("Spherical Video V1", () => {
	it("states crop, eyes and initial view, in elements with spaces", async () => {
		const fields = {
			StereoMode: "left-right",
			InitialViewHeadingDegrees: 90,
			InitialViewPitchDegrees: 10,
			InitialViewRollDegrees: -5,
			CroppedAreaLeftPixels: 876,
			CroppedAreaTopPixels: 328,
			CroppedAreaImageWidthPixels: 1072,
			CroppedAreaImageHeightPixels: 754,
			FullPanoWidthPixels: 2824,
			FullPanoHeightPixels: 1412,
		};
		expect(await read(mp4With(clip, [], [v1Box(fields)]))).toEqual([
			{
				where: "Spherical Video V1 (the box uuid)",
				projection: { kind: "equirect" },
				eyes: "left-right",
				crop: { fullWidth: 2824, fullHeight: 1412, left: 876, top: 328, width: 1072, height: 754 },
				initialView: { yawDeg: 90, pitchDeg: 10, rollDeg: -5 },
			},
		]);
	});
});

describe("statementsOfFile()", () => {
	it("finds boxes behind others, of a size that takes 64 bits or goes to the file's end", async () => {
		const bytes = mp4With(clip, [st3d(4)]);
		const moov = bytes.indexOf("moov") - 4;
		const before = Buffer.concat([words(1), Buffer.from("free"), words(0, 20, 0x01020304)]);
		bytes.writeUInt32BE(0, moov);
		expect(await read(Buffer.concat([before, bytes]))).toMatchObject([{ eyes: "right-left" }]);
	});

	it("knows nothing of files that are not there, and of other containers", async () => {
		const nothing = { statements: [], insta360: false };
		const kind = { container: CONTAINER, still: false, track: 0 };
		expect(await statementsOfFile(join(folder, "nope.mp4"), kind)).toEqual(nothing);
		expect(await statementsOfFile(undefined, kind)).toEqual(nothing);
		await read(mp4With(clip, [st3d(4)]));
		expect(await statementsOfFile(join(folder, "clip.mp4"), { ...kind, container: "mpegts" })).toEqual(nothing);
	});

	it("knows files of Insta360's cameras by their trailer", async () => {
		const path = join(folder, "plain.mp4");
		writeFileSync(path, Buffer.concat([clip, Buffer.from("8db42d694ccc418790edff439fe026bf")]));
		const kind = { container: CONTAINER, still: false, track: 0 };
		expect(await statementsOfFile(path, kind)).toMatchObject({ insta360: true });
	});

	it("never fails, whatever a file's boxes claim", async () => {
		const whole = mp4With(clip, [sv3d(mshp("dfl8", TRIANGLE)), st3d(1)], [v1Box({ StereoMode: "mono" })]);
		const moov = whole.indexOf("moov");
		let seed = 1;
		const random = (below: number) => {
			seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
			return Math.floor((seed / 2 ** 32) * below);
		};
		for (let round = 0; round < 200; round++) {
			const cut = round % 4 === 0 ? moov + random(whole.length - moov) : whole.length;
			const bytes = Buffer.from(whole.subarray(0, cut));
			for (let k = 0; k < 5; k++) bytes[moov - 4 + random(Math.max(1, bytes.length - moov))] = random(256);
			await read(bytes);
		}
	});
});
