import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it, onTestFinished } from "vitest";
import { quaternionFromAngles } from "../../src/media/rotation.ts";
import { landmarks } from "../../src/source/pattern-scene.ts";
import { createPatternSource } from "../../src/source/pattern-source.ts";
import { serversOfEachTest } from "../support/test-server.ts";
import { COLORED_DOORS, coloredSources, colorName } from "./colored-sources.ts";

const script = fileURLToPath(new URL("gstreamer_viewer.py", import.meta.url));
/** Debian's, which finds Debian's GStreamer. */
const PYTHON = "/usr/bin/python3";

const start = serversOfEachTest();

interface Result {
	readonly error: string | null;
	readonly frames: number;
	readonly width: number;
	readonly height: number;
	readonly middle: readonly number[];
	readonly singleUnits: number;
	readonly otherUnits: number;
	readonly longest: number;
	readonly stamps: number;
	readonly warnings: readonly string[];
	readonly offer: string;
}

/**
 * Runs the viewer until it has decoded 60 pictures.
 * @param parameters of its offer, as GStreamer writes them. @param stamps it waits for, too.
 */
async function view(url: string, parameters: string, stamps: number): Promise<Result> {
	const { stdout, stderr } = await promisify(execFile)(
		PYTHON,
		[script, url, parameters, String(stamps)],
		// Warnings of the decoder and of the depayloader go to the error output.
		{ env: { ...process.env, GST_DEBUG: "libav:2,avdec_h264:2,rtph264depay:2" } },
	);
	expect(stderr).toBe("");
	const result = JSON.parse(stdout) as Result;
	expect(result).toMatchObject({ error: null, warnings: [] });
	return result;
}

describe("GStreamer's webrtcbin", () => {
	it.each([
		["without packetization-mode, its default", "", 0],
		["with packetization-mode 0", ",packetization-mode=(string)0", 0],
		["with packetization-mode 1", ",packetization-mode=(string)1,profile-level-id=(string)42e01f", 1],
	] as const)("receives and decodes the stream with stamps that it offers %s", async (_name, parameters, mode) => {
		const server = await start({
			// libnice, the ICE of GStreamer, does not reach 127.0.0.1 from its own address.
			mediaHost: "0.0.0.0",
			source: createPatternSource({ width: 1920, height: 960, frameRate: 30 }),
			view: { width: 1280, height: 720, fovDeg: 60, frameRate: 30 },
		});
		const right = landmarks.find(({ name }) => name === "right")!;
		const worldFromView = quaternionFromAngles({ yawDeg: right.yawDeg, pitchDeg: 0, rollDeg: 0 });
		server.on("join", (viewer) => void viewer.connected.then(() => viewer.look(worldFromView)));
		const result = await view(`http://127.0.0.1:${server.port}/whep`, parameters, 30);
		expect(result.offer.includes("packetization-mode"), result.offer).toBe(parameters !== "");
		expect(result).toMatchObject({ width: 1280, height: 720 });
		expect([result.frames >= 60, result.stamps >= 30]).toEqual([true, true]);
		for (const [channel, value] of right.color.entries())
			expect(
				Math.abs(result.middle[channel]! - value),
				`saw ${result.middle}, expected ${right.color}`,
			).toBeLessThanOrEqual(24);
		expect(mode === 0 ? result.singleUnits : result.otherUnits).toBeGreaterThan(60);
		if (mode === 0) expect([result.otherUnits, result.longest <= 1120]).toEqual([0, true]);
	});

	it("plays each eye and each camera at an address of its own", { timeout: 120_000 }, async () => {
		const { sources, camera } = await coloredSources();
		onTestFinished(() => camera.close());
		const server = await start({ mediaHost: "0.0.0.0", sources });
		for (const [path, color] of COLORED_DOORS) {
			const mode = ",packetization-mode=(string)1,profile-level-id=(string)42e01f";
			const { middle, width, height } = await view(`http://127.0.0.1:${server.port}/${path}`, mode, 0);
			// The camera's own pictures, which were not drawn.
			const size = path === "wrist/whep" ? [320, 240] : [320, 180];
			expect([path, colorName(middle), width, height]).toEqual([path, color, ...size]);
		}
		expect(server.cameras.get("wrist")?.isCopied).toBe(true);
	});
});
