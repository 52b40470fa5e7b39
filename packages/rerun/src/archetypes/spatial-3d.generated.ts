// Written by scripts/build-rerun-archetypes.ts from scripts/rerun-archetypes.json. Not edited by hand; a test compares the two.

import { Archetype, ArchetypeColumns, archetypeSpec, type FromFieldsOptions } from "./archetype.ts";
import type { Color, Colors } from "./color.ts";
import type { Bytes, Flags, Numbers, Texts, Vector, Vectors } from "./component.ts";
import * as components from "./components.generated.ts";
import type { FillMode, MeshFaceRendering } from "./enums.generated.ts";

const ARROWS_3D = archetypeSpec("rerun.archetypes.Arrows3D", {
	vectors: { name: "vectors", component: components.Vector3D, plural: true, count: "all" },
	origins: { name: "origins", component: components.Position3D, plural: true, count: "each" },
	radii: { name: "radii", component: components.Radius, plural: true, count: "each" },
	colors: { name: "colors", component: components.Color, plural: true, count: "each" },
	labels: { name: "labels", component: components.Text, plural: true, count: "each" },
	showLabels: { name: "show_labels", component: components.ShowLabels },
	classIds: { name: "class_ids", component: components.ClassId, plural: true, count: "each" },
});

/** Fields of `Arrows3D`. */
export interface Arrows3DFields {
	/** Vectors from the origins to the tips. */
	readonly vectors?: Vectors | undefined;
	/** Beginnings of the arrows. Without them, the origin of the space. */
	readonly origins?: Vectors | undefined;
	/** Radii in the units of the scene. Negative radii are in points of the screen. */
	readonly radii?: Numbers | undefined;
	/** Colours. Without them, the class or the entity has one. */
	readonly colors?: Colors | undefined;
	/** Texts. */
	readonly labels?: Texts | undefined;
	/** True: labels are drawn. Without it, the viewer decides. */
	readonly showLabels?: boolean | undefined;
	/** Class ids, to which an `AnnotationContext` gives names and colours. */
	readonly classIds?: Numbers | undefined;
}

/** Fields of `Arrows3D`, with values for many rows. */
export interface Arrows3DColumns {
	readonly vectors?: Vectors | undefined;
	readonly origins?: Vectors | undefined;
	readonly radii?: Numbers | undefined;
	readonly colors?: Colors | undefined;
	readonly labels?: Texts | undefined;
	readonly showLabels?: Flags | undefined;
	readonly classIds?: Numbers | undefined;
}

/** Arrows in space. */
export class Arrows3D extends Archetype {
	constructor(vectors: Vectors, options: Omit<Arrows3DFields, "vectors"> = {}) {
		super(ARROWS_3D, { vectors, ...options });
	}

	/** Some of its fields. The others keep the values that were logged before. */
	static fromFields(fields: Arrows3DFields, options?: FromFieldsOptions): Archetype {
		return new Archetype(ARROWS_3D, fields as Readonly<Record<string, unknown>>, options);
	}

	/** Empties all of its fields. */
	static clearFields(): Archetype {
		return new Archetype(ARROWS_3D, {}, { clearUnset: true });
	}

	/** Fields of many rows, for `sendColumns`: one value in each row, unless they are partitioned. */
	static columns(fields: Arrows3DColumns): ArchetypeColumns {
		return new ArchetypeColumns(ARROWS_3D, fields as Readonly<Record<string, unknown>>);
	}
}

const ASSET_3D = archetypeSpec("rerun.archetypes.Asset3D", {
	blob: { name: "blob", component: components.Blob },
	mediaType: { name: "media_type", component: components.MediaType },
	albedoFactor: { name: "albedo_factor", component: components.AlbedoFactor },
});

