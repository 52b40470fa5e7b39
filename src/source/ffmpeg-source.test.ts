import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import ffmpeg from "@ffmpeg-installer/ffmpeg";
import ffprobe from "@ffprobe-installer/ffprobe";
import { afterAll, describe, expect, it, vi } from "vitest";
import { type ClipOptions, type ClipPicture, clipFrameFromLuma, clipLuma, makeClip } from "../../test/support/clips.ts";
import { FfmpegError } from "./ffmpeg-error.ts";
import { createFfmpegSource } from "./ffmpeg-source.ts";
import type { FfmpegSourceOptions } from "./source-options.ts";
import { describeVideoSource, SourceUnderTest, sleep, startFailure } from "./video-source.cases.ts";

const SMALL = { width: 256, height: 128, frames: 24, rate: 24 } as const satisfies ClipOptions;
const folder = mkdtempSync(join(tmpdir(), "panogaze-ffmpeg-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function open(spec: string, options: FfmpegSourceOptions = {}) {
	return createFfmpegSource(spec, {
		hwaccel: "none",
		ffmpegPath: ffmpeg.path,
		ffprobePath: ffprobe.path,
		...options,
	});
}

/** Processes whose parent is this one, dead ones that nobody waited for included. */
function children(): string[] {
	return execFileSync("ps", ["-o", "pid=,stat=,args=", "--ppid", String(process.pid)], { encoding: "utf8" })
		.split("\n")
		.filter((line) => /ffmpeg|ffprobe|defunct/.test(line) && !line.includes("ps -o"));
}

function ffmpegPid(): number {
	return Number(/^\s*(\d+)/.exec(children().find((line) => line.includes("rawvideo"))!)![1]);
}

describeVideoSource("createFfmpegSource()", async () =>
	open(await makeClip({ width: 960, height: 480, frames: 60, rate: 30, draw: "pattern" })),
);

describe("createFfmpegSource()", () => {
	it("shows every picture of a file in order, whole, and ends after the last", async () => {
		await using test = await SourceUnderTest.start(open(await makeClip({ ...SMALL, bFrames: 2 }), { loop: false }));
		expect(test.info).toMatchObject({ codec: "h264", frameRate: 24, hwaccel: "none", live: false, durationSec: 1 });
		const seen = [await test.next()];
		while (test.ended === 0) {
			const picture = test.look();
			if (picture !== undefined) seen.push(picture);
			await sleep(1);
		}
		seen.push(...[test.look()].filter((picture) => picture !== undefined));
		for (const picture of seen)
			expect(clipFrameFromLuma(picture.middle[0])).toBe(Math.round(picture.mediaTimeSec * 24));
		expect(seen.at(-1)!.mediaTimeSec).toBeCloseTo(23 / 24, 6);
		expect(test.source.stats()).toMatchObject({ framesDecoded: 24, loops: 0 });
		expect(children()).toEqual([]);
	});

	it("makes 8-bit 4:2:0 of even size of other pictures", async () => {
		const draw = ({ planes }: ClipPicture) => {
			planes[0].fill(120);
			planes[1].fill(80);
			planes[2].fill(190);
		};
		for (const options of [{ pixelFormat: "yuv422p10le" }, { pixelFormat: "yuvj420p", range: "full" }] as const) {
			const clip = await makeClip({ ...SMALL, ...options, frames: 4, draw });
			await using test = await SourceUnderTest.start(open(clip));
			const { middle } = await test.next();
			const full = options.pixelFormat === "yuvj420p";
			const wanted = full
				? [16 + (120 * 219) / 255, 128 - (48 * 224) / 255, 128 + (62 * 224) / 255]
				: [120, 80, 190];
			for (const [i, value] of wanted.entries()) expect(Math.abs(middle[i]! - value)).toBeLessThanOrEqual(4);
			expect(test.info.format.color.range).toBe("limited");
		}
	});

	it("keeps a still picture for good", async () => {
		const still = await makeClip({
			...SMALL,
			frames: 1,
			pixelFormat: "yuvj420p",
			codec: "mjpeg",
			container: "jpg",
			range: "full",
		});
		await using test = await SourceUnderTest.start(open(still));
		const { middle } = await test.next();
		expect(Math.abs(middle[0] - (16 + (clipLuma(0) * 219) / 255))).toBeLessThanOrEqual(3);
		await sleep(300);
		expect([test.ended, test.source.stats().framesDecoded]).toEqual([0, 1]);
	});

	it("begins at startSec", async () => {
		const clip = await makeClip({ ...SMALL, keyframeInterval: 24 });
		await using test = await SourceUnderTest.start(open(clip, { startSec: 0.5, loop: false }));
		expect(clipFrameFromLuma((await test.next()).middle[0])).toBe(12);
	});

	it("says clearly that a program is missing", async () => {
		const clip = await makeClip(SMALL);
		const message = 'The program "no-such-program" can\'t be run: it is not installed or not on the PATH.';
		expect(await startFailure(open(clip, { ffprobePath: "no-such-program" }))).toMatchObject({
			code: "no-program",
			message,
		});
		expect(await startFailure(open(clip, { ffmpegPath: "no-such-program" }))).toMatchObject({
			code: "no-program",
			message,
		});
	});

	it("tells what is wrong with an input, with the program's last lines as the cause", async () => {
		const text = join(folder, "text.mp4");
		writeFileSync(text, "This is not a film.\n".repeat(100));
		const bad = await startFailure(open(text));
		expect(bad).toMatchObject({ code: "not-video", message: expect.stringContaining(text) });
		expect(bad.cause).toBeInstanceOf(FfmpegError);
		expect((bad.cause as FfmpegError).exitCode).toBe(1);
		expect((bad.cause as FfmpegError).message).toContain("Invalid data");
		expect(await startFailure(open(join(folder, "nope.mp4")))).toMatchObject({ code: "not-found" });
		const refused = await startFailure(open("http://ann:hunter2@127.0.0.1:1/x.mp4"));
		expect(refused).toMatchObject({
			code: "connection",
			message: "http://127.0.0.1:1/x.mp4 can't be reached: connection refused.",
		});
		expect(`${refused.stack} ${refused.cause}`).not.toContain("hunter2");
		const filter = await startFailure(open(await makeClip(SMALL), { filter: "nosuchfilter" }));
		expect(filter.message).toContain("No such filter: 'nosuchfilter'");
		expect(children()).toEqual([]);
	});

	it("does not take a hardware decoder that ffmpeg does not know for another", async () => {
		const error = await startFailure(open(await makeClip(SMALL), { hwaccel: "quantum" }));
		expect(error).toMatchObject({
			code: "no-hardware",
			message: 'ffmpeg does not know the hardware decoder "quantum".',
		});
	});

	it.runIf(process.platform === "linux")(
		"reports a child that was killed as an error, and leaves no process",
		async () => {
			const test = await SourceUnderTest.start(open(await makeClip(SMALL)));
			await test.next();
			process.kill(ffmpegPid(), "SIGKILL");
			await test.until(() => test.errors.length > 0);
			expect(test.errors[0]!.message).toContain("was ended by a signal");
			expect(test.errors[0]!.cause).toMatchObject({ name: "FfmpegError", exitCode: null });
			expect(test.ended).toBe(0);
			expect(children()).toEqual([]);
			// It can be started again.
			await test.restart();
			await test.next();
			await test.source.stop();
			expect(children()).toEqual([]);
		},
	);

	it.runIf(process.platform === "linux")(
		"takes its child with it when the process exits without a word",
		async () => {
			const clip = await makeClip(SMALL);
			const address = (path: string) => JSON.stringify(new URL(path, import.meta.url).href);
			const options = { hwaccel: "none", ffmpegPath: ffmpeg.path, ffprobePath: ffprobe.path };
			const script = `
			import { createFfmpegSource } from ${address("./ffmpeg-source.ts")};
			import { PanoramaStore } from ${address("../media/panorama-store.ts")};
			import { SharedHeap } from ${address("../media/shared-heap.ts")};
			import { execFileSync } from "node:child_process";
			const source = createFfmpegSource(${JSON.stringify(clip)}, ${JSON.stringify(options)});
			await source.start(({ format }) => PanoramaStore.create(new SharedHeap(), format));
			const args = ["-o", "pid=,args=", "--ppid", String(process.pid)];
			process.stdout.write(execFileSync("ps", args, { encoding: "utf8" }));
			process.exit(0);
		`;
			const listed = execFileSync(process.execPath, ["--input-type=module-typescript", "-e", script], {
				encoding: "utf8",
			});
			const pid = Number(/^\s*(\d+).*rawvideo/m.exec(listed)![1]);
			const state = () => {
				try {
					return /State:\s+(\w)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
				} catch {
					return "gone";
				}
			};
			// Dead, or a zombie that init has not yet waited for.
			await vi.waitFor(() => expect(["gone", "Z"]).toContain(state()), { timeout: 20_000, interval: 10 });
		},
	);
});
