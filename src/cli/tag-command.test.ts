import { copyFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeClip } from "../../test/support/clips.ts";
import { CommandLine, runInProcess } from "../../test/support/command-line.ts";
import { readByFFmpeg } from "../metadata/media-reading.cases.ts";

const line = new CommandLine();
let clip: string;
beforeAll(async () => {
	clip = await makeClip({ width: 128, height: 64, frames: 4, rate: 10 });
});
afterAll(() => line[Symbol.dispose]());

function copyOf(name: string): string {
	const path = join(line.folder, name);
	copyFileSync(clip, path);
	return path;
}

describe("panogaze tag", () => {
	it("replaces the file itself without --out, and leaves nothing beside it", async () => {
		const path = copyOf("a.mp4");
		const before = readByFFmpeg(path);
		const flags = ["--projection", "equirect", "--bounds", "0,0,0.25,0.25", "--pose", "-10,5,0"];
		expect(await runInProcess(["tag", path, ...flags, "--stereo", "right-left"])).toMatchObject({ code: 0 });
		expect(readByFFmpeg(path)).toMatchObject({ bounds: [0.25, 0, 0.25, 0], anglesDeg: [-10, 5, 0] });
		expect(readByFFmpeg(path).packets).toBe(before.packets);
		expect(await runInProcess(["tag", path, "--remove"])).toMatchObject({ code: 0 });
		expect(readByFFmpeg(path).projection).toBeUndefined();
		expect(readdirSync(line.folder).filter((name) => /part$/.test(name))).toEqual([]);
	});

	it("keeps the parts of a statement that no flag names, and takes them from another file", async () => {
		const [path, other] = [copyOf("kept.mp4"), copyOf("other.mp4")];
		const flags = ["--bounds", "0,0,0.25,0.25", "--pose", "8,5,0", "--initial-view", "-30,5"];
		await runInProcess(["tag", path, ...flags]);
		await runInProcess(["tag", path, "--stereo", "left-right"]);
		const both = { bounds: [0.25, 0, 0.25, 0], anglesDeg: [8, 5, 0], stereo: 1 };
		expect(readByFFmpeg(path)).toMatchObject(both);
		expect((await runInProcess(["tag", other, "--from", path])).code).toBe(0);
		expect(readByFFmpeg(other)).toMatchObject(both);
		expect(readFileSync(other, "latin1")).toContain("<GSpherical:InitialViewHeadingDegrees>330<");
		expect(await runInProcess(["tag", other, "--from", clip])).toMatchObject({ code: 2 });
	});

	it("writes --out, and overwrites it only with --force", async () => {
		const [path, out] = [copyOf("b.mp4"), join(line.folder, "out.mp4")];
		const run = (...flags: string[]) =>
			runInProcess([
				"tag",
				path,
				"--projection",
				"cubemap",
				"--projection-option",
				"padding=4",
				"--out",
				out,
				...flags,
			]);
		expect((await run()).code).toBe(0);
		expect(readByFFmpeg(out)).toMatchObject({ projection: 1, padding: 4 });
		expect(readFileSync(path)).toEqual(readFileSync(clip));
		expect(await run()).toMatchObject({ code: 11, stderr: expect.stringContaining("--force") });
		expect((await run("--force")).code).toBe(0);
	});

	it.each([
		["no statement", ["--out", "none.mp4"], 2, "--projection WORD"],
		["a word that is mistyped", ["--projection", "cubmap"], 2, "cubemap"],
		["a projection that files have no words for", ["--projection", "fisheye"], 2, "fisheye"],
		["bounds that leave nothing", ["--bounds", "0.5,0.5,0,0"], 2, "bounds"],
		["an order of eyes that MP4 has no words for", ["--stereo", "bottom-top"], 2, "bottom-top"],
		["a track that is not there", ["--projection", "equirect", "--track", "1"], 4, "video track 1"],
	])("refuses %s, and leaves the file as it is", async (_, flags, code, words) => {
		const path = copyOf("c.mp4");
		expect(await runInProcess(["tag", path, ...flags])).toMatchObject({
			code,
			stderr: expect.stringContaining(words),
		});
		expect(readFileSync(path)).toEqual(readFileSync(clip));
		expect(existsSync("none.mp4")).toBe(false);
	});

	it("says which file is missing, broken, or of a kind that states no sphere", async () => {
		const [cut, text] = [join(line.folder, "cut.mp4"), join(line.folder, "text.mp4")];
		writeFileSync(cut, readFileSync(clip).subarray(0, 1500));
		writeFileSync(text, "this is not a video");
		for (const [path, code] of [
			[join(line.folder, "missing.mp4"), 3],
			[cut, 4],
			[text, 4],
		] as const) {
			const { code: exit, stderr } = await runInProcess(["tag", path, "--projection", "equirect"]);
			expect([path, exit]).toEqual([path, code]);
			expect(stderr).toContain(path);
		}
	});
});

describe("panogaze compare", () => {
	it("prints a table, or JSON, and fails below --min-psnr with a code of its own", async () => {
		const [path, other] = [clip, await makeClip({ width: 128, height: 64, frames: 4, rate: 10, draw: "pattern" })];
		const same = await runInProcess(["compare", path, path, "--min-psnr", "99"]);
		expect(same).toMatchObject({ code: 0, stdout: expect.stringMatching(/PSNR +y inf.*\n.*SSIM +y 1\.00000/s) });
		const { code, stdout } = await runInProcess([
			"compare",
			path,
			other,
			"--json",
			"--in",
			"none",
			"--min-psnr",
			"99",
		]);
		expect(code).toBe(12);
		expect(JSON.parse(stdout)).toMatchObject({ pictures: 4, projection: "none", wsPsnr: null, width: 128 });
	});
});
