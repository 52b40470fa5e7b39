import { describe, expect, it } from "vitest";
import {
	type ClientControlMessage,
	parseClientControlMessage,
	parseServerControlMessage,
	type ServerControlMessage,
} from "./control-message.ts";
import { encodeControlMessage } from "./control-writing.ts";
import { mutatedTexts } from "./mutated-texts.cases.ts";

const CLIENT: ClientControlMessage[] = [
	{ type: "hello", v: 1 },
	{
		type: "hello",
		v: 3,
		client: { name: "panogaze page", version: "0.1.0", device: "phone" },
		frame: { right: "+x", up: "+y", forward: "-z" },
		units: "m",
		streams: [{ id: 0, kind: "head", space: "tracking", label: "head" }],
		encodings: ["json"],
		view: { width: 780, height: 1688 },
	},
	{
		type: "hello",
		v: 1,
		streams: [
			{ id: 3, kind: "skeleton", skeleton: "FullBody", space: "parent", bones: [1, 7, 2], parents: [-1, 1, 1] },
			{ id: 65535, kind: "controller", hand: "left" },
		],
		encodings: ["bin1", "json"],
		view: { width: 1280, height: 1280, eyes: 2 },
	},
	{
		type: "skeletonChanged",
		id: 3,
		count: 2,
		skeleton: "FullBody",
		bones: [1],
		parents: [-1],
		rest: [0, 0.9, 0, 0, 0, 0, 1],
	},
	{ type: "ping", t0: 12.25 },
	{ type: "pong", t0: 1e6, t1: 12.25, t2: 12.5 },
	{
		type: "display",
		hz: 59.94,
		rtp: 4_294_967_295,
		spareMs: 0,
		spreadMs: 1.25,
		refreshes: 15,
		repeated: 1,
		skipped: 0,
	},
	{ type: "display", hz: 120 },
	{ type: "stats", fps: 59.9, motionToPhotonMs: { p50: 31, p95: 44.5, samples: 300 }, framesDropped: 0 },
	{
		type: "stats",
		packetsLost: -1,
		roundTripMs: -0.02,
		jitterBufferMs: 0,
		motionToPhotonMs: { p50: -1, p95: 3, samples: 2 },
	},
	{ type: "view", width: 64, height: 4096 },
	{ type: "view", width: 64, height: 4096, eyes: 1 },
	// Frusta that can't be drawn are as none.
	{ type: "view", width: 64, height: 64, frusta: [{ left: 1e9, right: -1e9, up: 0, down: 0, q: [0, 0, 0, 0] }] },
	{ type: "recenter", yaw: -90 },
	{ type: "playAgain" },
	{ type: "playback", paused: true },
	{ type: "playback", positionSec: 12.5, rate: 0.25, loop: false },
	{ type: "playback", live: true },
];
const SERVER: ServerControlMessage[] = [
	{
		type: "welcome",
		v: 1,
		session: "6f1f",
		encoding: "json",
		maxHz: 240,
		maxBytes: 16384,
		serverTime: 1e6,
		view: { width: 1920, height: 1080, fps: 60, fovDeg: 90 },
		source: { name: "pattern" },
	},
	{ type: "ping", t0: 2e6 },
	{ type: "pong", t0: 1, t1: 2, t2: 3 },
	{ type: "error", code: "too-many", message: "Too many viewers.", fatal: true },
	{ type: "stats", targetBitrateBps: 1e5, width: 720, height: 406, fps: 9, limit: "size" },
	{ type: "stats", targetBitrateBps: 8e6, framesDropped: 2, drawMs: 3.75, sourceFps: 29.97, viewers: 3 },
	{ type: "source", state: "live" },
	{
		type: "playback",
		positionSec: 1.5,
		atMs: 1e6,
		durationSec: 60,
		rate: 2,
		paused: false,
		loop: true,
		live: false,
		can: ["pause", "seek"],
		mayControl: false,
		chapters: [{ startSec: 0, title: "Arrival" }],
		by: "viewer",
	},
	{
		type: "playback",
		positionSec: 95.25,
		atMs: 1e6,
		rate: 1,
		paused: false,
		loop: false,
		live: false,
		can: ["pause", "seek", "rate", "live"],
		mayControl: true,
		timeShift: { oldestSec: 12.5, newestSec: 132.5, full: false },
		by: "you",
	},
	{ type: "source", state: "reconnecting", attempt: 3, code: "connection", reason: "The source can't be reached." },
];

