import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { afterEach, describe, expect, it, vi } from "vitest";
import { AnyValues } from "../archetypes/any-values.ts";
import { Boxes3D } from "../archetypes/boxes.ts";
import { EncodedImage } from "../archetypes/encoded-file.ts";
import { Image } from "../archetypes/image.ts";
import { Mesh3D } from "../archetypes/mesh-3d.ts";
import { Pinhole } from "../archetypes/pinhole.ts";
import { Scalars } from "../archetypes/plot.generated.ts";
import { Points3D } from "../archetypes/spatial-3d.generated.ts";
import { TextLog } from "../archetypes/text.generated.ts";
import { TextDocument } from "../archetypes/text.ts";
import { Transform3D } from "../archetypes/transform-3d.ts";
import { Spatial3DView } from "../blueprint/views.ts";
import { Batching, type TimePoint } from "../chunk/batcher.ts";
import { SinkError } from "../sinks/sink.ts";
import { CollectingSink } from "./recording-stream.cases.ts";
import { type LogArgument, RecordingStream, type RecordingStreamOptions } from "./recording-stream.ts";

const START_NS = 1_700_000_000_000_000_000n;

/** A stream without a clock and without an environment, and what it sends. */
function record(options: RecordingStreamOptions = {}, sink = new CollectingSink()) {
	const warnings: string[] = [];
	const recording = new RecordingStream("test", {
		environment: {},
		logTime: false,
		sendProperties: false,
		batching: Batching.never,
		onWarning: (message) => warnings.push(message),
		nowNs: () => START_NS,
		...options,
	});
	recording.setSinks(sink);
	return { recording, sink, warnings };
}

const scalar = (value: number) => new Scalars(value);

describe("RecordingStream.log()", () => {
	it("gives rows the times that are set, and static rows none", async () => {
		const { recording, sink } = record();
		recording.setTime("frame", { sequence: 7 });
		recording.setTime("since", { duration: 1.5 });
		recording.setTime("at", { timestamp: new Date(1000) });
		recording.log("all", scalar(1));
		recording.log("static", scalar(2), { static: true });
		recording.disableTimeline("since");
		recording.log("two", scalar(3));
		recording.resetTime();
		recording.log("none", scalar(4));
		await recording.close();
		expect(sink.rows.map(({ path, times }) => [path, times])).toEqual([
			["/all", { at: 1_000_000_000n, frame: 7n, since: 1_500_000_000n }],
			["/static", {}],
			["/two", { at: 1_000_000_000n, frame: 7n }],
			["/none", {}],
		]);
	});

	it("counts and clocks rows by itself", async () => {
		let now = START_NS;
		const { recording, sink } = record({ logTime: true, logTick: true, nowNs: () => now++ });
		recording.log("a", scalar(1));
		recording.log("a", scalar(2));
		await recording.close();
		const times = sink.rows.map((row) => row.times);
		expect(times.map(({ log_tick }) => log_tick)).toEqual([0n, 1n]);
		expect(times[1]!["log_time"]! > times[0]!["log_time"]! && times[0]!["log_time"]! > START_NS).toBe(true);
	});

	it("puts all archetypes of a call into one row; of a component that comes twice the last counts", async () => {
		const { recording, sink } = record();
		recording.log("a", scalar(1), [new TextLog("x"), scalar(2)]);
		await recording.close();
		expect(sink.rows).toEqual([
			{ path: "/a", times: {}, values: { "Scalars:scalars": [2], "TextLog:text": ["x"] } },
		]);
	});

	it("copies what it is given", async () => {
		const { recording, sink } = record();
		const positions = Float32Array.of(1, 2, 3);
		recording.log("a", new Points3D(positions));
		positions.fill(9);
		await recording.close();
		expect(sink.rows[0]!.values).toEqual({ "Points3D:positions": [[1, 2, 3]] });
	});

	it("escapes paths, puts them below a prefix and below each other", async () => {
		const { recording, sink } = record({ pathPrefix: ["robot 1"] });
		recording.log("a b/c", scalar(1));
		recording.log(["x/y", "z"], scalar(2));
		recording.under("arm").under(["left"]).log("hand", scalar(3));
		recording.under("arm").log("", scalar(4));
		await recording.close();
		expect(sink.rows.map(({ path }) => path)).toEqual([
			"/robot\\ 1/a\\ b/c",
			"/robot\\ 1/x\\/y/z",
			"/robot\\ 1/arm/left/hand",
			"/robot\\ 1/arm",
		]);
	});

	it("takes times for one row alone", async () => {
		const { recording, sink } = record();
		recording.setTime("frame", { sequence: 1 });
		recording.log("a", scalar(1), { times: { frame: { sequence: 5 }, other: { sequence: 2 } } });
		recording.log("b", scalar(2));
		await recording.close();
		expect(sink.rows.map(({ times }) => times)).toEqual([{ frame: 5n, other: 2n }, { frame: 1n }]);
	});

	it("calls functions only when it is enabled", async () => {
		const make = vi.fn(() => scalar(1));
		const off = record({ enabled: false });
		off.recording.log("a", make);
		await off.recording.close();
		expect(make).not.toHaveBeenCalled();
		expect(off.sink.outline).toEqual([]);
		const on = record();
		on.recording.log("a", make);
		await on.recording.close();
		expect(on.sink.rows).toHaveLength(1);
	});
});

