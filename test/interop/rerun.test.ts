// Rerun's own SDK and program (0.41, from Python's package index) judge ours: its files are read
// here and ours there.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as components from "../../packages/rerun/src/archetypes/components.generated.ts";
import * as enums from "../../packages/rerun/src/archetypes/enums.generated.ts";
import { arrayFromValues } from "../../packages/rerun/src/arrow/arrow-values.ts";
import * as rr from "../../packages/rerun/src/index.ts";
import { compressLz4Block, decompressLz4Block } from "../../packages/rerun/src/lz4/lz4.ts";
import { RecordingStream } from "../../packages/rerun/src/stream/recording-stream.ts";
import { readArchetypeFacts } from "../../scripts/build-rerun-archetypes.ts";
import { rerunProgram, rerunPython } from "./rerun-environment.ts";

const peer = fileURLToPath(new URL("rerun_peer.py", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "panogaze-rerun-"));
const file = (name: string) => join(folder, name);

const python = (command: string, path: string) =>
	execFileSync(rerunPython, ["-W", "ignore", peer, command, path], {
		encoding: "utf8",
		stdio: ["ignore", "pipe", "inherit"],
	});
/** Runs `rerun rrd ...`. Its log goes to stderr, with the reason of a failure. */
const rrd = (...args: readonly string[]) =>
	execFileSync(rerunProgram, ["rrd", ...args], { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });

