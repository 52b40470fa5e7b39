// A session in Rerun, on one clock: the wearer's bones, where the head looks, the very video that
// is streamed, and how old all of it was. Run it with `--save session.rrd`, `--serve` (a viewer in
// the browser), `--connect` (a viewer that runs), or nothing (starts one that is installed).
import { type EncodedPacket, monotonicSec, serve, type Viewer } from "panogaze";
import * as rr from "panogaze/rerun";
import { startScript } from "panogaze/rerun/node";
import {
	isSkeletonSample,
	type PoseSample,
	positionAt,
	SKELETONS,
	trackedBones,
	type Vector3,
} from "panogaze/tracking";

const { recording, arguments: flags, viewerUrl } = await startScript("panogaze_session");
const epochSec = Date.now() / 1000 - monotonicSec();
const eyes = new WeakMap<Viewer, Vector3>();

// Classes are kinds of skeletons, so that bones of two kinds may have the same numbers.
const classes = Object.values(SKELETONS).map(({ type, wireId, names, connections }) => {
	return { id: wireId, label: type, keypoints: names.map((label: string, id) => ({ id, label })), connections };
});
recording.log("world", rr.ViewCoordinates.RUB, new rr.AnnotationContext(classes), { static: true });
recording.log("latency/frames", new rr.SeriesLines({ names: ["pose waits", "drawing", "encoding", "sending"] }), {
	static: true,
});

const server = await serve({
	source: flags.rest[0], // a file, URL or device; the built-in scene when missing
	port: Number(process.env["PORT"] ?? 8080),
	view: { width: 1280, height: 720, frameRate: 60 },
	tracking: {
		head: ({ message, viewer, receivedAt, capturedAt }) => {
			const { position = eyes.get(viewer) ?? [0, 1.6, 0], orientation, clientTimeMs } = message;
			eyes.set(viewer, position);
			const head = new rr.Transform3D({ translation: position, quaternion: orientation });
			logPose(viewer, "head", clientTimeMs, receivedAt, capturedAt, head, new rr.TransformAxes3D(0.15));
		},
		skeleton: ({ message, viewer, receivedAt, capturedAt }) => {
			if (message.skeleton === undefined) return;
			// Clients that only turn their view tell where the head is by its bone.
			const head = isSkeletonSample(message, "FullBody") && positionAt(message, SKELETONS.FullBody.bones.Head);
			if (head && viewer.pose?.position === undefined) eyes.set(viewer, head);
			logPose(
				viewer,
				message.skeleton,
				message.clientTimeMs,
				receivedAt,
				capturedAt,
				bones(message, SKELETONS[message.skeleton].wireId),
			);
		},
		controller: ({ message, viewer, receivedAt, capturedAt }) => {
			const [translation, quaternion] = [message.positions.subarray(0, 3), message.rotations.subarray(0, 4)];
			const grip = new rr.Transform3D({ translation, quaternion });
			logPose(
				viewer,
				`${message.hand} controller`,
				message.clientTimeMs,
				receivedAt,
				capturedAt,
				grip,
				new rr.TransformAxes3D(0.1),
			);
		},
	},
});
server.on("join", (viewer) => {
	recording.sendBlueprint(layout(pathOf(viewer)));
	const video = new rr.VideoLogger(recording, [...pathOf(viewer), "camera"], rr.VideoCodec.H264);
	viewer.on("frameSent", (packet, _firstPacketSec, lastPacketSec) => logFrame(viewer, video, packet, lastPacketSec));
});
process.once("SIGINT", () => server.close().then(() => recording.close()));
// Not to stdout, where `--stdout` has the recording.
console.error(`Open ${server.urls[0]}${viewerUrl === null ? "" : `, and Rerun at ${viewerUrl}`}`);

/** Only a part of the id: whoever knows all of it can end the session. */
function pathOf(viewer: Viewer): string[] {
	return ["world", `viewer ${viewer.id.slice(0, 8)}`];
}

/** When the client read it, on the server's clock, if pings have told; else when it came. */
function logPose(
	viewer: Viewer,
	name: string,
	clientTimeMs: number,
	receivedAt: number,
	capturedAt: number,
	...pose: rr.Loggable[]
) {
	const times: Record<string, rr.TimeValue> = {
		server: { timestamp: epochSec + (Number.isNaN(capturedAt) ? receivedAt : capturedAt) },
	};
	if (!Number.isNaN(clientTimeMs)) times["client"] = { duration: clientTimeMs / 1000 };
	recording.log([...pathOf(viewer), name], pose, { times });
	if (!Number.isNaN(capturedAt))
		recording.log(`latency/poses/${name}`, new rr.Scalars((receivedAt - capturedAt) * 1000), { times });
}

/** Those that are tracked. */
function bones(sample: PoseSample, classId: number) {
	const ids = [...trackedBones(sample)].filter((id) => id < sample.boneCount);
	const positions = ids.map((id) => positionAt(sample, id)!);
	return new rr.Points3D(positions, { classIds: classId, keypointIds: ids, radii: 0.008, showLabels: false });
}

/** The picture at the moment for which it was drawn, with the pose for which it was drawn. */
function logFrame(
	viewer: Viewer,
	video: rr.VideoLogger,
	{ accessUnit, pose, width, height, stages }: EncodedPacket,
	sentSec: number,
) {
	const times = { server: { timestamp: epochSec + stages.drawStartSec } };
	const transform = new rr.Transform3D({
		translation: eyes.get(viewer) ?? [0, 1.6, 0],
		quaternion: pose.worldFromView,
	});
	const focalLength = width / 2 / Math.tan(pose.fovRad / 2);
	const pinhole = new rr.Pinhole({
		resolution: [width, height],
		focalLength,
		cameraXyz: rr.ViewCoordinates.RUB,
		imagePlaneDistance: 0.6,
	});
	recording.log([...pathOf(viewer), "camera"], transform, pinhole, { times });
	video.log(accessUnit, { times });
	const { poseReceivedSec, drawStartSec, drawEndSec, encodeEndSec } = stages;
	const spans = [
		drawStartSec - poseReceivedSec,
		drawEndSec - drawStartSec,
		encodeEndSec - drawEndSec,
		sentSec - encodeEndSec,
	];
	recording.log("latency/frames", new rr.Scalars(spans.map((sec) => sec * 1000)), { times });
}

function layout(path: string[]) {
	const space = new rr.Spatial3DView({ name: "Space", origin: "world" });
	const video = new rr.Spatial2DView({ name: "What the viewer sees", origin: [...path, "camera"] });
	const poses = new rr.TimeSeriesView({ name: "Age of poses, ms", origin: "latency/poses" });
	const frames = new rr.TimeSeriesView({ name: "Frames, ms", origin: "latency/frames" });
	return new rr.Blueprint(
		new rr.Horizontal(space, new rr.Vertical(video, poses, frames, { rowShares: [2, 1, 1] }), {
			columnShares: [3, 2],
		}),
		new rr.TimePanel({ timeline: "server", state: rr.PanelState.Collapsed }),
	);
}
