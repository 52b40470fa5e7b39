// Rerun's own SDK (0.41, from Python's package index) does the same calls as ours, and its program
// compares the results.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as rr from "../../packages/rerun/src/index.ts";
import { startScript } from "../../packages/rerun/src/node/index.ts";
import { CollectingSink, rowsOf } from "../../packages/rerun/src/stream/recording-stream.cases.ts";
import { joinAnnexB, splitAnnexB } from "../../packages/rerun/src/video/h26x.ts";
import { makeClip } from "../support/clips.ts";
import { rerunProgram, rerunPython } from "./rerun-environment.ts";

const peer = fileURLToPath(new URL("rerun_api_peer.py", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "panogaze-rerun-api-"));
const file = (name: string) => join(folder, name);

const python = (command: string, path: string) =>
	execFileSync(rerunPython, ["-W", "ignore", peer, command, path], { stdio: ["ignore", "pipe", "inherit"] });
const rrd = (...args: readonly string[]) =>
	execFileSync(rerunProgram, ["rrd", ...args], { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });

/** The same as `stream` in rerun_api_peer.py. */
async function ourStream(): Promise<Uint8Array> {
	const recording = new rr.RecordingStream("panogaze_api", {
		recordingId: "api",
		sendProperties: false,
		strict: true,
		environment: {},
	});
	const sink = new CollectingSink();
	recording.setSinks(sink);
	recording.sendRecordingName("first run");
	recording.sendRecordingStartTime(1_700_000_000_000_000_005n);
	recording.sendProperty("weather", new rr.AnyValues({ kind: "sunny", degrees: 21.5 }));

	recording.setTime("step", { sequence: -3 });
	recording.setTime("seconds", { duration: 0.1 });
	recording.setTime("delta", { duration: 1.5 });
	recording.setTime("nanos", { duration: 123456789012345678n });
	recording.setTime("epoch", { timestamp: 1_700_000_000.125 });
	recording.setTime("date", { timestamp: Date.UTC(2024, 1, 29, 12, 30, 15, 250) / 1000 });
	recording.setTime("exact", { timestamp: 1_700_000_000_123_456_789n });
	recording.log("times/all", new rr.Scalars(1));
	recording.disableTimeline("nanos");
	recording.setTime("step", { sequence: 4 });
	recording.log("times/fewer", new rr.Scalars(2));
	recording.resetTime();
	recording.log("times/none", new rr.Scalars(3));
	recording.log("times/static", new rr.Scalars(4), { static: true });

	recording.setTime("step", { sequence: 5n });
	recording.log(
		"world/several",
		new rr.Points3D([[1, 2, 3]]),
		new rr.AnyValues({ confidence: 0.5 }),
		new rr.TextLog("x", { level: "INFO" }),
	);
	recording.log(["with space", "größe/x"], new rr.Scalars(1));
	recording.log("/leading//double/", new rr.Scalars(1));
	recording.log("cleared", new rr.TextLog("x", { level: "WARN" }));
	recording.setTime("step", { sequence: 6 });
	recording.log("cleared", rr.TextLog.fromFields({ text: "y" }, { clearUnset: true }));
	recording.log("cleared", rr.Clear.flat());
	for (const step of [9, 7, 8]) {
		recording.setTime("step", { sequence: step });
		recording.log("backwards", new rr.Scalars(step));
	}

	recording.sendColumns(
		"columns/times",
		{
			step: { sequence: [1, 2, 3] },
			since: { duration: [0.5, 1, 1.5] },
			at: { timestamp: [1_700_000_000.25, 1_700_000_001.5, 1_700_000_002.75] },
		},
		rr.Scalars.columns({ scalars: [1, 2, 3] }),
	);
	recording.sendColumns(
		"columns/any",
		{ step: { sequence: [1, 2] } },
		rr.AnyValues.columns({ level: [0.25, 0.5] }),
		rr.TextLog.columns({ text: ["a", "b"] }),
	);
	await recording.close();
	return fileOf(sink);
}

function fileOf({ messages }: CollectingSink): Uint8Array {
	const writer = new rr.RrdWriter();
	return Buffer.concat([...messages.map((message) => writer.message(message)), writer.finish()]);
}