/** The same as `cases` in rerun_peer.py, in the words of our SDK. */
function cases(): Record<string, rr.Loggable> {
	const position = [
		[0, 1, 2],
		[3, 4, 5.5],
	];
	const bytes = (length: number) => Uint8Array.from({ length }, (_, at) => at);
	const ascii = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));
	return {
		points3d: new rr.Points3D(position, {
			radii: [0.5, -1],
			colors: [
				[255, 0, 0],
				[0, 255, 0, 128],
			],
			labels: ["a", "ü"],
			showLabels: true,
			classIds: 1,
			keypointIds: [3, 65535],
		}),
		points3d_update: rr.Points3D.fromFields({ colors: [[1, 2, 3]] }),
		points2d: new rr.Points2D(Float32Array.of(0, 1, 2, 3), { drawOrder: 2.5 }),
		lines3d: new rr.LineStrips3D(
			[
				[
					[0, 0, 0],
					[1, 1, 1],
				],
				[2, 2, 2, 3, 3, 3, 4, 4, 4],
			],
			{ colors: 0x11223344 },
		),
		lines2d: new rr.LineStrips2D([[0, 0, 1, 1]]),
		arrows3d: new rr.Arrows3D(position, { origins: [1, 1, 1, 2, 2, 2] }),
		boxes3d: new rr.Boxes3D([1, 2, 3], {
			centers: [4, 5, 6],
			quaternions: [0, 0, 0, 1],
			fillMode: rr.FillMode.Solid,
		}),
		boxes3d_axis: new rr.Boxes3D([1, 2, 3], { rotationAxisAngles: { axis: [0, 0, 1], angle: 0.5 } }),
		boxes2d: new rr.Boxes2D([1, 2], { centers: [3, 4] }),
		mesh3d: new rr.Mesh3D([0, 0, 0, 1, 0, 0, 0, 1, 0], {
			triangleIndices: [0, 1, 2],
			vertexNormals: [0, 0, 1, 0, 0, 1, 0, 0, 1],
			vertexColors: ["#f00", "#00ff00", 0x0000ffff],
		}),
		transform3d: new rr.Transform3D({
			translation: [1, 2, 3],
			quaternion: [0, 0, 0, 1],
			scale: 2,
			relation: rr.TransformRelation.ParentFromChild,
		}),
		transform3d_matrix: new rr.Transform3D({
			mat3x3: [0, 1, 0, -1, 0, 0, 0, 0, 1],
			childFrame: "c",
			parentFrame: "p",
		}),
		transform3d_axis: new rr.Transform3D({ rotationAxisAngle: { axis: [1, 0, 0], angle: 1.5 } }),
		instance_poses: new rr.InstancePoses3D({ translations: position }),
		pinhole: new rr.Pinhole({
			focalLength: [100, 200],
			width: 640,
			height: 480,
			cameraXyz: [rr.ViewDir.Right, rr.ViewDir.Down, rr.ViewDir.Forward],
			imagePlaneDistance: 0.5,
		}),
		pinhole_fov: new rr.Pinhole({ fovYRad: 1, aspectRatio: 1.5 }),
		view_coordinates: rr.ViewCoordinates.RUB,
		annotations: new rr.AnnotationContext([
			{
				id: 1,
				label: "body",
				color: [255, 0, 0],
				keypoints: [
					{ id: 0, label: "hip" },
					{ id: 1, label: "knee", color: [0, 0, 255, 128] },
				],
				connections: [[0, 1]],
			},
			{ id: 2 },
		]),
		scalars: new rr.Scalars([1.5, -2]),
		series_lines: new rr.SeriesLines({
			colors: "#ff0000",
			widths: 2,
			names: "x",
			visibleSeries: true,
			interpolationMode: rr.InterpolationMode.StepAfter,
		}),
		series_points: new rr.SeriesPoints(rr.MarkerShape.Cross, { markerSizes: 3 }),
		text_log: new rr.TextLog("hello", { level: "WARN", color: [1, 2, 3] }),
		text_document: new rr.TextDocument("# hi", { mediaType: "text/markdown" }),
		image_rgb: new rr.Image(bytes(24), { width: 4, height: 2, opacity: 0.5 }),
		image_nv12: new rr.Image(bytes(24), { width: 4, height: 4, pixelFormat: rr.PixelFormat.NV12 }),
		depth: new rr.DepthImage(Uint16Array.of(0, 1, 2, 3, 4, 5), {
			width: 3,
			height: 2,
			meter: 1000,
			colormap: rr.Colormap.Turbo,
			depthRange: [0, 5],
		}),
		segmentation: new rr.SegmentationImage(bytes(6), { width: 3, height: 2 }),
		encoded_image: new rr.EncodedImage(ascii("\x89PNG1234")),
		asset_video: new rr.AssetVideo(ascii("\0\0\0\x18ftypmp42")),
		video_stream: new rr.VideoStream(rr.VideoCodec.H264, { sample: Uint8Array.of(0, 0, 0, 1, 0x65) }),
		video_reference: new rr.VideoFrameReference(5, { videoReference: "/video" }),
		clear: rr.Clear.recursive(),
		tensor: new rr.Tensor({ shape: [2, 3], names: ["y", "x"], data: Float32Array.of(0, 1, 2, 3, 4, 5) }),
		bar_chart: new rr.BarChart([1, 2, 3]),
		graph_nodes: new rr.GraphNodes(["a", "b"], { positions: [0, 0, 1, 1] }),
		graph_edges: new rr.GraphEdges({ first: "a", second: "b" }, { graphType: rr.GraphType.Directed }),
		geo_points: new rr.GeoPoints([47.6, 19]),
		geo_lines: new rr.GeoLineStrings([
			[
				[47.6, 19],
				[48, 20],
			],
		]),
		ellipsoids: new rr.Ellipsoids3D([1, 2, 3], { lineRadii: 0.1 }),
		capsules: new rr.Capsules3D(1, 0.5),
		state: new rr.StateChange("open"),
		any_values: new rr.AnyValues({
			number: 1.5,
			text: "x",
			texts: ["a", "b"],
			flag: true,
			integer: 7n,
			floats: Float32Array.of(1, 2),
		}),
		named: new rr.AnyValues({ "a b.c-d,e\\f!": 1 }),
		dynamic_dotted: new rr.DynamicArchetype("my.own.Battery", { "level of it": 0.5 }),
		dynamic: new rr.DynamicArchetype("Battery", { level: 0.5 }),
		recording_info: rr.RecordingInfo.fromFields({ startTime: 5n, name: "n" }),
	};
}

