import type { SessionRecord } from "../session-record.ts";

/**
 * Chooses the records that go on where there is no room for all. Of a video, all frames from a
 * lost one up to a key frame are lost with it: nobody could decode them.
 */
export class RecordGate {
	readonly #brokenVideos = new Set<string>();
	#lost = 0;

	/** Number of records that were not let through. */
	get lost(): number {
		return this.#lost;
	}

	/** A video has lost a frame by itself: all goes up to a key frame. */
	break(video: string): void {
		this.#brokenVideos.add(video);
	}

	admits(record: SessionRecord, hasRoom: boolean): boolean {
		const video = videoOf(record);
		if (video?.keyframe === true) this.#brokenVideos.delete(video.of);
		if (hasRoom && (video === undefined || !this.#brokenVideos.has(video.of))) return true;
		if (video !== undefined) this.#brokenVideos.add(video.of);
		this.#lost++;
		return false;
	}
}

/** The video that a record is a frame of; `undefined`: it is none. */
export function videoOf(record: SessionRecord): { readonly of: string; readonly keyframe: boolean } | undefined {
	if (record.type === "frame") return { of: `viewer ${record.viewer}`, keyframe: record.packet.keyframe };
	if (record.type === "camera") return { of: `camera ${record.camera}`, keyframe: record.packet.keyframe };
	if (record.type === "client-frame") return { of: clientVideo(record.viewer), keyframe: record.packet.keyframe };
	if (record.type === "source-packet") return { of: "source", keyframe: record.packet.keyframe };
	return undefined;
}

/** Name of the video of a viewer's own camera, as `videoOf` gives it. */
export function clientVideo(viewer: string): string {
	return `client ${viewer}`;
}
