import * as z from "zod/mini";

/** Most cameras of one hello, and of one server. */
const MOST_CAMERAS = 16;

const TEXT_MAX = 200;
const text = z.string().check(z.maxLength(TEXT_MAX));
const count = z.int().check(z.nonnegative());

/** A camera that a client wants to see, and the section of its offer (`a=mid`) for it. */
const cameraWish = z.object({ name: text, mid: text });

/** `cameras` of a hello. */
export const cameraWishes = z.array(cameraWish).check(z.maxLength(MOST_CAMERAS));

/** State of one camera. */
const cameraSchema = z.object({
	name: text,
	/** Number of the viewer whose camera it is. Absent: it is the server's. */
	viewer: z.optional(count),
	/** Name of that viewer, for people. Absent: the server knows none. */
	label: z.optional(text),
	/** The section that shows it. Absent: none does. */
	mid: z.optional(text),
	/** State of its source. Unless it is `live`, the last picture is an old one. */
	state: z.enum(["idle", "opening", "live", "stalled", "reconnecting", "ended", "failed"]),
	attempt: z.optional(count),
	/** Reconnecting or failed: why, for programs. */
	code: z.optional(text),
	/** The same for people. */
	reason: z.optional(text),
	/** Size of the pictures, pixels. */
	width: z.optional(count),
	height: z.optional(count),
	/** `copied`: the camera's own pictures; `drawn`: they were decoded, drawn and encoded. */
	sent: z.optional(z.enum(["copied", "drawn"])),
	/**
	 * Effect of a narrow path: `keyframes`: its key frames alone are sent; `paused`: nothing is.
	 * Absent: none.
	 */
	limit: z.optional(z.enum(["keyframes", "paused"])),
});

/**
 * The cameras beside the view: sent after a hello that asks for some, and with each change. Those
 * of viewers come and go, so they are in no welcome.
 */
export const camerasSchema = z.object({
	type: z.literal("cameras"),
	cameras: z.array(cameraSchema).check(z.maxLength(MOST_CAMERAS)),
});

/** A camera that a client wants to see, and where. */
export type CameraWish = z.infer<typeof cameraWish>;
/** The state of one camera beside the view. */
export type CameraStatement = z.infer<typeof cameraSchema>;
/** The states of all cameras beside the view. */
export type CamerasMessage = z.infer<typeof camerasSchema>;
