import type { ViewAngles } from "../media/rotation.ts";
import type { CropNumbers, FoundStatement, StatedEyes } from "./found-statement.ts";

/**
 * Names of the schemas of Google's Photo Sphere XMP (in pictures) and Spherical Video V1 (in MP4
 * and Matroska), each followed by the prefix of its fields.
 */
export const SPHERE_SCHEMAS = [
	["http://ns.google.com/photos/1.0/panorama/", "GPano"],
	["http://ns.google.com/videos/1.0/spherical/", "GSpherical"],
] as const;

/** Projections by the names that pictures and videos give them. */
const PROJECTIONS = {
	equirectangular: { kind: "equirect" },
	cylindrical: { kind: "cylindrical" },
} as const;

const EYES: Readonly<Record<string, StatedEyes>> = {
	mono: "mono",
	"top-bottom": "top-bottom",
	"left-right": "left-right",
};

/**
 * Reads the first Photo Sphere XMP or Spherical Video V1 metadata in a text; `undefined` if it
 * states nothing about the sphere.
 *
 * @param text XML, or bytes around it
 */
export function readSphereXml(text: string): FoundStatement | undefined {
	const schema = SPHERE_SCHEMAS.find(([name]) => text.includes(name));
	if (schema === undefined) return undefined;
	const field = fieldsOf(text, schema[1]);
	const crop = cropOf(field);
	const name = field("ProjectionType")?.toLowerCase();
	if (name === undefined && crop === undefined && field("Spherical")?.toLowerCase() !== "true") return undefined;
	const projection = PROJECTIONS[(name ?? "equirectangular") as keyof typeof PROJECTIONS];
	// Photos for two eyes have the fields of both schemas.
	const stereoMode = field("StereoMode") ?? fieldsOf(text, "GSpherical")("StereoMode");
	const eyes = EYES[stereoMode?.toLowerCase() ?? ""];
	const pose = anglesOf(field, "Pose");
	const initialView = anglesOf(field, "InitialView");
	return {
		where: schema[1] === "GPano" ? "XMP (GPano)" : "Spherical Video V1",
		...(projection === undefined
			? { note: `its projection ${JSON.stringify(name)} is not known` }
			: { projection }),
		...(projection !== undefined && crop !== undefined && { crop }),
		...(eyes !== undefined && { eyes }),
		...(pose !== undefined && { pose }),
		...(initialView !== undefined && { initialView }),
	};
}

/** Looks fields up, which are attributes or elements. */
function fieldsOf(text: string, prefix: string): (name: string) => string | undefined {
	return (name) => new RegExp(`\\b${prefix}:${name}\\s*(?:=\\s*["']|>)\\s*([^"'<\\s]*)`).exec(text)?.[1];
}

type Fields = ReturnType<typeof fieldsOf>;

function anglesOf(field: Fields, prefix: string): ViewAngles | undefined {
	const degrees = ["Heading", "Pitch", "Roll"].map((axis) => Number(field(`${prefix}${axis}Degrees`) ?? 0));
	const [yawDeg = 0, pitchDeg = 0, rollDeg = 0] = degrees;
	const good = degrees.every((angle) => Number.isFinite(angle) && Math.abs(angle) <= 360);
	return good && degrees.some((angle) => angle !== 0) ? { yawDeg: within180(yawDeg), pitchDeg, rollDeg } : undefined;
}

function within180(degrees: number): number {
	const turned = ((degrees % 360) + 360) % 360;
	return turned > 180 ? turned - 360 : turned;
}

function cropOf(field: Fields): CropNumbers | undefined {
	const number = (name: string, missing = Number.NaN) => Number(field(name) ?? missing);
	const crop = {
		fullWidth: number("FullPanoWidthPixels"),
		fullHeight: number("FullPanoHeightPixels"),
		left: number("CroppedAreaLeftPixels", 0),
		top: number("CroppedAreaTopPixels", 0),
		width: number("CroppedAreaImageWidthPixels"),
		height: number("CroppedAreaImageHeightPixels"),
	};
	return Object.values(crop).every((value) => Number.isFinite(value) && value >= 0) ? crop : undefined;
}