describe("RecordingStream.logRow()", () => {
	it("logs a row with the given times alone, below the prefix, and copies its numbers", async () => {
		const { recording, sink } = record({ pathPrefix: "robot" });
		recording.setTime("other", { sequence: 1 });
		const time: TimePoint = { name: "frame", kind: "sequence", time: 0n };
		const { batches } = scalar(0);
		const values = Float64Array.of(0);
		const row = [{ ...batches[0]!, values: { ...batches[0]!.values, values } }];
		for (; time.time < 3n; time.time++) {
			values[0] = 10 * Number(time.time);
			recording.logRow("/arm", [time], row);
		}
		recording.logRow("/arm", [], batches);
		await recording.close();
		expect(sink.rows.map(({ path, times, values }) => [path, times, values["Scalars:scalars"]])).toEqual([
			["/robot/arm", { frame: 0n }, [0]],
			["/robot/arm", { frame: 1n }, [10]],
			["/robot/arm", { frame: 2n }, [20]],
			["/robot/arm", {}, [0]],
		]);
		const off = record({ enabled: false });
		off.recording.logRow("/arm", [time], row);
		await off.recording.close();
		expect(off.sink.outline).toEqual([]);
	});
});

describe("RecordingStream.logRow() with automatic times", () => {
	it("has the time and the number of the logging on each row that is not static", async () => {
		const { recording, sink } = record({ logTime: true, logTick: true });
		const point: TimePoint = { name: "frame", kind: "sequence", time: 7n };
		recording.logRow("arm", [point], scalar(0).batches);
		recording.logRow("arm", [point], scalar(1).batches);
		recording.logRow("arm", [], scalar(2).batches);
		await recording.close();
		expect(sink.rows.map(({ times }) => Object.keys(times).sort())).toEqual([
			["frame", "log_tick", "log_time"],
			["frame", "log_tick", "log_time"],
			[],
		]);
		expect(sink.rows.slice(0, 2).map(({ times }) => [times["frame"], times["log_tick"]])).toEqual([
			[7n, 0n],
			[7n, 1n],
		]);
	});
});

