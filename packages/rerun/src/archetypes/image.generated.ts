// Written by scripts/build-rerun-archetypes.ts from scripts/rerun-archetypes.json. Not edited by hand; a test compares the two.

import { Archetype, ArchetypeColumns, archetypeSpec, type FromFieldsOptions } from "./archetype.ts";
import type { Bytes, Numbers, Texts, Vector, Vectors } from "./component.ts";
import * as components from "./components.generated.ts";
import type { Colormap, MagnificationFilter } from "./enums.generated.ts";

const DEPTH_IMAGE = archetypeSpec("rerun.archetypes.DepthImage", {
	buffer: { name: "buffer", component: components.ImageBuffer },
	format: { name: "format", component: components.ImageFormat },
	meter: { name: "meter", component: components.DepthMeter },
	colormap: { name: "colormap", component: components.Colormap },
	depthRange: { name: "depth_range", component: components.ValueRange },
	pointFillRatio: { name: "point_fill_ratio", component: components.FillRatio },
	drawOrder: { name: "draw_order", component: components.DrawOrder },
	magnificationFilter: { name: "magnification_filter", component: components.MagnificationFilter },
});

/** Fields of `DepthImage`. */
export interface DepthImageFields {
	/** The bytes of all pixels, row by row. */
	readonly buffer?: Bytes | undefined;
	/** Size and form of the pixels. */
	readonly format?: { readonly width: number; readonly height: number; readonly pixelFormat?: number | undefined; readonly colorModel?: number | undefined; readonly channelDatatype?: number | undefined } | undefined;
	/** Number of units of a pixel that make a metre: 1000 for millimetres. */
	readonly meter?: number | undefined;
	/** Colours for the numbers. */
	readonly colormap?: Colormap | undefined;
	/** The distances at both ends of the colours. */
	readonly depthRange?: Vector | undefined;
	/** Size of the points of the cloud; 1 closes the gaps. */
	readonly pointFillRatio?: number | undefined;
	/** Order of drawing: higher numbers are drawn over lower ones. */
	readonly drawOrder?: number | undefined;
	/** The look of pixels that are larger than those of the screen. */
	readonly magnificationFilter?: MagnificationFilter | undefined;
}

/** Fields of `DepthImage`, with values for many rows. */
export interface DepthImageColumns {
	readonly buffer?: Bytes | readonly Bytes[] | undefined;
	readonly format?: { readonly width: number; readonly height: number; readonly pixelFormat?: number | undefined; readonly colorModel?: number | undefined; readonly channelDatatype?: number | undefined } | readonly { readonly width: number; readonly height: number; readonly pixelFormat?: number | undefined; readonly colorModel?: number | undefined; readonly channelDatatype?: number | undefined }[] | undefined;
	readonly meter?: Numbers | undefined;
	readonly colormap?: Colormap | ArrayLike<Colormap> | undefined;
	readonly depthRange?: Vectors | undefined;
	readonly pointFillRatio?: Numbers | undefined;
	readonly drawOrder?: Numbers | undefined;
	readonly magnificationFilter?: MagnificationFilter | ArrayLike<MagnificationFilter> | undefined;
}

/** An image of distances, which can be drawn as a cloud of points. */
export class DepthImageBase extends Archetype {
	constructor(buffer: Bytes, format: { readonly width: number; readonly height: number; readonly pixelFormat?: number | undefined; readonly colorModel?: number | undefined; readonly channelDatatype?: number | undefined }, options: Omit<DepthImageFields, "buffer" | "format"> = {}) {
		super(DEPTH_IMAGE, { buffer, format, ...options });
	}

	/** Some of its fields. The others keep the values that were logged before. */
	static fromFields(fields: DepthImageFields, options?: FromFieldsOptions): Archetype {
		return new Archetype(DEPTH_IMAGE, fields as Readonly<Record<string, unknown>>, options);
	}