/** Fields of `Asset3D`. */
export interface Asset3DFields {
	/** The bytes of the file. */
	readonly blob?: Bytes | undefined;
	/** The media type, such as `image/png`. Without it, viewers guess. */
	readonly mediaType?: string | undefined;
	/** Colour by which all others are multiplied. */
	readonly albedoFactor?: Color | undefined;
}

/** Fields of `Asset3D`, with values for many rows. */
export interface Asset3DColumns {
	readonly blob?: Bytes | readonly Bytes[] | undefined;
	readonly mediaType?: Texts | undefined;
	readonly albedoFactor?: Colors | undefined;
}

/** A 3D model in a file of its own: glTF, GLB, OBJ, STL or DAE. */
export class Asset3DBase extends Archetype {
	constructor(blob: Bytes, options: Omit<Asset3DFields, "blob"> = {}) {
		super(ASSET_3D, { blob, ...options });
	}

	/** Some of its fields. The others keep the values that were logged before. */
	static fromFields(fields: Asset3DFields, options?: FromFieldsOptions): Archetype {
		return new Archetype(ASSET_3D, fields as Readonly<Record<string, unknown>>, options);
	}

	/** Empties all of its fields. */
	static clearFields(): Archetype {
		return new Archetype(ASSET_3D, {}, { clearUnset: true });
	}

	/** Fields of many rows, for `sendColumns`: one value in each row, unless they are partitioned. */
	static columns(fields: Asset3DColumns): ArchetypeColumns {
		return new ArchetypeColumns(ASSET_3D, fields as Readonly<Record<string, unknown>>);
	}
}

const BOXES_3D = archetypeSpec("rerun.archetypes.Boxes3D", {
	halfSizes: { name: "half_sizes", component: components.HalfSize3D, plural: true, count: "all" },
	centers: { name: "centers", component: components.Translation3D, plural: true, count: "each" },
	rotationAxisAngles: { name: "rotation_axis_angles", component: components.RotationAxisAngle, plural: true, count: "each" },
	quaternions: { name: "quaternions", component: components.RotationQuat, plural: true, count: "each" },
	colors: { name: "colors", component: components.Color, plural: true, count: "each" },
	radii: { name: "radii", component: components.Radius, plural: true, count: "each" },
	fillMode: { name: "fill_mode", component: components.FillMode },
	labels: { name: "labels", component: components.Text, plural: true, count: "each" },
	showLabels: { name: "show_labels", component: components.ShowLabels },
	classIds: { name: "class_ids", component: components.ClassId, plural: true, count: "each" },
});

/** Fields of `Boxes3D`. */
export interface Boxes3DFields {
	/** Half of the size along each axis. */
	readonly halfSizes?: Vectors | undefined;
	/** Centres. Without them, the origin of the space. */
	readonly centers?: Vectors | undefined;
	/** Rotations about axes. */
	readonly rotationAxisAngles?: { readonly axis: Vector; readonly angle: number } | readonly { readonly axis: Vector; readonly angle: number }[] | undefined;
	/** Rotations, x y z w. */
	readonly quaternions?: Vectors | undefined;
	/** Colours. Without them, the class or the entity has one. */
	readonly colors?: Colors | undefined;
	/** Radii in the units of the scene. Negative radii are in points of the screen. */
	readonly radii?: Numbers | undefined;
	/** The parts that are drawn: edges or surfaces. */
	readonly fillMode?: FillMode | undefined;
	/** Texts. */
	readonly labels?: Texts | undefined;
	/** True: labels are drawn. Without it, the viewer decides. */
	readonly showLabels?: boolean | undefined;
	/** Class ids, to which an `AnnotationContext` gives names and colours. */
	readonly classIds?: Numbers | undefined;
}