/** The same as `mismatches` in rerun_api_peer.py, and how often it is warned of. */
async function ourMismatches(): Promise<{ readonly bytes: Uint8Array; readonly mistakes: number }> {
	const recording = new rr.RecordingStream("panogaze_mismatches", {
		recordingId: "mismatches",
		sendProperties: false,
		environment: {},
		onWarning: () => {},
	});
	const sink = new CollectingSink();
	recording.setSinks(sink);
	const points = [
		[0, 0, 0],
		[1, 0, 0],
	];
	const times = <Item>(count: number, item: Item) => Array.from({ length: count }, () => item);
	const rows: rr.Loggable[] = [
		new rr.Points3D(points.slice(0, 1), { radii: [1, 2, 3] }),
		new rr.Points3D(points, { classIds: [1, 2, 3], labels: [] }),
		new rr.Points3D([], { radii: [1, 2] }),
		new rr.Boxes3D(times(3, [1, 1, 1]), { quaternions: times(2, [0, 0, 0, 1]) }),
		rr.Boxes3D.fromMinsAndSizes([[0, 0, 0]], times(3, [2, 2, 2])),
		new rr.Arrows3D(points, { origins: times(3, [0, 0, 0]) }),
		new rr.LineStrips3D([points], { radii: [1, 2] }),
		new rr.GeoPoints(times(3, [1, 2]), { radii: [1, 2] }),
		new rr.GraphNodes(["a", "b"], { positions: times(3, [1, 2]) }),
		new rr.Mesh3D(points, { triangleIndices: [[0, 1, 2]], vertexNormals: times(3, [0, 0, 1]) }),
		new rr.Transform3D({ translation: points as never }),
		new rr.TextLog(["a", "b"] as never),
		new rr.AnyValues({ empty: [], number: 1.5 }),
	];
	for (const [index, row] of rows.entries())
		recording.log(`row/${index}`, row, { times: { row: { sequence: index } } });
	recording.sendColumns(
		"columns",
		{ row: { sequence: [1, 2] } },
		rr.Points3D.columns({ positions: times(5, [0, 0, 0]) }).partition([2, 2]),
		rr.Points3D.columns({ radii: [1, 2, 3, 4] }).partition([1, 3]),
	);
	await recording.close();
	return { bytes: fileOf(sink), mistakes: recording.stats.mistakes };
}

/** The expected values of each row, by its entity. */
function valuesByPath(bytes: Uint8Array): Map<string, unknown[]> {
	const found = new Map<string, unknown[]>();
	for (const message of new rr.RrdReader().push(bytes))
		if (message.type === "chunk")
			for (const { path, values } of rowsOf(message.chunk()))
				found.set(path, [...(found.get(path) ?? []), values]);
	return found;
}

/** The same as `blueprint` in rerun_api_peer.py. */
function ourBlueprint(): rr.Blueprint {
	const { cursorRelative, absolute, infinite } = rr.TimeBoundary;
	return new rr.Blueprint(
		new rr.Horizontal(
			new rr.Spatial3DView({
				name: "Space",
				origin: "/world",
				contents: ["$origin/**", "- /world/secret"],
				background: [10, 20, 30],
				lineGrid: { visible: true, spacing: 0.5 },
				spatialInformation: { targetFrame: "tf#/", showAxes: true },
				eyeControls: {
					kind: rr.Eye3DKind.Orbital,
					position: [1, 2, 3],
					lookTarget: [0, 0, 0],
					eyeUp: [0, 1, 0],
				},
				timeRanges: [
					{ timeline: "frame", start: cursorRelative(-10), end: cursorRelative() },
					{ timeline: "at", start: absolute({ seconds: 1.5 }), end: infinite() },
				],
				defaults: [rr.Points3D.fromFields({ radii: 0.5 })],
			}),
			new rr.Vertical(
				new rr.TimeSeriesView({
					name: "Plot",
					origin: "/plot",
					axisX: { link: rr.LinkAxis.Independent, viewRange: { start: absolute(0), end: absolute(100) } },
					axisY: { range: [-1, 1], zoomLock: true },
					plotLegend: { corner: rr.Corner2D.LeftTop, visible: true },
					background: { color: [1, 2, 3], showGrid: false },
					overrides: {
						"/plot/sine": rr.SeriesLines.fromFields({ colors: "#f00", widths: 2 }),
						"/plot/hidden": new rr.blueprintArchetypes.EntityBehavior({ visible: false }),
						"/plot/mapped": rr.visualizerFor(rr.SeriesPoints.fromFields({ markerSizes: 3 }), [
							{ target: "Scalars:scalars", from: { component: "Battery:levels", selector: ".volts" } },
						]),
					},
				}),
				new rr.Grid(
					new rr.TextLogView({ name: "Log", visible: false }),
					new rr.TextDocumentView(),
					new rr.Spatial2DView({ visualBounds: { x: [0, 640], y: [0, 480] } }),
					new rr.MapView({ zoom: 16, background: rr.MapProvider.OpenStreetMap }),
					new rr.GraphView({ forceLink: { distance: 60 }, forceCenter: { strength: 0.5 } }),
					new rr.TensorView({ viewFit: rr.ViewFit.Fill }),
					new rr.BarChartView({ plotLegend: rr.Corner2D.RightBottom }),
					new rr.DataframeView({ query: { timeline: "frame", applyLatestAt: true } }),
					new rr.StateTimelineView({ origin: "/state" }),
					{ gridColumns: 3, columnShares: [1, 2, 3] },
				),
				new rr.Tabs(new rr.Spatial3DView({ name: "one" }), new rr.Spatial3DView({ name: "two" }), {
					activeTab: "two",
					name: "Tabs",
				}),
				{ rowShares: [2, 3, 1] },
			),
			{ columnShares: [2, 1] },
		),
		new rr.TopPanel({ state: rr.PanelState.Hidden }),
		new rr.SelectionPanel({ state: rr.PanelState.Collapsed }),
		new rr.TimePanel({
			state: rr.PanelState.Expanded,
			timeline: "frame",
			playbackSpeed: 2,
			fps: 24,
			playState: rr.PlayState.Playing,
			loopMode: rr.LoopMode.Selection,
			timeSelection: { min: 10, max: 20 },
		}),
		{ collapsePanels: true, autoViews: false },
	);
}

