import type {
	CubeFaceGrid,
	DualFisheyeSpec,
	DualLens,
	FoveatedSpec,
	Intrinsics,
	LensSpec,
	PerspectiveSpec,
	ProjectionSpec,
} from "../media/projection.ts";

/** Digits of a number: more than a calibration states. */
const DIGITS = 12;

/**
 * A projection in the command line's words, for logs and reports: `fisheye model=equisolid
 * fov=190`. `parseProjectionOptions` reads the words back, but for a mesh's triangles and for
 * `custom` and `tabulated`, which have no word.
 */
export function projectionText(spec: ProjectionSpec): string {
	return [spec.kind, ...projectionOptions(spec)].join(" ");
}

/** The options `name=value` that state a projection beside its word. Defaults are left out. */
function projectionOptions(spec: ProjectionSpec): string[] {
	switch (spec.kind) {
		case "equirect": {
			const { bounds } = spec;
			return options({ bounds: bounds && [bounds.top, bounds.bottom, bounds.left, bounds.right] });
		}
		case "perspective":
			return perspectiveOptions(spec);
		case "cubemap": {
			const { layout, padding, paddingIs } = spec;
			const grid = typeof layout === "object" ? gridOptions(layout) : options({ layout });
			return [...grid, ...options({ padding, paddingis: paddingIs })];
		}
		case "eac":
			return [...gridOptions(spec.layout), ...options({ padding: spec.padding })];
		case "gopro-max":
			return options({ overlap: spec.overlap, blend: spec.blend });
		case "fisheye":
		case "kannala-brandt":
		case "mei":
		case "double-sphere":
			return lensOptions(spec);
		case "dual-fisheye":
			return dualFisheyeOptions(spec);
		case "stereographic":
		case "mercator":
			return options({ fov: spec.fovDeg });
		case "cylindrical":
			return options({ fov: spec.fovDeg, vfov: spec.verticalFovDeg, equalarea: spec.equalArea });
		case "foveated":
			return foveatedOptions(spec);
		case "pannini":
			return options({ d: spec.d, fov: spec.fovDeg });
		default:
			return [];
	}
}

function perspectiveOptions({ fovDeg, anglesDeg, calibration }: PerspectiveSpec): string[] {
	if (calibration !== undefined)
		return [...intrinsicsOptions(calibration), ...options({ d: calibration.distortion })];
	if (anglesDeg === undefined) return options({ fov: fovDeg });
	const { left, right, up, down } = anglesDeg;
	return options({ angles: [left, right, up, down] });
}

function foveatedOptions({ fovDeg, anglesDeg, gazeDeg, share, strength }: FoveatedSpec): string[] {
	const angles = anglesDeg && [anglesDeg.left, anglesDeg.right, anglesDeg.up, anglesDeg.down];
	return options({ fov: fovDeg, angles, gaze: gazeDeg, share, strength });
}

function gridOptions(grid: CubeFaceGrid | undefined): string[] {
	if (grid === undefined) return [];
	const { columns, rows, faces, rotationsDeg } = grid;
	const letters = faces.map((face) => face ?? "-").join("");
	return options({ grid: `${columns}x${rows}`, faces: letters, rotations: rotationsDeg });
}

function lensOptions(spec: LensSpec): string[] {
	switch (spec.kind) {
		case "fisheye":
			return options({ model: spec.model, fov: spec.fovDeg, center: spec.center, radius: spec.radius });
		case "kannala-brandt":
			return [...intrinsicsOptions(spec), ...options({ k: spec.k, maxtheta: spec.maxThetaDeg })];
		case "mei": {
			const { xi, distortion: d, maxThetaDeg: maxtheta } = spec;
			return [...intrinsicsOptions(spec), ...options({ xi, d, maxtheta })];
		}
		case "double-sphere": {
			const { xi, alpha, maxThetaDeg: maxtheta } = spec;
			return [...intrinsicsOptions(spec), ...options({ xi, alpha, maxtheta })];
		}
	}
}

function intrinsicsOptions({ fx, fy, cx, cy, firstPixelCenter }: Intrinsics): string[] {
	return options({ fx, fy, cx, cy, firstpixelcenter: firstPixelCenter });
}

function dualFisheyeOptions(spec: DualFisheyeSpec): string[] {
	const { model, fovDeg: fov, left, layout, blend, matchExposure: matchexposure } = spec;
	return [
		...options({ model, fov, left, layout, blend, matchexposure }),
		...dualLensOptions("front", spec.front),
		...dualLensOptions("back", spec.back),
	];
}

function dualLensOptions(side: "front" | "back", lens: DualLens | undefined): string[] {
	if (lens === undefined) return [];
	const stated = lens.lens === undefined ? [] : [...options({ lens: lens.lens.kind }), ...lensOptions(lens.lens)];
	const turn = options({ yaw: lens.yawDeg, pitch: lens.pitchDeg, roll: lens.rollDeg });
	return [...turn, ...stated].map((option) => side + option);
}

type OptionValue = string | number | boolean | readonly number[] | undefined;

/** The options that have a value, in order. */
function options(values: Readonly<Record<string, OptionValue>>): string[] {
	return Object.entries(values).flatMap(([name, value]) =>
		value === undefined
			? []
			: [`${name}=${typeof value === "object" ? value.map(digits).join(",") : digits(value)}`],
	);
}

function digits(value: string | number | boolean): string {
	return typeof value === "number" ? String(Number(value.toPrecision(DIGITS))) : String(value);
}