/** Fields of `Boxes3D`, with values for many rows. */
export interface Boxes3DColumns {
	readonly halfSizes?: Vectors | undefined;
	readonly centers?: Vectors | undefined;
	readonly rotationAxisAngles?: { readonly axis: Vector; readonly angle: number } | readonly { readonly axis: Vector; readonly angle: number }[] | undefined;
	readonly quaternions?: Vectors | undefined;
	readonly colors?: Colors | undefined;
	readonly radii?: Numbers | undefined;
	readonly fillMode?: FillMode | ArrayLike<FillMode> | undefined;
	readonly labels?: Texts | undefined;
	readonly showLabels?: Flags | undefined;
	readonly classIds?: Numbers | undefined;
}

/** Boxes, by their centres, half sizes and rotations. */
export class Boxes3DBase extends Archetype {
	constructor(halfSizes: Vectors, options: Omit<Boxes3DFields, "halfSizes"> = {}) {
		super(BOXES_3D, { halfSizes, ...options });
	}

	/** Some of its fields. The others keep the values that were logged before. */
	static fromFields(fields: Boxes3DFields, options?: FromFieldsOptions): Archetype {
		return new Archetype(BOXES_3D, fields as Readonly<Record<string, unknown>>, options);
	}

	/** Empties all of its fields. */
	static clearFields(): Archetype {
		return new Archetype(BOXES_3D, {}, { clearUnset: true });
	}

	/** Fields of many rows, for `sendColumns`: one value in each row, unless they are partitioned. */
	static columns(fields: Boxes3DColumns): ArchetypeColumns {
		return new ArchetypeColumns(BOXES_3D, fields as Readonly<Record<string, unknown>>);
	}
}

const CAPSULES_3D = archetypeSpec("rerun.archetypes.Capsules3D", {
	lengths: { name: "lengths", component: components.Length, plural: true, count: "all" },
	radii: { name: "radii", component: components.Radius, plural: true, count: "each" },
	translations: { name: "translations", component: components.Translation3D, plural: true, count: "each" },
	rotationAxisAngles: { name: "rotation_axis_angles", component: components.RotationAxisAngle, plural: true, count: "each" },
	quaternions: { name: "quaternions", component: components.RotationQuat, plural: true, count: "each" },
	colors: { name: "colors", component: components.Color, plural: true, count: "each" },
	lineRadii: { name: "line_radii", component: components.Radius, plural: true, count: "each" },
	fillMode: { name: "fill_mode", component: components.FillMode },
	labels: { name: "labels", component: components.Text, plural: true, count: "each" },
	showLabels: { name: "show_labels", component: components.ShowLabels },
	classIds: { name: "class_ids", component: components.ClassId, plural: true, count: "each" },
});

/** Fields of `Capsules3D`. */
export interface Capsules3DFields {
	/** Lengths along the axis. */
	readonly lengths?: Numbers | undefined;
	/** Radii in the units of the scene. Negative radii are in points of the screen. */
	readonly radii?: Numbers | undefined;
	/** Positions. */
	readonly translations?: Vectors | undefined;
	/** Rotations about axes. */
	readonly rotationAxisAngles?: { readonly axis: Vector; readonly angle: number } | readonly { readonly axis: Vector; readonly angle: number }[] | undefined;
	/** Rotations, x y z w. */
	readonly quaternions?: Vectors | undefined;
	/** Colours. Without them, the class or the entity has one. */
	readonly colors?: Colors | undefined;
	/** Radii of the lines. Negative radii are in points of the screen. */
	readonly lineRadii?: Numbers | undefined;
	/** The parts that are drawn: edges or surfaces. */
	readonly fillMode?: FillMode | undefined;
	/** Texts. */
	readonly labels?: Texts | undefined;
	/** True: labels are drawn. Without it, the viewer decides. */
	readonly showLabels?: boolean | undefined;
	/** Class ids, to which an `AnnotationContext` gives names and colours. */
	readonly classIds?: Numbers | undefined;
}