describe("RecordingStream.sendColumns()", () => {
	it("sends rows with the given times alone", async () => {
		const { recording, sink } = record({ logTime: true, logTick: true });
		recording.setTime("frame", { sequence: 100 });
		recording.sendColumns(
			"a",
			{ step: { sequence: [3, 4] }, at: { timestamp: [1.5, new Date(2000)] } },
			Scalars.columns({ scalars: [0.5, 0.25] }),
		);
		await recording.close();
		expect(sink.rows).toEqual([
			{ path: "/a", times: { step: 3n, at: 1_500_000_000n }, values: { "Scalars:scalars": [0.5] } },
			{ path: "/a", times: { step: 4n, at: 2_000_000_000n }, values: { "Scalars:scalars": [0.25] } },
		]);
	});

	it("takes numbers as exactly as bigints", async () => {
		const { recording, sink } = record();
		const numbers = [0, -1, 2 ** 32, -(2 ** 32) - 1, 2 ** 53 - 1, -(2 ** 53) + 1];
		recording.sendColumns("a", { step: { sequence: numbers } }, Scalars.columns({ scalars: numbers }));
		recording.sendColumns("b", { step: { sequence: numbers.map(BigInt) } }, Scalars.columns({ scalars: numbers }));
		await recording.close();
		const [a, b] = sink.chunks;
		expect(a!.timelines[0]!.times).toEqual(BigInt64Array.from(numbers, BigInt));
		expect(a!.timelines).toEqual(b!.timelines);
	});

	it("puts several values into a row by partition()", async () => {
		const { recording, sink } = record();
		recording.sendColumns(
			"a",
			{ step: { sequence: [1, 2] } },
			Points3D.columns({ positions: [0, 0, 0, 1, 1, 1, 2, 2, 2] }).partition([1, 2]),
		);
		await recording.close();
		expect(sink.rows.map(({ values }) => (values["Points3D:positions"] as unknown[]).length)).toEqual([1, 2]);
	});

	it.each([
		["another number of times", { step: { sequence: [1] } }, /Scalars:scalars has 2 rows; there are 1 times/],
		[
			"timelines of different lengths",
			{ step: { sequence: [1, 2] }, at: { timestamp: [1] } },
			/"at" has 1 times; "step" has 2/,
		],
		["milliseconds for seconds", { at: { timestamp: [Date.now(), 2] } }, /looks like milliseconds/],
		["a fraction of a step", { step: { sequence: [1, 1.5] } }, /must be an integer/],
		["two kinds of time", { step: { sequence: [1, 2], duration: [1, 2] } as never }, /must be one of/],
	])("refuses %s", (_, times, message) => {
		const { recording } = record({ strict: true });
		expect(() => recording.sendColumns("a", times, Scalars.columns({ scalars: [1, 2] }))).toThrow(message);
	});
});

describe("RecordingStream properties", () => {
	it("are static, and hold the start and the name", async () => {
		const { recording, sink } = record({ sendProperties: true });
		recording.sendRecordingName("first run");
		recording.sendProperty("weather", new TextDocument("sunny"));
		await recording.close();
		const values = sink.chunks.flatMap(({ entityPath, timelines, components }) =>
			components.map(({ descriptor }) => `${entityPath} ${timelines.length} ${descriptor.component}`),
		);
		expect(values).toEqual([
			"/__properties 0 RecordingInfo:start_time",
			"/__properties 0 RecordingInfo:name",
			"/__properties/weather 0 TextDocument:text",
		]);
	});
});

