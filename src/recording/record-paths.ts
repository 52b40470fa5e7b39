/** Entities of one viewer in a recording, as lists of unescaped parts. */
export interface ViewerPaths {
	/** Poses, the camera, and what the application logs. */
	readonly world: readonly string[];
	/** Times in milliseconds. */
	readonly latency: readonly string[];
	/** Rates, losses and queues. */
	readonly network: readonly string[];
	/** Lines of text. */
	readonly log: readonly string[];
}

/** The entities of a viewer. @param id the part of its id that may be shown. */
export function viewerPaths(id: string): ViewerPaths {
	const name = viewerName(id);
	return {
		world: ["world", name],
		latency: ["latency", name],
		network: ["network", name],
		log: ["log", name],
	};
}

/** All entities above those of one viewer, as lists of unescaped parts. @param id as above. */
export function entitiesOfViewer(id: string): readonly (readonly string[])[] {
	return [...Object.values(viewerPaths(id)), [SOUND, viewerName(id)], clientCameraPath(id)];
}

/** The name of a viewer in recordings. */
export function viewerName(id: string): string {
	return `viewer ${id}`;
}

/** The shown part of a viewer's id; `undefined`: the entity is no viewer's. */
export function viewerOf(entityName: string): string | undefined {
	return entityName.startsWith("viewer ") ? entityName.slice("viewer ".length) : undefined;
}

/** Entity of the source: its properties, and later its video. */
export const SOURCE_PATH = ["source"] as const;
/** Entity of a camera beside the view. @param name of the camera. */
export function cameraPath(name: string): readonly [typeof CAMERAS, string] {
	return [CAMERAS, name];
}

/** Entity of a viewer's own camera. @param id the part of its id that may be shown. */
export function clientCameraPath(id: string): readonly [typeof CAMERAS, string] {
	return [CAMERAS, viewerName(id)];
}

/** Entity above those of cameras: those beside the view, by name, and viewers' own. */
export const CAMERAS = "cameras";
/**
 * Entity of a viewer's sound: that which it was sent, or that of its microphone.
 * @param id the part of its id that may be shown.
 */
export function soundPath(id: string, direction: "sent" | "received"): readonly string[] {
	return [SOUND, viewerName(id), SOUND_NAMES[direction]];
}

/** Entity above those of viewers' sound. */
export const SOUND = "sound";
/** Entities of the two directions below a viewer's. */
export const SOUND_NAMES = { sent: "heard", received: "microphone" } as const;
/** Entity of the changes of episodes. */
export const EPISODES_PATH = ["episodes"] as const;
/** Entity of lines about the server and its source. */
export const SERVER_LOG_PATH = ["log", "server"] as const;
/** Entity of the view's camera, below a viewer's. */
export const CAMERA = "camera";