/** Fields of `Capsules3D`, with values for many rows. */
export interface Capsules3DColumns {
	readonly lengths?: Numbers | undefined;
	readonly radii?: Numbers | undefined;
	readonly translations?: Vectors | undefined;
	readonly rotationAxisAngles?: { readonly axis: Vector; readonly angle: number } | readonly { readonly axis: Vector; readonly angle: number }[] | undefined;
	readonly quaternions?: Vectors | undefined;
	readonly colors?: Colors | undefined;
	readonly lineRadii?: Numbers | undefined;
	readonly fillMode?: FillMode | ArrayLike<FillMode> | undefined;
	readonly labels?: Texts | undefined;
	readonly showLabels?: Flags | undefined;
	readonly classIds?: Numbers | undefined;
}

/** Cylinders along +Z with half spheres at both ends. */
export class Capsules3D extends Archetype {
	constructor(lengths: Numbers, radii: Numbers, options: Omit<Capsules3DFields, "lengths" | "radii"> = {}) {
		super(CAPSULES_3D, { lengths, radii, ...options });
	}

	/** Some of its fields. The others keep the values that were logged before. */
	static fromFields(fields: Capsules3DFields, options?: FromFieldsOptions): Archetype {
		return new Archetype(CAPSULES_3D, fields as Readonly<Record<string, unknown>>, options);
	}

	/** Empties all of its fields. */
	static clearFields(): Archetype {
		return new Archetype(CAPSULES_3D, {}, { clearUnset: true });
	}

	/** Fields of many rows, for `sendColumns`: one value in each row, unless they are partitioned. */
	static columns(fields: Capsules3DColumns): ArchetypeColumns {
		return new ArchetypeColumns(CAPSULES_3D, fields as Readonly<Record<string, unknown>>);
	}
}

const CYLINDERS_3D = archetypeSpec("rerun.archetypes.Cylinders3D", {
	lengths: { name: "lengths", component: components.Length, plural: true, count: "all" },
	radii: { name: "radii", component: components.Radius, plural: true, count: "each" },
	centers: { name: "centers", component: components.Translation3D, plural: true, count: "each" },
	rotationAxisAngles: { name: "rotation_axis_angles", component: components.RotationAxisAngle, plural: true, count: "each" },
	quaternions: { name: "quaternions", component: components.RotationQuat, plural: true, count: "each" },
	colors: { name: "colors", component: components.Color, plural: true, count: "each" },
	lineRadii: { name: "line_radii", component: components.Radius, plural: true, count: "each" },
	fillMode: { name: "fill_mode", component: components.FillMode },
	labels: { name: "labels", component: components.Text, plural: true, count: "each" },
	showLabels: { name: "show_labels", component: components.ShowLabels },
	classIds: { name: "class_ids", component: components.ClassId, plural: true, count: "each" },
});

/** Fields of `Cylinders3D`. */
export interface Cylinders3DFields {
	/** Lengths along the axis. */
	readonly lengths?: Numbers | undefined;
	/** Radii in the units of the scene. Negative radii are in points of the screen. */
	readonly radii?: Numbers | undefined;
	/** Centres. Without them, the origin of the space. */
	readonly centers?: Vectors | undefined;
	/** Rotations about axes. */
	readonly rotationAxisAngles?: { readonly axis: Vector; readonly angle: number } | readonly { readonly axis: Vector; readonly angle: number }[] | undefined;
	/** Rotations, x y z w. */
	readonly quaternions?: Vectors | undefined;
	/** Colours. Without them, the class or the entity has one. */
	readonly colors?: Colors | undefined;
	/** Radii of the lines. Negative radii are in points of the screen. */
	readonly lineRadii?: Numbers | undefined;
	/** The parts that are drawn: edges or surfaces. */
	readonly fillMode?: FillMode | undefined;
	/** Texts. */
	readonly labels?: Texts | undefined;
	/** True: labels are drawn. Without it, the viewer decides. */
	readonly showLabels?: boolean | undefined;
	/** Class ids, to which an `AnnotationContext` gives names and colours. */
	readonly classIds?: Numbers | undefined;
}

