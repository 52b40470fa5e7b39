import { isSkeletonType } from "../../skeleton/tables/skeleton.ts";
import { CAMERAS, SOUND_NAMES, viewerName, viewerOf } from "../record-paths.ts";

/** The place of an application's numbers among the topics of a file. */
export interface NumbersTopic {
	/** Without the slash at its beginning. */
	readonly topic: string;
	/** The topic of the path itself could be one of the recording's own. */
	readonly isMoved: boolean;
	/** The path, where the topic does not give it. */
	readonly path: readonly string[] | undefined;
}

/** Above the topics of values whose own ones are taken. */
const VALUES = "values";

/**
 * The topic of numbers that an application has logged: its path, or the same below `values` where
 * the recording's own messages could have that topic.
 *
 * @param viewer `undefined`: the path begins at the recording's root.
 * @param path parts without escapes.
 */
export function numbersTopic(viewer: string | undefined, path: readonly string[]): NumbersTopic {
	const isMoved = path[0] === VALUES || (viewer === undefined ? isRootTopic(path) : isViewerTopic(path));
	const names = path.map((part) => part.replaceAll("\\", "\\\\").replaceAll("/", "\\/"));
	const above = [...(viewer === undefined ? [] : [viewerName(viewer)]), ...(isMoved ? [VALUES] : [])];
	const isPlain = !isMoved && names.length > 0 && names.every((name, at) => name === path[at] && name !== "");
	return { topic: [...above, ...names].join("/"), isMoved, path: isPlain ? undefined : path };
}

/** The viewer and the path of numbers. @param statedPath that in their message, if there is one. */
export function pathOfNumbers(
	topic: string,
	statedPath: unknown,
): { readonly viewer: string | undefined; readonly path: readonly string[] } {
	const parts = topic.split("/");
	const viewer = viewerOf(parts[0] ?? "");
	const isStated = Array.isArray(statedPath) && statedPath.every((part) => typeof part === "string");
	return { viewer, path: isStated ? statedPath : viewer === undefined ? parts : parts.slice(1) };
}

const ROOT_TOPICS: ReadonlySet<string> = new Set(["episodes", "log", "source", "source/packet", "source/video", "tf"]);
/** Names of a viewer's topics besides those of its poses. */
const VIEWER_TOPICS: ReadonlySet<string> = new Set(["camera", "frame", "stats", ...Object.values(SOUND_NAMES)]);

function isRootTopic(path: readonly string[]): boolean {
	const [root = ""] = path;
	return root === CAMERAS || viewerOf(root) !== undefined || ROOT_TOPICS.has(path.join("/"));
}

function isViewerTopic([name = "", facts, ...below]: readonly string[]): boolean {
	if (facts === undefined) return VIEWER_TOPICS.has(name) || isPoseName(name);
	return (facts === "pose" || facts === "bones") && below.length === 0 && isPoseName(name);
}

/** The names that `nameOfPose` gives. */
function isPoseName(name: string): boolean {
	return isSkeletonType(name) || /^(head|(left|right|stream \d+) controller|skeleton \d+)$/.test(name);
}
