// Written by scripts/build-rerun-archetypes.ts from scripts/rerun-archetypes.json. Not edited by hand; a test compares the two.

import { Archetype, ArchetypeColumns, archetypeSpec, type FromFieldsOptions } from "./archetype.ts";
import type { Color, Colors } from "./color.ts";
import type { Flags, Numbers, Texts, Vector, Vectors } from "./component.ts";
import * as components from "./components.generated.ts";
import type { TransformRelation } from "./enums.generated.ts";

const COORDINATE_FRAME = archetypeSpec("rerun.archetypes.CoordinateFrame", {
	frame: { name: "frame", component: components.TransformFrameId },
});

/** Fields of `CoordinateFrame`. */
export interface CoordinateFrameFields {
	/** Name of the coordinate frame. */
	readonly frame?: string | undefined;
}

/** Fields of `CoordinateFrame`, with values for many rows. */
export interface CoordinateFrameColumns {
	readonly frame?: Texts | undefined;
}

/** Names the coordinate frame of an entity. */
export class CoordinateFrame extends Archetype {
	constructor(frame: string) {
		super(COORDINATE_FRAME, { frame });
	}

	/** Some of its fields. The others keep the values that were logged before. */
	static fromFields(fields: CoordinateFrameFields, options?: FromFieldsOptions): Archetype {
		return new Archetype(COORDINATE_FRAME, fields as Readonly<Record<string, unknown>>, options);
	}

	/** Empties all of its fields. */
	static clearFields(): Archetype {
		return new Archetype(COORDINATE_FRAME, {}, { clearUnset: true });
	}

	/** Fields of many rows, for `sendColumns`: one value in each row, unless they are partitioned. */
	static columns(fields: CoordinateFrameColumns): ArchetypeColumns {
		return new ArchetypeColumns(COORDINATE_FRAME, fields as Readonly<Record<string, unknown>>);
	}
}

const INSTANCE_POSES_3D = archetypeSpec("rerun.archetypes.InstancePoses3D", {
	translations: { name: "translations", component: components.Translation3D, plural: true },
	rotationAxisAngles: { name: "rotation_axis_angles", component: components.RotationAxisAngle, plural: true },
	quaternions: { name: "quaternions", component: components.RotationQuat, plural: true },
	scales: { name: "scales", component: components.Scale3D, plural: true },
	mat3x3: { name: "mat3x3", component: components.TransformMat3x3, plural: true },
});

/** Fields of `InstancePoses3D`. */
export interface InstancePoses3DFields {
	/** Positions. */
	readonly translations?: Vectors | undefined;
	/** Rotations about axes. */
	readonly rotationAxisAngles?: { readonly axis: Vector; readonly angle: number } | readonly { readonly axis: Vector; readonly angle: number }[] | undefined;
	/** Rotations, x y z w. */
	readonly quaternions?: Vectors | undefined;
	/** Scales along each axis. */
	readonly scales?: Vectors | undefined;
	/** A 3x3 matrix instead of rotation and scale, column by column. */
	readonly mat3x3?: Vectors | undefined;
}

/** Fields of `InstancePoses3D`, with values for many rows. */
export interface InstancePoses3DColumns {
	readonly translations?: Vectors | undefined;
	readonly rotationAxisAngles?: { readonly axis: Vector; readonly angle: number } | readonly { readonly axis: Vector; readonly angle: number }[] | undefined;
	readonly quaternions?: Vectors | undefined;
	readonly scales?: Vectors | undefined;
	readonly mat3x3?: Vectors | undefined;
}

/** Draws the entity at each of several poses. Each log replaces all of its fields. */
export class InstancePoses3D extends Archetype {
	constructor(fields: InstancePoses3DFields = {}) {
		super(INSTANCE_POSES_3D, fields as Readonly<Record<string, unknown>>);
	}

	/** Some of its fields. The others keep the values that were logged before. */
	static fromFields(fields: InstancePoses3DFields, options?: FromFieldsOptions): Archetype {
		return new Archetype(INSTANCE_POSES_3D, fields as Readonly<Record<string, unknown>>, options);
	}

	/** Empties all of its fields. */
	static clearFields(): Archetype {
		return new Archetype(INSTANCE_POSES_3D, {}, { clearUnset: true });
	}

	/** Fields of many rows, for `sendColumns`: one value in each row, unless they are partitioned. */
	static columns(fields: InstancePoses3DColumns): ArchetypeColumns {
		return new ArchetypeColumns(INSTANCE_POSES_3D, fields as Readonly<Record<string, unknown>>);
	}
}

