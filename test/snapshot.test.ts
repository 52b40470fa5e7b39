import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import ffmpeg from "@ffmpeg-installer/ffmpeg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type PanogazeServer, probeSource, serve } from "../src/index.ts";
import { landmarks, type Rgb } from "../src/source/pattern-scene.ts";
import { createPatternSource } from "../src/source/pattern-source.ts";
import { SourceError } from "../src/source/video-source.ts";

const WATCH = { authorization: "Bearer look" };

let server: PanogazeServer;
beforeAll(async () => {
	server = await serve({
		...{ port: 0, host: "127.0.0.1", logLevel: "silent", renderWorkers: 1 },
		...{ bearerToken: "drive", viewToken: "look" },
		source: createPatternSource({ width: 512, height: 256, frameRate: 15 }),
		view: { width: 320, height: 180 },
	});
});
afterAll(() => server.close());

const get = (query: string, headers: Readonly<Record<string, string>> = WATCH) =>
	fetch(`http://127.0.0.1:${server.port}/snapshot.jpg${query}`, { headers });

interface Pixels {
	readonly width: number;
	readonly height: number;
	readonly at: (x: number, y: number) => Rgb;
}

function decode(jpeg: Uint8Array): Pixels {
	// The last start of frame (SOF0) of the file is the picture's own.
	const file = Buffer.from(jpeg);
	const frame = file.lastIndexOf(Buffer.from([0xff, 0xc0]));
	const [height, width] = [file.readUInt16BE(frame + 5), file.readUInt16BE(frame + 7)];
	const args = ["-v", "error", "-i", "pipe:0", "-f", "rawvideo", "-pix_fmt", "rgb24", "pipe:1"];
	const rgb = execFileSync(ffmpeg.path, args, { input: file, maxBuffer: 2 ** 27 });
	return {
		width,
		height,
		at: (x, y) => [...rgb.subarray(3 * (y * width + x), 3 * (y * width + x) + 3)] as unknown as Rgb,
	};
}

const distance = (a: Rgb, b: Rgb) => Math.max(...a.map((channel, index) => Math.abs(channel - b[index]!)));

describe("GET /snapshot.jpg", () => {
	it("shows the direction that it is asked for, also of a source without viewers", async () => {
		const response = await get("?yaw=90&fov=60&width=320&height=240&quality=95");
		expect([response.status, response.headers.get("content-type")]).toEqual([200, "image/jpeg"]);
		expect(response.headers.get("cache-control")).toBe("no-store");
		const { width, height, at } = decode(await response.bytes());
		expect([width, height]).toEqual([320, 240]);
		const right = landmarks.find(({ name }) => name === "right")!;
		expect(distance(at(160, 120), right.color)).toBeLessThanOrEqual(24);
		const planet = decode(await (await get("?lens=little-planet&pitch=-90&aspect=1")).bytes());
		expect(planet.width).toBe(planet.height);
		const down = landmarks.find(({ name }) => name === "down")!;
		expect(distance(planet.at(planet.width / 2, planet.height / 2), down.color)).toBeLessThanOrEqual(24);
	});

	it("shows the whole sphere in the source's size, and states it for other programs", async () => {
		const folder = mkdtempSync(join(tmpdir(), "snapshot-"));
		try {
			const jpeg = await (await get("?sphere=1")).bytes();
			const { width, height, at } = decode(jpeg);
			expect([width, height]).toEqual([512, 256]);
			for (const { name, yawDeg, pitchDeg, color } of landmarks.filter(({ pitchDeg }) => pitchDeg === 0)) {
				const x = Math.floor((((yawDeg + 180) / 360) * width) % width);
				expect(distance(at(x, (0.5 - pitchDeg / 180) * height), color), name).toBeLessThanOrEqual(24);
			}
			const file = join(folder, "sphere.jpg");
			writeFileSync(file, jpeg);
			expect(JSON.stringify(await probeSource(file))).toContain("GPano");
		} finally {
			rmSync(folder, { recursive: true });
		}
	});

	it("needs a token that may watch, and names a parameter that is wrong", async () => {
		expect((await get("", {})).status).toBe(401);
		expect((await get("?yaw=90", { authorization: "Bearer guess" })).status).toBe(401);
		const wrong: readonly (readonly [string, string])[] = [
			["?width=17", "width"],
			["?width=100000", "width is a whole number from 16 to 8192; got 100000."],
			["?pitch=91", "pitch is a number from -90 to 90; got 91."],
			["?fov=wide", 'fov is a number; got "wide".'],
			["?yaw=1&yaw=2", "yaw is stated once"],
			["?lens=fish", "lens is one of flat, pannini, little-planet"],
			["?sphere=1&yaw=90", "yaw has no meaning"],
			["?sphere=1&lens=pannini", "sphere and lens"],
			["?projection=fisheye&option=fov=9000", "option fov=9000: fov of fisheye"],
			["?projection=fishey", "did you mean fisheye?"],
			["?eye=right", "eye is left for a source of one eye"],
			["?token=drive", '"token" is no parameter'],
		];
		for (const [query, words] of wrong) {
			const response = await get(query);
			expect([query, response.status]).toEqual([query, 400]);
			expect(((await response.json()) as { detail: string }).detail, query).toContain(words);
		}
	});

	it("is answered with 503 and the reason while the source shows no picture", async () => {
		const source = createPatternSource({ width: 256, height: 128, frameRate: 15 });
		source.start = () => Promise.reject(new SourceError("connection", "The camera at 192.0.2.10 does not answer."));
		await using dark = await serve({ port: 0, host: "127.0.0.1", logLevel: "silent", source, renderWorkers: 1 });
		const response = await fetch(`http://127.0.0.1:${dark.port}/snapshot.jpg`);
		expect([response.status, response.headers.get("retry-after")]).toEqual([503, "1"]);
		expect(await response.json()).toMatchObject({ detail: "The source can't be reached." });
	});
});

describe("server.snapshot()", () => {
	it("takes several at once, a bounded number of them, and refuses wrong options by name", async () => {
		const asked = Array.from({ length: 8 }, () => server.snapshot({ width: 64, height: 64 }));
		const settled = await Promise.allSettled(asked);
		const refused = settled.filter((result) => result.status === "rejected");
		expect(refused.map(({ reason }) => reason.code)).toEqual(["busy", "busy", "busy"]);
		const [first] = settled;
		expect(first).toMatchObject({ status: "fulfilled", value: { width: 64, height: 64 } });
		await expect(server.snapshot({ yaw: 3 } as never)).rejects.toThrow("did you mean yawDeg?");
		await expect(server.snapshot({ width: 3 })).rejects.toThrow("width");
		const own = { kind: "custom", create: () => Promise.reject(new Error("not called")) } as never;
		await expect(server.snapshot({ projection: own })).rejects.toThrow("projection.kind is one of equirect");
	});
});