	/** Empties all of its fields. */
	static clearFields(): Archetype {
		return new Archetype(DEPTH_IMAGE, {}, { clearUnset: true });
	}

	/** Fields of many rows, for `sendColumns`: one value in each row, unless they are partitioned. */
	static columns(fields: DepthImageColumns): ArchetypeColumns {
		return new ArchetypeColumns(DEPTH_IMAGE, fields as Readonly<Record<string, unknown>>);
	}
}

const ENCODED_DEPTH_IMAGE = archetypeSpec("rerun.archetypes.EncodedDepthImage", {
	blob: { name: "blob", component: components.Blob },
	mediaType: { name: "media_type", component: components.MediaType },
	meter: { name: "meter", component: components.DepthMeter },
	colormap: { name: "colormap", component: components.Colormap },
	depthRange: { name: "depth_range", component: components.ValueRange },
	pointFillRatio: { name: "point_fill_ratio", component: components.FillRatio },
	drawOrder: { name: "draw_order", component: components.DrawOrder },
	magnificationFilter: { name: "magnification_filter", component: components.MagnificationFilter },
});

/** Fields of `EncodedDepthImage`. */
export interface EncodedDepthImageFields {
	/** The bytes of the file. */
	readonly blob?: Bytes | undefined;
	/** The media type, such as `image/png`. Without it, viewers guess. */
	readonly mediaType?: string | undefined;
	/** Number of units of a pixel that make a metre: 1000 for millimetres. */
	readonly meter?: number | undefined;
	/** Colours for the numbers. */
	readonly colormap?: Colormap | undefined;
	/** The distances at both ends of the colours. */
	readonly depthRange?: Vector | undefined;
	/** Size of the points of the cloud; 1 closes the gaps. */
	readonly pointFillRatio?: number | undefined;
	/** Order of drawing: higher numbers are drawn over lower ones. */
	readonly drawOrder?: number | undefined;
	/** The look of pixels that are larger than those of the screen. */
	readonly magnificationFilter?: MagnificationFilter | undefined;
}

/** Fields of `EncodedDepthImage`, with values for many rows. */
export interface EncodedDepthImageColumns {
	readonly blob?: Bytes | readonly Bytes[] | undefined;
	readonly mediaType?: Texts | undefined;
	readonly meter?: Numbers | undefined;
	readonly colormap?: Colormap | ArrayLike<Colormap> | undefined;
	readonly depthRange?: Vectors | undefined;
	readonly pointFillRatio?: Numbers | undefined;
	readonly drawOrder?: Numbers | undefined;
	readonly magnificationFilter?: MagnificationFilter | ArrayLike<MagnificationFilter> | undefined;
}

/** A depth image in a file format: PNG of 16 bits, or RVL. */
export class EncodedDepthImageBase extends Archetype {
	constructor(blob: Bytes, options: Omit<EncodedDepthImageFields, "blob"> = {}) {
		super(ENCODED_DEPTH_IMAGE, { blob, ...options });
	}

	/** Some of its fields. The others keep the values that were logged before. */
	static fromFields(fields: EncodedDepthImageFields, options?: FromFieldsOptions): Archetype {
		return new Archetype(ENCODED_DEPTH_IMAGE, fields as Readonly<Record<string, unknown>>, options);
	}

	/** Empties all of its fields. */
	static clearFields(): Archetype {
		return new Archetype(ENCODED_DEPTH_IMAGE, {}, { clearUnset: true });
	}

	/** Fields of many rows, for `sendColumns`: one value in each row, unless they are partitioned. */
	static columns(fields: EncodedDepthImageColumns): ArchetypeColumns {
		return new ArchetypeColumns(ENCODED_DEPTH_IMAGE, fields as Readonly<Record<string, unknown>>);
	}
}

const ENCODED_IMAGE = archetypeSpec("rerun.archetypes.EncodedImage", {
	blob: { name: "blob", component: components.Blob },
	mediaType: { name: "media_type", component: components.MediaType },
	opacity: { name: "opacity", component: components.Opacity },
	drawOrder: { name: "draw_order", component: components.DrawOrder },
	magnificationFilter: { name: "magnification_filter", component: components.MagnificationFilter },
});

