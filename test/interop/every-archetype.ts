import { readFileSync } from "node:fs";
import { crc32, deflateSync } from "node:zlib";
import * as rr from "../../packages/rerun/src/index.ts";

/**
 * An entity of each of Rerun's archetypes, with content that a viewer can show beside others of its
 * kind.
 *
 * @param options.movie path of an MP4 file.
 */
export function everyArchetype(options: {
	readonly keyframe: Uint8Array;
	readonly movie: string;
}): Record<string, rr.Loggable[]> {
	const triangle = [0, 0, 0, 1, 0, 0, 0, 1, 0];
	return {
		space: [rr.ViewCoordinates.RUB, new rr.AnnotationContext(CLASSES)],
		"space/points": [
			new rr.Points3D(triangle, { classIds: 1, keypointIds: [0, 1, 2], radii: 0.05, showLabels: true }),
		],
		"space/arrows": [new rr.Arrows3D([0, 1, 0], { origins: [2, 0, 0], colors: "#00ff00", labels: "up" })],
		"space/boxes": [
			new rr.Boxes3D([0.3, 0.3, 0.3], { centers: [3, 0, 0], fillMode: rr.FillMode.Solid }),
			new rr.InstancePoses3D({ translations: [0, 0, 0, 0, 1, 0], scales: [1, 1, 1, 0.5, 0.5, 0.5] }),
		],
		"space/capsules": [new rr.Capsules3D(1, 0.2, { translations: [4, 0, 0] })],
		"space/cylinders": [new rr.Cylinders3D(1, 0.2, { centers: [5, 0, 0] })],
		"space/ellipsoids": [
			new rr.Ellipsoids3D([0.2, 0.4, 0.3], { centers: [6, 0, 0], fillMode: rr.FillMode.MajorWireframe }),
		],
		"space/lines": [new rr.LineStrips3D([triangle], { colors: [255, 0, 0], radii: 0.02 })],
		"space/mesh": [
			new rr.Mesh3D(triangle, {
				triangleIndices: [0, 1, 2],
				vertexColors: ["#f00", "#0f0", "#00f"],
				vertexTexcoords: [0, 0, 1, 0, 0, 1],
			}),
		],
		"space/model": [new rr.Asset3D(glb(), { mediaType: "model/gltf-binary" })],
		"space/moved": [
			new rr.Transform3D({ translation: [0, 2, 0], quaternion: [0, 0, 0, 1], scale: 2 }),
			new rr.TransformAxes3D(0.5),
		],
		"space/frame": [new rr.CoordinateFrame("tf#/space/moved")],
		"space/camera": [
			new rr.Transform3D({ translation: [0, 0, 3] }),
			new rr.Pinhole({
				width: 8,
				height: 4,
				focalLength: 8,
				cameraXyz: [rr.ViewDir.Right, rr.ViewDir.Down, rr.ViewDir.Forward],
			}),
		],
		"space/camera/depth": [
			new rr.DepthImage(
				Uint16Array.from({ length: 32 }, (_, at) => 1000 + at),
				{
					width: 8,
					height: 4,
					meter: 1000,
					colormap: rr.Colormap.Turbo,
				},
			),
		],
		"grid map": [
			new rr.GridMap(
				bytes(64),
				{ width: 8, height: 8, colorModel: rr.ColorModel.L, channelDatatype: rr.ChannelDatatype.U8 },
				0.5,
			),
		],
		"pictures/points": [
			new rr.Points2D([1, 1, 5, 3], { radii: 1, colors: ["#ff0000", "#00ff00"], labels: ["a", "b"] }),
		],
		"pictures/arrows": [new rr.Arrows2D([3, 1], { origins: [1, 1] })],
		"pictures/boxes": [new rr.Boxes2D([1, 2], { centers: [3, 4] })],
		"pictures/ellipses": [new rr.Ellipses2D([1, 2], { centers: [9, 4] })],
		"pictures/lines": [new rr.LineStrips2D([[0, 0, 8, 8]])],
		"pictures/pixels": [new rr.Image(bytes(96), { width: 8, height: 4, opacity: 0.5 })],
		"pictures/file": [new rr.EncodedImage(png(8, 4, 8))],
		"pictures/classes": [
			new rr.AnnotationContext([{ id: 1, label: "one" }]),
			new rr.SegmentationImage(new Uint8Array(32).fill(1), { width: 8, height: 4 }),
		],
		"pictures/depth": [new rr.EncodedDepthImage(png(8, 4, 16), { mediaType: "image/png", meter: 1000 })],
		video: [new rr.VideoStream(rr.VideoCodec.H264, { sample: options.keyframe, isKeyframe: true })],
		movie: [new rr.AssetVideo(readFileSync(options.movie)), new rr.VideoFrameReference(0)],
		bars: [new rr.BarChart([1, 3, 2], { color: "#123456" })],
		tensor: [
			new rr.Tensor({
				shape: [2, 3, 4],
				names: ["z", "y", "x"],
				data: Float32Array.from({ length: 24 }, (_, at) => at),
			}),
		],
		graph: [
			new rr.GraphNodes(["a", "b", "c"], { labels: ["A", "B", "C"], colors: "#ff8800" }),
			new rr.GraphEdges([{ first: "a", second: "b" }], { graphType: rr.GraphType.Directed }),
		],
		"map/points": [new rr.GeoPoints([47.6, 19.0], { radii: -5 })],
		"map/lines": [new rr.GeoLineStrings([[47.6, 19.0, 47.7, 19.1]])],
		document: [new rr.TextDocument("# Title\n\nText.", { mediaType: "text/markdown" })],
		log: [new rr.TextLog("Something happened.", { level: "WARN" })],
		"plot/line": [new rr.Scalars(1), new rr.SeriesLines({ names: "line", colors: "#ff0000", widths: 2 })],
		"plot/points": [
			new rr.Scalars(2),
			new rr.SeriesPoints(rr.MarkerShape.Cross, { names: "points", markerSizes: 4 }),
		],
		state: [
			new rr.StateChange("open"),
			new rr.StateConfiguration({ values: ["open", "closed"], labels: ["Open", "Closed"] }),
		],
		"mcap/channel": [new rr.McapChannel(1, "/topic", "json")],
		"mcap/message": [new rr.McapMessage(bytes(8))],
		"mcap/schema": [new rr.McapSchema(1, "name", "jsonschema", bytes(8))],
		"mcap/statistics": [new rr.McapStatistics(1, 2, 3, 4, 5, 6, 7, 8)],
		own: [
			new rr.AnyValues({ number: 1.5, text: "x", flags: [true, false], big: 7n }),
			new rr.DynamicArchetype("Battery", { level: 0.5 }),
		],
		gone: [rr.Clear.recursive()],
		__properties: [rr.RecordingInfo.fromFields({ name: "Every archetype", startTime: 1n })],
	};
}

