/* JSON Schemas of the messages that have no type of Foxglove's. */

const numbers = (names: Readonly<Record<string, string>>) =>
	Object.fromEntries(
		Object.entries(names).map(([name, description]) => [name, { type: ["number", "null"], description }]),
	);

function schema(title: string, properties: object): { readonly name: string; readonly schema: object } {
	return { name: title, schema: { title, type: "object", properties } };
}

/** Name of the metadata by which a session's file is known. */
export const SESSION_METADATA = "panogaze.session";

export const FRAME_SCHEMA = schema("panogaze.Frame", {
	...numbers({
		number: "Among the pictures that were sent to the viewer.",
		rtp_ticks: "RTP time of the picture.",
		pose_sequence: "Sequence number of the head that it was drawn for; 0: none.",
		source_time: "Time stamp of the picture in its source, seconds.",
		media_time: "The source's time, which runs on over loops, seconds.",
		capture_to_drawing_ms: "From the capture to drawing, where the source knows the capture.",
		camera_time_us: "The capture as the camera states it on its own clock, microseconds since 1970.",
		fov_deg: "Horizontal field of view of the whole picture, degrees.",
		width: "Pixels of one eye.",
		height: "Pixels of one eye.",
		eyes: "2: one above the other.",
		source_waits_ms: "From the panorama to drawing.",
		pose_waits_ms: "From the pose to drawing.",
		drawing_ms: "Time of drawing.",
		encoding_ms: "Time of encoding.",
		first_packet_ms: "From encoding until its first packet has left.",
		last_packet_ms: "From then until its last packet has left.",
	}),
	keyframe: { type: "boolean" },
	lens: { type: "string" },
	frusta: { description: "Tangents of the edges of each eye; null: symmetric." },
	foveation: { description: "Null: none." },
	surround: { description: "Null: none." },
});

const CAPTURE = { camera_time_us: "The capture as the camera states it on its own clock, microseconds since 1970." };

export const CAMERA_FRAME_SCHEMA = schema("panogaze.CameraFrame", {
	...numbers({
		...CAPTURE,
		width: "Pixels.",
		height: "Pixels.",
		source_time: "The source's time, which runs on over loops, seconds.",
		rtp_ticks: "RTP time of a client's own camera.",
	}),
	keyframe: { type: "boolean" },
});

export const SOURCE_PACKET_SCHEMA = schema("panogaze.SourcePacket", {
	...numbers({
		...CAPTURE,
		source_time: "Time stamp of the picture in the source, seconds.",
		decode_time: "Time stamp of its decoding, seconds.",
		duration: "Seconds; 0: not stated.",
	}),
	keyframe: { type: "boolean" },
});

export const BONES_SCHEMA = schema("panogaze.Bones", {
	ids: { type: "array", items: { type: "integer" }, description: "Bones in the order of the poses." },
	names: { type: "array", items: { type: "string" } },
});

export const POSE_SCHEMA = schema("panogaze.Pose", {
	kind: { enum: ["head", "skeleton", "controller"] },
	position_tracked: { type: "boolean" },
	...numbers({
		stream: "The client's number of the stream.",
		sequence: "Number of the pose in its stream.",
		confidence: "0 to 1.",
		client_time_ms: "The client's own clock.",
		photon_age_ms: "Age of the world that the person saw.",
		seen: "RTP time of the picture on the screen.",
	}),
	buttons: { type: "array", items: { type: "number" } },
	axes: { type: "array", items: { type: "number" } },
	pressed: { type: "integer", description: "Bit i: button i is pressed." },
	touched: { type: "integer", description: "Bit i: button i is touched." },
});

export const STATS_SCHEMA = schema(
	"panogaze.Stats",
	numbers({
		sent_bytes: "Sum of the bytes that were sent.",
		target_mbps: "Bit rate that the encoder is asked for.",
		estimate_mbps: "Estimate of the path.",
		round_trip_ms: "Of the network.",
		path_queue_ms: "Waiting on the path.",
		pacer_queue_ms: "Waiting here.",
		packets_lost_percent: "Of the last report.",
		frames_dropped: "Sum of frames that were not sent.",
		clock_offset_ms: "The client's clock minus the server's.",
		clock_uncertainty_ms: "Greatest error of that.",
		motion_to_photon_p50_ms: "As the client measures it.",
		motion_to_photon_p95_ms: "As the client measures it.",
	}),
);

export const SOURCE_SCHEMA = schema("panogaze.Source", {
	name: { type: "string" },
	codec: { type: "string" },
	...numbers({
		width: "Pixels.",
		height: "Pixels.",
		eyes: "1 or 2.",
		frame_rate: "A second.",
		duration_sec: "Seconds.",
	}),
	live: { type: "boolean" },
	layout: { type: "string" },
	sound: { type: "string" },
	coded_orientation: {
		description: "Steps that set coded pictures upright: mirrored left to right, then turned clockwise.",
	},
	packing: { description: "Panoramas in a picture, and those that are read; null: not known." },
	small: { description: "Form of a small version that is recorded in place of the packets; null: none." },
	projection: { type: "object" },
	right_projection: {},
	world_from_panorama: { type: "array", items: { type: "number" } },
	color: { type: "object" },
});

export const EPISODE_SCHEMA = schema("panogaze.Episode", {
	number: { type: "integer" },
	task: { type: "string" },
	state: { type: "string" },
	success: { type: ["boolean", "null"] },
});

export const NUMBERS_SCHEMA = schema("panogaze.Numbers", {
	values: { type: "array", items: { type: "number" } },
	path: { type: "array", items: { type: "string" }, description: "Where they were logged, if not at the topic." },
});