describe("RecordingStream mistakes", () => {
	it("are warned of once for each kind, and counted", async () => {
		const { recording, sink, warnings } = record();
		for (let index = 0; index < 5; index++) recording.log("a", { positions: index } as never, scalar(1));
		for (let index = 0; index < 3; index++) recording.setTime("t", { sequence: 0.5 + index });
		recording.log("a", () => {
			throw new RangeError("made by hand");
		});
		recording.under("a").log(5 as never, scalar(1));
		recording.log("fine", scalar(1));
		await recording.close();
		expect(warnings).toEqual([
			"log() takes archetypes, not an object.",
			'The sequence on "t" must be an integer below 2^53, or a bigint, not 0.5.',
			"made by hand",
			"The path of an entity must be a text or a list of texts, not 5.",
		]);
		expect(recording.stats.mistakes).toBe(10);
		expect(sink.rows.map(({ path }) => path)).toEqual(["/fine"]);
	});

	it("are kept by what is made of wrong arguments, until it is logged", async () => {
		const { recording, sink, warnings } = record();
		const wrong = [
			new Points3D([1, 2]),
			new Points3D([1, 2, 3], { classIds: 70_000 }),
			new Image(new Uint8Array(5), { width: 2, height: 2 }),
			new Pinhole({ focalLength: 1 }),
			new EncodedImage(5 as never),
		];
		for (const thing of wrong) recording.log("wrong", thing, scalar(1));
		recording.sendColumns("wrong", { step: { sequence: [1] } }, Points3D.columns({ positions: [1, 2] }));
		recording.sendColumns(
			"wrong",
			{ step: { sequence: [1] } },
			Scalars.columns({ scalars: [1, 2] }).partition([3]),
		);
		recording.sendBlueprint(new Spatial3DView({ background: "purple" }));
		recording.sendRecordingName(5 as never);
		recording.log("right", scalar(1));
		await recording.close();
		expect(recording.stats.mistakes).toBe(9);
		// Two of them say the same.
		expect(warnings).toHaveLength(8);
		expect(sink.outline).toEqual(["storeInfo", "chunk /right"]);
		const strict = record({ strict: true }).recording;
		for (const thing of wrong) expect(() => strict.log("wrong", thing)).toThrow(thing.error);
	});

	it("of lengths that don't fit together are logged with one warning; strict streams refuse them", async () => {
		const vectors = (count: number) => Array.from({ length: count }, (_, at) => [at, 0, 0]);
		const rows: readonly (readonly [LogArgument, Record<string, unknown>])[] = [
			[
				new Points3D(vectors(1), { radii: [1, 2, 3] }),
				{ "Points3D:positions": vectors(1), "Points3D:radii": [1, 2, 3] },
			],
			[
				new Boxes3D(vectors(3), {
					quaternions: [
						[0, 0, 0, 1],
						[0, 1, 0, 0],
					],
				}),
				{
					"Boxes3D:half_sizes": vectors(3),
					"Boxes3D:quaternions": [
						[0, 0, 0, 1],
						[0, 1, 0, 0],
					],
				},
			],
			[new Points3D([], { radii: [1, 2] }), { "Points3D:positions": [], "Points3D:radii": [1, 2] }],
			[
				new Mesh3D(vectors(1), { triangleIndices: [0, 1, 2] }),
				{ "Mesh3D:vertex_positions": vectors(1), "Mesh3D:triangle_indices": [[0, 1, 2]] },
			],
			[new Transform3D({ translation: vectors(2) as never }), { "Transform3D:translation": vectors(2) }],
			[new TextLog(["a", "b"] as never), { "TextLog:text": ["a", "b"] }],
			[
				() => [new Points3D(vectors(2)), Points3D.fromFields({ classIds: [1, 2, 3] })],
				{ "Points3D:positions": vectors(2), "Points3D:class_ids": [1, 2, 3] },
			],
			[new AnyValues({ empty: [], number: 1 }), { number: [1] }],
		];
		const { recording, sink, warnings } = record();
		for (const [index, [thing]] of rows.entries())
			for (let again = 0; again < 3; again++) recording.log(`odd/${index}`, thing);
		await recording.close();
		expect(sink.rows.map(({ values }) => values)).toEqual(rows.flatMap(([, values]) => [values, values, values]));
		expect(recording.stats.mistakes).toBe(3 * rows.length);
		expect(warnings).toEqual([
			"Points3D.radii has 3 values for 1 positions: give one for each, or a single one for all.",
			"Boxes3D.quaternions has 2 values for 3 half_sizes: give one for each, or a single one for all.",
			"Mesh3D.triangleIndices has the vertex 2; there are 1 from 0 on.",
			"Transform3D.translation must be one value; there are 2.",
			"TextLog.text must be one value; there are 2.",
			"Points3D.classIds has 3 values for 2 positions: give one for each, or a single one for all.",
			"empty is empty and is left out: an empty list has no type. A typed array has one, and { type, values }.",
		]);
		const strict = record({ strict: true });
		for (const [thing] of rows)
			expect(() => strict.recording.log("odd", thing)).toThrow(/values for|one value|from 0 on|left out/);
		await strict.recording.close();
		expect(strict.sink.rows).toEqual([]);
		expect(strict.recording.stats.mistakes).toBe(rows.length);
	});

	it("of lengths in columns are sent as given, and warned of once; strict streams refuse them", async () => {
		const send = (recording: RecordingStream) =>
			recording.sendColumns(
				"odd",
				{ step: { sequence: [1, 2] } },
				Points3D.columns({ positions: [0, 0, 0, 1, 0, 0, 2, 0, 0, 3, 0, 0] }).partition([2, 2]),
				Points3D.columns({ radii: [1, 2, 3, 4] }).partition([1, 3]),
				Points3D.columns({ showLabels: [true, false, true, true] }).partition([2, 1]),
			);
		const { recording, sink, warnings } = record();
		send(recording);
		send(recording);
		await recording.close();
		expect(sink.rows.map(({ values }) => [values["Points3D:radii"], values["Points3D:show_labels"]])).toEqual([
			[[1], [true, false]],
			[[2, 3, 4], [true]],
			[[1], [true, false]],
			[[2, 3, 4], [true]],
		]);
		expect(warnings).toEqual(["Points3D.showLabels has 4 values; the partition is of 3."]);
		const other = record();
		other.recording.sendColumns(
			"odd",
			{ step: { sequence: [1, 2] } },
			Points3D.columns({ positions: [0, 0, 0, 1, 0, 0, 2, 0, 0, 3, 0, 0] }).partition([2, 2]),
			Points3D.columns({ radii: [1, 2, 3, 4] }).partition([1, 3]),
		);
		other.recording.sendColumns(
			"odd",
			{ step: { sequence: [1] } },
			TextLog.columns({ text: ["a", "b"] }).partition([2]),
		);
		expect(other.warnings).toEqual([
			"Points3D.radii has 3 values for 2 positions in row 1: give one for each, or a single one for all.",
			"TextLog.text must be one value; there are 2 in row 0.",
		]);
		const strict = record({ strict: true });
		expect(() => send(strict.recording)).toThrow("Points3D.showLabels has 4 values; the partition is of 3.");
		await strict.recording.close();
		expect(strict.sink.rows).toEqual([]);
	});

	it("throw in strict mode", () => {
		const { recording } = record({ strict: true });
		expect(() => recording.log("a", 5 as never)).toThrow(TypeError);
		expect(() => recording.log(5 as never, scalar(1))).toThrow(
			"The path of an entity must be a text or a list of texts, not 5.",
		);
		expect(() => recording.setTime("", { sequence: 1 })).toThrow(TypeError);
		expect(() => recording.setTime("log_time", { sequence: 1 })).toThrow(/is set by itself/);
		recording.setTime("frame", { sequence: 1 });
		recording.resetTime();
		expect(() => recording.setTime("frame", { timestamp: 1 })).toThrow(
			'"frame" is a timeline of kind sequence; it can\'t become timestamp.',
		);
		expect(() => recording.log("a", scalar(1), { times: { frame: { duration: 1 } } })).toThrow(
			/can't become duration/,
		);
		expect(() => recording.sendColumns("a", { frame: { duration: [1] } }, Scalars.columns({ scalars: 1 }))).toThrow(
			/can't become duration/,
		);
	});

	it("are warned of even when the receiver of warnings throws, or logs", async () => {
		const { recording } = record({
			onWarning: () => {
				recording.log("a", 5 as never);
				throw new Error("receiver");
			},
		});
		expect(() => recording.log("a", 5 as never)).not.toThrow();
		expect(recording.stats.mistakes).toBe(2);
		await recording.close();
	});
});

