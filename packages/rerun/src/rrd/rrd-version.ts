import type { RerunVersion } from "./messages.ts";

/** The version that our files say they are of: the newest whose types we know. */
export const RRD_VERSION: RerunVersion = [0, 33, 0, 0];
