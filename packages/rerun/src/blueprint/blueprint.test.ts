import { describe, expect, it } from "vitest";
import { readArchetypeFacts } from "../../../../scripts/build-rerun-archetypes.ts";
import { EntityBehavior, NearClipPlane } from "../archetypes/blueprint.generated.ts";
import {
	BackgroundKind,
	ContainerKind,
	Corner2D,
	LinkAxis,
	MapProvider,
	PanelState,
	PlayState,
	ViewFit,
} from "../archetypes/enums.generated.ts";
import { SeriesLines } from "../archetypes/plot.generated.ts";
import { LineStrips3D, Points3D } from "../archetypes/spatial-3d.generated.ts";
import type { PlainValue } from "../arrow/arrow-values.ts";
import { decodeChunk, encodeChunk } from "../chunk/chunk.ts";
import * as rr from "../index.ts";
import type { LogMessage } from "../rrd/log-message.ts";
import { RrdReader } from "../rrd/rrd-reader.ts";
import { rowsOf } from "../stream/recording-stream.cases.ts";
import * as rrb from "./index.ts";
import { visualizerFor } from "./visualizer.ts";

type Values = Readonly<Record<string, PlainValue>>;

/**
 * What is logged where: random ids become `view 1`, `container 2`, in the order in which they come.
 */
function written(blueprint: rrb.BlueprintLike): {
	readonly values: Map<string, Values>;
	readonly messages: readonly LogMessage[];
} {
	const messages = rr.Blueprint.from(blueprint).toMessages("test");
	const values = new Map<string, Values>();
	const names = new Map<string, string>();
	const named = (text: string) =>
		text.replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, (id) => {
			if (!names.has(id)) names.set(id, `#${names.size + 1}`);
			return names.get(id)!;
		});
	const plain = (value: PlainValue): PlainValue =>
		typeof value === "string"
			? named(value)
			: Array.isArray(value) || value instanceof Uint8Array
				? Array.from(value, plain)
				: value;
	for (const message of messages) {
		const chunk = message.chunk();
		if (chunk === null) continue;
		for (const row of rowsOf(decodeChunk(encodeChunk(chunk)))) {
			const path = `${named(row.path)}${Object.keys(row.times).length === 0 ? " static" : ""}`;
			if (path.endsWith("static") === false) expect(row.times).toEqual({ blueprint: 0n });
			values.set(path, {
				...values.get(path),
				...Object.fromEntries(Object.entries(row.values).map(([name, value]) => [name, plain(value)])),
			});
		}
	}
	return { values, messages };
}