/** Fields of `Cylinders3D`, with values for many rows. */
export interface Cylinders3DColumns {
	readonly lengths?: Numbers | undefined;
	readonly radii?: Numbers | undefined;
	readonly centers?: Vectors | undefined;
	readonly rotationAxisAngles?: { readonly axis: Vector; readonly angle: number } | readonly { readonly axis: Vector; readonly angle: number }[] | undefined;
	readonly quaternions?: Vectors | undefined;
	readonly colors?: Colors | undefined;
	readonly lineRadii?: Numbers | undefined;
	readonly fillMode?: FillMode | ArrayLike<FillMode> | undefined;
	readonly labels?: Texts | undefined;
	readonly showLabels?: Flags | undefined;
	readonly classIds?: Numbers | undefined;
}

/** Cylinders along +Z. */
export class Cylinders3D extends Archetype {
	constructor(lengths: Numbers, radii: Numbers, options: Omit<Cylinders3DFields, "lengths" | "radii"> = {}) {
		super(CYLINDERS_3D, { lengths, radii, ...options });
	}

	/** Some of its fields. The others keep the values that were logged before. */
	static fromFields(fields: Cylinders3DFields, options?: FromFieldsOptions): Archetype {
		return new Archetype(CYLINDERS_3D, fields as Readonly<Record<string, unknown>>, options);
	}

	/** Empties all of its fields. */
	static clearFields(): Archetype {
		return new Archetype(CYLINDERS_3D, {}, { clearUnset: true });
	}

	/** Fields of many rows, for `sendColumns`: one value in each row, unless they are partitioned. */
	static columns(fields: Cylinders3DColumns): ArchetypeColumns {
		return new ArchetypeColumns(CYLINDERS_3D, fields as Readonly<Record<string, unknown>>);
	}
}

const ELLIPSOIDS_3D = archetypeSpec("rerun.archetypes.Ellipsoids3D", {
	halfSizes: { name: "half_sizes", component: components.HalfSize3D, plural: true, count: "all" },
	centers: { name: "centers", component: components.Translation3D, plural: true, count: "each" },
	rotationAxisAngles: { name: "rotation_axis_angles", component: components.RotationAxisAngle, plural: true, count: "each" },
	quaternions: { name: "quaternions", component: components.RotationQuat, plural: true, count: "each" },
	colors: { name: "colors", component: components.Color, plural: true, count: "each" },
	lineRadii: { name: "line_radii", component: components.Radius, plural: true, count: "each" },
	fillMode: { name: "fill_mode", component: components.FillMode },
	labels: { name: "labels", component: components.Text, plural: true, count: "each" },
	showLabels: { name: "show_labels", component: components.ShowLabels },
	classIds: { name: "class_ids", component: components.ClassId, plural: true, count: "each" },
});

/** Fields of `Ellipsoids3D`. */
export interface Ellipsoids3DFields {
	/** Half of the size along each axis. */
	readonly halfSizes?: Vectors | undefined;
	/** Centres. Without them, the origin of the space. */
	readonly centers?: Vectors | undefined;
	/** Rotations about axes. */
	readonly rotationAxisAngles?: { readonly axis: Vector; readonly angle: number } | readonly { readonly axis: Vector; readonly angle: number }[] | undefined;
	/** Rotations, x y z w. */
	readonly quaternions?: Vectors | undefined;
	/** Colours. Without them, the class or the entity has one. */
	readonly colors?: Colors | undefined;
	/** Radii of the lines. Negative radii are in points of the screen. */
	readonly lineRadii?: Numbers | undefined;
	/** The parts that are drawn: edges or surfaces. */
	readonly fillMode?: FillMode | undefined;
	/** Texts. */
	readonly labels?: Texts | undefined;
	/** True: labels are drawn. Without it, the viewer decides. */
	readonly showLabels?: boolean | undefined;
	/** Class ids, to which an `AnnotationContext` gives names and colours. */
	readonly classIds?: Numbers | undefined;
}

