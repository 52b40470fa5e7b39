import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { generateArchetypeSources, readArchetypeFacts } from "../../../../scripts/build-rerun-archetypes.ts";
import { type ArrowType, formatType } from "../arrow/arrow-type.ts";
import { type PlainValue, valueAt } from "../arrow/arrow-values.ts";
import * as rr from "../index.ts";
import type { Columns, Loggable } from "./archetype.ts";
import * as components from "./components.generated.ts";

/**
 * Throws what a stream would have been told of: wrong arguments are kept until somebody logs them.
 */
const made = <Thing extends { readonly error?: Error | undefined }>(thing: Thing): Thing => {
	if (thing.error !== undefined) throw thing.error;
	return thing;
};

/** All values of each component. */
const valuesOf = (thing: Loggable) =>
	Object.fromEntries(
		made(thing).batches.map(({ descriptor, values }): [string, PlainValue[]] => [
			descriptor.component,
			Array.from({ length: values.length }, (_, at) => valueAt(values, at)),
		]),
	);

/** The list of each row of each column. */
const rowsOf = (bulk: Columns) =>
	Object.fromEntries(
		made(bulk).columns.map(({ descriptor, lists }): [string, PlainValue[]] => [
			descriptor.component,
			Array.from({ length: lists.length }, (_, row) => valueAt(lists, row)),
		]),
	);

describe("the generated archetypes", () => {
	it("are those of the committed table", () => {
		const sources = generateArchetypeSources();
		expect(sources.size).toBeGreaterThan(15);
		for (const [file, text] of sources) expect(readFileSync(file, "utf8"), file).toBe(text);
	});

	it("are exported, all of them", () => {
		const { archetypes } = readArchetypeFacts();
		expect(archetypes).toHaveLength(86);
		for (const { name } of archetypes) {
			const short = name.slice(name.lastIndexOf(".") + 1);
			expect(name.includes(".blueprint.") ? rr.blueprintArchetypes : rr, name).toHaveProperty(short);
		}
	});

	it("have descriptors as Rerun has them", () => {
		const [positions] = new rr.Points3D([1, 2, 3]).batches;
		expect(positions!.descriptor).toEqual({
			component: "Points3D:positions",
			archetype: "rerun.archetypes.Points3D",
			componentType: "rerun.components.Position3D",
		});
		expect(formatType(positions!.values.type)).toBe("FixedSizeList<float32, 3>");
		const [ranges] = new rr.blueprintArchetypes.VisibleTimeRanges({
			timeline: "frame",
			range: { start: { tag: "CursorRelative", value: -5 }, end: { tag: "Infinite" } },
		}).batches;
		expect(valueAt(ranges!.values, 0)).toEqual({
			timeline: "frame",
			range: { start: { tag: "CursorRelative", value: -5n }, end: { tag: "Infinite", value: null } },
		});
	});
});

/** One value of a component, as users give it. */
function sample(type: ArrowType): unknown {
	switch (type.kind) {
		case "bool":
			return true;
		case "int":
			return type.bits === 64 ? 1n : 1;
		case "utf8":
			return "a";
		case "list":
			return type.item.type.kind === "int" ? Uint8Array.of(1, 2) : [sample(type.item.type)];
		case "fixedSizeList":
			return Array.from({ length: type.size }, () => sample(type.item.type));
		case "struct":
			return Object.fromEntries(
				type.fields.map((of) => [camelCase(of.name), of.nullable ? null : sample(of.type)]),
			);
		case "union":
			return { tag: type.fields[1]!.name, value: sample(type.fields[1]!.type) };
		default:
			return 1;
	}
}

const camelCase = (name: string) => name.replaceAll(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());

/** Values of components whose users don't give what Arrow keeps. */
const OTHER_SAMPLES: Readonly<Record<string, unknown>> = {
	AlbedoFactor: "#fff",
	AnnotationContext: [{ id: 1 }],
	Color: "#fff",
	TensorData: { shape: [2], data: [1, 2] },
	VideoCodec: rr.VideoCodec.H264,
	ImageFormat: { width: 1, height: 1 },
	VisibleTimeRange: { timeline: "frame", range: { start: { tag: "Infinite" }, end: { tag: "Infinite" } } },
};