/** The same as `log` in rerun_peer.py. */
function ourRecording(): Uint8Array {
	const recording = recordingInto(new rr.RrdWriter());
	for (const [name, thing] of Object.entries(cases())) recording.log(`static/${name}`, thing, { static: true });
	for (let frame = 0; frame < 30; frame++) {
		recording.setTime("frame", { sequence: frame });
		recording.setTime("since", { duration: frame * 0.25 });
		recording.setTime("of day, e.g. 🌞", { sequence: -frame });
		recording.setTime("at", { timestamp: 1_700_000_000 + frame * 0.5 });
		recording.log("plot", new rr.Scalars(frame * 2));
		if (frame % 3 === 0) recording.log("plot", new rr.TextLog(`frame ${frame}`));
	}
	recording.sendColumns(
		"columns",
		{ frame: { sequence: [0, 1, 2, 3] } },
		rr.Points3D.columns({ positions: Array.from({ length: 18 }, (_, at) => at) }).partition([1, 2, 0, 3]),
		rr.Points3D.columns({ radii: [1, 2, 3, 4] }),
	);
	recording.sendProperty("camera", new rr.AnyValues({ serial: "x1" }));
	recording.log(["my robot", "a/b", "größe €"], new rr.Scalars(1), { static: true });
	return recording.finish();
}

/** A stream, and the file of what was logged into it. */
function recordingInto(writer: rr.RrdWriter): RecordingStream & { readonly finish: () => Uint8Array } {
	const pieces: Uint8Array[] = [];
	const recording = new RecordingStream("panogaze_interop", {
		recordingId: "cases",
		sendProperties: false,
		logTime: false,
		strict: true,
		environment: {},
	});
	recording.setSinks({
		live: false,
		write: (messages) => {
			for (const message of messages) pieces.push(writer.message(message));
		},
		flush: async () => true,
		close: async () => {},
		stats: { messages: 0, bytes: 0, queuedBytes: 0, lostMessages: 0, lostBytes: 0, failure: null },
	});
	const finish = () => {
		recording.flushToSinks();
		return Buffer.concat([...pieces, writer.finish()]);
	};
	return Object.assign(recording, { finish });
}

/** Fields of structs that are enums, and one of their values. */
const ENUM_MEMBERS: Readonly<Record<string, number>> = {
	pixel_format: enums.PixelFormat.NV12,
	channel_datatype: enums.ChannelDatatype.U8,
	kind: 1,
	source_kind: 1,
};

/** A value of a type, none of them 0. */
function sampleOf(type: rr.ArrowType, component: string): unknown {
	const choices = Object.entries(enums).find(([name]) => component.endsWith(`.${name}`))?.[1];
	if (choices !== undefined) return Object.values(choices)[0];
	switch (type.kind) {
		case "bool":
			return true;
		case "utf8":
			return "text";
		case "list":
			return [sampleOf(type.item.type, "")];
		case "fixedSizeList":
			return Array.from({ length: type.size }, () => sampleOf(type.item.type, ""));
		case "struct":
			return Object.fromEntries(
				type.fields.map((field) => [field.name, ENUM_MEMBERS[field.name] ?? sampleOf(field.type, "")]),
			);
		case "union":
			return { tag: type.fields[1]!.name, value: sampleOf(type.fields[1]!.type, "") };
		case "int":
			return type.bits === 8 ? 1 : 3;
		default:
			return 1;
	}
}

