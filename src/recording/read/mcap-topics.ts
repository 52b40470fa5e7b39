import { CAMERAS, viewerOf } from "../record-paths.ts";
import type { TopicFilter } from "./mcap-file.ts";
import type { ReadRecord } from "./read-record.ts";
import type { ReadOptions } from "./recording-reader.ts";

/** Kinds of records that are made with messages of each type. */
const KINDS: Readonly<Record<string, readonly ReadRecord["type"][]>> = {
	"foxglove.Log": ["text", "join", "leave"],
	"foxglove.FrameTransforms": ["frame", "pose"],
	"foxglove.CompressedAudio": ["sound"],
	"foxglove.PosesInFrame": ["pose"],
	"panogaze.Bones": ["pose"],
	"panogaze.CameraFrame": ["camera", "client-frame"],
	"panogaze.Episode": ["episode"],
	"panogaze.Frame": ["frame"],
	"panogaze.Numbers": ["log"],
	"panogaze.Pose": ["pose"],
	"panogaze.Source": ["source"],
	"panogaze.SourcePacket": ["source-packet"],
	"panogaze.Stats": [],
};

/** Takes the messages of which wanted records are made, and those of unknown types. */
export function topicsOf({ types, viewers }: Pick<ReadOptions, "types" | "viewers">): TopicFilter {
	return ({ topic, schema }) => {
		const [, root = "", name = ""] = topic.split("/");
		const viewer = viewerOf(root) ?? (root === CAMERAS ? viewerOf(name) : undefined);
		if (viewer !== undefined && viewers?.includes(viewer) === false) return false;
		const kinds = schema === "foxglove.CompressedVideo" ? [videoKindOf(root, name)] : KINDS[schema];
		return types === undefined || kinds === undefined || kinds.some((kind) => types.includes(kind));
	};
}

function videoKindOf(root: string, name: string): ReadRecord["type"] {
	if (root === CAMERAS) return viewerOf(name) === undefined ? "camera" : "client-frame";
	return viewerOf(root) === undefined ? "source-packet" : "frame";
}