/** Fields of `EncodedImage`. */
export interface EncodedImageFields {
	/** The bytes of the file. */
	readonly blob?: Bytes | undefined;
	/** The media type, such as `image/png`. Without it, viewers guess. */
	readonly mediaType?: string | undefined;
	/** Opacity from 0 to 1. */
	readonly opacity?: number | undefined;
	/** Order of drawing: higher numbers are drawn over lower ones. */
	readonly drawOrder?: number | undefined;
	/** The look of pixels that are larger than those of the screen. */
	readonly magnificationFilter?: MagnificationFilter | undefined;
}

/** Fields of `EncodedImage`, with values for many rows. */
export interface EncodedImageColumns {
	readonly blob?: Bytes | readonly Bytes[] | undefined;
	readonly mediaType?: Texts | undefined;
	readonly opacity?: Numbers | undefined;
	readonly drawOrder?: Numbers | undefined;
	readonly magnificationFilter?: MagnificationFilter | ArrayLike<MagnificationFilter> | undefined;
}

/** An image in a file format: PNG, JPEG, WebP, TIFF, AVIF. */
export class EncodedImageBase extends Archetype {
	constructor(blob: Bytes, options: Omit<EncodedImageFields, "blob"> = {}) {
		super(ENCODED_IMAGE, { blob, ...options });
	}

	/** Some of its fields. The others keep the values that were logged before. */
	static fromFields(fields: EncodedImageFields, options?: FromFieldsOptions): Archetype {
		return new Archetype(ENCODED_IMAGE, fields as Readonly<Record<string, unknown>>, options);
	}

	/** Empties all of its fields. */
	static clearFields(): Archetype {
		return new Archetype(ENCODED_IMAGE, {}, { clearUnset: true });
	}

	/** Fields of many rows, for `sendColumns`: one value in each row, unless they are partitioned. */
	static columns(fields: EncodedImageColumns): ArchetypeColumns {
		return new ArchetypeColumns(ENCODED_IMAGE, fields as Readonly<Record<string, unknown>>);
	}
}

const GRID_MAP = archetypeSpec("rerun.archetypes.GridMap", {
	data: { name: "data", component: components.ImageBuffer },
	format: { name: "format", component: components.ImageFormat },
	cellSize: { name: "cell_size", component: components.CellSize },
	translation: { name: "translation", component: components.Translation3D },
	rotationAxisAngle: { name: "rotation_axis_angle", component: components.RotationAxisAngle },
	quaternion: { name: "quaternion", component: components.RotationQuat },
	opacity: { name: "opacity", component: components.Opacity },
	drawOrder: { name: "draw_order", component: components.DrawOrder },
	colormap: { name: "colormap", component: components.Colormap },
});

/** Fields of `GridMap`. */
export interface GridMapFields {
	readonly data?: Bytes | undefined;
	/** Size and form of the pixels. */
	readonly format?: { readonly width: number; readonly height: number; readonly pixelFormat?: number | undefined; readonly colorModel?: number | undefined; readonly channelDatatype?: number | undefined } | undefined;
	/** Size of a cell in the units of the scene. */
	readonly cellSize?: number | undefined;
	/** Position. */
	readonly translation?: Vector | undefined;
	/** Rotation about an axis. */
	readonly rotationAxisAngle?: { readonly axis: Vector; readonly angle: number } | undefined;
	/** Rotation, x y z w. */
	readonly quaternion?: Vector | undefined;
	/** Opacity from 0 to 1. */
	readonly opacity?: number | undefined;
	/** Order of drawing: higher numbers are drawn over lower ones. */
	readonly drawOrder?: number | undefined;
	/** Colours for the numbers. */
	readonly colormap?: Colormap | undefined;
}