/**
 * What a blueprint says at each of its paths. Random ids are named by their place in the layout.
 */
function layout(bytes: Uint8Array): {
	readonly paths: Record<string, Record<string, unknown>>;
	readonly activation: unknown;
} {
	const values = new Map<string, Record<string, unknown>>();
	let activation: unknown;
	for (const message of new rr.RrdReader().push(bytes)) {
		if (message.type === "blueprintActivation") activation = { ...message.activation, storeId: null };
		if (message.type !== "chunk") continue;
		const chunk = message.chunk();
		for (const row of rowsOf(chunk)) {
			const isStatic = chunk.timelines.length === 0;
			if (!isStatic) expect(row.times["blueprint"]).toBe(0n);
			const path = `${row.path}${isStatic ? " static" : ""}`;
			values.set(path, { ...values.get(path), ...row.values });
		}
	}
	const names = new Map<string, string>();
	const idOf = (bytes: unknown) => Buffer.from(Uint8Array.from(bytes as ArrayLike<number>)).toString("hex");
	const name = (path: string, called: string) => {
		names.set(path.slice(path.lastIndexOf("/") + 1).replaceAll("-", ""), called);
		const contents = (values.get(path)?.["ContainerBlueprint:contents"] ?? []) as readonly string[];
		for (const [index, content] of contents.entries()) name(`/${content}`, `${called}.${index}`);
	};
	const root = idOf((values.get("/viewport")!["ViewportBlueprint:root_container"] as unknown[])[0]);
	name([...values.keys()].find((path) => path.replaceAll("-", "") === `/container/${root}`)!, "root");
	for (const of of values.values())
		for (const [index, id] of ((of["ActiveVisualizers:instruction_ids"] ?? []) as unknown[]).entries())
			names.set(idOf(id), `visualizer ${index}`);
	const renamed = (value: unknown): unknown => {
		if (typeof value === "string")
			return value.replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, (id) => names.get(id.replaceAll("-", "")) ?? id);
		if (value instanceof Uint8Array && value.length === 16) return names.get(idOf(value)) ?? value;
		return Array.isArray(value) ? value.map(renamed) : value;
	};
	const paths = Object.fromEntries(
		[...values].map(([path, of]) => [
			renamed(path),
			Object.fromEntries(Object.entries(of).map(([key, value]) => [key, renamed(value)])),
		]),
	);
	return { paths, activation };
}

/** The pictures of a stream whose pictures have one slice each, with what comes before them. */
function accessUnits(stream: Uint8Array): Uint8Array[] {
	const units: Uint8Array[][] = [[]];
	for (const unit of splitAnnexB(stream)!) {
		units.at(-1)!.push(unit);
		if ([1, 5].includes(unit[0]! & 31)) units.push([]);
	}
	return units.filter(({ length }) => length > 0).map(joinAnnexB);
}