describe("RecordingStream with many entities", () => {
	afterEach(() => vi.restoreAllMocks());

	/**
	 * A stream in which 500 entities wait, and a clock on which a ms passes with each look at it.
	 */
	const full = () => {
		const of = record();
		// Static rows would be given to sinks that come later, too.
		of.recording.setTime("frame", { sequence: 1 });
		for (let index = 0; index < 500; index++) of.recording.log(`e/${index}`, scalar(index));
		let nowMs = 0;
		vi.spyOn(performance, "now").mockImplementation(() => nowMs++);
		return of;
	};
	const paths = Array.from({ length: 500 }, (_, index) => `chunk /e/${index}`);

	it("hands them over in many turns of the event loop, in front of all that is logged afterwards", async () => {
		const { recording, sink } = full();
		recording.flushToSinks();
		expect(sink.outline.length).toBeGreaterThan(60);
		expect(sink.outline.length).toBeLessThan(100);
		expect(recording.stats.waitingRows).toBeGreaterThan(400);
		recording.log("after", scalar(1));
		recording.flushToSinks();
		recording.sendBlueprint(new Spatial3DView());
		let turns = 0;
		while (recording.stats.waitingRows > 0) {
			await new Promise((resolve) => setImmediate(resolve));
			turns++;
		}
		expect(turns).toBeGreaterThan(10);
		await recording.flush();
		expect(sink.outline.slice(0, 502)).toEqual(["storeInfo", ...paths, "chunk /after"]);
		expect(sink.outline[502]).toBe("storeInfo");
	});

	it("hands all of them over before flush and close resolve, and before its sinks flush and end", async () => {
		const { recording, sink } = full();
		const flushed = recording.flush();
		expect(sink.events).toEqual([]);
		expect(await flushed).toBe(true);
		expect(sink.outline).toEqual(["storeInfo", ...paths]);
		expect(sink.events).toEqual(["flush"]);
		const other = full();
		const closed = other.recording.close();
		other.recording.log("late", scalar(1));
		await closed;
		expect(other.sink.outline).toEqual(["storeInfo", ...paths]);
		expect(other.sink.events).toEqual(["close"]);
		expect(other.recording.stats.lostRows).toBe(1);
	});

	it("gives them to the sinks of the moment when they were flushed, and a backlog to new ones in turns", async () => {
		const { recording, sink } = full();
		const second = new CollectingSink();
		recording.setSinks(second);
		recording.log("new", scalar(1));
		await recording.flush();
		expect(sink.outline).toEqual(["storeInfo", ...paths]);
		expect(second.outline).toEqual(["storeInfo", "chunk /new"]);
		const late = new RecordingStream("test", { environment: {}, sendProperties: false, batching: Batching.never });
		for (let index = 0; index < 500; index++) late.log(`e/${index}`, scalar(index));
		await late.flush();
		const third = new CollectingSink();
		late.setSinks(third);
		expect(third.outline.length).toBeLessThan(100);
		late.log("new", scalar(1));
		await late.flush();
		expect(third.outline).toEqual(["storeInfo", ...paths, "chunk /new"]);
	});

	it("loses none of them when the program ends at once", async () => {
		const program = `
			import { writeSync } from "node:fs";
			import { Scalars } from "./packages/rerun/src/archetypes/plot.generated.ts";
			import { Batching } from "./packages/rerun/src/chunk/batcher.ts";
			import { RecordingStream } from "./packages/rerun/src/stream/recording-stream.ts";
			const options = { environment: {}, sendProperties: false, batching: Batching.never };
			const recording = new RecordingStream("test", options);
			let chunks = 0;
			const stats = { messages: 0, bytes: 0, queuedBytes: 0, lostMessages: 0, lostBytes: 0, failure: null };
			const write = (messages) => { chunks += messages.filter(({ kind }) => kind === "chunk").length; };
			const close = async () => { writeSync(1, String(chunks)); };
			recording.setSinks({ live: false, write, flush: async () => true, close, stats });
			for (let index = 0; index < 3000; index++) recording.log("e/" + index, new Scalars(index));
			void recording.close();
			process.exit();`;
		const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", program]);
		expect(stdout).toBe("3000");
	});
});

