/** Ways from one keyframe to the next: the shortest turn of even speed, or a smooth curve. */
export const PATH_INTERPOLATIONS = ["squad", "slerp"] as const;
/** One of `PATH_INTERPOLATIONS`. */
export type PathInterpolation = (typeof PATH_INTERPOLATIONS)[number];