describe("Rerun's own SDK", () => {
	afterAll(() => rmSync(folder, { recursive: true }));

	beforeAll(async () => {
		python("stream", file("theirs.rrd"));
		writeFileSync(file("ours.rrd"), await ourStream());
		python("blueprint", file("theirs.rbl"));
		writeFileSync(file("ours.rbl"), ourBlueprint().toBytes("panogaze_api"));
	}, 300_000);

	it("logs batches whose lengths don't fit together as it does", async () => {
		python("mismatches", file("mismatches.rrd"));
		const ours = await ourMismatches();
		const theirs = valuesByPath(readFileSync(file("mismatches.rrd")));
		expect(theirs.size).toBe(14);
		expect(valuesByPath(ours.bytes)).toEqual(theirs);
		// All but the boxes, of which a single corner stands for all.
		expect(ours.mistakes).toBe(13);
	});

	it("logs the same as ours: timelines, kinds of time, components, metadata and values", () => {
		expect(() => rrd("verify", file("ours.rrd"))).not.toThrow();
		expect(() => rrd("compare", "--unordered", file("theirs.rrd"), file("ours.rrd"))).not.toThrow();
	});

	it("would have been told of a difference", async () => {
		const recording = new rr.RecordingStream("panogaze_api", {
			recordingId: "api",
			sendProperties: false,
			environment: {},
		});
		const sink = new CollectingSink();
		recording.setSinks(sink);
		recording.log("times/static", new rr.Scalars(5), { static: true });
		await recording.close();
		writeFileSync(file("other.rrd"), fileOf(sink));
		expect(() => rrd("compare", "--unordered", file("theirs.rrd"), file("other.rrd"))).toThrow();
	});

	it("has a program that finds no fault in the file of a whole session", async () => {
		const path = file("session.rrd");
		const script = await startScript("panogaze_api", {
			argv: ["--save", path],
			environment: {},
			defaultBlueprint: ourBlueprint(),
		});
		const { recording } = script;
		recording.sendRecordingName("session");
		const clip = await makeClip({
			width: 64,
			height: 48,
			frames: 24,
			rate: 30,
			keyframeInterval: 8,
			container: "h264",
		});
		const video = new rr.VideoLogger(recording, "camera", rr.VideoCodec.H264);
		const logger = pino(rr.pinoDestination(recording, { path: "log/pino" }));
		const samples = accessUnits(readFileSync(clip));
		expect(samples).toHaveLength(24);
		for (const [frame, sample] of samples.entries()) {
			recording.setTime("frame", { sequence: frame });
			video.log(sample);
			recording.log("plot", new rr.Scalars(frame), { times: { other: { duration: frame } } });
			logger.info({ frame }, "seen");
			if (frame === 12) recording.sendBlueprint(new rr.Spatial3DView());
		}
		await script.end();
		expect(() => rrd("verify", path)).not.toThrow();
		const printed = rrd("print", path);
		for (const entity of ["/camera", "/plot", "/log/pino", "/__properties"]) expect(printed).toContain(entity);
		const frames = [...new rr.RrdReader().push(readFileSync(path))].flatMap((message) =>
			message.type === "chunk" && message.chunk().entityPath === "/camera" ? rowsOf(message.chunk()) : [],
		);
		expect(
			frames.filter(({ values }) => "VideoStream:sample" in values).map(({ times }) => times["frame"]),
		).toEqual(samples.map((_, frame) => BigInt(frame)));
		expect(
			frames.filter(({ values }) => JSON.stringify(values["VideoStream:is_keyframe"]) === "[true]"),
		).toHaveLength(3);
	});

	it.each([
		["in order", {}],
		["with B-frames and edits", { bFrames: 2 }],
		["in fragments", { bFrames: 2, containerOptions: { movflags: "frag_keyframe+empty_moov" } }],
		["of an uneven rate", { timeOf: (frame: number) => (frame * frame) / 100 }],
	])("reads the same times of a video's frames as ours: %s", async (_, options) => {
		const path = await makeClip({ width: 64, height: 48, frames: 24, rate: 30, keyframeInterval: 10, ...options });
		const theirs = JSON.parse(python("timestamps", path).toString()) as number[];
		expect(theirs).toHaveLength(24);
		expect(Array.from(rr.readVideoTimestamps(readFileSync(path)), Number)).toEqual(theirs);
	});

	it("makes the same blueprint as ours, at every path", () => {
		expect(() => rrd("verify", file("ours.rbl"))).not.toThrow();
		const ours = layout(readFileSync(file("ours.rbl")));
		const theirs = layout(readFileSync(file("theirs.rbl")));
		// Its containers without an active tab take their last view without a name for it, and its
		// queries say what viewers do anyhow.
		delete theirs.paths["/container/root.1.1"]!["ContainerBlueprint:active_tab"];
		delete theirs.paths["/view/root.1.1.7/DataframeQuery"]!["DataframeQuery:auto_scroll"];
		expect(ours.activation).toEqual(theirs.activation);
		expect(Object.keys(ours.paths).sort()).toEqual(Object.keys(theirs.paths).sort());
		expect(Object.keys(ours.paths).length).toBeGreaterThan(40);
		expect(ours.paths).toEqual(theirs.paths);
	});
});
