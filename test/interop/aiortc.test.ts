import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it, onTestFinished } from "vitest";
import type { ClientPicture } from "../../src/client-media/decoded-media.ts";
import { landmarks } from "../../src/source/pattern-scene.ts";
import { createPatternSource } from "../../src/source/pattern-source.ts";
import { type ClipPicture, makeClip } from "../support/clips.ts";
import { clipWithSound, toneSamples } from "../support/sound-clips.ts";
import { serversOfEachTest } from "../support/test-server.ts";
import { COLORED_DOORS, coloredSources, colorName } from "./colored-sources.ts";
import { pythonPath } from "./python-environment.ts";

const scriptOf = (name: string) => fileURLToPath(new URL(`${name}.py`, import.meta.url));

const start = serversOfEachTest();

describe("aiortc", () => {
	it.each([
		["whep", "h264"],
		["offer", "h264"],
		["whep", "vp8"],
	] as const)(
		"asks for stamps, decodes the stream without a warning through /%s as %s, turns it and talks on a channel",
		async (door, codec) => {
			const server = await start({
				source: createPatternSource({ width: 1920, height: 960, frameRate: 30 }),
				view: { width: 640, height: 360, frameRate: 30 },
				codecs: [codec],
				channels: { echo: ({ message, viewer }) => void viewer.send("echo", message) },
			});
			const right = landmarks.find(({ name }) => name === "right")!;
			const { stdout, stderr } = await promisify(execFile)(pythonPath, [
				scriptOf("aiortc_viewer"),
				`http://127.0.0.1:${server.port}/`,
				door,
				String(right.yawDeg),
			]);
			const result = JSON.parse(stdout) as {
				frames: number;
				stamps: boolean;
				width: number;
				height: number;
				middle: number[];
				echoes: unknown[];
			};
			expect(result).toMatchObject({ width: 640, height: 360, echoes: ["text", [1, 2, 3]] });
			expect(result.frames).toBeGreaterThanOrEqual(60);
			expect([result.stamps, stderr]).toEqual([codec === "h264", ""]);
			for (const [channel, value] of right.color.entries())
				expect(
					Math.abs(result.middle[channel]! - value),
					`saw ${result.middle}, expected ${right.color}`,
				).toBeLessThanOrEqual(24);
		},
	);

	it("plays each eye and each camera at an address of its own", async () => {
		const { sources, camera } = await coloredSources();
		onTestFinished(() => camera.close());
		const server = await start({ sources });
		const urls = COLORED_DOORS.map(([path]) => `http://127.0.0.1:${server.port}/${path}`);
		const { stdout } = await promisify(execFile)(pythonPath, [scriptOf("aiortc_doors"), ...urls]);
		const seen = JSON.parse(stdout) as { readonly size: readonly number[]; readonly middle: readonly number[] }[];
		expect(seen.map(({ middle }) => colorName(middle))).toEqual(COLORED_DOORS.map(([, color]) => color));
		// The camera's own pictures, which were not drawn.
		expect(seen.map(({ size }) => size)).toEqual([...Array(3).fill([320, 180]), [320, 240]]);
		expect(server.cameras.get("wrist")?.isCopied).toBe(true);
	});

	it("talks and listens in one section of sound, and sees and shows itself in one of video", async () => {
		const draw = ({ planes }: ClipPicture) => void planes[0].fill(100);
		const clip = await makeClip({ width: 128, height: 64, frames: 60, rate: 30, draw });
		const tone = toneSamples(700, 2);
		const received: Int16Array[] = [];
		const shown: ClientPicture[] = [];
		const server = await start({
			source: clipWithSound(clip, { channels: [tone, tone], codec: "aac", container: "mp4" }),
			media: {
				pcm: ({ message }) => void received.push(message.samples),
				pictures: ({ message }) => void shown.push(message),
			},
		});
		const url = `http://127.0.0.1:${server.port}/whep`;
		const { stdout } = await promisify(execFile)(pythonPath, [scriptOf("aiortc_talker"), url]);
		const { directions, loudest, width } = JSON.parse(stdout) as {
			readonly directions: readonly string[];
			readonly loudest: number;
			readonly width: number;
		};
		expect(directions).toEqual(["sendrecv", "sendrecv"]);
		expect(width).toBeGreaterThan(160);
		expect(shown.length).toBeGreaterThan(10);
		expect(shown.at(-1)).toMatchObject({ width: 160, height: 96 });
		expect(Math.abs(shown.at(-1)!.data[0]! - 126)).toBeLessThan(8);
		expect(loudest).toBeGreaterThan(3000);
		expect(received.length).toBeGreaterThan(20);
		expect(Math.max(...received.at(-1)!)).toBeGreaterThan(6000);
	});
});