const PINHOLE = archetypeSpec("rerun.archetypes.Pinhole", {
	imageFromCamera: { name: "image_from_camera", component: components.PinholeProjection },
	resolution: { name: "resolution", component: components.Resolution },
	cameraXyz: { name: "camera_xyz", component: components.ViewCoordinates },
	childFrame: { name: "child_frame", component: components.TransformFrameId },
	parentFrame: { name: "parent_frame", component: components.TransformFrameId },
	imagePlaneDistance: { name: "image_plane_distance", component: components.ImagePlaneDistance },
	color: { name: "color", component: components.Color },
	lineWidth: { name: "line_width", component: components.Radius },
});

/** Fields of `Pinhole`. */
export interface PinholeFields {
	/** Projection onto the picture: 3x3, column by column. */
	readonly imageFromCamera?: Vector | undefined;
	/** Width and height of the picture in pixels. */
	readonly resolution?: Vector | undefined;
	/** Directions of the camera's axes. Without them RDF: right, down, forward. */
	readonly cameraXyz?: Vector | undefined;
	/** Name of the coordinate frame that is placed. Without it, that of the entity. */
	readonly childFrame?: string | undefined;
	/** Name of the coordinate frame around it. Without it, that of the parent entity. */
	readonly parentFrame?: string | undefined;
	/** Distance from the camera at which its picture is drawn. It does not change the projection. */
	readonly imagePlaneDistance?: number | undefined;
	/** Colour. */
	readonly color?: Color | undefined;
	/** Radius of the frustum's lines. */
	readonly lineWidth?: number | undefined;
}

/** Fields of `Pinhole`, with values for many rows. */
export interface PinholeColumns {
	readonly imageFromCamera?: Vectors | undefined;
	readonly resolution?: Vectors | undefined;
	readonly cameraXyz?: Vectors | undefined;
	readonly childFrame?: Texts | undefined;
	readonly parentFrame?: Texts | undefined;
	readonly imagePlaneDistance?: Numbers | undefined;
	readonly color?: Colors | undefined;
	readonly lineWidth?: Numbers | undefined;
}

/** A camera without distortion: its picture lies below it in the tree of entities. Each log replaces all of its fields. */
export class PinholeBase extends Archetype {
	constructor(imageFromCamera: Vector, options: Omit<PinholeFields, "imageFromCamera"> = {}) {
		super(PINHOLE, { imageFromCamera, ...options });
	}

	/** Some of its fields. The others keep the values that were logged before. */
	static fromFields(fields: PinholeFields, options?: FromFieldsOptions): Archetype {
		return new Archetype(PINHOLE, fields as Readonly<Record<string, unknown>>, options);
	}

	/** Empties all of its fields. */
	static clearFields(): Archetype {
		return new Archetype(PINHOLE, {}, { clearUnset: true });
	}

	/** Fields of many rows, for `sendColumns`: one value in each row, unless they are partitioned. */
	static columns(fields: PinholeColumns): ArchetypeColumns {
		return new ArchetypeColumns(PINHOLE, fields as Readonly<Record<string, unknown>>);
	}
}

const TRANSFORM_3D = archetypeSpec("rerun.archetypes.Transform3D", {
	translation: { name: "translation", component: components.Translation3D },
	rotationAxisAngle: { name: "rotation_axis_angle", component: components.RotationAxisAngle },
	quaternion: { name: "quaternion", component: components.RotationQuat },
	scale: { name: "scale", component: components.Scale3D },
	mat3x3: { name: "mat3x3", component: components.TransformMat3x3 },
	relation: { name: "relation", component: components.TransformRelation },
	childFrame: { name: "child_frame", component: components.TransformFrameId },
	parentFrame: { name: "parent_frame", component: components.TransformFrameId },
});

/** Fields of `Transform3D`. */
export interface Transform3DFields {
	/** Position. */
	readonly translation?: Vector | undefined;
	/** Rotation about an axis. */
	readonly rotationAxisAngle?: { readonly axis: Vector; readonly angle: number } | undefined;
	/** Rotation, x y z w. */
	readonly quaternion?: Vector | undefined;
	/** Scale along each axis. */
	readonly scale?: number | Vector | undefined;
	/** A 3x3 matrix instead of rotation and scale, column by column. */
	readonly mat3x3?: Vector | undefined;
	/** Direction of the transform. Without it, from child to parent. */
	readonly relation?: TransformRelation | undefined;
	/** Name of the coordinate frame that is placed. Without it, that of the entity. */
	readonly childFrame?: string | undefined;
	/** Name of the coordinate frame around it. Without it, that of the parent entity. */
	readonly parentFrame?: string | undefined;
}

