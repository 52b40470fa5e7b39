import { checkOptions, type OptionNames } from "../option-names.ts";
import { deferringErrors } from "./archetype.ts";
import { type Bytes, byteView } from "./component.ts";
import { ChannelDatatype, ColorModel, PixelFormat } from "./enums.generated.ts";
import {
	DepthImageBase,
	type DepthImageFields,
	ImageBase,
	type ImageFields,
	SegmentationImageBase,
	type SegmentationImageFields,
} from "./image.generated.ts";

/** Pixels of any type that images may have. Their type is that of a channel. */
export type Pixels =
	| Uint8Array
	| Uint8ClampedArray
	| Int8Array
	| Uint16Array
	| Int16Array
	| Uint32Array
	| Int32Array
	| BigUint64Array
	| BigInt64Array
	| Float32Array
	| Float64Array;

/** Size of a picture in pixels. */
export interface ImageSize {
	readonly width: number;
	readonly height: number;
}

/** The options of an `Image`. */
export interface ImageOptions extends ImageSize, Omit<ImageFields, "buffer" | "format"> {
	/** The channels of a pixel. @default by their number: 1 L, 3 RGB, 4 RGBA */
	readonly colorModel?: ColorModel | undefined;
	/** The type of a channel, if the pixels are plain bytes. @default the type of the pixels */
	readonly channelDatatype?: ChannelDatatype | undefined;
	/** The format of pictures whose channels lie in planes or share pixels, such as NV12. */
	readonly pixelFormat?: PixelFormat | undefined;
}

const IMAGE_OPTIONS: OptionNames<ImageOptions> = {
	width: true,
	height: true,
	colorModel: true,
	channelDatatype: true,
	pixelFormat: true,
	opacity: true,
	drawOrder: true,
	magnificationFilter: true,
};

/** A picture of raw pixels. An `ImageData` of a browser needs no options. */
export class Image extends ImageBase {
	/** @param pixels row by row, without gaps: as many as the size asks for. Copied. */
	constructor(pixels: Bytes, options: ImageOptions);
	constructor(image: ImageSize & { readonly data: Uint8ClampedArray | Uint8Array });
	constructor(
		image: Bytes | (ImageSize & { readonly data: Uint8ClampedArray | Uint8Array }),
		options?: ImageOptions,
	) {
		const made = deferringErrors(() => {
			const { pixels, given } =
				"data" in image
					? { pixels: image.data, given: { width: image.width, height: image.height } }
					: { pixels: image, given: options as ImageOptions };
			checkOptions(given, IMAGE_OPTIONS, "Image");
			const { width, height, colorModel, channelDatatype, pixelFormat, ...fields }: ImageOptions = given;
			const format =
				pixelFormat === undefined
					? interleaved("Image", pixels, { width, height }, colorModel, channelDatatype)
					: planar("Image", pixels, { width, height }, pixelFormat);
			return { buffer: byteView(pixels, "Image.buffer"), format, fields };
		});
		super(made.buffer, made.format, made.fields);
	}
}

/** The options of a `DepthImage`. */
export interface DepthImageOptions extends ImageSize, Omit<DepthImageFields, "buffer" | "format"> {}

const DEPTH_IMAGE_OPTIONS: OptionNames<DepthImageOptions> = {
	width: true,
	height: true,
	meter: true,
	colormap: true,
	depthRange: true,
	pointFillRatio: true,
	drawOrder: true,
	magnificationFilter: true,
};

/** An image of distances, which can be drawn as a cloud of points. */
export class DepthImage extends DepthImageBase {
	/**
	 * @param pixels a distance for each pixel, row by row, in units of which `meter` make a metre.
	 * Copied.
	 */
	constructor(pixels: Pixels, options: DepthImageOptions) {
		const made = deferringErrors(() => {
			checkOptions(options, DEPTH_IMAGE_OPTIONS, "DepthImage");
			const { width, height, ...fields } = options;
			return {
				buffer: byteView(pixels, "DepthImage.buffer"),
				format: single("DepthImage", pixels, { width, height }),
				fields,
			};
		});
		super(made.buffer, made.format, made.fields);
	}
}

/** The options of a `SegmentationImage`. */
export interface SegmentationImageOptions extends ImageSize, Omit<SegmentationImageFields, "buffer" | "format"> {}

const SEGMENTATION_IMAGE_OPTIONS: OptionNames<SegmentationImageOptions> = {
	width: true,
	height: true,
	opacity: true,
	drawOrder: true,
};

/** An image of class ids, whose names and colours an `AnnotationContext` gives. */
export class SegmentationImage extends SegmentationImageBase {
	/** @param pixels a class id for each pixel, row by row. Copied. */
	constructor(pixels: Uint8Array | Uint16Array, options: SegmentationImageOptions) {
		const made = deferringErrors(() => {
			checkOptions(options, SEGMENTATION_IMAGE_OPTIONS, "SegmentationImage");
			const { width, height, ...fields } = options;
			return {
				buffer: byteView(pixels, "SegmentationImage.buffer"),
				format: single("SegmentationImage", pixels, { width, height }),
				fields,
			};
		});
		super(made.buffer, made.format, made.fields);
	}
}

