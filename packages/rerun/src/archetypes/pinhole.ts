import { checkOptions, type OptionNames } from "../option-names.ts";
import { deferringErrors } from "./archetype.ts";
import { PinholeBase, type PinholeFields } from "./transform.generated.ts";
import { ViewCoordinates } from "./view-coordinates.ts";

/** The options of a `Pinhole`. */
export interface PinholeOptions extends Omit<PinholeFields, "cameraXyz"> {
	/**
	 * The directions of the camera's axes: three of `ViewDir`, or coordinates with a name.
	 * @default `ViewCoordinates.RDF`
	 */
	readonly cameraXyz?: PinholeFields["cameraXyz"] | ViewCoordinates | undefined;
	/** Distance of the picture from the pinhole, in pixels; two if pixels are not square. */
	readonly focalLength?: number | readonly [number, number] | undefined;
	/** The point of the picture that the optical axis meets, in pixels. @default the middle */
	readonly principalPoint?: readonly [number, number] | undefined;
	/** Size of the picture in pixels. */
	readonly width?: number | undefined;
	readonly height?: number | undefined;
	/** Angle from the upper to the lower edge, in radians: in place of a focal length. */
	readonly fovYRad?: number | undefined;
	/** Width by height, where the size of the picture is not known. */
	readonly aspectRatio?: number | undefined;
}

const OPTIONS: OptionNames<PinholeOptions> = {
	cameraXyz: true,
	focalLength: true,
	principalPoint: true,
	width: true,
	height: true,
	fovYRad: true,
	aspectRatio: true,
	imageFromCamera: true,
	resolution: true,
	childFrame: true,
	parentFrame: true,
	imagePlaneDistance: true,
	color: true,
	lineWidth: true,
};

/**
 * A camera without distortion, whose picture lies below it in the tree of entities. Each log
 * replaces all of its fields.
 *
 * It is described by a matrix, by a focal length and a size, or by a field of view and a size or an
 * aspect ratio.
 */
export class Pinhole extends PinholeBase {
	constructor(options: PinholeOptions) {
		const made = deferringErrors(() => pinholeFields(options));
		super(made.imageFromCamera, made.fields);
	}
}

function pinholeFields(options: PinholeOptions) {
	checkOptions(options, OPTIONS, "Pinhole");
	const {
		focalLength,
		principalPoint,
		width,
		height,
		fovYRad,
		aspectRatio,
		imageFromCamera,
		resolution,
		cameraXyz: axes,
		...others
	} = options;
	const cameraXyz = axes instanceof ViewCoordinates ? axes.directions : axes;
	const fields = { ...others, ...(cameraXyz !== undefined && { cameraXyz }) };
	const size = resolution ?? (width !== undefined && height !== undefined ? [width, height] : undefined);
	if (imageFromCamera !== undefined) return { imageFromCamera, fields: { resolution: size, ...fields } };
	const [across, down] =
		size === undefined ? (aspectRatio === undefined ? [] : [aspectRatio, 1]) : [size[0], size[1]];
	if (across === undefined || down === undefined)
		throw new TypeError(
			"Pinhole needs a size (width and height, or resolution), an aspectRatio, or imageFromCamera.",
		);
	const [focalX, focalY] = focalLengthsOf(focalLength, fovYRad, down);
	const [centerX, centerY] = principalPoint ?? [across / 2, down / 2];
	return {
		imageFromCamera: [focalX, 0, 0, 0, focalY, 0, centerX, centerY, 1],
		fields: { resolution: [across, down], ...fields },
	};
}

function focalLengthsOf(
	focalLength: number | readonly [number, number] | undefined,
	fovYRad: number | undefined,
	height: number,
): readonly [number, number] {
	if (focalLength !== undefined) return typeof focalLength === "number" ? [focalLength, focalLength] : focalLength;
	if (fovYRad === undefined) throw new TypeError("Pinhole needs a focalLength, a fovYRad or imageFromCamera.");
	if (!(fovYRad > 0 && fovYRad < Math.PI))
		throw new RangeError(`Pinhole.fovYRad is ${fovYRad}; it must lie between 0 and pi.`);
	const focal = (0.5 * height) / Math.tan(fovYRad / 2);
	return [focal, focal];
}