/** Each archetype of Rerun with so many values in each of its fields. */
function* archetypesWith(lengthOf: (field: { readonly plural: boolean; readonly counts: boolean }) => number) {
	for (const { name, fields, count } of readArchetypeFacts().archetypes) {
		const short = name.slice(name.lastIndexOf(".") + 1);
		const of = (name.includes(".blueprint.") ? rr.blueprintArchetypes : rr) as unknown as Record<
			string,
			typeof rr.Points3D
		>;
		const given: Record<string, unknown> = {};
		const lengths: Record<string, number> = {};
		for (const field of fields) {
			const component = field.component.slice(field.component.lastIndexOf(".") + 1);
			const { type } = (components as unknown as Record<string, { readonly type: ArrowType }>)[component]!;
			const length = lengthOf({ plural: field.plural === true, counts: count === field.name });
			const value = OTHER_SAMPLES[component] ?? sample(type);
			given[camelCase(field.name)] =
				field.plural !== true && length === 1 ? value : Array.from({ length }, () => value);
			lengths[`${short}:${field.name}`] = length;
		}
		yield { short, thing: of[short]!.fromFields(given as never), lengths };
	}
}

describe("every archetype", () => {
	const lengthsOf = (thing: Loggable) =>
		Object.fromEntries(made(thing).batches.map(({ descriptor, values }) => [descriptor.component, values.length]));

	it("is made of batches whose lengths don't fit together, with a warning", () => {
		let warnings = 0;
		for (const [all, each, one] of [
			[1, 3, 1],
			[3, 2, 1],
			[0, 2, 1],
			[2, 2, 3],
		] as const) {
			for (const { short, thing, lengths } of archetypesWith(({ plural, counts }) =>
				!plural ? one : counts ? all : each,
			)) {
				expect(lengthsOf(thing), short).toEqual(lengths);
				if (thing.warning !== undefined) warnings++;
			}
		}
		expect(warnings).toBeGreaterThan(100);
	});

	it("takes batches that are empty, that are splats, and those with a value for each", () => {
		for (const [all, each] of [
			[2, 2],
			[2, 1],
			[2, 0],
			[0, 0],
			[0, 1],
		] as const)
			for (const { short, thing, lengths } of archetypesWith(({ plural, counts }) =>
				!plural ? 1 : counts ? all : each,
			)) {
				expect(lengthsOf(thing), short).toEqual(lengths);
				expect(thing.warning, short).toBeUndefined();
			}
	});
});

