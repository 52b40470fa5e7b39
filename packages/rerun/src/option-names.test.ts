import { describe, expect, it } from "vitest";
import * as rr from "./index.ts";
import * as node from "./node/index.ts";
import { nearestName } from "./option-names.ts";

const scalar = new rr.Scalars(1);
const pixels = new Uint8Array(3);
const stream = (options: object = {}) =>
	new rr.RecordingStream("test", { environment: {}, sendProperties: false, ...options });

/** Each door with a mistyped name, which is no option by its type, and what the error says. */
const doors: readonly (readonly [string, (options: never) => unknown, Readonly<Record<string, unknown>>, string])[] = [
	[
		"RecordingStream",
		(options) => new rr.RecordingStream("test", options),
		{ recordingID: "a" },
		"did you mean recordingId?",
	],
	[
		"RecordingStream",
		(options) => new rr.RecordingStream("test", options),
		{ sinks: [] },
		"Its options are recordingId, enabled, strict,",
	],
	[
		"batching",
		(batching) => stream({ batching }),
		{ tickSecs: 1 },
		"batching.tickSecs is not an option of batching; did you mean batching.tickSec?",
	],
	["init()", (options) => rr.init("test", options), { pathPerfix: "a" }, "did you mean pathPrefix?"],
	["log()", (options) => stream({ strict: true }).log("a", scalar, options), { statc: true }, "did you mean static?"],
	[
		"log()",
		(options) => stream({ strict: true }).under("a").log("b", scalar, options),
		{ time: {} },
		"did you mean times?",
	],
	[
		"sendBlueprint()",
		(options) => stream({ strict: true }).sendBlueprint(new rr.Spatial3DView(), options),
		{ makeDefualt: false },
		"did you mean makeDefault?",
	],
	[
		"toMessages()",
		(options) => new rr.Blueprint().toMessages("test", options),
		{ active: true },
		"did you mean makeActive?",
	],
	[
		"toBytes()",
		(options) => new rr.Blueprint().toBytes("test", options),
		{ activate: true },
		"Its options are makeActive, makeDefault.",
	],
	["RrdWriter", (options) => new rr.RrdWriter(options), { compresion: "none" }, "did you mean compression?"],
	["RrdReader", (options) => new rr.RrdReader(options), { maxMessageBytes: 1 }, "did you mean maxMessageByteLength?"],
	[
		"RrdReader",
		(options) => rr.ChunkStore.read(new Uint8Array(0), options),
		{ maxLength: 1 },
		"Its options are maxMessageByteLength.",
	],
	["MemorySink", (options) => new rr.MemorySink(options), { memoryLimit: 1 }, "did you mean memoryLimitBytes?"],
	["CallbackSink", (options) => new rr.CallbackSink(() => {}, options), { onproblem: 1 }, "did you mean onProblem?"],
	[
		"logChannelSink()",
		(options) => rr.logChannelSink({} as rr.LogChannel, options),
		{ Strict: true },
		"did you mean strict?",
	],
	[
		"WebSocketSink",
		(options) => new rr.WebSocketSink("ws://127.0.0.1:9", options),
		{ queueByte: 1 },
		"did you mean queueBytes?",
	],
	["MessageProxy", (options) => new rr.MessageProxy(options), { newestfirst: true }, "did you mean newestFirst?"],
	[
		"VideoLogger",
		(options) => new rr.VideoLogger(stream(), "v", rr.VideoCodec.H264, options),
		{ opactiy: 1 },
		"did you mean opacity?",
	],
	[
		"VideoLogger.log()",
		(options) => new rr.VideoLogger(stream({ strict: true }), "v", rr.VideoCodec.AV1, {}).log(pixels, options),
		{ isKeyFrames: true },
		"did you mean isKeyframe?",
	],
	["logConsole()", (options) => rr.logConsole(stream(), options), { method: [] }, "did you mean methods?"],
	[
		"pinoDestination()",
		(options) => rr.pinoDestination(stream(), options),
		{ timeLine: "t" },
		"did you mean timeline?",
	],
	["Blueprint", (options) => new rr.Blueprint(options), { colapsePanels: true }, "did you mean collapsePanels?"],
	["Horizontal", (options) => new rr.Horizontal(options), { columnShare: [1] }, "did you mean columnShares?"],
	["Vertical", (options) => new rr.Vertical(options), { activeTab: 1 }, "Its options are name, visible, rowShares."],
	["Grid", (options) => new rr.Grid(options), { columns: 2 }, "did you mean gridColumns?"],
	["Tabs", (options) => new rr.Tabs(options), { activetab: 1 }, "did you mean activeTab?"],
	["View", (options) => new rr.View("3D", options), { orign: "a" }, "did you mean origin?"],
	["Spatial3DView", (options) => new rr.Spatial3DView(options), { lineGird: false }, "did you mean lineGrid?"],
	["Spatial2DView", (options) => new rr.Spatial2DView(options), { bounds: {} }, "did you mean visualBounds?"],
	[
		"visualBounds",
		(visualBounds) => new rr.Spatial2DView({ visualBounds }),
		{ X: [0, 1], y: [0, 1] },
		"did you mean visualBounds.x?",
	],
	["TimeSeriesView", (options) => new rr.TimeSeriesView(options), { axisx: {} }, "did you mean axisX?"],
	[
		"StateTimelineView",
		(options) => new rr.StateTimelineView(options),
		{ timeRange: [] },
		"did you mean timeRanges?",
	],
	["BarChartView", (options) => new rr.BarChartView(options), { legend: 1 }, "did you mean plotLegend?"],
	["DataframeView", (options) => new rr.DataframeView(options), { qurey: {} }, "did you mean query?"],
	["GraphView", (options) => new rr.GraphView(options), { forcelink: {} }, "did you mean forceLink?"],
	["MapView", (options) => new rr.MapView(options), { zooom: 1 }, "did you mean zoom?"],
	["TensorView", (options) => new rr.TensorView(options), { viewfit: 1 }, "did you mean viewFit?"],
	["TextDocumentView", (options) => new rr.TextDocumentView(options), { formt: {} }, "did you mean format?"],
	["TextLogView", (options) => new rr.TextLogView(options), { row: {} }, "did you mean rows?"],
	["TopPanel", (options) => new rr.TopPanel(options), { sate: 1 }, "did you mean state?"],
	["BlueprintPanel", (options) => new rr.BlueprintPanel(options), { expanded: true }, "Its options are state."],
	["SelectionPanel", (options) => new rr.SelectionPanel(options), { State: 1 }, "did you mean state?"],
	["TimePanel", (options) => new rr.TimePanel(options), { speed: 2 }, "did you mean playbackSpeed?"],
	[
		"timeSelection",
		(timeSelection) => new rr.TimePanel({ timeSelection }),
		{ min: 0, maximum: 1 },
		"did you mean timeSelection.max?",
	],
	["Visualizer", (options) => new rr.Visualizer("SeriesLines", options), { override: [] }, "did you mean overrides?"],
	[
		"a mapping",
		(mapping) => new rr.Visualizer("SeriesLines", { mappings: [mapping] }),
		{ targt: "a", from: "default" },
		"did you mean target?",
	],
	[
		"a range of time",
		(range) => rr.visibleTimeRanges(range),
		{ timeline: "a", begin: 1, ends: 2 },
		"Its options are start, end.",
	],
	["saveFile()", (options) => node.saveFile("/nowhere/at/all.rrd", options), { apend: true }, "did you mean append?"],
	[
		"FileSink",
		(options) => new node.FileSink("/nowhere/at/all.rrd", options),
		{ fsync: "never" },
		"did you mean sync?",
	],
	["StreamSink", (options) => new node.StreamSink(process.stdout, options), { queue: 1 }, "did you mean queueBytes?"],
	["stdoutSink()", (options) => node.stdoutSink(options), { stric: true }, "did you mean strict?"],
	[
		"connectGrpc()",
		(options) => node.connectGrpc(undefined, options),
		{ flushTimeout: 1 },
		"did you mean flushTimeoutSec?",
	],
	["mountGrpcWeb()", (options) => node.mountGrpcWeb(options), { heartBeatSec: 1 }, "did you mean heartbeatSec?"],
	["serveGrpc()", (options) => node.serveGrpc(options), { prot: 0 }, "did you mean port?"],
	["tls", (tls) => node.serveGrpc({ port: 0, tls }), { key: "", certificate: "" }, "did you mean tls.cert?"],
	["serveWebViewer()", (options) => node.serveWebViewer(options), { viewerUrls: "a" }, "did you mean viewerUrl?"],
	["webViewerPage()", (options) => node.webViewerPage(options), { folders: "a" }, "did you mean folder?"],
	["spawnViewer()", (options) => node.spawnViewer(options), { executable: "rerun" }, "did you mean executableName?"],
	["startScript()", (options) => node.startScript("test", options), { args: [] }, "did you mean argv?"],
];