/** Fields of `Ellipsoids3D`, with values for many rows. */
export interface Ellipsoids3DColumns {
	readonly halfSizes?: Vectors | undefined;
	readonly centers?: Vectors | undefined;
	readonly rotationAxisAngles?: { readonly axis: Vector; readonly angle: number } | readonly { readonly axis: Vector; readonly angle: number }[] | undefined;
	readonly quaternions?: Vectors | undefined;
	readonly colors?: Colors | undefined;
	readonly lineRadii?: Numbers | undefined;
	readonly fillMode?: FillMode | ArrayLike<FillMode> | undefined;
	readonly labels?: Texts | undefined;
	readonly showLabels?: Flags | undefined;
	readonly classIds?: Numbers | undefined;
}

/** Ellipsoids, by their centres, half sizes and rotations. */
export class Ellipsoids3D extends Archetype {
	constructor(halfSizes: Vectors, options: Omit<Ellipsoids3DFields, "halfSizes"> = {}) {
		super(ELLIPSOIDS_3D, { halfSizes, ...options });
	}

	/** Some of its fields. The others keep the values that were logged before. */
	static fromFields(fields: Ellipsoids3DFields, options?: FromFieldsOptions): Archetype {
		return new Archetype(ELLIPSOIDS_3D, fields as Readonly<Record<string, unknown>>, options);
	}

	/** Empties all of its fields. */
	static clearFields(): Archetype {
		return new Archetype(ELLIPSOIDS_3D, {}, { clearUnset: true });
	}

	/** Fields of many rows, for `sendColumns`: one value in each row, unless they are partitioned. */
	static columns(fields: Ellipsoids3DColumns): ArchetypeColumns {
		return new ArchetypeColumns(ELLIPSOIDS_3D, fields as Readonly<Record<string, unknown>>);
	}
}

const LINE_STRIPS_3D = archetypeSpec("rerun.archetypes.LineStrips3D", {
	strips: { name: "strips", component: components.LineStrip3D, plural: true, count: "all" },
	radii: { name: "radii", component: components.Radius, plural: true, count: "each" },
	colors: { name: "colors", component: components.Color, plural: true, count: "each" },
	labels: { name: "labels", component: components.Text, plural: true, count: "each" },
	showLabels: { name: "show_labels", component: components.ShowLabels },
	classIds: { name: "class_ids", component: components.ClassId, plural: true, count: "each" },
});

/** Fields of `LineStrips3D`. */
export interface LineStrips3DFields {
	/** Points of each line. */
	readonly strips?: readonly Vectors[] | Float32Array | Float64Array | undefined;
	/** Radii in the units of the scene. Negative radii are in points of the screen. */
	readonly radii?: Numbers | undefined;
	/** Colours. Without them, the class or the entity has one. */
	readonly colors?: Colors | undefined;
	/** Texts. */
	readonly labels?: Texts | undefined;
	/** True: labels are drawn. Without it, the viewer decides. */
	readonly showLabels?: boolean | undefined;
	/** Class ids, to which an `AnnotationContext` gives names and colours. */
	readonly classIds?: Numbers | undefined;
}

/** Fields of `LineStrips3D`, with values for many rows. */
export interface LineStrips3DColumns {
	readonly strips?: readonly Vectors[] | Float32Array | Float64Array | undefined;
	readonly radii?: Numbers | undefined;
	readonly colors?: Colors | undefined;
	readonly labels?: Texts | undefined;
	readonly showLabels?: Flags | undefined;
	readonly classIds?: Numbers | undefined;
}

/** Lines in space, each through any number of points. */
export class LineStrips3D extends Archetype {
	constructor(strips: readonly Vectors[] | Float32Array | Float64Array, options: Omit<LineStrips3DFields, "strips"> = {}) {
		super(LINE_STRIPS_3D, { strips, ...options });
	}

