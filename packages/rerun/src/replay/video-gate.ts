import type { LogMessage } from "../rrd/log-message.ts";
import { VideoKeyFrames } from "./video-key-frames.ts";

/**
 * Decides which messages a full queue leaves out. Stores, blueprints and static data always go in.
 * When a video frame is left out, so are the later ones that need it: viewers would show them wrong
 * without a warning.
 */
export class VideoGate {
	readonly #keyFrames = new VideoKeyFrames();
	readonly #broken = new Set<string>();

	/**
	 * Has to be called for each message, in their order.
	 *
	 * @param hasRoom whether the queue has room.
	 * @returns whether the message goes in.
	 */
	admits(message: LogMessage, hasRoom: boolean): boolean {
		if (message.kind !== "chunk") return true;
		const video = this.#keyFrames.partOf(message);
		if (message.retention !== "temporal") return true;
		if (video === null) return hasRoom;
		if (hasRoom && (video.key !== false || !this.#broken.has(video.stream))) {
			this.#broken.delete(video.stream);
			return true;
		}
		this.#broken.add(video.stream);
		return false;
	}
}
