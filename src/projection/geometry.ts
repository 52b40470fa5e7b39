export type { Point, Projection, ProjectionPart, ProjectionTile, Ray } from "../media/projection.ts";
