import { fileURLToPath } from "node:url";

/**
 * The recording of a head, a body and two hands that comes with the package; its end fits its
 * beginning. `scripts/build-demo-motion.ts` makes it.
 */
export const DEMO_MOTION: string = fileURLToPath(new URL("../../examples/demo-motion.h5", import.meta.url));