/** Fields of `GridMap`, with values for many rows. */
export interface GridMapColumns {
	readonly data?: Bytes | readonly Bytes[] | undefined;
	readonly format?: { readonly width: number; readonly height: number; readonly pixelFormat?: number | undefined; readonly colorModel?: number | undefined; readonly channelDatatype?: number | undefined } | readonly { readonly width: number; readonly height: number; readonly pixelFormat?: number | undefined; readonly colorModel?: number | undefined; readonly channelDatatype?: number | undefined }[] | undefined;
	readonly cellSize?: Numbers | undefined;
	readonly translation?: Vectors | undefined;
	readonly rotationAxisAngle?: { readonly axis: Vector; readonly angle: number } | readonly { readonly axis: Vector; readonly angle: number }[] | undefined;
	readonly quaternion?: Vectors | undefined;
	readonly opacity?: Numbers | undefined;
	readonly drawOrder?: Numbers | undefined;
	readonly colormap?: Colormap | ArrayLike<Colormap> | undefined;
}

/** A map of cells from above, placed in space. */
export class GridMap extends Archetype {
	constructor(data: Bytes, format: { readonly width: number; readonly height: number; readonly pixelFormat?: number | undefined; readonly colorModel?: number | undefined; readonly channelDatatype?: number | undefined }, cellSize: number, options: Omit<GridMapFields, "data" | "format" | "cellSize"> = {}) {
		super(GRID_MAP, { data, format, cellSize, ...options });
	}

	/** Some of its fields. The others keep the values that were logged before. */
	static fromFields(fields: GridMapFields, options?: FromFieldsOptions): Archetype {
		return new Archetype(GRID_MAP, fields as Readonly<Record<string, unknown>>, options);
	}

	/** Empties all of its fields. */
	static clearFields(): Archetype {
		return new Archetype(GRID_MAP, {}, { clearUnset: true });
	}

	/** Fields of many rows, for `sendColumns`: one value in each row, unless they are partitioned. */
	static columns(fields: GridMapColumns): ArchetypeColumns {
		return new ArchetypeColumns(GRID_MAP, fields as Readonly<Record<string, unknown>>);
	}
}

const IMAGE = archetypeSpec("rerun.archetypes.Image", {
	buffer: { name: "buffer", component: components.ImageBuffer },
	format: { name: "format", component: components.ImageFormat },
	opacity: { name: "opacity", component: components.Opacity },
	drawOrder: { name: "draw_order", component: components.DrawOrder },
	magnificationFilter: { name: "magnification_filter", component: components.MagnificationFilter },
});

/** Fields of `Image`. */
export interface ImageFields {
	/** The bytes of all pixels, row by row. */
	readonly buffer?: Bytes | undefined;
	/** Size and form of the pixels. */
	readonly format?: { readonly width: number; readonly height: number; readonly pixelFormat?: number | undefined; readonly colorModel?: number | undefined; readonly channelDatatype?: number | undefined } | undefined;
	/** Opacity from 0 to 1. */
	readonly opacity?: number | undefined;
	/** Order of drawing: higher numbers are drawn over lower ones. */
	readonly drawOrder?: number | undefined;
	/** The look of pixels that are larger than those of the screen. */
	readonly magnificationFilter?: MagnificationFilter | undefined;
}

/** Fields of `Image`, with values for many rows. */
export interface ImageColumns {
	readonly buffer?: Bytes | readonly Bytes[] | undefined;
	readonly format?: { readonly width: number; readonly height: number; readonly pixelFormat?: number | undefined; readonly colorModel?: number | undefined; readonly channelDatatype?: number | undefined } | readonly { readonly width: number; readonly height: number; readonly pixelFormat?: number | undefined; readonly colorModel?: number | undefined; readonly channelDatatype?: number | undefined }[] | undefined;
	readonly opacity?: Numbers | undefined;
	readonly drawOrder?: Numbers | undefined;
	readonly magnificationFilter?: MagnificationFilter | ArrayLike<MagnificationFilter> | undefined;
}

