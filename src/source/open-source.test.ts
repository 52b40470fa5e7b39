import { describe, expect, it } from "vitest";
import { createVideoSource } from "./open-source.ts";

describe("createVideoSource()", () => {
	it("is the built-in scene without a name, and for `pattern`", () => {
		expect(createVideoSource(undefined).name).toBe("pattern");
		expect(createVideoSource("pattern", { pattern: { width: 1024 } }).name).toBe("pattern");
		expect(() => createVideoSource("pattern", { pattern: { width: 3 } })).toThrow(RangeError);
	});

	it("is the built-in scene for two eyes by its name, by the scene's option and by a layout of two eyes", () => {
		expect(createVideoSource("pattern:stereo").name).toBe("pattern:stereo");
		expect(createVideoSource("pattern", { pattern: { stereo: true } }).name).toBe("pattern:stereo");
		expect(createVideoSource(undefined, { stereo: "left-right" }).name).toBe("pattern:stereo");
		expect(createVideoSource("pattern:stereo", { stereo: "mono" }).name).toBe("pattern");
		expect(() => createVideoSource("pattern", { stereo: "sideways" as never })).toThrow(
			"stereo is one of auto, mono, top-bottom",
		);
	});

	it("is FFmpeg for all else, named without folders and credentials", () => {
		expect(createVideoSource("/videos/a.mp4").name).toBe("a.mp4");
		expect(createVideoSource("rtsp://u:p@cam/1", { backend: "ffmpeg" }).name).toBe("rtsp://cam/1");
		expect(() => createVideoSource("", {})).toThrow(TypeError);
		expect(() => createVideoSource("a.mp4", { backend: "ffmpeg", startSec: Number.NaN })).toThrow(RangeError);
	});
});