	/** Some of its fields. The others keep the values that were logged before. */
	static fromFields(fields: LineStrips3DFields, options?: FromFieldsOptions): Archetype {
		return new Archetype(LINE_STRIPS_3D, fields as Readonly<Record<string, unknown>>, options);
	}

	/** Empties all of its fields. */
	static clearFields(): Archetype {
		return new Archetype(LINE_STRIPS_3D, {}, { clearUnset: true });
	}

	/** Fields of many rows, for `sendColumns`: one value in each row, unless they are partitioned. */
	static columns(fields: LineStrips3DColumns): ArchetypeColumns {
		return new ArchetypeColumns(LINE_STRIPS_3D, fields as Readonly<Record<string, unknown>>);
	}
}

const MESH_3D = archetypeSpec("rerun.archetypes.Mesh3D", {
	vertexPositions: { name: "vertex_positions", component: components.Position3D, plural: true, count: "all" },
	triangleIndices: { name: "triangle_indices", component: components.TriangleIndices, plural: true },
	vertexNormals: { name: "vertex_normals", component: components.Vector3D, plural: true, count: "each" },
	vertexColors: { name: "vertex_colors", component: components.Color, plural: true, count: "each" },
	vertexTexcoords: { name: "vertex_texcoords", component: components.Texcoord2D, plural: true, count: "each" },
	albedoFactor: { name: "albedo_factor", component: components.AlbedoFactor },
	faceRendering: { name: "face_rendering", component: components.MeshFaceRendering },
	albedoTextureBuffer: { name: "albedo_texture_buffer", component: components.ImageBuffer },
	albedoTextureFormat: { name: "albedo_texture_format", component: components.ImageFormat },
	classIds: { name: "class_ids", component: components.ClassId, plural: true },
});

/** Fields of `Mesh3D`. */
export interface Mesh3DFields {
	/** Position of each vertex. */
	readonly vertexPositions?: Vectors | undefined;
	/** Three vertices for each triangle. Without them, each three vertices in a row are one. */
	readonly triangleIndices?: Vectors | undefined;
	/** Direction of the surface at each vertex. */
	readonly vertexNormals?: Vectors | undefined;
	/** Colour of each vertex. */
	readonly vertexColors?: Colors | undefined;
	/** Position of each vertex in the texture, from 0 to 1, from its upper left. */
	readonly vertexTexcoords?: Vectors | undefined;
	/** Colour by which all others are multiplied. */
	readonly albedoFactor?: Color | undefined;
	/** The sides of triangles that are drawn. */
	readonly faceRendering?: MeshFaceRendering | undefined;
	/** Pixels of the texture. */
	readonly albedoTextureBuffer?: Bytes | undefined;
	/** Size and form of the texture. */
	readonly albedoTextureFormat?: { readonly width: number; readonly height: number; readonly pixelFormat?: number | undefined; readonly colorModel?: number | undefined; readonly channelDatatype?: number | undefined } | undefined;
	/** Class ids, to which an `AnnotationContext` gives names and colours. */
	readonly classIds?: Numbers | undefined;
}

/** Fields of `Mesh3D`, with values for many rows. */
export interface Mesh3DColumns {
	readonly vertexPositions?: Vectors | undefined;
	readonly triangleIndices?: Vectors | undefined;
	readonly vertexNormals?: Vectors | undefined;
	readonly vertexColors?: Colors | undefined;
	readonly vertexTexcoords?: Vectors | undefined;
	readonly albedoFactor?: Colors | undefined;
	readonly faceRendering?: MeshFaceRendering | ArrayLike<MeshFaceRendering> | undefined;
	readonly albedoTextureBuffer?: Bytes | readonly Bytes[] | undefined;
	readonly albedoTextureFormat?: { readonly width: number; readonly height: number; readonly pixelFormat?: number | undefined; readonly colorModel?: number | undefined; readonly channelDatatype?: number | undefined } | readonly { readonly width: number; readonly height: number; readonly pixelFormat?: number | undefined; readonly colorModel?: number | undefined; readonly channelDatatype?: number | undefined }[] | undefined;
	readonly classIds?: Numbers | undefined;
}