/** Every row of a recording by entity, as plain values, sorted: rows may lie in any chunks. */
function contents(bytes: Uint8Array): Map<string, unknown[]> {
	const reader = new rr.RrdReader();
	const rows = new Map<string, unknown[]>();
	for (const message of reader.push(bytes)) {
		if (message.type !== "chunk") continue;
		const chunk = message.chunk();
		const known = rows.get(chunk.entityPath) ?? [];
		rows.set(chunk.entityPath, known);
		for (let row = 0; row < chunk.numRows; row++)
			known.push({
				// Its SDK can't be kept from logging the time of logging.
				times: Object.fromEntries(
					chunk.timelines
						.filter(({ name }) => name !== "log_time")
						.map(({ name, kind, times }) => [name, `${kind} ${times[row]}`]),
				),
				components: Object.fromEntries(
					chunk.components
						.map(
							({ descriptor, lists }) =>
								[
									descriptor.component,
									{ descriptor, type: rr.formatType(lists.type), values: rr.valueAt(lists, row) },
								] as const,
						)
						.filter(([, { values }]) => values !== null),
				),
			});
	}
	reader.end();
	const text = (row: unknown) => JSON.stringify(row, (_, value) => (typeof value === "bigint" ? `${value}n` : value));
	for (const known of rows.values()) known.sort((a, b) => (text(a) < text(b) ? -1 : 1));
	return rows;
}

describe("Rerun", () => {
	afterAll(() => rmSync(folder, { recursive: true }));

	let ours: Uint8Array;
	let theirs: Uint8Array;
	beforeAll(() => {
		ours = ourRecording();
		writeFileSync(file("ours.rrd"), ours);
		python("log", file("theirs.rrd"));
		theirs = readFileSync(file("theirs.rrd"));
	}, 300_000);

	it("has the same Arrow type for every component of every archetype", () => {
		python("types", file("types.json"));
		const official = JSON.parse(readFileSync(file("types.json"), "utf8")) as Record<string, string>;
		const ours = Object.values(components);
		expect(ours).toHaveLength(132);
		expect(Object.fromEntries(ours.map(({ name, type }) => [name, rr.formatType(type)]))).toEqual(
			Object.fromEntries(ours.map(({ name }) => [name, official[name]])),
		);
	});

	it("verifies a value in every field of every archetype, those of blueprints too", () => {
		const types = new Map(Object.values(components).map(({ name, type }) => [name, type]));
		const recording = recordingInto(new rr.RrdWriter());
		for (const { name, fields } of readArchetypeFacts().archetypes) {
			const shortName = name.slice(name.lastIndexOf(".") + 1);
			// Of its fields none was left after 0.33, and no SDK sends it.
			if (shortName === "TableBlueprint") continue;
			const batches = fields.map((field) => {
				const type = types.get(field.component)!;
				const descriptor = {
					component: `${shortName}:${field.name}`,
					archetype: name,
					componentType: field.component,
				};
				return { descriptor, values: arrayFromValues(type, [sampleOf(type, field.component)], field.name) };
			});
			recording.log(`all/${shortName}`, { batches }, { static: true });
		}
		writeFileSync(file("all.rrd"), recording.finish());
		expect(() => rrd("verify", file("all.rrd"))).not.toThrow();
	});

	it("verifies our file, footer included", () => {
		expect(() => rrd("verify", file("ours.rrd"))).not.toThrow();
		expect(rrd("print", "-vv", file("ours.rrd"))).toContain("Points3D:positions");
	});

	it("has the same in its SDK's file as we in ours: components, types, metadata and values", () => {
		const expected = contents(theirs);
		const actual = contents(ours);
		expect([...actual.keys()].sort()).toEqual([...expected.keys()].sort());
		for (const [path, rows] of expected) expect(actual.get(path), path).toEqual(rows);
	});

	it("finds its own file the same after it went through our reader and writer", () => {
		const reader = new rr.RrdReader();
		const writer = new rr.RrdWriter();
		const tuids = new rr.TuidSource(() => 1n);
		const pieces: Uint8Array[] = [];
		for (const message of reader.push(theirs)) {
			if (message.type === "storeInfo") pieces.push(writer.storeInfo(message.info, tuids.next()));
			if (message.type === "chunk") pieces.push(writer.chunk(message.storeId, message.chunk()));
		}
		reader.end();
		writeFileSync(file("copied.rrd"), Buffer.concat([...pieces, writer.finish()]));
		expect(() => rrd("verify", file("copied.rrd"))).not.toThrow();
		expect(() => rrd("compare", file("theirs.rrd"), file("copied.rrd"))).not.toThrow();
	});

	it("finds what our SDK logged the same as what its own logged", () => {
		expect(() =>
			rrd("compare", "--unordered", "--ignore-timeline", "log_time", file("theirs.rrd"), file("ours.rrd")),
		).not.toThrow();
	});

	it("rewrites our file with its own tools, and we read that", () => {
		rrd("optimize", file("ours.rrd"), "-o", file("optimized.rrd"));
		const expected = contents(ours);
		const actual = contents(readFileSync(file("optimized.rrd")));
		expect([...actual.keys()].sort()).toEqual([...expected.keys()].sort());
		for (const [path, rows] of expected) expect(actual.get(path), path).toHaveLength(rows.length);
	});

	it("finds its way in our footer: where chunks lie, and their times", () => {
		const footers = [ours, theirs].map(
			(bytes) => [...new rr.RrdReader().push(bytes)].find((message) => message.type === "footer")!,
		);
		const [mine, official] = footers.map((footer) => footer.manifests[0]!);
		const columns = [...official!.columns].filter(([name]) => !name.startsWith("log_time:"));
		expect([...mine!.columns.keys()].sort()).toEqual(columns.map(([name]) => name).sort());
		for (const [name, column] of columns)
			expect(rr.formatType(mine!.columns.get(name)!.type), name).toBe(rr.formatType(column.type));
	});
});