/** Archetypes never throw when they are made: the error waits until they are logged. */
const archetypes: readonly (readonly [
	string,
	(options: never) => rr.Loggable,
	Readonly<Record<string, unknown>>,
	string,
])[] = [
	["Points3D", (fields) => new rr.Points3D([[0, 0, 0]], fields), { colour: 1 }, "Did you mean colors?"],
	["Points3D", (fields) => rr.Points3D.fromFields(fields), { radius: 1 }, "Did you mean radii?"],
	[
		"Points3D.fromFields()",
		(options) => rr.Points3D.fromFields({}, options),
		{ clearunset: true },
		"did you mean clearUnset?",
	],
	["Image", (options) => new rr.Image(pixels, options), { widht: 1, height: 1 }, "did you mean width?"],
	["DepthImage", (options) => new rr.DepthImage(pixels, options), { width: 1, hight: 1 }, "did you mean height?"],
	[
		"SegmentationImage",
		(options) => new rr.SegmentationImage(pixels, options),
		{ opaciti: 1 },
		"did you mean opacity?",
	],
	["Pinhole", (options) => new rr.Pinhole(options), { focalLenght: 1 }, "did you mean focalLength?"],
	["AnnotationContext", (of) => new rr.AnnotationContext([of]), { id: 1, lable: "a" }, "did you mean label?"],
	[
		"AnnotationContext",
		(of) => new rr.AnnotationContext([{ id: 1, keypoints: [of] }]),
		{ id: 1, colour: 1 },
		"did you mean color?",
	],
	["Tensor", (of) => new rr.Tensor(of), { data: [1], shapes: [1] }, "did you mean shape?"],
];