describe("RecordingStream sinks", () => {
	afterEach(() => vi.useRealTimers());

	it("get what was logged before there were any, behind the introduction", async () => {
		const { sink } = record();
		const recording = new RecordingStream("test", { environment: {}, sendProperties: false });
		recording.log("a", scalar(1));
		await recording.flush();
		expect(recording.stats.backlogBytes).toBeGreaterThan(0);
		recording.log("b", scalar(2));
		recording.setSinks(sink);
		expect(sink.outline.slice(1)).toEqual(["storeInfo", "chunk /a", "chunk /b"]);
		expect(recording.stats.backlogBytes).toBe(0);
		await recording.close();
	});

	it("share messages, and are closed when others take their place", async () => {
		const { recording, sink } = record();
		const second = new CollectingSink();
		recording.setSinks(sink, second);
		recording.setTime("t", { sequence: 1 });
		recording.log("a", scalar(1));
		const third = new CollectingSink();
		recording.setSinks(third);
		recording.log("b", scalar(2));
		await recording.close();
		expect(sink.events).toEqual(["close"]);
		expect(sink.outline).toEqual(["storeInfo", "chunk /a"]);
		expect(sink.messages.at(-1)).toBe(second.messages.at(-1));
		expect(third.outline).toEqual(["storeInfo", "chunk /b"]);
	});

	it("that come later get what is static, as it is now, and the newest blueprints", async () => {
		const { recording, sink } = record();
		recording.setTime("t", { sequence: 1 });
		recording.log("static", scalar(1), { static: true });
		recording.log("moving", scalar(1));
		for (let index = 0; index < 6; index++) recording.sendBlueprint(new Spatial3DView());
		recording.log("static", scalar(2), { static: true });
		const late = new CollectingSink();
		recording.setSinks(sink, late);
		expect(late.outline[0]).toBe("storeInfo");
		expect(late.rows.filter(({ path }) => path === "/static").map(({ values }) => values)).toEqual([
			{ "Scalars:scalars": [2] },
		]);
		expect(late.outline).not.toContain("chunk /moving");
		expect(late.outline.filter((kind) => kind === "blueprintActivation")).toHaveLength(4);
		// One that stays doesn't get it twice, and one that comes after a while without any gets
		// each thing once.
		expect(sink.outline.filter((what) => what === "chunk /static")).toHaveLength(2);
		recording.setSinks();
		recording.log("static", scalar(3), { static: true });
		recording.log("moving", scalar(3));
		const last = new CollectingSink();
		recording.setSinks(last);
		await recording.close();
		expect(
			last.outline.filter((what) => what.startsWith("chunk /static") || what.startsWith("chunk /moving")),
		).toEqual(["chunk /static", "chunk /moving"]);
		expect(new Set(last.messages).size).toBe(last.messages.length);
	});

	it("that come later get no more static data than may be kept", async () => {
		const { recording } = record({ maxStaticBytes: 2000 });
		for (let index = 0; index < 100; index++)
			recording.log(`static/${index}`, new Points3D(new Float32Array(30)), { static: true });
		recording.log("large", new Points3D(new Float32Array(3000)), { static: true });
		const late = new CollectingSink();
		recording.setSinks(late);
		await recording.close();
		expect(late.outline).toContain("chunk /static/99");
		expect(late.outline).not.toContain("chunk /static/0");
		expect(late.outline).not.toContain("chunk /large");
		expect(late.outline.length).toBeLessThan(20);
	});

	it("that fail harm neither the program nor each other", async () => {
		const { recording, sink, warnings } = record();
		const broken = new CollectingSink();
		broken.failure = new SinkError("disk full", "failed");
		recording.setSinks(broken, sink);
		recording.log("a", scalar(1));
		await recording.close();
		expect(warnings).toEqual(["disk full"]);
		expect(sink.outline).toContain("chunk /a");
	});

	it("are not asked to keep more than the backlog may hold", async () => {
		const warnings: string[] = [];
		const recording = new RecordingStream("test", {
			environment: {},
			maxBacklogBytes: 1000,
			onWarning: (message) => warnings.push(message),
		});
		for (let index = 0; index < 50; index++) {
			recording.log("a", scalar(index));
			recording.flushToSinks();
		}
		expect(recording.stats.backlogBytes).toBeLessThanOrEqual(1000);
		expect(recording.stats.lostRows).toBeGreaterThan(10);
		expect(warnings).toHaveLength(1);
		await recording.close();
	});

	it.each([
		["live", true, 8],
		["file", false, 200],
	])("of kind %s get rows after a while of their own", async (_, live, ms) => {
		vi.useFakeTimers();
		const { recording, sink } = record({ batching: {} }, new CollectingSink(live));
		recording.log("a", scalar(1));
		recording.log("a", scalar(2));
		vi.advanceTimersByTime(ms - 1);
		expect(sink.outline).toEqual(["storeInfo"]);
		vi.advanceTimersByTime(1);
		expect(sink.outline).toEqual(["storeInfo", "chunk /a"]);
		expect(sink.chunks[0]!.numRows).toBe(2);
		await recording.close();
		expect(vi.getTimerCount()).toBe(0);
	});

	it("get what waits when the stream is closed, and nothing afterwards", async () => {
		const { recording, sink, warnings } = record();
		recording.log("a", scalar(1));
		await recording[Symbol.asyncDispose]();
		recording.log("b", scalar(2));
		await recording.close();
		expect(sink.outline).toEqual(["storeInfo", "chunk /a"]);
		expect(sink.events).toEqual(["close"]);
		expect(recording.stats.lostRows).toBe(1);
		expect(warnings).toEqual(["Data was logged into a stream that is closed."]);
		expect(() => recording.setSinks(new CollectingSink())).toThrow(/closed/);
	});
});