const DATATYPES: readonly (readonly [new (length: number) => ArrayBufferView, ChannelDatatype])[] = [
	[Uint8Array, ChannelDatatype.U8],
	[Uint8ClampedArray, ChannelDatatype.U8],
	[Int8Array, ChannelDatatype.I8],
	[Uint16Array, ChannelDatatype.U16],
	[Int16Array, ChannelDatatype.I16],
	[Uint32Array, ChannelDatatype.U32],
	[Int32Array, ChannelDatatype.I32],
	[BigUint64Array, ChannelDatatype.U64],
	[BigInt64Array, ChannelDatatype.I64],
	[Float32Array, ChannelDatatype.F32],
	[Float64Array, ChannelDatatype.F64],
];

const DATATYPE_BYTES: Readonly<Record<ChannelDatatype, number>> = {
	[ChannelDatatype.U8]: 1,
	[ChannelDatatype.I8]: 1,
	[ChannelDatatype.U16]: 2,
	[ChannelDatatype.I16]: 2,
	[ChannelDatatype.U32]: 4,
	[ChannelDatatype.I32]: 4,
	[ChannelDatatype.U64]: 8,
	[ChannelDatatype.I64]: 8,
	[ChannelDatatype.F16]: 2,
	[ChannelDatatype.F32]: 4,
	[ChannelDatatype.F64]: 8,
};

const CHANNELS: Readonly<Record<ColorModel, number>> = {
	[ColorModel.L]: 1,
	[ColorModel.RGB]: 3,
	[ColorModel.RGBA]: 4,
	[ColorModel.BGR]: 3,
	[ColorModel.BGRA]: 4,
};

const MODEL_OF_CHANNELS: Readonly<Record<number, ColorModel>> = {
	1: ColorModel.L,
	3: ColorModel.RGB,
	4: ColorModel.RGBA,
};

function interleaved(
	name: string,
	pixels: Bytes,
	size: ImageSize,
	colorModel?: ColorModel,
	channelDatatype?: ChannelDatatype,
) {
	const count = checkedPixelCount(name, size);
	const datatype =
		channelDatatype ?? DATATYPES.find(([Values]) => pixels instanceof Values)?.[1] ?? ChannelDatatype.U8;
	const channels = pixels.byteLength / count / DATATYPE_BYTES[datatype];
	const model = colorModel ?? MODEL_OF_CHANNELS[channels];
	if (model === undefined || CHANNELS[model] !== channels)
		throw new RangeError(
			`${name} has ${pixels.byteLength} bytes for ${size.width} x ${size.height} pixels ` +
				`of ${DATATYPE_BYTES[datatype]} byte(s) a channel: ${
					model === undefined
						? "that is neither 1, 3 nor 4 channels"
						: `its colour model needs ${CHANNELS[model] * count * DATATYPE_BYTES[datatype]}`
				}.`,
		);
	return { width: size.width, height: size.height, colorModel: model, channelDatatype: datatype };
}

/** The format of pixels of one number each, which is not a colour. */
function single(name: string, pixels: Bytes, size: ImageSize) {
	const { width, height, channelDatatype } = interleaved(name, pixels, size, ColorModel.L);
	return { width, height, channelDatatype };
}

/** The mean number of bytes of a pixel. */
const BYTES_OF_FORMAT: Readonly<Record<PixelFormat, number>> = {
	[PixelFormat.Y_U_V24_LimitedRange]: 3,
	[PixelFormat.Y_U_V24_FullRange]: 3,
	[PixelFormat.Y_U_V16_LimitedRange]: 2,
	[PixelFormat.Y_U_V16_FullRange]: 2,
	[PixelFormat.YUY2]: 2,
	[PixelFormat.Y_U_V12_LimitedRange]: 1.5,
	[PixelFormat.Y_U_V12_FullRange]: 1.5,
	[PixelFormat.NV12]: 1.5,
	[PixelFormat.Y8_LimitedRange]: 1,
	[PixelFormat.Y8_FullRange]: 1,
};

function planar(name: string, pixels: Bytes, size: ImageSize, pixelFormat: PixelFormat) {
	const needed = checkedPixelCount(name, size) * BYTES_OF_FORMAT[pixelFormat];
	if (pixels.byteLength !== needed)
		throw new RangeError(
			`${name} has ${pixels.byteLength} bytes; ` +
				`${size.width} x ${size.height} pixels of its format have ${needed}.`,
		);
	return { width: size.width, height: size.height, pixelFormat };
}

function checkedPixelCount(name: string, { width, height }: ImageSize): number {
	for (const [side, value] of Object.entries({ width, height }))
		if (!Number.isInteger(value) || value <= 0)
			throw new RangeError(`${name}.${side} must be a positive integer, not ${value}.`);
	return width * height;
}
