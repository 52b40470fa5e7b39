import { describe, expect, it } from "vitest";
import { nearestName } from "./nearest-name.ts";
import {
	callback,
	completeOptions,
	flag,
	group,
	listOf,
	numberWithin,
	oneOf,
	optional,
	recordOf,
	secretText,
	text,
	wholeNumber,
	withDefault,
} from "./option-table.ts";

const TABLE = {
	source: optional(text()),
	view: group({ width: withDefault(wholeNumber(64, 4096), 1920), fovDeg: withDefault(numberWithin(20, 150), 90) }),
	loop: withDefault(flag, true),
	colour: withDefault(oneOf(["red", "blue"]), "red"),
	servers: withDefault(listOf(group({ urls: text(), credential: optional(secretText) })), []),
	handlers: withDefault(recordOf(callback()), {}),
};
const complete = (options: unknown) => completeOptions(TABLE, options, "open()");

describe("completeOptions()", () => {
	it("fills in every default, for a missing name and for undefined", () => {
		const defaults = {
			source: undefined,
			view: { width: 1920, fovDeg: 90 },
			loop: true,
			colour: "red",
			servers: [],
			handlers: {},
		};
		expect(complete({})).toEqual(defaults);
		expect(complete({ view: undefined, loop: undefined, servers: undefined })).toEqual(defaults);
		expect(complete({ view: { width: undefined, fovDeg: 70 } }).view).toEqual({ width: 1920, fovDeg: 70 });
	});

	it.each([
		[{ sorce: "a.mp4" }, "sorce is not an option of open(); did you mean source?"],
		[{ Source: "a.mp4" }, "Source is not an option of open(); did you mean source?"],
		[{ sorce: undefined }, "sorce is not an option of open(); did you mean source?"],
		[{ width: 640 }, "width is not an option of open(); did you mean view.width?"],
		[{ fov: 90 }, "fov is not an option of open(); did you mean view.fovDeg?"],
		[{ view: { widht: 640 } }, "view.widht is not an option of view; did you mean view.width?"],
		[
			{ servers: [{ urls: "stun:a:1" }, { url: "stun:b:1" }] },
			"servers[1].url is not an option of servers[1]; did you mean servers[1].urls?",
		],
		[{ constructor: 1 }, "constructor is not an option of open()."],
		[
			{ quantum: 1 },
			"quantum is not an option of open(). Its options are source, view, loop, colour, servers, handlers.",
		],
	])("refuses the unknown name in %j", (options, words) => {
		expect(() => complete(options)).toThrow(TypeError);
		expect(() => complete(options)).toThrow(words);
	});

	it.each([
		["clip.mp4", TypeError, 'open() takes an object of options; got "clip.mp4".'],
		[null, TypeError, "got null."],
		[["clip.mp4"], TypeError, "got a list."],
		[new URL("http://a"), TypeError, "got an object of URL."],
		[{ source: 5 }, TypeError, "source is a text that is not empty; got 5."],
		[{ source: null }, TypeError, "got null."],
		[{ source: "" }, TypeError, 'got "".'],
		[{ view: 640 }, TypeError, "view is an object with width or fovDeg; got 640."],
		[{ view: { width: "640" } }, TypeError, 'view.width is a whole number from 64 to 4096; got "640".'],
		[{ view: { width: 63 } }, RangeError, "got 63."],
		[{ view: { fovDeg: Number.NaN } }, RangeError, "got NaN."],
		[{ loop: "no" }, TypeError, 'loop is true or false; got "no".'],
		[{ colour: "green" }, RangeError, 'colour is one of red, blue; got "green".'],
		[{ colour: 3 }, TypeError, "got 3."],
		[{ servers: "stun:a:1" }, TypeError, "servers is a list;"],
		[{ servers: [{}] }, TypeError, "servers[0].urls is a text that is not empty; got undefined."],
		[{ servers: [undefined] }, TypeError, "servers[0].urls"],
		[{ handlers: { camera: 5 } }, TypeError, "handlers.camera is a function; got 5."],
	])("refuses %j and says what it expected", (options, kind, words) => {
		expect(() => complete(options)).toThrow(kind);
		expect(() => complete(options)).toThrow(words);
	});

	it("repeats no secret in an error, and no long text whole", () => {
		const failure = (options: unknown) => {
			try {
				complete(options);
			} catch (error) {
				return (error as Error).message;
			}
			return "";
		};
		expect(failure({ servers: [{ urls: "a", credential: 12345 }] })).toBe(
			"servers[0].credential is a text that is not empty; got number.",
		);
		expect(failure({ loop: "x".repeat(10_000) }).length).toBeLessThan(150);
	});
});

describe("nearestName()", () => {
	const known = ["source", "bitrateBps", "bearerToken", "viewToken", "iceServers", "port", "udpPort", "view.width"];
	it.each([
		["sorce", "source"],
		["soruce", "source"],
		["SOURCE", "source"],
		["bitrate", "bitrateBps"],
		["bit_rate", "bitrateBps"],
		["token", "bearerToken"],
		["viewerToken", "viewToken"],
		["iceServer", "iceServers"],
		["ports", "port"],
		["udp-port", "udpPort"],
		["width", "view.width"],
		["toString", undefined],
		["x", undefined],
		["", undefined],
	])("finds for %j %j", (name, nearest) => {
		expect(nearestName(name, known)).toBe(nearest);
	});
});
