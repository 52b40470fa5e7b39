import type { RerunVersion } from "./messages.ts";

/** The version of Rerun in our files: the newest one whose types are known here. */
export const RRD_VERSION: RerunVersion = [0, 33, 0, 0];
