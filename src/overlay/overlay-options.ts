import { bounded, type Option, oneOf, text, withDefault, wrongKind } from "../media/option-table.ts";
import type { Quaternion } from "../media/rotation.ts";
import { OVERLAY_BOUNDS } from "../protocol/overlay-bounds.ts";
import { faultOfObject } from "../protocol/overlay-faults.ts";
import type { OverlayFrame, OverlayObject } from "../protocol/overlay-object.ts";
import type { Vector3 } from "../skeleton/vector.ts";

/** An object that can be drawn over a view: `Lines`, `Points`, `Labels`, `Boxes` or `Robot`. */
export interface OverlayItem {
	/** The object as it is sent. */
	readonly object: OverlayObject;
}

/** Options that all objects have. */
export interface OverlayItemOptions {
	/**
	 * `world`: the axes of the panorama, +X right, +Y up, -Z to its middle, with the camera at
	 * their origin; `head`: the same of the viewer's head.
	 * @default "world"
	 */
	readonly frame?: OverlayFrame | undefined;
	/** `#rrggbb` or `#rrggbbaa`. */
	readonly color?: string | undefined;
}

/** The checks of what all objects have. */
export const frameOption: Option<OverlayFrame> = withDefault(oneOf(["world", "head"]), "world");

/** A colour, with its default. */
export function colorOption(byDefault: string): Option<string> {
	return withDefault((value, name) => {
		const color = text("a color such as #00e5a8 or #00e5a880")(value, name);
		if (/^#(?:[0-9a-f]{6}|[0-9a-f]{8})$/i.test(color)) return color;
		throw new RangeError(`${name} is a color such as #00e5a8 or #00e5a880; got ${JSON.stringify(color)}.`);
	}, byDefault);
}

/** A number of pixels, with its default. */
export function pixelsOption(byDefault: number): Option<number> {
	return withDefault(
		bounded("a number of pixels from 0.5 to 200", (value) => value >= 0.5 && value <= 200),
		byDefault,
	);
}

const coordinate = bounded(
	`a number of metres of at most ${OVERLAY_BOUNDS.coordinate}`,
	(value) => Math.abs(value) <= OVERLAY_BOUNDS.coordinate,
);

/** Three numbers of metres. */
export const vectorOption: Option<Vector3> = (value, name) => {
	if (!Array.isArray(value) || value.length !== 3) throw wrongKind(name, "a list of three numbers", value);
	const [x, y, z] = value.map((each, index) => coordinate(each, `${name}[${index}]`));
	return [x!, y!, z!];
};

/** A rotation xyzw of any length but zero. */
export const rotationOption: Option<Quaternion> = (value, name) => {
	const isFour = Array.isArray(value) && value.length === 4 && value.every(Number.isFinite);
	if (!isFour) throw wrongKind(name, "a quaternion, a list of four numbers", value);
	const length = Math.hypot(...(value as number[]));
	if (length < 1e-9) throw new RangeError(`${name} is a quaternion; got four zeros.`);
	const [x, y, z, w] = (value as number[]).map((part) => part / length);
	return [x!, y!, z!, w!];
};

/**
 * The object, if it keeps the bounds of the channel.
 *
 * @param owner the constructor, as in a sentence.
 * @throws {RangeError} with the bound that it breaks.
 */
export function withinBounds<Object extends OverlayObject>(object: Object, owner: string): Object {
	const fault = faultOfObject(object);
	if (fault !== undefined) throw new RangeError(`${owner} can't be sent: ${fault}.`);
	return object;
}