describe("Blueprint", () => {
	it("is a store of its own, introduced first and activated last", () => {
		const messages = new rrb.Blueprint(new rrb.Spatial3DView()).toMessages("test", { makeActive: false });
		expect(messages.at(0)!.kind).toBe("storeInfo");
		expect(messages.at(-1)!.kind).toBe("blueprintActivation");
		expect(messages.slice(1, -1).every(({ kind }) => kind === "chunk")).toBe(true);
		const [id, ...others] = new Set(messages.map(({ storeId }) => storeId));
		expect(others).toEqual([]);
		expect(id).toEqual({ kind: "blueprint", recordingId: expect.any(String), applicationId: "test" });
		expect(messages.every(({ retention }) => retention === "persistent")).toBe(true);
	});

	it("writes containers, views and panels where viewers look for them", () => {
		const { values } = written(
			new rrb.Blueprint(
				new rrb.Horizontal(
					new rrb.Spatial3DView({
						name: "Space",
						origin: "/world/my robot",
						contents: ["$origin/**", "- /world/secret"],
					}),
					new rrb.Tabs(new rrb.TextLogView({ name: "Log" }), new rrb.TextDocumentView(), {
						activeTab: "Log",
					}),
					{ columnShares: [2, 1], name: "Row" },
				),
				new rrb.TimePanel({
					state: PanelState.Collapsed,
					timeline: "frame",
					playState: PlayState.Playing,
					timeSelection: { min: 1, max: { seconds: 2 } },
				}),
				{ collapsePanels: true, autoViews: false },
			),
		);
		expect(Object.fromEntries(values)).toEqual({
			"/view/#1/ViewContents": { "ViewContents:query": ["$origin/**", "- /world/secret"] },
			"/view/#1": {
				"ViewBlueprint:class_identifier": ["3D"],
				"ViewBlueprint:display_name": ["Space"],
				"ViewBlueprint:space_origin": ["/world/my\\ robot"],
			},
			"/view/#2/ViewContents": { "ViewContents:query": ["$origin/**"] },
			"/view/#2": {
				"ViewBlueprint:class_identifier": ["TextLog"],
				"ViewBlueprint:display_name": ["Log"],
				"ViewBlueprint:space_origin": ["/"],
			},
			"/view/#3/ViewContents": { "ViewContents:query": ["$origin/**"] },
			"/view/#3": { "ViewBlueprint:class_identifier": ["TextDocument"], "ViewBlueprint:space_origin": ["/"] },
			"/container/#4": {
				"ContainerBlueprint:container_kind": [ContainerKind.Tabs],
				"ContainerBlueprint:contents": ["view/#2", "view/#3"],
				"ContainerBlueprint:active_tab": ["view/#2"],
			},
			"/container/#5": {
				"ContainerBlueprint:container_kind": [ContainerKind.Horizontal],
				"ContainerBlueprint:contents": ["view/#1", "container/#4"],
				"ContainerBlueprint:col_shares": [2, 1],
				"ContainerBlueprint:display_name": ["Row"],
			},
			"/viewport": {
				"ViewportBlueprint:root_container": [expect.any(Array)],
				"ViewportBlueprint:auto_views": [false],
			},
			"/time_panel": {
				"TimePanelBlueprint:state": [PanelState.Collapsed],
				"TimePanelBlueprint:timeline": ["frame"],
				"TimePanelBlueprint:time_selection": [{ min: 1n, max: 2_000_000_000n }],
			},
			"/time_panel static": { "TimePanelBlueprint:play_state": [PlayState.Playing] },
			"/blueprint_panel": { "PanelBlueprint:state": [PanelState.Collapsed] },
			"/selection_panel": { "PanelBlueprint:state": [PanelState.Collapsed] },
		});
	});

	it("names its root by the bytes of the container's id", () => {
		const root = new rrb.Vertical(new rrb.MapView(), { rowShares: [1] });
		const viewport = written(root).values.get("/viewport")!;
		const [bytes] = viewport["ViewportBlueprint:root_container"] as number[][];
		expect(Buffer.from(bytes!).toString("hex")).toBe(root.id.replaceAll("-", ""));
	});

	it("leaves the layout to the viewer where there are no views", () => {
		expect(written(new rrb.Blueprint()).values.get("/viewport")).toEqual({
			"ViewportBlueprint:auto_layout": [true],
			"ViewportBlueprint:auto_views": [true],
		});
		expect(written(new rrb.Blueprint({ autoLayout: false, autoViews: false })).values.get("/viewport")).toEqual({
			"ViewportBlueprint:auto_layout": [false],
			"ViewportBlueprint:auto_views": [false],
		});
	});

	it("makes tabs of several views, and of one", () => {
		for (const views of [[new rrb.MapView()], [new rrb.MapView(), new rrb.GraphView()]]) {
			const { root } = new rrb.Blueprint(...views);
			expect([root!.kind, root!.contents]).toEqual([ContainerKind.Tabs, views]);
		}
	});

	it("is a file that is read back", () => {
		const reader = new RrdReader();
		const messages = [
			...reader.push(
				new rrb.Blueprint(new rrb.TensorView(), new rrb.TopPanel({ state: PanelState.Hidden })).toBytes("test"),
			),
		];
		reader.end();
		expect(messages.map(({ type }) => type)).toEqual([
			"header",
			"storeInfo",
			...Array(5).fill("chunk"),
			"blueprintActivation",
			"footer",
		]);
	});

	it("refuses what is no part of it", () => {
		expect(() => new rrb.Blueprint(5 as never)).toThrow(/made of views, containers and panels, not of 5/);
		expect(() => new rrb.Blueprint(new rrb.TimePanel(), new rrb.TimePanel())).toThrow(
			/one time panel; two are given/,
		);
		expect(() => new rrb.Horizontal(new rrb.TimePanel() as never)).toThrow(/holds views and containers/);
		expect(() =>
			new rrb.Blueprint(new rrb.Tabs(new rrb.MapView(), { activeTab: "Log" })).toMessages("test"),
		).toThrow(/activeTab is "Log"/);
		expect(() => new rrb.Blueprint().toMessages("a/b")).toThrow(RangeError);
	});
});