describe("pyarrow", () => {
	it("reads the Arrow bytes of our chunks and finds nothing wrong", () => {
		const reader = new rr.RrdReader();
		let chunks = 0;
		for (const message of reader.push(ourRecording())) {
			if (message.type !== "chunk" || !/plot|annotations|any_values|tensor/.test(message.chunk().entityPath))
				continue;
			const path = join(tmpdir(), `panogaze-${process.pid}.arrow`);
			writeFileSync(path, rr.encodeChunk(message.chunk()));
			const table = JSON.parse(python("arrow", path)) as {
				rows: number;
				metadata: Record<string, string>;
				columns: { name: string; type: string; values: unknown[] }[];
			};
			rmSync(path);
			chunks++;
			expect(table.metadata["rerun:entity_path"]).toBe(message.chunk().entityPath);
			expect(table.rows).toBe(message.chunk().numRows);
			if (message.chunk().components[0]!.descriptor.component !== "Scalars:scalars") continue;
			const column = (name: string) => table.columns.find((of) => of.name === name)!;
			const { times } = message.chunk().timelines.find(({ name }) => name === "frame")!;
			expect(column("frame").values).toEqual(Array.from(times, Number));
			expect(column("Scalars:scalars").type).toBe("list<item: double>");
		}
		expect(chunks).toBeGreaterThan(3);
	});
});

describe("LZ4's own library", () => {
	it("reads our blocks, and we read its", () => {
		const raw = Buffer.concat([
			readFileSync(peer),
			Buffer.alloc(70_000, "abcdefg"),
			readFileSync(rerunPython).subarray(0, 300_000),
		]);
		const path = join(tmpdir(), `panogaze-${process.pid}.lz4`);
		writeFileSync(path, raw);
		writeFileSync(`${path}.block`, compressLz4Block(raw));
		expect(JSON.parse(python("lz4", path))).toBe(true);
		expect(Buffer.compare(decompressLz4Block(readFileSync(`${path}.theirs`), raw.length), raw)).toBe(0);
		for (const suffix of ["", ".block", ".theirs"]) rmSync(path + suffix);
	});
});