/** A mesh of triangles. */
export class Mesh3DBase extends Archetype {
	constructor(vertexPositions: Vectors, options: Omit<Mesh3DFields, "vertexPositions"> = {}) {
		super(MESH_3D, { vertexPositions, ...options });
	}

	/** Some of its fields. The others keep the values that were logged before. */
	static fromFields(fields: Mesh3DFields, options?: FromFieldsOptions): Archetype {
		return new Archetype(MESH_3D, fields as Readonly<Record<string, unknown>>, options);
	}

	/** Empties all of its fields. */
	static clearFields(): Archetype {
		return new Archetype(MESH_3D, {}, { clearUnset: true });
	}

	/** Fields of many rows, for `sendColumns`: one value in each row, unless they are partitioned. */
	static columns(fields: Mesh3DColumns): ArchetypeColumns {
		return new ArchetypeColumns(MESH_3D, fields as Readonly<Record<string, unknown>>);
	}
}

const POINTS_3D = archetypeSpec("rerun.archetypes.Points3D", {
	positions: { name: "positions", component: components.Position3D, plural: true, count: "all" },
	radii: { name: "radii", component: components.Radius, plural: true, count: "each" },
	colors: { name: "colors", component: components.Color, plural: true, count: "each" },
	labels: { name: "labels", component: components.Text, plural: true, count: "each" },
	showLabels: { name: "show_labels", component: components.ShowLabels },
	classIds: { name: "class_ids", component: components.ClassId, plural: true, count: "each" },
	keypointIds: { name: "keypoint_ids", component: components.KeypointId, plural: true, count: "each" },
});

/** Fields of `Points3D`. */
export interface Points3DFields {
	readonly positions?: Vectors | undefined;
	/** Radii in the units of the scene. Negative radii are in points of the screen. */
	readonly radii?: Numbers | undefined;
	/** Colours. Without them, the class or the entity has one. */
	readonly colors?: Colors | undefined;
	/** Texts. */
	readonly labels?: Texts | undefined;
	/** True: labels are drawn. Without it, the viewer decides. */
	readonly showLabels?: boolean | undefined;
	/** Class ids, to which an `AnnotationContext` gives names and colours. */
	readonly classIds?: Numbers | undefined;
	/** Ids of keypoints within their class: an `AnnotationContext` names and connects them. */
	readonly keypointIds?: Numbers | undefined;
}

/** Fields of `Points3D`, with values for many rows. */
export interface Points3DColumns {
	readonly positions?: Vectors | undefined;
	readonly radii?: Numbers | undefined;
	readonly colors?: Colors | undefined;
	readonly labels?: Texts | undefined;
	readonly showLabels?: Flags | undefined;
	readonly classIds?: Numbers | undefined;
	readonly keypointIds?: Numbers | undefined;
}

/** Points in space. */
export class Points3D extends Archetype {
	constructor(positions: Vectors, options: Omit<Points3DFields, "positions"> = {}) {
		super(POINTS_3D, { positions, ...options });
	}

	/** Some of its fields. The others keep the values that were logged before. */
	static fromFields(fields: Points3DFields, options?: FromFieldsOptions): Archetype {
		return new Archetype(POINTS_3D, fields as Readonly<Record<string, unknown>>, options);
	}

	/** Empties all of its fields. */
	static clearFields(): Archetype {
		return new Archetype(POINTS_3D, {}, { clearUnset: true });
	}

	/** Fields of many rows, for `sendColumns`: one value in each row, unless they are partitioned. */
	static columns(fields: Points3DColumns): ArchetypeColumns {
		return new ArchetypeColumns(POINTS_3D, fields as Readonly<Record<string, unknown>>);
	}
}