describe("an archetype", () => {
	it("takes flat numbers, typed arrays and tuples alike", () => {
		const expected = [
			[1, 2, 3],
			[4, 5, 6],
		];
		for (const positions of [
			expected,
			[1, 2, 3, 4, 5, 6],
			Float32Array.of(1, 2, 3, 4, 5, 6),
			Float64Array.of(1, 2, 3, 4, 5, 6),
			Uint8Array.of(1, 2, 3, 4, 5, 6),
			[Float32Array.of(1, 2, 3), [4, 5, 6]],
		])
			expect(valuesOf(new rr.Points3D(positions))["Points3D:positions"]).toEqual(expected);
	});

	it("keeps copies: what it was made of may change", () => {
		const positions = Float32Array.of(1, 2, 3);
		const sample = Buffer.from([1, 2, 3]);
		const points = new rr.Points3D(positions);
		const video = rr.VideoStream.fromFields({ sample });
		positions.fill(9);
		sample.fill(9);
		expect(valuesOf(points)["Points3D:positions"]).toEqual([[1, 2, 3]]);
		expect(valuesOf(video)["VideoStream:sample"]).toEqual([Uint8Array.of(1, 2, 3)]);
	});

	it("takes colours in every form, as Rerun packs them", () => {
		const packed = (colors: rr.Colors) => valuesOf(rr.Points3D.fromFields({ colors }))["Points3D:colors"];
		expect(packed(0x11223344)).toEqual([0x11223344]);
		expect(packed([255, 128, 0])).toEqual([0xff8000ff]);
		expect(packed([255, 128, 0, 64])).toEqual([0xff800040]);
		expect(packed(["#f80", "#ff8000", "#ff800040", "#F804"])).toEqual([
			0xff8800ff, 0xff8000ff, 0xff800040, 0xff880044,
		]);
		expect(packed([[1, 2, 3], 0xffffffff, "#000"])).toEqual([0x010203ff, 0xffffffff, 0x000000ff]);
		expect(packed(Uint32Array.of(1, 2))).toEqual([1, 2]);
		expect(packed(Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8))).toEqual([0x01020304, 0x05060708]);
		expect(packed([0xff0000ff, 0x00ff00ff, 0x0000ffff])).toEqual([0xff0000ff, 0x00ff00ff, 0x0000ffff]);
		expect(() => packed("red")).toThrow('Points3D.colors is "red"; a colour as a text is');
		expect(() => packed([[1, 2, 300]])).toThrow(
			"Points3D.colors has 300; the parts of a colour are integers from 0 to 255.",
		);
		expect(() => packed([0.5, 0.2, 0])).toThrow("Points3D.colors has 0.5; the parts of a colour are integers");
		expect(() => packed(-1)).toThrow("0xRRGGBBAA");
		expect(() => packed(Uint8Array.of(1, 2, 3))).toThrow("no multiple of 4");
	});

	it("says which field is wrong, and how", () => {
		const points = (options: Record<string, unknown>) => () => made(new rr.Points3D([0, 0, 0, 1, 1, 1], options));
		expect(points({ classIds: 70_000 })).toThrow(
			"Points3D.classIds is 70000, which does not fit uint16: 0 to 65535.",
		);
		expect(points({ classIds: [1, -1] })).toThrow("Points3D.classIds[1] is -1");
		expect(points({ radii: "1" })).toThrow('Points3D.radii must be a number or a list of numbers, not "1".');
		expect(points({ radii: [1, "2"] })).toThrow('Points3D.radii[1] must be a number, not "2".');
		expect(points({ labels: ["a", 5] })).toThrow("Points3D.labels[1] must be a string, not 5.");
		expect(points({ showLabels: 1 })).toThrow("Points3D.showLabels must be true or false, not 1.");
		expect(points({ colour: 1 })).toThrow("Points3D has no field colour; there are positions, radii, colors,");
		expect(() => made(new rr.Points3D([1, 2]))).toThrow(
			"Points3D.positions has 2 numbers, which is no multiple of 3.",
		);
		expect(() => made(new rr.Points3D([[1, 2]]))).toThrow(
			"Points3D.positions must have 3 numbers; it is a list of 2.",
		);
		expect(() => made(new rr.Points3D(5 as never))).toThrow("Points3D.positions must be a list of vectors");
		expect(() => made(new rr.Transform3D({ quaternion: [0, 0, 0] }))).toThrow(
			"Transform3D.quaternion has 3 numbers, which is no multiple of 4.",
		);
		expect(() => made(new rr.Transform3D({ relation: 7 as never }))).toThrow(
			"Transform3D.relation is 7; there are ParentFromChild (1)",
		);
		expect(() => made(new rr.EncodedImage("x" as never))).toThrow("must be bytes");
		expect(() => made(new rr.AnnotationContext([{ id: 1 }, { id: 1 }]))).toThrow(
			"AnnotationContext.context[1].id is 1, as that of a class before it.",
		);
		expect(() => made(new rr.AnnotationContext([{ id: -1 }]))).toThrow("does not fit uint16");
	});

	it("may be logged in part, or emptied", () => {
		expect(valuesOf(rr.Points3D.fromFields({ radii: 2 }))).toEqual({ "Points3D:radii": [2] });
		expect(valuesOf(rr.TextLog.fromFields({ level: "INFO" }, { clearUnset: true }))).toEqual({
			"TextLog:level": ["INFO"],
			"TextLog:text": [],
			"TextLog:color": [],
		});
		expect(valuesOf(rr.Scalars.clearFields())).toEqual({ "Scalars:scalars": [] });
		expect(valuesOf(new rr.Points3D([1, 2, 3], { radii: undefined, colors: null as never }))).toEqual({
			"Points3D:positions": [[1, 2, 3]],
		});
	});

	it("gives columns, one value a row or as they are partitioned", () => {
		expect(rowsOf(rr.Scalars.columns({ scalars: Float64Array.of(1, 2, 3) }))).toEqual({
			"Scalars:scalars": [[1], [2], [3]],
		});
		const positions = Float32Array.from({ length: 9 }, (_, at) => at);
		expect(rowsOf(rr.Points3D.columns({ positions, radii: [1, 2, 3] }).partition([1, 0, 2]))).toEqual({
			"Points3D:positions": [
				[[0, 1, 2]],
				[],
				[
					[3, 4, 5],
					[6, 7, 8],
				],
			],
			"Points3D:radii": [[1], [], [2, 3]],
		});
		expect(() => made(rr.Points3D.columns({ positions }).partition([2, 2]))).toThrow(
			"Points3D.positions has 3 values; the partition is of 4.",
		);
		const fewer = rr.Points3D.columns({ positions }).partition([1, 1]);
		expect(fewer.warning?.message).toBe("Points3D.positions has 3 values; the partition is of 2.");
		expect(rowsOf(fewer)["Points3D:positions"]).toHaveLength(2);
		expect(rowsOf(rr.VideoStream.columns({ sample: [Uint8Array.of(1), Uint8Array.of(2, 3)] }))).toEqual({
			"VideoStream:sample": [[Uint8Array.of(1)], [Uint8Array.of(2, 3)]],
		});
		expect(rowsOf(rr.AnyValues.columns({ level: [0.5, 0.25], name: ["a", "b"] }))).toEqual({
			level: [[0.5], [0.25]],
			name: [["a"], ["b"]],
		});
		expect(rowsOf(rr.DynamicArchetype.columns("Battery", { volts: [1, 2, 3] }).partition([2, 1]))).toEqual({
			"Battery:volts": [[1, 2], [3]],
		});
	});
});

