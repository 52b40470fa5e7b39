// A program that records a session until it is killed:
//   recording-child.ts FOLDER CLIP FORMAT,...
// It reports each record, and what is in the files for good, as lines on its output.
import { readFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { monotonicSec } from "../../../src/media/clock.ts";
import { FakeViewer, PACKET, ServerStub } from "../../../src/recording/fake-session.cases.ts";
import { newStem } from "../../../src/recording/recording-names.ts";
import type {
	FromRecordingThread,
	RecordedFormat,
	ToRecordingThread,
} from "../../../src/recording/recording-protocol.ts";
import { SessionRecording } from "../../../src/recording/session-recording.ts";
import { PoseSample } from "../../../src/skeleton/pose-sample.ts";
import { Thread } from "../../../src/threads/thread.ts";
import type { KillReport } from "./killed-recording.ts";

const POSES_HZ = 100;
const POSES_A_FRAME = 3;
const BONES = 84;

const [folder = "", clipFile = "", formats = ""] = process.argv.slice(2);
const clip = (JSON.parse(readFileSync(clipFile, "utf8")) as string[]).map((unit) => Buffer.from(unit, "base64"));
const epochSec = Date.now() / 1000 - monotonicSec();
const report = (news: KillReport) => writeSync(1, `${JSON.stringify(news)}\n`);

const listed = formats.split(",") as RecordedFormat[];
const options = {
	...(await newStem(folder, new Date(), undefined, listed)),
	name: undefined,
	maxQueuedBytes: 64 << 20,
	epochSec,
	source: "none",
	rotate: {},
	formats: listed,
} as const;
/** Times of the newest record of each batch that the thread has not worked off. */
const sent: number[] = [];
let newestSec = 0;
const recording = new SessionRecording(options, (data, onMessage) => {
	const thread = new Thread<ToRecordingThread, FromRecordingThread>({
		file: new URL("../../../src/recording/recording-worker.ts", import.meta.url),
		name: "panogaze-recording",
		data,
		givesWay: true,
		onMessage: (message) => {
			onMessage(message);
			if (message.type === "worked") {
				const sec = sent.shift()!;
				// A slow disk does not have the others yet; the first batch may have no pose.
				if (message.isWritten && sec > epochSec) report({ type: "worked", sec });
			} else if (message.type === "failed") report({ type: "failed", reason: message.message });
		},
	});
	return {
		exited: thread.exited,
		get turns() {
			return thread.turns;
		},
		unref: () => thread.unref(),
		end: (withinMs) => thread.end(withinMs),
		post: (message, transfer) => {
			if (message.type === "records") sent.push(epochSec + newestSec);
			thread.post(message, transfer);
		},
	};
});
await recording.begun;
const server = new ServerStub();
recording.attach(server);
const viewer = new FakeViewer();
server.emit("join", viewer.asViewer);
report({ type: "begun", stem: join(options.stem), sec: epochSec + monotonicSec() });

const pose = new PoseSample(BONES);
pose.reset(BONES);
pose.kind = "skeleton";
pose.skeleton = "FullBody";
pose.valid.fill(1);
const beginSec = monotonicSec();
let poses = 0;
let frames = 0;
setInterval(() => {
	const nowSec = monotonicSec();
	for (; poses < (nowSec - beginSec) * POSES_HZ; poses++) {
		newestSec = nowSec;
		viewer.emit("skeleton", pose, nowSec, nowSec - 0.01, 50);
		if (poses % POSES_A_FRAME !== 0) continue;
		const at = frames++ % clip.length;
		const stages = { ...PACKET.stages, drawStartSec: nowSec };
		const packet = { ...PACKET, accessUnit: clip[at]!, keyframe: at === 0, width: 640, height: 360, stages };
		viewer.emit("frameSent", { ...packet, rtpTicks: frames * 3000 }, nowSec, nowSec);
	}
	report({ type: "sent", sec: epochSec + newestSec, poses, frames });
}, 1000 / POSES_HZ);
