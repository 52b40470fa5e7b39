import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { createVideoSource } from "../source/open-source.ts";
import { completeServeOptions } from "./options.ts";
import { holdBoundsFrom } from "./safety-options.ts";

describe("completeServeOptions()", () => {
	it.each([
		[{ sorce: "a.mp4" }, "sorce is not an option of serve(); did you mean source?"],
		[{ source: 5 }, "source is a file, an address or a device as text, or a VideoSource; got 5."],
		[{ source: {} }, "source is a file, an address or a device as text, or a VideoSource; got an object."],
		["clip.mp4", 'Did you mean serve({ source: "clip.mp4" })?'],
		[createVideoSource("pattern"), "Did you mean serve({ source })?"],
		[null, "serve() takes an object of options; got null."],
		[{ bitrate: 1_000_000 }, "bitrate is not an option of serve(); did you mean bitrateBps?"],
		[{ width: 640 }, "did you mean view.width?"],
		[{ hwaccel: "none" }, "did you mean sourceOptions.hwaccel?"],
		[{ view: { fov: 90 } }, "view.fov is not an option of view; did you mean view.fovDeg?"],
		[{ sourceOptions: { lop: false } }, "did you mean sourceOptions.loop?"],
		[{ sourceOptions: { pattern: { framerate: 30 } } }, "did you mean sourceOptions.pattern.frameRate?"],
		[
			{ sourceOptions: { inputOptions: { framerate: 30 } } },
			"sourceOptions.inputOptions.framerate is a text; got 30.",
		],
		[{ https: { cert: "a.pem", key: "b.pem" } }, "did you mean https.certFile?"],
		[{ iceServers: [{ url: "stun:a:1" }] }, "did you mean iceServers[0].urls?"],
		[{ tracking: { Head: () => {} } }, "did you mean tracking.head?"],
		[{ media: { sound: () => {} } }, "media.sound is not an option of media"],
		[{ keepSourceRunning: 1 }, "keepSourceRunning is true or false; got 1."],
		[{ bearerToken: "" }, "bearerToken is a text that is not empty; got an empty one."],
		[{ port: "8080" }, 'port is a whole number from 0 to 65535; got "8080".'],
		[{ safety: { maxPictureAgeMs: "500" } }, 'safety.maxPictureAgeMs is a number from 20 to 60000; got "500".'],
		[{ maxPoseAgeMs: 200 }, "did you mean safety.maxPoseAgeMs?"],
		[{ signal: true }, "signal is an AbortSignal; got true."],
		[{ logger: {} }, "logger is a logger, such as one of pino; got an object."],
	])("refuses %j by name", (options, words) => {
		expect(() => completeServeOptions(options)).toThrow(TypeError);
		expect(() => completeServeOptions(options)).toThrow(words);
	});

	it("refuses a name that no recording could have", () => {
		const options = { record: { directory: "a", name: "x".repeat(65) } };
		expect(() => completeServeOptions(options)).toThrow("record.name is at most 64 characters; got 65.");
	});

	it("takes what the types allow, undefined for every option", () => {
		const names = Object.keys(completeServeOptions());
		expect(names.length).toBeGreaterThan(20);
		const undefinedOnes = Object.fromEntries(names.map((name) => [name, undefined]));
		expect(Object.keys(completeServeOptions(undefinedOnes))).toEqual(names);
		expect(completeServeOptions({ https: {} }).https).toEqual({ directory: undefined });
		expect(completeServeOptions({ https: false }).https).toBeUndefined();
		expect(completeServeOptions({ channels: { anyLabel: () => {} } }).channels).toHaveProperty("anyLabel");
	});

	it("turns safety on by any of its bounds or by its gesture, and leaves it off without", () => {
		const boundsOf = (safety: object) => holdBoundsFrom(completeServeOptions({ safety }).safety);
		expect(boundsOf({})).toBeUndefined();
		expect(boundsOf({ onHold: () => {} })).toBeUndefined();
		expect(boundsOf({ maxSilenceMs: 300 })).toMatchObject({ maxSilenceMs: 300, engage: "none" });
		expect(boundsOf({ engage: "hold" })).toMatchObject({ engage: "hold" });
	});

	it("has the defaults that the docstrings state", () => {
		const { view, safety, ...complete } = completeServeOptions();
		const values: Readonly<Record<string, unknown>> = { ...complete, ...view, ...safety };
		const source = readFileSync(new URL("./serve-options.ts", import.meta.url), "utf8");
		const stated = [...source.matchAll(/@default (\S+)[^\n]*\n(?:\t \*\/\n)?\treadonly (\w+)\?/g)].flatMap(
			([, text, name]) => (isLiteral(text!) ? [[name, parsed(text!)]] : []),
		);
		expect(stated.length).toBeGreaterThan(9);
		for (const [name, value] of stated) expect([name, values[name as string] ?? false]).toEqual([name, value]);
	});
});

const isLiteral = (text: string) => /^(true|false|[\d_.]+|".*",?)$/.test(text);
const parsed = (text: string): unknown => JSON.parse(text.replaceAll("_", "").replace(/,$/, ""));
