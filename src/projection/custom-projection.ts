import type { CustomSpec, Point, Projection, ProjectionSpec, Ray } from "../media/projection.ts";

/**
 * A projection as an application states it: plain data, an object of its own with two functions and
 * a size, or a function that makes such an object for pictures of a size.
 */
export type AnyProjection = ProjectionSpec | Projection | CustomSpec["create"];

/**
 * The description of a projection that an application states. An object of its own is scaled to
 * pictures of another size.
 *
 * @returns `undefined` when the value is none.
 */
export function projectionSpecFrom(value: unknown): ProjectionSpec | undefined {
	if (typeof value === "function") return { kind: "custom", create: value as CustomSpec["create"] };
	if (typeof value !== "object" || value === null) return undefined;
	if ("kind" in value && typeof value.kind === "string") return value as ProjectionSpec;
	if (!("project" in value && typeof value.project === "function")) return undefined;
	if (!("unproject" in value && typeof value.unproject === "function")) return undefined;
	const own = value as Projection;
	const known = OWN_SPECS.get(own);
	if (known !== undefined) return known;
	const spec: CustomSpec = { kind: "custom", create: (width, height) => scaledProjection(own, width, height) };
	OWN_SPECS.set(own, spec);
	return spec;
}

/** The same object has the same description, by which its samples are found again. */
const OWN_SPECS = new WeakMap<Projection, CustomSpec>();

/** The same projection for pictures of another size; the object itself if it states that size. */
function scaledProjection(own: Projection, width: number, height: number): Projection {
	const scaleX = width / (own.width ?? width);
	const scaleY = height / (own.height ?? height);
	if (scaleX === 1 && scaleY === 1 && own.width === width) return own;
	const scaled = ([x, y]: Point): Point => [x * scaleX, y * scaleY];
	const extended = own.extended?.bind(own);
	const visibility = own.visibility?.bind(own);
	return {
		width,
		height,
		periodX: (own.periodX ?? 0) * scaleX,
		unproject: (x, y) => own.unproject(x / scaleX, y / scaleY),
		project: (ray) => scaled(own.project(ray)),
		...(extended && { extended: (ray: Ray) => scaled(extended(ray)) }),
		...(visibility && { visibility }),
	};
}
