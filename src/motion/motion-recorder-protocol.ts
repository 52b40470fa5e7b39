import type { MotionFileErrorCode } from "./motion-file-error.ts";

export type ToRecorderWorker =
	| {
			readonly type: "write" /** Packed poses (`packSample`). */;
			readonly packed: Uint8Array;
			readonly poses: number;
	  }
	| { readonly type: "close" };

export type FromRecorderWorker =
	| { readonly type: "open" }
	/** A batch was written. `safePoses` counts all poses that a crash would not lose. */
	| { readonly type: "written"; readonly bytes: number; readonly safePoses: number }
	/** The recording has ended by itself. */
	| {
			readonly type: "failed";
			readonly safePoses: number;
			readonly code: MotionFileErrorCode;
			readonly path: string;
			readonly message: string;
	  }
	| { readonly type: "closed"; readonly safePoses: number };