/** What a view's paths hold, but its own and its contents'. */
function viewValues(view: rrb.View): Record<string, Values> {
	const { values } = written(view);
	const entries = [...values].filter(([path]) => path.startsWith("/view/#1/") && path !== "/view/#1/ViewContents");
	expect(values.get("/view/#1")!["ViewBlueprint:class_identifier"]).toEqual([view.classIdentifier]);
	return Object.fromEntries(entries.map(([path, of]) => [path.slice("/view/#1/".length), of]));
}

describe("views", () => {
	const { cursorRelative, absolute } = rrb.TimeBoundary;

	it.each<[string, rrb.View, Record<string, Values>]>([
		[
			"3D",
			new rrb.Spatial3DView({
				background: [10, 20, 30],
				lineGrid: false,
				spatialInformation: { showAxes: true },
				eyeControls: { position: [1, 2, 3], lookTarget: [0, 0, 0] },
				timeRanges: { timeline: "frame", start: cursorRelative(-10), end: cursorRelative() },
				properties: [new NearClipPlane({ nearClipPlane: 0.5 })],
			}),
			{
				Background: { "Background:kind": [BackgroundKind.SolidColor], "Background:color": [0x0a141eff] },
				LineGrid3D: { "LineGrid3D:visible": [false] },
				SpatialInformation: { "SpatialInformation:show_axes": [true] },
				EyeControls3D: { "EyeControls3D:position": [[1, 2, 3]], "EyeControls3D:look_target": [[0, 0, 0]] },
				VisibleTimeRanges: {
					"VisibleTimeRanges:ranges": [
						{
							timeline: "frame",
							range: {
								start: { tag: "CursorRelative", value: -10n },
								end: { tag: "CursorRelative", value: 0n },
							},
						},
					],
				},
				NearClipPlane: { "NearClipPlane:near_clip_plane": [0.5] },
			},
		],
		[
			"2D",
			new rrb.Spatial2DView({
				background: BackgroundKind.GradientBright,
				visualBounds: { x: [0, 640], y: [0, 480] },
			}),
			{
				Background: { "Background:kind": [BackgroundKind.GradientBright] },
				VisualBounds2D: { "VisualBounds2D:range": [{ x_range: [0, 640], y_range: [0, 480] }] },
			},
		],
		[
			"of numbers over time",
			new rrb.TimeSeriesView({
				axisX: { link: LinkAxis.LinkToGlobal, viewRange: { start: absolute({ seconds: 1 }) } },
				axisY: { range: [-1, 1], zoomLock: true },
				plotLegend: Corner2D.LeftTop,
				background: { color: "#102030" },
				timeRanges: [{ timeline: "a" }, { timeline: "b", end: absolute(new Date(1)) }],
			}),
			{
				TimeAxis: {
					"TimeAxis:link": [LinkAxis.LinkToGlobal],
					"TimeAxis:view_range": [
						{ start: { tag: "Absolute", value: 1_000_000_000n }, end: { tag: "Infinite", value: null } },
					],
				},
				ScalarAxis: { "ScalarAxis:range": [[-1, 1]], "ScalarAxis:zoom_lock": [true] },
				PlotLegend: { "PlotLegend:corner": [Corner2D.LeftTop] },
				PlotBackground: { "PlotBackground:color": [0x102030ff] },
				VisibleTimeRanges: {
					"VisibleTimeRanges:ranges": [
						{
							timeline: "a",
							range: { start: { tag: "Infinite", value: null }, end: { tag: "Infinite", value: null } },
						},
						{
							timeline: "b",
							range: {
								start: { tag: "Infinite", value: null },
								end: { tag: "Absolute", value: 1_000_000n },
							},
						},
					],
				},
			},
		],
		[
			"of states",
			new rrb.StateTimelineView({ timeAxis: { zoomLock: true } }),
			{ TimeAxis: { "TimeAxis:zoom_lock": [true] } },
		],
		[
			"of bars",
			new rrb.BarChartView({ plotLegend: { visible: false } }),
			{ PlotLegend: { "PlotLegend:visible": [false] } },
		],
		[
			"of rows",
			new rrb.DataframeView({ query: { timeline: "frame" } }),
			{ DataframeQuery: { "DataframeQuery:timeline": ["frame"] } },
		],
		[
			"of a graph",
			new rrb.GraphView({ forceLink: { enabled: true, distance: 60 }, forceCenter: { strength: 0.5 } }),
			{
				ForceLink: { "ForceLink:enabled": [true], "ForceLink:distance": [60] },
				ForceCenter: { "ForceCenter:strength": [0.5] },
			},
		],
		[
			"of a map",
			new rrb.MapView({ zoom: 16, background: MapProvider.OpenStreetMap }),
			{
				MapZoom: { "MapZoom:zoom": [16] },
				MapBackground: { "MapBackground:provider": [MapProvider.OpenStreetMap] },
			},
		],
		[
			"of a tensor",
			new rrb.TensorView({ viewFit: ViewFit.Fill }),
			{ TensorViewFit: { "TensorViewFit:scaling": [ViewFit.Fill] } },
		],
		[
			"of a document",
			new rrb.TextDocumentView({ format: { wordWrap: false } }),
			{ TextDocumentFormat: { "TextDocumentFormat:word_wrap": [false] } },
		],
		[
			"of a log",
			new rrb.TextLogView({ format: { monospaceBody: true } }),
			{ TextLogFormat: { "TextLogFormat:monospace_body": [true] } },
		],
	])("%s have their properties", (_, view, values) => {
		expect(viewValues(view)).toEqual(values);
	});

	it("have defaults, and overrides of entities", () => {
		const values = viewValues(
			new rrb.TimeSeriesView({
				defaults: [Points3D.fromFields({ radii: 0.5 })],
				overrides: {
					"joints/a b": [
						SeriesLines.fromFields({ colors: "#ff0000" }),
						rrb.visualizerFor(SeriesLines.fromFields({ widths: 3 }), [
							{ target: "Scalars:scalars", from: { component: "Battery:levels", selector: ".volts" } },
							{ target: "SeriesLines:widths", from: "override" },
							{ target: "SeriesLines:names", from: "default" },
						]),
					],
					bones: LineStrips3D.fromFields({ radii: 1 }),
					hidden: new EntityBehavior({ visible: false }),
					trail: rrb.visibleTimeRanges({ timeline: "frame" }),
				},
			}),
		);
		const base = "ViewContents/overrides/joints/a\\ b/visualizers";
		expect(values["defaults"]).toEqual({ "Points3D:radii": [0.5] });
		const own = Object.entries(values).filter(([path]) => path.startsWith(`${base}/`));
		expect(own.map(([, of]) => of)).toEqual([
			{ "VisualizerInstruction:visualizer_type": ["SeriesLines"], "SeriesLines:colors": [0xff0000ff] },
			{
				"VisualizerInstruction:visualizer_type": ["SeriesLines"],
				"VisualizerInstruction:component_map": [
					{
						target: "Scalars:scalars",
						source_kind: 1,
						source_component: "Battery:levels",
						selector: ".volts",
					},
					{ target: "SeriesLines:widths", source_kind: 2, source_component: null, selector: null },
					{ target: "SeriesLines:names", source_kind: 3, source_component: null, selector: null },
				],
				"SeriesLines:widths": [3],
			},
		]);
		expect((values[base]!["ActiveVisualizers:instruction_ids"] as unknown[]).length).toBe(2);
		expect(values["ViewContents/overrides/hidden/visualizers"]).toEqual({ "EntityBehavior:visible": [false] });
		expect(Object.keys(values["ViewContents/overrides/trail/visualizers"]!)).toEqual(["VisibleTimeRanges:ranges"]);
		const bones = Object.entries(values).find(([path]) =>
			path.startsWith("ViewContents/overrides/bones/visualizers/"),
		)!;
		expect(bones[1]["VisualizerInstruction:visualizer_type"]).toEqual(["Lines3D"]);
	});

	it("refuse what they have no place for", () => {
		expect(() => written(new rrb.View("3D", { properties: [new Points3D([1, 2, 3])] }))).toThrow(
			/rerun.archetypes.Points3D/,
		);
		expect(() => rrb.visibleTimeRanges({ timeline: "a" }, { timeline: "a" })).toThrow(RangeError);
		expect(() => rrb.visualizerFor(new EntityBehavior({ visible: true }))).toThrow(TypeError);
	});
});

