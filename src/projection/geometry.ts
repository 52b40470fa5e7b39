export type { Point, Projection, ProjectionPart, Ray } from "../media/projection.ts";
