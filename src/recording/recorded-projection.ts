import type { ProjectionSpec } from "../media/projection.ts";

/**
 * A projection as JSON, with all of a mesh; `null`: none. One of the application's own has
 * functions, which no file holds: its kind alone is written.
 */
export function projectionText(projection: ProjectionSpec | undefined): string {
	return JSON.stringify(projection ?? null, (_key, value: unknown) =>
		value instanceof Float32Array || value instanceof Uint32Array ? [...value] : value,
	);
}

/** The projection of such JSON; `undefined`: none, or one of an application's own. */
export function projectionOf(value: unknown): ProjectionSpec | undefined {
	if (typeof value !== "object" || value === null) return undefined;
	const { kind, vertices, triangles } = value as Readonly<Record<string, unknown>>;
	if (typeof kind !== "string" || kind === "custom") return undefined;
	if (kind !== "mesh") return value as ProjectionSpec;
	if (!Array.isArray(vertices) || !Array.isArray(triangles)) return undefined;
	return { kind, vertices: Float32Array.from(vertices), triangles: Uint32Array.from(triangles) };
}