describe("an archetype without fields", () => {
	const { archetypes } = readArchetypeFacts();
	const dataArchetypes = archetypes.filter(({ name }) => name.startsWith("rerun.archetypes."));

	it("chooses a visualizer as an override, of any archetype, and leaves the rest of the blueprint whole", () => {
		for (const { name } of dataArchetypes) {
			const short = name.slice("rerun.archetypes.".length);
			const empty = (rr as unknown as Record<string, typeof Points3D>)[short]!.fromFields({});
			const view = new rrb.Spatial3DView({
				name: "view",
				overrides: { thing: empty, other: new SeriesLines() },
				defaults: [empty],
			});
			const { values } = written(view);
			const instructions = [...values].filter(([, row]) => "VisualizerInstruction:visualizer_type" in row);
			expect(
				instructions.map(([, row]) => row["VisualizerInstruction:visualizer_type"]),
				name,
			).toEqual([[visualizerFor(empty).type], ["SeriesLines"]]);
			expect([...values.values()].some((row) => "ViewBlueprint:display_name" in row)).toBe(true);
		}
	});

	it("is sent by a strict stream without a word", () => {
		const warnings: string[] = [];
		const recording = new rr.RecordingStream("test", {
			environment: {},
			strict: true,
			onWarning: (text) => warnings.push(text),
		});
		recording.sendBlueprint(
			new rrb.TimeSeriesView({ overrides: { a: new SeriesLines(), b: Points3D.fromFields({}) } }),
		);
		expect(warnings).toEqual([]);
	});

	it("of blueprints leaves properties as they are", () => {
		const bare = written(new rrb.Spatial3DView({ overrides: { thing: new Points3D([0, 0, 0]) } }));
		const { values } = written(
			new rrb.Spatial3DView({
				properties: [NearClipPlane.fromFields({})],
				overrides: { thing: [EntityBehavior.fromFields({}), new Points3D([0, 0, 0])] },
			}),
		);
		expect([...values.keys()]).toEqual([...bare.values.keys()]);
	});
});

it("a blueprint with lengths that don't fit together is sent with a warning, and refused by a strict stream", () => {
	const view = new rrb.Spatial3DView({ defaults: [new Points3D([0, 0, 0], { radii: [1, 2, 3] })] });
	const warnings: string[] = [];
	const recording = new rr.RecordingStream("test", { environment: {}, onWarning: (text) => warnings.push(text) });
	recording.sendBlueprint(view);
	expect(warnings).toEqual([
		"Points3D.radii has 3 values for 1 positions: give one for each, or a single one for all.",
	]);
	expect(written(view).messages.some((message) => message.chunk()?.entityPath.endsWith("/defaults") === true)).toBe(
		true,
	);
	const strict = new rr.RecordingStream("test", { environment: {}, strict: true });
	expect(() => strict.sendBlueprint(view)).toThrow("Points3D.radii has 3 values");
});