describe("what is made by hand", () => {
	const formatOf = (thing: Loggable, name: string) => valuesOf(thing)[`${name}:format`]![0];

	it("Image tells what its pixels are from their type and number", () => {
		const format = (pixels: rr.Pixels, options: Partial<rr.ImageOptions> = {}) =>
			formatOf(new rr.Image(pixels, { width: 2, height: 2, ...options }), "Image");
		const none = { pixel_format: null };
		expect(format(new Uint8Array(4))).toEqual({
			...none,
			width: 2,
			height: 2,
			color_model: rr.ColorModel.L,
			channel_datatype: rr.ChannelDatatype.U8,
		});
		expect(format(new Float32Array(12))).toMatchObject({
			color_model: rr.ColorModel.RGB,
			channel_datatype: rr.ChannelDatatype.F32,
		});
		expect(format(new Uint16Array(16), { colorModel: rr.ColorModel.BGRA })).toMatchObject({
			color_model: rr.ColorModel.BGRA,
			channel_datatype: rr.ChannelDatatype.U16,
		});
		expect(format(new Uint8Array(6), { pixelFormat: rr.PixelFormat.NV12 })).toMatchObject({
			pixel_format: rr.PixelFormat.NV12,
			color_model: null,
		});
		expect(formatOf(new rr.Image({ width: 2, height: 1, data: new Uint8ClampedArray(8) }), "Image")).toMatchObject({
			color_model: rr.ColorModel.RGBA,
		});
		expect(formatOf(new rr.DepthImage(new Uint16Array(4), { width: 2, height: 2 }), "DepthImage")).toMatchObject({
			channel_datatype: rr.ChannelDatatype.U16,
			color_model: null,
		});
		expect(() => format(new Uint8Array(5))).toThrow("Image has 5 bytes for 2 x 2 pixels of 1 byte(s) a channel");
		expect(() => format(new Uint8Array(5), { pixelFormat: rr.PixelFormat.NV12 })).toThrow("of its format have 6");
		expect(() => format(new Uint8Array(4), { width: 0 })).toThrow("Image.width must be a positive integer, not 0.");
	});

	it("files tell what they are", () => {
		const mediaType = (thing: Loggable) =>
			Object.entries(valuesOf(thing)).find(([name]) => name.endsWith("media_type"))?.[1][0];
		const ascii = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));
		expect(mediaType(new rr.EncodedImage(ascii("\xff\xd8\xff\xe0")))).toBe("image/jpeg");
		expect(mediaType(new rr.EncodedImage(ascii("RIFF1234WEBPVP8 ")))).toBe("image/webp");
		expect(mediaType(new rr.EncodedImage(ascii("?"), { mediaType: "image/x-mine" }))).toBe("image/x-mine");
		expect(mediaType(new rr.EncodedImage(ascii("?")))).toBeUndefined();
		expect(mediaType(new rr.AssetVideo(ascii("\0\0\0\x18ftypisom")))).toBe("video/mp4");
		expect(mediaType(new rr.Asset3D(ascii("glTF\x02\0\0\0")))).toBe("model/gltf-binary");
	});

	it("Pinhole is made from what is known of a camera", () => {
		const matrix = (options: rr.PinholeOptions) =>
			valuesOf(new rr.Pinhole(options))["Pinhole:image_from_camera"]![0];
		expect(matrix({ focalLength: 500, width: 640, height: 480 })).toEqual([500, 0, 0, 0, 500, 0, 320, 240, 1]);
		expect(matrix({ focalLength: [500, 400], principalPoint: [1, 2], resolution: [640, 480] })).toEqual([
			500, 0, 0, 0, 400, 0, 1, 2, 1,
		]);
		const [focal] = matrix({ fovYRad: Math.PI / 2, width: 640, height: 480 }) as number[];
		expect(focal).toBeCloseTo(240, 4);
		const axes = (cameraXyz: rr.PinholeOptions["cameraXyz"]) =>
			valuesOf(new rr.Pinhole({ focalLength: 1, resolution: [2, 2], cameraXyz }))["Pinhole:camera_xyz"];
		expect(axes(rr.ViewCoordinates.RUB)).toEqual(axes([rr.ViewDir.Right, rr.ViewDir.Up, rr.ViewDir.Back]));
		expect(axes(rr.ViewCoordinates.RUB)).not.toEqual(axes(rr.ViewCoordinates.RDF));
		expect(() => matrix({ focalLength: 1 })).toThrow("Pinhole needs a size");
		expect(() => matrix({ width: 1, height: 1 })).toThrow("Pinhole needs a focalLength");
		expect(() => matrix({ fovYRad: 4, aspectRatio: 1 })).toThrow("between 0 and pi");
	});

	it("boxes are made from sizes and corners", () => {
		expect(valuesOf(rr.Boxes3D.fromSizes([2, 4, 6]))).toEqual({ "Boxes3D:half_sizes": [[1, 2, 3]] });
		expect(valuesOf(rr.Boxes3D.fromMinsAndSizes([[1, 1, 1]], [[2, 4, 6]], { labels: "a" }))).toEqual({
			"Boxes3D:half_sizes": [[1, 2, 3]],
			"Boxes3D:centers": [[2, 3, 4]],
			"Boxes3D:labels": ["a"],
		});
		expect(valuesOf(rr.Boxes2D.fromMinsAndSizes([10, 20], Float32Array.of(4, 6)))["Boxes2D:centers"]).toEqual([
			[12, 23],
		]);
		expect(valuesOf(rr.Boxes2D.fromSizes([[4, 6]]))["Boxes2D:half_sizes"]).toEqual([[2, 3]]);
		expect(() => made(rr.Boxes3D.fromSizes([1, 2]))).toThrow(
			"Boxes3D.sizes has 2 numbers, which is no multiple of 3.",
		);
		const oneCorner = valuesOf(rr.Boxes3D.fromMinsAndSizes([[1, 1, 1]], [2, 2, 2, 4, 4, 4]));
		expect(oneCorner["Boxes3D:centers"]).toEqual([
			[2, 2, 2],
			[3, 3, 3],
		]);
		expect(() => made(rr.Boxes3D.fromMinsAndSizes([1, 1, 1, 2, 2, 2], [1, 1, 1, 2, 2, 2, 3, 3, 3]))).toThrow(
			"Boxes3D.mins has 2 values for 3 sizes: give one for each, or a single one for all.",
		);
	});

	it("transforms are made from the matrices of WebXR and three.js", () => {
		const matrix = [0, 1, 0, 0, -1, 0, 0, 0, 0, 0, 1, 0, 7, 8, 9, 1];
		expect(valuesOf(rr.Transform3D.fromMatrix(matrix))).toEqual({
			"Transform3D:translation": [[7, 8, 9]],
			"Transform3D:mat3x3": [[0, 1, 0, -1, 0, 0, 0, 0, 1]],
		});
		const rowMajor = [0, -1, 0, 7, 1, 0, 0, 8, 0, 0, 1, 9, 0, 0, 0, 1];
		expect(() => made(rr.Transform3D.fromMatrix(rowMajor))).toThrow("column by column");
		expect(() => made(rr.Transform3D.fromMatrix([1]))).toThrow("16 numbers; it has 1");
	});

	it("texts and frames of videos have short forms", () => {
		expect(valuesOf(rr.TextDocument.markdown("# a"))).toEqual({
			"TextDocument:text": ["# a"],
			"TextDocument:media_type": ["text/markdown"],
		});
		expect(valuesOf(new rr.TextLog("x", { level: rr.TextLogLevel.Warn }))["TextLog:level"]).toEqual(["WARN"]);
		expect(valuesOf(rr.VideoFrameReference.atSeconds(1.5, { videoReference: "/v" }))).toEqual({
			"VideoFrameReference:timestamp": [1_500_000_000n],
			"VideoFrameReference:video_reference": ["/v"],
		});
		expect(() => made(rr.VideoFrameReference.atSeconds(Number.NaN))).toThrow("not NaN");
	});

	it("Mesh3D warns of triangles of vertices that there are not", () => {
		const vertices = [0, 0, 0, 1, 0, 0, 0, 1, 0];
		expect(() => made(new rr.Mesh3D(vertices, { triangleIndices: [0, 1, 2] }))).not.toThrow();
		const tooFew = new rr.Mesh3D(vertices, { triangleIndices: [0, 1, 3] });
		expect(tooFew.warning?.message).toBe("Mesh3D.triangleIndices has the vertex 3; there are 3 from 0 on.");
		expect(Object.keys(valuesOf(tooFew))).toEqual(["Mesh3D:vertex_positions", "Mesh3D:triangle_indices"]);
	});

	it("ViewCoordinates are right-handed and named after their axes", () => {
		expect(valuesOf(rr.ViewCoordinates.RUB)).toEqual({ "ViewCoordinates:xyz": [Uint8Array.of(3, 1, 6)] });
		expect(valuesOf(rr.ViewCoordinates.FLU)).toEqual({ "ViewCoordinates:xyz": [Uint8Array.of(5, 4, 1)] });
		expect(Object.keys(rr.ViewCoordinates)).toHaveLength(24);
		expect(rr.ViewCoordinates).not.toHaveProperty("RUF");
	});

	it("AnyValues have the types of their values", () => {
		const any = new rr.AnyValues({
			number: 1.5,
			big: 7n,
			text: "x",
			flags: [true, false],
			floats: Float32Array.of(1, 2),
			bytes: Uint8Array.of(1, 2).buffer,
			date: new Date(1000),
			typed: { type: { kind: "int", bits: 8, signed: true }, values: [1, null] },
			missing: undefined,
		});
		expect(valuesOf(any)).toEqual({
			number: [1.5],
			big: [7n],
			text: ["x"],
			flags: [true, false],
			floats: [1, 2],
			bytes: [Uint8Array.of(1, 2)],
			date: [1_000_000_000n],
			typed: [1, null],
		});
		expect(any.batches.map(({ values }) => formatType(values.type))).toEqual([
			"float64",
			"int64",
			"utf8",
			"bool",
			"float32",
			"List<uint8>",
			"Timestamp<nanosecond>",
			"int8",
		]);
		expect(any.batches[0]!.descriptor).toEqual({ component: "number" });
		expect(() => made(new rr.AnyValues({ mixed: [1, "a"] as never }))).toThrow(
			"mixed has values of several types.",
		);
		const empty = new rr.AnyValues({ empty: [], number: 1 });
		expect(valuesOf(empty)).toEqual({ number: [1] });
		expect(empty.warning?.message).toBe(
			"empty is empty and is left out: an empty list has no type. A typed array has one, and { type, values }.",
		);
		expect(new rr.DynamicArchetype("my.Battery", { level: 0.5 }).batches[0]!.descriptor).toEqual({
			component: "my.Battery:level",
			archetype: "my.Battery",
		});
	});

	it("tensors keep shape, names and the type of their numbers", () => {
		const tensor = new rr.Tensor({ shape: [2, 1], names: ["y", "x"], data: Int16Array.of(-1, 2) });
		expect(valuesOf(tensor)["Tensor:data"]).toEqual([
			{ shape: [2n, 1n], names: ["y", "x"], buffer: { tag: "I16", value: [-1, 2] } },
		]);
		expect(() => made(new rr.Tensor({ shape: [2, 2], data: [1, 2, 3] }))).toThrow(
			"Tensor.data has 3 numbers; a shape of 2 x 2 has 4.",
		);
	});

	it("Clear is of one entity or of all below", () => {
		expect(valuesOf(rr.Clear.flat())).toEqual({ "Clear:is_recursive": [false] });
		expect(valuesOf(rr.Clear.recursive())).toEqual({ "Clear:is_recursive": [true] });
	});
});