describe("control messages", () => {
	it.each(CLIENT)("a client's $type comes back as it was sent", (message) => {
		expect(parseClientControlMessage(encodeControlMessage(message))).toEqual({ kind: "message", message });
	});

	it.each(SERVER)("a server's $type comes back as it was sent", (message) => {
		expect(parseServerControlMessage(encodeControlMessage(message))).toEqual({ kind: "message", message });
	});

	it("unknown types are ignored, also those that every object inherits", () => {
		for (const type of ["faceChanged", "toString", "__proto__", "constructor"])
			expect(parseClientControlMessage(JSON.stringify({ type }))).toEqual({ kind: "ignored", type });
		expect(parseClientControlMessage(encodeControlMessage(SERVER[0]!)).kind).toBe("ignored");
	});

	it("an ignored type is passed on shortened", () => {
		expect(parseClientControlMessage(JSON.stringify({ type: "x".repeat(5000) }))).toEqual({
			kind: "ignored",
			type: "x".repeat(40),
		});
	});

	it("unknown fields are left out", () => {
		expect(parseClientControlMessage('{"type":"ping","t0":1,"mood":"good"}')).toEqual({
			kind: "message",
			message: { type: "ping", t0: 1 },
		});
	});

	it.each([
		["not JSON", "ping", "JSON"],
		["no type", '{"t0":1}', "`type`"],
		["a ping without its time", '{"type":"ping"}', "`ping.t0`"],
		["an infinite ping", '{"type":"ping","t0":1e999}', "`ping.t0`"],
		["a hello without its version", '{"type":"hello"}', "`hello.v`"],
		["a hello with an unknown frame", '{"type":"hello","v":1,"frame":"sideways"}', "`hello.frame`"],
		[
			"a stream with a negative id",
			'{"type":"hello","v":1,"streams":[{"id":-1,"kind":"head"}]}',
			"`hello.streams.0.id`",
		],
		[
			"a name of 201 letters",
			JSON.stringify({ type: "hello", v: 1, client: { name: "a".repeat(201) } }),
			"`hello.client.name`",
		],
		["a view of odd width", '{"type":"hello","v":1,"view":{"width":391,"height":844}}', "`hello.view.width`"],
		["a view that is too high", '{"type":"view","width":64,"height":4098}', "`view.height`"],
		["a view without height", '{"type":"view","width":64}', "`view.height`"],
		[
			"a stream of a bone that no message can hold",
			'{"type":"hello","v":1,"streams":[{"id":3,"kind":"skeleton","bones":[128]}]}',
			"`hello.streams.0.bones.0`",
		],
		["three eyes", '{"type":"view","width":64,"height":64,"eyes":3}', "`view.eyes`"],
		["half a packet lost", '{"type":"stats","packetsLost":0.5}', "`stats.packetsLost`"],
		["a display that stands still", '{"type":"display","hz":0}', "`display.hz`"],
		["a time stamp of 33 bits", '{"type":"display","hz":60,"rtp":4294967296}', "`display.rtp`"],
		["a picture that is ready too late", '{"type":"display","hz":60,"spareMs":-1}', "`display.spareMs`"],
		["negative statistics", '{"type":"stats","fps":-1}', "`stats.fps`"],
	])("refuses %s and says where", (_, text, where) => {
		const result = parseClientControlMessage(text);
		expect(result).toMatchObject({ kind: "refused", reason: expect.stringContaining(where) });
	});

	it("numbers that are not finite are left out, not sent as null", () => {
		const text = encodeControlMessage({ type: "stats", fps: Number.NaN, roundTripMs: 12 });
		expect(JSON.parse(text)).toEqual({ type: "stats", roundTripMs: 12 });
	});

	it("never throws, whatever is mutated", () => {
		const kinds = new Set<string>();
		for (const message of [...CLIENT, ...SERVER])
			for (const mutated of mutatedTexts(encodeControlMessage(message), 1000)) {
				kinds.add(parseClientControlMessage(mutated).kind);
				kinds.add(parseServerControlMessage(mutated).kind);
			}
		expect([...kinds].sort()).toEqual(["ignored", "message", "refused"]);
	});

	it("takes any value in any field for what it is", () => {
		const values = ["1", "-1", "null", '"text"', "[]", "{}", "true", "1e999", "[[[[]]]]"];
		const fields = [
			"v",
			"t0",
			"client",
			"streams",
			"frame",
			"fps",
			"motionToPhotonMs",
			"yaw",
			"encodings",
			"units",
			"view",
			"width",
			"id",
			"bones",
			"parents",
			"rest",
			"eyes",
		];
		for (const type of [
			"hello",
			"ping",
			"pong",
			"stats",
			"recenter",
			"view",
			"welcome",
			"skeletonChanged",
			"playAgain",
		])
			for (const field of fields)
				for (const value of values) {
					const result = parseClientControlMessage(`{"type":"${type}","${field}":${value}}`);
					expect(["message", "ignored", "refused"]).toContain(result.kind);
				}
	});
});