describe("RecordingStream options", () => {
	it("come from the environment where the program says nothing", () => {
		const from = (environment: Record<string, string>, options: RecordingStreamOptions = {}) =>
			new RecordingStream("test", { environment, onWarning: () => {}, ...options });
		expect(from({ RERUN: "off" }).enabled).toBe(false);
		expect(from({ RERUN: "1" }, { enabled: false }).enabled).toBe(true);
		expect(from({}, { enabled: false }).enabled).toBe(false);
		expect(from({ RERUN_STRICT: "true" }).strict).toBe(true);
		expect(from({ RERUN_STRICT: "true" }, { strict: false }).strict).toBe(false);
	});

	it("say what they can't read", () => {
		const warnings: string[] = [];
		new RecordingStream("test", {
			environment: { RERUN: "perhaps" },
			onWarning: (message) => warnings.push(message),
		});
		expect(warnings).toEqual(['RERUN is "perhaps"; it can be 1, true, yes, on, 0, false, no, off.']);
	});

	it("send a default blueprint before anything is logged", async () => {
		const { sink, recording } = record({ defaultBlueprint: new Spatial3DView() });
		recording.log("a", scalar(1));
		await recording.close();
		const kinds = sink.messages.map(({ kind, storeId }) => `${kind} ${storeId.kind}`);
		expect(kinds[0]).toBe("storeInfo recording");
		expect(kinds[1]).toBe("storeInfo blueprint");
		expect(kinds).toContain("blueprintActivation blueprint");
		expect(kinds.at(-1)).toBe("chunk recording");
	});

	it("have application ids that viewers keep", () => {
		expect(() => new RecordingStream("with/slash")).toThrow(RangeError);
	});
});

describe("a program that ends", () => {
	it("hands over what waits", async () => {
		const url = (file: string) => JSON.stringify(new URL(file, import.meta.url).href);
		const program = `
			import { Scalars } from ${url("../archetypes/plot.generated.ts")};
			import { RecordingStream } from ${url("./recording-stream.ts")};
			let rows = 0;
			process.on("exit", () => process.stdout.write(String(rows)));
			const recording = new RecordingStream("test", { sendProperties: false, environment: {} });
			const stats = { messages: 0, bytes: 0, queuedBytes: 0, lostMessages: 0, lostBytes: 0, failure: null };
			const write = (messages) => messages.forEach((m) => { rows += m.chunk()?.numRows ?? 0; });
			recording.setSinks({ write, flush: async () => true, close: async () => {}, stats });
			for (let index = 0; index < 7; index++) recording.log("a", new Scalars(index));
			process.exit(0);
		`;
		const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", program]);
		expect(stdout).toBe("7");
	});
});