/** A view for all of them. */
export function viewsOfEverything(): rr.View[] {
	return [
		new rr.Spatial3DView({ name: "space", origin: "space" }),
		new rr.Spatial3DView({ name: "grid map", origin: "grid map" }),
		new rr.Spatial2DView({ name: "pictures", origin: "pictures" }),
		new rr.Spatial2DView({ name: "video", origin: "video" }),
		new rr.Spatial2DView({ name: "movie", origin: "movie" }),
		new rr.BarChartView({ name: "bars", origin: "bars" }),
		new rr.TensorView({ name: "tensor", origin: "tensor" }),
		new rr.GraphView({ name: "graph", origin: "graph" }),
		new rr.MapView({ name: "map", origin: "map", zoom: 10, background: rr.MapProvider.OpenStreetMap }),
		new rr.TextDocumentView({ name: "document", origin: "document" }),
		new rr.TextLogView({ name: "log", origin: "log" }),
		new rr.TimeSeriesView({ name: "plot", origin: "plot" }),
		new rr.DataframeView({
			name: "rows",
			origin: "/",
			contents: ["mcap/**", "own", "gone"],
			query: { timeline: "frame" },
		}),
	];
}

const CLASSES: readonly rr.ClassDescription[] = [
	{
		id: 1,
		label: "body",
		color: [255, 0, 255],
		keypoints: [
			{ id: 0, label: "hip" },
			{ id: 1, label: "knee" },
			{ id: 2, label: "foot" },
		],
		connections: [
			[0, 1],
			[1, 2],
		],
	},
];

function bytes(length: number): Uint8Array {
	return Uint8Array.from({ length }, (_, at) => (at * 5) % 256);
}

/** A grey picture (ISO/IEC 15948). */
function png(width: number, height: number, bitDepth: 8 | 16): Uint8Array {
	const header = Buffer.alloc(13);
	header.writeUInt32BE(width, 0);
	header.writeUInt32BE(height, 4);
	header[8] = bitDepth;
	const row = Buffer.concat([Buffer.of(0), Buffer.alloc((width * bitDepth) / 8, 7)]);
	const chunk = (type: string, data: Buffer) => {
		const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
		const [length, checksum] = [Buffer.alloc(4), Buffer.alloc(4)];
		length.writeUInt32BE(data.length);
		checksum.writeUInt32BE(crc32(body));
		return Buffer.concat([length, body, checksum]);
	};
	const picture = deflateSync(Buffer.concat(Array.from({ length: height }, () => row)));
	return Buffer.concat([
		Buffer.from("\x89PNG\r\n\x1a\n", "latin1"),
		chunk("IHDR", header),
		chunk("IDAT", picture),
		chunk("IEND", Buffer.alloc(0)),
	]);
}

/** A triangle as binary glTF 2.0. */
function glb(): Uint8Array {
	const positions = Buffer.from(Float32Array.of(0, -1, 0, 1, -1, 0, 0, -2, 0).buffer);
	const indices = Buffer.from(Uint32Array.of(0, 1, 2).buffer);
	const json = JSON.stringify({
		asset: { version: "2.0" },
		scene: 0,
		scenes: [{ nodes: [0] }],
		nodes: [{ mesh: 0 }],
		meshes: [{ primitives: [{ attributes: { POSITION: 0 }, indices: 1 }] }],
		accessors: [
			{ bufferView: 0, componentType: 5126, count: 3, type: "VEC3", min: [0, -2, 0], max: [1, -1, 0] },
			{ bufferView: 1, componentType: 5125, count: 3, type: "SCALAR" },
		],
		bufferViews: [
			{ buffer: 0, byteLength: positions.length },
			{ buffer: 0, byteOffset: positions.length, byteLength: indices.length },
		],
		buffers: [{ byteLength: positions.length + indices.length }],
	});
	const text = Buffer.from(json.padEnd(Math.ceil(json.length / 4) * 4));
	const chunk = (type: number, data: Buffer) => {
		const header = Buffer.alloc(8);
		header.writeUInt32LE(data.length, 0);
		header.writeUInt32LE(type, 4);
		return Buffer.concat([header, data]);
	};
	const body = Buffer.concat([chunk(0x4e4f534a, text), chunk(0x004e4942, Buffer.concat([positions, indices]))]);
	const header = Buffer.alloc(12);
	header.write("glTF", "latin1");
	header.writeUInt32LE(2, 4);
	header.writeUInt32LE(12 + body.length, 8);
	return Buffer.concat([header, body]);
}