/** Fields of `Transform3D`, with values for many rows. */
export interface Transform3DColumns {
	readonly translation?: Vectors | undefined;
	readonly rotationAxisAngle?: { readonly axis: Vector; readonly angle: number } | readonly { readonly axis: Vector; readonly angle: number }[] | undefined;
	readonly quaternion?: Vectors | undefined;
	readonly scale?: Vectors | undefined;
	readonly mat3x3?: Vectors | undefined;
	readonly relation?: TransformRelation | ArrayLike<TransformRelation> | undefined;
	readonly childFrame?: Texts | undefined;
	readonly parentFrame?: Texts | undefined;
}

/** The place of an entity in its parent. Each log replaces all of its fields. Scale applies first, then rotation, then translation. */
export class Transform3DBase extends Archetype {
	constructor(fields: Transform3DFields = {}) {
		super(TRANSFORM_3D, fields as Readonly<Record<string, unknown>>);
	}

	/** Some of its fields. The others keep the values that were logged before. */
	static fromFields(fields: Transform3DFields, options?: FromFieldsOptions): Archetype {
		return new Archetype(TRANSFORM_3D, fields as Readonly<Record<string, unknown>>, options);
	}

	/** Empties all of its fields. */
	static clearFields(): Archetype {
		return new Archetype(TRANSFORM_3D, {}, { clearUnset: true });
	}

	/** Fields of many rows, for `sendColumns`: one value in each row, unless they are partitioned. */
	static columns(fields: Transform3DColumns): ArchetypeColumns {
		return new ArchetypeColumns(TRANSFORM_3D, fields as Readonly<Record<string, unknown>>);
	}
}

const TRANSFORM_AXES_3D = archetypeSpec("rerun.archetypes.TransformAxes3D", {
	axisLength: { name: "axis_length", component: components.AxisLength },
	showFrame: { name: "show_frame", component: components.ShowLabels },
});

/** Fields of `TransformAxes3D`. */
export interface TransformAxes3DFields {
	/** Length of each axis, in the units of the scene. */
	readonly axisLength?: number | undefined;
	/** True: the name of the coordinate frame is drawn. */
	readonly showFrame?: boolean | undefined;
}

/** Fields of `TransformAxes3D`, with values for many rows. */
export interface TransformAxes3DColumns {
	readonly axisLength?: Numbers | undefined;
	readonly showFrame?: Flags | undefined;
}

/** Draws the axes of an entity's transform. */
export class TransformAxes3D extends Archetype {
	constructor(axisLength: number, options: Omit<TransformAxes3DFields, "axisLength"> = {}) {
		super(TRANSFORM_AXES_3D, { axisLength, ...options });
	}

	/** Some of its fields. The others keep the values that were logged before. */
	static fromFields(fields: TransformAxes3DFields, options?: FromFieldsOptions): Archetype {
		return new Archetype(TRANSFORM_AXES_3D, fields as Readonly<Record<string, unknown>>, options);
	}

	/** Empties all of its fields. */
	static clearFields(): Archetype {
		return new Archetype(TRANSFORM_AXES_3D, {}, { clearUnset: true });
	}

	/** Fields of many rows, for `sendColumns`: one value in each row, unless they are partitioned. */
	static columns(fields: TransformAxes3DColumns): ArchetypeColumns {
		return new ArchetypeColumns(TRANSFORM_AXES_3D, fields as Readonly<Record<string, unknown>>);
	}
}

const VIEW_COORDINATES = archetypeSpec("rerun.archetypes.ViewCoordinates", {
	xyz: { name: "xyz", component: components.ViewCoordinates },
});

/** Fields of `ViewCoordinates`. */
export interface ViewCoordinatesFields {
	/** The direction of each axis: `ViewDir`s. */
	readonly xyz?: Vector | undefined;
}

/** Fields of `ViewCoordinates`, with values for many rows. */
export interface ViewCoordinatesColumns {
	readonly xyz?: Vectors | undefined;
}

/** The directions of the axes of a space. Viewers don't support left-handed systems. */
export class ViewCoordinatesBase extends Archetype {
	constructor(xyz: Vector) {
		super(VIEW_COORDINATES, { xyz });
	}

	/** Some of its fields. The others keep the values that were logged before. */
	static fromFields(fields: ViewCoordinatesFields, options?: FromFieldsOptions): Archetype {
		return new Archetype(VIEW_COORDINATES, fields as Readonly<Record<string, unknown>>, options);
	}

	/** Empties all of its fields. */
	static clearFields(): Archetype {
		return new Archetype(VIEW_COORDINATES, {}, { clearUnset: true });
	}

	/** Fields of many rows, for `sendColumns`: one value in each row, unless they are partitioned. */
	static columns(fields: ViewCoordinatesColumns): ArchetypeColumns {
		return new ArchetypeColumns(VIEW_COORDINATES, fields as Readonly<Record<string, unknown>>);
	}
}
