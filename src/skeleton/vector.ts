/** Metres, metres a second, or radians a second: +X right, +Y up, -Z forward. */
export type Vector3 = readonly [x: number, y: number, z: number];
