/*
 * The JSON Schemas of the messages of an MCAP recording. The first is Foxglove's own
 * (foxglove-sdk, schemas/jsonschema), which Foxglove and Lichtblick draw in 3D panels without
 * settings; the others describe its numbers.
 */

const numbers = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, { type: "number" }]));

const vector = {
	title: "foxglove.Vector3",
	type: "object",
	properties: numbers(["x", "y", "z"]),
	required: ["x", "y", "z"],
};
const quaternion = {
	title: "foxglove.Quaternion",
	type: "object",
	properties: numbers(["x", "y", "z", "w"]),
	required: ["x", "y", "z", "w"],
};
const time = {
	title: "time",
	type: "object",
	properties: { sec: { type: "integer", minimum: 0 }, nsec: { type: "integer", minimum: 0, maximum: 999_999_999 } },
	required: ["sec", "nsec"],
};

export const POSES_SCHEMA = {
	name: "foxglove.PosesInFrame",
	schema: {
		title: "foxglove.PosesInFrame",
		description: "An array of timestamped poses for an object or reference frame in 3D space",
		type: "object",
		properties: {
			timestamp: time,
			frame_id: { type: "string" },
			photon_age_ms: {
				type: "number",
				description: "panogaze's: age of the world that the person saw, milliseconds; absent: not known.",
			},
			poses: {
				type: "array",
				items: {
					title: "foxglove.Pose",
					type: "object",
					properties: { position: vector, orientation: quaternion },
					required: ["position", "orientation"],
				},
			},
		},
		required: ["timestamp", "frame_id", "poses"],
	},
};

export const BONES_SCHEMA = {
	name: "panogaze.Bones",
	schema: {
		title: "panogaze.Bones",
		description:
			"Which bones the poses of a stream are, from here on: `ids`, `names` and `parents` in the " +
			"order of the poses.",
		type: "object",
		properties: {
			stream: { type: "string", description: "Name of the stream." },
			stream_id: { type: "integer", description: "The client's number of the stream." },
			kind: { enum: ["head", "skeleton", "controller"] },
			skeleton: { type: ["string", "null"], description: "Skeleton type; null: none that has a table." },
			hand: { enum: ["left", "right", null] },
			space: { enum: ["tracking", "parent"], description: "parent: each bone is relative to its parent." },
			ids: { type: "array", items: { type: "integer" } },
			names: { type: "array", items: { type: "string" } },
			parents: { type: "array", items: { type: "integer" }, description: "Id of each bone's parent, -1: none." },
			position_tracked: { type: "boolean", description: "false: a head that only turns." },
			confidence: { type: "number", minimum: 0, maximum: 1 },
			fov: {
				type: "array",
				items: { type: "number" },
				description: "Of a head: horizontal and vertical, degrees; empty: not said.",
			},
		},
		required: ["stream", "stream_id", "kind", "skeleton", "ids", "names", "parents"],
	},
};

export const INPUT_SCHEMA = {
	name: "panogaze.ControllerInput",
	schema: {
		title: "panogaze.ControllerInput",
		description: "Buttons and axes of the pose that follows, in the order of WebXR's xr-standard gamepad.",
		type: "object",
		properties: {
			buttons: { type: "array", items: { type: "number" }, description: "0 to 1." },
			pressed: { type: "array", items: { type: "integer" } },
			touched: { type: "array", items: { type: "integer" } },
			axes: { type: "array", items: { type: "number" }, description: "-1 to 1." },
		},
		required: ["buttons", "pressed", "touched", "axes"],
	},
};

/** Name of the metadata record about the making of a recording. */
export const RECORDING_METADATA = "panogaze.recording";
/** Coordinate frame of the poses: the world, in the recording's axes. */
export const WORLD_FRAME = "world";