/** A picture of raw pixels. */
export class ImageBase extends Archetype {
	constructor(buffer: Bytes, format: { readonly width: number; readonly height: number; readonly pixelFormat?: number | undefined; readonly colorModel?: number | undefined; readonly channelDatatype?: number | undefined }, options: Omit<ImageFields, "buffer" | "format"> = {}) {
		super(IMAGE, { buffer, format, ...options });
	}

	/** Some of its fields. The others keep the values that were logged before. */
	static fromFields(fields: ImageFields, options?: FromFieldsOptions): Archetype {
		return new Archetype(IMAGE, fields as Readonly<Record<string, unknown>>, options);
	}

	/** Empties all of its fields. */
	static clearFields(): Archetype {
		return new Archetype(IMAGE, {}, { clearUnset: true });
	}

	/** Fields of many rows, for `sendColumns`: one value in each row, unless they are partitioned. */
	static columns(fields: ImageColumns): ArchetypeColumns {
		return new ArchetypeColumns(IMAGE, fields as Readonly<Record<string, unknown>>);
	}
}

const SEGMENTATION_IMAGE = archetypeSpec("rerun.archetypes.SegmentationImage", {
	buffer: { name: "buffer", component: components.ImageBuffer },
	format: { name: "format", component: components.ImageFormat },
	opacity: { name: "opacity", component: components.Opacity },
	drawOrder: { name: "draw_order", component: components.DrawOrder },
});

/** Fields of `SegmentationImage`. */
export interface SegmentationImageFields {
	/** The bytes of all pixels, row by row. */
	readonly buffer?: Bytes | undefined;
	/** Size and form of the pixels. */
	readonly format?: { readonly width: number; readonly height: number; readonly pixelFormat?: number | undefined; readonly colorModel?: number | undefined; readonly channelDatatype?: number | undefined } | undefined;
	/** Opacity from 0 to 1. */
	readonly opacity?: number | undefined;
	/** Order of drawing: higher numbers are drawn over lower ones. */
	readonly drawOrder?: number | undefined;
}

/** Fields of `SegmentationImage`, with values for many rows. */
export interface SegmentationImageColumns {
	readonly buffer?: Bytes | readonly Bytes[] | undefined;
	readonly format?: { readonly width: number; readonly height: number; readonly pixelFormat?: number | undefined; readonly colorModel?: number | undefined; readonly channelDatatype?: number | undefined } | readonly { readonly width: number; readonly height: number; readonly pixelFormat?: number | undefined; readonly colorModel?: number | undefined; readonly channelDatatype?: number | undefined }[] | undefined;
	readonly opacity?: Numbers | undefined;
	readonly drawOrder?: Numbers | undefined;
}

/** An image of class ids. */
export class SegmentationImageBase extends Archetype {
	constructor(buffer: Bytes, format: { readonly width: number; readonly height: number; readonly pixelFormat?: number | undefined; readonly colorModel?: number | undefined; readonly channelDatatype?: number | undefined }, options: Omit<SegmentationImageFields, "buffer" | "format"> = {}) {
		super(SEGMENTATION_IMAGE, { buffer, format, ...options });
	}

	/** Some of its fields. The others keep the values that were logged before. */
	static fromFields(fields: SegmentationImageFields, options?: FromFieldsOptions): Archetype {
		return new Archetype(SEGMENTATION_IMAGE, fields as Readonly<Record<string, unknown>>, options);
	}

	/** Empties all of its fields. */
	static clearFields(): Archetype {
		return new Archetype(SEGMENTATION_IMAGE, {}, { clearUnset: true });
	}

	/** Fields of many rows, for `sendColumns`: one value in each row, unless they are partitioned. */
	static columns(fields: SegmentationImageColumns): ArchetypeColumns {
		return new ArchetypeColumns(SEGMENTATION_IMAGE, fields as Readonly<Record<string, unknown>>);
	}
}