async function refusal(open: () => unknown): Promise<Error> {
	try {
		await open();
	} catch (error) {
		return error as Error;
	}
	throw new Error("Nothing was refused.");
}

describe("options of the SDK", () => {
	it.each(doors)(
		"%s refuses an unknown name and names the nearest known one, or all",
		async (owner, open, options, help) => {
			const error = await refusal(() => open(options as never));
			expect(error).toBeInstanceOf(TypeError);
			expect(error.message).toContain(` is not an option of ${owner}`);
			expect(error.message).toContain(help);
		},
	);

	it.each(archetypes)("%s keeps the error about an unknown name until it is logged", (owner, make, options, help) => {
		const { error, batches } = make(options as never);
		expect(error).toBeInstanceOf(TypeError);
		expect(error!.message).toContain(owner);
		expect(error!.message).toContain(help);
		expect(batches).toEqual([]);
	});

	it("are an object, and a name without a value counts too", () => {
		expect(() => new rr.MemorySink(5 as never)).toThrow(
			new TypeError("MemorySink takes an object of options, not 5."),
		);
		expect(() => new rr.MemorySink([] as never)).toThrow("MemorySink takes an object of options, not a list of 0.");
		expect(() => new rr.MemorySink(null as never)).toThrow("not null");
		expect(() => new rr.MemorySink({ memoryLimit: undefined } as never)).toThrow(
			"memoryLimit is not an option of MemorySink",
		);
		expect(() => new rr.MemorySink({ constructor: 1 } as never)).toThrow(
			"constructor is not an option of MemorySink.",
		);
		expect(() => new rr.MemorySink({ memoryLimitBytes: undefined })).not.toThrow();
	});

	it("of a call that logs cause a warning, and the data is logged, unless the stream is strict", () => {
		const warnings: string[] = [];
		const recording = stream({ onWarning: (warning: string) => warnings.push(warning) });
		const memory = new rr.MemorySink();
		recording.setSinks(memory);
		recording.log("a", scalar, { statc: true } as never);
		recording.sendBlueprint(new rr.Spatial3DView(), { makeActiv: false } as never);
		expect(warnings).toEqual([
			"statc is not an option of log(); did you mean static?",
			"makeActiv is not an option of sendBlueprint(); did you mean makeActive?",
		]);
		expect(recording.stats).toMatchObject({ rows: 1, mistakes: 2 });
		const [blueprint] = [...new rr.RrdReader().push(memory.drain())].filter(
			({ type }) => type === "blueprintActivation",
		);
		expect(blueprint).toMatchObject({ activation: { makeActive: true, makeDefault: true } });
	});

	it("reach the servers' parts that take some of them alone", async () => {
		await using server = await node.serveGrpc({
			port: 0,
			memoryLimitBytes: 1,
			allowedOrigins: ["http://a"],
			heartbeatSec: 1,
			strict: true,
		});
		await using viewer = await node.serveWebViewer({
			port: 0,
			viewerFolder: null,
			proxy: server.proxy,
			viewerBacklogBytes: 1,
		});
		expect(viewer.proxy).toBe(server.proxy);
	});
});

describe("nearestName()", () => {
	const known = ["recordingId", "strict", "queueBytes", "port", "maxBytes", "flushTimeoutSec"];
	it.each([
		["recordingID", "recordingId"],
		["recording_id", "recordingId"],
		["recrodingId", "recordingId"],
		["id", undefined],
		["queue", "queueBytes"],
		["flushTimeout", "flushTimeoutSec"],
		["pot", "port"],
		["ports", "port"],
		["quantum", undefined],
		["toString", undefined],
		["", undefined],
	])("finds for %j %j", (name, nearest) => {
		expect(nearestName(name, known)).toBe(nearest);
	});
});
